//! The simulated unit lives: its loads move, its clock runs, its scheduler acts.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::{Instant, LocalDateTime, TimeOfDay};
use pdu_proto_isotek::server::{Served, Service};
use pdu_proto_isotek::smart_power::simulator::{Fault, Load, LockedOutlets, SmartPower, VoltageWhenOff};
use pdu_proto_isotek::wire::OutletState::{Off, On};
use pdu_proto_isotek::wire::{
    Channel, Command, Operator, Outlet, OutletConfig, OutletType, Record, RecordType, Setup, Text,
};

fn outlet(number: u8) -> Outlet {
    Outlet::new(number).unwrap()
}

fn at(seconds: u64) -> Instant {
    Instant::from_millis(5_000 + seconds * 1000)
}

fn clock(hour: u8, minute: u8, second: u8) -> LocalDateTime {
    LocalDateTime::new(2026, 11, 21, hour, minute, second).unwrap()
}

/// Acts at 07:30 every day.
fn time_plan(channel: u8, setup: Setup) -> Record<'static> {
    Record {
        id: channel.into(),
        record_type: RecordType::TimePlan,
        name: Text::new("morning").unwrap(),
        time: TimeOfDay::new(7, 30).unwrap(),
        day: 0,
        power: 0,
        operator: Operator::None,
        channel: outlet(channel),
        status_value: Text::new("0").unwrap(),
        status_slot: Text::new("0").unwrap(),
        setup,
    }
}

fn power_plan(channel: u8, operator: Operator, power: u32, setup: Setup) -> Record<'static> {
    Record {
        record_type: RecordType::PowerPlan,
        time: TimeOfDay::new(0, 0).unwrap(),
        power,
        operator,
        ..time_plan(channel, setup)
    }
}

fn config(outlet_type: OutletType, delay: u32) -> OutletConfig<'static> {
    OutletConfig {
        name: Text::new("Amp left").unwrap(),
        outlet_type,
        delay,
    }
}

