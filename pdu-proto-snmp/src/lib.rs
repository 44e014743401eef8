#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod bps2000;
#[cfg(feature = "alloc")]
pub mod client;
#[cfg(feature = "alloc")]
mod error;
#[cfg(feature = "alloc")]
pub mod notification;
#[cfg(feature = "alloc")]
mod scratch;
pub mod series7;
#[cfg(feature = "alloc")]
pub mod server;
#[cfg(feature = "proptest")]
pub mod strategies;
pub mod usm;
pub mod wire;

#[cfg(feature = "alloc")]
pub use error::{Rejected, Silence, SnmpError};
