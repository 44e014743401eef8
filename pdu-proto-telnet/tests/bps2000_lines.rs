//! What is typed: every line of the manual, every bound, and that nothing dangerous is sent by mistake.

#![allow(clippy::expect_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod bps2000_support;

use bps2000_support::{decimal, levels};
use pdu_core::{LocalDateTime, Mode};
use pdu_proto_telnet::bps2000::{
    Confirmed, Deviation, Entry, Line, LineError, Member, PasswordChange, Phase, ScreenKind, Secret,
};

fn encoded(line: &Line<'_>) -> Result<String, LineError> {
    let mut out = [0xEE; 128];
    let len = line.encode(&mut out)?;
    assert!(out[len..].iter().all(|&byte| byte == 0xEE), "wrote behind its end");
    Ok(String::from_utf8(out[..len].to_vec()).expect("ASCII"))
}

/// Refused, and nothing written.
fn refused(line: &Line<'_>) -> LineError {
    let mut out = [0xEE; 128];
    let error = line.encode(&mut out).expect_err("not to be sent");
    assert_eq!(out, [0xEE; 128], "wrote in spite of its refusal");
    error
}

/// Written so, and read so by the device's side.
fn holds(screen: ScreenKind, line: &Line<'_>, text: &str) {
    assert_eq!(encoded(line).as_deref(), Ok(text));
    let read = Line::parse(screen, text.as_bytes(), Mode::Strict).expect(text);
    assert_eq!(read.value, *line);
    assert!(read.deviations.is_empty());
}

const MEANT: Confirmed = Confirmed::on_purpose();

#[test]
fn lines_are_as_the_manual_formats_them() {
    let at = LocalDateTime::new(2026, 11, 21, 8, 5, 0).expect("a day");
    let limits = Line::SetCurrent(Phase::One, levels("32.0", "16", "0.5", "0"));
    let change = PasswordChange::new("admin", "Secret1");
    let cases = [
        (ScreenKind::Information, Line::Load(Member::MASTER), "master load"), // B:762
        (
            ScreenKind::Load,
            Line::Load(Member::slave(1).expect("a slave")),
            "slave1 load",
        ), // B:761
        (ScreenKind::Clock, Line::SetClock(at), "date 2026-11-21,time 08:05:00"), // B:796
        (
            ScreenKind::Users,
            Line::ChangePassword(change),
            "old:admin&new:Secret1&confirm:Secret1&",
        ), // B:827
        (
            ScreenKind::Network,
            Line::SetAddress([10, 0, 0, 7].into()),
            "address:10.0.0.7",
        ), // B:866
        (
            ScreenKind::Snmp,
            Line::SetAddress([10, 0, 0, 7].into()),
            "address:10.0.0.7",
        ), // B:909
        (ScreenKind::Http, Line::SetPort(8080), "port:8080"),                 // B:944
        (ScreenKind::Smtp, Line::SetAccount("pdu@bkte.pl"), "account:pdu@bkte.pl"), // B:984
        (ScreenKind::Thresholds, limits, "current one:32.0&16&0.5&0"),        // B:1030
        (ScreenKind::Energy, Line::ClearEnergy(Phase::One, MEANT), "clearp1"), // B:1064
        (ScreenKind::Main, Line::OpenRestart(MEANT), "10"),
        (ScreenKind::Restart, Line::Restart(MEANT), "1"), // B:1101
        (ScreenKind::Restart, Line::FactoryDefault(MEANT), "2"),
    ];
    for (screen, line, text) in cases {
        holds(screen, &line, text);
        assert!(line.is_documented(), "{text}");
    }
}

#[test]
fn entries_are_typed_by_their_number() {
    for (number, entry) in (1_u8..).zip(Entry::ALL) {
        assert_eq!(
            (entry.number(), Entry::from_number(number.into())),
            (number, Some(entry))
        );
        if entry != Entry::Restart {
            holds(ScreenKind::Main, &Line::Entry(entry), &number.to_string());
        }
    }
    assert_eq!((Entry::from_number(0), Entry::from_number(12)), (None, None));
}

#[test]
fn back_is_the_number_that_the_screen_prints_before_it() {
    let printed = [10, 10, 2, 2, 5, 5, 2, 8, 5, 2, 3];
    for (kind, number) in ScreenKind::ALL.into_iter().skip(1).zip(printed) {
        holds(kind, &Line::Back(kind), &number.to_string());
    }
    assert_eq!(
        refused(&Line::Back(ScreenKind::Main)),
        LineError::NoBack(ScreenKind::Main)
    );
}

