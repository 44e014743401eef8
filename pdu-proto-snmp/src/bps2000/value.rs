//! What the value of one object says. The manual states no type, scale or unit, so all of this is inferred (notes S-01, S-02).
//!
//! ```text
//! value  = *WSP [ absent / number [ *WSP unit ] / word ] *WSP
//! absent = "-" / "--" / "Not found"                    ; an empty text too
//! number = [ "-" ] 1*9DIGIT [ "." 1*3DIGIT ]
//! unit   = "A" / "V" / "W" / "VA" / "VAR" / "Hz" / "kWh" / "kVAh" / "%" / "C"
//! word   = "Open" / "Closed" / "Yes" / "No" / "Normal"
//! ```

use core::fmt;

use pdu_core::{Contact, ContactKind, Counter, Decimal, Quality, Quantity, Since, Value as Number};

use super::objects::{Meaning, Object};
use crate::wire::{ErrorStatus, Tag, Value, WireError};

/// What one count of an integer is. Nothing states it (note S-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum IntegerScale {
    /// Unknown: the number is given as it came, and is [`Suspect`](Quality::Suspect).
    #[default]
    Unknown,
    /// As the registers of the same device over Modbus have it: 0.01 A, 0.1 V, 0.1 W, VA and var, 0.01 Hz, 0.01 of power factor,
    /// 1 Wh and 1 VAh, 0.1 degrees, 0.1 %; contacts 1 (open, detected) and 2 (closed, clear).
    Modbus,
}

/// What the value of an object says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Measured {
    /// The number in [`Quantity::unit`], or the state of a contact; `None` where there is none.
    pub content: Option<Content>,
    /// How far to trust it.
    pub quality: Quality,
    /// Why it is not what it should be; what strict mode refuses.
    pub problem: Option<Problem>,
}

/// What an object can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Exhaustive on purpose: the tree has these two.
pub enum Content {
    /// A gauge or a counter.
    Number(Number),
    /// A two-state sensor.
    Contact(Contact),
}

/// Why the value of an object is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// An integer, and nobody knows what one count of it is. Lenient mode gives the number as it came, as suspect.
    #[error("integer {raw} of unknown scale")]
    UnscaledInteger {
        /// The number.
        raw: i64,
    },
    /// An integer that the object cannot have.
    #[error("{raw} where {expected} was expected")]
    Integer {
        /// What it could be.
        expected: &'static str,
        /// The number.
        raw: u64,
    },
    /// A type that the object cannot have.
    #[error("type {found} where a text was expected")]
    Type {
        /// The type that came.
        found: Tag,
    },
    /// A text that is no value.
    #[error("{found} is no value")]
    Text {
        /// How it begins.
        found: Excerpt,
    },
    /// The unit of something else.
    #[error("unit {found} where {expected} was expected")]
    Unit {
        /// The unit that the object counts in.
        expected: &'static str,
        /// The one that came.
        found: Excerpt,
    },
    /// A value that is clear, but written in another way than the grammar has it: other case, more digits, the unit with
    /// another prefix, line ends or NUL around it. Lenient mode takes it.
    #[error("{found} is written in an unusual way")]
    Spelling {
        /// How it begins.
        found: Excerpt,
    },
    /// The varbind itself is broken.
    #[error(transparent)]
    VarBind(WireError),
    /// The agent gave an error instead.
    #[error("agent answered {0}")]
    Refused(ErrorStatus),
    /// The agent left it out.
    #[error("not answered")]
    NotAnswered,
}

impl Problem {
    /// Whether lenient mode takes the value all the same.
    pub const fn is_harmless(&self) -> bool {
        matches!(self, Self::UnscaledInteger { .. } | Self::Spelling { .. })
    }
}

/// The beginning of a text from the device, for messages: at most 24 octets, shown escaped.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Excerpt {
    octets: [u8; Self::CAPACITY],
    len: u8,
}

impl Excerpt {
    const CAPACITY: usize = 24;

    fn of(text: &[u8]) -> Self {
        let mut excerpt = Self {
            octets: [0; Self::CAPACITY],
            len: 0,
        };
        for (to, from) in excerpt.octets.iter_mut().zip(text) {
            *to = *from;
            excerpt.len += 1;
        }
        excerpt
    }

