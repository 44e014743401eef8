//! An IsoTek unit, from the command line.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::mem;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Ended, File, Simulator, json, pductl};

fn unit() -> (Simulator, String) {
    let simulator = Simulator::start(&["isotek", "--listen", "127.0.0.1:0", "--seed", "7"]);
    let url = format!("isotek://{}", simulator.first_line);
    (simulator, url)
}

fn on_serial_line() -> (Simulator, String) {
    let simulator = Simulator::start(&["isotek", "--pty", "--print-url"]);
    let url = simulator.first_line.clone();
    (simulator, url)
}

fn snapshot(url: &str) -> Value {
    json(&pductl(&["read", url, "--json"]).done())[0].clone()
}

fn states(url: &str) -> Vec<String> {
    let outlets = json(&pductl(&["outlet", url, "list", "--json"]).done());
    let outlets = outlets.as_array().unwrap().iter();
    outlets
        .map(|outlet| outlet["state"].as_str().unwrap().to_owned())
        .collect()
}

fn list(url: &str, what: &[&str]) -> Value {
    let text = pductl(&[&[what[0], url], &what[1..], &["--json"]].concat()).done();
    serde_json::from_str(&text).unwrap()
}

/// One line on standard error, that says that nothing was done.
#[track_caller]
fn not_applied(ended: Ended) -> String {
    let message = ended.failed(1);
    assert!(message.ends_with("(effect: not applied)\n"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    message
}

#[test]
fn a_snapshot_has_the_unit_its_outlets_and_its_clock() {
    let (_simulator, url) = unit();
    let device = snapshot(&url);
    assert_eq!((&device["url"], &device["error"]), (&json!(url), &json!(null)));
    let identity = &device["identities"][0];
    assert_eq!((&identity["unit"], &identity["source"]), (&json!(0), &json!("device")));
    assert!(
        identity["serial"].is_string() && identity["mac"].is_string(),
        "{identity}"
    );

    let outlets = device["outlets"].as_array().unwrap();
    assert_eq!(outlets.len(), 16);
    for (outlet, number) in outlets.iter().zip(1..) {
        assert_eq!((&outlet["unit"], &outlet["number"]), (&json!(0), &json!(number)));
        assert_eq!((&outlet["state"], &outlet["pending"]), (&json!("on"), &json!(null)));
    }
    let readings = device["readings"].as_array().unwrap();
    let of_outlet_2 = |reading: &&Value| reading["component"] == "outlet" && reading["number"] == 2;
    let of_outlet_2: Vec<_> = readings.iter().filter(of_outlet_2).collect();
    let named = |quantity: &str, uom: &str| {
        let reading = of_outlet_2.iter().find(|r| r["quantity"] == quantity).unwrap();
        assert_eq!((&reading["uom"], &reading["quality"]), (&json!(uom), &json!("good")));
        assert_eq!((&reading["statistic"], &reading["line"]), (&json!("now"), &json!(null)));
        reading["value"].as_str().unwrap().parse::<u32>().unwrap()
    };
    assert!((200..260).contains(&named("voltage", "V")));
    named("active_power", "W");
    assert!(
        readings.iter().any(|reading| reading["component"] != "outlet"),
        "the unit as a whole"
    );
    for empty in ["contacts", "alarms", "thresholds"] {
        assert_eq!(device[empty], json!([]));
    }
    assert_eq!(device["clock"].as_str().unwrap().len(), "2026-11-21T08:00:00".len());
}

#[test]
fn a_unit_may_have_8_outlets() {
    let simulator = Simulator::start(&["isotek", "--print-url", "--outlets", "8"]);
    assert_eq!(states(&simulator.first_line), ["on"; 8]);
    not_applied(pductl(&["outlet", &simulator.first_line, "off", "all", "--delayed"]));
    pductl(&["simulate", "isotek", "--outlets", "12"]).failed(2);
}

#[test]
fn outlet_list_has_what_read_has() {
    let (_simulator, url) = unit();
    let outlets = list(&url, &["outlet", "list"]);
    assert_eq!(outlets, snapshot(&url)["outlets"]);
    let table = pductl(&["outlet", &url, "list"]).done();
    assert_eq!(table.lines().count(), 16);
    assert!(table.contains("outlet 16"), "{table}");
}

#[test]
fn an_outlet_is_switched_and_read_back() {
    let (_simulator, url) = unit();
    let said = pductl(&["outlet", &url, "off", "3"]).done();
    assert_eq!(said, "outlet 3: off (accepted)\n");
    let said = pductl(&["outlet", &url, "off", "16", "--wait"]).done();
    assert_eq!(said, "outlet 16: off (read back)\n");
    let mut expected = ["on"; 16];
    expected[2] = "off";
    expected[15] = "off";
    assert_eq!(states(&url), expected);
    let said = pductl(&["outlet", &url, "on", "3", "--wait"]).done();
    assert_eq!(said, "outlet 3: on (read back)\n");
    assert_eq!(states(&url)[2], "on");
}

#[test]
fn all_outlets_are_switched_at_once() {
    let (_simulator, url) = unit();
    assert_eq!(
        pductl(&["outlet", &url, "off", "all", "--wait"]).done(),
        "all outlets: off (read back)\n"
    );
    assert_eq!(states(&url), ["off"; 16]);
    pductl(&["outlet", &url, "on", "all", "--wait"]).done();
    assert_eq!(states(&url), ["on"; 16]);
}

#[test]
fn what_the_protocol_has_no_command_for_is_refused_and_nothing_is_sent() {
    let (_simulator, url) = unit();
    for order in [
        &["cycle", "1"][..],
        &["cancel", "1"],
        &["reset-energy", "1"],
        &["off", "group:1"],
        &["off", "group:1", "--wait"],
        &["off", "1", "--delayed"],
        &["off", "1", "--delay", "5"],
        &["off", "all", "--delay", "1.5s"],
        &["off", "0"],
        &["off", "17"],
        &["off", "65535", "--wait"],
    ] {
        not_applied(pductl(&[&["outlet", &url], order].concat()));
    }
    not_applied(pductl(&["threshold", &url, "list"]));
    not_applied(pductl(&[
        "threshold",
        &url,
        "set",
        "L1.voltage",
        "upper-critical",
        "250",
    ]));
    not_applied(pductl(&["energy", &url, "reset", "total", "--yes"]));
    not_applied(pductl(&["restart", &url, "--yes", "--factory"]));
    assert_eq!(states(&url), ["on"; 16]);
}

#[test]
fn the_clock_is_set_and_read_back() {
    let (_simulator, url) = unit();
    let said = pductl(&["clock", &url, "set", "2031-02-28T23:58:07"]).done();
    assert_eq!(said, "clock: 2031-02-28T23:58:07 (read back)\n");
    let clock = pductl(&["clock", &url, "get"]).done();
    assert!(clock.starts_with("2031-02-28T23:58:"), "{clock}");
    assert_eq!(clock.len(), "2031-02-28T23:58:07\n".len());
    let clock = list(&url, &["clock", "get"]);
    assert!(
        clock["clock"].as_str().unwrap().starts_with("2031-02-28T23:58:"),
        "{clock}"
    );
    pductl(&["clock", &url, "set", "now"]).done();
    assert!(!pductl(&["clock", &url, "get"]).done().starts_with("2031"));
    // A year that the protocol does not have.
    not_applied(pductl(&["clock", &url, "set", "1999-12-31T23:59:59"]));
}

/// A time plan and a power plan, with all that the device keeps.
const PLANS: &str = r#"[
  {"id": 1, "name": "morning", "outlet": 3, "trigger": {"time": {"at": "07:30", "day": 62}}, "action": "on",
   "raw": {"power": "0", "operator": "0", "status_value": "0", "status_slot": "7"}},
  {"id": 2, "name": "a/b", "outlet": 16, "trigger": {"active_power": {"comparison": "greater", "watts": 3500}}, "action": "cycle",
   "raw": {"hh:min": "00:00", "dd": "0", "status_value": "0", "status_slot": "0"}}
]"#;

#[test]
fn a_schedule_is_written_and_what_list_prints_is_what_set_reads() {
    let (_simulator, url) = unit();
    let file = File::with(PLANS);
    assert_eq!(
        pductl(&["schedule", &url, "set", &file.path]).done(),
        "schedule: 2 records (read back)\n"
    );
    let printed = pductl(&["schedule", &url, "list", "--json"]).done();
    let expected: Value = serde_json::from_str(PLANS).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), expected);
    let table = pductl(&["schedule", &url, "list"]).done();
    for expected in [
        "morning",
        "at 07:30, day 62",
        "outlet 3 on",
        "above 3500 W",
        "outlet 16 cycle",
        "status_slot=7",
    ] {
        assert!(table.contains(expected), "{expected}\n{table}");
    }

    let none = File::with("[]");
    assert_eq!(
        pductl(&["schedule", &url, "set", &none.path]).done(),
        "schedule: 0 records (read back)\n"
    );
    assert_eq!(list(&url, &["schedule", "list"]), json!([]));
    let again = File::with(&printed);
    pductl(&["schedule", &url, "set", &again.path]).done();
    assert_eq!(pductl(&["schedule", &url, "list", "--json"]).done(), printed);
}

