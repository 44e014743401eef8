//! `pductl` from outside, as scripts use it: its output, its exit status, its errors. Every wait has an end.

#![cfg(unix)] // signals, and pseudo terminals
#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

mod config;
mod decode;
mod decode_isotek;
mod decode_series7;
mod decode_snmp;
mod decode_telnet;
mod demo;
mod devices;
mod isotek;
mod series7;
mod snmp;
mod snmp_series7;
mod support;
mod telnet;
mod thresholds;
mod usage;
