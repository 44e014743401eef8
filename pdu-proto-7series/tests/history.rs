//! The data log: how profiles say what it is, and what is read of it.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::{Component, Decimal, LocalDateTime, Quality, Quantity, Reading, Statistic, Value};
use pdu_proto_7series::history::{
    Cell, HistoryError, HistoryErrorKind, Limits, Log, LogProfile, Reader, Row, Stamp, Writer,
};
use proptest::prelude::*;

fn profile(text: &str) -> LogProfile {
    toml::from_str(text).unwrap()
}

/// As a spreadsheet of some country would have it.
fn european() -> LogProfile {
    profile(
        r#"
            delimiter = ";"
            stamp = "Uhrzeit"
            wall = "%d.%m.%Y %H:%M"
            [[columns]]
            name = "Temp"
            component = "sensor"
            number = 2
            quantity = "temperature"
            statistic = "max"
        "#,
    )
}

fn parse(text: &str) -> Result<Log, HistoryError> {
    Log::parse(text.as_bytes(), &LogProfile::synthetic(), Limits::default())
}

fn error(text: &str) -> (u64, usize, HistoryErrorKind) {
    let HistoryError { line, column, kind, .. } = parse(text).unwrap_err();
    (line, column, kind)
}

fn wall(text: &str) -> Stamp {
    Stamp::Wall(text.parse().unwrap())
}

fn since_boot(seconds: u64) -> Stamp {
    Stamp::SinceBoot(Duration::from_secs(seconds))
}

fn number(text: &str) -> Cell {
    Cell::Number(text.parse().unwrap())
}

#[test]
fn stamps_of_both_kinds_are_told_apart() {
    let log = parse("Time,Amps-A\n15,1.0\n75,1.1\n2026-11-21 08:00:00,1.2\n").unwrap();
    let stamps: Vec<Stamp> = log.rows().iter().map(|row| row.stamp).collect();
    assert_eq!(stamps, [since_boot(15), since_boot(75), wall("2026-11-21T08:00:00")]);
}

#[test]
fn columns_may_stand_in_any_order_and_unknown_ones_are_kept() {
    let log = parse("Cabinet,Amps-A,Time,RealPower-Total\nleft,1.0,15,230\n\"a, b\",,75,n/a\n").unwrap();
    assert_eq!(
        log.columns().collect::<Vec<_>>(),
        ["Cabinet", "Amps-A", "RealPower-Total"]
    );
    let [first, second] = log.rows() else {
        panic!("two rows")
    };
    assert_eq!(first.cells, [Cell::Text("left".into()), number("1.0"), number("230")]);
    assert_eq!(
        second.cells,
        [Cell::Text("a, b".into()), Cell::Empty, Cell::Text("n/a".into())]
    );
    assert_eq!(log.cell(second, "Cabinet"), Some(&Cell::Text("a, b".into())));
    assert_eq!(log.cell(second, "Rack"), None);
}

#[test]
fn what_is_empty_or_no_number_is_a_reading_without_a_value() {
    let log = parse("Time,Amps-A,RealPower-Total\n15,,over\n").unwrap();
    let readings: Vec<Reading> = log.readings(&log.rows()[0]).collect();
    assert_eq!(readings.len(), 2);
    for reading in readings {
        assert_eq!((reading.value, reading.quality), (None, Quality::Unavailable));
    }
}

#[test]
fn values_are_exact_and_in_the_unit_of_their_quantity() {
    let log = parse("Time,KWatt-hrs-Total,Pwr-Factor%-A\n15,1800.120,97\n").unwrap();
    let readings: Vec<Reading> = log.readings(&log.rows()[0]).collect();
    let gauge = |text: &str| Some(Value::Gauge(text.parse().unwrap()));
    assert_eq!(readings[0].quantity, Quantity::ActiveEnergy);
    assert_eq!(readings[0].value, gauge("1800120"));
    assert_eq!(readings[1].value, gauge("0.97"));
    assert_eq!(readings[1].to_string(), "unit0.inlet1.L1 power_factor 0.97");
}

