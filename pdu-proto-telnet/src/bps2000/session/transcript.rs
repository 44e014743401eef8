//! What the console has shown since a line was sent to it.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroize;

use crate::ReplyPart;

/// Octets of an answer at most. The longest screen, with texts of the length that the web page allows, has a thousand.
const MAX_OCTETS: usize = 8 * 1024;
/// Lines of an answer at most; the longest screen has thirteen.
const MAX_LINES: usize = 64;

/// Lines, in memory that is reserved once and wiped when they are forgotten: some screens show passwords.
pub(super) struct Transcript {
    octets: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
}

/// An answer without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong {
    pub(super) limit: usize,
    pub(super) of: ReplyPart,
}

impl Transcript {
    pub(super) fn new() -> Self {
        Self {
            octets: Vec::with_capacity(MAX_OCTETS),
            ends: Vec::with_capacity(MAX_LINES),
        }
    }

    pub(super) fn push(&mut self, line: &[u8]) -> Result<(), TooLong> {
        if self.ends.len() >= MAX_LINES {
            let of = ReplyPart::Lines;
            return Err(TooLong { limit: MAX_LINES, of });
        }
        if self.octets.len() + line.len() > MAX_OCTETS {
            let of = ReplyPart::Octets;
            return Err(TooLong { limit: MAX_OCTETS, of });
        }
        self.octets.extend_from_slice(line);
        self.ends.push(self.octets.len());
        Ok(())
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let starts = core::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, &end)| self.octets.get(start..end).unwrap_or_default())
    }

    pub(super) fn clear(&mut self) {
        self.octets.zeroize();
        self.ends.clear();
    }
}

impl Drop for Transcript {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Shows no text.
impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transcript({} lines)", self.ends.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_one_by_one_the_empty_ones_too() {
        let mut text = Transcript::new();
        for line in [&b"HTTP Settings"[..], b"", b"HTTP port:80"] {
            text.push(line).unwrap();
        }
        assert!(text.lines().eq([&b"HTTP Settings"[..], b"", b"HTTP port:80"]));
        text.clear();
        assert_eq!(text.lines().count(), 0);
    }

    #[test]
    fn an_answer_has_an_end() {
        let mut text = Transcript::new();
        let taken = (0..1000).take_while(|_| text.push(b"").is_ok()).count();
        assert_eq!(taken, MAX_LINES);
        text.clear();
        let taken = (0..1000).take_while(|_| text.push(&[b'x'; 512]).is_ok()).count();
        assert_eq!(taken, MAX_OCTETS / 512);
    }
}
