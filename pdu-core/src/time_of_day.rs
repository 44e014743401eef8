use core::fmt;

/// Hour and minute of a day, always ones that exist.
///
/// ```
/// use pdu_core::TimeOfDay;
///
/// let at: TimeOfDay = "07:30".parse()?;
/// assert_eq!(at, TimeOfDay::new(7, 30).unwrap());
/// assert!(TimeOfDay::new(24, 0).is_none());
/// # Ok::<(), pdu_core::ParseTimeOfDayError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
}

impl TimeOfDay {
    /// Hours 0 to 23, minutes 0 to 59.
    pub const fn new(hour: u8, minute: u8) -> Option<Self> {
        if hour <= 23 && minute <= 59 {
            Some(Self { hour, minute })
        } else {
            None
        }
    }

    /// The hour, 0 to 23.
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, 0 to 59.
    pub const fn minute(self) -> u8 {
        self.minute
    }
}

/// `07:30`.
impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

/// Text that is no `hh:mm`, or one that no day has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time of day of the form hh:mm")]
#[non_exhaustive]
pub struct ParseTimeOfDayError;

impl core::str::FromStr for TimeOfDay {
    type Err = ParseTimeOfDayError;

    fn from_str(text: &str) -> Result<Self, ParseTimeOfDayError> {
        let two_digits = |text: &str| -> Option<u8> {
            let is_number = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| text.parse().ok())?
        };
        text.split_once(':')
            .and_then(|(hour, minute)| Self::new(two_digits(hour)?, two_digits(minute)?))
            .ok_or(ParseTimeOfDayError)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for TimeOfDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for TimeOfDay {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::words::deserialize_from_str(deserializer, "a time of day such as \"07:30\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn times_of_day_are_taken_in_one_form_only() {
        assert_eq!("00:00".parse(), Ok(TimeOfDay { hour: 0, minute: 0 }));
        assert_eq!(TimeOfDay::new(7, 5).unwrap().to_string(), "07:05");
        for text in [
            "",
            ":",
            "7:30",
            "07:3",
            "24:00",
            "23:60",
            "+7:30",
            "07:30:00",
            "07-30",
            "\u{661}:30",
        ] {
            assert_eq!(text.parse::<TimeOfDay>(), Err(ParseTimeOfDayError), "{text}");
        }
    }
}
