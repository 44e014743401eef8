//! What waits to leave: a buffer of fixed size.

use alloc::boxed::Box;
use alloc::vec;

use crate::wire::{MAX_LINE, Reply, StatusFrame};

use super::{Ending, Options, Prompt};

/// Room for the longest line and its end.
const LINE: usize = MAX_LINE + 2;
/// Room for the longest status: 17 channels of up to 21 bytes, the clock, `OK` and `>`.
const STATUS: usize = 512;
/// Room for the longest answer to one command: its echo, one line or a status, and what ends it. Lists go line by line.
const ANSWER: usize = LINE + STATUS;

/// Bytes in the order in which they are to leave.
#[derive(Clone, Debug)]
pub(super) struct Output {
    bytes: Box<[u8]>,
    /// Where that which has not left yet begins.
    sent: usize,
    end: usize,
    /// Where the newest status ends; 0 if there is none.
    status_end: usize,
}

impl Output {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            bytes: vec![0; options.output.max(2 * 1024)].into_boxed_slice(),
            sent: 0,
            end: 0,
            status_end: 0,
        }
    }

    pub(super) fn waiting(&self) -> &[u8] {
        self.bytes.get(self.sent..self.end).unwrap_or_default()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.sent == self.end
    }

    pub(super) fn clear(&mut self) {
        (self.sent, self.end, self.status_end) = (0, 0, 0);
    }

    /// So many of the waiting bytes have left.
    pub(super) fn advance(&mut self, len: usize) {
        self.sent += len.min(self.end - self.sent);
        if self.is_empty() {
            self.clear();
        }
    }

    /// Whether the answer to any command fits.
    pub(super) fn has_room_for_answer(&mut self) -> bool {
        self.has_room(ANSWER)
    }

    /// Whether one line of a list fits.
    pub(super) fn has_room_for_line(&mut self) -> bool {
        self.has_room(LINE)
    }

    /// Whether a status fits, and none waits.
    pub(super) fn has_room_for_status(&mut self) -> bool {
        self.status_end <= self.sent && self.has_room(STATUS)
    }

    fn has_room(&mut self, len: usize) -> bool {
        if self.bytes.len() - self.end < len {
            self.drop_sent();
        }
        self.bytes.len() - self.end >= len
    }

    fn drop_sent(&mut self) {
        self.bytes.copy_within(self.sent..self.end, 0);
        self.status_end = self.status_end.saturating_sub(self.sent);
        self.end -= self.sent;
        self.sent = 0;
    }

    /// Adds a line. One that the wire does not allow is left out.
    pub(super) fn push(&mut self, reply: &Reply<'_>, options: &Options) {
        let room = self.bytes.get_mut(self.end..).unwrap_or_default();
        self.end += reply.encode(&options.dialect, room).unwrap_or(0);
    }

    pub(super) fn push_status(&mut self, status: &StatusFrame, options: &Options) {
        for channel in status.channels() {
            self.push(&Reply::Channel(*channel), options);
        }
        if let Some(clock) = status.clock {
            self.push(&Reply::Clock(clock), options);
        }
        self.push_ending(options.status_end, options);
        self.status_end = self.end;
    }

    pub(super) fn push_acknowledgement(&mut self, options: &Options) {
        let ending = match options.acknowledgement_end {
            Ending::Nothing => Ending::Ok,
            ending => ending,
        };
        self.push_ending(ending, options);
    }

    pub(super) fn push_ending(&mut self, ending: Ending, options: &Options) {
        if ending != Ending::Nothing {
            self.push(&Reply::Ok, options);
        }
        if ending == Ending::OkAndPrompt {
            self.push_bytes(b">");
            if options.prompt == Prompt::Line {
                self.push_bytes(options.dialect.line_end.as_bytes());
            }
        }
    }

    pub(super) fn push_echo(&mut self, line: &[u8], options: &Options) {
        self.push_bytes(line);
        self.push_bytes(options.dialect.line_end.as_bytes());
    }

    fn push_bytes(&mut self, bytes: &[u8]) {
        if let Some(room) = self
            .bytes
            .get_mut(self.end..)
            .and_then(|room| room.get_mut(..bytes.len()))
        {
            room.copy_from_slice(bytes);
            self.end += bytes.len();
        }
    }
}
