//! `yyyy|mm|dd|hh|min|ss|`, of `T=` and `RTC=`. Source: lines 48 and 59 to 69, 85 to 95.

use nom::Parser;
use pdu_core::{LocalDateTime, TimeOfDay};

use super::scan::{Bytes, Read, Refusal, Scan, Separator, digits, located, ranged, refuse};
use super::{Expected, Field, WireError};

/// A date and time that exist, from 2000 on. Leniently with the separators that lines 48 and 85 have.
pub(super) fn clock<'l>(scan: &Scan<'l>) -> impl Parser<Bytes<'l>, Output = LocalDateTime, Error = Refusal> {
    move |input| {
        let (rest, (year, month, (day_offset, day), hour, minute, second)) = (
            scan.field(Field::Year, year, Separator::Loose),
            scan.field(Field::Month, ranged(2, 1_u8, 12), Separator::Loose),
            scan.field(Field::Day, located(ranged(2, 1_u8, 31)), Separator::Loose),
            scan.field(Field::Hour, ranged(2, 0_u8, 23), Separator::Loose),
            scan.field(Field::Minute, ranged(2, 0_u8, 59), Separator::Loose),
            scan.field(Field::Second, ranged(2, 0_u8, 59), Separator::LooseLast),
        )
            .parse(input)?;
        match LocalDateTime::new(year, month, day, hour, minute, second) {
            Some(clock) => Ok((rest, clock)),
            None => refuse(WireError::OutOfRange {
                field: Field::Day,
                offset: day_offset,
                min: 1,
                max: last_day(year, month).into(),
                found: day.into(),
            }),
        }
    }
}

/// Exactly four digits, from 2000 on.
fn year<'l>(scan: &Scan<'l>, field: Field, input: Bytes<'l>) -> Read<'l, u16> {
    let (rest, _) = digits(4)(scan, field, input)?;
    if input.len() - rest.len() < 4 {
        return refuse(scan.unexpected(field, rest, Expected::Digit));
    }
    ranged(4, 2000_u16, 9999)(scan, field, input)
}

fn last_day(year: u16, month: u8) -> u8 {
    let exists = |day: &u8| LocalDateTime::new(year, month, *day, 0, 0, 0).is_some();
    (28..=31).rev().find(exists).unwrap_or(31)
}

/// `hh:min` of a record.
pub(super) fn time_of_day<'l>(scan: &Scan<'l>, _: Field, input: Bytes<'l>) -> Read<'l, TimeOfDay> {
    let (rest, hour) = ranged(2, 0_u8, 23)(scan, Field::Hour, input)?;
    let [b':', rest @ ..] = rest else {
        return refuse(scan.unexpected(Field::Hour, rest, Expected::Colon));
    };
    let (rest, minute) = ranged(2, 0_u8, 59)(scan, Field::Minute, rest)?;
    match TimeOfDay::new(hour, minute) {
        Some(time) => Ok((rest, time)),
        None => refuse(scan.unexpected(Field::Hour, input, Expected::Digit)),
    }
}
