//! The device side.

use std::collections::VecDeque;

use pdu_core::testing::Script;
use pdu_core::{Endpoint, Hub, Instant, LinkDemand, LinkEvent, Status};
use pdu_proto_modbus::client::{LineSettings, LocalEcho, RtuLink};
use pdu_proto_modbus::server::{RtuServer, RtuServerOptions, TcpHub, TcpServerOptions};
use pdu_proto_modbus::wire::{RequestBuf, rtu, tcp};

use crate::devices::{Units, Versatile};
use crate::requests::{request, unit_of};
use crate::room::{self, Client, noise};
use crate::wire::with_crc;

const CLIENTS: u8 = 4;
/// Answers that one connection has room for.
const ANSWERS: usize = 2;
const MAX_ROUNDS: usize = 10_000;

/// A hub with a few clients that open and close, cut their requests anywhere, read late, and send nonsense.
///
/// Those that send no nonsense get each answer once, in the order of their requests.
pub fn tcp_hub(data: &[u8]) {
    let options = TcpServerOptions {
        answers: ANSWERS,
        connections: usize::from(CLIENTS) - 1,
    };
    let hub = TcpHub::with_options(Versatile::new(), options);
    let mut room = Room::new(hub, CLIENTS, ANSWERS * tcp::MAX_FRAME);
    let mut script = Script::new(data);
    while !script.is_empty() {
        room.step(&mut script);
    }
    room.end();
}

type Room = room::Room<TcpHub<Versatile>, Notes>;

#[derive(Default)]
struct Notes {
    has_sent_nonsense: bool,
    next_transaction: u16,
    /// What has not been answered yet.
    expected: VecDeque<u16>,
}

impl Room {
    fn step(&mut self, script: &mut Script<'_>) {
        let what = script.next_u8();
        let who = what >> 4 & (CLIENTS - 1);
        match what % 16 {
            0 | 1 => self.come(who),
            2 => self.close(who),
            3..=7 => self.ask(who, unit_of(script.next_u8()), request(script)),
            8 => {
                let bytes = noise(script);
                self.send_nonsense(who, bytes);
            }
            9 | 10 => _ = self.deliver(who, usize::from(script.next_u8())),
            11 => _ = self.answer(usize::from(script.next_u8())),
            12 => _ = self.answer(usize::MAX),
            13 => self.block(who, script.next_u8().is_multiple_of(2)),
            14 => self.wait(u64::from(script.next_u8()) * 1_000),
            _ => self.close_one(),
        }
    }

    fn come(&mut self, who: u8) {
        let open = self.clients.iter().filter(|client| client.is_open).count();
        if let Some(taken) = self.open(who) {
            assert_eq!(
                taken,
                open < usize::from(CLIENTS) - 1,
                "as many connections as the options say"
            );
        }
    }

    fn ask(&mut self, who: u8, unit: u8, request: Option<RequestBuf>) {
        let Some(request) = request else { return };
        let transaction = self.client(who).notes.next_transaction;
        let mut frame = [0; tcp::MAX_FRAME];
        let len = tcp::encode(transaction, unit, &request, &mut frame).expect("a good request");
        if self.send(who, &frame[..len]) {
            let notes = &mut self.client(who).notes;
            notes.expected.push_back(transaction);
            notes.next_transaction = transaction.wrapping_add(1);
        }
    }

    fn send_nonsense(&mut self, who: u8, bytes: &[u8]) {
        if self.send(who, bytes) {
            self.client(who).notes.has_sent_nonsense |= !bytes.is_empty();
        }
    }

    /// A client gets up to so many bytes, and reads the answers in them.
    fn answer(&mut self, limit: usize) -> bool {
        let who = self.take(limit);
        who.map(|who| read_answers(self.client(who))).is_some()
    }

    fn close_one(&mut self) {
        if let Some((client, demand)) = self.obey() {
            assert_eq!(demand, LinkDemand::Reset);
            assert!(client.notes.has_sent_nonsense, "reset without a reason");
        }
    }

    /// Whoever has sent no nonsense has all answers after a while.
    fn end(&mut self) {
        for who in 0..CLIENTS {
            self.block(who, false);
        }
        for _ in 0..MAX_ROUNDS {
            (0..CLIENTS).for_each(|who| _ = self.deliver(who, usize::MAX));
            let taken = self.answer(usize::MAX);
            match self.hub.poll_timeout() {
                Some(_) => self.wait(100_000),
                None if !taken && self.hub.transmit().is_none() => break,
                None => {}
            }
        }
        for client in self
            .clients
            .iter()
            .filter(|client| client.is_open && !client.notes.has_sent_nonsense)
        {
            assert!(
                client.outbox.is_empty() && client.notes.expected.is_empty(),
                "not answered: {:?}",
                client.notes.expected
            );
        }
    }
}

