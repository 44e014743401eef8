//! Where the session stands, and what it waits for.

use pdu_core::Instant;

use crate::bps2000::{ACCOUNT_PROMPT, PASSWORD_PROMPT, PROMPT, ScreenKind};
use crate::wire::Prompt;

/// What the console waits for when it shows one of these without a line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wants {
    Account,
    Password,
    Command,
}

pub(super) const PROMPTS: [Prompt<'static, Wants>; 3] = [
    Prompt::new(ACCOUNT_PROMPT.as_bytes(), Wants::Account),
    Prompt::new(PASSWORD_PROMPT.as_bytes(), Wants::Password),
    Prompt::new(PROMPT.as_bytes(), Wants::Command),
];

/// Where the session stands: at a prompt that it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Account,
    Password,
    /// Behind this screen.
    Screen(ScreenKind),
}

impl Place {
    pub(super) const fn wants(self) -> Wants {
        match self {
            Self::Account => Wants::Account,
            Self::Password => Wants::Password,
            Self::Screen(_) => Wants::Command,
        }
    }
}

/// What must come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// The banner, and the question for the account.
    Greeting,
    /// The question for the password.
    Password,
    /// The main menu, or the account again.
    Menu,
    /// This screen.
    Screen(ScreenKind),
    /// Whatever is said to a setting, on this screen.
    Anything(ScreenKind),
    /// As `Anything`, to be told to the caller.
    Reply(ScreenKind),
    /// The end of the session.
    End,
}

pub(super) enum Phase {
    /// No link, or one that is of no more use.
    Apart,
    At(Place),
    Awaiting(Awaiting),
}

#[derive(Clone, Copy)]
pub(super) struct Awaiting {
    pub(super) expect: Expect,
    /// Where the line was typed; `None` for the greeting, for which none was.
    pub(super) from: Option<Place>,
    /// Octets of negotiations that leave before the line does.
    pub(super) ahead: usize,
    /// Something of the line has left.
    pub(super) is_begun: bool,
    /// All of it has.
    pub(super) is_sent: bool,
    /// A line has ended since it began to leave: its own echo, or an answer. Until then it may never have arrived whole.
    pub(super) is_heard: bool,
    pub(super) deadline: Instant,
    /// When the prompt that is seen has stood for long enough to be one.
    pub(super) settled_at: Option<Instant>,
}
