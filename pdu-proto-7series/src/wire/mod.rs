//! What the unit calls its readings, its outlets' attributes and its outlets' actions: tables. No allocation, no std.
//!
//! No document of the maker says what the live XML has. [`KEYS`] says of every key whether it was [seen](pdu_core::Basis::Seen) in
//! documents of real units or is [inferred](pdu_core::Basis::Inferred) from those that were.
//!
//! ```
//! use pdu_core::{Line, Quantity};
//! use pdu_proto_7series::wire::{Key, Meaning, Place};
//!
//! let key = Key::lookup("Amps-A").unwrap().key;
//! let Meaning::Reading(reading) = key.meaning else { unreachable!() };
//! assert_eq!((reading.place, reading.quantity), (Place::Inlet(Line::L1), Quantity::Current));
//! ```

mod action;
mod keys;
mod keys_table;
mod outlet;

pub use action::OutletAction;
pub use keys::{KEYS, Key, KeyMatch, Meaning, Measure, Place, Scale, WiredAs, Wiring};
pub use outlet::{OutletField, power_state, power_state_text};
pub use pdu_core::Basis;