#[test]
fn a_profile_says_how_the_table_is_written() {
    let text = b"\xEF\xBB\xBFTemp;Uhrzeit\r\n25.95; 1.2.2026 8:05\r\n";
    let log = Log::parse(text, &european(), Limits::default()).unwrap();
    let [row] = log.rows() else { panic!("one row") };
    assert_eq!(row.stamp, wall("2026-02-01T08:05:00"));
    let reading = log.readings(row).next().unwrap();
    assert_eq!(
        (reading.point.component, reading.point.number, reading.statistic),
        (Component::Sensor, 2, Statistic::Max)
    );
    assert_eq!(reading.value, Some(Value::Gauge(Decimal::new(2595, -2))));
}

#[test]
fn a_log_without_names_has_the_columns_of_the_profile_in_their_order() {
    let profile = profile(
        r#"
            header = "absent"
            stamp = "Time"
            since_boot = "%s"
            columns = [{ name = "A", quantity = "current" }, { name = "W", quantity = "active_power" }]
        "#,
    );
    let log = Log::parse(b"60,1.5,345\n120,1.6,350", &profile, Limits::default()).unwrap();
    assert_eq!(log.columns().collect::<Vec<_>>(), ["A", "W"]);
    assert_eq!(log.rows()[1].cells, [number("1.6"), number("350")]);
    let short = Log::parse(b"60,1.5", &profile, Limits::default()).unwrap_err();
    assert_eq!(
        (short.line, short.kind),
        (1, HistoryErrorKind::Fields { expected: 3, found: 2 })
    );
}

#[test]
fn what_is_wrong_is_named_with_line_and_column() {
    let name = |name: &str| name.to_owned();
    let stamp = |text: &str| HistoryErrorKind::Stamp { text: text.to_owned() };
    assert_eq!(error(""), (1, 0, HistoryErrorKind::Empty));
    assert_eq!(
        error("Amps-A\n1\n"),
        (1, 0, HistoryErrorKind::NoStampColumn { name: name("Time") })
    );
    assert_eq!(
        error("A,Time,A\n"),
        (1, 3, HistoryErrorKind::SecondColumn { name: name("A") })
    );
    assert_eq!(
        error("Time,A,Time\n"),
        (1, 3, HistoryErrorKind::SecondColumn { name: name("Time") })
    );
    assert_eq!(
        error("Time,A\n15,1\n30\n"),
        (3, 0, HistoryErrorKind::Fields { expected: 2, found: 1 })
    );
    assert_eq!(error("A,Time\n1,15\n2,soon\n"), (3, 2, stamp("soon")));
    assert_eq!(
        error("# a\n\nTime,A\n2026-02-30 08:00:00,1\n"),
        (4, 1, stamp("2026-02-30 08:00:00"))
    );
    assert_eq!(error("Time,A\n-5,1\n"), (2, 1, stamp("-5")));
    let shown = parse("Time\n\u{1b}[2J\n").unwrap_err().to_string();
    assert_eq!(
        shown,
        r#"log, line 2, column 1: "\u{1b}[2J" is no stamp as the profile has them"#
    );
}

#[test]
fn octets_that_are_no_utf8_are_named_with_their_place() {
    let text = b"Time,A\n15,1\n30,\xFF\n";
    let error = Log::parse(text, &LogProfile::synthetic(), Limits::default()).unwrap_err();
    assert_eq!(
        (error.line, error.column, error.kind),
        (3, 2, HistoryErrorKind::Encoding)
    );
}

#[test]
fn more_than_the_limits_is_an_error_and_never_a_shorter_log() {
    let text = b"Time,A\n15,1\n30,2\n";
    let with = |limits| Log::parse(text, &LogProfile::synthetic(), limits).map_err(|error| error.kind);
    let limits = Limits {
        size: text.len(),
        rows: 2,
        columns: 2,
    };
    assert_eq!(with(limits).unwrap().rows().len(), 2);
    let limit = text.len() - 1;
    let too_long = HistoryErrorKind::Size {
        size: text.len(),
        limit,
    };
    assert_eq!(with(Limits { size: limit, ..limits }), Err(too_long));
    assert_eq!(
        with(Limits { rows: 1, ..limits }),
        Err(HistoryErrorKind::Rows { limit: 1 })
    );
    let too_wide = HistoryErrorKind::Columns { found: 2, limit: 1 };
    assert_eq!(with(Limits { columns: 1, ..limits }), Err(too_wide));
}

