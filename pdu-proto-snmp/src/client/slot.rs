//! The table of requests: each from submit until its `Done` was taken.

use alloc::{boxed::Box, vec::Vec};

use pdu_core::Ticket;

use super::{
    TargetId,
    deadlines::{Deadlines, index},
    ids::Generation,
    links::{Links, List},
    principal::Principal,
    walk::Walking,
};
use crate::{
    SnmpError,
    error::Rejected,
    usm::Report,
    wire::{Anomalies, Operation, Tolerance, VarBinds, Version},
};

/// How many places there are at least before one is used again: ids of a place come again after some thousand requests, so a
/// late answer must not meet a place that does nothing else.
const RESTING: usize = 64;
/// Octets that a place keeps for the next request. One that grew larger gives it back.
const KEPT: usize = 2048;
/// How often a request may look for the engine of its agent: whoever names one at each probe, and denies it at each request,
/// would keep it busy for ever.
const MAX_SEARCHES: u8 = 4;
/// Bits of a ticket that say which place it is: as many as the largest table needs.
const PLACE_BITS: u32 = 20;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Free,
    /// Waits for room in its agent's window.
    Queued,
    /// Is to be sent.
    Ready,
    /// Is to be sent, and its agent can take nothing now.
    Parked,
    /// Is in the send buffer.
    Staged,
    /// Has left; its answer is due.
    Waiting,
    /// A part of a walk waits to be told.
    Part,
    /// Has ended, which waits to be told.
    Done,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// Get or get-next.
    Read(Operation),
    Bulk {
        non_repeaters: u16,
        max_repetitions: u16,
    },
    Set,
    Walk,
}

/// One request.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) ticket: Ticket,
    pub(super) target: TargetId,
    pub(super) stage: Stage,
    pub(super) job: Job,
    /// How often it was sent since it was last answered.
    pub(super) attempts: u8,
    /// How often it may be.
    pub(super) allowed: u8,
    /// How often it left in all, but for probes; and for how many of these the agent has proven that they came to nothing.
    pub(super) left: u8,
    pub(super) denied: u8,
    /// Before the first attempt since then, and the last one.
    pub(super) first: Generation,
    pub(super) last: Generation,
    /// How often it began to look for the engine since it was last answered.
    pub(super) searches: u8,
    /// It has the engine's clock corrected, which is done once.
    pub(super) is_corrected: bool,
    /// What is sent looks for the engine.
    pub(super) is_probe: bool,
    /// The part of a walk that waits to be told is the last.
    pub(super) is_last_part: bool,
    /// A report came that proves nothing, to the attempt of this number.
    pub(super) doubt: Option<(Report, u32)>,
    pub(super) rejected: Option<Box<Rejected>>,
    /// The varbinds to be sent, encoded; not those of a walk.
    pub(super) asked: Vec<u8>,
    pub(super) part: Part,
    /// The varbinds that came, of all parts.
    pub(super) answer: Answer,
    pub(super) walk: Option<Box<Walking>>,
    /// How it ended, if badly: which is rare, and not worth a place in each.
    pub(super) error: Option<Box<SnmpError>>,
}

/// Which of the varbinds are asked for now: all, until they turn out to be too many for a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Octets of those that were answered.
    pub(super) start: u32,
    /// Octets up to the end of those that are asked for.
    pub(super) end: u32,
    /// How many were answered.
    pub(super) before: u32,
    /// How many are asked for.
    pub(super) count: u32,
    /// How many may be asked for at once.
    pub(super) limit: u32,
}

impl Part {
    pub(super) const ALL: Self = Self {
        start: 0,
        end: 0,
        before: 0,
        count: 0,
        limit: u32::MAX,
    };
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) octets: Vec<u8>,
    pub(super) version: Version,
    pub(super) tolerance: Tolerance,
    pub(super) anomalies: Anomalies,
}

impl Answer {
    const EMPTY: Self = Self {
        octets: Vec::new(),
        version: Version::V2C,
        tolerance: Tolerance::LENIENT,
        anomalies: Anomalies::NONE,
    };

    pub(super) fn clear(&mut self) {
        self.octets.clear();
        self.anomalies = Anomalies::NONE;
    }

    /// Adds varbinds that came, or the first octets of them.
    pub(super) fn add(&mut self, varbinds: VarBinds<'_>, octets: usize) {
        (self.version, self.tolerance) = varbinds.rules();
        let all = varbinds.as_octets().unwrap_or_default();
        self.octets.extend_from_slice(all.get(..octets).unwrap_or(all));
    }

    pub(super) fn varbinds(&self) -> VarBinds<'_> {
        VarBinds::from_octets(&self.octets, self.version, self.tolerance)
    }
}

impl Slot {
    const fn new() -> Self {
        Self {
            ticket: Ticket(0),
            target: TargetId {
                index: 0,
                generation: 0,
            },
            stage: Stage::Free,
            job: Job::Walk,
            attempts: 0,
            allowed: 0,
            left: 0,
            denied: 0,
            first: Generation::START,
            last: Generation::START,
            searches: 0,
            is_corrected: false,
            is_probe: false,
            is_last_part: false,
            doubt: None,
            rejected: None,
            asked: Vec::new(),
            part: Part::ALL,
            answer: Answer::EMPTY,
            walk: None,
            error: None,
        }
    }

