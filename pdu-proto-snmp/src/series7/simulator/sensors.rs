//! A sensor that is plugged into the unit: one row of its table.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use pdu_core::simulator::Wander;
use pdu_core::{Quantity, Rng};

use crate::series7::item::{Found, column};
use crate::series7::measures::{Measure, Precision, Scale};
use crate::series7::objects::{Object, Syntax};

/// The tables of the sensors that a simulated unit has, and how many of each.
pub(super) const PLUGGED_IN: [(u8, u16); 11] = [
    (4, 2),  // temperature
    (5, 1),  // air flow
    (7, 1),  // door
    (8, 1),  // water
    (9, 1),  // current
    (17, 1), // dew point
    (18, 1), // digital
    (21, 1), // smoke
    (24, 1), // analog
    (31, 1), // T3HD
    (32, 1), // THD
];

const DOOR: u8 = 7;
const MILLIVOLT: u8 = 10;
const DIGITAL: u8 = 18;
const NEG_48_VDC: u8 = 22;
const POS_30_VDC: u8 = 23;
const ANALOG: u8 = 24;
const POS_60_VDC: u8 = 33;
const T3HD: u8 = 31;
/// Columns of a T3HD: whether its two external probes are there.
const T3HD_AVAILS: [(u8, bool); 2] = [(11, true), (15, false)];

#[derive(Clone, Debug)]
pub(super) struct Sensor {
    pub(super) table: u8,
    pub(super) row: u16,
    pub(super) is_plugged: bool,
    models: BTreeMap<u8, Model>,
    now: BTreeMap<u8, i64>,
}

/// What a column of it measures; temperatures in tenths of a degree.
#[derive(Clone, Copy, Debug)]
enum Model {
    Moving(Wander),
    Held(i64),
}

impl Sensor {
    pub(super) fn new(rng: &mut Rng, table: u8, row: u16) -> Self {
        let mut models: BTreeMap<u8, Model> = Measure::of_table(table)
            .map(|measure| (measure.column, model_of(rng, measure)))
            .collect();
        if table == T3HD {
            models.extend(T3HD_AVAILS.map(|(column, is_there)| (column, Model::Held(is_there.into()))));
        }
        Self {
            table,
            row,
            is_plugged: true,
            models,
            now: BTreeMap::new(),
        }
    }

    pub(super) fn hold(&mut self, column: u8, raw: i64) {
        self.models.insert(column, Model::Held(raw));
    }

    pub(super) fn sample(&mut self, second: u64) {
        let models = self.models.iter();
        self.now = models
            .map(|(column, model)| match model {
                Model::Moving(wander) => (*column, wander.at(second)),
                Model::Held(raw) => (*column, *raw),
            })
            .collect();
    }

    pub(super) fn cell(&self, column: u8, precision: Precision) -> Option<Found> {
        let object = Object::column(self.table, column)?;
        let name = object.name;
        match (column, object.syntax) {
            (column::SERIAL, _) => Some(Found::Text(format!("7SIM{:02}{:02}", self.table, self.row).into())),
            (_, Syntax::DisplayString) => Some(Found::Text(self.label(column).into())),
            (column::AVAIL, _) => Some(Found::Number(self.is_plugged.into())),
            _ if name.ends_with('F') => {
                // Degrees Celsius stand in the column before.
                let tenths = self.now.get(&column.checked_sub(1)?)?;
                Some(Found::Number(degrees(tenths * 9 / 5 + 320, precision)))
            }
            _ => {
                let raw = *self.now.get(&column)?;
                let measure = Measure::at(self.table, column);
                let is_temperature = measure.is_some_and(|measure| measure.scale == Scale::Temperature);
                Some(Found::Number(if is_temperature {
                    degrees(raw, precision)
                } else {
                    raw
                }))
            }
        }
    }

    fn label(&self, column: u8) -> String {
        let stem = Object::column(self.table, 1).map_or("", |index| index.name.trim_end_matches("Index"));
        match column {
            column::NAME => format!("{stem} {}", self.row),
            _ => format!("{stem} {} {column}", self.row),
        }
    }
}

const fn degrees(tenths: i64, precision: Precision) -> i64 {
    match precision {
        Precision::Tenth => tenths,
        Precision::Degree => tenths.div_euclid(10),
    }
}

fn model_of(rng: &mut Rng, measure: &Measure) -> Model {
    let (around, size) = match (measure.quantity, measure.table) {
        (Quantity::Temperature, _) => (240, 15),
        (Quantity::DewPoint, _) => (115, 8),
        (Quantity::RelativeHumidity, _) => (45, 4),
        (Quantity::Voltage, MILLIVOLT) => (1200, 40),
        (Quantity::Voltage, NEG_48_VDC) => (-48, 1),
        (Quantity::Voltage, POS_30_VDC | POS_60_VDC) => (27, 1),
        (Quantity::Voltage, _) => (230, 2),
        (Quantity::Current, _) => (14, 3),
        (Quantity::ActivePower, _) => (300, 6),
        (Quantity::ApparentPower, _) => (320, 6),
        (Quantity::PowerFactor, _) => (94, 1),
        (Quantity::AirFlow | Quantity::Illuminance | Quantity::SoundLevel, _) | (_, ANALOG) => (30, 6),
        (_, DOOR | DIGITAL) => return Model::Held(99),
        _ => return Model::Held(0),
    };
    Model::Moving(Wander::new(rng, around, size, 300))
}
