//! What no mode takes, and what may not be sent: which field, where, what could stand there and what does.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use core::net::Ipv4Addr;

use pdu_core::{Decimal, LocalDateTime, Mode, TimeOfDay};
use pdu_proto_isotek::wire::{
    Address, Channel, ChannelStatus, Command, Dialect, Expected, Field, Framing, Operator, Outlet, OutletConfig,
    OutletState, OutletType, Record, RecordNameLimit, RecordType, Reply, Setup, StatusFrame, Text, WireError,
};

fn unexpected(field: Field, offset: usize, expected: Expected, found: Option<u8>) -> WireError {
    WireError::Unexpected {
        field,
        offset,
        expected,
        found,
    }
}

fn out_of_range(field: Field, offset: usize, bounds: core::ops::RangeInclusive<u32>, found: u32) -> WireError {
    WireError::OutOfRange {
        field,
        offset,
        min: *bounds.start(),
        max: *bounds.end(),
        found,
    }
}

fn too_long(field: Field, offset: usize, max: usize, found: usize) -> WireError {
    WireError::FieldTooLong {
        field,
        offset,
        max,
        found,
    }
}

/// The answer is refused in both modes, for the same reason, and the fast way to read a status passes it by.
fn refused(line: &str, reason: WireError) {
    let mut frame = StatusFrame::default();
    let used = Framing::default().status_lines(format!("{line}\n").as_bytes(), &mut frame);
    assert_eq!((used, frame), (0, StatusFrame::default()), "{line}");
    for mode in [Mode::Strict, Mode::Lenient] {
        assert_eq!(Reply::parse(line.as_bytes(), mode), Err(reason), "{line} {mode:?}");
    }
}

/// The same of a command.
fn command_refused(line: &str, reason: WireError) {
    for mode in [Mode::Strict, Mode::Lenient] {
        assert_eq!(Command::parse(line.as_bytes(), mode), Err(reason), "{line} {mode:?}");
    }
}

#[test]
fn indices_that_no_unit_has_are_refused() {
    refused("CH17=1|230|36|", out_of_range(Field::ChannelIndex, 2, 0..=16, 17));
    refused(
        "CH99999999999=1|230|36|",
        out_of_range(Field::ChannelIndex, 2, 0..=16, u32::MAX),
    );
    refused(
        "CH01=1|230|36|",
        unexpected(Field::ChannelIndex, 2, Expected::NoLeadingZero, Some(b'0')),
    );
    refused("C0=Amp|1|0|", out_of_range(Field::Outlet, 1, 1..=16, 0));
    refused("C17=Amp|1|0|", out_of_range(Field::Outlet, 1, 1..=16, 17));
    refused("P1234=1|1|n|7:30|0|0|0|1|||1|", too_long(Field::RecordIndex, 1, 3, 4));
    refused(
        "P1=1|1|n|7:30|0|0|0|0|||1|",
        out_of_range(Field::Channel, 20, 1..=16, 0),
    );
    refused(
        "P1=1|1|n|7:30|0|0|0|17|||1|",
        out_of_range(Field::Channel, 20, 1..=16, 17),
    );
    refused(
        "P1=1|1|n|7:30|0|0|0|l|||1|",
        unexpected(Field::Channel, 20, Expected::Digit, Some(b'l')),
    );
    refused(
        "P1=1|1|n|7:30|0|0|0||||1|",
        unexpected(Field::Channel, 20, Expected::Digit, Some(b'|')),
    );
    command_refused("S0=1", out_of_range(Field::Outlet, 1, 1..=16, 0));
    command_refused("S17=1", out_of_range(Field::Outlet, 1, 1..=16, 17));
    command_refused("C0=Amp|1|0|", out_of_range(Field::Outlet, 1, 1..=16, 0));
}

