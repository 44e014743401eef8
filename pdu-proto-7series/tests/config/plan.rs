//! No file goes to another unit, and nothing is done that was not listed.

use pdu_core::{Error, ErrorKind};
use pdu_proto_7series::config::{Backup, ConfigError, Outlet, Plan, Settings, SyntheticUnit, UnitIdentity};
use pdu_proto_7series::profile::Profile;

use super::{document, synthetic};

fn unit(serial: &str, mac: &str, host: &str) -> SyntheticUnit {
    SyntheticUnit {
        serial: serial.into(),
        mac: mac.into(),
        host: host.into(),
        outlets: 2,
    }
}

#[test]
fn a_restore_lists_what_it_would_change() {
    let profile = Profile::synthetic();
    let backup = Backup::of(synthetic(), &profile).unwrap();
    let outlet = Outlet {
        label: Some("Router".into()),
        ..Outlet::of(3)
    };
    let wanted = Settings {
        outlets: vec![outlet],
        ..Settings::default()
    };
    let edited = Plan::edit(&backup.document, &wanted, &profile).unwrap();
    let current = edited.document();

    let plan = Plan::of(current, &backup.document, &profile).unwrap();
    assert_eq!(
        plan.to_string(),
        "/synthetic-series7/outlets/outlet[@num='3']/@label: \"Router\" -> \"Outlet 3\"\n"
    );
    assert_eq!(plan.document(), &backup.document);
    assert_eq!(plan.identity(), &backup.identity);
    assert!(Plan::of(current, current, &profile).unwrap().is_empty());
}

#[test]
fn a_file_of_another_unit_is_refused() {
    let profile = Profile::synthetic();
    let mine = unit("S1", "00:11:22:33:44:55", "rack-1").document().unwrap();
    for other in [
        unit("S2", "00:11:22:33:44:55", "rack-1"),
        unit("S1", "00:11:22:33:44:56", "rack-1"),
        unit("S1", "", "rack-1"),
        unit("", "", "rack-1"),
        unit("", "", ""),
    ] {
        let error = Plan::of(&mine, &other.document().unwrap(), &profile).unwrap_err();
        assert!(matches!(error, ConfigError::ForeignUnit(_)), "{error}");
        assert_eq!(error.kind(), ErrorKind::Mismatch);
    }
    let foreign = unit("S2", "", "x\n\u{1F50C}").document().unwrap();
    assert_eq!(
        Plan::of(&mine, &foreign, &profile).unwrap_err().to_string(),
        "file of another unit: serial S2, host x\\n🔌, where serial S1, MAC 00:11:22:33:44:55, host rack-1 was expected"
    );
}

#[test]
fn the_same_unit_may_have_another_host_and_write_its_mac_otherwise() {
    let profile = Profile::synthetic();
    let mine = unit("S1", "00:11:22:aa:bb:cc", "rack-1").document().unwrap();
    let later = unit("S1", "00-11-22-AA-BB-CC", "rack-2").document().unwrap();
    assert_eq!(Plan::of(&mine, &later, &profile).unwrap().changes().len(), 2);
}

#[test]
fn a_unit_that_says_nothing_but_its_host_is_told_by_that() {
    let host = |host: Option<&str>| UnitIdentity {
        host: host.map(Into::into),
        ..UnitIdentity::default()
    };
    assert_eq!(host(Some("a")).check_same(&host(Some("a"))), Ok(()));
    assert!(host(Some("a")).check_same(&host(Some("b"))).is_err());
    assert!(host(None).check_same(&host(None)).is_err());
}

#[test]
fn a_mac_address_without_a_digit_tells_no_unit() {
    let unit = |mac: &str, host: &str| UnitIdentity {
        mac: Some(mac.into()),
        host: Some(host.into()),
        ..UnitIdentity::default()
    };
    assert!(unit("--", "a").check_same(&unit("::", "b")).is_err());
    assert!(unit("--", "a").check_same(&unit("00:11:22:33:44:55", "a")).is_err());
    assert_eq!(unit("--", "a").check_same(&unit("--", "a")), Ok(()));
}

#[test]
fn a_file_without_identity_is_no_backup() {
    let error = Backup::of(document("<a/>"), &Profile::synthetic()).unwrap_err();
    assert_eq!(error, ConfigError::Unidentified);
}

#[test]
fn there_is_no_plan_for_a_file_that_the_manual_does_not_allow() {
    let profile = Profile::synthetic();
    let mut wanted = synthetic();
    let administrator = "/synthetic-series7/accounts/account[@level='administrator']/@name";
    wanted.set(&administrator.parse().unwrap(), "root").unwrap();
    let error = Plan::of(&synthetic(), &wanted, &profile).unwrap_err();
    assert_eq!(
        error.to_string(),
        "settings.administrator.name: the account names root and admin are refused"
    );
}

#[test]
fn what_a_unit_has_already_is_not_held_against_a_restore() {
    let profile = Profile::synthetic();
    let label = |number: u16| {
        format!("/synthetic-series7/outlets/outlet[@num='{number}']/@label")
            .parse()
            .unwrap()
    };
    let mut current = synthetic();
    current.set(&label(1), " blanks ").unwrap();
    let mut wanted = current.clone();
    wanted.set(&label(2), "Router").unwrap();
    assert_eq!(Plan::of(&current, &wanted, &profile).unwrap().changes().len(), 1);
    wanted.set(&label(1), " others ").unwrap();
    let error = Plan::of(&current, &wanted, &profile).unwrap_err();
    assert_eq!(error.to_string(), "lists.outlets[1].label: white space at an end");
}
