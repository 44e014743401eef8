//! What the unit's own meter shows: its readings, and their keys in the live XML.

use pdu_core::simulator::{Energy, MeterModel};
use pdu_core::{Decimal, Line, Quantity, Rng, Statistic};

use crate::wire::{KEYS, Meaning, Place, Scale, Wiring};

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

pub(super) fn model(rng: &mut Rng, wiring: Wiring) -> MeterModel {
    match wiring {
        Wiring::Delta => MeterModel::delta(rng),
        _ => MeterModel::wye(rng),
    }
}

/// All readings, in the order of the manual: totals, then line by line (lines 317 to 337).
pub(super) fn readings(meter: &MeterModel) -> Vec<Measured> {
    let mut readings = Vec::with_capacity(32);
    let mut push = |line, quantity, statistic, value| {
        readings.push(Measured {
            line,
            quantity,
            statistic,
            value,
        });
    };
    let circuits = meter.circuits();
    let total: i64 = circuits.iter().map(|circuit| watt_hours(&circuit.energy)).sum();
    push(Line::Total, Quantity::ActiveEnergy, Statistic::Now, total.into());
    push(Line::Total, Quantity::ActivePower, Statistic::Now, meter.watts().into());
    let lines = [Line::L1, Line::L2, Line::L3].map(|line| (line, meter.deciamps(line)));
    for (line, deciamps) in lines.into_iter().filter(|_| meter.is_delta()) {
        let amperes = Decimal::new(deciamps.unwrap_or(0), -1);
        push(line, Quantity::Current, Statistic::Now, amperes);
    }
    for circuit in circuits {
        let (line, now, peak) = (circuit.line, &circuit.now, &circuit.peak);
        let mut push = |quantity, statistic, value| push(line, quantity, statistic, value);
        push(
            Quantity::ActiveEnergy,
            Statistic::Now,
            watt_hours(&circuit.energy).into(),
        );
        push(Quantity::ActivePower, Statistic::Now, now.watts.into());
        push(Quantity::Voltage, Statistic::Now, Decimal::new(now.decivolts, -1));
        push(Quantity::Voltage, Statistic::Max, Decimal::new(peak.decivolts, -1));
        if !meter.is_delta() {
            push(Quantity::Current, Statistic::Now, Decimal::new(now.deciamps, -1));
            push(Quantity::Current, Statistic::Max, Decimal::new(peak.deciamps, -1));
        }
        push(Quantity::ApparentPower, Statistic::Now, now.volt_amperes.into());
        push(
            Quantity::PowerFactor,
            Statistic::Now,
            Decimal::new(now.power_factor(), -2),
        );
    }
    readings
}

/// In 32 bits, as [`Energy::count`] has it.
pub(super) fn watt_hours(energy: &Energy) -> i64 {
    energy.count(Quantity::ActiveEnergy).into()
}
