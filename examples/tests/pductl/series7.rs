//! A 7-series unit over HTTP, from the command line.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use pdu_proto_7series::profile::Profile;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};

use super::snmp::{not_applied, snapshot};
use crate::support::{File, Simulator, json, pductl, pductl_in};

fn unit(options: &[&str]) -> (Simulator, String) {
    let simulator = Simulator::start(&[&["series7-http", "--seed", "7"], options].concat());
    let url = format!("series7://{}", simulator.first_line);
    (simulator, url)
}

fn list(url: &str, what: &[&str]) -> Value {
    let text = pductl(&[&[what[0], url], &what[1..], &["--json"]].concat()).done();
    serde_json::from_str(&text).unwrap()
}

fn states(url: &str) -> Vec<String> {
    let outlets = json(&pductl(&["outlet", url, "list", "--json"]).done());
    let outlets = outlets.as_array().unwrap().iter();
    outlets
        .map(|outlet| outlet["state"].as_str().unwrap().to_owned())
        .collect()
}

/// The lines of the inlets that have this quantity.
fn lines(device: &Value, quantity: &str) -> Vec<String> {
    let readings = device["readings"].as_array().unwrap().iter();
    let of_it = readings.filter(|r| r["component"] == "inlet" && r["quantity"] == quantity && r["statistic"] == "now");
    of_it.map(|r| r["line"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_snapshot_has_lines_outlets_and_the_probe() {
    let (_simulator, url) = unit(&["--outlets", "24"]);
    let device = snapshot(&url);
    assert_eq!((&device["url"], &device["error"]), (&json!(url), &json!(null)));
    assert_eq!(device["identities"][0]["name"], "synthetic-7w");
    assert_eq!(device["outlets"].as_array().unwrap().len(), 24);
    assert_eq!(lines(&device, "voltage"), ["L1", "L2", "L3"]);
    assert_eq!(lines(&device, "active_energy"), ["total", "L1", "L2", "L3"]);
    let readings = device["readings"].as_array().unwrap();
    let of = |component: &str, quantity: &str| {
        let found = readings
            .iter()
            .find(|r| r["component"] == component && r["quantity"] == quantity);
        found.unwrap()["uom"].clone()
    };
    assert_eq!(
        (of("outlet", "current"), of("sensor", "temperature")),
        (json!("A"), json!("Cel"))
    );
    assert_eq!(
        lines(&snapshot(&unit(&["--wiring", "delta"]).1), "x"),
        Vec::<String>::new()
    );
}

#[test]
fn a_delta_unit_has_pairs_of_lines() {
    let (_simulator, url) = unit(&["--wiring", "delta"]);
    let device = snapshot(&url);
    assert_eq!(lines(&device, "voltage"), ["L1-L2", "L2-L3", "L3-L1"]);
    assert_eq!(lines(&device, "current"), ["L1", "L2", "L3"]);
    assert!(lines(&snapshot(&format!("{url}?wiring=wye")), "voltage").is_empty());
}

#[test]
fn outlets_are_switched_and_read_back() {
    let (_simulator, url) = unit(&[]);
    assert_eq!(states(&url), ["on"; 8]);
    assert_eq!(
        pductl(&["outlet", &url, "off", "3", "--wait"]).done(),
        "outlet 3: off (read back)\n"
    );
    assert_eq!(states(&url)[2], "off");
    pductl(&["outlet", &url, "off", "all", "--wait"]).done();
    assert_eq!(states(&url), ["off"; 8]);
    pductl(&["outlet", &url, "on", "all", "--wait"]).done();
    let delays = File::with(r#"{"outlets": [{"number": 2, "off_delay": 20}, {"number": 3, "off_delay": 1}]}"#);
    assert_eq!(
        pductl(&["settings", &url, "set", &delays.path]).done(),
        "settings: 2 outlets (read back)\n"
    );
    pductl(&["outlet", &url, "off", "2", "--delayed"]).done();
    pductl(&["outlet", &url, "cancel", "2"]).done();
    pductl(&["outlet", &url, "off", "3", "--delayed", "--wait"]).done();
    assert_eq!((states(&url)[1].as_str(), states(&url)[2].as_str()), ("on", "off"));
    not_applied(pductl(&["outlet", &url, "off", "1", "--delay", "5"]));
    not_applied(pductl(&["outlet", &url, "off", "9"]));
    not_applied(pductl(&["outlet", &url, "off", "group:1"]));
}

#[test]
fn energy_is_reset_for_an_outlet_and_for_a_line() {
    let (_simulator, url) = unit(&[]);
    pductl(&["outlet", &url, "reset-energy", "1"]).done();
    assert_eq!(
        pductl(&["energy", &url, "reset", "L1", "--yes"]).done(),
        "energy of L1 is reset\n"
    );
    let counters = list(&url, &["energy", "list"]);
    let of_l1 = counters.as_array().unwrap().iter().find(|c| c["line"] == "L1").unwrap();
    assert!(of_l1["value"].as_str().unwrap().starts_with("0.0"), "{of_l1}");
    not_applied(pductl(&["energy", &url, "reset", "L1-L2", "--yes"]));
}

#[test]
fn what_settings_get_prints_is_what_set_reads_and_has_no_secrets() {
    let (_simulator, url) = unit(&[]);
    let settings = list(&url, &["settings", "get"]);
    assert_eq!(settings["web"]["services"], "http_and_https");
    for shown in [settings.to_string(), pductl(&["settings", &url, "get"]).done()] {
        assert!(!shown.contains("private"), "{shown}");
    }
    let change = File::with(
        r#"{"outlets": [{"number": 1, "name": "core switch", "restore_delay": 7}], "web": {"http_port": 8080},
            "mail": {"server": "mail.example.com", "recipients": ["a@example.com"]}, "snmp": {"read_community": "geheim"}}"#,
    );
    assert_eq!(
        pductl(&["settings", &url, "set", &change.path]).done(),
        "settings: 1 outlet, web, snmp, mail (read back)\n"
    );
    let changed = list(&url, &["settings", "get"]);
    assert_eq!(
        (&changed["outlets"][0]["name"], &changed["web"]["http_port"]),
        (&json!("core switch"), &json!(8080))
    );
    let again = File::with(&changed.to_string());
    pductl(&["settings", &url, "set", &again.path]).done();
    assert_eq!(list(&url, &["settings", "get"]), changed);
    for refused in [
        r#"{"users": [{"name": "root", "role": "administrator", "password": "geheim"}]}"#,
        r#"{"users": [{"name": "viewer", "role": "view", "password": "geheim"}]}"#,
        r#"{"outlets": [{"number": 9, "name": "none"}]}"#,
        r#"{"mail": {"count": 3}}"#,
    ] {
        let file = File::with(refused);
        assert!(!not_applied(pductl(&["settings", &url, "set", &file.path])).contains("geheim"));
    }
    assert_eq!(list(&url, &["settings", "get"]), changed);
}

#[test]
fn alarm_rules_name_what_they_watch_as_the_unit_does() {
    let (_simulator, url) = unit(&[]);
    assert_eq!(list(&url, &["alarm", "list"]), json!([]));
    let rules = File::with(r#"[{"number": 1, "object": "Rack unit/Volts-A", "trip": "above", "threshold": "250.0"}]"#);
    pductl(&["alarm", &url, "set", &rules.path]).done();
    assert_eq!(list(&url, &["alarm", "list"])[0]["threshold"], "250.0");
}

#[test]
fn accounts_guard_the_pages_by_their_three_levels() {
    let (_simulator, url) = unit(&[]);
    let boss = [("PDU_USER", "boss"), ("PDU_PASSWORD", "geheim1")];
    let first = File::with(r#"{"users": [{"name": "boss", "role": "administrator", "password": "geheim1"}]}"#);
    // From here on the file that is to be read back is the administrator's.
    let message = pductl(&["settings", &url, "set", &first.path]).failed(1);
    assert!(message.ends_with("(effect: applied)\n"), "{message}");
    let others = File::with(
        r#"{"users": [{"name": "op", "role": "control", "password": "geheim2"}, {"name": "viewer", "role": "view", "password": "geheim3"}]}"#,
    );
    pductl_in(&boss, &["settings", &url, "set", &others.path]).done();
    let wrong = [("PDU_USER", "viewer"), ("PDU_PASSWORD", "geheim9")];
    for environment in [&[][..], &wrong] {
        let message = not_applied(pductl_in(environment, &["read", &url]));
        assert!(
            message.contains("login refused") && !message.contains("geheim"),
            "{message}"
        );
    }
    let viewer = [("PDU_USER", "viewer"), ("PDU_PASSWORD", "geheim3")];
    pductl_in(&viewer, &["read", &url]).done();
    pductl_in(&viewer, &["read", &format!("{url}?basic=never")]).done();
    not_applied(pductl_in(&viewer, &["outlet", &url, "off", "1"]));
    let op = [("PDU_USER", "op"), ("PDU_PASSWORD", "geheim2")];
    pductl_in(&op, &["outlet", &url, "off", "1", "--wait"]).done();
    not_applied(pductl_in(&op, &["settings", &url, "get"]));
    let half = pductl_in(&[("PDU_PASSWORD", "geheim")], &["read", &url]).failed(2);
    assert!(half.contains("PDU_USER is not") && !half.contains("geheim"), "{half}");
}

#[test]
fn watch_shows_snapshots_as_they_come() {
    let (_simulator, url) = unit(&[]);
    let shown = pductl(&["watch", &url, "--interval", "100ms", "--count", "3", "--json"]).done();
    assert_eq!(shown.lines().count(), 3);
}

#[test]
fn a_profile_of_ones_own_says_what_is_asked() {
    let (_simulator, url) = unit(&[]);
    let readable = File::with(
        "format = 1\nname = \"mine\"\n[identity]\nserial = \"/c/@serial\"\n[http]\nlive = { path = \"/data.xml\" }\n",
    );
    let url = format!("{url}?profile={}", readable.path);
    assert_eq!(snapshot(&url)["outlets"].as_array().unwrap().len(), 8);
    let message = not_applied(pductl(&["outlet", &url, "off", "1"]));
    assert!(message.contains("profile"), "{message}");
    let whole = File::with(Profile::SYNTHETIC);
    let (_simulator, url) = unit(&[]);
    pductl(&["outlet", &format!("{url}?profile={}", whole.path), "off", "1", "--wait"]).done();
    let nowhere = pductl(&["read", "series7://rack1?profile=/nowhere/profile.toml"]).failed(2);
    assert!(nowhere.contains("/nowhere/profile.toml"), "{nowhere}");
}

/// A server that answers every request so, for one connection.
fn server_that_says(answer: &'static str, then: &'static str) -> String {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("series7://{}?timeout=500ms&retries=0", socket.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = socket.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request);
        let mut told = stream.write_all(answer.as_bytes());
        while told.is_ok() && !then.is_empty() {
            told = stream.write_all(then.as_bytes());
        }
        thread::sleep(Duration::from_secs(2));
    });
    url
}

#[test]
fn bad_answers_are_named_and_end() {
    for (answer, then, expected) in [
        (
            "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
            "",
            "redirected",
        ),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "", "404"),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 9\r\n\r\n<server>\n",
            "",
            "line 2, column 1",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<server>",
            "<devices>\n<device/>\n</devices>\n",
            "more than",
        ),
        ("SSH-2.0-OpenSSH\r\n\r\n", "", "HTTP"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<server>", "", "in time"),
    ] {
        let ended = pductl(&["read", &server_that_says(answer, then)]);
        assert!(ended.took < Duration::from_secs(10), "{answer} {:?}", ended.took);
        let message = not_applied(ended);
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

/// A unit that speaks HTTPS, and the file of the authority that has signed its certificate.
fn over_tls() -> (Simulator, String, File) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["127.0.0.1".into()];
    let certificate = CertificateParams::new(names)
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let (certificate, key) = (File::with(&certificate.pem()), File::with(&key.serialize_pem()));
    let files = ["--certificate", &certificate.path, "--key", &key.path];
    let simulator = Simulator::start(&[&["series7-http", "--seed", "7", "--print-url"], &files[..]].concat());
    let url = simulator.first_line.clone();
    (simulator, url, File::with(&authority.pem()))
}

#[test]
fn https_believes_one_certificate_or_ones_own_authority() {
    let (_simulator, pinned, authority) = over_tls();
    let (url, fingerprint) = pinned.split_once("?fingerprint=").unwrap();
    assert!(url.starts_with("series7s://127.0.0.1:"), "{url}");
    assert_eq!(snapshot(&pinned)["outlets"].as_array().unwrap().len(), 8);
    let plain_digits = fingerprint.replace(':', "").to_lowercase();
    pductl(&[
        "outlet",
        &format!("{url}?fingerprint={plain_digits}"),
        "off",
        "1",
        "--wait",
    ])
    .done();
    let signed = format!("{url}?ca={}", authority.path);
    assert_eq!(snapshot(&signed)["outlets"][0]["state"], "off");

    let other = format!("{url}?fingerprint={}&timeout=500ms", "00".repeat(32));
    let message = not_applied(pductl(&["read", &other]));
    assert!(message.contains(&format!("certificate is {fingerprint}")), "{message}");
    let stranger = over_tls().2;
    let message = not_applied(pductl(&[
        "outlet",
        &format!("{url}?ca={}&timeout=500ms", stranger.path),
        "on",
        "1",
    ]));
    assert!(message.contains("invalid peer certificate"), "{message}");
    assert_eq!(snapshot(&pinned)["outlets"][0]["state"], "off");
}

#[test]
fn https_without_a_word_of_whom_to_believe_is_refused() {
    let ca = File::with("no certificate");
    let both = format!("series7s://rack1?ca={}&fingerprint={}", ca.path, "00".repeat(32));
    let no_pem = format!("series7s://rack1?ca={}", ca.path);
    for (url, expected) in [
        ("series7s://rack1", "neither ca nor fingerprint is given"),
        (&both, "ca and fingerprint are both given"),
        (&no_pem, "no certificate in the PEM text"),
        ("series7s://rack1?ca=/nowhere/ca.pem", "No such file"),
        ("series7s://rack1?fingerprint=00", "64 hexadecimal digits"),
        ("series7://rack1?fingerprint=00", "unknown key 'fingerprint'"),
        ("series7://rack1?basic=always", "known are when-asked, never, first"),
        ("series7://rack1?wiring=star", "known are auto, wye, delta"),
        ("series7://op:geheim@rack1", "no place in a url"),
        ("series7://", "host is missing"),
    ] {
        let message = pductl(&["read", url]).failed(2);
        assert!(
            message.contains(expected) && !message.contains("geheim"),
            "{url}: {message}"
        );
    }
    pductl(&["simulate", "series7-http", "--certificate", &ca.path]).failed(2);
    pductl(&["simulate", "isotek", "--certificate", &ca.path, "--key", &ca.path]).failed(2);
}
