//! What an answer means for its request.

use pdu_core::Effect;

use super::{
    deadlines::index,
    peers::Bulk,
    slot::{Job, Part, Slot},
    walk::{Ask, Step},
};
use crate::{
    SnmpError,
    error::effect_of_refused_set,
    wire::{Anomalies, Common, ErrorStatus, OidBuf, Tolerance, VarBinds, Version},
};

/// What is to be done with a request that was answered.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Something of it is still to be asked.
    Again,
    /// A part of a walk is to be told, and perhaps it was the last.
    Part,
    LastPart,
    Done,
    Failed(SnmpError),
}

impl Slot {
    /// What the request may have done, for all that is known when no answer can be relied on.
    pub(super) const fn effect(&self) -> Effect {
        self.effect_beside(0)
    }

    /// The same, if so many more of the messages that left came to nothing.
    pub(super) const fn effect_beside(&self, denied: u8) -> Effect {
        if self.is_set() && self.left > self.denied.saturating_add(denied) {
            Effect::Unknown
        } else {
            Effect::NotApplied
        }
    }

    /// How the attempt of this number is asked, if the request is a walk.
    pub(super) fn walk_ask(&self, attempt: u32) -> Ask {
        let walk = self.walk.as_ref();
        walk.map_or(Ask::Next, |walk| walk.ask(attempt, self.allowed.into()))
    }

    /// The varbinds that are asked for now.
    pub(super) fn part_asked(&self) -> VarBinds<'_> {
        let octets = self
            .asked
            .get(index(self.part.start)..index(self.part.end))
            .unwrap_or_default();
        VarBinds::from_octets(octets, Version::V2C, Tolerance::LENIENT)
    }

    /// Chooses what to ask for behind what was answered: all that is left, or as many as may be asked for at once.
    pub(super) fn choose_part(&mut self) {
        let octets = self.asked.get(index(self.part.start)..).unwrap_or_default();
        let mut items = VarBinds::from_octets(octets, Version::V2C, Tolerance::LENIENT).iter();
        self.part.count = number(items.pass(index(self.part.limit)));
        self.part.end = number(self.asked.len().saturating_sub(items.rest().len()));
    }

    /// Asks for half as many varbinds at once. `false` if it is one already, or the request may not be split.
    pub(super) fn halve_part(&mut self) -> bool {
        let may = matches!(self.job, Job::Read(_)) && self.part.count > 1;
        if may {
            self.part.limit = self.part.count / 2;
            self.choose_part();
        }
        may
    }

    /// Takes the answer to the attempt of this number.
    pub(super) fn take_answer(
        &mut self,
        answer: &Common<'_>,
        anomalies: Anomalies,
        attempt: u32,
        bulk: &mut Bulk,
    ) -> Verdict {
        self.answer.anomalies = self.answer.anomalies.union(anomalies);
        match (self.job, answer.error_status) {
            (Job::Walk, _) => self.take_step(answer, attempt, bulk),
            (Job::Bulk { .. }, ErrorStatus::NO_ERROR) => {
                self.keep(answer.varbinds);
                Verdict::Done
            }
            (_, ErrorStatus::NO_ERROR) => self.take_part(answer.varbinds),
            (Job::Read(_) | Job::Bulk { .. }, ErrorStatus::TOO_BIG) => self.take_too_big(),
            _ => Verdict::Failed(self.refusal(answer)),
        }
    }

    fn keep(&mut self, varbinds: VarBinds<'_>) {
        self.answer.add(varbinds, usize::MAX);
    }

    /// As many varbinds as were asked for: the rest is asked for next.
    fn take_part(&mut self, varbinds: VarBinds<'_>) -> Verdict {
        let (expected, found) = (index(self.part.count), varbinds.count());
        if found != expected {
            return Verdict::Failed(SnmpError::Mismatch {
                expected,
                found,
                effect: if self.is_set() {
                    Effect::Applied
                } else {
                    Effect::NotApplied
                },
            });
        }
        self.keep(varbinds);
        if index(self.part.end) >= self.asked.len() {
            return Verdict::Done;
        }
        self.part = Part {
            start: self.part.end,
            before: self.part.before.saturating_add(number(found)),
            ..self.part
        };
        self.choose_part();
        Verdict::Again
    }

    /// A smaller question may have an answer.
    fn take_too_big(&mut self) -> Verdict {
        if let Job::Bulk { max_repetitions, .. } = &mut self.job
            && *max_repetitions > 1
        {
            *max_repetitions /= 2;
            return Verdict::Again;
        }
        if self.halve_part() {
            return Verdict::Again;
        }
        let name = self.name_at(0);
        Verdict::Failed(SnmpError::TooBig { name })
    }

    /// The agent's error, about a varbind of the whole request.
    fn refusal(&self, answer: &Common<'_>) -> SnmpError {
        let status = answer.error_status;
        let about = usize::try_from(answer.error_index).unwrap_or(0);
        let name = about.checked_sub(1).and_then(|at| self.name_at(at));
        let index = name
            .as_ref()
            .map_or(0, |_| number(about).saturating_add(self.part.before));
        SnmpError::Agent {
            status,
            index,
            name,
            effect: match effect_of_refused_set(status) {
                Effect::Unknown if self.is_set() => Effect::Unknown,
                _ => self.effect_beside(1),
            },
        }
    }

    /// The name of one of the varbinds that are asked for, counted from 0.
    fn name_at(&self, at: usize) -> Option<OidBuf> {
        if let (Job::Walk, Some(walk)) = (self.job, &self.walk) {
            return (at == 0).then(|| walk.at().into());
        }
        let varbind = self.part_asked().iter().nth(at)?;
        Some(varbind.ok()?.name.into())
    }

    fn take_step(&mut self, answer: &Common<'_>, attempt: u32, bulk: &mut Bulk) -> Verdict {
        let asked = self.walk_ask(attempt);
        let refusal = (answer.error_status != ErrorStatus::NO_ERROR).then(|| self.refusal(answer));
        let Some(walk) = &mut self.walk else {
            return Verdict::Done;
        };
        let step = match refusal {
            None => walk.take(asked, answer.varbinds, bulk),
            Some(refusal) => walk.take_error(asked, answer.error_status, refusal),
        };
        match step {
            Step::Again => return Verdict::Again,
            Step::Failed(error) => return Verdict::Failed(error),
            Step::Last(0) => return Verdict::Done,
            Step::On(octets) | Step::Last(octets) => {
                self.answer.octets.clear();
                self.answer.add(answer.varbinds, octets);
            }
        }
        if matches!(step, Step::Last(_)) {
            Verdict::LastPart
        } else {
            Verdict::Part
        }
    }
}

/// A length within a message.
fn number(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
