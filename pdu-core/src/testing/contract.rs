//! The contract of [`Session`], line by line, as functions that take any session.
//!
//! Each function runs a session against a peer that answers well, over a link in virtual time, and panics with the seed if
//! the session breaks its line of the contract. [`all`] runs every one.

use core::fmt::Debug;
use core::ops::Range;
use std::time::Duration;

use super::harness::{Breach, Harness, Manners, Output};
use super::link::{Faults, Medium, Side, Split};
use super::script::drive_script_with_peer;
use crate::{Effect, Endpoint, Error, ErrorKind, Event, Rng, Session, Ticket, Transport};

/// What the contract tests need to know of a protocol: how to make a session and its peer, what to ask, and what counts as
/// the right answer.
///
/// Requests are named by a number. The same number always gives the same request, and the first sixteen or so should differ,
/// so that an answer shows which of them it belongs to (other registers, other outlets, other values).
pub trait Fixture {
    /// The session under test.
    type Session: Session<Request: Debug, Reply: Debug, Notice: Debug>;
    /// What answers it.
    type Peer: Endpoint;

    /// A fresh session, always with the same settings and seed.
    fn session(&self) -> Self::Session;

    /// A fresh device that answers every request correctly and at once.
    fn peer(&self) -> Self::Peer;

    /// The request of this number.
    fn request(&self, n: u32) -> <Self::Session as Session>::Request;

    /// Whether this is the peer's answer to the request of this number, and to no other.
    fn answers(&self, n: u32, reply: &<Self::Session as Session>::Reply) -> bool;

    /// Whether the request of this number changes the device, and is so never to be repeated.
    fn is_write(&self, n: u32) -> bool {
        let _ = n;
        false
    }

    /// How often the peer has carried out the write of this number.
    fn times_applied(&self, peer: &Self::Peer, n: u32) -> usize {
        let _ = (peer, n);
        0
    }

    /// How long the session waits for the answer to one attempt.
    fn reply_timeout(&self) -> Duration;

    /// How long a request may live at most, if nothing ever answers: all attempts and pauses.
    fn patience(&self) -> Duration {
        self.reply_timeout() * 10 + Duration::from_secs(30)
    }

    /// For protocols without ids over a wire: a reply that comes later than this after a timeout may be taken for the next
    /// one's, as the documentation of the session warns. `None` if late replies are told apart however late.
    fn late_reply_hazard(&self) -> Option<Duration> {
        None
    }

    /// What the medium may do, and the protocol survives.
    fn faults(&self) -> Faults {
        match self.session().transport() {
            Transport::Stream => Faults::stream(),
            Transport::Datagram { .. } => Faults::datagram(),
        }
    }

    /// The seeds of the random runs.
    fn seeds(&self) -> Range<u64> {
        0..64
    }
}

/// Runs every function of this module.
///
/// # Panics
///
/// If the session breaks a line of the contract.
pub fn all<F: Fixture>(fixture: &F) {
    every_ticket_gets_exactly_one_done(fixture);
    input_may_be_split_anywhere(fixture);
    reply_timer_starts_when_the_last_byte_left(fixture);
    late_replies_reach_nobody_else(fixture);
    polls_are_level_triggered(fixture);
    time_running_backwards_is_harmless(fixture);
    full_table_gives_the_request_back(fixture);
    cancelled_before_sending_is_not_applied(fixture);
    a_frame_begun_is_finished(fixture);
    never_panics(fixture);
}

/// Each accepted ticket gets exactly one `Done`, whatever the link does and whoever cancels; no reply reaches another
/// request; a write is carried out at most once, and its `Effect` is true. (Lines 1 and 4.)
///
/// # Panics
///
/// If not.
pub fn every_ticket_gets_exactly_one_done<F: Fixture>(fixture: &F) {
    for seed in fixture.seeds() {
        let mut faults = fixture.faults();
        // No client can stop a network from repeating a datagram: every other run counts what the client itself sent.
        if seed % 2 == 1 {
            faults.duplication = 0;
        }
        let mut run = Run::new(fixture, seed, faults);
        run.random_steps(Rng::from_seed(seed));
        run.finish();
        run.check_results();

        let mut run = Run::new(fixture, seed, hostile(fixture));
        run.random_steps(Rng::from_seed(seed));
        run.finish();
    }
}

