//! The simulated BPS2000: what its tree holds, how it moves, and what it tells unasked.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::{Contact, ContactKind, Decimal, Hub, Instant, Line, Point, Quantity, Threshold, ThresholdSetting};
use pdu_proto_snmp::bps2000::simulator::{
    ALARM_BEGAN, ALARM_ENDED, ALARM_TEXT, Bps2000, Builder, Climate, Load, Values,
};
use pdu_proto_snmp::bps2000::{OBJECTS, Object};
use pdu_proto_snmp::notification::{Destination, Notification, Sender, SenderOptions};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Absent, Agent, AgentOptions, OwnedValue, Tree};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::wire::{Message, Oid, OidBuf, Tolerance, Value};

const L1: Point = Point::inlet(1).on(Line::L1);
const SYS_UP_TIME: Oid = oid!(1, 3, 6, 1, 2, 1, 1, 3, 0);

fn at(seconds: u64) -> Instant {
    Instant::from_millis(7_000) + Duration::from_secs(seconds)
}

fn builder() -> Builder {
    Bps2000::builder().seed(7)
}

/// The text of an object in this second.
fn text(unit: &mut Bps2000, name: &str, second: u64) -> String {
    match unit.get(at(second), Object::named(name).unwrap().oid) {
        Ok(Value::OctetString(text)) => String::from_utf8(text.to_vec()).unwrap(),
        other => panic!("{name}: {other:?}"),
    }
}

fn integer(unit: &mut Bps2000, name: &str) -> i64 {
    match unit.get(at(0), Object::named(name).unwrap().oid).unwrap() {
        Value::Integer(number) => number.into(),
        Value::Counter32(number) => number.into(),
        other => panic!("{name}: {other:?}"),
    }
}

/// All names and values in the order of a walk.
fn walk(unit: &mut Bps2000, now: Instant) -> Vec<(String, OwnedValue)> {
    let (mut last, mut name, mut found) = (OidBuf::from(oid!(0, 0)), OidBuf::new(), Vec::new());
    while let Some(value) = unit.next(now, last.as_oid(), &mut name) {
        let value = OwnedValue::from(value);
        assert!(name.as_oid() > last.as_oid(), "{name} after {last}");
        assert_eq!(unit.get(now, name.as_oid()), Ok(value.as_value()), "{name}");
        found.push((name.to_string(), value));
        last.set(name.as_oid());
    }
    found
}

fn told(unit: &mut Bps2000) -> Vec<Notification> {
    std::iter::from_fn(|| unit.poll_notification()).collect()
}

fn high(point: Point, quantity: Quantity, value: Decimal) -> ThresholdSetting {
    ThresholdSetting {
        point,
        quantity,
        level: Threshold::UpperCritical,
        value,
    }
}

#[test]
fn a_walk_finds_every_object_of_the_members_that_are_there() {
    for slaves in 0..=5 {
        let mut unit = builder().slaves(slaves).build();
        let found = walk(&mut unit, at(0));
        let objects = OBJECTS.iter().filter(|object| object.unit <= slaves);
        let expected: Vec<String> = objects.map(|object| object.oid.to_string()).collect();
        let system = 4;
        assert!(
            found.iter().skip(system).map(|(name, _)| name).eq(&expected),
            "{slaves} slaves"
        );
        assert_eq!(found.len(), system + 1 + 37 * (usize::from(slaves) + 1));
        assert_eq!(unit.slaves(), usize::from(slaves));
    }
}

#[test]
fn objects_of_slaves_that_are_not_there_do_not_exist() {
    let mut unit = builder().slaves(1).build();
    let absent = Object::named("slaveTwoCurrentL1").unwrap();
    assert_eq!(unit.get(at(0), absent.oid), Err(Absent::Object));
    let mut without = builder().without_unprinted().build();
    let inferred = Object::named("slaveFiveReactivePowerL3").unwrap();
    assert_eq!(without.get(at(0), inferred.oid), Err(Absent::Object));
    assert_eq!(walk(&mut without, at(0)).len(), 4 + 223 - 16);
}

#[test]
fn values_are_text_with_the_digits_of_the_device() {
    let mut unit = builder().name("rack 7").build();
    unit.set_voltage(L1, Some(2318));
    unit.set_load(
        L1,
        Load::Fixed {
            watts: 787,
            volt_amperes: 793,
        },
    );
    unit.set_climate(
        Point::sensor(1),
        Some(Climate {
            decidegrees: -35,
            permille: 411,
        }),
    );
    let mut text = |name| text(&mut unit, name, 0);
    assert_eq!(text("deviceName"), "rack 7");
    assert_eq!(text("masterVoltageL1"), "231.8");
    assert_eq!(text("masterCurrentL1"), "3.42");
    assert_eq!(text("masterPowerL1"), "787.0");
    assert_eq!(text("masterApparentPowerL1"), "793.0");
    assert_eq!(text("masterPFL1"), "0.99");
    assert_eq!(text("masterTemperature"), "-3.5");
    assert_eq!(text("masterHumidity"), "41.1");
    assert_eq!(text("masterDoor1"), "Closed");
    assert_eq!(text("masterSmoke"), "No");
    let energy = text("masterActiveEnergyL1");
    assert_eq!(energy.split('.').nth(1).map(str::len), Some(3), "{energy}");
}

