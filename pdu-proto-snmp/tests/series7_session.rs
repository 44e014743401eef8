//! The device session against a simulated unit, command by command.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod series7_support;

use std::time::Duration;

use pdu_core::testing::{Faults, Harness, Medium, SolePeer};
use pdu_core::{
    Action, AlarmRule, Answer, Capability, Command, Component, Contact, ContactKind, Decimal, Delay, Event, Line,
    OutletSettings, Path, Point, PowerRestorePolicy, PowerState, Quality, Quantity, Settings, Snapshot, Statistic,
    Target, Trip, Update, Value,
};
use pdu_proto_snmp::client;
use pdu_proto_snmp::series7::simulator::{Counts, Load, Metering, Series7};
use pdu_proto_snmp::series7::{Base, CAPABILITIES, ContactMeaning, MEASURES, Object, Options, Precision, Wiring};
use pdu_proto_snmp::server::{Access, OwnedValue};
use pdu_proto_snmp::usm::{AuthProtocol, PrivProtocol, User};
use pdu_proto_snmp::wire::Operation;

use series7_support::{Link, address, call, device, link, link_with, requests, snapshot, switch, v2c, writes};

const DEVICE: &str = "1.3.6.1.4.1.21239.2";

fn value(snapshot: &Snapshot, point: Point, quantity: Quantity) -> (String, Quality) {
    let reading = snapshot.reading(point, quantity).unwrap();
    let shown = reading
        .value
        .map_or_else(|| "none".into(), |value: Value| value.to_string());
    (shown, reading.quality)
}

fn good(number: &str) -> (String, Quality) {
    (number.into(), Quality::Good)
}

fn fixed(watts: u32, volt_amperes: u32) -> Load {
    Load::Fixed { watts, volt_amperes }
}

// --- Snapshot and identity ----------------------------------------------------------------------------------------------

#[test]
fn snapshot_tells_lines_outlets_groups_and_sensors() {
    let mut unit = Series7::builder().seed(3).build();
    for outlet in 1..=8 {
        unit.set_load(outlet, fixed(230, 300));
    }
    let found = snapshot(&mut link(unit));
    let l1 = Point::inlet(1).on(Line::L1); // outlets 1, 4 and 7
    assert_eq!(value(&found, l1, Quantity::ActivePower), good("690"));
    assert_eq!(value(&found, l1, Quantity::ApparentPower), good("900"));
    assert_eq!(value(&found, l1, Quantity::PowerFactor), good("0.76"));
    assert_eq!(
        value(&found, Point::inlet(1).on(Line::Total), Quantity::ActivePower),
        good("1840")
    );
    assert_eq!(value(&found, Point::outlet(8), Quantity::ActivePower), good("230"));
    let (current, _) = value(&found, Point::outlet(8), Quantity::Current);
    assert_eq!(current, "1.3");
    assert!(
        found
            .reading(Point::new(Component::OutletGroup, 2), Quantity::Current)
            .is_some()
    );
    assert!(
        found
            .reading(Point::new(Component::OutletGroup, 3), Quantity::Current)
            .is_none()
    );

    assert_eq!(found.outlets.len(), 8);
    let first = &found.outlets[0];
    assert_eq!((first.number, first.name.as_deref()), (1, Some("Outlet 1")));
    assert_eq!((first.state, first.pending), (PowerState::On, None));

    let (temperature, quality) = value(&found, Point::sensor(1), Quantity::Temperature);
    assert_eq!(quality, Quality::Good);
    assert!(
        temperature.starts_with('2') && temperature.contains('.'),
        "{temperature}"
    );
    let identity = &found.identities[0];
    assert_eq!(identity.model.as_deref(), Some("Simulated 7W (pdu-proto-snmp)"));
    assert_eq!(identity.name.as_deref(), Some("simulated unit"));
    assert_eq!(identity.serial.as_deref(), Some("7SIM0001"));
    assert_eq!(identity.firmware.as_deref(), Some("3.12.7-simulated"));
    assert_eq!(identity.mac.as_deref(), Some("02:00:00:00:00:07"));
}

#[test]
fn delta_unit_tells_line_currents_and_pairs() {
    let unit = Series7::builder().seed(3).wiring(Wiring::Delta).build();
    let found = snapshot(&mut link(unit));
    for line in [Line::L1, Line::L2, Line::L3] {
        let point = Point::inlet(1).on(line);
        assert!(found.reading(point, Quantity::Current).is_some());
        assert!(found.reading(point, Quantity::Voltage).is_none());
    }
    for pair in [Line::L1L2, Line::L2L3, Line::L3L1] {
        let point = Point::inlet(1).on(pair);
        assert!(found.reading(point, Quantity::Current).is_none());
        assert_eq!(value(&found, point, Quantity::Voltage).1, Quality::Good);
        let peak = found.readings.iter().find(|reading| {
            (reading.point, reading.quantity, reading.statistic) == (point, Quantity::Voltage, Statistic::Max)
        });
        assert!(peak.is_some());
    }
    assert!(
        found
            .reading(Point::inlet(1).on(Line::Total), Quantity::ActiveEnergy)
            .is_some()
    );
}

