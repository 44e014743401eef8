//! A command on its way: which lines it takes, one after the other, and what they tell.

use alloc::boxed::Box;

use pdu_core::{Action, Answer, Command, Delay, DeviceError, Effect, Error, ErrorKind, Instant, Restart, Target};

use super::clock::SetClock;
use super::error::ReplyError;
use super::rewrite::Rewrite;
use super::unit::{Question, Unit};
use super::{CAPABILITIES, schedule, settings};
use crate::IsotekError;
use crate::client::{Reply, Request, Retry};
use crate::wire::{self, Dialect, OutletState};

/// A command, and how far it has come.
#[derive(Debug)]
pub(super) enum Job {
    Look(Look),
    Act(wire::Command<'static>, Retry),
    SetClock(SetClock),
    Rewrite(Rewrite),
}

/// A command that changes nothing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Look {
    Status,
    /// The status has come; this is asked before the snapshot is told.
    Snapshot(Question),
    Identity,
    /// The unit did not say who it is; whether it is there, its status tells.
    Presence,
    Clock,
    Schedule,
    Settings,
}

/// What comes after a line.
#[derive(Debug)]
pub(super) enum Next {
    Line(Job),
    Done(Result<Answer, DeviceError>),
}

pub(super) use Next::{Done, Line};

impl Next {
    pub(super) fn failed<E: Error + Send + Sync + 'static>(error: E) -> Self {
        Done(Err(DeviceError::new(error)))
    }
}

/// What a command begins with; or its end, if nothing is to be sent.
pub(super) fn begun(command: Command, dialect: Dialect, retry: Retry) -> Next {
    let rewrite = |rewrite: Result<Rewrite, DeviceError>| match rewrite {
        Ok(rewrite) => Line(Job::Rewrite(rewrite)),
        Err(error) => Done(Err(error)),
    };
    let act = |command: Result<wire::Command<'static>, DeviceError>, retry| match command {
        Ok(command) => Line(Job::Act(command, retry)),
        Err(error) => Done(Err(error)),
    };
    match command {
        Command::Capabilities => Done(Ok(Answer::Capabilities(CAPABILITIES))),
        Command::Identity => Line(Job::Look(Look::Identity)),
        Command::Snapshot => Line(Job::Look(Look::Status)),
        Command::Clock => Line(Job::Look(Look::Clock)),
        Command::Schedule => Line(Job::Look(Look::Schedule)),
        Command::Settings => Line(Job::Look(Look::Settings)),
        Command::Switch { target, action, delay } => act(switch(target, action, delay), retry),
        Command::Restart(kind) => act(restart(kind), Retry::Never),
        Command::SetClock(wanted) => match SetClock::new(wanted, dialect) {
            Ok(job) => Line(Job::SetClock(job)),
            Err(error) => Done(Err(error)),
        },
        Command::SetSchedule(records) => rewrite(Rewrite::of_schedule(&records, dialect)),
        Command::SetSettings(settings) => rewrite(Rewrite::of_settings(&settings, dialect)),
        Command::Thresholds | Command::SetThreshold(_) => unsupported("the unit has no thresholds"),
        Command::ResetEnergy(_) => unsupported("the unit counts no energy"),
        _ => unsupported("the unit's protocol has no line for this command"),
    }
}

fn unsupported(why: &str) -> Next {
    Done(Err(DeviceError::unsupported(why)))
}

/// Source: lines 71 to 83 and 211 to 225.
fn switch(target: Target, action: Action, delay: Delay) -> Result<wire::Command<'static>, DeviceError> {
    let state = match action {
        Action::On => OutletState::On,
        Action::Off => OutletState::Off,
        _ => {
            return Err(DeviceError::unsupported(
                "the unit's protocol switches outlets on and off, no more",
            ));
        }
    };
    if delay != Delay::None {
        return Err(DeviceError::unsupported("the unit's protocol switches at once only"));
    }
    match (target, state) {
        (Target::All, OutletState::On) => Ok(wire::Command::AllOn),
        (Target::All, OutletState::Off) => Ok(wire::Command::AllOff),
        (Target::Outlet(number), state) => {
            let outlet = schedule::outlet_of(number).map_err(DeviceError::invalid)?;
            Ok(wire::Command::SwitchOutlet { outlet, state })
        }
        (Target::Group(_), _) => Err(DeviceError::unsupported("the unit has no groups of outlets")),
    }
}

/// Source: lines 204 to 209.
fn restart(kind: Restart) -> Result<wire::Command<'static>, DeviceError> {
    match kind {
        Restart::Controller => Ok(wire::Command::Restart),
        Restart::FactoryDefaults => Err(DeviceError::unsupported(
            "the unit's protocol restarts with the settings that there are",
        )),
    }
}

