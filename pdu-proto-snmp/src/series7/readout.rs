//! What a snapshot asks for, and what it makes of the answers.

use alloc::vec::Vec;

use pdu_core::{
    Action, Contact, ContactKind, ContactStatus, Identity, IdentitySource, OutletStatus, Point, PowerState, Quality,
    Quantity, Reading, Snapshot,
};

use super::item::{Item, Values, column, scalar};
use super::layout::{DELTA_TABLE, GROUP_TABLE, LAST_TABLE, OUTLET_TABLE, WYE_TABLE};
use super::measures::{Measure, Precision};
use super::outlet;
use super::{Layout, Options, PendingMeaning, Wiring};

/// The tables of two-state sensors that the vocabulary has a kind for, and the column of their number.
const CONTACTS: [(u8, ContactKind); 3] = [
    (7, ContactKind::Door),
    (8, ContactKind::Water),
    (21, ContactKind::Smoke),
];
const CONTACT_COLUMN: u8 = 5;

/// What every look at a unit begins with: who it is, and how many rows its tables have.
pub(super) fn survey_items() -> impl Iterator<Item = Item> {
    identity_items()
        .chain([Item::Scalar(scalar::TEMPERATURE_PRECISION)])
        .chain((2..=LAST_TABLE).map(Item::Count))
}

pub(super) fn identity_items() -> impl Iterator<Item = Item> {
    let scalars = [scalar::TITLE, scalar::VERSION, scalar::FRIENDLY_NAME, scalar::MAC];
    scalars.into_iter().map(Item::Scalar).chain(METERS.map(serial))
}

/// The tables of a unit's own meter.
const METERS: [u8; 2] = [WYE_TABLE, DELTA_TABLE];

const fn serial(table: u8) -> Item {
    Item::Cell {
        table,
        column: column::SERIAL,
        row: 1,
    }
}

/// The serial number is that of the unit's own meter.
pub(super) fn identity(values: &Values) -> Identity {
    let text = |item: u8| values.text(Item::Scalar(item));
    Identity {
        unit: 0,
        vendor: None,
        model: text(scalar::TITLE),
        name: text(scalar::FRIENDLY_NAME),
        serial: METERS.iter().find_map(|table| values.text(serial(*table))),
        mac: text(scalar::MAC),
        firmware: text(scalar::VERSION),
        source: IdentitySource::Device,
    }
}

/// The rows that the unit counts; `None` if it counts none of its tables, and they have to be walked.
pub(super) fn counted(values: &Values, options: &Options) -> Option<Layout> {
    let mut layout = Layout::default();
    let mut is_told = false;
    for table in 2..=LAST_TABLE {
        let Some(count) = values.number(Item::Count(table)) else {
            continue;
        };
        is_told = true;
        layout = layout.with_rows(table, u16::try_from(count).unwrap_or(0));
    }
    is_told.then(|| limited(layout, options))
}

/// What the caller knows better than the unit.
pub(super) fn limited(mut layout: Layout, options: &Options) -> Layout {
    match options.wiring {
        Wiring::Auto => {}
        Wiring::Wye => layout.set_rows(DELTA_TABLE, Vec::new()),
        Wiring::Delta => layout.set_rows(WYE_TABLE, Vec::new()),
    }
    match options.outlets {
        Some(outlets) => layout.with_rows(OUTLET_TABLE, outlets),
        None => layout,
    }
}

/// The tables that are walked where the unit does not count their rows, and the column that shows them.
pub(super) fn walked_tables() -> impl Iterator<Item = (u8, u8)> {
    let has_measures = |table: &u8| Measure::of_table(*table).next().is_some();
    (2..=LAST_TABLE).filter(has_measures).map(|table| match table {
        OUTLET_TABLE => (table, outlet::STATUS),
        _ => (table, column::AVAIL),
    })
}

/// All that a snapshot tells, row by row.
pub(super) fn snapshot_items(layout: &Layout) -> Vec<Item> {
    let mut items = Vec::new();
    for (table, rows) in layout.tables() {
        for row in rows {
            items.extend(columns_of(table).map(|column| Item::Cell {
                table,
                column,
                row: *row,
            }));
        }
    }
    items
}

fn columns_of(table: u8) -> impl Iterator<Item = u8> {
    let mut columns: Vec<u8> = Measure::of_table(table)
        .flat_map(|measure| [Some(measure.column), measure.avail])
        .flatten()
        .collect();
    if table == OUTLET_TABLE {
        columns.extend([outlet::NAME, outlet::STATUS, outlet::PENDING]);
    }
    columns.sort_unstable();
    columns.dedup();
    columns.into_iter()
}

