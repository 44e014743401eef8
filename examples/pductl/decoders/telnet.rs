//! What a console sends over telnet, echo and all: commands, lines and prompts as the wire level of `pdu-proto-telnet` takes
//! them apart, and the screens of the BPS2000 that it knows among them. Passwords and communities are not shown.

use pdu_core::{Decimal, Line as Phase, LocalDateTime};
use pdu_proto_telnet::bps2000::{
    ACCOUNT_PROMPT, AgentState, Banner, Deviations, Entry, Levels, Line, MAX_LINE, PASSWORD_PROMPT, PROMPT, Screen,
    ScreenKind, ScreenParser, Secret, SmtpSettings, SnmpService, ThresholdSettings,
};
use pdu_proto_telnet::wire::{Event, Line as Text, Lines, Negotiation, Nvt, Prompt, TelnetOption, Verb, recognise};
use serde_json::{Value, json};

use super::{DecodeError, Decoded, Field, Form, Item, Kind, Mode};

/// A screen that is refused is named as such and does not end the decoding: its prompt is a new beginning, or the first line
/// of another.
pub(super) fn decode(kind: Kind, bytes: &[u8], mode: Mode) -> Decoded {
    let pieces = Cutter::new(bytes).cut();
    let mut reader = Reader::new(kind, bytes, mode);
    for piece in &pieces {
        reader.take(piece);
    }
    reader.finish()
}

/// What a console waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wants {
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
    const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Password => "password",
            Self::Command => "command",
        }
    }
}

/// A part of the stream, and where it stands.
#[derive(Debug)]
struct Piece {
    offset: usize,
    end: usize,
    what: What,
}

#[derive(Debug)]
enum What {
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
            (Some(Text::Text(_)), _) if is_more_of_the_last => None,
            (Some(Text::Text(text)), _) => Some(What::Line(text.to_vec())),
            (Some(Text::TooLong), _) => Some(What::LineTooLong),
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

fn message(name: &'static str) -> Field {
    Field::new("message", name)
}

/// Something that is there and is not to be shown.
fn secret(name: &'static str) -> Field {
    Field::new(name, "***")
}

fn of_secret(name: &'static str, value: Secret<'_>) -> Field {
    if value.reveal().is_empty() {
        Field::new(name, "")
    } else {
        secret(name)
    }
}

fn of_negotiation(said: Negotiation) -> Vec<Field> {
    let verb = match said.verb {
        Verb::Will => "WILL",
        Verb::Wont => "WONT",
        Verb::Do => "DO",
        Verb::Dont => "DONT",
    };
    let mut fields = of_option("negotiation", said.option);
    fields.insert(1, Field::new("verb", verb));
    fields
}

fn of_option(name: &'static str, option: TelnetOption) -> Vec<Field> {
    vec![
        message(name),
        Field::new("option", option.to_string()),
        Field::new("code", option.0),
    ]
}

/// A screen's name: that of its entry.
const fn name(kind: ScreenKind) -> &'static str {
    match kind {
        ScreenKind::Main => "main",
        ScreenKind::Information => "information",
        ScreenKind::Load => "load",
        ScreenKind::Clock => "clock",
        ScreenKind::Users => "users",
        ScreenKind::Network => "network",
        ScreenKind::Snmp => "snmp",
        ScreenKind::Http => "http",
        ScreenKind::Smtp => "smtp",
        ScreenKind::Thresholds => "thresholds",
        ScreenKind::Energy => "energy",
        ScreenKind::Restart => "restart",
    }
}

fn of_screen(screen: &Screen<'_>) -> Vec<Field> {
    let mut fields = vec![message("screen"), Field::new("screen", name(screen.kind()))];
    fields.extend(match screen {
        Screen::Main | Screen::Information | Screen::Restart => Vec::new(),
        Screen::Load(load) => vec![of_load(load.phases)],
        Screen::Clock(clock) => vec![of_clock(*clock)],
        Screen::Users(users) => vec![Field::new("user", users.name)],
        Screen::Network(network) => vec![
            Field::new("address", network.address.to_string()),
            Field::new("mask", network.mask.to_string()),
            Field::new("gateway", network.gateway.to_string()),
            Field::new("dns", network.dns.to_string()),
        ],
        Screen::Snmp(snmp) => of_snmp(snmp),
        Screen::Http(http) => vec![Field::new("port", http.port)],
        Screen::Smtp(smtp) => of_smtp(smtp),
        Screen::Thresholds(thresholds) => vec![of_thresholds(thresholds)],
        Screen::Energy(energy) => vec![of_energy(energy.raw)],
    });
    fields
}

fn of_clock(clock: LocalDateTime) -> Field {
    Field::new("clock", clock.to_string())
}

const LINES: [Phase; 3] = [Phase::L1, Phase::L2, Phase::L3];

fn of_load(phases: [Option<Decimal>; 3]) -> Field {
    let texts = phases.map(|load| load.map(|load| load.to_string()));
    let words = texts.iter().zip(LINES);
    let words = words.filter_map(|(load, line)| Some(format!("{line} {} A", load.as_ref()?)));
    Field::new("load", json!(texts)).with_lines(words.collect())
}

