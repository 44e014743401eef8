//! What the simulated unit of the 7-series does by itself, and what it lets others do.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use pdu_core::{Instant, PowerState};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::series7::simulator::{Load, Series7};
use pdu_proto_snmp::series7::{Access, Base, Kind, OBJECTS, Object, OutletCommand, Syntax, Wiring};
use pdu_proto_snmp::server::{Absent, OwnedValue, SetError, Tree};
use pdu_proto_snmp::wire::{ErrorStatus, Oid, OidBuf, Value, VarBind};

fn at(seconds: u64) -> Instant {
    Instant::from_millis(5_000 + seconds * 1000)
}

fn name(base: Base, object: &str, instance: u32) -> OidBuf {
    let mut name = OidBuf::from(base.as_oid());
    for arc in Object::named(object).unwrap().arcs.iter().copied().chain([instance]) {
        name.push(arc).unwrap();
    }
    name
}

fn geist(object: &str, instance: u32) -> OidBuf {
    name(Base::GEIST, object, instance)
}

fn get(unit: &mut Series7, seconds: u64, object: &str, instance: u32) -> Result<OwnedValue, Absent> {
    let name = name(*unit.base(), object, instance);
    unit.get(at(seconds), name.as_oid()).map(OwnedValue::from)
}

fn number(unit: &mut Series7, seconds: u64, object: &str, instance: u32) -> u32 {
    match get(unit, seconds, object, instance).unwrap() {
        OwnedValue::Gauge32(number) => number,
        other => panic!("{object}: {other:?}"),
    }
}

