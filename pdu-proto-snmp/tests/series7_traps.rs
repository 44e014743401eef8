//! What the notifications of a unit say: each of the table, as it stands there and as the simulated unit sends it.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod series7_support;

use std::time::Duration;

use pdu_core::{AlarmRule, Command, Hub, Instant, Line, Path, Point, PowerState, Quality, Quantity, Severity, Trip};
use pdu_proto_snmp::notification::{Destination, Notification, Receiver, ReceiverOptions, Sender, SenderOptions};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::series7::simulator::{Load, Series7};
use pdu_proto_snmp::series7::traps::{TRAPS, Trap, TrapAlarm, TrapEvent, TripType, decode, name_of};
use pdu_proto_snmp::series7::{Base, Layout, Measure, Object, OutletCommand, Precision};
use pdu_proto_snmp::server::Tree;
use pdu_proto_snmp::wire::{OidBuf, Value, VarBind};

use series7_support::{Link, call, link};

// --- The whole table ----------------------------------------------------------------------------------------------------

/// The name of an instance, by the MIB's name of its object.
fn instance(object: &str, base: &Base, row: u32) -> OidBuf {
    let object = Object::named(object).unwrap();
    let mut name = OidBuf::from(base.as_oid());
    let is_scalar = object.arcs[0] == 1;
    for arc in object.arcs.iter().copied().chain([if is_scalar { 0 } else { row }]) {
        name.push(arc).unwrap();
    }
    name
}

/// A variable of a notification, with a value that its name tells.
fn variable(object: &str) -> Value<'static> {
    match object {
        "productFriendlyName" => Value::OctetString(b"rack 7"),
        "alarmTripType" => Value::Integer(2),
        "temperaturePrecision" => Value::Integer(1),
        "alarmTrigger" => Value::OctetString(b"something is high"),
        "alarmInstance" => Value::Integer(12),
        "ctrlOutletStatus" => Value::Gauge32(1),
        "ctrlOutletGroup" | "ctrlOutletURL" => Value::OctetString(b"text"),
        name if name.ends_with("Name") => Value::OctetString(b"probe"),
        _ => Value::Gauge32(42),
    }
}

fn as_in_the_table(trap: &Trap, base: &Base) -> Notification {
    let names: Vec<_> = trap
        .variables()
        .map(|name| (instance(name, base, 3), variable(name)))
        .collect();
    let varbinds: Vec<_> = names
        .iter()
        .map(|(name, value)| VarBind::new(name.as_oid(), *value))
        .collect();
    Notification::new(name_of(trap, base).as_oid(), 1234, &varbinds).unwrap()
}

#[test]
fn every_notification_of_the_table_is_understood_below_both_bases() {
    for base in Base::KNOWN {
        for trap in TRAPS {
            let alarm = decode(&as_in_the_table(trap, &base), &base).unwrap();
            assert_eq!(alarm.trap, trap);
            let Some(watched) = trap.watched() else {
                assert_eq!((alarm.row, alarm.raw, alarm.trip_type), (None, None, None));
                continue;
            };
            let measure = Measure::at(watched.table, watched.column);
            assert_eq!(alarm.row, Some(3), "{}", trap.name);
            assert_eq!(alarm.quantity, measure.map(|measure| measure.quantity), "{}", trap.name);
            assert_eq!(alarm.trip_type, Some(TripType::High));
            assert_eq!(alarm.unit_name.as_deref(), Some("rack 7"));
            assert_eq!(alarm.trigger.as_deref(), Some("something is high"));
            assert_eq!(alarm.instance, Some(12));
            assert_eq!(
                alarm.precision,
                watched.has_precision.then_some(Precision::Tenth),
                "{}",
                trap.name
            );
            let is_outlet = watched.table == 16;
            assert_eq!(
                alarm.device.as_deref(),
                (!is_outlet).then_some("probe"),
                "{}",
                trap.name
            );
            assert_eq!(alarm.outlet_state, is_outlet.then_some(PowerState::On), "{}", trap.name);
            assert_eq!(alarm.value.is_some(), measure.is_some(), "{}", trap.name);
        }
    }
}

#[test]
fn every_notification_survives_the_way_through_v1() {
    for trap in TRAPS {
        let sent = as_in_the_table(trap, &Base::GEIST);
        let received = Notification::from_v1(&sent.to_v1().unwrap().as_trap()).unwrap();
        assert_eq!(
            decode(&received, &Base::GEIST),
            decode(&sent, &Base::GEIST),
            "{}",
            trap.name
        );
    }
}

