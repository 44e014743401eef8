//! The tables of the 7-series: what the live XML calls its readings, and what outlets can be told.

use pdu_core::{Action, Basis, Delay, Line, PowerState, Quantity};
use pdu_proto_7series::wire::{Key, Meaning, OutletAction, Place, power_state};

pub fn key_is_found() -> Option<bool> {
    let found = Key::lookup("Volts-AB")?.key;
    let Meaning::Reading(measure) = found.meaning else {
        return None;
    };
    let external = Key::lookup("Ext12TempC")?.external;
    let is_voltage = measure.place == Place::Inlet(Line::L1L2) && measure.quantity == Quantity::Voltage;
    Some(is_voltage && found.basis == Basis::Inferred && external == Some(12) && Key::lookup("Volts-D").is_none())
}

pub fn action_is_found() -> Option<bool> {
    let action = OutletAction::of(Action::Cycle, Delay::Configured)?;
    Some(action.as_str() == "Reboot-Delayed" && power_state("Off") == Some(PowerState::Off))
}
