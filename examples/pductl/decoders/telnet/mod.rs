//! What a console sends over telnet, echo and all: commands, lines and prompts as the wire level of `pdu-proto-telnet` takes
//! them apart, and the screens of the BPS2000 that it knows among them. Passwords and communities are not shown.

mod fields;
mod pieces;

use pdu_proto_telnet::bps2000::{
    ACCOUNT_PROMPT, Banner, Deviations, Line, MAX_LINE, PASSWORD_PROMPT, PROMPT, ScreenKind, ScreenParser,
};

use self::fields::{message, name, of_banner, of_negotiation, of_option, of_screen, of_typed, secret};
use self::pieces::{Piece, Wants, What, cut};
use super::{DecodeError, Decoded, Field, Form, Item, Kind, Mode};

/// A screen that is refused is named as such and does not end the decoding: its prompt is a new beginning, or the first line
/// of another.
pub(super) fn decode(kind: Kind, bytes: &[u8], mode: Mode) -> Decoded {
    let pieces = cut(bytes);
    let mut reader = Reader::new(kind, bytes, mode);
    for piece in &pieces {
        reader.take(piece);
    }
    reader.finish()
}

/// Where what is typed goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Unknown,
    Login(Wants),
    Screen(ScreenKind),
}

/// A screen whose prompt has not come yet.
struct Open<'t> {
    parser: ScreenParser<'t>,
    offset: usize,
    end: usize,
    refused: Option<String>,
}

/// Pieces to items.
struct Reader<'t> {
    bytes: &'t [u8],
    mode: Mode,
    decoded: Decoded,
    open: Option<Open<'t>>,
    /// Lines that are no part of a screen: a banner, if a login follows.
    loose: Vec<(&'t Piece, &'t [u8])>,
    place: Place,
    is_behind_prompt: bool,
}

impl<'t> Reader<'t> {
    fn new(kind: Kind, bytes: &'t [u8], mode: Mode) -> Self {
        Self {
            bytes,
            mode,
            decoded: Decoded::of(kind),
            open: None,
            loose: Vec::new(),
            place: Place::Unknown,
            is_behind_prompt: false,
        }
    }

    fn take(&mut self, piece: &'t Piece) {
        match &piece.what {
            What::Negotiation(said) => self.command(piece, of_negotiation(*said)),
            What::Command(code) => self.command(piece, vec![message("command"), Field::new("code", *code)]),
            What::Subnegotiation(option) => self.command(piece, of_option("subnegotiation", *option)),
            What::SubnegotiationTooLong(option) => {
                self.command(piece, of_option("subnegotiation", *option));
                self.fail(piece.offset, format!("subnegotiation of {option} has no end"));
            }
            What::CutCommand => self.leave(piece.offset, "ends in a telnet command".into()),
            What::Prompt(wants) => self.prompt(piece, *wants),
            What::Line(text) if text.trim_ascii().is_empty() => self.blank(piece, text),
            What::LineTooLong => self.refuse(piece.offset, piece.end, format!("line of more than {MAX_LINE} octets")),
            What::CutLine(_) if self.open.is_some() => {}
            What::CutLine(_) if self.mode == Mode::Strict => self.leave(piece.offset, "no line end".into()),
            What::Line(text) | What::CutLine(text) => self.line(piece, text),
        }
    }

    fn blank(&mut self, piece: &'t Piece, text: &'t [u8]) {
        self.is_behind_prompt = false;
        match &mut self.open {
            Some(open) => drop(open.push(piece, text)),
            None => self.loose.push((piece, text)),
        }
    }

    fn line(&mut self, piece: &'t Piece, text: &'t [u8]) {
        let is_behind_prompt = std::mem::take(&mut self.is_behind_prompt);
        if let Some(open) = &mut self.open {
            if open.push(piece, text) {
                return;
            }
            self.close(None);
        }
        match ScreenKind::of_first_line(text) {
            Some(kind) => {
                self.flush();
                let text = if is_behind_prompt {
                    text.trim_ascii_start()
                } else {
                    text
                };
                self.open = Some(Open::at(piece, text, ScreenParser::new(kind, self.mode)));
            }
            None if is_behind_prompt => self.typed(piece, text.trim_ascii()),
            None => self.loose.push((piece, text)),
        }
    }

    fn prompt(&mut self, piece: &Piece, wants: Wants) {
        let was_open = self.open.is_some();
        self.close(Some((piece, wants)));
        if wants == Wants::Account {
            self.banner();
        }
        self.flush();
        if !was_open || wants != Wants::Command {
            let fields = vec![message("prompt"), Field::new("prompt", wants.as_str())];
            self.push(piece.offset, piece.end, fields, Vec::new());
        }
        if wants != Wants::Command {
            self.place = Place::Login(wants);
        }
        self.is_behind_prompt = true;
    }

    /// Ends the open screen, if there is one: at a prompt, or where another begins.
    fn close(&mut self, at: Option<(&Piece, Wants)>) {
        let Some(open) = self.open.take() else {
            return;
        };
        let (end, prompt) = match at {
            Some((piece, Wants::Command)) => (piece.end, PROMPT),
            Some((_, Wants::Account)) => (open.end, ACCOUNT_PROMPT),
            Some((_, Wants::Password)) => (open.end, PASSWORD_PROMPT),
            None => (open.end, ""),
        };
        match open.parser.finish(prompt.as_bytes()) {
            Ok(screen) => {
                self.place = Place::Screen(screen.value.kind());
                self.push(open.offset, end, of_screen(&screen.value), in_words(screen.deviations));
            }
            Err(error) => {
                self.place = Place::Unknown;
                self.refuse(open.offset, end, open.refused.unwrap_or_else(|| error.to_string()));
            }
        }
    }