#[test]
fn every_sensor_has_a_place_and_readings_come_in_table_order() {
    let found = snapshot(&mut link(Series7::new(3)));
    let sensors: Vec<_> = found
        .readings
        .iter()
        .filter(|reading| reading.point.component == Component::Sensor)
        .map(|reading| reading.point.number)
        .collect();
    // 4: 1 and 2, 5: 3, 7: 4, 8: 5, 9: 6, 17: 7, 18: 8, 21: 9, 24: 10, 31: 11 to 13, 32: 14.
    let mut numbers = sensors.clone();
    numbers.dedup();
    assert_eq!(numbers, (1..=14).collect::<Vec<_>>());
    assert_eq!(value(&found, Point::sensor(6), Quantity::Current).1, Quality::Good);
    assert_eq!(value(&found, Point::sensor(7), Quantity::DewPoint).1, Quality::Good);
    assert_eq!(value(&found, Point::sensor(12), Quantity::Temperature).1, Quality::Good);
    assert_eq!(
        value(&found, Point::sensor(13), Quantity::Temperature),
        ("none".into(), Quality::Unavailable)
    );
}

#[test]
fn sensor_that_is_unplugged_is_unavailable_and_not_zero() {
    let mut unit = Series7::new(3);
    unit.unplug(4, 2);
    unit.unplug(7, 1);
    let found = snapshot(&mut link(unit));
    assert_eq!(value(&found, Point::sensor(1), Quantity::Temperature).1, Quality::Good);
    assert_eq!(
        value(&found, Point::sensor(2), Quantity::Temperature),
        ("none".into(), Quality::Unavailable)
    );
    assert_eq!(
        value(&found, Point::sensor(4), Quantity::InputLevel),
        ("none".into(), Quality::Unavailable)
    );
}

#[test]
fn contacts_are_unknown_with_their_number_unless_options_name_the_meaning() {
    let unit = Series7::new(3);
    let found = snapshot(&mut link(unit.clone()));
    let state = |found: &Snapshot, kind| {
        let contact = found.contacts.iter().find(|contact| contact.kind == kind).unwrap();
        (contact.point.number, contact.state)
    };
    for kind in [ContactKind::Door, ContactKind::Water, ContactKind::Smoke] {
        assert_eq!(state(&found, kind), (1, Contact::Unknown));
    }
    assert_eq!(value(&found, Point::sensor(4), Quantity::InputLevel), good("99"));
    let closed_from_50 = ContactMeaning {
        from: 50,
        at_or_above: Contact::Closed,
        below: Contact::Open,
    };
    let options = Options::default().with_contact(ContactKind::Door, closed_from_50);
    let mut told = link_with(unit.clone(), v2c(), options.clone());
    let found = snapshot(&mut told);
    assert_eq!(state(&found, ContactKind::Door), (1, Contact::Closed));
    assert_eq!(state(&found, ContactKind::Smoke), (1, Contact::Unknown));
    told.server_mut().hub_mut().tree_mut().set_sensor(7, 1, 5, 0);
    assert_eq!(state(&snapshot(&mut told), ContactKind::Door), (1, Contact::Open));
    told.server_mut().hub_mut().tree_mut().unplug(7, 1);
    assert_eq!(state(&snapshot(&mut told), ContactKind::Door), (1, Contact::Unknown));
}

#[test]
fn temperatures_count_as_the_unit_says() {
    let read = |precision, options| {
        let mut unit = Series7::builder().precision(precision).build();
        unit.set_sensor(4, 1, 5, 237);
        value(
            &snapshot(&mut link_with(unit, v2c(), options)),
            Point::sensor(1),
            Quantity::Temperature,
        )
    };
    assert_eq!(read(Precision::Tenth, Options::default()), good("23.7"));
    assert_eq!(read(Precision::Degree, Options::default()), good("23"));
    assert_eq!(
        read(Precision::Degree, Options::default().with_precision(Precision::Tenth)),
        good("2.3")
    );
}

#[test]
fn temperature_of_a_unit_that_does_not_tell_its_precision_is_suspect() {
    let mut unit = Series7::new(3);
    unit.set_sensor(4, 1, 5, 23);
    let precision = Object::named("temperaturePrecision").unwrap();
    unit.answer_with(precision, 0, Some(OwnedValue::NoSuchInstance));
    let found = snapshot(&mut link(unit));
    assert_eq!(
        value(&found, Point::sensor(1), Quantity::Temperature),
        ("23".into(), Quality::Suspect)
    );
}

#[test]
fn power_factor_without_load_is_suspect() {
    let mut unit = Series7::builder().outlets(2).build();
    unit.set_load(1, fixed(100, 100));
    unit.set_load(2, fixed(0, 0));
    let found = snapshot(&mut link(unit));
    let factor = |line| value(&found, Point::inlet(1).on(line), Quantity::PowerFactor);
    assert_eq!(factor(Line::L1), good("1.00"));
    assert_eq!(factor(Line::L2), ("0.00".into(), Quality::Suspect));
}

#[test]
fn outlets_that_are_not_metered_have_no_readings() {
    let unit = Series7::builder().metering(Metering::Lines).build();
    let found = snapshot(&mut link(unit));
    assert_eq!(found.outlets.len(), 8);
    assert!(
        found
            .readings
            .iter()
            .all(|reading| reading.point.component != Component::Outlet)
    );
}

