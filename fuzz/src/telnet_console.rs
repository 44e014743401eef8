//! The raw console, with a device that answers when the script lets it, and as the script damages it.

use core::time::Duration;
use std::collections::BTreeMap;

use pdu_core::testing::{Script, drive_script_with_peer};
use pdu_core::{Endpoint, Instant, LineSettings, LinkDemand, LinkEvent, Transport};
use pdu_proto_telnet::TelnetError;
use pdu_proto_telnet::client::{
    Command, Console, ConsoleOptions, Echoing, LineEnd, Link, Login, Notice, Opening, Response,
};
use pdu_proto_telnet::wire::MAX_LINE;

use crate::watched::{Watch, Watched};

const ACCOUNT: &str = "admin";
const PASSWORD: &str = "open sesame";
/// All that a session ever has to say at once.
const MAX_OUTPUT: usize = 4096;

/// Any script: each command ends once and leaves at most as often as it was asked, nothing leaves but commands, what the login
/// takes and what opens a serial console, replies and output are bounded, and the password is in nothing that is shown.
pub fn console(data: &[u8]) {
    let (head, rest) = data.split_at(data.len().min(2));
    let mut script = Script::new(head);
    let options = options(&mut script);
    let mut device = Device::new(options.login.is_some(), script.next_u8());
    let typed = Typed {
        lines: BTreeMap::new(),
        sent: Sent::new(options.link),
    };
    let mut session = Watched::new(Console::new(options), typed);
    drive_script_with_peer(&mut session, &mut device, rest, request);
}

fn options(script: &mut Script<'_>) -> ConsoleOptions {
    let habits = script.next_u8();
    let mut options = match habits % 3 {
        0 => ConsoleOptions::telnet(["> "]),
        1 => ConsoleOptions::stream(["> "]),
        _ => ConsoleOptions::serial(LineSettings::default(), ["> "]),
    };
    if habits & 4 == 0 {
        let mut login = Login::new("login:", "Password:", ACCOUNT, PASSWORD);
        login.refusals = vec![b"refused".to_vec()];
        options.login = Some(login);
    }
    if habits & 8 != 0 {
        options.echoing = Echoing::Never;
    }
    if habits & 16 != 0 {
        options.settle = Duration::ZERO;
    }
    options.line_end = [LineEnd::CrLf, LineEnd::Cr, LineEnd::Lf, LineEnd::CrLf][usize::from(habits >> 5 & 3)];
    (options.max_lines, options.max_octets) = (20, 400);
    options
}

/// Mostly short commands, each another; and lines of any octets.
fn request(script: &mut Script<'_>) -> Option<Command> {
    let kind = script.next_u8();
    Some(match kind % 8 {
        0..=4 => Command::new(format!("get {kind}")),
        5 => Command::secret(format!("passwd {kind}")),
        6 => Command::new(Vec::new()),
        // What the caller calls no secret is shown.
        _ => match script.take(usize::from(kind / 4)) {
            line if line.windows(6).any(|part| part == b"sesame") => Command::secret(line),
            line => Command::new(line),
        },
    })
}

/// A console of few words.
struct Device {
    asks: bool,
    habits: u8,
    /// How many lines of a login have come.
    step: usize,
    line: Vec<u8>,
    output: Vec<u8>,
}

impl Device {
    fn new(asks: bool, habits: u8) -> Self {
        Self {
            asks,
            habits,
            step: 0,
            line: Vec::new(),
            output: Vec::new(),
        }
    }

    fn ask(&mut self) {
        let question = match self.step {
            0 if self.asks => "login: ",
            1 if self.asks => "Password: ",
            _ => "rack> ",
        };
        self.output.extend_from_slice(question.as_bytes());
    }

    fn serve(&mut self) {
        let line = core::mem::take(&mut self.line);
        if self.habits & 1 != 0 {
            self.output.extend_from_slice(&line);
            self.output.extend_from_slice(b"\r\n");
        }
        match self.step {
            0 | 1 if self.asks => self.step += 1,
            _ if !line.is_empty() => {
                self.output.extend_from_slice(b"of ");
                self.output.extend_from_slice(&line);
                self.output.extend_from_slice(b"\r\na> b\r\n");
            }
            _ => {}
        }
        self.ask();
    }
}

