//! What the fuzz targets do with their bytes, as plain functions: a target only names one.
//!
//! None of them only looks for panics. Decoders must give back what they read; sessions and servers must keep their
//! contract. Input that is a checksum away from being read gets that checksum.

#![forbid(unsafe_code)]

pub mod bps2000;
pub mod clients;
pub mod devices;
pub mod isotek_client;
pub mod isotek_device;
pub mod isotek_line;
pub mod isotek_server;
pub mod requests;
mod room;
pub mod series7_config;
pub mod series7_device;
pub mod series7_history;
pub mod series7_http;
pub mod series7_live;
pub mod servers;
pub mod snmp;
pub mod snmp_agent;
pub mod snmp_bps2000;
pub mod snmp_manager;
pub mod snmp_receiver;
pub mod snmp_series7;
pub mod telnet_bps2000;
pub mod telnet_console;
pub mod telnet_server;
pub mod telnet_session;
pub mod telnet_stream;
pub mod usm;
mod watched;
pub mod wire;

/// Formats a value whole, for what `Display` and `Debug` might do.
fn show(value: &(impl core::fmt::Debug + core::fmt::Display)) {
    use std::io::Write;

    write!(std::io::sink(), "{value} {value:?}").expect("a sink takes all");
}
