//! A command on its way: which requests it takes, one after the other, and what they tell.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use pdu_core::NextStep::{Ask, Done};
use pdu_core::{
    Answer, Command, Component, DeviceError, Effect, Error, Job, Line, NextStep, Point, Quantity, Restart, Settings,
    Threshold, ThresholdSetting,
};

use super::readout::Readout;
use super::{CAPABILITIES, settings};
use crate::TelnetError;
use crate::bps2000::{Confirmed, Levels, Member, Options, Phase, Reply, Request};

/// A command, its requests that are not answered yet, and what was read so far.
#[derive(Debug)]
pub(super) struct Plan {
    aim: Aim,
    /// With the console session, or next.
    request: Request,
    rest: VecDeque<Request>,
    readout: Readout,
    /// Something was set already.
    has_set: bool,
}

/// What the answers are for.
#[derive(Debug)]
enum Aim {
    Identity,
    Snapshot,
    Thresholds,
    Clock,
    Settings,
    /// The thresholds are read before one is set.
    SetThreshold(ThresholdSetting),
    /// The settings are read before some are changed.
    SetSettings(Box<Settings>),
    /// Nothing more than that they come.
    Done,
}

/// What a command begins with; or its end, if nothing is to be sent.
pub(super) fn of(command: Command, options: &Options) -> Result<NextStep<Plan>, DeviceError> {
    let unsupported = |why: &str| Err(DeviceError::unsupported(why));
    Ok(match command {
        Command::Capabilities => Done(Ok(Answer::Capabilities(CAPABILITIES))),
        Command::Identity => Plan::begun(Aim::Identity, [Request::Banner]),
        Command::Snapshot => Plan::begun(Aim::Snapshot, snapshot(options)),
        Command::Thresholds => Plan::begun(Aim::Thresholds, [Request::Thresholds]),
        Command::Clock => Plan::begun(Aim::Clock, [Request::Clock]),
        Command::Settings => Plan::begun(Aim::Settings, settings::READ),
        Command::SetClock(at) => Plan::begun(Aim::Done, [Request::SetClock(at)]),
        Command::SetThreshold(setting) => {
            check(&setting, options)?;
            Plan::begun(Aim::SetThreshold(setting), [Request::Thresholds])
        }
        Command::SetSettings(wanted) => {
            let requests = settings::to_read(&wanted)?;
            Plan::begun(Aim::SetSettings(wanted), requests)
        }
        Command::ResetEnergy(point) => {
            let request = Request::ClearEnergy(phase_of(point)?, Confirmed::on_purpose());
            Plan::begun(Aim::Done, [request])
        }
        Command::Restart(kind) => Plan::begun(Aim::Done, [restart(kind)]),
        Command::Switch { .. } => return unsupported("the bps2000 only measures: it switches no outlet"),
        _ => return unsupported("the bps2000's console has no entry for this command"),
    })
}

/// In the order in which the menu is walked with the fewest lines: the loads stand behind one entry.
fn snapshot(options: &Options) -> Vec<Request> {
    let slaves = (1..=options.slaves.min(5)).filter_map(Member::slave);
    let loads = core::iter::once(Member::MASTER).chain(slaves).map(Request::Load);
    let screens = [Request::Thresholds, Request::Energy, Request::Clock];
    core::iter::once(Request::Banner).chain(loads).chain(screens).collect()
}

/// The command itself says that it is meant.
const fn restart(kind: Restart) -> Request {
    match kind {
        Restart::Controller => Request::Restart(Confirmed::on_purpose()),
        Restart::FactoryDefaults => Request::FactoryDefault(Confirmed::on_purpose()),
    }
}

/// A phase of the master's inlet.
fn phase_of(point: Point) -> Result<Phase, DeviceError> {
    if (point.unit, point.component, point.number) != (0, Component::Inlet, 1) {
        return Err(DeviceError::unsupported(alloc::format!(
            "{point}: the console has only unit0.inlet1"
        )));
    }
    match point.line {
        Some(Line::L1) => Ok(Phase::One),
        Some(Line::L2) => Ok(Phase::Two),
        Some(Line::L3) => Ok(Phase::Three),
        _ => Err(DeviceError::unsupported(alloc::format!(
            "{point}: the console has a value for each of L1, L2 and L3"
        ))),
    }
}

/// What can be told of a threshold before anything is sent: that there is a keyword for it, and that its value can be written.
fn check(setting: &ThresholdSetting, options: &Options) -> Result<Phase, DeviceError> {
    if setting.quantity != Quantity::Current {
        return Err(DeviceError::unsupported(alloc::format!(
            "thresholds of {}: the manual shows no keyword but that for the current",
            setting.quantity
        )));
    }
    let phase = phase_of(setting.point)?;
    let levels = with(Levels::default(), setting);
    let request = Request::SetCurrent(phase, levels);
    request.check(options).map_err(DeviceError::new)?;
    Ok(phase)
}

