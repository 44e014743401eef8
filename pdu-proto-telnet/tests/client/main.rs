//! The asking side: the terminal below every session, and the raw console.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-telnet --test client` runs more seeds.
#![cfg(feature = "alloc")]
#![allow(unreachable_pub)] // one binary of several modules
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod bad_input;
mod contract;
mod device;
mod dialogue;
mod faults;
#[cfg(feature = "simulator")]
mod simulated;
mod sockets;
mod talk;
mod terminal;

/// How many seeds each function runs: a few at every test run, 10,000 where it is asked for.
fn seeds() -> std::ops::Range<u64> {
    let told = std::env::var("PDU_FAULT_SEEDS").ok();
    0..told.and_then(|n| n.parse().ok()).unwrap_or(100)
}
