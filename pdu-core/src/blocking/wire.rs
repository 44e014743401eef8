use core::time::Duration;
use std::boxed::Box;
use std::io;
use std::thread;

use super::Link;
use super::dial::{Dial, Dialer};
use crate::driver::{Intake, Redial, Stall, stalled, stuck};
use crate::{Backoff, Clock, Endpoint, Instant, LinkDemand, LinkEvent, earliest};

/// The longest single wait, where nothing else limits it.
const MAX_WAIT: Duration = Duration::from_secs(3600);
/// The shortest wait: zero is an error to the standard library, and less than this a busy loop.
const MIN_WAIT: Duration = Duration::from_millis(1);
/// How many reads in a row may come before the next attempt to send, while the peer takes no output.
const READS_PER_SEND: u32 = 64;
/// Below this, waits are set exactly; see `Wire::wait_for`.
const EXACT_WAIT: Duration = Duration::from_millis(16);

/// What came of one turn.
pub(super) enum Turn {
    /// Something happened, or may have: look at the endpoint and go on.
    Progress,
    /// The time that the caller gave is over.
    TimeUp,
    /// There is no link and no way to get one.
    Ended,
}

enum State<L> {
    Up(L),
    Down { retry_at: Instant },
    Dialing,
}

/// Everything of a driver but its endpoint.
pub(super) struct Wire<L> {
    state: State<L>,
    dialer: Option<Box<dyn Dial<L> + Send>>,
    redial: Redial,
    intake: Intake,
    stall: Stall,
    /// Reads since the last attempt to send that brought something.
    reads: u32,
    /// The peer has closed its sending side.
    eof: bool,
    /// The wait that the link is set to.
    wait: Duration,
    error: Option<io::Error>,
    clock: Clock,
}

impl<L> Wire<L> {
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
            dialer: None,
            redial: Redial::new(),
            intake: Intake::new(endpoint.transport()),
            stall: Stall::new(),
            reads: 0,
            eof: false,
            wait: Duration::ZERO,
            error: None,
            clock: Clock::start(),
        }
    }
}

impl<L: Send + 'static> Wire<L> {
    pub(super) fn dialing<E: Endpoint>(endpoint: &E, connect: impl FnMut() -> io::Result<L> + Send + 'static) -> Self {
        Self {
            dialer: Some(Box::new(Dialer::new(connect))),
            ..Self::down(endpoint)
        }
    }
}

impl<L: Link> Wire<L> {
    pub(super) fn over<E: Endpoint>(endpoint: &mut E, link: L) -> Self {
        let mut wire = Self::down(endpoint);
        wire.raise(endpoint, link);
        wire
    }

    /// Drops a link that the endpoint has no more use for, so that what is submitted next does not go down with it.
    pub(super) fn settle<E: Endpoint>(&mut self, endpoint: &mut E) {
        if self.is_up() && endpoint.link_demand() == LinkDemand::Reset {
            let now = self.now();
            self.lose(endpoint, now, None);
        }
    }

    /// One round of the loop that [`Endpoint`] describes; blocks at most `until` then.
    pub(super) fn turn<E: Endpoint>(&mut self, endpoint: &mut E, until: Option<Instant>) -> Turn {
        let now = self.now();
        if self.has_ended(endpoint, until) {
            return Turn::Ended;
        }
        if !self.obey(endpoint, now) && !self.intake.offer(endpoint, now) && !self.send(endpoint, now) {
            self.wait(endpoint, now, earliest(until, endpoint.poll_timeout()));
        }
        self.keep_time(endpoint, until)
    }

    /// Whether nothing can happen any more: no link, and none can be had or is wanted.
    fn has_ended<E: Endpoint>(&self, endpoint: &E, until: Option<Instant>) -> bool {
        match self.state {
            State::Up(_) => false,
            _ if self.dialer.is_none() => true,
            State::Dialing => false,
            State::Down { .. } => {
                earliest(until, endpoint.poll_timeout()).is_none() && endpoint.link_demand() != LinkDemand::Open
            }
        }
    }