impl Endpoint for Device {
    fn transport(&self) -> Transport {
        Transport::Stream
    }
    fn handle_link(&mut self, _now: Instant, _event: LinkEvent) {
        *self = Self::new(self.asks, self.habits);
        if self.habits & 2 != 0 {
            self.output.extend([255, 251, 1, 255, 253, 24]);
        }
        self.ask();
    }
    fn handle_input(&mut self, _now: Instant, bytes: &[u8]) -> usize {
        for byte in bytes {
            match byte {
                b'\r' => self.serve(),
                b' '..=b'~' => self.line.push(*byte),
                _ => {}
            }
        }
        bytes.len()
    }
    fn handle_transmitted(&mut self, _now: Instant, len: usize) {
        self.output.drain(..len);
    }
    fn handle_timeout(&mut self, _now: Instant) {}
    fn transmit(&self) -> &[u8] {
        &self.output
    }
    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Idle
    }
}

/// Lines are held against what the console was asked.
struct Typed {
    /// How often each line may leave yet.
    lines: BTreeMap<Vec<u8>, usize>,
    sent: Sent,
}

impl Typed {
    fn check_line(&mut self, options: &ConsoleOptions, line: &[u8]) {
        let is_login = options.login.is_some() && [ACCOUNT.as_bytes(), PASSWORD.as_bytes()].contains(&line);
        let is_opening = options.opening == Opening::EmptyLine && line.is_empty();
        if let Some(left) = self.lines.get_mut(line).filter(|left| **left > 0) {
            *left -= 1;
        } else {
            assert!(is_login || is_opening, "{} left too often", line.escape_ascii());
        }
    }
}

impl Watch<Console> for Typed {
    fn link(&mut self, console: &Console, _event: LinkEvent) {
        self.sent = Sent::new(console.options().link);
    }

    fn heard(&mut self, console: &Console) {
        let shown = format!("{console:?}");
        assert!(!shown.contains("sesame"), "{shown}");
        assert!(console.transmit().len() <= MAX_OUTPUT);
    }

    fn left(&mut self, console: &Console, octets: &[u8]) {
        for line in self.sent.lines(octets) {
            self.check_line(console.options(), &line);
        }
    }

    fn accepted(&mut self, _console: &Console, command: &Command) {
        *self.lines.entry(command.line().to_vec()).or_default() += 1;
    }

    fn done(&mut self, _command: Command, result: &Result<Response, TelnetError>) {
        let Ok(response) = result else { return };
        let octets: usize = response.lines.iter().map(Vec::len).sum();
        assert!(response.lines.len() <= 20 && octets <= 400);
        assert!(response.prompt.ends_with(b">"));
    }

    fn notice(&mut self, notice: &Notice) {
        if let Notice::Line(line) = notice {
            assert!(!line.is_empty() && line.len() <= MAX_LINE);
        }
    }
}

/// The lines in what has left on one link.
struct Sent {
    link: Link,
    line: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Text,
    BehindCr,
    Command,
    Option,
}

impl Sent {
    fn new(link: Link) -> Self {
        Self {
            link,
            line: Vec::new(),
            state: State::Text,
        }
    }

    fn lines(&mut self, octets: &[u8]) -> Vec<Vec<u8>> {
        octets.iter().filter_map(|octet| self.octet(*octet)).collect()
    }

    fn octet(&mut self, octet: u8) -> Option<Vec<u8>> {
        let state = core::mem::replace(&mut self.state, State::Text);
        match (state, octet) {
            (State::Command, 255) => self.line.push(255),
            (State::Command, _) => self.state = State::Option,
            (State::Option, _) => {}
            (State::BehindCr, b'\n' | 0) => {}
            (_, 255) if self.link == Link::Telnet => self.state = State::Command,
            (_, b'\r') => {
                self.state = State::BehindCr;
                return Some(core::mem::take(&mut self.line));
            }
            (_, b'\n') => return Some(core::mem::take(&mut self.line)),
            _ => self.line.push(octet),
        }
        None
    }
}
