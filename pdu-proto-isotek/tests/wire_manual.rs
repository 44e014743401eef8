//! Every line of the manual, with values in place of its names: as it is meant, and as it is printed.
//!
//! "I-07" and the like are the numbers of its misprints; what is meant is strict, what is printed is lenient at most.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use core::net::Ipv4Addr;

use pdu_core::{Decimal, LocalDateTime, Mode, TimeOfDay};
use pdu_proto_isotek::wire::{
    Address, Channel, ChannelStatus, Command, Deviation, Deviations, Dialect, LineEnd, NamePadding, Operator, Outlet,
    OutletConfig, OutletState, OutletType, Parsed, Record, RecordType, Reply, Setup, Text, WireError, YearSeparator,
};

fn outlet(number: u8) -> Outlet {
    Outlet::new(number).unwrap()
}

fn text(text: &str) -> Text<'_> {
    Text::new(text).unwrap()
}

fn clock() -> LocalDateTime {
    LocalDateTime::new(2026, 11, 21, 8, 5, 0).unwrap()
}

fn record() -> Record<'static> {
    Record {
        id: 7,
        record_type: RecordType::TimePlan,
        name: text("night/2"),
        time: TimeOfDay::new(22, 30).unwrap(),
        day: 127,
        power: 0,
        operator: Operator::None,
        channel: outlet(16),
        status_value: text("0"),
        status_slot: text("0"),
        setup: Setup::Off,
    }
}

fn config() -> OutletConfig<'static> {
    OutletConfig {
        name: text("Amp left"),
        outlet_type: OutletType::Router,
        delay: 15,
    }
}

fn address() -> Address<'static> {
    Address {
        serial: text("IT 0042-A"),
        mac: [0x00, 0x1A, 0x2B, 0x3C, 0x4D, 0x5E],
        server_1: (Ipv4Addr::new(10, 0, 0, 1), 80),
        server_2: (Ipv4Addr::new(192, 168, 100, 200), 65535),
    }
}

fn status(channel: u8, voltage: Decimal, power: Decimal) -> Reply<'static> {
    Reply::Channel(ChannelStatus {
        channel: Channel::new(channel).unwrap(),
        state: OutletState::On,
        voltage,
        power,
    })
}

fn command(line: &str, command: &Command<'_>) {
    for mode in [Mode::Strict, Mode::Lenient] {
        let parsed = Command::parse(line.as_bytes(), mode).map(|parsed| (parsed.value, parsed.deviations));
        assert_eq!(parsed, Ok((command.clone(), Deviations::NONE)), "{line} {mode:?}");
    }
    let mut out = [0xEE; 300];
    let len = command.encode(&Dialect::default(), &mut out).unwrap();
    assert_eq!(core::str::from_utf8(&out[..len]).unwrap(), format!("{line}\n"));
    assert_eq!(len, command.encoded_len(&Dialect::default()));
    assert_eq!(&command.clone().into_owned(), command);
}

fn reply(line: &str, reply: &Reply<'_>) {
    for mode in [Mode::Strict, Mode::Lenient] {
        let parsed = Reply::parse(line.as_bytes(), mode).map(|parsed| (parsed.value, parsed.deviations));
        assert_eq!(parsed, Ok((reply.clone(), Deviations::NONE)), "{line} {mode:?}");
    }
    let mut out = [0xEE; 300];
    let len = reply.encode(&Dialect::default(), &mut out).unwrap();
    assert_eq!(core::str::from_utf8(&out[..len]).unwrap(), format!("{line}\n"));
    assert_eq!(len, reply.encoded_len(&Dialect::default()));
}

#[test]
fn every_command_goes_both_ways() {
    command("A?", &Command::ReadAddress); // line 32
    command("?", &Command::ReadStatus); // line 39
    let (outlet, state) = (outlet(16), OutletState::On);
    command("S16=1", &Command::SwitchOutlet { outlet, state }); // line 72
    command("T=2026|11|21|08|05|00|", &Command::SetClock(clock())); // line 85
    command("P?", &Command::ReadSchedule); // line 103
    command("P=0", &Command::SetRecordCount(0)); // line 134
    command("P=999", &Command::SetRecordCount(999));
    let line = "PW=7|1|night/2|22:30|127|0|0|16|0|0|2|"; // line 144
    command(line, &Command::WriteRecord(record()));
    command("C?", &Command::ReadConfigs); // line 173
    let config = config();
    command("C16=Amp left|2|15|", &Command::SetConfig { outlet, config }); // line 191
    command("X", &Command::Restart); // line 205
    command("G", &Command::AllOff); // line 212
    command("H", &Command::AllOn); // line 219
}

