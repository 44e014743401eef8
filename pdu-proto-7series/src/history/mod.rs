//! The data log: what the unit measured, minute by minute, as a table of text.
//!
//! The manual says what is in it, one point a minute, the oldest dropped when it is full, and how it is stamped: with the time of
//! day, or with seconds since the unit started as long as no time server has answered. It does not say how the table is
//! written. So a [`LogProfile`] says that: which character separates fields, which column is the stamp and how either
//! kind of stamp is written, and which reading stands in which column. Columns that the profile does not know are kept by their names.
//!
//! | to | use |
//! |---|---|
//! | read a whole log | [`Log::parse`] |
//! | read a large one row by row | [`Reader`] |
//! | write one, as the simulated unit does | [`Writer`] |
//!
//! ```
//! use pdu_core::{LocalDateTime, Quantity};
//! use pdu_proto_7series::history::{Log, LogProfile, Limits, Stamp};
//!
//! let text = b"Time,RealPower-A,Amps-A\n34,2310,10.1\n2026-11-21 08:00:00,2318,10.2\n";
//! let log = Log::parse(text, &LogProfile::synthetic(), Limits::default())?;
//! let [before, after] = log.rows() else { panic!("two rows") };
//! assert_eq!(before.stamp, Stamp::SinceBoot(core::time::Duration::from_secs(34)));
//! assert_eq!(after.stamp, Stamp::Wall(LocalDateTime::new(2026, 11, 21, 8, 0, 0).unwrap()));
//! let watts = log.readings(after).find(|reading| reading.quantity == Quantity::ActivePower).unwrap();
//! assert_eq!(watts.to_string(), "unit0.inlet1.L1 active_power 2318 W");
//! # Ok::<(), pdu_proto_7series::history::HistoryError>(())
//! ```
//!
//! Source: the manual, lines 140 to 151, 173 to 187, 347 to 352 and 415 to 422.

mod error;
mod format;
mod log;
mod profile;
mod reader;
mod writer;

pub use error::{HistoryError, HistoryErrorKind};
pub use format::{Stamp, StampFormat, StampFormatError};
pub use log::{Cell, Log, Row};
pub use profile::{Column, Header, LogProfile, LogProfileError};
pub use reader::{Limits, Reader};
pub use writer::Writer;
