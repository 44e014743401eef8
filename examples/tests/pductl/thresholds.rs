use serde_json::{Value, json};

use crate::support::{Simulator, json, pductl};

fn simulator() -> Simulator {
    Simulator::start(&["bps2000-modbus", "--print-url", "--seed", "7"])
}

fn set(url: &str, point: &str, level: &str, value: &str) -> crate::support::Ended {
    pductl(&["threshold", url, "set", point, level, value])
}

fn value_of(url: &str, quantity: &str, level: &str) -> Value {
    let thresholds = json(&pductl(&["threshold", url, "list", "--json"]).done());
    let thresholds = thresholds.as_array().unwrap().clone();
    assert_eq!(thresholds.len(), 24);
    let threshold = thresholds
        .iter()
        .find(|t| t["quantity"] == quantity && t["level"] == level);
    threshold.unwrap()["value"].clone()
}

#[test]
fn a_threshold_is_set_read_back_and_trips_its_alarm() {
    let simulator = simulator();
    let url = &simulator.first_line;
    let said = set(url, "L1.voltage", "upper-critical", "200.0").done();
    assert_eq!(said, "inlet 1 L1 voltage, upper critical: 200.0 V (read back)\n");
    assert_eq!(value_of(url, "voltage", "upper_critical"), "200.0");
    let device = &json(&pductl(&["read", url, "--json"]).done())[0];
    let alarm = json!({"unit": 0, "component": "inlet", "number": 1, "line": "L1", "quantity": "voltage",
        "level": "upper_critical", "severity": "critical"});
    assert_eq!(device["alarms"], json!([alarm]));
    let table = pductl(&["read", url]).done();
    assert!(
        table.contains("alarm: inlet 1 L1 voltage, upper critical (critical)"),
        "{table}"
    );
}

#[test]
fn equal_values_and_the_bounds_are_taken() {
    let simulator = simulator();
    let url = &simulator.first_line;
    set(url, "unit0.sensor1.temperature", "upper-critical", "99").done();
    set(url, "sensor1.temperature", "lower-critical", "99").done();
    set(url, "sensor2.relative_humidity", "lower_critical", "0").done();
    set(url, "L1.voltage", "upper-critical", "6553.5").done();
    set(url, "L1.voltage", "upper-critical", "250").done();
    assert_eq!(value_of(url, "voltage", "upper_critical"), "250.0");
}

#[test]
fn what_the_device_cannot_hold_is_refused_before_it_is_sent() {
    let simulator = simulator();
    let url = &simulator.first_line;
    let before = pductl(&["threshold", url, "list"]).done();
    for (point, level, value) in [
        ("L1.voltage", "upper-critical", "250.05"),
        ("L1.voltage", "upper-critical", "6553.6"),
        ("L1.voltage", "upper-critical", "-0.1"),
        ("L1.voltage", "lower-critical", "276.1"),
        ("L2.current", "upper-critical", "0.01"),
        ("sensor1.temperature", "upper-critical", "100"),
        ("sensor1.temperature", "upper-critical", "20.5"),
        ("sensor3.humidity", "upper-critical", "100"),
        ("sensor1.temperature", "lower-critical", "-1"),
        ("L1.voltage", "upper-warning", "250"),
        ("L1.frequency", "upper-critical", "51"),
        ("sensor4.temperature", "upper-critical", "50"),
        ("total.voltage", "upper-critical", "250"),
        ("unit1.L1.voltage", "upper-critical", "250"),
    ] {
        let message = set(url, point, level, value).failed(1);
        assert!(
            message.contains("(effect: not applied)"),
            "{point} {level} {value}: {message}"
        );
    }
    assert_eq!(pductl(&["threshold", url, "list"]).done(), before);
}
