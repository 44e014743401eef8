use pdu_core::{ConnectionId, Connections, ErrorKind, Hub, Instant, LinkDemand, Refused, Transport, earliest};

use super::connection::Connection;
use super::{Options, Service};

/// All HTTP clients of one device: they stand on one [`Service`], so what one switches the others see.
///
/// Requests of one connection are answered one after the other; while an answer waits to be taken, nothing more is read from
/// that connection. What is no request is answered with its status (400, 413, 431, 501), and the connection closed: where
/// the next request would begin is not known.
///
/// ```
/// use http::{Request, Response};
/// use pdu_core::{ConnectionId, Hub, Instant};
/// use pdu_proto_7series::server::{HttpHub, Service};
///
/// struct Unit;
/// impl Service for Unit {
///     fn serve(&mut self, _now: Instant, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
///         Response::new(format!("you asked for {}\n", request.uri().path()).into_bytes())
///     }
/// }
///
/// let mut hub = HttpHub::new(Unit);
/// let peer = ConnectionId::from_number(1);
/// hub.handle_open(Instant::EPOCH, &peer)?;
/// hub.handle_input(Instant::EPOCH, &peer, b"GET /data.xml HTTP/1.1\r\nHost: unit\r\n\r\n");
/// let (_, answer) = hub.transmit().unwrap();
/// assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n") && answer.ends_with(b"you asked for /data.xml\n"));
/// # Ok::<(), pdu_core::Refused<()>>(())
/// ```
#[derive(Debug)]
pub struct HttpHub<S> {
    service: S,
    options: Options,
    now: Instant,
    connections: Connections<Connection>,
    statistics: Statistics,
}

/// What a hub has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Statistics {
    /// Requests that the service has answered.
    pub served: u64,
    /// What was no request, or too long.
    pub rejected: u64,
}

impl<S: Service> HttpHub<S> {
    /// A hub with the default options.
    pub fn new(service: S) -> Self {
        Self::with_options(service, Options::default())
    }

    /// A hub with these options.
    pub const fn with_options(service: S, options: Options) -> Self {
        Self {
            service,
            options,
            now: Instant::EPOCH,
            connections: Connections::new(),
            statistics: Statistics { served: 0, rejected: 0 },
        }
    }

    /// What answers.
    pub const fn service(&self) -> &S {
        &self.service
    }

    /// What answers, to change it.
    pub const fn service_mut(&mut self) -> &mut S {
        &mut self.service
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// What it has seen.
    pub const fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// Lets the device's time go by, before anything else is done at that time.
    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if self.service.poll_timeout().is_some_and(|at| at <= self.now) {
            self.service.handle_timeout(self.now);
        }
    }
}

impl<S: Service> Hub for HttpHub<S> {
    type Peer = ConnectionId;

    fn transport(&self) -> Transport {
        Transport::Stream
    }

    /// [`Busy`](ErrorKind::Busy) if [`Options::connections`] are open.
    fn handle_open(&mut self, now: Instant, peer: &ConnectionId) -> Result<(), Refused<()>> {
        self.handle_close(now, peer);
        if self.connections.len() >= self.options.connections {
            return Err(Refused {
                request: (),
                kind: ErrorKind::Busy,
            });
        }
        self.connections.open(*peer, Connection::open(self.now, &self.options));
        Ok(())
    }

    fn handle_close(&mut self, now: Instant, peer: &ConnectionId) {
        self.advance(now);
        self.connections.close(*peer);
    }

    fn handle_input(&mut self, now: Instant, peer: &ConnectionId, bytes: &[u8]) -> usize {
        self.advance(now);
        let Self {
            service, options, now, ..
        } = self;
        let taken = self.connections.with(*peer, |connection| {
            connection.handle_input(service, *now, options, bytes)
        });
        let Some(taken) = taken else { return bytes.len() };
        self.statistics.served += taken.served;
        self.statistics.rejected += taken.rejected;
        taken.len
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &ConnectionId, len: usize) {
        self.advance(now);
        let (now, options) = (self.now, &self.options);
        self.connections.with(*peer, |connection| {
            connection.handle_transmitted(now, options, len);
        });
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
            let now = self.now;
            self.connections.with(peer, |connection| connection.handle_timeout(now));
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
