//! Device sessions against simulated units: in virtual time, and over real sockets through both drivers.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::testing::{Faults, Harness, Medium, Side};
use pdu_core::{
    Action, Answer, Command, Comparison, Delay, Effect, Error, ErrorKind, Event, IdentitySource, OutletKind,
    OutletSettings, Point, PowerState, Quality, Quantity, Restart, ScheduleRecord, Settings, Snapshot, Target, Trigger,
    Update, Value,
};
use pdu_proto_isotek::client::{Client, Options, Retry};
use pdu_proto_isotek::server::{self, Ending, Service, TextHub, TextServer};
use pdu_proto_isotek::smart_power::simulator::{Fault, Load, LockedOutlets, SmartPower};
use pdu_proto_isotek::smart_power::{Device, Incomplete};
use pdu_proto_isotek::wire::{Channel, Outlet};

type Simulated = Harness<Device<Client>, TextServer<SmartPower>>;

fn over_tcp(unit: SmartPower) -> Simulated {
    with(Options::tcp(), server::Options::default(), unit)
}

fn with(options: Options, server_options: server::Options, unit: SmartPower) -> Simulated {
    let device = Device::new(Client::new(options));
    let server = TextServer::with_options(unit, server_options);
    Harness::new(0, Faults::none(Medium::Stream), device, server)
}

/// The result of one command, run to its end.
fn call(harness: &mut Simulated, command: Command) -> Result<Answer, (ErrorKind, Effect)> {
    let submission = submissions(harness);
    harness.submit(command).unwrap();
    assert!(harness.run_until_done(Duration::from_secs(120)).unwrap());
    match harness.result(submission).unwrap() {
        Ok(answer) => Ok(answer.clone()),
        Err(error) => Err((error.kind(), error.effect())),
    }
}

fn submissions(harness: &Simulated) -> usize {
    let is_done = |recorded: &&_| {
        matches!(
            recorded,
            pdu_core::testing::Recorded {
                submission: Some(_),
                ..
            }
        )
    };
    harness.events().iter().filter(is_done).count()
}

fn updates(harness: &Simulated) -> impl Iterator<Item = &Update> {
    harness.events().iter().filter_map(|recorded| match &recorded.event {
        Event::Notice(update) => Some(update),
        Event::Done { .. } => None,
    })
}

fn snapshot(harness: &mut Simulated) -> Snapshot {
    match call(harness, Command::Snapshot) {
        Ok(Answer::Snapshot(snapshot)) => *snapshot,
        other => panic!("a snapshot: {other:?}"),
    }
}

fn switch(target: Target, action: Action) -> Command {
    Command::Switch {
        target,
        action,
        delay: Delay::None,
    }
}

fn outlet(number: u8) -> Outlet {
    Outlet::new(number).unwrap()
}

fn set_settings(outlets: Vec<OutletSettings>) -> Command {
    Command::SetSettings(Settings::from(outlets).into())
}

fn kind(number: u16, kind: OutletKind) -> OutletSettings {
    OutletSettings {
        kind: Some(kind),
        ..OutletSettings::of(number)
    }
}

fn above(id: u32, watts: u32) -> ScheduleRecord {
    ScheduleRecord {
        id,
        name: "too much".into(),
        outlet: 3,
        trigger: Trigger::ActivePower {
            comparison: Comparison::Greater,
            watts,
        },
        action: Action::Off,
        raw: [].into(),
    }
}

fn at_seven(id: u32) -> ScheduleRecord {
    ScheduleRecord {
        id,
        name: "morning".into(),
        outlet: 1,
        trigger: Trigger::Time {
            at: "07:00".parse().unwrap(),
            day: 31,
        },
        action: Action::Cycle,
        raw: [].into(),
    }
}

// --- In virtual time -----------------------------------------------------------------------------------------------------