impl Plan {
    /// Without a request, all is as it was wanted.
    fn begun(aim: Aim, requests: impl IntoIterator<Item = Request>) -> NextStep<Self> {
        let mut rest: VecDeque<_> = requests.into_iter().collect();
        match rest.pop_front() {
            Some(request) => Ask(Self {
                aim,
                request,
                rest,
                readout: Readout::default(),
                has_set: false,
            }),
            None => Done(Ok(Answer::Confirmed)),
        }
    }

    /// The request that is next.
    pub(super) fn request(&self) -> Request {
        self.request.clone()
    }

    /// The request was answered.
    pub(super) fn answered(mut self, reply: Reply, options: &Options) -> NextStep<Self> {
        match reply {
            Reply::Confirmed => self.has_set = true,
            // The command that gives it has no other request.
            Reply::Accepted => return Done(Ok(Answer::Accepted)),
            reply => self.readout.take(&self.request, reply),
        }
        if let Some(request) = self.rest.pop_front() {
            return Ask(Self { request, ..self });
        }
        let changes = match self.aim {
            Aim::SetThreshold(setting) => change_of(&setting, &self.readout, options),
            Aim::SetSettings(wanted) => settings::changes(&wanted, &self.readout, options),
            aim => return Done(Ok(aim.answer(&self.readout, options))),
        };
        changes.and_then(|changes| Self::changing(changes, options)).into()
    }

    /// What is to be set is known now. All values are looked at before the first is set.
    fn changing(changes: Vec<Request>, options: &Options) -> Result<NextStep<Self>, DeviceError> {
        let check = |change: &Request| change.check(options).map_err(DeviceError::new);
        changes.iter().try_for_each(check)?;
        Ok(Self::begun(Aim::Done, changes))
    }

    /// The request has failed, and the command with it.
    pub(super) fn failed(&self, error: TelnetError) -> DeviceError {
        let error = DeviceError::new(error);
        // What was set before stays set.
        if error.effect() == Effect::NotApplied {
            return error.with_effect(self.effect());
        }
        error
    }
}

impl Job for Plan {
    fn never_begun() -> DeviceError {
        let effect = Effect::NotApplied;
        DeviceError::new(TelnetError::Cancelled { effect })
    }

    fn effect(&self) -> Effect {
        if self.has_set {
            Effect::Unknown
        } else {
            Effect::NotApplied
        }
    }

    fn withdrawn(self) -> DeviceError {
        Self::never_begun().with_effect(self.effect())
    }
}

/// The request by which one level becomes another, if it is not that already.
fn change_of(setting: &ThresholdSetting, readout: &Readout, options: &Options) -> Result<Vec<Request>, DeviceError> {
    let phase = check(setting, options)?;
    let levels = readout.levels(phase);
    let Some(levels) = levels.filter(|levels| levels.level(setting.level) != setting.value) else {
        return Ok(Vec::new());
    };
    let levels = with(levels, setting);
    if !is_in_order(&levels) {
        return Err(DeviceError::invalid(alloc::format!(
            "{} of {} would put a low level above a high one",
            setting.level,
            setting.point
        )));
    }
    Ok([Request::SetCurrent(phase, levels)].into())
}

fn with(levels: Levels, setting: &ThresholdSetting) -> Levels {
    let mut levels = levels;
    let level = match setting.level {
        Threshold::UpperCritical => &mut levels.high_alarm,
        Threshold::UpperWarning => &mut levels.high_warning,
        Threshold::LowerWarning => &mut levels.low_warning,
        Threshold::LowerCritical => &mut levels.low_alarm,
    };
    *level = setting.value;
    levels
}

/// No low level stands above a high one. How warning and alarm stand to each other is the owner's.
fn is_in_order(levels: &Levels) -> bool {
    let high = levels.high_alarm.min(levels.high_warning);
    levels.low_warning.max(levels.low_alarm) <= high
}

impl Aim {
    fn answer(self, readout: &Readout, options: &Options) -> Answer {
        match self {
            Self::Identity => Answer::Identity(readout.identities(options)),
            Self::Snapshot => Answer::Snapshot(Box::new(readout.snapshot(options))),
            Self::Thresholds => Answer::Thresholds(readout.thresholds()),
            Self::Clock => match readout.clock {
                Some(clock) => Answer::Clock(clock),
                None => Answer::Accepted,
            },
            Self::Settings => Answer::Settings(Box::new(settings::settings(readout))),
            Self::SetThreshold(_) | Self::SetSettings(_) | Self::Done => Answer::Confirmed,
        }
    }
}
