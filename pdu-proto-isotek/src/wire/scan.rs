//! The leaves of a line, for nom to put together: fields, what separates them, and which leniency that takes.
//!
//! A line is read strictly first, and again leniently only if that fails. So what is strict never has a deviation.
//!
//! nom keeps the order of the fields readable, one line each. The leaves are written by hand, since they must say which field
//! they were in, where, and what they expected.

use core::cell::Cell;

use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Offset, Parser};
use pdu_core::{Decimal, Mode};

use super::framing::is_blank;
use super::{Channel, Deviation, Deviations, Expected, Field, MAX_LINE, Outlet, OutletState, Parsed, Text, WireError};

pub(super) type Bytes<'l> = &'l [u8];
pub(super) type Read<'l, T> = IResult<Bytes<'l>, T, Refusal>;

/// What nom hands up: the error of the leaf that refused.
pub(super) struct Refusal(WireError);

/// Only nom's own leaves make an error of their own, and none is used here.
impl ParseError<Bytes<'_>> for Refusal {
    fn from_error_kind(_: Bytes<'_>, _: ErrorKind) -> Self {
        Self(WireError::NotStatus)
    }

    fn append(_: Bytes<'_>, _: ErrorKind, first: Self) -> Self {
        first
    }
}

/// A line that is being read.
pub(super) struct Scan<'l> {
    line: Bytes<'l>,
    mode: Mode,
    deviations: Cell<Deviations>,
}

impl<'l> Scan<'l> {
    pub(super) fn new(line: Bytes<'l>, mode: Mode) -> Result<Self, WireError> {
        if line.len() > MAX_LINE {
            return Err(WireError::LineTooLong {
                max: MAX_LINE,
                found: line.len(),
            });
        }
        Ok(Self {
            line,
            mode,
            deviations: Cell::default(),
        })
    }