#[test]
fn a_snapshot_is_what_the_unit_has() {
    for outlets in [8, 16] {
        let unit = SmartPower::builder()
            .outlets(outlets)
            .seed(u64::from(outlets))
            .serial("SP-7")
            .build();
        let mut harness = over_tcp(unit);
        let snapshot = snapshot(&mut harness);
        assert_eq!(snapshot.outlets.len(), usize::from(outlets));
        assert_eq!(snapshot.readings.len(), 2 * (usize::from(outlets) + 1));
        let now = harness.now();
        let status = harness.server_mut().service_mut().status(now);
        let unit = status.channel(Channel::UNIT).unwrap();
        let power = snapshot.reading(Point::inlet(1), Quantity::ActivePower).unwrap();
        assert_eq!(
            (power.value, power.quality),
            (Some(Value::Gauge(unit.power)), Quality::Good)
        );
        assert_eq!(snapshot.clock, status.clock);
        assert_eq!(snapshot.identities[0].serial.as_deref(), Some("SP-7"));
        assert_eq!(snapshot.identities[0].source, IdentitySource::Device);
        let names: Vec<_> = snapshot
            .outlets
            .iter()
            .take(2)
            .map(|outlet| outlet.name.as_deref())
            .collect();
        assert_eq!(names, [Some("Outlet 1"), Some("Outlet 2")]);
    }
}

#[test]
fn a_second_snapshot_asks_no_more_than_the_status() {
    let mut harness = over_tcp(SmartPower::new(1));
    snapshot(&mut harness);
    let reads = harness.server().service().counts().reads;
    snapshot(&mut harness);
    assert!(harness.server().service().counts().reads <= reads + 1);
}

#[test]
fn an_outlet_that_is_switched_is_told_by_the_next_status() {
    let mut harness = over_tcp(SmartPower::new(1));
    snapshot(&mut harness);
    assert_eq!(
        call(&mut harness, switch(Target::Outlet(5), Action::Off)),
        Ok(Answer::Accepted)
    );
    harness.run_for(Duration::from_secs(2)).unwrap();
    let changed: Vec<_> = updates(&harness)
        .filter_map(|update| match update {
            Update::Outlet(outlet) => Some((outlet.number, outlet.name.as_deref(), outlet.state)),
            _ => None,
        })
        .collect();
    assert_eq!(changed, [(5, Some("Outlet 5"), PowerState::Off)]);
}

#[test]
fn all_outlets_are_switched_by_one_line() {
    let mut harness = over_tcp(SmartPower::new(1));
    assert_eq!(
        call(&mut harness, switch(Target::All, Action::Off)),
        Ok(Answer::Accepted)
    );
    assert!(
        snapshot(&mut harness)
            .outlets
            .iter()
            .all(|outlet| outlet.state == PowerState::Off)
    );
    assert_eq!(
        call(&mut harness, switch(Target::All, Action::On)),
        Ok(Answer::Accepted)
    );
    assert!(
        snapshot(&mut harness)
            .outlets
            .iter()
            .all(|outlet| outlet.state == PowerState::On)
    );
    let counts = harness.server().service().counts();
    assert_eq!((counts.all_off, counts.all_on, counts.switch_outlet), (1, 1, 0));
}

/// Whether a locked outlet refuses or ignores is not known: neither may look like success to whoever waits for the state.
#[test]
fn a_locked_outlet_keeps_its_state_whatever_it_answers() {
    for (behaviour, expected) in [
        (LockedOutlets::Refuse, Err((ErrorKind::Timeout, Effect::Unknown))),
        (LockedOutlets::Ignore, Ok(Answer::Accepted)),
    ] {
        let mut harness = over_tcp(SmartPower::builder().locked_outlets(behaviour).build());
        let locked = set_settings(vec![kind(2, OutletKind::Locked)]);
        assert_eq!(call(&mut harness, locked), Ok(Answer::Confirmed));
        assert_eq!(call(&mut harness, switch(Target::Outlet(2), Action::Off)), expected);
        assert_eq!(snapshot(&mut harness).outlets[1].state, PowerState::On);
    }
}

