//! Both clients held to the contract of sessions, and to what a faulty link may not do to them.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-modbus --all-features --test client_contract` runs more seeds.
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::ops::Range;
use std::time::Duration;

use pdu_core::testing::{Faults, Fixture, contract};
use pdu_core::{Endpoint, Instant};
use pdu_proto_modbus::client::{Reply, Request, RtuClient, RtuOptions, TcpClient, TcpOptions};
use pdu_proto_modbus::server::{RtuServer, RtuServerOptions, Served, Service, TcpServer};
use pdu_proto_modbus::wire::{self, ExceptionCode, Registers, Response};

/// How many seeds each function runs: a few at every test run, 10,000 where it is asked for.
fn seeds() -> Range<u64> {
    0..std::env::var("PDU_FAULT_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200)
}

/// A device whose registers show which of them was read, and which counts every write.
#[derive(Default)]
struct Witness {
    registers: Vec<u16>,
    writes: Vec<(u8, u16, u16)>,
}

fn register(unit: u8, address: u16) -> u16 {
    u16::from(unit) << 12 | address
}

impl Service for Witness {
    fn serve<'a>(&'a mut self, _now: Instant, unit: u8, request: wire::Request<'a>) -> Served<'a> {
        match request {
            wire::Request::ReadHoldingRegisters { address, quantity } => {
                self.registers.clear();
                self.registers
                    .extend((address..address + quantity).map(|at| register(unit, at)));
                Served::response(Response::ReadHoldingRegisters {
                    values: Registers::new(&self.registers),
                })
            }
            wire::Request::WriteSingleRegister { address, value } => {
                self.writes.push((unit, address, value));
                Served::response(Response::WriteSingleRegister { address, value })
            }
            _ => Served::exception(ExceptionCode::ILLEGAL_FUNCTION),
        }
    }
}

/// Every third request is a write; reads differ in unit, address and quantity.
fn request(n: u32) -> Request {
    let (unit, address) = place(n);
    if is_write(n) {
        Request::write_single_register(unit, address, value(n)).unwrap()
    } else {
        Request::read_holding_registers(unit, address, quantity(n)).unwrap()
    }
}

fn place(n: u32) -> (u8, u16) {
    (u8::try_from(1 + n % 4).unwrap(), u16::try_from(n % 1000).unwrap())
}

fn quantity(n: u32) -> u16 {
    [1, 2, 99][n as usize % 3]
}

fn value(n: u32) -> u16 {
    u16::try_from(n % 60_000).unwrap()
}

fn is_write(n: u32) -> bool {
    n % 3 == 1
}

fn answers(n: u32, reply: &Reply) -> bool {
    let (unit, address) = place(n);
    let expected: Vec<u16> = (address..address + quantity(n)).map(|at| register(unit, at)).collect();
    reply.unit() == unit
        && match reply.response() {
            Some(Response::ReadHoldingRegisters { values }) => !is_write(n) && values.iter().eq(expected),
            Some(Response::WriteSingleRegister { address: at, value: v }) => {
                is_write(n) && (at, v) == (address, value(n))
            }
            _ => false,
        }
}

fn times_applied(device: &Witness, n: u32) -> usize {
    let (unit, address) = place(n);
    device
        .writes
        .iter()
        .filter(|&&write| write == (unit, address, value(n)))
        .count()
}

struct Tcp(TcpOptions);

impl Fixture for Tcp {
    type Session = TcpClient<8>;
    type Peer = TcpServer<Witness>;

    fn session(&self) -> Self::Session {
        TcpClient::new(self.0)
    }
    fn peer(&self) -> Self::Peer {
        TcpServer::new(Witness::default())
    }
    fn request(&self, n: u32) -> Request {
        request(n)
    }
    fn answers(&self, n: u32, reply: &Reply) -> bool {
        answers(n, reply)
    }
    fn is_write(&self, n: u32) -> bool {
        is_write(n)
    }
    fn times_applied(&self, peer: &Self::Peer, n: u32) -> usize {
        times_applied(peer.service(), n)
    }
    fn reply_timeout(&self) -> Duration {
        self.0.timeout
    }
    fn seeds(&self) -> Range<u64> {
        seeds()
    }
}

struct Rtu(RtuOptions, RtuServerOptions);

impl Fixture for Rtu {
    type Session = RtuClient<8>;
    type Peer = RtuServer<Witness>;

    fn session(&self) -> Self::Session {
        RtuClient::new(self.0)
    }
    fn peer(&self) -> Self::Peer {
        RtuServer::new(Witness::default(), self.1)
    }
    fn request(&self, n: u32) -> Request {
        request(n)
    }
    fn answers(&self, n: u32, reply: &Reply) -> bool {
        answers(n, reply)
    }
    fn is_write(&self, n: u32) -> bool {
        is_write(n)
    }
    fn times_applied(&self, peer: &Self::Peer, n: u32) -> usize {
        times_applied(peer.service(), n)
    }
    fn reply_timeout(&self) -> Duration {
        self.0.timeout
    }
    fn late_reply_hazard(&self) -> Option<Duration> {
        Some(self.0.quiet)
    }
    fn patience(&self) -> Duration {
        Duration::from_secs(120)
    }
    fn faults(&self) -> Faults {
        match self.0.link {
            pdu_proto_modbus::client::RtuLink::Stream => Faults::stream(),
            _ => Faults::serial(),
        }
    }
    fn seeds(&self) -> Range<u64> {
        seeds()
    }
}

#[test]
fn a_tcp_client_keeps_the_contract() {
    contract::all(&Tcp(TcpOptions::default()));
}

#[test]
fn a_tcp_client_of_depth_one_keeps_the_contract() {
    contract::all(&Tcp(TcpOptions::device()));
}

#[test]
fn an_rtu_client_keeps_the_contract() {
    contract::all(&Rtu(RtuOptions::default(), RtuServerOptions::default()));
}

#[test]
fn an_rtu_client_over_tcp_keeps_the_contract() {
    contract::all(&Rtu(RtuOptions::over_tcp(), RtuServerOptions::over_tcp()));
}

#[test]
fn the_device_can_tell_requests_apart() {
    let mut device = Witness::default();
    for n in 0..16 {
        let question = request(n);
        let served = device.serve(Instant::EPOCH, question.unit(), question.body());
        assert_ne!(served, Served::silence());
    }
    assert_eq!(device.writes.len(), 5);
    assert_eq!(TcpServer::new(Witness::default()).transmit(), []);
}
