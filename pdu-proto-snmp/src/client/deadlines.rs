//! When which request's time is up.

use alloc::vec::Vec;

use pdu_core::Instant;

/// Children of a node. Four of them share a line of the cache, and the heap is half as high as with two.
const WIDTH: usize = 4;
/// The position of what has no deadline.
const NONE: u32 = u32::MAX;

/// A heap of deadlines, at most one for each place, of which any can be taken out: all in O(log n).
///
/// A deadline that is later than all others costs next to nothing, and most are.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    heap: Vec<(Instant, u32)>,
    /// By place: where in the heap its deadline is.
    positions: Vec<u32>,
}

impl Deadlines {
    /// There is one place more.
    pub(super) fn grow(&mut self) {
        self.positions.push(NONE);
    }

    /// The earliest deadline, and whose it is.
    pub(super) fn first(&self) -> Option<(Instant, u32)> {
        self.heap.first().copied()
    }

    /// Sets the deadline of a place that has none.
    pub(super) fn insert(&mut self, place: u32, at: Instant) {
        debug_assert_eq!(self.positions[index(place)], NONE, "one deadline a place");
        self.heap.push((at, place));
        self.rise(self.heap.len() - 1);
    }

    /// Takes the deadline of a place away, if it has one.
    pub(super) fn remove(&mut self, place: u32) {
        let position = self.positions[index(place)];
        if position == NONE {
            return;
        }
        let position = index(position);
        self.positions[index(place)] = NONE;
        self.heap.swap_remove(position);
        if position < self.heap.len() {
            self.sink(position);
            self.rise(position);
        }
    }

    fn rise(&mut self, mut position: usize) {
        while position > 0 {
            let parent = (position - 1) / WIDTH;
            if self.heap[parent].0 <= self.heap[position].0 {
                break;
            }
            self.heap.swap(parent, position);
            self.note(position);
            position = parent;
        }
        self.note(position);
    }

    fn sink(&mut self, mut position: usize) {
        loop {
            let first = position * WIDTH + 1;
            let children = first..(first + WIDTH).min(self.heap.len());
            let Some(child) = children.min_by_key(|&child| self.heap[child].0) else {
                break;
            };
            if self.heap[position].0 <= self.heap[child].0 {
                break;
            }
            self.heap.swap(position, child);
            self.note(position);
            position = child;
        }
        self.note(position);
    }

    fn note(&mut self, position: usize) {
        let (_, place) = self.heap[position];
        self.positions[index(place)] = u32::try_from(position).unwrap_or(NONE);
    }
}

/// A number of 32 bits as an index: the crate runs where those have as many bits at least.
#[inline]
pub(super) const fn index(number: u32) -> usize {
    number as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use pdu_core::Rng;

    #[test]
    fn deadlines_come_in_their_order_whatever_was_taken_out() {
        let mut rng = Rng::from_seed(1);
        let mut deadlines = Deadlines::default();
        let mut model = BTreeMap::new();
        for _ in 0..200 {
            deadlines.grow();
        }
        for _ in 0..20_000 {
            let place = u32::try_from(rng.below(200)).unwrap();
            if model.remove(&place).is_some() {
                deadlines.remove(place);
            } else {
                let at = Instant::from_micros(rng.below(1000));
                deadlines.insert(place, at);
                model.insert(place, at);
            }
            let earliest = model.values().min().copied();
            assert_eq!(deadlines.first().map(|(at, _)| at), earliest);
            if let Some((at, place)) = deadlines.first() {
                assert_eq!(model.get(&place), Some(&at));
            }
        }
        deadlines.remove(199);
        deadlines.remove(199);
    }
}