#[test]
fn a_switch_command_is_sent_again_only_if_the_caller_says_so_and_the_status_says_that_it_did_not_happen() {
    let device = Device::new(Client::new(Options::tcp())).with_retry(Retry::AfterStatus);
    let mut harness: Simulated = Harness::new(
        0,
        Faults::none(Medium::Stream),
        device,
        TextServer::new(SmartPower::new(1)),
    );
    snapshot(&mut harness);
    harness.server_mut().service_mut().inject(Fault::LoseAnswer);
    assert_eq!(
        call(&mut harness, switch(Target::Outlet(4), Action::Off)),
        Ok(Answer::Confirmed)
    );
    assert_eq!(harness.server().service().counts().switch_outlet, 1, "it had happened");
    harness.server_mut().service_mut().inject(Fault::LoseCommand);
    assert_eq!(
        call(&mut harness, switch(Target::Outlet(4), Action::On)),
        Ok(Answer::Accepted)
    );
    assert_eq!(harness.server().service().counts().switch_outlet, 2, "it had not");

    let mut harness = over_tcp(SmartPower::new(1));
    snapshot(&mut harness);
    harness.server_mut().service_mut().inject(Fault::LoseCommand);
    let ended = call(&mut harness, switch(Target::Outlet(4), Action::Off));
    assert_eq!(ended, Err((ErrorKind::Timeout, Effect::Unknown)));
    harness.run_for(Duration::from_secs(30)).unwrap();
    assert_eq!(harness.server().service().counts().switch_outlet, 0, "sent once");
}

#[test]
fn a_clock_is_set_and_confirmed() {
    let mut harness = over_tcp(SmartPower::new(1));
    let wanted = "2028-02-29T23:59:58".parse().unwrap();
    assert_eq!(call(&mut harness, Command::SetClock(wanted)), Ok(Answer::Confirmed));
    harness.run_for(Duration::from_secs(5)).unwrap();
    let Ok(Answer::Clock(clock)) = call(&mut harness, Command::Clock) else {
        panic!("a clock")
    };
    assert!(clock.to_string().starts_with("2028-03-01T00:00:0"), "{clock}");
    // Heard and not answered; not heard.
    harness.server_mut().service_mut().inject(Fault::LoseAnswer);
    assert_eq!(call(&mut harness, Command::SetClock(wanted)), Ok(Answer::Confirmed));
    harness.run_for(Duration::from_secs(60)).unwrap();
    harness.server_mut().service_mut().inject(Fault::LoseCommand);
    let ended = call(&mut harness, Command::SetClock(wanted));
    assert_eq!(ended, Err((ErrorKind::NotConfirmed, Effect::Unknown)));
    assert_eq!(harness.server().service().counts().set_clock, 2);
}

#[test]
fn a_schedule_is_written_and_read_back_and_goes_back_unchanged() {
    let mut harness = over_tcp(SmartPower::new(1));
    let records = vec![
        above(7, 2000),
        ScheduleRecord {
            raw: [("status_slot".into(), "7f/ ".into()), ("power".into(), "15".into())].into(),
            ..at_seven(3)
        },
    ];
    assert_eq!(call(&mut harness, Command::SetSchedule(records)), Ok(Answer::Confirmed));
    let before: Vec<_> = harness.server().service().records().cloned().collect();
    let Ok(Answer::Schedule(read)) = call(&mut harness, Command::Schedule) else {
        panic!("a schedule")
    };
    assert_eq!(read[1].raw["status_slot"], "7f/ ");
    assert_eq!(call(&mut harness, Command::SetSchedule(read)), Ok(Answer::Confirmed));
    let after: Vec<_> = harness.server().service().records().cloned().collect();
    assert_eq!(after, before);
    assert_eq!(
        call(&mut harness, Command::SetSchedule(Vec::new())),
        Ok(Answer::Confirmed)
    );
    assert_eq!(call(&mut harness, Command::Schedule), Ok(Answer::Schedule(Vec::new())));
}

#[test]
fn a_schedule_that_the_unit_stops_taking_says_how_much_it_took() {
    let mut harness = over_tcp(SmartPower::new(1));
    // The count, the first record, and then the unit does not hear.
    for fault in [
        Fault::Delay(Duration::ZERO),
        Fault::Delay(Duration::ZERO),
        Fault::LoseCommand,
    ] {
        harness.server_mut().service_mut().inject(fault);
    }
    let records = vec![at_seven(1), at_seven(2), at_seven(3)];
    harness.submit(Command::SetSchedule(records)).unwrap();
    assert!(harness.run_until_done(Duration::from_secs(60)).unwrap());
    let error = harness.result(0).unwrap().as_ref().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Unknown));
    let told = error.inner().downcast_ref::<Incomplete>().unwrap();
    assert_eq!((told.written, told.of), (1, 3));
    let counts = harness.server().service().counts();
    assert_eq!((counts.set_record_count, counts.write_record), (1, 1));
}

