//! What waits to be sent: bounded, and wiped once a password has left.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroize;

use crate::wire::encode_data;

/// The most octets that wait.
pub(super) const CAPACITY: usize = 4096;

/// Reserved once, and never moved, so that no copy of a password stays behind in memory given back.
pub(super) struct Output {
    bytes: Vec<u8>,
    sent: usize,
    has_secret: bool,
}

impl Output {
    pub(super) fn new() -> Self {
        Self {
            bytes: Vec::with_capacity(CAPACITY),
            sent: 0,
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

    /// What waits holds a password: it is wiped when it has left.
    pub(super) fn holds_secret(&mut self) {
        self.has_secret = true;
    }

    /// The first `len` octets of the rest have left. True if those were the last.
    pub(super) fn transmitted(&mut self, len: usize) -> bool {
        self.sent = self.sent.saturating_add(len).min(self.bytes.len());
        let is_all = self.sent == self.bytes.len();
        if is_all {
            self.clear();
        }
        is_all
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        if core::mem::take(&mut self.has_secret) {
            self.bytes.zeroize();
        }
        self.bytes.clear();
        self.sent = 0;
    }

    /// Moves the rest to the front if the buffer would have to grow otherwise. What it leaves behind the new end is overwritten or wiped
    /// with the rest.
    fn make_room(&mut self, len: usize) {
        if self.bytes.len() + len > CAPACITY {
            self.bytes.copy_within(self.sent.., 0);
            self.bytes.truncate(self.bytes.len() - self.sent);
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
