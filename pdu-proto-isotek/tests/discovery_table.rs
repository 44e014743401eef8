//! Discovery, datagram by datagram.
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::net::SocketAddr;
use std::time::Duration;

use pdu_core::{ErrorKind, Hub, Instant, Mode, Path};
use pdu_proto_isotek::discovery::{BROADCAST, Discovery};
use pdu_proto_isotek::wire::Deviation;

const T0: Instant = Instant::from_millis(1_000);

fn answer(serial: &str, last: u8) -> Vec<u8> {
    format!("A={serial}|00:11:22:33:44:{last:02X}|192.0.2.1|80|192.0.2.2|8080|").into_bytes()
}

fn from(address: &str) -> Path {
    Path::to(address.parse().unwrap())
}

fn on(local: &str, remote: SocketAddr) -> Path {
    Path {
        local: Some(local.parse().unwrap()),
        remote,
    }
}

/// All units: address, serial number, count of answers.
fn table(discovery: &Discovery) -> Vec<(String, String, u32)> {
    let row = |unit: &pdu_proto_isotek::discovery::Found| {
        let at = unit.path.remote.ip().to_string();
        (at, unit.address.serial.as_str().to_owned(), unit.answers)
    };
    discovery.units().map(row).collect()
}

fn row(address: &str, serial: &str, answers: u32) -> (String, String, u32) {
    (address.to_owned(), serial.to_owned(), answers)
}

#[test]
fn the_question_leaves_once_for_each_interface_without_a_line_end() {
    let mut discovery = Discovery::new();
    let paths = [on("192.0.2.10", BROADCAST), on("198.51.100.10", BROADCAST)];
    for path in paths {
        discovery.ask(T0, path).unwrap();
    }
    for path in paths {
        let (to, datagram) = discovery.transmit().unwrap();
        assert_eq!((to, datagram), (path, &b"A?"[..]));
        discovery.handle_transmitted(T0, &to, 2);
    }
    assert_eq!(discovery.transmit(), None);
    assert_eq!(discovery.statistics().asked, 2);
    assert_eq!(BROADCAST.to_string(), "255.255.255.255:501");
}

#[test]
fn an_interface_that_can_send_nothing_holds_up_no_other() {
    let mut discovery = Discovery::new();
    let (stuck, free) = (on("192.0.2.10", BROADCAST), on("198.51.100.10", BROADCAST));
    discovery.ask(T0, stuck).unwrap();
    discovery.ask(T0, free).unwrap();
    discovery.handle_blocked(T0, &stuck);
    assert_eq!(discovery.transmit().unwrap().0, free);
    discovery.handle_transmitted(T0, &free, 2);
    assert_eq!(discovery.transmit(), None);
    discovery.handle_writable(T0, &stuck);
    assert_eq!(discovery.transmit().unwrap().0, stuck);
}

#[test]
fn questions_without_end_are_busy_and_given_back() {
    let mut discovery = Discovery::new();
    for _ in 0..16 {
        discovery.ask(T0, Path::to(BROADCAST)).unwrap();
    }
    let refused = discovery.ask(T0, from("192.0.2.7:501")).unwrap_err();
    assert_eq!(
        (refused.kind, refused.request),
        (ErrorKind::Busy, from("192.0.2.7:501"))
    );
}

#[test]
fn units_are_in_order_of_their_addresses_whatever_the_order_of_their_answers() {
    let mut discovery = Discovery::new();
    for (last, address) in [(3, "192.0.2.30:501"), (1, "192.0.2.4:501"), (2, "192.0.2.5:501")] {
        discovery.handle_input(T0, &from(address), &answer(&format!("SN{last}"), last));
    }
    let expected = [
        row("192.0.2.4", "SN1", 1),
        row("192.0.2.5", "SN2", 1),
        row("192.0.2.30", "SN3", 1),
    ];
    assert_eq!(table(&discovery), expected);
    let told: Vec<u8> = std::iter::from_fn(|| discovery.poll_found().map(|unit| unit.address.mac[5])).collect();
    assert_eq!(told, [3, 1, 2], "told as they came");
    let unit = discovery.units().next().unwrap();
    assert_eq!(unit.tcp_address().to_string(), "192.0.2.4:501");
    assert_eq!(unit.address.server_2, ("192.0.2.2".parse().unwrap(), 8080));
}

#[test]
fn answers_of_one_unit_from_one_address_are_one_row_whatever_the_port() {
    let mut discovery = Discovery::new();
    discovery.handle_input(T0, &from("192.0.2.7:501"), &answer("SN1", 1));
    let later = T0 + Duration::from_secs(2);
    let changed = b"A=SN1|00:11:22:33:44:01|203.0.113.9|81|192.0.2.2|8080|";
    discovery.handle_input(later, &from("192.0.2.7:40000"), changed);
    assert_eq!(table(&discovery), [row("192.0.2.7", "SN1", 2)]);
    let unit = discovery.units().next().unwrap();
    assert_eq!((unit.first_heard, unit.last_heard), (T0, later));
    assert_eq!(unit.path, from("192.0.2.7:501"), "where it was heard first");
    assert_eq!(unit.address.server_1.1, 81, "what it said last");
    assert_eq!(discovery.statistics().repeated, 1);
    assert!(discovery.poll_found().is_some());
    assert_eq!(discovery.poll_found(), None, "told once");
}

