//! The unit: its simulator, the typed client, the device session, and what a faulty link may not do.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod configuration;
mod contract;
mod outlets;
mod pages;
mod simulator;
mod support;
