//! The numbers of the standard: function codes, exception codes, diagnostic sub-functions.

use core::fmt;

/// What a request asks for: the first byte of a protocol data unit.
///
/// Open: a code without a constant here is carried as it is. 1 to 127 are functions; a response with the high bit set
/// (128 to 255) reports an exception to the function without it.
///
/// Source: Application Protocol V1.1b3, 5.1.
///
/// ```
/// use pdu_proto_modbus::wire::FunctionCode;
///
/// assert_eq!(FunctionCode::READ_HOLDING_REGISTERS.to_string(), "read holding registers (03)");
/// assert!(FunctionCode(0x83).is_exception());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct FunctionCode(pub u8);

impl FunctionCode {
    /// Read 1 to 2000 coils. Source: V1.1b3, 6.1.
    pub const READ_COILS: Self = Self(0x01);
    /// Read 1 to 2000 discrete inputs. Source: V1.1b3, 6.2.
    pub const READ_DISCRETE_INPUTS: Self = Self(0x02);
    /// Read 1 to 125 holding registers. Source: V1.1b3, 6.3.
    pub const READ_HOLDING_REGISTERS: Self = Self(0x03);
    /// Read 1 to 125 input registers. Source: V1.1b3, 6.4.
    pub const READ_INPUT_REGISTERS: Self = Self(0x04);
    /// Write one coil. Source: V1.1b3, 6.5.
    pub const WRITE_SINGLE_COIL: Self = Self(0x05);
    /// Write one holding register. Source: V1.1b3, 6.6.
    pub const WRITE_SINGLE_REGISTER: Self = Self(0x06);
    /// Read eight exception status outputs (serial line only). Source: V1.1b3, 6.7.
    pub const READ_EXCEPTION_STATUS: Self = Self(0x07);
    /// Diagnostics of the serial line, see [`Diagnostic`]. Source: V1.1b3, 6.8.
    pub const DIAGNOSTICS: Self = Self(0x08);
    /// Status word and event count of the serial line. Source: V1.1b3, 6.9.
    pub const GET_COMM_EVENT_COUNTER: Self = Self(0x0B);
    /// Status word, counts and the last 64 events of the serial line. Source: V1.1b3, 6.10.
    pub const GET_COMM_EVENT_LOG: Self = Self(0x0C);
    /// Write 1 to 1968 coils. Source: V1.1b3, 6.11.
    pub const WRITE_MULTIPLE_COILS: Self = Self(0x0F);
    /// Write 1 to 123 holding registers. Source: V1.1b3, 6.12.
    pub const WRITE_MULTIPLE_REGISTERS: Self = Self(0x10);
    /// What the device is, in bytes of its own meaning. Source: V1.1b3, 6.13.
    pub const REPORT_SERVER_ID: Self = Self(0x11);
    /// Read groups of registers of files. Source: V1.1b3, 6.14.
    pub const READ_FILE_RECORD: Self = Self(0x14);
    /// Write groups of registers of files. Source: V1.1b3, 6.15.
    pub const WRITE_FILE_RECORD: Self = Self(0x15);
    /// Change chosen bits of one holding register. Source: V1.1b3, 6.16.
    pub const MASK_WRITE_REGISTER: Self = Self(0x16);
    /// Write 1 to 121 registers, then read 1 to 125, in one transaction. Source: V1.1b3, 6.17.
    pub const READ_WRITE_MULTIPLE_REGISTERS: Self = Self(0x17);
    /// Read a queue of up to 31 registers. Source: V1.1b3, 6.18.
    pub const READ_FIFO_QUEUE: Self = Self(0x18);
    /// A tunnel for other protocols; type 14 is Read Device Identification. Source: V1.1b3, 6.19.
    pub const ENCAPSULATED_INTERFACE_TRANSPORT: Self = Self(0x2B);

    const EXCEPTION_BIT: u8 = 0x80;

    /// Whether the high bit is set, which marks an exception response.
    #[inline]
    pub const fn is_exception(self) -> bool {
        self.0 & Self::EXCEPTION_BIT != 0
    }

    /// The function itself, without the bit that marks an exception.
    #[inline]
    #[must_use]
    pub const fn without_exception(self) -> Self {
        Self(self.0 & !Self::EXCEPTION_BIT)
    }

    /// The same function with the bit that marks an exception.
    #[inline]
    #[must_use]
    pub const fn with_exception(self) -> Self {
        Self(self.0 | Self::EXCEPTION_BIT)
    }

