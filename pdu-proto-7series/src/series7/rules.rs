//! The unit's alarm rules in the vocabulary of [`pdu_core`], and back.

use pdu_core::{AlarmRule, DeviceError, Trip};

use crate::config;

/// Rows that watch something. What they watch only the unit's own words tell: sensor and reading, with a slash between.
pub(super) fn from_unit(unit: &config::Settings) -> Vec<AlarmRule> {
    let rule = |row: &config::AlarmRule| {
        let sensor = row.sensor.as_deref().filter(|sensor| !sensor.is_empty())?;
        Some(AlarmRule {
            number: row.number,
            point: None,
            quantity: None,
            object: Some(format!("{sensor}/{}", row.reading.as_deref().unwrap_or_default())),
            trip: row.trip.unwrap_or(Trip::Above),
            threshold: row.threshold?,
        })
    };
    unit.alarms.iter().filter_map(rule).collect()
}

/// These rules, and none in all other rows. Who hears of an alarm, its delay and its repetition stay as each row has them.
pub(super) fn for_unit(wanted: &[AlarmRule], current: &config::Settings) -> Result<config::Settings, DeviceError> {
    let mut change = config::Settings::default();
    for row in &current.alarms {
        let mut rules = wanted.iter().filter(|rule| rule.number == row.number);
        let row = match (rules.next(), rules.next()) {
            (Some(_), Some(_)) => {
                return Err(DeviceError::invalid(format!(
                    "alarm rule {} is named twice",
                    row.number
                )));
            }
            (Some(rule), None) => rule_for_unit(rule)?,
            _ => config::AlarmRule {
                sensor: Some(String::new()),
                ..config::AlarmRule::of(row.number)
            },
        };
        change.alarms.push(row);
    }
    match wanted
        .iter()
        .find(|rule| current.alarms.iter().all(|row| row.number != rule.number))
    {
        Some(rule) => Err(DeviceError::invalid(format!(
            "alarm rule {}, where the unit has room for {}",
            rule.number,
            current.alarms.len()
        ))),
        None => Ok(change),
    }
}

fn rule_for_unit(wanted: &AlarmRule) -> Result<config::AlarmRule, DeviceError> {
    let number = wanted.number;
    if wanted.point.is_some() || wanted.quantity.is_some() {
        return Err(DeviceError::unsupported(format!(
            "alarm rule {number}: the unit's file tells by words of its own what a rule watches"
        )));
    }
    let object = wanted.object.as_deref().and_then(|object| object.rsplit_once('/'));
    let Some((sensor, reading)) = object else {
        return Err(DeviceError::invalid(format!(
            "alarm rule {number}: an object of the form sensor/reading expected, in the unit's words"
        )));
    };
    Ok(config::AlarmRule {
        sensor: Some(sensor.into()),
        reading: Some(reading.into()),
        threshold: Some(wanted.threshold),
        trip: Some(wanted.trip),
        ..config::AlarmRule::of(number)
    })
}
