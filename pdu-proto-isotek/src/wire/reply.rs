use pdu_core::{LocalDateTime, Mode};

use super::address::{Address, address};
use super::channel::channel_status;
use super::clock::clock;
use super::record::{outlet_config, record};
use super::scan::{Cleaned, Scan, channel_index, index, is_index, record_index};
use super::writer::{self, Line, Writer, check_clock, check_number};
use super::{ChannelStatus, Deviation, Dialect, Expected, Field, Outlet, OutletConfig, Parsed, Record, WireError};

/// A line from the unit. Source: lines 20 to 225.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: these are the manual's, and what is none of them is `Unknown`.
pub enum Reply<'a> {
    /// `OK`
    Ok,
    /// `A=…`: who the unit is.
    Address(Address<'a>),
    /// `CHx=…`: state of an outlet, or of the unit.
    Channel(ChannelStatus),
    /// `RTC=…`: the unit's clock, without a zone. Ends a status frame.
    Clock(LocalDateTime),
    /// `Px=…`: a record of the scheduler.
    Record {
        /// x: 1 to 3 digits.
        index: u16,
        /// The record.
        record: Record<'a>,
    },
    /// `Cx=…`: what is stored of an outlet.
    Config {
        /// Of which.
        outlet: Outlet,
        /// What.
        config: OutletConfig<'a>,
    },
    /// A line `KEY=…` of an unknown key, whole: lenient only.
    Unknown(&'a [u8]),
}

impl<'a> Reply<'a> {
    /// Reads a line, without its end and without the prompt before it.
    ///
    /// ```
    /// use pdu_core::Mode;
    /// use pdu_proto_isotek::wire::{Deviation, OutletType, Reply};
    ///
    /// // As the manual prints it in line 176, with a letter for the digit.
    /// let parsed = Reply::parse(b"Cl=Amp left|2|15|", Mode::Lenient)?;
    /// let Reply::Config { outlet, config } = parsed.value else { panic!("another answer") };
    /// assert_eq!((outlet.number(), config.name.as_str(), config.delay), (1, "Amp left", 15));
    /// assert_eq!(config.outlet_type, OutletType::Router);
    /// assert!(parsed.deviations.has(Deviation::IndexLetter));
    /// # Ok::<(), pdu_proto_isotek::wire::WireError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What stands where it must not: see [`WireError`]. Strict mode refuses all that lenient mode takes as a [`Deviation`].
    pub fn parse(line: &'a [u8], mode: Mode) -> Result<Parsed<Self>, WireError> {
        let strict = Scan::new(line, Mode::Strict)?;
        match (read(&strict), mode) {
            (Ok(reply), _) => Ok(Parsed::strict(reply)),
            (Err(error), Mode::Strict) => Err(error),
            (Err(_), Mode::Lenient) => Self::parse_leniently(line),
        }
    }

    fn parse_leniently(line: &'a [u8]) -> Result<Parsed<Self>, WireError> {
        let Some(cleaned) = Cleaned::new(line) else {
            let scan = Scan::new(line, Mode::Lenient)?;
            return Ok(scan.parsed(read(&scan)?));
        };
        let scan = Scan::new(cleaned.as_bytes(), Mode::Lenient)?;
        scan.note(Deviation::ControlBytes);
        let reply = match read(&scan)? {
            Reply::Unknown(_) => Reply::Unknown(line),
            known => known.detached()?,
        };
        Ok(scan.parsed(reply))
    }

    /// Writes the line with its end to the front of `out` and returns its length. Always in the strict form, but for what
    /// `dialect` says.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check), or [`WireError::Buffer`]. Nothing was written.
    pub fn encode(&self, dialect: &Dialect, out: &mut [u8]) -> Result<usize, WireError> {
        writer::encode(self, *dialect, out)
    }

    /// Bytes that [`encode`](Self::encode) writes.
    pub fn encoded_len(&self, dialect: &Dialect) -> usize {
        writer::encoded_len(self, *dialect)
    }

    /// Whether it may be sent.
    ///
    /// # Errors
    ///
    /// As [`Command::check`](super::Command::check); volts or watts that are not whole, negative or of too many digits; a
    /// serial number that is empty or holds `/`; and all that is [`Unknown`](Self::Unknown).
    pub fn check(&self, dialect: &Dialect) -> Result<(), WireError> {
        writer::check(self, *dialect)
    }

    /// The same without the line, if its texts are short.
    fn detached(&self) -> Result<Reply<'static>, WireError> {
        Ok(match self {
            Self::Ok => Reply::Ok,
            Self::Address(address) => Reply::Address(address.detached()?),
            Self::Channel(status) => Reply::Channel(*status),
            Self::Clock(clock) => Reply::Clock(*clock),
            Self::Record { index, record } => Reply::Record {
                index: *index,
                record: record.detached()?,
            },
            Self::Config { outlet, config } => Reply::Config {
                outlet: *outlet,
                config: config.detached()?,
            },
            Self::Unknown(_) => return Err(WireError::UnknownAnswer),
        })
    }
}