    /// As for a request that is yet to be told what it is; places on the heap stay.
    fn reset(&mut self, ticket: Ticket, target: TargetId) {
        self.ticket = ticket;
        self.target = target;
        self.attempts = 0;
        self.left = 0;
        self.denied = 0;
        self.first = self.last;
        self.searches = 0;
        self.is_corrected = false;
        self.is_probe = false;
        self.is_last_part = false;
        self.doubt = None;
        self.rejected = None;
        self.part = Part::ALL;
        self.answer.clear();
        self.error = None;
        self.clear();
    }

    /// Forgets what was asked and answered; small places on the heap stay.
    fn clear(&mut self) {
        for octets in [&mut self.asked, &mut self.answer.octets] {
            if octets.capacity() > KEPT {
                *octets = Vec::new();
            }
            octets.clear();
        }
    }

    pub(super) const fn is_set(&self) -> bool {
        matches!(self.job, Job::Set)
    }

    /// Whether answers are taken for it.
    pub(super) const fn is_under_way(&self) -> bool {
        matches!(
            self.stage,
            Stage::Waiting | Stage::Ready | Stage::Staged | Stage::Parked
        )
    }

    /// What is sent next is another request: nothing that comes for the ones before counts any more.
    pub(super) fn begin_exchange(&mut self) {
        self.first = self.last;
        self.attempts = 0;
        self.doubt = None;
    }

    pub(super) fn reject(&mut self, reason: Rejected) {
        if self.rejected.is_none() {
            self.rejected = Some(reason.into());
        }
    }

    /// What is sent is a probe for as long as the engine is not known. `false` if it was found and lost too often.
    pub(super) fn probe_if_unknown(&mut self, principal: &Principal) -> bool {
        if self.is_probe == principal.is_known() {
            self.is_probe = !self.is_probe;
            self.searches = self.searches.saturating_add(self.is_probe.into());
            self.begin_exchange();
        }
        self.searches <= MAX_SEARCHES
    }
}

/// Makes room by an eighth instead of twice, where thousands of places would lie empty.
pub(super) fn reserve_some<T>(places: &mut Vec<T>) {
    if places.len() == places.capacity() {
        places.reserve_exact(places.len() / 8 + 8);
    }
}

/// All requests.
#[derive(Debug)]
pub(super) struct Slots {
    all: Vec<Slot>,
    pub(super) links: Links,
    pub(super) deadlines: Deadlines,
    free: List,
    resting: usize,
    capacity: usize,
    tickets: u64,
}

impl Slots {
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            all: Vec::new(),
            links: Links::default(),
            deadlines: Deadlines::default(),
            free: List::EMPTY,
            resting: 0,
            capacity: index(capacity),
            tickets: 0,
        }
    }

    /// A place for one more request, the one that rests longest; `None` if there is none.
    pub(super) fn take(&mut self, target: TargetId) -> Option<u32> {
        let may_grow = self.all.len() < self.capacity;
        if may_grow && (self.resting == 0 || self.all.len() < RESTING) {
            self.grow();
        }
        let place = self.links.pop_front(&mut self.free)?;
        self.resting -= 1;
        self.tickets += 1;
        let ticket = Ticket(self.tickets << PLACE_BITS | u64::from(place));
        self[place].reset(ticket, target);
        Some(place)
    }

    fn grow(&mut self) {
        reserve_some(&mut self.all);
        let place = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(Slot::new());
        self.links.grow();
        self.deadlines.grow();
        self.links.push_front(&mut self.free, place);
        self.resting += 1;
    }

    /// Gives a place back. What it holds stays until it is trimmed, or taken again.
    pub(super) fn release(&mut self, place: u32) {
        self[place].stage = Stage::Free;
        self.links.push_back(&mut self.free, place);
        self.resting += 1;
    }

    /// Frees what a place holds that nobody uses.
    pub(super) fn trim(&mut self, place: u32) {
        let slot = &mut self[place];
        if slot.stage == Stage::Free {
            slot.clear();
        }
    }

    /// Where the request of a ticket is, if it has not ended.
    pub(super) fn live(&self, ticket: Ticket) -> Option<u32> {
        let place = u32::try_from(ticket.0 & ((1 << PLACE_BITS) - 1)).ok()?;
        let slot = self.all.get(index(place))?;
        (slot.ticket == ticket && !matches!(slot.stage, Stage::Free | Stage::Done)).then_some(place)
    }

    /// All requests that have not ended.
    pub(super) fn all_live(&self) -> impl Iterator<Item = (u32, &Slot)> {
        let is_live = |(_, slot): &(u32, &Slot)| !matches!(slot.stage, Stage::Free | Stage::Done);
        (0..).zip(&self.all).filter(is_live)
    }

    pub(super) fn get(&self, place: u32) -> Option<&Slot> {
        self.all.get(index(place))
    }
}

impl core::ops::Index<u32> for Slots {
    type Output = Slot;

    fn index(&self, place: u32) -> &Slot {
        &self.all[index(place)]
    }
}

impl core::ops::IndexMut<u32> for Slots {
    fn index_mut(&mut self, place: u32) -> &mut Slot {
        &mut self.all[index(place)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::peers::Peer;

    /// With a key of SHA-256 and one of AES-128, what lies on the heap for a target beside these is below 200 octets, and for a
    /// request its names and values; `bench` measures it all.
    #[test]
    fn target_and_its_request_stay_within_a_kibibyte() {
        let octets = [size_of::<Peer>(), size_of::<Principal>(), size_of::<Slot>()];
        assert!(octets.iter().sum::<usize>() <= 700, "{octets:?}");
    }
}
