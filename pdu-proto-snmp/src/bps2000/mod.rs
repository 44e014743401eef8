//! Level 2: the BKT BPS2000v2, a metered rack unit without switched outlets, and its chain of up to five slaves, over SNMP.
//!
//! | to | use |
//! |---|---|
//! | read a unit and its slaves | [`Device`], a [`DeviceSession`](pdu_core::DeviceSession) over a [`Client`](crate::client::Client) |
//! | make sense of varbinds that came another way | [`Readout`]; of a single one [`Measured`] |
//! | say how values are to be read | [`Profile`] |
//! | have a unit to test against | `simulator::Bps2000`, with the feature `simulator` |
//! | look an object up | [`OBJECTS`], [`Object::at`], [`Object::named`] |
//!
//! The agent is the master's; members of the chain are units 0 (the master) and 1 to 5. Of each there are `inlet1` on L1, L2,
//! L3; `sensor1` is the probe at the T/H port, `sensor2` and `sensor3` are those of the SensorBox; doors, smoke and water
//! count for themselves. These are the points and quantities that the same device has over Modbus, but for the sums of energy,
//! the thresholds and the alarms, of which there are no objects.
//!
//! # What is inferred
//!
//! The manual gives the name and the place of 207 objects, and nothing else: no type, no scale, no unit, no trap. No capture of
//! a real agent is public. Each row of [`OBJECTS`] says by its [`notes`](Object::notes) where it is not simply what is printed,
//! and by its [`value_notes`](Object::value_notes) what is inferred of its values. Unconfirmed are:
//!
//! - the type: text such as `231.8` is taken as it stands, in the units of the device's web page; an integer is
//!   [`Suspect`](pdu_core::Quality::Suspect), and an error in strict mode, unless the profile says what one count is
//!   ([`IntegerScale`]);
//! - the unit of power: watts, unless the text itself says kW;
//! - the 16 objects of the last slave that are not printed (22 to 37 of group 7): asked for, and unavailable where missing;
//! - the reactive power on L2 of the second and the fifth slave, which the manual prints with the number of the active power:
//!   asked for at .13, and never read from .12;
//! - what says that there is no value (`-`, `--`, `Not found`, nothing at all), and that a probe with 0 degrees and 0 % is
//!   absent ([`ZeroProbe`]);
//! - the words of contacts, and that a slave without objects is not there;
//! - the width of energy counters: 32 bits of watt-hours where the text has three places, as over Modbus; see
//!   [`energy_since`].
//!
//! # What is not supported
//!
//! There is no object for outlets (the unit switches none), thresholds, alarms, clearing energy, the clock, restart, serial
//! number and firmware. The manual knows addresses for traps and tells nothing of them: those that the simulator sends are
//! synthetic, and say so.
//!
//! Source: BKT BPS2000v2 user manual Ver.01.24, chapter 10; "line n" is a line of its extracted text.

mod notes;
mod objects;
#[cfg(feature = "alloc")]
mod readout;
#[cfg(feature = "alloc")]
mod session;
#[cfg(feature = "simulator")]
pub mod simulator;
mod value;

pub use notes::NOTES;
pub use objects::{MEMBER_COUNT, Meaning, OBJECT_COUNT, OBJECTS, Object};
pub use pdu_core::Mode;
pub use pdu_core::{Basis, Note};
#[cfg(feature = "alloc")]
pub use readout::{Deviation, Profile, Readout, ReadoutError, ZeroProbe};
#[cfg(feature = "alloc")]
pub use session::{CAPABILITIES, Device};
pub use value::{Content, Excerpt, IntegerScale, Measured, Problem, energy_since};
