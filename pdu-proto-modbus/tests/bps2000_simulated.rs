//! Device sessions against simulated units: in virtual time over lines, and over real sockets through both drivers.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::ops::RangeInclusive;
use std::time::Duration;

use pdu_core::testing::{Duplex, Faults, Harness, Medium, Side, Wire};
use pdu_core::{
    Answer, Command, Contact, Decimal, Effect, Endpoint, Error, ErrorKind, Line, Point, Quality, Quantity, Severity,
    Snapshot, Threshold, ThresholdSetting,
};
use pdu_proto_modbus::bps2000::simulator::{Bps2000, Fault, Load, Probe};
use pdu_proto_modbus::bps2000::{Addressed, Device, Mode, NotConfirmed, Readout, SharedLine};
use pdu_proto_modbus::client::{RtuClient, RtuOptions, TcpClient, TcpOptions};
use pdu_proto_modbus::server::{Chain, RtuServer, RtuServerOptions, TcpHub, TcpServer};
use pdu_proto_modbus::wire::Registers;

const L1: Point = Point::inlet(1).on(Line::L1);

type OverTcp = Harness<Device<TcpClient<4>>, TcpServer<Bps2000>>;

fn over_tcp(unit: Bps2000) -> OverTcp {
    let device = Device::new(TcpClient::new(TcpOptions::device()), 1).with_decoding(Mode::Strict);
    Harness::new(0, Faults::none(Medium::Stream), device, TcpServer::new(unit))
}

/// The result of one command, run to its end.
fn call(harness: &mut OverTcp, command: Command) -> Result<Answer, (ErrorKind, Effect)> {
    let submission = harness.events().len();
    harness.submit(command).unwrap();
    assert!(harness.run_until_done(Duration::from_secs(60)).unwrap());
    match harness.result(submission).unwrap() {
        Ok(answer) => Ok(answer.clone()),
        Err(error) => Err((error.kind(), error.effect())),
    }
}

fn snapshot(harness: &mut OverTcp) -> Snapshot {
    match call(harness, Command::Snapshot) {
        Ok(Answer::Snapshot(snapshot)) => *snapshot,
        other => panic!("a snapshot: {other:?}"),
    }
}

fn set(point: Point, quantity: Quantity, level: Threshold, value: Decimal) -> Command {
    Command::SetThreshold(ThresholdSetting {
        point,
        quantity,
        level,
        value,
    })
}

fn set_high_voltage(decivolts: i64) -> Command {
    set(
        L1,
        Quantity::Voltage,
        Threshold::UpperCritical,
        Decimal::new(decivolts, -1),
    )
}

#[test]
fn a_snapshot_is_what_the_unit_has() {
    for seed in 0..20 {
        let mut harness = over_tcp(Bps2000::new(seed));
        let snapshot = snapshot(&mut harness);
        let registers = *harness.server().service().registers();
        let readout = Readout::decode(Registers::new(&registers), Mode::Strict).unwrap();
        assert_eq!(snapshot, readout.to_snapshot());
        assert_eq!(harness.transmitted(Side::Client).len(), 12, "one request");
    }
}

#[test]
fn a_threshold_that_is_set_trips_an_alarm() {
    let mut harness = over_tcp(Bps2000::new(7));
    assert_eq!(snapshot(&mut harness).alarms, []);
    assert_eq!(call(&mut harness, set_high_voltage(2000)), Ok(Answer::Confirmed));
    harness.run_for(Duration::from_secs(2)).unwrap();
    let [alarm] = snapshot(&mut harness).alarms[..] else {
        panic!("one alarm");
    };
    assert_eq!((alarm.point, alarm.quantity), (L1, Quantity::Voltage));
    assert_eq!(
        (alarm.level, alarm.severity),
        (Some(Threshold::UpperCritical), Severity::Critical)
    );
}

#[test]
fn all_24_thresholds_are_written_and_read_back() {
    let mut harness = over_tcp(Bps2000::new(3));
    let Ok(Answer::Thresholds(thresholds)) = call(&mut harness, Command::Thresholds) else {
        panic!("thresholds");
    };
    let mut wanted = Vec::new();
    for setting in thresholds.into_iter().rev() {
        let value = match setting.level {
            Threshold::UpperCritical => Decimal::new(90, 0),
            _ => Decimal::new(10, 0),
        };
        wanted.insert(0, ThresholdSetting { value, ..setting });
        let command = Command::SetThreshold(wanted[0]);
        assert_eq!(call(&mut harness, command), Ok(Answer::Confirmed), "{setting:?}");
    }
    assert_eq!(harness.server().service().writes(), 24);
    assert_eq!(call(&mut harness, Command::Thresholds), Ok(Answer::Thresholds(wanted)));
}

