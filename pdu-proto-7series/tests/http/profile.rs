//! Requests by profile, and what answers stand for.

use http::{Response, StatusCode, header};
use pdu_core::{Effect, Error, ErrorKind};
use pdu_proto_7series::http::{Call, HttpError, HttpProfile};
use pdu_proto_7series::wire::OutletAction;

const ACTIONS: &str = r#"
    [outlet.actions]
    on = "1"
    off = "0"
    on_delayed = "1d"
    off_delayed = "0d"
    reboot = "r"
    reboot_delayed = "rd"
    reset_energy = "k"
    cancel = "c"
"#;

/// Invented, with a variable in each place that may have one.
fn profile() -> HttpProfile {
    let text = r#"
        [config_download]
        path = "/config.xml"
        content_types = ["text/xml"]

        [config_upload]
        method = "POST"
        path = "/config.xml"
        upload = { field = "file" }

        [circuit_energy_reset]
        method = "PUT"
        path = "/circuits/{circuit}/energy"

        [log]
        path = "/log"
        query = { format = "csv" }

        [outlet]
        method = "POST"
        path = "/outlets"
        query = { n = "{outlet}" }
        form = { do = "{action}", sure = "yes" }
        success = [200, 303]
    "#;
    toml::from_str(&format!("{text}{ACTIONS}")).unwrap()
}

fn calls() -> Vec<Call> {
    let mut calls = vec![
        Call::Live,
        Call::DownloadConfiguration,
        Call::UploadConfiguration(b"<config>\r\n--x\r\n</config>".to_vec()),
        Call::ResetCircuitEnergy {
            circuit: "AB-1.total_x".into(),
        },
        Call::Log,
    ];
    for (outlet, action) in (1..).zip(OutletAction::ALL) {
        calls.push(Call::Outlet { outlet, action });
    }
    calls
}

#[test]
fn what_a_client_asks_a_unit_recognises() {
    let profile = profile();
    for call in calls() {
        let request = profile.request(&call).unwrap();
        assert_eq!(profile.recognise(&request), Some(call));
    }
}

#[test]
fn requests_are_as_the_profile_says() {
    let profile = profile();
    let call = Call::Outlet {
        outlet: 24,
        action: OutletAction::OffDelayed,
    };
    let request = profile.request(&call).unwrap();
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "/outlets?n=24");
    assert_eq!(request.body(), b"do=0d&sure=yes");
    assert_eq!(
        request.headers()[header::CONTENT_TYPE],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(profile.request(&Call::Log).unwrap().uri(), "/log?format=csv");
}

#[test]
fn requests_of_others_are_not_recognised() {
    let profile = profile();
    let outlet = Call::Outlet {
        outlet: 3,
        action: OutletAction::On,
    };
    let good = profile.request(&outlet).unwrap();
    for (uri, body) in [
        ("/outlets?n=x", "do=1&sure=yes"),
        ("/outlets?n=%2B3", "do=1&sure=yes"),
        ("/outlets?n=99999", "do=1&sure=yes"),
        ("/outlets?n=3&n=4", "do=1&sure=yes"),
        ("/outlets", "do=1&sure=yes"),
        ("/outlets/?n=3", "do=1&sure=yes"),
        ("/outlets?n=3", "do=explode&sure=yes"),
        ("/outlets?n=3", "do=1&sure=no"),
        ("/outlets?n=3", "do=1&do=0&sure=yes"),
        ("/outlets?n=3", ""),
    ] {
        let mut request = good.clone();
        *request.uri_mut() = uri.parse().unwrap();
        *request.body_mut() = body.into();
        assert_eq!(profile.recognise(&request), None, "{uri} {body}");
    }
    let mut get = good;
    *get.method_mut() = http::Method::GET;
    assert_eq!(profile.recognise(&get), None);
}

#[test]
fn operation_that_the_profile_lacks_is_unsupported() {
    let error = HttpProfile::default().request(&Call::Log).unwrap_err();
    assert_eq!(error.to_string(), "profile has no log");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn circuit_that_may_not_stand_in_a_path_is_refused() {
    for circuit in ["", ".", "..", "a/b", "..%2f", "a b", "\r\n", &"x".repeat(65)] {
        let call = Call::ResetCircuitEnergy {
            circuit: circuit.into(),
        };
        let error = profile().request(&call).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{circuit:?}");
    }
}

fn answer(status: u16, headers: &[(&str, &str)]) -> Response<Vec<u8>> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Vec::new()).unwrap()
}

