//! Exact numbers: what a device measured, digit for digit.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

/// A measured value, exactly as the device gave it: `mantissa` × 10^`exponent`.
///
/// Equality, order and hash go by value (1.0 == 1.00), text keeps the digits. Nothing here rounds: a conversion shifts the
/// exponent, and one that would lose digits answers `None`.
///
/// ```
/// use pdu_core::Decimal;
///
/// let volts = Decimal::new(2318, -1);
/// assert_eq!(volts.to_string(), "231.8");
/// assert_eq!("231.80".parse::<Decimal>()?, volts);
/// assert_eq!(volts.scaled(-2), Some(23180));
/// assert_eq!(volts.scaled(0), None); // 231.8 is no whole number
/// # Ok::<(), pdu_core::ParseDecimalError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Decimal {
    mantissa: i64,
    exponent: i8,
}

impl Decimal {
    /// Zero, without digits after the point.
    pub const ZERO: Self = Self::new(0, 0);

    /// `mantissa` × 10^`exponent`.
    pub const fn new(mantissa: i64, exponent: i8) -> Self {
        Self { mantissa, exponent }
    }

    /// The digits, as an integer.
    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// The power of ten that the digits are to be multiplied with.
    pub const fn exponent(self) -> i8 {
        self.exponent
    }

    /// The value × 10^`places`, by moving the point; `None` if the exponent would leave its range.
    #[must_use]
    pub fn shifted(self, places: i8) -> Option<Self> {
        Some(Self {
            mantissa: self.mantissa,
            exponent: self.exponent.checked_add(places)?,
        })
    }

    /// The integer `n` for which `n` × 10^`exponent` is this value; `None` where there is none, or it does not fit.
    ///
    /// This is how a value becomes a register: finer digits than the register holds are refused, never rounded.
    pub fn scaled(self, exponent: i8) -> Option<i64> {
        if self.mantissa == 0 {
            return Some(0);
        }
        let places = i16::from(self.exponent) - i16::from(exponent);
        let power = 10_i64.checked_pow(u32::from(places.unsigned_abs()))?;
        if places >= 0 {
            self.mantissa.checked_mul(power)
        } else {
            (self.mantissa % power == 0).then(|| self.mantissa / power)
        }
    }

    /// The nearest `f64`, for charts. Lossy, as it says: 0.1 has no exact `f64`.
    #[cfg(feature = "std")]
    #[allow(clippy::cast_precision_loss)] // the name says so
    pub fn to_f64_lossy(self) -> f64 {
        // Dividing by an exact power gives the nearest double where multiplying by 0.1 would not.
        let power = 10_f64.powi(i32::from(self.exponent).abs());
        if self.exponent < 0 {
            self.mantissa as f64 / power
        } else {
            self.mantissa as f64 * power
        }
    }

    /// Digits without trailing zeros, and the exponent that belongs to them: the same for equal values.
    fn normalized(self) -> (i64, i16) {
        let (mut mantissa, mut exponent) = (self.mantissa, i16::from(self.exponent));
        if mantissa == 0 {
            return (0, 0);
        }
        while mantissa % 10 == 0 {
            mantissa /= 10;
            exponent += 1;
        }
        (mantissa, exponent)
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::new(value, 0)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normalized().hash(state);
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        // What the larger exponent's mantissa grows by. From 10^20 on, any digit but 0 outweighs the other side's whole i64.
        let places = i16::from(self.exponent) - i16::from(other.exponent);
        let power = 10_i128.pow(u32::from(places.unsigned_abs()).min(20));
        let (a, b) = (i128::from(self.mantissa), i128::from(other.mantissa));
        if places >= 0 {
            widened(a, power).cmp(&b)
        } else {
            a.cmp(&widened(b, power))
        }
    }
}

