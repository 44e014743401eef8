//! Level 2: the rack units of the series 7M, 7N, 7S, 7T and 7W, and what can be plugged into them, by their SNMP objects.
//!
//! | to | use |
//! |---|---|
//! | look an object up | [`OBJECTS`], [`Object::named`], [`Object::of`] |
//! | know which column is which reading | [`MEASURES`], [`Measure::at`] |
//! | look a notification up | [`traps::TRAPS`], [`traps::Trap::numbered`] |

mod base;
mod measures;
mod objects;
pub mod traps;

pub use base::Base;
pub use measures::{Basis, MEASURES, Measure, Place, Precision, Scale};
pub use objects::{Access, Kind, OBJECTS, Object, Syntax};
