//! Lines into the caller's buffer.

use core::net::Ipv4Addr;

use pdu_core::{LocalDateTime, TimeOfDay};

use super::{Dialect, Field, MAX_LINE, Text, WireError, YearSeparator};

/// What is written as one line.
pub(super) trait Line {
    /// Whether it may be sent.
    fn check(&self, dialect: Dialect) -> Result<(), WireError>;
    /// The line without its end.
    fn write(&self, dialect: Dialect, writer: &mut Writer<'_>);
}

/// Bytes of the line with its end.
pub(super) fn encoded_len(line: &impl Line, dialect: Dialect) -> usize {
    let mut counter = Writer { out: &mut [], len: 0 };
    line.write(dialect, &mut counter);
    counter.len + dialect.line_end.as_bytes().len()
}

/// What both [`Line`]s check: their fields, and that they are no longer than a line may be.
pub(super) fn check(line: &impl Line, dialect: Dialect) -> Result<(), WireError> {
    line.check(dialect)?;
    let found = encoded_len(line, dialect) - dialect.line_end.as_bytes().len();
    if found > MAX_LINE {
        return Err(WireError::LineTooLong { max: MAX_LINE, found });
    }
    Ok(())
}

/// Writes the line and its end to the front of `out` and returns its length.
pub(super) fn encode(line: &impl Line, dialect: Dialect, out: &mut [u8]) -> Result<usize, WireError> {
    check(line, dialect)?;
    let (needed, available) = (encoded_len(line, dialect), out.len());
    if available < needed {
        return Err(WireError::Buffer { needed, available });
    }
    let mut writer = Writer { out, len: 0 };
    line.write(dialect, &mut writer);
    writer.bytes(dialect.line_end.as_bytes());
    Ok(writer.len)
}

/// Writes what fits and counts all.
pub(super) struct Writer<'o> {
    out: &'o mut [u8],
    len: usize,
}

impl Writer<'_> {
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        if let Some(place) = self.out.get_mut(self.len..end) {
            place.copy_from_slice(bytes);
        }
        self.len = end;
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes(&[byte]);
    }

    /// In decimal, without zeros in front.
    pub(super) fn number(&mut self, number: u32) {
        let mut digits = [b'0'; 10];
        let (mut left, mut used) = (number, 0);
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (left % 10) as u8;
            left /= 10;
            used += 1;
            if left == 0 {
                break;
            }
        }
        self.bytes(digits.get(digits.len() - used..).unwrap_or_default());
    }

    /// `name`, a number and `=`.
    pub(super) fn key(&mut self, name: &[u8], number: u32) {
        self.bytes(name);
        self.number(number);
        self.byte(b'=');
    }

    /// A number and the separator behind it.
    pub(super) fn field(&mut self, number: u32) {
        self.number(number);
        self.byte(b'|');
    }

    /// Text and the separator behind it.
    pub(super) fn text(&mut self, text: &Text<'_>) {
        self.bytes(text.as_str().as_bytes());
        self.byte(b'|');
    }

    /// Of a number below 100, both digits.
    fn two_digits(&mut self, number: u8) {
        self.bytes(&[b'0' + number / 10 % 10, b'0' + number % 10]);
    }

    /// `00:1A:…|`
    pub(super) fn mac(&mut self, mac: [u8; 6]) {
        const DIGITS: [u8; 16] = *b"0123456789ABCDEF";
        for (index, octet) in mac.into_iter().enumerate() {
            if index > 0 {
                self.byte(b':');
            }
            for nibble in [octet >> 4, octet & 0xF] {
                self.byte(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'));
            }
        }
        self.byte(b'|');
    }

    /// `192.168.0.10|`
    pub(super) fn ipv4(&mut self, address: Ipv4Addr) {
        for (index, octet) in address.octets().into_iter().enumerate() {
            if index > 0 {
                self.byte(b'.');
            }
            self.number(octet.into());
        }
        self.byte(b'|');
    }

    /// `hh:min|`
    pub(super) fn time_of_day(&mut self, time: TimeOfDay) {
        self.two_digits(time.hour());
        self.byte(b':');
        self.two_digits(time.minute());
        self.byte(b'|');
    }

    /// `yyyy|mm|dd|hh|min|ss|`
    pub(super) fn clock(&mut self, clock: LocalDateTime, dialect: Dialect) {
        self.number(clock.year().into());
        self.byte(match dialect.year_separator {
            YearSeparator::Bar => b'|',
            YearSeparator::Slash => b'/',
        });
        for part in [clock.month(), clock.day(), clock.hour(), clock.minute(), clock.second()] {
            self.two_digits(part);
            self.byte(b'|');
        }
    }
}

/// Whether a number may be sent in a field from `min` to `max`.
pub(super) fn check_number(field: Field, found: impl Into<i64>, min: u32, max: u32) -> Result<(), WireError> {
    let found = found.into();
    if (i64::from(min)..=i64::from(max)).contains(&found) {
        return Ok(());
    }
    Err(WireError::Unsendable { field, min, max, found })
}

/// Whether text of so many characters may be sent.
pub(super) fn check_text(field: Field, text: &Text<'_>, max: usize) -> Result<(), WireError> {
    let found = text.as_str().len();
    if found > max {
        return Err(WireError::TextTooLong { field, max, found });
    }
    Ok(())
}

/// Whether a clock may be set to, or say, this: a year of four digits, from 2000 on.
pub(super) fn check_clock(clock: LocalDateTime) -> Result<(), WireError> {
    check_number(Field::Year, clock.year(), 2000, 9999)
}
