//! A series of lines that are written, each once, and then read back as a whole.

use alloc::vec::Vec;

use pdu_core::{Answer, DeviceError, Effect, Error, ErrorKind, ScheduleRecord, Settings};

use super::clock::is_open;
use super::error::{Difference, Incomplete, ReplyError};
use super::job::{Done, Job, Line, Next};
use super::settings::{Change, Configs, Planned};
use super::{schedule, settings};
use crate::IsotekError;
use crate::client::{Reply, Request, Retry};
use crate::wire::{Command, Dialect, Record};

/// All records of the scheduler, or the settings of some outlets.
#[derive(Debug)]
pub(super) struct Rewrite {
    goal: Goal,
    step: Step,
    /// All that are to be written.
    lines: Vec<Command<'static>>,
}

#[derive(Debug)]
enum Goal {
    Schedule(Vec<Record<'static>>),
    /// What is stored is not known yet.
    Changes(Vec<Change>, Dialect),
    Settings(Vec<Planned>),
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// What is there.
    Read,
    /// With how many lines are acknowledged: the next one.
    Write(usize),
    ReadBack(Option<Unanswered>),
}

/// How the last line failed, and whether it is read back over the link that it went.
#[derive(Clone, Copy, Debug)]
struct Unanswered {
    error: IsotekError,
    same_link: bool,
}

impl Rewrite {
    /// All records, by these and no others.
    pub(super) fn of_schedule(records: &[ScheduleRecord], dialect: Dialect) -> Result<Self, DeviceError> {
        let records = schedule::checked(records, dialect)?;
        Ok(Self {
            lines: schedule::lines(&records),
            goal: Goal::Schedule(records),
            step: Step::Write(0),
        })
    }

    /// What differs from these settings.
    pub(super) fn of_settings(settings: &Settings, dialect: Dialect) -> Result<Self, DeviceError> {
        Ok(Self {
            lines: Vec::new(),
            goal: Goal::Changes(settings::checked(settings, dialect)?, dialect),
            step: Step::Read,
        })
    }

    pub(super) fn request(&self) -> Request {
        let next = match self.step {
            Step::Write(acknowledged) => self.lines.get(acknowledged),
            Step::Read | Step::ReadBack(_) => None,
        };
        match (next, &self.goal) {
            (Some(line), _) => Request::new(line.clone()).with_retry(Retry::Never),
            (None, Goal::Schedule(_)) => Command::ReadSchedule.into(),
            (None, Goal::Changes(..) | Goal::Settings(_)) => Command::ReadConfigs.into(),
        }
    }

    /// What was written over the link before may still be under way there.
    pub(super) fn note_link(&mut self) {
        if let Step::ReadBack(Some(unanswered)) = &mut self.step {
            unanswered.same_link = false;
        }
    }

    pub(super) fn effect(&self) -> Effect {
        match self.step {
            Step::Read | Step::Write(0) => Effect::NotApplied,
            Step::ReadBack(None) => Effect::Applied,
            Step::Write(_) | Step::ReadBack(Some(_)) => Effect::Unknown,
        }
    }

    pub(super) fn answered(self, reply: &Reply) -> Next {
        match (self.step, &self.goal, reply) {
            (Step::Read, Goal::Changes(changes, dialect), Reply::Configs(stored)) => {
                match settings::planned(changes, stored, *dialect) {
                    Ok(planned) => Self::of_plan(planned),
                    Err(error) => Done(Err(error)),
                }
            }
            (Step::Write(acknowledged), ..) => self.go_on(acknowledged + 1),
            (Step::ReadBack(unanswered), Goal::Schedule(wanted), Reply::Schedule(found)) => {
                confirmed(schedule::difference(wanted, found), unanswered, Effect::Unknown)
            }
            (Step::ReadBack(unanswered), Goal::Settings(planned), Reply::Configs(found)) => {
                let effect = effect_of_settings(planned, found, unanswered);
                confirmed(settings::difference(planned, found), unanswered, effect)
            }
            _ => Done(Err(DeviceError::new(ReplyError::Unexpected).with_effect(self.effect()))),
        }
    }

    pub(super) fn failed(self, error: IsotekError) -> Next {
        match self.step {
            Step::Read => Next::failed(error),
            // Nothing is left to be written, and what came of it can be read.
            Step::Write(acknowledged) if acknowledged + 1 == self.lines.len() && is_open(&error) => {
                self.read_back(Some(Unanswered { error, same_link: true }))
            }
            Step::Write(_) => Done(Err(self.broken_off(error))),
            // The answer that was lost first tells more than the one that was lost after it.
            Step::ReadBack(Some(first)) if error.kind() != ErrorKind::Cancelled => Next::failed(first.error),
            Step::ReadBack(_) => Done(Err(DeviceError::new(error).with_effect(self.effect()))),
        }
    }

    /// The end, where the next line failed: the rest is not sent, since nobody can tell what the unit has made of the part.
    pub(super) fn broken_off(self, error: IsotekError) -> DeviceError {
        let Step::Write(acknowledged) = self.step else {
            return DeviceError::new(error).with_effect(self.effect());
        };
        // The line that says how many records come is none.
        let (what, announcements) = match self.goal {
            Goal::Schedule(_) => ("records", 1),
            Goal::Changes(..) | Goal::Settings(_) => ("outlets", 0),
        };
        DeviceError::new(Incomplete {
            what,
            written: acknowledged.saturating_sub(announcements),
            of: self.lines.len().saturating_sub(announcements),
            effect: if acknowledged == 0 {
                error.effect()
            } else {
                Effect::Unknown
            },
            error,
        })
    }

    fn of_plan(planned: Vec<Planned>) -> Next {
        let lines = settings::lines(&planned);
        if lines.is_empty() {
            return Done(Ok(Answer::Confirmed));
        }
        Line(Job::Rewrite(Self {
            goal: Goal::Settings(planned),
            step: Step::Write(0),
            lines,
        }))
    }

    fn go_on(self, acknowledged: usize) -> Next {
        if acknowledged >= self.lines.len() {
            return self.read_back(None);
        }
        self.at(Step::Write(acknowledged))
    }

    fn read_back(self, unanswered: Option<Unanswered>) -> Next {
        self.at(Step::ReadBack(unanswered))
    }

    fn at(self, step: Step) -> Next {
        Line(Job::Rewrite(Self { step, ..self }))
    }
}

fn confirmed(difference: Option<Difference>, unanswered: Option<Unanswered>, effect: Effect) -> Next {
    match difference {
        None => Done(Ok(Answer::Confirmed)),
        Some(difference) => {
            Next::failed(difference.not_confirmed(effect, unanswered.map(|unanswered| unanswered.error)))
        }
    }
}

/// What came of lines that are not read back as they were written.
fn effect_of_settings(planned: &[Planned], found: &Configs, unanswered: Option<Unanswered>) -> Effect {
    let is_settled = unanswered.is_none_or(|unanswered| unanswered.same_link);
    if is_settled && settings::is_untouched(planned, found) {
        Effect::NotApplied
    } else {
        Effect::Unknown
    }
}
