use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::boxed::Box;
use std::io;

use super::Link;
use super::clock::{Clock, Timer};
use crate::driver::{Intake, Redial, Stall, stalled, stuck};
use crate::{Backoff, Endpoint, Instant, LinkDemand, LinkEvent, Session, earliest};

/// Turns in one poll before the executor gets its own turn.
pub(super) const BUDGET: usize = 64;

/// What came of one turn.
pub(super) enum Turn {
    /// Something happened: look at the endpoint and go on.
    Progress,
    /// The task wakes when something can happen again; only the endpoint's events are still to be looked at, since what was
    /// sent may have brought some.
    Idle,
    /// There is no link and no way to get one.
    Ended,
}

type Attempt<L> = Pin<Box<dyn Future<Output = io::Result<L>> + Send>>;
type Connect<L> = Box<dyn FnMut() -> Attempt<L> + Send>;

enum State<L> {
    Up(L),
    Down { retry_at: Instant },
    Dialing(Attempt<L>),
}

/// Everything of a driver but its endpoint.
pub(super) struct Wire<L> {
    state: State<L>,
    connect: Option<Connect<L>>,
    redial: Redial,
    intake: Intake,
    stall: Stall,
    /// The peer has closed its sending side.
    eof: bool,
    /// The link may keep back some of what was sent.
    unflushed: bool,
    error: Option<io::Error>,
    timer: Timer,
    clock: Clock,
    /// The time of the poll that is going on: reading the clock costs as much as many a turn.
    now: Instant,
    /// When the first request was submitted of those that wait for the next poll to send them.
    submitted: Option<Instant>,
}

impl<L> Wire<L> {
    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    /// The time now.
    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// A poll begins: its time, which all its turns go by.
    pub(super) fn begin(&mut self) -> Instant {
        self.submitted = None;
        self.now = self.clock.now();
        self.now
    }

    /// The time of a submission. While an earlier one still waits to be sent, theirs are the same: nothing of either begins
    /// to count before it leaves, and reading the clock costs as much as submitting.
    pub(super) fn submission_time<E: Endpoint>(&mut self, endpoint: &E) -> Instant {
        match self.submitted {
            Some(at) if !endpoint.transmit().is_empty() => at,
            _ => *self.submitted.insert(self.clock.now()),
        }
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(self.state, State::Up(_))
    }

    fn has_ended(&self) -> bool {
        !self.is_up() && self.connect.is_none()
    }

    pub(super) fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    pub(super) fn set_backoff(&mut self, backoff: Backoff) {
        self.redial.backoff = backoff;
    }

    pub(super) fn set_write_timeout(&mut self, limit: Duration) {
        self.stall.limit = limit;
    }

    fn down<E: Endpoint>(endpoint: &E) -> Self {
        Self {
            state: State::Down {
                retry_at: Instant::EPOCH,
            },
            connect: None,
            redial: Redial::new(),
            intake: Intake::new(endpoint.transport()),
            stall: Stall::new(),
            eof: false,
            unflushed: false,
            error: None,
            timer: Timer::new(),
            clock: Clock::start(),
            now: Instant::EPOCH,
            submitted: None,
        }
    }
}

