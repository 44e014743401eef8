//! What is refused in both modes, and what lenient mode takes. Nothing that is refused shows a password.

#![allow(clippy::expect_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod bps2000_support;

use bps2000_support::{PROMPT, parse, written};
use pdu_core::Mode;
use pdu_proto_telnet::bps2000::{
    Banner, Deviation, EnergyPhases, Expected, Found, Network, Screen, ScreenKind, ScreenParser, Secret, SmtpSettings,
    SnmpService, ThresholdSettings, Users, WriteError,
};

const LOAD: &str = "Load Phase1:0.25A Phase2:0.00A Phase3:1.50A";

/// Refused in both modes, for this reason.
fn refused(kind: ScreenKind, text: &str, expected: Expected, found: Found) {
    for mode in [Mode::Strict, Mode::Lenient] {
        let error = parse(kind, text, mode).expect_err(text);
        assert_eq!(
            (error.fault.expected, error.fault.found),
            (expected, found),
            "{mode:?} {text}"
        );
    }
}

fn load(line: &str) -> String {
    format!("{line}\r\n\r\n{PROMPT}")
}

/// A written screen in which one text is replaced.
fn spoilt(screen: &Screen<'_>, text: &str, by: &str) -> String {
    let text_of = written(screen);
    assert!(text_of.contains(text), "{text_of}");
    text_of.replacen(text, by, 1)
}

#[test]
fn a_wrong_or_mixed_unit_is_refused() {
    let unit = |by| Expected::Unit(by);
    refused(
        ScreenKind::Load,
        &load(&LOAD.replace("0.00A", "0.00V")),
        unit('A'),
        Found::Octet(b'V'),
    );
    let thresholds = Screen::Thresholds(ThresholdSettings::default());
    let text = spoilt(&thresholds, "Low Alarm:0A", "Low Alarm:0V");
    refused(ScreenKind::Thresholds, &text, unit('A'), Found::Octet(b'V'));
    let text = spoilt(
        &thresholds,
        "Temperature [C]: High Alarm:0C",
        "Temperature [C]: High Alarm:0F",
    );
    refused(ScreenKind::Thresholds, &text, unit('C'), Found::Octet(b'F'));
}

#[test]
fn a_label_that_names_another_unit_is_refused() {
    let text = spoilt(
        &Screen::Thresholds(ThresholdSettings::default()),
        "Phase 1 Current [A]",
        "Phase 1 Current [V]",
    );
    let expected = Expected::Text(" Current [A]:");
    refused(ScreenKind::Thresholds, &text, expected, Found::Octet(b' '));
}

#[test]
fn a_phase_outside_one_to_three_or_twice_is_refused() {
    for (text, expected, found) in [
        (LOAD.replace("Phase3", "Phase4"), 3, 4),
        (LOAD.replace("Phase1", "Phase0"), 1, 0),
        (LOAD.replace("Phase2", "Phase1"), 2, 1),
    ] {
        refused(
            ScreenKind::Load,
            &load(&text),
            Expected::Phase(expected),
            Found::Phase(found),
        );
    }
    let energy = Screen::Energy(EnergyPhases { raw: [1, 2, 3] });
    let text = spoilt(&energy, "Phase2", "Phase1");
    refused(ScreenKind::Energy, &text, Expected::Phase(2), Found::Phase(1));
    let text = spoilt(
        &Screen::Thresholds(ThresholdSettings::default()),
        "Phase 3 V",
        "Phase 2 V",
    );
    refused(ScreenKind::Thresholds, &text, Expected::Phase(3), Found::Phase(2));
}

#[test]
fn a_phase_with_a_zero_before_it_is_refused() {
    let text = load(&LOAD.replace("Phase1", "Phase01"));
    refused(ScreenKind::Load, &text, Expected::Phase(1), Found::Octet(b'0'));
}

#[test]
fn a_fourth_phase_is_refused() {
    let text = load(&format!("{LOAD} Phase4:0.00A"));
    for mode in [Mode::Strict, Mode::Lenient] {
        assert_eq!(
            parse(ScreenKind::Load, &text, mode).expect_err("four").fault.expected,
            Expected::EndOfLine
        );
    }
}

#[test]
fn fewer_than_four_levels_are_refused() {
    let thresholds = Screen::Thresholds(ThresholdSettings::default());
    let text = spoilt(&thresholds, " Low Alarm:0A", "");
    refused(ScreenKind::Thresholds, &text, Expected::Blank, Found::End);
}