    pub(super) fn line(&self) -> Bytes<'l> {
        self.line
    }

    pub(super) fn is_lenient(&self) -> bool {
        self.mode == Mode::Lenient
    }

    pub(super) fn note(&self, deviation: Deviation) {
        let mut deviations = self.deviations.get();
        deviations.insert(deviation);
        self.deviations.set(deviations);
    }

    pub(super) fn parsed<T>(&self, value: T) -> Parsed<T> {
        Parsed {
            value,
            deviations: self.deviations.get(),
        }
    }

    /// The line, leniently without the blanks at its ends.
    pub(super) fn trimmed(&self) -> Bytes<'l> {
        let line = self.after_blanks(self.line);
        self.before_blanks(line)
    }

    /// What stands before the first `=`, and what behind it.
    pub(super) fn key(&self) -> Result<(Bytes<'l>, Bytes<'l>), WireError> {
        let line = self.after_blanks(self.line);
        let end = line.iter().position(|&byte| byte == b'=');
        let Some((key, [_, value @ ..])) = end.and_then(|end| line.split_at_checked(end)) else {
            return Err(self.unexpected(Field::Key, line, Expected::Key));
        };
        Ok((self.before_blanks(key), value))
    }

    /// The value of a line, read by `parser` to its end.
    pub(super) fn whole<T>(
        &self,
        mut parser: impl Parser<Bytes<'l>, Output = T, Error = Refusal>,
        value: Bytes<'l>,
    ) -> Result<T, WireError> {
        match parser.parse(value) {
            Ok(([], value)) => Ok(value),
            Ok((rest, _)) => Err(self.unexpected(Field::Line, rest, Expected::End)),
            Err(nom::Err::Error(refusal) | nom::Err::Failure(refusal)) => Err(refusal.0),
            Err(nom::Err::Incomplete(_)) => Err(self.unexpected(Field::Line, &[], Expected::Separator)),
        }
    }

    pub(super) fn unexpected(&self, field: Field, at: Bytes<'l>, expected: Expected) -> WireError {
        WireError::Unexpected {
            field,
            offset: self.offset(at),
            expected,
            found: at.first().copied(),
        }
    }

    /// Where in the line these bytes of it begin.
    pub(super) fn offset(&self, at: Bytes<'l>) -> usize {
        self.line.offset(at)
    }

    fn after_blanks(&self, bytes: Bytes<'l>) -> Bytes<'l> {
        let blanks = bytes.iter().take_while(|&&byte| is_blank(byte)).count();
        match bytes.split_at_checked(blanks) {
            Some((_, rest)) if blanks > 0 && self.is_lenient() => {
                self.note(Deviation::Blanks);
                rest
            }
            _ => bytes,
        }
    }

    fn before_blanks(&self, bytes: Bytes<'l>) -> Bytes<'l> {
        let blanks = bytes.iter().rev().take_while(|&&byte| is_blank(byte)).count();
        match bytes.split_at_checked(bytes.len() - blanks) {
            Some((rest, _)) if blanks > 0 && self.is_lenient() => {
                self.note(Deviation::Blanks);
                rest
            }
            _ => bytes,
        }
    }
}

/// A field's content: reads it off the front.
pub(super) trait Leaf<'l, T>: Fn(&Scan<'l>, Field, Bytes<'l>) -> Read<'l, T> {}

impl<'l, T, F: Fn(&Scan<'l>, Field, Bytes<'l>) -> Read<'l, T>> Leaf<'l, T> for F {}

/// Which separator stands behind a field.
#[derive(Clone, Copy)]
pub(super) enum Separator {
    /// `|`
    Bar,
    /// `|`, or leniently `/`, as line 146 has it behind `type`.
    BarOrSlash,
    /// `|`, or leniently `/`, `|/` or `]|`, as the lines without free text are misprinted.
    Loose,
    /// `|`, or leniently nothing at the end of the line.
    Last,
    /// As [`Loose`](Self::Loose) and [`Last`](Self::Last).
    LooseLast,
    /// None: the line ends.
    None,
}

impl<'l> Scan<'l> {
    /// A field of `leaf` and the separator behind it, leniently with blanks around both.
    pub(super) fn field<T>(
        &self,
        field: Field,
        leaf: impl Leaf<'l, T>,
        separator: Separator,
    ) -> impl Parser<Bytes<'l>, Output = T, Error = Refusal> {
        move |input| {
            let (rest, value) = leaf(self, field, self.after_blanks(input))?;
            let (rest, ()) = self.separator(field, separator, self.after_blanks(rest))?;
            Ok((rest, value))
        }
    }

    /// A field of free text of at most `max` characters and the `|` behind it. Its blanks are its own.
    pub(super) fn text(&self, field: Field, max: usize) -> impl Parser<Bytes<'l>, Output = Text<'l>, Error = Refusal> {
        move |input| {
            let (run, _) = span(input, |byte| byte != b'|');
            if run.len() > max {
                return refuse(WireError::FieldTooLong {
                    field,
                    offset: self.offset(input),
                    max,
                    found: run.len(),
                });
            }
            let (rest, text) = text_of(self, field, input, run.len())?;
            let (rest, ()) = self.separator(field, Separator::Bar, rest)?;
            Ok((rest, text))
        }
    }

    fn separator(&self, field: Field, separator: Separator, input: Bytes<'l>) -> Read<'l, ()> {
        use Separator::{Bar, BarOrSlash, Last, Loose, LooseLast, None};

        let (rest, deviation) = match (separator, input) {
            (None, []) => return Ok((input, ())),
            (None, _) => return refuse(self.unexpected(field, input, Expected::End)),
            (Loose | LooseLast, [b'|', b'/', rest @ ..] | [b']', b'|', rest @ ..] | [b'/', rest @ ..])
            | (BarOrSlash, [b'/', rest @ ..]) => (rest, Some(Deviation::Separator)),
            (Last | LooseLast, []) => (input, Some(Deviation::FinalSeparator)),
            (Bar | BarOrSlash | Loose | Last | LooseLast, [b'|', rest @ ..]) => (rest, Option::None),
            _ => return refuse(self.unexpected(field, input, Expected::Separator)),
        };
        match deviation {
            Some(_) if !self.is_lenient() => return refuse(self.unexpected(field, input, Expected::Separator)),
            Some(deviation) => self.note(deviation),
            Option::None => {}
        }
        let is_last = matches!(separator, Last | LooseLast);
        Ok((if is_last { self.after_blanks(rest) } else { rest }, ()))
    }
}

pub(super) fn refuse<'l, T>(error: WireError) -> Read<'l, T> {
    Err(nom::Err::Error(Refusal(error)))
}

/// The first `len` bytes as text.
pub(super) fn text_of<'l>(scan: &Scan<'l>, field: Field, input: Bytes<'l>, len: usize) -> Read<'l, Text<'l>> {
    let (run, rest) = input.split_at_checked(len).unwrap_or((input, &[]));
    match Text::from_bytes(field, run) {
        Ok(text) => Ok((rest, text)),
        Err(WireError::Text { offset, .. }) => {
            let at = input.get(offset..).unwrap_or_default();
            refuse(scan.unexpected(field, at, Expected::Text))
        }
        Err(error) => refuse(error),
    }
}

