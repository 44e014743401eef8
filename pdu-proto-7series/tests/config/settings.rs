//! Typed settings: what stands in a file, what the manual allows, and that all or nothing is written.

use pdu_core::{
    Addressing, Decimal, DeviceError, Error, ErrorKind, PowerRestorePolicy, Secret, ServiceState, Trip, UserRole,
    UserSettings, WebServices,
};
use pdu_proto_7series::config::{
    Account, AlarmRule, Camera, ClockSettings, ClockSource, DnsServer, Mail, MailAuthentication, MailTimes, Network,
    NtpServer, Outlet, Recipient, Repeat, Services, Settings, TrapTarget, diff,
};
use pdu_proto_7series::profile::Profile;
use proptest::prelude::*;

use super::{document, synthetic};

fn account(name: &str, password: &str) -> Account {
    Account {
        name: Some(name.into()),
        password: Some(Secret::new(password)),
    }
}

/// Of every section something.
fn everything() -> Settings {
    Settings {
        network: Network {
            addressing: Some(Addressing::Dynamic),
            gateway: Some("192.0.2.254".parse().unwrap()),
            ..Network::default()
        },
        dns_servers: vec![DnsServer {
            address: Some("2001:db8::1".into()),
            ..DnsServer::of(2)
        }],
        services: Services {
            web: Some(WebServices::Https),
            https_port: Some(8443),
            telnet: Some(ServiceState::Enabled),
            ..Services::default()
        },
        mail: Mail {
            server: Some("mail.example".into()),
            authentication: Some(MailAuthentication::Smtp),
            business_from: Some("07:30".parse().unwrap()),
            ..Mail::default()
        },
        recipients: vec![
            Recipient {
                address: Some("a@example".into()),
                times: Some(MailTimes::BusinessHours),
                ..Recipient::of(1)
            },
            Recipient {
                address: Some("b@example".into()),
                times: Some(MailTimes::AfterHours),
                ..Recipient::of(5)
            },
        ],
        trap_targets: vec![TrapTarget {
            address: Some("192.0.2.7".into()),
            ..TrapTarget::of(2)
        }],
        administrator: account("the boss", "Secret_1"),
        view: account("guest", "x"),
        alarms: vec![AlarmRule {
            sensor: Some("unit".into()),
            reading: Some("RealPower-A".into()),
            threshold: Some("1500.5".parse().unwrap()),
            trip: Some(Trip::Below),
            mail: Some(ServiceState::Enabled),
            delay: Some(5),
            repeat: Some(Repeat::Every30Minutes),
            ..AlarmRule::of(8)
        }],
        outlets: vec![Outlet {
            label: Some("<Router> & Switch".into()),
            url: Some("http://192.0.2.99/?a=1&b=2".into()),
            off_delay: Some(u32::MAX),
            power_on_action: Some(PowerRestorePolicy::AlwaysOff),
            ..Outlet::of(3)
        }],
        clock: ClockSettings {
            source: Some(ClockSource::Manual),
            utc_offset: Some(60),
            dst_start: Some("2027-03-28T02:00:00".parse().unwrap()),
            ..ClockSettings::default()
        },
        ntp_servers: vec![NtpServer {
            address: Some("ntp.example".into()),
            ..NtpServer::of(1)
        }],
        cameras: vec![Camera {
            address: Some("cam.example".into()),
            model: Some("M1".into()),
            ..Camera::of(4)
        }],
        ..Settings::default()
    }
}

#[test]
fn what_is_written_is_read_and_nothing_else_changed() {
    let profile = Profile::synthetic();
    let mut edited = synthetic();
    let wanted = everything();
    wanted.apply(&mut edited, &profile).unwrap();
    let found = Settings::read(&edited, &profile).unwrap();
    assert_eq!(found.network.gateway, wanted.network.gateway);
    assert_eq!(found.network.mask, Some("255.255.255.0".parse().unwrap()));
    assert_eq!(found.services.web, Some(WebServices::Https));
    assert_eq!(found.services.http_port, Some(80));
    assert_eq!(found.recipients[4], wanted.recipients[1]);
    assert_eq!(found.recipients[1].address.as_deref(), Some(""));
    assert_eq!(found.administrator, wanted.administrator);
    assert_eq!(found.alarms[7].threshold, Some(Decimal::new(15005, -1)));
    assert_eq!(found.outlets[2].label, wanted.outlets[0].label);
    assert_eq!(found.outlets[2].on_delay, Some(0));
    // One for each value that was said.
    let changes = diff(&synthetic(), &edited, &profile);
    let shown: Vec<_> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 35, "{shown:#?}");

    let mut again = edited.clone();
    found.apply(&mut again, &profile).unwrap();
    assert_eq!(
        again.as_str(),
        edited.as_str(),
        "what stands there already is not written"
    );
}

