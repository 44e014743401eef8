//! Level 0: lines to borrowed values and back. No clock, no allocation; the only state is that of [`Framing`], which cuts
//! lines out of a stream.
//!
//! A [`Command`] goes to the unit, a [`Reply`] comes from it; both are one line each. Lines `CH0` to `CH16` and `RTC` together
//! are a [`StatusFrame`].
//!
//! "line n" in the sources of this crate is a line of the vendor's manual of the text protocol.

mod channel;
mod command;
mod deviation;
mod dialect;
mod error;
mod framing;
mod record;
mod reply;
mod status;
mod text;

pub use channel::{Channel, ChannelStatus, Outlet, OutletState};
pub use command::Command;
pub use deviation::{Deviation, Deviations, Parsed};
pub use dialect::{Dialect, LineEnd, NamePadding, RecordNameLimit, YearSeparator};
pub use error::{Field, WireError};
pub use framing::{Framing, MAX_LINE, Token};
pub use record::{Operator, OutletConfig, OutletType, Record, RecordType, Setup};
pub use reply::{Address, Reply};
pub use status::StatusFrame;
pub use text::Text;
