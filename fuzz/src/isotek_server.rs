//! The device side of the IsoTek protocol, with a simulated unit behind it.

use std::time::Duration;

use pdu_core::Hub;
use pdu_core::testing::Script;
use pdu_core::testing::server::drive_endpoint_script;
use pdu_proto_isotek::server::{Echo, Ending, Options, Prompt, TextHub, TextServer};
use pdu_proto_isotek::smart_power::simulator::{Fault, Load, SmartPower};
use pdu_proto_isotek::wire::{Dialect, LineEnd, Outlet};

use crate::room::{self, Client, filled, noise};

const CLIENTS: u8 = 3;
/// Output that one connection has room for: the least that there is.
const OUTPUT: usize = 2048;
const MAX_ROUNDS: usize = 10_000;

/// What a client sends: every command, and lines that are none. A `#` becomes a byte of the script.
const LINES: [&[u8]; 24] = [
    b"A?",
    b"?",
    b"S1=0",
    b"S8=1",
    b"S16=0",
    b"T=2026|11|21|07|29|59|",
    b"P?",
    b"P=2",
    b"P=100",
    b"P=0",
    b"PW=1|1|up|07:30|0|0|0|3|0|0|1|",
    b"PW=2|2|amp/l|00:00|0|100|1|4|0|0|3|",
    b"PW=3|2|low|00:00|5|9|2|4|x||2|",
    b"C?",
    b"C4=Amp left|2|1|",
    b"C4=lock|3|0|",
    b"X",
    b"G",
    b"H",
    b" G",
    b"S0=1",
    b"S#=#",
    b"PW=#|#|",
    b"OK",
];

/// A hub with a few clients, or a serial line, as the first byte says.
pub fn server(data: &[u8]) {
    let (mode, rest) = data.split_first().unwrap_or((&0, &[]));
    let unit = SmartPower::builder()
        .outlets(if mode & 2 == 0 { 16 } else { 8 })
        .build();
    let options = options(mode >> 2);
    if mode & 1 == 0 {
        hub(unit, options, rest);
    } else {
        drive_endpoint_script(&mut TextServer::with_options(unit, options), rest);
    }
}

fn options(mode: u8) -> Options {
    let usual = Options {
        output: OUTPUT,
        connections: usize::from(CLIENTS) - 1,
        ..Options::default()
    };
    match mode % 4 {
        0 | 1 => usual,
        2 => Options {
            status_end: Ending::Nothing,
            address_end: Ending::OkAndPrompt,
            acknowledgement_end: Ending::Ok,
            echo: Echo::Lines,
            interval: Some(Duration::from_millis(20)),
            ..usual
        },
        _ => Options {
            dialect: Dialect {
                line_end: LineEnd::CrLf,
                ..Dialect::default()
            },
            prompt: Prompt::Line,
            interval: None,
            ..usual
        },
    }
}

/// Clients that open and close, cut their lines anywhere, read late, and send nonsense. Each gets the answer to each of its
/// own `A?`, and nothing grows.
fn hub(unit: SmartPower, options: Options, data: &[u8]) {
    let mut room = Room::new(TextHub::with_options(unit, options), CLIENTS, OUTPUT);
    let mut script = Script::new(data);
    while !script.is_empty() {
        room.step(&mut script);
    }
    room.end();
}

type Room = room::Room<TextHub<SmartPower>, Notes>;

/// Of what a client has sent, as the hub has taken it.
#[derive(Default)]
struct Notes {
    /// The unit restarts: what it did not answer yet it never will.
    is_ending: bool,
    /// The line that is not whole yet.
    begun: Vec<u8>,
    /// How many `A?` were taken and not answered.
    owed: usize,
}

