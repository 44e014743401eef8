//! Which columns are readings of the vocabulary.

#[path = "measures_table.rs"]
mod table;

use pdu_core::{Basis, Counter, Decimal, Line, Quality, Quantity, Statistic, Value};

use super::objects::{Object, Syntax};

/// The columns that a snapshot tells as readings, in the order of the tables.
///
/// Left out are temperatures in degrees Fahrenheit, which only repeat those in degrees Celsius; set points, control modes,
/// states of relays and of power sources, which are no measurements; and the "peak" of voltages in the two tables that have a
/// column for the largest as well.
pub static MEASURES: &[Measure] = &table::TABLE;

/// A column that is a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Measure {
    /// Its table: the first arc below the base.
    pub table: u8,
    /// Its column.
    pub column: u8,
    /// Its name in the MIB.
    pub name: &'static str,
    /// Where it is measured.
    pub place: Place,
    /// What is measured.
    pub quantity: Quantity,
    /// Which value over time.
    pub statistic: Statistic,
    /// What its numbers count.
    pub scale: Scale,
    /// The column of the same row that says whether there is a sensor at all: 0 if it is unplugged. `None` where no column does.
    pub avail: Option<u8>,
}

/// Where a column of a table is measured; with its row, that gives a [`Point`](pdu_core::Point).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The inlet, whose number is the row's.
    Inlet(Line),
    /// This group of outlets.
    Group(u8),
    /// The outlet, whose number is the row's.
    Outlet,
    /// This probe of a sensor, from 1: a row may have several.
    Probe(u8),
    /// This probe of a sensor that watches several lines.
    ProbeOn(u8, Line),
}

/// What the numbers of a column count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scale {
    /// Gauge, with this power of ten of the quantity's unit.
    Gauge(i8),
    /// Whole degrees or tenths: as [`Precision`] says.
    Temperature,
    /// Counter of 32 bits, with this power of ten of the quantity's unit. Where it starts again at 0 is not stated.
    Count(i8),
}

/// What temperatures count: the scalar `temperaturePrecision`, which also stands in traps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Precision {
    /// Whole degrees: 0.
    Degree,
    /// Tenths of a degree: 1.
    Tenth,
}

impl Precision {
    /// What the object or variable of that name says; `None` for anything but 0 and 1.
    pub const fn of(raw: i64) -> Option<Self> {
        match raw {
            0 => Some(Self::Degree),
            1 => Some(Self::Tenth),
            _ => None,
        }
    }

    /// The power of ten that a temperature is to be multiplied with.
    pub const fn exponent(self) -> i8 {
        match self {
            Self::Degree => 0,
            Self::Tenth => -1,
        }
    }
}

impl Measure {
    /// The reading that a column is.
    pub fn at(table: u8, column: u8) -> Option<&'static Self> {
        let at = MEASURES.binary_search_by_key(&(table, column), |measure| (measure.table, measure.column));
        MEASURES.get(at.ok()?)
    }

    /// The readings of a table, in its order.
    pub fn of_table(table: u8) -> impl Iterator<Item = &'static Self> {
        let first = MEASURES.partition_point(|measure| measure.table < table);
        let end = MEASURES.partition_point(|measure| measure.table <= table);
        MEASURES.get(first..end).unwrap_or_default().iter()
    }

    /// How sure it is that the column is this reading: [`Stated`](Basis::Stated) where the MIB says so by name and unit. We concluded
    ///
    /// - that the tables 25 and 6 are the meter of a unit with Wye and with Delta wiring: they agree with the manual column for
    ///   column;
    /// - that a "peak" is the largest since the unit began to keep it. It may as well be the peak of the wave: the tables that
    ///   have both a largest and a peak are read so.
    pub fn basis(&self) -> Basis {
        if matches!(self.place, Place::Inlet(_)) || self.name.contains("Peak") {
            Basis::Inferred
        } else {
            Basis::Stated
        }
    }

    /// The object behind it.
    pub fn object(&self) -> Option<&'static Object> {
        Object::column(self.table, self.column)
    }

    /// The power of ten of the quantity's unit that one step of the raw number is; of a temperature without a known precision
    /// that of whole degrees.
    pub const fn exponent(&self, precision: Option<Precision>) -> i8 {
        match (self.scale, precision) {
            (Scale::Gauge(exponent) | Scale::Count(exponent), _) => exponent,
            (Scale::Temperature, Some(precision)) => precision.exponent(),
            (Scale::Temperature, None) => 0,
        }
    }

    /// What a raw number says.
    ///
    /// It is suspect outside the bounds that the MIB has for its column, and if it is a temperature whose precision the unit
    /// did not tell. There is none, and the quality is [`Unavailable`](Quality::Unavailable), where a counter cannot stand so.
    pub fn value(&self, raw: i64, precision: Option<Precision>) -> (Option<Value>, Quality) {
        let exponent = self.exponent(precision);
        let value = match self.scale {
            Scale::Gauge(_) | Scale::Temperature => Some(Value::Gauge(Decimal::new(raw, exponent))),
            Scale::Count(_) => u64::try_from(raw)
                .ok()
                .and_then(|raw| Counter::new(raw, exponent, 32))
                .map(Value::Count),
        };
        let is_of_unknown_scale = self.scale == Scale::Temperature && precision.is_none();
        let quality = match value {
            None => Quality::Unavailable,
            Some(_) if is_of_unknown_scale || !self.is_within_bounds(raw, precision) => Quality::Suspect,
            Some(_) => Quality::Good,
        };
        (value, quality)
    }

    /// Whether the column may hold it. The bounds of temperatures count whole degrees.
    fn is_within_bounds(&self, raw: i64, precision: Option<Precision>) -> bool {
        let factor = match (self.scale, precision) {
            (Scale::Temperature, Some(Precision::Tenth)) => 10,
            _ => 1,
        };
        match self.object().map(|object| object.syntax) {
            Some(Syntax::Integer(low, high)) => (i64::from(low) * factor..=i64::from(high) * factor).contains(&raw),
            Some(Syntax::Gauge32) => u32::try_from(raw).is_ok(),
            _ => true,
        }
    }
}

/// A row of the table; availability in column 0 is none.
const fn measure(
    [table, column]: [u8; 2],
    name: &'static str,
    place: Place,
    quantity: Quantity,
    statistic: Statistic,
    scale: Scale,
    avail: u8,
) -> Measure {
    Measure {
        table,
        column,
        name,
        place,
        quantity,
        statistic,
        scale,
        avail: if avail == 0 { None } else { Some(avail) },
    }
}