/// Writes a table, at this time.
fn write(unit: &mut SmartPower, seconds: u64, records: &[Record<'static>]) {
    let count = u16::try_from(records.len()).unwrap();
    assert_eq!(
        unit.serve(at(seconds), &Command::SetRecordCount(count)),
        Served::accepted()
    );
    for record in records {
        let command = Command::WriteRecord(record.clone());
        assert_eq!(unit.serve(at(seconds), &command), Served::accepted());
    }
}

fn switch(unit: &mut SmartPower, number: u8, state: pdu_proto_isotek::wire::OutletState) -> Served {
    let outlet = outlet(number);
    unit.serve(at(0), &Command::SwitchOutlet { outlet, state })
}

#[test]
fn units_of_8_and_16_outlets_begin_with_all_of_them_on_and_unlocked() {
    for count in [8_u8, 16] {
        let mut unit = SmartPower::builder().outlets(count).build();
        let status = unit.status(at(0));
        assert_eq!(status.channels().count(), usize::from(count) + 1);
        assert!(status.channels().all(|channel| channel.state == On));
        let configs: Vec<_> = (0..20).map_while(|position| unit.config(position)).collect();
        assert_eq!(configs.len(), usize::from(count));
        for (outlet, config) in &configs {
            assert_eq!(config.name.as_str(), format!("Outlet{:2}", outlet.number()));
            assert_eq!((config.outlet_type, config.delay), (OutletType::Normal, 0));
        }
    }
}

#[test]
fn the_unit_as_a_whole_has_the_mains_and_the_sum_of_the_loads() {
    let mut unit = SmartPower::builder().outlets(8).build();
    unit.set_voltage(Some(233));
    for number in 1..=8 {
        unit.set_load(
            outlet(number),
            Load::Fixed {
                watts: 100 + u32::from(number),
            },
        );
    }
    let _ = switch(&mut unit, 8, Off);
    let status = unit.status(at(0));
    let whole = status.channel(Channel::UNIT).unwrap();
    assert_eq!(
        (whole.voltage.to_string(), whole.power.to_string()),
        ("233".into(), "728".into())
    );
    let off = status.channel(outlet(8).into()).unwrap();
    assert_eq!(
        (off.state, off.voltage.to_string(), off.power.to_string()),
        (Off, "0".into(), "0".into())
    );

    unit = SmartPower::builder().voltage_when_off(VoltageWhenOff::Mains).build();
    unit.set_voltage(Some(233));
    let _ = unit.serve(at(0), &Command::AllOff);
    let off = *unit.status(at(0)).channel(outlet(8).into()).unwrap();
    assert_eq!((off.state, off.voltage.to_string()), (Off, "233".into()));
}

#[test]
fn loads_and_voltage_move_and_the_same_seed_moves_them_alike() {
    let (mut one, mut same, mut other) = (SmartPower::new(9), SmartPower::new(9), SmartPower::new(10));
    let mut seen = std::collections::BTreeSet::new();
    for second in 0..600 {
        let status = one.status(at(second));
        assert_eq!(status, same.status(at(second)));
        assert_ne!(status, other.status(at(second)));
        let channel = status.channel(outlet(1).into()).unwrap();
        seen.insert((channel.voltage.to_string(), channel.power.to_string()));
        for channel in status.channels() {
            assert!(
                channel.voltage > 220.into() && channel.voltage < 240.into(),
                "{channel:?}"
            );
            assert!(channel.power > 0.into(), "{channel:?}");
        }
    }
    assert!(seen.len() > 20, "{} different readings", seen.len());
}

#[test]
fn the_clock_runs_with_the_time_it_is_told_and_over_the_ends_of_months_and_years() {
    let mut unit = SmartPower::builder().clock(clock(23, 59, 58)).build();
    assert_eq!(unit.status(at(0)).clock, Some(clock(23, 59, 58)));
    assert_eq!(unit.status(at(2)).clock, LocalDateTime::new(2026, 11, 22, 0, 0, 0));
    for (set, next) in [
        ((2026, 12, 31), (2027, 1, 1)),
        ((2028, 2, 28), (2028, 2, 29)),
        ((2027, 2, 28), (2027, 3, 1)),
        ((2100, 2, 28), (2100, 3, 1)),
        ((2000, 2, 28), (2000, 2, 29)),
        ((2399, 12, 31), (2400, 1, 1)),
        ((2400, 12, 31), (2401, 1, 1)),
        ((9998, 12, 31), (9999, 1, 1)),
    ] {
        let set = LocalDateTime::new(set.0, set.1, set.2, 23, 59, 59).unwrap();
        let _ = unit.serve(at(10), &Command::SetClock(set));
        assert_eq!(unit.status(at(10)).clock, Some(set));
        assert_eq!(
            unit.status(at(11)).clock,
            LocalDateTime::new(next.0, next.1, next.2, 0, 0, 0)
        );
        unit = SmartPower::new(0);
    }
}

#[test]
fn every_day_of_a_century_follows_the_one_before() {
    let mut unit = SmartPower::builder()
        .clock(LocalDateTime::new(2000, 1, 1, 12, 0, 0).unwrap())
        .build();
    let mut last = unit.status(at(0)).clock.unwrap();
    for day in 1..=36_890_u64 {
        unit.advance_to(at(day * 86_400));
        let next = unit.clock();
        let follows = (next.year(), next.month(), next.day()) == (last.year(), last.month(), last.day() + 1)
            || (next.year(), next.month(), next.day()) == (last.year(), last.month() + 1, 1)
            || (next.year(), next.month(), next.day()) == (last.year() + 1, 1, 1);
        assert!(follows && next.hour() == 12, "{last} then {next}");
        assert!(next.day() != 1 || last.day() >= 28, "{last} then {next}");
        last = next;
    }
    assert_eq!(last, LocalDateTime::new(2101, 1, 1, 12, 0, 0).unwrap());
}

#[test]
fn a_time_plan_acts_once_a_day_in_its_minute() {
    let mut unit = SmartPower::builder().clock(clock(7, 29, 50)).build();
    write(&mut unit, 0, &[time_plan(3, Setup::Off)]);
    unit.advance_to(at(9));
    assert_eq!((unit.state(outlet(3)), unit.counts().acted), (Some(On), 0));
    unit.advance_to(at(10));
    assert_eq!((unit.state(outlet(3)), unit.counts().acted), (Some(Off), 1));
    for second in 11..120 {
        unit.advance_to(at(second));
    }
    assert_eq!(unit.counts().acted, 1);
    unit.advance_to(at(86_400 + 9));
    assert_eq!(unit.counts().acted, 1);
    unit.advance_to(at(86_400 + 10));
    assert_eq!(unit.counts().acted, 2);
}

#[test]
fn a_clock_that_is_set_into_a_minute_does_not_act_but_one_that_goes_on_into_it_does() {
    let mut unit = SmartPower::builder().clock(clock(12, 0, 0)).build();
    write(&mut unit, 0, &[time_plan(3, Setup::Off)]);
    let _ = unit.serve(at(1), &Command::SetClock(clock(7, 30, 0)));
    unit.advance_to(at(50));
    assert_eq!(unit.counts().acted, 0);
    let _ = unit.serve(at(50), &Command::SetClock(clock(7, 29, 59)));
    assert_eq!(unit.poll_timeout(), Some(at(51)));
    unit.advance_to(at(51));
    assert_eq!(unit.state(outlet(3)), Some(Off));
}

#[test]
fn days_other_than_0_are_stored_and_do_not_act() {
    let mut unit = SmartPower::builder().clock(clock(7, 29, 0)).build();
    let record = Record {
        day: 5,
        ..time_plan(3, Setup::Off)
    };
    write(&mut unit, 0, std::slice::from_ref(&record));
    assert_eq!(unit.poll_timeout(), None);
    unit.advance_to(at(86_400 * 7));
    assert_eq!((unit.counts().acted, unit.record(0)), (0, Some(record)));
}

#[test]
fn a_power_plan_acts_when_the_level_is_passed_and_not_for_as_long_as_it_is() {
    let mut unit = SmartPower::new(1);
    let load = |watts| Load::Fixed { watts };
    unit.set_load(outlet(2), load(100));
    write(
        &mut unit,
        0,
        &[
            power_plan(2, Operator::Greater, 150, Setup::On),
            power_plan(2, Operator::Less, 50, Setup::On),
        ],
    );
    // Not at the level, once above, once below, and again only after it was left.
    let story = [
        (100, 0),
        (150, 0),
        (151, 1),
        (400, 1),
        (151, 1),
        (150, 1),
        (151, 2),
        (50, 2),
        (49, 3),
        (0, 3),
        (160, 4),
    ];
    for (second, (watts, acted)) in (1..).zip(story) {
        unit.set_load(outlet(2), load(watts));
        unit.advance_to(at(10 * second));
        assert_eq!(unit.counts().acted, acted, "{watts} W");
        assert_eq!(unit.poll_timeout(), Some(at(10 * second + 1)));
    }
}

#[test]
fn a_load_that_is_beyond_the_level_already_is_none_that_passes_it() {
    let mut unit = SmartPower::new(1);
    unit.set_load(outlet(2), Load::Fixed { watts: 900 });
    write(&mut unit, 0, &[power_plan(2, Operator::Greater, 150, Setup::Off)]);
    unit.advance_to(at(60));
    assert_eq!((unit.state(outlet(2)), unit.counts().acted), (Some(On), 0));
}

#[test]
fn an_overload_switches_its_outlet_off() {
    let mut unit = SmartPower::new(1);
    unit.set_load(outlet(2), Load::Fixed { watts: 90 });
    write(&mut unit, 0, &[power_plan(2, Operator::Greater, 150, Setup::Off)]);
    unit.advance_to(at(1));
    unit.set_load(outlet(2), Load::Fixed { watts: 300 });
    unit.handle_timeout(unit.poll_timeout().unwrap());
    assert_eq!((unit.state(outlet(2)), unit.power(outlet(2))), (Some(Off), 0));
}

#[test]
fn a_restart_is_off_for_the_stored_delay() {
    let mut unit = SmartPower::builder()
        .clock(clock(7, 29, 55))
        .config(outlet(3), config(OutletType::Router, 7))
        .build();
    write(&mut unit, 0, &[time_plan(3, Setup::Restart)]);
    unit.advance_to(at(5));
    assert_eq!(unit.state(outlet(3)), Some(Off));
    assert_eq!(unit.poll_timeout(), Some(at(12)));
    unit.advance_to(at(11));
    assert_eq!(unit.state(outlet(3)), Some(Off));
    unit.advance_to(at(12));
    assert_eq!(unit.state(outlet(3)), Some(On));
    // In one go, it comes out the same.
    unit.advance_to(at(86_400 + 8));
    assert_eq!((unit.state(outlet(3)), unit.counts().acted), (Some(Off), 2));
    // A command in the meantime ends it.
    let off = Command::SwitchOutlet {
        outlet: outlet(3),
        state: Off,
    };
    let _ = unit.serve(at(86_400 + 9), &off);
    unit.advance_to(at(86_400 + 60));
    assert_eq!(unit.state(outlet(3)), Some(Off));
}

#[test]
fn a_restart_without_delay_is_over_at_once() {
    let mut unit = SmartPower::builder().clock(clock(7, 29, 59)).build();
    write(&mut unit, 0, &[time_plan(3, Setup::Restart)]);
    unit.handle_timeout(at(1));
    assert_eq!((unit.state(outlet(3)), unit.counts().acted), (Some(On), 1));
    assert!(unit.poll_timeout() > Some(at(1)));
}

#[test]
fn a_record_count_begins_a_table_which_takes_that_many() {
    let mut unit = SmartPower::builder().outlets(8).record_limit(2).build();
    let record = || Command::WriteRecord(time_plan(1, Setup::On));
    assert_eq!(unit.serve(at(0), &record()), Served::silence(), "no room was made");
    assert_eq!(
        unit.serve(at(0), &Command::SetRecordCount(3)),
        Served::silence(),
        "too many"
    );
    write(&mut unit, 0, &[time_plan(1, Setup::On), time_plan(2, Setup::Off)]);
    assert_eq!(unit.serve(at(0), &record()), Served::silence(), "one too many");
    assert_eq!(unit.records().count(), 2);
    assert_eq!(unit.serve(at(0), &Command::SetRecordCount(1)), Served::accepted());
    assert_eq!(unit.records().count(), 0, "the old table is gone at once");
    let of_a_larger_unit = Command::WriteRecord(time_plan(9, Setup::On));
    assert_eq!(unit.serve(at(0), &of_a_larger_unit), Served::silence());
    assert_eq!(unit.serve(at(0), &record()), Served::accepted());
    assert_eq!((unit.counts().write_record, unit.counts().refused), (3, 4));
}

#[test]
fn a_locked_outlet_is_left_alone_by_everything() {
    for (behaviour, answer) in [
        (LockedOutlets::Refuse, Served::silence()),
        (LockedOutlets::Ignore, Served::accepted()),
    ] {
        let locked = config(OutletType::Locked, 3);
        let mut unit = SmartPower::builder()
            .clock(clock(7, 29, 59))
            .locked_outlets(behaviour)
            .build();
        let command = Command::SetConfig {
            outlet: outlet(3),
            config: locked.clone(),
        };
        assert_eq!(unit.serve(at(0), &command), Served::accepted());
        assert_eq!(unit.outlet_config(outlet(3)), Some(&locked));
        assert_eq!(switch(&mut unit, 3, Off), answer);
        assert_eq!(unit.serve(at(0), &Command::AllOff), Served::accepted());
        write(&mut unit, 0, &[time_plan(3, Setup::Restart), time_plan(4, Setup::On)]);
        unit.advance_to(at(1));
        let states = [2, 3, 4].map(|number| unit.state(outlet(number)).unwrap());
        assert_eq!(states, [Off, On, On]);
        unit.set_state(outlet(3), Off);
        let _ = unit.serve(at(2), &Command::AllOn);
        assert_eq!((unit.state(outlet(3)), unit.state(outlet(2))), (Some(Off), Some(On)));
    }
}

#[test]
fn outlets_that_a_unit_does_not_have_are_refused() {
    let mut unit = SmartPower::builder().outlets(8).build();
    assert_eq!(switch(&mut unit, 9, Off), Served::silence());
    let command = Command::SetConfig {
        outlet: outlet(9),
        config: config(OutletType::Normal, 0),
    };
    assert_eq!(unit.serve(at(0), &command), Served::silence());
    assert_eq!((unit.state(outlet(9)), unit.config(8)), (None, None));
    assert_eq!((unit.counts().refused, unit.counts().switch_outlet), (2, 0));
}

#[test]
fn a_restart_of_the_controller_keeps_the_outlets() {
    let mut unit = SmartPower::builder().restart_time(Duration::from_secs(9)).build();
    let _ = switch(&mut unit, 5, Off);
    assert_eq!(
        unit.serve(at(0), &Command::Restart),
        Served::restart(Duration::from_secs(9))
    );
    assert_eq!((unit.state(outlet(5)), unit.state(outlet(6))), (Some(Off), Some(On)));
}

#[test]
fn faults_hit_one_command_each_and_what_was_carried_out_is_counted() {
    let mut unit = SmartPower::new(1);
    unit.inject(Fault::LoseCommand);
    unit.drop_acknowledgements(2);
    unit.inject(Fault::Delay(Duration::from_secs(4)));
    let answers: Vec<_> = (0..5).map(|_| unit.serve(at(0), &Command::AllOff)).collect();
    let (silence, accepted) = (Served::silence(), Served::accepted());
    assert_eq!(
        answers,
        [
            silence,
            silence,
            silence,
            accepted.after(Duration::from_secs(4)),
            accepted
        ]
    );
    assert_eq!(unit.counts().all_off, 4);
}

#[test]
fn a_leap_of_centuries_ends_soon_and_with_the_right_clock() {
    let mut unit = SmartPower::builder().clock(clock(12, 0, 0)).build();
    let records = [
        time_plan(3, Setup::Restart),
        power_plan(4, Operator::Greater, 10, Setup::Off),
    ];
    write(&mut unit, 0, &records);
    unit.advance_to(at(86_400 * 365));
    assert_eq!(unit.counts().acted, 7, "of a week");
    assert_eq!(unit.clock(), LocalDateTime::new(2027, 11, 21, 12, 0, 0).unwrap());
    unit.advance_to(Instant::FAR_FUTURE);
    assert_eq!(unit.clock(), LocalDateTime::new(9999, 12, 31, 23, 59, 59).unwrap());
    let _ = unit.poll_timeout();
}
