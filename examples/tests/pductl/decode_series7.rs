//! `decode series7-xml`: pages that are synthetic, all of them.

use serde_json::{Value, json};

use crate::support::{Ended, json, pductl_with_input};

fn decode(text: impl AsRef<[u8]>, options: &[&str]) -> Ended {
    pductl_with_input(&[&["decode", "series7-xml", "--raw"], options].concat(), text.as_ref())
}

/// A page with one device that has this in it.
fn page(contents: &str) -> String {
    format!("<server host='rack 7'><devices><device id='1' type='x' name='Unit'>{contents}</device></devices></server>")
}

#[track_caller]
fn item(text: &str) -> Value {
    let decoded = json(&decode(text, &["--json"]).done());
    assert_eq!((&decoded["error"], &decoded["rest"]), (&json!(null), &json!("")));
    decoded["items"][0].clone()
}

/// Offset and message.
#[track_caller]
fn refused(text: impl AsRef<[u8]>, options: &[&str]) -> (u64, String) {
    let ended = decode(text, &[options, &["--json"]].concat());
    assert_eq!(ended.status, Some(1));
    let error = json(&ended.stdout)["error"].clone();
    (
        error["offset"].as_u64().unwrap(),
        error["message"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn a_page_is_explained_and_guesses_are_marked() {
    let shown = decode(
        page("<field key='Amps-A' value='5.40'/><field key='Volts-AB' value='401'/><field key='Mood' value='good'/>"),
        &["--strict"],
    )
    .done();
    for expected in [
        "host          rack 7",
        "devices       device id=1 type=x name=Unit",
        "Amps-A = 5.40: L1 current (seen)",
        "Volts-AB = 401: L1-L2 voltage (inferred)",
        "Mood = good: (unknown)",
        "readings      inlet 1 L1 current: 5.40 A",
        "inlet 1 L1-L2 voltage: 401 V",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
}

#[test]
fn readings_and_outlets_have_the_names_that_read_gives_them() {
    let item = item(&page(
        "<field key='TempC' value='25.95'/><outlets><o num='3' name='amp' status='Off' amps='0.0'/></outlets>",
    ));
    assert_eq!((&item["message"], &item["host"]), (&json!("live"), &json!("rack 7")));
    assert_eq!(
        item["readings"][0],
        json!({"unit": 0, "component": "sensor", "number": 1, "line": null, "quantity": "temperature", "statistic": "now",
            "value": "25.95", "uom": "Cel", "quality": "good"})
    );
    assert_eq!(
        item["outlets"][0],
        json!({"unit": 0, "number": 3, "name": "amp", "state": "off", "pending": null})
    );
    assert_eq!(item["devices"][0]["outlets"][0]["amps"], "0.0");
}

#[test]
fn what_is_not_known_is_kept_with_its_path() {
    let text = page("").replace("</server>", "<alarms><alarm state='tripped'/></alarms></server>");
    let unknown = &item(&text)["unknown"];
    assert_eq!(
        unknown[2],
        json!({"path": "/server/alarms/alarm/@state", "value": "tripped"})
    );
}

#[test]
fn what_contradicts_known_pages_is_a_deviation_and_an_error_if_strict() {
    for (contents, expected) in [
        ("<field key='Volts-A' value='231,1'/>", r#""Volts-A" is no number"#),
        (
            "<field key='Volts-A' value='1'/><field key='Volts-A' value='2'/>",
            "occurs twice",
        ),
        (
            "<outlets><o num='1' status='Rebooting'/></outlets>",
            r#"status of outlet 1 is "Rebooting""#,
        ),
    ] {
        let deviations = &item(&page(contents))["deviations"];
        assert!(deviations[0].as_str().unwrap().contains(expected), "{deviations}");
        assert!(refused(page(contents), &["--strict"]).1.contains(expected));
    }
}

#[test]
fn what_is_no_page_is_an_error_with_its_place() {
    for (text, offset, expected) in [
        ("<server/>", 0, "no device"),
        ("", 0, "no element"),
        ("<server>\n<devices>\n", 19, "line 3, column 1"),
        ("<a><b></a></b>", 0, r#"the root element is not "server""#),
        (
            "<!DOCTYPE lolz [<!ENTITY lol 'lol'>]><server/>",
            0,
            "a document type is refused",
        ),
    ] {
        let (at, message) = refused(text, &[]);
        assert!(message.contains(expected), "{message}");
        assert_eq!(at, offset, "{text}: {message}");
    }
    let (_, message) = refused("<server>".repeat(10_000), &[]);
    assert!(message.contains("deeper than"), "{message}");
}

#[test]
fn a_page_of_more_than_a_mebibyte_is_an_error() {
    let padded = |len: usize| {
        let page = page("");
        let blanks = " ".repeat(len - page.len());
        page.replace("</server>", &format!("{blanks}</server>"))
    };
    decode(padded(1 << 20), &[]).done();
    let ended = decode(padded((1 << 20) + 1), &[]);
    assert_eq!(ended.status, Some(1));
    assert!(ended.stderr.contains("larger than 1048576 octets"), "{}", ended.stderr);
    assert!(
        ended.stdout.len() < 2000 && ended.stdout.contains("more bytes"),
        "{}",
        ended.stdout.len()
    );
}

#[test]
fn text_of_a_page_is_shown_escaped() {
    let text = page("").replace("rack 7", "rack&#x202e;&#x9b;7");
    let shown = decode(text, &[]).done();
    assert!(shown.contains(r"rack\u{202e}\u{9b}7"), "{shown}");
}
