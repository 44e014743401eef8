use pdu_core::{LocalDateTime, Mode};

use super::clock::clock;
use super::record::{outlet_config, record};
use super::scan::{Cleaned, Scan, Separator, bit, index, is_index, short};
use super::writer::{self, Line, Writer, check_clock, check_number};
use super::{Deviation, Dialect, Expected, Field, Outlet, OutletConfig, OutletState, Parsed, Record, WireError};

/// A line to the unit. Source: lines 31 to 225, chapter 3.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: these are the twelve of the manual.
pub enum Command<'a> {
    /// `A?`: who the unit is, and its two servers. The only one that is answered over UDP (line 23).
    ReadAddress,
    /// `?`: a status frame.
    ReadStatus,
    /// `Sx=s`: switches an outlet.
    SwitchOutlet {
        /// Which.
        outlet: Outlet,
        /// To what.
        state: OutletState,
    },
    /// `T=yyyy|mm|dd|hh|min|ss|`: sets the clock, in years from 2000 on.
    SetClock(LocalDateTime),
    /// `P?`: all records of the scheduler.
    ReadSchedule,
    /// `P=nn`: says how many records will follow.
    SetRecordCount(u16),
    /// `PW=…`: one record.
    WriteRecord(Record<'a>),
    /// `C?`: what is stored of the outlets.
    ReadConfigs,
    /// `Cx=…`: stores it.
    SetConfig {
        /// Of which outlet.
        outlet: Outlet,
        /// What.
        config: OutletConfig<'a>,
    },
    /// `X`: restarts the controller.
    Restart,
    /// `G`: switches all outlets off.
    AllOff,
    /// `H`: switches all outlets on.
    AllOn,
}

impl<'a> Command<'a> {
    /// Reads a line, without its end.
    ///
    /// `X`, `G` and `H` are taken as exactly that letter in both modes: they act on all outlets.
    ///
    /// ```
    /// use pdu_core::Mode;
    /// use pdu_proto_isotek::wire::Command;
    ///
    /// assert_eq!(Command::parse(b"H", Mode::Strict)?.value, Command::AllOn);
    /// assert!(Command::parse(b"H ", Mode::Lenient).is_err());
    /// assert_eq!(Command::parse(b"P = 3", Mode::Lenient)?.value, Command::SetRecordCount(3));
    /// # Ok::<(), pdu_proto_isotek::wire::WireError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Reply::parse`](super::Reply::parse).
    pub fn parse(line: &'a [u8], mode: Mode) -> Result<Parsed<Self>, WireError> {
        let strict = Scan::new(line, Mode::Strict)?;
        match (read(&strict), mode) {
            (Ok(command), _) => Ok(Parsed::strict(command)),
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
        Ok(scan.parsed(read(&scan)?.detached()?))
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
    /// A year before 2000, an outlet name of more than 8 characters, a record name of more than `dialect` allows, a number of
    /// more digits than its field has, a power plan without operator, or more than [`MAX_LINE`](super::MAX_LINE) bytes in all.
    pub fn check(&self, dialect: &Dialect) -> Result<(), WireError> {
        writer::check(self, *dialect)
    }

    /// Whether it changes nothing on the unit.
    pub const fn is_read_only(&self) -> bool {
        matches!(
            self,
            Self::ReadAddress | Self::ReadStatus | Self::ReadSchedule | Self::ReadConfigs
        )
    }

    /// The same command, independent of the line that it was read from.
    #[cfg(feature = "alloc")]
    pub fn into_owned(self) -> Command<'static> {
        match self {
            Self::WriteRecord(record) => Command::WriteRecord(record.into_owned()),
            Self::SetConfig { outlet, config } => Command::SetConfig {
                outlet,
                config: config.into_owned(),
            },
            Self::ReadAddress => Command::ReadAddress,
            Self::ReadStatus => Command::ReadStatus,
            Self::SwitchOutlet { outlet, state } => Command::SwitchOutlet { outlet, state },
            Self::SetClock(clock) => Command::SetClock(clock),
            Self::ReadSchedule => Command::ReadSchedule,
            Self::SetRecordCount(count) => Command::SetRecordCount(count),
            Self::ReadConfigs => Command::ReadConfigs,
            Self::Restart => Command::Restart,
            Self::AllOff => Command::AllOff,
            Self::AllOn => Command::AllOn,
        }
    }

    /// The same without the line, if its texts are short.
    fn detached(&self) -> Result<Command<'static>, WireError> {
        Ok(match self {
            Self::WriteRecord(record) => Command::WriteRecord(record.detached()?),
            Self::SetConfig { outlet, config } => Command::SetConfig {
                outlet: *outlet,
                config: config.detached()?,
            },
            Self::ReadAddress => Command::ReadAddress,
            Self::ReadStatus => Command::ReadStatus,
            &Self::SwitchOutlet { outlet, state } => Command::SwitchOutlet { outlet, state },
            Self::SetClock(clock) => Command::SetClock(*clock),
            Self::ReadSchedule => Command::ReadSchedule,
            Self::SetRecordCount(count) => Command::SetRecordCount(*count),
            Self::ReadConfigs => Command::ReadConfigs,
            Self::Restart => Command::Restart,
            Self::AllOff => Command::AllOff,
            Self::AllOn => Command::AllOn,
        })
    }
}

