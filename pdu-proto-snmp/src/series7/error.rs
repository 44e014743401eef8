//! How commands fail for reasons that no single request has.

use alloc::string::String;

use pdu_core::{Effect, Error, ErrorKind};

use super::Base;
use crate::SnmpError;

/// The agent does not have the objects of the 7-series where they were to begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such unit of the 7-series below {base}: productTitle is {}", Shown(.title.as_deref()))]
#[non_exhaustive]
pub struct WrongBase {
    /// Where they were to begin.
    pub base: Base,
    /// The productTitle there, if there is one, and it is not the one that was expected.
    pub title: Option<String>,
}

struct Shown<'a>(Option<&'a str>);

impl core::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Some(text) => write!(f, "{text:?}"),
            None => f.write_str("missing"),
        }
    }
}

impl Error for WrongBase {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Mismatch
    }

    /// Nothing is written before this is known.
    fn effect(&self) -> Effect {
        Effect::NotApplied
    }
}

/// What was written reads back as something else.
///
/// It may still come: the manual says that settings take up to two minutes to become active, and that the same one is not to be
/// changed again before (lines 306 and 307).
#[derive(Debug, thiserror::Error)]
#[error("{place} reads {found} after {expected} was written")]
#[non_exhaustive]
pub struct NotConfirmed {
    /// What was written: an outlet's setting, an alarm rule.
    pub place: String,
    /// What was written there.
    pub expected: String,
    /// What was read back.
    pub found: String,
    /// How the last write failed, if it was not even acknowledged.
    #[source]
    pub unanswered: Option<SnmpError>,
}

impl Error for NotConfirmed {
    fn kind(&self) -> ErrorKind {
        ErrorKind::NotConfirmed
    }

    fn effect(&self) -> Effect {
        Effect::Unknown
    }
}

/// A series of writes was broken off: what was not acknowledged is not written again, and what comes after it not at all.
#[derive(Debug, thiserror::Error)]
#[error("{written} of {of} writes done, then at {place}: {error}")]
#[non_exhaustive]
pub struct Incomplete {
    /// What the failed one was to write.
    pub place: String,
    /// How many the unit has acknowledged.
    pub written: usize,
    /// How many there were to be.
    pub of: usize,
    /// [`Unknown`](Effect::Unknown) as soon as one was acknowledged: the unit has neither what it had nor what it was to have.
    pub effect: Effect,
    /// Why it failed.
    pub error: SnmpError,
}

impl Error for Incomplete {
    fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    fn effect(&self) -> Effect {
        self.effect
    }
}

/// An answer came, and does not have what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// A row of the alarm rules watches something that cannot be read; or it lacks its threshold or its direction, or has one
    /// that the MIB does not have.
    #[error("alarm rule {row}: {what} is {found}")]
    Rule {
        /// Its row.
        row: u16,
        /// Which column.
        what: &'static str,
        /// What is there.
        found: String,
    },
}

impl Error for ReplyError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Malformed
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
    pub(super) fn not_confirmed(self, unanswered: Option<SnmpError>) -> NotConfirmed {
        let Self { place, expected, found } = self;
        NotConfirmed {
            place,
            expected,
            found,
            unanswered,
        }
    }
}