    /// The octets.
    pub fn as_octets(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_octets().escape_ascii())
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Measured {
    /// Reads the value of an object leniently; what strict mode would refuse stands in [`problem`](Self::problem).
    ///
    /// ```
    /// use pdu_core::Quality;
    /// use pdu_proto_snmp::bps2000::{Content, IntegerScale, Measured, Object};
    /// use pdu_proto_snmp::wire::Value;
    ///
    /// let voltage = Object::named("masterVoltageL1").unwrap();
    /// let read = |value| Measured::of(voltage, value, IntegerScale::Unknown);
    /// let text = |measured: Measured| match measured.content {
    ///     Some(Content::Number(number)) => number.to_string(),
    ///     _ => String::new(),
    /// };
    ///
    /// let measured = read(Value::OctetString(b"231.80 V"));
    /// assert_eq!((text(measured), measured.quality), ("231.80".into(), Quality::Good));
    ///
    /// let measured = read(Value::Integer(2318));
    /// assert_eq!((text(measured), measured.quality), ("2318".into(), Quality::Suspect));
    ///
    /// let measured = read(Value::OctetString(b"--"));
    /// assert_eq!((text(measured), measured.quality), ("".into(), Quality::Unavailable));
    /// ```
    ///
    /// The name of the device has no such content: its value is any text.
    pub fn of(object: &Object, value: Value<'_>, integers: IntegerScale) -> Self {
        match value {
            Value::OctetString(text) => Self::of_text(object, text),
            Value::Integer(number) => Self::of_integer(object, number.into(), integers),
            Value::Gauge32(number) | Value::Counter32(number) => Self::of_integer(object, number.into(), integers),
            Value::Counter64(number) => match i64::try_from(number) {
                Ok(number) => Self::of_integer(object, number, integers),
                Err(_) => Self::unusable(Problem::Integer {
                    expected: "less than 2^63",
                    raw: number,
                }),
            },
            other => Self::unusable(Problem::Type { found: other.tag() }),
        }
    }

    /// There is no value, and nothing is wrong with that.
    pub(super) const ABSENT: Self = Self {
        content: None,
        quality: Quality::Unavailable,
        problem: None,
    };

    /// There is no value that could be used.
    pub(super) const fn unusable(problem: Problem) -> Self {
        Self {
            problem: Some(problem),
            ..Self::ABSENT
        }
    }

    fn of_text(object: &Object, text: &[u8]) -> Self {
        let refused = || {
            Self::unusable(Problem::Text {
                found: Excerpt::of(text),
            })
        };
        let Some((token, is_usual)) = Token::read(text) else {
            return refused();
        };
        let (measured, is_usual_too) = match (token, object.meaning) {
            (Token::Absent, _) => (Self::ABSENT, true),
            (Token::Number(number, unit), Meaning::Gauge { quantity, .. } | Meaning::Energy { quantity, .. }) => {
                let Some((exponent, is_usual)) = exponent_of(quantity, unit) else {
                    return Self::unusable(Problem::Unit {
                        expected: units_of(quantity).first().map_or("none", |(symbol, _)| symbol),
                        found: Excerpt::of(unit),
                    });
                };
                match Self::of_number(object.meaning, number.shifted(exponent), Written::Text) {
                    Some(measured) => (measured, is_usual),
                    None => return refused(),
                }
            }
            (Token::Word(word), Meaning::Contact { kind, .. }) => match word.as_contact(kind) {
                Some(contact) => (Self::of_contact(contact), true),
                None => return refused(),
            },
            _ => return refused(),
        };
        if is_usual && is_usual_too {
            return measured;
        }
        Self {
            problem: Some(Problem::Spelling {
                found: Excerpt::of(text),
            }),
            ..measured
        }
    }

    fn of_integer(object: &Object, raw: i64, integers: IntegerScale) -> Self {
        match (object.meaning, integers) {
            (Meaning::Contact { kind, .. }, IntegerScale::Modbus) => match (kind, raw) {
                (ContactKind::Door, 1) => Self::of_contact(Contact::Open),
                (ContactKind::Door, 2) => Self::of_contact(Contact::Closed),
                (_, 1) => Self::of_contact(Contact::Detected),
                (_, 2) => Self::of_contact(Contact::Clear),
                _ => Self::unusable_integer("1 or 2", raw),
            },
            (Meaning::Gauge { quantity, .. } | Meaning::Energy { quantity, .. }, IntegerScale::Modbus) => {
                let number = Decimal::new(raw, modbus_exponent(quantity));
                Self::of_number(object.meaning, Some(number), Written::Integer)
                    .unwrap_or_else(|| Self::unusable_integer("0 or more", raw))
            }
            (Meaning::Gauge { quantity, .. } | Meaning::Energy { quantity, .. }, IntegerScale::Unknown) => {
                let number = Decimal::from(raw).shifted(quantity.customary_unit().exponent);
                Self {
                    content: number
                        .and_then(|number| value_of(object.meaning, number))
                        .map(Content::Number),
                    quality: Quality::Suspect,
                    problem: Some(Problem::UnscaledInteger { raw }),
                }
                .or_unavailable()
            }
            _ => Self::unusable(Problem::UnscaledInteger { raw }),
        }
    }

    fn unusable_integer(expected: &'static str, raw: i64) -> Self {
        Self::unusable(match u64::try_from(raw) {
            Ok(raw) => Problem::Integer { expected, raw },
            Err(_) => Problem::UnscaledInteger { raw },
        })
    }

    const fn of_contact(contact: Contact) -> Self {
        Self {
            content: Some(Content::Contact(contact)),
            quality: Quality::Good,
            problem: None,
        }
    }

    /// `None` where the object cannot count so: below zero for energy.
    fn of_number(meaning: Meaning, number: Option<Decimal>, written: Written) -> Option<Self> {
        let number = number?;
        let quality = match meaning {
            Meaning::Gauge { quantity, .. } => plausibility(quantity, number, written),
            _ => Quality::Good,
        };
        let value = value_of(meaning, number)?;
        let has_value = matches!(quality, Quality::Good | Quality::Suspect);
        Some(Self {
            content: has_value.then_some(Content::Number(value)),
            quality,
            problem: None,
        })
    }

    fn or_unavailable(self) -> Self {
        match self.content {
            Some(_) => self,
            None => Self {
                quality: Quality::Unavailable,
                ..self
            },
        }
    }
}

/// A gauge as it stands; energy as a counter of the same digits.
fn value_of(meaning: Meaning, number: Decimal) -> Option<Number> {
    if !matches!(meaning, Meaning::Energy { .. }) {
        return Some(Number::Gauge(number));
    }
    let count = u64::try_from(number.mantissa()).ok()?;
    // Watt-hours are what the device itself counts, in 32 bits (as Modbus shows). Of coarser digits no end is known.
    let bits = if number.exponent() == 0 && u32::try_from(count).is_ok() {
        32
    } else {
        64
    };
    Counter::new(count, number.exponent(), bits).map(Number::Count)
}

/// What happened to an energy counter of this device between an `earlier` reading and a `later` one, in watt-hours or
/// volt-ampere-hours.
///
/// A text may have fewer places than the one before (the web page trims zeros, lines 294 to 302), so counters that
/// [`Counter::since`] takes for different ones are compared digit by digit. Where the device starts again from 0 is not stated:
/// at 2^32 Wh, as its registers do over Modbus, or at 10^6 kWh, as the six digits of the display do (line 204). A decrease is
/// a wrap only if the earlier value stood within 1 % of one of the two (inferred), else a reset.
///
/// ```
/// use pdu_core::{Counter, Since};
/// use pdu_proto_snmp::bps2000::energy_since;
///
/// let earlier = Counter::new(18_001, 2, 64).unwrap(); // "1800.1" kWh
/// let later = Counter::new(1_800_370, 0, 32).unwrap(); // "1800.370" kWh
/// assert_eq!(energy_since(&later, &earlier), Since::Advanced { by: 270 });
/// ```
pub fn energy_since(later: &Counter, earlier: &Counter) -> Since {
    const DISPLAY_END: u64 = 999_999_999;
    let (Some(later), Some(earlier)) = (in_watt_hours(later), in_watt_hours(earlier)) else {
        return later.since(earlier); // finer than the device counts
    };
    match later.since_with_end(&earlier, u32::MAX.into()) {
        Since::Reset { .. } => later.since_with_end(&earlier, DISPLAY_END),
        since => since,
    }
}

/// The same count with an exponent of 0; `None` for one that has finer digits.
fn in_watt_hours(counter: &Counter) -> Option<Counter> {
    let power = 10_u64.checked_pow(u32::try_from(counter.exponent()).ok()?)?;
    Counter::new(counter.value().checked_mul(power)?, 0, 64)
}

/// How a number came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Text,
    /// With a scale that the profile claims.
    Integer,
}

