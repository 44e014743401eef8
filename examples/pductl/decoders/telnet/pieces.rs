//! A stream, cut into commands, lines and prompts.

use pdu_proto_telnet::bps2000::{ACCOUNT_PROMPT, MAX_LINE, PASSWORD_PROMPT, PROMPT};
use pdu_proto_telnet::wire::{Event, Line, Lines, Negotiation, Nvt, Prompt, TelnetOption, recognise};

/// What a console waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wants {
    Account,
    Password,
    Command,
}

const PROMPTS: [Prompt<'static, Wants>; 3] = [
    Prompt::new(ACCOUNT_PROMPT.as_bytes(), Wants::Account),
    Prompt::new(PASSWORD_PROMPT.as_bytes(), Wants::Password),
    Prompt::new(PROMPT.as_bytes(), Wants::Command),
];

impl Wants {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Password => "password",
            Self::Command => "command",
        }
    }
}

/// A part of the stream, and where it stands.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) offset: usize,
    pub(super) end: usize,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Negotiation(Negotiation),
    Command(u8),
    Subnegotiation(TelnetOption),
    SubnegotiationTooLong(TelnetOption),
    /// A telnet command that has no end.
    CutCommand,
    Prompt(Wants),
    Line(Vec<u8>),
    LineTooLong,
    /// The last line, if it has no end and is no prompt.
    CutLine(Vec<u8>),
}

/// The stream in pieces, in the order in which they end.
pub(super) fn cut(bytes: &[u8]) -> Vec<Piece> {
    Cutter::new(bytes).cut()
}

/// Cuts a stream into pieces. Octet by octet, so that a line ends where a prompt does: what follows it is the echo of what was
/// typed, or the next screen.
struct Cutter<'b> {
    bytes: &'b [u8],
    lines: Lines<MAX_LINE>,
    pieces: Vec<Piece>,
    /// Where the line began that has no end yet.
    line: Option<usize>,
    /// Where the telnet command began that has no end yet.
    command: Option<usize>,
    /// What the last prompt was for.
    asked: Option<Wants>,
    is_skipping: bool,
}

impl<'b> Cutter<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            lines: Lines::new(),
            pieces: Vec::new(),
            line: None,
            command: None,
            asked: None,
            is_skipping: false,
        }
    }

    fn cut(mut self) -> Vec<Piece> {
        let mut nvt = Nvt::default();
        let mut offset = 0;
        while let Some((event, len)) = self.bytes.get(offset..).and_then(|rest| nvt.next(rest)) {
            self.event(event, offset, offset + len);
            offset += len;
        }
        self.end();
        self.pieces
    }

    fn event(&mut self, event: Event<'_>, offset: usize, end: usize) {
        let what = match event {
            Event::Data(octets) => {
                for (octet, at) in octets.iter().zip(offset..) {
                    let from = self.command.take().unwrap_or(at);
                    self.octet(*octet, from, at + 1);
                }
                return;
            }
            Event::Negotiation(said) => What::Negotiation(said),
            Event::Command(command) => What::Command(command.0),
            Event::Subnegotiation(option) => What::Subnegotiation(option),
            Event::SubnegotiationTooLong(option) => What::SubnegotiationTooLong(option),
            _ => {
                self.command.get_or_insert(offset);
                return;
            }
        };
        let offset = self.command.take().unwrap_or(offset);
        self.pieces.push(Piece { offset, end, what });
    }

    fn octet(&mut self, octet: u8, offset: usize, end: usize) {
        let is_line_end = matches!(octet, b'\r' | b'\n' | 0);
        let is_more_of_the_last = self.is_skipping || (self.line.is_none() && matches!(octet, b'\n' | 0));
        let started = self.line.is_some();
        self.line.get_or_insert(offset);
        let what = match self.lines.next(&[octet]) {
            (Some(Line::Text(_)), _) if is_more_of_the_last => None,
            (Some(Line::Text(text)), _) => Some(What::Line(text.to_vec())),
            (Some(Line::TooLong), _) => Some(What::LineTooLong),
            (None, _) => self.prompt().map(What::Prompt),
        };
        if let Some(what) = what {
            self.is_skipping = matches!(what, What::LineTooLong);
            self.push(what, end);
        } else if is_more_of_the_last && !started {
            self.line = None;
            self.is_skipping &= !is_line_end;
            self.stretch(end);
        }
    }

    /// What the line waits for, if it is a prompt. A password is asked for behind an account only: the word is common.
    fn prompt(&mut self) -> Option<Wants> {
        let wants = recognise(&PROMPTS, self.lines.unfinished())?;
        if wants == Wants::Password && self.asked != Some(Wants::Account) {
            return None;
        }
        self.lines.forget_unfinished();
        self.asked = Some(wants);
        Some(wants)
    }

    fn push(&mut self, what: What, end: usize) {
        let offset = self.line.take().unwrap_or(end);
        self.pieces.push(Piece { offset, end, what });
    }

    /// What is nothing by itself belongs to the piece before it.
    fn stretch(&mut self, end: usize) {
        if let Some(last) = self.pieces.last_mut() {
            last.end = end;
        }
    }

    fn end(&mut self) {
        let end = self.bytes.len();
        let end_of_line = self.command.unwrap_or(end);
        if self.lines.unfinished().trim_ascii().is_empty() {
            self.stretch(end_of_line);
        } else {
            let line = self.lines.unfinished().to_vec();
            self.push(What::CutLine(line), end_of_line);
        }
        if let Some(offset) = self.command {
            let what = What::CutCommand;
            self.pieces.push(Piece { offset, end, what });
        }
    }
}
