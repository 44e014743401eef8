//! A cursor in one line: what every screen, banner and typed line is read with.

use core::net::Ipv4Addr;

use pdu_core::{Decimal, LocalDateTime, Mode};

use super::text::{find, is_printable, is_wsp};
use super::{ACCOUNT_PROMPT, Deviation, Deviations, Expected, Fault, Found, PROMPT};

pub(super) type Scan<T> = Result<T, Fault>;

/// A place in a line.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    line: &'a [u8],
    at: usize,
    mode: Mode,
    pub(super) deviations: Deviations,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a [u8], mode: Mode) -> Self {
        Self {
            line,
            at: 0,
            mode,
            deviations: Deviations::default(),
        }
    }

    pub(super) fn is_lenient(&self) -> bool {
        self.mode == Mode::Lenient
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.line.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    /// What is wrong here: the octet, or that there is none.
    pub(super) fn fault(&self, expected: Expected) -> Fault {
        Fault {
            offset: self.at,
            expected,
            found: self.peek().map_or(Found::End, Found::Octet),
        }
    }

    /// This text. Lenient mode takes it in any case, after blanks, and with more blanks where it has one.
    pub(super) fn literal(&mut self, text: &'static str) -> Scan<()> {
        if self.rest().starts_with(text.as_bytes()) {
            self.at += text.len();
            return Ok(());
        }
        let mut loose = *self;
        if self.is_lenient() && loose.loosely(text) {
            *self = loose;
            return Ok(());
        }
        Err(self.fault(Expected::Text(text)))
    }

    fn loosely(&mut self, text: &str) -> bool {
        if !text.starts_with(' ') {
            self.skip_odd_blanks();
        }
        for wanted in text.bytes() {
            match wanted {
                b' ' if self.blanks() == 0 => return false,
                b' ' => continue,
                b'.' if self.blanks() > 0 => self.deviations.insert(Deviation::BlankBeforeDot),
                b':' => self.skip_odd_blanks(),
                _ => {}
            }
            let Some(byte) = self.peek() else { return false };
            if byte != wanted {
                if !byte.eq_ignore_ascii_case(&wanted) {
                    return false;
                }
                self.deviations.insert(Deviation::Case);
            }
            self.at += 1;
        }
        true
    }

    /// Any blanks, as the grammar allows them here; more than one of them is a deviation in no mode.
    pub(super) fn skip_blanks(&mut self) {
        while self.peek().is_some_and(is_wsp) {
            self.at += 1;
        }
    }

    /// At least one blank, as the grammar has it between two values.
    pub(super) fn gap(&mut self) -> Scan<()> {
        if !self.peek().is_some_and(is_wsp) {
            return Err(self.fault(Expected::Blank));
        }
        self.skip_blanks();
        Ok(())
    }

    /// Blanks that only lenient mode takes.
    fn skip_odd_blanks(&mut self) {
        if self.is_lenient() && self.peek().is_some_and(is_wsp) {
            self.skip_blanks();
            self.deviations.insert(Deviation::Blanks);
        }
    }

    /// How many blanks were skipped; more than one, or a tabulator, is a deviation.
    fn blanks(&mut self) -> usize {
        let start = self.at;
        self.skip_blanks();
        let skipped = self.line.get(start..self.at).unwrap_or_default();
        if !matches!(skipped, b"" | b" ") {
            self.deviations.insert(Deviation::Blanks);
        }
        skipped.len()
    }

    /// Nothing more. Lenient mode takes blanks.
    pub(super) fn end(&mut self) -> Scan<()> {
        self.skip_odd_blanks();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fault(Expected::EndOfLine)),
        }
    }

    /// `1*n DIGIT` as a number of at most `max`.
    pub(super) fn integer(&mut self, digits: usize, max: u64) -> Scan<u64> {
        self.skip_odd_blanks();
        let fault = self.fault(Expected::Integer);
        let len = self.digits();
        let mut value = 0_u64;
        for byte in self.rest().iter().take(len) {
            let next = value
                .checked_mul(10)
                .and_then(|v| v.checked_add(u64::from(byte - b'0')));
            value = next.ok_or(fault)?;
        }
        if len == 0 || len > digits || value > max {
            return Err(fault);
        }
        self.at += len;
        Ok(value)
    }

    /// How many digits stand here.
    fn digits(&self) -> usize {
        self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// An integer of at most 16 bits.
    pub(super) fn integer16(&mut self) -> Scan<u16> {
        let fault = self.fault(Expected::Integer);
        u16::try_from(self.integer(5, u64::from(u16::MAX))?).map_err(|_| fault)
    }

    /// `[ "-" ] 1*6DIGIT [ "." 1*3DIGIT ]`, digit for digit.
    pub(super) fn decimal(&mut self) -> Scan<Decimal> {
        self.skip_odd_blanks();
        let fault = self.fault(Expected::Number);
        let negative = self.peek() == Some(b'-');
        self.at += usize::from(negative);
        let (mut mantissa, mut exponent) = (0_i64, 0_i8);
        let whole = self.mantissa(&mut mantissa);
        if !(1..=6).contains(&whole) {
            return Err(fault);
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            let fraction = self.mantissa(&mut mantissa);
            exponent = match fraction {
                1 => -1,
                2 => -2,
                3 => -3,
                _ => return Err(fault),
            };
        }
        Ok(Decimal::new(if negative { -mantissa } else { mantissa }, exponent))
    }

    /// Appends digits to a mantissa; says how many stood there.
    fn mantissa(&mut self, mantissa: &mut i64) -> usize {
        let len = self.digits();
        for byte in self.rest().iter().take(len) {
            // Saturating for a line of digits, which is refused by its length afterwards.
            *mantissa = mantissa.saturating_mul(10).saturating_add(i64::from(byte - b'0'));
        }
        self.at += len;
        len
    }

    /// The letter of a unit. Lenient mode takes it in either case, after a blank, or missing: never another.
    pub(super) fn unit(&mut self, unit: u8) -> Scan<()> {
        if self.peek() == Some(unit) {
            self.at += 1;
            return Ok(());
        }
        if self.is_lenient() {
            let mut ahead = *self;
            ahead.skip_odd_blanks();
            let letter = ahead.peek();
            let last = !ahead.rest().get(1).is_some_and(u8::is_ascii_alphanumeric);
            if last && letter.is_some_and(|byte| byte.eq_ignore_ascii_case(&unit)) {
                if letter != Some(unit) {
                    ahead.deviations.insert(Deviation::Case);
                }
                ahead.at += 1;
                *self = ahead;
                return Ok(());
            }
            if self.peek().is_none_or(is_wsp) {
                self.deviations.insert(Deviation::UnitMissing);
                return Ok(());
            }
        }
        Err(self.fault(Expected::Unit(char::from(unit))))
    }

    /// The number of exactly this phase.
    pub(super) fn phase(&mut self, phase: u8) -> Scan<()> {
        let mut fault = self.fault(Expected::Phase(phase));
        let mut ahead = *self;
        let Ok(found) = ahead.integer(20, u64::MAX) else {
            return Err(fault);
        };
        if found == u64::from(phase) {
            // One digit: `ph` of the grammar.
            self.integer(1, u64::MAX).map_err(|_| fault)?;
            return Ok(());
        }
        fault.found = Found::Phase(found);
        Err(fault)
    }

    /// Exactly so many digits.
    fn fixed(&mut self, digits: usize) -> Option<u16> {
        let text = self.rest().get(..digits)?;
        let mut value = 0_u16;
        for byte in text {
            if !byte.is_ascii_digit() {
                return None;
            }
            value = value.checked_mul(10)?.checked_add(u16::from(byte - b'0'))?;
        }
        self.at += digits;
        Some(value)
    }

    /// Three numbers of two digits, the first of `first` digits, with this byte between them.
    fn triple(&mut self, first: usize, between: u8) -> Option<(u16, u8, u8)> {
        let small = |cursor: &mut Self| {
            let found = cursor.peek() == Some(between);
            cursor.at += usize::from(found);
            let value = cursor.fixed(2)?;
            found.then(|| u8::try_from(value).ok())?
        };
        Some((self.fixed(first)?, small(self)?, small(self)?))
    }

    /// `yyyy-mm-dd`, at midnight.
    pub(super) fn date(&mut self) -> Scan<LocalDateTime> {
        self.skip_odd_blanks();
        let fault = self.fault(Expected::Date);
        let (year, month, day) = self.triple(4, b'-').ok_or(fault)?;
        LocalDateTime::new(year, month, day, 0, 0, 0).ok_or(fault)
    }

    /// `hh:mm:ss` on this day.
    pub(super) fn time(&mut self, day: LocalDateTime) -> Scan<LocalDateTime> {
        self.skip_odd_blanks();
        let fault = self.fault(Expected::Time);
        let (hour, minute, second) = self.triple(2, b':').ok_or(fault)?;
        let hour = u8::try_from(hour).map_err(|_| fault)?;
        LocalDateTime::new(day.year(), day.month(), day.day(), hour, minute, second).ok_or(fault)
    }

    /// Four numbers of 0 to 255. Zeros before a number are refused: some read them as octal.
    pub(super) fn address(&mut self) -> Scan<Ipv4Addr> {
        self.skip_odd_blanks();
        let fault = self.fault(Expected::Address);
        let mut octets = [0_u8; 4];
        for (index, octet) in octets.iter_mut().enumerate() {
            if index > 0 {
                if self.peek() != Some(b'.') {
                    return Err(fault);
                }
                self.at += 1;
            }
            let len = self.digits();
            let padded = len > 1 && self.peek() == Some(b'0');
            if len == 0 || len > 3 || padded {
                return Err(fault);
            }
            let value = self.fixed(len).ok_or(fault)?;
            *octet = u8::try_from(value).map_err(|_| fault)?;
        }
        Ok(Ipv4Addr::from(octets))
    }

    /// The rest of the line: printable, and without a prompt in it.
    pub(super) fn free(&mut self) -> Scan<&'a str> {
        let text = self.rest();
        if let Some(odd) = text.iter().position(|byte| !is_printable(&[*byte])) {
            self.at += odd;
            return Err(self.fault(Expected::Printable));
        }
        if let Some(fault) = intruder(text, self.at, Expected::Printable) {
            return Err(fault);
        }
        let fault = self.fault(Expected::Printable);
        self.at = self.line.len();
        core::str::from_utf8(text).map_err(|_| fault)
    }

    /// Printable text up to this byte, which is skipped. What stands there instead is not told: it may be a password's.
    pub(super) fn until(&mut self, end: u8, name: &'static str) -> Scan<&'a str> {
        let fault = Fault {
            offset: self.at,
            expected: Expected::Text(name),
            found: Found::End,
        };
        let len = self.rest().iter().position(|&byte| byte == end).ok_or(fault)?;
        let text = self.rest().get(..len).unwrap_or_default();
        self.at += len + 1;
        core::str::from_utf8(text).map_err(|_| fault)
    }

    /// Goes on in a menu, of which `from` octets are read; says how many are now.
    ///
    /// Lenient mode takes more blanks, any case, and a menu that goes on in the next line.
    pub(super) fn menu(&mut self, text: &'static str, from: usize) -> Scan<usize> {
        if from == 0 && self.rest() == text.as_bytes() {
            self.at = self.line.len();
            return Ok(text.len());
        }
        let text = text.as_bytes();
        let mut read = from;
        while let Some(&wanted) = text.get(read) {
            let after_break = read > 0
                && text
                    .get(read - 1)
                    .is_some_and(|&last| matches!(last, b' ' | b'.' | b':'));
            match self.peek() {
                Some(byte) if byte == wanted => {}
                Some(byte) if self.is_lenient() && byte.eq_ignore_ascii_case(&wanted) => {
                    self.deviations.insert(Deviation::Case);
                }
                Some(byte) if self.is_lenient() && is_wsp(byte) && wanted == b'.' => {
                    self.skip_blanks();
                    self.deviations.insert(Deviation::BlankBeforeDot);
                    continue;
                }
                Some(byte) if self.is_lenient() && is_wsp(byte) && after_break => {
                    self.skip_odd_blanks();
                    continue;
                }
                // After an item at least: `Command:` alone is the main menu.
                None if self.is_lenient()
                    && read > from.max("Command:".len())
                    && (after_break || matches!(wanted, b' ' | b'.')) =>
                {
                    self.deviations.insert(Deviation::Wrapped);
                    return Ok(read + usize::from(wanted == b' '));
                }
                _ => return Err(self.fault(Expected::Text("the menu of this screen"))),
            }
            self.at += 1;
            read += 1;
        }
        self.end()?;
        Ok(read)
    }
}

/// A prompt or a question of the login in the middle of a text that begins at `base`.
pub(super) fn intruder(text: &[u8], base: usize, expected: Expected) -> Option<Fault> {
    let intruders = [(PROMPT, Found::Prompt), (ACCOUNT_PROMPT, Found::Login)];
    intruders.into_iter().find_map(|(intruder, found)| {
        let offset = base.saturating_add(find(text, intruder)?);
        Some(Fault {
            offset,
            expected,
            found,
        })
    })
}