    /// The lines before a login, if they say what a banner does.
    fn banner(&mut self) {
        let lines = self.loose.iter().map(|(_, text)| *text);
        let parsed = Banner::parse(lines, self.mode);
        let (Some((first, _)), Some((last, _))) = (self.loose.first(), self.loose.last()) else {
            return;
        };
        match parsed {
            Ok(banner) if has_only_text(&banner.value) => return,
            Ok(banner) => self.push(
                first.offset,
                last.end,
                of_banner(&banner.value),
                in_words(banner.deviations),
            ),
            Err(error) => self.refuse(first.offset, last.end, error.to_string()),
        }
        self.loose.clear();
    }

    /// Lines that nothing is known of.
    fn flush(&mut self) {
        for (piece, text) in std::mem::take(&mut self.loose) {
            if text.trim_ascii().is_empty() {
                self.stretch(piece.end);
                continue;
            }
            let is_cut = matches!(piece.what, What::CutLine(_));
            let deviations = is_cut.then(|| "no line end".to_owned()).into_iter().collect();
            let fields = vec![message("line"), Field::new("line", String::from_utf8_lossy(text))];
            self.push(piece.offset, piece.end, fields, deviations);
        }
    }

    /// A blank line belongs to the text before it.
    fn stretch(&mut self, end: usize) {
        if let Some(last) = self.decoded.items.last_mut().filter(|item| item.form == Form::Text) {
            last.len = end.saturating_sub(last.offset).max(last.len);
        }
    }

    /// The echo of what was typed at the last prompt.
    fn typed(&mut self, piece: &Piece, text: &[u8]) {
        let at = match self.place {
            Place::Login(wants) => wants.as_str(),
            Place::Screen(kind) => name(kind),
            Place::Unknown => "unknown",
        };
        let mut fields = vec![message("typed"), Field::new("at", at)];
        let mut deviations = Vec::new();
        match self.place {
            Place::Login(Wants::Account) => fields.push(Field::new("line", String::from_utf8_lossy(text))),
            Place::Screen(kind) => match Line::parse(kind, text, self.mode) {
                Ok(line) => {
                    fields.extend(of_typed(&line.value, text));
                    deviations = in_words(line.deviations);
                }
                Err(error) if self.mode == Mode::Strict => {
                    return self.refuse(piece.offset, piece.end, error.to_string());
                }
                Err(error) => {
                    fields.push(secret("line"));
                    deviations.push(error.to_string());
                }
            },
            _ => fields.push(secret("line")),
        }
        self.push(piece.offset, piece.end, fields, deviations);
    }

    fn command(&mut self, piece: &Piece, fields: Vec<Field>) {
        let item = Item::of(piece.offset, piece.end, fields, Vec::new());
        self.decoded.items.push(item);
    }

    fn push(&mut self, offset: usize, end: usize, fields: Vec<Field>, deviations: Vec<String>) {
        let item = Item::of(offset, end, fields, deviations);
        self.decoded.items.push(Item {
            form: Form::Text,
            ..item
        });
    }

    fn refuse(&mut self, offset: usize, end: usize, why: String) {
        let fields = vec![message("rejected"), Field::new("reason", why.clone())];
        self.push(offset, end, fields, Vec::new());
        self.fail(offset, why);
    }

    fn fail(&mut self, offset: usize, message: String) {
        self.decoded.error.get_or_insert(DecodeError { offset, message });
    }

    /// What stands from here on was not taken.
    fn leave(&mut self, offset: usize, message: String) {
        if self.decoded.rest.is_empty() {
            self.decoded.rest = self.bytes.get(offset..).unwrap_or_default().to_vec();
        }
        self.fail(offset, message);
    }

    fn finish(mut self) -> Decoded {
        self.flush();
        if let Some(open) = self.open.take() {
            let cut = || open.parser.finish(b"").err().map(|error| error.to_string());
            let why = open.refused.or_else(cut).unwrap_or_default();
            self.decoded.rest.clear();
            self.decoded.items.retain(|item| item.offset < open.offset);
            let offset = open.offset;
            self.leave(offset, why);
        }
        if self.decoded.items.is_empty() && self.decoded.error.is_none() {
            let why = if self.bytes.is_empty() { "no bytes" } else { "no line" };
            self.leave(0, why.into());
        }
        self.decoded.items.sort_by_key(|item| item.offset);
        self.decoded
    }
}

impl<'t> Open<'t> {
    fn at(piece: &Piece, text: &'t [u8], parser: ScreenParser<'t>) -> Self {
        let mut open = Self {
            parser,
            offset: piece.offset,
            end: piece.offset,
            refused: None,
        };
        open.push(piece, text);
        open
    }

    /// Whether the line belongs to the screen.
    fn push(&mut self, piece: &Piece, text: &'t [u8]) -> bool {
        if let Err(error) = self.parser.push(text) {
            self.refused.get_or_insert(error.to_string());
            let is_first_of_another = self.end > self.offset && ScreenKind::of_first_line(text).is_some();
            if is_first_of_another {
                return false;
            }
        }
        self.end = piece.end;
        true
    }
}

/// Any line may be that.
fn has_only_text(banner: &Banner<'_>) -> bool {
    let text = banner.text;
    *banner
        == (Banner {
            text,
            ..Banner::default()
        })
}

fn in_words(deviations: Deviations) -> Vec<String> {
    deviations.iter().map(|deviation| format!("{deviation:?}")).collect()
}
