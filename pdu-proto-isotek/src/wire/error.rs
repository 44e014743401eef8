use core::fmt;

use super::Channel;

/// A field of a line, by its name in the manual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The line as a whole.
    Line,
    /// What stands before `=`, or the whole of a line that has no `=`.
    Key,
    /// Text that is in no line yet.
    Text,
    /// x of `CHx=`: 0 to 16 (lines 43 to 46).
    ChannelIndex,
    /// x of `Sx=` and `Cx=`: 1 to 16 (lines 77, 176 to 179).
    Outlet,
    /// x of `Px=` (lines 107 to 110).
    RecordIndex,
    /// nn of `P=nn`: "scheduler record count" (line 136).
    RecordCount,
    /// s: "outlet status" (line 54), "desired state" (line 78).
    Status,
    /// vvv: "outlet voltage" (line 55).
    Voltage,
    /// ppp: "outlet power" (line 57); power: "power level" of a record (line 123).
    Power,
    /// yyyy (line 59).
    Year,
    /// mm (line 61).
    Month,
    /// dd: of the clock (line 63), or "day" of a record (line 121).
    Day,
    /// hh (lines 65 and 119).
    Hour,
    /// min (lines 67 and 120).
    Minute,
    /// ss (line 69).
    Second,
    /// id: "record id" (line 116).
    Id,
    /// type: "schedule type" (line 117).
    RecordType,
    /// name of a record (line 107).
    RecordName,
    /// operator (line 125).
    Operator,
    /// channel: "target outlet number" (line 126).
    Channel,
    /// status_value (line 128).
    StatusValue,
    /// status_slot (line 129).
    StatusSlot,
    /// setup (line 131).
    Setup,
    /// nnnnnnnn: "outlet name" (line 185).
    OutletName,
    /// t: "outlet type" (line 187).
    OutletType,
    /// d: "reset sequence delay" (line 188).
    Delay,
    /// SerialNum (line 36).
    SerialNum,
    /// MAC (line 36).
    Mac,
    /// ServerIP1 (line 36).
    ServerIp1,
    /// ServerPort1 (line 36).
    ServerPort1,
    /// ServerIP2 (line 36).
    ServerIp2,
    /// ServerPort2 (line 36).
    ServerPort2,
}

/// The manual's own name, where it has one.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Line => "line",
            Self::Key => "command",
            Self::Text => "text",
            Self::ChannelIndex => "x of CHx",
            Self::Outlet => "outlet x",
            Self::RecordIndex => "x of Px",
            Self::RecordCount => "nn",
            Self::Status => "s",
            Self::Voltage => "vvv",
            Self::Power => "power",
            Self::Year => "yyyy",
            Self::Month => "mm",
            Self::Day => "dd",
            Self::Hour => "hh",
            Self::Minute => "min",
            Self::Second => "ss",
            Self::Id => "id",
            Self::RecordType => "type",
            Self::RecordName => "name",
            Self::Operator => "operator",
            Self::Channel => "channel",
            Self::StatusValue => "status_value",
            Self::StatusSlot => "status_slot",
            Self::Setup => "setup",
            Self::OutletName => "nnnnnnnn",
            Self::OutletType => "t",
            Self::Delay => "d",
            Self::SerialNum => "SerialNum",
            Self::Mac => "MAC",
            Self::ServerIp1 => "ServerIP1",
            Self::ServerPort1 => "ServerPort1",
            Self::ServerIp2 => "ServerIP2",
            Self::ServerPort2 => "ServerPort2",
        })
    }
}

/// What a field may begin with, or go on with, where something else stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expected {
    /// A command or the name of an answer.
    Key,
    /// `=`
    Equals,
    /// A decimal digit.
    Digit,
    /// A hexadecimal digit.
    HexDigit,
    /// A number without zeros in front.
    NoLeadingZero,
    /// `0` or `1`.
    Bit,
    /// `1` or `2`.
    OneOrTwo,
    /// `0`, `1` or `2`.
    ZeroToTwo,
    /// `1`, `2` or `3`.
    OneToThree,
    /// `|`
    Separator,
    /// `:`
    Colon,
    /// `.`
    Dot,
    /// The `:` or `-` that stands between the first two pairs of digits.
    MacSeparator,
    /// Printable ASCII without `|`.
    Text,
    /// The end of the line.
    End,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Key => "a known command or answer",
            Self::Equals => "'='",
            Self::Digit => "a digit",
            Self::HexDigit => "a hexadecimal digit",
            Self::NoLeadingZero => "a number without leading zeros",
            Self::Bit => "0 or 1",
            Self::OneOrTwo => "1 or 2",
            Self::ZeroToTwo => "0, 1 or 2",
            Self::OneToThree => "1, 2 or 3",
            Self::Separator => "'|'",
            Self::Colon => "':'",
            Self::Dot => "'.'",
            Self::MacSeparator => "the separator before",
            Self::Text => "printable ascii without '|'",
            Self::End => "the end of the line",
        })
    }
}

