//! A 7-series unit over SNMP, from the command line.

use serde_json::{Value, json};

use super::snmp::{USER, bps2000, not_applied, simulator, snapshot};
use crate::support::{File, Listener, Simulator, json, pductl};

fn series7(options: &[&str]) -> (Simulator, String) {
    let (simulator, address) = simulator("series7-snmp", options);
    (simulator, format!("snmp://private@{address}?profile=series7"))
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

#[test]
fn outlets_start_on_and_are_switched_with_read_back() {
    let (_simulator, url) = series7(&[]);
    assert_eq!(states(&url), ["on"; 8]);
    assert_eq!(list(&url, &["outlet", "list"]), snapshot(&url)["outlets"]);
    assert_eq!(
        pductl(&["outlet", &url, "off", "3", "--wait"]).done(),
        "outlet 3: off (read back)\n"
    );
    assert_eq!(states(&url)[2], "off");
    pductl(&["outlet", &url, "on", "3", "--wait"]).done();
    assert_eq!(states(&url), ["on"; 8]);
    pductl(&["outlet", &url, "off", "all", "--wait"]).done();
    assert_eq!(states(&url), ["off"; 8]);
    let energy = || list(&url, &["energy", "list"])[0]["value"].clone();
    assert_ne!(energy(), json!("0"));
    assert_eq!(
        pductl(&["outlet", &url, "reset-energy", "1"]).done(),
        "outlet 1: reset-energy (read back)\n"
    );
    assert_eq!(energy(), json!("0"));
}

#[test]
fn a_unit_of_another_title_is_not_switched() {
    let (_simulator, url) = series7(&[]);
    not_applied(pductl(&["outlet", &format!("{url}&title=Another"), "off", "1"]));
    assert_eq!(states(&url), ["on"; 8]);
    pductl(&["outlet", &format!("{url}&title=7W"), "off", "1", "--wait"]).done();
    assert_eq!(states(&url)[0], "off");
}

#[test]
fn who_may_only_read_switches_nothing() {
    let (_simulator, url) = series7(&[]);
    let reader = url.replace("private", "public");
    not_applied(pductl(&["outlet", &reader, "off", "1"]));
    assert_eq!(states(&url), ["on"; 8]);
}

#[test]
fn a_delayed_switch_waits_for_the_stored_delay_and_can_be_cancelled() {
    let (_simulator, url) = series7(&[]);
    let delays = File::with(r#"{"outlets": [{"number": 2, "off_delay": 20}, {"number": 3, "off_delay": 1}]}"#);
    assert_eq!(
        pductl(&["settings", &url, "set", &delays.path]).done(),
        "settings: 2 outlets (read back)\n"
    );
    pductl(&["outlet", &url, "off", "2", "--delayed"]).done();
    let outlets = list(&url, &["outlet", "list"]);
    assert_eq!(
        (&outlets[1]["state"], &outlets[1]["pending"]),
        (&json!("on"), &json!("off"))
    );
    pductl(&["outlet", &url, "cancel", "2", "--wait"]).done();
    let outlets = list(&url, &["outlet", "list"]);
    assert_eq!(
        (&outlets[1]["state"], &outlets[1]["pending"]),
        (&json!("on"), &json!(null))
    );
    pductl(&["outlet", &url, "off", "3", "--delayed", "--wait"]).done();
    assert_eq!(states(&url)[2], "off");
    // What it has no command for.
    not_applied(pductl(&["outlet", &url, "off", "1", "--delay", "5"]));
    not_applied(pductl(&["outlet", &url, "off", "9"]));
    not_applied(pductl(&["outlet", &url, "off", "0"]));
}

#[test]
fn what_settings_get_prints_is_what_set_reads() {
    let (_simulator, url) = series7(&[]);
    let change = File::with(
        r#"{"outlets": [{"number": 1, "name": "core switch", "url": "http://192.0.2.1/", "on_delay": 3, "off_delay": 4,
            "cycle_delay": 5, "cycle_duration": 6, "restore_policy": "last_state", "restore_delay": 7}]}"#,
    );
    pductl(&["settings", &url, "set", &change.path]).done();
    let settings = list(&url, &["settings", "get"]);
    let first = &settings["outlets"][0];
    for (name, value) in [
        ("name", json!("core switch")),
        ("url", json!("http://192.0.2.1/")),
        ("on_delay", json!(3)),
        ("off_delay", json!(4)),
        ("cycle_delay", json!(5)),
        ("cycle_duration", json!(6)),
        ("restore_policy", json!("last_state")),
        ("restore_delay", json!(7)),
    ] {
        assert_eq!(first[name], value, "{name}");
    }
    let again = File::with(&settings.to_string());
    pductl(&["settings", &url, "set", &again.path]).done();
    assert_eq!(list(&url, &["settings", "get"]), settings);
    let table = pductl(&["settings", &url, "get"]).done();
    for expected in [
        "core switch",
        "cycle duration",
        "6 s",
        "last_state",
        "http://192.0.2.1/",
    ] {
        assert!(table.contains(expected), "{expected}\n{table}");
    }
    let unknown = File::with(r#"{"outlets": [{"number": 1, "colour": "red"}]}"#);
    not_applied(pductl(&["settings", &url, "set", &unknown.path]));
}

