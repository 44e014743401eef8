//! What the unit's own meter shows: the columns of its table, and those of the groups of outlets.

use alloc::vec::Vec;

use pdu_core::simulator::{Energy, MeterModel};
use pdu_core::{Line, Quantity, Rng, Statistic};

use super::outlets::OutletModel;
use crate::series7::Wiring;
use crate::series7::item::{Found, column};
use crate::series7::layout::{DELTA_TABLE, GROUP_TABLE, WYE_TABLE};
use crate::series7::measures::{Measure, Place};

/// Column of a Delta meter: how many pairs it measures.
const DELTA_CHANNELS: u8 = 5;

pub(super) fn model(rng: &mut Rng, wiring: Wiring) -> MeterModel {
    match wiring {
        Wiring::Delta => MeterModel::delta(rng),
        _ => MeterModel::wye(rng),
    }
}

pub(super) const fn table(meter: &MeterModel) -> u8 {
    if meter.is_delta() { DELTA_TABLE } else { WYE_TABLE }
}

pub(super) fn cell(meter: &MeterModel, column: u8) -> Option<Found> {
    match column {
        column::SERIAL => Some(Found::Text("7SIM0001".into())),
        column::NAME => Some(Found::Text("Internal".into())),
        column::AVAIL => Some(Found::Number(1)),
        DELTA_CHANNELS if meter.is_delta() => Some(Found::Number(3)),
        _ => measured(meter, Measure::at(table(meter), column)?).map(Found::Number),
    }
}

fn measured(meter: &MeterModel, measure: &Measure) -> Option<i64> {
    let Place::Inlet(line) = measure.place else { return None };
    match (line, measure.quantity, measure.statistic) {
        (Line::Total, quantity, _) => return total(meter, quantity),
        (_, Quantity::Current, Statistic::Now) => return meter.deciamps(line),
        _ => {}
    }
    let circuit = meter.circuit(line)?;
    let sample = match measure.statistic {
        Statistic::Now => &circuit.now,
        _ => &circuit.peak,
    };
    Some(match measure.quantity {
        Quantity::Voltage => sample.decivolts / 10,
        Quantity::Current => sample.deciamps,
        Quantity::ActivePower => sample.watts,
        Quantity::ApparentPower => sample.volt_amperes,
        Quantity::PowerFactor => sample.power_factor(),
        _ => kilowatt_hours(circuit.energy),
    })
}

/// Of energy, the sum of what is shown of each circuit.
fn total(meter: &MeterModel, quantity: Quantity) -> Option<i64> {
    let circuits = meter.circuits().iter();
    match quantity {
        Quantity::ActivePower => Some(meter.watts()),
        Quantity::ActiveEnergy => Some(circuits.map(|circuit| kilowatt_hours(circuit.energy)).sum()),
        _ => None,
    }
}

/// Two groups, A and B, and of the others nothing.
pub(super) fn group_cell(meter: &MeterModel, column: u8, outlets: &[OutletModel]) -> Option<Found> {
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
        let [first, ..] = meter.circuits();
        return Some(Found::Number(first.now.decivolts / 10));
    }
    let members: Vec<_> = outlets
        .iter()
        .filter(|outlet| outlet.is_in_second_group() == is_second)
        .collect();
    Some(Found::Number(members.iter().map(|outlet| outlet.deciamps()).sum()))
}

fn kilowatt_hours(energy: Energy) -> i64 {
    (energy.count(Quantity::ActiveEnergy) / 1000).into()
}
