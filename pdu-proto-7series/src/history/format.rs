//! Stamps, and how they are written.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use pdu_core::LocalDateTime;

/// When a row of the log was measured.
///
/// The two kinds are not comparable, and nothing here turns one into the other: when the unit started, its log does not say, and it
/// may have started more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: the manual knows these two.
pub enum Stamp {
    /// Date and time on the unit's clock, in the zone that it is set to.
    Wall(LocalDateTime),
    /// Time since the unit started: it had not heard of a time server yet.
    SinceBoot(Duration),
}

/// How a stamp is written: text with places, in the letters of `strftime`.
///
/// | place | is | read from |
/// |---|---|---|
/// | `%Y` | year | 4 digits |
/// | `%m` `%d` | month, day | 1 or 2 digits |
/// | `%b` | month by its English name | `Jan` to `Dec`, any case |
/// | `%H` `%M` `%S` | hour (0 to 23), minute, second | 1 or 2 digits |
/// | `%I` `%p` | hour (1 to 12), and `AM` or `PM` | 1 or 2 digits, any case |
/// | `%s` | whole seconds since the unit started | up to 10 digits |
/// | `%%` | a percent sign | |
///
/// Either the places of a date and at least an hour, or `%s` and no other. Years of two digits have no place: whose century that
/// is, no format says.
///
/// ```
/// use pdu_core::LocalDateTime;
/// use pdu_proto_7series::history::{Stamp, StampFormat};
///
/// let format: StampFormat = "%m/%d/%Y %I:%M %p".parse()?;
/// let eight = Stamp::Wall(LocalDateTime::new(2026, 11, 21, 20, 0, 0).unwrap());
/// assert_eq!(format.read("11/21/2026 8:00 pm"), Some(eight));
/// assert_eq!(format.read("8:00 pm"), None);
/// # Ok::<(), pdu_proto_7series::history::StampFormatError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampFormat {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(Place),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Year,
    Month,
    MonthName,
    Day,
    Hour,
    HourOfHalf,
    Half,
    Minute,
    Second,
    SinceBoot,
}

impl Place {
    const LETTERS: [(char, Self); 10] = [
        ('Y', Self::Year),
        ('m', Self::Month),
        ('b', Self::MonthName),
        ('d', Self::Day),
        ('H', Self::Hour),
        ('I', Self::HourOfHalf),
        ('p', Self::Half),
        ('M', Self::Minute),
        ('S', Self::Second),
        ('s', Self::SinceBoot),
    ];

    fn of(letter: char) -> Option<Self> {
        Self::LETTERS
            .iter()
            .find_map(|&(known, place)| (known == letter).then_some(place))
    }

    fn letter(self) -> char {
        let is_it = |&&(_, place): &&(char, Self)| place == self;
        Self::LETTERS.iter().find(is_it).map_or('?', |&(letter, _)| letter)
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// What the places of a stamp say.
#[derive(Clone, Copy, Debug, Default)]
struct Fields {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    is_afternoon: Option<bool>,
    minute: u8,
    second: u8,
    since_boot: Option<u64>,
}

impl StampFormat {
    /// Reads a stamp; `None` if the text is not of this form, or the calendar does not have it.
    pub fn read(&self, text: &str) -> Option<Stamp> {
        let mut fields = Fields::default();
        let mut rest = text;
        for part in &self.parts {
            rest = match part {
                Part::Text(text) => rest.strip_prefix(text.as_str())?,
                Part::Place(place) => fields.read(*place, rest)?,
            };
        }
        if !rest.is_empty() {
            return None;
        }
        fields.stamp()
    }

    /// The stamp as text; `None` if this format is for the other kind.
    pub fn write(&self, stamp: Stamp) -> Option<String> {
        let is_its_own = matches!(stamp, Stamp::SinceBoot(_)) == self.is_since_boot();
        is_its_own.then(|| self.parts.iter().map(|part| part.text(stamp)).collect())
    }

    /// Whether it is for [`Stamp::SinceBoot`].
    pub fn is_since_boot(&self) -> bool {
        self.parts.contains(&Part::Place(Place::SinceBoot))
    }

    fn has(&self, place: Place) -> bool {
        self.parts.contains(&Part::Place(place))
    }

    fn check(self) -> Result<Self, StampFormatError> {
        let places: Vec<Place> = self
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Place(place) => Some(*place),
                Part::Text(_) => None,
            })
            .collect();
        for (at, place) in places.iter().enumerate() {
            if places.iter().take(at).any(|before| before == place) {
                return Err(StampFormatError::Twice(place.letter()));
            }
        }
        if self.is_since_boot() {
            return if places.len() == 1 {
                Ok(self)
            } else {
                Err(StampFormatError::Mixed)
            };
        }
        let has_month = self.has(Place::Month) != self.has(Place::MonthName);
        let hours = (
            self.has(Place::Hour),
            self.has(Place::HourOfHalf),
            self.has(Place::Half),
        );
        let has_hour = matches!(hours, (true, false, false) | (false, true, true));
        if self.has(Place::Year) && has_month && self.has(Place::Day) && has_hour {
            Ok(self)
        } else {
            Err(StampFormatError::Incomplete)
        }
    }
}