#[test]
fn table_decides_and_not_the_rule_for_numbers() {
    let trap = |number| oid_of(&[32767, 0, number]);
    let by_rule = 13053; // 10000 + 100 * 29 + 153: by the rule a DM48's first current
    let notification = Notification::new(trap(by_rule).as_oid(), 0, &[]).unwrap();
    assert_eq!(
        decode(&notification, &Base::GEIST).unwrap().trap.name,
        "gstIoExpanderIO17NOTIFY"
    );
    let serial = Notification::new(trap(12502).as_oid(), 0, &[]).unwrap(); // which no alarm watches
    assert_eq!(decode(&serial, &Base::GEIST), None);
    for elsewhere in [
        oid_of(&[32767, 1, 10205]),
        oid_of(&[32767, 0]),
        oid_of(&[32767, 0, 10205, 0]),
        OidBuf::new(),
    ] {
        let notification = Notification::new(elsewhere.as_oid(), 0, &[]).unwrap();
        assert_eq!(decode(&notification, &Base::GEIST), None, "{elsewhere}");
    }
    let notification = Notification::new(trap(10205).as_oid(), 0, &[]).unwrap();
    assert!(decode(&notification, &Base::GEIST).is_some());
    assert_eq!(decode(&notification, &Base::TWIN), None);
}

fn oid_of(arcs: &[u32]) -> OidBuf {
    let mut name = OidBuf::from(Base::GEIST.as_oid());
    for arc in arcs {
        name.push(*arc).unwrap();
    }
    name
}

#[test]
fn missing_variables_are_none_and_broken_ones_cost_no_other() {
    let trap = Trap::numbered(10405).unwrap();
    let name = name_of(trap, &Base::GEIST);
    let nothing = Notification::new(name.as_oid(), 0, &[]).unwrap();
    let alarm = decode(&nothing, &Base::GEIST).unwrap();
    assert_eq!(
        (alarm.row, alarm.value, alarm.quality),
        (None, None, Quality::Unavailable)
    );
    assert_eq!((alarm.quantity, alarm.trip_type), (Some(Quantity::Temperature), None));

    let reading = instance("tempSensorTempC", &Base::GEIST, 2);
    let trip_type = instance("alarmTripType", &Base::GEIST, 0);
    let odd = [
        VarBind::new(trip_type.as_oid(), Value::Gauge32(9)),
        VarBind::new(reading.as_oid(), Value::OctetString(b"hot")),
        VarBind::new(oid!(1, 3, 6, 1, 2, 1, 1, 5, 0), Value::OctetString(b"unasked")),
    ];
    let alarm = decode(&Notification::new(name.as_oid(), 0, &odd).unwrap(), &Base::GEIST).unwrap();
    assert_eq!(
        (alarm.row, alarm.raw, alarm.trip_type),
        (Some(2), None, Some(TripType::Other(9)))
    );
}

#[test]
fn variables_without_an_instance_are_understood() {
    let trap = Trap::numbered(12508).unwrap();
    let current = oid_of(&[25, 1, 8]);
    let trip_type = oid_of(&[1, 6]);
    let varbinds = [
        VarBind::new(current.as_oid(), Value::Gauge32(163)),
        VarBind::new(trip_type.as_oid(), Value::Integer(2)),
    ];
    let sent = Notification::new(name_of(trap, &Base::GEIST).as_oid(), 0, &varbinds).unwrap();
    let alarm = decode(&sent, &Base::GEIST).unwrap();
    assert_eq!((alarm.row, alarm.point), (None, None));
    assert_eq!((alarm.raw, alarm.trip_type), (Some(163), Some(TripType::High)));
}

#[test]
fn temperature_without_its_precision_is_suspect() {
    let trap = Trap::numbered(10405).unwrap();
    let reading = instance("tempSensorTempC", &Base::GEIST, 2);
    let varbinds = [VarBind::new(reading.as_oid(), Value::Integer(31))];
    let alarm = decode(
        &Notification::new(name_of(trap, &Base::GEIST).as_oid(), 0, &varbinds).unwrap(),
        &Base::GEIST,
    );
    assert_eq!(alarm.unwrap().quality, Quality::Suspect);
}

// --- The simulated unit -------------------------------------------------------------------------------------------------

