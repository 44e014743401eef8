//! The raw console, with a device that answers when the script lets it, and as the script damages it.

use core::time::Duration;
use std::collections::BTreeMap;

use pdu_core::testing::{Script, drive_script_with_peer};
use pdu_core::{
    Endpoint, Event, EventOf, Instant, LineSettings, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport,
};
use pdu_proto_telnet::TelnetError;
use pdu_proto_telnet::client::{
    Command, Console, ConsoleOptions, Echoing, LineEnd, Link, Login, Notice, Opening, Response,
};
use pdu_proto_telnet::wire::MAX_LINE;

use crate::show;

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
    drive_script_with_peer(&mut Watched::new(options), &mut device, rest, request);
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

/// A console whose lines are held against what it was asked.
struct Watched {
    inner: Console,
    /// How often each line may leave yet.
    lines: BTreeMap<Vec<u8>, usize>,
    sent: Sent,
}

impl Watched {
    fn new(options: ConsoleOptions) -> Self {
        let sent = Sent::new(options.link);
        Self {
            inner: Console::new(options),
            lines: BTreeMap::new(),
            sent,
        }
    }

    fn check_line(&mut self, line: Vec<u8>) {
        let options = self.inner.options();
        let is_login = options.login.is_some() && [ACCOUNT.as_bytes(), PASSWORD.as_bytes()].contains(&&line[..]);
        let is_opening = options.opening == Opening::EmptyLine && line.is_empty();
        if let Some(left) = self.lines.get_mut(&line).filter(|left| **left > 0) {
            *left -= 1;
        } else {
            assert!(
                is_login || is_opening,
                "{:?} left too often",
                line.escape_ascii().to_string()
            );
        }
    }

    fn check_shown(&self) {
        let shown = format!("{:?}", self.inner);
        assert!(!shown.contains("sesame"), "{shown}");
        assert!(self.inner.transmit().len() <= MAX_OUTPUT);
    }
}

impl Endpoint for Watched {
    fn transport(&self) -> Transport {
        self.inner.transport()
    }
    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.sent = Sent::new(self.inner.options().link);
        self.inner.handle_link(now, event);
    }
    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        let taken = self.inner.handle_input(now, bytes);
        self.check_shown();
        taken
    }
    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        let left = self.inner.transmit().get(..len).unwrap_or_default().to_vec();
        for line in self.sent.lines(&left) {
            self.check_line(line);
        }
        self.inner.handle_transmitted(now, len);
    }
    fn handle_timeout(&mut self, now: Instant) {
        self.inner.handle_timeout(now);
    }
    fn transmit(&self) -> &[u8] {
        self.inner.transmit()
    }
    fn poll_timeout(&self) -> Option<Instant> {
        self.inner.poll_timeout()
    }
    fn link_demand(&self) -> LinkDemand {
        self.inner.link_demand()
    }
}

impl Session for Watched {
    type Request = Command;
    type Reply = Response;
    type Notice = Notice;
    type Error = TelnetError;

    fn submit(&mut self, now: Instant, command: Command) -> Result<Ticket, Refused<Command>> {
        let line = command.line().to_vec();
        let ticket = self.inner.submit(now, command)?;
        *self.lines.entry(line).or_default() += 1;
        Ok(ticket)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.inner.cancel(now, ticket);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        let event = self.inner.poll_event()?;
        match &event {
            Event::Done {
                result: Ok(response), ..
            } => {
                let octets: usize = response.lines.iter().map(Vec::len).sum();
                assert!(response.lines.len() <= 20 && octets <= 400);
                assert!(response.prompt.ends_with(b">"));
            }
            Event::Done { result: Err(error), .. } => {
                show(error);
                let _ = (pdu_core::Error::kind(error), pdu_core::Error::effect(error));
            }
            Event::Notice(Notice::Line(line)) => assert!(!line.is_empty() && line.len() <= MAX_LINE),
            Event::Notice(_) => {}
        }
        Some(event)
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