#[test]
fn reading_of_another_type_or_out_of_bounds_is_no_good_reading() {
    let mut unit = Series7::new(3);
    let humidity = Object::named("thdSensorHumidity").unwrap();
    unit.answer_with(humidity, 1, Some(OwnedValue::Integer(101)));
    let volts = Object::named("ctrl3ChIECVoltsA").unwrap();
    unit.answer_with(volts, 1, Some(OwnedValue::from("230")));
    let watts = Object::named("ctrl3ChIECRealPowerA").unwrap();
    unit.answer_with(watts, 1, Some(OwnedValue::Integer(77))); // another type of number is no matter
    let amperes = Object::named("ctrlOutletDeciAmps").unwrap();
    unit.answer_with(amperes, 2, Some(OwnedValue::from("1.3"))); // measured, unlike what the unit has no instance of
    let found = snapshot(&mut link(unit));
    let l1 = Point::inlet(1).on(Line::L1);
    assert_eq!(
        value(&found, Point::sensor(14), Quantity::RelativeHumidity),
        ("101".into(), Quality::Suspect)
    );
    assert_eq!(
        value(&found, l1, Quantity::Voltage),
        ("none".into(), Quality::Unavailable)
    );
    assert_eq!(value(&found, l1, Quantity::ActivePower), good("77"));
    assert_eq!(
        value(&found, Point::outlet(2), Quantity::Current),
        ("none".into(), Quality::Unavailable)
    );
}

#[test]
fn unit_that_does_not_count_its_rows_is_walked() {
    let told = snapshot(&mut link(Series7::builder().seed(5).build()));
    let walked = snapshot(&mut link(Series7::builder().seed(5).counts(Counts::Missing).build()));
    assert_eq!(told, walked);
    let over_v1 = link_with(
        Series7::builder().seed(5).counts(Counts::Missing).build(),
        client::Target::v1(address(), b"private"),
        Options::default(),
    );
    assert_eq!(snapshot(&mut { over_v1 }), told);
}

#[test]
fn v1_reads_the_same_although_one_missing_name_fails_a_request() {
    let unit = || Series7::builder().seed(5).metering(Metering::Lines).build();
    let over_v1 = link_with(unit(), client::Target::v1(address(), b"private"), Options::default());
    assert_eq!(snapshot(&mut { over_v1 }), snapshot(&mut link(unit())));
}

#[test]
fn only_exact_instances_are_asked_for_where_the_unit_counts() {
    let mut link = link(Series7::new(3));
    let _ = snapshot(&mut link);
    let all = requests(&link, pdu_core::Instant::EPOCH);
    assert!(all.iter().all(|(operation, _)| *operation == Operation::GET));
    assert!(all.iter().all(|(_, names)| names.len() <= 24));
    assert_eq!(all[0].1[0], format!("{DEVICE}.1.1.0 = Null"), "the title comes first");
}

#[test]
fn options_limit_what_is_asked() {
    let unit = Series7::builder().outlets(8).build();
    let options = Options::default()
        .with_outlets(3)
        .with_wiring(Wiring::Delta)
        .with_batch(5);
    let mut link = link_with(unit, v2c(), options);
    let found = snapshot(&mut link);
    assert_eq!(found.outlets.len(), 3);
    assert!(
        found
            .readings
            .iter()
            .all(|reading| reading.point.component != Component::Inlet)
    );
    assert!(
        requests(&link, pdu_core::Instant::EPOCH)
            .iter()
            .all(|(_, names)| names.len() <= 5)
    );
}

#[test]
fn capabilities_are_told_without_a_byte() {
    let mut link = link(Series7::new(3));
    assert_eq!(
        call(&mut link, Command::Capabilities),
        Ok(Answer::Capabilities(CAPABILITIES))
    );
    assert!(link.sent().is_empty());
    assert!(CAPABILITIES.has(Capability::SetAlarmRules) && !CAPABILITIES.has(Capability::Thresholds));
}

// --- The base -----------------------------------------------------------------------------------------------------------

#[test]
fn twin_base_reads_and_switches_the_same() {
    let unit = |base| Series7::builder().seed(5).base(base).build();
    let twin = || link_with(unit(Base::TWIN), v2c(), Options::default().with_base(Base::TWIN));
    assert_eq!(snapshot(&mut twin()), snapshot(&mut link(unit(Base::GEIST))));
    let mut link = twin();
    assert_eq!(
        call(&mut link, switch(2, Action::Off, Delay::None)),
        Ok(Answer::Confirmed)
    );
    assert_eq!(link.server().hub().tree().outlet(2), PowerState::Off);
}

#[test]
fn wrong_base_is_an_error_before_anything_is_written() {
    let other: Base = "1.3.6.1.4.1.99999.1".parse().unwrap();
    for command in [
        Command::Snapshot,
        Command::Identity,
        Command::Settings,
        Command::AlarmRules,
        switch(1, Action::Off, Delay::None),
        Command::SetAlarmRules(Vec::new()),
    ] {
        let mut link = link_with(Series7::new(3), v2c(), Options::default().with_base(other));
        let error = call(&mut link, command).unwrap_err();
        assert_eq!(
            error,
            "mismatch, not applied: no such unit of the 7-series below 1.3.6.1.4.1.99999.1: productTitle is missing"
        );
        assert!(writes(&link, pdu_core::Instant::EPOCH).is_empty());
    }
}