#[test]
fn a_new_record_needs_no_more_than_what_it_is() {
    let (_simulator, url) = unit();
    let file = File::with(
        r#"[{"id": 9, "outlet": 1, "trigger": {"active_power": {"comparison": "less", "watts": 5}}, "action": "off"}]"#,
    );
    pductl(&["schedule", &url, "set", &file.path]).done();
    let record = &list(&url, &["schedule", "list"])[0];
    assert_eq!(
        (&record["name"], &record["raw"]["hh:min"]),
        (&json!(""), &json!("00:00"))
    );
}

#[test]
fn a_schedule_that_cannot_be_written_is_refused_whole() {
    let (_simulator, url) = unit();
    let file = File::with(PLANS);
    pductl(&["schedule", &url, "set", &file.path]).done();
    let before = pductl(&["schedule", &url, "list", "--json"]).done();
    let with = |field: &str, value: Value| {
        let mut plans: Value = serde_json::from_str(PLANS).unwrap();
        plans[1][field] = value;
        File::with(&plans.to_string())
    };
    let files = [
        File::with(""),
        File::with("{}"),
        File::with("[{}]"),
        File::with("[1]"),
        File::with(&PLANS[..PLANS.len() - 1]),
        with("outlet", json!(17)),
        with("outlet", json!(0)),
        with("name", json!("a|b")),
        with("name", json!("a\nX")),
        with("name", json!("ż")),
        with("id", json!(100_000)),
        with("action", json!("cancel")),
        with("action", json!("toggle")),
        with("trigger", json!({"time": {"at": "24:00", "day": 1}})),
        with(
            "trigger",
            json!({"active_power": {"comparison": "greater", "watts": 100_000}}),
        ),
        with("raw", json!({"colour": "red"})),
        with("raw", json!({"status_slot": "0|0"})),
        with("colour", json!("red")),
    ];
    for file in files {
        not_applied(pductl(&["schedule", &url, "set", &file.path]));
    }
    not_applied(pductl(&["schedule", &url, "set", "/nonexistent/plans.json"]));
    assert_eq!(pductl(&["schedule", &url, "list", "--json"]).done(), before);
}