/// A wire whose link has no name: what a desk holds, so that handles need not name it either.
pub(super) trait Line<S: Session>: Send {
    fn begin(&mut self) -> Instant;
    fn poll_turn(&mut self, session: &mut S, cx: &mut Context<'_>) -> Turn;
    fn send_aside(&mut self, session: &mut S, now: Instant, cx: &mut Context<'_>) -> bool;
    fn is_up(&self) -> bool;
    fn error(&self) -> Option<&io::Error>;
    fn take_error(&mut self) -> Option<io::Error>;
    /// Drops the link, and opens none any more.
    fn shut(&mut self);
}

impl<S: Session, L: Link + Send> Line<S> for Wire<L> {
    fn begin(&mut self) -> Instant {
        self.begin()
    }

    fn poll_turn(&mut self, session: &mut S, cx: &mut Context<'_>) -> Turn {
        self.poll_turn(session, cx)
    }

    fn send_aside(&mut self, session: &mut S, now: Instant, cx: &mut Context<'_>) -> bool {
        self.send_aside(session, now, cx)
    }

    fn is_up(&self) -> bool {
        self.is_up()
    }

    fn error(&self) -> Option<&io::Error> {
        self.error()
    }

    fn take_error(&mut self) -> Option<io::Error> {
        self.take_error()
    }

    fn shut(&mut self) {
        self.connect = None;
        self.timer = Timer::new();
        self.state = State::Down { retry_at: self.now };
    }
}

impl<L: Link> Wire<L> {
    pub(super) fn over<E: Endpoint>(endpoint: &mut E, link: L) -> Self {
        let mut wire = Self::down(endpoint);
        let now = wire.now();
        wire.raise(endpoint, now, link);
        wire
    }

    pub(super) fn dialing<E, F>(endpoint: &E, mut connect: impl FnMut() -> F + Send + 'static) -> Self
    where
        E: Endpoint,
        F: Future<Output = io::Result<L>> + Send + 'static,
    {
        Self {
            connect: Some(Box::new(move || Box::pin(connect()))),
            ..Self::down(endpoint)
        }
    }

    /// Drops a link that the endpoint has no more use for, so that what is submitted next does not go down with it.
    pub(super) fn settle<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E) {
        if self.is_up() && endpoint.link_demand() == LinkDemand::Reset {
            let now = self.begin();
            self.lose(endpoint, now, None);
        }
    }

    /// One round of the loop that [`Endpoint`] describes, within a poll that [`begin`](Self::begin) began. Reading comes
    /// before the deadlines, so that an answer that is already here is not timed out by a task that was held up.
    pub(super) fn poll_turn<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, cx: &mut Context<'_>) -> Turn {
        if self.has_ended() {
            return Turn::Ended;
        }
        let now = self.now;
        let mut progress = self.obey(endpoint, now, cx);
        if self.is_up() {
            self.send(endpoint, now, cx);
            progress |= self.intake.offer(endpoint, now); // what left has made room
            progress |= self.receive(endpoint, now, cx);
        }
        let timeout = endpoint.poll_timeout();
        if timeout.is_some_and(|at| at <= now) {
            endpoint.handle_timeout(now);
            progress = true;
        }
        if progress || self.needs_turn(endpoint) || self.close_if_useless(endpoint, timeout) {
            return Turn::Progress;
        }
        let deadline = earliest(timeout, self.deadline(endpoint));
        if self.timer.poll(&self.clock, now, deadline, cx).is_pending() {
            return Turn::Idle;
        }
        self.begin();
        Turn::Progress
    }

    /// Sends only, on behalf of the task of `cx`, which is idle. Whether that task has to look after the rest.
    pub(super) fn send_aside<E: Endpoint + ?Sized>(
        &mut self,
        endpoint: &mut E,
        now: Instant,
        cx: &mut Context<'_>,
    ) -> bool {
        self.send(endpoint, now, cx);
        let deadline = earliest(endpoint.poll_timeout(), self.deadline(endpoint));
        !self.is_up() || self.needs_turn(endpoint) || !self.timer.covers(now, deadline)
    }

    /// After sending: whether there is more that can be done at once.
    fn needs_turn<E: Endpoint + ?Sized>(&self, endpoint: &E) -> bool {
        if !self.is_up() {
            return self.has_ended();
        }
        match endpoint.link_demand() {
            LinkDemand::Reset => true,
            LinkDemand::Close => endpoint.transmit().is_empty() && !self.unflushed,
            _ => !self.stall.is_blocked() && !endpoint.transmit().is_empty(),
        }
    }

    /// Does what the endpoint demands of its link; whether anything changed.
    fn obey<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, now: Instant, cx: &mut Context<'_>) -> bool {
        match &mut self.state {
            State::Up(_) => match endpoint.link_demand() {
                LinkDemand::Reset => self.lose(endpoint, now, None),
                LinkDemand::Close if endpoint.transmit().is_empty() && !self.unflushed => self.close(endpoint, now),
                _ => return false,
            },
            State::Down { retry_at } => match &mut self.connect {
                Some(connect) if *retry_at <= now && endpoint.link_demand() == LinkDemand::Open => {
                    self.state = State::Dialing(connect());
                }
                _ => return false,
            },
            State::Dialing(attempt) => match attempt.as_mut().poll(cx) {
                Poll::Pending => return false,
                Poll::Ready(Ok(link)) => self.raise(endpoint, now, link),
                Poll::Ready(Err(error)) => self.fail(endpoint, now, error),
            },
        }
        true
    }

