//! SNMP agents, from the command line.

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::Duration;

use pdu_core::{Clock, Hub as _, Instant, Path};
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, Tree};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::wire::{Body, Message, Operation, Value as SnmpValue, VarBind};
use pdu_proto_snmp::{bps2000, oid, series7};
use serde_json::{Value, json};

use crate::support::{Ended, File, Listener, Simulator, json, pductl, pductl_in};

pub(crate) const PASSWORDS: [(&str, &str); 2] = [
    ("PDU_AUTH_PASSWORD", "correct horse"),
    ("PDU_PRIV_PASSWORD", "battery staple"),
];
pub(crate) const USER: [&str; 6] = ["--user", "operator", "--auth", "sha256", "--priv", "aes128"];

/// Its address.
pub(crate) fn simulator(kind: &str, options: &[&str]) -> (Simulator, String) {
    let simulator = Simulator::start_in(&PASSWORDS, &[&[kind, "--seed", "7"], options].concat());
    let address = simulator.first_line.clone();
    (simulator, address)
}

pub(crate) fn bps2000() -> (Simulator, String) {
    let (simulator, address) = simulator("bps2000-snmp", &[]);
    (simulator, format!("snmp://public@{address}?profile=bps2000"))
}

pub(crate) fn snapshot(url: &str) -> Value {
    json(&pductl(&["read", url, "--json"]).done())[0].clone()
}

