//! Commands that change the configuration: the file is downloaded, edited, uploaded once, and downloaded again.

use pdu_core::{AlarmRule, Answer, DeviceError, Effect, Error, ErrorKind, Settings};

use super::client::{Reply, Request};
use super::job::{Job, Next};
use super::switch::is_open;
use super::{Options, rules};
use crate::Series7Error;
use crate::config::{self, Backup, Change, ChangedValue, ConfigError, Plan, diff};

#[derive(Debug)]
pub(super) struct Configure {
    wanted: Wanted,
    step: Step,
}

#[derive(Debug)]
enum Wanted {
    Settings(Box<config::Settings>),
    AlarmRules(Vec<AlarmRule>),
}

#[derive(Debug)]
enum Step {
    Download,
    Upload(Box<Plan>),
    /// With how the upload failed, if it did.
    ReadBack(Box<Plan>, Option<Series7Error>),
}

pub(super) fn settings(wanted: &Settings) -> Result<Next, DeviceError> {
    let wanted = config::Settings::from_vocabulary(wanted)?;
    wanted.check().map_err(DeviceError::new)?;
    Ok(begun(Wanted::Settings(Box::new(wanted))))
}

pub(super) fn alarm_rules(wanted: Vec<AlarmRule>) -> Next {
    begun(Wanted::AlarmRules(wanted))
}

fn begun(wanted: Wanted) -> Next {
    Next::Ask(Job::Configure(Configure {
        wanted,
        step: Step::Download,
    }))
}

/// What the unit stores, in the words of the vocabulary.
pub(super) fn read_settings(backup: &Backup, options: &Options) -> Result<Answer, DeviceError> {
    let stored = stored(backup, options)?;
    Ok(Answer::Settings(Box::new(stored.to_vocabulary())))
}

pub(super) fn read_alarm_rules(backup: &Backup, options: &Options) -> Result<Answer, DeviceError> {
    let stored = stored(backup, options)?;
    Ok(Answer::AlarmRules(rules::from_unit(&stored)))
}

fn stored(backup: &Backup, options: &Options) -> Result<config::Settings, DeviceError> {
    config::Settings::read(&backup.document, &options.profile).map_err(DeviceError::new)
}

impl Configure {
    pub(super) fn request(&self) -> Request {
        match &self.step {
            Step::Upload(plan) => Request::UploadConfiguration(plan.clone()),
            Step::Download | Step::ReadBack(..) => Request::DownloadConfiguration,
        }
    }

    /// What the command has done before the request that is next.
    pub(super) const fn effect(&self) -> Effect {
        match &self.step {
            Step::Download | Step::Upload(_) => Effect::NotApplied,
            Step::ReadBack(_, None) => Effect::Applied,
            Step::ReadBack(_, Some(_)) => Effect::Unknown,
        }
    }

    fn next(self) -> Next {
        Next::Ask(Job::Configure(self))
    }

    pub(super) fn answered(self, reply: Reply, options: &Options) -> Next {
        let Self { wanted, step } = self;
        match (step, reply) {
            (Step::Download, Reply::Configuration(backup)) => match planned(&wanted, &backup, options) {
                // Nothing to be changed is as good as changed.
                Ok(None) => Next::Done(Ok(Answer::Confirmed)),
                Ok(Some(plan)) => {
                    let step = Step::Upload(plan);
                    Self { wanted, step }.next()
                }
                Err(error) => Next::Done(Err(error)),
            },
            (Step::Upload(plan), Reply::Accepted) => {
                let step = Step::ReadBack(plan, None);
                Self { wanted, step }.next()
            }
            (Step::ReadBack(plan, unanswered), Reply::Configuration(backup)) => {
                Next::Done(ended(&plan, &backup, unanswered, options))
            }
            (step, _) => {
                let effect = Self { wanted, step }.effect();
                Next::Done(Err(DeviceError::new(Series7Error::UnexpectedReply).with_effect(effect)))
            }
        }
    }

    pub(super) fn failed(self, error: Series7Error) -> Next {
        let Self { wanted, step } = self;
        match step {
            // What came of it can be read.
            Step::Upload(plan) if is_open(&error) => {
                let step = Step::ReadBack(plan, Some(error));
                Self { wanted, step }.next()
            }
            Step::Download | Step::Upload(_) => Next::failed(error),
            Step::ReadBack(_, unanswered) => {
                let effect = match unanswered {
                    Some(_) => Effect::Unknown,
                    None => Effect::Applied,
                };
                // The answer that was lost first tells more than the one that was lost after it.
                let first = unanswered
                    .filter(|_| error.kind() != ErrorKind::Cancelled)
                    .unwrap_or(error);
                Next::Done(Err(DeviceError::new(first).with_effect(effect)))
            }
        }
    }
}

/// What is to be uploaded; `None` if the unit stores it all already.
fn planned(wanted: &Wanted, backup: &Backup, options: &Options) -> Result<Option<Box<Plan>>, DeviceError> {
    let rules;
    let change = match wanted {
        Wanted::Settings(wanted) => &**wanted,
        Wanted::AlarmRules(wanted) => {
            rules = rules::for_unit(wanted, &stored(backup, options)?)?;
            &rules
        }
    };
    let plan = Plan::edit(&backup.document, change, &options.profile).map_err(DeviceError::new)?;
    Ok((!plan.is_empty()).then(|| Box::new(plan)))
}

/// Whether all that was to change reads as it should. What else has changed meanwhile is not asked: a unit may keep in its file what
/// it counts.
fn ended(
    plan: &Plan,
    backup: &Backup,
    unanswered: Option<Series7Error>,
    options: &Options,
) -> Result<Answer, DeviceError> {
    let effect = if unanswered.is_some() {
        Effect::Unknown
    } else {
        Effect::Applied
    };
    if let Err(foreign) = plan.identity().check_same(&backup.identity) {
        return Err(DeviceError::new(Series7Error::from(ConfigError::from(foreign))).with_effect(effect));
    }
    let differences = diff(plan.document(), &backup.document, &options.profile);
    let was_meant = |difference: &&Change| plan.changes().iter().any(|change| change.path == difference.path);
    match (differences.iter().find(was_meant), unanswered) {
        (None, _) => Ok(Answer::Confirmed),
        (Some(_), Some(error)) => Err(DeviceError::new(error)),
        (Some(difference), None) => Err(DeviceError::new(Series7Error::NotConfirmed {
            place: difference.path.to_string(),
            expected: shown(difference.before.as_ref()),
            found: shown(difference.after.as_ref()),
        })),
    }
}

fn shown(value: Option<&ChangedValue>) -> String {
    match value {
        Some(ChangedValue::Plain(text)) => text.clone(),
        Some(ChangedValue::Secret(_)) => "a secret".into(),
        None => "nothing".into(),
    }
}
