//! The contract of sessions, held by lines of BPS2000 units over TCP and RTU: each ticket one `Done`, no reply to another's
//! request, no write carried out twice, and every `Effect` true.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use pdu_core::testing::{Faults, Fixture, contract};
use pdu_core::{Answer, Command, Decimal, Instant, Line, Point, Quantity, Threshold, ThresholdSetting, Value};
use pdu_proto_modbus::bps2000::{Addressed, Device, SharedLine};
use pdu_proto_modbus::client::{RtuClient, RtuOptions, TcpClient, TcpOptions};
use pdu_proto_modbus::server::{RtuServer, RtuServerOptions, Served, Service, TcpServer};
use pdu_proto_modbus::wire::{ExceptionCode, Registers, Request, Response};

const L1: Point = Point::inlet(1).on(Line::L1);
const UNITS: u32 = 16;

/// Sixteen units, told apart by their first voltage and their first threshold.
struct Units {
    registers: BTreeMap<u8, [u16; 99]>,
    writes: Vec<(u8, u16)>,
}

impl Units {
    fn new() -> Self {
        let unit = |unit: u8| {
            let mut registers = [0; 99];
            registers[0] = 2000 + u16::from(unit);
            registers[63..65].copy_from_slice(&[1000 + u16::from(unit), 6000]);
            (unit, registers)
        };
        Self {
            registers: (1..=16).map(unit).collect(),
            writes: Vec::new(),
        }
    }
}

impl Service for Units {
    fn serve<'a>(&'a mut self, _now: Instant, unit: u8, request: Request<'a>) -> Served<'a> {
        let Some(registers) = self.registers.get_mut(&unit) else {
            return Served::silence();
        };
        match request {
            Request::ReadHoldingRegisters { address, quantity } => {
                let range = usize::from(address)..usize::from(address) + usize::from(quantity);
                match registers.get(range) {
                    Some(values) => Served::response(Response::ReadHoldingRegisters {
                        values: Registers::new(values),
                    }),
                    None => Served::exception(ExceptionCode::ILLEGAL_DATA_ADDRESS),
                }
            }
            Request::WriteSingleRegister { address: 64, value } => {
                self.writes.push((unit, value));
                registers[64] = value;
                Served::response(Response::WriteSingleRegister { address: 64, value })
            }
            _ => Served::exception(ExceptionCode::ILLEGAL_FUNCTION),
        }
    }

    fn has_unit(&self, unit: u8) -> bool {
        self.registers.contains_key(&unit)
    }
}

fn unit(n: u32) -> u8 {
    u8::try_from(n % UNITS).unwrap_or(0) + 1
}

/// From which number on every other request is a write.
#[derive(Clone, Copy)]
struct WritesFrom(u32);

/// The first ones have one frame each, as some lines of the contract count frames.
const LATER: WritesFrom = WritesFrom(8);
const SOON: WritesFrom = WritesFrom(0);

impl WritesFrom {
    fn is_write(self, n: u32) -> bool {
        n >= self.0 && n % 2 == 1
    }

    fn command(self, n: u32) -> Command {
        if self.is_write(n) {
            return Command::SetThreshold(ThresholdSetting {
                point: L1.of_unit(unit(n).into()),
                quantity: Quantity::Voltage,
                level: Threshold::UpperCritical,
                value: Decimal::new(written(n).into(), -1),
            });
        }
        match n % 3 {
            0 => Command::Thresholds,
            _ => Command::Snapshot,
        }
    }

    fn answers(self, n: u32, answer: &Answer) -> bool {
        let unit = unit(n);
        let point = L1.of_unit(unit.into());
        match (self.command(n), answer) {
            (Command::SetThreshold(_), Answer::Confirmed) => true,
            (Command::Thresholds, Answer::Thresholds(settings)) => {
                settings.len() == 24
                    && settings[0].point == point
                    && settings[0].value == Decimal::new(1000 + i64::from(unit), -1)
            }
            (Command::Snapshot, Answer::Snapshot(snapshot)) => {
                let voltage = snapshot
                    .reading(point, Quantity::Voltage)
                    .and_then(|reading| reading.value);
                voltage == Some(Value::Gauge(Decimal::new(2000 + i64::from(unit), -1)))
            }
            _ => false,
        }
    }

    fn request(self, n: u32) -> Addressed {
        Addressed::new(unit(n), self.command(n)).as_member(unit(n).into())
    }
}

/// What write `n` writes: its own number, so that it can be told from all others.
fn written(n: u32) -> u16 {
    4000 + u16::try_from(n % 2000).unwrap_or(0)
}

fn times_applied(units: &Units, n: u32) -> usize {
    let write = (unit(n), written(n));
    units.writes.iter().filter(|&&carried_out| carried_out == write).count()
}

struct OverTcp {
    writes: WritesFrom,
    seeds: Range<u64>,
}

impl Fixture for OverTcp {
    type Session = SharedLine<TcpClient<4>>;
    type Peer = TcpServer<Units>;

    fn session(&self) -> Self::Session {
        SharedLine::with_capacity(TcpClient::new(TcpOptions::default()), 12)
    }

