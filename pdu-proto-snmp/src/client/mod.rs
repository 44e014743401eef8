//! Level 1, the asking side.
//!
//! [`Manager`] asks thousands of agents over one socket: a [`Hub`](pdu_core::Hub). [`Client`] asks one agent: a
//! [`Session`](pdu_core::Session), for drivers and device sessions. Both take the same [`Target`]s and answer the same way.
//!
//! Get, get-next, get-bulk and [walks](Walk) read, and are asked again where no answer came. A set is sent once, unless
//! [`Retry::Idempotent`] says otherwise.

mod answer;
mod deadlines;
mod ids;
mod links;
mod manager;
mod options;
mod peers;
mod principal;
mod receive;
mod reply;
mod request;
mod send;
mod session;
mod slot;
mod statistics;
mod target;
mod walk;

pub use manager::Manager;
pub use options::ManagerOptions;
pub use reply::{ManagerEvent, Reply, Response};
pub use request::{OwnedRequest, Request, Retry, Walk, WalkOrder, WalkStep};
pub use session::{Client, SnmpSession};
pub use statistics::Statistics;
pub use target::{Context, Security, SourcePolicy, Target, TargetId, TargetOptions};
