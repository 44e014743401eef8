//! The unit's own meter: what its outlets draw, by lines or by pairs of lines.

use alloc::vec::Vec;

use pdu_core::simulator::{Energy, Wander};
use pdu_core::{Line, Quantity, Rng, Statistic};

use super::outlets::OutletModel;
use crate::series7::Wiring;
use crate::series7::item::{Found, column};
use crate::series7::layout::{DELTA_TABLE, GROUP_TABLE, WYE_TABLE};
use crate::series7::measures::{Measure, Place};

/// Column of a Delta meter: how many pairs it measures.
const DELTA_CHANNELS: u8 = 5;

/// What one line, or one pair, is at a time.
#[derive(Clone, Copy, Debug, Default)]
struct Sample {
    decivolts: i64,
    deciamps: i64,
    watts: i64,
    volt_amperes: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Meter {
    is_delta: bool,
    voltage: [Wander; 3],
    energy: [Energy; 3],
    now: [Sample; 3],
    peak: [Sample; 3],
}

impl Meter {
    pub(super) fn new(rng: &mut Rng, wiring: Wiring) -> Self {
        let is_delta = wiring == Wiring::Delta;
        let nominal = if is_delta { 2080 } else { 2300 };
        Self {
            is_delta,
            voltage: [(); 3].map(|()| Wander::new(rng, nominal, 25, 120)),
            energy: [(); 3].map(|()| Energy::from_watt_hours(rng.within(100_000..=5_000_000))),
            now: [Sample::default(); 3],
            peak: [Sample::default(); 3],
        }
    }

    pub(super) const fn table(&self) -> u8 {
        if self.is_delta { DELTA_TABLE } else { WYE_TABLE }
    }

    /// Outlets stand on the lines in turn.
    pub(super) fn count(&mut self, outlet: usize, drawn: Energy) {
        if let Some(energy) = self.energy.get_mut(outlet % 3) {
            energy.add(drawn);
        }
    }

    pub(super) fn sample(&mut self, outlets: &[OutletModel], second: u64) {
        let lines = self.now.iter_mut().zip(&mut self.peak).zip(&self.voltage).enumerate();
        for (line, ((now, peak), voltage)) in lines {
            let sum = |quantity| -> i64 {
                let on_line = outlets.iter().enumerate().filter(|(outlet, _)| outlet % 3 == line);
                on_line.map(|(_, outlet)| outlet.power(quantity)).sum::<i64>() / 10
            };
            let (decivolts, volt_amperes) = (voltage.at(second), sum(Quantity::ApparentPower));
            *now = Sample {
                decivolts,
                deciamps: volt_amperes * 100 / decivolts.max(1),
                watts: sum(Quantity::ActivePower),
                volt_amperes,
            };
            peak.decivolts = peak.decivolts.max(now.decivolts);
            peak.deciamps = peak.deciamps.max(now.deciamps);
        }
    }

    pub(super) fn cell(&self, column: u8) -> Option<Found> {
        match column {
            column::SERIAL => Some(Found::Text("7SIM0001".into())),
            column::NAME => Some(Found::Text("Internal".into())),
            column::AVAIL => Some(Found::Number(1)),
            DELTA_CHANNELS if self.is_delta => Some(Found::Number(3)),
            _ => self.measured(Measure::at(self.table(), column)?).map(Found::Number),
        }
    }

    fn measured(&self, measure: &Measure) -> Option<i64> {
        let Place::Inlet(line) = measure.place else { return None };
        let phase = match line {
            Line::L1 | Line::L1L2 => 0,
            Line::L2 | Line::L2L3 => 1,
            Line::L3 | Line::L3L1 => 2,
            Line::N | Line::Total => return self.total(measure.quantity),
        };
        let sample = match measure.statistic {
            Statistic::Now => self.now.get(phase)?,
            _ => self.peak.get(phase)?,
        };
        Some(match measure.quantity {
            Quantity::Voltage => sample.decivolts / 10,
            Quantity::Current if self.is_delta => self.line_current(phase),
            Quantity::Current => sample.deciamps,
            Quantity::ActivePower => sample.watts,
            Quantity::ApparentPower => sample.volt_amperes,
            Quantity::PowerFactor if sample.volt_amperes == 0 => 0,
            Quantity::PowerFactor => (sample.watts * 100 / sample.volt_amperes).min(100),
            _ => kilowatt_hours(*self.energy.get(phase)?),
        })
    }

    fn total(&self, quantity: Quantity) -> Option<i64> {
        match quantity {
            Quantity::ActivePower => Some(self.now.iter().map(|sample| sample.watts).sum()),
            Quantity::ActiveEnergy => Some(self.energy.iter().copied().map(kilowatt_hours).sum()),
            _ => None,
        }
    }

    /// A line of a Delta unit carries the currents of the two pairs that it belongs to, 60 degrees apart.
    fn line_current(&self, line: usize) -> i64 {
        let pair = |pair: usize| self.now.get(pair % 3).map_or(0, |sample| sample.deciamps);
        (pair(line) + pair(line + 2)) * 866 / 1000
    }

    /// Two groups, A and B, and of the others nothing.
    pub(super) fn group_cell(&self, column: u8, outlets: &[OutletModel]) -> Option<Found> {
        match column {
            column::SERIAL => return Some(Found::Text("7SIM0002".into())),
            column::NAME => return Some(Found::Text("Groups".into())),
            column::AVAIL => return Some(Found::Number(1)),
            _ => {}
        }
        let measure = Measure::at(GROUP_TABLE, column)?;
        let is_second = match measure.place {
            Place::Group(1) => false,
            Place::Group(2) => true,
            _ => return None,
        };
        if measure.quantity == Quantity::Voltage {
            return Some(Found::Number(self.now.first()?.decivolts / 10));
        }
        let members: Vec<_> = outlets
            .iter()
            .filter(|outlet| outlet.is_in_second_group() == is_second)
            .collect();
        Some(Found::Number(members.iter().map(|outlet| outlet.deciamps()).sum()))
    }
}

fn kilowatt_hours(energy: Energy) -> i64 {
    (energy.count(Quantity::ActiveEnergy) / 1000).into()
}
