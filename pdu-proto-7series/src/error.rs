use core::fmt;

use pdu_core::{Effect, ErrorKind};

use crate::history::HistoryError;
use crate::live::LiveError;

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
    /// The unit answered with a status that the profile does not have among the successes.
    #[error("status {code} to {path:?}")]
    Status {
        /// The HTTP status.
        code: u16,
        /// The path that was asked for.
        path: String,
        /// Whether the command took effect.
        effect: Effect,
    },
    /// The unit wants other credentials, or others than it got.
    #[error("login refused at {path:?}")]
    LoginRefused {
        /// The path that was asked for.
        path: String,
    },
    /// The unit sends its clients elsewhere, where nobody wanted to go: a redirect is never followed, and no credentials go there.
    #[error("redirected to {to:?}, which is not followed")]
    Redirected {
        /// Where to.
        to: String,
    },
    /// A file, or an answer, of another unit than the one that was meant.
    #[error("of another unit: {found:?} where {expected:?} was expected")]
    ForeignUnit {
        /// The identity that was expected.
        expected: String,
        /// The identity that was found.
        found: String,
    },
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
    /// No answer came in time.
    #[error("no answer to {request} in time")]
    Timeout {
        /// What was asked, in a word or two.
        request: &'static str,
        /// Whether the command took effect.
        effect: Effect,
    },
    /// There is no link to the unit, or it went away before the answer was whole.
    #[error("no link for {request}")]
    Closed {
        /// What was asked, in a word or two.
        request: &'static str,
        /// Whether the command took effect.
        effect: Effect,
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
            Self::Live(_) | Self::History(_) => ErrorKind::Malformed,
            Self::Status { .. } | Self::Redirected { .. } => ErrorKind::Refused,
            Self::LoginRefused { .. } => ErrorKind::Denied,
            Self::ForeignUnit { .. } => ErrorKind::Mismatch,
            Self::NotConfirmed { .. } => ErrorKind::NotConfirmed,
            Self::Timeout { .. } => ErrorKind::Timeout,
            Self::Closed { .. } => ErrorKind::LinkDown,
            Self::Cancelled { .. } => ErrorKind::Cancelled,
        }
    }

    fn effect(&self) -> Effect {
        match *self {
            // Reading changes nothing; and what is refused for its login, its address or its unit is not carried out.
            Self::Live(_)
            | Self::History(_)
            | Self::LoginRefused { .. }
            | Self::Redirected { .. }
            | Self::ForeignUnit { .. } => Effect::NotApplied,
            Self::NotConfirmed { .. } => Effect::Unknown,
            Self::Status { effect, .. }
            | Self::Timeout { effect, .. }
            | Self::Closed { effect, .. }
            | Self::Cancelled { effect } => effect,
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