#[test]
fn states_other_than_0_and_1_are_refused() {
    refused("CH1=2|230|36|", unexpected(Field::Status, 4, Expected::Bit, Some(b'2')));
    refused("CH1=|230|36|", unexpected(Field::Status, 4, Expected::Bit, Some(b'|')));
    refused(
        "CH1=11|230|36|",
        unexpected(Field::Status, 5, Expected::Separator, Some(b'1')),
    );
    refused("CH1=l|230|36|", unexpected(Field::Status, 4, Expected::Bit, Some(b'l')));
    command_refused("S1=2", unexpected(Field::Status, 3, Expected::Bit, Some(b'2')));
    command_refused("S1=", unexpected(Field::Status, 3, Expected::Bit, None));
    command_refused("S1=1|", unexpected(Field::Status, 4, Expected::End, Some(b'|')));
}

#[test]
fn another_number_of_fields_is_refused() {
    refused("CH1=1|230|", unexpected(Field::Power, 10, Expected::Digit, None));
    refused(
        "CH1=1|230|36|7|",
        unexpected(Field::Line, 13, Expected::End, Some(b'7')),
    );
    refused(
        "RTC=2026|11|21|08|00|",
        unexpected(Field::Second, 21, Expected::Digit, None),
    );
    refused(
        "RTC=2026|11|21|08|00|00|0|",
        unexpected(Field::Line, 24, Expected::End, Some(b'0')),
    );
    refused("C1=Amp|1|", unexpected(Field::Delay, 9, Expected::Digit, None));
    refused("C1=Amp|1|0|0|", unexpected(Field::Line, 11, Expected::End, Some(b'0')));
    refused(
        "P1=1|1|n|7:30|0|0|0|1|||",
        unexpected(Field::Setup, 24, Expected::OneToThree, None),
    );
    refused(
        "P1=1|1|n|7:30|0|0|0|1|||1||",
        unexpected(Field::Line, 26, Expected::End, Some(b'|')),
    );
    let five = "A=SN1|001A2B3C4D5E|10.0.0.1|80|10.0.0.2|";
    refused(five, unexpected(Field::ServerPort2, 40, Expected::Digit, None));
    let seven = "A=SN1|001A2B3C4D5E|10.0.0.1|80|10.0.0.2|81|9|";
    refused(seven, unexpected(Field::Line, 43, Expected::End, Some(b'9')));
}

#[test]
fn what_is_no_number_is_refused() {
    refused(
        "CH1=1|23O|36|",
        unexpected(Field::Voltage, 8, Expected::Separator, Some(b'O')),
    );
    refused(
        "CH1=1|-230|36|",
        unexpected(Field::Voltage, 6, Expected::Digit, Some(b'-')),
    );
    refused(
        "CH1=1|+230|36|",
        unexpected(Field::Voltage, 6, Expected::Digit, Some(b'+')),
    );
    refused("CH1=1||36|", unexpected(Field::Voltage, 6, Expected::Digit, Some(b'|')));
    refused("CH1=1|12345|36|", too_long(Field::Voltage, 6, 4, 5));
    refused("CH1=1|230|123456|", too_long(Field::Power, 10, 5, 6));
    refused(
        "C1=Amp|1|1s|",
        unexpected(Field::Delay, 10, Expected::Separator, Some(b's')),
    );
    refused("C1=Amp|1|123456|", too_long(Field::Delay, 9, 5, 6));
    refused("P1=123456|1|n|7:30|0|0|0|1|||1|", too_long(Field::Id, 3, 5, 6));
    refused("P1=1|1|n|7:30|1234|0|0|1|||1|", too_long(Field::Day, 14, 3, 4));
    refused(
        "P1=1|1|n|7:30|-1|0|0|1|||1|",
        unexpected(Field::Day, 14, Expected::Digit, Some(b'-')),
    );
    refused("P1=1|1|n|7:30|0|123456|0|1|||1|", too_long(Field::Power, 16, 5, 6));
    command_refused("P=", unexpected(Field::RecordCount, 2, Expected::Digit, None));
    command_refused("P=1000", too_long(Field::RecordCount, 2, 3, 4));
    command_refused("P=1|", unexpected(Field::RecordCount, 3, Expected::End, Some(b'|')));
}

