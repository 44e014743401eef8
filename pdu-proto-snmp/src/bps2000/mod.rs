//! Level 2: the BKT BPS2000v2.
mod notes;
mod objects;
#[cfg(feature = "alloc")]
mod readout;
mod value;
pub use notes::{Basis, NOTES, Note};
pub use objects::{MEMBER_COUNT, Meaning, OBJECT_COUNT, OBJECTS, Object};
pub use pdu_core::Mode;
#[cfg(feature = "alloc")]
pub use readout::{Deviation, Profile, Readout, ReadoutError, ZeroProbe};
pub use value::{Content, Excerpt, IntegerScale, Measured, Problem};
