//! Why a text was not taken, and why a value may not be sent. None of these shows what may be a password.

use core::fmt;

use super::{MAX_LINE, ScreenKind};

/// A line as it came. `Debug` shows how long it is only: it may hold a password.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawLine<'a>(pub(super) &'a [u8]);

impl<'a> RawLine<'a> {
    /// Its octets. Whoever asks for them takes care of where they go.
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

impl fmt::Debug for RawLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawLine({} octets)", self.0.len())
    }
}

/// A screen or a banner that was not taken: which line, where in it, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {number} of the screen: {fault}")]
#[non_exhaustive]
pub struct ScreenError<'a> {
    /// The line.
    pub line: RawLine<'a>,
    /// Its number among those given, from 1; that of the prompt is one more than that of the last.
    pub number: usize,
    /// What is wrong with it, without a borrow: this may be kept.
    pub fault: Fault,
}

/// What is wrong with a line, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("octet {offset}: expected {expected}, found {found}")]
#[non_exhaustive]
pub struct Fault {
    /// Index of the octet in the line, from 0.
    pub offset: usize,
    /// What should be there.
    pub expected: Expected,
    /// What is there.
    pub found: Found,
}

/// What should be in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// This text.
    Text(&'static str),
    /// A number of at most six digits, a point and three more.
    Number,
    /// Digits, of a number within its bounds.
    Integer,
    /// `yyyy-mm-dd`, a day that exists.
    Date,
    /// `hh:mm:ss`, a time that exists.
    Time,
    /// Four numbers of 0 to 255.
    Address,
    /// This unit letter.
    Unit(char),
    /// This phase, 1 to 3.
    Phase(u8),
    /// `Enable` or `Disable`.
    AgentState,
    /// Printable ASCII.
    Printable,
    /// A blank.
    Blank,
    /// Nothing more.
    EndOfLine,
    /// At most [`MAX_LINE`] octets.
    ShortLine,
    /// The first line of this screen.
    Screen(ScreenKind),
    /// The prompt.
    Prompt,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "`{text}`"),
            Self::Number => f.write_str("a number of at most 6 digits and 3 behind the point"),
            Self::Integer => f.write_str("a whole number within its bounds"),
            Self::Date => f.write_str("a date of the form yyyy-mm-dd that exists"),
            Self::Time => f.write_str("a time of the form hh:mm:ss that exists"),
            Self::Address => f.write_str("an IPv4 address"),
            Self::Unit(unit) => write!(f, "the unit {unit}"),
            Self::Phase(phase) => write!(f, "phase {phase}"),
            Self::AgentState => f.write_str("`Enable` or `Disable`"),
            Self::Printable => f.write_str("printable ASCII"),
            Self::Blank => f.write_str("a blank"),
            Self::EndOfLine => f.write_str("the end of the line"),
            Self::ShortLine => write!(f, "at most {MAX_LINE} octets"),
            Self::Screen(kind) => write!(f, "the first line of screen {kind:?}"),
            Self::Prompt => f.write_str("the prompt"),
        }
    }
}

/// What was in a line instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// Its end.
    End,
    /// This octet.
    Octet(u8),
    /// Another phase, or the same again.
    Phase(u64),
    /// The prompt, in the middle of a line or of a screen.
    Prompt,
    /// A question of the login: the console has logged the client out, or never in.
    Login,
    /// The first line of another screen: client and console are out of step, and nothing may be sent.
    Screen(ScreenKind),
    /// The prompt or the end of the lines before the screen was complete.
    Incomplete,
    /// So many octets.
    Octets(usize),
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => f.write_str("the end of the line"),
            Self::Octet(octet) => write!(f, "`{}`", octet.escape_ascii()),
            Self::Phase(phase) => write!(f, "phase {phase}"),
            Self::Prompt => f.write_str("the prompt"),
            Self::Login => f.write_str("a question of the login"),
            Self::Screen(kind) => write!(f, "the first line of screen {kind:?}"),
            Self::Incomplete => f.write_str("the end of the screen"),
            Self::Octets(len) => write!(f, "{len} octets"),
        }
    }
}

/// Why a line may not be sent, or was not understood by the device's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// A value holds an octet that it may not have: `&`, `:`, a line end, a control character, or one beyond ASCII.
    #[error("{field} holds a character that may not be sent")]
    Character {
        /// Which value.
        field: &'static str,
    },
    /// A value is too short or too long.
    #[error("{field} must have {min} to {max} characters")]
    Length {
        /// Which value.
        field: &'static str,
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// A number is outside what the line can say.
    #[error("{field} must be {bound}")]
    Bound {
        /// Which value.
        field: &'static str,
        /// What it must be.
        bound: &'static str,
    },
    /// The two entries of the new password differ.
    #[error("new password and its confirmation differ")]
    Confirmation,
    /// Entry 10, a restart, a factory default and a clearing of energy are sent only as the lines that carry
    /// [`Confirmed`](super::Confirmed).
    #[error("a restart or a clearing must be confirmed by the caller")]
    Unconfirmed,
    /// The main menu has no `Back`.
    #[error("screen {0:?} has no way back")]
    NoBack(ScreenKind),
    /// The buffer is too small; nothing was written.
    #[error("{needed} octets needed")]
    Buffer {
        /// How many are needed.
        needed: usize,
    },
    /// The line is not one of this screen.
    #[error("not a line of screen {screen:?}: {fault}")]
    Unknown {
        /// The screen it was typed at.
        screen: ScreenKind,
        /// Where it differs from the one it is most like.
        fault: Fault,
    },
}

/// Why a screen or a banner may not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A text is not printable ASCII, begins with a blank, is longer than a line, or holds a prompt.
    #[error("{field} may not stand on a screen")]
    Text {
        /// Which value.
        field: &'static str,
    },
    /// A number has more digits than the console prints: six, and three behind the point.
    #[error("{field} has too many digits")]
    Digits {
        /// Which value.
        field: &'static str,
    },
    /// The console prints three phases of load.
    #[error("load of phase {0} is missing")]
    Phase(u8),
    /// The buffer is too small; nothing was written.
    #[error("{needed} octets needed")]
    Buffer {
        /// How many are needed.
        needed: usize,
    },
}
