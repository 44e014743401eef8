//! What is told to outlets and circuits, and what is said of it afterwards.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use pdu_core::testing::{Harness, Side};
use pdu_core::{
    Action, Answer, Capabilities, Capability, Command, Delay, Effect, Error, ErrorKind, Event, Line, OutletSettings,
    Point, PowerState, Session, Settings, Target, Update,
};
use pdu_proto_7series::Series7Error;
use pdu_proto_7series::profile::Profile;
use pdu_proto_7series::series7::simulator::{Metering, Series7};
use pdu_proto_7series::series7::{Device, Options};
use pdu_proto_7series::wire::Wiring;

use crate::support::{Asking, Manners, device, eight, energy, http, link, snapshot_of, switch};

const SECOND: Duration = Duration::from_secs(1);

/// What the unit shows of an outlet.
fn state<S>(link: &mut crate::support::Link<S>, outlet: u16) -> PowerState
where
    S: Session<Request = Command, Reply = Answer, Error = pdu_core::DeviceError>,
    S::Notice: core::fmt::Debug,
{
    let snapshot = snapshot_of(link.ask(Command::Snapshot)).clone();
    snapshot.outlets[usize::from(outlet) - 1].state
}

#[test]
fn at_once_is_confirmed_by_what_the_unit_shows() {
    let mut link = eight();
    let off = link.ask(switch(3, Action::Off, Delay::None));
    assert_eq!(off.as_ref().unwrap(), &Answer::Confirmed);
    assert_eq!(link.witness().unit.outlet(3), PowerState::Off);
    let on = link.ask(switch(3, Action::On, Delay::None));
    assert_eq!(on.as_ref().unwrap(), &Answer::Confirmed);
    assert_eq!(link.witness().done, ["Outlet(3, Off)", "Outlet(3, On)"]);
}

#[test]
fn all_eight_actions_do_what_the_manual_says_with_the_delays_that_are_stored() {
    let mut link = eight();
    let delays = OutletSettings {
        on_delay: Some(20),
        off_delay: Some(30),
        cycle_delay: Some(40),
        cycle_duration: Some(10),
        ..OutletSettings::of(2)
    };
    let set = Command::SetSettings(Box::new(Settings::from(vec![delays])));
    assert_eq!(link.ask(set).as_ref().unwrap(), &Answer::Confirmed);
    let mut do_it = |action, delay, answer: Answer| {
        assert_eq!(link.ask(switch(2, action, delay)).as_ref().unwrap(), &answer);
        let mut seen = Vec::new();
        for _ in 0..12 {
            seen.push(state(&mut link, 2) == PowerState::On);
            link.run_for(5 * SECOND).unwrap();
        }
        // When, in steps of five seconds, it changed, and to what.
        let changes = seen.windows(2).enumerate().filter(|(_, pair)| pair[0] != pair[1]);
        (
            seen[0],
            changes.map(|(at, pair)| (5 * (at + 1), pair[1])).collect::<Vec<_>>(),
        )
    };
    assert_eq!(do_it(Action::Off, Delay::None, Answer::Confirmed), (false, vec![]));
    assert_eq!(
        do_it(Action::On, Delay::Configured, Answer::Accepted),
        (false, vec![(20, true)])
    );
    assert_eq!(
        do_it(Action::Off, Delay::Configured, Answer::Accepted),
        (true, vec![(30, false)])
    );
    assert_eq!(do_it(Action::On, Delay::None, Answer::Confirmed), (true, vec![]));
    assert_eq!(
        do_it(Action::Cycle, Delay::None, Answer::Accepted),
        (false, vec![(10, true)])
    );
    let delayed = do_it(Action::Cycle, Delay::Configured, Answer::Accepted);
    assert_eq!(delayed, (true, vec![(40, false), (50, true)]));
    assert_eq!(
        do_it(Action::ResetEnergy, Delay::None, Answer::Confirmed),
        (true, vec![])
    );

    link.ask(switch(2, Action::Off, Delay::Configured));
    link.run_for(10 * SECOND).unwrap();
    let cancel = link.ask(switch(2, Action::CancelPending, Delay::None));
    assert_eq!(cancel.as_ref().unwrap(), &Answer::Accepted);
    link.run_for(60 * SECOND).unwrap();
    assert_eq!(state(&mut link, 2), PowerState::On);
}

#[test]
fn what_becomes_of_a_delayed_action_is_told_by_the_next_look() {
    let mut link = eight();
    link.ask(Command::Snapshot);
    link.ask(switch(1, Action::Cycle, Delay::None));
    link.run_for(10 * SECOND).unwrap();
    link.ask(Command::Snapshot);
    let updates = link.events().iter().filter_map(|recorded| match &recorded.event {
        Event::Notice(Update::Outlet(outlet)) => Some((outlet.number, outlet.state)),
        _ => None,
    });
    assert_eq!(updates.collect::<Vec<_>>(), [(1, PowerState::Off), (1, PowerState::On)]);
}

