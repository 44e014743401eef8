//! The table of alarm rules: what is watched, and what is sent when it trips or clears.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use super::{MAX_NOTIFICATIONS, Series7};
use crate::notification::Notification;
use crate::series7::item::{Found, Item, column, scalar};
use crate::series7::measures::{Measure, Precision, Scale};
use crate::series7::rewrite::label;
use crate::series7::traps::{TRAPS, Trap, TrapEvent, TripType, name_of};
use crate::server::OwnedValue;
use crate::wire::{Oid, OidBuf, VarBind};

pub(super) const MAX_ROW: u16 = 200;
pub(super) const READING: u8 = 2;
pub(super) const THRESHOLD: u8 = 3;
pub(super) const TRIP: u8 = 4;

#[derive(Clone, Debug)]
struct Rule {
    reading: OidBuf,
    /// In tenths.
    threshold: i32,
    /// 0 below, 1 above.
    trip: i32,
    stands: TripType,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Rules(BTreeMap<u16, Rule>);

impl Rules {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, row: u16) -> bool {
        self.0.contains_key(&row)
    }

    pub(super) fn last_row(&self) -> u16 {
        self.0.keys().next_back().copied().unwrap_or(0)
    }

    pub(super) fn cell(&self, column: u8, row: u16) -> Option<Found> {
        let rule = self.0.get(&row)?;
        match column {
            READING => Some(Found::Name(rule.reading.clone())),
            THRESHOLD => Some(Found::Number(rule.threshold.into())),
            TRIP => Some(Found::Number(rule.trip.into())),
            _ => None,
        }
    }

    /// Creates the row, or turns it to something else; 0.0 removes it.
    pub(super) fn watch(&mut self, row: u16, reading: OidBuf) {
        if reading == Oid::ZERO {
            self.0.remove(&row);
            return;
        }
        let new = Rule {
            reading: OidBuf::new(),
            threshold: 0,
            trip: 0,
            stands: TripType::None,
        };
        self.0.entry(row).or_insert(new).reading = reading;
    }

    pub(super) fn set_threshold(&mut self, row: u16, threshold: i32) {
        if let Some(rule) = self.0.get_mut(&row) {
            rule.threshold = threshold;
        }
    }

    pub(super) fn set_trip(&mut self, row: u16, trip: i32) {
        if let Some(rule) = self.0.get_mut(&row) {
            rule.trip = trip;
        }
    }
}

impl Rule {
    /// Why it trips at a value in tenths.
    fn at(&self, tenths: Option<i64>) -> TripType {
        match (self.trip, tenths) {
            (_, None) => TripType::Unplugged,
            (0, Some(tenths)) if tenths < self.threshold.into() => TripType::Low,
            (1, Some(tenths)) if tenths > self.threshold.into() => TripType::High,
            _ => TripType::None,
        }
    }
}

impl Series7 {
    /// Compares all rules with what is measured now, and tells what has changed.
    pub(super) fn compare(&mut self) {
        let mut changed = Vec::new();
        for (row, rule) in &self.rules.0 {
            let item = Item::of(rule.reading.as_oid(), &self.base);
            let stands = rule.at(item.and_then(|item| self.tenths(item)));
            if stands != rule.stands {
                changed.push((*row, item, stands));
            }
        }
        for (row, item, stands) in changed {
            if let Some(rule) = self.rules.0.get_mut(&row) {
                rule.stands = stands;
            }
            self.trip_type = stands;
            if let Some(item) = item {
                self.tell(row, item, stands);
            }
        }
    }

    /// What an instance measures, in tenths of the unit that it has on the unit's pages; `None` of what is unplugged.
    fn tenths(&self, item: Item) -> Option<i64> {
        let Item::Cell { table, column, row } = item else {
            return None;
        };
        let measure = Measure::at(table, column);
        let avail = measure.map_or(Some(column::AVAIL), |measure| measure.avail);
        let cell = |column| Item::Cell { table, column, row };
        if avail.is_some_and(|avail| self.found(cell(avail)) == Some(Found::Number(0))) {
            return None;
        }
        let Found::Number(raw) = self.found(item)? else {
            return None;
        };
        let counts_tenths = match measure.map(|measure| measure.scale) {
            Some(Scale::Gauge(-1)) => true,
            Some(Scale::Temperature) => self.precision == Precision::Tenth,
            _ => false,
        };
        Some(if counts_tenths { raw } else { raw * 10 })
    }

    fn tell(&mut self, row: u16, item: Item, stands: TripType) {
        let Item::Cell { table, column, row: of } = item else {
            return;
        };
        let is_about = |trap: &&Trap| match trap.event {
            TrapEvent::Tripped(watched) if stands != TripType::None => {
                (watched.table, watched.column) == (table, column)
            }
            TrapEvent::Cleared(watched) if stands == TripType::None => {
                (watched.table, watched.column) == (table, column)
            }
            _ => false,
        };
        let Some(trap) = TRAPS.iter().find(is_about) else {
            return;
        };
        let Some(watched) = trap.watched() else { return };
        let what = match stands {
            TripType::None => "cleared",
            TripType::Low => "low",
            TripType::High => "high",
            _ => "unplugged",
        };
        let text = |text: &str| OwnedValue::OctetString(text.into());
        let type_of_trip = i32::try_from(stands.raw()).unwrap_or(0);
        let label_cell = Item::Cell {
            table,
            column: watched.label,
            row: of,
        };
        let mut variables = Vec::from([
            (item, self.value(item)),
            (label_cell, self.value(label_cell)),
            (Item::Scalar(scalar::FRIENDLY_NAME), Some(text(&self.friendly_name))),
            (
                Item::Scalar(scalar::ALARM_TRIP_TYPE),
                Some(OwnedValue::Integer(type_of_trip)),
            ),
        ]);
        if watched.has_precision {
            let precision = Item::Scalar(scalar::TEMPERATURE_PRECISION);
            variables.push((precision, self.value(precision)));
        }
        let trigger = format!("{} {what}", label(item));
        variables.push((Item::Scalar(scalar::ALARM_TRIGGER), Some(text(&trigger))));
        if self.sends_instance {
            variables.push((
                Item::Scalar(scalar::ALARM_INSTANCE),
                Some(OwnedValue::Integer(row.into())),
            ));
        }
        self.notify(trap, &variables);
    }

    pub(super) fn notify(&mut self, trap: &Trap, variables: &[(Item, Option<OwnedValue>)]) {
        let known = variables
            .iter()
            .filter_map(|(item, value)| Some((item.name(&self.base), value.as_ref()?)));
        let known: Vec<(OidBuf, &OwnedValue)> = known.collect();
        let varbinds: Vec<VarBind<'_>> = known
            .iter()
            .map(|(name, value)| VarBind::new(name.as_oid(), value.as_value()))
            .collect();
        let name = name_of(trap, &self.base);
        // A handful of short varbinds fits any message.
        if let Ok(notification) = Notification::new(name.as_oid(), self.uptime(), &varbinds) {
            if self.notifications.len() >= MAX_NOTIFICATIONS {
                self.notifications.pop_front();
            }
            self.notifications.push_back(notification);
        }
    }
}
