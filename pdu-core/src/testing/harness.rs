//! The two-sided harness: a session and a server over a faulty link, in virtual time.

use core::fmt;
use std::collections::VecDeque;
use std::time::Duration;

use super::link::{Faults, FaultyLink, Medium, Side};
use crate::{Endpoint, Event, EventOf, Instant, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport, earliest};

/// Rounds at one instant after which the two sides are said to run in circles.
const MAX_ROUNDS: usize = 20_000;
/// Calls of `handle_timeout` at one instant, nothing else moving, after which the deadline is said to be stuck.
const MAX_IDLE_TIMEOUTS: usize = 16;
/// Instants of one run.
const MAX_STEPS: usize = 1_000_000;
/// Octets that one side may show at one instant.
const MAX_BURST: usize = 16 * 1024 * 1024;
/// Unread octets of a stream at which its sender can write no more.
const WINDOW: usize = 16 * 1024;

/// A rule of the traits that one side has broken; with the seed, so that the run can be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The seed of the run.
    pub seed: u64,
    /// When, in virtual time.
    pub at: Instant,
    /// What.
    pub kind: BreachKind,
}

/// What was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BreachKind {
    /// `poll_timeout` lies in the past and `handle_timeout` does not move it.
    TimeoutStuck(Side),
    /// `transmit` shows more and more, at one instant.
    EndlessOutput(Side),
    /// Something keeps moving at one instant, without end.
    Livelock,
    /// The run took more instants than any honest one: deadlines that creep on by nothing.
    TooManySteps,
    /// `handle_input` says that it took more than it was offered.
    TookTooMuch(Side),
    /// A datagram was not taken whole.
    DatagramNotTaken(Side),
    /// Input is refused, and nothing will ever change that: no output, no event, no deadline.
    InputRefusedForGood(Side),
    /// The link was reset as demanded, and `link_demand` still says `Reset`.
    ResetAgain(Side),
    /// A `Done` for a ticket that is not live: a second one, or one for a ticket that never was.
    DoneNotLive(Ticket),
    /// `submit` gave a ticket that is still live.
    TicketInUse(Ticket),
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}, at {:?}: ", self.seed, self.at)?;
        match self.kind {
            BreachKind::TimeoutStuck(side) => {
                write!(f, "{side:?}: poll_timeout in the past, handle_timeout moves nothing")
            }
            BreachKind::EndlessOutput(side) => write!(f, "{side:?}: transmit never becomes empty"),
            BreachKind::Livelock => write!(f, "both sides run in circles at one instant"),
            BreachKind::TooManySteps => write!(f, "no end after {MAX_STEPS} instants"),
            BreachKind::TookTooMuch(side) => write!(f, "{side:?}: handle_input took more than it was offered"),
            BreachKind::DatagramNotTaken(side) => write!(f, "{side:?}: datagram not taken whole"),
            BreachKind::InputRefusedForGood(side) => write!(f, "{side:?}: input refused, and nothing will change that"),
            BreachKind::ResetAgain(side) => write!(f, "{side:?}: demands Reset of a link that is already lost"),
            BreachKind::DoneNotLive(ticket) => write!(f, "Done for {ticket:?}, which is not live"),
            BreachKind::TicketInUse(ticket) => write!(f, "submit gave {ticket:?}, which is still live"),
        }
    }
}

impl std::error::Error for Breach {}

/// How much of what a side shows leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// All.
    Free,
    /// Only so many bytes more. (A datagram leaves if all of it fits.)
    AtMost(usize),
    /// All but the last byte of what is shown. (Of datagrams nothing.)
    AllButLastByte,
}

/// How the driver asks and calls; none of it may make a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manners {
    /// As the drivers of this crate: events first, then output, input, time.
    Usual,
    /// Everything is asked again and again, and time is told more often than wanted.
    Eager,
    /// Everything that arrived is handed in before anything is asked, and events are taken last.
    Lazy,
    /// As `Usual`, but most calls are told a time that lies up to a second back.
    ClockJumpsBack,
}

/// An event of the session, and when it came.
#[derive(Clone, Debug)]
pub struct Recorded<E> {
    /// When.
    pub at: Instant,
    /// For a `Done`: of the how many-th accepted [`submit`](Harness::submit), from 0.
    pub submission: Option<usize>,
    /// What.
    pub event: E,
}