fn set(unit: &mut Series7, seconds: u64, changes: &[(OidBuf, Value<'_>)]) -> Result<(), SetError> {
    let changes: Vec<_> = changes
        .iter()
        .map(|(name, value)| VarBind::new(name.as_oid(), *value))
        .collect();
    unit.reserve(at(seconds), &changes)?;
    unit.commit(at(seconds), &changes)
}

fn command(unit: &mut Series7, seconds: u64, outlet: u32, command: OutletCommand) {
    let status = geist("ctrlOutletStatus", outlet);
    set(unit, seconds, &[(status, Value::Gauge32(command.raw()))]).unwrap();
}

/// Everything that the tree has, in its order.
fn walk(unit: &mut Series7, seconds: u64) -> Vec<(OidBuf, OwnedValue)> {
    let mut all = Vec::new();
    let mut last = OidBuf::from(Oid::ZERO);
    loop {
        let mut next = OidBuf::new();
        let Some(value) = unit.next(at(seconds), last.as_oid(), &mut next).map(OwnedValue::from) else {
            return all;
        };
        assert!(next > last, "{next} after {last}");
        last = next.clone();
        all.push((next, value));
    }
}

#[test]
fn walk_meets_every_instance_with_the_value_and_type_that_the_mib_has() {
    for base in Base::KNOWN {
        for wiring in [Wiring::Wye, Wiring::Delta] {
            let mut unit = Series7::builder().seed(3).base(base).wiring(wiring).build();
            let all = walk(&mut unit, 0);
            assert!(all.len() > 250, "{}", all.len());
            for (name, value) in all {
                assert_eq!(
                    unit.get(at(0), name.as_oid()).map(OwnedValue::from),
                    Ok(value.clone()),
                    "{name}"
                );
                let Some((object, instance)) = Object::of(name.as_oid(), &base) else {
                    assert!(name.as_oid().starts_with(oid!(1, 3, 6, 1, 2, 1, 1)), "{name}");
                    continue;
                };
                assert!(instance.is_some());
                let is_of_type = match object.syntax {
                    Syntax::DisplayString => matches!(value, OwnedValue::OctetString(_)),
                    Syntax::Gauge32 => matches!(value, OwnedValue::Gauge32(_)),
                    Syntax::ObjectIdentifier => matches!(value, OwnedValue::ObjectIdentifier(_)),
                    _ => matches!(value, OwnedValue::Integer(_)),
                };
                assert!(is_of_type, "{}: {value:?}", object.name);
            }
        }
    }
}

#[test]
fn what_is_not_there_is_absent_as_the_standard_has_it() {
    let mut unit = Series7::new(3);
    assert_eq!(get(&mut unit, 0, "ctrlOutletStatus", 9), Err(Absent::Instance));
    assert_eq!(get(&mut unit, 0, "ctrl3ChDELTAVoltsAB", 1), Err(Absent::Instance));
    assert_eq!(
        unit.get(at(0), oid!(1, 3, 6, 1, 4, 1, 17373, 3, 1, 1, 0))
            .map(OwnedValue::from),
        Err(Absent::Object)
    );
}

#[test]
fn same_seed_gives_the_same_values_at_the_same_times() {
    let values = |seed| {
        let mut unit = Series7::new(seed);
        [0, 1, 600, 86_400].map(|seconds| walk(&mut unit, seconds))
    };
    assert_eq!(values(7), values(7));
    let [first, _, later, _] = values(7);
    assert_ne!(first, later, "it moves");
    assert_ne!(values(7), values(8));
}

#[test]
fn long_jump_counts_the_energy_of_many_small_steps() {
    let mut leaping = Series7::new(5);
    let mut creeping = Series7::new(5);
    let energy = |unit: &mut Series7, seconds| number(unit, seconds, "ctrl3ChIECkWattHrsTotal", 1);
    let start = energy(&mut leaping, 0);
    assert_eq!(energy(&mut creeping, 0), start);
    for unit in [&mut leaping, &mut creeping] {
        command(unit, 0, 3, OutletCommand::Off);
    }
    for seconds in (0..360_000).step_by(977) {
        let _ = energy(&mut creeping, seconds);
    }
    let end = energy(&mut leaping, 360_000);
    assert_eq!(energy(&mut creeping, 360_000), end);
    assert!(end > start + 40, "{start} {end}"); // seven loads for 100 hours
}

#[test]
fn outlet_that_is_off_draws_nothing() {
    let mut unit = Series7::new(3);
    command(&mut unit, 0, 2, OutletCommand::Off);
    assert_eq!(number(&mut unit, 1, "ctrlOutletPower", 2), 0);
    assert_eq!(number(&mut unit, 1, "ctrlOutletDeciAmps", 2), 0);
    let before = number(&mut unit, 1, "ctrlOutletkWattHrs", 2);
    assert_eq!(number(&mut unit, 3_600_000, "ctrlOutletkWattHrs", 2), before);
    assert_eq!(number(&mut unit, 3_600_000, "ctrlOutletStatusTime", 2), 3_600_000);
}

#[test]
fn delays_of_reboot_come_one_after_the_other() {
    let mut unit = Series7::new(3);
    let settings = [
        (geist("ctrlOutletRbtDelay", 2), Value::Gauge32(10)),
        (geist("ctrlOutletRbtDuration", 2), Value::Gauge32(20)),
    ];
    set(&mut unit, 0, &settings).unwrap();
    command(&mut unit, 0, 2, OutletCommand::RebootDelayed);
    assert_eq!(unit.poll_timeout(), Some(at(10)));
    for (seconds, state, pending) in [(9, 1, 0), (10, 0, 1), (29, 0, 1), (30, 1, 1)] {
        let found = ["ctrlOutletStatus", "ctrlOutletPending"].map(|object| number(&mut unit, seconds, object, 2));
        assert_eq!(found, [state, pending], "after {seconds} s");
    }
    assert_eq!(unit.poll_timeout(), None);
}

#[test]
fn outlets_act_although_nobody_asks_and_in_their_order() {
    let mut unit = Series7::new(3);
    set(&mut unit, 0, &[(geist("ctrlOutletDwnDelay", 1), Value::Gauge32(30))]).unwrap();
    command(&mut unit, 0, 1, OutletCommand::OffDelayed);
    command(&mut unit, 0, 2, OutletCommand::Reboot);
    unit.handle_timeout(at(1000));
    assert_eq!((unit.outlet(1), unit.outlet(2)), (PowerState::Off, PowerState::On));
    assert_eq!(number(&mut unit, 1000, "ctrlOutletStatusTime", 1), 970);
    assert_eq!(number(&mut unit, 1000, "ctrlOutletStatusTime", 2), 995);
    assert_eq!(unit.outlet(9), PowerState::Unknown);
}

#[test]
fn new_command_takes_the_place_of_what_is_pending_and_0_only_drops_it() {
    let mut unit = Series7::new(3);
    set(&mut unit, 0, &[(geist("ctrlOutletDwnDelay", 1), Value::Gauge32(30))]).unwrap();
    command(&mut unit, 0, 1, OutletCommand::OffDelayed);
    command(&mut unit, 10, 1, OutletCommand::On);
    unit.handle_timeout(at(100));
    assert_eq!(unit.outlet(1), PowerState::On);
    command(&mut unit, 100, 1, OutletCommand::CancelPending);
    assert_eq!(unit.outlet(1), PowerState::On, "0 as a command does not switch off");
}

#[test]
fn writes_are_refused_in_the_words_of_the_standard() {
    let outlet = |object: &str| geist(object, 1);
    let long = [b'x'; 256];
    let temperature = geist("tempSensorTempC", 1);
    let cases = [
        (outlet("ctrlOutletStatus"), Value::Integer(1), ErrorStatus::WRONG_TYPE),
        (outlet("ctrlOutletStatus"), Value::Gauge32(8), ErrorStatus::WRONG_VALUE),
        (
            outlet("ctrlOutletName"),
            Value::OctetString(&long),
            ErrorStatus::WRONG_LENGTH,
        ),
        (outlet("ctrlOutletName"), Value::Gauge32(1), ErrorStatus::WRONG_TYPE),
        (
            outlet("ctrlOutletPOAAction"),
            Value::Gauge32(4),
            ErrorStatus::WRONG_VALUE,
        ),
        (
            outlet("ctrlOutletFeedback"),
            Value::Gauge32(1),
            ErrorStatus::NOT_WRITABLE,
        ),
        (
            geist("ctrlOutletStatus", 9),
            Value::Gauge32(1),
            ErrorStatus::NO_CREATION,
        ),
        (
            geist("productTitle", 0),
            Value::OctetString(b"x"),
            ErrorStatus::NOT_WRITABLE,
        ),
        (
            geist("temperaturePrecision", 0),
            Value::Integer(2),
            ErrorStatus::WRONG_VALUE,
        ),
        (
            geist("alarmCfgThreshold", 1),
            Value::Integer(1),
            ErrorStatus::NO_CREATION,
        ),
        (
            geist("alarmCfgReadingID", 201),
            Value::ObjectIdentifier(temperature.as_oid()),
            ErrorStatus::NOT_WRITABLE,
        ),
        (
            geist("alarmCfgReadingID", 1),
            Value::ObjectIdentifier(oid!(1, 3)),
            ErrorStatus::WRONG_VALUE,
        ),
        (
            geist("alarmCfgReadingID", 1),
            Value::Integer(1),
            ErrorStatus::WRONG_TYPE,
        ),
    ];
    for (name, value, status) in cases {
        let mut unit = Series7::new(3);
        let before = walk(&mut unit, 0);
        assert_eq!(
            set(&mut unit, 0, &[(name.clone(), value)]),
            Err(SetError::new(0, status)),
            "{name}"
        );
        assert_eq!(walk(&mut unit, 0), before);
    }
}

#[test]
fn set_is_all_or_nothing_and_may_fill_the_row_that_it_creates() {
    let mut unit = Series7::new(3);
    let temperature = geist("tempSensorTempC", 1);
    let row = |trip| {
        [
            (
                geist("alarmCfgReadingID", 4),
                Value::ObjectIdentifier(temperature.as_oid()),
            ),
            (geist("alarmCfgThreshold", 4), Value::Integer(300)),
            (geist("alarmCfgTripSelect", 4), Value::Integer(trip)),
        ]
    };
    assert_eq!(
        set(&mut unit, 0, &row(2)),
        Err(SetError::new(2, ErrorStatus::WRONG_VALUE))
    );
    assert_eq!(get(&mut unit, 0, "alarmCfgReadingID", 4), Err(Absent::Instance));
    set(&mut unit, 0, &row(1)).unwrap();
    assert_eq!(get(&mut unit, 0, "alarmCfgThreshold", 4), Ok(OwnedValue::Integer(300)));
    set(
        &mut unit,
        0,
        &[(geist("alarmCfgReadingID", 4), Value::ObjectIdentifier(Oid::ZERO))],
    )
    .unwrap();
    assert_eq!(get(&mut unit, 0, "alarmCfgThreshold", 4), Err(Absent::Instance));
}

#[test]
fn temperature_precision_is_written_and_changes_what_is_read() {
    let mut unit = Series7::new(3);
    unit.set_sensor(4, 1, 5, 237);
    assert_eq!(get(&mut unit, 0, "tempSensorTempC", 1), Ok(OwnedValue::Integer(237)));
    assert_eq!(get(&mut unit, 0, "tempSensorTempF", 1), Ok(OwnedValue::Integer(746)));
    set(&mut unit, 0, &[(geist("temperaturePrecision", 0), Value::Integer(0))]).unwrap();
    assert_eq!(get(&mut unit, 0, "tempSensorTempC", 1), Ok(OwnedValue::Integer(23)));
}

#[test]
fn rules_are_compared_each_second() {
    let mut unit = Series7::new(3);
    assert_eq!(unit.poll_timeout(), None, "nobody has asked yet");
    let _ = get(&mut unit, 0, "productTitle", 0);
    assert_eq!(unit.poll_timeout(), None, "there is nothing to do");
    unit.set_load(
        1,
        Load::Fixed {
            watts: 100,
            volt_amperes: 100,
        },
    );
    let power = geist("ctrlOutletPower", 1);
    set(
        &mut unit,
        0,
        &[(geist("alarmCfgReadingID", 1), Value::ObjectIdentifier(power.as_oid()))],
    )
    .unwrap();
    assert_eq!(unit.poll_timeout(), Some(at(1)));
    unit.handle_timeout(at(1));
    assert_eq!(unit.poll_timeout(), Some(at(2)));
    assert_eq!(unit.poll_notification(), None);
}

#[test]
fn writable_objects_of_the_mib_are_the_ones_that_the_unit_lets_be_written() {
    let writable: Vec<_> = OBJECTS
        .iter()
        .filter(|object| object.access == Access::ReadWrite && object.kind != Kind::Node)
        .map(|object| object.name)
        .filter(|name| !name.contains("Relay"))
        .collect();
    let known = [
        "temperaturePrecision",
        "ctrlOutletName",
        "ctrlOutletStatus",
        "ctrlOutletPending",
        "ctrlOutletUpDelay",
        "ctrlOutletDwnDelay",
        "ctrlOutletRbtDuration",
        "ctrlOutletURL",
        "ctrlOutletPOAAction",
        "ctrlOutletPOADelay",
        "ctrlOutletRbtDelay",
        "alarmCfgReadingID",
        "alarmCfgThreshold",
        "alarmCfgTripSelect",
    ];
    assert_eq!(writable, known);
}
