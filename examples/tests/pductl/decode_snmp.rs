//! `decode snmp`: messages of net-snmp octet for octet, and what must not pass.

use serde_json::{Value, json};

use crate::support::{Ended, json, pductl, pductl_with_input};

/// An answer to two names, of which the first has an INTEGER of no octets.
const ONE_IS_BAD: &str =
    "30 2D 02 01 01 04 06 70 75 62 6C 69 63 A2 20 02 01 07 02 01 00 02 01 00 30 15 30 08 06 04 2B 06 01 01 02 00
     30 09 06 04 2B 06 01 02 02 01 2A";
/// A get of one name.
const GET: &str = "30 26 02 01 01 04 06 70 75 62 6C 69 63 A0 19 02 01 07 02 01 00 02 01 00 30 0E 30 0C 06 08 2B 06 01 02 01 01 03 00 05 00";
/// RFC 3414, 4: no engine id, no user, reportable, no varbinds.
const PROBE: &str =
    "30 3E 02 01 03 30 11 02 04 60 85 16 91 02 03 00 FF E3 04 01 04 02 01 03 04 10 30 0E 04 00 02 01 00 02 01 00 04 00
     04 00 04 00 30 14 04 00 04 00 A0 0E 02 04 3D 2B E6 B2 02 01 00 02 01 00 30 00";
const ENCRYPTED: &str =
    "30 78 02 01 03 30 11 02 04 6D 79 7A C5 02 03 00 FF E3 04 01 07 02 01 03 04 32 30 30 04 08 80 00 1F 88 80 01 02 03
     02 01 00 02 01 00 04 06 72 65 61 64 65 72 04 0C 49 51 7D 5C 43 C4 AF DF 89 D2 2D FE 04 08 18 6E 17 E8 48 46 9A F1
     04 2C BD 7E 3B 9B 84 C1 CD FA 1E 08 7C A2 09 4B 50 2C 33 B8 CD A4 D0 66 49 28 A6 06 45 AC 50 B6 79 41 1D E0 2C EA
     98 F2 9E 23 96 C6 78 5C";

fn decode(hex: &str, options: &[&str]) -> Ended {
    pductl(&[&["decode", "snmp", hex], options].concat())
}

/// The one item of a message without an error, and with nothing behind it.
#[track_caller]
fn item(hex: &str, options: &[&str]) -> Value {
    let decoded = json(&decode(hex, &[options, &["--json"]].concat()).done());
    assert_eq!(
        (&decoded["kind"], &decoded["rest"], &decoded["error"]),
        (&json!("snmp"), &json!(""), &json!(null))
    );
    assert_eq!(decoded["items"].as_array().unwrap().len(), 1);
    decoded["items"][0].clone()
}

/// A response of v2c with one varbind of this value, named 1.3.6.1.1.
fn response(value: &[u8]) -> String {
    let item = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
    let varbind = item(0x30, &[&[0x06, 0x04, 0x2B, 0x06, 0x01, 0x01], value].concat());
    let body = [&[2, 1, 7, 2, 1, 0, 2, 1, 0][..], &item(0x30, &varbind)].concat();
    let message = item(0x30, &[&[2, 1, 1, 4, 1, b'c'][..], &item(0xA2, &body)].concat());
    let octets: Vec<_> = message.iter().map(|octet| format!("{octet:02x}")).collect();
    octets.join(" ")
}

#[test]
fn a_request_is_explained_field_by_field() {
    let expected = "bytes 0 to 39  30 26 02 01 01 04 06 70 75 62 6c 69 63 a0 19 02 01 07 02 01 00 02 01 00 30 0e 30 0c 06 08 2b 06 01 02 \
                    01 01 03 00 05 00
  version       2c
  community     public
  pdu           get
  request_id    7
  error_status  noError (0)
  error_index   0
  varbinds      1.3.6.1.2.1.1.3.0 = NULL
";
    assert_eq!(decode(GET, &["--strict"]).done(), expected);
}

#[test]
fn json_has_the_fields_of_the_contract() {
    let expected = json!({
        "version": "2c", "community": "public", "pdu": "get", "request_id": 7, "error_status": 0, "error_index": 0,
        "varbinds": [{"oid": "1.3.6.1.2.1.1.3.0", "type": "NULL", "value": null}],
        "offset": 0, "length": 40, "deviations": [],
    });
    assert_eq!(item(GET, &[]), expected);
    let octets: Vec<u8> = GET
        .split_whitespace()
        .map(|octet| u8::from_str_radix(octet, 16).unwrap())
        .collect();
    let raw = json(&pductl_with_input(&["decode", "snmp", "--raw", "--json"], &octets).done());
    assert_eq!(raw["items"][0], expected);
}

