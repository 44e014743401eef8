//! What can be wrong with a log.

use pdu_core::{Effect, ErrorKind};

/// A log that cannot be read as its profile says, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("log, line {line}, column {column}: {kind}")]
#[non_exhaustive]
pub struct HistoryError {
    /// Line of the text, from 1, on which the row begins.
    pub line: u64,
    /// Field of that row, from 1; 0 where the row as a whole is meant.
    pub column: usize,
    /// What is wrong there.
    pub kind: HistoryErrorKind,
}

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryErrorKind {
    /// More octets than the limit.
    #[error("{size} octets, where at most {limit} are read")]
    Size {
        /// How many there are.
        size: usize,
        /// How many are read.
        limit: usize,
    },
    /// More rows than the limit.
    #[error("more than {limit} rows")]
    Rows {
        /// How many are read.
        limit: usize,
    },
    /// More columns than the limit.
    #[error("{found} columns, where at most {limit} are read")]
    Columns {
        /// How many there are.
        found: usize,
        /// How many are read.
        limit: usize,
    },
    /// A row with more or fewer fields than the first.
    #[error("{found} fields, expected {expected}")]
    Fields {
        /// As many as the first line has, or the profile.
        expected: usize,
        /// As many as there are.
        found: usize,
    },
    /// Octets that are no UTF-8.
    #[error("not UTF-8")]
    Encoding,
    /// The first line has no column of the name that the profile gives to the stamp.
    #[error("no column {name:?}, where the profile has the stamp")]
    NoStampColumn {
        /// The name in the profile.
        name: String,
    },
    /// Two columns of one name.
    #[error("a second column {name:?}")]
    SecondColumn {
        /// Their name.
        name: String,
    },
    /// A stamp that neither format of the profile fits, or a time that the calendar does not have.
    #[error("{text:?} is no stamp as the profile has them")]
    Stamp {
        /// Its beginning.
        text: String,
    },
    /// There is not even a first line.
    #[error("empty, where a line with the names of the columns was expected")]
    Empty,
}

impl pdu_core::Error for HistoryError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Malformed
    }

    /// Reading a log changes nothing.
    fn effect(&self) -> Effect {
        Effect::NotApplied
    }
}

/// The beginning of a text from a device, for a message.
pub(super) fn beginning(text: &str) -> String {
    const SHOWN: usize = 40;
    text.chars().take(SHOWN).collect()
}