impl Fields {
    /// Reads one place, and says what follows it.
    fn read<'t>(&mut self, place: Place, text: &'t str) -> Option<&'t str> {
        match place {
            Place::MonthName => {
                let (name, rest) = text.split_at_checked(3)?;
                let month = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))?;
                self.month = u8::try_from(month + 1).ok()?;
                Some(rest)
            }
            Place::Half => {
                let (half, rest) = text.split_at_checked(2)?;
                let is_afternoon = half.eq_ignore_ascii_case("PM");
                self.is_afternoon = (is_afternoon || half.eq_ignore_ascii_case("AM")).then_some(is_afternoon);
                self.is_afternoon.map(|_| rest)
            }
            _ => self.number(place, text),
        }
    }

    fn number<'t>(&mut self, place: Place, text: &'t str) -> Option<&'t str> {
        let most = match place {
            Place::Year => 4,
            Place::SinceBoot => 10,
            _ => 2,
        };
        let len = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = text.split_at_checked(len)?;
        let number: u64 = digits.parse().ok()?;
        let small = u8::try_from(number);
        match place {
            Place::Year if len == 4 => self.year = u16::try_from(number).ok()?,
            Place::Month => self.month = small.ok()?,
            Place::Day => self.day = small.ok()?,
            Place::Hour => self.hour = small.ok()?,
            Place::HourOfHalf => self.hour = small.ok().filter(|hour| (1..=12).contains(hour))?,
            Place::Minute => self.minute = small.ok()?,
            Place::Second => self.second = small.ok()?,
            Place::SinceBoot => self.since_boot = Some(number),
            Place::Year | Place::MonthName | Place::Half => return None,
        }
        Some(rest)
    }

    fn stamp(&self) -> Option<Stamp> {
        if let Some(seconds) = self.since_boot {
            return Some(Stamp::SinceBoot(Duration::from_secs(seconds)));
        }
        let hour = match self.is_afternoon {
            None => self.hour,
            Some(is_afternoon) => self.hour % 12 + if is_afternoon { 12 } else { 0 },
        };
        LocalDateTime::new(self.year, self.month, self.day, hour, self.minute, self.second).map(Stamp::Wall)
    }
}

impl Part {
    fn text(&self, stamp: Stamp) -> String {
        match (self, stamp) {
            (Self::Text(text), _) => text.clone(),
            (Self::Place(_), Stamp::SinceBoot(span)) => span.as_secs().to_string(),
            (Self::Place(place), Stamp::Wall(at)) => place.text(at),
        }
    }
}

impl Place {
    fn text(self, at: LocalDateTime) -> String {
        let two_digits = |number: u8| format!("{number:02}");
        match self {
            Self::Year => format!("{:04}", at.year()),
            Self::Month => two_digits(at.month()),
            Self::MonthName => {
                let name = usize::from(at.month())
                    .checked_sub(1)
                    .and_then(|month| MONTHS.get(month));
                name.copied().unwrap_or_default().into()
            }
            Self::Day => two_digits(at.day()),
            Self::Hour => two_digits(at.hour()),
            Self::HourOfHalf => two_digits((at.hour() + 11) % 12 + 1),
            Self::Half => if at.hour() < 12 { "AM" } else { "PM" }.into(),
            Self::Minute => two_digits(at.minute()),
            Self::Second => two_digits(at.second()),
            Self::SinceBoot => String::new(), // never: a format for times of day has no such place
        }
    }
}