#[test]
fn blanks_within_a_number_are_refused() {
    let line = b"CH1=1|2 30|36|";
    let reason = unexpected(Field::Voltage, 7, Expected::Separator, Some(b' '));
    assert_eq!(Reply::parse(line, Mode::Strict), Err(reason));
    let reason = unexpected(Field::Voltage, 8, Expected::Separator, Some(b'3'));
    assert_eq!(Reply::parse(line, Mode::Lenient), Err(reason));
}

#[test]
fn a_fraction_is_no_fraction_without_digits_or_with_too_many() {
    let lenient = |line: &'static str| Reply::parse(line.as_bytes(), Mode::Lenient).map(|parsed| parsed.value);
    assert_eq!(
        lenient("CH1=1|230.|36|"),
        Err(unexpected(Field::Voltage, 10, Expected::Digit, Some(b'|')))
    );
    assert_eq!(lenient("CH1=1|230.1234|36|"), Err(too_long(Field::Voltage, 10, 3, 4)));
    assert_eq!(
        lenient("CH1=1|.5|36|"),
        Err(unexpected(Field::Voltage, 6, Expected::Digit, Some(b'.')))
    );
}

#[test]
fn dates_and_times_that_do_not_exist_are_refused() {
    for (line, reason) in [
        ("2026|02|29|08|00|00|", out_of_range(Field::Day, 12, 1..=28, 29)),
        ("2024|2|30|08|00|00|", out_of_range(Field::Day, 11, 1..=29, 30)),
        ("2026|04|31|08|00|00|", out_of_range(Field::Day, 12, 1..=30, 31)),
        ("2026|01|32|08|00|00|", out_of_range(Field::Day, 12, 1..=31, 32)),
        ("2026|01|00|08|00|00|", out_of_range(Field::Day, 12, 1..=31, 0)),
        ("2026|00|01|08|00|00|", out_of_range(Field::Month, 9, 1..=12, 0)),
        ("2026|13|01|08|00|00|", out_of_range(Field::Month, 9, 1..=12, 13)),
        ("2026|01|01|24|00|00|", out_of_range(Field::Hour, 15, 0..=23, 24)),
        ("2026|01|01|08|60|00|", out_of_range(Field::Minute, 18, 0..=59, 60)),
        ("2026|01|01|08|00|60|", out_of_range(Field::Second, 21, 0..=59, 60)),
        ("1999|01|01|08|00|00|", out_of_range(Field::Year, 4, 2000..=9999, 1999)),
        (
            "26|01|01|08|00|00|",
            unexpected(Field::Year, 6, Expected::Digit, Some(b'|')),
        ),
        ("12026|01|01|08|00|00|", too_long(Field::Year, 4, 4, 5)),
        ("2026|001|01|08|00|00|", too_long(Field::Month, 9, 2, 3)),
    ] {
        refused(&format!("RTC={line}"), reason);
        let shifted = match reason {
            WireError::OutOfRange {
                field,
                offset,
                min,
                max,
                found,
            } => out_of_range(field, offset - 2, min..=max, found),
            WireError::FieldTooLong {
                field,
                offset,
                max,
                found,
            } => too_long(field, offset - 2, max, found),
            WireError::Unexpected {
                field,
                offset,
                expected,
                found,
            } => unexpected(field, offset - 2, expected, found),
            other => panic!("{other}"),
        };
        command_refused(&format!("T={line}"), shifted);
    }
    refused("P1=1|1|n|24:00|0|0|0|1|||1|", out_of_range(Field::Hour, 9, 0..=23, 24));
    refused(
        "P1=1|1|n|07:60|0|0|0|1|||1|",
        out_of_range(Field::Minute, 12, 0..=59, 60),
    );
    refused("P1=1|1|n|0730|0|0|0|1|||1|", too_long(Field::Hour, 9, 2, 4));
    refused(
        "P1=1|1|n|07-30|0|0|0|1|||1|",
        unexpected(Field::Hour, 11, Expected::Colon, Some(b'-')),
    );
    command_refused("PW=1|1|n|24:00|0|0|0|1|||1|", out_of_range(Field::Hour, 9, 0..=23, 24));
}