#[test]
fn title_of_another_makers_unit_is_a_wrong_base() {
    let options = Options::default().with_title("WeatherGoose");
    let mut link = link_with(Series7::new(3), v2c(), options);
    let error = call(&mut link, Command::Snapshot).unwrap_err();
    assert!(
        error.ends_with(r#"productTitle is "Simulated 7W (pdu-proto-snmp)""#),
        "{error}"
    );
}

#[test]
fn base_is_tried_again_behind_another_link() {
    let mut link = link(Series7::new(3));
    assert_eq!(
        call(&mut link, switch(2, Action::Off, Delay::None)),
        Ok(Answer::Confirmed)
    );
    link.cut();
    let title = Object::named("productTitle").unwrap();
    link.server_mut()
        .hub_mut()
        .tree_mut()
        .answer_with(title, 0, Some(OwnedValue::NoSuchObject));
    let since = link.now();
    let error = call(&mut link, switch(2, Action::On, Delay::None)).unwrap_err();
    assert!(error.starts_with("mismatch, not applied"), "{error}");
    assert!(writes(&link, since).is_empty());
}

// --- Switching ----------------------------------------------------------------------------------------------------------

#[test]
fn each_action_is_its_number_as_a_gauge() {
    use Action::{CancelPending, Cycle, Off, On, ResetEnergy};
    let numbers = [
        (CancelPending, Delay::None, 0),
        (On, Delay::None, 1),
        (On, Delay::Configured, 2),
        (Off, Delay::None, 3),
        (Off, Delay::Configured, 4),
        (Cycle, Delay::None, 5),
        (Cycle, Delay::Configured, 6),
        (ResetEnergy, Delay::None, 7),
    ];
    for (action, delay, number) in numbers {
        let mut link = link(Series7::new(3));
        call(&mut link, switch(4, action, delay)).unwrap();
        let written = format!("{DEVICE}.16.1.3.4 = Gauge32({number})");
        assert_eq!(writes(&link, pdu_core::Instant::EPOCH), [[written]]);
    }
}

#[test]
fn switching_at_once_is_confirmed_by_what_is_read_back() {
    let mut link = link(Series7::new(3));
    for (action, state) in [(Action::Off, PowerState::Off), (Action::On, PowerState::On)] {
        assert_eq!(call(&mut link, switch(5, action, Delay::None)), Ok(Answer::Confirmed));
        assert_eq!(link.server().hub().tree().outlet(5), state);
    }
}

#[test]
fn delayed_switching_is_accepted_and_shows_what_is_pending() {
    let mut link = link(Series7::new(3));
    let settings = OutletSettings {
        off_delay: Some(30),
        ..OutletSettings::of(2)
    };
    let set = Command::SetSettings(Settings::from(vec![settings]).into());
    assert_eq!(call(&mut link, set), Ok(Answer::Confirmed));
    assert_eq!(
        call(&mut link, switch(2, Action::Off, Delay::Configured)),
        Ok(Answer::Accepted)
    );
    let outlet = |link: &mut Link| snapshot(link).outlets[1].clone();
    let shown = outlet(&mut link);
    assert_eq!((shown.state, shown.pending), (PowerState::On, Some(Action::Off)));
    link.run_for(Duration::from_secs(31)).unwrap();
    let shown = outlet(&mut link);
    assert_eq!((shown.state, shown.pending), (PowerState::Off, None));
}

#[test]
fn cancel_drops_what_is_pending_and_switches_nothing() {
    let mut link = link(Series7::new(3));
    let settings = OutletSettings {
        off_delay: Some(30),
        ..OutletSettings::of(2)
    };
    let set = Command::SetSettings(Settings::from(vec![settings]).into());
    call(&mut link, set).unwrap();
    call(&mut link, switch(2, Action::Off, Delay::Configured)).unwrap();
    assert_eq!(
        call(&mut link, switch(2, Action::CancelPending, Delay::None)),
        Ok(Answer::Accepted)
    );
    link.run_for(Duration::from_secs(60)).unwrap();
    assert_eq!(link.server().hub().tree().outlet(2), PowerState::On);
}

#[test]
fn cycle_goes_off_and_comes_back_after_the_duration() {
    let mut link = link(Series7::new(3));
    assert_eq!(
        call(&mut link, switch(2, Action::Cycle, Delay::None)),
        Ok(Answer::Accepted)
    );
    let shown = snapshot(&mut link).outlets[1].clone();
    assert_eq!((shown.state, shown.pending), (PowerState::Off, Some(Action::On)));
    link.run_for(Duration::from_secs(5)).unwrap();
    assert_eq!(snapshot(&mut link).outlets[1].state, PowerState::On);
}

#[test]
fn change_of_an_outlet_is_told_once() {
    let mut link = link(Series7::new(3));
    let _ = snapshot(&mut link);
    call(&mut link, switch(2, Action::Off, Delay::None)).unwrap();
    let _ = snapshot(&mut link);
    let updates: Vec<_> = link
        .events()
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::Notice(Update::Outlet(outlet)) => Some((outlet.number, outlet.state)),
            _ => None,
        })
        .collect();
    assert_eq!(updates, [(2, PowerState::Off)]);
}

