//! One member of the simulated chain: what it measures, and which of it is alarming.

use alloc::vec::Vec;

use pdu_core::simulator::{Climate, LineModel, ProbeModel, Wander};
use pdu_core::{
    Alarm, Contact, ContactKind, Decimal, Line, Point, Quantity, Rng, Severity, Threshold, ThresholdSetting,
};

use super::exponent_of;
use crate::bps2000::{Meaning, Object};

#[derive(Clone, Debug)]
pub(super) struct Member {
    lines: [LineModel; 3],
    /// At the T/H port, and the two of the SensorBox.
    probes: [ProbeModel; 3],
    contacts: [(ContactKind, u16, Contact); 4],
    watches: Vec<Watch>,
    second: u64,
}

/// A gauge and what it is compared with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
    pub(super) object: &'static Object,
    /// What it was when it was last compared.
    pub(super) value: Decimal,
    /// 0 is none (inferred).
    low: Decimal,
    high: Decimal,
    state: Option<Threshold>,
}

impl Member {
    pub(super) fn new(unit: u16, seed: u64) -> Self {
        let mut rng = Rng::from_seed(seed);
        let mut lines = rng.fork();
        let frequency = Wander::new(&mut lines, 5000, 3, 20);
        // Of a rack: its room, the cold side, the hot side.
        let mut probes = rng.fork();
        Self {
            lines: [1800, 1200, 900].map(|watts| {
                let watts = watts * lines.within(800..=1200) / 1000;
                LineModel::new(&mut lines.fork(), watts, frequency)
            }),
            probes: [(224, 450), (206, 480), (314, 330)]
                .map(|(decidegrees, permille)| ProbeModel::moving(&mut probes, decidegrees, permille)),
            contacts: [
                (ContactKind::Door, 1, Contact::Closed),
                (ContactKind::Door, 2, Contact::Closed),
                (ContactKind::Smoke, 1, Contact::Clear),
                (ContactKind::Water, 1, Contact::Clear),
            ],
            watches: Object::of_unit(unit).filter_map(Watch::of).collect(),
            second: 0,
        }
    }

    pub(super) fn draw(&mut self, from: u64, until: u64) {
        for line in &mut self.lines {
            line.draw(from, until);
        }
    }

    pub(super) fn sample(&mut self, second: u64) {
        self.second = second;
        for line in &mut self.lines {
            line.sample(second);
        }
    }

    pub(super) fn line_mut(&mut self, point: Point) -> Option<&mut LineModel> {
        self.lines.get_mut(index_of(point.line?)?)
    }

    pub(super) fn set_climate(&mut self, point: Point, climate: Option<Climate>) {
        let probe = point.number.checked_sub(1).map(usize::from);
        if let Some(probe) = probe.and_then(|probe| self.probes.get_mut(probe)) {
            *probe = climate.map_or(ProbeModel::Absent, ProbeModel::Fixed);
        }
    }

    pub(super) fn set_contact(&mut self, point: Point, kind: ContactKind, state: Contact) {
        for (of, number, contact) in &mut self.contacts {
            if (*of, *number) == (kind, point.number) {
                *contact = state;
            }
        }
    }

    pub(super) fn contact(&self, point: Point, kind: ContactKind) -> Contact {
        let mut contacts = self.contacts.iter();
        let found = contacts.find(|(of, number, _)| (*of, *number) == (kind, point.number));
        found.map_or(Contact::Unknown, |(.., contact)| *contact)
    }

    /// A reading as a whole number; `None` for a sensor that is not there.
    pub(super) fn gauge(&self, point: Point, quantity: Quantity) -> Option<i64> {
        if let Some(line) = point.line {
            return Some(self.lines.get(index_of(line)?)?.now.gauge(quantity));
        }
        let probe = self.probes.get(usize::from(point.number.checked_sub(1)?))?;
        let climate = probe.at(self.second)?;
        Some(match quantity {
            Quantity::Temperature => climate.decidegrees.into(),
            _ => climate.permille.into(),
        })
    }

    /// Watt-hours or volt-ampere-hours. The counter starts again after 32 bits (inferred).
    pub(super) fn energy(&self, point: Point, quantity: Quantity) -> u32 {
        let line = point.line.and_then(index_of).and_then(|line| self.lines.get(line));
        line.map_or(0, |line| line.energy.count(quantity))
    }

    pub(super) fn set_threshold(&mut self, setting: ThresholdSetting) -> bool {
        let ThresholdSetting {
            point,
            quantity,
            level,
            value,
        } = setting;
        let meaning = Meaning::Gauge { point, quantity };
        let Some(watch) = self.watches.iter_mut().find(|watch| watch.object.meaning == meaning) else {
            return false;
        };
        match level {
            Threshold::LowerCritical => watch.low = value,
            Threshold::UpperCritical => watch.high = value,
            _ => return false,
        }
        true
    }

    /// Compares all gauges with their thresholds; what has changed its state.
    pub(super) fn compare(&mut self) -> Vec<Watch> {
        let mut watches = core::mem::take(&mut self.watches);
        let mut changed = Vec::new();
        for watch in &mut watches {
            if watch.compare(self) {
                changed.push(*watch);
            }
        }
        self.watches = watches;
        changed
    }

    pub(super) fn alarms(&self) -> impl Iterator<Item = Alarm> {
        self.watches.iter().filter_map(|watch| {
            let Meaning::Gauge { point, quantity } = watch.object.meaning else {
                return None;
            };
            Some(Alarm {
                point,
                quantity,
                level: Some(watch.state?),
                severity: Severity::Critical,
            })
        })
    }
}

impl Watch {
    /// The thresholds are those that the console of the manual's unit shows (lines 1021 to 1028).
    fn of(object: &'static Object) -> Option<Self> {
        let Meaning::Gauge { quantity, .. } = object.meaning else {
            return None;
        };
        let high = match quantity {
            Quantity::Voltage => Decimal::new(2760, -1),
            Quantity::Current => Decimal::new(320, -1),
            Quantity::Temperature => Decimal::new(40, 0),
            Quantity::RelativeHumidity => Decimal::new(99, 0),
            _ => return None,
        };
        Some(Self {
            object,
            value: Decimal::ZERO,
            low: Decimal::ZERO,
            high,
            state: None,
        })
    }

    /// The threshold that is passed, and where it stands.
    pub(super) const fn passed(&self) -> Option<(Threshold, Decimal)> {
        match self.state {
            Some(level @ Threshold::LowerCritical) => Some((level, self.low)),
            Some(level) => Some((level, self.high)),
            None => None,
        }
    }

    /// At or beyond a threshold is an alarm; 0 is none; what is absent gives none (all three inferred). Whether that has changed.
    fn compare(&mut self, member: &Member) -> bool {
        let Meaning::Gauge { point, quantity } = self.object.meaning else {
            return false;
        };
        let value = member
            .gauge(point, quantity)
            .map(|number| Decimal::new(number, exponent_of(quantity)));
        let state = match value {
            Some(value) if self.high != Decimal::ZERO && value >= self.high => Some(Threshold::UpperCritical),
            Some(value) if self.low != Decimal::ZERO && value <= self.low => Some(Threshold::LowerCritical),
            _ => None,
        };
        self.value = value.unwrap_or(Decimal::ZERO);
        core::mem::replace(&mut self.state, state) != state
    }
}

const fn index_of(line: Line) -> Option<usize> {
    match line {
        Line::L1 => Some(0),
        Line::L2 => Some(1),
        Line::L3 => Some(2),
        _ => None,
    }
}
