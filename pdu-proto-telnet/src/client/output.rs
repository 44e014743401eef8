//! What waits to be sent: bounded, and wiped once a password has left.

use alloc::boxed::Box;
use alloc::vec;
use core::fmt;
use core::ops::Range;

use zeroize::Zeroize;

use crate::wire::encode_data;

/// The most octets that wait.
pub(super) const CAPACITY: usize = 4096;

/// Never grows and is never moved, so that no copy of a password stays behind in memory given back.
pub(super) struct Output {
    bytes: Box<[u8]>,
    /// Octets that have left, and that there are.
    sent: usize,
    len: usize,
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
            bytes: vec![0; CAPACITY].into_boxed_slice(),
            sent: 0,
            len: 0,
            line: None,
            has_secret: false,
        }
    }

    /// What is still to leave.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.sent..self.len).unwrap_or_default()
    }

    /// How many octets may still be added.
    pub(super) fn room(&self) -> usize {
        CAPACITY - self.rest().len()
    }

    /// Adds octets as they are; all or none.
    pub(super) fn push(&mut self, octets: &[u8]) -> bool {
        let Some(place) = self.place(octets.len()) else {
            return false;
        };
        place.copy_from_slice(octets);
        self.len += octets.len();
        true
    }

    /// Adds data, each IAC doubled, of which the caller knows the length so doubled; all or none.
    pub(super) fn push_doubled(&mut self, data: &[u8], len: usize) -> bool {
        let is_added = self.place(len).is_some_and(|place| encode_data(data, place).is_ok());
        if is_added {
            self.len += len;
        }
        is_added
    }

    /// The last `len` octets are a line.
    pub(super) fn is_line(&mut self, len: usize) {
        self.line = Some(self.len.saturating_sub(len)..self.len);
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
        self.sent = before.saturating_add(len).min(self.len);
        let left = self.left_of_line(before);
        if matches!(left, Left::Last { .. }) {
            self.line = None;
        }
        if self.sent == self.len {
            self.clear();
        }
        left
    }

    fn left_of_line(&self, before: usize) -> Left {
        let Some(line) = &self.line else { return Left::Nothing };
        let with_first = (before..self.sent).contains(&line.start);
        if self.sent >= line.end {
            Left::Last { with_first }
        } else if with_first {
            Left::First
        } else {
            Left::Nothing
        }
    }

    /// Takes the line back, if nothing of it has left. True if there was one.
    pub(super) fn withdraw_line(&mut self) -> bool {
        let Some(line) = self.line.take_if(|line| line.start >= self.sent) else {
            return false;
        };
        self.bytes.copy_within(line.end..self.len, line.start);
        self.len -= line.len();
        self.wipe_behind();
        true
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        (self.sent, self.len, self.line) = (0, 0, None);
        if core::mem::take(&mut self.has_secret) {
            self.wipe_behind();
        }
    }

    /// Room for `len` octets behind the last; `None` if there is not so much.
    fn place(&mut self, len: usize) -> Option<&mut [u8]> {
        if len > self.room() {
            return None;
        }
        if self.len + len > CAPACITY {
            self.move_to_front();
        }
        self.bytes.get_mut(self.len..self.len + len)
    }

    /// Gives up the place of what has left.
    fn move_to_front(&mut self) {
        let sent = core::mem::take(&mut self.sent);
        self.bytes.copy_within(sent..self.len, 0);
        self.len -= sent;
        let moved = |line: Range<usize>| line.start.saturating_sub(sent)..line.end.saturating_sub(sent);
        self.line = self.line.take().map(moved);
        if self.has_secret {
            self.wipe_behind();
        }
    }

    fn wipe_behind(&mut self) {
        self.bytes.get_mut(self.len..).unwrap_or_default().zeroize();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn has_password(output: &Output) -> bool {
        output.bytes.windows(6).any(|part| part == b"sesame")
    }

    fn with_password() -> Output {
        let mut output = Output::new();
        assert!(output.push(b"\xFF\xFC\x18") && output.push(b"sesame\r\n"));
        output.is_line(8);
        output.holds_secret();
        output
    }

    #[test]
    fn a_password_is_wiped_when_it_has_left() {
        let mut output = with_password();
        assert_eq!(output.transmitted(10), Left::First);
        assert!(has_password(&output));
        assert_eq!(output.transmitted(1), Left::Last { with_first: false });
        assert!(!has_password(&output) && output.rest().is_empty());
    }

    #[test]
    fn a_password_that_is_taken_back_or_dropped_with_the_link_is_wiped() {
        let mut output = with_password();
        assert!(output.withdraw_line());
        assert!(!has_password(&output));
        assert_eq!(output.rest(), b"\xFF\xFC\x18");
        let mut output = with_password();
        output.clear();
        assert!(!has_password(&output));
    }

    #[test]
    fn a_line_is_followed_when_what_waits_is_moved_to_the_front() {
        let mut output = Output::new();
        assert!(output.push(&[b'.'; CAPACITY - 8]));
        output.transmitted(CAPACITY - 100);
        assert!(output.push(b"sesame\r\n"));
        output.is_line(8);
        output.holds_secret();
        assert!(output.push(&[b'.'; 50]), "moves to the front");
        assert_eq!(output.transmitted(91), Left::Nothing);
        assert_eq!(output.transmitted(2), Left::First);
        assert!(output.has_line());
        assert_eq!(output.transmitted(7), Left::Last { with_first: false });
        assert!(!output.push(&[0; CAPACITY - 49]) && output.push(&[0; CAPACITY - 50]));
    }
}