/// Whether a number can be what it claims. A text may be a scaled integer in disguise, which is too large; an integer of
/// another scale than the profile claims may also be too small. Zero is what a line without voltage reads.
fn plausibility(quantity: Quantity, value: Decimal, written: Written) -> Quality {
    let whole = |number| Decimal::new(number, 0);
    let within = |low, high| value <= whole(high) && (written == Written::Text || value >= whole(low));
    let is_plausible = match quantity {
        Quantity::Temperature if value < whole(-40) => return Quality::Underflow, // note I-01
        Quantity::Temperature if value > whole(125) => return Quality::Overflow,
        Quantity::Temperature | Quantity::ReactivePower | Quantity::ActivePower => true,
        Quantity::PowerFactor => value >= whole(-1) && value <= whole(1),
        _ if value < Decimal::ZERO => false,
        _ if value == Decimal::ZERO => true,
        Quantity::Voltage => within(50, 500),
        Quantity::Frequency => within(40, 70),
        Quantity::RelativeHumidity => value <= whole(100),
        _ => true,
    };
    if is_plausible { Quality::Good } else { Quality::Suspect }
}

/// What one count of the quantity's register is over Modbus, as a power of ten of [`Quantity::unit`].
const fn modbus_exponent(quantity: Quantity) -> i8 {
    match quantity {
        Quantity::Current | Quantity::Frequency | Quantity::PowerFactor => -2,
        Quantity::ActiveEnergy | Quantity::ApparentEnergy => 0,
        _ => -1,
    }
}

