//! The one command that is on its way out.

use crate::wire::{Command, Dialect, MAX_LINE, WireError};

#[derive(Debug)]
pub(super) struct Output {
    /// The line and its end.
    bytes: [u8; MAX_LINE + 2],
    len: usize,
    sent: usize,
    /// The line without its end.
    line_len: usize,
}

impl Output {
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; MAX_LINE + 2],
            len: 0,
            sent: 0,
            line_len: 0,
        }
    }

    pub(super) fn set(&mut self, command: &Command<'_>, dialect: Dialect) -> Result<(), WireError> {
        self.len = command.encode(&dialect, &mut self.bytes)?.min(self.bytes.len());
        self.sent = 0;
        self.line_len = self.len.saturating_sub(dialect.line_end.as_bytes().len());
        Ok(())
    }

    pub(super) fn clear(&mut self) {
        (self.len, self.sent, self.line_len) = (0, 0, 0);
    }

    /// What is still to leave.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.sent..self.len).unwrap_or_default()
    }

    /// The whole of it, without the end of the line.
    pub(super) fn line(&self) -> &[u8] {
        self.bytes.get(..self.line_len).unwrap_or_default()
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) const fn has_begun(&self) -> bool {
        self.sent > 0
    }

    /// So many bytes have left. True if those were the last.
    pub(super) fn left(&mut self, len: usize) -> bool {
        self.sent = self.sent.saturating_add(len).min(self.len);
        self.sent == self.len
    }
}
