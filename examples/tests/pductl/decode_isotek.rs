//! `decode isotek`: lines as the manual prints them, as it misprints them, and as they must not be.

use serde_json::{Value, json};

use crate::support::{Ended, json, pductl_with_input};

fn decode(text: impl AsRef<[u8]>, options: &[&str]) -> Ended {
    pductl_with_input(&[&["decode", "isotek", "--raw"], options].concat(), text.as_ref())
}

fn decoded(text: impl AsRef<[u8]>) -> Value {
    json(&decode(text, &["--json"]).stdout)
}

/// The one item of a line that is taken.
#[track_caller]
fn item(line: &str) -> Value {
    let decoded = decoded(format!("{line}\n"));
    assert_eq!(
        (&decoded["error"], &decoded["rest"]),
        (&json!(null), &json!("")),
        "{line}"
    );
    let items = decoded["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{line}");
    items[0].clone()
}

/// Why a line is refused.
#[track_caller]
fn refused(line: &str, options: &[&str]) -> String {
    let ended = decode(format!("{line}\n"), &[options, &["--json"]].concat());
    assert_eq!(ended.status, Some(1), "{line}");
    let decoded = json(&ended.stdout);
    assert_eq!((&decoded["rest"], &decoded["error"]["offset"]), (&json!(""), &json!(0)));
    let item = &decoded["items"][0];
    assert_eq!((&item["line"], &item["message"]), (&json!(line), &json!("rejected")));
    assert_eq!(item["reason"], decoded["error"]["message"]);
    item["reason"].as_str().unwrap().to_owned()
}

#[test]
fn a_line_is_explained_field_by_field() {
    let expected = "\
bytes 0 to 13  43 48 31 3d 31 7c 32 33 30 7c 34 35 7c 0a
  line          CH1=1|230|45|
  message       channel
  direction     reply
  channel       1
  state         on
  voltage       230 V
  power         45 W
";
    let line = "43 48 31 3D 31 7C 32 33 30 7C 34 35 7C 0A";
    assert_eq!(crate::support::pductl(&["decode", "isotek", line]).done(), expected);
    assert_eq!(decode("CH1=1|230|45|\n", &["--strict"]).done(), expected);
}

#[test]
fn json_names_the_line_its_message_and_its_fields() {
    let expected = concat!(
        r#"{"kind":"isotek","items":[{"line":"CH1=1|230|45|","message":"channel","direction":"reply","channel":1,"#,
        r#""state":"on","voltage":"230","power":"45","offset":0,"length":14,"deviations":[]}],"rest":"","error":null}"#,
        "\n"
    );
    assert_eq!(decode("CH1=1|230|45|\n", &["--json"]).done(), expected);
}

#[test]
fn all_twelve_commands_are_known() {
    for (line, message, fields) in [
        ("A?", "read_address", json!({})),
        ("?", "read_status", json!({})),
        ("S16=0", "switch_outlet", json!({"outlet": 16, "state": "off"})),
        (
            "T=2026|11|21|08|05|09|",
            "set_clock",
            json!({"clock": "2026-11-21T08:05:09"}),
        ),
        ("P?", "read_schedule", json!({})),
        ("P=12", "set_record_count", json!({"count": 12})),
        (
            "PW=1|1|morning|07:30|62|0|0|3|0|0|1|",
            "write_record",
            json!({"id": 1, "type": "time_plan", "name": "morning", "time": "07:30", "day": 62, "power": 0,
                "operator": null, "channel": 3, "status_value": "0", "status_slot": "0", "setup": "on"}),
        ),
        ("C?", "read_configs", json!({})),
        ("X", "restart", json!({})),
        ("G", "all_off", json!({})),
        ("H", "all_on", json!({})),
    ] {
        let item = item(line);
        assert_eq!(
            (&item["message"], &item["direction"]),
            (&json!(message), &json!("command")),
            "{line}"
        );
        for (name, value) in fields.as_object().unwrap() {
            assert_eq!(&item[name], value, "{line} {name}");
        }
        assert_eq!(item["deviations"], json!([]));
    }
    // It sets, and it answers: nothing in the line tells.
    let item = item("C2=amp 1/2|2|30|");
    assert_eq!(
        (&item["message"], &item["direction"]),
        (&json!("config"), &json!("either"))
    );
    assert_eq!((&item["outlet"], &item["name"]), (&json!(2), &json!("amp 1/2")));
    assert_eq!((&item["type"], &item["delay"]), (&json!("router"), &json!(30)));
}

