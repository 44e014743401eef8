//! The connections of a stream hub.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{ConnectionId, Instant, LinkDemand};

/// One connection of a stream [`Hub`](crate::Hub), as [`Connections`] sees it.
pub trait Connection {
    /// What waits to leave; empty if nothing does.
    fn output(&self) -> &[u8];

    /// What is asked of its link: [`Close`](LinkDemand::Close) is told once the output has left, [`Reset`](LinkDemand::Reset) at
    /// once, anything else not at all.
    fn link_demand(&self) -> LinkDemand;

    /// When it has something to do though nothing comes.
    fn poll_timeout(&self) -> Option<Instant>;
}

/// The connections of a stream [`Hub`](crate::Hub), for whoever writes one: found by their id, and queued for what they want.
///
/// A hub changes a connection by [`with`](Self::with) only, so the queues are right at any time. Finding a connection takes
/// O(log n), and so does a deadline; the next output and the next that is to end are at hand.
///
/// ```
/// use pdu_core::{Connection, ConnectionId, Connections, Instant, LinkDemand};
///
/// /// Sends back what came.
/// struct Echo(Vec<u8>);
///
/// impl Connection for Echo {
///     fn output(&self) -> &[u8] {
///         &self.0
///     }
///     fn link_demand(&self) -> LinkDemand {
///         LinkDemand::Idle
///     }
///     fn poll_timeout(&self) -> Option<Instant> {
///         None
///     }
/// }
///
/// let mut connections = Connections::new();
/// let peer = ConnectionId::from_number(1);
/// connections.open(peer, Echo(Vec::new()));
/// connections.with(peer, |echo| echo.0.extend(b"hello"));
/// assert_eq!(connections.first_ready(), Some((peer, &b"hello"[..])));
/// connections.block(peer); // its link takes nothing for now
/// assert_eq!(connections.first_ready(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Connections<C> {
    open: BTreeMap<ConnectionId, Entry<C>>,
    /// Those with output, whose link takes it.
    ready: VecDeque<ConnectionId>,
    /// Those whose link is to be closed or reset now.
    ending: VecDeque<ConnectionId>,
    deadlines: BTreeSet<(Instant, ConnectionId)>,
}

#[derive(Clone, Debug)]
struct Entry<C> {
    connection: C,
    is_blocked: bool,
    // Where it is entered above, so that it is entered once.
    is_ready: bool,
    is_ending: bool,
    deadline: Option<Instant>,
}

impl<C> Connections<C> {
    /// None.
    pub const fn new() -> Self {
        Self {
            open: BTreeMap::new(),
            ready: VecDeque::new(),
            ending: VecDeque::new(),
            deadlines: BTreeSet::new(),
        }
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// The ids of those that are open, ascending.
    pub fn peers(&self) -> impl Iterator<Item = ConnectionId> {
        self.open.keys().copied()
    }

    /// Forgets a connection, with what waited to leave.
    pub fn close(&mut self, peer: ConnectionId) -> Option<C> {
        let entry = self.open.remove(&peer)?;
        if entry.is_ready {
            take_out(&mut self.ready, peer);
        }
        if entry.is_ending {
            take_out(&mut self.ending, peer);
        }
        if let Some(due) = entry.deadline {
            self.deadlines.remove(&(due, peer));
        }
        Some(entry.connection)
    }

    /// The earliest deadline, and whose it is.
    pub fn first_deadline(&self) -> Option<(Instant, ConnectionId)> {
        self.deadlines.first().copied()
    }

    /// The one whose deadline is over the longest at this time. To be asked again until there is none: each has moved its deadline by then.
    pub fn first_due(&self, now: Instant) -> Option<ConnectionId> {
        let (due, peer) = self.first_deadline()?;
        (due <= now).then_some(peer)
    }
}

impl<C: Connection> Connections<C> {
    /// Takes a new connection; one that is open under this id is forgotten.
    pub fn open(&mut self, peer: ConnectionId, connection: C) {
        self.close(peer);
        let entry = Entry {
            connection,
            is_blocked: false,
            is_ready: false,
            is_ending: false,
            deadline: None,
        };
        self.open.insert(peer, entry);
        self.change(peer, |_| ());
    }

    /// Does something to a connection. `None` if it is not open.
    #[inline]
    pub fn with<R>(&mut self, peer: ConnectionId, change: impl FnOnce(&mut C) -> R) -> Option<R> {
        self.change(peer, |entry| change(&mut entry.connection))
    }

    /// Its link takes nothing for now: what it has to send holds up nobody else.
    pub fn block(&mut self, peer: ConnectionId) {
        self.change(peer, |entry| entry.is_blocked = true);
    }

    /// Its link takes something again.
    pub fn unblock(&mut self, peer: ConnectionId) {
        self.change(peer, |entry| entry.is_blocked = false);
    }

    /// The output that is next to leave, and whose it is.
    #[inline]
    pub fn first_ready(&self) -> Option<(ConnectionId, &[u8])> {
        let peer = *self.ready.front()?;
        Some((peer, self.open.get(&peer)?.connection.output()))
    }

    /// If this one is next to send, it lets the others go first.
    pub fn defer(&mut self, peer: ConnectionId) {
        if self.ready.front() == Some(&peer) {
            self.ready.rotate_left(1);
        }
    }