#[test]
fn energy_of_an_outlet_is_reset_and_read_back() {
    let mut link = link(Series7::new(3));
    let energy = |link: &mut Link| value(&snapshot(link), Point::outlet(3), Quantity::ActiveEnergy).0;
    assert_ne!(energy(&mut link), "0000");
    assert_eq!(
        call(&mut link, Command::ResetEnergy(Point::outlet(3))),
        Ok(Answer::Confirmed)
    );
    let reset = snapshot(&mut link);
    let Some(Value::Count(count)) = reset.reading(Point::outlet(3), Quantity::ActiveEnergy).unwrap().value else {
        panic!("a count");
    };
    assert_eq!((count.value(), count.exponent(), count.bits()), (0, 3, 32));
    let error = call(&mut link, Command::ResetEnergy(Point::inlet(1).on(Line::L1))).unwrap_err();
    assert!(error.starts_with("unsupported, not applied"), "{error}");
}

#[test]
fn all_outlets_are_switched_one_by_one() {
    let mut link = link(Series7::new(3));
    let all = Command::Switch {
        target: Target::All,
        action: Action::Off,
        delay: Delay::None,
    };
    assert_eq!(call(&mut link, all.clone()), Ok(Answer::Confirmed));
    let expected: Vec<_> = (1..=8)
        .map(|outlet| [format!("{DEVICE}.16.1.3.{outlet} = Gauge32(3)")])
        .collect();
    assert_eq!(writes(&link, pdu_core::Instant::EPOCH), expected);
    let mut without = series7_support::link(Series7::builder().outlets(0).build());
    let error = call(&mut without, all).unwrap_err();
    assert_eq!(error, "unsupported, not applied: the unit has no outlets");
}

#[test]
fn all_outlets_break_off_where_one_fails_and_say_how_far_they_came() {
    let mut unit = Series7::new(3);
    let status = Object::named("ctrlOutletStatus").unwrap();
    unit.answer_with(status, 4, Some(OwnedValue::NoSuchInstance));
    let mut link = link_with(unit, v2c(), Options::default().with_outlets(9)); // one more than there is
    let all = Command::Switch {
        target: Target::All,
        action: Action::Off,
        delay: Delay::None,
    };
    let error = call(&mut link, all).unwrap_err();
    assert!(
        error.starts_with("unsupported, unknown: 8 of 9 writes done, then at outlet 9: agent answered"),
        "{error}"
    );
}

#[test]
fn what_the_unit_cannot_do_is_refused_before_a_byte_is_sent() {
    let exact = Delay::Exact(Duration::from_secs(10));
    let group = Command::Switch {
        target: Target::Group(1),
        action: Action::On,
        delay: Delay::None,
    };
    for (command, kind) in [
        (switch(1, Action::Off, exact), "unsupported"),
        (switch(1, Action::CancelPending, Delay::Configured), "unsupported"),
        (switch(0, Action::Off, Delay::None), "invalid argument"),
        (switch(101, Action::Off, Delay::None), "invalid argument"),
        (group, "unsupported"),
        (Command::Thresholds, "unsupported"),
        (Command::Clock, "unsupported"),
        (Command::Schedule, "unsupported"),
        (Command::Restart(pdu_core::Restart::Controller), "unsupported"),
    ] {
        let mut link = link(Series7::new(3));
        let error = call(&mut link, command).unwrap_err();
        assert!(error.starts_with(&format!("{kind}, not applied")), "{error}");
        assert!(link.sent().is_empty());
    }
}

#[test]
fn outlet_that_the_unit_does_not_have_is_refused() {
    let mut link = link(Series7::new(3));
    let error = call(&mut link, switch(9, Action::Off, Delay::None)).unwrap_err();
    assert!(error.starts_with("unsupported, not applied: agent answered"), "{error}");
    let _ = snapshot(&mut link);
    let since = link.now();
    let error = call(&mut link, switch(9, Action::Off, Delay::None)).unwrap_err();
    assert_eq!(error, "invalid argument, not applied: outlet 9 of a unit that has 8");
    assert!(writes(&link, since).is_empty());
}

#[test]
fn community_that_may_only_read_is_denied() {
    let target = client::Target::v2c(address(), b"public");
    let mut link = link_with(Series7::new(3), target, Options::default());
    let error = call(&mut link, switch(1, Action::Off, Delay::None)).unwrap_err();
    assert!(error.starts_with("denied, not applied"), "{error}");
    assert_eq!(link.server().hub().tree().outlet(1), PowerState::On);
}

// --- Settings -----------------------------------------------------------------------------------------------------------

fn settings_of(link: &mut Link) -> Vec<OutletSettings> {
    match call(link, Command::Settings) {
        Ok(Answer::Settings(settings)) => settings.outlets,
        other => panic!("settings: {other:?}"),
    }
}

#[test]
fn settings_start_as_the_simulator_says() {
    let settings = settings_of(&mut link(Series7::new(3)));
    let expected = OutletSettings {
        name: Some("Outlet 3".into()),
        url: Some(String::new()),
        on_delay: Some(0),
        off_delay: Some(0),
        cycle_delay: Some(0),
        cycle_duration: Some(5),
        restore_policy: Some(PowerRestorePolicy::AlwaysOn),
        restore_delay: Some(0),
        ..OutletSettings::of(3)
    };
    assert_eq!((settings.len(), &settings[2]), (8, &expected));
}

