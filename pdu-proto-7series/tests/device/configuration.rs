//! Settings, alarm rules and whole files: planned, uploaded once, read back.

use std::time::Duration;

use http::StatusCode;
use pdu_core::{
    AlarmRule, Answer, Command, Decimal, Effect, Error, ErrorKind, MailSettings, OutletSettings, PowerRestorePolicy,
    Settings, SnmpSettings, Trip,
};
use pdu_proto_7series::Series7Error;
use pdu_proto_7series::config::{self, ConfigError, Plan, SyntheticUnit};
use pdu_proto_7series::profile::Profile;
use pdu_proto_7series::series7::simulator::Series7;
use pdu_proto_7series::series7::{Reply, Request};

use crate::support::{Asking, Manners, device, eight, link, snapshot_of, typed};

fn set(settings: Settings) -> Command {
    Command::SetSettings(Box::new(settings))
}

fn renamed(number: u16, name: &str) -> Settings {
    Settings::from(vec![OutletSettings {
        name: Some(name.into()),
        ..OutletSettings::of(number)
    }])
}

fn settings_of(result: &Result<Answer, pdu_core::DeviceError>) -> &Settings {
    match result {
        Ok(Answer::Settings(settings)) => settings,
        other => panic!("{other:?}"),
    }
}

#[test]
fn settings_are_stored_take_effect_and_read_back() {
    let mut link = eight();
    let wanted = Settings {
        outlets: vec![OutletSettings {
            name: Some("Router & <core>".into()),
            url: Some("http://192.0.2.9/?a=1&b=2".into()),
            restore_policy: Some(PowerRestorePolicy::AlwaysOff),
            restore_delay: Some(7),
            ..OutletSettings::of(3)
        }],
        snmp: Some(SnmpSettings {
            read_community: Some("hush".into()),
            ..SnmpSettings::default()
        }),
        mail: Some(MailSettings {
            server: Some("mail.example".into()),
            recipients: vec!["a@example".into(), "b@example".into()],
            ..MailSettings::default()
        }),
        ..Settings::default()
    };
    assert_eq!(link.ask(set(wanted)).as_ref().unwrap(), &Answer::Confirmed);
    let stored = settings_of(link.ask(Command::Settings));
    let outlet = &stored.outlets[2];
    assert_eq!(outlet.name.as_deref(), Some("Router & <core>"));
    assert_eq!(outlet.restore_policy, Some(PowerRestorePolicy::AlwaysOff));
    assert_eq!((outlet.restore_delay, outlet.on_delay), (Some(7), Some(0)));
    assert_eq!(stored.mail.as_ref().unwrap().recipients, ["a@example", "b@example"]);
    assert!(!format!("{stored:?}").contains("hush"));
    let shown = snapshot_of(link.ask(Command::Snapshot));
    assert_eq!(shown.outlets[2].name.as_deref(), Some("Router & <core>"));
    // A change of a secret is a change, and nobody reads it there.
    assert!(!format!("{:?}", link.witness().done).contains("hush"));
    assert_eq!(link.witness().done.len(), 8, "{:?}", link.witness().done);
}

#[test]
fn what_is_stored_already_is_not_uploaded_again() {
    let mut link = eight();
    link.ask(set(renamed(1, "Router"))).as_ref().unwrap();
    link.ask(set(renamed(1, "Router"))).as_ref().unwrap();
    assert_eq!(link.witness().done.len(), 1);
}

#[test]
fn what_the_manual_forbids_is_not_sent() {
    let mut link = eight();
    let user = |name: &str| Settings {
        users: vec![pdu_core::UserSettings {
            name: name.into(),
            role: Some(pdu_core::UserRole::Administrator),
            password: Some("b_1".into()),
        }],
        ..Settings::default()
    };
    let recipients = Settings {
        mail: Some(MailSettings {
            recipients: vec!["a@example".into(); 6],
            ..MailSettings::default()
        }),
        ..Settings::default()
    };
    for settings in [user("root"), user("admin"), user("a.b"), recipients] {
        let error = link.ask(set(settings)).as_ref().unwrap_err();
        assert_eq!(error.effect(), Effect::NotApplied, "{error}");
    }
    assert!(link.sent().is_empty());
    let error = link.ask(set(renamed(9, "Router"))).as_ref().unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied, "{error}");
    assert!(link.witness().done.is_empty());
}

#[test]
fn a_change_that_does_not_read_back_is_not_confirmed() {
    let mut link = eight();
    link.witness_mut().manners = Manners::Idle;
    let error = link.ask(set(renamed(2, "Router"))).as_ref().unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::NotConfirmed, Effect::Unknown)
    );
    assert_eq!(
        error.to_string(),
        "/synthetic-series7/outlets/outlet[@num='2']/@label reads \"Outlet 2\" after \"Router\" was written"
    );
}