#[test]
fn all_outlets_are_switched_one_after_the_other() {
    let mut link = eight();
    let all = Command::Switch {
        target: Target::All,
        action: Action::Off,
        delay: Delay::None,
    };
    assert_eq!(link.ask(all).as_ref().unwrap(), &Answer::Confirmed);
    let expected: Vec<String> = (1..=8).map(|number| format!("Outlet({number}, Off)")).collect();
    assert_eq!(link.witness().done, expected);
}

#[test]
fn what_comes_after_a_refused_one_of_several_is_not_sent() {
    let mut link = eight();
    link.witness_mut().manners = Manners::Refuse("Outlet(4", StatusCode::SERVICE_UNAVAILABLE);
    let all = Command::Switch {
        target: Target::All,
        action: Action::Off,
        delay: Delay::None,
    };
    let error = link.ask(all).as_ref().unwrap_err();
    assert_eq!(error.effect(), Effect::Unknown);
    let incomplete = error.inner().downcast_ref::<Series7Error>();
    assert!(
        matches!(incomplete, Some(Series7Error::Incomplete { done: 3, of: 8, .. })),
        "{error}"
    );
    assert_eq!(link.witness().unit.outlet(3), PowerState::Off);
    assert_eq!(link.witness().unit.outlet(5), PowerState::On);
}

#[test]
fn what_cannot_be_is_refused_before_a_byte_leaves() {
    let mut link = eight();
    let group = Command::Switch {
        target: Target::Group(1),
        action: Action::Off,
        delay: Delay::None,
    };
    for (command, kind) in [
        (switch(1, Action::Off, Delay::Exact(SECOND)), ErrorKind::Unsupported),
        (
            switch(1, Action::CancelPending, Delay::Configured),
            ErrorKind::Unsupported,
        ),
        (switch(0, Action::Off, Delay::None), ErrorKind::InvalidArgument),
        (group, ErrorKind::Unsupported),
        (
            Command::ResetEnergy(Point::inlet(1).on(Line::Total)),
            ErrorKind::Unsupported,
        ),
        (
            Command::ResetEnergy(Point::inlet(2).on(Line::L1)),
            ErrorKind::Unsupported,
        ),
        (
            Command::ResetEnergy(Point::outlet(1).of_unit(1)),
            ErrorKind::InvalidArgument,
        ),
        (Command::Thresholds, ErrorKind::Unsupported),
        (Command::Clock, ErrorKind::Unsupported),
    ] {
        let error = link.ask(command).as_ref().unwrap_err();
        assert_eq!((error.kind(), error.effect()), (kind, Effect::NotApplied), "{error}");
    }
    assert!(link.sent().is_empty());
}

#[test]
fn an_outlet_that_the_unit_does_not_show_is_not_commanded() {
    let mut link = eight();
    let error = link.ask(switch(9, Action::Off, Delay::None)).as_ref().unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::InvalidArgument, Effect::NotApplied)
    );
    assert_eq!(error.to_string(), "outlet 9 of a unit that shows 8");
    assert!(!link.transmitted(Side::Client).starts_with(b"POST"));
    assert!(link.witness().done.is_empty());
}

#[test]
fn energy_of_outlets_and_circuits_is_reset_and_read_back() {
    for (wiring, circuit) in [(Wiring::Wye, Line::L2), (Wiring::Delta, Line::L3L1)] {
        let mut link = link(device(), Series7::builder().wiring(wiring));
        let circuit = Point::inlet(1).on(circuit);
        for point in [Point::outlet(5), circuit] {
            let before = snapshot_of(link.ask(Command::Snapshot)).clone();
            assert_ne!(energy(&before, point), "0");
            let reset = link.ask(Command::ResetEnergy(point));
            assert_eq!(reset.as_ref().unwrap(), &Answer::Confirmed);
            let after = snapshot_of(link.ask(Command::Snapshot)).clone();
            assert!(energy(&after, point).parse::<f64>().unwrap() < 10.0);
        }
        let other = if wiring == Wiring::Wye { Line::L1L2 } else { Line::L1 };
        let error = link.ask(Command::ResetEnergy(Point::inlet(1).on(other)));
        assert_eq!(error.as_ref().unwrap_err().kind(), ErrorKind::Refused);
    }
}

#[test]
fn a_reset_that_nothing_shows_is_accepted_and_not_confirmed() {
    let mut link = link(device(), Series7::builder().metering(Metering::Lines));
    let reset = link.ask(Command::ResetEnergy(Point::outlet(1)));
    assert_eq!(reset.as_ref().unwrap(), &Answer::Accepted);
}

#[test]
fn a_unit_that_takes_commands_and_does_nothing_is_not_believed() {
    let mut link = eight();
    link.witness_mut().manners = Manners::Idle;
    for command in [
        switch(1, Action::Off, Delay::None),
        Command::ResetEnergy(Point::outlet(1)),
    ] {
        assert_eq!(link.ask(command).as_ref().unwrap(), &Answer::Accepted);
    }
}