/// One line on standard error, that says that nothing was done.
#[track_caller]
pub(crate) fn not_applied(ended: Ended) -> String {
    let message = ended.failed(1);
    assert!(message.ends_with("(effect: not applied)\n"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    message
}

#[test]
fn a_snapshot_has_the_master_and_its_slaves() {
    let (_simulator, url) = bps2000();
    let device = snapshot(&url);
    assert_eq!(device["error"], json!(null));
    let units: Vec<_> = device["identities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["unit"].as_u64().unwrap())
        .collect();
    assert_eq!(units, [0, 1, 2, 3, 4, 5]);
    let readings = device["readings"].as_array().unwrap();
    for unit in 0..=5 {
        let is_voltage =
            |reading: &&Value| reading["unit"] == unit && reading["line"] == "L1" && reading["quantity"] == "voltage";
        let voltage = readings.iter().find(is_voltage).unwrap();
        assert_eq!((&voltage["uom"], &voltage["quality"]), (&json!("V"), &json!("good")));
        let volts: f64 = voltage["value"].as_str().unwrap().parse().unwrap();
        assert!((200.0..260.0).contains(&volts), "{voltage}");
    }
    for empty in ["outlets", "alarms", "thresholds"] {
        assert_eq!(device[empty], json!([]));
    }
    assert!(!device["contacts"].as_array().unwrap().is_empty());
}

#[test]
fn a_community_is_never_shown() {
    let (_simulator, url) = bps2000();
    let shown = url.replace("public@", "***@");
    assert_eq!(snapshot(&url)["url"], json!(shown));
    let table = pductl(&["read", &url]).done();
    assert!(table.starts_with(&format!("{shown}\n")), "{table}");
    let wrong = url.replace("public", "geheim") + "&timeout=100ms&retries=0";
    let message = pductl(&["read", &wrong]).failed(1);
    assert!(
        message.starts_with(&format!("pductl: {shown}")) && !message.contains("geheim"),
        "{message}"
    );
    let message = pductl(&["read", "snmp://geheim@127.0.0.1?profile=geist"]).failed(2);
    assert!(
        message.contains("known are bps2000, series7") && !message.contains("geheim"),
        "{message}"
    );
}

#[test]
fn a_wrong_community_is_silence() {
    let (_simulator, url) = bps2000();
    let wrong = url.replace("public", "publik") + "&timeout=100ms&retries=1";
    let ended = pductl(&["read", &wrong]);
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    let message = not_applied(ended);
    assert!(message.contains("no answer (2 sent)"), "{message}");
}

#[test]
fn each_version_reads_the_same_device() {
    let (_simulator, address) = simulator("bps2000-snmp", &USER);
    for version in ["1", "2c"] {
        let device = snapshot(&format!("snmp://{address}?version={version}"));
        assert_eq!(device["error"], json!(null));
        assert_eq!(device["identities"].as_array().unwrap().len(), 6);
    }
    let url = format!("snmp://operator@{address}?version=3&auth=sha256&priv=aes128");
    let device = &json(&pductl_in(&PASSWORDS, &["read", &url, "--json"]).done())[0];
    assert_eq!((&device["url"], &device["error"]), (&json!(url), &json!(null)));
    assert_eq!(device["identities"].as_array().unwrap().len(), 6);
}

#[test]
fn a_wrong_password_is_told_as_what_it_is() {
    let (_simulator, address) = simulator("bps2000-snmp", &USER);
    let read = |user: &str, passwords: [(&str, &str); 2]| {
        let url = format!("snmp://{user}@{address}?version=3&auth=sha256&priv=aes128&timeout=200ms&retries=0");
        let ended = pductl_in(&passwords, &["read", &url]);
        assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
        let message = not_applied(ended);
        for secret in ["correct horse", "battery staple", "wrong password"] {
            assert!(!message.contains(secret), "{message}");
        }
        message
    };
    let [auth, privacy] = PASSWORDS;
    let wrong = "wrong password";
    let message = read("operator", [(auth.0, wrong), privacy]);
    assert!(message.contains("digest"), "{message}");
    let message = read("operator", [auth, (privacy.0, wrong)]);
    assert!(message.contains("decrypt") || message.contains("privacy"), "{message}");
    let message = read("nobody", PASSWORDS);
    assert!(message.contains("user"), "{message}");
}

#[test]
fn a_password_that_is_missing_or_too_short_is_usage() {
    let url = "snmp://operator@127.0.0.1:9?version=3&auth=sha256&priv=aes128";
    let [auth, privacy] = PASSWORDS;
    let message = pductl_in(&[privacy], &["read", url]).failed(2);
    assert!(message.contains("PDU_AUTH_PASSWORD is not set"), "{message}");
    let message = pductl_in(&[auth], &["read", url]).failed(2);
    assert!(message.contains("PDU_PRIV_PASSWORD is not set"), "{message}");
    let message = pductl_in(&[(auth.0, "geheim"), privacy], &["read", url]).failed(2);
    assert!(message.contains('8') && !message.contains("geheim"), "{message}");
}

/// Answers for a simulated unit, on a thread of its own, for as long as the test runs.
fn answer(tree: impl Tree + Send + 'static) -> SocketAddr {
    let engine = LocalEngine::new(EngineId::from_text(32473, "test").unwrap(), 1, Instant::EPOCH);
    let mut agent = Agent::new(engine, tree, AgentOptions::default()).with_community(b"public", Access::read_only());
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let clock = Clock::start();
        let mut buffer = [0; 1500];
        while let Ok((len, remote)) = socket.recv_from(&mut buffer) {
            agent.handle_input(clock.now(), &Path::to(remote), &buffer[..len]);
            while let Some((to, datagram)) = agent.transmit() {
                let sent = socket.send_to(datagram, to.remote).unwrap();
                agent.handle_transmitted(clock.now(), &to, sent);
            }
        }
    });
    address
}

#[test]
fn text_of_a_device_is_shown_escaped() {
    let nasty = "rack\x1b[2J\r\n\u{202e}7";
    let chain = answer(bps2000::simulator::Bps2000::builder().name(nasty).build());
    let outlets = answer(series7::simulator::Series7::builder().name(nasty).build());
    for url in [format!("snmp://{chain}"), format!("snmp://{outlets}?profile=series7")] {
        let shown = pductl(&["read", &url]).done();
        assert!(shown.contains(r#""rack\u{1b}[2J\r\n\u{202e}7""#), "{shown}");
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\r']), "{shown:?}");
        assert_eq!(snapshot(&url)["identities"][0]["name"], json!(nasty));
    }
}

#[test]
fn a_file_of_users_that_cannot_be_read_is_told_without_its_secrets() {
    for (contents, expected) in [
        ("{", "line 1"),
        (r#"[{"user": "operator", "auth": "geheim"}]"#, "user 1: auth: known are"),
        (
            r#"[{"user": "operator", "auth": "sha256"}]"#,
            "user 1: auth_password is missing",
        ),
        (
            r#"[{"user": "operator", "auth_password": "geheim"}]"#,
            "user 1: auth is missing",
        ),
        (r#"[{"user": "operator", "password": "geheim"}]"#, "no array of users"),
        (
            r#"[{"user": "operator", "auth": "sha256", "auth_password": "geheim"}]"#,
            "user 1: ",
        ),
        (r#"[{"user": "operator", "engine_id": "geheim"}]"#, "5 to 32 octets"),
    ] {
        let users = File::with(contents);
        let environment = [("PDU_TRAP_USERS", users.path.as_str())];
        let message = pductl_in(&environment, &["traps", "--listen", "127.0.0.1:0"]).failed(2);
        assert!(message.contains(expected) && !message.contains("geheim"), "{message}");
    }
    let missing = [("PDU_TRAP_USERS", "/nowhere/users.json")];
    assert!(
        pductl_in(&missing, &["traps"])
            .failed(2)
            .contains("/nowhere/users.json")
    );
}

/// A datagram to a listener.
fn send(listener: &Listener, datagram: &[u8]) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(datagram, &listener.address).unwrap();
}

/// A trap of v2c that no table has.
fn unknown_trap() -> Vec<u8> {
    let trap = oid!(1, 3, 6, 1, 4, 1, 32473, 0, 1);
    let varbinds = [
        VarBind::new(oid!(1, 3, 6, 1, 2, 1, 1, 3, 0), SnmpValue::TimeTicks(1234)),
        VarBind::new(oid!(1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), SnmpValue::ObjectIdentifier(trap)),
        VarBind::new(
            oid!(1, 3, 6, 1, 4, 1, 32473, 1, 0),
            SnmpValue::OctetString("fan\u{202e}7\n".as_bytes()),
        ),
    ];
    let body = Body::common(Operation::TRAP_V2, 7, &varbinds);
    let mut buffer = [0; 1472];
    Message::v2c(b"geheim", body).encode(&mut buffer).unwrap().to_vec()
}

#[test]
fn an_unknown_notification_is_shown_as_it_came_and_escaped() {
    let listener = Listener::start_in(&[], &["--count", "1", "--json"]);
    send(&listener, &unknown_trap());
    let text = listener.end().done();
    assert!(!text.contains("geheim"), "{text}");
    let heard = json(&text);
    assert_eq!(
        (&heard["trap"], &heard["uptime"]),
        (&json!("1.3.6.1.4.1.32473.0.1"), &json!(1234))
    );
    assert_eq!(heard["alarm"], json!(null));
    assert_eq!(heard["varbinds"][0]["value"], json!("fan\u{202e}7\n"));

    let listener = Listener::start_in(&[], &["--count", "1"]);
    send(&listener, &unknown_trap());
    let shown = listener.end().done();
    assert!(shown.contains("v2c trap: 1.3.6.1.4.1.32473.0.1"), "{shown}");
    assert!(shown.contains(r#"OCTET STRING "fan\u{202e}7\n""#), "{shown}");
}

#[test]
fn what_is_no_notification_is_told_and_does_not_end_the_listening() {
    let listener = Listener::start_in(&[], &["--count", "1", "--json"]);
    send(&listener, b"\x1b[2J");
    send(&listener, &unknown_trap());
    let ended = listener.end();
    assert_eq!(ended.status, Some(0));
    assert!(
        ended.stderr.contains("not taken: ") && !ended.stderr.contains('\u{1b}'),
        "{}",
        ended.stderr
    );
    json(&ended.stdout);
}

#[test]
fn simulated_agents_say_what_they_cannot_be() {
    for options in [
        &["bps2000-snmp", "--outlets", "7"][..],
        &["bps2000-snmp", "--slaves", "6"],
        &["bps2000-snmp", "--auth", "sha256"],
        &["bps2000-snmp", "--user", "operator", "--auth", "sha3"],
        &["bps2000-snmp", "--user", "operator", "--auth", "sha256"],
        &["bps2000-snmp", "--trap-to", "127.0.0.1:9", "--trap-version", "3"],
        &[
            "series7-snmp",
            "--trap-to",
            "127.0.0.1:9",
            "--trap-version",
            "1",
            "--informs",
        ],
    ] {
        pductl(&[&["simulate"], options].concat()).failed(2);
    }
}
