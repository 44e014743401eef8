//! A command on its way: which requests it takes, one after the other, and what they tell.

use pdu_core::{Answer, Command, DeviceError, Effect, Error};

use super::client::{Reply, Request};
use super::configure::Configure;
use super::switch::{self, Switch};
use super::unit::Unit;
use super::{Options, configure};
use crate::Series7Error;

/// A command, and how far it has come.
#[derive(Debug)]
pub(super) enum Job {
    Look(Look),
    Switch(Switch),
    Configure(Configure),
}

/// A command that changes nothing, and takes one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Identity,
    Snapshot,
    Settings,
    AlarmRules,
}

/// What comes after a request.
#[derive(Debug)]
pub(super) enum Next {
    Ask(Box<Job>),
    Done(Result<Answer, DeviceError>),
}

impl Next {
    pub(super) fn ask(job: Job) -> Self {
        Self::Ask(Box::new(job))
    }

    pub(super) fn failed<E: Error + Send + Sync + 'static>(error: E) -> Self {
        Self::Done(Err(DeviceError::new(error)))
    }
}

impl From<Result<Self, DeviceError>> for Next {
    fn from(next: Result<Self, DeviceError>) -> Self {
        next.unwrap_or_else(|error| Self::Done(Err(error)))
    }
}

/// What a command begins with; or its end, if nothing is to be asked.
pub(super) fn begun(command: Command, unit: &Unit, options: &Options) -> Next {
    let look = |look| Ok(Next::ask(Job::Look(look)));
    let next = match command {
        Command::Capabilities => Ok(Next::Done(Ok(Answer::Capabilities(options.capabilities())))),
        Command::Identity => look(Look::Identity),
        Command::Snapshot => look(Look::Snapshot),
        Command::Settings => look(Look::Settings),
        Command::AlarmRules => look(Look::AlarmRules),
        Command::Switch { target, action, delay } => switch::begun(target, action, delay, unit),
        Command::ResetEnergy(point) => switch::energy_reset(point, unit),
        Command::SetSettings(settings) => configure::settings(&settings),
        Command::SetAlarmRules(rules) => Ok(configure::alarm_rules(rules)),
        Command::Thresholds | Command::SetThreshold(_) => Err(DeviceError::unsupported(
            "the unit has alarm rules, no thresholds of each reading",
        )),
        _ => Err(DeviceError::unsupported("the unit has no page for this command")),
    };
    Next::from(next)
}

impl Job {
    /// The request that is next.
    pub(super) fn request(&self) -> Request {
        match self {
            Self::Look(look) => look.request(),
            Self::Switch(switch) => switch.request(),
            Self::Configure(configure) => configure.request(),
        }
    }

    /// What the command has done before the request that is next.
    pub(super) const fn effect(&self) -> Effect {
        match self {
            Self::Look(_) => Effect::NotApplied,
            Self::Switch(switch) => switch.effect(),
            Self::Configure(configure) => configure.effect(),
        }
    }

    /// The caller does not want to know any more, and nothing is with the raw session.
    pub(super) fn withdrawn(self) -> DeviceError {
        let effect = self.effect();
        let error = Series7Error::Cancelled { effect };
        match self {
            Self::Switch(switch) => switch.broken_off(error),
            Self::Look(_) | Self::Configure(_) => DeviceError::new(error),
        }
    }

    pub(super) fn answered(self, reply: Reply, unit: &mut Unit, options: &Options) -> Next {
        match self {
            Self::Look(look) => look.answered(&reply, unit, options),
            Self::Switch(switch) => switch.answered(reply, unit),
            Self::Configure(configure) => configure.answered(reply, options),
        }
    }

    pub(super) fn failed(self, error: Series7Error) -> Next {
        match self {
            Self::Look(_) => Next::failed(error),
            Self::Switch(switch) => switch.failed(error),
            Self::Configure(configure) => configure.failed(error),
        }
    }
}

impl Look {
    fn request(self) -> Request {
        match self {
            Self::Identity | Self::Snapshot => Request::Live,
            Self::Settings | Self::AlarmRules => Request::DownloadConfiguration,
        }
    }

    fn answered(self, reply: &Reply, unit: &mut Unit, options: &Options) -> Next {
        match (self, reply) {
            (Self::Identity, Reply::Live(document)) => Next::Done(Ok(Answer::Identity(document.snapshot().identities))),
            (Self::Snapshot, Reply::Live(document)) => {
                let snapshot = document.snapshot();
                unit.observe(&snapshot);
                Next::Done(Ok(Answer::Snapshot(Box::new(snapshot))))
            }
            (Self::Settings, Reply::Configuration(backup)) => Next::Done(configure::read_settings(backup, options)),
            (Self::AlarmRules, Reply::Configuration(backup)) => {
                Next::Done(configure::read_alarm_rules(backup, options))
            }
            _ => Next::failed(Series7Error::UnexpectedReply),
        }
    }
}

/// The end of a command that was withdrawn while others were carried out.
pub(super) fn never_begun() -> DeviceError {
    DeviceError::new(Series7Error::Cancelled {
        effect: Effect::NotApplied,
    })
}
