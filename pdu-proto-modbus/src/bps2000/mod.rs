//! The BKT BPS2000v2 over Modbus.

mod map;
mod notes;
mod state;

pub use map::{Access, Encoding, FIRST_THRESHOLD, Meaning, REGISTER_COUNT, REGISTER_MAP, Register, THRESHOLD_COUNT};
pub use notes::{Basis, NOTES, Note};
pub use state::{AlarmState, contact_of, contact_raw, energy_of, energy_raw, energy_since};
