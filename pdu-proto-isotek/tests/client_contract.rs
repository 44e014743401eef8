//! The client held to the contract of sessions, and to what a faulty link may not do to it, against units of all the habits
//! that the manual leaves open.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-isotek --all-features --test client_contract` runs more seeds.
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

mod client_support;

use std::ops::Range;
use std::time::Duration;

use client_support::{DISPATCHER, Habits, PRINTED, TERSE, Unit};
use pdu_core::TimeOfDay;
use pdu_core::testing::{Faults, Fixture, contract};
use pdu_proto_isotek::client::{Client, Link, Options, Reply, Request};
use pdu_proto_isotek::wire::{
    Command, Operator, Outlet, OutletConfig, OutletState, OutletType, Record, RecordType, Setup, Text,
};

/// How many seeds each function runs: a few at every test run, 10,000 where it is asked for.
fn seeds() -> Range<u64> {
    0..std::env::var("PDU_FAULT_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200)
}

fn outlet(n: u32) -> Outlet {
    Outlet::new(u8::try_from(n % 16).unwrap() + 1).unwrap()
}

/// Reads of all four kinds, and between them writes that each are the only one of their kind.
fn command(n: u32) -> Command<'static> {
    // Three digits: one that lost a digit on the way is none of the others.
    let number = 100 + n % 900;
    match n % 8 {
        0 if n == 0 => Command::ReadStatus,
        1 => Command::WriteRecord(Record {
            id: number,
            record_type: RecordType::TimePlan,
            name: Text::default(),
            time: TimeOfDay::new(12, 0).unwrap(),
            day: 0,
            power: 0,
            operator: Operator::None,
            channel: outlet(n),
            status_value: Text::default(),
            status_slot: Text::default(),
            setup: Setup::On,
        }),
        2 => Command::ReadSchedule,
        3 => Command::SetConfig {
            outlet: outlet(n),
            config: OutletConfig {
                name: Text::default(),
                outlet_type: OutletType::Normal,
                delay: number,
            },
        },
        4 => Command::ReadAddress,
        5 if n < 16 => Command::SwitchOutlet {
            outlet: outlet(n),
            state: OutletState::Off,
        },
        5 | 7 => Command::SetRecordCount(u16::try_from(number).unwrap()),
        _ => Command::ReadConfigs,
    }
}

fn is_write(n: u32) -> bool {
    !command(n).is_read_only()
}

/// A write that nobody asked for: one of which a part was lost on the way. That a unit takes it for another is a hazard of the
/// protocol which no client can see.
fn is_damaged(text: &str) -> bool {
    !text.ends_with('?') && !(0..512).any(|n| is_write(n) && line(n) == text)
}

fn line(n: u32) -> String {
    let mut bytes = [0; 300];
    let len = command(n).encode(&Options::tcp().dialect, &mut bytes).unwrap();
    String::from_utf8(bytes[..len].to_vec()).unwrap().trim_end().into()
}

struct Session {
    options: Options,
    habits: Habits,
}

impl Session {
    /// Over a serial line the last lines of a list may be lost before its `OK`, which no client can see.
    fn is_list_of(&self, all: usize, found: usize) -> bool {
        match self.options.link {
            Link::Stream => found == all,
            Link::Serial(_) => (1..=all).contains(&found),
        }
    }
}

impl Fixture for Session {
    type Session = Client;
    type Peer = Unit;

    fn session(&self) -> Client {
        Client::new(self.options)
    }

    fn peer(&self) -> Unit {
        let mut unit = Unit::new(self.habits);
        unit.refuses = is_damaged;
        unit
    }

    fn request(&self, n: u32) -> Request {
        command(n).into()
    }

    fn answers(&self, n: u32, reply: &Reply) -> bool {
        match (command(n), reply) {
            (Command::ReadStatus, Reply::Status(frame)) => frame.channels().next().is_some(),
            (Command::ReadAddress, Reply::Address(address)) => address.serial.as_str() == "SN0001",
            (Command::ReadSchedule, Reply::Schedule(records)) => self.is_list_of(3, records.len()),
            (Command::ReadConfigs, Reply::Configs(configs)) => self.is_list_of(16, configs.len()),
            (command, Reply::Accepted) => !command.is_read_only(),
            _ => false,
        }
    }

    fn is_write(&self, n: u32) -> bool {
        is_write(n)
    }

    fn times_applied(&self, peer: &Unit, n: u32) -> usize {
        peer.times(&line(n))
    }

    fn reply_timeout(&self) -> Duration {
        self.options.timeout
    }

    fn late_reply_hazard(&self) -> Option<Duration> {
        match self.options.link {
            Link::Serial(_) => Some(self.options.quiet),
            Link::Stream => None,
        }
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(120)
    }

    fn faults(&self) -> Faults {
        match self.options.link {
            Link::Stream => Faults::stream(),
            Link::Serial(_) => lossy(),
        }
    }

    fn seeds(&self) -> Range<u64> {
        seeds()
    }
}

/// A serial line that loses, delays and splits, but does not change what it delivers: text without a checksum cannot tell a
/// digit that is missing. (What noise and damage do is the hostile link of the contract.)
fn lossy() -> Faults {
    let mut faults = Faults::serial();
    faults.truncation = 0;
    faults.corruption = 0;
    faults.noise = 0;
    faults
}

fn tcp(habits: Habits) -> Session {
    Session {
        options: Options::tcp(),
        habits,
    }
}

fn serial(habits: Habits) -> Session {
    Session {
        options: Options::serial(),
        habits,
    }
}

#[test]
fn over_tcp_it_keeps_the_contract_with_a_unit_whose_frames_end_with_ok() {
    contract::all(&tcp(PRINTED));
}

#[test]
fn over_tcp_it_keeps_the_contract_with_a_unit_that_writes_ok_behind_commands_only() {
    contract::all(&tcp(DISPATCHER));
}

#[test]
fn over_tcp_it_keeps_the_contract_with_a_unit_whose_frames_are_bare() {
    contract::all(&tcp(TERSE));
}

#[test]
fn over_a_serial_line_it_keeps_the_contract_with_a_unit_whose_frames_end_with_ok() {
    contract::all(&serial(PRINTED));
}

#[test]
fn over_a_serial_line_it_keeps_the_contract_with_a_unit_that_writes_ok_behind_commands_only() {
    contract::all(&serial(DISPATCHER));
}

#[test]
fn over_a_serial_line_it_keeps_the_contract_with_a_unit_whose_frames_are_bare() {
    contract::all(&serial(TERSE));
}

#[test]
fn the_unit_can_tell_the_writes_apart() {
    let writes: Vec<String> = (0..64).filter(|n| is_write(*n)).map(line).collect();
    let mut unique = writes.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), writes.len());
}
