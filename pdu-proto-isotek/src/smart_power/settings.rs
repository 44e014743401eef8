//! What is stored of the outlets: lines of the wire, and the vocabulary.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use pdu_core::{DeviceError, OutletKind, OutletSettings, Settings, SettingsSection};

use super::error::Difference;
use super::schedule::outlet_of;
use crate::wire::{Command, Dialect, Outlet, OutletConfig, OutletType, Text};

/// Outlets with what is stored of them, as `C?` tells.
pub(super) type Configs = Vec<(Outlet, OutletConfig<'static>)>;

/// Characters that an outlet's name may have when it is sent. Source: lines 185 and 194.
const NAME_LIMIT: usize = 8;

pub(super) fn settings(configs: &Configs) -> Settings {
    let outlets = configs.iter().map(|(outlet, config)| OutletSettings {
        name: Some(config.name.trimmed().into()),
        kind: Some(kind_of(config.outlet_type)),
        delay: Some(config.delay),
        ..OutletSettings::of(outlet.number().into())
    });
    Settings::from(outlets.collect::<Vec<_>>())
}

/// A change of one outlet, of which everything is checked that can be before its present settings are known.
#[derive(Clone, Debug)]
pub(super) struct Change {
    outlet: Outlet,
    name: Option<Text<'static>>,
    outlet_type: Option<OutletType>,
    delay: Option<u32>,
}

/// All changes; or what is wrong with one of them, and then nothing may be sent.
pub(super) fn checked(settings: &Settings, dialect: Dialect) -> Result<Vec<Change>, DeviceError> {
    settings.check_sections(&[SettingsSection::Outlets])?;
    let mut numbers = BTreeSet::new();
    settings
        .outlets
        .iter()
        .map(|wanted| {
            if !numbers.insert(wanted.number) {
                return Err(DeviceError::invalid(format!("outlet {} is named twice", wanted.number)));
            }
            let change = change_of(wanted)?;
            let example = OutletConfig {
                name: change.name.clone().unwrap_or_default(),
                outlet_type: change.outlet_type.unwrap_or(OutletType::Normal),
                delay: change.delay.unwrap_or(0),
            };
            check(change.outlet, example, dialect)?;
            Ok(change)
        })
        .collect()
}

fn change_of(wanted: &OutletSettings) -> Result<Change, DeviceError> {
    let number = wanted.number;
    let invalid = |what: String| DeviceError::invalid(format!("outlet {number}: {what}"));
    if wanted.unit != 0 {
        return Err(invalid(format!("of unit {}, where there is only unit 0", wanted.unit)));
    }
    if wanted.restore_policy.is_some() {
        return Err(DeviceError::unsupported(
            "the unit stores nothing of what outlets do when power returns",
        ));
    }
    let stored = OutletSettings {
        unit: wanted.unit,
        name: wanted.name.clone(),
        kind: wanted.kind,
        delay: wanted.delay,
        ..OutletSettings::of(number)
    };
    if *wanted != stored {
        return Err(DeviceError::unsupported(
            "the unit stores of an outlet its name, its type and one delay",
        ));
    }
    // What is behind the name is padding, on the line as well as here.
    let name = wanted.name.as_deref().map(|name| Text::new(name.trim_end_matches(' ')));
    let name = name.transpose().map_err(|error| invalid(error.to_string()))?;
    Ok(Change {
        outlet: outlet_of(number).map_err(DeviceError::invalid)?,
        name: name.map(Text::into_owned),
        outlet_type: wanted.kind.map(type_of).transpose()?,
        delay: wanted.delay,
    })
}

/// What is stored where a change is wanted, and what is to be.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    outlet: Outlet,
    before: OutletConfig<'static>,
    wanted: OutletConfig<'static>,
}

/// The changes, applied to what the unit has.
pub(super) fn planned(changes: &[Change], stored: &Configs, dialect: Dialect) -> Result<Vec<Planned>, DeviceError> {
    let plan = |change: &Change| {
        let number = change.outlet.number();
        let before = config_of(stored, change.outlet)
            .ok_or_else(|| DeviceError::invalid(format!("the unit tells of no outlet {number}")))?;
        let planned = Planned {
            outlet: change.outlet,
            wanted: change.applied_to(before),
            before: before.clone(),
        };
        if planned.is_a_change() {
            check(planned.outlet, planned.wanted.clone(), dialect)?;
        }
        Ok(planned)
    };
    changes.iter().map(plan).collect()
}

