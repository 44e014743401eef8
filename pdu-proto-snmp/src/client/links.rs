//! Orders in which requests wait: lists through the table itself, so that any can be left in O(1) and none allocates.

use alloc::vec::Vec;

use super::deadlines::index;

const NONE: u32 = u32::MAX;

/// The neighbours of each place in the one list that it is in.
#[derive(Debug, Default)]
pub(super) struct Links {
    links: Vec<Link>,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    previous: u32,
    next: u32,
}

/// The ends of one list.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    first: u32,
    last: u32,
}

impl List {
    pub(super) const EMPTY: Self = Self {
        first: NONE,
        last: NONE,
    };

    const fn is_empty(self) -> bool {
        self.first == NONE
    }
}

impl Links {
    /// There is one place more, in no list.
    pub(super) fn grow(&mut self) {
        self.links.push(Link {
            previous: NONE,
            next: NONE,
        });
    }

    /// Puts a place that is in no list at the end of one.
    pub(super) fn push_back(&mut self, list: &mut List, place: u32) {
        self.links[index(place)] = Link {
            previous: list.last,
            next: NONE,
        };
        match list.last {
            NONE => list.first = place,
            end => self.links[index(end)].next = place,
        }
        list.last = place;
    }

    /// Puts a place that is in no list at the start of one.
    pub(super) fn push_front(&mut self, list: &mut List, place: u32) {
        self.links[index(place)] = Link {
            previous: NONE,
            next: list.first,
        };
        match list.first {
            NONE => list.last = place,
            start => self.links[index(start)].previous = place,
        }
        list.first = place;
    }

    /// Takes a place out of the list that it is in.
    pub(super) fn remove(&mut self, list: &mut List, place: u32) {
        let Link { previous, next } = self.links[index(place)];
        match previous {
            NONE => list.first = next,
            previous => self.links[index(previous)].next = next,
        }
        match next {
            NONE => list.last = previous,
            next => self.links[index(next)].previous = previous,
        }
    }

    /// Takes the first place out.
    pub(super) fn pop_front(&mut self, list: &mut List) -> Option<u32> {
        let first = (!list.is_empty()).then_some(list.first)?;
        self.remove(list, first);
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_leave_from_anywhere_and_the_others_keep_their_order() {
        let mut links = Links::default();
        let mut list = List::EMPTY;
        for place in 0..5 {
            links.grow();
            links.push_back(&mut list, place);
        }
        links.remove(&mut list, 0);
        links.remove(&mut list, 2);
        links.remove(&mut list, 4);
        links.push_front(&mut list, 4);
        let order: Vec<u32> = core::iter::from_fn(|| links.pop_front(&mut list)).collect();
        assert_eq!(order, [4, 1, 3]);
        assert!(list.is_empty());
    }
}
