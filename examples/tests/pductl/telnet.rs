//! Consoles over telnet, from outside: a simulated BPS2000 that a person could type at.

use std::io::{Read as _, Write as _, copy};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::snmp::{not_applied, snapshot};
use crate::support::{File, Simulator, pductl, pductl_in};

/// Somebody who types.
struct Person {
    stream: TcpStream,
}

impl Person {
    fn at(simulator: &Simulator) -> Self {
        let stream = TcpStream::connect(&simulator.first_line).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self { stream }
    }

    /// All that is shown up to this text.
    fn sees(&mut self, text: &str) -> String {
        let mut seen = Vec::new();
        while !seen.ends_with(text.as_bytes()) {
            let mut octet = [0];
            self.stream.read_exact(&mut octet).unwrap();
            seen.extend(octet);
        }
        String::from_utf8_lossy(&seen).into_owned()
    }

    fn types(&mut self, line: &str) {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    }

    fn logged_in_at(simulator: &Simulator) -> Self {
        let mut person = Self::at(simulator);
        person.sees("Telnet Account:");
        person.types("admin");
        person.sees("Password:");
        person.types("admin");
        person.sees("Please enter the command:");
        person
    }
}

#[test]
fn the_simulated_console_shows_the_manuals_screens_to_several_people() {
    let simulator = Simulator::start(&["bps2000-telnet"]);
    let mut one = Person::logged_in_at(&simulator);
    let mut two = Person::logged_in_at(&simulator);
    one.types("2");
    one.sees("Please enter the command:");
    one.types("date 2026-11-21,time 08:00:00");
    one.sees("Please enter the command:");
    two.types("2");
    assert!(
        two.sees("Please enter the command:")
            .contains("Date: 2026-11-21 Time: 08:00:0")
    );
    assert_eq!(simulator.end("TERM"), Some(0));
}

#[test]
fn a_wrong_password_leads_back_to_the_account() {
    let simulator = Simulator::start(&["bps2000-telnet", "--seed", "3"]);
    let mut person = Person::at(&simulator);
    person.sees("Telnet Account:");
    person.types("admin");
    person.sees("Password:");
    person.types("geheim");
    assert!(!person.sees("Telnet Account:").contains("geheim"));
}

fn console() -> (Simulator, String) {
    let simulator = Simulator::start(&["bps2000-telnet", "--seed", "7", "--slaves", "1"]);
    let url = format!("telnet://{}", simulator.first_line);
    (simulator, url)
}

/// Where one client reaches the console through somebody who notes the lines that it types.
fn overheard(simulator: &Simulator) -> (String, Receiver<String>) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("telnet://{}", socket.local_addr().unwrap());
    let mut console = TcpStream::connect(&simulator.first_line).unwrap();
    let (heard, lines) = channel();
    thread::spawn(move || {
        let (mut client, _) = socket.accept().unwrap();
        let (mut shown, mut to_client) = (console.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || {
            let _ = copy(&mut shown, &mut to_client);
            let _ = to_client.shutdown(Shutdown::Both);
        });
        let mut line = Vec::new();
        let mut octet = [0];
        while client.read_exact(&mut octet).is_ok() && console.write_all(&octet).is_ok() {
            match octet[0] {
                b'\r' => drop(heard.send(String::from_utf8_lossy(&std::mem::take(&mut line)).into_owned())),
                b' '..=b'~' => line.push(octet[0]),
                _ => {}
            }
        }
        let _ = console.shutdown(Shutdown::Both);
    });
    (url, lines)
}