#[test]
fn a_value_that_is_no_number_is_refused() {
    for odd in ["--", "0,25", "1e3", "0.2500", "1234567", ".5", "5.", "", "+1", "0x1"] {
        let text = load(&LOAD.replace("0.25", odd));
        for mode in [Mode::Strict, Mode::Lenient] {
            assert!(parse(ScreenKind::Load, &text, mode).is_err(), "{mode:?} {text}");
        }
    }
}

#[test]
fn an_energy_beyond_64_bits_is_refused() {
    let most = Screen::Energy(EnergyPhases { raw: [u64::MAX; 3] });
    assert_eq!(
        parse(ScreenKind::Energy, &written(&most), Mode::Strict)
            .expect("most")
            .value,
        most
    );
    let text = spoilt(&most, "18446744073709551615", "18446744073709551616");
    refused(ScreenKind::Energy, &text, Expected::Integer, Found::Octet(b'1'));
}

#[test]
fn an_address_that_is_none_is_refused() {
    let network = Screen::Network(Network::default());
    for odd in ["1.2.3", "1.2.3.256", "1.2.3.4.5", "01.2.3.4", "a.b.c.d", ""] {
        let text = spoilt(&network, "Gateway:0.0.0.0", &format!("Gateway:{odd}"));
        for mode in [Mode::Strict, Mode::Lenient] {
            assert!(parse(ScreenKind::Network, &text, mode).is_err(), "{odd}");
        }
    }
}

#[test]
fn a_clock_that_no_calendar_has_is_refused() {
    for odd in [
        "2019-02-29 Time: 10:37:34",
        "2019-01-23 Time: 24:00:00",
        "19-01-23 Time: 10:37:34",
    ] {
        let text = format!("System clock: Date: {odd}\r\n");
        for mode in [Mode::Strict, Mode::Lenient] {
            assert!(parse(ScreenKind::Clock, &text, mode).is_err(), "{odd}");
        }
    }
}

#[test]
fn a_prompt_inside_a_value_is_refused() {
    let users = Screen::Users(Users { name: "bkt" });
    let text = spoilt(&users, "Users:bkt", &format!("Users:b{PROMPT}kt"));
    refused(ScreenKind::Users, &text, Expected::Printable, Found::Prompt);
    let text = load(&LOAD.replace("0.00", PROMPT));
    refused(ScreenKind::Load, &text, Expected::Number, Found::Prompt);
}

#[test]
fn a_prompt_in_the_middle_of_a_screen_is_refused() {
    let text = spoilt(
        &Screen::Energy(EnergyPhases::default()),
        "Phase2",
        &format!("{PROMPT}\r\nPhase2"),
    );
    for mode in [Mode::Strict, Mode::Lenient] {
        let error = parse(ScreenKind::Energy, &text, mode).expect_err("a prompt");
        assert_eq!((error.number, error.fault.found), (3, Found::Prompt));
    }
}

#[test]
fn a_screen_other_than_the_one_asked_for_is_refused_by_its_name() {
    for shown in ScreenKind::ALL {
        let text = written(&sample(shown));
        for asked in ScreenKind::ALL.into_iter().filter(|&asked| asked != shown) {
            for mode in [Mode::Strict, Mode::Lenient] {
                let error = parse(asked, &text, mode).expect_err("another screen");
                assert_eq!(
                    (error.number, error.fault.found),
                    (1, Found::Screen(shown)),
                    "{asked:?}"
                );
            }
        }
    }
}

#[test]
fn a_login_in_a_screen_is_refused() {
    for question in ["Telnet Account:", "Password:"] {
        for (number, before) in [(1, ""), (2, "HTTP Settings\r\n")] {
            let text = format!("{before}{question}\r\n{PROMPT}");
            for mode in [Mode::Strict, Mode::Lenient] {
                let error = parse(ScreenKind::Http, &text, mode).expect_err("a login");
                assert_eq!((error.number, error.fault.found), (number, Found::Login));
            }
        }
    }
}

#[test]
fn a_login_where_a_prompt_should_be_is_told() {
    let parser = ScreenParser::new(ScreenKind::Main, Mode::Lenient);
    let error = parser.finish(b"Telnet Account:").expect_err("logged out");
    assert_eq!(error.fault.found, Found::Login);
}