/// A number of 1 to `max` digits.
pub(super) fn digits<'l>(max: usize) -> impl Leaf<'l, u32> {
    move |scan: &Scan<'l>, field, input| {
        let (run, rest) = span(input, |byte| byte.is_ascii_digit());
        match run.len() {
            0 => refuse(scan.unexpected(field, input, Expected::Digit)),
            found if found > max => refuse(WireError::FieldTooLong {
                field,
                offset: scan.offset(input),
                max,
                found,
            }),
            _ => Ok((rest, number(run))),
        }
    }
}

/// The same for numbers that fit 16 bits: at most 4 digits.
pub(super) fn short<'l>(max: usize) -> impl Leaf<'l, u16> {
    move |scan: &Scan<'l>, field, input| {
        let (rest, value) = digits(max.min(4))(scan, field, input)?;
        Ok((rest, u16::try_from(value).unwrap_or(u16::MAX)))
    }
}

/// A number of 1 to `max` digits from `low` to `high`.
pub(super) fn ranged<'l, T: TryFrom<u32> + Into<u32> + Copy>(max: usize, low: T, high: T) -> impl Leaf<'l, T> {
    move |scan: &Scan<'l>, field, input| {
        let (rest, found) = digits(max)(scan, field, input)?;
        let (min, max) = (low.into(), high.into());
        match T::try_from(found) {
            Ok(value) if (min..=max).contains(&found) => Ok((rest, value)),
            _ => refuse(WireError::OutOfRange {
                field,
                offset: scan.offset(input),
                min,
                max,
                found,
            }),
        }
    }
}

/// One digit, and what it means.
pub(super) fn choice<'l, T: Copy>(choices: &'static [(u8, T)], expected: Expected) -> impl Leaf<'l, T> {
    move |scan: &Scan<'l>, field, input| {
        let found = input
            .split_first()
            .and_then(|(first, rest)| Some((rest, choices.iter().find(|(digit, _)| digit == first)?.1)));
        found.map_or_else(|| refuse(scan.unexpected(field, input, expected)), Ok)
    }
}

/// s: 0 or 1.
pub(super) fn bit<'l>() -> impl Leaf<'l, OutletState> {
    choice(&[(b'0', OutletState::Off), (b'1', OutletState::On)], Expected::Bit)
}

/// The number of an outlet as a field: no letters, whatever the mode.
pub(super) fn outlet<'l>(scan: &Scan<'l>, field: Field, input: Bytes<'l>) -> Read<'l, Outlet> {
    let (run, rest) = span(input, |byte| byte.is_ascii_digit());
    match index(scan, field, run) {
        Ok(outlet) => Ok((rest, outlet)),
        Err(_) if run.is_empty() => refuse(scan.unexpected(field, input, Expected::Digit)),
        Err(error) => refuse(error),
    }
}

/// The number of an outlet, 1 to 16, without zeros in front; leniently with letters for digits.
pub(super) fn index(scan: &Scan<'_>, field: Field, digits: Bytes<'_>) -> Result<Outlet, WireError> {
    let found = index_number(scan, field, digits)?;
    let outlet = u8::try_from(found).ok().and_then(Outlet::new);
    outlet.ok_or_else(|| out_of_index(scan, field, digits, 1, found))
}

/// The number of a channel, 0 to 16, likewise.
pub(super) fn channel_index(scan: &Scan<'_>, digits: Bytes<'_>) -> Result<Channel, WireError> {
    let field = Field::ChannelIndex;
    let found = index_number(scan, field, digits)?;
    let channel = u8::try_from(found).ok().and_then(Channel::new);
    channel.ok_or_else(|| out_of_index(scan, field, digits, 0, found))
}

fn out_of_index(scan: &Scan<'_>, field: Field, digits: Bytes<'_>, min: u32, found: u32) -> WireError {
    WireError::OutOfRange {
        field,
        offset: scan.line.offset(digits),
        min,
        max: Outlet::MAX.into(),
        found,
    }
}

fn index_number(scan: &Scan<'_>, field: Field, digits: Bytes<'_>) -> Result<u32, WireError> {
    let offset = scan.line.offset(digits);
    let number = digits.iter().enumerate().try_fold(0_u32, |number, (at, &byte)| {
        let digit = index_digit(scan, byte).ok_or(WireError::Unexpected {
            field,
            offset: offset + at,
            expected: Expected::Digit,
            found: Some(byte),
        })?;
        Ok(number.saturating_mul(10).saturating_add(digit))
    })?;
    match digits {
        [_] => Ok(number),
        [first, ..] if index_digit(scan, *first) != Some(0) => Ok(number),
        _ => Err(WireError::Unexpected {
            field,
            offset,
            expected: Expected::NoLeadingZero,
            found: digits.first().copied(),
        }),
    }
}