/// Input may be cut into pieces anywhere, with the same events. (Line 2.)
///
/// Damaged input too: there one request is asked, whose `Done` must be the same to the letter. Several are only compared
/// where the protocol finds all damage, and only in how they end: a session that goes on between two pieces may use another
/// id, which an error may show, and which damage may hit.
///
/// # Panics
///
/// If not.
pub fn input_may_be_split_anywhere<F: Fixture>(fixture: &F) {
    if fixture.session().transport() != Transport::Stream {
        return;
    }
    let splits = [
        Split::EveryByte,
        Split::Chance(50),
        Split::Chance(300),
        Split::Chance(700),
    ];
    for (seed, split) in fixture
        .seeds()
        .take(64)
        .flat_map(|seed| splits.map(|split| (seed, split)))
    {
        let when = format!("if the input is split, {split:?}");
        let compare = |faults: Faults, tell: fn(&F, u64, Faults) -> Vec<String>| {
            let whole = tell(fixture, seed, faults.clone());
            expect_same(&whole, &tell(fixture, seed, Faults { split, ..faults }), seed, &when);
        };
        compare(none(fixture), |fixture, seed, faults| {
            converse(fixture, seed, faults, Manners::Usual).story()
        });
        if fixture.faults().corruption > 0 {
            compare(hostile(fixture), |fixture, seed, faults| {
                converse(fixture, seed, faults, Manners::Usual).endings()
            });
        }
        compare(hostile(fixture), |fixture, seed, faults| {
            let mut run = Run::new(fixture, seed, faults);
            run.ask(run.a_read(0));
            run.finish();
            run.story()
        });
    }
}

/// The time for a reply starts when the last byte of the request has left, and is not cut short. (Line 3.)
///
/// # Panics
///
/// If not.
pub fn reply_timer_starts_when_the_last_byte_left<F: Fixture>(fixture: &F) {
    let mut run = Run::new(fixture, 0, none(fixture));
    run.warm_up();
    let before = run.bytes_sent();
    run.harness.set_output(Side::Client, Output::AllButLastByte);
    run.harness.link_mut().hold(Side::Client);
    run.ask(run.a_read(1));
    run.run_for(fixture.reply_timeout() * 3 / 2);
    assert_eq!(
        run.harness.live(),
        1,
        "Done before the request's last byte had left: {}",
        run.last_event()
    );
    run.harness.set_output(Side::Client, Output::Free);
    run.run_for(fixture.reply_timeout() / 10);
    let after = run.bytes_sent();
    run.run_for(fixture.reply_timeout() * 8 / 10);
    assert_eq!(
        run.harness.live(),
        1,
        "Done before the reply's time was up: {}",
        run.last_event()
    );
    run.harness.link_mut().release(Side::Client);
    run.finish();
    run.check_results();
    assert!(run.is_ok(1), "an answer in time was not taken: {}", run.last_event());
    let request = after - before;
    assert_eq!(run.bytes_sent(), after, "sent again before the reply's time was up");
    assert_eq!(
        request,
        run.bytes_of_a_request(),
        "sent again while the request was still leaving"
    );
}

