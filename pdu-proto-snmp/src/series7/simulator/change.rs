//! What may be written, and what a write means.

use alloc::vec::Vec;

use super::Series7;
use super::alarms::{MAX_ROW, READING, THRESHOLD, TRIP};
use crate::series7::Precision;
use crate::series7::item::{Found, Item, scalar};
use crate::series7::layout::OUTLET_TABLE;
use crate::series7::objects::{Access, Kind, Object};
use crate::series7::outlet::{self, OutletCommand};
use crate::server::SetError;
use crate::wire::{ErrorStatus, Oid, OidBuf, Value, VarBind};

/// One write that can be made.
pub(super) enum Change {
    Command(u16, OutletCommand),
    Setting(u16, u8, Found),
    Precision(Precision),
    Watch(u16, OidBuf),
    Threshold(u16, i32),
    Trip(u16, i32),
}

/// All changes of a set, or which of them cannot be made.
pub(super) fn checked(unit: &Series7, varbinds: &[VarBind<'_>]) -> Result<Vec<Change>, SetError> {
    let mut changes: Vec<Change> = Vec::with_capacity(varbinds.len());
    for (position, varbind) in varbinds.iter().enumerate() {
        let change = change(unit, varbind, &changes).map_err(|status| SetError::new(position, status))?;
        changes.push(change);
    }
    Ok(changes)
}

fn change(unit: &Series7, varbind: &VarBind<'_>, before: &[Change]) -> Result<Change, ErrorStatus> {
    let item = Item::of(varbind.name, &unit.base).ok_or(ErrorStatus::NOT_WRITABLE)?;
    let is_writable = item.object().is_some_and(|object| object.access == Access::ReadWrite);
    match item {
        Item::Scalar(scalar::TEMPERATURE_PRECISION) => match varbind.value {
            Value::Integer(raw) => Precision::of(raw.into())
                .map(Change::Precision)
                .ok_or(ErrorStatus::WRONG_VALUE),
            _ => Err(ErrorStatus::WRONG_TYPE),
        },
        // The MIB lets it be written, and nothing says what that does.
        Item::Cell {
            table: OUTLET_TABLE,
            column: outlet::PENDING,
            ..
        } => Err(ErrorStatus::NOT_WRITABLE),
        Item::Cell {
            table: OUTLET_TABLE,
            column,
            row,
        } if is_writable => {
            let _ = unit.outlet_model(row).ok_or(ErrorStatus::NO_CREATION)?;
            of_outlet(row, column, varbind.value)
        }
        Item::Rule { column, row } if (1..=MAX_ROW).contains(&row) => {
            let is_created = |change: &Change| matches!(change, Change::Watch(created, _) if *created == row);
            let exists = unit.rules.has(row) || before.iter().any(is_created);
            of_rule(unit, row, column, varbind.value, exists)
        }
        _ => Err(ErrorStatus::NOT_WRITABLE),
    }
}

fn of_outlet(outlet: u16, column: u8, value: Value<'_>) -> Result<Change, ErrorStatus> {
    match (column, value) {
        (outlet::STATUS, Value::Gauge32(raw)) => OutletCommand::of(raw)
            .map(|command| Change::Command(outlet, command))
            .ok_or(ErrorStatus::WRONG_VALUE),
        (outlet::NAME | outlet::URL, Value::OctetString(octets)) if octets.len() <= 255 => {
            Ok(Change::Setting(outlet, column, Found::Text(octets.into())))
        }
        (outlet::NAME | outlet::URL, Value::OctetString(_)) => Err(ErrorStatus::WRONG_LENGTH),
        (outlet::RESTORE_POLICY, Value::Gauge32(raw)) if !(1..=3).contains(&raw) => Err(ErrorStatus::WRONG_VALUE),
        (outlet::STATUS | outlet::NAME | outlet::URL, _) => Err(ErrorStatus::WRONG_TYPE),
        (_, Value::Gauge32(raw)) => Ok(Change::Setting(outlet, column, Found::Number(raw.into()))),
        _ => Err(ErrorStatus::WRONG_TYPE),
    }
}

fn of_rule(unit: &Series7, row: u16, column: u8, value: Value<'_>, exists: bool) -> Result<Change, ErrorStatus> {
    match (column, value) {
        (READING, Value::ObjectIdentifier(name)) if name == Oid::ZERO || is_reading(unit, name) => {
            Ok(Change::Watch(row, name.into()))
        }
        (THRESHOLD | TRIP, _) if !exists => Err(ErrorStatus::NO_CREATION),
        (THRESHOLD, Value::Integer(threshold)) => Ok(Change::Threshold(row, threshold)),
        (TRIP, Value::Integer(trip @ 0..=1)) => Ok(Change::Trip(row, trip)),
        (READING, Value::ObjectIdentifier(_)) | (TRIP, Value::Integer(_)) => Err(ErrorStatus::WRONG_VALUE),
        (READING | THRESHOLD | TRIP, _) => Err(ErrorStatus::WRONG_TYPE),
        _ => Err(ErrorStatus::NOT_WRITABLE),
    }
}

fn is_reading(unit: &Series7, name: Oid<'_>) -> bool {
    let is_column = matches!(Object::of(name, &unit.base), Some((object, Some(_))) if object.kind == Kind::Column);
    let item = Item::of(name, &unit.base);
    is_column && item.is_some_and(|item| matches!(unit.found(item), Some(Found::Number(_))))
}