#[test]
fn a_scheduler_that_acts_is_told_of() {
    let mut harness = over_tcp(SmartPower::new(1));
    snapshot(&mut harness);
    assert_eq!(
        call(&mut harness, Command::SetSchedule(vec![above(1, 900)])),
        Ok(Answer::Confirmed)
    );
    let unit = harness.server_mut().service_mut();
    unit.set_load(outlet(3), Load::Fixed { watts: 1000 });
    harness.run_for(Duration::from_secs(5)).unwrap();
    let is_off = |update: &Update| matches!(update, Update::Outlet(o) if (o.number, o.state) == (3, PowerState::Off));
    assert!(updates(&harness).any(is_off));
}

#[test]
fn settings_are_changed_where_they_differ_and_read_back() {
    let mut harness = over_tcp(SmartPower::new(1));
    let changes = vec![
        OutletSettings {
            name: Some("amp 1/2".into()),
            delay: Some(30),
            ..OutletSettings::of(2)
        },
        kind(3, OutletKind::Normal), // as it is
    ];
    assert_eq!(call(&mut harness, set_settings(changes)), Ok(Answer::Confirmed));
    assert_eq!(harness.server().service().counts().set_config, 1);
    let Ok(Answer::Settings(settings)) = call(&mut harness, Command::Settings) else {
        panic!("settings")
    };
    assert_eq!(settings.outlets.len(), 16);
    let of_2 = &settings.outlets[1];
    assert_eq!(
        (of_2.name.as_deref(), of_2.kind, of_2.delay),
        (Some("amp 1/2"), Some(OutletKind::Normal), Some(30))
    );
    assert_eq!(snapshot(&mut harness).outlets[1].name.as_deref(), Some("amp 1/2"));
    assert_eq!(
        call(&mut harness, Command::SetSettings(settings)),
        Ok(Answer::Confirmed)
    );
    assert_eq!(harness.server().service().counts().set_config, 1, "nothing differs");
}

#[test]
fn a_restart_is_accepted_and_the_unit_is_found_again() {
    let mut harness = over_tcp(SmartPower::new(1));
    snapshot(&mut harness);
    assert_eq!(
        call(&mut harness, Command::Restart(Restart::Controller)),
        Ok(Answer::Accepted)
    );
    harness.run_for(Duration::from_secs(30)).unwrap();
    assert_eq!(snapshot(&mut harness).outlets.len(), 16);
    assert_eq!(harness.server().service().counts().restart, 1);
}

#[test]
fn a_unit_that_falls_silent_has_stale_readings_and_no_states() {
    let mut harness = over_tcp(SmartPower::new(1));
    snapshot(&mut harness);
    harness.link_mut().hold(Side::Client);
    let before = harness.events().len();
    harness.run_for(Duration::from_secs(5)).unwrap();
    let told: Vec<_> = harness.events()[before..]
        .iter()
        .map(|recorded| &recorded.event)
        .collect();
    let stale = told.iter().find_map(|event| match event {
        Event::Notice(Update::Snapshot(snapshot)) if snapshot.readings[0].quality == Quality::Stale => Some(snapshot),
        _ => None,
    });
    let stale = stale.expect("a stale snapshot");
    assert!(
        stale
            .readings
            .iter()
            .all(|reading| reading.quality == Quality::Stale && reading.value.is_some())
    );
    assert!(stale.outlets.iter().all(|outlet| outlet.state == PowerState::Unknown));
}