fn read<'l>(scan: &Scan<'l>) -> Result<Command<'l>, WireError> {
    match scan.trimmed() {
        // Strict only: what acts on everything at once is no place to guess.
        b"X" if !scan.is_lenient() => Ok(Command::Restart),
        b"G" if !scan.is_lenient() => Ok(Command::AllOff),
        b"H" if !scan.is_lenient() => Ok(Command::AllOn),
        b"A?" => Ok(Command::ReadAddress),
        b"?" => Ok(Command::ReadStatus),
        b"P?" => Ok(Command::ReadSchedule),
        b"C?" => Ok(Command::ReadConfigs),
        _ => read_setting(scan),
    }
}

/// `KEY=value`
fn read_setting<'l>(scan: &Scan<'l>) -> Result<Command<'l>, WireError> {
    let (key, value) = scan.key()?;
    match key {
        b"T" => scan.whole(clock(scan), value).map(Command::SetClock),
        b"P" => scan
            .whole(scan.field(Field::RecordCount, short(3), Separator::None), value)
            .map(Command::SetRecordCount),
        b"PW" => scan.whole(record(scan), value).map(Command::WriteRecord),
        [b'S', number @ ..] if is_index(number) => Ok(Command::SwitchOutlet {
            outlet: index(scan, Field::Outlet, number)?,
            state: scan.whole(scan.field(Field::Status, bit(), Separator::None), value)?,
        }),
        [b'C', number @ ..] if is_index(number) => Ok(Command::SetConfig {
            outlet: index(scan, Field::Outlet, number)?,
            config: scan.whole(outlet_config(scan), value)?,
        }),
        _ => Err(scan.unexpected(Field::Key, key, Expected::Key)),
    }
}

impl Line for Command<'_> {
    fn check(&self, dialect: Dialect) -> Result<(), WireError> {
        match self {
            Self::SetClock(clock) => check_clock(*clock),
            Self::SetRecordCount(count) => check_number(Field::RecordCount, *count, 0, 999),
            Self::WriteRecord(record) => record.check(dialect),
            Self::SetConfig { config, .. } => config.check(),
            Self::ReadAddress
            | Self::ReadStatus
            | Self::SwitchOutlet { .. }
            | Self::ReadSchedule
            | Self::ReadConfigs
            | Self::Restart
            | Self::AllOff
            | Self::AllOn => Ok(()),
        }
    }

    fn write(&self, dialect: Dialect, writer: &mut Writer<'_>) {
        match self {
            Self::ReadAddress => writer.bytes(b"A?"),
            Self::ReadStatus => writer.bytes(b"?"),
            Self::SwitchOutlet { outlet, state } => {
                writer.key(b"S", outlet.number().into());
                writer.number(*state as u32);
            }
            Self::SetClock(clock) => {
                writer.bytes(b"T=");
                writer.clock(*clock, dialect);
            }
            Self::ReadSchedule => writer.bytes(b"P?"),
            Self::SetRecordCount(count) => {
                writer.bytes(b"P=");
                writer.number((*count).into());
            }
            Self::WriteRecord(record) => {
                writer.bytes(b"PW=");
                record.write(writer);
            }
            Self::ReadConfigs => writer.bytes(b"C?"),
            Self::SetConfig { outlet, config } => {
                writer.key(b"C", outlet.number().into());
                config.write(dialect, writer);
            }
            Self::Restart => writer.bytes(b"X"),
            Self::AllOff => writer.bytes(b"G"),
            Self::AllOn => writer.bytes(b"H"),
        }
    }
}
