//! What the console says before it asks who is there.

use core::fmt;

use pdu_core::{LocalDateTime, Mode};

use super::scan::{Cursor, Scan, intruder};
use super::text::{begins, is_blank};
use super::{Deviation, Deviations, Expected, Found, MAX_LINE, Parsed, RawLine, ScreenError};

/// A day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(LocalDateTime);

impl Date {
    /// That day, if the Gregorian calendar has it: years 1 to 9999.
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        match LocalDateTime::new(year, month, day, 0, 0, 0) {
            Some(midnight) => Some(Self(midnight)),
            None => None,
        }
    }

    /// Its first second.
    pub const fn midnight(self) -> LocalDateTime {
        self.0
    }
}

/// `yyyy-mm-dd`
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How long the unit has been up, as it prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uptime {
    /// Whole days.
    pub days: u32,
    /// Hours, 0 to 23.
    pub hours: u8,
    /// Minutes, 0 to 59.
    pub minutes: u8,
}

/// The banner. All of it is optional: the pictures are of firmware 1.0.0, and later ones may say less. Source: lines 659-663.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Banner<'a> {
    /// `Last Update Time`: of the firmware.
    pub updated: Option<Date>,
    /// `Version`: of the firmware.
    pub version: Option<&'a str>,
    /// `Date:` and `Time:` of the device.
    pub clock: Option<LocalDateTime>,
    /// `Up time`
    pub uptime: Option<Uptime>,
    /// The first line without a known key: in the pictures, name and address of the maker.
    pub text: Option<&'a str>,
}

impl<'a> Banner<'a> {
    /// Reads the lines before [`ACCOUNT_PROMPT`](super::ACCOUNT_PROMPT), without their ends.
    ///
    /// A line with a prompt in it is refused. Lenient mode takes them in any order, and leaves out one whose value it cannot
    /// read.
    pub fn parse<I>(lines: I, mode: Mode) -> Result<Parsed<Self>, ScreenError<'a>>
    where
        I: IntoIterator<Item = &'a [u8]>,
    {
        let mut reader = Reader::default();
        for (line, number) in lines.into_iter().zip(1..) {
            reader.line(line, mode).map_err(|fault| ScreenError {
                line: RawLine(line),
                number,
                fault,
            })?;
        }
        Ok(Parsed {
            value: reader.banner,
            deviations: reader.deviations,
        })
    }
}

#[derive(Default)]
struct Reader<'a> {
    banner: Banner<'a>,
    deviations: Deviations,
    /// Place of the last line read.
    last: u8,
}

/// The lines with a key, in the order of the pictures.
const KEYS: [(&str, u8); 4] = [("Last Update Time", 1), ("Version", 2), ("Date:", 3), ("Up time", 4)];
/// The place of a line without one.
const FREE: u8 = 5;

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a [u8], mode: Mode) -> Scan<()> {
        if line.len() > MAX_LINE {
            let mut fault = Cursor::new(line, mode).fault(Expected::ShortLine);
            fault.found = Found::Octets(line.len());
            return Err(fault);
        }
        if let Some(fault) = intruder(line, 0, Expected::Text("a line of the banner")) {
            return Err(fault);
        }
        if is_blank(line) {
            return Ok(());
        }
        let place = KEYS
            .iter()
            .find(|(key, _)| begins(line, key))
            .map_or(FREE, |(_, place)| *place);
        let mut cursor = Cursor::new(line, mode);
        match self.value(place, &mut cursor) {
            Ok(()) => self.deviations.insert_all(cursor.deviations),
            Err(_) if cursor.is_lenient() => {
                self.deviations.insert(Deviation::BannerLine);
                return Ok(());
            }
            Err(fault) => return Err(fault),
        }
        if place < self.last || (place == self.last && place != FREE) {
            if !cursor.is_lenient() {
                return Err(Cursor::new(line, mode).fault(Expected::Text("the banner's lines in their order")));
            }
            self.deviations.insert(Deviation::BannerOrder);
        }
        self.last = self.last.max(place);
        Ok(())
    }

    fn value(&mut self, place: u8, cursor: &mut Cursor<'a>) -> Scan<()> {
        match place {
            1 => {
                let updated = updated(cursor)?;
                once(&mut self.banner.updated, updated, cursor)
            }
            2 => {
                key(cursor, "Version")?;
                let version = cursor.free()?;
                once(&mut self.banner.version, version, cursor)
            }
            3 => {
                let clock = clock(cursor)?;
                once(&mut self.banner.clock, clock, cursor)
            }
            4 => {
                let uptime = uptime(cursor)?;
                once(&mut self.banner.uptime, uptime, cursor)
            }
            _ => {
                let text = cursor.free()?;
                self.banner.text = self.banner.text.or(Some(text));
                Ok(())
            }
        }
    }
}

/// Keeps the first; a second one is refused.
fn once<T>(slot: &mut Option<T>, value: T, cursor: &Cursor<'_>) -> Scan<()> {
    if slot.is_some() {
        return Err(cursor.fault(Expected::Text("this line once")));
    }
    *slot = Some(value);
    Ok(())
}

/// A key, a colon, and blanks around it.
fn key(cursor: &mut Cursor<'_>, key: &'static str) -> Scan<()> {
    cursor.literal(key)?;
    cursor.skip_blanks();
    cursor.literal(":")?;
    cursor.skip_blanks();
    Ok(())
}

fn updated(cursor: &mut Cursor<'_>) -> Scan<Date> {
    key(cursor, "Last Update Time")?;
    let day = cursor.date()?;
    cursor.end()?;
    Ok(Date(day))
}

fn clock(cursor: &mut Cursor<'_>) -> Scan<LocalDateTime> {
    cursor.literal("Date:")?;
    let day = cursor.date()?;
    cursor.gap()?;
    cursor.literal("Time:")?;
    let clock = cursor.time(day)?;
    cursor.end()?;
    Ok(clock)
}

fn uptime(cursor: &mut Cursor<'_>) -> Scan<Uptime> {
    key(cursor, "Up time")?;
    let fault = cursor.fault(Expected::Integer);
    let days = cursor.integer(10, u64::from(u32::MAX))?;
    cursor.literal("Days")?;
    cursor.gap()?;
    let hours = cursor.integer(2, 23)?;
    cursor.literal("Hours")?;
    cursor.gap()?;
    let minutes = cursor.integer(2, 59)?;
    cursor.literal("Minute")?;
    cursor.end()?;
    Ok(Uptime {
        days: u32::try_from(days).map_err(|_| fault)?,
        hours: u8::try_from(hours).map_err(|_| fault)?,
        minutes: u8::try_from(minutes).map_err(|_| fault)?,
    })
}
