#![doc = include_str!("guide.md")]

pub mod contract;
mod harness;
mod link;
mod script;
pub mod server;
mod sole;

pub use contract::Fixture;
pub use harness::{Breach, BreachKind, Harness, Manners, Output, Recorded, Sent};
pub use link::{Duplex, Faults, FaultyLink, Medium, Side, Split, Wire};
pub use script::{Script, drive_script, drive_script_with_peer};
pub use server::ServerFixture;
pub use sole::SolePeer;