    fn peer(&self) -> Self::Peer {
        TcpServer::new(Units::new())
    }

    fn request(&self, n: u32) -> Addressed {
        self.writes.request(n)
    }

    fn answers(&self, n: u32, reply: &Answer) -> bool {
        self.writes.answers(n, reply)
    }

    fn is_write(&self, n: u32) -> bool {
        self.writes.is_write(n)
    }

    fn times_applied(&self, peer: &Self::Peer, n: u32) -> usize {
        times_applied(peer.service(), n)
    }

    fn reply_timeout(&self) -> Duration {
        TcpOptions::default().timeout
    }

    fn seeds(&self) -> Range<u64> {
        self.seeds.clone()
    }
}

struct OverRtu(WritesFrom);

impl Fixture for OverRtu {
    type Session = SharedLine<RtuClient<4>>;
    type Peer = RtuServer<Units>;

    fn session(&self) -> Self::Session {
        SharedLine::with_capacity(RtuClient::new(RtuOptions::default()), 12)
    }

    fn peer(&self) -> Self::Peer {
        RtuServer::new(Units::new(), RtuServerOptions::default())
    }

    fn request(&self, n: u32) -> Addressed {
        self.0.request(n)
    }

    fn answers(&self, n: u32, reply: &Answer) -> bool {
        self.0.answers(n, reply)
    }

    fn is_write(&self, n: u32) -> bool {
        self.0.is_write(n)
    }

    fn times_applied(&self, peer: &Self::Peer, n: u32) -> usize {
        times_applied(peer.service(), n)
    }

    fn reply_timeout(&self) -> Duration {
        RtuOptions::default().timeout
    }

    fn late_reply_hazard(&self) -> Option<Duration> {
        Some(RtuOptions::default().quiet)
    }

    fn faults(&self) -> Faults {
        Faults::serial()
    }

    fn seeds(&self) -> Range<u64> {
        0..200
    }
}

/// One unit, asked for itself. Its answers differ by kind only: the rest is held by the lines above.
struct OneUnit {
    seeds: Range<u64>,
}

impl Fixture for OneUnit {
    type Session = Device<TcpClient<1>>;
    type Peer = TcpServer<Units>;

    fn session(&self) -> Self::Session {
        Device::new(TcpClient::new(TcpOptions::device()), 1)
    }

    fn peer(&self) -> Self::Peer {
        TcpServer::new(Units::new())
    }

    fn request(&self, n: u32) -> Command {
        if n.is_multiple_of(2) {
            Command::Snapshot
        } else {
            Command::Thresholds
        }
    }

    fn answers(&self, n: u32, reply: &Answer) -> bool {
        match reply {
            Answer::Snapshot(_) => n.is_multiple_of(2),
            Answer::Thresholds(_) => !n.is_multiple_of(2),
            _ => false,
        }
    }

    fn reply_timeout(&self) -> Duration {
        TcpOptions::device().timeout
    }

    fn seeds(&self) -> Range<u64> {
        self.seeds.clone()
    }
}

/// Every line of the contract, with fixtures over TCP.
///
/// Undamaged input gives the same events however it is split. Damaged input need not, over TCP: what leaves between two pieces
/// of it is another request than the one that leaves after both. So the splits run with seed 0, which damages nothing.
fn over_tcp<F: Fixture>(fixture_of: impl Fn(Range<u64>) -> F) {
    contract::input_may_be_split_anywhere(&fixture_of(0..1));
    let fixture = fixture_of(0..64);
    contract::every_ticket_gets_exactly_one_done(&fixture);
    contract::reply_timer_starts_when_the_last_byte_left(&fixture);
    contract::late_replies_reach_nobody_else(&fixture);
    contract::polls_are_level_triggered(&fixture);
    contract::time_running_backwards_is_harmless(&fixture);
    contract::full_table_gives_the_request_back(&fixture);
    contract::cancelled_before_sending_is_not_applied(&fixture);
    contract::a_frame_begun_is_finished(&fixture);
    contract::never_panics(&fixture);
}

#[test]
fn a_line_over_tcp_keeps_the_contract() {
    over_tcp(|seeds| OverTcp { writes: LATER, seeds });
}

#[test]
fn a_line_over_rtu_keeps_the_contract() {
    contract::all(&OverRtu(LATER));
}

#[test]
fn a_device_keeps_the_contract() {
    over_tcp(|seeds| OneUnit { seeds });
}

#[test]
fn thresholds_are_written_at_most_once_and_told_truly_over_tcp() {
    let writes = SOON;
    contract::input_may_be_split_anywhere(&OverTcp { writes, seeds: 0..1 });
    let fixture = OverTcp { writes, seeds: 0..200 };
    contract::every_ticket_gets_exactly_one_done(&fixture);
    contract::polls_are_level_triggered(&fixture);
}

#[test]
fn thresholds_are_written_at_most_once_and_told_truly_over_rtu() {
    contract::input_may_be_split_anywhere(&OverRtu(SOON));
    contract::every_ticket_gets_exactly_one_done(&OverRtu(SOON));
    contract::polls_are_level_triggered(&OverRtu(SOON));
}
