use core::fmt;
use core::future::poll_fn;
use core::task::{Context, Poll};
use core::time::Duration;
use std::io;

use super::Link;
use super::wire::{BUDGET, Turn, Wire};
use crate::driver::not_connected;
use crate::{Backoff, Endpoint, EventOf, Instant, Refused, Session, Ticket};

/// Drives one [`Session`] over one link at a time, inside the task that polls it.
///
/// For one owner that submits and takes events; several tasks share a session through a [`Handle`](super::Handle), which
/// [`into_handle`](Self::into_handle) makes of this.
///
/// ```no_run
/// # async fn demo<S: pdu_core::Session<Request = u16>>(session: S) -> std::io::Result<()> {
/// use pdu_core::tokio::Driver;
/// use tokio::net::TcpStream;
///
/// let mut driver = Driver::new(session, TcpStream::connect("192.0.2.7:502").await?);
/// driver.submit(4).ok();
/// let event = driver.next().await?;
/// # Ok(())
/// # }
/// ```
pub struct Driver<S, L> {
    pub(super) session: S,
    pub(super) wire: Wire<L>,
}

impl<S: Session, L: Link> Driver<S, L> {
    /// Drives `session` over a link that is there. When it is lost, it is lost: see [`next`](Self::next).
    pub fn new(mut session: S, link: L) -> Self {
        let wire = Wire::over(&mut session, link);
        Self { session, wire }
    }

    /// Drives `session` over links that `connect` opens, each time the session demands one.
    ///
    /// The session's time goes on while an attempt lasts. After failures `connect` is called again as [`Backoff`] says; the
    /// session hears [`LinkEvent::Lost`](crate::LinkEvent::Lost) of each failure, so that it can end requests that wait; why, says
    /// [`link_error`](Self::link_error).
    ///
    /// ```no_run
    /// # async fn demo<S: pdu_core::Session<Request = u16>>(session: S) -> std::io::Result<()> {
    /// use core::time::Duration;
    /// use pdu_core::tokio::{Driver, tcp};
    ///
    /// let mut driver = Driver::connecting(session, tcp("192.0.2.7:502", Duration::from_secs(3)));
    /// driver.submit(4).ok();
    /// let event = driver.next().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn connecting<F>(session: S, connect: impl FnMut() -> F + Send + 'static) -> Self
    where
        F: Future<Output = io::Result<L>> + Send + 'static,
    {
        let wire = Wire::dialing(&session, connect);
        Self { session, wire }
    }

    /// Submits a request; its `Done` comes from [`next`](Self::next).
    pub fn submit(&mut self, request: S::Request) -> Result<Ticket, Refused<S::Request>> {
        self.wire.settle(&mut self.session);
        let now = self.wire.submission_time(&self.session);
        self.session.submit(now, request)
    }

    /// Withdraws a request; its `Done` comes all the same.
    pub fn cancel(&mut self, ticket: Ticket) {
        self.session.cancel(self.wire.now(), ticket);
    }

    /// The next event. Cancel safe.
    ///
    /// An error means that the link is gone and that there is no other: every further call gives one too, once the
    /// events that are left were taken. With [`connecting`](Self::connecting) lost links are no errors.
    pub async fn next(&mut self) -> io::Result<EventOf<S>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The next event, for those who poll by hand.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<EventOf<S>>> {
        if let Some(event) = self.session.poll_event() {
            return Poll::Ready(Ok(event));
        }
        self.wire.begin();
        for _ in 0..BUDGET {
            let turn = self.wire.poll_turn(&mut self.session, cx);
            if let Some(event) = self.session.poll_event() {
                return Poll::Ready(Ok(event));
            }
            match turn {
                Turn::Progress => {}
                Turn::Idle => return Poll::Pending,
                Turn::Ended => return Poll::Ready(Err(self.wire.take_error().unwrap_or_else(not_connected))),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// The session.
    pub fn session(&self) -> &S {
        &self.session
    }

    /// The session, to set it up.
    pub fn session_mut(&mut self) -> &mut S {
        &mut self.session
    }
}

/// Drives one [`Endpoint`] that has nothing to tell its application: the device side of a conversation.
///
/// ```no_run
/// # async fn demo<E: pdu_core::Endpoint>(device: E) -> std::io::Result<()> {
/// use pdu_core::tokio::{Server, StreamLink};
///
/// let (_master, line) = tokio::io::duplex(256); // or a serial port
/// Server::new(device, StreamLink(line)).run().await
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

    /// Drives `endpoint` over links that `connect` opens, each time the endpoint demands one; see
    /// [`Driver::connecting`].
    pub fn connecting<F>(endpoint: E, connect: impl FnMut() -> F + Send + 'static) -> Self
    where
        F: Future<Output = io::Result<L>> + Send + 'static,
    {
        let wire = Wire::dialing(&endpoint, connect);
        Self { endpoint, wire }
    }

    /// Runs until the link was closed: `Ok` if that was orderly, an error if it broke. Cancel safe: drop it, act on the
    /// endpoint, and run again.
    pub async fn run(&mut self) -> io::Result<()> {
        poll_fn(|cx| self.poll_run(cx)).await
    }

    /// The same, for those who poll by hand.
    pub fn poll_run(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire.begin();
        for _ in 0..BUDGET {
            match self.wire.poll_turn(&mut self.endpoint, cx) {
                Turn::Progress => {}
                Turn::Idle => return Poll::Pending,
                Turn::Ended => return Poll::Ready(self.wire.take_error().map_or(Ok(()), Err)),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
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

        /// The time of this driver's clock.
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

impl<S: fmt::Debug, L> fmt::Debug for Driver<S, L> {
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
