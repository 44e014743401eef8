//! `decode telnet`: a console of a BPS2000 as a terminal sees it, and as it must not be.

use serde_json::{Value, json};

use crate::support::{Ended, json, pductl_with_input};

const MAIN: &str = "Command:\r\n1.Show information\r\n2.Set time and date\r\n3.Users\r\n4.Network Settings\r\n5.SNMP service\r\n\
    6.HTTP Settings\r\n7.SMTP Settings\r\n8.Threshold Settings\r\n9.Clear energy Phase\r\n10.Restart\r\n11.Logout\r\n\r\n\
    Please enter the command:";

fn decode(text: impl AsRef<[u8]>, options: &[&str]) -> Ended {
    pductl_with_input(&[&["decode", "telnet", "--raw"], options].concat(), text.as_ref())
}

/// What is read without an error.
#[track_caller]
fn items(text: impl AsRef<[u8]>) -> Vec<Value> {
    let decoded = json(&decode(text, &["--json"]).done());
    assert_eq!((&decoded["error"], &decoded["rest"]), (&json!(null), &json!("")));
    decoded["items"].as_array().unwrap().clone()
}

/// The screen that these lines are, between the menu and the next prompt.
#[track_caller]
fn screen(number: u8, lines: &str) -> Value {
    let text = format!(
        "{MAIN}{number}\r\n{}\r\nPlease enter the command:",
        lines.replace('\n', "\r\n")
    );
    let items = items(text);
    assert_eq!(items.len(), 3, "{items:?}");
    assert_eq!(items[2]["deviations"], json!([]));
    items[2].clone()
}

/// Why it is refused, and what of it is still shown.
#[track_caller]
fn refused(text: impl AsRef<[u8]>, options: &[&str]) -> (String, Value) {
    let ended = decode(text, &[options, &["--json"]].concat());
    assert_eq!(ended.status, Some(1));
    let decoded = json(&ended.stdout);
    (decoded["error"]["message"].as_str().unwrap().to_owned(), decoded)
}

#[test]
fn a_screen_is_explained_field_by_field() {
    let expected = "\
bytes 0 to 2  ff fd 03
  message       negotiation
  verb          DO
  option        SUPPRESS-GO-AHEAD
  code          3
bytes 3 to 75
  message       screen
  screen        load
  load          L1 0.25 A
                L2 0.00 A
                L3 1.50 A
";
    let text = b"\xff\xfd\x03Load Phase1:0.25A Phase2:0.00A Phase3:1.50A\r\n\r\nPlease enter the command: ";
    assert_eq!(decode(text, &[]).done(), expected);
    assert_eq!(decode(text, &["--strict"]).done(), expected);
}

#[test]
fn a_login_is_a_banner_two_prompts_and_what_was_typed() {
    let banner = "Last Update Time : 2014-10-20\r\nVersion : 1.0.0\r\nDate:2019-01-23 Time:09:48:45\r\n\
        Up time : 0Days 17Hours 47Minute\r\nBKT ELEKTRONIK\r\n\r\n";
    let items = items(format!("{banner}Telnet Account:bkt\r\nPassword:geheim\r\n{MAIN}11\r\n"));
    let messages: Vec<_> = items.iter().map(|item| item["message"].as_str().unwrap()).collect();
    assert_eq!(
        messages,
        ["banner", "prompt", "typed", "prompt", "typed", "screen", "typed"]
    );
    assert_eq!(
        (&items[0]["version"], &items[0]["clock"], &items[0]["uptime"]),
        (&json!("1.0.0"), &json!("2019-01-23T09:48:45"), &json!("P0DT17H47M"))
    );
    assert_eq!((&items[2]["at"], &items[2]["line"]), (&json!("account"), &json!("bkt")));
    assert_eq!(
        (&items[4]["at"], &items[4]["line"]),
        (&json!("password"), &json!("***"))
    );
    assert_eq!(items[6]["entry"], "logout");
}

