//! What waits to be sent: bounded, and wiped once a password has left.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use zeroize::Zeroize;

use crate::wire::encode_data;

/// The most octets that wait.
pub(super) const CAPACITY: usize = 4096;

/// Reserved once, and never moved, so that no copy of a password stays behind in memory given back.
pub(super) struct Output {
    bytes: Vec<u8>,
    sent: usize,
    /// The line that was added last, with its end, until its last octet has left.
    line: Option<Range<usize>>,
    has_secret: bool,
}

/// How far a line has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Not begun, or there is none.
    Nothing,
    /// Its first octet.
    First,
    /// Its last octet, and the first now or earlier.
    Last { with_first: bool },
}

impl Output {
    pub(super) fn new() -> Self {
        Self {
            bytes: Vec::with_capacity(CAPACITY),
            sent: 0,
            line: None,
            has_secret: false,
        }
    }

    /// What is still to leave.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.sent..).unwrap_or_default()
    }

    /// How many octets may still be added.
    pub(super) fn room(&self) -> usize {
        CAPACITY - self.rest().len()
    }

    /// Adds octets as they are; all or none.
    pub(super) fn push(&mut self, octets: &[u8]) -> bool {
        if octets.len() > self.room() {
            return false;
        }
        self.make_room(octets.len());
        self.bytes.extend_from_slice(octets);
        true
    }

    /// Adds data, each IAC doubled, of which the caller knows the length so doubled; all or none.
    pub(super) fn push_doubled(&mut self, data: &[u8], len: usize) -> bool {
        if len > self.room() {
            return false;
        }
        self.make_room(len);
        let front = self.bytes.len();
        self.bytes.resize(front + len, 0);
        let place = self.bytes.get_mut(front..).unwrap_or_default();
        encode_data(data, place).is_ok()
    }

    /// The last `len` octets are a line.
    pub(super) fn is_line(&mut self, len: usize) {
        let end = self.bytes.len();
        self.line = Some(end.saturating_sub(len)..end);
    }

    /// What waits holds a password: it is wiped when it has left.
    pub(super) fn holds_secret(&mut self) {
        self.has_secret = true;
    }

    /// Is there a line of which something is still to leave?
    pub(super) const fn has_line(&self) -> bool {
        self.line.is_some()
    }

    /// The first `len` octets of the rest have left.
    pub(super) fn transmitted(&mut self, len: usize) -> Left {
        let before = self.sent;
        self.sent = before.saturating_add(len).min(self.bytes.len());
        let left = self.left_of_line(before);
        if matches!(left, Left::Last { .. }) {
            self.line = None;
        }
        if self.sent == self.bytes.len() {
            self.clear();
        }
        left
    }

    fn left_of_line(&self, before: usize) -> Left {
        let Some(line) = &self.line else { return Left::Nothing };
        let with_first = (before..self.sent).contains(&line.start);
        match self.sent >= line.end {
            true => Left::Last { with_first },
            false if with_first => Left::First,
            false => Left::Nothing,
        }
    }

    /// Takes the line back, if nothing of it has left. True if there was one.
    pub(super) fn withdraw_line(&mut self) -> bool {
        let Some(line) = self.line.take_if(|line| line.start >= self.sent) else {
            return false;
        };
        self.bytes.copy_within(line.end.., line.start);
        let len = self.bytes.len() - line.len();
        self.bytes.get_mut(len..).unwrap_or_default().zeroize();
        self.bytes.truncate(len);
        true
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        if core::mem::take(&mut self.has_secret) {
            self.bytes.zeroize();
        }
        self.bytes.clear();
        self.sent = 0;
        self.line = None;
    }

    /// Moves the rest to the front if the buffer would have to grow otherwise. What it leaves behind the new end is overwritten or wiped
    /// with the rest.
    fn make_room(&mut self, len: usize) {
        if self.bytes.len() + len > CAPACITY {
            self.bytes.copy_within(self.sent.., 0);
            self.bytes.truncate(self.bytes.len() - self.sent);
            self.line = self
                .line
                .take()
                .map(|line| line.start.saturating_sub(self.sent)..line.end.saturating_sub(self.sent));
            self.sent = 0;
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.clear();
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Output({} octets)", self.rest().len())
    }
}
