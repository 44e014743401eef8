#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

#[cfg(feature = "std")]
mod error;

#[cfg(feature = "std")]
pub mod client;
#[cfg(feature = "std")]
pub mod config;
#[cfg(feature = "std")]
pub mod history;
#[cfg(feature = "std")]
pub mod http;
#[cfg(feature = "std")]
pub mod live;
#[cfg(feature = "std")]
pub mod profile;
#[cfg(feature = "std")]
pub mod series7;
#[cfg(feature = "std")]
pub mod server;
#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub mod tls;
pub mod wire;

#[cfg(feature = "std")]
pub use error::{Position, Series7Error};