fn take(unit: &mut Series7) -> Vec<TrapAlarm> {
    let base = *unit.base();
    let all = std::iter::from_fn(|| unit.poll_notification());
    all.map(|notification| decode(&notification, &base).unwrap()).collect()
}

fn rule(number: u16, object: &str, trip: Trip, threshold: &str) -> AlarmRule {
    AlarmRule {
        number,
        point: None,
        quantity: None,
        object: Some(object.into()),
        trip,
        threshold: threshold.parse().unwrap(),
    }
}

/// A link to a unit with these rules. The agent has no sender, so the test takes the traps from the unit.
fn with_rules(unit: Series7, rules: Vec<AlarmRule>) -> Link {
    let mut link = link(unit);
    call(&mut link, Command::SetAlarmRules(rules)).unwrap();
    link
}

#[test]
fn alarm_trips_once_and_clears_once_with_all_variables() {
    let unit = Series7::builder().seed(3).name("rack 7").build();
    let link = with_rules(unit, vec![rule(5, "tempSensorTempC.2", Trip::Above, "30")]);
    let mut unit = link.server().hub().tree().clone();
    let now = link.now();
    assert_eq!(take(&mut unit), []);
    unit.set_sensor(4, 2, 5, 315);
    let tripped = take(&mut unit);
    let [alarm] = &tripped[..] else { panic!("{tripped:?}") };
    assert_eq!(alarm.trap.name, "gstTempSensorTempCNOTIFY");
    assert_eq!(
        (alarm.row, alarm.point, alarm.quantity),
        (Some(2), None, Some(Quantity::Temperature))
    );
    assert_eq!(alarm.value.map(|value| value.to_string()).as_deref(), Some("31.5"));
    assert_eq!((alarm.quality, alarm.trip_type), (Quality::Good, Some(TripType::High)));
    assert_eq!(alarm.device.as_deref(), Some("tempSensor 2"));
    assert_eq!(alarm.unit_name.as_deref(), Some("rack 7"));
    assert_eq!(alarm.trigger.as_deref(), Some("tempSensorTempC.2 high"));
    assert_eq!((alarm.instance, alarm.precision), (Some(5), Some(Precision::Tenth)));

    unit.handle_timeout(now + Duration::from_secs(60));
    assert_eq!(take(&mut unit), []);
    unit.set_sensor(4, 2, 5, 290);
    let cleared = take(&mut unit);
    assert_eq!(cleared.len(), 1);
    assert_eq!(cleared[0].trap.name, "gstTempSensorTempCCLEAR");
    assert_eq!(cleared[0].trip_type, Some(TripType::None));
}

#[test]
fn sensor_that_is_unplugged_trips_as_such() {
    let link = with_rules(Series7::new(3), vec![rule(5, "tempSensorTempC.2", Trip::Above, "30")]);
    let mut unit = link.server().hub().tree().clone();
    unit.unplug(4, 2);
    unit.plug_in(4, 2);
    let events: Vec<_> = take(&mut unit)
        .iter()
        .map(|alarm| (alarm.trap.name, alarm.trip_type))
        .collect();
    let expected = [
        ("gstTempSensorTempCNOTIFY", Some(TripType::Unplugged)),
        ("gstTempSensorTempCCLEAR", Some(TripType::None)),
    ];
    assert_eq!(events, expected);
}

#[test]
fn outlets_tell_their_state_and_lines_their_place() {
    let rules = vec![
        rule(1, "ctrlOutletDeciAmps.4", Trip::Below, "0.5"),
        rule(2, "ctrl3ChIECRealPowerA.1", Trip::Above, "5000"),
    ];
    let mut unit = Series7::builder().seed(3).without_alarm_instance().build();
    unit.set_load(
        4,
        Load::Fixed {
            watts: 230,
            volt_amperes: 230,
        },
    );
    let mut link = with_rules(unit, rules);
    let off = series7_support::switch(4, pdu_core::Action::Off, pdu_core::Delay::None);
    call(&mut link, off).unwrap();
    let mut unit = link.server().hub().tree().clone();
    unit.set_load(
        1,
        Load::Fixed {
            watts: 6000,
            volt_amperes: 6000,
        },
    );
    let events = take(&mut unit);
    let [low, high] = &events[..] else { panic!("{events:?}") };
    assert_eq!(
        (low.point, low.trip_type),
        (Some(Point::outlet(4)), Some(TripType::Low))
    );
    assert_eq!((low.outlet_state, low.device.as_deref()), (Some(PowerState::Off), None));
    assert_eq!(
        (high.point, high.trip_type),
        (Some(Point::inlet(1).on(Line::L1)), Some(TripType::High))
    );
    let alarm = high.alarm().unwrap();
    assert_eq!(
        (alarm.quantity, alarm.severity),
        (Quantity::ActivePower, Severity::Unknown)
    );
    assert_eq!(high.instance, None);
    unit.command(4, OutletCommand::On);
    let [cleared] = &take(&mut unit)[..] else { panic!("one") };
    assert_eq!(
        (cleared.point, cleared.outlet_state),
        (Some(Point::outlet(4)), Some(PowerState::On))
    );
    assert_eq!(cleared.alarm().unwrap().severity, Severity::Ok);
}