#[test]
fn a_screen_that_ends_early_is_refused() {
    for kind in ScreenKind::ALL {
        let text = written(&sample(kind));
        let lines: Vec<&str> = text.split("\r\n").collect();
        let whole = lines
            .iter()
            .rposition(|line| !line.is_empty() && *line != PROMPT)
            .expect("a line");
        let has_format = lines[whole].starts_with("Command format:");
        for kept in 0..=whole {
            let cut = [&lines[..kept], &[PROMPT]].concat().join("\r\n");
            let error = parse(kind, &cut, Mode::Strict).expect_err("a part");
            assert_eq!(error.fault.found, Found::Incomplete);
            let lenient = parse(kind, &cut, Mode::Lenient);
            assert_eq!(lenient.is_ok(), kept == whole && has_format, "{kind:?} {kept}");
        }
    }
}

#[test]
fn a_line_behind_a_complete_screen_is_refused() {
    let text = load(&format!("{LOAD}\r\n{LOAD}"));
    refused(ScreenKind::Load, &text, Expected::Prompt, Found::Octet(b'L'));
}

#[test]
fn a_line_of_a_megabyte_is_refused() {
    let long = format!("Users:{}\r\n{PROMPT}", "x".repeat(1 << 20));
    refused(
        ScreenKind::Users,
        &long,
        Expected::ShortLine,
        Found::Octets((1 << 20) + 6),
    );
}

#[test]
fn a_control_character_in_a_text_is_refused() {
    for odd in ["\u{1b}[2J", "\0", "\t", "\u{7f}", "ł"] {
        let text = format!("Users:b{odd}t\r\n{PROMPT}");
        for mode in [Mode::Strict, Mode::Lenient] {
            assert_eq!(
                parse(ScreenKind::Users, &text, mode).expect_err("odd").fault.expected,
                Expected::Printable
            );
        }
    }
}

#[test]
fn after_a_refusal_nothing_is_taken() {
    let mut parser = ScreenParser::new(ScreenKind::Load, Mode::Lenient);
    let error = parser.push(b"Volt").expect_err("no load");
    assert_eq!(parser.push(LOAD.as_bytes()), Err(error));
    assert_eq!(parser.finish(PROMPT.as_bytes()), Err(error));
}

