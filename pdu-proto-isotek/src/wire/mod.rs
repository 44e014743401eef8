//! Level 0: lines to borrowed values and back. No clock, no allocation; the only state is that of [`Framing`], which cuts
//! lines out of a stream.
//!
//! A [`Command`] goes to the unit, a [`Reply`] comes from it; both are one line each. Lines `CH0` to `CH16` and `RTC` together
//! are a [`StatusFrame`].
//!
//! "line n" in the sources of this crate is a line of the vendor's manual of the text protocol.

mod address;
#[cfg(feature = "arbitrary")]
mod arbitrary;
mod channel;
mod clock;
mod command;
mod deviation;
mod dialect;
mod error;
mod fast;
mod framing;
mod record;
mod reply;
mod scan;
mod status;
mod text;
mod writer;

pub use address::Address;
pub use channel::{Channel, ChannelStatus, Outlet, OutletState};
pub use command::Command;
pub use deviation::{Deviation, Deviations, Parsed};
pub use dialect::{Dialect, LineEnd, NamePadding, RecordNameLimit, YearSeparator};
pub use error::{Expected, Field, WireError};
pub use framing::{Framing, MAX_LINE, PROMPT, Token, datagram_line};
pub use record::{Operator, OutletConfig, OutletType, Record, RecordType, Setup};
pub use reply::Reply;
pub use status::StatusFrame;
pub use text::Text;
