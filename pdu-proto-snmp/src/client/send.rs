//! From a request to the send buffer, and from there to its end.

use alloc::boxed::Box;

use super::{
    Manager,
    links::List,
    manager::Staged,
    peers::{Access, Peer},
    principal::Envelope,
    slot::{Job, Slot, Stage},
    walk::Ask,
};
use crate::{
    SnmpError,
    usm::Report,
    wire::{Body, EncodeError, Message, VarBind},
};
use pdu_core::{Effect, Path};

impl Manager {
    /// Lets a request into its agent's window, or makes it wait.
    pub(super) fn enter(&mut self, place: u32) {
        let target = self.slots[place].target.index;
        let Some(peer) = self.peers.at(target) else {
            return;
        };
        if peer.has_room() {
            peer.live += 1;
            self.make_ready(place);
        } else {
            self.slots[place].stage = Stage::Queued;
            self.slots.links.push_back(&mut peer.waiting, place);
        }
    }

    /// Lets in what waits for room.
    pub(super) fn let_in(&mut self, target: u32) {
        while let Some(peer) = self.peers.at(target)
            && peer.has_room()
            && let Some(place) = self.slots.links.pop_front(&mut peer.waiting)
        {
            peer.live += 1;
            self.make_ready(place);
        }
    }

    /// Something of a request is to be sent, when its turn comes.
    pub(super) fn make_ready(&mut self, place: u32) {
        self.slots[place].stage = Stage::Ready;
        self.slots.links.push_back(&mut self.ready, place);
    }

    /// Fills the send buffer, if it is empty and there is room in the window of all.
    pub(super) fn stage_next(&mut self) {
        while self.staged.is_none() && self.outstanding < self.options.window {
            let Some(place) = self.slots.links.pop_front(&mut self.ready) else {
                return;
            };
            self.stage(place);
        }
    }

    fn stage(&mut self, place: u32) {
        let slot = &mut self.slots[place];
        let Some(peer) = self.peers.at(slot.target.index) else {
            return;
        };
        if peer.is_blocked {
            slot.stage = Stage::Parked;
            return self.slots.links.push_back(&mut self.parked, place);
        }
        if let Access::User(principal) = &peer.access
            && !slot.probe_if_unknown(principal)
        {
            let (report, effect) = (Report::UnknownEngineIds, slot.effect());
            return self.end(place, Some(SnmpError::Report { report, effect }));
        }
        let before = slot.last;
        let (last, id) = self.ids.next(place, before);
        let attempt = self.ids.since(slot.first, last).saturating_sub(1);
        slot.last = last;
        let envelope = Envelope {
            id,
            max_size: peer.options.max_message_size,
            salt: self.salts.take(),
        };
        let end = usize::from(envelope.max_size);
        let buffer = self.out.get_mut(..end).unwrap_or_default();
        match write(slot, peer, attempt, envelope, self.now, buffer) {
            Ok(len) => {
                slot.stage = Stage::Staged;
                self.outstanding += 1;
                self.staged = Some(Staged {
                    place,
                    path: peer.path,
                    before,
                    start: end.saturating_sub(len),
                    end,
                });
            }
            Err(EncodeError::Buffer { .. }) if slot.halve_part() => {
                slot.last = before;
                self.slots.links.push_front(&mut self.ready, place);
            }
            Err(error) => self.end(place, Some(error.into())),
        }
    }

    /// What was shown has left: its answer is due.
    pub(super) fn transmitted(&mut self, path: &Path) {
        let Some(staged) = self.staged.take_if(|staged| staged.path == *path) else {
            return;
        };
        let slot = &mut self.slots[staged.place];
        self.statistics.sent += 1;
        if slot.attempts > 0 {
            self.statistics.repeated += 1;
        }
        let attempt = slot.attempts;
        slot.attempts = slot.attempts.saturating_add(1);
        slot.left = slot.left.saturating_add(u8::from(!slot.is_probe));
        slot.stage = Stage::Waiting;
        if let Some(peer) = self.peers.at(slot.target.index) {
            let wait = peer.options.wait(attempt, self.rng.next_u64());
            self.slots.deadlines.insert(staged.place, self.now + wait);
        }
    }

    /// Ends or repeats what was not answered in time.
    pub(super) fn expire(&mut self) {
        while let Some((at, place)) = self.slots.deadlines.first()
            && at <= self.now
        {
            if !self.try_again(place) {
                self.give_up(place);
            }
        }
    }

    /// Sends a request once more, if it may be.
    pub(super) fn try_again(&mut self, place: u32) -> bool {
        let slot = &self.slots[place];
        let allowed = match self.peers.at(slot.target.index) {
            // To look for an engine changes nothing, whatever is asked afterwards.
            Some(peer) if slot.is_probe => peer.options.retries.saturating_add(1),
            _ => slot.allowed,
        };
        let may = slot.attempts < allowed;
        if may {
            self.leave(place);
            self.make_ready(place);
        }
        may
    }

