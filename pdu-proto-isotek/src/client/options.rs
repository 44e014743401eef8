use core::time::Duration;

use pdu_core::{LineSettings, Mode};

use crate::wire::Dialect;

/// Settings of a [`Client`](super::Client). Start from [`tcp`](Self::tcp) or [`serial`](Self::serial).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// What the lines go over.
    pub link: Link,
    /// How commands are written.
    pub dialect: Dialect,
    /// Whether lines that differ from the strict form are taken.
    pub mode: Mode,
    /// Whether `OK` ends a status frame that comes unasked.
    pub frame_end: FrameEnd,
    /// How long an answer may take, from the moment when the command has left. More than the second between two status
    /// frames, since any of them answers `?`.
    pub timeout: Duration,
    /// How long commands wait for a link before they fail, counted from when the first of them began to.
    pub connect_timeout: Duration,
    /// How often a command that may be repeated is sent again.
    pub retries: u8,
    /// How often the unit sends its status unasked. Over a serial line, which may lose a frame and deliver its `OK`, an `OK`
    /// that comes when a frame is due acknowledges a command only once that frame has begun.
    pub status_interval: Duration,
    /// Without a status frame for so long, readings are stale.
    pub stale_after: Duration,
    /// Without a status frame for so long, the link is given up: [`LinkDemand::Reset`](pdu_core::LinkDemand::Reset).
    pub reset_after: Duration,
    /// Serial lines: how long the line must have been quiet, after an answer that did not come, before anything else is sent.
    /// A unit that answers later than [`timeout`](Self::timeout) and this together can be taken for the answer to the next
    /// command: the protocol has no ids.
    pub quiet: Duration,
}

/// What the lines go over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Exhaustive on purpose: the unit has these two.
pub enum Link {
    /// A serial line, RS-232 or the virtual port over USB. After an answer that did not come it is left alone until it was
    /// quiet.
    Serial(LineSettings),
    /// A TCP connection. After an answer that did not come it is given up: nothing else tells a late answer from the next.
    Stream,
}

/// Whether `OK` ends a status frame that comes unasked, after its `RTC` line.
///
/// The manual shows `OK` behind the frame that answers `?` (line 49), and does not say what ends the others. It matters:
/// the same two letters acknowledge a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
// Exhaustive on purpose: it does or it does not.
pub enum FrameEnd {
    /// Learnt anew on each connection, from frames that come while nothing is asked.
    #[default]
    Learnt,
    /// It does.
    Ok,
    /// It does not.
    Bare,
}

impl Options {
    /// Over TCP, to port 501. Source: lines 14 and 15.
    pub fn tcp() -> Self {
        Self {
            link: Link::Stream,
            ..Self::serial()
        }
    }

    /// Over a serial line of 115200 baud 8N1. Source: lines 5 and 6.
    pub fn serial() -> Self {
        Self {
            link: Link::Serial(LineSettings::eight_n_one(115_200)),
            dialect: Dialect::default(),
            mode: Mode::Lenient,
            frame_end: FrameEnd::Learnt,
            timeout: Duration::from_secs(2),
            connect_timeout: Duration::from_secs(3),
            retries: 2,
            status_interval: Duration::from_secs(1),
            stale_after: Duration::from_secs(3),
            reset_after: Duration::from_secs(10),
            quiet: Duration::from_millis(300),
        }
    }
}

/// As [`Options::tcp`].
impl Default for Options {
    fn default() -> Self {
        Self::tcp()
    }
}