#[test]
fn what_the_manual_does_not_show_is_called_undocumented() {
    let undocumented = [
        (ScreenKind::Energy, Line::ClearEnergy(Phase::Two, MEANT), "clearp2"),
        (ScreenKind::Energy, Line::ClearEnergy(Phase::Three, MEANT), "clearp3"),
        (
            ScreenKind::Thresholds,
            Line::SetCurrent(Phase::Two, levels("1", "1", "0", "0")),
            "current two:1&1&0&0",
        ),
        (
            ScreenKind::Thresholds,
            Line::SetCurrent(Phase::Three, levels("1", "1", "0", "0")),
            "current three:1&1&0&0",
        ),
    ];
    for (screen, line, text) in undocumented {
        holds(screen, &line, text);
        assert!(!line.is_documented(), "{text}");
    }
    let line = Line::Undocumented(Secret::new("master voltage"));
    assert_eq!(encoded(&line).as_deref(), Ok("master voltage"));
    assert!(!line.is_documented());
}

#[test]
fn entry_ten_is_not_sent_without_a_confirmation() {
    assert_eq!(refused(&Line::Entry(Entry::Restart)), LineError::Unconfirmed);
    for line in [
        Line::OpenRestart(MEANT),
        Line::Restart(MEANT),
        Line::FactoryDefault(MEANT),
        Line::ClearEnergy(Phase::One, MEANT),
    ] {
        assert!(line.needs_confirmation());
    }
    assert!(!Line::Back(ScreenKind::Restart).needs_confirmation());
}

#[test]
fn an_undocumented_line_is_no_way_around_a_confirmation() {
    let guarded = ["clearp1", "CLEARP1", "restart", "factory", "master reset", "reboot"];
    for text in guarded
        .into_iter()
        .chain(["default", "load Defaults", "restore", "erase", "wipe"])
    {
        assert_eq!(refused(&Line::Undocumented(Secret::new(text))), LineError::Unconfirmed);
    }
    for text in ["1", "2", "10", " 1", "-", "a\r\n1", "a\n", "a\0", "\u{ff}x", "aé"] {
        let error = refused(&Line::Undocumented(Secret::new(text)));
        assert!(matches!(error, LineError::Character { .. }), "{text:?}");
    }
    for text in [String::new(), "x".repeat(81)] {
        assert!(matches!(
            refused(&Line::Undocumented(Secret::new(&text))),
            LineError::Length { .. }
        ));
    }
}

#[test]
fn passwords_have_one_to_fifteen_letters_and_digits() {
    let change = |new| Line::ChangePassword(PasswordChange::new("old", new));
    assert!(encoded(&change("a23456789012345")).is_ok());
    for new in ["", "a234567890123456"] {
        assert!(matches!(refused(&change(new)), LineError::Length { max: 15, .. }));
    }
    for new in ["a&b", "a:b", "a b", "a\r", "a\n", "zażółć"] {
        let error = refused(&change(new));
        assert_eq!(error, LineError::Character { field: "new password" });
    }
}

#[test]
fn a_new_password_that_differs_from_its_confirmation_is_refused_both_ways() {
    let mut change = PasswordChange::new("old", "new");
    change.confirm = Secret::new("wen");
    assert_eq!(refused(&Line::ChangePassword(change)), LineError::Confirmation);
    let typed = Line::parse(ScreenKind::Users, b"old:old&new:new&confirm:wen&", Mode::Lenient);
    assert_eq!(typed, Err(LineError::Confirmation));
}

#[test]
fn login_and_mail_account_may_not_hold_separators() {
    assert_eq!(encoded(&Line::Account("bkt")).as_deref(), Ok("bkt"));
    assert_eq!(encoded(&Line::Password(Secret::new("p!ss"))).as_deref(), Ok("p!ss"));
    for text in ["a&b", "a:b", "a\r\n", "a b", "ł"] {
        for line in [
            Line::Account(text),
            Line::Password(Secret::new(text)),
            Line::SetAccount(text),
        ] {
            assert!(matches!(refused(&line), LineError::Character { .. }), "{text:?}");
        }
    }
    let long = "x".repeat(31);
    assert!(encoded(&Line::SetAccount(&long[1..])).is_ok());
    assert!(matches!(
        refused(&Line::SetAccount(&long)),
        LineError::Length { max: 30, .. }
    ));
    assert!(matches!(refused(&Line::Account("")), LineError::Length { .. }));
}