    /// Ends a request that was not answered.
    fn give_up(&mut self, place: u32) {
        let slot = &mut self.slots[place];
        let Some(peer) = self.peers.at(slot.target.index) else {
            return;
        };
        if let Access::User(principal) = &mut peer.access {
            principal.forget_unproven();
        }
        let effect = slot.effect();
        let error = match slot.doubt {
            Some((report, _)) => SnmpError::Report { report, effect },
            None => SnmpError::Timeout {
                attempts: slot.attempts,
                silence: peer.silence(),
                rejected: slot.rejected.as_deref().copied(),
                effect,
            },
        };
        self.fail(place, error);
    }

    /// A report that proves nothing came to the attempt of this number. It is believed if it comes again to another attempt, or if
    /// no answer comes in time: until then the true answer may still follow.
    pub(super) fn doubt(&mut self, place: u32, report: Report, attempt: u32) {
        let slot = &mut self.slots[place];
        let effect = slot.effect();
        let is_again = match slot.doubt {
            // One datagram may come twice.
            Some((_, seen)) if attempt <= seen => return,
            earlier => earlier.is_some(),
        };
        slot.doubt = Some((report, attempt));
        if report == Report::UnknownEngineIds
            && effect == Effect::NotApplied
            && let Some(peer) = self.peers.at(slot.target.index)
            && let Access::User(principal) = &mut peer.access
        {
            principal.forget_unproven();
        }
        if is_again {
            self.fail(place, SnmpError::Report { report, effect });
        } else {
            self.try_again(place);
        }
    }

    /// Takes a request out of wherever it waits.
    pub(super) fn leave(&mut self, place: u32) {
        let slot = &self.slots[place];
        let list: Option<&mut List> = match slot.stage {
            Stage::Free | Stage::Done => None,
            Stage::Queued => self.peers.at(slot.target.index).map(|peer| &mut peer.waiting),
            Stage::Ready => Some(&mut self.ready),
            Stage::Parked => Some(&mut self.parked),
            Stage::Part => Some(&mut self.events),
            Stage::Staged => {
                self.staged = None;
                self.outstanding -= 1;
                None
            }
            Stage::Waiting => {
                self.slots.deadlines.remove(place);
                self.outstanding -= 1;
                None
            }
        };
        if let Some(list) = list {
            self.slots.links.remove(list, place);
        }
    }

    /// Ends a request badly, wherever it stands.
    pub(super) fn fail(&mut self, place: u32, error: SnmpError) {
        let is_in_window = self.slots[place].stage != Stage::Queued;
        self.leave(place);
        if is_in_window {
            self.end(place, Some(error));
        } else {
            self.tell_end(place, Some(error));
        }
    }

    /// Ends a request that is in no list, and gives its room to the next.
    pub(super) fn end(&mut self, place: u32, error: Option<SnmpError>) {
        let target = self.slots[place].target.index;
        if let Some(peer) = self.peers.at(target) {
            peer.live = peer.live.saturating_sub(1);
        }
        self.tell_end(place, error);
        self.let_in(target);
    }

    /// The end of a request is to be told.
    pub(super) fn tell_end(&mut self, place: u32, error: Option<SnmpError>) {
        let slot = &mut self.slots[place];
        slot.stage = Stage::Done;
        slot.error = error.map(Box::new);
        self.slots.links.push_back(&mut self.events, place);
    }

    /// An agent can take nothing now.
    pub(super) fn set_blocked(&mut self, path: &Path) {
        for peer in self.peers.all().filter(|peer| peer.path == *path) {
            peer.is_blocked = true;
        }
        if let Some(staged) = self.staged.take_if(|staged| staged.path == *path) {
            self.outstanding -= 1;
            self.slots[staged.place].stage = Stage::Parked;
            self.slots[staged.place].last = staged.before;
            self.slots.links.push_back(&mut self.parked, staged.place);
        }
    }

    /// It can again. All that is parked looks anew.
    pub(super) fn set_writable(&mut self, path: &Path) {
        for peer in self.peers.all().filter(|peer| peer.path == *path) {
            peer.is_blocked = false;
        }
        while let Some(place) = self.slots.links.pop_front(&mut self.parked) {
            self.make_ready(place);
        }
    }
}

/// Writes what is to be sent to the end of the buffer, and says how long it is.
fn write(
    slot: &Slot,
    peer: &Peer,
    attempt: u32,
    envelope: Envelope,
    now: pdu_core::Instant,
    buffer: &mut [u8],
) -> Result<usize, EncodeError> {
    let id = envelope.id.cast_signed();
    let name;
    let body = match slot.job {
        Job::Read(operation) => Body::common(operation, id, slot.part_asked()),
        Job::Set => Body::set(id, slot.part_asked()),
        Job::Bulk {
            non_repeaters,
            max_repetitions,
        } => Body::get_bulk(id, non_repeaters.into(), max_repetitions.into(), slot.part_asked()),
        Job::Walk => {
            let walk = slot.walk.as_ref();
            name = [VarBind::ask(walk.map_or(crate::wire::Oid::ZERO, |walk| walk.at()))];
            match slot.walk_ask(attempt) {
                Ask::Next => Body::get_next(id, &name),
                Ask::Bulk(repetitions) => Body::get_bulk(id, 0, repetitions.into(), &name),
            }
        }
    };
    match &peer.access {
        Access::Community(version, community) => {
            let message = Message::new(*version, community.as_slice().into(), body);
            Ok(message.encode(buffer)?.len())
        }
        Access::User(principal) => principal.seal(now, body, envelope, buffer),
    }
}
