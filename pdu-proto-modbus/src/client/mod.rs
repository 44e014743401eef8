//! Level 1, the asking side: sessions over RTU and TCP.
//!
//! [`TcpClient`] has several transactions in flight, told apart by their ids; [`RtuClient`] has one, and lets up to as many
//! units share the line as its table has places. Both are [`Session`](pdu_core::Session)s: bytes and time in, bytes and a
//! deadline out.

mod options;
mod output;
mod rtu;
mod table;
mod tcp;

#[cfg(feature = "alloc")]
pub(crate) use options::silence;
pub use options::{ExceptionLength, LocalEcho, RtuLink, RtuOptions, TcpOptions, TransactionId, UnitInReply};
pub use pdu_core::LineSettings;
pub use rtu::RtuClient;
pub use tcp::TcpClient;

use core::time::Duration;

use crate::wire::{self, Registers, RequestBuf, Response, ResponseBuf, WireError};

/// A question to one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    unit: u8,
    retry: Retry,
    body: RequestBuf,
}

/// Whether a request may be sent again when no answer came, as often as the session's settings say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Retry {
    /// Only if its function changes nothing on the device ([`FunctionCode::is_read_only`](wire::FunctionCode::is_read_only)).
    #[default]
    ReadsOnly,
    /// Sent once, whatever it is.
    Never,
    /// The caller says that doing it twice is the same as doing it once, and that nobody else may have changed it in
    /// between: a write is then sent again too.
    Repeatable,
}

impl Request {
    /// A question to `unit`: 1 to 247, or what a gateway wants; 0 is everybody on a serial line. Fails if the standard forbids
    /// the message.
    #[inline]
    pub fn new(unit: u8, request: &wire::Request<'_>) -> Result<Self, WireError> {
        let mut new = Self {
            unit,
            retry: Retry::default(),
            body: RequestBuf::EMPTY,
        };
        new.body.set(request)?;
        Ok(new)
    }

    /// Function 03: `quantity` (1 to 125) holding registers from `address`.
    #[inline]
    pub fn read_holding_registers(unit: u8, address: u16, quantity: u16) -> Result<Self, WireError> {
        Self::new(unit, &wire::Request::ReadHoldingRegisters { address, quantity })
    }

    /// Function 06: `value` into the holding register at `address`.
    #[inline]
    pub fn write_single_register(unit: u8, address: u16, value: u16) -> Result<Self, WireError> {
        Self::new(unit, &wire::Request::WriteSingleRegister { address, value })
    }

    /// The same question, with other rules for sending it again.
    #[inline]
    #[must_use]
    pub fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// Who is asked.
    #[inline]
    pub fn unit(&self) -> u8 {
        self.unit
    }

    /// What is asked.
    #[inline]
    pub fn body(&self) -> wire::Request<'_> {
        self.body.view()
    }
}

/// What a unit answered; or, of a request that nobody answers, that it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    unit: u8,
    body: Option<ResponseBuf>,
}

impl Reply {
    /// Who answered, or was asked: 0 for a broadcast.
    #[inline]
    pub fn unit(&self) -> u8 {
        self.unit
    }

    /// The answer, never an exception (that is an error); `None` for what nobody answers, a
    /// broadcast or function 08 with sub-function 04: it was sent, and no more is known.
    #[inline]
    pub fn response(&self) -> Option<Response<'_>> {
        self.body.as_ref().map(ResponseBuf::view)
    }

    /// The registers, if the answer is one of functions 03, 04, 23 or 24.
    #[inline]
    pub fn registers(&self) -> Option<Registers<'_>> {
        match self.response()? {
            Response::ReadHoldingRegisters { values }
            | Response::ReadInputRegisters { values }
            | Response::ReadWriteMultipleRegisters { values }
            | Response::ReadFifoQueue { values } => Some(values),
            _ => None,
        }
    }
}

/// What a session has seen that was no answer, for whoever looks after a line. Counts stop at their largest value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Statistics {
    /// Answers to requests that were finished, cancelled or given up, or that nobody has made.
    pub late: u32,
    /// Bytes that belong to no frame, or to other units' frames.
    pub discarded: u32,
    /// Requests sent again.
    pub repeated: u32,
}

/// A span in 32 bits, so that a client of one place with all its buffers and settings stays within 1 KiB. At most 71 minutes;
/// a longer span counts as that.
#[derive(Clone, Copy, Debug)]
struct Micros(u32);

impl From<Duration> for Micros {
    fn from(span: Duration) -> Self {
        Self(u32::try_from(span.as_micros()).unwrap_or(u32::MAX))
    }
}

impl Micros {
    const fn span(self) -> Duration {
        Duration::from_micros(self.0 as u64)
    }
}