    fn wait<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, deadline: Option<Instant>) {
        match self.state {
            State::Up(_) => self.receive(endpoint, now, deadline),
            State::Dialing => self.await_dial(endpoint, now, deadline),
            State::Down { retry_at } => {
                let retry_at = (endpoint.link_demand() == LinkDemand::Open).then_some(retry_at);
                pause(now, earliest(deadline, retry_at));
            }
        }
    }

    fn keep_time<E: Endpoint>(&self, endpoint: &mut E, until: Option<Instant>) -> Turn {
        let now = self.now();
        if endpoint.poll_timeout().is_some_and(|at| at <= now) {
            endpoint.handle_timeout(now);
        }
        if until.is_some_and(|at| at <= now) {
            return Turn::TimeUp;
        }
        Turn::Progress
    }

    /// Does what the endpoint demands of its link; whether anything changed.
    fn obey<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant) -> bool {
        match (&self.state, endpoint.link_demand()) {
            (State::Up(_), LinkDemand::Reset) => {
                self.lose(endpoint, now, None);
                true
            }
            (State::Up(_), LinkDemand::Close) if endpoint.transmit().is_empty() => {
                let retry_at = self.redial.closed(now);
                self.drop_link(endpoint, now, retry_at);
                true
            }
            (State::Down { retry_at }, LinkDemand::Open) if *retry_at <= now => self.dial(endpoint, now),
            _ => false,
        }
    }

    fn dial<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant) -> bool {
        let Some(dialer) = &mut self.dialer else {
            return false;
        };
        match dialer.start() {
            Ok(()) => self.state = State::Dialing,
            Err(error) => self.fail(endpoint, now, error),
        }
        true
    }

    fn await_dial<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, deadline: Option<Instant>) {
        let wait = span(now, deadline);
        match self.dialer.as_mut().and_then(|dialer| dialer.wait(wait)) {
            None => {}
            Some(Ok(link)) => self.raise(endpoint, link),
            Some(Err(error)) => {
                let now = self.now();
                self.fail(endpoint, now, error);
            }
        }
    }

    /// Sends what there is; whether anything changed.
    fn send<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant) -> bool {
        let output = endpoint.transmit();
        let State::Up(link) = &mut self.state else {
            return false;
        };
        if output.is_empty() {
            self.stall.moved(); // what could not be sent may have been withdrawn
            return false;
        }
        if self.stall.is_blocked() && self.reads > 0 && self.reads < READS_PER_SEND {
            return false; // an attempt blocks for a while: first what comes without waiting
        }
        self.reads = 0;
        let offered = output.len();
        match link.send(output) {
            Ok(0) => self.lose(endpoint, now, Some(io::ErrorKind::WriteZero.into())),
            Ok(sent) => {
                self.stall.moved();
                endpoint.handle_transmitted(self.now(), sent.min(offered));
            }
            Err(error) if is_interrupted(&error) => {}
            Err(error) if is_not_yet(&error) => {
                self.stall.blocked(now);
                if !self.stall.is_over(self.now()) {
                    return false;
                }
                self.lose(endpoint, now, Some(stalled()));
            }
            Err(error) => self.lose(endpoint, now, Some(error)),
        }
        true
    }

    /// Waits for input until the deadline. While output waits that the peer does not take, it only looks.
    fn receive<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, deadline: Option<Instant>) {
        let sending = !endpoint.transmit().is_empty();
        if self.eof || !self.intake.is_empty() {
            if !sending {
                self.await_endpoint(endpoint, now, deadline);
            }
            return;
        }
        let wait = if sending { MIN_WAIT } else { span(now, deadline) };
        match self.read(wait) {
            Ok(0) if self.intake.is_stream() => {
                self.eof = true;
                endpoint.handle_link(self.now(), LinkEvent::Eof);
            }
            Ok(len) => {
                self.reads = self.reads.saturating_add(1);
                self.redial.worked();
                let now = self.now();
                self.intake.received(endpoint, now, len);
            }
            Err(error) if is_not_yet(&error) || is_interrupted(&error) => self.reads = 0,
            Err(error) => {
                let now = self.now();
                self.lose(endpoint, now, Some(error));
            }
        }
    }

    fn read(&mut self, wait: Duration) -> io::Result<usize> {
        let State::Up(link) = &mut self.state else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        // The setting costs a system call, so one that is a little short stays: waking early is harmless.
        if self.wait > wait || self.wait < wait / 4 || wait < EXACT_WAIT {
            let rounded = rounded_down(wait);
            link.set_wait(rounded)?;
            self.wait = rounded;
        }
        link.recv(self.intake.space())
    }

    /// There is nothing to read: waits for the endpoint's own time. A link on which nothing can happen any more (no input,
    /// no output, no deadline) is closed.
    fn await_endpoint<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, deadline: Option<Instant>) {
        let idle = endpoint.poll_timeout().is_none();
        if idle && self.eof {
            self.lose(endpoint, now, None);
        } else if deadline.is_none() {
            self.lose(endpoint, now, Some(stuck()));
        } else {
            pause(now, deadline);
        }
    }

    fn raise<E: Endpoint>(&mut self, endpoint: &mut E, mut link: L) {
        let now = self.now();
        if let Err(error) = link.prepare() {
            self.fail(endpoint, now, error);
            return;
        }
        self.state = State::Up(link);
        self.wait = Duration::ZERO;
        self.redial.up(now);
        endpoint.handle_link(now, LinkEvent::Up);
    }

    fn fail<E: Endpoint>(&mut self, endpoint: &mut E, now: Instant, error: io::Error) {
        self.error = Some(error);
        let retry_at = self.redial.failed(now);
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
        self.intake.clear();
        self.stall.moved();
        endpoint.handle_link(now, LinkEvent::Lost);
    }
}

fn is_not_yet(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn is_interrupted(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Interrupted
}

/// From now to the deadline, within what may be waited at once.
fn span(now: Instant, deadline: Option<Instant>) -> Duration {
    deadline.map_or(MAX_WAIT, |at| at.saturating_since(now).clamp(MIN_WAIT, MAX_WAIT))
}

fn pause(now: Instant, deadline: Option<Instant>) {
    thread::sleep(span(now, deadline));
}

/// The largest power of two of milliseconds within `wait`, so that waits which differ by little need no new setting.
fn rounded_down(wait: Duration) -> Duration {
    if wait < EXACT_WAIT {
        return wait.max(MIN_WAIT);
    }
    let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(1 << millis.ilog2())
}