/// Bytes that one side showed and the link took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: Side,
    /// What; of a stream, whatever one write took.
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LinkState {
    Down,
    Opening(Instant),
    Up,
    /// The server has closed: the client has seen `Eof`, and both see `Lost` then.
    Closed(Instant),
    /// This side has closed, and is already without a link; what it sent before still arrives.
    ClosedBy(Side),
}

/// A session and a server with a faulty link between them, in virtual time: a driver without sockets.
///
/// It jumps from one wake-up to the next: the earliest of both deadlines and of what the link delivers. Input that a side
/// does not take is offered again; a side that does not take its input stops the other's output. Every event is kept with
/// its time, and every byte that left. A run always ends: with its goal, or with a [`Breach`] that names the seed.
///
/// See the [module](super) for an example.
pub struct Harness<A: Session, B: Endpoint> {
    seed: u64,
    now: Instant,
    client: A,
    server: B,
    link: FaultyLink,
    state: LinkState,
    inbox: [VecDeque<Vec<u8>>; 2],
    output: [Output; 2],
    manners: Manners,
    jumps: crate::Rng,
    idle_timeouts: usize,
    burst: usize,
    /// Every accepted ticket, in order, and whether it is still live.
    tickets: Vec<(Ticket, bool)>,
    events: Vec<Recorded<EventOf<A>>>,
    sent: Vec<Sent>,
    breach: Option<Breach>,
}

impl<A: Session, B: Endpoint> fmt::Debug for Harness<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Harness");
        shown
            .field("seed", &self.seed)
            .field("now", &self.now)
            .field("state", &self.state);
        shown
            .field("tickets", &self.tickets)
            .field("sent", &self.sent)
            .finish_non_exhaustive()
    }
}

impl<A: Session, B: Endpoint> Harness<A, B> {
    /// Puts both on a link, which is down until one of them demands it.
    pub fn new(seed: u64, faults: Faults, client: A, server: B) -> Self {
        Self {
            seed,
            now: Instant::from_millis(10_000),
            client,
            server,
            link: FaultyLink::new(seed, faults),
            state: LinkState::Down,
            inbox: [VecDeque::new(), VecDeque::new()],
            output: [Output::Free; 2],
            manners: Manners::Usual,
            jumps: crate::Rng::from_seed(!seed),
            idle_timeouts: 0,
            burst: 0,
            tickets: Vec::new(),
            events: Vec::new(),
            sent: Vec::new(),
            breach: None,
        }
    }

    /// The virtual time.
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The session.
    pub const fn client(&self) -> &A {
        &self.client
    }

    /// The session, to change a setting of it.
    pub const fn client_mut(&mut self) -> &mut A {
        &mut self.client
    }

    /// The server.
    pub const fn server(&self) -> &B {
        &self.server
    }

    /// The server, to change what it serves.
    pub const fn server_mut(&mut self) -> &mut B {
        &mut self.server
    }

    /// The link, to hold back what is under way or to change its faults.
    pub const fn link_mut(&mut self) -> &mut FaultyLink {
        &mut self.link
    }

    /// How much of what a side shows leaves from now on.
    pub const fn set_output(&mut self, side: Side, output: Output) {
        self.output[side.index()] = output;
    }

    /// How both sides are asked and called from now on.
    pub const fn set_manners(&mut self, manners: Manners) {
        self.manners = manners;
    }

    /// All events so far, oldest first.
    pub fn events(&self) -> &[Recorded<EventOf<A>>] {
        &self.events
    }

    /// How the how many-th accepted submission ended, if it has.
    pub fn result(&self, submission: usize) -> Option<&Result<A::Reply, A::Error>> {
        self.events.iter().find_map(|recorded| match &recorded.event {
            Event::Done { result, .. } if recorded.submission == Some(submission) => Some(result),
            _ => None,
        })
    }

    /// How many accepted tickets still wait for their `Done`.
    pub fn live(&self) -> usize {
        self.tickets.iter().filter(|(_, live)| *live).count()
    }

    /// Everything that left so far, oldest first.
    pub fn sent(&self) -> &[Sent] {
        &self.sent
    }

    /// All bytes that one side sent so far, in one piece.
    pub fn transmitted(&self, by: Side) -> Vec<u8> {
        let writes = self.sent.iter().filter(|sent| sent.by == by);
        writes.flat_map(|sent| sent.bytes.iter().copied()).collect()
    }

    /// Whether both sides have a link.
    pub fn is_up(&self) -> bool {
        self.state == LinkState::Up
    }

