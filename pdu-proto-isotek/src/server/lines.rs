//! Cuts what a client sends into lines.
//!
//! Not [`Framing`](crate::wire::Framing), which helps a client by passing over blanks and prompts: a unit acts on the exact
//! line only.

use crate::wire::MAX_LINE;

/// The front of a line that is not whole yet.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    bytes: [u8; MAX_LINE],
    len: usize,
    is_too_long: bool,
}

/// A line that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard<'a> {
    Line(&'a [u8]),
    TooLong { beginning: &'a [u8] },
}

impl Lines {
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; MAX_LINE],
            len: 0,
            is_too_long: false,
        }
    }

    pub(super) fn clear(&mut self) {
        (self.len, self.is_too_long) = (0, false);
    }

    /// Takes bytes up to the end of a line, and says how many that were. An empty line is none, so that the LF of a CR LF
    /// needs no memory.
    pub(super) fn take(&mut self, bytes: &[u8]) -> (usize, Option<Heard<'_>>) {
        let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        self.push(bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default());
        match end {
            None => (bytes.len(), None),
            Some(end) => (end + 1, self.end()),
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        let room = self.bytes.get_mut(self.len..).unwrap_or_default();
        self.is_too_long |= bytes.len() > room.len();
        room.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        self.len += bytes.len().min(room.len());
    }

    fn end(&mut self) -> Option<Heard<'_>> {
        let (len, is_too_long) = (self.len, self.is_too_long);
        self.clear();
        let line = self.bytes.get(..len).unwrap_or_default();
        if is_too_long {
            return Some(Heard::TooLong { beginning: line });
        }
        Some(Heard::Line(line)).filter(|_| !line.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    fn heard(bytes: &[u8], piece: usize) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::new();
        let mut heard = Vec::new();
        for mut rest in bytes.chunks(piece) {
            while !rest.is_empty() {
                let (used, line) = lines.take(rest);
                rest = &rest[used..];
                heard.extend(line.map(|line| match line {
                    Heard::Line(line) => Some(line.to_vec()),
                    Heard::TooLong { .. } => None,
                }));
            }
        }
        heard
    }

    #[test]
    fn every_line_end_ends_a_line_once_wherever_it_is_split() {
        for piece in 1..20 {
            let lines = heard(b"S1=1\rG\r\n\n\nH\n X\r\nrest", piece);
            let expected = [&b"S1=1"[..], b"G", b"H", b" X"].map(|line| Some(line.to_vec()));
            assert_eq!(lines, expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_told_once_and_the_next_one_is_heard() {
        let longest = vec![b'x'; MAX_LINE];
        for piece in [1, 7, 100_000] {
            let bytes = [&longest[..], b"\n", &longest, b"x\n", &longest.repeat(9), b"\nG\n"].concat();
            let expected = [Some(longest.clone()), None, None, Some(b"G".to_vec())];
            assert_eq!(heard(&bytes, piece), expected);
        }
    }
}
