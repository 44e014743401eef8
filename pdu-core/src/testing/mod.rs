//! Contract tests, the faulty link and the two-sided harness, for the tests of protocol crates.

pub mod contract;
mod harness;
mod link;
mod script;

pub use contract::Fixture;
pub use harness::{Breach, BreachKind, Harness, Manners, Output, Recorded, Sent};
pub use link::{Duplex, Faults, FaultyLink, Medium, Side, Split, Wire};
pub use script::{Script, drive_script, drive_script_with_peer};