/// A 64-bit mantissa times at most 10^20. Saturating, since 2^63 × 10^20 is over `i128`; the sign is what then counts.
fn widened(mantissa: i128, power: i128) -> i128 {
    mantissa.saturating_mul(power)
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scaled(f, self.mantissa >= 0, self.mantissa.unsigned_abs(), self.exponent)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The longest text: a sign, "0.", 128 digits after the point; or a sign, 20 digits and 127 zeros.
const TEXT_CAPACITY: usize = 160;

/// Writes `digits` × 10^`exponent` as plain decimal text, keeping every digit, obeying width and fill.
fn write_scaled(f: &mut fmt::Formatter<'_>, non_negative: bool, digits: u64, exponent: i8) -> fmt::Result {
    let mut text = [b'0'; TEXT_CAPACITY];
    let mut start = TEXT_CAPACITY;
    let mut rest = digits;
    let mut written = 0_u16;
    if exponent > 0 && digits != 0 {
        start -= usize::from(exponent.unsigned_abs());
    }
    let places = if exponent < 0 {
        u16::from(exponent.unsigned_abs())
    } else {
        0
    };
    while rest != 0 || written <= places {
        if written == places && places != 0 {
            start -= 1;
            text[start] = b'.';
        }
        start -= 1;
        text[start] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        written += 1;
    }
    f.pad_integral(non_negative, "", core::str::from_utf8(&text[start..]).unwrap_or("?"))
}

/// Text that is no decimal number, or one beyond 64 bits of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number of at most 64 bits, such as 231.8")]
#[non_exhaustive]
pub struct ParseDecimalError;

/// Digits with at most one point, and an optional minus sign: `12`, `-0.50`, `1800.120`. No plus sign, blanks or exponents.
impl FromStr for Decimal {
    type Err = ParseDecimalError;

    fn from_str(text: &str) -> Result<Self, ParseDecimalError> {
        let digits = text.strip_prefix('-');
        let negative = digits.is_some();
        let (whole, fraction) = match digits.unwrap_or(text).split_once('.') {
            Some((_, "")) => return Err(ParseDecimalError),
            Some((whole, fraction)) => (whole, fraction),
            None => (digits.unwrap_or(text), ""),
        };
        if whole.is_empty() {
            return Err(ParseDecimalError);
        }
        let mut mantissa = 0_i64;
        for digit in whole.bytes().chain(fraction.bytes()) {
            if !digit.is_ascii_digit() {
                return Err(ParseDecimalError);
            }
            // Below zero there is one number more than above, so the digits are gathered there.
            let digit = i64::from(digit - b'0');
            let gathered = mantissa.checked_mul(10).and_then(|m| m.checked_sub(digit));
            mantissa = gathered.ok_or(ParseDecimalError)?;
        }
        if !negative {
            mantissa = mantissa.checked_neg().ok_or(ParseDecimalError)?;
        }
        let exponent = i8::try_from(fraction.len()).map_err(|_| ParseDecimalError)?;
        Ok(Self::new(mantissa, -exponent))
    }
}

/// A counter as the device keeps it, for energy: `value` × 10^`exponent`, starting again at 0 after 2^`bits` − 1.
///
/// ```
/// use pdu_core::{Counter, Since};
///
/// // 1800.120 kWh, counted by the BPS2000 in watt-hours of 32 bits
/// let earlier = Counter::new(1_800_120, 0, 32).unwrap();
/// let later = Counter::new(1_800_370, 0, 32).unwrap();
/// assert_eq!(later.since(&earlier), Since::Advanced { by: 250 });
/// assert_eq!(earlier.since(&later), Since::Reset { to: 1_800_120 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "RawCounter")
)]
pub struct Counter {
    value: u64,
    exponent: i8,
    bits: u8,
}

/// What happened to a counter between two readings; amounts count in units of 10^exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Since {
    /// It counted on.
    Advanced {
        /// How far.
        by: u64,
    },
    /// It went over its end and counted on from 0: the earlier value stood within 1 % of the end, the later one within 1 %
    /// of the beginning.
    Wrapped {
        /// How far, counted through the end.
        by: u64,
    },
    /// It started again from 0: somebody cleared it, or the device lost it.
    Reset {
        /// How far it has counted since.
        to: u64,
    },
    /// The two do not belong together: another scale or width, or a leap by more than half of the range.
    Implausible,
}