/// The units that a number may have behind it, and their powers of ten of [`Quantity::unit`]: first the one of the grammar,
/// then others that are clear.
const fn units_of(quantity: Quantity) -> &'static [(&'static str, i8)] {
    match quantity {
        Quantity::Current => &[("A", 0)],
        Quantity::Voltage => &[("V", 0)],
        Quantity::ActivePower => &[("W", 0), ("kW", 3)],
        Quantity::ReactivePower => &[("VAR", 0), ("kVAR", 3)],
        Quantity::ApparentPower => &[("VA", 0), ("kVA", 3)],
        Quantity::Frequency => &[("Hz", 0)],
        Quantity::ActiveEnergy => &[("kWh", 3), ("Wh", 0)],
        Quantity::ApparentEnergy => &[("kVAh", 3), ("VAh", 0)],
        Quantity::Temperature => &[("C", 0), ("degC", 0), ("\u{b0}C", 0)],
        Quantity::RelativeHumidity => &[("%", 0)],
        _ => &[],
    }
}

/// The power of ten of the unit that stands behind a number, and whether it stands there as the grammar has it; `None` for the
/// unit of something else.
fn exponent_of(quantity: Quantity, unit: &[u8]) -> Option<(i8, bool)> {
    if unit.is_empty() {
        return Some((quantity.customary_unit().exponent, true));
    }
    let units = units_of(quantity);
    let place = units
        .iter()
        .position(|(symbol, _)| symbol.as_bytes().eq_ignore_ascii_case(unit))?;
    let (symbol, exponent) = units.get(place)?;
    Some((*exponent, place == 0 && symbol.as_bytes() == unit))
}

/// What a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Absent,
    /// With the unit behind it, empty if there is none.
    Number(Decimal, &'a [u8]),
    Word(Word),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Open,
    Closed,
    Yes,
    No,
    Normal,
}

