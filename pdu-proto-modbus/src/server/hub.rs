use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;

use pdu_core::{ConnectionId, ErrorKind, Hub, Instant, LinkDemand, Refused, Transport};

use super::Service;
use super::tcp::{Connection, TcpServerOptions};

/// The device side of Modbus TCP for many clients at once: all stand on one [`Service`], so what one writes the others
/// read.
///
/// Each connection has its own buffers of fixed size, and a client that does not read holds up nobody else; see
/// [`TcpServer`](super::TcpServer) for what holds of each. Buffers of closed connections are used again.
#[derive(Clone, Debug)]
pub struct TcpHub<S> {
    service: S,
    options: TcpServerOptions,
    now: Instant,
    slots: Vec<Slot>,
    free: Vec<usize>,
    /// Which slot a connection has, in the order of the ids.
    open: Vec<(ConnectionId, usize)>,
    /// Slots with output that can leave.
    ready: VecDeque<usize>,
    /// Slots whose connection is to be reset.
    lost: VecDeque<usize>,
    /// When the answers that are held back are due.
    held: BTreeSet<(Instant, usize)>,
}

#[derive(Clone, Debug)]
struct Slot {
    peer: ConnectionId,
    connection: Connection,
    is_blocked: bool,
    // Where the slot is entered above, so that it is entered once.
    is_ready: bool,
    is_lost: bool,
    held_until: Option<Instant>,
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
            slots: Vec::new(),
            free: Vec::new(),
            open: Vec::new(),
            ready: VecDeque::new(),
            lost: VecDeque::new(),
            held: BTreeSet::new(),
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
    pub const fn connections(&self) -> usize {
        self.open.len()
    }
}

impl<S> TcpHub<S> {
    fn slot_of(&self, peer: ConnectionId) -> Option<usize> {
        let position = self.open.binary_search_by_key(&peer, |(open, _)| *open).ok()?;
        self.open.get(position).map(|(_, slot)| *slot)
    }

    /// Does something to the connection of a peer, and brings the queues up to date. `None` if it is not open.
    #[inline]
    fn with_slot<R>(&mut self, peer: ConnectionId, change: impl FnOnce(&mut Slot, &mut S, Instant) -> R) -> Option<R> {
        let index = self.slot_of(peer)?;
        let slot = self.slots.get_mut(index)?;
        let result = change(slot, &mut self.service, self.now);
        self.enter(index);
        Some(result)
    }

    /// Enters a slot in the queues in which it belongs now, and takes it out of the others.
    #[inline]
    fn enter(&mut self, index: usize) {
        let Some(slot) = self.slots.get_mut(index) else {
            return;
        };
        let output = &slot.connection.output;
        let is_ready = !slot.is_blocked && !output.ready().is_empty();
        let is_lost = slot.connection.demand() == LinkDemand::Reset;
        let held_until = output.held_until();
        if slot.is_ready != is_ready {
            slot.is_ready = is_ready;
            queue_or_remove(&mut self.ready, index, is_ready);
        }
        if slot.is_lost != is_lost {
            slot.is_lost = is_lost;
            queue_or_remove(&mut self.lost, index, is_lost);
        }
        if slot.held_until != held_until {
            if let Some(due) = slot.held_until {
                self.held.remove(&(due, index));
            }
            self.held.extend(held_until.map(|due| (due, index)));
            slot.held_until = held_until;
        }
    }

    /// A slot for a new connection: one that was used before, or a fresh one.
    fn vacant_slot(&mut self, peer: ConnectionId) -> usize {
        if let Some(index) = self.free.pop() {
            if let Some(slot) = self.slots.get_mut(index) {
                slot.peer = peer;
            }
            return index;
        }
        self.slots.push(Slot {
            peer,
            connection: Connection::new(&self.options),
            is_blocked: false,
            is_ready: false,
            is_lost: false,
            held_until: None,
        });
        self.slots.len() - 1
    }

    fn first_of(&self, queue: &VecDeque<usize>) -> Option<&Slot> {
        self.slots.get(*queue.front()?)
    }
}

/// The slot to be removed is nearly always the first one.
fn queue_or_remove(queue: &mut VecDeque<usize>, index: usize, belongs: bool) {
    if belongs {
        queue.push_back(index);
    } else if queue.front() == Some(&index) {
        queue.pop_front();
    } else {
        queue.retain(|&queued| queued != index);
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
        if self.open.len() >= self.options.connections {
            return Err(Refused {
                request: (),
                kind: ErrorKind::Busy,
            });
        }
        let index = self.vacant_slot(*peer);
        let position = self.open.partition_point(|(open, _)| open < peer);
        self.open.insert(position, (*peer, index));
        Ok(())
    }

    fn handle_close(&mut self, now: Instant, peer: &ConnectionId) {
        self.now = self.now.max(now);
        let Some(index) = self.slot_of(*peer) else { return };
        self.open.retain(|(open, _)| open != peer);
        if let Some(slot) = self.slots.get_mut(index) {
            slot.connection.clear();
            slot.is_blocked = false;
            self.enter(index);
            self.free.push(index);
        }
    }

    fn handle_input(&mut self, now: Instant, peer: &ConnectionId, bytes: &[u8]) -> usize {
        self.now = self.now.max(now);
        self.with_slot(*peer, |slot, service, now| {
            slot.connection.handle_input(service, now, bytes)
        })
        .unwrap_or(bytes.len())
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &ConnectionId, len: usize) {
        self.now = self.now.max(now);
        self.with_slot(*peer, |slot, _, _| slot.connection.output.advance(len));
    }

    fn handle_blocked(&mut self, now: Instant, peer: &ConnectionId) {
        self.now = self.now.max(now);
        self.with_slot(*peer, |slot, _, _| slot.is_blocked = true);
    }

    fn handle_writable(&mut self, now: Instant, peer: &ConnectionId) {
        self.now = self.now.max(now);
        self.with_slot(*peer, |slot, _, _| slot.is_blocked = false);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        while let Some(&(due, index)) = self.held.first() {
            if due > self.now {
                return;
            }
            if let Some(slot) = self.slots.get_mut(index) {
                slot.connection.output.release(self.now);
            }
            self.enter(index);
        }
    }

    fn transmit(&self) -> Option<(ConnectionId, &[u8])> {
        let slot = self.first_of(&self.ready)?;
        Some((slot.peer, slot.connection.output.ready()))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.held.first().map(|(due, _)| *due)
    }

    fn link_demand(&self) -> Option<(ConnectionId, LinkDemand)> {
        let slot = self.first_of(&self.lost)?;
        Some((slot.peer, LinkDemand::Reset))
    }
}
