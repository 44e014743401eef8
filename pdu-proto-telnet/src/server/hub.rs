use core::time::Duration;

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};

use pdu_core::{ConnectionId, ErrorKind, Hub, Instant, LinkDemand, Refused, Transport, earliest};

use super::connection::Connection;
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
    slots: BTreeMap<ConnectionId, Slot<A::Session>>,
    /// Who has output that can leave.
    ready: VecDeque<ConnectionId>,
    /// Whose connection is to end.
    ending: VecDeque<ConnectionId>,
    /// Whose session is to end if nothing is heard.
    deadlines: BTreeSet<(Instant, ConnectionId)>,
    /// No connection is taken before.
    down_until: Option<Instant>,
    page: Page,
}

#[derive(Debug)]
struct Slot<S> {
    connection: Connection<S>,
    is_blocked: bool,
    /// What it is to end by, once it is to end.
    ends_by: LinkDemand,
    // Where the slot is entered above, so that it is entered once.
    is_ready: bool,
    is_ending: bool,
    deadline: Option<Instant>,
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
            slots: BTreeMap::new(),
            ready: VecDeque::new(),
            ending: VecDeque::new(),
            deadlines: BTreeSet::new(),
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
        self.slots.len()
    }

    /// Ends the session of a client, at once and without a word, as a device does that has lost its patience.
    pub fn hang_up(&mut self, peer: &ConnectionId) {
        self.with_slot(*peer, |slot, _| slot.drop_link());
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

    /// Does something to a connection, and brings the queues up to date. `None` if it is not open.
    fn with_slot<R>(
        &mut self,
        peer: ConnectionId,
        change: impl FnOnce(&mut Slot<A::Session>, &mut Common<'_, A>) -> R,
    ) -> Option<R> {
        let slot = self.slots.get_mut(&peer)?;
        let mut common = Common {
            application: &mut self.application,
            options: &self.options,
            page: &mut self.page,
            now: self.now,
        };
        let result = change(slot, &mut common);
        self.enter(peer);
        Some(result)
    }

    /// Enters a connection in the queues in which it belongs now, and takes it out of the others.
    fn enter(&mut self, peer: ConnectionId) {
        let Some(slot) = self.slots.get_mut(&peer) else {
            return;
        };
        let is_ready = !slot.is_blocked && !slot.connection.output.is_empty();
        let is_ending = slot.may_end();
        let deadline = slot.connection.idle_at(&self.options);
        if core::mem::replace(&mut slot.is_ready, is_ready) != is_ready {
            queue_or_remove(&mut self.ready, peer, is_ready);
        }
        if core::mem::replace(&mut slot.is_ending, is_ending) != is_ending {
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

    /// Ends all connections: that of whoever said so once its page has left, the others at once.
    fn go_down(&mut self, by: ConnectionId, down: Duration) {
        self.down_until = Some(self.now + down);
        let others: VecDeque<_> = self.slots.keys().copied().filter(|peer| *peer != by).collect();
        for peer in others {
            self.with_slot(peer, |slot, _| slot.drop_link());
        }
    }
}

/// What all connections share.
struct Common<'h, A> {
    application: &'h mut A,
    options: &'h Options,
    page: &'h mut Page,
    now: Instant,
}

impl<S> Slot<S> {
    fn new(options: &Options) -> Self {
        Self {
            connection: Connection::new(options),
            is_blocked: false,
            ends_by: LinkDemand::Close,
            is_ready: false,
            is_ending: false,
            deadline: None,
        }
    }

    /// What waits to leave is lost.
    fn drop_link(&mut self) {
        self.connection.end();
        self.connection.output.clear();
        self.ends_by = LinkDemand::Reset;
    }

    /// Whether all was said that was to be said before the end.
    const fn may_end(&self) -> bool {
        self.connection.is_ending() && self.connection.output.is_empty()
    }
}

/// The one to be removed is nearly always the first one.
fn queue_or_remove(queue: &mut VecDeque<ConnectionId>, peer: ConnectionId, belongs: bool) {
    if belongs {
        queue.push_back(peer);
    } else if queue.front() == Some(&peer) {
        queue.pop_front();
    } else {
        queue.retain(|queued| *queued != peer);
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
        if self.slots.len() >= self.options.connections || self.down_until.is_some() {
            return Err(Refused {
                request: (),
                kind: ErrorKind::Busy,
            });
        }
        self.slots.insert(*peer, Slot::new(&self.options));
        let down = self.with_slot(*peer, |slot, common| {
            slot.connection
                .open(common.application, common.now, common.options, common.page)
        });
        if let Some(down) = down.flatten() {
            self.go_down(*peer, down);
        }
        Ok(())
    }

    fn handle_close(&mut self, now: Instant, peer: &ConnectionId) {
        self.advance(now);
        let Some(slot) = self.slots.remove(peer) else { return };
        self.ready.retain(|queued| queued != peer);
        self.ending.retain(|queued| queued != peer);
        if let Some(due) = slot.deadline {
            self.deadlines.remove(&(due, *peer));
        }
    }

    fn handle_input(&mut self, now: Instant, peer: &ConnectionId, bytes: &[u8]) -> usize {
        self.advance(now);
        let taken = self.with_slot(*peer, |slot, common| {
            let connection = &mut slot.connection;
            let mut taken = connection.handle_input(common.application, common.now, common.options, common.page, bytes);
            if connection.is_ending() {
                // Nobody listens any more.
                taken.len = bytes.len();
            }
            taken
        });
        let Some(taken) = taken else { return bytes.len() };
        if let Some(down) = taken.down {
            self.go_down(*peer, down);
        }
        taken.len
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &ConnectionId, len: usize) {
        self.advance(now);
        self.with_slot(*peer, |slot, _| slot.connection.output.advance(len));
        // Whoever has more to be sent lets the others go first.
        if self.ready.front() == Some(peer) {
            self.ready.rotate_left(1);
        }
    }

    fn handle_blocked(&mut self, now: Instant, peer: &ConnectionId) {
        self.advance(now);
        self.with_slot(*peer, |slot, _| slot.is_blocked = true);
    }

    fn handle_writable(&mut self, now: Instant, peer: &ConnectionId) {
        self.advance(now);
        self.with_slot(*peer, |slot, _| slot.is_blocked = false);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        while let Some(&(due, peer)) = self.deadlines.first() {
            if due > self.now {
                return;
            }
            // Also of one that does not read: its output would wait for ever.
            self.with_slot(peer, |slot, _| slot.drop_link());
        }
    }

    fn transmit(&self) -> Option<(ConnectionId, &[u8])> {
        let peer = self.ready.front()?;
        Some((*peer, self.slots.get(peer)?.connection.output.waiting()))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let idle = self.deadlines.first().map(|(due, _)| *due);
        earliest(earliest(idle, self.down_until), self.application.poll_timeout())
    }

    fn link_demand(&self) -> Option<(ConnectionId, LinkDemand)> {
        let peer = self.ending.front()?;
        Some((*peer, self.slots.get(peer)?.ends_by))
    }
}