#[test]
fn settings_are_stored_and_what_get_prints_is_what_set_reads() {
    let (_simulator, url) = unit();
    let before = pductl(&["settings", &url, "get", "--json"]).done();
    let outlets = serde_json::from_str::<Value>(&before).unwrap()["outlets"].clone();
    assert_eq!(outlets.as_array().unwrap().len(), 16);
    assert_eq!((&outlets[0]["number"], &outlets[0]["delay"]), (&json!(1), &json!(0)));
    let as_it_was = File::with(&before);

    // Only what is named changes.
    let change =
        File::with(r#"{"outlets": [{"number": 2, "name": "amp 1/2"}, {"number": 5, "type": "router", "delay": 30}]}"#);
    assert_eq!(
        pductl(&["settings", &url, "set", &change.path]).done(),
        "settings: 2 outlets (read back)\n"
    );
    let mut expected = outlets.clone();
    expected[1]["name"] = json!("amp 1/2");
    expected[4]["type"] = json!("router");
    expected[4]["delay"] = json!(30);
    assert_eq!(list(&url, &["settings", "get"])["outlets"], expected);
    assert_eq!(snapshot(&url)["outlets"][1]["name"], "amp 1/2");
    let table = pductl(&["settings", &url, "get"]).done();
    assert!(
        table.contains("amp 1/2") && table.contains("router") && table.contains("30 s"),
        "{table}"
    );

    pductl(&["settings", &url, "set", &as_it_was.path]).done();
    assert_eq!(pductl(&["settings", &url, "get", "--json"]).done(), before);
}

#[test]
fn settings_that_cannot_be_stored_are_refused_whole() {
    let (_simulator, url) = unit();
    let before = pductl(&["settings", &url, "get", "--json"]).done();
    for wrong in [
        json!({"number": 17, "name": "x"}),
        json!({"number": 0, "name": "x"}),
        json!({"number": 2, "name": "nine char"}),
        json!({"number": 2, "name": "a|b"}),
        json!({"number": 2, "name": "a\u{1b}b"}),
        json!({"number": 2, "delay": 100_000}),
        json!({"number": 2, "delay": -1}),
        json!({"number": 2, "type": "amplifier"}),
        json!({"number": 2, "restore_policy": "always_on"}),
        json!({"unit": 1, "number": 2, "name": "x"}),
        json!({"number": 2, "colour": "red"}),
    ] {
        let file = File::with(&json!({"outlets": [{"number": 1, "name": "first"}, wrong]}).to_string());
        not_applied(pductl(&["settings", &url, "set", &file.path]));
    }
    assert_eq!(pductl(&["settings", &url, "get", "--json"]).done(), before);
}

#[test]
fn a_restart_is_told_and_the_unit_comes_back() {
    let (_simulator, url) = unit();
    assert!(pductl(&["restart", &url]).failed(2).contains("--yes"));
    let said = pductl(&["restart", &url, "--yes"]).done();
    assert!(said.starts_with("controller restarts ("), "{said}");
    // The unit is down for 5 s, and links are tried again at growing intervals.
    assert_eq!(states(&format!("{url}?timeout=20s")), ["on"; 16]);
}

#[test]
fn units_are_discovered_at_the_port_of_their_tcp_server() {
    let (first, url) = unit();
    let second = Simulator::start(&["isotek", "--listen", "127.0.0.1:0"]);
    let to = [first.first_line.as_str(), &second.first_line];
    let search = [
        "discover", "--to", to[0], "--to", to[1], "--to", to[0], "--wait", "500ms",
    ];
    let found = json(&pductl(&[&search[..], &["--json"]].concat()).done());
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 2);
    let unit = found.iter().find(|unit| unit["address"] == to[0]).unwrap();
    let identity = &snapshot(&url)["identities"][0];
    assert_eq!((&unit["serial"], &unit["mac"]), (&identity["serial"], &identity["mac"]));
    assert_eq!(
        (&unit["url"], unit["servers"].as_array().unwrap().len()),
        (&json!(url), 2)
    );

    let table = pductl(&search).done();
    for expected in [
        to[0],
        to[1],
        "address",
        unit["serial"].as_str().unwrap(),
        unit["mac"].as_str().unwrap(),
    ] {
        assert!(table.contains(expected), "{expected}\n{table}");
    }
}

