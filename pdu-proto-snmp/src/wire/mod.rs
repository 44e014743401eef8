//! Level 0: octets to borrowed views and back. No state, no clock, no allocation.
//!
//! A [`Message`] is one of v1 or v2c: a community and a [`Body`], which is what the standard calls a protocol data unit. A
//! [`v3::Message`] is the envelope of v3, whose scoped data holds the same [`Body`] once it is authenticated and
//! deciphered; the cryptography is not here. A body ends in [`VarBinds`], pairs of a name ([`Oid`]) and a [`Value`].
//!
//! Parsing proves the lengths of everything around the varbinds at once. The varbinds are read one by one as they are asked
//! for, and one that is broken costs none of the others: it comes as a [`BadVarBind`] in its place.
//!
//! What real agents do against the standard is accepted or refused by name ([`Deviation`], [`Tolerance`]), and what was
//! accepted is told ([`Anomaly`]).
//!
//! Building goes from the last octet to the first, into the end of the caller's buffer: lengths stand before what they
//! count, so nothing is counted twice and nothing moved.
//!
//! Offsets in errors count octets from the start of what was parsed. Source: RFC 1157 (v1), RFC 1901 and 3416 (v2c),
//! RFC 3412 and 3414 (v3), RFC 2578 (values), RFC 3417, 8 (the encoding).

mod anomaly;
#[cfg(feature = "arbitrary")]
mod arbitrary;
mod ber;
mod body;
mod code;
mod error;
mod message;
mod oid;
#[cfg(feature = "alloc")]
mod owned;
pub mod v3;
mod value;
mod varbind;
mod writer;

pub use anomaly::{Anomalies, AnomaliesIter, Anomaly, Deviation, Tolerance};
pub use body::{Body, Bulk, Common, TrapV1};
pub use code::{ErrorStatus, GenericTrap, Operation, Tag, Version};
pub use error::{EncodeError, Field, Problem, WireError};
#[cfg(feature = "alloc")]
pub(crate) use message::request_id;
pub use message::{Community, Message};
pub use oid::{Arcs, Oid, OidError};
#[cfg(feature = "alloc")]
pub(crate) use owned::append;
#[cfg(feature = "alloc")]
pub use owned::{OidBuf, VarBindList};
#[cfg(feature = "alloc")]
pub(crate) use owned::{append_ask, append_of};
pub use value::{Opaque, Value};
pub use varbind::{BadVarBind, CheckedVarBinds, VarBind, VarBinds, VarBindsIter};