#[test]
fn place_of_a_sensor_follows_from_what_the_unit_has() {
    let trap = Trap::numbered(13217).or_else(|| Trap::numbered(13205)).unwrap(); // THD, temperature
    assert!(trap.name.starts_with("gstThdSensorTempC"));
    let reading = instance("thdSensorTempC", &Base::GEIST, 1);
    let varbinds = [VarBind::new(reading.as_oid(), Value::Integer(31))];
    let sent = Notification::new(name_of(trap, &Base::GEIST).as_oid(), 0, &varbinds).unwrap();
    let alarm = decode(&sent, &Base::GEIST).unwrap();
    let layout = Layout::default().with_rows(4, 2).with_rows(32, 1);
    assert_eq!((alarm.point, alarm.alarm()), (None, None));
    assert_eq!(alarm.point_in(&layout), Some(Point::sensor(3)));
    assert_eq!(alarm.alarm_in(&layout).unwrap().point, Point::sensor(3));
    assert_eq!(alarm.point_in(&Layout::default()), None);
}

#[test]
fn threshold_of_whole_units_is_compared_in_tenths() {
    let mut unit = Series7::builder().seed(3).outlets(3).build();
    for outlet in 1..=3 {
        unit.set_load(
            outlet,
            Load::Fixed {
                watts: 100,
                volt_amperes: 100,
            },
        );
    }
    let link = with_rules(unit, vec![rule(1, "ctrl3ChIECRealPowerB.1", Trip::Above, "100")]);
    let mut unit = link.server().hub().tree().clone();
    assert_eq!(take(&mut unit), [], "100 is not above 100");
    unit.set_load(
        2,
        Load::Fixed {
            watts: 101,
            volt_amperes: 101,
        },
    );
    assert_eq!(take(&mut unit).len(), 1);
}

#[test]
fn test_notification_is_one() {
    let mut unit = Series7::new(3);
    unit.send_test();
    let sent = unit.poll_notification().unwrap();
    assert_eq!(sent.trap.to_string(), "1.3.6.1.4.1.21239.2.32767.0.10101");
    assert!(sent.varbinds.is_empty());
    let alarm = decode(&sent, &Base::GEIST).unwrap();
    assert_eq!((alarm.trap.event, alarm.alarm()), (TrapEvent::Test, None));
}

/// From the unit by its agent's socket to a receiver, which knows nothing of the 7-series.
#[test]
fn trap_of_the_agent_is_an_alarm_at_the_receiver() {
    let rules = vec![rule(1, "tempSensorTempC.1", Trip::Above, "30")];
    let mut unit = with_rules(Series7::new(3), rules).server().hub().tree().clone();
    unit.set_sensor(4, 1, 5, 333);
    let receiver_at = "192.0.2.9:162".parse().unwrap();
    let mut sender = Sender::new(SenderOptions::new(7));
    sender.add(Destination::trap_v2c(receiver_at, b"public")).unwrap();
    let mut agent = series7_support::agent(unit).with_sender(sender);
    let now = Instant::from_millis(20_000);
    agent.handle_timeout(now);
    let (path, bytes) = agent.transmit().map(|(path, bytes)| (path, bytes.to_vec())).unwrap();
    assert_eq!(path.remote, receiver_at);
    let mut receiver = Receiver::new(ReceiverOptions::new(7)).with_any_community();
    receiver.handle_input(now, &Path::to("192.0.2.7:161".parse().unwrap()), &bytes);
    let event = receiver.poll_event().unwrap();
    let alarm = decode(event.notification().unwrap(), &Base::GEIST).unwrap();
    assert_eq!(
        (alarm.row, alarm.raw, alarm.trip_type),
        (Some(1), Some(333), Some(TripType::High))
    );
}