#[test]
fn a_search_that_nobody_answers_finds_nothing_in_its_time() {
    let ended = pductl(&["discover", "--to", "127.0.0.1:9", "--wait", "300ms", "--json"]);
    assert!((300..5000).contains(&ended.took.as_millis()), "{:?}", ended.took);
    assert_eq!(ended.done(), "[]\n");
}

#[test]
fn an_answer_that_is_refused_is_told_with_its_reason_and_its_bytes_escaped() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let answer = thread::spawn(move || {
        let (_, asker) = socket.recv_from(&mut [0; 16]).unwrap();
        socket.send_to(b"A=SN\x1b[2J1|00:11:22:33:44|", asker).unwrap();
    });
    let ended = pductl(&["discover", "--to", &address, "--wait", "600ms", "--json"]);
    answer.join().unwrap();
    assert_eq!((ended.status, ended.stdout.as_str()), (Some(0), "[]\n"));
    assert!(
        ended
            .stderr
            .contains("refused answer \"A=SN\\u{1b}[2J1|00:11:22:33:44|\""),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_search_that_cannot_be_sent_is_an_error_and_the_others_count() {
    let (simulator, _url) = unit();
    // A link-local address without its link: no socket sends there.
    let search = [
        "discover",
        "--wait",
        "300ms",
        "--json",
        "--to",
        "[fe80::1]:501",
        "--to",
        &simulator.first_line,
    ];
    let ended = pductl(&search);
    assert_eq!(ended.status, Some(1));
    assert!(ended.stderr.starts_with("pductl: [fe80::1]:501: "), "{}", ended.stderr);
    assert!(ended.stderr.ends_with("(effect: not applied)\n"), "{}", ended.stderr);
    assert_eq!(json(&ended.stdout).as_array().unwrap().len(), 1);
}

#[test]
fn watching_shows_what_the_unit_tells_by_itself() {
    let (_simulator, url) = unit();
    let ended = pductl(&["watch", &url, "--count", "3", "--json"]);
    assert!(ended.took < Duration::from_secs(6), "{:?}", ended.took);
    let text = ended.done();
    let clocks: Vec<_> = text
        .lines()
        .map(|line| {
            let object: Value = serde_json::from_str(line).unwrap();
            assert_eq!((&object["url"], &object["error"]), (&json!(url), &json!(null)));
            assert_eq!(object["outlets"].as_array().unwrap().len(), 16);
            object["clock"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(clocks.len(), 3);
    assert!(clocks[1] < clocks[2], "a second between them: {clocks:?}");

    let ended = pductl(&["watch", &url, "--count", "4", "--interval", "50ms", "--json"]);
    assert_eq!(ended.stdout.lines().count(), 4);
    assert!(ended.took < Duration::from_secs(2), "{:?}", ended.took);
}

#[test]
fn a_change_is_told_when_it_comes() {
    let (_simulator, url) = unit();
    let of_unit = url.clone();
    let watcher = thread::spawn(move || pductl(&["watch", &of_unit, "--count", "5"]));
    thread::sleep(Duration::from_millis(2500));
    pductl(&["outlet", &url, "off", "5"]).done();
    let shown = watcher.join().unwrap().done();
    assert!(shown.contains(&format!("{url}: outlet 5: off\n")), "{shown}");
}

#[test]
fn a_unit_that_falls_silent_is_asked_and_its_failure_counts() {
    let url = format!("{}?timeout=200ms&retries=0", unit_that_says("", ADDRESS, ""));
    let ended = pductl(&["watch", &url, "--count", "2", "--json"]);
    assert_eq!((ended.status, ended.stdout.lines().count()), (Some(1), 2));
    assert_eq!(ended.stderr.lines().count(), 2);
    for line in ended.stdout.lines() {
        let object: Value = serde_json::from_str(line).unwrap();
        assert!(
            object["error"].is_string() && object["outlets"] == json!([]),
            "{object}"
        );
    }
}

#[test]
fn two_watchers_of_one_unit_both_see_it() {
    let (_simulator, url) = unit();
    let text = pductl(&["watch", &url, &url, "--count", "2", "--json"]).done();
    assert_eq!(text.lines().count(), 4);
}

#[test]
fn a_unit_on_a_serial_line_does_the_same() {
    let (simulator, url) = on_serial_line();
    assert!(url.starts_with("isotek-serial:///dev/"), "{url}");
    assert_eq!(states(&url), ["on"; 16]);
    pductl(&["outlet", &url, "off", "2", "--wait"]).done();
    assert_eq!(states(&url)[1], "off");
    let file = File::with(PLANS);
    pductl(&["schedule", &url, "set", &file.path]).done();
    assert_eq!(list(&url, &["schedule", "list"]).as_array().unwrap().len(), 2);
    assert_eq!(simulator.end("INT"), Some(0));
}

#[test]
fn urls_of_one_serial_port_share_it() {
    let simulator = Simulator::start(&["isotek", "--pty"]);
    let path = &simulator.first_line;
    let url = format!("isotek-serial://{path}");
    let devices = json(&pductl(&["read", &url, &url, "--json"]).done());
    assert_eq!(devices[0]["outlets"], devices[1]["outlets"]);
    // Another name of the same port.
    let link = std::env::temp_dir().join(format!("pductl-port-{}", std::process::id()));
    std::os::unix::fs::symlink(path, &link).unwrap();
    let linked = format!("isotek-serial://{}", link.display());
    let both = pductl(&["read", &url, &linked, "--json"]);
    let differ = pductl(&["read", &url, &format!("{linked}?line-end=cr")]);
    let other = pductl(&["read", &url, &format!("modbus-rtu://{}", link.display())]);
    std::fs::remove_file(&link).unwrap();
    assert_eq!(json(&both.done()).as_array().unwrap().len(), 2);
    assert!(differ.failed(2).contains("share it"));
    assert!(other.failed(2).contains("share it"));
}

#[test]
fn a_simulator_ends_with_a_signal_and_status_0() {
    for signal in ["TERM", "INT"] {
        let (simulator, _) = unit();
        assert_eq!(simulator.end(signal), Some(0));
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert!(
        pductl(&["simulate", "isotek", "--listen", &address])
            .failed(1)
            .contains(&address)
    );
    pductl(&["simulate", "isotek", "--pty", "--device", "/dev/null"]).failed(2);
    pductl(&["simulate", "bps2000-modbus", "--pty"]).failed(2);
}

#[test]
fn the_same_seed_gives_the_same_unit() {
    let identities = || {
        let (_simulator, url) = unit();
        let device = snapshot(&url);
        (
            device["identities"].clone(),
            device["readings"].as_array().unwrap().len(),
        )
    };
    assert_eq!(identities(), identities());
}

#[test]
fn each_thing_that_the_manual_leaves_open_can_be_chosen() {
    let (_simulator, url) = unit();
    for query in [
        "year-separator=bar",
        "name-padding=blanks",
        "record-name-limit=16",
        "line-end=cr",
        "line-end=crlf",
        "status-end=ok",
        "strict=true",
    ] {
        let url = format!("{url}?{query}");
        pductl(&["outlet", &url, "off", "1", "--wait"]).done();
        pductl(&["outlet", &url, "on", "1", "--wait"]).done();
        pductl(&["clock", &url, "set", "2026-11-21T08:00:00"]).done();
        let change = File::with(r#"{"outlets": [{"number": 2, "name": "amp"}]}"#);
        pductl(&["settings", &url, "set", &change.path]).done();
        assert_eq!(snapshot(&url)["outlets"][1]["name"], "amp");
    }
}

#[test]
fn a_unit_that_cannot_be_reached_was_not_told() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let url = format!("isotek://{address}?timeout=300ms");
    not_applied(pductl(&["outlet", &url, "off", "1"]));
    not_applied(pductl(&["read", &url]));
    let device = json(&pductl(&["read", &url, "--json"]).stdout)[0].clone();
    assert!(device["error"].as_str().unwrap().contains("not applied"), "{device}");
}

/// What a unit of our own making does with commands that change it.
#[derive(Clone, Copy)]
enum Acknowledges {
    Nothing,
    Everything,
}

/// A unit with one outlet, which is on and stays on; and what it hears.
fn stubborn_unit(acknowledges: Acknowledges) -> (String, Receiver<String>) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("isotek://{}", socket.local_addr().unwrap());
    let (sender, heard) = channel();
    thread::spawn(move || {
        // Bounded: no command here connects nearly as often.
        for stream in socket.incoming().take(100) {
            let (stream, sender) = (stream.unwrap(), sender.clone());
            thread::spawn(move || serve_stubbornly(&stream, acknowledges, &sender));
        }
    });
    (url, heard)
}

fn serve_stubbornly(stream: &TcpStream, acknowledges: Acknowledges, heard: &Sender<String>) {
    const STATUS: &str = "CH0=1|230|40|\nCH1=1|230|40|\nRTC=2026|11|21|08|00|00|\nOK\n>";
    let mut output = stream;
    let mut line = String::new();
    for octet in BufReader::new(stream).bytes().map_while(Result::ok) {
        line.push(octet.into());
        if !matches!(octet, b'\n' | b'\r') {
            continue;
        }
        let answer = match (line.trim(), acknowledges) {
            ("", _) => "",
            ("?", _) => STATUS,
            ("A?", _) => "A=SN1|001122334455|0.0.0.0|0|0.0.0.0|0|\n",
            ("C?", _) => "C1=amp|1|0|\nOK\n>",
            ("P?", _) | (_, Acknowledges::Everything) => "OK\n>",
            (_, Acknowledges::Nothing) => "",
        };
        let _ = heard.send(mem::take(&mut line));
        if output.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// What is sent to a unit that acknowledges everything and does nothing, so that no read-back confirms it.
fn sent(query: &str, command: &[&str]) -> Vec<String> {
    let (url, heard) = stubborn_unit(Acknowledges::Everything);
    let url = format!("{url}?{query}");
    pductl(&[&[command[0], &url], &command[1..]].concat()).failed(1);
    heard.try_iter().collect()
}

#[test]
fn what_is_chosen_is_what_is_sent() {
    let has = |lines: &[String], line: &str| lines.iter().any(|sent| sent == line);
    let set_clock = ["clock", "set", "2026-11-21T08:05:09"];
    for (query, expected) in [
        ("", "T=2026|11|21|08|05|09|\n"),
        ("year-separator=slash", "T=2026/11|21|08|05|09|\n"),
        ("line-end=cr", "T=2026|11|21|08|05|09|\r"),
    ] {
        let lines = sent(query, &set_clock);
        assert!(has(&lines, expected), "{query}: {lines:?}");
        assert_eq!(
            lines.iter().filter(|line| line.starts_with("T=")).count(),
            1,
            "{lines:?}"
        );
    }
    let lines = sent("line-end=crlf", &set_clock);
    assert!(
        has(&lines, "\n") && has(&lines, "T=2026|11|21|08|05|09|\r"),
        "{lines:?}"
    );

    let name = File::with(r#"{"outlets": [{"number": 1, "name": "dac"}]}"#);
    for (query, expected) in [("", "C1=dac|1|0|\n"), ("name-padding=blanks", "C1=dac     |1|0|\n")] {
        let lines = sent(query, &["settings", "set", &name.path]);
        assert!(has(&lines, expected), "{query}: {lines:?}");
    }
}

/// A unit that answers reads with these lines, for one connection.
fn unit_that_says(status: &'static str, address: &'static str, configs: &'static str) -> String {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("isotek://{}", socket.local_addr().unwrap());
    thread::spawn(move || {
        let (stream, _) = socket.accept().unwrap();
        let mut output = &stream;
        for line in BufReader::new(&stream).lines().map_while(Result::ok) {
            let answer = match line.as_str() {
                "?" => status,
                "A?" => address,
                "C?" => configs,
                _ => "",
            };
            if output.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    url
}

const ADDRESS: &str = "A=SN1|001122334455|0.0.0.0|0|0.0.0.0|0|\n";

#[test]
fn device_text_is_shown_escaped() {
    let url = unit_that_says(
        "CH1=1|230|40|\nRTC=2026|11|21|08|00|00|\nOK\n>",
        "A=S\\N|001122334455|0.0.0.0|0|0.0.0.0|0|\n",
        "C1=a\\b|1|0|\nOK\n>",
    );
    let table = pductl(&["read", &url]).done();
    assert!(table.contains(r"serial S\\N") && table.contains(r"a\\b"), "{table}");
}

#[test]
fn misprints_are_taken_unless_strict() {
    let unit = || {
        let status = "CHO=1|230.5|40|\nCH1=1|230|40|\nRTC=2026/11|21|08|/00|00|\nOK\n>";
        unit_that_says(status, ADDRESS, "Cl=amp|1|0|\nOK\n>")
    };
    let device = snapshot(&unit());
    assert_eq!(
        (&device["readings"][0]["component"], &device["readings"][0]["value"]),
        (&json!("inlet"), &json!("230.5"))
    );
    assert_eq!(
        (&device["outlets"][0]["name"], &device["clock"]),
        (&json!("amp"), &json!("2026-11-21T08:00:00"))
    );
    not_applied(pductl(&[
        "read",
        &format!("{}?strict=true&timeout=300ms&retries=0", unit()),
    ]));
}

#[test]
fn a_switch_that_is_not_acknowledged_has_an_unknown_effect() {
    let (url, heard) = stubborn_unit(Acknowledges::Nothing);
    let url = format!("{url}?timeout=300ms");
    let ended = pductl(&["outlet", &url, "off", "1"]);
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    let message = ended.failed(1);
    assert!(message.ends_with("(effect: unknown)\n"), "{message}");
    assert!(message.contains("no reply"), "{message}");
    assert_eq!(heard.try_iter().filter(|line| line.starts_with("S1=")).count(), 1);
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn a_switch_that_is_never_seen_is_given_up_after_30_seconds() {
    let (url, _) = stubborn_unit(Acknowledges::Everything);
    let ended = pductl(&["outlet", &url, "off", "1", "--wait"]);
    assert!((30..40).contains(&ended.took.as_secs()), "{:?}", ended.took);
    let message = ended.failed(1);
    assert!(message.ends_with("(effect: unknown)\n"), "{message}");
    assert!(message.contains("30 s"), "{message}");
}
