//! The device side of the IsoTek protocol, with a simulated unit behind it.

use std::collections::VecDeque;
use std::time::Duration;

use pdu_core::testing::Script;
use pdu_core::testing::server::drive_endpoint_script;
use pdu_core::{ConnectionId, Hub, Instant, LinkDemand};
use pdu_proto_isotek::server::{Echo, Ending, Options, Prompt, TextHub, TextServer};
use pdu_proto_isotek::smart_power::simulator::{Fault, Load, SmartPower};
use pdu_proto_isotek::wire::{Dialect, LineEnd, Outlet};

const CLIENTS: u8 = 3;
/// Output that one connection has room for: the least that there is.
const OUTPUT: usize = 2048;
/// Bytes that a client would send on while the server takes none.
const PATIENCE: usize = 4096;
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
    let mut room = Room {
        hub: TextHub::with_options(unit, options),
        now: Instant::from_millis(1),
        clients: Default::default(),
    };
    let mut script = Script::new(data);
    while !script.is_empty() {
        room.step(&mut script);
    }
    room.end();
}

struct Room {
    hub: TextHub<SmartPower>,
    now: Instant,
    clients: [Client; CLIENTS as usize],
}

#[derive(Default)]
struct Client {
    is_open: bool,
    is_blocked: bool,
    /// The unit restarts: what it did not answer yet it never will.
    is_ending: bool,
    /// Bytes that the hub has not taken yet.
    outbox: VecDeque<u8>,
    /// The line that is not whole yet, as the hub has taken it.
    begun: Vec<u8>,
    /// How many `A?` were taken and not answered.
    owed: usize,
    inbox: Vec<u8>,
}

impl Room {
    fn step(&mut self, script: &mut Script<'_>) {
        let what = script.next_u8();
        let who = (what >> 4) % CLIENTS;
        match what % 16 {
            0 => self.open(who),
            1 => self.close(who),
            2..=5 => {
                let line = LINES[usize::from(script.next_u8()) % LINES.len()];
                let line: Vec<u8> = line
                    .iter()
                    .map(|&b| if b == b'#' { script.next_u8() } else { b })
                    .collect();
                let end = [&b"\n"[..], b"\r", b"\r\n", b""][usize::from(script.next_u8() % 4)];
                self.send(who, &[&line, end].concat());
            }
            6 => {
                let len = usize::from(script.next_u8() % 64);
                self.send(who, script.take(len));
            }
            7 | 8 => self.deliver(who, usize::from(script.next_u8())),
            9 => _ = self.take(usize::from(script.next_u8())),
            10 => _ = self.take(usize::MAX),
            11 => self.block(who, script.next_u8().is_multiple_of(2)),
            12 => self.wait(u64::from(script.next_u8()) * 10_000),
            13 => self.wait(u64::from(script.next_u16()) * 1_000_000),
            14 => self.meddle(script),
            _ => self.obey(),
        }
    }

    fn open(&mut self, who: u8) {
        let client = &mut self.clients[usize::from(who)];
        if client.is_open {
            return;
        }
        *client = Client {
            is_open: self.hub.handle_open(self.now, &id(who)).is_ok(),
            ..Client::default()
        };
    }

    fn close(&mut self, who: u8) {
        self.hub.handle_close(self.now, &id(who));
        self.clients[usize::from(who)] = Client::default();
    }

    fn send(&mut self, who: u8, bytes: &[u8]) {
        let client = &mut self.clients[usize::from(who)];
        if client.is_open && client.outbox.len() <= PATIENCE {
            client.outbox.extend(bytes);
        }
    }

    fn deliver(&mut self, who: u8, limit: usize) {
        let client = &mut self.clients[usize::from(who)];
        let offered = client.outbox.len().min(limit);
        let bytes = &client.outbox.make_contiguous()[..offered];
        let restarts = self.hub.service().counts().restart;
        let taken = self.hub.handle_input(self.now, &id(who), bytes);
        assert!(taken <= offered);
        let taken: Vec<u8> = client.outbox.drain(..taken).collect();
        for byte in taken {
            if matches!(byte, b'\n' | b'\r') {
                client.owed += usize::from(client.begun == b"A?");
                client.begun.clear();
            } else {
                client.begun.push(byte);
            }
        }
        if self.hub.service().counts().restart != restarts {
            self.clients
                .iter_mut()
                .for_each(|client| client.is_ending = client.is_open);
        }
    }

    /// Takes up to so many bytes of the output that is shown.
    fn take(&mut self, limit: usize) -> bool {
        let Some((peer, shown)) = self.hub.transmit() else {
            return false;
        };
        assert!(!shown.is_empty() && shown.len() <= OUTPUT, "{} bytes", shown.len());
        let bytes = shown[..shown.len().min(limit)].to_vec();
        self.hub.handle_transmitted(self.now, &peer, bytes.len());
        let client = &mut self.clients[usize::try_from(peer.number()).expect("a small number")];
        assert!(
            client.is_open && !client.is_blocked,
            "output for a client that can take none"
        );
        client.inbox.extend_from_slice(&bytes);
        client.read_answers();
        !bytes.is_empty()
    }

    fn block(&mut self, who: u8, blocked: bool) {
        match blocked {
            true => self.hub.handle_blocked(self.now, &id(who)),
            false => self.hub.handle_writable(self.now, &id(who)),
        }
        let client = &mut self.clients[usize::from(who)];
        client.is_blocked = blocked && client.is_open;
    }

    fn wait(&mut self, micros: u64) {
        self.now = Instant::from_micros(self.now.as_micros() + micros);
        self.hub.handle_timeout(self.now);
        assert!(
            self.hub.poll_timeout().is_none_or(|at| at > self.now),
            "a deadline that does not move"
        );
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

    fn obey(&mut self) {
        if let Some((peer, demand)) = self.hub.link_demand() {
            let who = u8::try_from(peer.number()).expect("a small number");
            assert!(
                self.clients[usize::from(who)].is_ending,
                "the end of a connection without a reason"
            );
            let is_over = demand == LinkDemand::Reset || self.hub.transmit().is_none_or(|(shown, _)| shown != peer);
            assert!(is_over, "closed before its output has left");
            self.close(who);
        }
    }

    /// Whoever is open has all answers after a while.
    fn end(&mut self) {
        for who in 0..CLIENTS {
            self.block(who, false);
        }
        for _ in 0..MAX_ROUNDS {
            (0..CLIENTS).for_each(|who| self.deliver(who, usize::MAX));
            self.obey();
            self.take(usize::MAX);
            let is_done = self
                .clients
                .iter()
                .all(|client| client.outbox.is_empty() && client.owed == 0);
            if is_done && self.hub.link_demand().is_none() {
                break;
            }
            self.wait(100_000);
        }
        for client in self.clients.iter().filter(|client| client.is_open) {
            assert!(client.outbox.is_empty(), "not taken: {:?}", client.outbox);
            assert!(client.owed == 0, "{} not answered", client.owed);
        }
    }
}

impl Client {
    /// Counts the answers to `A?` among whole lines, and drops those.
    fn read_answers(&mut self) {
        while let Some(end) = self.inbox.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let line: Vec<u8> = self.inbox.drain(..=end).collect();
            let line = line.strip_prefix(b">").unwrap_or(&line);
            if line.starts_with(b"A=SIM0001|") {
                assert!(self.owed > 0, "an answer that nobody asked for");
                self.owed -= 1;
            }
        }
        assert!(self.inbox.len() <= 300, "a line without end: {:?}", self.inbox);
    }
}

fn id(who: u8) -> ConnectionId {
    ConnectionId::from_number(u64::from(who))
}