#[test]
fn kinds_that_the_manual_does_not_have_are_refused() {
    refused(
        "P1=1|0|n|7:30|0|0|0|1|||1|",
        unexpected(Field::RecordType, 5, Expected::OneOrTwo, Some(b'0')),
    );
    refused(
        "P1=1|3|n|7:30|0|0|0|1|||1|",
        unexpected(Field::RecordType, 5, Expected::OneOrTwo, Some(b'3')),
    );
    refused(
        "P1=1|1|n|7:30|0|0|3|1|||1|",
        unexpected(Field::Operator, 18, Expected::ZeroToTwo, Some(b'3')),
    );
    refused(
        "P1=1|2|n|7:30|0|0|0|1|||1|",
        unexpected(Field::Operator, 18, Expected::OneOrTwo, Some(b'0')),
    );
    refused(
        "P1=1|1|n|7:30|0|0|0|1|||0|",
        unexpected(Field::Setup, 24, Expected::OneToThree, Some(b'0')),
    );
    refused(
        "P1=1|1|n|7:30|0|0|0|1|||4|",
        unexpected(Field::Setup, 24, Expected::OneToThree, Some(b'4')),
    );
    refused(
        "C1=Amp|0|0|",
        unexpected(Field::OutletType, 7, Expected::OneToThree, Some(b'0')),
    );
    refused(
        "C1=Amp|4|0|",
        unexpected(Field::OutletType, 7, Expected::OneToThree, Some(b'4')),
    );
    let empty = Reply::parse(b"P1=1|2|n|7:30|0|0||1|||1|", Mode::Lenient);
    assert_eq!(
        empty,
        Err(unexpected(Field::Operator, 18, Expected::OneOrTwo, Some(b'|'))),
        "of a power plan"
    );
}

#[test]
fn text_behind_ok_is_refused() {
    refused("OK1", unexpected(Field::Key, 0, Expected::Key, Some(b'O')));
    refused("OK OK", unexpected(Field::Key, 0, Expected::Key, Some(b'O')));
    refused("OK>", unexpected(Field::Key, 0, Expected::Key, Some(b'O')));
    refused("OK=1", unexpected(Field::Key, 0, Expected::Key, Some(b'O')));
    refused("okay=1", unexpected(Field::Key, 0, Expected::Key, Some(b'o')));
}

#[test]
fn lines_of_more_than_256_bytes_are_refused() {
    let name = "n".repeat(300);
    let line = |name: &str| format!("P1=1|1|{name}|7:30|0|0|0|1|||1|");
    let rest = line("").len();
    assert!(Reply::parse(line(&name[..256 - rest]).as_bytes(), Mode::Strict).is_ok());
    refused(
        &line(&name[..257 - rest]),
        WireError::LineTooLong { max: 256, found: 257 },
    );
    command_refused(&name, WireError::LineTooLong { max: 256, found: 300 });
}

#[test]
fn separators_of_other_lines_are_no_separators_where_text_is_free() {
    refused(
        "C1=Amp/1|0|",
        unexpected(Field::OutletType, 9, Expected::OneToThree, Some(b'0')),
    );
    refused(
        "C1=Amp|1/0|",
        unexpected(Field::OutletType, 8, Expected::Separator, Some(b'/')),
    );
    refused(
        "C1=Amp|1|0]|",
        unexpected(Field::Delay, 10, Expected::Separator, Some(b']')),
    );
    refused(
        "P1=1/1|n|7:30|0|0|0|1|||1|",
        unexpected(Field::Id, 4, Expected::Separator, Some(b'/')),
    );
    refused(
        "P1=1|1|n|7:30|0|0|0|1|||1/",
        unexpected(Field::Setup, 25, Expected::Separator, Some(b'/')),
    );
}

