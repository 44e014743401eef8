//! From a datagram to the request that it answers.

use alloc::vec::Vec;
use core::mem;

use pdu_core::Path;

use super::{
    Manager,
    answer::Verdict,
    peers::Access,
    principal::{Deaf, Heard, Proof},
    slot::Stage,
};
use crate::{
    SnmpError,
    error::Rejected,
    usm::{Report, UsmError},
    wire::{Anomalies, Body, Common, Message, Operation, Tolerance, Version, WireError, request_id, v3},
};

/// A request under way, and which of its attempts a datagram has the id of.
#[derive(Clone, Copy, Debug)]
struct Match {
    place: u32,
    attempt: u32,
}

impl Manager {
    pub(super) fn receive(&mut self, from: &Path, datagram: &[u8]) {
        match Version::of(datagram) {
            Ok(Version::V3) => self.receive_v3(from, datagram),
            Ok(_) => self.receive_community(from, datagram),
            Err(_) => self.statistics.malformed += 1,
        }
    }

    /// The request under way that has this id, if the datagram comes from where its answer may come from.
    fn find(&mut self, id: u32, from: &Path, found: Version) -> Option<Match> {
        let (place, generation) = self.ids.parts(id);
        let slot = self.slots.get(place).filter(|slot| slot.is_under_way());
        let attempt = slot.map(|slot| {
            let of_all = self.ids.since(slot.first, slot.last);
            let this = self.ids.since(slot.first, generation);
            (1..=of_all).contains(&this).then(|| this - 1)
        });
        let Some(attempt) = attempt.flatten() else {
            self.statistics.late += 1;
            return None;
        };
        let peer = self.peers.at(self.slots[place].target.index)?;
        let expected = peer.version();
        let reason = if !peer.admits(from) {
            Rejected::Source { found: from.remote }
        } else if expected != found {
            Rejected::Version { expected, found }
        } else {
            return Some(Match { place, attempt });
        };
        self.reject(place, reason);
        None
    }

    fn tolerance(&mut self, place: u32) -> Tolerance {
        let target = self.slots[place].target.index;
        let peer = self.peers.at(target);
        peer.map_or(Tolerance::LENIENT, |peer| peer.options.tolerance)
    }

    fn reject(&mut self, place: u32, reason: Rejected) {
        self.statistics.rejected += 1;
        self.slots[place].reject(reason);
    }

    fn receive_community(&mut self, from: &Path, datagram: &[u8]) {
        let message = match Message::parse(datagram, Tolerance::LENIENT) {
            Ok(message) => message,
            Err(error) => return self.receive_malformed(from, datagram, error),
        };
        let Some(answer) = response_in(&message.body) else {
            self.statistics.late += 1;
            return;
        };
        let Some(found) = self.find(answer.request_id.cast_unsigned(), from, message.version) else {
            return;
        };
        let tolerance = self.tolerance(found.place);
        if tolerance == Tolerance::LENIENT {
            return self.take(found, answer, message.anomalies());
        }
        match Message::parse(datagram, tolerance) {
            Ok(message) => {
                if let Some(answer) = response_in(&message.body) {
                    self.take(found, answer, message.anomalies());
                }
            }
            Err(error) => self.fail_unreadable(found.place, error),
        }
    }

    /// A message that cannot be read ends the request whose id it has: it would come again as it is.
    #[cold]
    fn receive_malformed(&mut self, from: &Path, datagram: &[u8], error: WireError) {
        self.statistics.malformed += 1;
        if let Some((version, id)) = request_id(datagram)
            && let Some(found) = self.find(id.cast_unsigned(), from, version)
        {
            self.fail_unreadable(found.place, error);
        }
    }

    fn fail_unreadable(&mut self, place: u32, error: WireError) {
        let effect = self.slots[place].effect();
        self.fail(place, SnmpError::Wire { error, effect });
    }

    fn receive_v3(&mut self, from: &Path, datagram: &[u8]) {
        let Ok(message) = v3::Message::parse(datagram, Tolerance::LENIENT) else {
            // Whose it is cannot be told, since its code cannot be checked.
            self.statistics.malformed += 1;
            return;
        };
        let id = message.header().message_id;
        let Some(found) = self.find(id, from, Version::V3) else {
            return;
        };
        let mut scratch = mem::take(&mut self.scratch);
        self.open(found, id, &message, datagram, &mut scratch);
        self.scratch = scratch;
    }