#[test]
fn all_replies_are_known() {
    for (line, message, fields) in [
        ("OK", "ok", json!({})),
        (
            "CH0=1|229|3680|",
            "channel",
            json!({"channel": 0, "voltage": "229", "power": "3680"}),
        ),
        (
            "RTC=2026|11|21|08|05|09|",
            "clock",
            json!({"clock": "2026-11-21T08:05:09"}),
        ),
        (
            "P7=2|2|fan|00:00|0|3500|1|16|a b|0|3|",
            "record",
            json!({"index": 7, "type": "power_plan", "power": 3500, "operator": "greater", "channel": 16,
                "status_value": "a b", "setup": "restart"}),
        ),
        (
            "A=SP16|00:50:C2:12:34:56|192.0.2.10|501|0.0.0.0|0|",
            "address",
            json!({"serial": "SP16", "server_1": "192.0.2.10:501", "server_2": "0.0.0.0:0"}),
        ),
    ] {
        let item = item(line);
        assert_eq!(
            (&item["message"], &item["direction"]),
            (&json!(message), &json!("reply")),
            "{line}"
        );
        for (name, value) in fields.as_object().unwrap() {
            assert_eq!(&item[name], value, "{line} {name}");
        }
        assert_eq!(item["deviations"], json!([]));
    }
}