#[test]
fn names_that_are_too_long_or_no_text_are_refused() {
    let lenient = Reply::parse(b"C1=12345678901234567|1|0|", Mode::Lenient);
    assert_eq!(lenient, Err(too_long(Field::OutletName, 3, 16, 17)));
    refused(
        "C1=Verst\u{e4}r|1|0|",
        unexpected(Field::OutletName, 8, Expected::Text, Some(0xC3)),
    );
    refused(
        "P1=1|1|a\tb|7:30|0|0|0|1|||1|",
        unexpected(Field::RecordName, 8, Expected::Text, Some(b'\t')),
    );
    refused(
        "P1=1|1|n|7:30|0|0|0|1|\x7F||1|",
        unexpected(Field::StatusValue, 22, Expected::Text, Some(0x7F)),
    );
    refused(
        "P1=1|1|n|7:30|0|0|0|1||\x7F|1|",
        unexpected(Field::StatusSlot, 23, Expected::Text, Some(0x7F)),
    );
}

#[test]
fn addresses_that_are_none_are_refused() {
    let line = |fields: &str| format!("A={fields}|10.0.0.2|81|");
    let mac = |mac: &str| line(&format!("SN1|{mac}|10.0.0.1|80"));
    refused(
        &line("|001A2B3C4D5E|10.0.0.1|80"),
        unexpected(Field::SerialNum, 2, Expected::Text, Some(b'|')),
    );
    refused(
        &mac("001A2B3C4D5"),
        unexpected(Field::Mac, 17, Expected::HexDigit, Some(b'|')),
    );
    refused(
        &mac("001A2B3C4D5E6"),
        unexpected(Field::Mac, 18, Expected::Separator, Some(b'6')),
    );
    refused(
        &mac("001A2B3C4D5G"),
        unexpected(Field::Mac, 17, Expected::HexDigit, Some(b'G')),
    );
    refused(
        &mac("00:1A-2B:3C:4D:5E"),
        unexpected(Field::Mac, 11, Expected::MacSeparator, Some(b'-')),
    );
    refused(
        &mac("001A2B:3C4D5E"),
        unexpected(Field::Mac, 12, Expected::HexDigit, Some(b':')),
    );
    refused(
        &line("SN1|001A2B3C4D5E|10.0.0.256|80"),
        out_of_range(Field::ServerIp1, 26, 0..=255, 256),
    );
    refused(
        &line("SN1|001A2B3C4D5E|10.0.1|80"),
        unexpected(Field::ServerIp1, 25, Expected::Dot, Some(b'|')),
    );
    refused(
        &line("SN1|001A2B3C4D5E|10.0.0.1|65536"),
        out_of_range(Field::ServerPort1, 28, 0..=65535, 65536),
    );
}

#[test]
fn the_letters_that_act_on_everything_are_taken_exactly() {
    for line in [
        "X ", " X", "x", "XX", "G ", "g", "G\0", "H ", "h", "H=1", "G|", ">G", "G\t", "\0H",
    ] {
        for mode in [Mode::Strict, Mode::Lenient] {
            assert!(
                Command::parse(line.as_bytes(), mode).is_err(),
                "{}",
                line.escape_debug()
            );
        }
    }
}