impl Word {
    const ALL: [(&'static str, Self); 5] = [
        ("Open", Self::Open),
        ("Closed", Self::Closed),
        ("Yes", Self::Yes),
        ("No", Self::No),
        ("Normal", Self::Normal),
    ];

    const fn as_contact(self, kind: ContactKind) -> Option<Contact> {
        match (kind, self) {
            (ContactKind::Door, Self::Open) => Some(Contact::Open),
            (ContactKind::Door, Self::Closed) => Some(Contact::Closed),
            (ContactKind::Smoke | ContactKind::Water, Self::Yes) => Some(Contact::Detected),
            (ContactKind::Smoke | ContactKind::Water, Self::No | Self::Normal) => Some(Contact::Clear),
            _ => None,
        }
    }
}

const ABSENT: [&str; 3] = ["-", "--", "Not found"];

impl<'a> Token<'a> {
    /// What a text is, and whether it is written as the grammar has it.
    fn read(text: &'a [u8]) -> Option<(Self, bool)> {
        let trimmed = trim(text, |octet| matches!(octet, b' ' | b'\t'));
        let bare = trim(trimmed, |octet| matches!(octet, b' ' | b'\t' | b'\r' | b'\n' | 0));
        let is_trimmed = bare.len() == trimmed.len();
        if bare.is_empty() {
            return Some((Self::Absent, is_trimmed));
        }
        let spelled = |word: &&str| word.as_bytes().eq_ignore_ascii_case(bare);
        if let Some(mark) = ABSENT.iter().find(|mark| spelled(mark)) {
            return Some((Self::Absent, is_trimmed && mark.as_bytes() == bare));
        }
        if let Some((text, word)) = Word::ALL.iter().find(|(text, _)| spelled(text)) {
            return Some((Self::Word(*word), is_trimmed && text.as_bytes() == bare));
        }
        let (number, unit, has_usual_digits) = number(bare)?;
        Some((Self::Number(number, unit), is_trimmed && has_usual_digits))
    }
}

/// The number that a text begins with, the unit behind it, and whether the number has no more digits than usual.
fn number(text: &[u8]) -> Option<(Decimal, &[u8], bool)> {
    let is_of_number = |octet: &u8| matches!(octet, b'0'..=b'9' | b'.' | b'-');
    let len = text.iter().take_while(|octet| is_of_number(octet)).count();
    let (digits, unit) = text.split_at_checked(len)?;
    let digits = core::str::from_utf8(digits).ok()?;
    let number = digits.parse().ok()?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_usual = whole.trim_start_matches('-').len() <= 9 && fraction.len() <= 3;
    let unit = trim(unit, |octet| matches!(octet, b' ' | b'\t'));
    Some((number, unit, is_usual))
}

fn trim(mut text: &[u8], is_blank: impl Fn(u8) -> bool) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_blank(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_blank(*last)
    {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use super::*;

    fn read(name: &str, value: Value<'_>, integers: IntegerScale) -> (String, Quality, String) {
        let measured = Measured::of(Object::named(name).unwrap(), value, integers);
        let content = match measured.content {
            Some(Content::Number(number)) => number.to_string(),
            Some(Content::Contact(contact)) => contact.to_string(),
            None => String::new(),
        };
        let problem = measured.problem.map(|problem| problem.to_string()).unwrap_or_default();
        (content, measured.quality, problem)
    }

    fn text(name: &str, value: &str) -> (String, Quality, String) {
        read(name, Value::OctetString(value.as_bytes()), IntegerScale::Unknown)
    }

    fn good(content: &str) -> (String, Quality, String) {
        (content.to_string(), Quality::Good, String::new())
    }

    #[test]
    fn text_stands_as_it_is_digit_for_digit() {
        for value in ["231.8", "231.80", "240", "0.0", "000231.8", "123456789.123"] {
            let content = text("masterCurrentL1", value).0;
            assert_eq!(
                content.trim_start_matches('0'),
                value.trim_start_matches('0'),
                "{value}"
            );
        }
        assert_eq!(text("masterReactivePowerL1", "-6.7"), good("-6.7"));
        assert_eq!(text("masterPFL1", " 0.32 "), good("0.32"));
        assert_eq!(text("masterTemperature", "-3.5 C"), good("-3.5"));
    }

    #[test]
    fn energy_of_a_text_is_a_count_of_watt_hours_with_its_digits() {
        let object = Object::named("masterActiveEnergyL1").unwrap();
        let count = |text: &str| {
            let measured = Measured::of(object, Value::OctetString(text.as_bytes()), IntegerScale::Unknown);
            match measured.content {
                Some(Content::Number(Number::Count(counter))) => {
                    Some((counter.value(), counter.exponent(), counter.bits()))
                }
                _ => None,
            }
        };
        assert_eq!(count("1800.120"), Some((1_800_120, 0, 32)));
        assert_eq!(count("1800.12 kWh"), Some((180_012, 1, 64)));
        assert_eq!(count("4294967.296"), Some((4_294_967_296, 0, 64)));
        assert_eq!(count("1800120 Wh"), Some((1_800_120, 0, 32)));
        assert_eq!(count("-0.5"), None);
    }

    #[test]
    fn energy_is_compared_whatever_its_places_and_wraps_at_either_end() {
        let at = |value, exponent, bits| Counter::new(value, exponent, bits).unwrap();
        let since = |later, earlier| energy_since(&later, &earlier);
        assert_eq!(since(at(320, 1, 64), at(31, 2, 64)), Since::Advanced { by: 100 });
        assert_eq!(since(at(3_200, 0, 32), at(320, 1, 64)), Since::Advanced { by: 0 });
        assert_eq!(since(at(4, 0, 32), at(4_294_967_290, 0, 32)), Since::Wrapped { by: 10 });
        assert_eq!(since(at(1, 1, 64), at(999_999_990, 0, 32)), Since::Wrapped { by: 20 });
        assert_eq!(since(at(0, 0, 32), at(1_800_370, 0, 32)), Since::Reset { to: 0 });
        assert_eq!(since(at(5, 127, 64), at(5, 127, 64)), Since::Advanced { by: 0 });
    }

    #[test]
    fn marks_of_absence_are_unavailable_and_no_number() {
        for mark in ["", "  ", "-", "--", "Not found", " -- "] {
            let unavailable = (String::new(), Quality::Unavailable, String::new());
            assert_eq!(text("masterTemperature1", mark), unavailable, "{mark:?}");
            assert_eq!(text("masterDoor1", mark), unavailable, "{mark:?}");
        }
    }

    #[test]
    fn an_integer_of_unknown_scale_is_the_raw_number_and_suspect() {
        for value in [
            Value::Integer(2318),
            Value::Gauge32(2318),
            Value::Counter32(2318),
            Value::Counter64(2318),
        ] {
            let (content, quality, problem) = read("masterVoltageL1", value, IntegerScale::Unknown);
            assert_eq!((content.as_str(), quality), ("2318", Quality::Suspect));
            assert_eq!(problem, "integer 2318 of unknown scale");
        }
        let object = Object::named("masterActiveEnergyL1").unwrap();
        let energy = Measured::of(object, Value::Counter32(1_800_120), IntegerScale::Unknown);
        let Some(Content::Number(energy)) = energy.content else {
            panic!("a number")
        };
        let unit = Quantity::ActiveEnergy.customary_unit();
        assert_eq!(energy.in_unit(unit).unwrap().to_string(), "1800120");
    }

    #[test]
    fn an_integer_has_the_scale_of_modbus_only_if_the_profile_says_so() {
        let scaled = |name, raw| read(name, Value::Integer(raw), IntegerScale::Modbus);
        assert_eq!(scaled("masterVoltageL1", 2318), good("231.8"));
        assert_eq!(scaled("masterCurrentL1", 342), good("3.42"));
        assert_eq!(scaled("masterPowerL1", 7870), good("787.0"));
        assert_eq!(scaled("masterFrequencyL1", 5001), good("50.01"));
        assert_eq!(scaled("masterPFL1", 94), good("0.94"));
        assert_eq!(scaled("masterActiveEnergyL1", 1_800_120), good("1800120"));
        assert_eq!(scaled("masterTemperature", -35), good("-3.5"));
        assert_eq!(scaled("masterHumidity", 411), good("41.1"));
        assert_eq!(scaled("masterDoor1", 1), good("open"));
        assert_eq!(scaled("masterWater", 2), good("clear"));
        assert_eq!(scaled("masterDoor1", 0).1, Quality::Unavailable);
    }

    #[test]
    fn a_number_that_the_scale_makes_implausible_is_suspect() {
        let scaled = |name, raw| read(name, Value::Integer(raw), IntegerScale::Modbus).1;
        assert_eq!(scaled("masterVoltageL1", 231), Quality::Suspect); // volts already: 23.1
        assert_eq!(scaled("masterVoltageL1", 231_800), Quality::Suspect); // millivolts: 23180
        assert_eq!(scaled("masterVoltageL2", 0), Quality::Good); // a line that is not there
        assert_eq!(scaled("masterFrequencyL1", 500), Quality::Suspect);
        assert_eq!(scaled("masterPFL1", 940), Quality::Suspect);
        assert_eq!(text("masterVoltageL1", "2318").1, Quality::Suspect);
        assert_eq!(text("masterVoltageL1", "12.5").1, Quality::Good); // as it stands
        assert_eq!(text("masterHumidity", "100.1").1, Quality::Suspect);
        assert_eq!(text("masterTemperature", "125.1").1, Quality::Overflow);
        assert_eq!(text("masterTemperature", "-40.1").1, Quality::Underflow);
    }

    #[test]
    fn a_unit_behind_the_number_is_checked() {
        assert_eq!(text("masterApparentPowerL1", "7.1 VA"), good("7.1"));
        assert_eq!(text("masterApparentPowerL1", "7.1VA"), good("7.1"));
        let (content, quality, problem) = text("masterApparentPowerL1", "7.1 W");
        assert_eq!((content.as_str(), quality), ("", Quality::Unavailable));
        assert_eq!(problem, "unit \"W\" where VA was expected");
        assert_eq!(text("masterPFL1", "0.94 %").2, "unit \"%\" where none was expected");
    }

    #[test]
    fn unusual_spelling_is_taken_and_told() {
        for (name, value, content) in [
            ("masterPowerL1", "0.5 kW", "500"),
            ("masterReactivePowerL1", "6.7 var", "6.7"),
            ("masterTemperature", "25.4 \u{b0}C", "25.4"),
            ("masterVoltageL1", "231.8\0", "231.8"),
            ("masterVoltageL1", "231.8000", "231.8000"),
            ("masterDoor1", "CLOSED", "closed"),
            ("masterVoltageL1", "NOT FOUND", ""),
        ] {
            let (found, _, problem) = text(name, value);
            assert_eq!(found, content, "{value:?}");
            assert!(
                problem.ends_with("is written in an unusual way"),
                "{value:?}: {problem}"
            );
        }
    }

    #[test]
    fn contacts_are_known_by_their_words_only() {
        assert_eq!(text("masterDoor2", "Open"), good("open"));
        assert_eq!(text("masterDoor2", "Closed"), good("closed"));
        assert_eq!(text("masterSmoke", "Yes"), good("detected"));
        assert_eq!(text("masterWater", "No"), good("clear"));
        assert_eq!(text("masterWater", "Normal"), good("clear"));
        for (name, word) in [
            ("masterDoor1", "Yes"),
            ("masterSmoke", "Open"),
            ("masterDoor1", "1"),
            ("masterPFL1", "No"),
        ] {
            let (content, quality, problem) = text(name, word);
            assert_eq!((content.as_str(), quality), ("", Quality::Unavailable), "{name} {word}");
            assert_eq!(problem, std::format!("\"{word}\" is no value"));
        }
    }

    #[test]
    fn what_is_no_value_is_refused_and_shown_escaped() {
        for value in [
            "1.",
            ".5",
            "+1",
            "1,5",
            "1e3",
            "- 5",
            "1.2.3",
            "1 2",
            "---",
            "nan",
            "99999999999999999999",
            "\x1b[2J",
        ] {
            let (content, quality, problem) = text("masterCurrentL1", value);
            assert_eq!((content.as_str(), quality), ("", Quality::Unavailable), "{value:?}");
            assert!(!problem.is_empty() && !problem.contains('\x1b'), "{problem}");
        }
        let null = read("masterCurrentL1", Value::Null, IntegerScale::Modbus);
        assert_eq!(null.1, Quality::Unavailable);
        let huge = read("masterCurrentL1", Value::Counter64(u64::MAX), IntegerScale::Modbus);
        assert_eq!(huge.1, Quality::Unavailable);
    }
}