/// Why a line is refused, or may not be sent.
///
/// An `offset` counts bytes from the beginning of the line; where a line was read leniently, of the line without the control
/// bytes that were dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// A byte that cannot stand where it does, or the line ends too early.
    #[error("{field} at byte {offset}: {} where {expected} was expected", Found(*.found))]
    Unexpected {
        /// In which field.
        field: Field,
        /// Where in the line.
        offset: usize,
        /// What could stand there.
        expected: Expected,
        /// What does; `None` if the line ends there.
        found: Option<u8>,
    },
    /// A number in a line outside of its bounds.
    #[error("{field} at byte {offset}: {found} is not within {min} to {max}")]
    OutOfRange {
        /// Which.
        field: Field,
        /// Where in the line it begins.
        offset: usize,
        /// The smallest allowed.
        min: u32,
        /// The largest allowed; of a day, the last of its month.
        max: u32,
        /// The number; `u32::MAX` stands for all that are larger.
        found: u32,
    },
    /// A number of too many digits, or a name of too many characters.
    #[error("{field} at byte {offset}: {found} characters where at most {max} are allowed")]
    FieldTooLong {
        /// Which.
        field: Field,
        /// Where in the line it begins.
        offset: usize,
        /// How many characters there may be.
        max: usize,
        /// How many there are.
        found: usize,
    },
    /// A line of more than [`MAX_LINE`](super::MAX_LINE) bytes, read or to be sent.
    #[error("line of {found} bytes where at most {max} are allowed")]
    LineTooLong {
        /// How many bytes there may be, the line's end not counted.
        max: usize,
        /// How many there are.
        found: usize,
    },
    /// A line of a status frame that is not behind those before it.
    #[error("CH{} after CH{} in one status", .found.index(), .last.index())]
    Order {
        /// The highest channel so far.
        last: Channel,
        /// The one that came then.
        found: Channel,
    },
    /// A line that is none of a status frame, where one was expected.
    #[error("not a line of a status")]
    NotStatus,
    /// A status frame without one of the lines `CH0` to `CH16`. Strict only.
    #[error("status without CH{}", .channel.index())]
    MissingChannel {
        /// The first that is missing.
        channel: Channel,
    },
    /// Text with a byte that no field may carry.
    #[error("{field}: byte {found:#04x} at {offset} of the text is a separator or not printable ascii")]
    Text {
        /// Which field it is for.
        field: Field,
        /// Where in the text.
        offset: usize,
        /// The byte.
        found: u8,
    },
    /// A control byte in the middle of text of more than 16 characters, which cannot be shown without it. Lenient only.
    #[error("{field}: a control byte in more than 16 characters of text")]
    ControlByte {
        /// Which.
        field: Field,
    },
    /// A number that may not be sent.
    #[error("{field}: {found} may not be sent, only {min} to {max}")]
    Unsendable {
        /// Which field it is for.
        field: Field,
        /// The smallest allowed.
        min: u32,
        /// The largest allowed.
        max: u32,
        /// The number.
        found: i64,
    },
    /// A value of volts or watts that is not whole, and may not be sent.
    #[error("{field}: only whole numbers may be sent")]
    Fraction {
        /// Which field it is for.
        field: Field,
    },
    /// Text of too many characters to be sent.
    #[error("{field}: {found} characters may not be sent, only {max}")]
    TextTooLong {
        /// Which field it is for.
        field: Field,
        /// How many characters may be sent.
        max: usize,
        /// How many there are.
        found: usize,
    },
    /// Text that may not be empty.
    #[error("{field}: empty text may not be sent")]
    EmptyText {
        /// Which field it is for.
        field: Field,
    },
    /// An answer of an unknown key: nothing that may be sent.
    #[error("an unknown answer may not be sent")]
    UnknownAnswer,
    /// The caller's buffer is too small. Nothing was written.
    #[error("buffer of {available} bytes where {needed} are needed")]
    Buffer {
        /// Bytes the line takes, with its end.
        needed: usize,
        /// Bytes the buffer has.
        available: usize,
    },
}

/// A byte, or the end of the line, for people.
struct Found(Option<u8>);

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(byte @ 0x20..=0x7E) => write!(f, "'{}'", char::from(byte)),
            Some(byte) => write!(f, "byte {byte:#04x}"),
            None => f.write_str("the end of the line"),
        }
    }
}
