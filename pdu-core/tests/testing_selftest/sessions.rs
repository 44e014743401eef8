//! The contract of sessions.

use std::time::Duration;

use pdu_core::Transport;
use pdu_core::testing::{Faults, Fixture, contract};

use super::toys::{Ask, Bug, PeerBug, Plain, Tagged, ToyPeer};
use super::{DATAGRAM, ask, fails};

struct TaggedFixture {
    transport: Transport,
    bug: Bug,
}

impl Fixture for TaggedFixture {
    type Session = Tagged;
    type Peer = ToyPeer;

    fn session(&self) -> Tagged {
        Tagged::new(self.transport, self.bug)
    }

    fn peer(&self) -> ToyPeer {
        ToyPeer::tagged(self.transport, PeerBug::None)
    }

    fn request(&self, n: u32) -> Ask {
        ask(n)
    }

    fn answers(&self, n: u32, reply: &u32) -> bool {
        *reply == n + 1000
    }

    fn is_write(&self, n: u32) -> bool {
        ask(n).is_write()
    }

    fn times_applied(&self, peer: &ToyPeer, n: u32) -> usize {
        peer.times_set(n)
    }

    fn reply_timeout(&self) -> Duration {
        Duration::from_millis(500)
    }
}

struct PlainFixture {
    bug: Bug,
}

impl Fixture for PlainFixture {
    type Session = Plain;
    type Peer = ToyPeer;

    fn session(&self) -> Plain {
        Plain::new(self.bug)
    }

    fn peer(&self) -> ToyPeer {
        ToyPeer::plain(PeerBug::None)
    }

    fn request(&self, n: u32) -> Ask {
        ask(n)
    }

    fn answers(&self, n: u32, reply: &u32) -> bool {
        *reply == n + 1000
    }

    fn is_write(&self, n: u32) -> bool {
        ask(n).is_write()
    }

    fn times_applied(&self, peer: &ToyPeer, n: u32) -> usize {
        peer.times_set(n)
    }

    fn reply_timeout(&self) -> Duration {
        Duration::from_millis(300)
    }

    fn late_reply_hazard(&self) -> Option<Duration> {
        Some(Duration::from_millis(700))
    }

    fn faults(&self) -> Faults {
        Faults::serial()
    }
}

fn stream(bug: Bug) -> TaggedFixture {
    let transport = Transport::Stream;
    TaggedFixture { transport, bug }
}

fn datagram(bug: Bug) -> TaggedFixture {
    let transport = DATAGRAM;
    TaggedFixture { transport, bug }
}

#[test]
fn a_stream_session_with_ids_keeps_the_contract() {
    contract::all(&stream(Bug::None));
}

#[test]
fn a_datagram_session_keeps_the_contract() {
    contract::all(&datagram(Bug::None));
}

#[test]
fn a_half_duplex_session_without_ids_keeps_the_contract() {
    contract::all(&PlainFixture { bug: Bug::None });
}

#[test]
fn a_lost_done_is_found() {
    for bug in [Bug::LosesDoneOnCancel, Bug::LosesDoneOnLinkLoss] {
        let said = fails(|| contract::every_ticket_gets_exactly_one_done(&stream(bug)));
        assert!(said.contains("never got their Done") && said.contains("seed"), "{said}");
    }
}

#[test]
fn a_second_done_is_found() {
    let said = fails(|| contract::every_ticket_gets_exactly_one_done(&stream(Bug::DoneTwice)));
    assert!(said.contains("not live") && said.contains("seed"), "{said}");
}

#[test]
fn a_repeated_write_is_found() {
    let said = fails(|| contract::every_ticket_gets_exactly_one_done(&datagram(Bug::RepeatsWrites)));
    assert!(
        said.contains("was carried out 2 times") || said.contains("was carried out 3 times"),
        "{said}"
    );
}

#[test]
fn a_false_effect_is_found() {
    let said = fails(|| contract::every_ticket_gets_exactly_one_done(&datagram(Bug::LiesAboutEffects)));
    assert!(said.contains("said not to be applied"), "{said}");
}

