use alloc::vec::Vec;
use core::time::Duration;

use pdu_core::{LineSettings, Secret};

use super::{Echoing, Framing, LineEnd};
use crate::wire::Policy;

/// Settings of a [`Console`](super::Console). Start from [`telnet`](Self::telnet), [`stream`](Self::stream) or
/// [`serial`](Self::serial): what the device shows when it waits is not known to this crate, and has no default.
///
/// ```
/// use pdu_proto_telnet::client::{ConsoleOptions, Login};
///
/// let mut options = ConsoleOptions::telnet(["> "]);
/// options.login = Some(Login::new("login:", "Password:", "admin", "secret"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleOptions {
    /// What the lines go over.
    pub link: Link,
    /// How to log in, if the device asks. `None`: no account is ever sent.
    pub login: Option<Login>,
    /// What the device shows when it waits for a command: the octets that an unfinished line ends with, blanks at their end
    /// included; more blanks may follow. Of nothing but blanks none is ever found.
    pub prompts: Vec<Vec<u8>>,
    /// What brings the device to show where it is.
    pub opening: Opening,
    /// What ends the lines that are sent.
    pub line_end: LineEnd,
    /// Whether the device shows the lines that it is sent.
    pub echoing: Echoing,
    /// How long the device may be silent before its prompt: from when the command has left, and anew from each whole line of the reply.
    pub reply_timeout: Duration,
    /// How long it may take from a link to the prompt, login included; also back to the prompt after a reply that did not come.
    pub login_timeout: Duration,
    /// How long commands wait for a link before they fail, counted from when the first of them began to.
    pub connect_timeout: Duration,
    /// How long a prompt must have stood with nothing behind it before it counts: what looks like one may be the first part of a
    /// longer line. Each reply takes this much longer.
    pub settle: Duration,
    /// Serial lines: how long the line must have been quiet, after a reply that did not come, before anything is sent. A reply
    /// that is later than [`reply_timeout`](Self::reply_timeout) and this together can be taken for the next one's.
    pub quiet: Duration,
    /// The most lines of a reply.
    pub max_lines: usize,
    /// The most octets of a reply, those of all its lines together.
    pub max_octets: usize,
}

/// What the lines go over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Exhaustive on purpose: consoles have these.
pub enum Link {
    /// TCP with telnet. After a reply that did not come the connection is given up: nothing else tells a late reply from the next.
    Telnet,
    /// TCP without telnet, as the raw port of a terminal server. Given up likewise.
    Stream,
    /// A serial line. After a reply that did not come it is left alone until it was quiet.
    Serial(LineSettings),
}

/// What brings a device to show where it is, on a fresh link, or after something went wrong on a serial line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose.
pub enum Opening {
    /// Nothing: it shows it by itself, as over TCP.
    Wait,
    /// An empty line, sent if nothing that is known stands there: a serial console does not notice that somebody has come.
    EmptyLine,
}

/// How a device asks who is there, and what it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// What an unfinished line ends with that asks for the account. Empty: the device asks for a password only.
    pub account_prompt: Vec<u8>,
    /// What an unfinished line ends with that asks for the password.
    pub password_prompt: Vec<u8>,
    /// The account.
    pub account: Vec<u8>,
    /// Its password.
    pub password: Secret,
    /// What a line contains, behind the password, that refuses it. Any other question for account or password than the expected one
    /// is a refusal in any case.
    pub refusals: Vec<Vec<u8>>,
}

impl ConsoleOptions {
    /// Telnet over TCP, to a device that shows one of these prompts when it waits.
    pub fn telnet<P: Into<Vec<u8>>>(prompts: impl IntoIterator<Item = P>) -> Self {
        Self {
            link: Link::Telnet,
            login: None,
            prompts: prompts.into_iter().map(Into::into).collect(),
            opening: Opening::Wait,
            line_end: LineEnd::CrLf,
            echoing: Echoing::Possible,
            reply_timeout: Duration::from_secs(5),
            login_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            settle: Duration::from_millis(50),
            quiet: Duration::from_millis(500),
            max_lines: 1000,
            max_octets: 64 * 1024,
        }
    }

    /// TCP without telnet, else as [`telnet`](Self::telnet).
    pub fn stream<P: Into<Vec<u8>>>(prompts: impl IntoIterator<Item = P>) -> Self {
        Self {
            link: Link::Stream,
            ..Self::telnet(prompts)
        }
    }

    /// A serial line: lines end with CR, as the key "Return" of a terminal does, and an empty one finds out where the device is.
    pub fn serial<P: Into<Vec<u8>>>(line: LineSettings, prompts: impl IntoIterator<Item = P>) -> Self {
        Self {
            link: Link::Serial(line),
            opening: Opening::EmptyLine,
            line_end: LineEnd::Cr,
            ..Self::telnet(prompts)
        }
    }

    pub(super) fn framing(&self) -> Framing {
        match self.link {
            Link::Telnet => Framing::Telnet(Policy::CLIENT),
            Link::Stream | Link::Serial(_) => Framing::Raw,
        }
    }
}

impl Login {
    /// A login by account and password, each asked for by its own prompt.
    pub fn new(
        account_prompt: impl Into<Vec<u8>>,
        password_prompt: impl Into<Vec<u8>>,
        account: impl Into<Vec<u8>>,
        password: impl Into<Secret>,
    ) -> Self {
        Self {
            account_prompt: account_prompt.into(),
            password_prompt: password_prompt.into(),
            account: account.into(),
            password: password.into(),
            refusals: Vec::new(),
        }
    }
}