/// What the answers to [`snapshot_items`] tell.
pub(super) fn snapshot(values: &Values, layout: &Layout, identity: Identity, options: &Options) -> Snapshot {
    Snapshot {
        identities: [identity].into(),
        readings: readings(values, layout, precision(values, options)),
        outlets: outlets(values, layout, options),
        contacts: contacts(values, layout, options),
        ..Snapshot::default()
    }
}

fn precision(values: &Values, options: &Options) -> Option<Precision> {
    let told = values.number(Item::Scalar(scalar::TEMPERATURE_PRECISION));
    options.precision.or_else(|| told.and_then(Precision::of))
}

fn readings(values: &Values, layout: &Layout, precision: Option<Precision>) -> Vec<Reading> {
    let mut readings = Vec::new();
    for (table, rows) in layout.tables() {
        for row in rows {
            readings.extend(Measure::of_table(table).filter_map(|measure| {
                let point = layout.point(measure, *row)?;
                reading(values, measure, *row, point, precision)
            }));
        }
    }
    readings
}

/// A reading; `None` of an outlet or a group that the unit says nothing about, since not all units measure them.
fn reading(
    values: &Values,
    measure: &Measure,
    row: u16,
    point: Point,
    precision: Option<Precision>,
) -> Option<Reading> {
    let item = |column| Item::Cell {
        table: measure.table,
        column,
        row,
    };
    if values.get(item(measure.column)).is_none() && matches!(measure.table, OUTLET_TABLE | GROUP_TABLE) {
        return None;
    }
    let told = values.number(item(measure.column));
    let is_unplugged = measure.avail.is_some_and(|avail| values.number(item(avail)) == Some(0));
    let (value, quality) = match told.filter(|_| !is_unplugged) {
        Some(raw) => measure.value(raw, precision),
        None => (None, Quality::Unavailable),
    };
    let is_without_load = measure.quantity == Quantity::PowerFactor && is_without_load(values, measure, row);
    Some(Reading {
        point,
        quantity: measure.quantity,
        statistic: measure.statistic,
        value,
        quality: if is_without_load && quality == Quality::Good {
            Quality::Suspect
        } else {
            quality
        },
    })
}

/// Whether the apparent power at the place of a power factor is 0: then the factor has no meaning, though the unit tells one.
fn is_without_load(values: &Values, power_factor: &Measure, row: u16) -> bool {
    let mut there = Measure::of_table(power_factor.table).filter(|measure| measure.place == power_factor.place);
    there.any(|measure| {
        let item = Item::Cell {
            table: measure.table,
            column: measure.column,
            row,
        };
        measure.quantity == Quantity::ApparentPower && values.number(item) == Some(0)
    })
}

fn contacts(values: &Values, layout: &Layout, options: &Options) -> Vec<ContactStatus> {
    let mut contacts = Vec::new();
    for (table, kind) in CONTACTS {
        for (row, number) in layout.rows(table).iter().zip(1..) {
            let item = |column| Item::Cell {
                table,
                column,
                row: *row,
            };
            let is_unplugged = values.number(item(column::AVAIL)) == Some(0);
            let raw = values.number(item(CONTACT_COLUMN)).filter(|_| !is_unplugged);
            let meaning = options.contact(kind);
            contacts.push(ContactStatus {
                point: Point::sensor(number),
                kind,
                state: raw
                    .zip(meaning)
                    .map_or(Contact::Unknown, |(raw, meaning)| meaning.state(raw)),
            });
        }
    }
    contacts
}

pub(super) fn outlets(values: &Values, layout: &Layout, options: &Options) -> Vec<OutletStatus> {
    let rows = layout.rows(OUTLET_TABLE).iter();
    rows.map(|row| outlet_status(values, *row, options)).collect()
}

pub(super) fn outlet_status(values: &Values, row: u16, options: &Options) -> OutletStatus {
    let item = |column| outlet::cell(column, row);
    let state = |column| values.number(item(column)).map_or(PowerState::Unknown, power_state);
    let now = state(outlet::STATUS);
    OutletStatus {
        unit: 0,
        number: row,
        name: values.text(item(outlet::NAME)),
        state: now,
        pending: match options.pending {
            PendingMeaning::StateToCome => pending(now, state(outlet::PENDING)),
            PendingMeaning::Untold => None,
        },
    }
}

pub(super) const fn power_state(raw: i64) -> PowerState {
    match raw {
        0 => PowerState::Off,
        1 => PowerState::On,
        _ => PowerState::Unknown,
    }
}

fn pending(now: PowerState, to_come: PowerState) -> Option<Action> {
    match to_come {
        _ if now == to_come => None,
        PowerState::On => Some(Action::On),
        PowerState::Off => Some(Action::Off),
        PowerState::Unknown => None,
    }
}
