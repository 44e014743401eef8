#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod bps2000;
pub mod client;
mod error;
#[cfg(feature = "alloc")]
pub mod server;
#[cfg(feature = "proptest")]
pub mod strategies;
pub mod wire;

pub use error::{ModbusError, Rejected};
