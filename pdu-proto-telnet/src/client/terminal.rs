use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::output::{Left, Output};
use crate::StreamFault;
use crate::wire::{
    Command, Echo, Echoed, Event, Line, Lines, Negotiation, Nvt, OptionSet, Options, Policy, WireError, check_line,
    encoded_data_len,
};

/// So many negotiations in a row, with no data in between, are a flood. There are 64 options that a side could name in two ways
/// each; consoles name three or four.
const FLOOD: u32 = 128;

/// What carries the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: with telnet's commands or without.
pub enum Framing {
    /// Telnet, with the options that this side agrees to.
    Telnet(Policy),
    /// Octets as they are: a serial line. Octet 255 is text.
    Raw,
}

/// What ends a line that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
// Exhaustive on purpose: these are the three that consoles take.
pub enum LineEnd {
    /// CR LF: what telnet has for it (RFC 854, page 11).
    #[default]
    CrLf,
    /// CR, over telnet followed by NUL: the key "Return" of a terminal.
    Cr,
    /// LF.
    Lf,
}

/// Whether a line that is sent is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: it is or it is not.
pub enum Secrecy {
    /// It may be shown.
    Open,
    /// It is a password: its echo is asterisks or nothing, and it is wiped from memory once it has left.
    Secret,
}

/// What the device does with the lines that it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
// Exhaustive on purpose.
pub enum Echoing {
    /// It may show each line, on a line by itself: the first line behind a sent one is its echo if it is the same.
    #[default]
    Possible,
    /// It shows none: a first line that is the same as the one sent is an answer.
    Never,
}

/// What [`Terminal::next`] found.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item<'t> {
    /// A line, without its end and no echo; it may be empty.
    Line(&'t [u8]),
    /// A line begins that is longer than [`MAX_LINE`](crate::wire::MAX_LINE), and is skipped to its end.
    TooLong,
    /// A telnet command that is no negotiation. The two that edit the line are already carried out.
    Command(Command),
}

/// One side of a console's connection, without meaning: telnet taken off and its negotiations answered, lines put together, echoes
/// removed, output bounded.
///
/// Neither a clock nor a link: the sessions of this crate, client and server, are built on it.
///
/// ```
/// use pdu_proto_telnet::client::{Framing, Item, Secrecy, Terminal};
/// use pdu_proto_telnet::wire::Policy;
///
/// let mut terminal = Terminal::new(Framing::Telnet(Policy::CLIENT));
/// let mut items = |terminal: &mut Terminal, mut octets: &[u8]| {
///     let mut lines = Vec::new();
///     while let (item, used @ 1..) = terminal.next(octets).unwrap() {
///         octets = &octets[used..];
///         if let Some(Item::Line(line)) = item {
///             lines.push(line.to_vec());
///         }
///     }
///     lines
/// };
///
/// assert_eq!(items(&mut terminal, b"\xFF\xFB\x01Version : 1.0.0\r\nPassword:"), [b"Version : 1.0.0"]);
/// assert_eq!(terminal.unfinished(), b"Password:");
/// assert_eq!(terminal.transmit(), [255, 253, 1]); // DO ECHO
/// terminal.transmitted(3);
///
/// terminal.send_line(b"bkt", Secrecy::Secret).unwrap();
/// assert_eq!(terminal.transmit(), b"bkt\r\n");
/// assert!(terminal.transmitted(5));
/// assert_eq!(items(&mut terminal, b"***\r\nCommand:\r\n"), [b"Command:"]); // the echo is not told
/// ```
///
/// # Bounds
///
/// A line has at most 512 octets, what waits to be sent at most 4096: [`next`](Self::next) takes nothing while an answer to a
/// negotiation would not fit, so that a peer that does not read is not read either. More than 128 negotiations without any data are
/// a [`StreamFault`].
pub struct Terminal {
    framing: Framing,
    line_end: LineEnd,
    echoing: Echoing,
    nvt: Nvt,
    options: Options,
    lines: Lines,
    output: Output,
    /// The line that was sent last, while its echo may come.
    sent: Option<Sent>,
    /// The line in the output, of which nothing has left.
    waiting: Option<Sent>,
    /// Negotiations since there were data.
    negotiations: u32,
    /// Ends of lines that came, those of echoes too.
    line_ends: u64,
}

struct Sent {
    line: Zeroizing<Vec<u8>>,
    secrecy: Secrecy,
}

impl Terminal {
    /// A fresh connection.
    pub fn new(framing: Framing) -> Self {
        Self {
            framing,
            line_end: LineEnd::default(),
            echoing: Echoing::default(),
            nvt: Nvt::default(),
            options: Options::new(framing.policy()),
            lines: Lines::new(),
            output: Output::new(),
            sent: None,
            waiting: None,
            negotiations: 0,
            line_ends: 0,
        }
    }

