//! What only lenient mode takes: each leniency by itself, refused strictly, and told by its own deviation.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use pdu_core::{Decimal, LocalDateTime, Mode};
use pdu_proto_isotek::wire::{
    Address, Channel, ChannelStatus, Command, Deviation, Deviations, Framing, Operator, Outlet, OutletConfig,
    OutletState, OutletType, Record, Reply, StatusFrame, Text, WireError,
};

/// The answer that only lenient mode takes, with just these deviations. The fast way to read a status passes it by.
fn reply<'l>(line: &'l [u8], deviations: &[Deviation]) -> Reply<'l> {
    let line_as_text = line.escape_ascii();
    let used = Framing::default().status_lines(&[line, b"\n"].concat(), &mut StatusFrame::default());
    assert_eq!(used, 0, "{line_as_text}");
    assert!(Reply::parse(line, Mode::Strict).is_err(), "{line_as_text}");
    let parsed = Reply::parse(line, Mode::Lenient).unwrap_or_else(|error| panic!("{line_as_text}: {error}"));
    assert_eq!(parsed.deviations, Deviations::of(deviations), "{line_as_text}");
    parsed.value
}

/// The same of a command.
fn command<'l>(line: &'l [u8], deviations: &[Deviation]) -> Command<'l> {
    let line_as_text = line.escape_ascii();
    assert!(Command::parse(line, Mode::Strict).is_err(), "{line_as_text}");
    let parsed = Command::parse(line, Mode::Lenient).unwrap_or_else(|error| panic!("{line_as_text}: {error}"));
    assert_eq!(parsed.deviations, Deviations::of(deviations), "{line_as_text}");
    parsed.value
}

fn status(channel: u8, voltage: Decimal, power: Decimal) -> Reply<'static> {
    Reply::Channel(ChannelStatus {
        channel: Channel::new(channel).unwrap(),
        state: OutletState::On,
        voltage,
        power,
    })
}

fn plain(channel: u8) -> Reply<'static> {
    status(channel, Decimal::new(230, 0), Decimal::new(36, 0))
}

fn config(outlet: u8, name: &str) -> Reply<'_> {
    Reply::Config {
        outlet: Outlet::new(outlet).unwrap(),
        config: OutletConfig {
            name: Text::new(name).unwrap(),
            outlet_type: OutletType::Normal,
            delay: 5,
        },
    }
}

fn clock() -> Reply<'static> {
    Reply::Clock(LocalDateTime::new(2026, 11, 21, 8, 5, 0).unwrap())
}

#[test]
fn blanks_around_separators() {
    for line in [
        "CH1 =1|230|36|",
        "CH1= 1|230|36|",
        "CH1=1 |230|36|",
        "CH1=1| 230|36|",
        "CH1=1|230|\t36 |",
        "CH1=1|230|36| ",
        "\tCH1=1|230|36|",
    ] {
        assert_eq!(reply(line.as_bytes(), &[Deviation::Blanks]), plain(1), "{line}");
    }
    assert_eq!(reply(b"OK ", &[Deviation::Blanks]), Reply::Ok);
    assert_eq!(reply(b"RTC = 2026 | 11|21|08|05|00|", &[Deviation::Blanks]), clock());
    assert_eq!(reply(b"C1 =Amp| 1 | 5 |", &[Deviation::Blanks]), config(1, "Amp"));
    assert_eq!(command(b"? ", &[Deviation::Blanks]), Command::ReadStatus);
    assert_eq!(command(b"P = 3", &[Deviation::Blanks]), Command::SetRecordCount(3));
}

#[test]
fn blanks_of_a_name_are_its_own() {
    assert_eq!(reply(b"C1 = Amp |1|5|", &[Deviation::Blanks]), config(1, " Amp "));
    let padded = Reply::parse(b"C1=Amp     |1|5|", Mode::Strict).unwrap();
    assert_eq!(padded.value, config(1, "Amp     "));
    let Reply::Config { config, .. } = padded.value else {
        panic!()
    };
    assert_eq!((config.name.as_str(), config.name.trimmed()), ("Amp     ", "Amp"));
}

