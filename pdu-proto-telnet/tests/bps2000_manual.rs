//! Every screen of the manual, line by line, both ways.

#![allow(clippy::expect_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod bps2000_support;

use bps2000_support::{PROMPT, decimal, levels, parse, written};
use pdu_core::{LocalDateTime, Mode};
use pdu_proto_telnet::bps2000::{
    AgentState, Banner, Date, Deviation, EnergyPhases, HttpSettings, Load, Network, Screen, ScreenKind, Secret,
    SmtpSettings, SnmpService, ThresholdSettings, Uptime, Users,
};

/// A section of the data file as the device sends it: lines ended by CR LF, but for the prompt. Neither the cursor nor what
/// was typed behind the prompt is the device's, and lines of one blank are not the picture's.
fn section(name: &str) -> String {
    let data = include_str!("data/bps2000_screens.txt");
    let heading = format!("# {name}\n");
    let start = data.find(&heading).expect("a section of the data file") + heading.len();
    let lines = data[start..].lines().take_while(|line| !line.starts_with('#'));
    let printed = lines.map(|line| line.split_once('|').expect("number and line").1);
    let sent = printed
        .filter(|line| *line != " ")
        .map(|line| match line.strip_prefix(PROMPT) {
            Some(_) => PROMPT,
            None => line,
        });
    sent.collect::<Vec<_>>().join("\r\n")
}

/// The screen reads as this value in strict mode, and is written as the manual prints it, byte for byte.
fn holds(name: &str, screen: &Screen<'_>) {
    let text = section(name);
    let parsed = parse(screen.kind(), &text, Mode::Strict).expect("a screen of the manual");
    assert_eq!(parsed.value, *screen);
    assert!(parsed.deviations.is_empty());
    assert_eq!(written(screen), text);
    assert_eq!(parse(screen.kind(), &text, Mode::Lenient).expect("the same"), parsed);
}

/// The picture is not what the device sends: it reads as this value in lenient mode only, and is written otherwise.
fn is_meant(name: &str, screen: &Screen<'_>, deviation: Deviation, printed: &str, sent: &str) {
    let text = section(name);
    assert!(parse(screen.kind(), &text, Mode::Strict).is_err());
    let parsed = parse(screen.kind(), &text, Mode::Lenient).expect("a screen of the manual");
    assert_eq!(parsed.value, *screen);
    assert_eq!(parsed.deviations.iter().collect::<Vec<_>>(), [deviation]);
    assert!(text.contains(printed));
    assert_eq!(written(screen), text.replace(printed, sent));
    assert_eq!(
        parse(screen.kind(), &written(screen), Mode::Strict)
            .expect("strict")
            .value,
        *screen
    );
}

#[test]
fn banner_tells_firmware_clock_and_time_since_start() {
    let banners = [
        ("Banner", (2019, 1, 23, 9, 48, 45), (17, 47)),
        ("Banner at logout", (2019, 1, 23, 15, 12, 43), (23, 11)),
    ];
    for (name, (year, month, day, hour, minute, second), (hours, minutes)) in banners {
        let text = section(name);
        let parsed = Banner::parse(text.split("\r\n").map(str::as_bytes), Mode::Strict).expect("a banner");
        let expected = Banner {
            updated: Date::new(2014, 10, 20),
            version: Some("1.0.0"),
            clock: LocalDateTime::new(year, month, day, hour, minute, second),
            uptime: Some(Uptime {
                days: 0,
                hours,
                minutes,
            }),
            text: Some("BKT ELEKTRONIK 69 Lochowska Str., 86-005 Biale Blota, www.bkte.pl"),
        };
        assert_eq!(parsed.value, expected);
        assert!(parsed.deviations.is_empty());
        let mut out = [0; 512];
        let len = expected.encode(&mut out).expect("room");
        assert_eq!(&out[..len], format!("{text}\r\n").as_bytes());
    }
}

#[test]
fn main_menu_has_eleven_entries() {
    holds("Main", &Screen::Main);
}