/// The screen names no unit.
fn of_energy(raw: [u64; 3]) -> Field {
    let texts = raw.map(|count| count.to_string());
    let words = texts.iter().zip(LINES).map(|(count, line)| format!("{line} {count}"));
    Field::new("energy", json!(texts)).with_lines(words.collect())
}

fn of_snmp(snmp: &SnmpService<'_>) -> Vec<Field> {
    let agent = match snmp.agent {
        AgentState::Enabled => "enabled",
        AgentState::Disabled => "disabled",
    };
    vec![
        Field::new("agent", agent),
        of_secret("write_community", snmp.write_community),
        of_secret("read_community", snmp.read_community),
        Field::new("trap1", snmp.trap1.to_string()),
    ]
}

fn of_smtp(smtp: &SmtpSettings<'_>) -> Vec<Field> {
    vec![
        Field::new("account", smtp.account),
        of_secret("password", smtp.password),
        Field::new("server", smtp.server),
        Field::new("port", smtp.port),
        Field::new("count", smtp.count),
        Field::new("interval", smtp.interval),
        Field::new("recipient", smtp.recipient),
    ]
}

fn of_thresholds(thresholds: &ThresholdSettings) -> Field {
    let phases = |quantity, levels: [Levels; 3], uom| {
        let rows = LINES.into_iter().zip(levels);
        rows.map(move |(line, levels)| (Some(line.as_str()), quantity, levels, uom))
    };
    let rows: Vec<_> = phases("current", thresholds.current, "A")
        .chain(phases("voltage", thresholds.voltage, "V"))
        .chain([
            (None, "temperature", thresholds.temperature, "Cel"),
            (None, "relative_humidity", thresholds.humidity, "%"),
        ])
        .collect();
    let object = |(line, quantity, levels, uom): &(Option<&str>, &str, Levels, &str)| {
        json!({
            "line": line, "quantity": quantity,
            "upper_critical": levels.high_alarm.to_string(), "upper_warning": levels.high_warning.to_string(),
            "lower_warning": levels.low_warning.to_string(), "lower_critical": levels.low_alarm.to_string(),
            "uom": uom,
        })
    };
    let words = |(line, quantity, levels, uom): &(Option<&str>, &str, Levels, &str)| {
        let line = line.map_or_else(String::new, |line| format!("{line} "));
        let [a, b, c, d] = levels.in_order();
        let quantity = quantity.replace('_', " ");
        format!("{line}{quantity}: high alarm {a}, high warning {b}, low warning {c}, low alarm {d} {uom}")
    };
    let objects: Vec<Value> = rows.iter().map(object).collect();
    Field::new("thresholds", objects).with_lines(rows.iter().map(words).collect())
}

fn of_banner(banner: &Banner<'_>) -> Vec<Field> {
    let uptime = banner.uptime.map(|up| {
        let (days, hours, minutes) = (up.days, up.hours, up.minutes);
        format!("P{days}DT{hours}H{minutes}M")
    });
    vec![
        message("banner"),
        Field::new("updated", banner.updated.map(|date| date.to_string())),
        Field::new("version", banner.version),
        Field::new("clock", banner.clock.map(|clock| clock.to_string())),
        Field::new("uptime", uptime),
        Field::new("text", banner.text),
    ]
}

/// What a typed line means. Its text is shown only where no secret can be in it.
fn of_typed(line: &Line<'_>, text: &[u8]) -> Vec<Field> {
    let (command, fields) = match line {
        Line::Entry(entry) => ("entry", vec![of_entry(*entry)]),
        Line::OpenRestart(_) => ("entry", vec![of_entry(Entry::Restart)]),
        Line::Back(_) => ("back", Vec::new()),
        Line::Load(member) => ("load", vec![Field::new("member", member.number())]),
        Line::SetClock(at) => ("set_clock", vec![of_clock(*at)]),
        Line::ChangePassword(_) => return vec![secret("line"), Field::new("command", "change_password")],
        Line::SetAddress(address) => ("set_address", vec![Field::new("address", address.to_string())]),
        Line::SetPort(port) => ("set_port", vec![Field::new("port", *port)]),
        Line::SetAccount(account) => ("set_account", vec![Field::new("account", *account)]),
        Line::SetCurrent(phase, levels) => {
            let levels = levels.in_order().map(|level| level.to_string());
            let words = format!("{} A", levels.join(", "));
            let levels = Field::new("levels", json!(levels)).with_words(words);
            ("set_current", vec![Field::new("phase", phase.number()), levels])
        }
        Line::ClearEnergy(phase, _) => ("clear_energy", vec![Field::new("phase", phase.number())]),
        Line::Restart(_) => ("restart", Vec::new()),
        Line::FactoryDefault(_) => ("factory_default", Vec::new()),
        _ => return vec![secret("line"), Field::new("command", "undocumented")],
    };
    let mut all = vec![
        Field::new("line", String::from_utf8_lossy(text)),
        Field::new("command", command),
    ];
    all.extend(fields);
    all
}

fn of_entry(entry: Entry) -> Field {
    Field::new("entry", entry.screen().map_or("logout", name))
}