/// A reply that comes after its request was given up, by timeout or cancel, is taken for no other's. (Lines 4 and 5.)
///
/// # Panics
///
/// If it is, or if the session does not recover.
pub fn late_replies_reach_nobody_else<F: Fixture>(fixture: &F) {
    for seed in fixture.seeds() {
        let mut rng = Rng::from_seed(seed);
        let mut run = Run::new(fixture, seed, none(fixture));
        run.warm_up();
        run.harness.link_mut().hold(Side::Client);
        let given_up = run.ask(run.a_read(1));
        run.until_something_left();
        if rng.chance(500) {
            run.run_for(fixture.reply_timeout() / 10);
            run.cancel(given_up);
        }
        run.finish_one(1);
        let hazard = fixture.late_reply_hazard().unwrap_or(fixture.reply_timeout());
        let pause = rng.span(&(Duration::ZERO..=hazard.min(fixture.reply_timeout() / 2)));
        if rng.chance(500) {
            run.ask(run.a_read(2));
            run.run_for(pause);
            run.harness.link_mut().release(Side::Client);
        } else {
            run.run_for(pause);
            run.harness.link_mut().release(Side::Client);
            run.ask(run.a_read(2));
        }
        run.finish();
        run.check_results();
        run.run_for(fixture.patience());
        run.ask(run.a_read(3));
        run.finish();
        run.check_results();
        assert!(
            run.is_ok(3),
            "seed {seed}: no recovery after a late reply: {}",
            run.last_event()
        );
    }
}

/// Polls may be asked often or seldom, and time told early or twice, without any difference. (The rule above the lines.)
///
/// # Panics
///
/// If there is one.
pub fn polls_are_level_triggered<F: Fixture>(fixture: &F) {
    for seed in fixture.seeds().take(64) {
        for faults in [none(fixture), fixture.faults()] {
            let usual = converse(fixture, seed, faults.clone(), Manners::Usual).story();
            let eager = converse(fixture, seed, faults, Manners::Eager).story();
            expect_same(&usual, &eager, seed, "if asked more often");
        }
        // Notices that were not taken in between may have become one.
        let usual = converse(fixture, seed, none(fixture), Manners::Usual).endings();
        let lazy = converse(fixture, seed, none(fixture), Manners::Lazy).endings();
        expect_same(&usual, &lazy, seed, "if asked later");
    }
}

/// A `now` that runs backwards counts as the last `now`. (Line 6.)
///
/// # Panics
///
/// If it makes a difference.
pub fn time_running_backwards_is_harmless<F: Fixture>(fixture: &F) {
    for seed in fixture.seeds().take(64) {
        for faults in [none(fixture), fixture.faults()] {
            let usual = converse(fixture, seed, faults.clone(), Manners::Usual).story();
            let jumping = converse(fixture, seed, faults, Manners::ClockJumpsBack).story();
            expect_same(&usual, &jumping, seed, "if the clock jumps back");
        }
    }
}

/// A full table of requests gives the request back, untouched, with `Busy`; and takes requests again later. (Line 7.)
///
/// # Panics
///
/// If not, or if the table takes more than 16,384 requests.
pub fn full_table_gives_the_request_back<F: Fixture>(fixture: &F) {
    let mut run = Run::new(fixture, 0, none(fixture));
    run.warm_up();
    run.harness.set_output(Side::Client, Output::AtMost(0));
    let Some((n, refused)) = (1..16_384).find_map(|n| run.try_ask(n).err()) else {
        fail("16,383 requests are live: a table without bound");
    };
    assert_eq!(refused.kind, ErrorKind::Busy, "a full table is Busy");
    let (back, request) = (format!("{:?}", refused.request), format!("{:?}", fixture.request(n)));
    assert_eq!(back, request, "the request that was given back is another");
    run.harness.set_output(Side::Client, Output::Free);
    run.finish();
    run.check_results();
    let submission = run.asked.len();
    run.ask(run.a_read(0));
    run.finish();
    assert!(
        run.is_ok(submission),
        "no answer after the table was full: {}",
        run.last_event()
    );
}