    /// Whether every request with this code leaves the device as it was, so that it may be sent again unasked.
    ///
    /// False where it depends on the data: diagnostics (08) clears counters or restarts the line, and the encapsulated
    /// interface (43) carries other protocols. [`Request::is_read_only`](super::Request::is_read_only) knows the data.
    pub const fn is_read_only(self) -> bool {
        matches!(
            self,
            Self::READ_COILS
                | Self::READ_DISCRETE_INPUTS
                | Self::READ_HOLDING_REGISTERS
                | Self::READ_INPUT_REGISTERS
                | Self::READ_EXCEPTION_STATUS
                | Self::GET_COMM_EVENT_COUNTER
                | Self::GET_COMM_EVENT_LOG
                | Self::REPORT_SERVER_ID
                | Self::READ_FILE_RECORD
                | Self::READ_FIFO_QUEUE
        )
    }

    /// The standard's name in lower case; `None` for a code it does not define, and for exceptions.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::READ_COILS => "read coils",
            Self::READ_DISCRETE_INPUTS => "read discrete inputs",
            Self::READ_HOLDING_REGISTERS => "read holding registers",
            Self::READ_INPUT_REGISTERS => "read input registers",
            Self::WRITE_SINGLE_COIL => "write single coil",
            Self::WRITE_SINGLE_REGISTER => "write single register",
            Self::READ_EXCEPTION_STATUS => "read exception status",
            Self::DIAGNOSTICS => "diagnostics",
            Self::GET_COMM_EVENT_COUNTER => "get comm event counter",
            Self::GET_COMM_EVENT_LOG => "get comm event log",
            Self::WRITE_MULTIPLE_COILS => "write multiple coils",
            Self::WRITE_MULTIPLE_REGISTERS => "write multiple registers",
            Self::REPORT_SERVER_ID => "report server id",
            Self::READ_FILE_RECORD => "read file record",
            Self::WRITE_FILE_RECORD => "write file record",
            Self::MASK_WRITE_REGISTER => "mask write register",
            Self::READ_WRITE_MULTIPLE_REGISTERS => "read/write multiple registers",
            Self::READ_FIFO_QUEUE => "read fifo queue",
            Self::ENCAPSULATED_INTERFACE_TRANSPORT => "encapsulated interface transport",
            _ => return None,
        })
    }
}

impl fmt::Display for FunctionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = self.without_exception();
        if self.is_exception() {
            f.write_str("exception to ")?;
        }
        write!(f, "{} ({:02})", function.name().unwrap_or("function"), function.0)
    }
}

impl fmt::Debug for FunctionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FunctionCode({:#04x})", self.0)
    }
}

/// Why a device refused a request.
///
/// Open: gateways and devices send codes of their own, and every one is kept.
///
/// Source: Application Protocol V1.1b3, 7.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct ExceptionCode(pub u8);

impl ExceptionCode {
    /// The device does not know the function, or not in its present state.
    pub const ILLEGAL_FUNCTION: Self = Self(0x01);
    /// An address, or address and quantity together, is outside what the device has.
    pub const ILLEGAL_DATA_ADDRESS: Self = Self(0x02);
    /// The structure of the request is wrong: a quantity or a byte count, not a value out of an application's range.
    pub const ILLEGAL_DATA_VALUE: Self = Self(0x03);
    /// The device failed while it carried the request out.
    pub const SERVER_DEVICE_FAILURE: Self = Self(0x04);
    /// Accepted, but it takes long: ask later whether it is done.
    pub const ACKNOWLEDGE: Self = Self(0x05);
    /// Busy with a long command: send the request again later.
    pub const SERVER_DEVICE_BUSY: Self = Self(0x06);
    /// The function cannot be carried out in the device's present state (in the standard's older editions).
    pub const NEGATIVE_ACKNOWLEDGE: Self = Self(0x07);
    /// The extended memory of files failed its consistency check.
    pub const MEMORY_PARITY_ERROR: Self = Self(0x08);
    /// The gateway has no path to the device: misconfigured or overloaded.
    pub const GATEWAY_PATH_UNAVAILABLE: Self = Self(0x0A);
    /// The gateway got no answer from the device: usually it is not on the line.
    pub const GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND: Self = Self(0x0B);

