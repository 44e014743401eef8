use std::io;

use crate::{Effect, Error, ErrorKind, Refused};

/// Why a call through a driver failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError<E> {
    /// The session ended the request with an error of its protocol.
    #[error(transparent)]
    Session(E),
    /// The link is gone and no other can be had.
    #[error("{error}")]
    Io {
        /// What the operating system said.
        #[source]
        error: io::Error,
        /// Whether the command took effect, as far as the session knows.
        effect: Effect,
    },
    /// Too many calls wait already: nothing was sent.
    #[error("too many calls wait already")]
    Busy,
    /// The session does not take the request for another reason: nothing was sent.
    #[error("request not accepted: {0}")]
    Refused(ErrorKind),
    /// The driver has ended.
    #[error("driver has ended")]
    Closed {
        /// Whether the command took effect, as far as the session knows.
        effect: Effect,
    },
}

impl<E: Error> Error for CallError<E>
where
    Self: core::error::Error,
{
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Session(error) => error.kind(),
            Self::Io { .. } | Self::Closed { .. } => ErrorKind::LinkDown,
            Self::Busy => ErrorKind::Busy,
            Self::Refused(kind) => *kind,
        }
    }

    fn effect(&self) -> Effect {
        match self {
            Self::Session(error) => error.effect(),
            Self::Io { effect, .. } | Self::Closed { effect } => *effect,
            Self::Busy | Self::Refused(_) => Effect::NotApplied,
        }
    }
}

impl<E, Q> From<Refused<Q>> for CallError<E> {
    fn from(refused: Refused<Q>) -> Self {
        match refused.kind {
            ErrorKind::Busy => Self::Busy,
            kind => Self::Refused(kind),
        }
    }
}