#[test]
fn every_answer_goes_both_ways() {
    let line = "A=IT 0042-A|00:1A:2B:3C:4D:5E|10.0.0.1|80|192.168.100.200|65535|"; // line 36
    reply(line, &Reply::Address(address()));
    reply(
        "CH0=1|230|1234|",
        &status(0, Decimal::new(230, 0), Decimal::new(1234, 0)),
    ); // line 43
    reply(
        "CH16=1|9999|99999|",
        &status(16, Decimal::new(9999, 0), Decimal::new(99_999, 0)),
    ); // line 46
    reply("RTC=2026|11|21|08|05|00|", &Reply::Clock(clock())); // line 48
    reply("OK", &Reply::Ok); // line 49
    let line = "P999=7|1|night/2|22:30|127|0|0|16|0|0|2|"; // line 107
    let (index, record) = (999, record());
    reply(line, &Reply::Record { index, record });
    let (outlet, config) = (outlet(1), config());
    reply("C1=Amp left|2|15|", &Reply::Config { outlet, config }); // line 176
}

/// What strict mode refuses and lenient mode takes, with just these deviations.
fn lenient_reply<'l>(line: &'l [u8], deviations: &[Deviation]) -> Reply<'l> {
    assert!(Reply::parse(line, Mode::Strict).is_err(), "{}", line.escape_ascii());
    let Parsed {
        value,
        deviations: found,
    } = Reply::parse(line, Mode::Lenient).unwrap();
    assert_eq!(found, Deviations::of(deviations), "{}", line.escape_ascii());
    value
}

fn lenient_command<'l>(line: &'l [u8], deviations: &[Deviation]) -> Command<'l> {
    assert!(Command::parse(line, Mode::Strict).is_err(), "{}", line.escape_ascii());
    let Parsed {
        value,
        deviations: found,
    } = Command::parse(line, Mode::Lenient).unwrap();
    assert_eq!(found, Deviations::of(deviations), "{}", line.escape_ascii());
    value
}

#[test]
fn misprinted_lines_are_lenient() {
    let volts = |watts| (Decimal::new(230, 0), Decimal::new(watts, 0));
    let (voltage, power) = volts(36);
    let letter = lenient_reply(b"CHO=1|230|36|", &[Deviation::IndexLetter]); // I-01, line 43
    assert_eq!(letter, status(0, voltage, power));
    let letter = lenient_reply(b"Cl=Amp left|2|15|", &[Deviation::IndexLetter]); // I-02, line 176
    let config = config();
    assert_eq!(
        letter,
        Reply::Config {
            outlet: outlet(1),
            config
        }
    );
    let doubled = b"A=IT 0042-A|/001A2B3C4D5E|10.0.0.1|80|192.168.100.200|65535|"; // I-03, line 21
    assert_eq!(
        lenient_reply(doubled, &[Deviation::Separator]),
        Reply::Address(address())
    );
    let bracket = b"A=IT 0042-A|00-1a-2b-3c-4d-5e|10.0.0.1|80|192.168.100.200|65535]|"; // I-05, line 36
    assert_eq!(
        lenient_reply(bracket, &[Deviation::Separator]),
        Reply::Address(address())
    );
    let slashes = lenient_reply(b"RTC=2026/11|21|08|/05|00|", &[Deviation::Separator]); // I-07, line 48
    assert_eq!(slashes, Reply::Clock(clock()));
    let slash = lenient_command(b"T=2026/11|21|08|05|00|", &[Deviation::Separator]); // I-08, line 85
    assert_eq!(slash, Command::SetClock(clock()));
    let slash = b"PW=7|1/night/2|22:30|127|0|0|16|0|0|2|"; // I-09, line 146
    assert_eq!(
        lenient_command(slash, &[Deviation::Separator]),
        Command::WriteRecord(record())
    );
}

#[test]
fn a_misprint_that_could_be_a_value_is_refused() {
    // I-06, line 191: in a line with free text only `|` separates.
    for mode in [Mode::Strict, Mode::Lenient] {
        assert!(Command::parse(b"C1=Amp left|2|15]|", mode).is_err());
    }
}

#[test]
fn a_dialect_changes_what_is_sent_and_nothing_else() {
    let dialect = Dialect {
        line_end: LineEnd::CrLf,
        year_separator: YearSeparator::Slash,
        name_padding: NamePadding::Blanks,
        ..Dialect::default()
    };
    let mut out = [0; 64];
    let len = Command::SetClock(clock()).encode(&dialect, &mut out).unwrap();
    assert_eq!(&out[..len], b"T=2026/11|21|08|05|00|\r\n");
    let config = OutletConfig {
        name: text("tv"),
        ..config()
    };
    let command = Command::SetConfig {
        outlet: outlet(3),
        config,
    };
    let len = command.encode(&dialect, &mut out).unwrap();
    assert_eq!(&out[..len], b"C3=tv      |2|15|\r\n");
    let error = command.encode(&dialect, &mut out[..len - 1]);
    assert_eq!(
        error,
        Err(WireError::Buffer {
            needed: len,
            available: len - 1
        })
    );
}