    /// The standard's name in lower case; `None` for a code it does not define.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::ILLEGAL_FUNCTION => "illegal function",
            Self::ILLEGAL_DATA_ADDRESS => "illegal data address",
            Self::ILLEGAL_DATA_VALUE => "illegal data value",
            Self::SERVER_DEVICE_FAILURE => "server device failure",
            Self::ACKNOWLEDGE => "acknowledge",
            Self::SERVER_DEVICE_BUSY => "server device busy",
            Self::NEGATIVE_ACKNOWLEDGE => "negative acknowledge",
            Self::MEMORY_PARITY_ERROR => "memory parity error",
            Self::GATEWAY_PATH_UNAVAILABLE => "gateway path unavailable",
            Self::GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND => "gateway target device failed to respond",
            _ => return None,
        })
    }
}

impl fmt::Display for ExceptionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:02X})", self.name().unwrap_or("exception"), self.0)
    }
}

impl fmt::Debug for ExceptionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExceptionCode({:#04x})", self.0)
    }
}

/// The sub-function of a diagnostics request (function code 08).
///
/// Open, as the standard reserves the numbers it does not define.
///
/// Source: Application Protocol V1.1b3, 6.8.1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Diagnostic(pub u16);

impl Diagnostic {
    /// The data comes back as it was sent: a loop-back test. The only sub-function with data of any length.
    pub const RETURN_QUERY_DATA: Self = Self(0x00);
    /// Restart the serial port and clear its counters; data FF00 clears the event log too, 0000 keeps it.
    pub const RESTART_COMMUNICATIONS_OPTION: Self = Self(0x01);
    /// The device's 16-bit diagnostic register.
    pub const RETURN_DIAGNOSTIC_REGISTER: Self = Self(0x02);
    /// Change the end-of-message character of the ASCII mode.
    pub const CHANGE_ASCII_INPUT_DELIMITER: Self = Self(0x03);
    /// The device goes silent until it is restarted: **no response follows**.
    pub const FORCE_LISTEN_ONLY_MODE: Self = Self(0x04);
    /// Clear all counters and the diagnostic register.
    pub const CLEAR_COUNTERS_AND_DIAGNOSTIC_REGISTER: Self = Self(0x0A);
    /// Messages seen on the line.
    pub const RETURN_BUS_MESSAGE_COUNT: Self = Self(0x0B);
    /// CRC errors seen on the line.
    pub const RETURN_BUS_COMMUNICATION_ERROR_COUNT: Self = Self(0x0C);
    /// Exceptions the device answered.
    pub const RETURN_BUS_EXCEPTION_ERROR_COUNT: Self = Self(0x0D);
    /// Messages addressed to the device, or broadcast.
    pub const RETURN_SERVER_MESSAGE_COUNT: Self = Self(0x0E);
    /// Messages addressed to the device that it did not answer.
    pub const RETURN_SERVER_NO_RESPONSE_COUNT: Self = Self(0x0F);
    /// Messages answered with a negative acknowledge.
    pub const RETURN_SERVER_NAK_COUNT: Self = Self(0x10);
    /// Messages answered with "server device busy".
    pub const RETURN_SERVER_BUSY_COUNT: Self = Self(0x11);
    /// Messages lost to a character overrun.
    pub const RETURN_BUS_CHARACTER_OVERRUN_COUNT: Self = Self(0x12);
    /// Clear the overrun counter and its flag.
    pub const CLEAR_OVERRUN_COUNTER_AND_FLAG: Self = Self(0x14);

    /// Whether the standard gives this sub-function exactly one word of data: all it defines but
    /// [`RETURN_QUERY_DATA`](Self::RETURN_QUERY_DATA).
    pub(super) const fn takes_one_word(self) -> bool {
        matches!(self.0, 0x01..=0x04 | 0x0A..=0x12 | 0x14)
    }

    /// Whether the standard defines this sub-function, so that its response is as long as its request.
    pub(super) fn is_standard(self) -> bool {
        self.takes_one_word() || self == Self::RETURN_QUERY_DATA
    }

    /// Whether the response repeats the request's data.
    pub(super) const fn echoes_data(self) -> bool {
        matches!(
            self,
            Self::RETURN_QUERY_DATA
                | Self::RESTART_COMMUNICATIONS_OPTION
                | Self::CHANGE_ASCII_INPUT_DELIMITER
                | Self::CLEAR_COUNTERS_AND_DIAGNOSTIC_REGISTER
                | Self::CLEAR_OVERRUN_COUNTER_AND_FLAG
        )
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "diagnostics sub-function {}", self.0)
    }
}

impl fmt::Debug for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Diagnostic({:#06x})", self.0)
    }
}
