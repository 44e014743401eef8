use core::fmt;

use pdu_core::{Effect, ErrorKind};

use crate::config::ConfigError;
use crate::history::HistoryError;
use crate::http::HttpError;
use crate::live::LiveError;
use crate::profile::ProfileError;

/// How a request to a unit, or the reading of what it gave, fails.
///
/// Text from a device stands in messages escaped and quoted; no secret stands in any.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Series7Error {
    /// What should be the live XML document is none.
    #[error("live XML: {0}")]
    Live(#[from] LiveError),
    /// What should be the data log is none.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// A configuration file that is none, of another unit, or that does not have what the profile says.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A profile that is none.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The exchange over HTTP.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The profile does not say how the unit writes its data log.
    #[error("profile has no section history")]
    NoLogProfile,
    /// The client answered another request than the one that was asked.
    #[error("reply to another request")]
    UnexpectedReply,
    /// What was written reads back as something else.
    ///
    /// It may still come: settings take up to two minutes to become active (manual, lines 306 and 307).
    #[error("{place} reads {found:?} after {expected:?} was written")]
    NotConfirmed {
        /// What was written: an outlet's state, a setting.
        place: String,
        /// What was written there.
        expected: String,
        /// What was read back.
        found: String,
    },
    /// A series of commands was broken off: what was not acknowledged is not sent again, and what comes after it not at all.
    #[error("{done} of {of} commands done, then at {place}: {error}")]
    Incomplete {
        /// What the failed one was for.
        place: String,
        /// How many the unit has acknowledged.
        done: usize,
        /// How many there were to be.
        of: usize,
        /// [`Unknown`](Effect::Unknown) as soon as one was acknowledged: the unit is neither as it was nor as it was to be.
        effect: Effect,
        /// Why it failed.
        error: Box<Self>,
    },
    /// The caller withdrew the request.
    #[error("cancelled")]
    Cancelled {
        /// Whether the command took effect.
        effect: Effect,
    },
}

impl pdu_core::Error for Series7Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Live(_) => ErrorKind::Malformed,
            Self::History(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Profile(error) => error.kind(),
            Self::Http(error) => error.kind(),
            Self::NoLogProfile => ErrorKind::Unsupported,
            Self::UnexpectedReply => ErrorKind::Mismatch,
            Self::NotConfirmed { .. } => ErrorKind::NotConfirmed,
            Self::Incomplete { error, .. } => error.kind(),
            Self::Cancelled { .. } => ErrorKind::Cancelled,
        }
    }

    fn effect(&self) -> Effect {
        match self {
            // Reading changes nothing, and what a file or a profile forbids is not sent.
            Self::Live(_) | Self::History(_) | Self::NoLogProfile => Effect::NotApplied,
            Self::Config(error) => error.effect(),
            Self::Profile(error) => error.effect(),
            Self::Http(error) => error.effect(),
            Self::UnexpectedReply | Self::NotConfirmed { .. } => Effect::Unknown,
            Self::Incomplete { effect, .. } | Self::Cancelled { effect } => *effect,
        }
    }
}

/// A place in a text: where an error was found.
///
/// ```
/// use pdu_proto_7series::Position;
///
/// let at = Position::of("<a>\n  °<b/>".as_bytes(), 8);
/// assert_eq!((at.line, at.column), (2, 4));
/// assert_eq!(at.to_string(), "line 2, column 4");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Position {
    /// The line, from 1; lines end with LF.
    pub line: u32,
    /// The character in its line, from 1.
    pub column: u32,
}

impl Position {
    /// Where a text begins.
    pub const START: Self = Self { line: 1, column: 1 };

    /// Where the octet at `offset` stands; behind the last one if there are not so many.
    ///
    /// Counts from the beginning: for errors, not for every element.
    pub fn of(text: &[u8], offset: usize) -> Self {
        Self::START.behind(text.get(..offset).unwrap_or(text))
    }

    /// Where what follows `text` stands, if `text` stands here.
    pub(crate) fn behind(self, text: &[u8]) -> Self {
        let mut lines = text.split(|&octet| octet == b'\n');
        // Octets 0b10xx_xxxx go on with a character of UTF-8 that has begun.
        let last = lines.next_back().unwrap_or_default();
        let characters = last.iter().filter(|&octet| octet & 0xC0 != 0x80).count();
        let line_ends = lines.count();
        let plus = |from: u32, count: usize| from.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        Self {
            line: plus(self.line, line_ends),
            column: plus(if line_ends == 0 { self.column } else { 1 }, characters),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}