impl Counter {
    /// A counter of `bits` bits (1 to 64) that stands at `value` × 10^`exponent`; `None` if it cannot stand there.
    pub const fn new(value: u64, exponent: i8, bits: u8) -> Option<Self> {
        if bits == 0 || bits > 64 || value > u64::MAX >> (64 - bits) {
            return None;
        }
        Some(Self { value, exponent, bits })
    }

    /// What it counts to, in units of 10^[`exponent`](Self::exponent).
    pub const fn value(&self) -> u64 {
        self.value
    }

    /// The power of ten that the value is to be multiplied with.
    pub const fn exponent(&self) -> i8 {
        self.exponent
    }

    /// Its width on the device; it starts again at 0 after 2^bits − 1.
    pub const fn bits(&self) -> u8 {
        self.bits
    }

    /// The same count in a unit 10^−`places` times as large; `None` if the exponent would leave its range.
    #[must_use]
    pub fn shifted(&self, places: i8) -> Option<Self> {
        Some(Self {
            exponent: self.exponent.checked_add(places)?,
            ..*self
        })
    }

    /// What happened between an `earlier` reading of this counter and this one.
    pub fn since(&self, earlier: &Self) -> Since {
        self.since_with_end(earlier, u64::MAX >> (64 - self.bits))
    }

    /// As [`since`](Self::since), for a device that is known to start again at 0 after `last`.
    pub fn since_with_end(&self, earlier: &Self, last: u64) -> Since {
        if self.exponent != earlier.exponent || self.bits != earlier.bits {
            return Since::Implausible;
        }
        if self.value >= earlier.value {
            let by = self.value - earlier.value;
            return if by <= last / 2 {
                Since::Advanced { by }
            } else {
                Since::Implausible
            };
        }
        let near = last / 100;
        let before_end = last.checked_sub(earlier.value);
        match before_end {
            Some(left) if left <= near && self.value <= near => Since::Wrapped {
                by: left + self.value + 1,
            },
            _ => Since::Reset { to: self.value },
        }
    }
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scaled(f, true, self.value, self.exponent)
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct RawCounter {
    value: u64,
    exponent: i8,
    bits: u8,
}

#[cfg(feature = "serde")]
impl TryFrom<RawCounter> for Counter {
    type Error = &'static str;

    fn try_from(raw: RawCounter) -> Result<Self, Self::Error> {
        Self::new(raw.value, raw.exponent, raw.bits).ok_or("a counter that is wider than its bits")
    }
}

/// As exact decimal text, which every format can carry and none can round.
#[cfg(feature = "serde")]
impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::words::deserialize_from_str(deserializer, "decimal text such as \"231.8\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn text_keeps_the_digits_of_the_device() {
        for (mantissa, exponent, text) in [
            (2318, -1, "231.8"),
            (1_800_120, -3, "1800.120"),
            (0, -1, "0.0"),
            (-5, -2, "-0.05"),
            (7, 2, "700"),
            (0, 3, "0"),
            (i64::MIN, 0, "-9223372036854775808"),
            (100, -2, "1.00"),
        ] {
            assert_eq!(Decimal::new(mantissa, exponent).to_string(), text);
        }
    }

    #[test]
    fn extreme_exponents_have_text_too() {
        assert_eq!(Decimal::new(1, -128).to_string().len(), 130);
        assert_eq!(Decimal::new(i64::MIN, 127).to_string().len(), 1 + 19 + 127);
        assert_eq!(Counter::new(u64::MAX, 127, 64).unwrap().to_string().len(), 20 + 127);
    }

    #[test]
    fn equal_values_compare_and_hash_alike_whatever_their_digits() {
        use std::collections::HashSet;
        let set: HashSet<_> = [Decimal::new(1, 0), Decimal::new(10, -1), Decimal::new(1000, -3)].into();
        assert_eq!(set.len(), 1);
        assert_eq!(Decimal::new(0, 9), Decimal::new(0, -9));
    }

