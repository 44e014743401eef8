//! The device's clock, which runs between being set and being read back.

use core::time::Duration;

use pdu_core::LocalDateTime;

/// How far the clock may be off when it is read back: it counts whole seconds.
const TOLERANCE: Duration = Duration::from_secs(2);

/// Whether a clock that was set to `wanted` may read `found` now, `since` having gone by since the line left for the unit.
pub(super) fn may_read(wanted: LocalDateTime, found: LocalDateTime, since: Duration) -> bool {
    let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    let latest = seconds(since.saturating_add(TOLERANCE));
    let ahead = seconds_of(found).saturating_sub(seconds_of(wanted));
    (-seconds(TOLERANCE)..=latest).contains(&ahead)
}

/// Seconds since the first of March of the year 0, in the Gregorian calendar.
fn seconds_of(at: LocalDateTime) -> i64 {
    // Counted from March, the day that a leap year adds is the last one of its year, and months are 153 days in five.
    let year = i64::from(at.year()) - i64::from(at.month() <= 2);
    let month = (i64::from(at.month()) + 9) % 12;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + i64::from(at.day()) - 1;
    let minutes = (days * 24 + i64::from(at.hour())) * 60 + i64::from(at.minute());
    minutes * 60 + i64::from(at.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> LocalDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn days_follow_each_other_over_leap_years_and_centuries() {
        for (day, next) in [
            ("2024-02-28", "2024-02-29"),
            ("2024-02-29", "2024-03-01"),
            ("2023-02-28", "2023-03-01"),
            ("2100-02-28", "2100-03-01"),
            ("2000-02-29", "2000-03-01"),
            ("2026-12-31", "2027-01-01"),
        ] {
            let [day, next] = [day, next].map(|day| seconds_of(at(&std::format!("{day}T00:00:00"))));
            assert_eq!(next - day, 86_400);
        }
    }

    #[test]
    fn a_clock_may_have_run_since_it_was_set_but_no_further() {
        let new_year = at("2026-12-31T23:59:58");
        let five = Duration::from_secs(5);
        for (found, right) in [
            ("2026-12-31T23:59:55", false),
            ("2026-12-31T23:59:56", true),
            ("2027-01-01T00:00:05", true),
            ("2027-01-01T00:00:06", false),
        ] {
            assert_eq!(may_read(new_year, at(found), five), right, "{found}");
        }
        assert!(may_read(new_year, at("9999-12-31T23:59:59"), Duration::MAX));
    }
}