#[test]
fn what_is_no_line_of_the_manual_is_refused() {
    for line in [
        "",
        ">",
        ">OK",
        "OKO",
        "CH1",
        "CH",
        "C",
        "=",
        "=1",
        "A",
        "??",
        "\u{e9}",
        "HELLO",
        "KEY WORD=1",
    ] {
        for mode in [Mode::Strict, Mode::Lenient] {
            assert!(Reply::parse(line.as_bytes(), mode).is_err(), "{line}");
            assert!(Command::parse(line.as_bytes(), mode).is_err(), "{line}");
        }
    }
    for line in [
        "CH1=1|230|36|",
        "RTC=2026|11|21|08|00|00|",
        "OK",
        "W=1",
        "KEY=1",
        "a?",
        "p?",
    ] {
        command_refused(line, unexpected(Field::Key, 0, Expected::Key, line.bytes().next()));
    }
}

fn cannot_send(command: &Command<'_>, reason: WireError) {
    let mut out = [0xEE; 600];
    assert_eq!(command.check(&Dialect::default()), Err(reason));
    assert_eq!(command.encode(&Dialect::default(), &mut out), Err(reason));
    assert_eq!(out, [0xEE; 600], "wrote in spite of {reason}");
}

fn reply_cannot_be_sent(reply: &Reply<'_>, reason: WireError) {
    let mut out = [0xEE; 600];
    assert_eq!(reply.check(&Dialect::default()), Err(reason));
    assert_eq!(reply.encode(&Dialect::default(), &mut out), Err(reason));
    assert_eq!(out, [0xEE; 600], "wrote in spite of {reason}");
}

fn unsendable(field: Field, min: u32, max: u32, found: i64) -> WireError {
    WireError::Unsendable { field, min, max, found }
}

fn record() -> Record<'static> {
    Record {
        id: 1,
        record_type: RecordType::PowerPlan,
        name: Text::default(),
        time: TimeOfDay::new(0, 0).unwrap(),
        day: 0,
        power: 2000,
        operator: Operator::Greater,
        channel: Outlet::new(1).unwrap(),
        status_value: Text::default(),
        status_slot: Text::default(),
        setup: Setup::Off,
    }
}

#[test]
fn names_cannot_carry_a_separator_or_a_command() {
    for (text, offset, found) in [
        ("amp|1", 3, b'|'),
        ("amp\nG", 3, b'\n'),
        ("amp\rG", 3, b'\r'),
        ("\0", 0, 0),
        ("a\x7F", 1, 0x7F),
        ("Verst\u{e4}rker", 5, 0xC3),
    ] {
        let field = Field::Text;
        assert_eq!(Text::new(text), Err(WireError::Text { field, offset, found }));
    }
}

#[test]
fn senders_keep_to_the_bounds_of_each_field() {
    let outlet = Outlet::new(1).unwrap();
    let config = |name, delay| Command::SetConfig {
        outlet,
        config: OutletConfig {
            name: Text::new(name).unwrap(),
            outlet_type: OutletType::Normal,
            delay,
        },
    };
    assert_eq!(config("12345678", 99_999).check(&Dialect::default()), Ok(()));
    let (field, max, found) = (Field::OutletName, 8, 9);
    cannot_send(&config("123456789", 0), WireError::TextTooLong { field, max, found });
    cannot_send(&config("", 100_000), unsendable(Field::Delay, 0, 99_999, 100_000));
    let old = LocalDateTime::new(1999, 12, 31, 23, 59, 59).unwrap();
    cannot_send(&Command::SetClock(old), unsendable(Field::Year, 2000, 9999, 1999));
    cannot_send(
        &Command::SetRecordCount(1000),
        unsendable(Field::RecordCount, 0, 999, 1000),
    );
    let write = |record| Command::WriteRecord(record);
    cannot_send(
        &write(Record {
            id: 100_000,
            ..record()
        }),
        unsendable(Field::Id, 0, 99_999, 100_000),
    );
    cannot_send(
        &write(Record { day: 1000, ..record() }),
        unsendable(Field::Day, 0, 999, 1000),
    );
    cannot_send(
        &write(Record {
            power: 100_000,
            ..record()
        }),
        unsendable(Field::Power, 0, 99_999, 100_000),
    );
    let operator = Operator::None;
    cannot_send(
        &write(Record { operator, ..record() }),
        unsendable(Field::Operator, 1, 2, 0),
    );
    let name = Text::new("123456789").unwrap();
    let (field, max, found) = (Field::RecordName, 8, 9);
    let long = write(Record { name, ..record() });
    cannot_send(&long, WireError::TextTooLong { field, max, found });
    let longer = Dialect {
        record_name_limit: RecordNameLimit(9),
        ..Dialect::default()
    };
    assert_eq!(long.check(&longer), Ok(()));
    let blanks = " ".repeat(256);
    let status_value = Text::new(&blanks).unwrap();
    let (max, found) = (256, 256 + "PW=1|2||00:00|0|2000|1|1|||2|".len());
    cannot_send(
        &write(Record {
            status_value,
            ..record()
        }),
        WireError::LineTooLong { max, found },
    );
}

