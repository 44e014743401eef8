//! The user-based security of v3: who sent a message, that nobody changed it, that it is of now, and that nobody else reads it.
//!
//! No state of a session, no clock, no source of randomness: time and salts are arguments. No allocation per message; without
//! the feature `alloc` none at all.

#[cfg(feature = "legacy-crypto")]
mod cbc;
mod cipher;
mod engine;
mod engine_id;
mod error;
mod hash;
mod key;
mod keys;
mod mac;
mod place;
mod protocol;
mod report;
mod salt;
mod secret;
mod user;

pub use engine::{LocalEngine, RemoteEngine};
pub use engine_id::EngineId;
pub use error::UsmError;
pub use key::MasterKey;
pub use keys::{Keys, Outgoing};
pub use protocol::{AuthProtocol, PrivProtocol};
pub use report::Report;
pub use salt::{Salt, Salts};
pub use user::User;