#[test]
fn values_may_be_integers_as_over_modbus() {
    let mut unit = builder().values(Values::Integers).build();
    unit.set_voltage(L1, Some(2318));
    unit.set_load(
        L1,
        Load::Fixed {
            watts: 787,
            volt_amperes: 793,
        },
    );
    unit.set_climate(Point::sensor(2), None);
    let mut integer = |name| integer(&mut unit, name);
    assert_eq!(integer("masterVoltageL1"), 2318);
    assert_eq!(integer("masterCurrentL1"), 342);
    assert_eq!(integer("masterPowerL1"), 7870);
    assert_eq!(integer("masterPFL1"), 99);
    assert_eq!(integer("masterDoor1"), 2);
    assert_eq!(integer("masterTemperature1"), 0);
    assert!(integer("masterActiveEnergyL1") > 100_000);
}

#[test]
fn the_same_seed_gives_the_same_values_and_another_others() {
    let day = |seed| {
        let mut unit = Bps2000::new(seed);
        (0..24).map(|hour| walk(&mut unit, at(hour * 3600))).collect::<Vec<_>>()
    };
    let same = day(3);
    assert_eq!(same, day(3));
    assert_ne!(same, day(4));
    assert_ne!(same[0], same[1], "an hour makes a difference");
}

#[test]
fn members_measure_each_for_themselves() {
    let mut unit = builder().build();
    let mut of = |name: &str| text(&mut unit, name, 100);
    assert_ne!(of("masterCurrentL1"), of("slaveOneCurrentL1"));
    let slave = of("slaveOneCurrentL1");
    unit.set_load(
        L1,
        Load::Fixed {
            watts: 100,
            volt_amperes: 100,
        },
    );
    assert_eq!(text(&mut unit, "slaveOneCurrentL1", 100), slave);
    assert_ne!(text(&mut unit, "masterCurrentL1", 100), slave);
}

#[test]
fn energy_is_the_integral_of_power_however_time_goes_by() {
    let mut unit = builder().build();
    let line = L1.of_unit(3);
    unit.set_load(
        line,
        Load::Fixed {
            watts: 9_000,
            volt_amperes: 9_200,
        },
    );
    let kilowatt_hours = |text: String| text.parse::<Decimal>().unwrap().scaled(-3).unwrap();
    let before = kilowatt_hours(text(&mut unit, "slaveThreeActiveEnergyL1", 0));
    for second in 0..=1800 {
        unit.handle_timeout(at(second));
    }
    let after = kilowatt_hours(text(&mut unit, "slaveThreeActiveEnergyL1", 3600));
    assert_eq!(after - before, 9_000);
    // A clock that runs back changes nothing; a century costs no more than a second.
    assert_eq!(kilowatt_hours(text(&mut unit, "slaveThreeActiveEnergyL1", 10)), after);
    unit.handle_timeout(at(100 * 365 * 86_400));
}

#[test]
fn sensors_that_are_unplugged_say_so() {
    let mut unit = builder().build();
    unit.set_climate(Point::sensor(3).of_unit(1), None);
    unit.set_contact(Point::sensor(2).of_unit(1), ContactKind::Door, Contact::Unknown);
    unit.set_contact(Point::sensor(1).of_unit(1), ContactKind::Water, Contact::Detected);
    let mut text = |name| text(&mut unit, name, 0);
    assert_eq!(text("slaveOneTemperature2"), "-");
    assert_eq!(text("slaveOneHumidity2"), "-");
    assert_eq!(text("slaveOneDoor2"), "-");
    assert_eq!(text("slaveOneWater"), "Yes");
    assert_ne!(text("masterTemperature2"), "-");
}

#[test]
fn an_object_can_be_made_to_answer_anything() {
    let mut unit = builder().build();
    let object = Object::named("masterVoltageL1").unwrap();
    unit.answer_with(object, Some(OwnedValue::Gauge32(5)));
    assert_eq!(unit.get(at(0), object.oid), Ok(Value::Gauge32(5)));
    unit.answer_with(object, Some(OwnedValue::NoSuchInstance));
    assert!(unit.get(at(0), object.oid).is_err());
    assert_eq!(walk(&mut unit, at(0)).len(), 4 + 222);
    unit.answer_with(object, None);
    assert!(text(&mut unit, "masterVoltageL1", 0).starts_with('2'));
}

#[test]
fn nothing_is_alarming_at_first_and_nothing_told() {
    for seed in 0..20 {
        let mut unit = Bps2000::new(seed);
        for hour in 0..48 {
            unit.handle_timeout(at(hour * 3600));
        }
        assert_eq!(unit.alarms().count(), 0, "seed {seed}");
        assert_eq!(told(&mut unit), []);
    }
}