#[test]
fn rows_before_an_error_can_be_had_and_nothing_after_it() {
    let profile = LogProfile::synthetic();
    let mut reader = Reader::new(b"Time,A\n15,1\n?,2\n45,3\n", &profile, Limits::default()).unwrap();
    assert!(matches!(
        reader.next(),
        Some(Ok(Row {
            stamp: Stamp::SinceBoot(_),
            ..
        }))
    ));
    assert!(matches!(reader.next(), Some(Err(_))));
    assert!(reader.next().is_none());
}

#[test]
fn a_section_that_describes_no_log_is_refused_by_name() {
    const SECONDS: &str = "stamp = \"T\"\nsince_boot = \"%s\"\n";
    let refused = |text: &str, said: &str| {
        let message = toml::from_str::<LogProfile>(text).unwrap_err().to_string();
        assert!(message.contains(said), "{text}: {message}");
    };
    refused("stamp = \"T\"", "no format of stamps");
    refused("stamp = \"T\"\nwall = \"%H:%M\"", "wall \"%H:%M\": neither %s");
    refused(
        "stamp = \"T\"\nwall = \"%s\"",
        "wall \"%s\": a format of the other kind of stamp",
    );
    refused("since_boot = \"%s\"", "missing field `stamp`");
    for (rest, said) in [
        ("delimiter = \"ab\"", "delimiter \"ab\": one ASCII character"),
        ("delimiter = \"1\"", "delimiter \"1\": one ASCII character"),
        (
            "delimiter = \"#\"\ncomment = \"#\"",
            "comment \"#\": one ASCII character",
        ),
        ("colour = 1", "unknown field `colour`"),
        (
            "columns = [{ name = \"W\", quantity = \"power\" }]",
            "column \"W\": not a quantity; known are",
        ),
        (
            "columns = [{ name = \"W\", quantity = \"current\", number = 0 }]",
            "column \"W\": number 0",
        ),
        (
            "columns = [{ name = \"T\", quantity = \"current\" }]",
            "a second column \"T\"",
        ),
    ] {
        refused(&format!("{SECONDS}{rest}"), said);
    }
}

fn any_stamp() -> impl Strategy<Value = Stamp> {
    let date = (1..=9999_u16, 1..=12_u8, 1..=28_u8, 0..24_u8, 0..60_u8, 0..60_u8);
    let wall = date.prop_map(|(year, month, day, hour, minute, second)| {
        Stamp::Wall(LocalDateTime::new(year, month, day, hour, minute, second).unwrap())
    });
    prop_oneof![wall, (0..=9_999_999_999_u64).prop_map(since_boot)]
}

fn any_value() -> impl Strategy<Value = Option<Decimal>> {
    proptest::option::of((any::<i64>(), -20..=0_i8).prop_map(|(mantissa, exponent)| Decimal::new(mantissa, exponent)))
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        names in proptest::collection::btree_set("[!-~&&[^T]]([ -~]{0,12}[!-~])?", 0..6),
        rows in proptest::collection::vec((any_stamp(), proptest::collection::vec(any_value(), 6)), 0..12),
    ) {
        let profile = LogProfile::synthetic();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut writer = Writer::commented(&profile, &names, "synthetic\nlog");
        for (stamp, values) in &rows {
            prop_assert!(writer.row(*stamp, values.iter().copied()));
        }
        let text = writer.finish();
        prop_assert!(text.starts_with(b"# synthetic log\n"));
        let log = Log::parse(&text, &profile, Limits::default()).unwrap();
        prop_assert_eq!(log.columns().collect::<Vec<_>>(), names.clone());
        prop_assert_eq!(log.rows().len(), rows.len());
        for (read, (stamp, values)) in log.rows().iter().zip(rows) {
            prop_assert_eq!(read.stamp, stamp);
            let cells = values.into_iter().take(names.len());
            let cells: Vec<Cell> = cells.map(|value| value.map_or(Cell::Empty, Cell::Number)).collect();
            prop_assert_eq!(&read.cells, &cells);
        }
    }

    #[test]
    fn nothing_that_comes_makes_it_panic(
        text in proptest::collection::vec(any::<u8>(), 0..400),
        rows in "(Time|,|\"|\n|1|#|-|:| )*",
    ) {
        let _ = Log::parse(&text, &LogProfile::synthetic(), Limits::default());
        let _ = Log::parse(rows.as_bytes(), &LogProfile::synthetic(), Limits::default());
        let _ = Log::parse(rows.as_bytes(), &european(), Limits::default());
    }
}