#[test]
fn a_session_that_takes_any_reply_is_found() {
    let said = fails(|| contract::every_ticket_gets_exactly_one_done(&datagram(Bug::TakesAnyReply)));
    assert!(said.contains("another's reply"), "{said}");
    let said = fails(|| contract::late_replies_reach_nobody_else(&stream(Bug::TakesAnyReply)));
    assert!(said.contains("another's reply"), "{said}");
}

#[test]
fn a_line_without_ids_that_is_not_left_quiet_is_found() {
    let fixture = PlainFixture {
        bug: Bug::TakesAnyReply,
    };
    let said = fails(|| contract::late_replies_reach_nobody_else(&fixture));
    assert!(said.contains("another's reply"), "{said}");
}

#[test]
fn bytes_lost_between_pieces_are_found() {
    let said = fails(|| contract::input_may_be_split_anywhere(&stream(Bug::LosesPartialLines)));
    assert!(said.contains("if the input is split"), "{said}");
}

#[test]
fn a_timer_that_starts_too_early_or_is_too_short_is_found() {
    let said = fails(|| contract::reply_timer_starts_when_the_last_byte_left(&stream(Bug::TimerFromSubmit)));
    assert!(said.contains("before the request's last byte had left"), "{said}");
    let said = fails(|| contract::reply_timer_starts_when_the_last_byte_left(&datagram(Bug::TimerFromSubmit)));
    assert!(
        said.contains("sent again while the request was still leaving"),
        "{said}"
    );
    let said = fails(|| contract::reply_timer_starts_when_the_last_byte_left(&stream(Bug::TimerTooShort)));
    assert!(said.contains("before the reply's time was up"), "{said}");
}

#[test]
fn an_ignored_cancel_is_found() {
    let said = fails(|| contract::cancelled_before_sending_is_not_applied(&stream(Bug::IgnoresCancel)));
    assert!(said.contains("never got their Done"), "{said}");
}

#[test]
fn a_half_frame_is_found() {
    let said = fails(|| contract::a_frame_begun_is_finished(&stream(Bug::WithdrawsBegunFrames)));
    assert!(said.contains("the frame was not finished"), "{said}");
}

#[test]
fn a_session_that_depends_on_how_often_it_is_asked_is_found() {
    let said = fails(|| contract::polls_are_level_triggered(&stream(Bug::TakesEveryCallForTheDeadline)));
    assert!(said.contains("asked more often"), "{said}");
    let said = fails(|| contract::polls_are_level_triggered(&stream(Bug::KeepsOnlyTheNewestEvent)));
    assert!(
        said.contains("never got their Done") || said.contains("asked"),
        "{said}"
    );
}

#[test]
fn a_session_that_believes_any_clock_is_found() {
    let said = fails(|| contract::time_running_backwards_is_harmless(&datagram(Bug::BelievesAnyClock)));
    assert!(said.contains("clock jumps back"), "{said}");
}

#[test]
fn a_table_without_bound_and_a_swapped_request_are_found() {
    let said = fails(|| contract::full_table_gives_the_request_back(&stream(Bug::NoLimitOfRequests)));
    assert!(said.contains("without bound"), "{said}");
    let said = fails(|| contract::full_table_gives_the_request_back(&stream(Bug::GivesAnotherRequestBack)));
    assert!(said.contains("given back is another"), "{said}");
}

#[test]
fn a_panic_on_input_is_found() {
    fails(|| contract::never_panics(&stream(Bug::PanicsOnStrangeInput)));
    fails(|| contract::never_panics(&stream(Bug::TakesMoreThanOffered)));
}

#[test]
fn a_deadline_that_stays_in_the_past_ends_the_run() {
    let said = fails(|| contract::every_ticket_gets_exactly_one_done(&stream(Bug::DeadlineInThePast)));
    assert!(said.contains("poll_timeout in the past"), "{said}");
}
