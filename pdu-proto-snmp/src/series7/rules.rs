//! Alarm rules: rows of their table, and the vocabulary.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use pdu_core::{AlarmRule, Decimal, DeviceError, Trip};

use super::error::ReplyError;
use super::item::{Found, Item, Values};
use super::measures::{Measure, Scale};
use super::objects::{Kind, Object};
use super::rewrite::{Raw, Rewrite, Write, shown};
use super::{Base, Layout};
use crate::wire::{Oid, OidBuf};

const READING: u8 = 2;
const THRESHOLD: u8 = 3;
const TRIP: u8 = 4;

/// Rows that the table has at most. Source: the syntax of alarmCfgIndex.
const MAX_ROW: u16 = 200;

/// The table of alarm rules, to be walked.
pub(super) fn root(base: &Base) -> OidBuf {
    let mut root = OidBuf::from(base.as_oid());
    for arc in [101, 1, 1] {
        // A base is short, so there is always room.
        let _ = root.push(arc);
    }
    root
}

/// A row that watches something, as the unit has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    reading: OidBuf,
    threshold: i32,
    trip: i32,
}

/// All rules that the unit has.
pub(super) fn rules(values: &Values, layout: &Layout, base: &Base) -> Result<Vec<AlarmRule>, DeviceError> {
    check_readable(values).map_err(DeviceError::new)?;
    let rows = readings(values).map(|(number, reading)| {
        let row = complete_row(number, reading, values).map_err(DeviceError::new)?;
        rule(number, &row, layout, base).map_err(DeviceError::new)
    });
    rows.collect()
}

/// The rows that watch something. One that watches 0.0 is none.
fn readings(values: &Values) -> impl Iterator<Item = (u16, &OidBuf)> {
    values.iter().filter_map(|found| match found {
        (Item::Rule { column: READING, row }, Found::Name(name)) if *name != Oid::ZERO => Some((row, name)),
        _ => None,
    })
}

/// A row that watches nobody knows what is no row that could be left out, or be written over.
fn check_readable(values: &Values) -> Result<(), ReplyError> {
    let unreadable = values.iter().find_map(|found| match found {
        (Item::Rule { column: READING, row }, Found::Unreadable) => Some(row),
        _ => None,
    });
    unreadable.map_or(Ok(()), |row| {
        Err(ReplyError::Rule {
            row,
            what: "alarmCfgReadingID",
            found: shown(&Found::Unreadable),
        })
    })
}

fn complete_row(number: u16, reading: &OidBuf, values: &Values) -> Result<Row, ReplyError> {
    let column = |column, what| {
        let found = values.get(Item::Rule { column, row: number });
        let value = match found {
            Some(Found::Number(value)) => i32::try_from(*value).ok(),
            _ => None,
        };
        value.ok_or_else(|| ReplyError::Rule {
            row: number,
            what,
            found: found.map_or_else(|| "missing".into(), shown),
        })
    };
    Ok(Row {
        reading: reading.clone(),
        threshold: column(THRESHOLD, "alarmCfgThreshold")?,
        trip: column(TRIP, "alarmCfgTripSelect")?,
    })
}

fn rule(number: u16, row: &Row, layout: &Layout, base: &Base) -> Result<AlarmRule, ReplyError> {
    let place = place_of(row.reading.as_oid(), layout, base);
    Ok(AlarmRule {
        number,
        point: place.map(|(point, _)| point),
        quantity: place.map(|(_, measure)| measure.quantity),
        object: Some(row.reading.to_string()),
        trip: match row.trip {
            0 => Trip::Below,
            1 => Trip::Above,
            other => {
                return Err(ReplyError::Rule {
                    row: number,
                    what: "alarmCfgTripSelect",
                    found: other.to_string(),
                });
            }
        },
        threshold: Decimal::new(
            row.threshold.into(),
            threshold_exponent(place.map(|(_, measure)| measure)),
        ),
    })
}

fn place_of(reading: Oid<'_>, layout: &Layout, base: &Base) -> Option<(pdu_core::Point, &'static Measure)> {
    match Item::of(reading, base)? {
        Item::Cell { table, column, row } => {
            let measure = Measure::at(table, column)?;
            Some((layout.point(measure, row)?, measure))
        }
        _ => None,
    }
}

/// The power of ten of the quantity's unit that a threshold counts. "Tenths", says the MIB; we take them as tenths of the unit that
/// the reading has on the unit's pages: of an ampere, even where the reading itself counts tenths of one; of a degree, a volt, a
/// watt, a kilowatt-hour, a percent.
fn threshold_exponent(measure: Option<&Measure>) -> i8 {
    let unit = match measure.map(|measure| measure.scale) {
        Some(Scale::Gauge(-1) | Scale::Temperature) | None => 0,
        Some(Scale::Gauge(exponent) | Scale::Count(exponent)) => exponent,
    };
    unit - 1
}

/// What can be told of rules before anything is known of the unit.
pub(super) fn check(rules: &[AlarmRule]) -> Result<(), DeviceError> {
    let mut numbers = alloc::collections::BTreeSet::new();
    for rule in rules {
        let number = rule.number;
        let invalid = |what: String| Err(DeviceError::invalid(format!("alarm rule {number}: {what}")));
        if !(1..=MAX_ROW).contains(&number) {
            return invalid(format!("rows count from 1 to {MAX_ROW}"));
        }
        if !numbers.insert(number) {
            return invalid("is there twice".into());
        }
        if rule.object.is_none() && (rule.point.is_none() || rule.quantity.is_none()) {
            return invalid("names neither an object nor a place and a quantity".into());
        }
    }
    Ok(())
}

