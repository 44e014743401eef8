//! The clock of a simulated unit: a local time without a zone that goes on with the time it is told.

use pdu_core::{Instant, LocalDateTime};

/// What a unit shows that was not told otherwise.
const FIRST: LocalDateTime = LocalDateTime::new(2026, 1, 1, 0, 0, 0).unwrap();

const SECONDS_OF_DAY: u64 = 86_400;
/// Days of 400 years, after which the calendar repeats.
const DAYS_OF_400_YEARS: u64 = 146_097;

/// A clock that was set once, and goes on from there, up to the end of the year 9999.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnitClock {
    set_to: LocalDateTime,
    set_at: Instant,
}

impl UnitClock {
    pub(super) const fn new() -> Self {
        Self::showing(FIRST, Instant::EPOCH)
    }

    /// A clock that shows this time now.
    pub(super) const fn showing(time: LocalDateTime, now: Instant) -> Self {
        Self {
            set_to: time,
            set_at: now,
        }
    }

    /// The clock shows its first time now.
    pub(super) const fn start(&mut self, now: Instant) {
        self.set_at = now;
    }

    pub(super) fn at(&self, now: Instant) -> LocalDateTime {
        let gone = now.saturating_since(self.set_at).as_secs();
        date_time(seconds(self.set_to).saturating_add(gone)).unwrap_or(self.set_to)
    }
}

/// Seconds since the first of March of the year 0: a year that begins so has its leap day at its end.
fn seconds(time: LocalDateTime) -> u64 {
    let (year, month) = (u64::from(time.year()), u64::from(time.month()));
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let days = days_of_years(year) + days_of_months(month) + u64::from(time.day()) - 1;
    let of_day = u64::from(time.hour()) * 3600 + u64::from(time.minute()) * 60 + u64::from(time.second());
    days * SECONDS_OF_DAY + of_day
}

/// `None` behind the year 9999.
fn date_time(seconds: u64) -> Option<LocalDateTime> {
    let (days, of_day) = (seconds / SECONDS_OF_DAY, seconds % SECONDS_OF_DAY);
    // Right, or one year late.
    let late = days * 400 / DAYS_OF_400_YEARS + 1;
    let year = (late.saturating_sub(2)..=late).rfind(|year| days_of_years(*year) <= days)?;
    let of_year = days - days_of_years(year);
    let month = (0..12).rfind(|month| days_of_months(*month) <= of_year)?;
    let day = of_year - days_of_months(month) + 1;
    let (year, month) = if month < 10 {
        (year, month + 3)
    } else {
        (year + 1, month - 9)
    };
    let small = |number: u64| u8::try_from(number).ok();
    LocalDateTime::new(
        u16::try_from(year).ok()?,
        small(month)?,
        small(day)?,
        small(of_day / 3600)?,
        small(of_day / 60 % 60)?,
        small(of_day % 60)?,
    )
}

/// Days of so many years from the first of March of the year 0 on.
const fn days_of_years(years: u64) -> u64 {
    years * 365 + years / 4 - years / 100 + years / 400
}

/// Days of so many months from March on: 31, 30, 31, 30, 31, and again.
const fn days_of_months(months: u64) -> u64 {
    (153 * months + 2) / 5
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    #[test]
    fn each_day_of_eight_hundred_years_is_followed_by_the_next_one() {
        let mut day = LocalDateTime::new(1600, 1, 1, 23, 59, 59).unwrap();
        for _ in 0..2 * DAYS_OF_400_YEARS {
            let next = UnitClock::showing(day, Instant::EPOCH).at(Instant::from_millis(1_000));
            let expected = [
                LocalDateTime::new(day.year(), day.month(), day.day() + 1, 0, 0, 0),
                LocalDateTime::new(day.year(), day.month() + 1, 1, 0, 0, 0),
                LocalDateTime::new(day.year() + 1, 1, 1, 0, 0, 0),
            ];
            assert_eq!(Some(next), expected.into_iter().flatten().next(), "behind {day}");
            day = UnitClock::showing(day, Instant::EPOCH).at(Instant::EPOCH + Duration::from_secs(SECONDS_OF_DAY));
        }
        assert_eq!(day, LocalDateTime::new(2400, 1, 1, 23, 59, 59).unwrap());
    }

    #[test]
    fn the_calendar_ends_and_the_clock_does_not_panic() {
        let last = LocalDateTime::new(9999, 12, 31, 23, 59, 59).unwrap();
        assert_eq!(
            UnitClock::showing(last, Instant::EPOCH).at(Instant::from_millis(2_000)),
            last
        );
        assert_eq!(UnitClock::showing(last, Instant::EPOCH).at(Instant::FAR_FUTURE), last);
    }
}