/// A request of which nothing has left is withdrawn by `cancel`: `Cancelled`, `NotApplied`, and nothing of it leaves later.
/// (Lines 1 and 11.)
///
/// # Panics
///
/// If not.
pub fn cancelled_before_sending_is_not_applied<F: Fixture>(fixture: &F) {
    for n in 1..8 {
        let mut run = Run::new(fixture, u64::from(n), none(fixture));
        run.warm_up();
        run.harness.set_output(Side::Client, Output::AtMost(0));
        let ticket = run.ask(n);
        run.run_for(fixture.reply_timeout() / 20);
        let sent = run.harness.transmitted(Side::Client).len();
        run.cancel(ticket);
        run.finish();
        run.check_results();
        let kind_and_effect = run.error(1).map(|error| (error.kind(), error.effect()));
        let expected = Some((ErrorKind::Cancelled, Effect::NotApplied));
        assert_eq!(
            kind_and_effect,
            expected,
            "request {n} was cancelled before it left: {}",
            run.last_event()
        );
        run.harness.set_output(Side::Client, Output::Free);
        run.run_for(Duration::from_millis(1));
        let later = run.harness.transmitted(Side::Client).split_off(sent);
        assert!(
            later.is_empty(),
            "request {n} left after it was cancelled: {later:02x?}"
        );
    }
}

/// A frame that has begun to leave is finished, although its request is cancelled. (Line 11; streams only.)
///
/// # Panics
///
/// If not.
pub fn a_frame_begun_is_finished<F: Fixture>(fixture: &F) {
    if fixture.session().transport() != Transport::Stream {
        return;
    }
    for n in 1..8 {
        let begin = || {
            let mut run = Run::new(fixture, u64::from(n), none(fixture));
            run.warm_up();
            run.harness.set_output(Side::Client, Output::AtMost(1));
            let ticket = run.ask(n);
            run.until_something_left();
            (run, ticket)
        };
        let (mut whole, _) = begin();
        whole.harness.set_output(Side::Client, Output::Free);
        whole.finish();
        let (mut run, ticket) = begin();
        run.cancel(ticket);
        run.run_for(Duration::ZERO);
        run.harness.set_output(Side::Client, Output::Free);
        run.finish();
        run.run_for(fixture.reply_timeout());
        run.check_results();
        let (mut sent, frame) = (
            run.harness.transmitted(Side::Client),
            whole.harness.transmitted(Side::Client),
        );
        sent.truncate(frame.len());
        assert_eq!(
            sent, frame,
            "request {n} was cancelled within its frame, and the frame was not finished"
        );
    }
}

/// No input panics, hangs or breaks the rule of the one `Done`: random scripts, with a peer that answers and is damaged.
/// (Line 8; a fuzz target with [`drive_script`](super::drive_script) goes further.)
///
/// # Panics
///
/// If one does.
pub fn never_panics<F: Fixture>(fixture: &F) {
    for seed in fixture.seeds() {
        let mut rng = Rng::from_seed(seed);
        let mut script = vec![0; usize::try_from(rng.within(1..=600)).unwrap_or(1)];
        rng.fill(&mut script);
        // Most scripts start with a link, or the session would not speak at all.
        if rng.chance(900) {
            script.splice(..0, [14, 0]);
        }
        drive_script_with_peer(&mut fixture.session(), &mut fixture.peer(), &script, |script| {
            Some(fixture.request(u32::from(script.next_u8())))
        });
    }
}

fn medium<F: Fixture>(fixture: &F) -> Medium {
    match fixture.session().transport() {
        Transport::Stream => Medium::Stream,
        Transport::Datagram { .. } => Medium::Datagram,
    }
}

fn none<F: Fixture>(fixture: &F) -> Faults {
    Faults::none(medium(fixture))
}

/// Damage of every kind, more than the protocol needs to see through: nothing is claimed but that nothing panics or hangs.
fn hostile<F: Fixture>(fixture: &F) -> Faults {
    let medium = match medium(fixture) {
        Medium::Datagram => Medium::Datagram,
        Medium::Stream | Medium::Serial => Medium::Serial,
    };
    let mut faults = Faults::none(medium);
    faults.corruption = 150;
    faults.truncation = 80;
    faults.noise = 80;
    faults.loss = 40;
    faults
}

/// Six requests at once and two later ones, to their end.
fn converse<F: Fixture>(fixture: &F, seed: u64, faults: Faults, manners: Manners) -> Run<'_, F> {
    let mut run = Run::new(fixture, seed, faults);
    run.harness.set_manners(manners);
    for n in 0..6 {
        let _ = run.try_ask(n);
    }
    run.finish();
    for n in 6..8 {
        let _ = run.try_ask(n);
        run.finish();
    }
    run
}

