//! The BKT BPS2000v2 over Modbus.

mod map;
mod notes;
mod readout;
#[cfg(feature = "alloc")]
mod session;
mod state;
mod threshold;

pub use map::{Access, Encoding, FIRST_THRESHOLD, Meaning, REGISTER_COUNT, REGISTER_MAP, Register, THRESHOLD_COUNT};
pub use notes::{Basis, NOTES, Note};
#[cfg(feature = "alloc")]
pub use readout::identity;
pub use readout::{DecodeError, Decoding, Deviation, Mode, Readout, ZeroProbe};
#[cfg(feature = "alloc")]
pub use session::{Addressed, CAPABILITIES, Device, Line, ModbusSession, NotConfirmed};
pub use state::{AlarmState, contact_of, contact_raw, energy_of, energy_raw, energy_since};
pub use threshold::{ThresholdError, ThresholdWrite};