#[test]
fn a_stream_comes_apart_at_any_line_end_and_at_prompts() {
    let stream = "CH0=1|230|36|\r\nRTC=2026|11|21|08|00|00|\rOK\n>CH0=1|230|36|\n\n> OK\n";
    let decoded = decoded(stream);
    let messages: Vec<_> = decoded["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["message"].clone())
        .collect();
    let expected = ["channel", "clock", "ok", "prompt", "channel", "prompt", "ok"];
    assert_eq!(messages, expected);
    assert_eq!((&decoded["error"], &decoded["rest"]), (&json!(null), &json!("")));
    assert_eq!(decoded["items"][3]["offset"], 43);
}

#[test]
fn misprints_are_deviations_and_errors_if_strict() {
    for line in [
        "CHO=1|230|45|",
        "Cl=amp|1|0|",
        "CH1 = 1 | 230 | 45 |",
        "CH1=1|230|45",
        "CH1=1|230.5|45|",
        "RTC=2026/11|21|08|00|00|",
        "RTC=2026/11|21|08|/00|00|",
        "A=SN|/00:50:C2:12:34:56|192.0.2.10|501|0.0.0.0|0]|",
        "PW=1|1/morning|07:30|1|0|0|3|0|0|1|",
        "PW=1|1|morning|07:30|1|0||3|0|0|1|",
        "C1=twelve chars|1|0|",
        "ok",
        "FW=1.2",
    ] {
        let item = item(line);
        assert_ne!(item["message"], "rejected", "{line}");
        assert!(!item["deviations"].as_array().unwrap().is_empty(), "{line}");
        assert!(
            decode(format!("{line}\n"), &[]).done().contains("  deviation     "),
            "{line}"
        );
        refused(line, &["--strict"]);
    }
    assert_eq!(item("CHO=1|230|45|")["channel"], 0);
    assert_eq!(item("CH1=1|230.5|45|")["voltage"], "230.5");
    assert_eq!(item("FW=1.2")["message"], "unknown");
}

#[test]
fn what_may_not_be_taken_is_refused_in_both_modes() {
    for line in [
        "CH17=1|230|45|",
        "C0=amp|1|0|",
        "C17=amp|1|0|",
        "S0=1",
        "S17=1",
        "S1=2",
        "CH1=2|230|45|",
        "CH1=1|230|",
        "CH1=1|230|45|7|",
        "CH1=1|23O|45|",
        "CH1=1|-230|45|",
        "CH1=1|+230|45|",
        "RTC=2026|02|29|08|00|00|",
        "RTC=2026|11|21|24|00|00|",
        "T=2026|11|21|08|60|00|",
        "PW=1|3|x|07:30|1|0|0|3|0|0|1|",
        "PW=1|1|x|07:30|1|0|0|17|0|0|1|",
        "PW=1|1|x|07:30|1|0|0|3|0|0|4|",
        "PW=1|2|x|07:30|1|0|0|3|0|0|1|",
        "C1=amp|4|0|",
        "C1=a|b|1|0|",
        "OK then",
        "hello",
    ] {
        for options in [&[][..], &["--strict"]] {
            refused(line, options);
        }
    }
}

#[test]
fn a_refused_line_does_not_end_the_decoding() {
    let text = "CH1=1|230|45|\nCH17=1|230|45|\nnoise\x07\nCH2=0|230|0|\n";
    for options in [&["--json"][..], &["--json", "--strict"]] {
        let ended = decode(text, options);
        assert_eq!(ended.status, Some(1));
        let decoded = json(&ended.stdout);
        let messages: Vec<_> = decoded["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["message"].clone())
            .collect();
        assert_eq!(messages, ["channel", "rejected", "rejected", "channel"]);
        assert_eq!(
            (&decoded["error"]["offset"], &decoded["rest"]),
            (&json!(14), &json!(""))
        );
        assert_eq!(ended.stderr.lines().count(), 1);
        assert!(ended.stderr.starts_with("pductl: byte 14: "), "{}", ended.stderr);
    }
    let words = decode(text, &[]).stdout;
    assert!(words.contains(r"noise\u{7}") && words.contains("reason"), "{words}");
}

#[test]
fn a_line_that_was_cut_is_a_deviation_or_what_is_left() {
    let cut = "CH1=1|230|45|\nCH2=0|230|0|";
    let lenient = decoded(cut);
    assert_eq!(
        (&lenient["items"][1]["channel"], &lenient["error"]),
        (&json!(2), &json!(null))
    );
    assert_eq!(lenient["items"][1]["deviations"], json!(["no line end"]));
    let strict = decode(cut, &["--json", "--strict"]);
    assert_eq!(strict.status, Some(1));
    let strict = json(&strict.stdout);
    assert_eq!(strict["items"].as_array().unwrap().len(), 1);
    assert_eq!(strict["rest"], "4348323d307c3233307c307c");
    assert_eq!(strict["error"], json!({"offset": 14, "message": "no line end"}));
    // A datagram of the search is one line, and needs no end.
    for datagram in ["A?", "A=SN|005056123456|192.0.2.10|501|0.0.0.0|0|"] {
        let item = json(&decode(datagram, &["--json", "--strict"]).done())["items"][0].clone();
        assert_eq!(item["deviations"], json!([]));
    }
}

#[test]
fn bytes_without_a_line_are_an_error() {
    assert_eq!(decode("", &[]).failed(1), "pductl: byte 0: no bytes\n");
    let ended = decode("\r\n \n", &["--json"]);
    assert_eq!(ended.status, Some(1));
    let decoded = json(&ended.stdout);
    assert_eq!(
        (&decoded["rest"], &decoded["error"]["message"]),
        (&json!("0d0a200a"), &json!("no line"))
    );
}

#[test]
fn a_line_without_end_is_skipped_up_to_the_next() {
    let text = "x".repeat(65_536) + "\nOK\n";
    let ended = decode(&text, &["--json"]);
    assert_eq!(ended.status, Some(1));
    let decoded = json(&ended.stdout);
    let items = decoded["items"].as_array().unwrap();
    assert_eq!(
        (items.len(), &items[0]["message"], &items[1]["message"]),
        (2, &json!("rejected"), &json!("ok"))
    );
    assert_eq!(items[1]["offset"], 65_537);
    assert!(decoded["error"]["message"].as_str().unwrap().contains("256"));
}

#[test]
fn what_could_drive_a_terminal_is_escaped() {
    let words = decode("C1=a\u{1b}[2J|1|0|\nPW=1\u{202e}\n", &[]).stdout;
    assert!(!words.contains(|c: char| c.is_control() && c != '\n'), "{words}");
    assert!(!words.contains('\u{202e}'), "{words}");
}