impl Room {
    fn step(&mut self, script: &mut Script<'_>) {
        let what = script.next_u8();
        let who = (what >> 4) % CLIENTS;
        match what % 16 {
            0 => _ = self.open(who),
            1 => self.close(who),
            2..=5 => {
                let line = LINES[usize::from(script.next_u8()) % LINES.len()];
                let line = filled(line, script);
                let end = [&b"\n"[..], b"\r", b"\r\n", b""][usize::from(script.next_u8() % 4)];
                self.send(who, &[&line[..], end].concat());
            }
            6 => _ = self.send(who, noise(script)),
            7 | 8 => self.hear(who, usize::from(script.next_u8())),
            9 => self.answer(usize::from(script.next_u8())),
            10 => self.answer(usize::MAX),
            11 => self.block(who, script.next_u8().is_multiple_of(2)),
            12 => self.wait(u64::from(script.next_u8()) * 10_000),
            13 => self.wait(u64::from(script.next_u16()) * 1_000_000),
            14 => self.meddle(script),
            _ => self.close_one(),
        }
    }

    /// The hub hears up to so many bytes of a client's, and it is noted what they ask.
    fn hear(&mut self, who: u8, limit: usize) {
        let restarts = self.hub.service().counts().restart;
        for byte in self.deliver(who, limit) {
            self.client(who).notes.note(byte);
        }
        if self.hub.service().counts().restart != restarts {
            for client in &mut self.clients {
                client.notes.is_ending = client.is_open;
            }
        }
    }

    /// A client gets up to so many bytes, and reads the answers in them.
    fn answer(&mut self, limit: usize) {
        if let Some(who) = self.take(limit) {
            read_answers(self.client(who));
        }
    }

    fn meddle(&mut self, script: &mut Script<'_>) {
        let outlet = Outlet::new(script.next_u8() % 16 + 1).expect("1 to 16");
        let unit = self.hub.service_mut();
        match script.next_u8() % 4 {
            0 => unit.set_load(
                outlet,
                Load::Fixed {
                    watts: script.next_u16().into(),
                },
            ),
            1 => unit.set_voltage(Some(script.next_u16())),
            2 => unit.set_load(outlet, Load::Moving),
            _ => unit.inject(Fault::Delay(Duration::from_millis(script.next_u8().into()))),
        }
    }

    fn close_one(&mut self) {
        if let Some((client, _)) = self.obey() {
            assert!(client.notes.is_ending, "the end of a connection without a reason");
        }
    }

    /// Whoever is open has all answers after a while.
    fn end(&mut self) {
        for who in 0..CLIENTS {
            self.block(who, false);
        }
        for _ in 0..MAX_ROUNDS {
            (0..CLIENTS).for_each(|who| self.hear(who, usize::MAX));
            self.close_one();
            self.answer(usize::MAX);
            let is_done = self
                .clients
                .iter()
                .all(|client| client.outbox.is_empty() && client.notes.owed == 0);
            if is_done && self.hub.link_demand().is_none() {
                break;
            }
            self.wait(100_000);
        }
        for client in self.clients.iter().filter(|client| client.is_open) {
            assert!(client.outbox.is_empty(), "not taken: {:?}", client.outbox);
            assert!(client.notes.owed == 0, "{} not answered", client.notes.owed);
        }
    }
}

impl Notes {
    fn note(&mut self, byte: u8) {
        if matches!(byte, b'\n' | b'\r') {
            self.owed += usize::from(self.begun == b"A?");
            self.begun.clear();
        } else {
            self.begun.push(byte);
        }
    }
}

/// Counts the answers to `A?` among whole lines, and drops those.
fn read_answers(client: &mut Client<Notes>) {
    while let Some(end) = client.inbox.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
        let line: Vec<u8> = client.inbox.drain(..=end).collect();
        let line = line.strip_prefix(b">").unwrap_or(&line);
        if line.starts_with(b"A=SIM0001|") {
            assert!(client.notes.owed > 0, "an answer that nobody asked for");
            client.notes.owed -= 1;
        }
    }
    assert!(client.inbox.len() <= 300, "a line without end: {:?}", client.inbox);
}