    /// Asks the session something; nothing moves before the next run.
    pub fn submit(&mut self, request: A::Request) -> Result<Ticket, Refused<A::Request>> {
        let now = self.told(Side::Client);
        let ticket = self.client.submit(now, request)?;
        if self.tickets.contains(&(ticket, true)) {
            self.breach(BreachKind::TicketInUse(ticket));
        }
        self.tickets.push((ticket, true));
        Ok(ticket)
    }

    /// Withdraws a request; nothing moves before the next run.
    pub fn cancel(&mut self, ticket: Ticket) {
        let now = self.told(Side::Client);
        self.client.cancel(now, ticket);
    }

    /// Cuts the link, with all that is under way: both sides are told `Lost`.
    pub fn cut(&mut self) {
        match self.state {
            LinkState::Down => {}
            LinkState::ClosedBy(side) => self.lose(side.other()),
            LinkState::Opening(_) => self.lose(Side::Client),
            LinkState::Up | LinkState::Closed(_) => {
                self.lose(Side::Client);
                self.lose(Side::Server);
            }
        }
        self.link_down();
    }

    /// Runs until every accepted ticket has its `Done`, for at most `limit` of virtual time; says whether they all have.
    pub fn run_until_done(&mut self, limit: Duration) -> Result<bool, Breach> {
        self.run(limit, |harness| harness.live() == 0)
    }

    /// Runs for a span of virtual time, to its end.
    pub fn run_for(&mut self, span: Duration) -> Result<(), Breach> {
        self.run(span, |_| false).map(|_| ())
    }

    /// Runs until `goal` holds, for at most `limit` of virtual time; says whether it was reached.
    pub fn run(&mut self, limit: Duration, goal: impl Fn(&Self) -> bool) -> Result<bool, Breach> {
        let end = self.now + limit;
        for _ in 0..MAX_STEPS {
            self.settle()?;
            if goal(self) {
                return Ok(true);
            }
            match self.next_wake_up()? {
                Some(at) if at <= end => self.now = at,
                _ => {
                    self.now = end;
                    return Ok(false);
                }
            }
        }
        self.breach(BreachKind::TooManySteps);
        self.settle().map(|()| false)
    }

    /// The next instant at which anything can happen by itself.
    fn next_wake_up(&mut self) -> Result<Option<Instant>, Breach> {
        let deadlines = earliest(self.client.poll_timeout(), self.server.poll_timeout());
        let link = match self.state {
            LinkState::Opening(at) | LinkState::Closed(at) => Some(at),
            _ => None,
        };
        let next = earliest(earliest(deadlines, link), self.link.next_arrival());
        let free = self.output == [Output::Free; 2];
        if let (None, true, Some(side)) = (next, free, self.refusing()) {
            self.breach(BreachKind::InputRefusedForGood(side));
        }
        self.breach.clone().map_or(Ok(next), Err)
    }

    fn refusing(&self) -> Option<Side> {
        let sides = [Side::Client, Side::Server];
        sides.into_iter().find(|side| !self.inbox[side.index()].is_empty())
    }

    /// Lets everything happen that can at this instant.
    fn settle(&mut self) -> Result<(), Breach> {
        self.burst = 0;
        self.idle_timeouts = 0;
        for _ in 0..MAX_ROUNDS {
            let moved = self.round();
            if let Some(breach) = &self.breach {
                return Err(breach.clone());
            }
            if !moved {
                return Ok(());
            }
        }
        self.breach(BreachKind::Livelock);
        self.breach.clone().map_or(Ok(()), Err)
    }

    fn round(&mut self) -> bool {
        self.tell_time_unasked();
        let mut moved = self.move_link();
        if self.manners == Manners::Lazy {
            moved |= self.read(Side::Client) | self.read(Side::Server);
            moved |= self.write(Side::Client) | self.write(Side::Server);
            moved |= self.take_events();
        } else {
            moved |= self.take_events();
            moved |= self.write(Side::Client) | self.write(Side::Server);
            moved |= self.read(Side::Client) | self.read(Side::Server);
        }
        if moved {
            self.idle_timeouts = 0;
        }
        moved | self.time_out(Side::Client) | self.time_out(Side::Server)
    }

    fn take_events(&mut self) -> bool {
        let mut moved = false;
        while let Some(event) = self.client.poll_event() {
            moved = true;
            let submission = match &event {
                Event::Done { ticket, .. } => self.finish(*ticket),
                Event::Notice(_) => None,
            };
            self.events.push(Recorded {
                at: self.now,
                submission,
                event,
            });
            if self.breach.is_some() {
                break;
            }
        }
        moved
    }