    #[test]
    fn order_goes_by_value_over_all_exponents() {
        let ascending = [
            Decimal::new(i64::MIN, 127),
            Decimal::new(-1, 1),
            Decimal::new(-11, -1),
            Decimal::new(-1, -128),
            Decimal::ZERO,
            Decimal::new(i64::MAX, -128),
            Decimal::new(1, -1),
            Decimal::new(99, -2),
            Decimal::new(1, 0),
            Decimal::new(i64::MAX, 0),
            Decimal::new(1, 20),
            Decimal::new(1, 127),
        ];
        for pair in ascending.windows(2) {
            assert!(pair[0] < pair[1], "{:?} < {:?}", pair[0], pair[1]);
            assert!(pair[1] > pair[0]);
        }
    }

    #[test]
    fn scaling_refuses_digits_that_would_be_lost() {
        assert_eq!(Decimal::new(2500, -1).scaled(-1), Some(2500));
        assert_eq!(Decimal::new(25_001, -2).scaled(-1), None);
        assert_eq!(Decimal::new(25_000, -2).scaled(-1), Some(2500));
        assert_eq!(Decimal::new(i64::MAX, 1).scaled(0), None);
        assert_eq!(Decimal::new(0, 127).scaled(-128), Some(0));
    }

    #[test]
    fn text_parses_to_the_same_digits() {
        for text in [
            "0",
            "-0.05",
            "231.8",
            "1800.120",
            "9223372036854775807",
            "-9223372036854775808",
            "000.10",
        ] {
            let value: Decimal = text.parse().unwrap();
            assert_eq!(value, value.to_string().parse().unwrap());
        }
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "+1",
            "1e3",
            " 1",
            "1 ",
            "--1",
            "1.2.3",
            "9223372036854775808",
            "٣",
        ] {
            assert_eq!(text.parse::<Decimal>(), Err(ParseDecimalError), "{text:?}");
        }
    }

    #[test]
    fn a_counter_cannot_stand_above_its_width() {
        assert!(Counter::new(u64::from(u32::MAX), 0, 32).is_some());
        assert!(Counter::new(u64::from(u32::MAX) + 1, 0, 32).is_none());
        assert!(Counter::new(0, 0, 0).is_none());
        assert!(Counter::new(0, 0, 65).is_none());
        assert!(Counter::new(u64::MAX, 0, 64).is_some());
    }

    #[test]
    fn a_counter_tells_wrap_from_reset_from_nonsense() {
        let at = |value| Counter::new(value, 0, 32).unwrap();
        let last = u64::from(u32::MAX);
        assert_eq!(at(5).since(&at(5)), Since::Advanced { by: 0 });
        assert_eq!(at(3).since(&at(last)), Since::Wrapped { by: 4 });
        assert_eq!(at(0).since(&at(1_000_000)), Since::Reset { to: 0 });
        assert_eq!(at(last).since(&at(0)), Since::Implausible);
        assert_eq!(Counter::new(5, 1, 32).unwrap().since(&at(5)), Since::Implausible);
    }

    #[test]
    fn a_known_end_decides_about_wrap() {
        let at = |value| Counter::new(value, 0, 32).unwrap();
        assert_eq!(
            at(10).since_with_end(&at(999_999_990), 999_999_999),
            Since::Wrapped { by: 20 }
        );
        assert_eq!(at(10).since(&at(999_999_990)), Since::Reset { to: 10 });
    }

    #[cfg(feature = "std")]
    #[test]
    fn the_lossy_float_is_the_nearest_one() {
        assert!((Decimal::new(2318, -1).to_f64_lossy() - 231.8).abs() < f64::EPSILON);
        assert!((Decimal::new(12, 3).to_f64_lossy() - 12_000.0).abs() < f64::EPSILON);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn decimals_travel_as_text_and_counters_keep_their_width() {
        let json = serde_json::to_string(&Decimal::new(100, -2)).unwrap();
        assert_eq!(json, "\"1.00\"");
        assert_eq!(serde_json::from_str::<Decimal>(&json).unwrap(), Decimal::new(1, 0));
        assert!(serde_json::from_str::<Decimal>("1.0").is_err());
        assert!(serde_json::from_str::<Counter>(r#"{"value":256,"exponent":0,"bits":8}"#).is_err());
    }
}