/// The number of a record: 1 to 3 digits; leniently with letters for digits.
pub(super) fn record_index(scan: &Scan<'_>, digits: Bytes<'_>) -> Result<u16, WireError> {
    const MAX_DIGITS: usize = 3;
    let offset = scan.line.offset(digits);
    if digits.len() > MAX_DIGITS {
        return Err(WireError::FieldTooLong {
            field: Field::RecordIndex,
            offset,
            max: MAX_DIGITS,
            found: digits.len(),
        });
    }
    digits.iter().enumerate().try_fold(0_u16, |number, (at, &byte)| {
        let digit = index_digit(scan, byte).ok_or(WireError::Unexpected {
            field: Field::RecordIndex,
            offset: offset + at,
            expected: Expected::Digit,
            found: Some(byte),
        })?;
        Ok(number
            .saturating_mul(10)
            .saturating_add(u16::try_from(digit).unwrap_or(0)))
    })
}

/// Whether this can only be meant as a number: digits, and letters that were misread for digits.
pub(super) fn is_index(bytes: &[u8]) -> bool {
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'O' | b'o' | b'l' | b'I');
    !bytes.is_empty() && bytes.iter().all(is_digit)
}

fn index_digit(scan: &Scan<'_>, byte: u8) -> Option<u32> {
    let digit = match byte {
        b'0'..=b'9' => return Some(u32::from(byte - b'0')),
        b'O' | b'o' => 0,
        b'l' | b'I' => 1,
        _ => return None,
    };
    scan.is_lenient().then(|| {
        scan.note(Deviation::IndexLetter);
        digit
    })
}

/// Volts or watts of 1 to `max` digits; leniently with a fraction of 1 to 3 digits.
pub(super) fn decimal<'l>(max: usize) -> impl Leaf<'l, Decimal> {
    const MAX_FRACTION: usize = 3;
    move |scan: &Scan<'l>, field, input| {
        let (rest, whole) = digits(max)(scan, field, input)?;
        let [b'.', fraction @ ..] = rest else {
            return Ok((rest, Decimal::new(whole.into(), 0)));
        };
        if !scan.is_lenient() {
            return refuse(scan.unexpected(field, rest, Expected::Separator));
        }
        let (rest, _) = digits(MAX_FRACTION)(scan, field, fraction)?;
        let (run, _) = span(fraction, |byte| byte.is_ascii_digit());
        let mantissa = run.iter().fold(i64::from(whole), |sum, digit| {
            sum.saturating_mul(10).saturating_add((digit - b'0').into())
        });
        scan.note(Deviation::Fraction);
        let places = i8::try_from(run.len()).unwrap_or(0);
        Ok((rest, Decimal::new(mantissa, -places)))
    }
}

/// A leaf's value, and where it stands.
pub(super) fn located<'l, T>(leaf: impl Leaf<'l, T>) -> impl Leaf<'l, (usize, T)> {
    move |scan: &Scan<'l>, field, input| {
        let (rest, value) = leaf(scan, field, input)?;
        Ok((rest, (scan.offset(input), value)))
    }
}

/// The bytes at the front that belong, and the others.
pub(super) fn span(bytes: Bytes<'_>, belongs: impl Fn(u8) -> bool) -> (Bytes<'_>, Bytes<'_>) {
    let len = bytes.iter().take_while(|&&byte| belongs(byte)).count();
    bytes.split_at_checked(len).unwrap_or((bytes, &[]))
}

/// What a run of digits says; `u32::MAX` if that is more.
fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0_u32, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(u32::from(digit.wrapping_sub(b'0')))
    })
}

/// A line without its control bytes, where there were any.
pub(super) struct Cleaned {
    bytes: [u8; MAX_LINE],
    len: usize,
}

impl Cleaned {
    /// Nothing if there was no control byte. A line that is too long is left as it is.
    pub(super) fn new(line: &[u8]) -> Option<Self> {
        let is_control = |byte: u8| byte < 0x20 && byte != b'\t';
        if line.len() > MAX_LINE || !line.iter().any(|&byte| is_control(byte)) {
            return None;
        }
        let mut cleaned = Self {
            bytes: [0; MAX_LINE],
            len: 0,
        };
        let kept = line.iter().copied().filter(|&byte| !is_control(byte));
        for (place, byte) in cleaned.bytes.iter_mut().zip(kept) {
            *place = byte;
            cleaned.len += 1;
        }
        Some(cleaned)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
