use pdu_core::Status;

/// The longest line, without its end. Source: none; the longest that the manual's forms can make is shorter.
pub const MAX_LINE: usize = 256;

/// What [`Framing`] found at the front of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Exhaustive on purpose: a stream has nothing else.
pub enum Token<'b> {
    /// A line, without its end and without the blanks before it; never empty.
    Line(&'b [u8]),
    /// A `>` at the beginning of a line.
    Prompt,
    /// A line of more than [`MAX_LINE`] bytes begins, which is skipped: told once.
    TooLong,
    /// Nothing: line ends, blanks, bytes of a line that is skipped.
    Nothing,
}

/// Cuts lines out of a stream: LF, CR and CR LF end one, wherever the reads split them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Framing {
    /// A line ended with CR: a LF that comes next belongs to it.
    after_cr: bool,
    /// The line is too long: what comes is dropped up to its end.
    is_skipping: bool,
}

impl Framing {
    /// What stands at the front of `bytes`, and how many of them it takes. Partial: offer the same bytes again, with more.
    pub fn next<'b>(&mut self, bytes: &'b [u8]) -> Status<(Token<'b>, usize)> {
        let _ = (bytes, self.after_cr, self.is_skipping);
        Status::Partial { needed: 1 }
    }
}
