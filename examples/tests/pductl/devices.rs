use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{File, Simulator, json, pductl};

fn over_tcp() -> (Simulator, String) {
    let simulator = Simulator::start(&["bps2000-modbus", "--listen", "127.0.0.1:0", "--seed", "7"]);
    let url = format!("modbus-tcp://{}", simulator.first_line);
    (simulator, url)
}

/// A port that nobody listens on.
fn nobody() -> String {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().to_string()
}

fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_snapshot_in_json_has_the_fields_of_the_contract() {
    let (_simulator, url) = over_tcp();
    let text = pductl(&["read", &url, "--json"]).done();
    let head = format!(
        concat!(
            r#"[{{"url":"{}","identities":[{{"unit":0,"vendor":"BKT","model":"BPS2000v2","name":null,"serial":null,"#,
            r#""mac":null,"firmware":null,"source":"profile"}}],"readings":[{{"unit":0,"component":"inlet","number":1,"#,
            r#""line":"L1","quantity":"voltage","statistic":"now","value":"#
        ),
        url
    );
    assert!(text.starts_with(&head), "{text}\n{head}");
    assert!(text.ends_with("\"clock\":null,\"error\":null}]\n"), "{text}");
    let device = &json(&text)[0];
    assert_eq!(device["readings"].as_array().unwrap().len(), 35);
    assert_eq!(device["outlets"], json!([]));
    assert_eq!(device["alarms"], json!([]));
    let contact = json!({"unit": 0, "component": "sensor", "number": 1, "kind": "door", "state": "closed"});
    assert_eq!(device["contacts"][0], contact);
    let threshold = json!({"unit": 0, "component": "inlet", "number": 1, "line": "L1", "quantity": "voltage",
        "level": "lower_critical", "value": "0.0", "uom": "V"});
    assert_eq!(device["thresholds"][0], threshold);
    assert_eq!(device["thresholds"].as_array().unwrap().len(), 24);
}

#[test]
fn values_are_decimal_text_in_customary_units() {
    let (_simulator, url) = over_tcp();
    let device = &json(&pductl(&["read", &url, "--json"]).done())[0];
    let digits = |quantity: &str| {
        let readings = device["readings"].as_array().unwrap();
        let reading = readings.iter().find(|reading| reading["quantity"] == quantity).unwrap();
        let value = reading["value"].as_str().unwrap().to_owned();
        let places = value.split_once('.').unwrap().1.len();
        (places, reading["uom"].as_str().unwrap().to_owned())
    };
    assert_eq!(digits("voltage"), (1, "V".into()));
    assert_eq!(digits("current"), (2, "A".into()));
    assert_eq!(digits("reactive_power"), (1, "var".into()));
    assert_eq!(digits("frequency"), (2, "Hz".into()));
    assert_eq!(digits("power_factor"), (2, "1".into()));
    assert_eq!(digits("active_energy"), (3, "kWh".into()));
    assert_eq!(digits("apparent_energy"), (3, "kVAh".into()));
    assert_eq!(digits("temperature"), (1, "Cel".into()));
    assert_eq!(digits("relative_humidity"), (1, "%".into()));
}

#[test]
fn an_absent_sensor_has_no_value_and_a_reason() {
    let simulator = Simulator::start(&["bps2000-modbus", "--print-url", "--sensors", "none", "--phases", "1"]);
    let device = &json(&pductl(&["read", &simulator.first_line, "--json"]).done())[0];
    let readings = device["readings"].as_array().unwrap();
    let sensor = readings
        .iter()
        .find(|reading| reading["component"] == "sensor")
        .unwrap();
    assert_eq!(
        (&sensor["value"], &sensor["quality"]),
        (&json!(null), &json!("unavailable"))
    );
    assert_eq!(sensor["line"], json!(null));
    assert_eq!(device["contacts"][3]["state"], "unknown");
}

#[test]
fn a_table_shows_what_the_device_shows() {
    let (_simulator, url) = over_tcp();
    let table = pductl(&["read", &url]).done();
    for expected in [
        url.as_str(),
        "BKT BPS2000v2",
        "inlet 1 L3",
        "kWh",
        "door 2   closed",
        "276.0",
        "no alarms",
    ] {
        assert!(table.contains(expected), "{expected}\n{table}");
    }
    assert!(!table.contains('\u{1b}'), "colour is for terminals only");
}

#[test]
fn a_device_that_fails_holds_up_no_other_and_has_its_error_in_json() {
    let (_simulator, url) = over_tcp();
    let dead = format!("modbus-tcp://{}?timeout=200ms", nobody());
    let ended = pductl(&["read", &dead, &url, "--json"]);
    assert_eq!(ended.status, Some(1));
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    let devices = json(&ended.stdout);
    let error = devices[0]["error"].as_str().unwrap();
    assert!(error.ends_with("(effect: not applied)"), "{error}");
    assert_eq!(ended.stderr, format!("pductl: {dead}: {error}\n"));
    for list in ["identities", "readings", "outlets", "contacts", "alarms", "thresholds"] {
        assert_eq!(devices[0][list], json!([]));
    }
    assert_eq!(names(&devices[0]), names(&devices[1]));
    assert_eq!((&devices[1]["url"], &devices[1]["error"]), (&json!(url), &json!(null)));
    // Without --json nothing is printed of it but its error.
    let ended = pductl(&["read", &dead]);
    assert!(ended.failed(1).contains("not applied"));
}