#[test]
fn a_refused_file_changes_nothing() {
    let mut link = eight();
    link.witness_mut().manners = Manners::Refuse("UploadConfiguration", StatusCode::FORBIDDEN);
    let error = link.ask(set(renamed(2, "Router"))).as_ref().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Denied, Effect::NotApplied));
}

#[test]
fn settings_that_take_their_time_are_in_the_file_at_once_and_active_later() {
    let builder = Series7::builder().settings_delay(Duration::from_secs(120));
    let mut link = link(device(), builder);
    assert_eq!(
        link.ask(set(renamed(1, "Router"))).as_ref().unwrap(),
        &Answer::Confirmed
    );
    let name = |link: &mut crate::support::Link<_>| {
        let snapshot = snapshot_of(link.ask(Command::Snapshot)).clone();
        snapshot.outlets[0].name.clone().unwrap()
    };
    assert_eq!(name(&mut link), "Outlet 1");
    link.run_for(Duration::from_secs(121)).unwrap();
    assert_eq!(name(&mut link), "Router");
}

#[test]
fn alarm_rules_are_the_rows_of_the_file() {
    let mut link = eight();
    let rule = |number, object: &str| AlarmRule {
        number,
        point: None,
        quantity: None,
        object: Some(object.into()),
        trip: Trip::Below,
        threshold: Decimal::new(1855, -2),
    };
    let rules = vec![rule(2, "Internal/TempC"), rule(5, "Probe 1/Humidity")];
    let set = link.ask(Command::SetAlarmRules(rules.clone()));
    assert_eq!(set.as_ref().unwrap(), &Answer::Confirmed);
    let read = link.ask(Command::AlarmRules);
    assert_eq!(read.as_ref().unwrap(), &Answer::AlarmRules(rules));
    let set = link.ask(Command::SetAlarmRules(Vec::new()));
    assert_eq!(set.as_ref().unwrap(), &Answer::Confirmed);
    assert_eq!(
        link.ask(Command::AlarmRules).as_ref().unwrap(),
        &Answer::AlarmRules(Vec::new())
    );
    for rules in [
        vec![rule(9, "a/b")],
        vec![rule(1, "a/b"), rule(1, "c/d")],
        vec![rule(1, "no slash")],
    ] {
        let error = link.ask(Command::SetAlarmRules(rules)).as_ref().unwrap_err();
        assert_eq!(error.effect(), Effect::NotApplied, "{error}");
    }
}

#[test]
fn a_backup_goes_back_to_its_unit_byte_for_byte() {
    let mut link = typed();
    let Ok(Reply::Configuration(backup)) = link.ask(Request::DownloadConfiguration) else {
        panic!("no file");
    };
    let backup = backup.clone();
    let profile = Profile::synthetic();
    let wanted = config::Settings::from_vocabulary(&renamed(1, "Router")).unwrap();
    let plan = Plan::edit(&backup.document, &wanted, &profile).unwrap();
    let edit = link.ask(Request::UploadConfiguration(Box::new(plan)));
    assert!(matches!(edit, Ok(Reply::Accepted)));
    let current = link.witness().unit.configuration().clone();
    assert_ne!(current, backup.document);

    let plan = Plan::of(&current, &backup.document, &profile).unwrap();
    assert_eq!(plan.changes().len(), 1);
    link.ask(Request::UploadConfiguration(Box::new(plan))).as_ref().unwrap();
    let restored = link.witness().unit.configuration();
    assert_eq!(restored.as_bytes(), backup.document.as_bytes());
}

/// There is no plan for a foreign file; and if somebody makes the unit a wrong one, it refuses.
#[test]
fn a_file_of_another_unit_is_refused_on_both_sides() {
    let mut link = typed();
    let profile = Profile::synthetic();
    let foreign = SyntheticUnit {
        serial: "SYNTHETIC-0002".into(),
        ..SyntheticUnit::default()
    };
    let foreign = foreign.document().unwrap();
    let own = link.witness().unit.configuration().clone();
    assert!(matches!(
        Plan::of(&own, &foreign, &profile),
        Err(ConfigError::ForeignUnit(_))
    ));
    let wanted = config::Settings::from_vocabulary(&renamed(1, "Router")).unwrap();
    let forced = Plan::edit(&foreign, &wanted, &profile).unwrap();
    let error = link
        .ask(Request::UploadConfiguration(Box::new(forced)))
        .as_ref()
        .unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Refused, Effect::NotApplied));
    assert!(matches!(error, Series7Error::Http(_)), "{error:?}");
    assert_eq!(link.witness().unit.configuration(), &own);
}