/// A format that no stamp could be read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StampFormatError {
    /// A percent sign before a letter that is no place, or at the end.
    #[error("no place %{0}")]
    NoPlace(char),
    /// One place twice.
    #[error("%{0} twice")]
    Twice(char),
    /// `%s` beside another place.
    #[error("seconds since boot beside parts of a date")]
    Mixed,
    /// Something is missing that a date and time needs, or is there in two forms.
    #[error("neither %s, nor each of year, month, day and hour in one form")]
    Incomplete,
}

impl FromStr for StampFormat {
    type Err = StampFormatError;

    fn from_str(text: &str) -> Result<Self, StampFormatError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            let named = if letter == '%' {
                letters.next().unwrap_or(' ')
            } else {
                '%'
            };
            match (letter, Place::of(named)) {
                ('%', Some(place)) => {
                    if !literal.is_empty() {
                        parts.push(Part::Text(core::mem::take(&mut literal)));
                    }
                    parts.push(Part::Place(place));
                }
                ('%', None) if named != '%' => return Err(StampFormatError::NoPlace(named)),
                (letter, _) => literal.push(letter),
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Self { parts }.check()
    }
}

/// As it is written in a profile.
impl fmt::Display for StampFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Text(text) => f.write_str(&text.replace('%', "%%"))?,
                Part::Place(place) => write!(f, "%{}", place.letter())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(text: &str) -> StampFormat {
        text.parse().unwrap()
    }

    fn wall(hour: u8, minute: u8) -> Stamp {
        Stamp::Wall(LocalDateTime::new(2026, 2, 3, hour, minute, 0).unwrap())
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "%Y-%m-%d %H:%M:%S",
            "%d %b %Y %I:%M%p",
            "%Y%m%d%H%M",
            "100%% %d.%m.%Y %H Uhr %M",
        ] {
            let format = format(text);
            assert_eq!(format.to_string(), text);
            for stamp in [wall(0, 0), wall(11, 59), wall(12, 0), wall(23, 7)] {
                let written = format.write(stamp).unwrap();
                assert_eq!(format.read(&written), Some(stamp), "{written}");
            }
            assert_eq!(format.write(Stamp::SinceBoot(Duration::from_secs(4))), None);
        }
        let seconds = format("+%s s");
        let stamp = Stamp::SinceBoot(Duration::from_secs(86_461));
        assert_eq!(seconds.write(stamp).as_deref(), Some("+86461 s"));
        assert_eq!(seconds.read("+86461 s"), Some(stamp));
        assert_eq!(seconds.write(wall(1, 1)), None);
    }

    #[test]
    fn midnight_and_noon_of_twelve_hours_are_told_apart() {
        let format = format("%m/%d/%Y %I:%M %p");
        assert_eq!(format.read("2/3/2026 12:05 am"), Some(wall(0, 5)));
        assert_eq!(format.read("2/3/2026 12:05 PM"), Some(wall(12, 5)));
        assert_eq!(format.read("2/3/2026 0:05 PM"), None);
        assert_eq!(format.read("2/3/2026 13:05 PM"), None);
    }

    #[test]
    fn what_no_calendar_has_is_no_stamp() {
        let format = format("%Y-%m-%d %H:%M");
        for text in [
            "2026-02-29 08:00",
            "2026-13-01 08:00",
            "2026-01-01 24:00",
            "26-01-01 08:00",
            "2026-01-01 08:00 ",
            " 2026-01-01 08:00",
            "2026-01-01",
            "2026-01-0é 08:00",
            "",
        ] {
            assert_eq!(format.read(text), None, "{text}");
        }
    }

    #[test]
    fn formats_that_say_too_little_or_too_much_are_refused() {
        use StampFormatError::{Incomplete, Mixed, NoPlace, Twice};
        for (text, error) in [
            ("", Incomplete),
            ("%H:%M", Incomplete),
            ("%Y-%m-%d", Incomplete),
            ("%Y-%m-%d %I:%M", Incomplete),
            ("%Y-%m-%d %H:%M %p", Incomplete),
            ("%Y-%m-%b-%d %H", Incomplete),
            ("%s %H", Mixed),
            ("%s%s", Twice('s')),
            ("%y-%m-%d %H", NoPlace('y')),
            ("%Y-%m-%d %H%", NoPlace(' ')),
        ] {
            assert_eq!(text.parse::<StampFormat>(), Err(error), "{text}");
        }
    }
}