#[test]
fn a_host_that_accepts_and_is_silent_is_given_up_in_time() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("modbus-tcp://{}?timeout=100ms&retries=1", socket.local_addr().unwrap());
    let ended = pductl(&["read", &url]);
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    let message = ended.failed(1);
    assert!(
        message.contains("unit 1 did not answer read holding registers (03) (2 sent)"),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1);
}

#[test]
fn units_of_one_serial_line_share_it() {
    let simulator = Simulator::start(&["bps2000-rtu", "--units", "2"]);
    let url = |unit| {
        format!(
            "modbus-rtu://{}?unit={unit}&timeout=200ms&retries=0",
            simulator.first_line
        )
    };
    let ended = pductl(&["read", &url(1), &url(2), &url(9), "--json"]);
    assert_eq!(ended.status, Some(1));
    let devices = json(&ended.stdout);
    assert_eq!(
        (&devices[0]["error"], &devices[1]["error"]),
        (&json!(null), &json!(null)),
        "{}",
        ended.stderr
    );
    assert_ne!(devices[0]["readings"], devices[1]["readings"]);
    assert!(devices[2]["error"].as_str().unwrap().contains("unit 9 did not answer"));
    assert_eq!(simulator.end("INT"), Some(0));
}

#[test]
fn rtu_frames_go_over_tcp_too() {
    let simulator = Simulator::start(&["bps2000-rtu-tcp", "--print-url"]);
    assert!(pductl(&["read", &simulator.first_line]).done().contains("BPS2000v2"));
    assert!(pductl(&["read", &simulator.first_line]).done().contains("BPS2000v2"));
}

#[test]
fn the_same_seed_gives_the_same_device() {
    let energy = || {
        let (_simulator, url) = over_tcp();
        let counters = json(&pductl(&["energy", &url, "list", "--json"]).done());
        let whole = |counter: &Value| counter["value"].as_str().unwrap().split_once('.').unwrap().0.to_owned();
        counters.as_array().unwrap().iter().map(whole).collect::<Vec<_>>()
    };
    assert_eq!(energy(), energy());
    assert_eq!(energy().len(), 8);
}

#[test]
fn energy_cannot_be_reset_over_modbus_and_says_so() {
    let (_simulator, url) = over_tcp();
    let message = pductl(&["energy", &url, "reset", "L1", "--yes"]).failed(1);
    assert!(
        message.contains("no register resets energy") && message.contains("not applied"),
        "{message}"
    );
}

#[test]
fn what_a_device_cannot_do_is_said_and_not_applied() {
    let (_simulator, url) = over_tcp();
    let records = File::with("[]");
    let settings = File::with("{}");
    for command in [
        &["outlet", &url, "list"][..],
        &["outlet", &url, "list", "--json"],
        &["outlet", &url, "on", "1"],
        &["outlet", &url, "off", "all", "--wait"],
        &["outlet", &url, "cycle", "group:1", "--delayed"],
        &["outlet", &url, "cycle", "group:1", "--wait"],
        &["outlet", &url, "cancel", "1", "--delay", "5"],
        &["outlet", &url, "reset-energy", "1"],
        &["clock", &url, "get"],
        &["clock", &url, "set", "now"],
        &["schedule", &url, "list", "--json"],
        &["schedule", &url, "set", &records.path],
        &["alarm", &url, "list"],
        &["alarm", &url, "list", "--json"],
        &["alarm", &url, "set", &records.path],
        &["settings", &url, "get"],
        &["settings", &url, "set", &settings.path],
        &["restart", &url, "--yes"],
        &["restart", &url, "--yes", "--factory"],
    ] {
        let message = pductl(command).failed(1);
        assert!(message.ends_with("(effect: not applied)\n"), "{command:?}: {message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(message.starts_with(&format!("pductl: {url}: ")), "{message}");
    }
}

#[test]
fn watching_gives_one_object_a_line() {
    let (_simulator, url) = over_tcp();
    let ended = pductl(&["watch", &url, "--interval", "20ms", "--count", "3", "--json"]);
    let text = ended.done();
    assert_eq!(text.lines().count(), 3);
    for line in text.lines() {
        let object: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&object["url"], &object["error"]), (&json!(url), &json!(null)));
    }
}

#[test]
fn a_simulator_ends_with_a_signal_and_status_0() {
    for signal in ["TERM", "INT"] {
        let (simulator, _) = over_tcp();
        assert_eq!(simulator.end(signal), Some(0));
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert!(
        pductl(&["simulate", "bps2000-modbus", "--listen", &address])
            .failed(1)
            .contains(&address)
    );
}
