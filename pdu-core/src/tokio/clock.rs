use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::boxed::Box;

use ::tokio::time::{Instant as TokioInstant, Sleep, sleep_until};

use crate::Instant;

/// The longest that a timer sleeps at once: tokio's own stand-in for "never".
const FAR: Duration = Duration::from_secs(86_400 * 365 * 30);

/// Tokio's clock as [`Instant`], so that its paused time works in tests.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    epoch: TokioInstant,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            epoch: TokioInstant::now(),
        }
    }

    pub(super) fn now(&self) -> Instant {
        Instant::EPOCH + self.epoch.elapsed()
    }

    fn tokio(&self, at: Instant) -> TokioInstant {
        let span = at.saturating_since(Instant::EPOCH);
        self.epoch.checked_add(span).unwrap_or_else(|| self.epoch + FAR)
    }
}

/// A timer that is set anew only for an earlier deadline: waking early is harmless, and most deadlines move later.
pub(super) struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    armed: Option<Instant>,
    /// The task that it wakes.
    task: Option<Waker>,
}

/// A timer this close is always looked at, whatever the rounding of clocks.
const CLOSE: Duration = Duration::from_millis(5);

impl Timer {
    pub(super) const fn new() -> Self {
        Self {
            sleep: None,
            armed: None,
            task: None,
        }
    }

    /// Whether it wakes its task at the deadline or before. One that is over has woken it already, and does not again.
    pub(super) fn covers(&self, now: Instant, deadline: Option<Instant>) -> bool {
        deadline.is_none_or(|deadline| self.armed.is_some_and(|armed| now < armed && armed <= deadline))
    }

    /// Ready if the deadline may have come (the clock decides, not the timer), else the task wakes at the deadline or
    /// before.
    pub(super) fn poll(
        &mut self,
        clock: &Clock,
        now: Instant,
        deadline: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let Some(deadline) = deadline else {
            return Poll::Pending;
        };
        let will_wake = self.task.as_ref().is_some_and(|task| task.will_wake(cx.waker()));
        if will_wake && self.covers(now, Some(deadline)) && self.armed > Some(now + CLOSE) {
            return Poll::Pending;
        }
        self.poll_sleep(clock, deadline, cx)
    }

    fn poll_sleep(&mut self, clock: &Clock, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(sleep_until(clock.tokio(deadline))));
        if self.armed.is_none_or(|armed| armed > deadline) {
            sleep.as_mut().reset(clock.tokio(deadline));
            self.armed = Some(deadline);
        }
        let poll = sleep.as_mut().poll(cx);
        if poll.is_ready() {
            self.armed = None;
            return poll;
        }
        self.task = Some(cx.waker().clone());
        poll
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_that_is_over_covers_no_deadline() {
        let at = Instant::from_millis;
        let mut timer = Timer::new();
        timer.armed = Some(at(5));
        assert!(timer.covers(at(4), Some(at(9))));
        assert!(!timer.covers(at(5), Some(at(9))));
        assert!(!timer.covers(at(4), Some(at(3))));
        assert!(timer.covers(at(6), None));
    }
}
