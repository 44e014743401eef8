//! The simulated unit by itself: what its pages say, and to whom.

use std::time::Duration;

use http::{Request, StatusCode, header};
use pdu_core::simulator::Load;
use pdu_core::{Instant, PowerState, UserRole};
use pdu_proto_7series::config::{self, Plan, SyntheticUnit};
use pdu_proto_7series::http::Call;
use pdu_proto_7series::live::{self, Document};
use pdu_proto_7series::profile::Profile;
use pdu_proto_7series::series7::simulator::Series7;
use pdu_proto_7series::server::Service;
use pdu_proto_7series::wire::{OutletAction, Wiring};

fn at(seconds: u64) -> Instant {
    Instant::EPOCH + Duration::from_secs(seconds)
}

fn call(unit: &mut Series7, now: Instant, call: &Call) -> (StatusCode, String) {
    let request = unit.profile().http().request(call).unwrap();
    let response = unit.serve(now, &request);
    (response.status(), String::from_utf8(response.into_body()).unwrap())
}

#[test]
fn same_seed_gives_the_same_pages_at_the_same_times() {
    let pages = |seed| {
        let mut unit = Series7::new(seed);
        [0, 5, 3600, 90_000].map(|seconds| call(&mut unit, at(seconds), &Call::Live).1)
    };
    assert_eq!(pages(1), pages(1));
    assert_ne!(pages(1), pages(2));
    assert_ne!(pages(1)[0], pages(1)[2]);
}

#[test]
fn every_document_says_that_it_is_synthetic_and_reads_back_strictly() {
    for wiring in [Wiring::Wye, Wiring::Delta] {
        let mut unit = Series7::builder().wiring(wiring).outlets(48).build().unwrap();
        for page in [Call::Live, Call::DownloadConfiguration, Call::Log] {
            let (status, text) = call(&mut unit, at(1), &page);
            assert_eq!(status, StatusCode::OK);
            assert!(text.contains("SYNTHETIC"), "{page:?}");
        }
        let text = call(&mut unit, at(1), &Call::Live).1;
        let strict = live::Options::default()
            .with_mode(pdu_core::Mode::Strict)
            .with_wiring(wiring);
        let document = Document::parse(text.as_bytes(), &strict).unwrap();
        assert_eq!(document.snapshot().outlets.len(), 48);
        assert_eq!(document.unknown().count(), 0);
    }
}

