//! A command on its way: which requests it takes, one after the other, and what they tell.

use pdu_core::{Answer, Command, DeviceError, Effect, NextStep};

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
pub(super) type Next = NextStep<Job>;

/// What a command begins with; or its end, if nothing is to be asked.
pub(super) fn begun(command: Command, unit: &Unit) -> Next {
    let look = |look| Ok(Next::Ask(Job::Look(look)));
    let next = match command {
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

impl pdu_core::Job for Job {
    fn never_begun() -> DeviceError {
        let effect = Effect::NotApplied;
        DeviceError::new(Series7Error::Cancelled { effect })
    }

    fn effect(&self) -> Effect {
        match self {
            Self::Look(_) => Effect::NotApplied,
            Self::Switch(switch) => switch.effect(),
            Self::Configure(configure) => configure.effect(),
        }
    }

    fn withdrawn(self) -> DeviceError {
        let effect = self.effect();
        let error = Series7Error::Cancelled { effect };
        match self {
            Self::Switch(switch) => switch.broken_off(error),
            Self::Look(_) | Self::Configure(_) => DeviceError::new(error),
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