impl Job {
    /// The line that is next.
    pub(super) fn request(&self) -> Request {
        match self {
            Self::Look(look) => look.command().into(),
            Self::Act(command, retry) => Request::new(command.clone()).with_retry(*retry),
            Self::SetClock(job) => job.request(),
            Self::Rewrite(job) => job.request(),
        }
    }

    /// The line is with the raw session.
    pub(super) fn note_sent(&mut self, now: Instant) {
        if let Self::SetClock(job) = self {
            job.note_sent(now);
        }
    }

    /// Another link: what was written over the one before may still be under way there.
    pub(super) fn note_link(&mut self) {
        if let Self::Rewrite(job) = self {
            job.note_link();
        }
    }

    /// What the command has done before the line that is next.
    pub(super) fn effect(&self) -> Effect {
        match self {
            Self::Look(_) | Self::Act(..) => Effect::NotApplied,
            Self::SetClock(job) => job.effect(),
            Self::Rewrite(job) => job.effect(),
        }
    }

    /// The caller does not want to know any more, and nothing is with the raw session.
    pub(super) fn withdrawn(self) -> DeviceError {
        let error = IsotekError::Cancelled { effect: self.effect() };
        match self {
            Self::Rewrite(job) => job.broken_off(error),
            _ => DeviceError::new(error),
        }
    }

    pub(super) fn answered(self, now: Instant, reply: Reply, unit: &Unit) -> Next {
        match self {
            Self::Look(look) => look.answered(reply, unit),
            Self::Act(..) if reply == Reply::Confirmed => Done(Ok(Answer::Confirmed)),
            Self::Act(..) => Done(Ok(Answer::Accepted)),
            Self::SetClock(job) => job.answered(now, &reply),
            Self::Rewrite(job) => job.answered(&reply),
        }
    }

    pub(super) fn failed(self, error: IsotekError, unit: &mut Unit) -> Next {
        match self {
            Self::Look(look) => look.failed(error, unit),
            Self::Act(..) => Next::failed(error),
            Self::SetClock(job) => job.failed(error),
            Self::Rewrite(job) => job.failed(error),
        }
    }
}

impl Look {
    fn command(self) -> wire::Command<'static> {
        match self {
            Self::Status | Self::Presence | Self::Clock => wire::Command::ReadStatus,
            Self::Identity | Self::Snapshot(Question::Identity) => wire::Command::ReadAddress,
            Self::Settings | Self::Snapshot(Question::Names) => wire::Command::ReadConfigs,
            Self::Schedule => wire::Command::ReadSchedule,
        }
    }

    /// What the reply teaches of the unit, the session has already told it.
    fn answered(self, reply: Reply, unit: &Unit) -> Next {
        match (self, reply) {
            (Self::Status, _) => Self::snapshot(unit, None),
            (Self::Snapshot(asked), _) => Self::snapshot(unit, Some(asked)),
            (Self::Identity | Self::Presence, _) => Done(Ok(Answer::Identity([unit.identity()].into()))),
            (Self::Clock, Reply::Status(status)) => match status.clock {
                Some(clock) => Done(Ok(Answer::Clock(clock))),
                None => Next::failed(ReplyError::NoClock),
            },
            (Self::Schedule, Reply::Schedule(records)) => {
                let records = records.iter().map(|(_, record)| schedule::schedule_record(record));
                Done(Ok(Answer::Schedule(records.collect())))
            }
            (Self::Settings, Reply::Configs(configs)) => {
                Done(Ok(Answer::Settings(settings::settings(&configs).into())))
            }
            _ => Next::failed(ReplyError::Unexpected),
        }
    }

    /// Tells what is known, once all is asked that is asked over each link.
    fn snapshot(unit: &Unit, asked: Option<Question>) -> Next {
        match unit.next_question(asked) {
            Some(question) => Line(Job::Look(Self::Snapshot(question))),
            None => Done(Ok(Answer::Snapshot(Box::new(unit.snapshot())))),
        }
    }

    fn failed(self, error: IsotekError, unit: &mut Unit) -> Next {
        let kind = error.kind();
        match self {
            // It has told its status, so it is there: what it does not say may be missing.
            Self::Snapshot(question) if kind != ErrorKind::Cancelled => {
                unit.leave_unanswered(question, kind);
                Self::snapshot(unit, Some(question))
            }
            Self::Identity if kind == ErrorKind::Timeout => Line(Job::Look(Self::Presence)),
            _ => Next::failed(error),
        }
    }
}
