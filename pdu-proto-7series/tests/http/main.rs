//! HTTP: client, server, profile, logins and TLS.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod client;
mod contract;
mod login;
mod profile;
mod server;
mod sockets;
mod support;
#[cfg(feature = "tls")]
mod tls;
