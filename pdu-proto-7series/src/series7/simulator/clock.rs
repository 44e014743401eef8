//! What time it is in a simulated unit: the time of day once a time server has answered, seconds since it started before.

use core::time::Duration;

use pdu_core::{Instant, LocalDateTime};

use crate::history::Stamp;

const SECONDS_OF_DAY: u64 = 86_400;

/// The unit's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnitClock {
    /// When the unit started.
    started: Option<Instant>,
    /// What time it was then, which the unit does not know at first.
    time_at_start: LocalDateTime,
    /// How long after its start it hears what time it is; `None`: never.
    heard_after: Option<Duration>,
    first_start: Option<Instant>,
}

impl UnitClock {
    /// What time it is at the start of a unit of which nobody said otherwise.
    pub(super) const FIRST: LocalDateTime = LocalDateTime::new(2026, 1, 1, 0, 0, 0).unwrap();

    pub(super) const fn new(time_at_start: LocalDateTime, heard_after: Option<Duration>) -> Self {
        Self {
            started: None,
            time_at_start,
            heard_after,
            first_start: None,
        }
    }

    /// The unit starts, unless it has.
    pub(super) fn start(&mut self, now: Instant) {
        self.started.get_or_insert(now);
        self.first_start.get_or_insert(now);
    }

    /// The unit starts again, and has forgotten what time it is.
    pub(super) fn restart(&mut self, now: Instant) {
        self.started = None;
        self.start(now);
    }

    /// Whole seconds since the first start.
    pub(super) fn second(&self, at: Instant) -> u64 {
        at.saturating_since(self.first_start.unwrap_or(at)).as_secs()
    }

    /// The instant of this second since the first start.
    pub(super) fn instant(&self, second: u64) -> Instant {
        self.first_start.unwrap_or(Instant::EPOCH) + Duration::from_secs(second)
    }

    /// How the log stamps what is measured now.
    pub(super) fn stamp(&self, now: Instant) -> Stamp {
        let since_boot = now.saturating_since(self.started.unwrap_or(now));
        match self.heard_after {
            Some(after) if after <= since_boot => Stamp::Wall(later(self.time_at_start, self.second(now))),
            _ => Stamp::SinceBoot(Duration::from_secs(since_boot.as_secs())),
        }
    }
}

/// The time so many seconds later; after the year 9999 it stands.
fn later(time: LocalDateTime, seconds: u64) -> LocalDateTime {
    let of_day = u64::from(time.hour()) * 3600 + u64::from(time.minute()) * 60 + u64::from(time.second());
    let seconds = of_day.saturating_add(seconds);
    let (day, rest) = (
        days(time).saturating_add(seconds / SECONDS_OF_DAY),
        seconds % SECONDS_OF_DAY,
    );
    let small = |number: u64| u8::try_from(number).unwrap_or(0);
    let (year, month, day) = date(day);
    let year = u16::try_from(year).unwrap_or(u16::MAX);
    let (hour, minute, second) = (small(rest / 3600), small(rest / 60 % 60), small(rest % 60));
    LocalDateTime::new(year, small(month), small(day), hour, minute, second).unwrap_or(time)
}

/// Days since 0000-03-01: years that begin in March end with the leap day, so months have fixed beginnings.
fn days(time: LocalDateTime) -> u64 {
    let is_before_march = time.month() <= 2;
    let year = u64::from(time.year()) - u64::from(is_before_march);
    let month = (u64::from(time.month()) + 9) % 12;
    year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + u64::from(time.day()) - 1
}

/// The other way round: year, month, day.
fn date(days: u64) -> (u64, u64, u64) {
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = (shifted + 2) % 12 + 1;
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> LocalDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn days_go_on_over_the_ends_of_months_and_years() {
        assert_eq!(days(time("0001-01-01T00:00:00")), 306);
        for (from, seconds, to) in [
            ("2026-11-21T23:59:59", 1, "2026-11-22T00:00:00"),
            ("2024-02-28T12:00:00", SECONDS_OF_DAY, "2024-02-29T12:00:00"),
            ("2023-02-28T12:00:00", SECONDS_OF_DAY, "2023-03-01T12:00:00"),
            ("1999-12-31T23:59:59", 1, "2000-01-01T00:00:00"),
            ("2000-02-28T00:00:00", 2 * SECONDS_OF_DAY, "2000-03-01T00:00:00"),
            ("1900-02-28T00:00:00", SECONDS_OF_DAY, "1900-03-01T00:00:00"),
            ("9999-12-31T23:59:59", 1, "9999-12-31T23:59:59"),
        ] {
            assert_eq!(later(time(from), seconds), time(to), "{from} + {seconds}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        let mut at = time("1999-12-31T00:00:00");
        for _ in 0..146_097 {
            let next = later(at, SECONDS_OF_DAY);
            assert_eq!(days(next), days(at) + 1);
            assert!(next > at);
            at = next;
        }
        assert_eq!(at, time("2399-12-31T00:00:00"));
    }

    #[test]
    fn stamps_count_from_the_last_start_until_the_time_is_known() {
        let mut clock = UnitClock::new(time("2026-11-21T08:00:00"), Some(Duration::from_secs(100)));
        let at = |seconds: u64| Instant::EPOCH + Duration::from_secs(1000 + seconds);
        clock.start(at(0));
        clock.start(at(50));
        assert_eq!(clock.stamp(at(60)), Stamp::SinceBoot(Duration::from_secs(60)));
        assert_eq!(clock.stamp(at(120)), Stamp::Wall(time("2026-11-21T08:02:00")));
        clock.restart(at(200));
        assert_eq!(clock.stamp(at(260)), Stamp::SinceBoot(Duration::from_secs(60)));
        assert_eq!(clock.stamp(at(300)), Stamp::Wall(time("2026-11-21T08:05:00")));
        assert_eq!(clock.second(at(300)), 300);
    }
}