#[test]
fn only_what_differs_is_written_and_all_is_read_back() {
    let mut link = link(Series7::new(3));
    let wanted = OutletSettings {
        name: Some("amplifier".into()),
        url: Some("http://192.0.2.9".into()),
        on_delay: Some(0),
        cycle_delay: Some(7),
        cycle_duration: Some(12),
        restore_policy: Some(PowerRestorePolicy::LastState),
        restore_delay: Some(3),
        ..OutletSettings::of(3)
    };
    let set = |outlet: &OutletSettings| Command::SetSettings(Settings::from(vec![outlet.clone()]).into());
    assert_eq!(call(&mut link, set(&wanted)), Ok(Answer::Confirmed));
    let written = writes(&link, pdu_core::Instant::EPOCH);
    let columns: Vec<_> = written[0]
        .iter()
        .map(|words| words.split(" = ").next().unwrap())
        .collect();
    let expected = [2, 10, 11, 12, 13, 16].map(|column| format!("{DEVICE}.16.1.{column}.3"));
    assert_eq!(
        (written.len(), columns),
        (1, expected.iter().map(String::as_str).collect())
    );
    let found = &settings_of(&mut link)[2];
    let all = OutletSettings {
        off_delay: Some(0),
        ..wanted.clone()
    };
    assert_eq!(found, &all);
    let since = link.now();
    assert_eq!(call(&mut link, set(&wanted)), Ok(Answer::Confirmed));
    assert!(writes(&link, since).is_empty());
}

#[test]
fn settings_that_may_not_be_are_refused_before_a_byte_is_sent() {
    let outlet = OutletSettings::of;
    let long = "x".repeat(256);
    for (outlets, kind) in [
        (
            vec![OutletSettings {
                name: Some(long),
                ..outlet(1)
            }],
            "invalid argument",
        ),
        (
            vec![OutletSettings {
                name: Some("\u{e9}".into()),
                ..outlet(1)
            }],
            "invalid argument",
        ),
        (
            vec![OutletSettings {
                url: Some("a\nb".into()),
                ..outlet(1)
            }],
            "invalid argument",
        ),
        (vec![outlet(1), outlet(1)], "invalid argument"),
        (vec![outlet(0)], "invalid argument"),
        (vec![OutletSettings { unit: 1, ..outlet(1) }], "invalid argument"),
        (
            vec![OutletSettings {
                delay: Some(1),
                ..outlet(1)
            }],
            "unsupported",
        ),
        (
            vec![OutletSettings {
                kind: Some(pdu_core::OutletKind::Normal),
                ..outlet(1)
            }],
            "unsupported",
        ),
    ] {
        let mut link = link(Series7::new(3));
        let error = call(&mut link, Command::SetSettings(Settings::from(outlets).into())).unwrap_err();
        assert!(error.starts_with(&format!("{kind}, not applied")), "{error}");
        assert!(link.sent().is_empty());
    }
}

#[test]
fn power_on_action_that_the_unit_does_not_support_is_not_written() {
    let mut unit = Series7::new(3);
    let policy = Object::named("ctrlOutletPOAAction").unwrap();
    unit.answer_with(policy, 3, Some(OwnedValue::Gauge32(0)));
    let mut link = link(unit);
    assert_eq!(settings_of(&mut link)[2].restore_policy, None);
    let wanted = OutletSettings {
        restore_policy: Some(PowerRestorePolicy::AlwaysOff),
        ..OutletSettings::of(3)
    };
    let outlets = vec![wanted];
    let error = call(&mut link, Command::SetSettings(Settings::from(outlets).into())).unwrap_err();
    assert_eq!(
        error,
        "unsupported, not applied: the unit does not store ctrlOutletPOAAction.3"
    );
    assert!(writes(&link, pdu_core::Instant::EPOCH).is_empty());
}

#[test]
fn setting_that_does_not_stick_is_not_confirmed() {
    let mut unit = Series7::new(3);
    let delay = Object::named("ctrlOutletUpDelay").unwrap();
    unit.answer_with(delay, 3, Some(OwnedValue::Gauge32(4)));
    let mut link = link(unit);
    let wanted = OutletSettings {
        on_delay: Some(9),
        ..OutletSettings::of(3)
    };
    let outlets = vec![wanted];
    let error = call(&mut link, Command::SetSettings(Settings::from(outlets).into())).unwrap_err();
    assert_eq!(
        error,
        "not confirmed, unknown: ctrlOutletUpDelay.3 reads 4 after 9 was written"
    );
}

// --- Alarm rules --------------------------------------------------------------------------------------------------------

fn rule(number: u16, point: Point, quantity: Quantity, trip: Trip, threshold: &str) -> AlarmRule {
    AlarmRule {
        number,
        point: Some(point),
        quantity: Some(quantity),
        object: None,
        trip,
        threshold: threshold.parse().unwrap(),
    }
}

fn named(number: u16, object: &str, threshold: &str) -> AlarmRule {
    AlarmRule {
        number,
        point: None,
        quantity: None,
        object: Some(object.into()),
        trip: Trip::Above,
        threshold: threshold.parse().unwrap(),
    }
}