#[test]
fn every_type_of_a_value_is_shown_with_its_digits() {
    for (value, kind, expected) in [
        (&[0x02, 0x01, 0xFF][..], "INTEGER", json!(-1)),
        (&[0x04, 0x02, b'o', b'k'], "OCTET STRING", json!("ok")),
        (&[0x04, 0x02, 0x00, 0xFF], "OCTET STRING", json!("0x00ff")),
        (&[0x05, 0x00], "NULL", json!(null)),
        (&[0x06, 0x03, 0x88, 0x37, 0x03], "OBJECT IDENTIFIER", json!("2.999.3")),
        (&[0x40, 0x04, 192, 0, 2, 7], "IpAddress", json!("192.0.2.7")),
        (
            &[0x41, 0x05, 0x00, 0xFF, 0xFF, 0xFF, 0xFF],
            "Counter32",
            json!(4_294_967_295_u32),
        ),
        (&[0x42, 0x01, 0x07], "Gauge32", json!(7)),
        (&[0x43, 0x02, 0x04, 0xD2], "TimeTicks", json!(1234)),
        (
            &[0x46, 0x09, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            "Counter64",
            json!(u64::MAX),
        ),
        (
            &[0x44, 0x07, 0x9F, 0x78, 0x04, 0x43, 0x67, 0xCC, 0xCD],
            "Opaque",
            json!("231.8"),
        ),
        (&[0x80, 0x00], "noSuchObject", json!(null)),
        (&[0x81, 0x00], "noSuchInstance", json!(null)),
        (&[0x82, 0x00], "endOfMibView", json!(null)),
    ] {
        let item = item(&response(value), &["--strict"]);
        let varbind = &item["varbinds"][0];
        assert_eq!((&varbind["type"], &varbind["value"]), (&json!(kind), &expected));
        assert_eq!(varbind["oid"], "1.3.6.1.1");
    }
}

#[test]
fn one_bad_varbind_is_shown_in_its_place() {
    let ended = decode(ONE_IS_BAD, &["--json"]);
    assert_eq!(ended.status, Some(1));
    assert_eq!(ended.stderr, "pductl: byte 34: varbind 1, value: number of no octets\n");
    let decoded = json(&ended.stdout);
    let varbinds = json!([
        {"oid": "1.3.6.1.1", "type": null, "value": null, "error": "varbind 1, value: number of no octets"},
        {"oid": "1.3.6.1.2", "type": "INTEGER", "value": 42},
    ]);
    assert_eq!(decoded["items"][0]["varbinds"], varbinds);
    assert_eq!(decoded["rest"], "");
    assert_eq!(
        decoded["error"],
        json!({"offset": 34, "message": "varbind 1, value: number of no octets"})
    );
    let words = decode(ONE_IS_BAD, &[]).stdout;
    assert!(
        words.contains("varbinds      1.3.6.1.1 = cannot be read: varbind 1, value: number of no octets\n                1.3.6.1.2 = INTEGER 42\n"),
        "{words}"
    );
}

#[test]
fn what_stands_behind_a_message_is_left_over() {
    let more = format!("{GET} DE AD");
    let decoded = json(&decode(&more, &["--json"]).done());
    assert_eq!((&decoded["rest"], &decoded["error"]), (&json!("dead"), &json!(null)));
    assert_eq!(decoded["items"][0]["length"], 40);
    assert_eq!(
        decoded["items"][0]["deviations"],
        json!(["message: octets behind the end"])
    );
    assert!(decode(&more, &[]).done().ends_with("rest  de ad\n"));
    let strict = decode(&more, &["--json", "--strict"]);
    assert_eq!(strict.status, Some(1));
    let decoded = json(&strict.stdout);
    assert_eq!(decoded["items"], json!([]));
    assert_eq!(
        decoded["error"],
        json!({"offset": 40, "message": "message: 2 octets too many"})
    );
    let decoded = json(&decode(&format!("{PROBE} 00"), &["--json"]).done());
    assert_eq!(decoded["rest"], "00");
}

#[test]
fn what_agents_do_against_the_standard_is_a_deviation_unless_strict() {
    let signed = response(&[0x41, 0x04, 0x80, 0, 0, 0]);
    let item = item(&signed, &[]);
    assert_eq!(item["varbinds"][0]["value"], json!(2_147_483_648_u32));
    let deviation = "varbind 1, value: unsigned number whose first bit is a sign";
    assert_eq!(item["deviations"], json!([deviation]));
    let strict = decode(&signed, &["--strict"]);
    assert_eq!((strict.status, strict.stderr.contains(deviation)), (Some(1), true));
}

#[test]
fn a_trap_of_v1_has_the_fields_of_its_own() {
    let trap =
        "30 2B 02 01 00 04 06 70 75 62 6C 69 63 A4 1E 06 09 2B 06 01 04 01 81 A5 77 02 40 04 C0 00 02 07 02 01 06
                02 02 27 75 43 02 04 D2 30 00";
    let item = item(trap, &["--strict"]);
    for (name, value) in [
        ("version", json!("1")),
        ("pdu", json!("trap_v1")),
        ("request_id", json!(null)),
        ("enterprise", json!("1.3.6.1.4.1.21239.2")),
        ("agent_address", json!("192.0.2.7")),
        ("generic_trap", json!(6)),
        ("specific_trap", json!(10101)),
        ("time_stamp", json!(1234)),
        ("varbinds", json!([])),
    ] {
        assert_eq!(item[name], value, "{name}");
    }
}

#[test]
fn the_envelope_of_v3_is_shown() {
    let item = item(PROBE, &["--strict"]);
    for (name, value) in [
        ("version", json!("3")),
        ("community", json!(null)),
        ("message_id", json!(0x6085_1691)),
        ("max_size", json!(65_507)),
        ("flags", json!(4)),
        ("level", json!("noAuthNoPriv")),
        ("reportable", json!(true)),
        ("security_model", json!(3)),
        ("engine_id", json!("")),
        ("engine_boots", json!(0)),
        ("engine_time", json!(0)),
        ("user", json!("")),
        ("pdu", json!("get")),
        ("request_id", json!(0x3D2B_E6B2)),
        ("encrypted", json!(null)),
        ("varbinds", json!([])),
    ] {
        assert_eq!(item[name], value, "{name}");
    }
}

#[test]
fn encrypted_data_is_no_error_and_shown_as_hex() {
    let item = item(ENCRYPTED, &["--strict"]);
    for (name, value) in [
        ("level", json!("authPriv")),
        ("engine_id", json!("80001f8880010203")),
        ("user", json!("reader")),
        ("auth_parameters", json!("49517d5c43c4afdf89d22dfe")),
        ("priv_parameters", json!("186e17e848469af1")),
        ("pdu", json!(null)),
        ("varbinds", json!(null)),
    ] {
        assert_eq!(item[name], value, "{name}");
    }
    let encrypted = item["encrypted"].as_str().unwrap();
    assert!(
        encrypted.starts_with("bd7e3b9b84c1") && encrypted.len() == 88,
        "{encrypted}"
    );
}

#[test]
fn text_of_a_message_is_shown_escaped() {
    let nasty = response(&[0x04, 0x05, 0x1B, b'[', b'2', b'J', b'\n']);
    let shown = decode(&nasty, &[]).done();
    assert!(shown.contains("OCTET STRING 1b 5b 32 4a 0a"), "{shown}");
    let community = GET.replace("70 75 62 6C 69 63", "1B 5B 32 4A 6C 63");
    let shown = decode(&community, &[]).done();
    assert!(shown.contains(r"\u{1b}[2Jlc") && !shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn messages_cut_at_every_octet_are_an_error_and_the_rest_is_shown() {
    let octets: Vec<_> = ENCRYPTED.split_whitespace().collect();
    for len in (0..octets.len()).step_by(7) {
        let ended = decode(&octets[..len].concat(), &["--json"]);
        if len == 0 {
            continue; // an empty argument is standard input
        }
        let decoded = json(&ended.stdout);
        assert_eq!((ended.status, &decoded["items"]), (Some(1), &json!([])), "{len}");
        assert_eq!(decoded["rest"], octets[..len].concat().to_lowercase());
    }
    assert_eq!(pductl(&["decode", "snmp"]).failed(1), "pductl: byte 0: no bytes\n");
}
