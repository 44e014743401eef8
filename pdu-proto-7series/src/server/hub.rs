use std::collections::{BTreeMap, BTreeSet, VecDeque};

use pdu_core::{ConnectionId, ErrorKind, Hub, Instant, LinkDemand, Refused, Transport, earliest};

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
    open: BTreeMap<ConnectionId, Slot>,
    /// Connections with output that can leave.
    ready: VecDeque<ConnectionId>,
    /// Connections that are to be closed.
    ending: VecDeque<ConnectionId>,
    /// When connections have something to do.
    deadlines: BTreeSet<(Instant, ConnectionId)>,
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

#[derive(Debug)]
struct Slot {
    connection: Connection,
    is_blocked: bool,
    // Where the connection is entered above, so that it is entered once.
    is_ready: bool,
    is_ending: bool,
    deadline: Option<Instant>,
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
            open: BTreeMap::new(),
            ready: VecDeque::new(),
            ending: VecDeque::new(),
            deadlines: BTreeSet::new(),
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
        self.open.len()
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

    /// Does something to a connection, and brings the queues up to date. `None` if it is not open.
    fn with_slot<R>(
        &mut self,
        peer: ConnectionId,
        change: impl FnOnce(&mut Slot, &mut S, Instant, &Options) -> R,
    ) -> Option<R> {
        let slot = self.open.get_mut(&peer)?;
        let result = change(slot, &mut self.service, self.now, &self.options);
        self.enter(peer);
        Some(result)
    }

    /// Enters a connection in the queues in which it belongs now, and takes it out of the others.
    fn enter(&mut self, peer: ConnectionId) {
        let Some(slot) = self.open.get_mut(&peer) else { return };
        let is_ready = !slot.is_blocked && !slot.connection.output().is_empty();
        let is_ending = slot.connection.has_ended();
        let deadline = slot.connection.poll_timeout();
        if slot.is_ready != is_ready {
            slot.is_ready = is_ready;
            queue_or_remove(&mut self.ready, peer, is_ready);
        }
        if slot.is_ending != is_ending {
            slot.is_ending = is_ending;
            queue_or_remove(&mut self.ending, peer, is_ending);
        }
        if slot.deadline != deadline {
            if let Some(due) = slot.deadline {
                self.deadlines.remove(&(due, peer));
            }
            self.deadlines.extend(deadline.map(|due| (due, peer)));
            slot.deadline = deadline;
        }
    }
}

/// The connection to be removed is nearly always the first one.
fn queue_or_remove(queue: &mut VecDeque<ConnectionId>, peer: ConnectionId, belongs: bool) {
    if belongs {
        queue.push_back(peer);
    } else if queue.front() == Some(&peer) {
        queue.pop_front();
    } else {
        queue.retain(|&queued| queued != peer);
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
        if self.open.len() >= self.options.connections {
            return Err(Refused {
                request: (),
                kind: ErrorKind::Busy,
            });
        }
        let slot = Slot {
            connection: Connection::open(self.now, &self.options),
            is_blocked: false,
            is_ready: false,
            is_ending: false,
            deadline: None,
        };
        self.open.insert(*peer, slot);
        self.enter(*peer);
        Ok(())
    }

    fn handle_close(&mut self, now: Instant, peer: &ConnectionId) {
        self.advance(now);
        let Some(slot) = self.open.remove(peer) else { return };
        self.ready.retain(|queued| queued != peer);
        self.ending.retain(|queued| queued != peer);
        if let Some(due) = slot.deadline {
            self.deadlines.remove(&(due, *peer));
        }
    }

    fn handle_input(&mut self, now: Instant, peer: &ConnectionId, bytes: &[u8]) -> usize {
        self.advance(now);
        let taken = self.with_slot(*peer, |slot, service, now, options| {
            slot.connection.handle_input(service, now, options, bytes)
        });
        let Some(taken) = taken else { return bytes.len() };
        self.statistics.served += taken.served;
        self.statistics.rejected += taken.rejected;
        taken.len
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &ConnectionId, len: usize) {
        self.advance(now);
        self.with_slot(*peer, |slot, _, now, options| {
            slot.connection.handle_transmitted(now, options, len);
        });
        // Whoever has more to be sent lets the others go first.
        if self.ready.front() == Some(peer) {
            self.ready.rotate_left(1);
        }
    }

    fn handle_blocked(&mut self, now: Instant, peer: &ConnectionId) {
        self.advance(now);
        self.with_slot(*peer, |slot, _, _, _| slot.is_blocked = true);
    }

    fn handle_writable(&mut self, now: Instant, peer: &ConnectionId) {
        self.advance(now);
        self.with_slot(*peer, |slot, _, _, _| slot.is_blocked = false);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        while let Some(&(due, peer)) = self.deadlines.first() {
            if due > self.now {
                return;
            }
            self.with_slot(peer, |slot, _, now, _| slot.connection.handle_timeout(now));
        }
    }

    fn transmit(&self) -> Option<(ConnectionId, &[u8])> {
        let peer = self.ready.front()?;
        Some((*peer, self.open.get(peer)?.connection.output()))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let connections = self.deadlines.first().map(|(due, _)| *due);
        earliest(connections, self.service.poll_timeout())
    }

    fn link_demand(&self) -> Option<(ConnectionId, LinkDemand)> {
        Some((*self.ending.front()?, LinkDemand::Close))
    }
}
