//! The data log of a 7-series unit.

use pdu_core::Quality;
use pdu_proto_7series::history::{Cell, Limits, Log, LogProfile, Reader, Row, Writer};

use crate::show;

const LIMITS: Limits = Limits {
    size: 1 << 16,
    rows: 64,
    columns: 16,
};

/// A log as a whole and row by row is the same; what it holds is within the limits; written again it reads as before.
pub fn log(text: &[u8]) {
    let profile = LogProfile::synthetic();
    let whole = Log::parse(text, &profile, LIMITS);
    let by_rows = Reader::new(text, &profile, LIMITS).and_then(|reader| reader.collect::<Result<Vec<Row>, _>>());
    let log = match (whole, by_rows) {
        (Ok(log), Ok(rows)) => {
            assert_eq!(log.rows(), rows);
            log
        }
        (Err(whole), Err(by_rows)) => {
            assert_eq!(whole, by_rows);
            return show(&whole);
        }
        (whole, by_rows) => panic!("{whole:?} as a whole, {by_rows:?} row by row"),
    };
    let columns: Vec<_> = log.columns().collect();
    assert!(log.rows().len() <= LIMITS.rows && columns.len() < LIMITS.columns);
    for row in log.rows() {
        assert_eq!(row.cells.len(), columns.len());
        for reading in log.readings(row) {
            assert_eq!(reading.value.is_some(), reading.quality == Quality::Good, "{reading}");
        }
    }
    comes_back(&log, &columns, &profile);
}

fn comes_back(log: &Log, columns: &[&str], profile: &LogProfile) {
    let mut writer = Writer::new(profile, columns);
    for row in log.rows() {
        let mut values = Vec::new();
        for cell in &row.cells {
            values.push(match cell {
                Cell::Empty => None,
                Cell::Number(number) => Some(*number),
                Cell::Text(_) => return, // only units write such
            });
        }
        assert!(writer.row(row.stamp, values), "a stamp that was read: {:?}", row.stamp);
    }
    let text = writer.finish();
    let again = Log::parse(&text, profile, Limits::default());
    assert_eq!(again.as_ref(), Ok(log), "{}", text.escape_ascii());
}
