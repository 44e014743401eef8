//! The serial line of a unit.

#![cfg(feature = "simulator")]

use std::time::Duration;

use pdu_core::{Endpoint, Instant, LinkDemand, LinkEvent};
use pdu_proto_isotek::server::{Options, Service, TextServer};
use pdu_proto_isotek::smart_power::simulator::SmartPower;

fn take<S: Service>(server: &mut TextServer<S>, now: Instant) -> String {
    let text = String::from_utf8_lossy(server.transmit()).into_owned();
    server.handle_transmitted(now, text.len());
    text
}

#[test]
fn a_status_comes_every_second_from_the_moment_the_link_is_up() {
    let mut server = TextServer::new(SmartPower::new(1));
    let at = Instant::from_millis;
    server.handle_timeout(at(500));
    assert_eq!(take(&mut server, at(500)), "");
    server.handle_link(at(700), LinkEvent::Up);
    let mut heard = Vec::new();
    for millis in 700..3000 {
        server.handle_timeout(at(millis));
        let text = take(&mut server, at(millis));
        if !text.is_empty() {
            assert_eq!(text.lines().count(), 17 + 3, "{text}");
            heard.push(millis);
        }
    }
    assert_eq!(heard, [700, 1700, 2700]);
    server.handle_link(at(3000), LinkEvent::Lost);
    server.handle_timeout(at(9000));
    assert_eq!(
        (take(&mut server, at(9000)), server.link_demand()),
        (String::new(), LinkDemand::Open)
    );
}

#[test]
fn a_line_that_takes_nothing_is_owed_one_status() {
    let mut server = TextServer::new(SmartPower::new(1));
    server.handle_link(Instant::EPOCH, LinkEvent::Up);
    let first = server.transmit().len();
    for seconds in 1..=20 {
        server.handle_timeout(Instant::EPOCH + Duration::from_secs(seconds));
    }
    assert_eq!(server.transmit().len(), first);
    assert_eq!(server.replaced_statuses(), 19);
    let now = Instant::EPOCH + Duration::from_secs(20);
    take(&mut server, now);
    assert!(
        take(&mut server, now).contains("RTC=2026|01|01|00|00|20|"),
        "the newest follows"
    );
    assert_eq!(take(&mut server, now), "");
}

#[test]
fn while_the_unit_restarts_it_neither_hears_nor_speaks() {
    let options = Options {
        interval: Some(Duration::from_secs(1)),
        ..Options::default()
    };
    let mut server = TextServer::with_options(SmartPower::new(1), options);
    let at = Instant::from_millis;
    server.handle_link(at(0), LinkEvent::Up);
    take(&mut server, at(0));
    server.handle_input(at(100), b"X\n");
    assert_eq!(take(&mut server, at(100)), "OK\n>");
    assert_eq!(server.poll_timeout(), Some(at(5100)));
    server.handle_timeout(at(4000));
    assert_eq!(server.handle_input(at(4000), b"G\n"), 2);
    assert_eq!(take(&mut server, at(4000)), "");
    server.handle_timeout(at(5100));
    assert!(take(&mut server, at(5100)).starts_with("CH0="));
    assert_eq!(
        (server.service().counts().restart, server.service().counts().all_off),
        (1, 0)
    );
    server.handle_input(at(5200), b"nonsense\n");
    assert_eq!(
        (take(&mut server, at(5200)), server.rejected_lines()),
        (String::new(), 1)
    );
}
