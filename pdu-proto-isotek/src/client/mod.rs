//! Level 1, the asking side: a session over a serial line or TCP.
//!
//! A command is a [`Request`], its end a [`Reply`] or an [`IsotekError`](crate::IsotekError). The status that the unit sends
//! unasked every second, and whatever else nobody asked for, comes as a [`Notice`].

mod conversation;
mod events;
mod exchange;
mod frames;
mod lines;
mod options;
mod output;
mod session;

pub use options::{FrameEnd, Link, Options};
pub use session::Client;

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::Rejected;
use crate::wire::{Address, Command, Deviations, Outlet, OutletConfig, Record, StatusFrame};

/// A command, and whether it may be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    command: Command<'static>,
    retry: Retry,
}

/// Whether a command may be sent again when no answer came, at most [`Options::retries`] times.
///
/// `X` (restart), `T=`, `P=`, `PW=` and `Cx=` are sent once, whatever is said here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Retry {
    /// Only if it changes nothing on the unit: `?`, `A?`, `P?`, `C?`.
    #[default]
    ReadsOnly,
    /// Sent once, whatever it is; only a list that came without a line over a serial line is asked for once more, since its
    /// lines may be lost.
    Never,
    /// As [`ReadsOnly`](Self::ReadsOnly), and `S`, `G` and `H` too: once no answer came, the next whole status frame is read
    /// first. If it shows what was asked for, the command ends with [`Reply::Confirmed`]; else it is sent again. The caller
    /// says that nobody else switches in between: a late second copy would undo that.
    AfterStatus,
}

impl Request {
    /// This command, sent again only if it reads.
    pub const fn new(command: Command<'static>) -> Self {
        Self {
            command,
            retry: Retry::ReadsOnly,
        }
    }

    /// The same command, with other rules for sending it again.
    #[must_use]
    pub fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// What is asked.
    pub const fn command(&self) -> &Command<'static> {
        &self.command
    }

    /// Whether it may be sent again.
    pub const fn retry(&self) -> Retry {
        self.retry
    }
}

impl From<Command<'static>> for Request {
    fn from(command: Command<'static>) -> Self {
        Self::new(command)
    }
}

/// How a command ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// `OK`: the unit has taken the command. That it happened is for the status to show.
    Accepted,
    /// No `OK` came, but a whole status frame that began later shows what was asked for. Only with [`Retry::AfterStatus`].
    Confirmed,
    /// To `A?`: who the unit is.
    Address(Address<'static>),
    /// To `?`: the first whole frame that began after the question left, whether it was the answer or was sent unasked.
    /// It comes as a [`Notice::Status`] too.
    Status(Box<StatusFrame>),
    /// To `P?`: the records with the numbers of their lines, in the order of the lines; none if the scheduler is empty.
    Schedule(Vec<(u16, Record<'static>)>),
    /// To `C?`: what is stored of the outlets, in the order of the lines.
    Configs(Vec<(Outlet, OutletConfig<'static>)>),
}

/// What comes unasked. Lines are kept as they came, without their end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A whole status frame: unasked, or the answer to `?`. The newest wins.
    Status {
        /// The frame.
        frame: Box<StatusFrame>,
        /// What in its lines was taken leniently.
        deviations: Deviations,
        /// How many frames since the last notice this one has replaced, because they were not taken in time.
        replaced: u32,
    },
    /// No status frame came for [`Options::stale_after`]: what was read before is old. Told once; the next
    /// [`Status`](Self::Status) ends it.
    Stale,
    /// A line that was refused.
    Rejected {
        /// Why.
        error: Rejected,
        /// The line, or its first [`MAX_LINE`](crate::wire::MAX_LINE) octets.
        line: Box<[u8]>,
    },
    /// A line `KEY=…` of an unknown key (lenient mode only).
    Unknown {
        /// The line.
        line: Box<[u8]>,
    },
    /// A line that is well formed, and answers nothing that was asked: an `OK` too many, a record while none was read.
    Unasked {
        /// The line.
        line: Box<[u8]>,
    },
}

/// What a session has seen, for whoever looks after a link. Counts stop at their largest value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Statistics {
    /// Whole status frames.
    pub frames: u32,
    /// Lines that were refused, and lines in frames that were.
    pub rejected: u32,
    /// Lines of unknown keys.
    pub unknown: u32,
    /// Well-formed lines that answered nothing, late answers among them.
    pub unasked: u32,
    /// Commands sent again.
    pub repeated: u32,
    /// Notices that were dropped because they were not taken in time; replaced frames are not among them.
    pub notices_dropped: u32,
    /// What was taken leniently so far, in lines and frames of any kind: answers do not carry it themselves.
    pub deviations: Deviations,
}
