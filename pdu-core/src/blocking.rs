//! Drivers for threads that may block: TCP, UDP, serial lines and anything that reads and writes with timeouts.
//!
//! [`Driver`] asks (it holds a [`Session`]), [`Server`] answers (it holds any [`Endpoint`]). Both move bytes between their
//! endpoint and a [`Link`], keep its time, and obey its [`LinkDemand`]; with [`Driver::connecting`] they open the
//! link themselves, and open another when one is lost.

mod dial;
mod link;
mod wire;

use core::fmt;
use core::time::Duration;
use std::collections::VecDeque;
use std::io;

pub use self::link::{Link, ReadTimeout, Timed, tcp, udp};
use self::wire::{Turn, Wire};
#[cfg(doc)]
use crate::LinkDemand;
use crate::driver::not_connected;
use crate::{
    Backoff, CallError, Effect, Endpoint, Error, ErrorKind, Event, EventOf, Instant, Refused, Session, Ticket,
};

/// How many tickets may wait for their `Done` to be taken, and how many notices are kept while a call goes on.
const KEPT: usize = 64;

/// Drives one [`Session`] over one link at a time, on the caller's thread.
///
/// [`call`](Self::call) is the short way: ask and wait. [`submit`](Self::submit) and [`next`](Self::next) keep several
/// requests in flight. Whatever `call` meets while it waits is kept for `next`.
///
/// ```no_run
/// # fn demo<S: pdu_core::Session<Request = u16, Reply = u16, Error: 'static>>(session: S) -> Result<(), Box<dyn std::error::Error>> {
/// use std::net::TcpStream;
/// use pdu_core::blocking::Driver;
///
/// let mut driver = Driver::new(session, TcpStream::connect("192.0.2.7:502")?);
/// println!("{}", driver.call(4)?);
/// # Ok(())
/// # }
/// ```
pub struct Driver<S: Session, L> {
    session: S,
    wire: Wire<L>,
    kept: VecDeque<EventOf<S>>,
    /// Notices among the kept events.
    kept_notices: usize,
    /// Tickets whose `Done` was not handed out yet.
    outstanding: usize,
    missed_notices: u64,
}

impl<S: Session, L: Link> Driver<S, L> {
    /// Drives `session` over a link that is there. When it is lost, it is lost: see [`next`](Self::next).
    pub fn new(mut session: S, link: L) -> Self {
        let wire = Wire::over(&mut session, link);
        Self::assemble(session, wire)
    }

    fn assemble(session: S, wire: Wire<L>) -> Self {
        Self {
            session,
            wire,
            kept: VecDeque::with_capacity(KEPT),
            kept_notices: 0,
            outstanding: 0,
            missed_notices: 0,
        }
    }

    /// Submits a request; its `Done` comes from [`next`](Self::next).
    ///
    /// Refused as busy also while 64 tickets wait for their `Done` to be taken.
    pub fn submit(&mut self, request: S::Request) -> Result<Ticket, Refused<S::Request>> {
        if self.outstanding >= KEPT {
            let kind = ErrorKind::Busy;
            return Err(Refused { request, kind });
        }
        self.wire.settle(&mut self.session);
        let ticket = self.session.submit(self.wire.now(), request)?;
        self.outstanding += 1;
        Ok(ticket)
    }

    /// Withdraws a request; its `Done` comes all the same.
    pub fn cancel(&mut self, ticket: Ticket) {
        self.session.cancel(self.wire.now(), ticket);
    }

    /// The next event; `None` if there was none `until` then (`None`: without end).
    ///
    /// An error means that the link is gone and that there is no other: every further call gives one too, once the
    /// events that are left were taken. With [`connecting`](Self::connecting) lost links are no errors; there it means that
    /// there is no link, none is wanted, and nothing else would ever end the wait.
    pub fn next(&mut self, until: Option<Instant>) -> io::Result<Option<EventOf<S>>> {
        let event = match self.take_kept() {
            Some(event) => Some(event),
            None => self.fresh_event(until)?,
        };
        if matches!(event, Some(Event::Done { .. })) {
            self.outstanding = self.outstanding.saturating_sub(1);
        }
        Ok(event)
    }

    /// Asks, and waits for the answer. Other events that come meanwhile are kept for [`next`](Self::next): each `Done`,
    /// and the latest 64 notices.
    ///
    /// How long this may take is up to the session's own time limits.
    pub fn call(&mut self, request: S::Request) -> Result<S::Reply, CallError<S::Error>> {
        let mine = self.submit(request)?;
        loop {
            match self.fresh_event(None) {
                Ok(Some(Event::Done { ticket, result })) if ticket == mine => {
                    self.outstanding = self.outstanding.saturating_sub(1);
                    return result.map_err(CallError::Session);
                }
                Ok(Some(other)) => self.keep(other),
                Ok(None) => {}
                Err(error) => return Err(self.give_up(mine, error)),
            }
        }
    }

