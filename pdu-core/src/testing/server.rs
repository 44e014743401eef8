//! The contract of a server, or of any other [`Endpoint`] that answers, as functions that take any.
//!
//! Smaller than that of a session, since a server is asked nothing: what it must say to whom is for the tests of its
//! protocol. [`all`] runs every function.

use core::convert::Infallible;
use core::ops::Range;
use std::time::Duration;

use super::contract::fail;
use super::link::Split;
use super::script::drive_script;
use crate::{
    Effect, Endpoint, Error, ErrorKind, Event, Instant, LinkDemand, LinkEvent, Refused, Rng, Session, Ticket, Transport,
};

/// Octets offered to a server whose output nobody takes.
const FLOOD: usize = 128 * 1024;
/// Steps of one conversation: deadlines that creep end here.
const MAX_STEPS: usize = 100_000;

/// What the contract tests need to know of a server.
pub trait ServerFixture {
    /// The server under test.
    type Server: Endpoint;

    /// A fresh server, always with the same settings and seed. Its answers should not depend on the time (a simulator's
    /// loads at rest).
    fn server(&self) -> Self::Server;

    /// The bytes of the request of this number, as a good client sends them: a whole frame, line or datagram.
    fn request(&self, n: u32) -> Vec<u8>;

    /// How long the server may take for an answer.
    fn patience(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// Octets that the server may owe to a client that does not read.
    fn most_owed(&self) -> usize {
        64 * 1024
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
/// If the server breaks a line of the contract.
pub fn all<F: ServerFixture>(fixture: &F) {
    input_may_be_split_anywhere(fixture);
    polls_are_level_triggered(fixture);
    time_running_backwards_is_harmless(fixture);
    stops_reading_when_its_output_is_not_taken(fixture);
    never_panics(fixture);
}

/// Input may be cut into pieces anywhere, with the same answers. (Line 2.)
///
/// # Panics
///
/// If not.
pub fn input_may_be_split_anywhere<F: ServerFixture>(fixture: &F) {
    if fixture.server().transport() != Transport::Stream {
        return;
    }
    for seed in fixture.seeds().take(16) {
        let whole = converse(fixture, seed, Split::Never, Habit::Usual);
        for split in [Split::EveryByte, Split::Chance(50), Split::Chance(500)] {
            let answers = converse(fixture, seed, split, Habit::Usual);
            assert_eq!(
                answers, whole,
                "seed {seed}: other answers if the input is split, {split:?}"
            );
        }
    }
}

/// Polls may be asked often, and time told early and twice, without any difference.
///
/// # Panics
///
/// If there is one.
pub fn polls_are_level_triggered<F: ServerFixture>(fixture: &F) {
    for seed in fixture.seeds().take(16) {
        let usual = converse(fixture, seed, Split::Never, Habit::Usual);
        let eager = converse(fixture, seed, Split::Never, Habit::Eager);
        assert_eq!(eager, usual, "seed {seed}: other answers if asked more often");
    }
}

/// A `now` that runs backwards counts as the last `now`. (Line 6.)
///
/// # Panics
///
/// If it makes a difference.
pub fn time_running_backwards_is_harmless<F: ServerFixture>(fixture: &F) {
    for seed in fixture.seeds().take(16) {
        let usual = converse(fixture, seed, Split::Never, Habit::Usual);
        let jumping = converse(fixture, seed, Split::Never, Habit::ClockJumpsBack);
        assert_eq!(jumping, usual, "seed {seed}: other answers if the clock jumps back");
    }
}

/// A client that asks and asks but never reads is read no further; once it reads, everything that was taken is answered.
/// (Line 7; streams only. A server may also drop requests while it answers, as on a half-duplex line: then only what it owes
/// is bounded.)
///
/// # Panics
///
/// If not.
pub fn stops_reading_when_its_output_is_not_taken<F: ServerFixture>(fixture: &F) {
    if fixture.server().transport() != Transport::Stream {
        return;
    }
    let mut reader = Talk::new(fixture, 0, Habit::Usual);
    let mut deaf = Talk::new(fixture, 0, Habit::Usual);
    let mut offered = 0;
    let mut refused = Vec::new();
    for n in (0..16).cycle() {
        let request = fixture.request(n);
        reader.hear(&request, Split::Never);
        reader.run(fixture.patience());
        offered += request.len();
        let taken = deaf.offer(&request);
        if taken < request.len() {
            refused = request[taken..].to_vec();
            break;
        }
        deaf.pass_time(fixture.patience());
        if offered > FLOOD {
            break;
        }
    }
    let stopped = !refused.is_empty();
    deaf.refused = refused;
    deaf.run(fixture.patience());
    let (owed, most) = (deaf.answers.len(), fixture.most_owed());
    assert!(
        owed <= most,
        "{offered} octets of requests were offered, no answer was read, and {owed} octets owed"
    );
    assert!(
        !stopped || deaf.answers == reader.answers,
        "after a pause in reading the answers are others"
    );
}

/// No input panics, hangs or makes the server take more than it was offered: random scripts.
///
/// # Panics
///
/// If one does.
pub fn never_panics<F: ServerFixture>(fixture: &F) {
    for seed in fixture.seeds() {
        let mut rng = Rng::from_seed(seed);
        let mut script = vec![14, 0];
        for _ in 0..rng.within(1..=20) {
            script.extend(damaged_request(fixture, &mut rng));
            script.extend([rng.next_u8(), rng.next_u8(), rng.next_u8()]);
        }
        drive_endpoint_script(&mut fixture.server(), &script);
    }
}

/// A script's step: input, a request or what is left of one.
fn damaged_request<F: ServerFixture>(fixture: &F, rng: &mut Rng) -> Vec<u8> {
    let mut request = fixture.request(u32::from(rng.next_u8() % 16));
    if rng.chance(500) {
        let place = usize::try_from(rng.below(request.len() as u64)).unwrap_or(0);
        request
            .iter_mut()
            .skip(place)
            .take(1)
            .for_each(|byte| *byte = rng.next_u8());
    }
    if rng.chance(200) {
        request.truncate(usize::try_from(rng.below(request.len() as u64)).unwrap_or(0));
    }
    request.truncate(255);
    let mut step = vec![0, u8::try_from(request.len()).unwrap_or(u8::MAX)];
    step.extend(request);
    step
}

/// Drives a server, or any other endpoint that nobody asks anything, as a script of bytes says; see
/// [`drive_script`]. For fuzz targets.
///
/// # Panics
///
/// If the endpoint does, or breaks a rule that `drive_script` checks.
pub fn drive_endpoint_script<E: Endpoint>(endpoint: &mut E, data: &[u8]) {
    drive_script(&mut Unasked(endpoint), data, |_| None);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    Usual,
    Eager,
    ClockJumpsBack,
}

/// A conversation of sixteen requests, some at once, some with pauses.
fn converse<F: ServerFixture>(fixture: &F, seed: u64, split: Split, habit: Habit) -> Vec<u8> {
    let mut rng = Rng::from_seed(seed);
    let mut talk = Talk::new(fixture, seed, habit);
    for n in 0..16 {
        talk.hear(&fixture.request(n), split);
        if rng.chance(600) {
            talk.run(fixture.patience());
        }
    }
    talk.run(fixture.patience());
    talk.answers
}

/// One server and one client that only shouts.
struct Talk<S> {
    server: S,
    habit: Habit,
    now: Instant,
    pieces: Rng,
    jumps: Rng,
    refused: Vec<u8>,
    answers: Vec<u8>,
}

impl<S: Endpoint> Talk<S> {
    fn new<F: ServerFixture<Server = S>>(fixture: &F, seed: u64, habit: Habit) -> Self {
        let mut talk = Self {
            server: fixture.server(),
            habit,
            now: Instant::from_millis(10_000),
            pieces: Rng::from_seed(seed),
            jumps: Rng::from_seed(!seed),
            refused: Vec::new(),
            answers: Vec::new(),
        };
        let now = talk.told();
        talk.server.handle_link(now, LinkEvent::Up);
        talk
    }

    /// The time that the server is told; see [`Manners`](super::Manners).
    fn told(&mut self) -> Instant {
        if self.habit == Habit::Usual {
            return self.now;
        }
        self.server.handle_timeout(self.now);
        if self.habit == Habit::Eager {
            return self.now;
        }
        Instant::from_micros(self.now.as_micros().saturating_sub(self.jumps.below(1_000_000)))
    }

    fn hear(&mut self, bytes: &[u8], split: Split) {
        if self.server.transport() != Transport::Stream {
            self.offer(bytes);
            return self.take_output();
        }
        for piece in super::link::cut_into_pieces(&mut self.pieces, split, bytes) {
            self.refused.extend(piece);
            self.retry();
        }
    }

    /// Offers what was refused until nothing moves.
    fn retry(&mut self) {
        for _ in 0..MAX_STEPS {
            let refused = core::mem::take(&mut self.refused);
            let taken = self.offer(&refused);
            self.refused = refused.get(taken..).unwrap_or_default().to_vec();
            let answered = self.answers.len();
            self.take_output();
            if self.refused.is_empty() || (taken == 0 && self.answers.len() == answered) {
                return;
            }
        }
        fail("input is taken and refused without end");
    }

    fn offer(&mut self, bytes: &[u8]) -> usize {
        if bytes.is_empty() {
            return 0;
        }
        let now = self.told();
        let taken = self.server.handle_input(now, bytes);
        assert!(taken <= bytes.len(), "took {taken} of {} octets", bytes.len());
        let whole = self.server.transport() == Transport::Stream || taken == bytes.len();
        assert!(whole, "a datagram is taken whole");
        taken
    }

    fn take_output(&mut self) {
        for _ in 0..MAX_STEPS {
            let shown = self.server.transmit().to_vec();
            if shown.is_empty() {
                return;
            }
            let now = self.told();
            self.server.handle_transmitted(now, shown.len());
            self.answers.extend(shown);
        }
        fail("transmit never becomes empty");
    }

    /// Takes output, offers again and passes time until everything was said.
    fn run(&mut self, span: Duration) {
        self.take_output();
        self.retry();
        self.step(span, true);
    }

    /// Passes time, but takes nothing.
    fn pass_time(&mut self, span: Duration) {
        self.step(span, false);
    }

    fn step(&mut self, span: Duration, reading: bool) {
        let end = self.now + span;
        for _ in 0..MAX_STEPS {
            let next = self.server.poll_timeout().filter(|at| *at <= end);
            self.now = self.now.max(next.unwrap_or(end));
            self.server.handle_timeout(self.now);
            if reading {
                self.take_output();
                self.retry();
            }
            if next.is_none() {
                return;
            }
        }
        fail("poll_timeout does not move");
    }
}

/// An endpoint as a session that can be asked nothing.
struct Unasked<'e, E>(&'e mut E);

/// The error of requests that do not exist.
#[derive(Debug)]
enum Never {}

impl core::fmt::Display for Never {
    fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {}
    }
}

impl core::error::Error for Never {}

impl Error for Never {
    fn kind(&self) -> ErrorKind {
        match *self {}
    }

    fn effect(&self) -> Effect {
        match *self {}
    }
}

impl<E: Endpoint> Endpoint for Unasked<'_, E> {
    fn transport(&self) -> Transport {
        self.0.transport()
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.0.handle_link(now, event);
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.0.handle_input(now, bytes)
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.0.handle_transmitted(now, len);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.0.handle_timeout(now);
    }

    fn transmit(&self) -> &[u8] {
        self.0.transmit()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.0.poll_timeout()
    }

    fn link_demand(&self) -> LinkDemand {
        self.0.link_demand()
    }
}

impl<E: Endpoint> Session for Unasked<'_, E> {
    type Request = Infallible;
    type Reply = Infallible;
    type Notice = Infallible;
    type Error = Never;

    fn submit(&mut self, _: Instant, request: Infallible) -> Result<Ticket, Refused<Infallible>> {
        match request {}
    }

    fn cancel(&mut self, _: Instant, _: Ticket) {}

    fn poll_event(&mut self) -> Option<Event<Infallible, Infallible, Never>> {
        None
    }
}