#[test]
fn thresholds_go_in_tenths_up_to_three_digits() {
    let line = |level| Line::SetCurrent(Phase::One, levels(level, "0", "0", "0"));
    for (level, text) in [("999.9", "999.9"), ("0", "0"), ("16.50", "16.5"), ("16.00", "16.0")] {
        assert_eq!(encoded(&line(level)), Ok(format!("current one:{text}&0&0&0")));
    }
    for level in ["1000", "999.95", "0.05", "-1", "-0.1"] {
        assert!(matches!(refused(&line(level)), LineError::Bound { .. }), "{level}");
    }
    assert_eq!(decimal("16.50"), decimal("16.5"));
}

#[test]
fn port_zero_is_refused() {
    assert!(matches!(refused(&Line::SetPort(0)), LineError::Bound { .. }));
    assert!(Line::parse(ScreenKind::Http, b"port:0", Mode::Lenient).is_err());
    assert!(Line::parse(ScreenKind::Http, b"port:65536", Mode::Lenient).is_err());
}

#[test]
fn there_are_five_slaves() {
    assert_eq!((Member::slave(0), Member::slave(6)), (None, None));
    assert_eq!(Member::slave(5).map(Member::number), Some(5));
    assert!(Line::parse(ScreenKind::Load, b"slave6 load", Mode::Lenient).is_err());
}

#[test]
fn a_line_of_another_screen_is_unknown() {
    for (screen, text) in [
        (ScreenKind::Main, "master load"),
        (ScreenKind::Main, "12"),
        (ScreenKind::Main, "0"),
        (ScreenKind::Restart, "4"),
        (ScreenKind::Restart, "restart"),
        (ScreenKind::Clock, "1"),
        (ScreenKind::Energy, "clearp4"),
        (ScreenKind::Energy, "clearp1 and more"),
        (ScreenKind::Thresholds, "current one:1&1&1"),
        (ScreenKind::Thresholds, "voltage one:1&1&1&1"),
        (ScreenKind::Information, "master voltage"),
    ] {
        for mode in [Mode::Strict, Mode::Lenient] {
            assert!(
                matches!(
                    Line::parse(screen, text.as_bytes(), mode),
                    Err(LineError::Unknown { .. })
                ),
                "{text}"
            );
        }
    }
}

#[test]
fn a_number_with_a_zero_before_it_is_no_entry_and_restarts_nothing() {
    for screen in ScreenKind::ALL {
        for text in ["01", "02", "03", "00", "0", "010", " 01", "1.", "+1", "1 1"] {
            for mode in [Mode::Strict, Mode::Lenient] {
                let typed = Line::parse(screen, text.as_bytes(), mode);
                assert!(
                    matches!(typed, Err(LineError::Unknown { .. })),
                    "{screen:?} {text}: {typed:?}"
                );
            }
        }
    }
}

#[test]
fn the_device_side_takes_lenient_lines_and_says_so() {
    for (screen, text, deviation) in [
        (ScreenKind::Information, "slave 1 load", Deviation::SpacedMember),
        (ScreenKind::Information, "slave1\tload", Deviation::Blanks),
        (ScreenKind::Information, "MASTER LOAD", Deviation::Case),
        (ScreenKind::Main, "3 ", Deviation::Blanks),
        (ScreenKind::Clock, "date  2026-11-21,time 08:05:00", Deviation::Blanks),
    ] {
        assert!(Line::parse(screen, text.as_bytes(), Mode::Strict).is_err(), "{text}");
        let read = Line::parse(screen, text.as_bytes(), Mode::Lenient).expect(text);
        assert_eq!(read.deviations.iter().collect::<Vec<_>>(), [deviation], "{text}");
    }
}

#[test]
fn neither_debug_nor_an_error_shows_a_password() {
    let change = Line::ChangePassword(PasswordChange::new("hunter2", "hunter3"));
    for line in [
        change,
        Line::Password(Secret::new("hunter2")),
        Line::Undocumented(Secret::new("hunter2")),
    ] {
        assert!(!format!("{line:?}").contains("hunter"));
    }
    for text in [
        "old:hunter2",
        "old:hunter2&new:hunter!&confirm:hunter!&",
        "old:hunter2&new:h&confirm:hunter2&",
    ] {
        let error = Line::parse(ScreenKind::Users, text.as_bytes(), Mode::Lenient).expect_err(text);
        assert!(!format!("{error} {error:?}").contains("hunter"), "{error}");
    }
}

#[test]
fn a_buffer_that_is_too_small_is_left_alone() {
    let mut out = [0xEE; 10];
    assert_eq!(
        Line::Load(Member::MASTER).encode(&mut out),
        Err(LineError::Buffer { needed: 11 })
    );
    assert_eq!(out, [0xEE; 10]);
}