#[test]
fn a_threshold_that_is_passed_sends_one_synthetic_trap_and_another_one_when_it_is_over() {
    let mut unit = builder().build();
    unit.handle_timeout(at(0));
    let point = L1.of_unit(2);
    unit.set_voltage(point, Some(2801));
    let [began] = &told(&mut unit)[..] else {
        panic!("one trap")
    };
    assert_eq!(began.trap.as_oid(), ALARM_BEGAN);
    let varbinds: Vec<_> = began.varbinds.iter().map(Result::unwrap).collect();
    assert_eq!(varbinds[0].name, Object::named("slaveTwoVoltageL1").unwrap().oid);
    assert_eq!(varbinds[0].value, Value::OctetString(b"280.1"));
    assert_eq!(varbinds[1].name, ALARM_TEXT);
    let text = b"synthetic trap: slaveTwoVoltageL1 is 280.1 V, at or above 276.0 V";
    assert_eq!(varbinds[1].value, Value::OctetString(text));
    let [alarm] = unit.alarms().collect::<Vec<_>>()[..] else {
        panic!("one alarm")
    };
    assert_eq!((alarm.point, alarm.quantity), (point, Quantity::Voltage));
    assert_eq!(alarm.level, Some(Threshold::UpperCritical));

    unit.handle_timeout(at(60));
    assert_eq!(told(&mut unit), [], "told once");
    unit.set_voltage(point, None);
    let [ended] = &told(&mut unit)[..] else {
        panic!("one trap")
    };
    assert_eq!(ended.trap.as_oid(), ALARM_ENDED);
    assert_eq!(ended.uptime, 6_000);
    assert_eq!(unit.alarms().count(), 0);
}

#[test]
fn thresholds_can_be_set_where_there_are_any() {
    let mut unit = builder().slaves(0).build();
    unit.handle_timeout(at(0));
    let probe = Point::sensor(1);
    assert!(unit.set_threshold(high(probe, Quantity::Temperature, Decimal::new(15, 0))));
    assert_eq!(told(&mut unit).len(), 1);
    assert!(
        unit.set_threshold(high(probe, Quantity::Temperature, Decimal::ZERO)),
        "0 switches it off"
    );
    assert_eq!(told(&mut unit)[0].trap.as_oid(), ALARM_ENDED);
    let low = ThresholdSetting {
        level: Threshold::LowerCritical,
        ..high(L1, Quantity::Voltage, Decimal::new(300, 0))
    };
    assert!(unit.set_threshold(low));
    assert_eq!(
        unit.alarms().map(|alarm| alarm.level).collect::<Vec<_>>(),
        [Some(Threshold::LowerCritical)]
    );
    for setting in [
        high(L1, Quantity::ActivePower, Decimal::ZERO),
        high(L1.of_unit(1), Quantity::Voltage, Decimal::ZERO),
        ThresholdSetting {
            level: Threshold::UpperWarning,
            ..low
        },
    ] {
        assert!(!unit.set_threshold(setting), "{setting:?}");
    }
}

#[test]
fn traps_that_nobody_takes_are_bounded() {
    let mut unit = builder().build();
    unit.handle_timeout(at(0));
    for turn in 0..200 {
        unit.set_voltage(L1, (turn % 2 == 0).then_some(2801));
    }
    assert_eq!(told(&mut unit).len(), 64);
}

#[test]
fn uptime_counts_hundredths_from_the_first_request() {
    let mut unit = builder().build();
    assert_eq!(unit.get(at(0), SYS_UP_TIME), Ok(Value::TimeTicks(0)));
    assert_eq!(unit.get(at(90), SYS_UP_TIME), Ok(Value::TimeTicks(9_000)));
}

#[test]
fn traps_leave_by_the_agents_socket_and_reach_a_receiver() {
    let id = EngineId::from_text(47394, "simulated").unwrap();
    let mut sender = Sender::new(SenderOptions::new(7));
    sender
        .add(Destination::trap_v2c("192.0.2.9:162".parse().unwrap(), b"public"))
        .unwrap();
    let mut agent = Agent::new(
        LocalEngine::new(id, 1, at(0)),
        builder().build(),
        AgentOptions::default(),
    )
    .with_sender(sender);
    agent.handle_timeout(at(0));
    assert!(agent.transmit().is_none());
    agent.tree_mut().set_voltage(L1, Some(2801));
    agent.handle_timeout(at(1));
    let (to, datagram) = agent.transmit().unwrap();
    assert_eq!(to.remote, "192.0.2.9:162".parse().unwrap());
    let message = Message::parse(datagram, Tolerance::STRICT).unwrap();
    let notification = Notification::from_v2(message.body.varbinds()).unwrap();
    assert_eq!(notification.trap.as_oid(), ALARM_BEGAN);
    assert_eq!(agent.poll_timeout(), Some(at(2)), "it lives by itself");
}
