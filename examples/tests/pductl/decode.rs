use serde_json::json;

use crate::support::{json, pductl, pductl_with_input};

/// The manual's examples, lines 1434 and 1438.
const REQUEST: &str = "01 03 00 00 00 01 84 0A";
const RESPONSE: &str = "01 03 02 09 0E 3F D0";

#[test]
fn the_manuals_request_is_explained_field_by_field() {
    let expected = "\
bytes 0 to 7  01 03 00 00 00 01 84 0a
  unit          1
  function      read holding registers (03)
  address       0 (0x0000)
  quantity      1
  crc           0a84, right
";
    assert_eq!(pductl(&["decode", "modbus-rtu-request", REQUEST]).done(), expected);
}

#[test]
fn json_names_every_field_and_null_where_there_is_none() {
    let expected = concat!(
        r#"{"kind":"modbus-rtu-response","items":[{"unit":1,"function":3,"exception":null,"address":null,"quantity":null,"#,
        r#""registers":[2318],"crc":53311,"offset":0,"length":7,"deviations":[]}],"rest":"","error":null}"#,
        "\n"
    );
    assert_eq!(
        pductl(&["decode", "modbus-rtu-response", RESPONSE, "--json"]).done(),
        expected
    );
}

#[test]
fn frames_may_stand_one_after_the_other() {
    let two = "0007 0000 0006 01 03 0000 0063  0008 0000 0006 01 06 0040 09C4";
    let decoded = json(&pductl(&["decode", "modbus-tcp-request", two, "--json"]).done());
    let items = decoded["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!((&items[0]["address"], &items[0]["quantity"]), (&json!(0), &json!(99)));
    assert_eq!(
        (&items[1]["address"], &items[1]["registers"]),
        (&json!(64), &json!([2500]))
    );
    assert_eq!((&items[1]["transaction"], &items[1]["offset"]), (&json!(8), &json!(12)));
}

#[test]
fn an_exception_is_a_number() {
    let decoded = json(&pductl(&["decode", "modbus-tcp-response", "000700000003018302", "--json"]).done());
    let item = &decoded["items"][0];
    assert_eq!((&item["function"], &item["exception"]), (&json!(3), &json!(2)));
    let unknown = json(&pductl(&["decode", "modbus-tcp-response", "00070000000301837F", "--json"]).done());
    assert_eq!(unknown["items"][0]["exception"], 0x7F);
}

#[test]
fn hexadecimal_digits_come_with_colons_blanks_and_line_ends_or_raw() {
    let plain = pductl(&["decode", "modbus-rtu-request", REQUEST]).done();
    let bytes = [0x01, 0x03, 0x00, 0x00, 0x00, 0x01, 0x84, 0x0A];
    assert_eq!(
        pductl(&["decode", "modbus-rtu-request", "01:03:00:00:00:01:84:0a"]).done(),
        plain
    );
    assert_eq!(
        pductl(&["decode", "modbus-rtu-request", "0103", "00000001", "840a"]).done(),
        plain
    );
    let from_input = pductl_with_input(&["decode", "modbus-rtu-request"], b"01 03 00 00\n00 01\t84 0A\r\n");
    assert_eq!(from_input.done(), plain);
    assert_eq!(
        pductl_with_input(&["decode", "modbus-rtu-request", "--raw"], &bytes).done(),
        plain
    );
}

#[test]
fn a_wrong_crc_is_an_error_in_both_modes() {
    let wrong = format!("{REQUEST} 01 03 00 00 00 01 84 0B");
    let strict = pductl(&["decode", "modbus-rtu-request", &wrong, "--json", "--strict"]);
    let ended = pductl(&["decode", "modbus-rtu-request", &wrong, "--json"]);
    assert_eq!((strict.status, ended.status), (Some(1), Some(1)));
    assert_eq!(strict.stdout, ended.stdout);
    assert_eq!(ended.stderr, "pductl: byte 8: crc 0b84 where 0a84 was expected\n");
    let decoded = json(&ended.stdout);
    assert_eq!(decoded["items"].as_array().unwrap().len(), 1);
    assert_eq!(decoded["rest"], "010300000001840b");
    assert_eq!(
        decoded["error"],
        json!({"offset": 8, "message": "crc 0b84 where 0a84 was expected"})
    );
}

#[test]
fn what_the_standard_forbids_is_a_deviation_unless_strict() {
    let too_many = "0007 0000 0006 01 03 0000 00FF";
    let decoded = json(&pductl(&["decode", "modbus-tcp-request", too_many, "--json"]).done());
    let deviation = "read holding registers (03): quantity 255 is not within 1 to 125";
    assert_eq!(decoded["items"][0]["deviations"], json!([deviation]));
    assert_eq!(decoded["error"], json!(null));
    let strict = pductl(&["decode", "modbus-tcp-request", too_many, "--json", "--strict"]);
    assert_eq!(strict.status, Some(1));
    assert_eq!(
        json(&strict.stdout)["error"],
        json!({"offset": 0, "message": deviation})
    );
}

#[test]
fn frames_cut_at_every_byte_are_an_error_and_the_rest_is_shown() {
    let bytes: Vec<_> = RESPONSE.split(' ').collect();
    for len in 1..bytes.len() {
        let ended = pductl(&["decode", "modbus-rtu-response", &bytes[..len].concat(), "--json"]);
        let decoded = json(&ended.stdout);
        assert_eq!((ended.status, &decoded["items"]), (Some(1), &json!([])), "{len}");
        assert_eq!(decoded["rest"], bytes[..len].concat().to_lowercase());
        assert_eq!(decoded["error"]["offset"], 0);
    }
    for (length, expected) in [("0000", "length 0"), ("0001", "length 1"), ("FFFF", "length 65535")] {
        let ended = pductl(&["decode", "modbus-tcp-request", &format!("00070000{length}010300000001")]);
        assert_eq!(ended.status, Some(1));
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    }
}

#[test]
fn what_is_no_hexadecimal_is_usage_in_an_argument_and_data_on_standard_input() {
    assert!(
        pductl(&["decode", "modbus-rtu-request", "01 0g"])
            .failed(2)
            .contains("'g' is no hexadecimal digit")
    );
    assert!(
        pductl(&["decode", "modbus-rtu-request", "010"])
            .failed(2)
            .contains("odd number")
    );
    let ended = pductl_with_input(&["decode", "modbus-rtu-request"], b"\x1b[2J");
    assert_eq!(ended.failed(1), "pductl: byte 0: no bytes\n");
    assert_eq!(
        pductl(&["decode", "modbus-rtu-request"]).failed(1),
        "pductl: byte 0: no bytes\n"
    );
    assert!(
        pductl(&["decode", "modbus-ascii", "01"])
            .failed(2)
            .contains("modbus-rtu-request")
    );
}