#[test]
fn lost_requests_and_answers_end_in_the_truth() {
    // The faults befall the second request of the command, which is the write.
    let ended = |fault| {
        let mut harness = over_tcp(Bps2000::new(3));
        let before = harness.server().service().registers()[64];
        let unit = harness.server_mut().service_mut();
        unit.inject(Fault::Delay(Duration::ZERO));
        unit.inject(fault);
        let result = call(&mut harness, set_high_voltage(2501));
        let unit = harness.server().service();
        (result, unit.registers()[64] != before, unit.writes())
    };
    assert_eq!(ended(Fault::LoseAnswer), (Ok(Answer::Confirmed), true, 1));
    let not_applied = Err((ErrorKind::NotConfirmed, Effect::NotApplied));
    assert_eq!(ended(Fault::LoseRequest), (not_applied, false, 0));
}

#[test]
fn what_is_not_plugged_in_is_neither_zero_nor_fine() {
    let unit = Bps2000::builder()
        .without_probe(Probe::Port)
        .without_sensor_box()
        .build();
    let device = Device::new(TcpClient::new(TcpOptions::device()), 1);
    let mut harness: OverTcp = Harness::new(0, Faults::none(Medium::Stream), device, TcpServer::new(unit));
    let snapshot = snapshot(&mut harness);
    for sensor in 1..=3 {
        for quantity in [Quantity::Temperature, Quantity::RelativeHumidity] {
            let reading = snapshot.reading(Point::sensor(sensor), quantity).unwrap();
            assert_eq!((reading.value, reading.quality), (None, Quality::Unavailable));
        }
    }
    assert!(
        snapshot
            .contacts
            .iter()
            .all(|contact| contact.state == Contact::Unknown)
    );
    assert_eq!(snapshot.alarms, []);
}

#[test]
fn power_beyond_its_register_is_suspect() {
    let mut unit = Bps2000::new(1);
    unit.set_load(
        Line::L1,
        Load::Fixed {
            watts: 7_200,
            volt_amperes: 7_360,
        },
    );
    let snapshot = snapshot(&mut over_tcp(unit));
    let quality = |line, quantity| {
        let reading = snapshot.reading(Point::inlet(1).on(line), quantity).unwrap();
        assert!(reading.value.is_some());
        reading.quality
    };
    assert_eq!(quality(Line::L1, Quantity::ActivePower), Quality::Suspect);
    assert_eq!(quality(Line::L1, Quantity::ApparentPower), Quality::Suspect);
    assert_eq!(quality(Line::L1, Quantity::Current), Quality::Good);
    assert_eq!(quality(Line::L2, Quantity::ActivePower), Quality::Good);
}

type Bus = Harness<SharedLine<RtuClient<8>>, RtuServer<Chain<Bps2000>>>;

/// Units on a half-duplex line of 9600 baud 8N1.
fn bus(units: RangeInclusive<u8>) -> Bus {
    let mut chain = Chain::new();
    for unit in units {
        chain.add(unit, Bps2000::new(unit.into())).unwrap();
    }
    let mut line = Faults::none(Medium::Serial);
    line.wire = Some(Wire {
        bits_per_second: 9600,
        bits_per_character: 10,
        duplex: Duplex::Half,
    });
    let client = RtuClient::new(RtuOptions::default());
    let server = RtuServer::new(chain, RtuServerOptions::default());
    Harness::new(0, line, SharedLine::with_capacity(client, 64), server)
}

#[test]
fn a_line_of_32_units_is_read_in_turn() {
    let mut bus = bus(1..=32);
    for unit in 1..=32 {
        bus.submit(Addressed::new(unit, Command::Snapshot).as_member(unit.into()))
            .unwrap();
    }
    assert!(bus.run_until_done(Duration::from_secs(60)).unwrap());
    for unit in 1..=32_u8 {
        let Some(Ok(Answer::Snapshot(snapshot))) = bus.result(usize::from(unit) - 1) else {
            panic!("a snapshot of unit {unit}");
        };
        let registers = bus.server().service().unit(unit).unwrap().registers();
        let voltage = snapshot.reading(L1.of_unit(unit.into()), Quantity::Voltage).unwrap();
        let expected = Decimal::new(registers[0].into(), -1);
        assert_eq!(voltage.value, Some(pdu_core::Value::Gauge(expected)));
    }
    assert_eq!(bus.transmitted(Side::Client).len(), 32 * 8, "one frame each");
}