/// Two conversations must be the same; shows the first event that is not.
fn expect_same(usual: &[String], other: &[String], seed: u64, when: &str) {
    let longest = usual.len().max(other.len());
    let differs = (0..longest).find(|&place| usual.get(place) != other.get(place));
    if let Some(place) = differs {
        let [usual, other] = [usual, other].map(|events| events.get(place).map_or("nothing", String::as_str));
        fail(&format!(
            "seed {seed}: other events {when}: event {place}\n usual: {usual}\n  then: {other}"
        ));
    }
}

/// Ends a test that has failed.
#[allow(clippy::panic)] // to panic is what these functions are for
pub(super) fn fail(why: &str) -> ! {
    panic!("{why}")
}

/// One run of a fixture's session and peer, and which requests were asked.
struct Run<'f, F: Fixture> {
    fixture: &'f F,
    seed: u64,
    harness: Harness<F::Session, F::Peer>,
    tickets: Vec<Ticket>,
    /// By submission: the number of the request.
    asked: Vec<u32>,
}

type RefusedOf<F> = crate::Refused<<<F as Fixture>::Session as Session>::Request>;

impl<'f, F: Fixture> Run<'f, F> {
    fn new(fixture: &'f F, seed: u64, faults: Faults) -> Self {
        Self {
            fixture,
            seed,
            harness: Harness::new(seed, faults, fixture.session(), fixture.peer()),
            tickets: Vec::new(),
            asked: Vec::new(),
        }
    }

    fn try_ask(&mut self, n: u32) -> Result<Ticket, (u32, RefusedOf<F>)> {
        let ticket = self
            .harness
            .submit(self.fixture.request(n))
            .map_err(|refused| (n, refused))?;
        self.tickets.push(ticket);
        self.asked.push(n);
        Ok(ticket)
    }

    fn ask(&mut self, n: u32) -> Ticket {
        let ticket = self.try_ask(n);
        assert!(
            ticket.is_ok(),
            "seed {}: request {n} refused although nothing else is live",
            self.seed
        );
        ticket.unwrap_or(Ticket(u64::MAX))
    }

    fn cancel(&mut self, ticket: Ticket) {
        self.harness.cancel(ticket);
    }

    /// The number of the how many-th request that is none to be counted; of any, if all are.
    fn a_read(&self, nth: usize) -> u32 {
        let mut reads = (0..64).filter(|n| !self.fixture.is_write(*n));
        reads.nth(nth).unwrap_or(u32::try_from(nth).unwrap_or(0))
    }

    /// One answered request, so that the link is up and greetings are over.
    fn warm_up(&mut self) {
        self.ask(self.a_read(0));
        self.finish();
        assert!(
            self.is_ok(0),
            "no answer from a good peer over a good link: {}",
            self.last_event()
        );
        self.check_results();
    }

    fn random_steps(&mut self, mut rng: Rng) {
        let mut n = 0;
        for _ in 0..rng.within(3..=16) {
            match rng.below(10) {
                0 => self.harness.cut(),
                1 | 2 => {
                    let known = self.tickets.get(usize::try_from(rng.below(8)).unwrap_or(0));
                    self.cancel(known.copied().unwrap_or(Ticket(u64::MAX)));
                }
                _ => {
                    let _ = self.try_ask(n);
                    n += 1;
                }
            }
            let longest = self.fixture.reply_timeout() * if rng.chance(200) { 2 } else { 0 };
            self.run_for(rng.span(&(Duration::ZERO..=longest.max(Duration::from_millis(20)))));
        }
    }

    fn bytes_sent(&self) -> usize {
        self.harness.transmitted(Side::Client).len()
    }

    /// How many bytes the second request of a warm session takes, if nothing goes wrong.
    fn bytes_of_a_request(&self) -> usize {
        let mut control = Run::new(self.fixture, 0, none(self.fixture));
        control.warm_up();
        let before = control.bytes_sent();
        control.ask(control.a_read(1));
        control.finish();
        control.bytes_sent() - before
    }

