use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::boxed::Box;
use std::io;

use super::Link;
use super::clock::{Clock, Timer};
use crate::driver::{Intake, Redial, Stall, stalled, stuck};
use crate::{Backoff, Endpoint, Instant, LinkDemand, LinkEvent, earliest};

/// Turns in one poll before the executor gets its own turn.
pub(super) const BUDGET: usize = 64;

/// What came of one turn.
pub(super) enum Turn {
    /// Something happened: look at the endpoint and go on.
    Progress,
    /// Nothing can happen now; the task wakes when it may.
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
}

impl<L> Wire<L> {
    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(self.state, State::Up(_))
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
        }
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

    /// One round of the loop that [`Endpoint`] describes. Reading comes before the deadlines, so that an answer that is
    /// already here is not timed out by a task that was held up.
    pub(super) fn poll_turn<E: Endpoint>(&mut self, endpoint: &mut E, cx: &mut Context<'_>) -> Turn {
        if !self.is_up() && self.connect.is_none() {
            return Turn::Ended;
        }
        let now = self.now();
        let mut progress = self.obey(endpoint, now, cx);
        if self.is_up() {
            progress |= self.intake.offer(endpoint, now);
            progress |= self.send(endpoint, now, cx);
            progress |= self.receive(endpoint, now, cx);
        }
        progress |= self.keep_time(endpoint, now);
        if progress || self.close_if_useless(endpoint, now) {
            return Turn::Progress;
        }
        match self.timer.poll(&self.clock, self.deadline(endpoint), cx) {
            Poll::Ready(()) => Turn::Progress,
            Poll::Pending => Turn::Idle,
        }
    }

    /// Does what the endpoint demands of its link; whether anything changed.
    fn obey<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, cx: &mut Context<'_>) -> bool {
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

    /// Sends what there is; whether anything changed.
    fn send<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, cx: &mut Context<'_>) -> bool {
        let State::Up(link) = &mut self.state else {
            return false;
        };
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
            Poll::Pending => {
                self.stall.blocked(now);
                return false;
            }
        }
        true
    }

    fn flush<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, cx: &mut Context<'_>) -> bool {
        let State::Up(link) = &mut self.state else {
            return false;
        };
        if !self.unflushed {
            return false;
        }
        match link.poll_flush(cx) {
            Poll::Pending => {
                self.stall.blocked(now);
                return false;
            }
            Poll::Ready(Ok(())) => {
                self.unflushed = false;
                self.stall.moved();
            }
            Poll::Ready(Err(error)) => self.lose(endpoint, now, Some(error)),
        }
        true
    }

    /// Reads once, if everything read before was taken; whether anything changed.
    fn receive<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, cx: &mut Context<'_>) -> bool {
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

    fn keep_time<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant) -> bool {
        let due = endpoint.poll_timeout().is_some_and(|at| at <= now);
        if due {
            endpoint.handle_timeout(now);
        }
        let stalled_out = self.is_up() && self.stall.is_over(now);
        if stalled_out {
            self.lose(endpoint, now, Some(stalled()));
        }
        due || stalled_out
    }

    /// A link on which nothing can happen any more is closed: no input, no output, no deadline.
    fn close_if_useless<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant) -> bool {
        let silent = self.is_up() && endpoint.transmit().is_empty() && endpoint.poll_timeout().is_none();
        if silent && self.eof {
            self.lose(endpoint, now, None);
            return true;
        }
        if silent && !self.intake.is_empty() {
            self.lose(endpoint, now, Some(stuck()));
            return true;
        }
        false
    }

    fn deadline<E: Endpoint>(&self, endpoint: &E) -> Option<Instant> {
        let retry_at = match self.state {
            State::Down { retry_at } if endpoint.link_demand() == LinkDemand::Open => Some(retry_at),
            _ => None,
        };
        earliest(endpoint.poll_timeout(), earliest(self.stall.deadline(), retry_at))
    }

    fn raise<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, mut link: L) {
        if let Err(error) = link.prepare() {
            self.fail(endpoint, now, error);
            return;
        }
        self.state = State::Up(link);
        self.redial.up(now);
        endpoint.handle_link(now, LinkEvent::Up);
    }

    fn fail<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, error: io::Error) {
        self.error = Some(error);
        let retry_at = self.redial.failed(now);
        self.drop_link(endpoint, now, retry_at);
    }

    fn close<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant) {
        let retry_at = self.redial.closed(now);
        self.drop_link(endpoint, now, retry_at);
    }

    fn lose<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, error: Option<io::Error>) {
        self.error = error;
        let retry_at = self.redial.broken(now);
        self.drop_link(endpoint, now, retry_at);
    }

    fn drop_link<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, retry_at: Instant) {
        self.state = State::Down { retry_at };
        self.eof = false;
        self.unflushed = false;
        self.intake.clear();
        self.stall.moved();
        endpoint.handle_link(now, LinkEvent::Lost);
    }
}
