use alloc::vec::Vec;
use core::time::Duration;

use pdu_core::{ConnectionId, Connections, ErrorKind, Hub, Instant, LinkDemand, Refused, Transport, earliest};

use super::connection::{Connection, Taken};
use super::{Options, Service};

/// All TCP clients of one unit: they stand on one [`Service`], so what one switches the others see, and the unit lives on
/// with no client at all.
///
/// Each connection has buffers of its own, of fixed size ([`Options::output`] and 300 bytes). When the unit restarts, all connections end, and none is taken until it is up again.
///
/// ```
/// use pdu_core::{ConnectionId, Hub, Instant};
/// use pdu_proto_isotek::server::{Options, TextHub};
/// # use pdu_proto_isotek::server::{Served, Service};
/// # use pdu_proto_isotek::wire::{Address, Command, Outlet, OutletConfig, Record, StatusFrame, Text};
/// # struct Unit;
/// # impl Service for Unit {
/// #     fn serve(&mut self, _: Instant, _: &Command<'_>) -> Served { Served::accepted() }
/// #     fn status(&mut self, _: Instant) -> StatusFrame { StatusFrame::default() }
/// #     fn address(&self) -> Address<'_> { unimplemented!() }
/// #     fn record(&self, _: usize) -> Option<Record<'_>> { None }
/// #     fn config(&self, _: usize) -> Option<(Outlet, OutletConfig<'_>)> { None }
/// # }
///
/// let options = Options { interval: None, ..Options::default() };
/// let mut hub = TextHub::with_options(Unit, options);
/// let peer = ConnectionId::from_number(1);
/// hub.handle_open(Instant::EPOCH, &peer)?;
/// hub.handle_input(Instant::EPOCH, &peer, b"S3=0\n");
/// assert_eq!(hub.transmit(), Some((peer, &b"OK\n>"[..])));
/// # Ok::<(), pdu_core::Refused<()>>(())
/// ```
///
/// Source: lines 14 and 29. How many clients a unit takes is not stated.
#[derive(Clone, Debug)]
pub struct TextHub<S> {
    service: S,
    options: Options,
    now: Instant,
    connections: Connections<Connection>,
    /// No connection is taken before.
    down_until: Option<Instant>,
    rejected_lines: u64,
    replaced_statuses: u64,
}

impl<S: Service> TextHub<S> {
    /// A hub with the default options.
    pub fn new(service: S) -> Self {
        Self::with_options(service, Options::default())
    }

    /// A hub with these options.
    pub fn with_options(service: S, options: Options) -> Self {
        Self {
            service,
            options,
            now: Instant::EPOCH,
            connections: Connections::new(),
            down_until: None,
            rejected_lines: 0,
            replaced_statuses: 0,
        }
    }

    /// The unit.
    pub const fn service(&self) -> &S {
        &self.service
    }

    /// The unit, to change it.
    pub const fn service_mut(&mut self) -> &mut S {
        &mut self.service
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// How many lines were no command.
    pub const fn rejected_lines(&self) -> u64 {
        self.rejected_lines
    }

    /// How many statuses were not sent because the client had not taken the one before: a newer one took their place.
    pub const fn replaced_statuses(&self) -> u64 {
        self.replaced_statuses
    }

    /// Lets the unit's time go by, before anything else is done at that time.
    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if self.service.poll_timeout().is_some_and(|at| at <= self.now) {
            self.service.handle_timeout(self.now);
        }
        if self.down_until.is_some_and(|until| until <= self.now) {
            self.down_until = None;
        }
    }

    /// Does something to the connection of a peer. `None` if it is not open.
    fn with<R>(
        &mut self,
        peer: ConnectionId,
        change: impl FnOnce(&mut Connection, &mut S, Instant, &Options) -> R,
    ) -> Option<R> {
        let (service, now, options) = (&mut self.service, self.now, &self.options);
        self.connections
            .with(peer, |connection| change(connection, service, now, options))
    }

    /// Ends all connections: that of whoever said so once its answer has left, the others at once.
    fn go_down(&mut self, by: ConnectionId, down: Duration) {
        self.down_until = Some(self.now + down);
        let open: Vec<_> = self.connections.peers().collect();
        for peer in open {
            let how = if peer == by {
                LinkDemand::Close
            } else {
                LinkDemand::Reset
            };
            self.connections.with(peer, |connection| connection.end(how));
        }
    }
}

impl<S: Service> Hub for TextHub<S> {
    type Peer = ConnectionId;

    fn transport(&self) -> Transport {
        Transport::Stream
    }

    /// [`Busy`](ErrorKind::Busy) if [`Options::connections`] are open, or the unit is down.
    fn handle_open(&mut self, now: Instant, peer: &ConnectionId) -> Result<(), Refused<()>> {
        self.handle_close(now, peer);
        if self.connections.len() >= self.options.connections || self.down_until.is_some() {
            return Err(Refused {
                request: (),
                kind: ErrorKind::Busy,
            });
        }
        let mut connection = Connection::new(&self.options);
        connection.open(&mut self.service, self.now, &self.options);
        self.connections.open(*peer, connection);
        Ok(())
    }

    fn handle_close(&mut self, now: Instant, peer: &ConnectionId) {
        self.advance(now);
        self.connections.close(*peer);
    }

    fn handle_input(&mut self, now: Instant, peer: &ConnectionId, bytes: &[u8]) -> usize {
        self.advance(now);
        let taken = self.with(*peer, |connection, service, now, options| {
            connection.handle_input(service, now, options, bytes)
        });
        let Some(Taken { len, rejected, restart }) = taken else {
            return bytes.len();
        };
        self.rejected_lines += rejected;
        if let Some(down) = restart {
            self.go_down(*peer, down);
        }
        len
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &ConnectionId, len: usize) {
        self.advance(now);
        self.with(*peer, |connection, service, now, options| {
            connection.handle_transmitted(service, now, options, len);
        });
        // Whoever has more to be sent, a status that was owed, lets the others go first.
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
            let replaced = self.with(peer, Connection::handle_timeout);
            self.replaced_statuses += replaced.unwrap_or_default();
        }
    }

    fn transmit(&self) -> Option<(ConnectionId, &[u8])> {
        self.connections.first_ready()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let connections = self.connections.first_deadline().map(|(due, _)| due);
        earliest(connections, self.service.poll_timeout())
    }

    fn link_demand(&self) -> Option<(ConnectionId, LinkDemand)> {
        self.connections.first_ending()
    }
}
