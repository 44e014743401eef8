use alloc::collections::{BTreeSet, VecDeque};
use core::net::SocketAddr;
use core::time::Duration;

use pdu_core::Instant;

/// Messages that came lately, a bounded number of them, each for a bounded time.
#[derive(Debug)]
pub(super) struct Recent {
    span: Duration,
    capacity: usize,
    known: BTreeSet<Key>,
    /// In the order in which they came.
    order: VecDeque<(Instant, Key)>,
}

/// What makes two messages the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Where it came from; `None` where the content alone proves it.
    pub(super) remote: Option<SocketAddr>,
    /// Its request id or message id.
    pub(super) id: i64,
    /// What it says.
    pub(super) digest: Digest,
}

impl Recent {
    pub(super) const fn new(span: Duration, capacity: usize) -> Self {
        Self {
            span,
            capacity,
            known: BTreeSet::new(),
            order: VecDeque::new(),
        }
    }

    /// Whether it came lately.
    pub(super) fn contains(&mut self, now: Instant, key: &Key) -> bool {
        while let Some((at, oldest)) = self.order.front()
            && *at + self.span <= now
        {
            self.known.remove(oldest);
            self.order.pop_front();
        }
        self.known.contains(key)
    }

    /// It came now.
    pub(super) fn insert(&mut self, now: Instant, key: Key) {
        if self.order.len() >= self.capacity
            && let Some((_, oldest)) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        if self.order.len() < self.capacity && self.known.insert(key) {
            self.order.push_back((now, key));
        }
    }
}

/// A number by which the contents of two messages of one sender and one id are told apart: not against an attacker, who
/// without a key could send anything else as well.
///
/// Source: FNV-1a of 64 bits (Fowler, Noll, Vo).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Digest(u64);

impl Digest {
    pub(super) const NONE: Self = Self(0xcbf2_9ce4_8422_2325);

    /// This, and then these octets.
    #[must_use]
    pub(super) fn and(self, octets: &[u8]) -> Self {
        let add = |state: u64, octet: &u8| (state ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3);
        Self(octets.iter().fold(self.0, add))
    }
}
