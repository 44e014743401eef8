use core::fmt;

/// What kind of thing went wrong: the part of an error that a program decides on.
///
/// ```
/// use pdu_core::ErrorKind;
///
/// assert_eq!(ErrorKind::Timeout.to_string(), "timeout");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No answer came in time.
    Timeout,
    /// The peer sent what its protocol does not allow.
    Malformed,
    /// The answer is well formed, but does not fit the request.
    Mismatch,
    /// The device refused the request.
    Refused,
    /// The device wants other credentials or rights.
    Denied,
    /// The device, or this crate, does not know how to do it.
    Unsupported,
    /// The caller asked for something outside what may be asked: nothing was sent.
    InvalidArgument,
    /// A fixed capacity is used up: ask again when something was answered.
    Busy,
    /// There is no link to the device, or it went away.
    LinkDown,
    /// The caller withdrew the request.
    Cancelled,
    /// A value that was written is not the one that was read back.
    NotConfirmed,
    /// None of the others.
    Other,
}

impl ErrorKind {
    /// The kind in words, lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Malformed => "malformed",
            Self::Mismatch => "mismatch",
            Self::Refused => "refused",
            Self::Denied => "denied",
            Self::Unsupported => "unsupported",
            Self::InvalidArgument => "invalid argument",
            Self::Busy => "busy",
            Self::LinkDown => "link down",
            Self::Cancelled => "cancelled",
            Self::NotConfirmed => "not confirmed",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Did the command take effect on the device?
///
/// The question that matters after an error: a command that is [`NotApplied`](Self::NotApplied) may be sent again, one
/// whose effect is [`Unknown`](Self::Unknown) must not be before the state was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Effect {
    /// Certainly not: it never left, the device refused it, or it changes nothing by its nature.
    NotApplied,
    /// It may have: it left, and nothing reliable came back.
    Unknown,
    /// It did, although something later failed.
    Applied,
}

impl Effect {
    /// The effect in words, lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotApplied => "not applied",
            Self::Unknown => "unknown",
            Self::Applied => "applied",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An error of a session: what kind it is, and whether the command took effect.
///
/// Messages (`Display`) are lower case, without a final dot, and carry what a technician needs: expected and found, unit,
/// register, line. They never carry a secret, and text from a device only escaped.
pub trait Error: core::error::Error {
    /// What kind of error this is.
    fn kind(&self) -> ErrorKind;
    /// Whether the command took effect on the device.
    fn effect(&self) -> Effect;
}