#[test]
fn no_separator_behind_the_last_field() {
    let deviations = [Deviation::FinalSeparator];
    assert_eq!(reply(b"CH1=1|230|36", &deviations), plain(1));
    assert_eq!(reply(b"RTC=2026|11|21|08|05|00", &deviations), clock());
    assert_eq!(reply(b"C1=Amp|1|5", &deviations), config(1, "Amp"));
    let record = reply(b"P1=1|1|n|7:30|0|0|0|1|0|0|1", &deviations);
    assert!(matches!(record, Reply::Record { index: 1, .. }));
    let address = reply(b"A=SN1|001A2B3C4D5E|10.0.0.1|80|10.0.0.2|81", &deviations);
    assert!(matches!(address, Reply::Address(Address { server_2: (_, 81), .. })));
}

#[test]
fn ok_in_any_case() {
    for line in [b"ok", b"Ok", b"oK"] {
        assert_eq!(reply(line, &[Deviation::Case]), Reply::Ok);
    }
}

#[test]
fn any_misprinted_separator_where_no_text_is_free() {
    for separator in ["/", "|/", "]|"] {
        let status = format!("CH1=1{separator}230{separator}36{separator}");
        assert_eq!(
            reply(status.as_bytes(), &[Deviation::Separator]),
            plain(1),
            "{separator}"
        );
        let time = format!("RTC=2026{separator}11|21|08{separator}05|00{separator}");
        assert_eq!(reply(time.as_bytes(), &[Deviation::Separator]), clock(), "{separator}");
        let address = format!("A=SN1{separator}001A2B3C4D5E{separator}10.0.0.1|80|10.0.0.2{separator}81{separator}");
        assert!(
            matches!(reply(address.as_bytes(), &[Deviation::Separator]), Reply::Address(_)),
            "{separator}"
        );
    }
    let slash_first = reply(b"A=/SN1|001A2B3C4D5E|10.0.0.1|80|10.0.0.2|81|", &[Deviation::Separator]);
    assert!(matches!(slash_first, Reply::Address(Address { serial, .. }) if serial.as_str() == "SN1"));
}

#[test]
fn letters_for_digits_in_an_index() {
    for (index, number) in [
        ("O", 0),
        ("o", 0),
        ("l", 1),
        ("I", 1),
        ("lO", 10),
        ("I6", 16),
        ("1o", 10),
    ] {
        let line = format!("CH{index}=1|230|36|");
        assert_eq!(
            reply(line.as_bytes(), &[Deviation::IndexLetter]),
            plain(number),
            "{line}"
        );
    }
    assert_eq!(reply(b"Cl2=Amp|1|5|", &[Deviation::IndexLetter]), config(12, "Amp"));
    let record = reply(b"PlO=1|1|n|7:30|0|0|0|1|0|0|1|", &[Deviation::IndexLetter]);
    assert!(matches!(record, Reply::Record { index: 10, .. }));
    let switch = command(b"SI=1", &[Deviation::IndexLetter]);
    assert!(matches!(switch, Command::SwitchOutlet { outlet, .. } if outlet.number() == 1));
}

#[test]
fn fractions_of_volts_and_watts_keep_their_digits() {
    let fraction = reply(b"CH1=1|230.50|36.125|", &[Deviation::Fraction]);
    assert_eq!(fraction, status(1, Decimal::new(23_050, -2), Decimal::new(36_125, -3)));
    let Reply::Channel(status) = fraction else { panic!() };
    assert_eq!((status.voltage.mantissa(), status.voltage.exponent()), (23_050, -2));
    let small = reply(b"CH1=1|0.05|0|", &[Deviation::Fraction]);
    assert!(matches!(small, Reply::Channel(status) if status.voltage == Decimal::new(5, -2)));
}

#[test]
fn names_of_up_to_sixteen_characters() {
    assert_eq!(
        reply(b"C1=Amp left|1|5", &[Deviation::FinalSeparator]),
        config(1, "Amp left")
    );
    assert_eq!(
        reply(b"C1=Amp left.|1|5|", &[Deviation::LongName]),
        config(1, "Amp left.")
    );
    assert_eq!(
        reply(b"C1=1234567890123456|1|5|", &[Deviation::LongName]),
        config(1, "1234567890123456")
    );
}