    fn open(&mut self, found: Match, id: u32, message: &v3::Message<'_>, datagram: &[u8], scratch: &mut Vec<u8>) {
        let place = found.place;
        let tolerance = self.tolerance(place);
        let target = self.slots[place].target.index;
        let Some(Access::User(principal)) = self.peers.at(target).map(|peer| &mut peer.access) else {
            return;
        };
        if tolerance != Tolerance::LENIENT
            && let Err(error) = v3::Message::parse(datagram, tolerance)
        {
            return self.reject(place, error.into());
        }
        if self.slots[place].is_probe {
            return match principal.discover(self.now, message) {
                Ok(()) => self.found_engine(place),
                Err(deaf) => self.not_heard(place, deaf),
            };
        }
        match principal.open(self.now, message, scratch, tolerance) {
            Ok(Heard::Answer(scoped)) => match response_in(&scoped.body) {
                Some(answer) if answer.request_id == id.cast_signed() => {
                    self.take(found, answer, message.anomalies().union(scoped.anomalies()));
                }
                _ => self.reject(place, Rejected::RequestId),
            },
            Ok(Heard::Corrected) => self.correct(place),
            Ok(Heard::Report(report, Proof::Authenticated)) => {
                let effect = self.slots[place].effect_beside(1);
                self.fail(place, SnmpError::Report { report, effect });
            }
            Ok(Heard::Report(report, Proof::None)) => self.doubt(place, report, found.attempt),
            Err(deaf) => self.not_heard(place, deaf),
        }
    }

    /// The engine of an agent is known: what was to be asked is, and others of the agent's window too.
    fn found_engine(&mut self, place: u32) {
        self.leave(place);
        self.make_ready(place);
        let target = self.slots[place].target.index;
        self.let_in(target);
    }

    /// The engine has proven that it did not take the request, and what its clock says: once more, and once only.
    fn correct(&mut self, place: u32) {
        self.statistics.corrected += 1;
        if mem::replace(&mut self.slots[place].is_corrected, true) {
            let report = Report::NotInTimeWindows;
            let effect = self.slots[place].effect_beside(1);
            return self.fail(place, SnmpError::Report { report, effect });
        }
        self.leave(place);
        let slot = &mut self.slots[place];
        slot.denied = slot.denied.saturating_add(1);
        slot.begin_exchange();
        self.make_ready(place);
    }

    fn not_heard(&mut self, place: u32, deaf: Deaf) {
        match deaf {
            Deaf::Rejected(reason) => self.reject(place, reason),
            Deaf::Unreadable(UsmError::Scoped(error)) => self.fail_unreadable(place, error),
            Deaf::Unreadable(error) => {
                let effect = self.slots[place].effect();
                self.fail(place, SnmpError::Usm { error, effect });
            }
        }
    }

    /// Takes the answer to a request under way.
    fn take(&mut self, found: Match, answer: &Common<'_>, anomalies: Anomalies) {
        let place = found.place;
        let slot = &mut self.slots[place];
        let Some(peer) = self.peers.at(slot.target.index) else {
            return;
        };
        self.statistics.answered += 1;
        let verdict = slot.take_answer(answer, anomalies, found.attempt, &mut peer.bulk);
        self.leave(place);
        let slot = &mut self.slots[place];
        slot.begin_exchange();
        slot.is_corrected = false;
        slot.searches = 0;
        match verdict {
            Verdict::Again => self.make_ready(place),
            Verdict::Part => self.tell_part(place, false),
            Verdict::LastPart => self.tell_part(place, true),
            Verdict::Done => self.end(place, None),
            Verdict::Failed(error) => self.end(place, Some(error)),
        }
    }

    fn tell_part(&mut self, place: u32, is_last: bool) {
        let slot = &mut self.slots[place];
        slot.stage = Stage::Part;
        slot.is_last_part = is_last;
        self.slots.links.push_back(&mut self.events, place);
    }
}

fn response_in<'b, 'a>(body: &'b Body<'a>) -> Option<&'b Common<'a>> {
    match body {
        Body::Common(answer) if answer.operation == Operation::RESPONSE => Some(answer),
        _ => None,
    }
}