    /// The first connection of those that are to end now, and how.
    pub fn first_ending(&self) -> Option<(ConnectionId, LinkDemand)> {
        let peer = *self.ending.front()?;
        Some((peer, self.open.get(&peer)?.connection.link_demand()))
    }

    /// Changes an entry, enters it in the queues in which it belongs then, and takes it out of the others.
    #[inline]
    fn change<R>(&mut self, peer: ConnectionId, change: impl FnOnce(&mut Entry<C>) -> R) -> Option<R> {
        let entry = self.open.get_mut(&peer)?;
        let result = change(entry);
        let connection = &entry.connection;
        let has_output = !connection.output().is_empty();
        let is_ready = has_output && !entry.is_blocked;
        let is_ending = match connection.link_demand() {
            LinkDemand::Reset => true,
            LinkDemand::Close => !has_output,
            _ => false,
        };
        let deadline = connection.poll_timeout();
        if entry.is_ready != is_ready {
            entry.is_ready = is_ready;
            enter(&mut self.ready, peer, is_ready);
        }
        if entry.is_ending != is_ending {
            entry.is_ending = is_ending;
            enter(&mut self.ending, peer, is_ending);
        }
        if entry.deadline != deadline {
            if let Some(due) = entry.deadline {
                self.deadlines.remove(&(due, peer));
            }
            self.deadlines.extend(deadline.map(|due| (due, peer)));
            entry.deadline = deadline;
        }
        Some(result)
    }
}

impl<C> Default for Connections<C> {
    fn default() -> Self {
        Self::new()
    }
}

fn enter(queue: &mut VecDeque<ConnectionId>, peer: ConnectionId, belongs: bool) {
    if belongs {
        queue.push_back(peer);
    } else {
        take_out(queue, peer);
    }
}

/// The one to be removed is nearly always the first.
fn take_out(queue: &mut VecDeque<ConnectionId>, peer: ConnectionId) {
    if queue.front() == Some(&peer) {
        queue.pop_front();
    } else {
        queue.retain(|queued| *queued != peer);
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use core::time::Duration;

    use super::*;

    #[derive(Default)]
    struct Talk {
        output: Vec<u8>,
        demand: Option<LinkDemand>,
        due: Option<Instant>,
    }

    impl Connection for Talk {
        fn output(&self) -> &[u8] {
            &self.output
        }
        fn link_demand(&self) -> LinkDemand {
            self.demand.unwrap_or(LinkDemand::Idle)
        }
        fn poll_timeout(&self) -> Option<Instant> {
            self.due
        }
    }

    fn three() -> (Connections<Talk>, [ConnectionId; 3]) {
        let mut connections = Connections::new();
        let peers = [1, 2, 3].map(ConnectionId::from_number);
        for peer in peers {
            connections.open(peer, Talk::default());
        }
        (connections, peers)
    }

    fn ready(connections: &Connections<Talk>) -> Option<ConnectionId> {
        connections.first_ready().map(|(peer, _)| peer)
    }

    #[test]
    fn output_leaves_in_turns_and_one_that_is_blocked_holds_up_nobody() {
        let (mut connections, [a, b, c]) = three();
        for peer in [b, a, c] {
            connections.with(peer, |talk| talk.output.push(0));
        }
        assert_eq!(ready(&connections), Some(b));
        connections.defer(b);
        assert_eq!(ready(&connections), Some(a));
        connections.block(a);
        assert_eq!(ready(&connections), Some(c));
        connections.unblock(a);
        connections.with(c, |talk| talk.output.clear());
        connections.with(b, |talk| talk.output.clear());
        assert_eq!(ready(&connections), Some(a));
        connections.close(a);
        assert_eq!(ready(&connections), None);
    }

    #[test]
    fn a_connection_is_closed_when_its_output_has_left_and_reset_at_once() {
        let (mut connections, [a, b, _]) = three();
        for (peer, demand) in [(a, LinkDemand::Close), (b, LinkDemand::Reset)] {
            connections.with(peer, |talk| {
                talk.output.push(0);
                talk.demand = Some(demand);
            });
        }
        assert_eq!(connections.first_ending(), Some((b, LinkDemand::Reset)));
        connections.close(b);
        assert_eq!(connections.first_ending(), None);
        connections.with(a, |talk| talk.output.clear());
        assert_eq!(connections.first_ending(), Some((a, LinkDemand::Close)));
    }

    #[test]
    fn deadlines_are_told_in_their_order_and_go_with_their_connection() {
        let at = |seconds| Instant::EPOCH + Duration::from_secs(seconds);
        let (mut connections, [a, b, c]) = three();
        for (peer, due) in [(a, 3), (b, 1), (c, 2)] {
            connections.with(peer, |talk| talk.due = Some(at(due)));
        }
        assert_eq!(connections.first_deadline(), Some((at(1), b)));
        assert_eq!(connections.first_due(at(0)), None);
        connections.with(b, |talk| talk.due = Some(at(9)));
        assert_eq!(connections.first_due(at(2)), Some(c));
        connections.close(c);
        assert_eq!(connections.first_due(at(2)), None);
        connections.open(a, Talk::default());
        assert_eq!((connections.first_deadline(), connections.len()), (Some((at(9), b)), 2));
    }
}
