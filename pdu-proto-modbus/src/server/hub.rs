use pdu_core::{ConnectionId, Connections, ErrorKind, Hub, Instant, LinkDemand, Refused, Transport};

use super::Service;
use super::tcp::{Connection, TcpServerOptions};

/// The device side of Modbus TCP for many clients at once: all stand on one [`Service`], so what one writes the others
/// read.
///
/// Each connection has its own buffers of fixed size, and a client that does not read holds up nobody else; see
/// [`TcpServer`](super::TcpServer) for what holds of each.
#[derive(Clone, Debug)]
pub struct TcpHub<S> {
    service: S,
    options: TcpServerOptions,
    now: Instant,
    connections: Connections<Connection>,
}

impl<S: Service> TcpHub<S> {
    /// A hub with the default options.
    pub fn new(service: S) -> Self {
        Self::with_options(service, TcpServerOptions::default())
    }

    /// A hub with these options.
    pub fn with_options(service: S, options: TcpServerOptions) -> Self {
        Self {
            service,
            options,
            now: Instant::EPOCH,
            connections: Connections::new(),
        }
    }

    /// The application.
    pub const fn service(&self) -> &S {
        &self.service
    }

    /// The application, to change it.
    pub const fn service_mut(&mut self) -> &mut S {
        &mut self.service
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }
}

impl<S: Service> Hub for TcpHub<S> {
    type Peer = ConnectionId;

    fn transport(&self) -> Transport {
        Transport::Stream
    }

    /// [`Busy`](ErrorKind::Busy) if [`TcpServerOptions::connections`] are open.
    fn handle_open(&mut self, now: Instant, peer: &ConnectionId) -> Result<(), Refused<()>> {
        self.handle_close(now, peer);
        if self.connections.len() >= self.options.connections {
            return Err(Refused {
                request: (),
                kind: ErrorKind::Busy,
            });
        }
        self.connections.open(*peer, Connection::new(&self.options));
        Ok(())
    }

    fn handle_close(&mut self, now: Instant, peer: &ConnectionId) {
        self.now = self.now.max(now);
        self.connections.close(*peer);
    }

    fn handle_input(&mut self, now: Instant, peer: &ConnectionId, bytes: &[u8]) -> usize {
        self.now = self.now.max(now);
        let (service, now) = (&mut self.service, self.now);
        self.connections
            .with(*peer, |connection| connection.handle_input(service, now, bytes))
            .unwrap_or(bytes.len())
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &ConnectionId, len: usize) {
        self.now = self.now.max(now);
        self.connections
            .with(*peer, |connection| connection.output.advance(len));
    }

    fn handle_blocked(&mut self, now: Instant, peer: &ConnectionId) {
        self.now = self.now.max(now);
        self.connections.block(*peer);
    }

    fn handle_writable(&mut self, now: Instant, peer: &ConnectionId) {
        self.now = self.now.max(now);
        self.connections.unblock(*peer);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        while let Some(peer) = self.connections.first_due(self.now) {
            let now = self.now;
            self.connections.with(peer, |connection| connection.output.release(now));
        }
    }

    fn transmit(&self) -> Option<(ConnectionId, &[u8])> {
        self.connections.first_ready()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.connections.first_deadline().map(|(due, _)| due)
    }

    fn link_demand(&self) -> Option<(ConnectionId, LinkDemand)> {
        self.connections.first_ending()
    }
}
