//! The device side of discovery.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::net::Ipv4Addr;

use pdu_core::{Hub, Instant, Mode, Path};
use pdu_proto_isotek::server::{Responder, Service};
use pdu_proto_isotek::smart_power::simulator::SmartPower;
use pdu_proto_isotek::wire::{Dialect, Reply};

const NOW: Instant = Instant::EPOCH;

fn asker(port: u16) -> Path {
    Path::to((Ipv4Addr::LOCALHOST, port).into())
}

fn responder() -> Responder {
    let unit = SmartPower::builder().serial("SP|7/1\n").mac([1, 2, 3, 4, 5, 6]).build();
    Responder::new(&unit.address(), &Dialect::default()).unwrap()
}

#[test]
fn everyone_who_asks_is_answered_in_turn() {
    let mut responder = responder();
    for (port, question) in (1..).zip([&b"A?"[..], b"A?\n", b"A?\r\n", b"A?\r"]) {
        responder.handle_input(NOW, &asker(port), question);
    }
    for port in 1..=4 {
        let (path, answer) = responder.transmit().unwrap();
        assert_eq!(path, asker(port));
        let line = answer.strip_suffix(b"\n").unwrap();
        let Reply::Address(address) = Reply::parse(line, Mode::Strict).unwrap().value else {
            panic!("{answer:?}");
        };
        assert_eq!((address.serial.as_str(), address.mac), ("SP_7_1_", [1, 2, 3, 4, 5, 6]));
        let len = answer.len();
        responder.handle_transmitted(NOW, &path, len);
    }
    assert_eq!((responder.transmit(), responder.answered()), (None, 4));
}

#[test]
fn whatever_else_comes_is_not_answered() {
    let mut responder = responder();
    let others = [
        "",
        "?",
        "a?",
        " A?",
        "A? ",
        "A?A?",
        "X",
        "G\n",
        "A=SP1|01|1.1.1.1|1|1.1.1.1|1|",
        "A?\n\n",
        "\u{0}A?",
    ];
    for other in others {
        assert_eq!(responder.handle_input(NOW, &asker(1), other.as_bytes()), other.len());
        assert_eq!(responder.transmit(), None, "{other:?}");
    }
    assert_eq!(responder.ignored(), others.len() as u64);
}

#[test]
fn a_flood_of_questions_costs_a_fixed_amount_of_memory() {
    let mut responder = responder();
    for port in 1..=10_000 {
        responder.handle_input(NOW, &asker(port), b"A?");
    }
    let mut answers = 0;
    while let Some((path, answer)) = responder.transmit() {
        let len = answer.len();
        responder.handle_transmitted(NOW, &path, len);
        answers += 1;
    }
    assert_eq!((answers, responder.ignored()), (64, 10_000 - 64));
}
