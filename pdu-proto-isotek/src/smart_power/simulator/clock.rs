//! The clock of a simulated unit: a local time without a zone that goes on with the time it is told.

use core::ops::RangeInclusive;

use pdu_core::{Instant, LocalDateTime};

/// Days of 400 years, after which the calendar repeats.
const DAYS_OF_400_YEARS: u64 = 146_097;
const SECONDS_OF_DAY: u64 = 86_400;
/// The last second of the year 9999, after which the clock stands.
const LAST: u64 = 3_652_059 * SECONDS_OF_DAY - 1;

/// A clock that was set once, and goes on from there.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnitClock {
    /// Seconds since the beginning of the year 1.
    set_to: u64,
    set_at: Instant,
    /// The last minute of which the scheduler knows.
    minute: u64,
}

impl UnitClock {
    /// What a unit shows that was not told otherwise.
    pub(super) const FIRST: LocalDateTime = LocalDateTime::new(2026, 1, 1, 0, 0, 0).unwrap();

    pub(super) fn showing(time: LocalDateTime) -> Self {
        let set_to = seconds(time);
        Self {
            set_to,
            set_at: Instant::EPOCH,
            minute: set_to / 60,
        }
    }

    /// The clock shows its first time now.
    pub(super) const fn start(&mut self, now: Instant) {
        self.set_at = now;
    }

    /// A minute that the clock is set into has begun for the scheduler.
    pub(super) fn set(&mut self, now: Instant, time: LocalDateTime) {
        *self = Self::showing(time);
        self.set_at = now;
    }

    pub(super) fn at(&self, now: Instant) -> LocalDateTime {
        date_time(self.second(now))
    }

    /// The minutes that began since this was asked, or the clock was set.
    pub(super) fn minutes_since_last_asked(&mut self, now: Instant) -> RangeInclusive<u64> {
        let minute = self.second(now) / 60;
        let first = self.minute + 1;
        self.minute = self.minute.max(minute);
        // More than a day would only repeat what acts every day.
        first.max(minute.saturating_sub(24 * 60 - 1))..=minute
    }

    /// The minutes until now are over for the scheduler.
    pub(super) fn forget_minutes_until(&mut self, now: Instant) {
        self.minute = self.second(now) / 60;
    }

    /// When the next minute begins.
    pub(super) fn next_minute(&self, now: Instant) -> Instant {
        let next = (self.second(now) / 60 + 1) * 60;
        let micros = next.saturating_sub(self.set_to).saturating_mul(1_000_000);
        Instant::from_micros(self.set_at.as_micros().saturating_add(micros))
    }

    fn second(&self, now: Instant) -> u64 {
        let gone = now.saturating_since(self.set_at).as_secs();
        self.set_to.saturating_add(gone).min(LAST)
    }
}

/// Seconds since the beginning of the year 1.
fn seconds(time: LocalDateTime) -> u64 {
    let days = days_before_year(time.year().into()) + days_before_month(time.year().into(), time.month().into());
    let days = days + u64::from(time.day()) - 1;
    let of_day = u64::from(time.hour()) * 3600 + u64::from(time.minute()) * 60 + u64::from(time.second());
    days * SECONDS_OF_DAY + of_day
}

fn date_time(seconds: u64) -> LocalDateTime {
    let (days, of_day) = (seconds / SECONDS_OF_DAY, seconds % SECONDS_OF_DAY);
    // Never later than the year in question, and at most a year early.
    let mut year = days * 400 / DAYS_OF_400_YEARS + 1;
    if days_before_year(year + 1) <= days {
        year += 1;
    } else if days_before_year(year) > days {
        year -= 1;
    }
    let of_year = days - days_before_year(year);
    let month = (1..=12)
        .rfind(|month| days_before_month(year, *month) <= of_year)
        .unwrap_or(1);
    let day = of_year - days_before_month(year, month) + 1;
    let small = |number: u64| u8::try_from(number).unwrap_or(0);
    let year = u16::try_from(year).unwrap_or(9999);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    LocalDateTime::new(
        year,
        small(month),
        small(day),
        small(hour),
        small(minute),
        small(second),
    )
    .unwrap_or(UnitClock::FIRST)
}

const fn days_before_year(year: u64) -> u64 {
    let years = year - 1;
    years * 365 + years / 4 - years / 100 + years / 400
}

fn days_before_month(year: u64, month: u64) -> u64 {
    (1..month).map(|month| days_of_month(year, month)).sum()
}

const fn days_of_month(year: u64, month: u64) -> u64 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 31,
    }
}