#[test]
fn an_empty_operator_of_a_time_plan() {
    let empty = reply(b"P1=1|1|n|7:30|0|0||1|||1|", &[Deviation::EmptyField]);
    assert!(matches!(
        empty,
        Reply::Record {
            record: Record {
                operator: Operator::None,
                ..
            },
            ..
        }
    ));
    let blank = reply(
        b"P1=1|1|n|7:30|0|0| |1|||1|",
        &[Deviation::EmptyField, Deviation::Blanks],
    );
    assert_eq!(blank, empty);
}

#[test]
fn control_bytes_are_dropped() {
    let deviations = [Deviation::ControlBytes];
    assert_eq!(reply(b"\0CH1=1|2\x0730|36|\0", &deviations), plain(1));
    assert_eq!(reply(b"C1=A\0m\x1Bp|1|5|", &deviations), config(1, "Amp"));
    assert_eq!(reply(b"O\0K", &deviations), Reply::Ok);
    assert_eq!(reply(b"\0Ok", &[Deviation::ControlBytes, Deviation::Case]), Reply::Ok);
    let record = reply(b"P1=1|1|night\0|7:30|0|0|0|1|0\0|0|1|", &deviations);
    assert!(matches!(&record, Reply::Record { record, .. } if record.name.as_str() == "night"));
    assert!(matches!(
        reply(b"\0A=SN1|001A2B3C4D5E|10.0.0.1|80|10.0.0.2|81|", &deviations),
        Reply::Address(_)
    ));
    assert_eq!(reply(b"\0RTC=2026|11|21|08|05|00|", &deviations), clock());
    assert_eq!(command(b"\0P?", &deviations), Command::ReadSchedule);
    let Command::WriteRecord(record) = command(b"PW=1|1|a\0b|7:30|0|0|0|1|0|0|1|", &deviations) else {
        panic!()
    };
    assert_eq!(record.name.as_str(), "ab");
    assert_eq!(record.clone().into_owned(), record);
    let long = Reply::parse(
        b"P1=1|1|a name of more\0 than sixteen|7:30|0|0|0|1|0|0|1|",
        Mode::Lenient,
    );
    let field = pdu_proto_isotek::wire::Field::RecordName;
    assert_eq!(long, Err(WireError::ControlByte { field }));
}

#[test]
fn unknown_keys_are_handed_on_whole() {
    for line in [
        &b"FW=1.2|3|"[..],
        b"CHARGE=5",
        b"TEMP_1=\xE9",
        b"Px=1",
        b"PW=",
        b"S1=1",
        b"A1=",
        b"rtc=1",
    ] {
        assert_eq!(reply(line, &[Deviation::UnknownKey]), Reply::Unknown(line));
    }
    let noisy = b"F\0W=1";
    assert_eq!(
        reply(noisy, &[Deviation::ControlBytes, Deviation::UnknownKey]),
        Reply::Unknown(noisy)
    );
}

#[test]
fn several_deviations_of_one_line_are_all_told() {
    let line = b" CHO= 1/230.5|36";
    let deviations = [
        Deviation::Blanks,
        Deviation::IndexLetter,
        Deviation::Separator,
        Deviation::Fraction,
        Deviation::FinalSeparator,
    ];
    assert_eq!(
        reply(line, &deviations),
        status(0, Decimal::new(2305, -1), Decimal::new(36, 0))
    );
}

#[test]
fn a_set_of_deviations_reads_as_their_names() {
    let set = Deviations::of(&[Deviation::Echo, Deviation::Blanks]);
    assert_eq!(format!("{set:?}"), "{Blanks, Echo}");
    assert_eq!(set.union(Deviations::of(&[Deviation::Case])).iter().count(), 3);
    for deviation in Deviation::ALL {
        assert!(Deviations::of(&Deviation::ALL).has(deviation));
        assert!(!deviation.to_string().is_empty());
    }
    assert_eq!(Deviations::of(&Deviation::ALL).iter().count(), Deviation::ALL.len());
}