fn read<'l>(scan: &Scan<'l>) -> Result<Reply<'l>, WireError> {
    match scan.trimmed() {
        b"OK" => return Ok(Reply::Ok),
        line if scan.is_lenient() && line.eq_ignore_ascii_case(b"OK") => {
            scan.note(Deviation::Case);
            return Ok(Reply::Ok);
        }
        _ => {}
    }
    let (key, value) = scan.key()?;
    match key {
        b"A" => scan.whole(address(scan), value).map(Reply::Address),
        b"RTC" => scan.whole(clock(scan), value).map(Reply::Clock),
        [b'C', b'H', number @ ..] if is_index(number) => {
            let channel = channel_index(scan, number)?;
            scan.whole(channel_status(scan, channel), value).map(Reply::Channel)
        }
        [b'C', number @ ..] if is_index(number) => Ok(Reply::Config {
            outlet: index(scan, Field::Outlet, number)?,
            config: scan.whole(outlet_config(scan), value)?,
        }),
        [b'P', number @ ..] if is_index(number) => Ok(Reply::Record {
            index: record_index(scan, number)?,
            record: scan.whole(record(scan), value)?,
        }),
        unknown if scan.is_lenient() && is_key(unknown) => {
            scan.note(Deviation::UnknownKey);
            Ok(Reply::Unknown(scan.line()))
        }
        _ => Err(scan.unexpected(Field::Key, key, Expected::Key)),
    }
}

/// Letters, digits and `_`; but not what begins with `OK`, which has no text behind it.
fn is_key(key: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let begins_with_ok = key.get(..2).is_some_and(|front| front.eq_ignore_ascii_case(b"OK"));
    !key.is_empty() && key.iter().all(is_letter) && !begins_with_ok
}

impl Line for Reply<'_> {
    fn check(&self, dialect: Dialect) -> Result<(), WireError> {
        match self {
            Self::Ok => Ok(()),
            Self::Address(address) => address.check(),
            Self::Channel(status) => status.check(),
            Self::Clock(clock) => check_clock(*clock),
            Self::Record { index, record } => {
                check_number(Field::RecordIndex, *index, 0, 999)?;
                record.check(dialect)
            }
            Self::Config { config, .. } => config.check(),
            Self::Unknown(_) => Err(WireError::UnknownAnswer),
        }
    }

    fn write(&self, dialect: Dialect, writer: &mut Writer<'_>) {
        match self {
            Self::Ok => writer.bytes(b"OK"),
            Self::Address(address) => address.write(writer),
            Self::Channel(status) => status.write(writer),
            Self::Clock(clock) => {
                writer.bytes(b"RTC=");
                writer.clock(*clock, dialect);
            }
            Self::Record { index, record } => {
                writer.key(b"P", (*index).into());
                record.write(writer);
            }
            Self::Config { outlet, config } => {
                writer.key(b"C", outlet.number().into());
                config.write(dialect, writer);
            }
            Self::Unknown(line) => writer.bytes(line),
        }
    }
}
