//! What is read of a unit, and what comes of pages that are none.

use std::time::Duration;

use http::StatusCode;
use pdu_core::{
    Answer, Command, Component, Effect, Error, ErrorKind, Line, LocalDateTime, Point, PowerState, Quality, Quantity,
};
use pdu_proto_7series::Series7Error;
use pdu_proto_7series::history::Stamp;
use pdu_proto_7series::series7::simulator::{Metering, Series7};
use pdu_proto_7series::series7::{Client, Reply, Request};
use pdu_proto_7series::wire::Wiring;

use crate::support::{Asking, Manners, device, eight, http, link, options, snapshot_of, typed};

#[test]
fn a_snapshot_has_lines_outlets_and_the_probe() {
    let mut link = eight();
    let snapshot = snapshot_of(link.ask(Command::Snapshot));
    let inlet = Point::inlet(1);
    for (point, quantity) in [
        (inlet.on(Line::Total), Quantity::ActivePower),
        (inlet.on(Line::L1), Quantity::Voltage),
        (inlet.on(Line::L3), Quantity::PowerFactor),
        (inlet.on(Line::L2), Quantity::ActiveEnergy),
        (Point::outlet(8), Quantity::Current),
        (Point::outlet(1), Quantity::ActiveEnergy),
        (Point::sensor(1), Quantity::Temperature),
        (Point::sensor(1), Quantity::RelativeHumidity),
    ] {
        let reading = snapshot.reading(point, quantity);
        let reading = reading.unwrap_or_else(|| panic!("no {quantity} at {point}"));
        assert_eq!(reading.quality, Quality::Good, "{reading}");
    }
    assert_eq!(snapshot.outlets.len(), 8);
    assert!(snapshot.outlets.iter().all(|outlet| outlet.state == PowerState::On));
    assert_eq!(snapshot.outlets[0].name.as_deref(), Some("Outlet 1"));
}

#[test]
fn a_delta_unit_shows_pairs_and_a_7s_no_outlet_readings() {
    let builder = Series7::builder().wiring(Wiring::Delta).metering(Metering::Lines);
    let mut link = link(device(), builder);
    let snapshot = snapshot_of(link.ask(Command::Snapshot));
    let inlet = Point::inlet(1);
    assert!(snapshot.reading(inlet.on(Line::L3L1), Quantity::Voltage).is_some());
    assert!(snapshot.reading(inlet.on(Line::L2), Quantity::Current).is_some());
    assert!(snapshot.reading(inlet.on(Line::L1), Quantity::Voltage).is_none());
    let of_outlets = |reading: &&pdu_core::Reading| reading.point.component == Component::Outlet;
    assert_eq!(snapshot.readings.iter().find(of_outlets), None);
    assert_eq!(snapshot.outlets.len(), 8);
}

#[test]
fn identity_is_what_the_live_document_says() {
    let mut link = eight();
    let Ok(Answer::Identity(identities)) = link.ask(Command::Identity) else {
        panic!("no identity");
    };
    let [identity] = &identities[..] else {
        panic!("{identities:?}")
    };
    assert_eq!(identity.name.as_deref(), Some("synthetic-7w"));
}

#[test]
fn the_log_has_a_row_a_minute_and_both_kinds_of_stamps() {
    let time = LocalDateTime::new(2026, 11, 21, 23, 58, 0).unwrap();
    let builder = Series7::builder()
        .clock(time, Some(Duration::from_secs(150)))
        .log_capacity(5);
    let mut link = link(Client::new(http(None), options()), builder);
    link.ask(Request::Live).as_ref().unwrap();
    let stamps = |link: &mut crate::support::Link<_>| match link.ask(Request::Log) {
        Ok(Reply::Log(log)) => {
            let watts = log
                .readings(&log.rows()[0])
                .filter(|one| one.quantity == Quantity::ActivePower);
            assert_eq!(watts.count(), 4);
            log.rows().iter().map(|row| row.stamp).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    link.run_for(Duration::from_secs(245)).unwrap();
    let since_boot = |seconds| Stamp::SinceBoot(Duration::from_secs(seconds));
    let wall = |text: &str| Stamp::Wall(text.parse().unwrap());
    let first = [
        since_boot(60),
        since_boot(120),
        wall("2026-11-22T00:01:00"),
        wall("2026-11-22T00:02:00"),
    ];
    assert_eq!(stamps(&mut link), first);
    link.run_for(Duration::from_secs(3600)).unwrap();
    let later = stamps(&mut link);
    assert_eq!((later.len(), later[4]), (5, wall("2026-11-22T01:02:00")));
}

#[test]
fn pages_that_are_none_are_typed_errors_and_no_state() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"c\">]><server/>";
    let deep = "<a>".repeat(10_000);
    let deep: &'static str = deep.leak();
    for (status, body, kind) in [
        (StatusCode::OK, "", ErrorKind::Malformed),
        (StatusCode::OK, "<server><devices>", ErrorKind::Malformed),
        (StatusCode::OK, "not XML", ErrorKind::Malformed),
        (StatusCode::OK, bomb, ErrorKind::Malformed),
        (StatusCode::OK, deep, ErrorKind::Malformed),
        (StatusCode::NOT_FOUND, "", ErrorKind::Refused),
        (StatusCode::UNAUTHORIZED, "", ErrorKind::Denied),
        (StatusCode::FORBIDDEN, "", ErrorKind::Denied),
        (StatusCode::MOVED_PERMANENTLY, "", ErrorKind::Refused),
        (StatusCode::INTERNAL_SERVER_ERROR, "", ErrorKind::Refused),
    ] {
        let mut link = eight();
        link.witness_mut().manners = Manners::Always(status, body);
        let error = link.ask(Command::Snapshot).as_ref().unwrap_err();
        let of = &body[..body.len().min(20)];
        assert_eq!(
            (error.kind(), error.effect()),
            (kind, Effect::NotApplied),
            "{status} {of}: {error}"
        );
    }
}

#[test]
fn a_configuration_that_is_none_is_named_with_its_place() {
    let mut link = typed();
    link.witness_mut().manners = Manners::Always(StatusCode::OK, "<a>\n  <b x=1/></a>");
    let error = link.ask(Request::DownloadConfiguration).as_ref().unwrap_err();
    assert!(matches!(error, Series7Error::Config(_)), "{error:?}");
    assert!(error.to_string().contains("line 2"), "{error}");
    link.witness_mut().manners = Manners::Always(StatusCode::OK, "<a/>");
    let error = link.ask(Request::DownloadConfiguration).as_ref().unwrap_err();
    assert_eq!(error.to_string(), "the file does not say which unit it is of");
    link.witness_mut().manners = Manners::Always(StatusCode::OK, "Time,A\n1,2,3\n");
    let error = link.ask(Request::Log).as_ref().unwrap_err();
    assert_eq!(error.to_string(), "log, line 2, column 0: 3 fields, expected 2");
}
