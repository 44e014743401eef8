use pdu_core::Status;

use super::StatusFrame;

/// The longest line, without its end. Source: none; the longest that the manual's forms can make is shorter.
pub const MAX_LINE: usize = 256;

/// What [`Framing`] found at the front of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Exhaustive on purpose: a stream has nothing else.
pub enum Token<'b> {
    /// A line, without its end and without the blanks before it; never empty, never beginning with `>`.
    Line(&'b [u8]),
    /// A `>` at the beginning of a line, without an end of its own. Source: line 50, and behind every `OK` but that of line 169.
    Prompt,
    /// A line of more than [`MAX_LINE`] bytes begins, which is skipped: told once.
    TooLong,
    /// Nothing: line ends, blanks, bytes of a line that is skipped.
    Nothing,
}

/// Cuts lines out of a stream: LF, CR and CR LF end one, wherever the reads split them.
///
/// A line that ends with CR is told at once; a LF behind it is an empty line, and empty lines are nothing. A `>` is a prompt
/// at the beginning of a line only, also with text right behind it; later in a line it is text.
///
/// ```
/// use pdu_core::Status;
/// use pdu_proto_isotek::wire::{Framing, Token};
///
/// let mut framing = Framing::default();
/// let mut stream: &[u8] = b"OK\r\n>CH0=1|230|36|\r\nRTC=20";
/// let mut tokens = Vec::new();
/// while let Status::Complete((token, used)) = framing.next(stream) {
///     tokens.push(token);
///     stream = &stream[used..];
/// }
/// tokens.retain(|token| *token != Token::Nothing);
/// assert_eq!(tokens, [Token::Line(b"OK"), Token::Prompt, Token::Line(b"CH0=1|230|36|")]);
/// assert_eq!(stream, b"RTC=20"); // to be offered again, with more behind it
/// ```
///
/// Source: line 8 ("\n or RETURN") and line 50; the rest is inferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Framing {
    /// The line is too long: what comes is dropped up to its end.
    is_skipping: bool,
}

impl Framing {
    /// What stands at the front of `bytes`, and how many of them it takes. Partial: offer the same bytes again, with more.
    ///
    /// Never partial with more than [`MAX_LINE`] bytes, so that a buffer one larger never fills up.
    pub fn next<'b>(&mut self, bytes: &'b [u8]) -> Status<(Token<'b>, usize)> {
        let Some(&first) = bytes.first() else {
            return Status::Partial { needed: 1 };
        };
        if self.is_skipping {
            return Status::Complete((Token::Nothing, self.skip(bytes)));
        }
        match first {
            b'>' => Status::Complete((Token::Prompt, 1)),
            first if is_nothing(first) => Status::Complete((Token::Nothing, count(bytes, is_nothing))),
            _ => self.line(bytes),
        }
    }

    /// Takes the status lines that stand whole at the front of `bytes` into `frame`, and returns how many bytes they are.
    ///
    /// The fast way: they are read where they lie, without being cut out first. Only strict lines in ascending order, with
    /// their end, are taken; it stops in front of anything else, which is then for [`next`](Self::next), and behind `RTC`,
    /// when [`StatusFrame::clock`] is set. So ask here first, and `next` when this returns 0.
    ///
    /// For whoever reads statuses off a stream as they come, without a session; [`StatusFrame::parse`], which wants a whole
    /// frame, reads in the same way. This crate's client does not: it weighs each line by itself, since each may decide whose
    /// the next `OK` is, and keeps those that it refuses as they came.
    pub fn status_lines(&self, bytes: &[u8], frame: &mut StatusFrame) -> usize {
        if self.is_skipping { 0 } else { frame.take_lines(bytes) }
    }

    /// Forgets that a line was being skipped: what comes is another stream.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn line<'b>(&mut self, bytes: &'b [u8]) -> Status<(Token<'b>, usize)> {
        let front = bytes.get(..=MAX_LINE).unwrap_or(bytes);
        let len = count(front, |byte| !is_line_end(byte));
        if len > MAX_LINE {
            self.is_skipping = true;
            return Status::Complete((Token::TooLong, len));
        }
        match bytes.split_at_checked(len) {
            Some((line, [b'\r', b'\n', ..])) => Status::Complete((Token::Line(line), len + 2)),
            Some((line, [_, ..])) => Status::Complete((Token::Line(line), len + 1)),
            _ => Status::Partial { needed: len + 1 },
        }
    }

    fn skip(&mut self, bytes: &[u8]) -> usize {
        let len = count(bytes, |byte| !is_line_end(byte));
        self.is_skipping = len == bytes.len();
        // With the first byte of its end, so that each call moves on.
        if self.is_skipping { len } else { len + 1 }
    }
}

/// The line of a datagram: it is one line, and may have an end, which is taken off. Source: lines 18 to 21.
pub fn datagram_line(datagram: &[u8]) -> &[u8] {
    let ends = datagram.iter().rev().take_while(|&&byte| is_line_end(byte)).count();
    datagram.get(..datagram.len() - ends).unwrap_or_default()
}

fn count(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|&&byte| belongs(byte)).count()
}

/// What at the beginning of a line means nothing.
fn is_nothing(byte: u8) -> bool {
    is_blank(byte) || is_line_end(byte)
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}