fn read_answers(client: &mut Client<Notes>) {
    while let Ok(Status::Complete((frame, used))) = tcp::parse(&client.inbox) {
        if !client.notes.has_sent_nonsense {
            assert_eq!(client.notes.expected.pop_front(), Some(frame.transaction));
        }
        client.inbox.drain(..used);
    }
    assert!(
        client.inbox.len() < tcp::MAX_FRAME,
        "an answer that is none: {:02x?}",
        client.inbox
    );
}

/// Units on a line that hear good requests, damaged ones, each other's answers and noise, in any rhythm.
///
/// After a second of silence a good request to one of them is answered once, and one to everybody or to nobody never.
pub fn rtu_server(data: &[u8]) {
    let (mode, rest) = data.split_first().unwrap_or((&0, &[]));
    let mut line = Heard::new(*mode);
    let mut script = Script::new(rest);
    while !script.is_empty() {
        line.step(&mut script);
    }
    line.after_silence(1, &[3, 0, 0, 0, 99]);
}

struct Heard {
    server: RtuServer<Units>,
    now: Instant,
}

impl Heard {
    fn new(mode: u8) -> Self {
        let line = LineSettings {
            baud: if mode.is_multiple_of(2) { 9_600 } else { 115_200 },
            ..LineSettings::default()
        };
        let mut options = RtuServerOptions::serial(line);
        match mode >> 1 & 3 {
            0 => options.link = RtuLink::Stream,
            1 => options.echo = LocalEcho::Removed,
            _ => {}
        }
        let mut server = RtuServer::new(Units::new([7; 99]), options);
        let now = Instant::from_millis(10);
        server.handle_link(now, LinkEvent::Up);
        Self { server, now }
    }

    fn step(&mut self, script: &mut Script<'_>) {
        match script.next_u8() % 16 {
            0..=4 => {
                if let (unit, Some(request)) = (unit_of(script.next_u8()), request(script)) {
                    self.hear(&with_crc(&[&[unit], request.as_bytes()].concat()));
                }
            }
            5 => {
                let bytes = noise(script);
                self.hear(bytes);
            }
            6 => {
                let bytes = noise(script);
                self.hear(&with_crc(bytes));
            }
            7 | 8 => self.wait(u64::from(script.next_u8()) * 100),
            9 => self.wait(u64::from(script.next_u16()) * 10),
            10 => {
                self.take(usize::from(script.next_u8()));
            }
            11 => {
                let own = self.take(usize::MAX);
                self.hear(&own);
            }
            12 => self.server.handle_timeout(Instant::EPOCH),
            13 => {
                if let (unit, Some(request)) = (unit_of(script.next_u8()), request(script)) {
                    self.after_silence(unit, request.as_bytes());
                }
            }
            14 => self.server.handle_link(
                self.now,
                [LinkEvent::Lost, LinkEvent::Eof][usize::from(script.next_u8() % 2)],
            ),
            _ => self.server.handle_link(self.now, LinkEvent::Up),
        }
    }

    fn hear(&mut self, bytes: &[u8]) {
        let taken = self.server.handle_input(self.now, bytes);
        assert!(taken <= bytes.len());
    }

    fn wait(&mut self, micros: u64) {
        self.now = Instant::from_micros(self.now.as_micros() + micros);
        self.server.handle_timeout(self.now);
        assert!(
            self.server.poll_timeout().is_none_or(|at| at > self.now),
            "a deadline that does not move"
        );
    }

    fn take(&mut self, limit: usize) -> Vec<u8> {
        let shown = self.server.transmit();
        assert!(shown.len() <= 16 * rtu::MAX_FRAME);
        let bytes = shown[..shown.len().min(limit)].to_vec();
        self.server.handle_transmitted(self.now, bytes.len());
        bytes
    }

    /// The line falls silent, all that was to be said is said (and comes back, where the adapter has it so), and then a
    /// good request comes.
    fn after_silence(&mut self, unit: u8, request: &[u8]) {
        self.server.handle_link(self.now, LinkEvent::Lost);
        self.server.handle_link(self.now, LinkEvent::Up);
        for _ in 0..4 {
            self.wait(1_000_000);
            self.take(usize::MAX);
        }
        self.hear(&with_crc(&[&[unit], request].concat()));
        self.wait(1_000_000);
        let answer = self.take(usize::MAX);
        if !(1..=3).contains(&unit) {
            assert!(answer.is_empty(), "unit {unit} is not there: {answer:02x?}");
            return;
        }
        let frame = rtu::parse(&answer).expect("one answer");
        assert_eq!((frame.unit, frame.pdu[0] & 0x7F), (unit, request[0]));
    }
}