#[test]
fn every_entry_is_known() {
    let clock = "System clock:    Date: 2019-01-23 Time: 10:37:34\nCommand:1.Set Date/Time 2.Back\n\
        Command format:date yyyy-mm-dd,time hh:mm:ss\n";
    assert_eq!(screen(2, clock)["clock"], "2019-01-23T10:37:34");
    let users = "Users:bkt\nCommand:1.Change password 2.Back\nCommand format: old:xxxxxx&new:xxxxxx&confirm:xxxxxx&\n";
    assert_eq!(screen(3, users)["user"], "bkt");
    let network = "Network\nIPv4 Address:192.168.23.103\nIPv4 Subnet Mask:255.255.255.0\nGateway:192.168.23.2\nDNS:8.8.8.8\n\
        Command:1.Set IPv4 Address 2.Set IPv4 Subnet Mask 3.Set Gateway 4.Set DNS 5.Back\n\
        Command format: address:xxx.xxx.xxx.xxx\n";
    assert_eq!(screen(4, network)["gateway"], "192.168.23.2");
    let http = "HTTP Settings\nHTTP port:80\nCommand:1.Set port 2.Back\nCommand format: port:xx\n";
    assert_eq!(screen(6, http)["port"], 80);
    let energy = "Clear energy Phase\nPhase1 energy:1150\nPhase2 energy:0\nPhase3 energy:150\n\
        Command:1.Clear energy 2.Back\nCommand format: clearp1";
    assert_eq!(screen(9, energy)["energy"], json!(["1150", "0", "150"]));
    let restart = "Restart\n1.Restart\n2.Restart to factory default\n3.Back\nCommand format: 1or2";
    assert_eq!(screen(10, restart)["screen"], "restart");
}

#[test]
fn thresholds_have_the_names_that_read_gives_them() {
    let row = |name: &str, high: &str, low: &str| {
        format!("{name}: High Alarm:{high} High Warning:{high} Low Warning:{low} Low Alarm:{low}\n")
    };
    let mut lines = "Threshold Settings\n".to_owned();
    for phase in 1..=3 {
        lines += &row(&format!("Phase {phase} Current [A]"), "32.0A", "0.0A");
    }
    for phase in 1..=3 {
        lines += &row(&format!("Phase {phase} Voltage [V]"), "276.0V", "0.0V");
    }
    lines += &row("Temperature [C]", "40C", "0C");
    lines += &row("Humidity [%]", "99%", "0%");
    lines += "Command:1.Set Current 2.Set Voltage 3.Set Temperature 4.Set Humidity 5.Back\n\
        Command format: current one:xx&xx&xx&xx";
    let shown = screen(8, &lines);
    assert_eq!(shown["thresholds"].as_array().unwrap().len(), 8);
    assert_eq!(
        shown["thresholds"][3],
        json!({"line": "L1", "quantity": "voltage", "upper_critical": "276.0", "upper_warning": "276.0",
            "lower_warning": "0.0", "lower_critical": "0.0", "uom": "V"})
    );
}

#[test]
fn passwords_and_communities_are_not_shown() {
    let snmp = "SNMP service\r\nSNMP agent:Enable\r\nWrite community:geheim\r\nRead community:geheim\r\nTrap1 address:0.0.0.0\r\n\
        Command:1.Set agent 2.Set Write community 3.Set Read community 4.Set Trap1 address 5.Back\r\n\
        Command format: address:xxx.xxx.xxx.xxx\r\n\r\nPlease enter the command:\r\n";
    let smtp = "SMTP Settings\r\nSMTP Account:bkt\r\nSMTP Password:geheim\r\nSMTP Server:\r\nSMTP Port:25\r\n\
        Number of cyclical notification:1\r\nTime between cyclical notification:1\r\nSMTP Recipient Email:\r\n\
        Command:1.Set Account 2.Set Password 3.Set Server 4.Set Port 5.Set Number 6.Set time between 7.Set Recipient 8.Back\r\n\
        Command format: account:xxxxx@xx.com\r\n\r\nPlease enter the command:password:geheim\r\n";
    let users = "Users:bkt\r\nCommand:1.Change password 2.Back\r\nCommand format: old:xxxxxx&new:xxxxxx&confirm:xxxxxx&\r\n\r\n\
        Please enter the command:old:geheim&new:geheim1&confirm:geheim1&\r\n\
        Please enter the command:old:geheim&new:geheim1&confirm:geheim2&\r\n";
    for text in [snmp, smtp, users] {
        let shown = decode(text, &[]).done();
        assert!(shown.contains("***"), "{shown}");
        for shown in [shown, decode(text, &["--json"]).done()] {
            assert!(
                !shown.contains("geheim") && !shown.contains("67 65 68 65 69 6d"),
                "{shown}"
            );
        }
    }
    assert_eq!(items(smtp)[0]["account"], "bkt");
    assert_eq!(items(users)[1]["command"], "change_password");
}

