use core::fmt;

use pdu_core::{Effect, ErrorKind};

use crate::bps2000::{Expected, Fault, Found, LineError, ScreenError, ScreenKind};
use crate::wire::{TelnetOption, WireError};

/// How a request to a console fails.
///
/// No message and no `Debug` holds text that was sent, nor text of the device beyond one octet, escaped: either may be a
/// password.
///
/// The effect tells whether a line that changes the unit was carried out. A console acknowledges nothing that a client could rely
/// on, so whatever fails once such a line has left is [`Unknown`](Effect::Unknown).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TelnetError {
    /// The line of a request may not be sent as it is; nothing was.
    #[error("line not allowed: {0}")]
    Wire(#[from] WireError),
    /// A value of a request may not be sent; nothing was.
    #[error("request not allowed: {0}")]
    Line(#[from] LineError),
    /// The request needs a keyword that no manual shows, and the session was not allowed any; nothing was sent.
    #[error("{what} is undocumented, and undocumented lines are not allowed")]
    Undocumented {
        /// What was asked for.
        what: &'static str,
    },
    /// The device did not show in time what it should have.
    #[error("no {awaited} in time")]
    Timeout {
        /// What was waited for.
        awaited: Awaited,
        /// Whether the request took effect.
        effect: Effect,
    },
    /// The device asks for the account again, or says so: it does not take this account and password. They are not sent again on
    /// this connection.
    #[error("login refused")]
    LoginRefused,
    /// The device asks for account or password in the middle of a session: it has logged the client out, or never in.
    #[error("logged out by the device")]
    LoggedOut {
        /// Whether the request took effect.
        effect: Effect,
    },
    /// There was no link for the time that the settings allow, or it was lost.
    #[error("no link")]
    LinkDown {
        /// Whether the request took effect.
        effect: Effect,
    },
    /// The device has closed the session.
    #[error("session closed by the device")]
    Closed {
        /// Whether the request took effect.
        effect: Effect,
    },
    /// What came is no telnet, or no text, that a session could go on with.
    #[error("{fault}")]
    Stream {
        /// What is wrong with it.
        fault: StreamFault,
        /// Whether the request took effect.
        effect: Effect,
    },
    /// The reply is longer than the settings allow.
    #[error("reply of more than {limit} {of}")]
    ReplyTooLong {
        /// How much is allowed.
        limit: usize,
        /// Of what.
        of: ReplyPart,
        /// Whether the request took effect.
        effect: Effect,
    },
    /// A screen is not as it should be.
    #[error("screen {screen:?}, line {number}: {fault}")]
    Screen {
        /// Which screen was read.
        screen: ScreenKind,
        /// The line, from 1.
        number: usize,
        /// What is wrong with it.
        fault: Fault,
        /// Whether the request took effect.
        effect: Effect,
    },
    /// The device shows another screen than the one that was asked for: nothing more is sent on this connection.
    #[error("out of step: expected {expected}, found {found}")]
    Desynchronised {
        /// What should have come.
        expected: Expected,
        /// What came.
        found: Found,
        /// Whether the request took effect.
        effect: Effect,
    },
    /// A value was written, and another one was read back.
    #[error("{what} was set, and is not what was read back")]
    NotConfirmed {
        /// Which value.
        what: &'static str,
    },
    /// After a reply that did not come the line was never quiet for long enough to send; nothing was sent.
    #[error("line was not quiet for long enough to send")]
    LineBusy,
    /// The caller withdrew the request.
    #[error("cancelled")]
    Cancelled {
        /// Whether the request took effect.
        effect: Effect,
    },
}

/// What a session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Awaited {
    /// The question for the account.
    AccountPrompt,
    /// The question for the password.
    PasswordPrompt,
    /// The prompt, behind the reply.
    Prompt,
    /// The end of a session that was to be closed.
    Close,
    /// That what was written leaves.
    Transmission,
}

impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccountPrompt => "question for the account",
            Self::PasswordPrompt => "question for the password",
            Self::Prompt => "prompt",
            Self::Close => "end of the session",
            Self::Transmission => "room to send",
        })
    }
}

/// What of a reply can be too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReplyPart {
    /// Its lines.
    Lines,
    /// Its octets, those of all lines together.
    Octets,
}

impl fmt::Display for ReplyPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lines => "lines",
            Self::Octets => "octets",
        })
    }
}

/// What is wrong with a stream as such, whatever it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum StreamFault {
    /// A line of more than [`MAX_LINE`](crate::wire::MAX_LINE) octets.
    #[error("line of more than {} octets", crate::wire::MAX_LINE)]
    LineTooLong,
    /// A subnegotiation of more than [`MAX_SUBNEGOTIATION`](crate::wire::MAX_SUBNEGOTIATION) octets: what is data
    /// behind it nobody can tell.
    #[error("subnegotiation of {0} without an end")]
    Subnegotiation(TelnetOption),
    /// That many negotiations in a row, with no data in between.
    #[error("{0} telnet negotiations without any data")]
    Flooded(u32),
}

impl TelnetError {
    /// A screen that was not taken, without the line itself.
    pub const fn screen(screen: ScreenKind, error: &ScreenError<'_>, effect: Effect) -> Self {
        Self::Screen {
            screen,
            number: error.number,
            fault: error.fault,
            effect,
        }
    }
}

impl pdu_core::Error for TelnetError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Wire(_) | Self::Line(_) => ErrorKind::InvalidArgument,
            Self::Undocumented { .. } => ErrorKind::Unsupported,
            Self::Timeout { .. } => ErrorKind::Timeout,
            Self::LoginRefused | Self::LoggedOut { .. } => ErrorKind::Denied,
            Self::LinkDown { .. } | Self::Closed { .. } => ErrorKind::LinkDown,
            Self::Stream { .. } | Self::ReplyTooLong { .. } | Self::Screen { .. } => ErrorKind::Malformed,
            Self::Desynchronised { .. } => ErrorKind::Mismatch,
            Self::NotConfirmed { .. } => ErrorKind::NotConfirmed,
            Self::LineBusy => ErrorKind::Busy,
            Self::Cancelled { .. } => ErrorKind::Cancelled,
        }
    }

    fn effect(&self) -> Effect {
        match *self {
            Self::Wire(_) | Self::Line(_) | Self::Undocumented { .. } | Self::LoginRefused | Self::LineBusy => {
                Effect::NotApplied
            }
            Self::NotConfirmed { .. } => Effect::Unknown,
            Self::Timeout { effect, .. }
            | Self::LoggedOut { effect }
            | Self::LinkDown { effect }
            | Self::Closed { effect }
            | Self::Stream { effect, .. }
            | Self::ReplyTooLong { effect, .. }
            | Self::Screen { effect, .. }
            | Self::Desynchronised { effect, .. }
            | Self::Cancelled { effect } => effect,
        }
    }
}