    /// Sends what there is.
    fn send<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, now: Instant, cx: &mut Context<'_>) {
        let State::Up(link) = &mut self.state else { return };
        let output = endpoint.transmit();
        if output.is_empty() {
            return self.flush(endpoint, now, cx);
        }
        let offered = output.len();
        match link.poll_send(cx, output) {
            Poll::Ready(Ok(0)) => self.lose(endpoint, now, Some(io::ErrorKind::WriteZero.into())),
            Poll::Ready(Ok(sent)) => {
                self.stall.moved();
                self.unflushed = true;
                endpoint.handle_transmitted(now, sent.min(offered));
                self.flush(endpoint, now, cx);
            }
            Poll::Ready(Err(error)) => self.lose(endpoint, now, Some(error)),
            Poll::Pending => self.stall.blocked(now),
        }
    }

    fn flush<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, now: Instant, cx: &mut Context<'_>) {
        let State::Up(link) = &mut self.state else { return };
        if !self.unflushed {
            return self.stall.moved(); // what could not be sent may have been withdrawn
        }
        match link.poll_flush(cx) {
            Poll::Pending => self.stall.blocked(now),
            Poll::Ready(Ok(())) => {
                self.unflushed = false;
                self.stall.moved();
            }
            Poll::Ready(Err(error)) => self.lose(endpoint, now, Some(error)),
        }
    }

    /// Reads once, if everything read before was taken; whether anything changed.
    fn receive<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, now: Instant, cx: &mut Context<'_>) -> bool {
        let State::Up(link) = &mut self.state else {
            return false;
        };
        if self.eof || !self.intake.is_empty() {
            return false;
        }
        match link.poll_recv(cx, self.intake.space()) {
            Poll::Pending => return false,
            Poll::Ready(Ok(0)) if self.intake.is_stream() => {
                self.eof = true;
                endpoint.handle_link(now, LinkEvent::Eof);
            }
            Poll::Ready(Ok(len)) => {
                self.redial.worked();
                self.intake.received(endpoint, now, len);
            }
            Poll::Ready(Err(error)) => self.lose(endpoint, now, Some(error)),
        }
        true
    }

    /// A link on which nothing can happen any more is closed: no input, no output, no deadline. So is one whose peer has
    /// taken nothing for too long.
    fn close_if_useless<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, timeout: Option<Instant>) -> bool {
        if !self.is_up() {
            return false;
        }
        let now = self.now;
        if self.stall.is_over(now) {
            self.lose(endpoint, now, Some(stalled()));
            return true;
        }
        let reading = !self.eof && self.intake.is_empty();
        if reading || timeout.is_some() || !endpoint.transmit().is_empty() {
            return false;
        }
        let error = (!self.eof).then(stuck);
        self.lose(endpoint, now, error);
        true
    }

    /// When this side of the endpoint has something to do.
    fn deadline<E: Endpoint + ?Sized>(&self, endpoint: &E) -> Option<Instant> {
        match self.state {
            State::Down { retry_at } if endpoint.link_demand() == LinkDemand::Open => Some(retry_at),
            _ => self.stall.deadline(),
        }
    }

    fn raise<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, now: Instant, mut link: L) {
        if let Err(error) = link.prepare() {
            self.fail(endpoint, now, error);
            return;
        }
        self.state = State::Up(link);
        self.redial.up(now);
        endpoint.handle_link(now, LinkEvent::Up);
    }

    fn fail<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, now: Instant, error: io::Error) {
        self.error = Some(error);
        let retry_at = self.redial.failed(now);
        self.drop_link(endpoint, now, retry_at);
    }

    fn close<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, now: Instant) {
        let retry_at = self.redial.closed(now);
        self.drop_link(endpoint, now, retry_at);
    }

    fn lose<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, now: Instant, error: Option<io::Error>) {
        self.error = error;
        let retry_at = self.redial.broken(now);
        self.drop_link(endpoint, now, retry_at);
    }

    fn drop_link<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, now: Instant, retry_at: Instant) {
        self.state = State::Down { retry_at };
        self.eof = false;
        self.unflushed = false;
        self.intake.clear();
        self.stall.moved();
        endpoint.handle_link(now, LinkEvent::Lost);
    }
}