/// The answer to a command is lost: it is not sent again, and what is read back decides.
#[test]
fn switching_whose_answer_is_lost_is_confirmed_by_what_is_read_back() {
    let mut link = eight();
    link.ask(Command::Snapshot);
    link.link_mut().hold(Side::Client);
    link.submit(switch(2, Action::Off, Delay::None)).unwrap();
    link.run_for(SECOND).unwrap();
    assert_eq!(link.witness().unit.outlet(2), PowerState::Off);
    link.link_mut().discard(Side::Client);
    link.link_mut().release(Side::Client);
    assert!(link.run_until_done(300 * SECOND).unwrap());
    assert_eq!(link.result(1).unwrap().as_ref().unwrap(), &Answer::Confirmed);
    assert_eq!(link.witness().done, ["Outlet(2, Off)"]);
}

/// The command itself is lost: it is not sent again, and nobody claims to know.
#[test]
fn switching_that_is_lost_is_not_sent_again() {
    let mut link = eight();
    link.ask(Command::Snapshot);
    link.link_mut().hold(Side::Server);
    link.submit(switch(2, Action::Off, Delay::None)).unwrap();
    link.run_for(SECOND).unwrap();
    link.link_mut().discard(Side::Server);
    link.link_mut().release(Side::Server);
    assert!(link.run_until_done(300 * SECOND).unwrap());
    let error = link.result(1).unwrap().as_ref().unwrap_err();
    assert_eq!(error.effect(), Effect::Unknown, "{error}");
    assert_eq!(commands_sent(&link), 1);
    assert!(link.witness().done.is_empty());
}

/// How many commands have left the client.
fn commands_sent<S: Session>(link: &Harness<S, crate::support::Unit>) -> usize {
    let sent = link.transmitted(Side::Client);
    sent.windows(5).filter(|window| window == b"POST ").count()
}

#[test]
fn a_command_that_waits_is_withdrawn_and_one_that_left_is_finished() {
    let mut link = eight();
    link.ask(Command::Snapshot);
    link.submit(switch(1, Action::Off, Delay::None)).unwrap();
    let waiting = link.submit(switch(2, Action::Off, Delay::None)).unwrap();
    link.cancel(waiting);
    assert!(link.run_until_done(300 * SECOND).unwrap());
    assert_eq!(link.result(1).unwrap().as_ref().unwrap(), &Answer::Confirmed);
    let error = link.result(2).unwrap().as_ref().unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Cancelled, Effect::NotApplied)
    );
    assert_eq!(link.witness().done, ["Outlet(1, Off)"]);
}

#[test]
fn a_control_account_closes_the_outlets_and_its_user_opens_them() {
    let mut open = link(
        Device::new(http(Some(("ctrl", "c_1"))), crate::support::options()),
        Series7::builder(),
    );
    let users = |users: &[(&str, &str, pdu_core::UserRole)]| {
        let users = users.iter().map(|(name, password, role)| pdu_core::UserSettings {
            name: (*name).into(),
            role: Some(*role),
            password: Some((*password).into()),
        });
        Command::SetSettings(Box::new(Settings {
            users: users.collect(),
            ..Settings::default()
        }))
    };
    let only_control = users(&[("ctrl", "c_1", pdu_core::UserRole::Control)]);
    let error = open.ask(only_control).as_ref().unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied, "Administrator comes first: {error}");

    let both = users(&[
        ("boss", "b_1", pdu_core::UserRole::Administrator),
        ("ctrl", "c_1", pdu_core::UserRole::Control),
    ]);
    // The file is taken, and cannot be read back: the configuration is the Administrator's from now on.
    let error = open.ask(both).as_ref().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Denied, Effect::Applied));
    let off = open.ask(switch(1, Action::Off, Delay::None));
    assert_eq!(off.as_ref().unwrap(), &Answer::Confirmed);

    let mut strangers = link(device(), Series7::builder());
    strangers
        .ask(users(&[
            ("boss", "b_1", pdu_core::UserRole::Administrator),
            ("ctrl", "c_1", pdu_core::UserRole::Control),
        ]))
        .as_ref()
        .unwrap_err();
    let error = strangers.ask(switch(1, Action::Off, Delay::None)).as_ref().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Denied, Effect::NotApplied));
    assert!(!error.to_string().contains("c_1") && !format!("{error:?}").contains("c_1"));
    assert_eq!(strangers.witness().unit.outlet(1), PowerState::On);
}

#[test]
fn a_profile_without_an_operation_takes_the_capability_with_it() {
    let text = "format = 1\nname = \"bare\"\n[identity]\nserial = \"/a/@serial\"\n";
    let bare = Options::new(Arc::new(Profile::from_toml(text).unwrap()));
    assert_eq!(bare.capabilities(), Capabilities::of(&[Capability::Snapshot]));
    let mut link = link(Device::new(http(None), bare), Series7::builder());
    for command in [switch(1, Action::Off, Delay::None), Command::Settings] {
        let error = link.ask(command).as_ref().unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Unsupported, Effect::NotApplied)
        );
    }
    assert_eq!(commands_sent(&link), 0);
    assert!(crate::support::options().capabilities().has(Capability::SetAlarmRules));
}