const RULES: &str = r#"[{"number": 1, "point": {"unit": 0, "component": "inlet", "number": 1, "line": "L1"},
    "quantity": "voltage", "trip": "above", "threshold": "1"}]"#;

#[test]
fn what_alarm_list_prints_is_what_set_reads() {
    let (_simulator, url) = series7(&[]);
    assert_eq!(list(&url, &["alarm", "list"]), json!([]));
    assert_eq!(pductl(&["alarm", &url, "list"]).done(), "  no rules\n");
    let file = File::with(RULES);
    assert_eq!(
        pductl(&["alarm", &url, "set", &file.path]).done(),
        "alarms: 1 rule (read back)\n"
    );
    let rules = list(&url, &["alarm", "list"]);
    let rule = &rules[0];
    assert_eq!(
        (&rule["number"], &rule["quantity"], &rule["trip"]),
        (&json!(1), &json!("voltage"), &json!("above"))
    );
    assert!(
        rule["object"].as_str().unwrap().starts_with("1.3.6.1.4.1.21239.2."),
        "{rule}"
    );
    let again = File::with(&rules.to_string());
    pductl(&["alarm", &url, "set", &again.path]).done();
    assert_eq!(list(&url, &["alarm", "list"]), rules);
    let table = pductl(&["alarm", &url, "list"]).done();
    assert!(
        table.contains("inlet 1 L1 voltage") && table.contains("above"),
        "{table}"
    );
    let none = File::with("[]");
    assert_eq!(
        pductl(&["alarm", &url, "set", &none.path]).done(),
        "alarms: 0 rules (read back)\n"
    );
    assert_eq!(list(&url, &["alarm", "list"]), json!([]));
    let wrong = File::with(r#"[{"number": 1, "trip": "sideways", "threshold": "1"}]"#);
    not_applied(pductl(&["alarm", &url, "set", &wrong.path]));
}

#[test]
fn rules_that_the_help_shows_can_be_set() {
    let (_simulator, url) = series7(&[]);
    let help = pductl(&["alarm", "--help"]).done();
    let (_, rules) = help.split_once("[{").unwrap();
    let (rules, _) = rules.split_once("}]").unwrap();
    let file = File::with(&format!("[{{{rules}}}]"));
    assert_eq!(
        pductl(&["alarm", &url, "set", &file.path]).done(),
        "alarms: 2 rules (read back)\n"
    );
}

fn tripped(environment: &[(&str, &str)], options: &[&str]) -> Value {
    let listener = Listener::start_in(environment, &["--count", "1", "--json"]);
    let (_simulator, url) = series7(&[&["--trap-to", &listener.address], options].concat());
    let file = File::with(RULES);
    pductl(&["alarm", &url, "set", &file.path]).done();
    json(&listener.end().done())
}

#[track_caller]
fn is_the_alarm(heard: &Value) {
    let alarm = &heard["alarm"];
    for (name, value) in [
        ("change", json!("tripped")),
        ("component", json!("inlet")),
        ("line", json!("L1")),
        ("quantity", json!("voltage")),
        ("trip_type", json!("high")),
    ] {
        assert_eq!(alarm[name], value, "{name} of {heard}");
    }
    assert!(
        heard["trap"]
            .as_str()
            .unwrap()
            .starts_with("1.3.6.1.4.1.21239.2.32767.0.1"),
        "{heard}"
    );
    assert!(!heard["varbinds"].as_array().unwrap().is_empty());
}

#[test]
fn an_alarm_that_trips_is_told_by_a_trap_of_each_version() {
    for version in ["1", "2c"] {
        let heard = tripped(&[], &["--trap-version", version]);
        assert_eq!(
            (&heard["version"], &heard["kind"], &heard["user"]),
            (&json!(version), &json!("trap"), &json!(null))
        );
        is_the_alarm(&heard);
    }
    let heard = tripped(&[], &["--informs"]);
    assert_eq!((&heard["version"], &heard["kind"]), (&json!("2c"), &json!("inform")));
    is_the_alarm(&heard);
}

#[test]
fn an_alarm_that_clears_is_told_too() {
    let listener = Listener::start_in(&[], &["--count", "2"]);
    let (_simulator, url) = series7(&["--trap-to", &listener.address]);
    for rules in [RULES.to_owned(), RULES.replace(r#""1"}"#, r#""500"}"#)] {
        let file = File::with(&rules);
        pductl(&["alarm", &url, "set", &file.path]).done();
    }
    let heard = listener.end().done();
    let lines: Vec<_> = heard.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(lines.len(), 2, "{heard}");
    assert!(lines[0].contains("NOTIFY tripped: inlet 1 L1 voltage, "), "{heard}");
    assert!(lines[1].contains("CLEAR cleared: inlet 1 L1 voltage, "), "{heard}");
}

const TRAP_USERS: &str = r#"[{"user": "operator", "auth": "sha256", "auth_password": "correct horse", "priv": "aes128",
    "priv_password": "battery staple"}]"#;