    fn finish(&mut self, ticket: Ticket) -> Option<usize> {
        let submission = self.tickets.iter().position(|entry| *entry == (ticket, true));
        match submission {
            Some(submission) => self.tickets[submission].1 = false,
            None => self.breach(BreachKind::DoneNotLive(ticket)),
        }
        submission
    }

    fn move_link(&mut self) -> bool {
        let before = self.state;
        match self.state {
            LinkState::Down if self.wants_link() => {
                let connecting = self.link.connecting();
                self.state = LinkState::Opening(self.now + connecting);
            }
            LinkState::Opening(at) if at <= self.now => self.open(),
            LinkState::Closed(at) if at <= self.now => self.cut(),
            LinkState::Up if self.link.is_cut(self.now) => self.suffer_cut(),
            LinkState::Up | LinkState::Closed(_) => {
                self.obey(Side::Client);
                self.obey(Side::Server);
            }
            LinkState::Opening(_) if self.client.link_demand() == LinkDemand::Reset => self.cut(),
            LinkState::ClosedBy(side) => self.finish_close(side),
            LinkState::Down | LinkState::Opening(_) => {}
        }
        before != self.state
    }

    fn wants_link(&self) -> bool {
        self.client.link_demand() == LinkDemand::Open || self.server.link_demand() == LinkDemand::Open
    }

    fn open(&mut self) {
        self.link.clear();
        self.state = LinkState::Up;
        self.tell_link(Side::Server, LinkEvent::Up);
        self.tell_link(Side::Client, LinkEvent::Up);
    }

    /// A connection that was cut within a write: half of them die at once, the others tell of their end first.
    fn suffer_cut(&mut self) {
        if self.link.flip() {
            return self.cut();
        }
        self.link.clear(); // or the cut, which has been, would be the next wake-up for ever
        self.tell_link(Side::Client, LinkEvent::Eof);
        self.state = LinkState::Closed(self.now + Duration::from_millis(50));
    }

    fn obey(&mut self, side: Side) {
        let shows_nothing = self.endpoint(side).transmit().is_empty();
        match self.endpoint(side).link_demand() {
            LinkDemand::Reset if !matches!(self.state, LinkState::Down | LinkState::ClosedBy(_)) => {
                self.cut();
                if self.endpoint(side).link_demand() == LinkDemand::Reset {
                    self.breach(BreachKind::ResetAgain(side));
                }
            }
            LinkDemand::Close if self.state == LinkState::Up && shows_nothing => {
                self.lose(side);
                self.link.discard(side);
                self.state = LinkState::ClosedBy(side);
            }
            _ => {}
        }
    }

    fn finish_close(&mut self, closer: Side) {
        let other = closer.other();
        if self.link.is_underway(other) || !self.inbox[other.index()].is_empty() {
            return;
        }
        self.tell_link(other, LinkEvent::Eof);
        self.lose(other);
        self.link_down();
    }

    fn lose(&mut self, side: Side) {
        self.inbox[side.index()].clear();
        self.tell_link(side, LinkEvent::Lost);
    }

    fn link_down(&mut self) {
        self.state = LinkState::Down;
        self.link.clear();
        self.inbox.iter_mut().for_each(VecDeque::clear);
    }

    fn tell_link(&mut self, side: Side, event: LinkEvent) {
        let now = self.told(side);
        self.endpoint_mut(side).handle_link(now, event);
        self.look(side);
    }

    fn can_write(&self, side: Side) -> bool {
        let open = match self.state {
            LinkState::Up => true,
            // What the client still says after `Eof` goes nowhere; what is said to a side that closed, too.
            LinkState::Closed(_) => side == Side::Client,
            LinkState::ClosedBy(closer) => side != closer,
            LinkState::Down | LinkState::Opening(_) => false,
        };
        let unread: usize = self.inbox[side.other().index()].iter().map(Vec::len).sum();
        open && (unread < WINDOW || self.is_datagram())
    }

    fn is_datagram(&self) -> bool {
        self.link.faults().medium == Medium::Datagram
    }