#[test]
fn answers_stand_for_what_the_profile_says() {
    let profile = profile();
    let outlet = Call::Outlet {
        outlet: 3,
        action: OutletAction::Reboot,
    };
    assert_eq!(profile.judge(&outlet, &answer(303, &[("location", "/")])), Ok(()));
    for (status, kind, effect) in [
        (302, ErrorKind::Refused, Effect::Unknown),
        (401, ErrorKind::Denied, Effect::NotApplied),
        (403, ErrorKind::Denied, Effect::NotApplied),
        (404, ErrorKind::Refused, Effect::NotApplied),
        (500, ErrorKind::Refused, Effect::Unknown),
        (204, ErrorKind::Refused, Effect::Unknown),
    ] {
        let error = profile.judge(&outlet, &answer(status, &[])).unwrap_err();
        assert_eq!((error.kind(), error.effect()), (kind, effect), "{status}");
    }
}

#[test]
fn redirect_to_elsewhere_is_named_escaped_and_cut() {
    let to = format!("http://else\u{7f}where/{}", "x".repeat(300));
    let mut response = answer(302, &[]);
    response.headers_mut().insert(
        header::LOCATION,
        to.as_bytes()
            .iter()
            .copied()
            .filter(|b| *b != 0x7f)
            .collect::<Vec<_>>()
            .try_into()
            .unwrap(),
    );
    let error = profile().judge(&Call::Live, &response).unwrap_err();
    let HttpError::Redirected { to, status, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!((to.len(), *status), (200, StatusCode::FOUND));
    assert!(
        error
            .to_string()
            .starts_with("GET /data.xml redirected to \"http://elsewhere/xxx"),
        "{error}"
    );
    response.headers_mut().insert(
        header::LOCATION,
        header::HeaderValue::from_bytes(b"http://\xff\"").unwrap(),
    );
    let error = profile().judge(&Call::Live, &response).unwrap_err();
    assert!(error.to_string().contains("\\\""), "{error}");
}

#[test]
fn answers_of_another_type_or_coding_are_refused() {
    let profile = profile();
    assert_eq!(
        profile.judge(
            &Call::DownloadConfiguration,
            &answer(200, &[("content-type", "Text/XML; charset=utf-8")])
        ),
        Ok(())
    );
    for headers in [
        &[("content-type", "text/html")][..],
        &[],
        &[("content-type", "text/xml"), ("content-encoding", "gzip")],
    ] {
        let error = profile
            .judge(&Call::DownloadConfiguration, &answer(200, headers))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch, "{headers:?}");
    }
}

#[test]
fn profile_that_would_not_do_is_refused_when_it_is_read() {
    let outlet = "[outlet]\nmethod = \"POST\"\n";
    let upload = "[config_upload]\nmethod = \"POST\"\npath = \"/c\"\n";
    for (text, why) in [
        (format!("{outlet}path = \"/o/{{outlet}}\"\n{ACTIONS}"), "variables are"),
        (format!("{outlet}path = \"/o/{{outlet}}/{{action}}\"\n"), "actions"),
        (
            format!("{outlet}path = \"o/{{outlet}}/{{action}}\"\n{ACTIONS}"),
            "is none",
        ),
        (
            format!("{outlet}path = \"/o/{{outlet}}?a={{action}}\"\n{ACTIONS}"),
            "is none",
        ),
        (
            format!("{outlet}path = \"/o/{{outlet}}/{{actoin}}\"\n{ACTIONS}"),
            "no variable {actoin}",
        ),
        (
            format!("[outlet]\npath = \"/o/{{outlet}}/{{action}}\"\n{ACTIONS}"),
            "may be repeated",
        ),
        (
            format!(
                "{outlet}path = \"/o/{{outlet}}/{{action}}\"\n{}",
                ACTIONS.replace("\"0\"", "\"1\"")
            ),
            "no word of its own",
        ),
        (
            format!(
                "{outlet}path = \"/o/{{outlet}}/{{action}}\"\n{}",
                ACTIONS.replace("\"0\"", "\"a/b\"")
            ),
            "no word of its own",
        ),
        (upload.to_owned(), "upload"),
        (format!("{upload}upload = {{}}\nform = {{ a = \"b\" }}\n"), "upload"),
        (
            "[live]\npath = \"/data.xml\"\nsuccess = [99]\n".to_owned(),
            "not all are statuses",
        ),
        ("[live]\npath = \"/data.xml\"\nsuccess = []\n".to_owned(), "no status"),
        (
            "[live]\npath = \"/data.xml\"\nmethod = \"DELETE\"\n".to_owned(),
            "DELETE",
        ),
        ("[lvie]\npath = \"/data.xml\"\n".to_owned(), "lvie"),
        ("[live]\npaht = \"/data.xml\"\n".to_owned(), "paht"),
    ] {
        let error = toml::from_str::<HttpProfile>(&text).unwrap_err().to_string();
        assert!(error.contains(why), "{text}\n{error}");
    }
}

#[test]
fn upload_shows_no_configuration() {
    let call = Call::UploadConfiguration(b"<password>secret_1</password>".to_vec());
    assert_eq!(format!("{call:?}"), "UploadConfiguration(29 octets)");
}