fn rules_of(link: &mut Link) -> Vec<AlarmRule> {
    match call(link, Command::AlarmRules) {
        Ok(Answer::AlarmRules(rules)) => rules,
        other => panic!("rules: {other:?}"),
    }
}

#[test]
fn rules_are_created_by_their_object_and_read_back() {
    let mut link = link(Series7::new(3));
    assert_eq!(rules_of(&mut link), []);
    let since = link.now();
    let load = rule(1, Point::inlet(1).on(Line::L2), Quantity::Current, Trip::Above, "16.0");
    let cold = rule(7, Point::sensor(2), Quantity::Temperature, Trip::Below, "5");
    assert_eq!(
        call(&mut link, Command::SetAlarmRules(vec![load.clone(), cold.clone()])),
        Ok(Answer::Confirmed)
    );
    let expected = [
        vec![format!(
            "{DEVICE}.101.1.1.2.1 = ObjectIdentifier(Oid({DEVICE}.25.1.16.1))"
        )],
        vec![
            format!("{DEVICE}.101.1.1.3.1 = Integer(160)"),
            format!("{DEVICE}.101.1.1.4.1 = Integer(1)"),
        ],
        vec![format!(
            "{DEVICE}.101.1.1.2.7 = ObjectIdentifier(Oid({DEVICE}.4.1.5.2))"
        )],
        vec![
            format!("{DEVICE}.101.1.1.3.7 = Integer(50)"),
            format!("{DEVICE}.101.1.1.4.7 = Integer(0)"),
        ],
    ];
    assert_eq!(writes(&link, since), expected);
    let found = rules_of(&mut link);
    assert_eq!(
        (found.len(), found[0].point, found[0].threshold),
        (2, load.point, load.threshold)
    );
    assert_eq!(found[0].object, Some(format!("{DEVICE}.25.1.16.1")));
    assert_eq!(
        (found[1].number, found[1].quantity, found[1].trip),
        (7, cold.quantity, Trip::Below)
    );
}

#[test]
fn only_rules_that_differ_are_written_and_superfluous_ones_removed() {
    let mut link = link(Series7::new(3));
    let one = rule(1, Point::outlet(1), Quantity::Current, Trip::Above, "2.5");
    let two = rule(2, Point::outlet(2), Quantity::Current, Trip::Above, "2.5");
    call(&mut link, Command::SetAlarmRules(vec![one.clone(), two.clone()])).unwrap();
    let since = link.now();
    assert_eq!(
        call(&mut link, Command::SetAlarmRules(rules_of_both(&one, &two))),
        Ok(Answer::Confirmed)
    );
    assert!(writes(&link, since).is_empty());
    let lower = AlarmRule {
        threshold: Decimal::new(2, 0),
        ..two
    };
    let since = link.now();
    assert_eq!(
        call(&mut link, Command::SetAlarmRules(vec![lower])),
        Ok(Answer::Confirmed)
    );
    let expected = [
        [format!("{DEVICE}.101.1.1.2.1 = ObjectIdentifier(Oid(0.0))")],
        [format!("{DEVICE}.101.1.1.3.2 = Integer(20)")],
    ];
    assert_eq!(writes(&link, since), expected);
    assert_eq!(rules_of(&mut link).len(), 1);
    assert_eq!(
        call(&mut link, Command::SetAlarmRules(Vec::new())),
        Ok(Answer::Confirmed)
    );
    assert_eq!(rules_of(&mut link), []);
}

fn rules_of_both(one: &AlarmRule, two: &AlarmRule) -> Vec<AlarmRule> {
    vec![two.clone(), one.clone()]
}

#[test]
fn thresholds_count_tenths_of_the_unit_on_the_units_pages() {
    let cases = [
        ("ctrl3ChIECDeciAmpsA.1", "16.0", 160),
        ("ctrl3ChIECVoltsA.1", "253.5", 2535),
        ("ctrl3ChIECRealPowerA.1", "3680", 36800),
        ("ctrl3ChIECkWattHrsA.1", "1234500", 12345),
        ("ctrl3ChIECPowerFactorA.1", "0.905", 905),
        ("tempSensorTempC.1", "31.5", 315),
        ("tempSensorTempF.1", "77.5", 775), // of which the vocabulary has no quantity
        ("millivoltMonitorMV.1", "1.2345", 12345),
    ];
    for (object, threshold, tenths) in cases {
        let mut link = link(Series7::builder().sensors(10, 1).build());
        let wanted = vec![named(200, object, threshold)];
        assert_eq!(
            call(&mut link, Command::SetAlarmRules(wanted)),
            Ok(Answer::Confirmed),
            "{object}"
        );
        let written = writes(&link, pdu_core::Instant::EPOCH);
        assert_eq!(
            written[1][0],
            format!("{DEVICE}.101.1.1.3.200 = Integer({tenths})"),
            "{object}"
        );
        assert_eq!(rules_of(&mut link)[0].threshold, threshold.parse().unwrap(), "{object}");
    }
}