    fn write(&mut self, side: Side) -> bool {
        let mut moved = false;
        while self.can_write(side) && self.breach.is_none() {
            let shown = self.endpoint(side).transmit();
            let allowed = self.output[side.index()].allowed(shown.len(), self.is_datagram());
            let len = self.link.writable(allowed);
            if len == 0 {
                break;
            }
            let bytes = self.endpoint(side).transmit().get(..len).unwrap_or_default().to_vec();
            if self.state == LinkState::Up {
                self.link.send(self.now, side, &bytes);
            }
            self.output[side.index()].take(len);
            self.burst += len;
            let now = self.told(side);
            self.sent.push(Sent {
                at: self.now,
                by: side,
                bytes,
            });
            self.endpoint_mut(side).handle_transmitted(now, len);
            self.look(side);
            moved = true;
            if self.burst > MAX_BURST {
                self.breach(BreachKind::EndlessOutput(side));
            }
        }
        moved
    }

    fn read(&mut self, side: Side) -> bool {
        let mut moved = false;
        while let Some(bytes) = self.link.receive(self.now, side) {
            self.inbox[side.index()].push_back(bytes);
            moved = true;
        }
        if matches!(self.state, LinkState::Up) || self.state == LinkState::ClosedBy(side.other()) {
            moved |= self.offer(side);
        }
        moved
    }

    fn offer(&mut self, side: Side) -> bool {
        let mut moved = false;
        while let Some(mut bytes) = self.inbox[side.index()].pop_front() {
            let now = self.told(side);
            let taken = self.endpoint_mut(side).handle_input(now, &bytes);
            self.look(side);
            moved |= taken > 0 || bytes.is_empty();
            if taken > bytes.len() {
                self.breach(BreachKind::TookTooMuch(side));
            } else if taken < bytes.len() {
                if self.endpoint(side).transport() != Transport::Stream {
                    self.breach(BreachKind::DatagramNotTaken(side));
                }
                bytes.drain(..taken);
                self.inbox[side.index()].push_front(bytes);
                break;
            }
            // A driver obeys a demand before it reads on.
            if self.endpoint(side).link_demand() == LinkDemand::Reset {
                break;
            }
        }
        moved
    }

    fn time_out(&mut self, side: Side) -> bool {
        let due = |deadline: Option<Instant>, now| deadline.is_some_and(|at| at <= now);
        if !due(self.endpoint(side).poll_timeout(), self.now) {
            return false;
        }
        let now = self.now;
        self.endpoint_mut(side).handle_timeout(now);
        self.look(side);
        self.idle_timeouts += 1;
        if self.idle_timeouts > MAX_IDLE_TIMEOUTS {
            self.breach(BreachKind::TimeoutStuck(side));
        }
        true
    }

    /// Early, and again and again, where manners are such.
    fn tell_time_unasked(&mut self) {
        if self.manners == Manners::Eager || self.manners == Manners::ClockJumpsBack {
            for side in [Side::Client, Side::Server] {
                let now = self.told(side);
                self.endpoint_mut(side).handle_timeout(now);
            }
        }
    }

    /// The time that a side is told. When the clock jumps back, it has heard the true time before, so that it knows better.
    fn told(&mut self, side: Side) -> Instant {
        if self.manners != Manners::ClockJumpsBack {
            return self.now;
        }
        let now = self.now;
        self.endpoint_mut(side).handle_timeout(now);
        let back = self.jumps.below(1_000_000);
        Instant::from_micros(now.as_micros().saturating_sub(back))
    }

    /// Asks everything again, where manners are such.
    fn look(&self, side: Side) {
        if self.manners == Manners::Eager {
            let endpoint = self.endpoint(side);
            for _ in 0..3 {
                let _ = (endpoint.poll_timeout(), endpoint.link_demand(), endpoint.transmit());
            }
        }
    }

    fn endpoint(&self, side: Side) -> &dyn Endpoint {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    fn endpoint_mut(&mut self, side: Side) -> &mut dyn Endpoint {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    /// Keeps the first breach; the run ends at it.
    fn breach(&mut self, kind: BreachKind) {
        let (seed, at) = (self.seed, self.now);
        self.breach.get_or_insert(Breach { seed, at, kind });
    }
}

impl Output {
    fn allowed(self, shown: usize, datagram: bool) -> usize {
        match self {
            Self::Free => shown,
            Self::AtMost(left) if datagram && left < shown => 0,
            Self::AtMost(left) => left.min(shown),
            Self::AllButLastByte if datagram => 0,
            Self::AllButLastByte => shown.saturating_sub(1),
        }
    }

    const fn take(&mut self, len: usize) {
        if let Self::AtMost(left) = self {
            *left = left.saturating_sub(len);
        }
    }
}
