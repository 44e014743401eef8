//! Level 2: the rack units of the series 7M, 7N, 7S, 7T and 7W, and what can be plugged into them, by their SNMP objects.
//!
//! | to | use |
//! |---|---|
//! | look an object up | [`OBJECTS`], [`Object::named`], [`Object::of`] |
//! | know which column is which reading | [`MEASURES`], [`Measure::at`] |
//! | look a notification up | [`traps::TRAPS`], [`traps::Trap::numbered`] |

mod base;
#[cfg(feature = "alloc")]
mod error;
#[cfg(feature = "alloc")]
mod fetch;
#[cfg(feature = "alloc")]
mod item;
#[cfg(feature = "alloc")]
mod job;
#[cfg(feature = "alloc")]
mod layout;
mod measures;
mod objects;
#[cfg(feature = "alloc")]
mod options;
#[cfg(feature = "alloc")]
mod outlet;
#[cfg(feature = "alloc")]
mod readout;
#[cfg(feature = "alloc")]
mod rewrite;
#[cfg(feature = "alloc")]
mod rules;
#[cfg(feature = "alloc")]
mod session;
#[cfg(feature = "alloc")]
mod settings;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod traps;
#[cfg(feature = "alloc")]
mod unit;

pub use base::Base;
#[cfg(feature = "alloc")]
pub use error::{Incomplete, NotConfirmed, ReplyError, WrongBase};
#[cfg(feature = "alloc")]
pub use layout::{DELTA_TABLE, GROUP_TABLE, Layout, OUTLET_TABLE, WYE_TABLE};
pub use measures::{Basis, MEASURES, Measure, Place, Precision, Scale};
pub use objects::{Access, Kind, OBJECTS, Object, Syntax};
#[cfg(feature = "alloc")]
pub use options::{ContactMeaning, Options, PendingMeaning, Wiring};
#[cfg(feature = "alloc")]
pub use outlet::OutletCommand;
#[cfg(feature = "alloc")]
pub use session::Device;

use pdu_core::{Capabilities, Capability};

/// What a unit can do over SNMP. One without switched outlets refuses what is about outlets when it is asked.
pub const CAPABILITIES: Capabilities = Capabilities::of(&[
    Capability::Snapshot,
    Capability::Switch,
    Capability::ResetEnergy,
    Capability::Settings,
    Capability::SetSettings,
    Capability::AlarmRules,
    Capability::SetAlarmRules,
]);
