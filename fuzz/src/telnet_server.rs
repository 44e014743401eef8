//! The device side of a console, with the simulated BPS2000 behind it.

use std::time::Duration;

use pdu_core::testing::Script;
use pdu_core::testing::server::drive_endpoint_script;
use pdu_core::{Hub, Line as Phase, Point};
use pdu_proto_telnet::bps2000::simulator::{Acknowledgement, Bps2000, Load};
use pdu_proto_telnet::bps2000::{ACCOUNT_PROMPT, PASSWORD_PROMPT, PROMPT};
use pdu_proto_telnet::server::{Echo, Framing, Offers, Options, SerialTerminal, Terminals};
use pdu_proto_telnet::wire::{Event, Nvt};

use crate::room::{self, filled, id, noise};

const CLIENTS: u8 = 3;
/// Output that one connection may be owed.
const OUTPUT: usize = 16 * 1024;
const MAX_ROUNDS: usize = 10_000;

/// What is typed: logins, every entry and every command, and lines that are none. A `#` becomes a byte of the script.
const LINES: [&[u8]; 32] = [
    b"admin",
    b"admin",
    b"1",
    b"2",
    b"3",
    b"4",
    b"5",
    b"6",
    b"7",
    b"8",
    b"9",
    b"10",
    b"11",
    b"master load",
    b"slave 5 load",
    b"date 2026-11-21,time 08:00:00",
    b"date ####-##-##,time 08:00:00",
    b"old:admin&new:other&confirm:other&",
    b"address:10.0.0.#",
    b"port:8080",
    b"account:a#@b.pl",
    b"current one:32&16.5&0&0",
    b"current three:#&#&#&#",
    b"clearp1",
    b"clearp#",
    b"",
    b"other",
    b"adm\x08\x7Fmin\x1B[A",
    b"\xFF\xFD\x01\xFF\xFD\x03",
    b"\xFF\xFE\x01",
    b"\xFF\xFA\x18\x00xterm\xFF\xF0",
    b"\xFF#\xFF#\xFF\xF6\xFF\xF7\xFF\xF8",
];

const PROMPTS: [&str; 3] = [ACCOUNT_PROMPT, PASSWORD_PROMPT, PROMPT];

/// A hub with a few clients, or a serial line, as the first byte says.
pub fn server(data: &[u8]) {
    let (mode, rest) = data.split_first().unwrap_or((&0, &[]));
    let unit = unit(mode >> 5);
    let options = options(mode >> 1);
    if mode & 1 == 0 {
        hub(unit, options, rest);
    } else {
        drive_endpoint_script(&mut SerialTerminal::with_options(unit, options), rest);
    }
}

fn unit(mode: u8) -> Bps2000 {
    let acknowledgement = match mode % 4 {
        0 | 1 => Acknowledgement::None,
        2 => Acknowledgement::Text("OK".to_owned()),
        _ => Acknowledgement::Screen,
    };
    Bps2000::builder().slaves(1).acknowledgement(acknowledgement).build()
}

fn options(mode: u8) -> Options {
    Options {
        framing: if mode & 8 == 0 { Framing::Telnet } else { Framing::Plain },
        offers: if mode & 4 == 0 {
            Offers::EchoAndSuppressGoAhead
        } else {
            Offers::Nothing
        },
        echo: match mode % 4 {
            0 | 1 => Echo::AsAgreed,
            2 => Echo::Always,
            _ => Echo::Never,
        },
        idle: (mode % 4 == 3).then_some(Duration::from_secs(30)),
        output: OUTPUT,
        connections: usize::from(CLIENTS) - 1,
    }
}

/// Clients that open and close, cut their lines anywhere, read late, and send nonsense. In the end each that is still there
/// is shown a prompt, and nothing has grown.
fn hub(unit: Bps2000, options: Options, data: &[u8]) {
    let mut room = Room::new(Terminals::with_options(unit, options), CLIENTS, OUTPUT);
    let mut script = Script::new(data);
    while !script.is_empty() {
        room.step(&mut script);
    }
    room.end(options.framing);
}

type Room = room::Room<Terminals<Bps2000>, ()>;

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
                let end = [&b"\r\n"[..], b"\r\0", b"\n", b""][usize::from(script.next_u8() % 4)];
                self.send(who, &[&line[..], end].concat());
            }
            6 => _ = self.send(who, noise(script)),
            7 | 8 => _ = self.deliver(who, usize::from(script.next_u8())),
            9 => _ = self.take(usize::from(script.next_u8())),
            10 => _ = self.take(usize::MAX),
            11 => self.block(who, script.next_u8().is_multiple_of(2)),
            12 => self.wait(u64::from(script.next_u8()) * 10_000),
            13 => self.wait(u64::from(script.next_u16()) * 1_000_000),
            14 => self.meddle(who, script),
            _ => _ = self.obey(),
        }
    }

    fn meddle(&mut self, who: u8, script: &mut Script<'_>) {
        match script.next_u8() % 3 {
            0 => self.hub.hang_up(&id(who)),
            1 => {
                let line = Point::inlet(1).on(Phase::L1).of_unit(script.next_u8().into());
                let (watts, volt_amperes) = (script.next_u16().into(), script.next_u16().into());
                let load = Load::Fixed { watts, volt_amperes };
                self.hub.application_mut().set_load(line, load);
            }
            _ => {
                let line = Point::inlet(1).on(Phase::L2);
                self.hub.application_mut().set_voltage(line, Some(script.next_u16()));
            }
        }
    }

    /// Whoever is open after all that is asked something.
    fn end(&mut self, framing: Framing) {
        for who in 0..CLIENTS {
            self.block(who, false);
            // Ends whatever telnet has begun, be it behind an IAC, and the line.
            self.client(who).outbox.extend(b"\xFF\xF0\xFF\xF0\r\n\r\n");
        }
        for _ in 0..MAX_ROUNDS {
            (0..CLIENTS).for_each(|who| _ = self.deliver(who, usize::MAX));
            self.obey();
            let is_done = self.take(usize::MAX).is_none() && self.clients.iter().all(|client| client.outbox.is_empty());
            if is_done && self.hub.link_demand().is_none() {
                break;
            }
        }
        for client in self.clients.iter().filter(|client| client.is_open) {
            assert!(client.outbox.is_empty(), "not taken: {:?}", client.outbox);
            // A line end that nobody echoes is none: prompts may stand behind each other.
            let data = data(&client.inbox, framing);
            assert!(
                PROMPTS.iter().any(|prompt| data.ends_with(prompt.as_bytes())),
                "no prompt: {}",
                data.escape_ascii()
            );
        }
    }
}

fn data(mut octets: &[u8], framing: Framing) -> Vec<u8> {
    if framing == Framing::Plain {
        return octets.to_vec();
    }
    let (mut nvt, mut heard) = (Nvt::default(), Vec::new());
    while let Some((event, used)) = nvt.next(octets) {
        octets = &octets[used..];
        if let Event::Data(data) = event {
            heard.extend_from_slice(data);
        }
    }
    heard
}
