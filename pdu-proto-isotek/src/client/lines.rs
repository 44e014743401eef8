//! The receive buffer: whatever the reads cut the stream into, whole lines come out.

use pdu_core::Status;

use crate::wire::{Framing, MAX_LINE, Token};

/// Something whole that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'b> {
    Line(&'b [u8]),
    Prompt,
    /// A line of more than [`MAX_LINE`] octets: these are the first.
    TooLong(&'b [u8]),
}

/// What of a line has come so far.
#[derive(Debug)]
pub(super) struct Lines {
    framing: Framing,
    pending: [u8; MAX_LINE + 1],
    len: usize,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self {
            framing: Framing::default(),
            pending: [0; MAX_LINE + 1],
            len: 0,
        }
    }

    /// Forgets what came: it was another stream.
    pub(super) fn reset(&mut self) {
        self.framing.reset();
        self.len = 0;
    }

    /// Takes all bytes, and hands on what became whole. Lines that lie whole in `bytes` are not copied.
    pub(super) fn feed(&mut self, bytes: &[u8], mut take: impl FnMut(Piece<'_>)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = if self.len == 0 {
                self.cut(rest, &mut take)
            } else {
                self.complete(rest, &mut take)
            };
        }
    }

    /// Cuts one token off; the beginning of a line is kept for later.
    fn cut<'b>(&mut self, bytes: &'b [u8], take: &mut impl FnMut(Piece<'_>)) -> &'b [u8] {
        match self.framing.next(bytes) {
            Status::Complete((token, used)) => {
                hand_on(token, bytes, take);
                bytes.get(used.max(1)..).unwrap_or_default()
            }
            Status::Partial { .. } => {
                let (now, later) = bytes.split_at(bytes.len().min(self.pending.len()));
                self.pending[..now.len()].copy_from_slice(now);
                self.len = now.len();
                later
            }
        }
    }

    /// Adds to the line that has begun, up to its end.
    fn complete<'b>(&mut self, bytes: &'b [u8], take: &mut impl FnMut(Piece<'_>)) -> &'b [u8] {
        let room = self.pending.len() - self.len;
        let to_end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let wanted = to_end.map_or(bytes.len(), |end| end + 1);
        let (now, later) = bytes.split_at(wanted.min(room));
        self.pending[self.len..self.len + now.len()].copy_from_slice(now);
        self.len += now.len();
        let pending = &self.pending[..self.len];
        if let Status::Complete((token, _)) = self.framing.next(pending) {
            // It ends with the line, or is more than a line may have: either way, nothing is left over.
            hand_on(token, pending, take);
            self.len = 0;
        }
        later
    }
}

fn hand_on(token: Token<'_>, bytes: &[u8], take: &mut impl FnMut(Piece<'_>)) {
    match token {
        Token::Line(line) => take(Piece::Line(line)),
        Token::Prompt => take(Piece::Prompt),
        Token::TooLong => take(Piece::TooLong(bytes.get(..MAX_LINE).unwrap_or(bytes))),
        Token::Nothing => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn pieces(chunks: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut lines = Lines::new();
        let mut found = Vec::new();
        for chunk in chunks {
            lines.feed(chunk, |piece| {
                found.push(match piece {
                    Piece::Line(line) => line.to_vec(),
                    Piece::Prompt => b">".to_vec(),
                    Piece::TooLong(head) => [b"too long: ", head].concat(),
                });
            });
        }
        found
    }

    #[test]
    fn lines_are_the_same_wherever_the_reads_cut_them() {
        let long = [b"x".repeat(1000), b"\r".to_vec()].concat();
        let stream = [&b"OK\r\n>CH0=1|230|36|\r>\n\n  OK\n"[..], &long, b"C1=a|1|2|\n"].concat();
        let whole = pieces(&[&stream]);
        assert_eq!(whole.len(), 7, "{whole:?}");
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(pieces(&bytes), whole);
        for cut in 0..stream.len() {
            assert_eq!(pieces(&[&stream[..cut], &stream[cut..]]), whole, "cut at {cut}");
        }
    }

    #[test]
    fn a_line_too_long_is_told_once_with_its_first_octets_and_the_next_line_is_read() {
        let stream = [b"z".repeat(1_000_000), b"\nOK\n".to_vec()].concat();
        let found = pieces(&[&stream]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], [&b"too long: "[..], &b"z".repeat(MAX_LINE)].concat());
        assert_eq!(found[1], b"OK");
    }
}
