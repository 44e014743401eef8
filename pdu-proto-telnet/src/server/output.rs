//! What waits to leave: a buffer of fixed size.

use core::fmt;

use alloc::boxed::Box;
use alloc::vec;

use crate::wire::encode_data;

use super::{Framing, Options, Page};

/// Room for all that one octet of input may lead to: its echo, and a page whose every octet is doubled.
const ANSWER: usize = 2 * Page::MAX + 32;

/// Octets in the order in which they are to leave.
pub(super) struct Output {
    bytes: Box<[u8]>,
    /// Where that which has not left yet begins.
    sent: usize,
    end: usize,
    framing: Framing,
}

impl Output {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            bytes: vec![0; options.output.max(ANSWER)].into_boxed_slice(),
            sent: 0,
            end: 0,
            framing: options.framing,
        }
    }

    pub(super) fn waiting(&self) -> &[u8] {
        self.bytes.get(self.sent..self.end).unwrap_or_default()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.sent == self.end
    }

    pub(super) const fn clear(&mut self) {
        (self.sent, self.end) = (0, 0);
    }

    /// So many of the waiting octets have left.
    pub(super) fn advance(&mut self, len: usize) {
        self.sent += len.min(self.end - self.sent);
        if self.is_empty() {
            self.clear();
        }
    }

    /// Whether the answer to any octet fits.
    pub(super) fn has_room(&mut self) -> bool {
        if self.bytes.len() - self.end < ANSWER {
            self.bytes.copy_within(self.sent..self.end, 0);
            self.end -= self.sent;
            self.sent = 0;
        }
        self.bytes.len() - self.end >= ANSWER
    }

    /// Adds data. What does not fit is left out whole; see [`has_room`](Self::has_room).
    pub(super) fn push(&mut self, data: &[u8]) {
        match self.framing {
            Framing::Plain => self.push_octets(data),
            Framing::Telnet => {
                let room = self.bytes.get_mut(self.end..).unwrap_or_default();
                self.end += encode_data(data, room).unwrap_or(0);
            }
        }
    }

    /// Adds octets of the wire.
    pub(super) fn push_octets(&mut self, octets: &[u8]) {
        let room = self.bytes.get_mut(self.end..).unwrap_or_default();
        if let Some(room) = room.get_mut(..octets.len()) {
            room.copy_from_slice(octets);
            self.end += octets.len();
        }
    }
}

/// Shows no text.
impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("waiting", &self.waiting().len())
            .finish_non_exhaustive()
    }
}
