use core::fmt;

/// The longest line, without its end and without what is removed. Source: none; the longest of the manual's forms are far
/// shorter.
pub const MAX_LINE: usize = 512;

const BACKSPACE: u8 = 0x08;
const LINE_FEED: u8 = 0x0A;
const CARRIAGE_RETURN: u8 = 0x0D;
const ESCAPE: u8 = 0x1B;
const DELETE: u8 = 0x7F;

/// What [`Lines::next`] completed.
#[derive(Clone, Copy, PartialEq, Eq)]
// Exhaustive on purpose: a stream of text has nothing else.
pub enum Line<'l> {
    /// A line, without its end; it may be empty.
    Text(&'l [u8]),
    /// A line of more than `N` octets begins, which is skipped to its end: told once, at the first octet too many.
    TooLong,
}

/// Lines of a text stream, as a terminal would show them, in a buffer of `N` octets.
///
/// - CR LF, LF, CR and CR NUL end a line, wherever the stream was cut (RFC 854, page 11). A line that ends with CR is told at the CR.
/// - BS and DEL take one octet away, never more than the line has (RFC 854, page 11: BS "moves the print position one character position
///   towards the left"; that it also deletes is how consoles use it).
/// - Escape sequences are removed: CSI with its parameters, strings (OSC, DCS, SOS, PM, APC) up to BEL or ESC `\`, and the short ones. A line end
///   ends a sequence that was not finished, so that no sequence hides a line. Source: ECMA-48, sections 5.4 and 5.6.
/// - All other controls but HT are removed: they "do not cause the NVT printer to take any action" or move the paper (RFC 854, pages 10
///   and 11). Octets from 128 on are text.
///
/// The line that has no end yet can be seen at any time, since a prompt never gets one.
///
/// ```
/// use pdu_proto_telnet::wire::{Line, Lines};
///
/// let mut lines: Lines = Lines::new();
/// let (line, used) = lines.next(b"\x1B[2JComand\x08\x08\x08mand:\r\nPlease enter");
/// assert_eq!((line, used), (Some(Line::Text(b"Command:")), 19));
/// assert_eq!(lines.next(b"\nPlease enter"), (None, 13)); // the LF belongs to the CR
/// assert_eq!(lines.unfinished(), b"Please enter");
/// ```
#[derive(Clone)]
pub struct Lines<const N: usize = MAX_LINE> {
    buffer: [u8; N],
    len: usize,
    state: State,
    /// The line was told, and is to be cleared before anything is added.
    is_told: bool,
    /// The octet before was a CR.
    is_behind_cr: bool,
    /// The line is too long: what comes is dropped up to its end.
    is_skipping: bool,
    too_long: u64,
    skipped: u64,
}

/// Where in an escape sequence the stream is, and how many octets of it have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Text,
    Escape(usize),
    Control(usize),
    String(usize),
    /// Behind ESC in a string.
    StringEscape(usize),
}

impl<const N: usize> Lines<N> {
    /// Nothing came yet.
    pub const fn new() -> Self {
        Self {
            buffer: [0; N],
            len: 0,
            state: State::Text,
            is_told: false,
            is_behind_cr: false,
            is_skipping: false,
            too_long: 0,
            skipped: 0,
        }
    }

    /// Takes octets up to the end of a line, and returns the line, if one was completed, and how many octets it took: all of them if
    /// none was completed, at least one if there are any.
    pub fn next(&mut self, data: &[u8]) -> (Option<Line<'_>>, usize) {
        let mut used = 0;
        while let Some(rest @ [first, ..]) = data.get(used..) {
            self.clear_told();
            let plain = self.take_plain(rest);
            used += plain;
            if plain > 0 {
                continue;
            }
            used += 1;
            match self.octet(*first) {
                Step::More => {}
                Step::LineEnd => {
                    self.is_told = true;
                    return (Some(Line::Text(self.buffer.get(..self.len).unwrap_or_default())), used);
                }
                Step::TooLong => return (Some(Line::TooLong), used),
            }
        }
        (None, used)
    }

    /// The line that has no end yet, as far as it came: what a prompt is. Empty while a line that is too long is skipped.
    pub fn unfinished(&self) -> &[u8] {
        let len = if self.is_told { 0 } else { self.len };
        self.buffer.get(..len).unwrap_or_default()
    }

    /// Takes the unfinished line away: what comes is a line by itself. For a prompt that is about to be answered.
    ///
    /// A line that is being skipped goes on being skipped, and so does an escape sequence.
    pub fn forget_unfinished(&mut self) {
        self.len = 0;
        self.is_told = false;
    }

    /// The line that [`next`](Self::next) has just told, once more.
    #[cfg(feature = "alloc")]
    pub(crate) fn told(&self) -> &[u8] {
        let len = if self.is_told { self.len } else { 0 };
        self.buffer.get(..len).unwrap_or_default()
    }

    /// Lines that were too long.
    pub const fn too_long(&self) -> u64 {
        self.too_long
    }

