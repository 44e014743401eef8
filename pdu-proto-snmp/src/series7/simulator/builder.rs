use alloc::collections::{BTreeMap, VecDeque};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use pdu_core::simulator::{LineModel, Wander};
use pdu_core::{Instant, Rng};

use super::alarms::Rules;
use super::outlets::OutletModel;
use super::sensors::{PLUGGED_IN, Sensor};
use super::{Series7, meter};
use crate::series7::traps::TripType;
use crate::series7::{Base, Precision, Wiring};
use crate::server::OwnedValue;

/// What a simulated unit is to be, from [`Series7::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    base: Base,
    seed: u64,
    wiring: Wiring,
    outlets: u16,
    name: String,
    precision: Precision,
    counts: Counts,
    metering: Metering,
    sends_instance: bool,
    sensors: Vec<(u8, u16)>,
}

/// Whether the unit counts the rows of its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Counts {
    /// As the MIB has it.
    Told,
    /// It has none of these objects, so its tables have to be walked.
    Missing,
}

/// What the unit measures of its outlets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Metering {
    /// Each outlet, as a 7W.
    Outlets,
    /// Its lines and groups only, as a 7S by our reading.
    Lines,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            base: Base::GEIST,
            seed: 0,
            wiring: Wiring::Wye,
            outlets: 8,
            name: String::from("simulated unit"),
            precision: Precision::Tenth,
            counts: Counts::Told,
            metering: Metering::Outlets,
            sends_instance: true,
            sensors: PLUGGED_IN.into(),
        }
    }

    /// Where its objects begin; by default [`Base::GEIST`].
    #[must_use]
    pub const fn base(mut self, base: Base) -> Self {
        self.base = base;
        self
    }

    /// What all that moves is derived from.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How it is wired; by default, and if that is left open, as Wye.
    #[must_use]
    pub const fn wiring(mut self, wiring: Wiring) -> Self {
        self.wiring = wiring;
        self
    }

    /// How many outlets it has: 8 by default, at most 100.
    #[must_use]
    pub fn outlets(mut self, count: u16) -> Self {
        self.outlets = count.min(100);
        self
    }

    /// Its own name.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    /// What its temperatures count; by default tenths of a degree.
    #[must_use]
    pub const fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// Whether it counts the rows of its tables; by default it does.
    #[must_use]
    pub const fn counts(mut self, counts: Counts) -> Self {
        self.counts = counts;
        self
    }

    /// What it measures of its outlets; by default each.
    #[must_use]
    pub const fn metering(mut self, metering: Metering) -> Self {
        self.metering = metering;
        self
    }

    /// Its traps come without `alarmInstance`, as those of some units do.
    #[must_use]
    pub const fn without_alarm_instance(mut self) -> Self {
        self.sends_instance = false;
        self
    }

    /// So many sensors of a table; by default 2 for temperature and 1 each of ten others. At most 16, and only of tables that
    /// [readings](super::super::MEASURES) come from.
    #[must_use]
    pub fn sensors(mut self, table: u8, count: u16) -> Self {
        self.sensors.retain(|(known, _)| *known != table);
        self.sensors.push((table, count.min(16)));
        self.sensors.sort_unstable();
        self
    }

    /// The unit. All outlets are on.
    pub fn build(&self) -> Series7 {
        let mut rng = Rng::from_seed(self.seed);
        let mut unit = Series7 {
            base: self.base,
            friendly_name: self.name.clone(),
            mac: "02:00:00:00:00:07".into(),
            precision: self.precision,
            counts: self.counts,
            metering: self.metering,
            sends_instance: self.sends_instance,
            meter: meter::model(&mut rng.fork(), self.wiring),
            outlets: self.outlet_models(&mut rng),
            sensors: self.sensor_models(&mut rng),
            rules: Rules::default(),
            trip_type: TripType::None,
            overrides: BTreeMap::new(),
            names: BTreeMap::new(),
            notifications: VecDeque::new(),
            answered: OwnedValue::Null,
            now: Instant::EPOCH,
            started: None,
            seconds: 0,
        };
        unit.refresh();
        unit.list_names();
        unit
    }

    fn outlet_models(&self, rng: &mut Rng) -> Vec<OutletModel> {
        let outlet = |number: u16| {
            let mut rng = rng.fork();
            let frequency = Wander::new(&mut rng, 5000, 3, 20);
            let watts = rng.within(40..=400);
            let line = LineModel::new(&mut rng, watts, frequency);
            OutletModel::new(line, format!("Outlet {number}"), number > self.outlets / 2)
        };
        (1..=self.outlets).map(outlet).collect()
    }

    fn sensor_models(&self, rng: &mut Rng) -> Vec<Sensor> {
        let rows = self
            .sensors
            .iter()
            .flat_map(|(table, count)| (1..=*count).map(|row| (*table, row)));
        rows.map(|(table, row)| Sensor::new(&mut rng.fork(), table, row))
            .collect()
    }
}
