//! The harness does what a link and a driver do.

use std::time::Duration;

use pdu_core::testing::{BreachKind, Faults, Harness, Medium, Output, Side};
use pdu_core::{Effect, ErrorKind, Event, Instant, Transport};

use super::toys::{Ask, Bug, PeerBug, Tagged, ToyPeer};

const A_WHILE: Duration = Duration::from_secs(5);

fn harness(bug: Bug) -> Harness<Tagged, ToyPeer> {
    let peer = ToyPeer::tagged(Transport::Stream, PeerBug::None);
    Harness::new(
        1,
        Faults::none(Medium::Stream),
        Tagged::new(Transport::Stream, bug),
        peer,
    )
}

#[test]
fn time_jumps_to_what_happens_next() {
    let mut harness = harness(Bug::None);
    let start = harness.now();
    harness.submit(Ask::Get(1)).unwrap();
    assert_eq!(harness.run_until_done(A_WHILE), Ok(true));
    // One millisecond each for the link, the request and the answer.
    assert_eq!(harness.now(), start + Duration::from_millis(3));
    assert_eq!(harness.events()[0].at, harness.now());
    assert_eq!(harness.transmitted(Side::Client), b"1 get 1\n");
    assert_eq!(harness.transmitted(Side::Server), b"1 ok 1001\n");
}

#[test]
fn a_run_without_its_goal_ends_at_the_limit() {
    let mut harness = harness(Bug::None);
    let end = harness.now() + A_WHILE;
    harness.set_output(Side::Client, Output::AtMost(3));
    harness.submit(Ask::Get(1)).unwrap();
    assert_eq!(harness.run_until_done(A_WHILE), Ok(false));
    assert_eq!((harness.now(), harness.live()), (end, 1));
    assert_eq!(harness.transmitted(Side::Client), b"1 g");
}

#[test]
fn what_is_under_way_is_lost_with_its_link() {
    let mut harness = harness(Bug::None);
    harness.submit(Ask::Set(7)).unwrap();
    let left = harness.run(A_WHILE, |harness| !harness.sent().is_empty());
    assert_eq!(left, Ok(true));
    harness.cut();
    assert!(!harness.is_up());
    assert_eq!(harness.run_until_done(A_WHILE), Ok(true));
    let error = harness.result(0).unwrap().unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::LinkDown, Effect::Unknown));
    harness.run_for(A_WHILE).unwrap();
    assert!(harness.is_up(), "opened again, as demanded");
    assert_eq!(harness.server().times_set(7), 0);
}

#[test]
fn held_answers_arrive_when_they_are_released() {
    let mut harness = harness(Bug::None);
    harness.link_mut().hold(Side::Client);
    harness.submit(Ask::Get(1)).unwrap();
    harness.run_for(Duration::from_millis(400)).unwrap();
    assert_eq!(harness.live(), 1);
    harness.link_mut().release(Side::Client);
    assert_eq!(harness.run_until_done(A_WHILE), Ok(true));
    assert_eq!(harness.result(0), Some(&Ok(1001)));
}

#[test]
fn refused_input_is_offered_again_after_events_were_taken() {
    // The session reads no further than two events; all eight answers come at once.
    let mut harness = harness(Bug::None);
    harness.link_mut().hold(Side::Client);
    for n in 0..8 {
        harness.submit(Ask::Get(n)).unwrap();
    }
    harness.run_for(Duration::from_millis(100)).unwrap();
    harness.link_mut().release(Side::Client);
    assert_eq!(harness.run_until_done(A_WHILE), Ok(true));
    let answered = harness
        .events()
        .iter()
        .filter(|recorded| matches!(recorded.event, Event::Done { .. }));
    assert_eq!(answered.count(), 8);
}

#[test]
fn breaches_name_the_seed_the_time_and_the_side() {
    let mut harness = harness(Bug::TakesMoreThanOffered);
    harness.submit(Ask::Get(1)).unwrap();
    let breach = harness.run_until_done(A_WHILE).unwrap_err();
    assert_eq!(
        (breach.seed, breach.kind.clone()),
        (1, BreachKind::TookTooMuch(Side::Client))
    );
    assert_eq!(breach.at, Instant::from_millis(10_003));
    assert_eq!(
        breach.to_string(),
        "seed 1, at 10.003000s: Client: handle_input took more than it was offered"
    );
}