#[test]
fn an_error_keeps_the_line_and_names_the_octet_without_showing_a_password() {
    let smtp = "SMTP Settings\r\nSMTP Account:a\r\nSMTP Password:hunter2\u{7}\r\n";
    let error = parse(ScreenKind::Smtp, smtp, Mode::Lenient).expect_err("a bell");
    assert_eq!(error.line.as_bytes(), b"SMTP Password:hunter2\x07");
    assert_eq!((error.number, error.fault.offset), (3, 21));
    assert_eq!(
        error.to_string(),
        "line 3 of the screen: octet 21: expected printable ASCII, found `\\x07`"
    );
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[test]
fn debug_shows_neither_passwords_nor_communities() {
    let snmp = SnmpService {
        write_community: Secret::new("hunter2"),
        read_community: Secret::new("hunter2"),
        ..SnmpService::default()
    };
    let smtp = SmtpSettings {
        password: Secret::new("hunter2"),
        ..SmtpSettings::default()
    };
    for screen in [Screen::Snmp(snmp), Screen::Smtp(smtp)] {
        let text = written(&screen);
        let parsed = parse(screen.kind(), &text, Mode::Strict).expect("a screen");
        assert!(text.contains("hunter2") && !format!("{parsed:?}").contains("hunter2"));
    }
}

#[test]
fn lenient_mode_takes_what_the_sheet_lists_and_says_so() {
    let cases = [
        ("LOAD phase1:0.25a Phase2:0.00A Phase3:1.50A", Deviation::Case),
        ("Load Phase1: 0.25A Phase2:0.00A Phase3:1.50A", Deviation::Blanks),
        ("Load Phase1:0.25 A Phase2:0.00A Phase3:1.50A ", Deviation::Blanks),
        ("Load Phase1:0.25 Phase2:0.00 Phase3:1.50", Deviation::UnitMissing),
        ("Load Phase1:0.25A Phase2:0.00A", Deviation::PhasesMissing),
        ("Load Phase1:0.25A", Deviation::PhasesMissing),
    ];
    for (line, deviation) in cases {
        let text = load(line);
        assert!(parse(ScreenKind::Load, &text, Mode::Strict).is_err(), "{line}");
        let parsed = parse(ScreenKind::Load, &text, Mode::Lenient).expect(line);
        assert_eq!(parsed.deviations.iter().collect::<Vec<_>>(), [deviation], "{line}");
        let Screen::Load(load) = parsed.value else {
            panic!("another screen")
        };
        assert_eq!(load.phases[0], Some(pdu_core::Decimal::new(25, -2)));
        assert_eq!(load.phases[2].is_none(), deviation == Deviation::PhasesMissing);
    }
}

#[test]
fn lenient_mode_takes_a_menu_wrapped_at_any_item() {
    let text = written(&Screen::Information);
    for at in [" 2.", " 9.", ".Sensor"] {
        let wrapped = text.replacen(at, &format!("\r\n{}", at.trim_start()), 1);
        assert!(parse(ScreenKind::Information, &wrapped, Mode::Strict).is_err());
        let parsed = parse(ScreenKind::Information, &wrapped, Mode::Lenient).expect(at);
        assert!(parsed.deviations.contains(Deviation::Wrapped));
    }
    let broken = text.replacen("Sensor", "Sen\r\nsor", 1);
    assert!(
        parse(ScreenKind::Information, &broken, Mode::Lenient).is_err(),
        "in the middle of a word"
    );
}

#[test]
fn lenient_mode_takes_a_banner_in_any_order_and_with_lines_it_cannot_read() {
    let read = |text: &'static str, mode| Banner::parse(text.lines().map(str::as_bytes), mode);
    let parsed = read("Version : 2.0\nLast Update Time : 2014-10-20", Mode::Lenient).expect("any order");
    assert!(parsed.value.updated.is_some() && parsed.deviations.contains(Deviation::BannerOrder));
    let parsed = read("Up time : long", Mode::Lenient).expect("unread");
    assert!(parsed.value.uptime.is_none() && parsed.deviations.contains(Deviation::BannerLine));
    for text in [
        "Version : 2.0\nLast Update Time : 2014-10-20",
        "Up time : long",
        "Version : 1\nVersion : 2",
    ] {
        assert!(read(text, Mode::Strict).is_err());
    }
    assert_eq!(read("", Mode::Strict).expect("none at all").value, Banner::default());
}

#[test]
fn a_banner_with_a_prompt_or_a_login_in_it_is_refused() {
    for (line, found) in [
        ("Version : Telnet Account:", Found::Login),
        ("Please enter the command:1", Found::Prompt),
    ] {
        let error = Banner::parse([line.as_bytes()], Mode::Lenient).expect_err("no banner");
        assert_eq!(error.fault.found, found);
    }
}

#[test]
fn a_text_that_would_break_a_screen_is_not_written() {
    let long = "x".repeat(500);
    for name in ["a\r\nb", " a", "ł", PROMPT, "x telnet account: y", long.as_str()] {
        let mut out = [0xEE; 2048];
        let refused = Screen::Users(Users { name }).encode(&mut out);
        assert_eq!(refused, Err(WriteError::Text { field: "user" }));
        assert_eq!(out, [0xEE; 2048]);
    }
}

#[test]
fn a_buffer_that_is_too_small_is_left_alone() {
    for kind in ScreenKind::ALL {
        let screen = sample(kind);
        let needed = screen.encoded_len().expect("a screen");
        let mut out = vec![0xEE; needed - 1];
        assert_eq!(screen.encode(&mut out), Err(WriteError::Buffer { needed }));
        assert!(out.iter().all(|&byte| byte == 0xEE));
    }
}

/// A screen of this kind, by reading one that is written by hand where it has no default.
fn sample(kind: ScreenKind) -> Screen<'static> {
    match kind {
        ScreenKind::Main => Screen::Main,
        ScreenKind::Information => Screen::Information,
        ScreenKind::Load => parse(kind, LOAD_SCREEN, Mode::Strict).expect("load").value,
        ScreenKind::Clock => Screen::Clock(pdu_core::LocalDateTime::new(2026, 11, 21, 8, 0, 0).expect("a day")),
        ScreenKind::Users => Screen::Users(Users { name: "bkt" }),
        ScreenKind::Network => Screen::Network(Network::default()),
        ScreenKind::Snmp => Screen::Snmp(SnmpService::default()),
        ScreenKind::Http => Screen::Http(pdu_proto_telnet::bps2000::HttpSettings { port: 80 }),
        ScreenKind::Smtp => Screen::Smtp(SmtpSettings::default()),
        ScreenKind::Thresholds => Screen::Thresholds(ThresholdSettings::default()),
        ScreenKind::Energy => Screen::Energy(EnergyPhases::default()),
        ScreenKind::Restart => Screen::Restart,
    }
}

const LOAD_SCREEN: &str = "Load Phase1:0.25A Phase2:0.00A Phase3:1.50A\r\n\r\nPlease enter the command:";