#[test]
fn users_of_version_3_come_from_a_file() {
    let users = File::with(TRAP_USERS);
    let environment = [("PDU_TRAP_USERS", users.path.as_str())];
    for options in [&["--trap-version", "3"][..], &["--trap-version", "3", "--informs"]] {
        let heard = tripped(&environment, &[&USER, options].concat());
        assert_eq!((&heard["version"], &heard["user"]), (&json!("3"), &json!("operator")));
        assert_eq!(heard["kind"] == "inform", options.len() == 3);
        is_the_alarm(&heard);
    }
}

#[test]
fn a_simulated_unit_may_be_another() {
    let (_simulator, address) = simulator("bps2000-snmp", &["--slaves", "1"]);
    let units = snapshot(&format!("snmp://{address}"))["identities"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(units, 2);
    let (_simulator, url) = series7(&["--outlets", "16", "--wiring", "delta"]);
    assert_eq!(states(&url), ["on"; 16]);
    let readings = snapshot(&url)["readings"].to_string();
    assert!(readings.contains("\"L1-L2\""), "{readings}");
    let simulator = Simulator::start(&["series7-snmp", "--print-url"]);
    assert!(
        simulator.first_line.starts_with("snmp://private@127.0.0.1:"),
        "{}",
        simulator.first_line
    );
    assert!(pductl(&["read", &simulator.first_line]).done().contains("outlet 8"));
    assert_eq!(simulator.end("TERM"), Some(0));
}

#[test]
fn several_agents_are_read_at_the_same_time() {
    let (_one, first) = bps2000();
    let (_other, second) = series7(&[]);
    let ended = pductl(&["watch", &first, &second, "--interval", "50ms", "--count", "2", "--json"]);
    let text = ended.done();
    assert_eq!(text.lines().count(), 4, "{text}");
    let energy = json(&pductl(&["energy", &second, "list", "--json"]).done());
    assert!(!energy.as_array().unwrap().is_empty());
}
