//! Level 0: lines to borrowed values and back. No clock, no allocation; the only state is that of [`Framing`], which cuts
//! lines out of a stream.
//!
//! A [`Command`] goes to the unit, a [`Reply`] comes from it; both are one line each. Lines `CH0` to `CH16` and `RTC` together
//! are a [`StatusFrame`].
//!
//! ```
//! use pdu_core::Mode;
//! use pdu_proto_isotek::wire::{Command, Deviation, Dialect, Outlet, OutletState, Reply};
//!
//! // To the unit: always the strict form, with the line end that the dialect says.
//! let switch = Command::SwitchOutlet { outlet: Outlet::new(3).unwrap(), state: OutletState::On };
//! let mut out = [0; 16];
//! let len = switch.encode(&Dialect::default(), &mut out)?;
//! assert_eq!(&out[..len], b"S3=1\n");
//!
//! // From the unit: strictly, or leniently with a list of what was not as it should be.
//! let line = b"CH3=1|230.5|36|";
//! let error = Reply::parse(line, Mode::Strict).unwrap_err();
//! assert_eq!(error.to_string(), "vvv at byte 9: '.' where '|' was expected");
//! let parsed = Reply::parse(line, Mode::Lenient)?;
//! assert!(parsed.deviations.has(Deviation::Fraction));
//! let Reply::Channel(status) = parsed.value else { panic!("another answer") };
//! assert_eq!((status.state, status.voltage.to_string()), (OutletState::On, "230.5".into()));
//! # Ok::<(), pdu_proto_isotek::wire::WireError>(())
//! ```
//!
//! Out of a stream, [`Framing`] makes lines and prompts:
//!
//! ```text
//! > CH0=1|230|1234| CR LF        Prompt, Line
//! CH1=1|230|36|     CR LF        Line
//! ...                                          status_lines() takes all these at once
//! RTC=2026|11|21|08|00|00| CR LF Line
//! OK                CR LF        Line
//! >                              Prompt, with no end
//! ```
//!
//! Each [`Deviation`] is one thing that lenient mode takes. In both modes refused are channels and outlets that no unit has, states
//! other than 0 and 1, more or fewer fields, what is no number, dates and times that do not exist, kinds that the manual
//! does not list, text behind `OK`, text that is not printable ASCII, and lines of more than [`MAX_LINE`] bytes. A [`WireError`] says in
//! which [`Field`], where, what could stand there and what does.
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
pub use framing::{Framing, MAX_LINE, Token, datagram_line};
pub use record::{Operator, OutletConfig, OutletType, Record, RecordType, Setup};
pub use reply::Reply;
pub use status::StatusFrame;
pub use text::Text;