/// The writes that make these rules of those that there are; `None` if they are the same.
///
/// # Errors
///
/// A rule about something that the unit does not have, or with a threshold that it cannot store.
pub(super) fn planned(
    rules: &[AlarmRule],
    found: &Values,
    layout: &Layout,
    base: &Base,
) -> Result<Option<Rewrite>, DeviceError> {
    check_readable(found).map_err(DeviceError::new)?;
    let mut wanted = BTreeMap::new();
    for rule in rules {
        let row = row_of(rule, layout, base)
            .map_err(|why| DeviceError::invalid(format!("alarm rule {}: {why}", rule.number)))?;
        wanted.insert(rule.number, row);
    }
    let mut writes = Vec::new();
    let mut expected = Vec::new();
    let superfluous = readings(found).filter(|(number, _)| !wanted.contains_key(number));
    for (number, _) in superfluous {
        let removal = (cell(READING, number), Raw::Name(Oid::ZERO.into()));
        expected.push(removal.clone());
        writes.push(write(number, [removal].into()));
    }
    for (number, row) in &wanted {
        let (reading, rest) = row.values(*number);
        let is_new = !reading.1.is(found.get(reading.0));
        let differ = rest.iter().filter(|(item, raw)| is_new || !raw.is(found.get(*item)));
        let rest_to_write: Vec<_> = differ.cloned().collect();
        expected.push(reading.clone());
        expected.extend(rest);
        // The object comes first and by itself: it is what creates the row.
        if is_new {
            writes.push(write(*number, [reading].into()));
        }
        if !rest_to_write.is_empty() {
            writes.push(write(*number, rest_to_write));
        }
    }
    Ok(Rewrite::stored(writes, expected))
}

const fn cell(column: u8, row: u16) -> Item {
    Item::Rule { column, row }
}

fn write(number: u16, values: Vec<(Item, Raw)>) -> Write {
    let place = format!("alarm rule {number}");
    Write { place, values }
}

impl Row {
    fn values(&self, number: u16) -> ((Item, Raw), [(Item, Raw); 2]) {
        let reading = (cell(READING, number), Raw::Name(self.reading.clone()));
        let rest = [
            (cell(THRESHOLD, number), Raw::Integer(self.threshold)),
            (cell(TRIP, number), Raw::Integer(self.trip)),
        ];
        (reading, rest)
    }
}

fn row_of(rule: &AlarmRule, layout: &Layout, base: &Base) -> Result<Row, String> {
    let reading = match &rule.object {
        Some(object) => named(object, base)?,
        None => measured(rule, layout, base)?,
    };
    let place = place_of(reading.as_oid(), layout, base);
    if rule.object.is_some() {
        check_agreement(rule, place)?;
    }
    let exponent = threshold_exponent(place.map(|(_, measure)| measure));
    let threshold = rule.threshold.scaled(exponent).and_then(|raw| i32::try_from(raw).ok());
    Ok(Row {
        reading,
        threshold: threshold.ok_or_else(|| {
            let step = Decimal::new(1, exponent);
            format!(
                "threshold {} is no multiple of {step} of at most 32 bits",
                rule.threshold
            )
        })?,
        trip: match rule.trip {
            Trip::Below => 0,
            Trip::Above => 1,
        },
    })
}

/// An object by its dotted name, or as the MIB calls it: `tempSensorTempC.2`.
fn named(object: &str, base: &Base) -> Result<OidBuf, String> {
    let name = match object.parse::<OidBuf>() {
        Ok(name) => name,
        Err(_) => spelled(object, base).ok_or_else(|| format!("{object:?} is no object"))?,
    };
    match Object::of(name.as_oid(), base) {
        Some((known, Some(_))) if known.kind == Kind::Column => Ok(name),
        _ => Err(format!("{object:?} is no row of a column that the unit's tables have")),
    }
}

fn spelled(object: &str, base: &Base) -> Option<OidBuf> {
    let (column, row) = object.split_once('.')?;
    let mut name = OidBuf::from(base.as_oid());
    for arc in Object::named(column)?.arcs {
        name.push(*arc).ok()?;
    }
    name.push(row.parse().ok()?).ok()?;
    Some(name)
}

fn measured(rule: &AlarmRule, layout: &Layout, base: &Base) -> Result<OidBuf, String> {
    let (Some(point), Some(quantity)) = (rule.point, rule.quantity) else {
        return Err("names nothing to watch".into()); // never: it was checked
    };
    let (measure, row) = layout
        .find(point, quantity)
        .ok_or_else(|| format!("the unit measures no {quantity} at {point}"))?;
    let Measure { table, column, .. } = *measure;
    Ok(Item::Cell { table, column, row }.name(base))
}

fn check_agreement(rule: &AlarmRule, place: Option<(pdu_core::Point, &Measure)>) -> Result<(), String> {
    let point = place.map(|(point, _)| point);
    let quantity = place.map(|(_, measure)| measure.quantity);
    let agrees =
        (rule.point.is_none() || rule.point == point) && (rule.quantity.is_none() || rule.quantity == quantity);
    if agrees {
        return Ok(());
    }
    Err("its object is not the place and quantity that it names".into())
}