/// The lines that write what differs.
pub(super) fn lines(planned: &[Planned]) -> Vec<Command<'static>> {
    let changes = planned.iter().filter(|planned| planned.is_a_change());
    changes
        .map(|planned| line(planned.outlet, planned.wanted.clone()))
        .collect()
}

/// In what the unit's settings are not the wanted ones.
pub(super) fn difference(planned: &[Planned], found: &Configs) -> Option<Difference> {
    planned.iter().find_map(|planned| {
        let found = config_of(found, planned.outlet);
        let is_as_wanted = found.is_some_and(|found| is_same(&planned.wanted, found));
        (!is_as_wanted).then(|| Difference {
            place: format!("outlet {}", planned.outlet.number()),
            expected: shown(&planned.wanted),
            found: found.map_or_else(|| "nothing".into(), shown),
        })
    })
}

/// Whether everything reads as it did before it was written.
pub(super) fn is_untouched(planned: &[Planned], found: &Configs) -> bool {
    let as_before =
        |planned: &Planned| config_of(found, planned.outlet).is_some_and(|found| is_same(&planned.before, found));
    planned.iter().all(as_before)
}

impl Change {
    /// A name that does not change goes back with the blanks that the unit pads it with, as long as they fit.
    fn applied_to(&self, stored: &OutletConfig<'static>) -> OutletConfig<'static> {
        let name = match &self.name {
            Some(name) if name.trimmed() != stored.name.trimmed() => name.clone(),
            _ if stored.name.as_str().len() <= NAME_LIMIT => stored.name.clone(),
            _ => Text::new(stored.name.trimmed())
                .map(Text::into_owned)
                .unwrap_or_default(),
        };
        OutletConfig {
            name,
            outlet_type: self.outlet_type.unwrap_or(stored.outlet_type),
            delay: self.delay.unwrap_or(stored.delay),
        }
    }
}

impl Planned {
    fn is_a_change(&self) -> bool {
        !is_same(&self.before, &self.wanted)
    }
}

fn is_same(one: &OutletConfig<'_>, other: &OutletConfig<'_>) -> bool {
    let value = |config: &OutletConfig<'_>| (config.outlet_type, config.delay);
    one.name.trimmed() == other.name.trimmed() && value(one) == value(other)
}

fn config_of(configs: &Configs, outlet: Outlet) -> Option<&OutletConfig<'static>> {
    configs
        .iter()
        .find_map(|(of, config)| (*of == outlet).then_some(config))
}

fn check(outlet: Outlet, config: OutletConfig<'static>, dialect: Dialect) -> Result<(), DeviceError> {
    line(outlet, config)
        .check(&dialect)
        .map_err(|error| DeviceError::invalid(format!("outlet {}: {error}", outlet.number())))
}

fn line(outlet: Outlet, config: OutletConfig<'static>) -> Command<'static> {
    Command::SetConfig { outlet, config }
}

/// As it stands on its line. (Text of the wire is printable by its type.)
fn shown(config: &OutletConfig<'_>) -> String {
    let outlet_type = match config.outlet_type {
        OutletType::Normal => 1,
        OutletType::Router => 2,
        OutletType::Locked => 3,
    };
    format!("{}|{outlet_type}|{}|", config.name.as_str(), config.delay)
}

const fn kind_of(outlet_type: OutletType) -> OutletKind {
    match outlet_type {
        OutletType::Normal => OutletKind::Normal,
        OutletType::Router => OutletKind::Router,
        OutletType::Locked => OutletKind::Locked,
    }
}

fn type_of(kind: OutletKind) -> Result<OutletType, DeviceError> {
    match kind {
        OutletKind::Normal => Ok(OutletType::Normal),
        OutletKind::Router => Ok(OutletType::Router),
        OutletKind::Locked => Ok(OutletType::Locked),
        other => Err(DeviceError::unsupported(format!("the unit has no outlet type {other}"))),
    }
}