#[test]
fn load_of_an_outlet_is_what_it_and_its_line_show() {
    let mut unit = Series7::builder().outlets(1).build().unwrap();
    unit.set_load(
        1,
        Load::Fixed {
            watts: 460,
            volt_amperes: 500,
        },
    );
    let text = call(&mut unit, at(0), &Call::Live).1;
    assert!(text.contains(r#"<field key="RealPower-A" value="460"/>"#), "{text}");
    assert!(text.contains(r#"<field key="ApPower-A" value="500"/>"#), "{text}");
    assert!(text.contains(r#"<field key="Pwr-Factor%-A" value="92"/>"#), "{text}");
    assert!(text.contains(r#"watts="460""#), "{text}");
    call(
        &mut unit,
        at(0),
        &Call::Outlet {
            outlet: 1,
            action: OutletAction::ResetEnergy,
        },
    );
    let text = call(&mut unit, at(3600), &Call::Live).1;
    assert!(text.contains(r#"kwatthrs="0.460""#), "{text}");
    call(
        &mut unit,
        at(3600),
        &Call::Outlet {
            outlet: 1,
            action: OutletAction::Off,
        },
    );
    let text = call(&mut unit, at(7200), &Call::Live).1;
    assert!(
        text.contains(r#"amps="0.00" watts="0" kwatthrs="0.460" status="Off""#),
        "{text}"
    );
}

#[test]
fn outlets_do_what_they_are_set_to_when_power_comes_back() {
    let mut unit = Series7::new(5);
    let (profile, file) = (Profile::synthetic(), unit.configuration().clone());
    let outlet = |number, policy, delay| config::Outlet {
        power_on_action: Some(policy),
        power_on_delay: Some(delay),
        ..config::Outlet::of(number)
    };
    let wanted = config::Settings {
        outlets: vec![
            outlet(1, pdu_core::PowerRestorePolicy::AlwaysOff, 0),
            outlet(2, pdu_core::PowerRestorePolicy::LastState, 0),
            outlet(3, pdu_core::PowerRestorePolicy::LastState, 0),
            outlet(4, pdu_core::PowerRestorePolicy::AlwaysOn, 30),
        ],
        ..config::Settings::default()
    };
    let plan = Plan::edit(&file, &wanted, &profile).unwrap();
    let upload = Call::UploadConfiguration(plan.document().as_bytes().to_vec());
    assert_eq!(call(&mut unit, at(0), &upload).0, StatusCode::OK);
    assert!(unit.execute(2, OutletAction::Off));
    unit.power_cycle();
    let states = |unit: &Series7| [1, 2, 3, 4].map(|outlet| unit.outlet(outlet) == PowerState::On);
    assert_eq!(states(&unit), [false, false, true, false]);
    unit.advance_to(at(30));
    assert_eq!(states(&unit), [false, false, true, true]);
}

#[test]
fn a_file_is_taken_whole_or_refused_whole() {
    let mut unit = Series7::new(1);
    let before = unit.configuration().clone();
    let text = before.as_str().to_owned();
    let foreign = SyntheticUnit {
        mac: "02:00:5E:00:00:02".into(),
        ..SyntheticUnit::default()
    };
    for (file, status) in [
        ("<a".to_owned(), StatusCode::BAD_REQUEST),
        (String::new(), StatusCode::BAD_REQUEST),
        (foreign.document().unwrap().as_str().to_owned(), StatusCode::CONFLICT),
        ("<a/>".to_owned(), StatusCode::CONFLICT),
        (
            text.replacen("ondelay=\"0\"", "ondelay=\"soon\"", 1),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            text.replace(
                "level=\"administrator\" name=\"\"",
                "level=\"administrator\" name=\"root\"",
            ),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let (found, why) = call(&mut unit, at(0), &Call::UploadConfiguration(file.into_bytes()));
        assert_eq!(found, status, "{why}");
        assert_eq!(unit.configuration(), &before);
        assert_eq!(unit.accounts().iter().count(), 0);
    }
    assert_eq!(
        call(&mut unit, at(0), &Call::UploadConfiguration(text.into_bytes())).0,
        StatusCode::OK
    );
}

#[test]
fn accounts_close_their_pages_and_no_others() {
    let mut unit = Series7::new(1);
    let account = |name: &str| config::Account {
        name: Some(name.into()),
        password: Some(format!("{name}_1").into()),
    };
    let wanted = config::Settings {
        administrator: account("boss"),
        view: account("guest"),
        ..config::Settings::default()
    };
    let plan = Plan::edit(unit.configuration(), &wanted, &Profile::synthetic()).unwrap();
    let upload = Call::UploadConfiguration(plan.document().as_bytes().to_vec());
    assert_eq!(call(&mut unit, at(0), &upload).0, StatusCode::OK);
    let roles: Vec<UserRole> = unit.accounts().iter().map(|account| account.role).collect();
    assert_eq!(roles, [UserRole::Administrator, UserRole::View]);

    let off = Call::Outlet {
        outlet: 1,
        action: OutletAction::Off,
    };
    let mut ask = |what: &Call, user: Option<&str>| {
        let mut request: Request<Vec<u8>> = unit.profile().http().request(what).unwrap();
        // "guest:guest_1" and "boss:boss_1" in base 64.
        let basic = user.map(|user| match user {
            "guest" => "Basic Z3Vlc3Q6Z3Vlc3RfMQ==",
            _ => "Basic Ym9zczpib3NzXzE=",
        });
        if let Some(basic) = basic {
            request
                .headers_mut()
                .insert(header::AUTHORIZATION, basic.parse().unwrap());
        }
        unit.serve(at(1), &request).status()
    };
    let (ok, closed, forbidden) = (StatusCode::OK, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN);
    assert_eq!(ask(&Call::Live, None), closed);
    assert_eq!(ask(&Call::Live, Some("guest")), ok);
    assert_eq!(ask(&Call::Live, Some("boss")), ok);
    assert_eq!(ask(&Call::Log, None), closed);
    assert_eq!(ask(&off, None), ok); // no Control account
    assert_eq!(ask(&Call::DownloadConfiguration, None), closed);
    assert_eq!(ask(&Call::DownloadConfiguration, Some("guest")), forbidden);
    assert_eq!(ask(&Call::DownloadConfiguration, Some("boss")), ok);
}

#[test]
fn leaps_of_time_cost_little_and_end_right() {
    let mut unit = Series7::builder().log_capacity(10).build().unwrap();
    unit.advance_to(at(0));
    let off = Call::Outlet {
        outlet: 1,
        action: OutletAction::Reboot,
    };
    call(&mut unit, at(1), &off);
    unit.advance_to(Instant::from_micros(3_000_000_000_000_000)); // 95 years
    assert_eq!(unit.outlet(1), PowerState::On);
    let log = call(&mut unit, Instant::from_micros(3_000_000_000_000_000), &Call::Log).1;
    assert_eq!(log.lines().count(), 2 + 10, "{log}");
    unit.advance_to(Instant::EPOCH);
    unit.advance_to(Instant::FAR_FUTURE);
}

/// As curl does it: without the body, until it is asked for a login.
#[test]
fn a_login_is_asked_for_before_the_fields_are_read() {
    let mut unit = Series7::new(1);
    let form = |body: &str| Request::post("/outlet").body(body.as_bytes().to_vec()).unwrap();
    assert_eq!(unit.serve(at(0), &form("")).status(), StatusCode::BAD_REQUEST);
    let account = |name: &str| config::Account {
        name: Some(name.into()),
        password: Some("secret_1".into()),
    };
    let wanted = config::Settings {
        administrator: account("boss"),
        control: account("ctrl"),
        ..config::Settings::default()
    };
    let plan = Plan::edit(unit.configuration(), &wanted, &Profile::synthetic()).unwrap();
    call(
        &mut unit,
        at(0),
        &Call::UploadConfiguration(plan.document().as_bytes().to_vec()),
    );
    assert_eq!(unit.serve(at(0), &form("")).status(), StatusCode::UNAUTHORIZED);
}