    fn run_for(&mut self, span: Duration) {
        let outcome = self.harness.run_for(span);
        self.expect(outcome);
    }

    /// Until each ticket has its `Done`; and a while longer, in which no second one may come.
    fn finish(&mut self) {
        let requests = u32::try_from(self.harness.live() + 1).unwrap_or(u32::MAX);
        let outcome = self
            .harness
            .run_until_done(self.fixture.patience().saturating_mul(requests));
        let done = self.expect(outcome);
        assert!(
            done,
            "seed {}: {} requests never got their Done",
            self.seed,
            self.harness.live()
        );
        self.run_for(Duration::ZERO);
    }

    fn finish_one(&mut self, submission: usize) {
        let outcome = self
            .harness
            .run(self.fixture.patience(), |harness| harness.result(submission).is_some());
        let done = self.expect(outcome);
        assert!(done, "seed {}: submission {submission} never got its Done", self.seed);
    }

    fn until_something_left(&mut self) {
        let sent = self.harness.sent().len();
        let outcome = self
            .harness
            .run(self.fixture.patience(), |harness| harness.sent().len() > sent);
        let left = self.expect(outcome);
        assert!(left, "seed {}: nothing of the request leaves", self.seed);
    }

    fn expect<T>(&self, outcome: Result<T, Breach>) -> T {
        match outcome {
            Ok(value) => value,
            Err(breach) => fail(&format!("{breach}; requests so far: {:?}", self.asked)),
        }
    }

    /// What the application was told, and when.
    fn story(&self) -> Vec<String> {
        let told = |recorded: &super::Recorded<_>| format!("{:?} {:?}", recorded.at, recorded.event);
        self.harness.events().iter().map(told).collect()
    }

    /// How the requests ended, without what the errors say.
    fn endings(&self) -> Vec<String> {
        let ending = |submission| match self.harness.result(submission) {
            Some(Err(error)) => format!("{submission}: {}, {}", error.kind(), error.effect()),
            reply => format!("{submission}: {reply:?}"),
        };
        (0..self.asked.len()).map(ending).collect()
    }

    fn is_ok(&self, submission: usize) -> bool {
        matches!(self.harness.result(submission), Some(Ok(_)))
    }

    fn error(&self, submission: usize) -> Option<&<F::Session as Session>::Error> {
        self.harness.result(submission)?.as_ref().err()
    }

    fn last_event(&self) -> String {
        match self.harness.events().last() {
            Some(recorded) => format!("last event {:?} at {:?}", recorded.event, recorded.at),
            None => String::from("no event so far"),
        }
    }

    /// Replies belong to their requests, and effects are true.
    fn check_results(&self) {
        for recorded in self.harness.events() {
            let (Some(submission), Event::Done { result, .. }) = (recorded.submission, &recorded.event) else {
                continue;
            };
            let n = self.asked[submission];
            if let Ok(reply) = result {
                let right = self.fixture.answers(n, reply);
                assert!(
                    right,
                    "seed {}: request {n} was given another's reply: {reply:?}",
                    self.seed
                );
            }
            if self.fixture.is_write(n) {
                self.check_write(n, result.as_ref().map_or_else(Error::effect, |_| Effect::Applied));
            }
        }
    }

    fn check_write(&self, n: u32, effect: Effect) {
        let times = self.fixture.times_applied(self.harness.server(), n);
        let asked = self.asked.iter().filter(|asked| **asked == n).count();
        let duplicated = self.fixture.faults().duplication > 0 && self.seed.is_multiple_of(2);
        assert!(
            times <= asked || duplicated,
            "seed {}: write {n} was carried out {times} times",
            self.seed
        );
        if asked == 1 {
            let seed = self.seed;
            assert!(
                effect != Effect::NotApplied || times == 0,
                "seed {seed}: write {n} is said not to be applied"
            );
            assert!(
                effect != Effect::Applied || times > 0,
                "seed {seed}: write {n} is said to be applied"
            );
        }
    }
}