#[test]
fn a_silent_unit_costs_the_others_one_timeout_a_round() {
    let mut bus = bus(2..=4);
    for _round in 0..3 {
        for unit in 1..=4 {
            bus.submit(Addressed::new(unit, Command::Snapshot)).unwrap();
        }
    }
    assert!(bus.run_until_done(Duration::from_secs(60)).unwrap());
    let begin = bus.events()[0].at;
    // Nobody is at address 1: three attempts for each of its commands, while the others had nine answers long before.
    let mut answered = 0;
    for recorded in bus.events() {
        let pdu_core::Event::Done { result, .. } = &recorded.event else {
            panic!("nothing comes unasked");
        };
        if let Err(error) = result {
            assert_eq!(error.kind(), ErrorKind::Timeout);
            continue;
        }
        answered += 1;
        let elapsed = recorded.at.saturating_since(begin);
        assert!(elapsed < Duration::from_secs(8), "{answered}. answer after {elapsed:?}");
    }
    assert_eq!(answered, 9);
    assert!(bus.now().saturating_since(begin) > Duration::from_secs(8));
}

#[test]
fn thresholds_of_units_on_a_line_stay_their_own() {
    let mut bus = bus(1..=3);
    for unit in 1..=3_u8 {
        let command = set_high_voltage(2500 + i64::from(unit));
        bus.submit(Addressed::new(unit, command)).unwrap();
    }
    assert!(bus.run_until_done(Duration::from_secs(60)).unwrap());
    for unit in 1..=3_u8 {
        assert!(matches!(bus.result(usize::from(unit) - 1), Some(Ok(Answer::Confirmed))));
        let registers = bus.server().service().unit(unit).unwrap().registers();
        assert_eq!(registers[64], 2500 + u16::from(unit));
    }
}

#[tokio::test]
async fn two_programs_configure_one_unit_over_sockets() {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let mut listener = pdu_core::tokio::listen(socket, TcpHub::new(Bps2000::new(7)));
    tokio::spawn(async move { listener.run().await });

    let handle = async || {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let device = Device::new(TcpClient::<4>::new(TcpOptions::device()), 1);
        let (handle, runner) = pdu_core::tokio::Driver::new(device, stream).into_handle();
        tokio::spawn(runner);
        handle
    };
    let (one, other) = (handle().await, handle().await);
    assert_eq!(one.call(set_high_voltage(2510)).await.unwrap(), Answer::Confirmed);
    let Answer::Thresholds(thresholds) = other.call(Command::Thresholds).await.unwrap() else {
        panic!("thresholds");
    };
    assert_eq!(thresholds[1].value, Decimal::new(2510, -1));

    let refused = set(L1, Quantity::Voltage, Threshold::LowerCritical, Decimal::new(2511, -1));
    let error = other.call(refused).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::InvalidArgument, Effect::NotApplied)
    );
    assert!(error.to_string().contains("above high at 251.0 V"), "{error}");
}

#[test]
fn a_blocking_program_reads_and_configures_a_unit_over_a_socket() {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (stream, _) = socket.accept().unwrap();
        let mut server = pdu_core::blocking::Server::new(TcpServer::new(Bps2000::new(7)), stream);
        let _ = server.run(None); // until the client is gone
        server.endpoint().service().writes()
    });
    let device = Device::new(TcpClient::<1>::new(TcpOptions::device()), 1);
    let connect = pdu_core::blocking::tcp(address, Duration::from_secs(2));
    let mut unit = pdu_core::blocking::Driver::connecting(device, connect);
    let Answer::Snapshot(snapshot) = unit.call(Command::Snapshot).unwrap() else {
        panic!("a snapshot");
    };
    assert_eq!(snapshot.readings.len(), 35);
    assert_eq!(unit.call(set_high_voltage(2510)).unwrap(), Answer::Confirmed);
    drop(unit);
    assert_eq!(server.join().unwrap(), 1);
}

/// The errors of a device session tell more than kind and effect to whoever knows this crate.
#[test]
fn the_error_of_a_write_that_was_not_heard_names_both_values() {
    let mut harness = over_tcp(Bps2000::new(3));
    let before = Decimal::new(harness.server().service().registers()[64].into(), -1);
    let unit = harness.server_mut().service_mut();
    unit.inject(Fault::Delay(Duration::ZERO));
    unit.inject(Fault::LoseRequest);
    harness.submit(set_high_voltage(2501)).unwrap();
    assert!(harness.run_until_done(Duration::from_secs(60)).unwrap());
    let error = harness.result(0).unwrap().as_ref().unwrap_err();
    let told = error.inner().downcast_ref::<NotConfirmed>().unwrap();
    assert_eq!((told.expected, told.found), (Decimal::new(2501, -1), before));
    assert_eq!(harness.client().transmit(), []);
}