/// Whatever ends a frame, and whatever a unit adds to its answers: the same commands end in the same way.
#[test]
fn units_of_all_habits_are_read_and_written() {
    for (status_end, address_end) in [
        (Ending::OkAndPrompt, Ending::Nothing),
        (Ending::Ok, Ending::OkAndPrompt),
        (Ending::Nothing, Ending::Ok),
    ] {
        for options in [Options::tcp(), Options::serial()] {
            let server_options = server::Options {
                status_end,
                address_end,
                ..server::Options::default()
            };
            let mut harness = with(options, server_options, SmartPower::new(2));
            assert_eq!(snapshot(&mut harness).outlets[0].name.as_deref(), Some("Outlet 1"));
            for (command, answer) in [
                (switch(Target::Outlet(1), Action::Off), Answer::Accepted),
                (Command::SetSchedule(vec![at_seven(1)]), Answer::Confirmed),
                (
                    Command::SetClock("2026-11-21T08:00:00".parse().unwrap()),
                    Answer::Confirmed,
                ),
                (set_settings(vec![kind(1, OutletKind::Router)]), Answer::Confirmed),
            ] {
                assert_eq!(
                    call(&mut harness, command.clone()),
                    Ok(answer),
                    "{command:?}, {status_end:?}"
                );
            }
            assert_eq!(snapshot(&mut harness).outlets[0].state, PowerState::Off);
        }
    }
}

// --- Over real sockets ---------------------------------------------------------------------------------------------------

#[tokio::test]
async fn two_programs_share_one_unit_over_sockets() {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let mut listener = pdu_core::tokio::listen(socket, TextHub::new(SmartPower::builder().outlets(8).build()));
    tokio::spawn(async move { listener.run().await });

    let mut watching = pdu_core::tokio::Driver::new(
        Device::new(Client::new(Options::tcp())),
        tokio::net::TcpStream::connect(address).await.unwrap(),
    );
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (switching, runner) =
        pdu_core::tokio::Driver::new(Device::new(Client::new(Options::tcp())), stream).into_handle();
    tokio::spawn(runner);

    watching.submit(Command::Snapshot).unwrap();
    while !matches!(watching.next().await.unwrap(), Event::Done { .. }) {}
    let off = switch(Target::Outlet(3), Action::Off);
    assert_eq!(switching.call(off).await.unwrap(), Answer::Accepted);
    let seen = tokio::time::timeout(Duration::from_secs(10), async {
        loop {
            if let Event::Notice(Update::Outlet(outlet)) = watching.next().await.unwrap() {
                return outlet;
            }
        }
    });
    let seen = seen.await.unwrap();
    assert_eq!(
        (seen.number, seen.state),
        (3, PowerState::Off),
        "what one switches the other sees"
    );

    let beyond = switching
        .call(switch(Target::Outlet(17), Action::Off))
        .await
        .unwrap_err();
    assert_eq!(
        (beyond.kind(), beyond.effect()),
        (ErrorKind::InvalidArgument, Effect::NotApplied)
    );
    assert_eq!(
        switching.call(Command::SetSchedule(vec![at_seven(1)])).await.unwrap(),
        Answer::Confirmed
    );
}

#[test]
fn a_blocking_program_reads_and_configures_a_unit_over_a_socket() {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (stream, _) = socket.accept().unwrap();
        let mut server = pdu_core::blocking::Server::new(TextServer::new(SmartPower::new(7)), stream);
        let _ = server.run(None); // until the client is gone
        *server.endpoint().service().counts()
    });
    let connect = pdu_core::blocking::tcp(address, Duration::from_secs(2));
    let mut unit = pdu_core::blocking::Driver::connecting(Device::new(Client::new(Options::tcp())), connect);
    let Answer::Snapshot(snapshot) = unit.call(Command::Snapshot).unwrap() else {
        panic!("a snapshot");
    };
    assert_eq!(snapshot.outlets.len(), 16);
    let renamed = OutletSettings {
        name: Some("amp".into()),
        ..OutletSettings::of(1)
    };
    assert_eq!(unit.call(set_settings(vec![renamed])).unwrap(), Answer::Confirmed);
    assert_eq!(unit.call(switch(Target::All, Action::Off)).unwrap(), Answer::Accepted);
    drop(unit);
    let counts = server.join().unwrap();
    assert_eq!((counts.set_config, counts.all_off), (1, 1));
}
