//! How commands of several lines fail.

use alloc::string::String;

use pdu_core::{Effect, Error, ErrorKind};

use crate::IsotekError;

/// What was written reads back as something else.
#[derive(Debug, thiserror::Error)]
#[error("{place} reads {found:?} after {expected:?} was written")]
#[non_exhaustive]
pub struct NotConfirmed {
    /// What was written: the clock, an outlet, a record.
    pub place: String,
    /// What was written there, in the form of its line.
    pub expected: String,
    /// What was read back.
    pub found: String,
    /// [`NotApplied`](Effect::NotApplied) if everything reads as before, over the link that it was written over; else
    /// [`Unknown`](Effect::Unknown).
    pub effect: Effect,
    /// How the last write failed, if it was not even acknowledged.
    #[source]
    pub unanswered: Option<IsotekError>,
}

impl Error for NotConfirmed {
    fn kind(&self) -> ErrorKind {
        ErrorKind::NotConfirmed
    }

    fn effect(&self) -> Effect {
        self.effect
    }
}

/// A series of lines was broken off: what was not acknowledged is not written again, and what comes after it not at all.
#[derive(Debug, thiserror::Error)]
#[error("{written} of {of} {what} written, then: {error}")]
#[non_exhaustive]
pub struct Incomplete {
    /// What the lines write: records, or outlets.
    pub what: &'static str,
    /// How many the unit has acknowledged.
    pub written: usize,
    /// How many there were to be.
    pub of: usize,
    /// [`NotApplied`](Effect::NotApplied) if nothing has left, else [`Unknown`](Effect::Unknown): the unit has neither what it
    /// had nor what it was to have.
    pub effect: Effect,
    /// Why the line after these failed.
    pub error: IsotekError,
}

impl Error for Incomplete {
    fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    fn effect(&self) -> Effect {
        self.effect
    }
}

/// A reply that came, and does not have what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// The status has no `RTC` line.
    #[error("the status has no clock")]
    NoClock,
    /// The raw session answered another question.
    #[error("the reply is one to another command")]
    Unexpected,
}

impl Error for ReplyError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Mismatch
    }

    /// As of a command that only reads; the device session tells that of others.
    fn effect(&self) -> Effect {
        Effect::NotApplied
    }
}

/// In what something that was read is not what was wanted.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) place: String,
    pub(super) expected: String,
    pub(super) found: String,
}

impl Difference {
    pub(super) fn not_confirmed(self, effect: Effect, unanswered: Option<IsotekError>) -> NotConfirmed {
        let Self { place, expected, found } = self;
        NotConfirmed {
            place,
            expected,
            found,
            effect,
            unanswered,
        }
    }
}