    /// Sends lines with this end.
    #[must_use]
    pub fn with_line_end(mut self, line_end: LineEnd) -> Self {
        self.line_end = line_end;
        self
    }

    /// Treats the first line behind a sent one so.
    #[must_use]
    pub fn with_echoing(mut self, echoing: Echoing) -> Self {
        self.echoing = echoing;
        self
    }

    /// Forgets what came and what waits to be sent: this is another connection.
    pub fn reset(&mut self) {
        self.nvt.reset();
        self.options = Options::new(self.framing.policy());
        self.lines.reset();
        self.output.clear();
        self.sent = None;
        self.waiting = None;
        self.negotiations = 0;
    }

    /// Takes octets up to the next thing to tell, and returns it and how many octets it took.
    ///
    /// Nothing found and less taken than there is: [`room`](Self::room) is used up, and the rest is to be offered again when something
    /// has left.
    ///
    /// # Errors
    ///
    /// The stream is of no more use: close it.
    pub fn next(&mut self, octets: &[u8]) -> Result<(Option<Item<'_>>, usize), StreamFault> {
        let mut used = 0;
        while let Some(rest @ [_, ..]) = octets.get(used..) {
            if self.room() < Negotiation::LEN {
                break;
            }
            let (found, len) = self.step(rest)?;
            used += len;
            match found {
                Found::Nothing => {}
                Found::Line if self.is_echo() => {}
                Found::Line => return Ok((Some(Item::Line(self.lines.told())), used)),
                Found::TooLong => return Ok((Some(Item::TooLong), used)),
                Found::Command(command) => return Ok((Some(Item::Command(command)), used)),
            }
        }
        Ok((None, used))
    }

    /// The line that has no end yet, as far as it came: what a prompt is. Empty while it may still become the echo of the line
    /// that was sent, so that an echo is never taken for a prompt.
    ///
    /// Of a prompt in it only time tells whether the device waits or has not written the rest of its line.
    pub fn unfinished(&self) -> &[u8] {
        let line = self.lines.unfinished();
        match &self.sent {
            Some(sent) if sent.may_become(line) => &[],
            _ => line,
        }
    }

    /// Puts a line and its end into the output. When its first octet leaves, what the device has shown without a line end, its
    /// prompt, is taken away, and the echo of the line is expected.
    ///
    /// # Errors
    ///
    /// The line cannot be sent, or does not fit, which is also so while [another line](Self::has_line) has not left; nothing was added
    /// then.
    pub fn send_line(&mut self, line: &[u8], secrecy: Secrecy) -> Result<(), WireError> {
        check_line(line)?;
        let end = self.end_octets();
        let needed = self.len_of(line) + end.len();
        let available = if self.has_line() { 0 } else { self.room() };
        if needed > available || !self.send(line) || !self.output.push(end) {
            return Err(WireError::Buffer { needed, available });
        }
        self.output.is_line(needed);
        if secrecy == Secrecy::Secret {
            self.output.holds_secret();
        }
        self.waiting = (self.echoing == Echoing::Possible).then(|| Sent {
            line: Zeroizing::new(line.trim_ascii().to_vec()),
            secrecy,
        });
        Ok(())
    }

    /// Takes back the line that waits, if nothing of it has left: true if so. The prompt it was to answer stands as it did.
    pub fn withdraw_line(&mut self) -> bool {
        let is_withdrawn = self.output.withdraw_line();
        if is_withdrawn {
            self.waiting = None;
        }
        is_withdrawn
    }

    /// Is there a line of which something is still to leave? The prompt that it answers may then still be seen.
    pub const fn has_line(&self) -> bool {
        self.output.has_line()
    }

    /// Puts text into the output as it is (over telnet each IAC doubled), all of it or nothing; true if it fitted. For the
    /// side that shows screens. A CR that ends no line needs a NUL behind it.
    #[must_use]
    pub fn send(&mut self, text: &[u8]) -> bool {
        match self.framing {
            Framing::Raw => self.output.push(text),
            Framing::Telnet(_) => self.output.push_doubled(text, encoded_data_len(text)),
        }
    }

    /// Offers all options that this side would do, each once: WILL ECHO and WILL SUPPRESS-GO-AHEAD of a console. True if that
    /// fitted.
    #[must_use]
    pub fn offer(&mut self) -> bool {
        while self.room() >= Negotiation::LEN {
            let Some(offer) = self.options.offer() else { return true };
            self.output.push(&offer.encode());
        }
        false
    }

    /// How many lines have ended, those of echoes too.
    pub(crate) const fn line_ends(&self) -> u64 {
        self.line_ends
    }

    /// How many octets the output can still take.
    pub fn room(&self) -> usize {
        self.output.room()
    }

    /// What waits to be sent.
    pub fn transmit(&self) -> &[u8] {
        self.output.rest()
    }

