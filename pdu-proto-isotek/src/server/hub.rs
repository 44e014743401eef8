use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use pdu_core::{ConnectionId, ErrorKind, Hub, Instant, LinkDemand, Refused, Transport, earliest};

use super::connection::{Connection, Taken};
use super::{Options, Service};

/// All TCP clients of one unit: they stand on one [`Service`], so what one switches the others see, and the unit lives on
/// with no client at all.
///
/// Each connection has buffers of its own, of fixed size ([`Options::output`] and 300 bytes), which are used again for the
/// next one. When the unit restarts, all connections end, and none is taken until it is up again.
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
    slots: Vec<Slot>,
    free: Vec<usize>,
    /// Which slot a connection has, in the order of the ids.
    open: Vec<(ConnectionId, usize)>,
    /// Slots with output that can leave.
    ready: VecDeque<usize>,
    /// Slots whose connection is to end, in the order in which they may.
    ending: VecDeque<usize>,
    /// When slots have something to do.
    deadlines: BTreeSet<(Instant, usize)>,
    /// No connection is taken before.
    down_until: Option<Instant>,
    rejected_lines: u64,
    replaced_statuses: u64,
}

#[derive(Clone, Debug)]
struct Slot {
    peer: ConnectionId,
    connection: Connection,
    is_blocked: bool,
    demand: LinkDemand,
    // Where the slot is entered above, so that it is entered once.
    is_ready: bool,
    is_ending: bool,
    deadline: Option<Instant>,
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
            slots: Vec::new(),
            free: Vec::new(),
            open: Vec::new(),
            ready: VecDeque::new(),
            ending: VecDeque::new(),
            deadlines: BTreeSet::new(),
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
    pub const fn connections(&self) -> usize {
        self.open.len()
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

    /// Does something to the connection of a peer, and brings the queues up to date. `None` if it is not open.
    fn with_slot<R>(
        &mut self,
        peer: ConnectionId,
        change: impl FnOnce(&mut Slot, &mut S, Instant, &Options) -> R,
    ) -> Option<R> {
        let index = self.slot_of(peer)?;
        let slot = self.slots.get_mut(index)?;
        let result = change(slot, &mut self.service, self.now, &self.options);
        self.enter(index);
        Some(result)
    }

    /// Ends all connections: that of whoever said so once its answer has left, the others at once.
    fn go_down(&mut self, by: ConnectionId, down: Duration) {
        self.down_until = Some(self.now + down);
        for position in 0..self.open.len() {
            let Some(&(peer, index)) = self.open.get(position) else {
                return;
            };
            if let Some(slot) = self.slots.get_mut(index) {
                slot.connection.end();
                slot.demand = if peer == by {
                    LinkDemand::Close
                } else {
                    LinkDemand::Reset
                };
            }
            self.enter(index);
        }
    }
}

impl<S> TextHub<S> {
    fn slot_of(&self, peer: ConnectionId) -> Option<usize> {
        let position = self.open.binary_search_by_key(&peer, |(open, _)| *open).ok()?;
        self.open.get(position).map(|(_, slot)| *slot)
    }

    /// Enters a slot in the queues in which it belongs now, and takes it out of the others.
    fn enter(&mut self, index: usize) {
        let Some(slot) = self.slots.get_mut(index) else {
            return;
        };
        let is_ready = !slot.is_blocked && !slot.connection.output().is_empty();
        let is_ending = match slot.demand {
            LinkDemand::Close => slot.connection.has_ended(),
            demand => demand == LinkDemand::Reset,
        };
        let deadline = slot.connection.poll_timeout();
        if slot.is_ready != is_ready {
            slot.is_ready = is_ready;
            queue_or_remove(&mut self.ready, index, is_ready);
        }
        if slot.is_ending != is_ending {
            slot.is_ending = is_ending;
            queue_or_remove(&mut self.ending, index, is_ending);
        }
        if slot.deadline != deadline {
            if let Some(due) = slot.deadline {
                self.deadlines.remove(&(due, index));
            }
            self.deadlines.extend(deadline.map(|due| (due, index)));
            slot.deadline = deadline;
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
            demand: LinkDemand::Idle,
            is_ready: false,
            is_ending: false,
            deadline: None,
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

impl<S: Service> Hub for TextHub<S> {
    type Peer = ConnectionId;

    fn transport(&self) -> Transport {
        Transport::Stream
    }

    /// [`Busy`](ErrorKind::Busy) if [`Options::connections`] are open, or the unit is down.
    fn handle_open(&mut self, now: Instant, peer: &ConnectionId) -> Result<(), Refused<()>> {
        self.handle_close(now, peer);
        if self.open.len() >= self.options.connections || self.down_until.is_some() {
            return Err(Refused {
                request: (),
                kind: ErrorKind::Busy,
            });
        }
        let index = self.vacant_slot(*peer);
        let position = self.open.partition_point(|(open, _)| open < peer);
        self.open.insert(position, (*peer, index));
        self.with_slot(*peer, |slot, service, now, options| {
            slot.connection.open(service, now, options);
        });
        Ok(())
    }

    fn handle_close(&mut self, now: Instant, peer: &ConnectionId) {
        self.advance(now);
        let Some(index) = self.slot_of(*peer) else { return };
        self.open.retain(|(open, _)| open != peer);
        if let Some(slot) = self.slots.get_mut(index) {
            slot.connection.clear();
            slot.is_blocked = false;
            slot.demand = LinkDemand::Idle;
            self.enter(index);
            self.free.push(index);
        }
    }

    fn handle_input(&mut self, now: Instant, peer: &ConnectionId, bytes: &[u8]) -> usize {
        self.advance(now);
        let taken = self.with_slot(*peer, |slot, service, now, options| {
            slot.connection.handle_input(service, now, options, bytes)
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
        self.with_slot(*peer, |slot, service, now, options| {
            slot.connection.handle_transmitted(service, now, options, len);
        });
        // Whoever has more to be sent, a status that was owed, lets the others go first.
        if self.first_of(&self.ready).is_some_and(|slot| slot.peer == *peer) {
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
        while let Some(&(due, index)) = self.deadlines.first() {
            if due > self.now {
                return;
            }
            if let Some(slot) = self.slots.get_mut(index) {
                let connection = &mut slot.connection;
                self.replaced_statuses += connection.handle_timeout(&mut self.service, self.now, &self.options);
            }
            self.enter(index);
        }
    }

    fn transmit(&self) -> Option<(ConnectionId, &[u8])> {
        let slot = self.first_of(&self.ready)?;
        Some((slot.peer, slot.connection.output()))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let connections = self.deadlines.first().map(|(due, _)| *due);
        earliest(connections, self.service.poll_timeout())
    }

    fn link_demand(&self) -> Option<(ConnectionId, LinkDemand)> {
        let slot = self.first_of(&self.ending)?;
        Some((slot.peer, slot.demand))
    }
}
