//! The unit's own meter: what its outlets draw, by lines or by pairs of lines.

use pdu_core::simulator::{Energy, Wander};
use pdu_core::{Decimal, Line, Quantity, Rng, Statistic};

use super::outlet::OutletModel;
use crate::wire::{KEYS, Meaning, Place, Scale, Wiring};

/// Seconds after which the unit updates what it measures, and begins a new peak. Source: manual, lines 145 to 148.
const UPDATE: u64 = 15;

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
    wiring: Wiring,
    voltage: [Wander; 3],
    energy: [Energy; 3],
    now: [Sample; 3],
    peak: [Sample; 3],
    /// In which update the peaks are.
    update: u64,
}

/// A reading of the meter, in the unit of its quantity; energy in watt-hours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    pub(super) line: Line,
    pub(super) quantity: Quantity,
    pub(super) statistic: Statistic,
    pub(super) value: Decimal,
}

impl Measured {
    /// Its key in the live XML, and its value as that key counts.
    pub(super) fn keyed(self) -> Option<(&'static str, Decimal)> {
        KEYS.iter().find_map(|key| match key.meaning {
            Meaning::Reading(measure)
                if (measure.place, measure.quantity, measure.statistic)
                    == (Place::Inlet(self.line), self.quantity, self.statistic) =>
            {
                let (Scale::Gauge(exponent) | Scale::Count(exponent)) = measure.scale;
                Some((key.text, self.value.shifted(exponent.checked_neg()?)?))
            }
            _ => None,
        })
    }
}

impl Meter {
    pub(super) fn new(rng: &mut Rng, wiring: Wiring) -> Self {
        let nominal = match wiring {
            Wiring::Delta => 2080,
            _ => 2300,
        };
        Self {
            wiring,
            voltage: [(); 3].map(|()| Wander::new(rng, nominal, 25, 120)),
            energy: [(); 3].map(|()| Energy::from_watt_hours(rng.within(100_000..=5_000_000))),
            now: [Sample::default(); 3],
            peak: [Sample::default(); 3],
            update: 0,
        }
    }

    /// Outlets stand on the lines, or pairs of lines, in turn.
    pub(super) fn count(&mut self, outlet: usize, drawn: Energy) {
        if let Some(energy) = self.energy.get_mut(outlet % 3) {
            energy.add(drawn);
        }
    }

    /// Zeroes what one circuit, a line or a pair, has counted; `false` if there is no such circuit. Source: manual, lines 249 to 252.
    pub(super) fn reset(&mut self, circuit: Line) -> bool {
        let at = self.circuits().iter().position(|known| *known == circuit);
        let energy = at.and_then(|at| self.energy.get_mut(at));
        energy.map(|energy| *energy = Energy::default()).is_some()
    }

    /// What is counted by itself.
    pub(super) const fn circuits(&self) -> [Line; 3] {
        match self.wiring {
            Wiring::Delta => [Line::L1L2, Line::L2L3, Line::L3L1],
            _ => [Line::L1, Line::L2, Line::L3],
        }
    }

    pub(super) fn sample(&mut self, outlets: &[OutletModel], second: u64) {
        if second / UPDATE != self.update {
            self.update = second / UPDATE;
            self.peak = [Sample::default(); 3];
        }
        let lines = self.now.iter_mut().zip(&mut self.peak).zip(&self.voltage).enumerate();
        for (line, ((now, peak), voltage)) in lines {
            let sum = |quantity| -> i64 {
                let on_line = outlets.iter().enumerate().filter(|(outlet, _)| outlet % 3 == line);
                on_line.map(|(_, outlet)| outlet.gauge(quantity)).sum::<i64>() / 10
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

    /// All readings, in the order of the manual: totals, then line by line (lines 317 to 337).
    pub(super) fn readings(&self) -> Vec<Measured> {
        let mut readings = Vec::with_capacity(32);
        let mut push = |line, quantity, statistic, value| {
            readings.push(Measured {
                line,
                quantity,
                statistic,
                value,
            });
        };
        let watts: i64 = self.now.iter().map(|sample| sample.watts).sum();
        let watt_hours: i64 = self.energy.iter().map(watt_hours).sum();
        push(Line::Total, Quantity::ActiveEnergy, Statistic::Now, watt_hours.into());
        push(Line::Total, Quantity::ActivePower, Statistic::Now, watts.into());
        let is_delta = self.wiring == Wiring::Delta;
        if is_delta {
            for (at, line) in [Line::L1, Line::L2, Line::L3].into_iter().enumerate() {
                push(
                    line,
                    Quantity::Current,
                    Statistic::Now,
                    Decimal::new(self.line_current(at), -1),
                );
            }
        }
        let circuits = self
            .circuits()
            .into_iter()
            .zip(&self.now)
            .zip(&self.peak)
            .zip(&self.energy);
        for (((line, now), peak), energy) in circuits {
            push(
                line,
                Quantity::ActiveEnergy,
                Statistic::Now,
                self::watt_hours(energy).into(),
            );
            push(line, Quantity::ActivePower, Statistic::Now, now.watts.into());
            push(line, Quantity::Voltage, Statistic::Now, Decimal::new(now.decivolts, -1));
            push(
                line,
                Quantity::Voltage,
                Statistic::Max,
                Decimal::new(peak.decivolts, -1),
            );
            if !is_delta {
                push(line, Quantity::Current, Statistic::Now, Decimal::new(now.deciamps, -1));
                push(line, Quantity::Current, Statistic::Max, Decimal::new(peak.deciamps, -1));
            }
            push(line, Quantity::ApparentPower, Statistic::Now, now.volt_amperes.into());
            let percent = (now.watts * 100).checked_div(now.volt_amperes).unwrap_or(0).min(100);
            push(line, Quantity::PowerFactor, Statistic::Now, Decimal::new(percent, -2));
        }
        readings
    }

    /// A line of a Delta unit carries the currents of the two pairs that it belongs to, 60 degrees apart.
    fn line_current(&self, line: usize) -> i64 {
        let pair = |pair: usize| self.now.get(pair % 3).map_or(0, |sample| sample.deciamps);
        (pair(line) + pair(line + 2)) * 866 / 1000
    }
}

/// In 32 bits, as [`Energy::count`] has it.
pub(super) fn watt_hours(energy: &Energy) -> i64 {
    energy.count(Quantity::ActiveEnergy).into()
}