#[test]
fn one_serial_number_at_two_addresses_and_two_at_one_are_kept_apart() {
    let mut discovery = Discovery::new();
    discovery.handle_input(T0, &from("192.0.2.7:501"), &answer("SN1", 1));
    discovery.handle_input(T0, &from("192.0.2.8:501"), &answer("SN1", 1));
    discovery.handle_input(T0, &from("192.0.2.8:501"), &answer("SN1", 2));
    let expected = [
        row("192.0.2.7", "SN1", 1),
        row("192.0.2.8", "SN1", 1),
        row("192.0.2.8", "SN1", 1),
    ];
    assert_eq!(table(&discovery), expected);
}

#[test]
fn the_own_question_heard_back_is_no_unit_and_no_stray() {
    let mut discovery = Discovery::new();
    for echo in [&b"A?"[..], b"A?\n", b"A?\r\n"] {
        discovery.handle_input(T0, &from("192.0.2.10:501"), echo);
    }
    assert_eq!(discovery.units().count(), 0);
    assert_eq!(discovery.statistics().questions, 3);
    assert_eq!(discovery.poll_stray(), None);
}

#[test]
fn foreign_datagrams_are_counted_and_kept_without_an_error() {
    let mut discovery = Discovery::new();
    let foreign: [&[u8]; 4] = [b"", b"M-SEARCH * HTTP/1.1\r\n", &[0xFF; 512], b"OK"];
    for datagram in foreign {
        discovery.handle_input(T0, &from("192.0.2.9:1900"), datagram);
    }
    assert_eq!(discovery.statistics().foreign, 4);
    for datagram in foreign {
        let stray = discovery.poll_stray().unwrap();
        assert_eq!(stray.error, None);
        assert_eq!(stray.datagram[..], datagram[..datagram.len().min(256)]);
    }
}

#[test]
fn answers_that_are_refused_come_with_their_reason_and_their_bytes() {
    let mut discovery = Discovery::new();
    let bad: [&[u8]; 5] = [
        b"A=",
        b"A=SN1|00:11:22:33:44:55|192.0.2.1|80|192.0.2.2|",
        b"A=SN1|00:11:22:33:44|192.0.2.1|80|192.0.2.2|80|",
        b"A=SN1|00:11:22:33:44:55|192.0.2.256|80|192.0.2.2|80|",
        b"A=SN1|00:11:22:33:44:55|192.0.2.1|65536|192.0.2.2|80|",
    ];
    for datagram in bad {
        discovery.handle_input(T0, &from("192.0.2.9:501"), datagram);
    }
    assert_eq!((discovery.units().count(), discovery.statistics().rejected), (0, 5));
    for datagram in bad {
        let stray = discovery.poll_stray().unwrap();
        assert!(stray.error.is_some());
        assert_eq!(&stray.datagram[..], datagram);
    }
}

#[test]
fn strays_are_bounded_and_the_oldest_go() {
    let mut discovery = Discovery::new();
    for n in 0..100_u8 {
        discovery.handle_input(T0, &from("192.0.2.9:1900"), &[n]);
    }
    let kept: Vec<u8> = std::iter::from_fn(|| discovery.poll_stray().map(|stray| stray.datagram[0])).collect();
    assert_eq!(kept, [92, 93, 94, 95, 96, 97, 98, 99]);
}

#[test]
fn a_full_table_keeps_what_it_has_and_counts_the_rest() {
    let mut discovery = Discovery::with_capacity(2);
    for n in 0..5_u8 {
        discovery.handle_input(T0, &from(&format!("192.0.2.{n}:501")), &answer("SN", n));
    }
    discovery.handle_input(T0, &from("192.0.2.1:501"), &answer("SN", 1));
    assert_eq!(
        table(&discovery),
        [row("192.0.2.0", "SN", 1), row("192.0.2.1", "SN", 2)]
    );
    assert_eq!(discovery.statistics().not_kept, 3);
    discovery.clear();
    discovery.handle_input(T0, &from("192.0.2.4:501"), &answer("SN", 4));
    assert_eq!(table(&discovery), [row("192.0.2.4", "SN", 1)]);
}

#[test]
fn a_misprinted_answer_is_taken_leniently_and_refused_strictly() {
    let misprinted = b"A=SN1|/00:11:22:33:44:55|192.0.2.1|80|192.0.2.2|80]|"; // as in lines 21 and 36
    let mut lenient = Discovery::new();
    lenient.handle_input(T0, &from("192.0.2.9:501"), misprinted);
    let unit = lenient.units().next().unwrap();
    assert!(unit.deviations.has(Deviation::Separator));
    let mut strict = Discovery::new().with_mode(Mode::Strict);
    strict.handle_input(T0, &from("192.0.2.9:501"), misprinted);
    assert_eq!((strict.units().count(), strict.statistics().rejected), (0, 1));
}