#[test]
fn devices_send_whole_numbers_and_no_unknown_lines() {
    let status = |voltage, power| {
        Reply::Channel(ChannelStatus {
            channel: Channel::UNIT,
            state: OutletState::On,
            voltage,
            power,
        })
    };
    let (watts, field) = (Decimal::ZERO, Field::Voltage);
    reply_cannot_be_sent(&status(Decimal::new(2305, -1), watts), WireError::Fraction { field });
    reply_cannot_be_sent(&status(Decimal::new(-1, 0), watts), unsendable(field, 0, 9999, -1));
    reply_cannot_be_sent(&status(Decimal::new(1, 4), watts), unsendable(field, 0, 9999, 10_000));
    let volts = Decimal::new(2300, -1);
    reply_cannot_be_sent(
        &status(volts, Decimal::new(100_000, 0)),
        unsendable(Field::Power, 0, 99_999, 100_000),
    );
    let mut out = [0; 32];
    let len = status(volts, watts).encode(&Dialect::default(), &mut out).unwrap();
    assert_eq!(&out[..len], b"CH0=1|230|0|\n");
    reply_cannot_be_sent(&Reply::Unknown(b"FW=1"), WireError::UnknownAnswer);
    let server = (Ipv4Addr::LOCALHOST, 80);
    let address = |serial| {
        Reply::Address(Address {
            serial: Text::new(serial).unwrap(),
            mac: [0; 6],
            server_1: server,
            server_2: server,
        })
    };
    let field = Field::SerialNum;
    reply_cannot_be_sent(&address(""), WireError::EmptyText { field });
    let (offset, found) = (2, b'/');
    reply_cannot_be_sent(&address("SN/1"), WireError::Text { field, offset, found });
    let index = Reply::Record {
        index: 1000,
        record: record(),
    };
    reply_cannot_be_sent(&index, unsendable(Field::RecordIndex, 0, 999, 1000));
}

#[test]
fn errors_read_as_sentences() {
    let said = |line: &[u8]| Reply::parse(line, Mode::Strict).unwrap_err().to_string();
    assert_eq!(said(b"CH1=2|230|36|"), "s at byte 4: '2' where 0 or 1 was expected");
    assert_eq!(said(b"CH17=1|230|36|"), "x of CHx at byte 2: 17 is not within 0 to 16");
    assert_eq!(
        said(b"CH1=1|230|36"),
        "power at byte 12: the end of the line where '|' was expected"
    );
    assert_eq!(
        said(b"C1=a\x07|1|0|"),
        "nnnnnnnn at byte 4: byte 0x07 where printable ascii without '|' was expected"
    );
    let long = Reply::parse(b"C1=123456789|1|0|", Mode::Strict)
        .unwrap_err()
        .to_string();
    assert_eq!(long, "nnnnnnnn at byte 3: 9 characters where at most 8 are allowed");
}