    /// The first `len` octets of [`transmit`](Self::transmit) have left. True if the last of a [line](Self::send_line) is among them:
    /// now the wait for its answer begins.
    pub fn transmitted(&mut self, len: usize) -> bool {
        let left = self.output.transmitted(len);
        if matches!(left, Left::First | Left::Last { with_first: true }) {
            self.lines.forget_unfinished();
            self.sent = self.waiting.take();
        }
        matches!(left, Left::Last { .. })
    }

    /// What this side does, agreed upon.
    pub const fn ours(&self) -> OptionSet {
        self.options.ours()
    }

    /// What the peer does, agreed upon.
    pub const fn theirs(&self) -> OptionSet {
        self.options.theirs()
    }

    /// One event of the stream.
    fn step(&mut self, octets: &[u8]) -> Result<(Found, usize), StreamFault> {
        let (event, len) = match self.framing {
            Framing::Raw => (Event::Data(octets), octets.len()),
            Framing::Telnet(_) => self.nvt.next(octets).unwrap_or((Event::Nothing, octets.len())),
        };
        let found = match event {
            Event::Data(data) => return Ok(self.take_data(data)),
            Event::Negotiation(said) => {
                self.negotiate(said)?;
                Found::Nothing
            }
            Event::Command(command) => self.command(command),
            Event::SubnegotiationTooLong(option) => return Err(StreamFault::Subnegotiation(option)),
            _ => Found::Nothing,
        };
        Ok((found, len))
    }

    fn take_data(&mut self, data: &[u8]) -> (Found, usize) {
        self.negotiations = 0;
        let (line, used) = self.lines.next(data);
        let found = match line {
            None => Found::Nothing,
            Some(Line::Text(_)) => Found::Line,
            Some(Line::TooLong) => Found::TooLong,
        };
        self.line_ends += u64::from(matches!(found, Found::Line));
        (found, used)
    }

    fn negotiate(&mut self, said: Negotiation) -> Result<(), StreamFault> {
        self.negotiations = self.negotiations.saturating_add(1);
        if self.negotiations > FLOOD {
            return Err(StreamFault::Flooded(FLOOD));
        }
        if let Some(answer) = self.options.answer(said) {
            self.output.push(&answer.encode());
        }
        Ok(())
    }

    /// Two of the commands edit the line (RFC 854, pages 7 and 8).
    fn command(&mut self, command: Command) -> Found {
        const DELETE: &[u8] = b"\x7F";
        match command {
            Command::ERASE_CHARACTER => {
                let _ = self.lines.next(DELETE);
            }
            Command::ERASE_LINE => self.lines.forget_unfinished(),
            _ => {}
        }
        Found::Command(command)
    }

    /// Is the line that was just told the echo of what was sent? Only the first line can be.
    fn is_echo(&mut self) -> bool {
        let line = self.lines.told();
        let Some(sent) = self.sent.take() else { return false };
        // A front that is the same is none: nothing tells `1` and `.Load` from `1.Load`.
        sent.echo().in_line(line) == Echoed::Whole
    }

    fn end_octets(&self) -> &'static [u8] {
        match (self.line_end, self.framing) {
            (LineEnd::CrLf, _) => b"\r\n",
            (LineEnd::Lf, _) => b"\n",
            (LineEnd::Cr, Framing::Raw) => b"\r",
            (LineEnd::Cr, Framing::Telnet(_)) => b"\r\0",
        }
    }

    fn len_of(&self, text: &[u8]) -> usize {
        match self.framing {
            Framing::Raw => text.len(),
            Framing::Telnet(_) => encoded_data_len(text),
        }
    }
}

impl Framing {
    const fn policy(self) -> Policy {
        match self {
            Self::Telnet(policy) => policy,
            Self::Raw => Policy::REFUSE,
        }
    }
}

/// What one event of the stream made.
enum Found {
    Nothing,
    Line,
    TooLong,
    Command(Command),
}

impl Sent {
    fn echo(&self) -> Echo<'_> {
        match self.secrecy {
            Secrecy::Open => Echo::Shown(&self.line),
            Secrecy::Secret => Echo::Password(&self.line),
        }
    }

    /// May `front` be the beginning of the echo?
    fn may_become(&self, front: &[u8]) -> bool {
        let front = front.trim_ascii();
        let is_mask = self.secrecy == Secrecy::Secret && front.iter().all(|&octet| octet == b'*');
        is_mask || self.line.starts_with(front)
    }
}

/// Shows no text.
impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal")
            .field("framing", &self.framing)
            .field("lines", &self.lines)
            .field("output", &self.output)
            .field("awaits_echo", &self.sent.is_some())
            .finish_non_exhaustive()
    }
}

/// Shows no text: a line may be what somebody typed at a password prompt.
impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::Line(line) => write!(f, "Line({} octets)", line.len()),
            Item::TooLong => f.write_str("TooLong"),
            Item::Command(command) => write!(f, "{command:?}"),
        }
    }
}