    /// The link is gone and the request still live: what the session says of its effect goes with the error.
    fn give_up(&mut self, mine: Ticket, error: io::Error) -> CallError<S::Error> {
        self.cancel(mine);
        self.outstanding = self.outstanding.saturating_sub(1);
        let mut effect = Effect::Unknown;
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Done { ticket, result } if ticket == mine => {
                    effect = result.map_or_else(|error| error.effect(), |_| Effect::Applied);
                }
                other => self.keep(other),
            }
        }
        CallError::Io { error, effect }
    }

    fn fresh_event(&mut self, until: Option<Instant>) -> io::Result<Option<EventOf<S>>> {
        loop {
            if let Some(event) = self.session.poll_event() {
                return Ok(Some(event));
            }
            match self.wire.turn(&mut self.session, until) {
                Turn::Progress => {}
                Turn::TimeUp => return Ok(self.session.poll_event()),
                Turn::Ended => return Err(self.wire.take_error().unwrap_or_else(not_connected)),
            }
        }
    }

    fn keep(&mut self, event: EventOf<S>) {
        if matches!(event, Event::Notice(_)) {
            if self.kept_notices == KEPT {
                self.forget_oldest_notice();
            }
            self.kept_notices += 1;
        }
        self.kept.push_back(event);
    }

    fn forget_oldest_notice(&mut self) {
        if let Some(at) = self.kept.iter().position(|event| matches!(event, Event::Notice(_))) {
            self.kept.remove(at);
            self.kept_notices -= 1;
            self.missed_notices = self.missed_notices.saturating_add(1);
        }
    }

    fn take_kept(&mut self) -> Option<EventOf<S>> {
        let event = self.kept.pop_front()?;
        if matches!(event, Event::Notice(_)) {
            self.kept_notices -= 1;
        }
        Some(event)
    }

    /// How many notices were dropped because more than 64 came during calls.
    pub fn missed_notices(&self) -> u64 {
        self.missed_notices
    }

    /// The session.
    pub fn session(&self) -> &S {
        &self.session
    }

    /// The session, to set it up. Requests go through [`submit`](Self::submit).
    pub fn session_mut(&mut self) -> &mut S {
        &mut self.session
    }
}

impl<S: Session, L: Link + Send + 'static> Driver<S, L> {
    /// Drives `session` over links that `connect` opens, each time the session demands one.
    ///
    /// `connect` runs on a thread of its own, so that the session's time goes on while a host does not answer; it should
    /// end within a few seconds (see [`tcp`]). After failures it is called again as [`Backoff`] says; the session hears
    /// [`LinkEvent::Lost`](crate::LinkEvent::Lost) of each failure, so that it can end requests that wait; why, says
    /// [`link_error`](Self::link_error).
    ///
    /// ```no_run
    /// # fn demo<S: pdu_core::Session<Request = u16, Reply = u16, Error: 'static>>(session: S) -> Result<(), Box<dyn std::error::Error>> {
    /// use core::time::Duration;
    /// use pdu_core::blocking::{Driver, tcp};
    ///
    /// let mut driver = Driver::connecting(session, tcp("192.0.2.7:502", Duration::from_secs(3)));
    /// println!("{}", driver.call(4)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn connecting(session: S, connect: impl FnMut() -> io::Result<L> + Send + 'static) -> Self {
        let wire = Wire::dialing(&session, connect);
        Self::assemble(session, wire)
    }
}

/// Drives one [`Endpoint`] that has nothing to tell its application: the device side of a conversation.
///
/// ```no_run
/// # fn demo<E: pdu_core::Endpoint>(device: E) -> std::io::Result<()> {
/// use std::net::TcpListener;
/// use pdu_core::blocking::Server;
///
/// let listener = TcpListener::bind("127.0.0.1:502")?;
/// let (stream, _) = listener.accept()?;
/// Server::new(device, stream).run(None)
/// # }
/// ```
pub struct Server<E, L> {
    endpoint: E,
    wire: Wire<L>,
}

impl<E: Endpoint, L: Link> Server<E, L> {
    /// Drives `endpoint` over a link that is there.
    pub fn new(mut endpoint: E, link: L) -> Self {
        let wire = Wire::over(&mut endpoint, link);
        Self { endpoint, wire }
    }

    /// Runs until the link was closed, or `until` then.
    ///
    /// `Ok` if the time is up or the link came to an orderly end, an error if it broke.
    pub fn run(&mut self, until: Option<Instant>) -> io::Result<()> {
        loop {
            match self.wire.turn(&mut self.endpoint, until) {
                Turn::Progress => {}
                Turn::TimeUp => return Ok(()),
                Turn::Ended => return self.wire.take_error().map_or(Ok(()), Err),
            }
        }
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &E {
        &self.endpoint
    }

    /// The endpoint, to set it up or to act on it between two runs.
    pub fn endpoint_mut(&mut self) -> &mut E {
        &mut self.endpoint
    }
}

impl<E: Endpoint, L: Link + Send + 'static> Server<E, L> {
    /// Drives `endpoint` over links that `connect` opens, each time the endpoint demands one; see
    /// [`Driver::connecting`].
    pub fn connecting(endpoint: E, connect: impl FnMut() -> io::Result<L> + Send + 'static) -> Self {
        let wire = Wire::dialing(&endpoint, connect);
        Self { endpoint, wire }
    }
}

macro_rules! settings {
    () => {
        /// The same, with another way of waiting between attempts to connect.
        #[must_use]
        pub fn with_backoff(mut self, backoff: Backoff) -> Self {
            self.wire.set_backoff(backoff);
            self
        }

        /// The same, with another limit for how long the peer may take no output before the link counts as lost; 10 s
        /// if not set.
        #[must_use]
        pub fn with_write_timeout(mut self, limit: Duration) -> Self {
            self.wire.set_write_timeout(limit);
            self
        }

        /// The time of this driver's clock: what `until` is counted from.
        pub fn now(&self) -> Instant {
            self.wire.now()
        }

        /// Whether there is a link now.
        pub fn is_connected(&self) -> bool {
            self.wire.is_up()
        }

        /// Why the last link was lost or could not be opened, if it was.
        pub fn link_error(&self) -> Option<&io::Error> {
            self.wire.error()
        }
    };
}

impl<S: Session, L: Link> Driver<S, L> {
    settings!();
}

impl<E: Endpoint, L: Link> Server<E, L> {
    settings!();
}

impl<S: Session + fmt::Debug, L> fmt::Debug for Driver<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

impl<E: fmt::Debug, L> fmt::Debug for Server<E, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}
