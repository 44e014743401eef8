use pdu_core::{Effect, ErrorKind};

use crate::notification::NotificationError;
use crate::usm::{Report, UsmError};
use crate::wire::{EncodeError, ErrorStatus};

/// How a notification fails.
///
/// The effect tells whether it arrived. No secret is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// There are as many on their way as the [capacity](crate::notification::SenderOptions::capacity) allows.
    #[error("too many notifications on their way")]
    Busy,
    /// No such destination, or not any more.
    #[error("no such destination")]
    Destination,
    /// Traps of v3 need an [engine](crate::notification::Sender::with_engine) that sends them.
    #[error("no engine to send traps of v3")]
    NoEngine,
    /// It cannot be written in the destination's version.
    #[error(transparent)]
    Notification(#[from] NotificationError),
    /// It is longer than the [longest message](crate::notification::SenderOptions::max_message_size) to be sent.
    #[error("message of more than {max} octets")]
    TooLong {
        /// Octets that a message may have.
        max: usize,
    },
    /// The user's keys cannot be made, or not be used.
    #[error(transparent)]
    Usm(UsmError),
    /// An inform that was not answered, however often it was sent. In v3 a wrong password for privacy looks like this too.
    #[error("inform not answered ({attempts} sent)")]
    Timeout {
        /// How often it was sent, or what should have found the receiver's engine.
        attempts: u8,
        /// Unknown, since the answer may have been lost; not applied if the receiver's engine was never found.
        effect: Effect,
    },
    /// An inform of v3 that the receiver did not believe.
    #[error("receiver reports: {report}")]
    Report {
        /// Why not.
        report: Report,
        /// Unknown if the inform has left: reports are not authentic, and say nothing of another attempt.
        effect: Effect,
    },
    /// An inform that was answered by an error.
    #[error("receiver answered {status}")]
    Refused {
        /// Which.
        status: ErrorStatus,
    },
    /// The caller withdrew it, or removed its destination.
    #[error("cancelled")]
    Cancelled {
        /// Whether it arrived.
        effect: Effect,
    },
}

impl From<UsmError> for SendError {
    fn from(error: UsmError) -> Self {
        match error {
            UsmError::Encode(error) => error.into(),
            error => Self::Usm(error),
        }
    }
}

impl From<EncodeError> for SendError {
    fn from(error: EncodeError) -> Self {
        match error {
            EncodeError::Buffer { available, .. } => Self::TooLong { max: available },
            error => Self::Notification(error.into()),
        }
    }
}

impl pdu_core::Error for SendError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Busy => ErrorKind::Busy,
            Self::Destination | Self::NoEngine | Self::Notification(_) | Self::TooLong { .. } => {
                ErrorKind::InvalidArgument
            }
            Self::Usm(error) => error.kind(),
            Self::Timeout { .. } => ErrorKind::Timeout,
            Self::Report { .. } => ErrorKind::Denied,
            Self::Refused { .. } => ErrorKind::Refused,
            Self::Cancelled { .. } => ErrorKind::Cancelled,
        }
    }

    fn effect(&self) -> Effect {
        match self {
            Self::Timeout { effect, .. } | Self::Report { effect, .. } | Self::Cancelled { effect } => *effect,
            _ => Effect::NotApplied,
        }
    }
}
