//! The unit's clock, which runs between being set and being read back.

use alloc::string::ToString;
use core::time::Duration;

use pdu_core::{Answer, DeviceError, Effect, Error, ErrorKind, Instant, LocalDateTime};

use super::error::{Difference, ReplyError};
use super::job::{Done, Job, Line, Next};
use crate::IsotekError;
use crate::client::{Reply, Request, Retry};
use crate::wire::{Command, Dialect};

/// The clock is written, once, and read back from a status that began later.
#[derive(Debug)]
pub(super) struct SetClock {
    wanted: LocalDateTime,
    /// When the raw session was given the line.
    sent: Instant,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Write,
    /// With how the write failed, if it was not acknowledged.
    ReadBack(Option<IsotekError>),
}

impl SetClock {
    pub(super) fn new(wanted: LocalDateTime, dialect: Dialect) -> Result<Self, DeviceError> {
        Command::SetClock(wanted)
            .check(&dialect)
            .map_err(|error| DeviceError::invalid(error.to_string()))?;
        Ok(Self {
            wanted,
            sent: Instant::EPOCH,
            step: Step::Write,
        })
    }

    pub(super) fn request(&self) -> Request {
        match self.step {
            Step::Write => Request::new(Command::SetClock(self.wanted)).with_retry(Retry::Never),
            Step::ReadBack(_) => Command::ReadStatus.into(),
        }
    }

    pub(super) fn note_sent(&mut self, now: Instant) {
        if matches!(self.step, Step::Write) {
            self.sent = now;
        }
    }

    pub(super) fn effect(&self) -> Effect {
        match self.step {
            Step::Write => Effect::NotApplied,
            Step::ReadBack(None) => Effect::Applied,
            Step::ReadBack(Some(_)) => Effect::Unknown,
        }
    }

    pub(super) fn answered(self, now: Instant, reply: &Reply) -> Next {
        match (&self.step, reply) {
            (Step::Write, _) => self.read_back(None),
            (Step::ReadBack(unanswered), Reply::Status(status)) => match status.clock {
                Some(found) if may_read(self.wanted, found, now.saturating_since(self.sent)) => {
                    Done(Ok(Answer::Confirmed))
                }
                // What it read before is not known, and it runs: so nothing tells that it is untouched.
                Some(found) => Next::failed(self.difference(found).not_confirmed(Effect::Unknown, *unanswered)),
                None => self.fails_with(ReplyError::NoClock),
            },
            (Step::ReadBack(_), _) => self.fails_with(ReplyError::Unexpected),
        }
    }

    pub(super) fn failed(self, error: IsotekError) -> Next {
        match self.step {
            // What came of it can still be read.
            Step::Write if is_open(&error) => self.read_back(Some(error)),
            Step::Write => Next::failed(error),
            // The answer that was lost first tells more than the one that was lost after it.
            Step::ReadBack(Some(first)) if error.kind() != ErrorKind::Cancelled => Next::failed(first),
            Step::ReadBack(_) => self.fails_with(error),
        }
    }

    fn read_back(self, unanswered: Option<IsotekError>) -> Next {
        Line(Job::SetClock(Self {
            step: Step::ReadBack(unanswered),
            ..self
        }))
    }

    fn fails_with<E: Error + Send + Sync + 'static>(&self, error: E) -> Next {
        Done(Err(DeviceError::new(error).with_effect(self.effect())))
    }

    fn difference(&self, found: LocalDateTime) -> Difference {
        Difference {
            place: "clock".into(),
            expected: self.wanted.to_string(),
            found: found.to_string(),
        }
    }
}

/// Whether a write may have happened, and a read can tell: not over a link that is gone, nor for a caller who does not want to
/// know.
pub(super) fn is_open(error: &IsotekError) -> bool {
    error.effect() == Effect::Unknown && !matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::LinkDown)
}

/// How far the clock may be off when it is read back: it counts whole seconds, and a status may wait for its second.
pub(super) const TOLERANCE: Duration = Duration::from_secs(2);

/// Whether a clock that was set to `wanted` may read `found` now, `since` having gone by since the line left for the unit.
///
/// When on its way the unit took it, and how long the status was on its own, is not known: so everything from the time that
/// was set to that time and all that went by is right, and [`TOLERANCE`] on both sides.
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
    fn each_day_of_four_centuries_is_one_after_the_other() {
        let mut days = Vec::new();
        for year in 2000..2400 {
            for month in 1..=12 {
                days.extend((1..=31).filter_map(|day| LocalDateTime::new(year, month, day, 0, 0, 0)));
            }
        }
        assert_eq!(days.len(), 146_097);
        for pair in days.windows(2) {
            assert_eq!(
                seconds_of(pair[1]) - seconds_of(pair[0]),
                86_400,
                "{} {}",
                pair[0],
                pair[1]
            );
        }
    }

    #[test]
    fn a_clock_may_have_run_since_it_was_set_but_no_further() {
        let new_year = at("2026-12-31T23:59:58");
        let five = Duration::from_secs(5);
        for (found, right) in [
            ("2026-12-31T23:59:55", false),
            ("2026-12-31T23:59:56", true),
            ("2026-12-31T23:59:58", true),
            ("2027-01-01T00:00:05", true),
            ("2027-01-01T00:00:06", false),
            ("2025-12-31T23:59:58", false),
        ] {
            assert_eq!(may_read(new_year, at(found), five), right, "{found}");
        }
        assert!(may_read(new_year, at("9999-12-31T23:59:59"), Duration::MAX));
    }
}