#[test]
fn rules_that_may_not_be_are_refused_before_anything_is_written() {
    let place = Point::outlet(1);
    let agreeing = AlarmRule {
        object: Some("ctrlOutletDeciAmps.2".into()),
        ..rule(1, place, Quantity::Current, Trip::Above, "1")
    };
    let nothing = AlarmRule {
        point: None,
        ..rule(1, place, Quantity::Current, Trip::Above, "1")
    };
    for (rules, words) in [
        (
            vec![rule(0, place, Quantity::Current, Trip::Above, "1")],
            "rows count from 1 to 200",
        ),
        (
            vec![rule(201, place, Quantity::Current, Trip::Above, "1")],
            "rows count from 1 to 200",
        ),
        (
            vec![named(1, "tempSensorTempC.1", "1"), named(1, "tempSensorTempC.2", "1")],
            "is there twice",
        ),
        (vec![nothing], "names neither an object nor a place and a quantity"),
        (vec![agreeing], "its object is not the place and quantity that it names"),
        (
            vec![rule(1, Point::outlet(9), Quantity::Current, Trip::Above, "1")],
            "measures no current at unit0.outlet9",
        ),
        (
            vec![rule(1, place, Quantity::Frequency, Trip::Above, "1")],
            "measures no frequency at unit0.outlet1",
        ),
        (
            vec![rule(1, place, Quantity::Current, Trip::Above, "0.05")],
            "threshold 0.05 is no multiple of 0.1",
        ),
        (
            vec![rule(1, place, Quantity::Current, Trip::Above, "300000000")],
            "of at most 32 bits",
        ),
        (vec![named(1, "1.3.6.1.2.1.1.3.0", "1")], "is no row of a column"),
        (vec![named(1, "noSuchColumn.1", "1")], "is no object"),
    ] {
        let mut link = link(Series7::new(3));
        let error = call(&mut link, Command::SetAlarmRules(rules)).unwrap_err();
        assert!(
            error.starts_with("invalid argument, not applied") && error.contains(words),
            "{error}"
        );
        assert!(writes(&link, pdu_core::Instant::EPOCH).is_empty());
    }
}

#[test]
fn rule_without_a_known_direction_is_an_error_that_names_it() {
    let mut link = link(Series7::new(3));
    call(
        &mut link,
        Command::SetAlarmRules(vec![named(3, "tempSensorTempC.1", "30")]),
    )
    .unwrap();
    let trip = Object::named("alarmCfgTripSelect").unwrap();
    link.server_mut()
        .hub_mut()
        .tree_mut()
        .answer_with(trip, 3, Some(OwnedValue::Integer(5)));
    let error = call(&mut link, Command::AlarmRules).unwrap_err();
    assert_eq!(error, "malformed, not applied: alarm rule 3: alarmCfgTripSelect is 5");
}

#[test]
fn every_reading_of_a_simulated_unit_is_good() {
    for (seed, wiring) in (0..4).zip([Wiring::Wye, Wiring::Delta].into_iter().cycle()) {
        let mut unit = Series7::builder().seed(seed).wiring(wiring).outlets(24);
        for table in MEASURES.iter().map(|measure| measure.table) {
            if ![6, 15, 16, 25].contains(&table) {
                unit = unit.sensors(table, 2);
            }
        }
        let found = snapshot(&mut link(unit.build()));
        let bad: Vec<_> = found
            .readings
            .iter()
            .filter(|reading| reading.quality != Quality::Good)
            .map(ToString::to_string)
            .collect();
        // The second external probe of a T3HD is not there.
        assert_eq!(bad.len(), 2, "{bad:?}");
    }
}

// --- Versions and sockets -----------------------------------------------------------------------------------------------

#[test]
fn v3_with_privacy_reads_and_switches_the_same() {
    let auth = (AuthProtocol::Sha256, &b"authentic password"[..]);
    let privacy = (PrivProtocol::Aes128, &b"private password"[..]);
    let user = User::with_passwords("operator", Some(auth), Some(privacy)).unwrap();
    let unit = || Series7::builder().seed(5).build();
    let agent = series7_support::agent(unit())
        .with_user(&user, Access::read_write())
        .unwrap();
    let server = SolePeer::new(agent, Path::to("192.0.2.1:40000".parse().unwrap()));
    let client = device(client::Target::v3(address(), user), Options::default());
    let mut over_v3 = Harness::new(0, Faults::none(Medium::Datagram), client, server);
    assert_eq!(snapshot(&mut over_v3), snapshot(&mut link(unit())));
    assert_eq!(
        call(&mut over_v3, switch(2, Action::Off, Delay::None)),
        Ok(Answer::Confirmed)
    );
}

#[tokio::test]
async fn unit_is_read_and_switched_over_a_socket() {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let mut served = pdu_core::tokio::UdpDriver::new(socket, series7_support::agent(Series7::new(7)));
    tokio::spawn(async move { served.run().await });

    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(address).await.unwrap();
    let device = device(client::Target::v2c(address, b"private"), Options::default());
    let (handle, runner) = pdu_core::tokio::Driver::new(device, socket).into_handle();
    tokio::spawn(runner);
    let Answer::Snapshot(found) = handle.call(Command::Snapshot).await.unwrap() else {
        panic!("a snapshot");
    };
    assert_eq!(found.outlets.len(), 8);
    let off = handle.call(switch(8, Action::Off, Delay::None)).await.unwrap();
    assert_eq!(off, Answer::Confirmed);
}
