use core::time::Duration;

use alloc::vec::Vec;

use pdu_core::{ConnectionId, Connections, ErrorKind, Hub, Instant, LinkDemand, Refused, Transport, earliest};

use super::connection::{Connection, Desk};
use super::{Application, Options, Page};

/// All clients of one console: they stand on one [`Application`], which lives on with no client at all.
///
/// Each connection has a line and output of fixed size. A client that does not read what it was shown is not read from. When the
/// device goes down, all connections end, and none is taken until it is up again.
#[derive(Debug)]
pub struct Terminals<A: Application> {
    application: A,
    options: Options,
    now: Instant,
    connections: Connections<Connection<A::Session>>,
    /// No connection is taken before.
    down_until: Option<Instant>,
    page: Page,
}

impl<A: Application> Terminals<A> {
    /// A hub with the default options.
    pub fn new(application: A) -> Self {
        Self::with_options(application, Options::default())
    }

    /// A hub with these options.
    pub fn with_options(application: A, options: Options) -> Self {
        Self {
            application,
            options,
            now: Instant::EPOCH,
            connections: Connections::new(),
            down_until: None,
            page: Page::new(),
        }
    }

    /// What the console does.
    pub const fn application(&self) -> &A {
        &self.application
    }

    /// What the console does, to change it.
    pub const fn application_mut(&mut self) -> &mut A {
        &mut self.application
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Ends the session of a client, at once and without a word, as a device does that has lost its patience.
    pub fn hang_up(&mut self, peer: &ConnectionId) {
        self.connections.with(*peer, Connection::drop_link);
    }

    /// Lets time go by, before anything else is done at that time.
    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if self.application.poll_timeout().is_some_and(|at| at <= self.now) {
            self.application.handle_timeout(self.now);
        }
        if self.down_until.is_some_and(|until| until <= self.now) {
            self.down_until = None;
        }
    }

    /// Does something to a connection that may bring the device down. `None` if it is not open.
    fn serve<R>(
        &mut self,
        peer: ConnectionId,
        serve: impl FnOnce(&mut Connection<A::Session>, &mut Desk<'_, A>) -> (R, Option<Duration>),
    ) -> Option<R> {
        let mut desk = Desk {
            application: &mut self.application,
            options: &self.options,
            page: &mut self.page,
            now: self.now,
        };
        let (result, down) = self.connections.with(peer, |connection| serve(connection, &mut desk))?;
        if let Some(down) = down {
            self.go_down(peer, down);
        }
        Some(result)
    }

    /// Ends all connections: that of whoever said so once its page has left, the others at once.
    fn go_down(&mut self, by: ConnectionId, down: Duration) {
        self.down_until = Some(self.now + down);
        let others: Vec<_> = self.connections.peers().filter(|peer| *peer != by).collect();
        for peer in others {
            self.connections.with(peer, Connection::drop_link);
        }
    }
}

impl<A: Application> Hub for Terminals<A> {
    type Peer = ConnectionId;

    fn transport(&self) -> Transport {
        Transport::Stream
    }

    /// [`Busy`](ErrorKind::Busy) if [`Options::connections`] are open, or the device is down.
    fn handle_open(&mut self, now: Instant, peer: &ConnectionId) -> Result<(), Refused<()>> {
        self.handle_close(now, peer);
        if self.connections.len() >= self.options.connections || self.down_until.is_some() {
            return Err(Refused {
                request: (),
                kind: ErrorKind::Busy,
            });
        }
        self.connections.open(*peer, Connection::new(&self.options));
        self.serve(*peer, |connection, desk| ((), connection.open(desk)));
        Ok(())
    }

    fn handle_close(&mut self, now: Instant, peer: &ConnectionId) {
        self.advance(now);
        self.connections.close(*peer);
    }

    fn handle_input(&mut self, now: Instant, peer: &ConnectionId, bytes: &[u8]) -> usize {
        self.advance(now);
        let taken = self.serve(*peer, |connection, desk| {
            let taken = connection.handle_input(desk, bytes);
            // Behind the end of a session nobody listens.
            let len = if connection.is_ending() { bytes.len() } else { taken.len };
            (len, taken.down)
        });
        taken.unwrap_or(bytes.len())
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &ConnectionId, len: usize) {
        self.advance(now);
        self.connections
            .with(*peer, |connection| connection.handle_transmitted(len));
        self.connections.defer(*peer);
    }

    fn handle_blocked(&mut self, now: Instant, peer: &ConnectionId) {
        self.advance(now);
        self.connections.block(*peer);
    }

    fn handle_writable(&mut self, now: Instant, peer: &ConnectionId) {
        self.advance(now);
        self.connections.unblock(*peer);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        while let Some(peer) = self.connections.first_due(self.now) {
            // Also of one that does not read: its output would wait for ever.
            self.connections.with(peer, Connection::drop_link);
        }
    }

    fn transmit(&self) -> Option<(ConnectionId, &[u8])> {
        self.connections.first_ready()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let idle = self.connections.first_deadline().map(|(due, _)| due);
        earliest(earliest(idle, self.down_until), self.application.poll_timeout())
    }

    fn link_demand(&self) -> Option<(ConnectionId, LinkDemand)> {
        self.connections.first_ending()
    }
}