    /// Octets of such lines, as far as they came, that were dropped, without their ends.
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Forgets everything: what comes is another stream.
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    fn clear_told(&mut self) {
        if self.is_told {
            self.len = 0;
            self.is_told = false;
        }
    }

    /// Takes text that means itself, at most as much as fits; returns how many octets it was. This is where the time goes.
    fn take_plain(&mut self, data: &[u8]) -> usize {
        if self.state != State::Text || self.is_skipping {
            return 0;
        }
        let room = self.buffer.get_mut(self.len..).unwrap_or_default();
        let front = data.get(..room.len()).unwrap_or(data);
        let len = front.iter().position(|&octet| !is_plain(octet)).unwrap_or(front.len());
        if let (Some(to), Some(from)) = (room.get_mut(..len), front.get(..len)) {
            to.copy_from_slice(from);
        }
        self.len += len;
        self.is_behind_cr &= len == 0;
        len
    }

    fn octet(&mut self, octet: u8) -> Step {
        let is_behind_cr = core::mem::replace(&mut self.is_behind_cr, octet == CARRIAGE_RETURN);
        match octet {
            LINE_FEED if is_behind_cr => Step::More,
            LINE_FEED | CARRIAGE_RETURN => self.line_end(),
            _ if self.is_skipping => {
                self.skipped = self.skipped.saturating_add(1);
                Step::More
            }
            _ => match self.state {
                State::Text => self.text(octet),
                state => self.sequence(state, octet),
            },
        }
    }

    fn line_end(&mut self) -> Step {
        self.state = State::Text;
        if core::mem::take(&mut self.is_skipping) {
            return Step::More;
        }
        Step::LineEnd
    }

    fn text(&mut self, octet: u8) -> Step {
        match octet {
            ESCAPE => self.state = State::Escape(1),
            BACKSPACE | DELETE => self.len = self.len.saturating_sub(1),
            // Plain, and yet it was not taken: the buffer is full.
            _ if is_plain(octet) => return self.skip_line(1),
            _ => {}
        }
        Step::More
    }

    /// An octet of an escape sequence. One that is longer than a line makes the line too long: it is no sequence.
    fn sequence(&mut self, state: State, octet: u8) -> Step {
        let (next, len) = match state {
            State::Text => (State::Text, 0),
            State::Escape(len) => (behind_escape(octet, len + 1), len),
            State::Control(len) => (behind_introducer(octet, len + 1), len),
            State::String(len) => (in_string(octet, len + 1), len),
            State::StringEscape(len) => (behind_string_escape(octet, len + 1), len),
        };
        self.state = next;
        if len >= N && next != State::Text {
            return self.skip_line(len as u64 + 1);
        }
        Step::More
    }

    /// The line is too long by `octets` that are not in the buffer.
    fn skip_line(&mut self, octets: u64) -> Step {
        self.skipped = self.skipped.saturating_add(self.len as u64).saturating_add(octets);
        self.too_long = self.too_long.saturating_add(1);
        self.len = 0;
        self.state = State::Text;
        self.is_skipping = true;
        Step::TooLong
    }
}

/// What an octet did.
enum Step {
    More,
    LineEnd,
    TooLong,
}

/// Text that means itself.
fn is_plain(octet: u8) -> bool {
    matches!(octet, b' '..=b'~' | b'\t' | 0x80..)
}

fn behind_escape(octet: u8, len: usize) -> State {
    match octet {
        b'[' => State::Control(len),
        b']' | b'P' | b'X' | b'^' | b'_' => State::String(len),
        ESCAPE => State::Escape(1),
        // Intermediates, and controls, which a terminal obeys inside a sequence, and NUL, which is nothing.
        ..=0x2F => State::Escape(len),
        _ => State::Text,
    }
}

fn behind_introducer(octet: u8, len: usize) -> State {
    match octet {
        ESCAPE => State::Escape(1),
        // Parameters, intermediates and controls.
        ..=0x3F => State::Control(len),
        _ => State::Text,
    }
}

fn in_string(octet: u8, len: usize) -> State {
    const BELL: u8 = 0x07;
    match octet {
        BELL => State::Text,
        ESCAPE => State::StringEscape(len),
        _ => State::String(len),
    }
}

/// ESC `\` ends a string; any other sequence ends it too, and is one itself.
fn behind_string_escape(octet: u8, len: usize) -> State {
    if octet == b'\\' {
        State::Text
    } else {
        behind_escape(octet, len)
    }
}

impl<const N: usize> Default for Lines<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows no text: the unfinished line may be what somebody types at a password prompt.
impl<const N: usize> fmt::Debug for Lines<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines")
            .field("unfinished", &self.unfinished().len())
            .field("is_skipping", &self.is_skipping)
            .field("too_long", &self.too_long)
            .field("skipped", &self.skipped)
            .finish_non_exhaustive()
    }
}

/// Shows no text: what came at a password prompt, or its echo, is a line too.
impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Line::Text(text) => write!(f, "Text({} octets)", text.len()),
            Line::TooLong => f.write_str("TooLong"),
        }
    }
}