#[test]
fn a_value_that_means_the_same_keeps_its_bytes() {
    let toml = "format = 1\nname = 'x'\n[identity]\nserial = '/a/@s'\n[settings.services]\nhttp_port = '/a/port'\n[settings.display]\nname = '/a/name'\n";
    let profile = Profile::from_toml(toml).unwrap();
    let text = "<a s='1'>\n <port>\n  0080\n </port><name><![CDATA[ Rack ]]></name></a>";
    let mut edited = document(text);
    let settings = Settings::read(&edited, &profile).unwrap();
    assert_eq!(settings.services.http_port, Some(80));
    assert_eq!(settings.display.name.as_deref(), Some("Rack"));
    settings.apply(&mut edited, &profile).unwrap();
    assert_eq!(edited.as_str(), text);
}

fn refusal(settings: &Settings) -> String {
    let mut edited = synthetic();
    let error = settings.apply(&mut edited, &Profile::synthetic()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(edited, synthetic(), "nothing is applied");
    error.to_string()
}

/// The rest of it is right.
fn refused(spoil: impl FnOnce(&mut Settings)) -> String {
    let mut settings = everything();
    spoil(&mut settings);
    refusal(&settings)
}

#[test]
fn the_manuals_bounds_are_kept_and_nothing_is_applied() {
    for number in [0, 6] {
        let message = refused(|settings| settings.recipients.push(Recipient::of(number)));
        assert_eq!(
            message,
            format!("lists.recipients[{number}]: item {number}, where they count from 1 to 5")
        );
    }
    let message = refused(|settings| settings.trap_targets.push(TrapTarget::of(3)));
    assert_eq!(message, "lists.trap_targets[3]: item 3, where they count from 1 to 2");
    let message = refused(|settings| settings.ntp_servers.push(NtpServer::of(3)));
    assert_eq!(message, "lists.ntp_servers[3]: item 3, where they count from 1 to 2");
    let message = refused(|settings| settings.cameras.push(Camera::of(5)));
    assert_eq!(message, "lists.cameras[5]: item 5, where they count from 1 to 4");
    let message = refused(|settings| settings.outlets.push(Outlet::of(3)));
    assert_eq!(message, "lists.outlets[3]: item 3 is named twice");
    let message = refused(|settings| settings.outlets.push(Outlet::of(9)));
    assert_eq!(message, "lists.outlets[9]: no such item: the document has 8");
    let message = refused(|settings| settings.services.http_port = Some(0));
    assert_eq!(message, "settings.services.http_port: 0, where 1 to 65535 is allowed");
    let message = refused(|settings| settings.clock.utc_offset = Some(841));
    assert_eq!(message, "settings.clock.utc_offset: 841, where -720 to 840 is allowed");
    let message = refused(|settings| settings.mail.server = Some("a b".into()));
    assert_eq!(message, "settings.mail.server: white space in an address");
    let message = refused(|settings| settings.dns_servers[0].address = Some("ns.example".into()));
    assert_eq!(message, "lists.dns_servers[2].address: an IP address expected");
    let message = refused(|settings| settings.outlets[0].label = Some("two\nlines".into()));
    assert_eq!(
        message,
        "lists.outlets[3].label: U+000A, where printable text on one line is allowed"
    );
    let message = refused(|settings| settings.outlets[0].label = Some(" x".into()));
    assert_eq!(message, "lists.outlets[3].label: white space at an end");
}

#[test]
fn accounts_keep_the_rules_of_the_manual() {
    for name in ["root", "admin", "Admin", "ROOT"] {
        let message = refused(|settings| settings.administrator = account(name, "x"));
        assert_eq!(
            message,
            "settings.administrator.name: the account names root and admin are refused"
        );
    }
    let message = refused(|settings| settings.view = account("a-b", "x"));
    assert_eq!(
        message,
        "settings.view.name: '-', where letters, digits, blanks and underscores are allowed"
    );
    for password in ["with blank", "umläut", "dash-ed", "<&>"] {
        let message = refused(|settings| settings.control = account("c", password));
        assert_eq!(
            message,
            "settings.control.password: a character that is no letter, digit or underscore"
        );
    }
    let message = refused(|settings| settings.administrator = account("", ""));
    assert_eq!(
        message,
        "settings.view.name: no account without that of the Administrator"
    );
    let only_view = Settings {
        view: account("guest", "x"),
        ..Settings::default()
    };
    assert_eq!(
        refusal(&only_view),
        "settings.view.name: no account without that of the Administrator"
    );
}

#[test]
fn what_the_profile_has_no_place_for_is_unsupported() {
    let toml = "format = 1\nname = 'x'\n[identity]\nserial = '/synthetic-series7/unit/@serial'\n";
    let profile = Profile::from_toml(toml).unwrap();
    let mut edited = synthetic();
    let error = everything().apply(&mut edited, &profile).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.to_string(),
        "settings.network.addressing: the profile has no place for it"
    );
    assert_eq!(Settings::read(&edited, &profile).unwrap(), Settings::default());
}