fn list(url: &str, what: &[&str]) -> Value {
    let text = pductl(&[&[what[0], url], &what[1..], &["--json"]].concat()).done();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_snapshot_has_loads_energy_thresholds_and_the_clock() {
    let (_simulator, url) = console();
    let device = snapshot(&url);
    assert_eq!((&device["url"], &device["error"]), (&json!(url), &json!(null)));
    let identity = &device["identities"][0];
    assert_eq!(
        (&identity["model"], &identity["firmware"]),
        (&json!("BPS2000v2"), &json!("1.0.0"))
    );
    let loads: Vec<_> = device["readings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["quantity"] == "current")
        .collect();
    assert!(loads.len() >= 3, "{loads:?}");
    for (load, line) in loads.iter().zip(["L1", "L2", "L3"]) {
        assert_eq!(
            (&load["component"], &load["line"], &load["uom"]),
            (&json!("inlet"), &json!(line), &json!("A"))
        );
        assert_eq!((&load["unit"], &load["quality"]), (&json!(0), &json!("good")));
    }
    assert_eq!(device["thresholds"].as_array().unwrap().len(), 32);
    assert!(device["clock"].as_str().unwrap().starts_with("2026-01-01T00:"));
    assert!(pductl(&["read", &url]).done().contains("current"));
}

#[test]
fn a_snapshot_visits_entries_1_2_8_and_9_only() {
    let (simulator, _) = console();
    let (url, typed) = overheard(&simulator);
    pductl(&["read", &url]).done();
    let typed: Vec<_> = typed.iter().collect();
    // Each screen but the last is left by the number before its `Back`.
    assert_eq!(
        typed,
        ["admin", "admin", "1", "master load", "10", "8", "5", "9", "2", "2"]
    );
}

#[test]
fn watch_shows_snapshots_as_they_come() {
    let (_simulator, url) = console();
    let shown = pductl(&["watch", &url, "--interval", "200ms", "--count", "3", "--json"]).done();
    assert_eq!(shown.lines().count(), 3);
    assert!(shown.lines().all(|line| line.contains(r#""error":null"#)));
}

#[test]
fn a_threshold_of_the_current_of_l1_is_set_and_read_back() {
    let (_simulator, url) = console();
    assert_eq!(
        pductl(&["threshold", &url, "set", "L1.current", "upper-warning", "15.5"]).done(),
        "inlet 1 L1 current, upper warning: 15.5 A (read back)\n"
    );
    let settings = list(&url, &["threshold", "list"]);
    let is_it = |s: &&Value| s["line"] == "L1" && s["quantity"] == "current" && s["level"] == "upper_warning";
    assert_eq!(
        settings.as_array().unwrap().iter().find(is_it).unwrap()["value"],
        "15.5"
    );
    for (point, level, value) in [
        ("L1.current", "upper-warning", "15.55"),
        ("L1.current", "upper-warning", "1000"),
        ("L1.current", "upper-warning", "-1"),
        ("L1.current", "lower-critical", "16"),
    ] {
        not_applied(pductl(&["threshold", &url, "set", point, level, value]));
    }
    assert_eq!(list(&url, &["threshold", "list"]), settings);
}

#[test]
fn what_the_manual_does_not_show_wants_an_opt_in() {
    let (_simulator, url) = console();
    let opted_in = format!("{url}?undocumented=allowed");
    let l2 = ["threshold", &url, "set", "L2.current", "upper-warning", "15.5"];
    assert!(not_applied(pductl(&l2)).contains("undocumented"));
    assert!(not_applied(pductl(&["energy", &url, "reset", "L3", "--yes"])).contains("undocumented"));
    pductl(&["threshold", &opted_in, "set", "L2.current", "upper-warning", "15.5"]).done();
    pductl(&["energy", &opted_in, "reset", "L3", "--yes"]).done();
    not_applied(pductl(&[
        "threshold",
        &opted_in,
        "set",
        "sensor1.temperature",
        "upper-warning",
        "30",
    ]));
}

#[test]
fn the_clock_is_set_as_a_person_would_see_it() {
    let (simulator, url) = console();
    assert_eq!(
        pductl(&["clock", &url, "set", "2026-11-21T08:00:00"]).done(),
        "clock: 2026-11-21T08:00:00 (read back)\n"
    );
    let mut person = Person::logged_in_at(&simulator);
    person.types("2");
    assert!(
        person
            .sees("Please enter the command:")
            .contains("2026-11-21 Time: 08:00:")
    );
    assert!(pductl(&["clock", &url, "get"]).done().starts_with("2026-11-21T08:00:"));
}

#[test]
fn energy_is_reset_where_the_manual_says_how() {
    let (_simulator, url) = console();
    let energy = || list(&url, &["energy", "list"])[0].clone();
    assert_eq!(
        (&energy()["line"], &energy()["quantity"]),
        (&json!("L1"), &json!("active_energy"))
    );
    assert_eq!(
        pductl(&["energy", &url, "reset", "L1", "--yes"]).done(),
        "energy of L1 is reset\n"
    );
}

#[test]
fn settings_are_shown_without_secrets_and_what_get_prints_is_what_set_reads() {
    let (_simulator, url) = console();
    let settings = list(&url, &["settings", "get"]);
    assert_eq!(settings["network"]["address"], "192.168.0.163");
    assert_eq!(settings["users"][0]["name"], "admin");
    assert_eq!(settings["web"]["http_port"], 80);
    assert_eq!(settings["snmp"]["traps"], json!(["0.0.0.0"]));
    assert_eq!(settings["mail"]["port"], 25);
    for shown in [settings.to_string(), pductl(&["settings", &url, "get"]).done()] {
        assert!(!shown.contains("private") && !shown.contains("public"), "{shown}");
    }
    let as_it_is = File::with(&settings.to_string());
    pductl(&["settings", &url, "set", &as_it_is.path]).done();
    let change = File::with(r#"{"web": {"http_port": 8080}, "mail": {"account": "rack@example.com"}}"#);
    assert_eq!(
        pductl(&["settings", &url, "set", &change.path]).done(),
        "settings: web, mail (read back)\n"
    );
    let changed = list(&url, &["settings", "get"]);
    assert_eq!(
        (&changed["web"]["http_port"], &changed["mail"]["account"]),
        (&json!(8080), &json!("rack@example.com"))
    );
    for refused in [
        r#"{"network": {"gateway": "192.0.2.1"}}"#,
        r#"{"outlets": [{"number": 1, "name": "amp"}]}"#,
        r#"{"web": {"http_port": 0}}"#,
        r#"{"snmp": {"read_community": "geheim"}}"#,
    ] {
        let file = File::with(refused);
        assert!(!not_applied(pductl(&["settings", &url, "set", &file.path])).contains("geheim"));
    }
    assert_eq!(list(&url, &["settings", "get"]), changed);
}

#[test]
fn a_password_is_changed_and_never_shown() {
    let (_simulator, url) = console();
    let change = File::with(r#"{"users": [{"name": "admin", "password": "geheim1"}]}"#);
    let said = pductl(&["settings", &url, "set", &change.path]).done();
    assert!(!said.contains("geheim"), "{said}");
    let number = File::with(r#"{"users": [{"name": "admin", "password": 73510}]}"#);
    let refused = not_applied(pductl(&["settings", &url, "set", &number.path]));
    assert!(
        refused.contains("expected a string at line 1") && !refused.contains("73510"),
        "{refused}"
    );
    let refused = not_applied(pductl(&["read", &url]));
    assert!(refused.contains("login refused"), "{refused}");
    let new = [("PDU_USER", "admin"), ("PDU_PASSWORD", "geheim1")];
    pductl_in(&new, &["read", &url]).done();
}

#[test]
fn a_login_needs_both_and_shows_neither() {
    let (_simulator, url) = console();
    let half = pductl_in(&[("PDU_USER", "operator")], &["read", &url]).failed(2);
    assert!(half.contains("PDU_PASSWORD"), "{half}");
    let wrong = [("PDU_USER", "admin"), ("PDU_PASSWORD", "geheim")];
    let refused = not_applied(pductl_in(&wrong, &["clock", &url, "set", "now"]));
    assert!(
        refused.contains("login refused") && !refused.contains("geheim"),
        "{refused}"
    );
}

#[test]
fn a_restart_ends_all_sessions() {
    let (simulator, url) = console();
    let mut person = Person::logged_in_at(&simulator);
    pductl(&["clock", &url, "set", "2027-01-01T00:00:00"]).done();
    assert_eq!(
        pductl(&["restart", &url, "--yes"]).done(),
        "controller restarts (accepted)\n"
    );
    assert_eq!(person.stream.read(&mut [0; 1]).unwrap_or(0), 0);
}

#[test]
fn a_factory_default_brings_the_settings_back() {
    let (_simulator, url) = console();
    let change = File::with(r#"{"web": {"http_port": 8080}}"#);
    pductl(&["settings", &url, "set", &change.path]).done();
    pductl(&["restart", &url, "--yes", "--factory"]).done();
    thread::sleep(Duration::from_millis(5500));
    assert_eq!(list(&url, &["settings", "get"])["web"]["http_port"], 80);
}

#[test]
fn a_console_that_says_nothing_is_given_up() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("telnet://{}?timeout=300ms&retries=0", socket.local_addr().unwrap());
    let ended = pductl(&["read", &url]);
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    not_applied(ended);
    not_applied(pductl(&["restart", &url, "--yes"]));
}
