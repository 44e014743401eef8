use pdu_core::{Effect, ErrorKind};

use crate::wire::WireError;

/// How a command fails.
///
/// The protocol has no error reply: a unit that refuses a command, and one that never heard it, are equally silent. So a
/// command without an answer is [`NoReply`](Self::NoReply), never a refusal.
///
/// The effect tells whether a command that changes the unit was carried out; one that only reads is
/// [`NotApplied`](Effect::NotApplied) whatever happened to its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IsotekError {
    /// The command may not be sent as it is; nothing was.
    #[error("command not allowed: {0}")]
    Request(WireError),
    /// No answer came in time, as often as the command was sent. This is not a refusal: the protocol has none.
    #[error("no reply to {command} ({attempts} sent), which is not a refusal{}", Because(.rejected))]
    NoReply {
        /// The command, by its head in the manual: `?`, `Sx=s`, `PW=`.
        command: &'static str,
        /// How often it was sent.
        attempts: u8,
        /// What did come since it was sent, and was no answer: the first reason found.
        rejected: Option<Rejected>,
        /// Whether it took effect.
        effect: Effect,
    },
    /// A line of the answer is not as the protocol has it. The unit may go on: the session does.
    #[error("answer to {command}: {rejected}")]
    Answer {
        /// The command, by its head in the manual: `P?` or `C?`.
        command: &'static str,
        /// What is wrong.
        rejected: Rejected,
        /// Whether it took effect.
        effect: Effect,
    },
    /// There was no link for the time that the settings allow, or it went away.
    #[error("no link for {command}")]
    LinkDown {
        /// The command, by its head in the manual.
        command: &'static str,
        /// Whether it took effect.
        effect: Effect,
    },
    /// After an answer that did not come the line was never quiet for long enough to send; nothing was sent.
    #[error("line was not quiet for long enough to send {command}")]
    LineBusy {
        /// The command, by its head in the manual.
        command: &'static str,
    },
    /// The caller withdrew the command.
    #[error("cancelled")]
    Cancelled {
        /// Whether it took effect.
        effect: Effect,
    },
}

/// Why something that came was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// A line is malformed, or differs from the strict form in strict mode.
    #[error(transparent)]
    Line(#[from] WireError),
    /// A line of more than [`MAX_LINE`](crate::wire::MAX_LINE) octets, of which only the beginning was kept.
    #[error("line of more than {} octets", crate::wire::MAX_LINE)]
    TooLong,
    /// A status frame ended without its `RTC` line. Lenient mode takes it as a frame without a clock if it has all the
    /// channels that frames on this connection had.
    #[error("status frame cut after CH{last}")]
    FrameCut {
        /// Index of its last line.
        last: u8,
    },
    /// An `RTC` line with no status line before it.
    #[error("RTC without any status line before it")]
    ClockOnly,
    /// Lines of a reply whose numbers do not follow each other: one was lost, or two replies have run into each other.
    #[error("reply line {found} where {expected} was expected")]
    Sequence {
        /// The number that was to come.
        expected: u16,
        /// The number that came.
        found: u16,
    },
}

/// Adds the reason of a rejection to a message, if there is one.
struct Because<'a>(&'a Option<Rejected>);

impl core::fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Some(rejected) => write!(f, "; it sent what is no answer: {rejected}"),
            None => Ok(()),
        }
    }
}

impl pdu_core::Error for IsotekError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Request(_) => ErrorKind::InvalidArgument,
            Self::NoReply { .. } => ErrorKind::Timeout,
            Self::Answer { .. } => ErrorKind::Malformed,
            Self::LinkDown { .. } => ErrorKind::LinkDown,
            Self::LineBusy { .. } => ErrorKind::Busy,
            Self::Cancelled { .. } => ErrorKind::Cancelled,
        }
    }

    fn effect(&self) -> Effect {
        match *self {
            Self::Request(_) | Self::LineBusy { .. } => Effect::NotApplied,
            Self::NoReply { effect, .. }
            | Self::Answer { effect, .. }
            | Self::LinkDown { effect, .. }
            | Self::Cancelled { effect } => effect,
        }
    }
}
