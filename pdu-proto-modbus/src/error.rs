use pdu_core::{Effect, ErrorKind};

use crate::wire::{ExceptionCode, FunctionCode, Mismatch, WireError};

/// How a request of a Modbus client fails.
///
/// The effect tells whether a write took place: a function that only reads changes nothing, so it is
/// [`NotApplied`](Effect::NotApplied) whatever happened to its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModbusError {
    /// The request itself is not allowed; nothing was sent.
    #[error("request not allowed: {0}")]
    Request(WireError),
    /// A function that wants an answer, to the broadcast address; nothing was sent.
    #[error("{function} wants an answer and cannot be broadcast to unit 0")]
    Broadcast {
        /// The function.
        function: FunctionCode,
    },
    /// The unit did not answer in time, as often as it was asked.
    #[error("unit {unit} did not answer {function} ({attempts} sent){}", Because(.rejected))]
    Timeout {
        /// The unit that was asked.
        unit: u8,
        /// What it was asked.
        function: FunctionCode,
        /// How often the request was sent.
        attempts: u8,
        /// Why bytes that did come were not the answer: the first reason found.
        rejected: Option<Rejected>,
        /// Whether it took effect.
        effect: Effect,
    },
    /// The unit answered with an exception.
    #[error("unit {unit} refused {function}: {code}")]
    Exception {
        /// The unit that answered.
        unit: u8,
        /// What it was asked.
        function: FunctionCode,
        /// Why it did not do it; the standard's codes and any other.
        code: ExceptionCode,
        /// Whether it took effect.
        effect: Effect,
    },
    /// There is an answer to this very request (its transaction id says so), and it does not fit.
    #[error("unit {unit}, {function}: {rejected}")]
    Answer {
        /// The unit that was asked.
        unit: u8,
        /// What it was asked.
        function: FunctionCode,
        /// What does not fit.
        rejected: Rejected,
        /// Whether it took effect.
        effect: Effect,
    },
    /// Framing was lost on a byte stream, whose only cure is another connection.
    #[error("tcp stream lost its framing: {reason}")]
    Framing {
        /// What was found in place of a frame.
        reason: WireError,
        /// Whether it took effect.
        effect: Effect,
    },
    /// There was no link for the time that the settings allow, or it went away.
    #[error("no link to unit {unit}")]
    LinkDown {
        /// The unit that was to be asked.
        unit: u8,
        /// Whether it took effect.
        effect: Effect,
    },
    /// The serial line was never quiet for long enough to send; nothing was sent.
    #[error("line was not quiet for long enough to ask unit {unit}")]
    LineBusy {
        /// The unit that was to be asked.
        unit: u8,
    },
    /// The caller withdrew the request.
    #[error("cancelled")]
    Cancelled {
        /// Whether it took effect.
        effect: Effect,
    },
}

/// Why bytes that came are not the answer that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// Another unit's answer.
    #[error("answer of unit {found} where unit {expected} was expected")]
    Unit {
        /// The unit that was asked.
        expected: u8,
        /// The unit that answered.
        found: u8,
    },
    /// The answer ends before its time.
    #[error("answer cut after {found} of at least {needed} bytes")]
    Cut {
        /// Bytes that its frame has, as far as they tell.
        needed: usize,
        /// Bytes that came.
        found: usize,
    },
    /// The answer is well formed, and is one to another request.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// Not a well-formed answer.
    #[error(transparent)]
    Wire(#[from] WireError),
}

/// Adds the reason of a rejection to a message, if there is one.
struct Because<'a>(&'a Option<Rejected>);

impl core::fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Some(rejected) => write!(f, ", but sent what is not its answer: {rejected}"),
            None => Ok(()),
        }
    }
}

impl pdu_core::Error for ModbusError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Request(_) | Self::Broadcast { .. } => ErrorKind::InvalidArgument,
            Self::Timeout {
                rejected: None | Some(Rejected::Unit { .. }),
                ..
            } => ErrorKind::Timeout,
            Self::Timeout {
                rejected: Some(Rejected::Wire(_) | Rejected::Cut { .. }),
                ..
            }
            | Self::Answer {
                rejected: Rejected::Wire(_) | Rejected::Cut { .. },
                ..
            }
            | Self::Framing { .. } => ErrorKind::Malformed,
            Self::Timeout {
                rejected: Some(Rejected::Mismatch(_)),
                ..
            }
            | Self::Answer { .. } => ErrorKind::Mismatch,
            Self::Exception {
                code: ExceptionCode::ILLEGAL_FUNCTION,
                ..
            } => ErrorKind::Unsupported,
            Self::Exception { .. } => ErrorKind::Refused,
            Self::LinkDown { .. } => ErrorKind::LinkDown,
            Self::LineBusy { .. } => ErrorKind::Busy,
            Self::Cancelled { .. } => ErrorKind::Cancelled,
        }
    }

    fn effect(&self) -> Effect {
        match *self {
            Self::Request(_) | Self::Broadcast { .. } | Self::LineBusy { .. } => Effect::NotApplied,
            Self::Timeout { effect, .. }
            | Self::Exception { effect, .. }
            | Self::Answer { effect, .. }
            | Self::Framing { effect, .. }
            | Self::LinkDown { effect, .. }
            | Self::Cancelled { effect } => effect,
        }
    }
}

/// What a request may have done to the device, once it has left and nothing reliable came back.
pub(crate) const fn effect_once_sent(function: FunctionCode) -> Effect {
    if function.is_read_only() {
        Effect::NotApplied
    } else {
        Effect::Unknown
    }
}

/// What a request did that was answered with an exception.
///
/// Codes 1 to 3, 6 and 0A refuse before anything is done. 4 (failed while acting), 5 (accepted, still at it), 8, 0B (the
/// device behind the gateway did not answer) and codes that the standard does not have leave it open.
/// Source: Application Protocol V1.1b3, 7.
pub(crate) const fn effect_of_exception(function: FunctionCode, code: ExceptionCode) -> Effect {
    match code {
        ExceptionCode::ILLEGAL_FUNCTION
        | ExceptionCode::ILLEGAL_DATA_ADDRESS
        | ExceptionCode::ILLEGAL_DATA_VALUE
        | ExceptionCode::SERVER_DEVICE_BUSY
        | ExceptionCode::GATEWAY_PATH_UNAVAILABLE => Effect::NotApplied,
        _ => effect_once_sent(function),
    }
}