#[test]
fn what_the_manual_misprints_is_a_deviation_and_an_error_if_strict() {
    let network = "Network\r\nIPv4 Address:192.168.23.103\r\nIPv4 Subnet Mask:255.255.255.0\r\nGateway:192.168.23.2\r\n\
        DNS:8.8.8.8\r\nCommand:1.Set IPv4 Address 2.Set IPv4 Subnet Mask 3.Set Gateway 4.Set DNS 5\r\n.Back\r\n\
        Command format: address:xxx.xxx.xxx.xxx\r\n\r\n \r\nPlease enter the command:";
    assert_eq!(items(network)[0]["deviations"], json!(["Wrapped"]));
    let (why, decoded) = refused(network, &["--strict"]);
    assert!(why.contains("line 6 of the screen"), "{why}");
    assert_eq!(decoded["items"][0]["reason"], json!(why));
}

#[test]
fn a_screen_that_is_none_ends_at_its_prompt_or_where_the_next_begins() {
    let load = "Load Phase1:0.25A Phase2:0.00V Phase3:1.50A\r\n\r\nPlease enter the command:";
    let (why, decoded) = refused(format!("{load}{MAIN}"), &[]);
    assert!(why.contains("expected the unit A, found `V`"), "{why}");
    let items = decoded["items"].as_array().unwrap();
    assert_eq!(
        (&items[0]["message"], &items[1]["screen"]),
        (&json!("rejected"), &json!("main"))
    );
    let (why, decoded) = refused(format!("Restart\r\n1.Restart\r\n{MAIN}"), &[]);
    assert!(why.contains("line 3 of the screen"), "{why}");
    assert_eq!(
        (&decoded["items"][1]["screen"], &decoded["rest"]),
        (&json!("main"), &json!(""))
    );
}

#[test]
fn what_is_cut_is_left_over() {
    let (why, decoded) = refused(b"Load Phase1:0.25A Phase2:0.00A Phase3:1.50A\r\n", &[]);
    assert!(why.contains("expected the prompt"), "{why}");
    assert_eq!(decoded["rest"].as_str().unwrap().len(), 2 * 45);
    let (why, decoded) = refused(b"hello\r\n\xff\xfa\x18\x01", &[]);
    assert_eq!(
        (why.as_str(), &decoded["rest"]),
        ("ends in a telnet command", &json!("fffa1801"))
    );
    assert_eq!(decoded["items"][0]["line"], "hello");
    assert_eq!(refused(b"hello", &["--strict"]).0, "no line end");
    assert_eq!(items(b"hello")[0]["deviations"], json!(["no line end"]));
    assert_eq!(refused(b"", &[]).0, "no bytes");
}

#[test]
fn what_is_too_long_is_an_error_and_not_the_end() {
    let long = "x".repeat(1_000_000);
    let (why, decoded) = refused(format!("{long}\r\nhello\r\n"), &[]);
    assert_eq!(why, "line of more than 512 octets");
    assert_eq!(
        (&decoded["items"][0]["length"], &decoded["items"][1]["line"]),
        (&json!(1_000_002), &json!("hello"))
    );
    let endless = [b"\xff\xfa\x18".as_slice(), &[b'x'; 600]].concat();
    assert!(refused(endless, &[]).0.contains("TERMINAL-TYPE has no end"));
}

#[test]
fn a_control_sequence_and_a_command_in_the_middle_of_a_word_are_no_part_of_it() {
    let items = items(b"Lo\xff\xf1ad Phase1:0.25A\x1b[2J Phase2:0.00A Phase3:1.50A\r\n\r\nPlease enter the command:");
    assert_eq!(
        (&items[0]["screen"], &items[0]["load"]),
        (&json!("load"), &json!(["0.25", "0.00", "1.50"]))
    );
    assert_eq!(
        (&items[1]["message"], &items[1]["code"], &items[1]["offset"]),
        (&json!("command"), &json!(241), &json!(2))
    );
}
