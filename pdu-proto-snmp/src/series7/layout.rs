use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use pdu_core::{Component, Point, Quantity, Statistic};

use super::measures::{MEASURES, Measure, Place};

/// The table of Wye units' own meter, by our reading; see [`Basis::Inferred`](super::Basis::Inferred).
pub const WYE_TABLE: u8 = 25;
/// The table of Delta units' own meter, by our reading; see [`Basis::Inferred`](super::Basis::Inferred).
pub const DELTA_TABLE: u8 = 6;
/// The table of groups of outlets.
pub const GROUP_TABLE: u8 = 15;
/// The table of outlets.
pub const OUTLET_TABLE: u8 = 16;

/// How many groups a row of their table has.
const GROUPS: usize = 16;

/// The last table that a unit counts the rows of.
pub(super) const LAST_TABLE: u8 = 35;
/// The most rows of a table. Source: the syntax of the tables' indices.
pub(super) const MAX_ROWS: u16 = 100;

/// Which tables of a unit have rows, so what is plugged into it: from this the [`Point`]s follow.
///
/// Inlets, groups and outlets have the numbers of their rows and columns. Everything else is a sensor, and sensors count from 1
/// in the order of the tables, then of the rows, then of the probes in a row (a T3HD has three, a DM48 has 48). So a sensor that is
/// plugged in later may shift the numbers of others: what stays is its place in the tables.
///
/// ```
/// use pdu_core::{Point, Quantity};
/// use pdu_proto_snmp::series7::{Layout, Measure};
///
/// let layout = Layout::default().with_rows(4, 2).with_rows(31, 1); // two temperature sensors, a T3HD
/// let second_external = Measure::at(31, 17).unwrap();
/// assert_eq!(layout.point(second_external, 1), Some(Point::sensor(5)));
/// assert_eq!(layout.find(Point::sensor(5), Quantity::Temperature), Some((second_external, 1)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Layout {
    rows: BTreeMap<u8, Vec<u16>>,
}

impl Layout {
    /// The same, where a table has so many rows: at most 100 of them count.
    #[must_use]
    pub fn with_rows(mut self, table: u8, count: u16) -> Self {
        self.set_rows(table, (1..=count.min(MAX_ROWS)).collect());
        self
    }

    pub(super) fn set_rows(&mut self, table: u8, rows: Vec<u16>) {
        if rows.is_empty() {
            self.rows.remove(&table);
        } else {
            self.rows.insert(table, rows);
        }
    }

    /// The rows of a table.
    pub fn rows(&self, table: u8) -> &[u16] {
        self.rows.get(&table).map_or(&[], Vec::as_slice)
    }

    /// All tables that have rows, in their order, with these.
    pub fn tables(&self) -> impl Iterator<Item = (u8, &[u16])> {
        self.rows.iter().map(|(table, rows)| (*table, rows.as_slice()))
    }

    /// Where a reading of a row is measured; `None` if the unit has no such row.
    pub fn point(&self, measure: &Measure, row: u16) -> Option<Point> {
        let position = self.rows(measure.table).iter().position(|known| *known == row)?;
        let (probe, line) = match measure.place {
            Place::Probe(probe) => (probe, None),
            Place::ProbeOn(probe, line) => (probe, Some(line)),
            Place::Inlet(line) => return Some(Point::inlet(self.inlet(measure.table, row)?).on(line)),
            Place::Group(group) => {
                let number = position * GROUPS + usize::from(group);
                return Some(Point::new(Component::OutletGroup, u16::try_from(number).ok()?));
            }
            Place::Outlet => return Some(Point::outlet(row)),
        };
        let before: usize = self
            .tables()
            .take_while(|(table, _)| *table < measure.table)
            .map(|(table, rows)| rows.len() * probes(table))
            .sum();
        let number = before + position * probes(measure.table) + usize::from(probe);
        let number = u16::try_from(number).ok()?;
        Some(Point {
            line,
            ..Point::sensor(number)
        })
    }

    /// The number of an inlet. A unit with meters of both kinds, which nobody has seen, has those of the Delta table behind the
    /// others.
    fn inlet(&self, table: u8, row: u16) -> Option<u16> {
        let before = match table {
            DELTA_TABLE => self.rows(WYE_TABLE).last().copied().unwrap_or(0),
            _ => 0,
        };
        row.checked_add(before)
    }

    /// The column and the row of the present value of a quantity at a place.
    pub fn find(&self, point: Point, quantity: Quantity) -> Option<(&'static Measure, u16)> {
        let measures = MEASURES
            .iter()
            .filter(|measure| measure.quantity == quantity && measure.statistic == Statistic::Now);
        let places = measures.flat_map(|measure| self.rows(measure.table).iter().map(move |row| (measure, *row)));
        let mut there = places.filter(|(measure, row)| self.point(measure, *row) == Some(point));
        there.next()
    }
}

/// The place of a reading that has the same number whatever else is plugged into a unit with one kind of meter; `None` of
/// sensors.
pub(super) fn fixed_point(measure: &Measure, row: u16) -> Option<Point> {
    match measure.place {
        Place::Inlet(line) => Some(Point::inlet(row).on(line)),
        Place::Group(group) if row == 1 => Some(Point::new(Component::OutletGroup, group.into())),
        Place::Outlet => Some(Point::outlet(row)),
        _ => None,
    }
}

/// How many probes a row of a table has; 0 if it is no sensor.
fn probes(table: u8) -> usize {
    let probes = Measure::of_table(table).map(|measure| match measure.place {
        Place::Probe(probe) | Place::ProbeOn(probe, _) => usize::from(probe),
        _ => 0,
    });
    probes.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pdu_core::Line;

    #[test]
    fn every_reading_of_a_full_unit_has_a_place_of_its_own() {
        let mut layout = Layout::default();
        for table in 2..=LAST_TABLE {
            layout = layout.with_rows(table, 3);
        }
        let mut seen = alloc::collections::BTreeSet::new();
        for measure in MEASURES {
            for row in 1..=3 {
                let point = layout.point(measure, row).unwrap();
                let key = alloc::format!("{point} {} {}", measure.quantity, measure.statistic);
                assert!(seen.insert(key), "{} {row}: {point}", measure.name);
                if measure.statistic == Statistic::Now {
                    assert_eq!(layout.find(point, measure.quantity), Some((measure, row)));
                }
            }
        }
    }

    #[test]
    fn row_that_a_unit_does_not_have_has_no_place() {
        let layout = Layout::default().with_rows(25, 1);
        let volts = Measure::at(25, 6).unwrap();
        assert_eq!(layout.point(volts, 1), Some(Point::inlet(1).on(Line::L1)));
        assert_eq!(layout.point(volts, 2), None);
        assert_eq!(layout.find(Point::sensor(1), Quantity::Temperature), None);
    }
}