#[test]
fn information_shows_its_menu_only() {
    holds("Information", &Screen::Information);
}

#[test]
fn load_is_in_ampere_with_two_digits_for_three_phases() {
    let phases = [Some(decimal("0.00")); 3];
    holds("Load", &Screen::Load(Load { phases }));
    let text = section("Load");
    let Screen::Load(load) = parse(ScreenKind::Load, &text, Mode::Strict).expect("load").value else {
        panic!("another screen");
    };
    assert_eq!(load.phases.map(|phase| phase.expect("a phase").exponent()), [-2; 3]);
}

#[test]
fn clock_is_a_date_and_a_time() {
    let at = LocalDateTime::new(2019, 1, 23, 10, 37, 34).expect("a day");
    holds("Clock", &Screen::Clock(at));
}

#[test]
fn users_shows_a_name() {
    holds("Users", &Screen::Users(Users { name: "bkt" }));
}

#[test]
fn network_has_four_addresses_and_a_menu_that_the_terminal_wrapped() {
    let network = Network {
        address: [192, 168, 23, 103].into(),
        mask: [255, 255, 255, 0].into(),
        gateway: [192, 168, 23, 2].into(),
        dns: [8, 8, 8, 8].into(),
    };
    let screen = Screen::Network(network);
    is_meant("Network", &screen, Deviation::Wrapped, "5\r\n.Back", "5.Back");
}

#[test]
fn snmp_shows_agent_communities_and_one_trap_address() {
    let snmp = SnmpService {
        agent: AgentState::Enabled,
        write_community: Secret::new("private"),
        read_community: Secret::new("public"),
        trap1: [0, 0, 0, 0].into(),
    };
    holds("Snmp", &Screen::Snmp(snmp));
}

#[test]
fn http_shows_its_port() {
    holds("Http", &Screen::Http(HttpSettings { port: 80 }));
}

#[test]
fn smtp_may_have_empty_texts_and_a_blank_in_its_menu() {
    let smtp = SmtpSettings {
        port: 25,
        count: 1,
        interval: 1,
        ..SmtpSettings::default()
    };
    let screen = Screen::Smtp(smtp);
    is_meant("Smtp", &screen, Deviation::BlankBeforeDot, "7 .Set", "7.Set");
}

#[test]
fn thresholds_are_eight_rows_of_four_levels_with_their_digits() {
    let thresholds = ThresholdSettings {
        current: [levels("32.0", "16.0", "0.0", "0.0"); 3],
        voltage: [levels("276.0", "276.0", "0.0", "0.0"); 3],
        temperature: levels("40", "40", "0", "0"),
        humidity: levels("99", "80", "0", "0"),
    };
    holds("Thresholds", &Screen::Thresholds(thresholds));
}

#[test]
fn energy_is_a_bare_number_for_each_phase() {
    holds("Energy", &Screen::Energy(EnergyPhases { raw: [1150, 0, 150] }));
}

#[test]
fn restart_is_a_menu_on_lines_of_its_own() {
    holds("Restart", &Screen::Restart);
}

#[test]
fn first_lines_tell_the_screens_apart() {
    for kind in ScreenKind::ALL {
        let text = section(&format!("{kind:?}"));
        let first = text.lines().next().expect("a line");
        assert_eq!(ScreenKind::of_first_line(first.as_bytes()), Some(kind));
    }
    assert_eq!(ScreenKind::of_first_line(b"Telnet Account:"), None);
}

#[test]
fn a_line_of_one_blank_before_the_prompt_is_taken() {
    for gap in ["", " \r\n", "\r\n \r\n", "\r\n\r\n"] {
        let text = format!("Command:1.Set port 2.Back\r\nCommand format: port:xx\r\n{gap}{PROMPT} ");
        let text = format!("HTTP Settings\r\nHTTP port:8080\r\n{text}");
        let parsed = parse(ScreenKind::Http, &text, Mode::Strict).expect("strict");
        assert_eq!(parsed.value, Screen::Http(HttpSettings { port: 8080 }));
    }
}
