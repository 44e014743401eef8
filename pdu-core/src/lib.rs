#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

#[cfg(feature = "alloc")]
extern crate alloc;

mod endpoint;
mod error;
mod status;
mod time;

#[cfg(feature = "std")]
pub mod blocking;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tokio")]
pub mod tokio;

pub use endpoint::{Endpoint, Event, EventOf, Hub, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport};
pub use error::{Effect, Error, ErrorKind};
pub use status::Status;
#[cfg(feature = "std")]
pub use time::Clock;
pub use time::{Instant, earliest};