#[test]
fn a_value_that_is_none_is_told_with_key_and_path() {
    let profile = Profile::synthetic();
    let mut spoilt = synthetic();
    let path = "/synthetic-series7/services/@web".parse().unwrap();
    // Our own word, which the profile has another one for; and no word at all.
    for word in ["http_and_https", "off"] {
        spoilt.set(&path, word).unwrap();
        let error = Settings::read(&spoilt, &profile).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "settings.services.web: {word:?} at /synthetic-series7/services/@web, where one of the words of the profile was expected"
            )
        );
    }
    let services = Services {
        web: Some(WebServices::Http),
        ..Services::default()
    };
    let mending = Settings {
        services,
        ..Settings::default()
    };
    let error = mending.apply(&mut spoilt.clone(), &profile);
    assert_eq!(error, Ok(()), "what cannot be read can be written over");
}

#[test]
fn items_whose_keys_count_from_another_number_count_from_1() {
    let toml = "format = 1\nname = 'x'\n[identity]\nserial = '/a/@s'\n[lists.cameras]\nitems = '/a/c'\nkey = '@k'\nfirst = 0\nfields = { model = '.' }\n";
    let profile = Profile::from_toml(toml).unwrap();
    let mut edited = document("<a><c k='1'>B</c><c k='0'>A</c></a>");
    let found = Settings::read(&edited, &profile).unwrap();
    assert_eq!(
        found.cameras.iter().map(|camera| camera.number).collect::<Vec<_>>(),
        [2, 1]
    );
    let camera = Camera {
        model: Some("new".into()),
        ..Camera::of(1)
    };
    let wanted = Settings {
        cameras: vec![camera],
        ..Settings::default()
    };
    wanted.apply(&mut edited, &profile).unwrap();
    assert_eq!(edited.as_str(), "<a><c k='1'>B</c><c k='0'>new</c></a>");
}

#[test]
fn an_edit_does_not_need_what_else_stands_in_the_file_to_be_right() {
    let profile = Profile::synthetic();
    let mut edited = synthetic();
    edited
        .set(&"/synthetic-series7/clock/@source".parse().unwrap(), "sundial")
        .unwrap();
    let wanted = Settings {
        view: account("guest", "x"),
        administrator: account("boss", "y"),
        ..Settings::default()
    };
    assert_eq!(wanted.apply(&mut edited, &profile), Ok(()));
}

#[test]
fn the_vocabulary_says_the_same_both_ways() {
    let profile = Profile::synthetic();
    let mut edited = synthetic();
    everything().apply(&mut edited, &profile).unwrap();
    let common = Settings::read(&edited, &profile).unwrap().to_vocabulary();
    assert_eq!(common.users.len(), 2);
    assert_eq!(common.users[1].role, Some(UserRole::View));
    assert_eq!(common.outlets[2].name.as_deref(), Some("<Router> & Switch"));
    assert_eq!(common.mail.as_ref().unwrap().recipients, ["a@example", "b@example"]);

    let back = Settings::from_vocabulary(&common).unwrap();
    let mut same = edited.clone();
    Settings {
        outlets: back.outlets,
        network: back.network,
        services: back.services,
        ..Settings::default()
    }
    .apply(&mut same, &profile)
    .unwrap();
    assert_eq!(same.as_str(), edited.as_str());
}

#[test]
fn users_without_a_role_of_their_own_are_refused() {
    let user = |role| UserSettings {
        name: "x".into(),
        role,
        password: None,
    };
    let refused = |users: Vec<UserSettings>| -> DeviceError {
        let settings = pdu_core::Settings {
            users,
            ..Default::default()
        };
        Settings::from_vocabulary(&settings).unwrap_err()
    };
    assert_eq!(refused(vec![user(None)]).kind(), ErrorKind::InvalidArgument);
    let twice = vec![user(Some(UserRole::View)), user(Some(UserRole::View))];
    assert_eq!(refused(twice).kind(), ErrorKind::InvalidArgument);
}

proptest! {
    #[test]
    fn any_label_and_delay_are_found_again(number in 1_u16..=8, label in "[ -~ä€]{0,30}", delay in any::<u32>()) {
        let profile = Profile::synthetic();
        let outlet = Outlet { label: Some(label.clone()), reboot_delay: Some(delay), ..Outlet::of(number) };
        let wanted = Settings { outlets: vec![outlet], ..Settings::default() };
        let mut edited = synthetic();
        if label.trim() == label {
            wanted.apply(&mut edited, &profile).unwrap();
            let found = Settings::read(&edited, &profile).unwrap();
            let found = &found.outlets[usize::from(number) - 1];
            prop_assert_eq!(found.label.as_ref(), Some(&label));
            prop_assert_eq!(found.reboot_delay, Some(delay));
        } else {
            prop_assert!(wanted.apply(&mut edited, &profile).is_err());
        }
    }
}
