use core::time::Duration;

/// How a link came to its end, as far as [`Backoff`] cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkEnd {
    /// It worked, and this side closed it because it was not wanted any more.
    Closed,
    /// It worked for this long, then it broke or had to be reset.
    Broken {
        /// From the moment the link was there to its end.
        lived: Duration,
    },
    /// It never came, or nothing ever came over it.
    Failed,
}

/// How long to wait before the next attempt to open a link.
///
/// The first attempt after a link that worked is made at once. Failures wait, each longer than the one before, so that a
/// device that restarts is not hammered. A link that works but breaks again and again within [`initial`](Self::new) counts
/// as failing (a console that greets and closes since all its lines are taken). Each wait is shortened by up to half, by
/// entropy that the caller brings, so that a hundred pollers do not come back in step.
///
/// ```
/// use core::time::Duration;
/// use pdu_core::{Backoff, LinkEnd};
///
/// let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
/// let full = u64::MAX; // the longest wait that the jitter allows
/// assert_eq!(backoff.wait_after(LinkEnd::Broken { lived: Duration::from_secs(3600) }, full), Duration::ZERO);
/// assert_eq!(backoff.wait_after(LinkEnd::Failed, full).as_millis(), 999);
/// assert_eq!(backoff.wait_after(LinkEnd::Failed, full).as_millis(), 1999);
/// assert_eq!(backoff.wait_after(LinkEnd::Failed, 0), Duration::from_secs(2));
/// assert_eq!(backoff.wait_after(LinkEnd::Closed, full), Duration::ZERO);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    initial: Duration,
    max: Duration,
    factor: u32,
    /// What the next wait is, before jitter; `None` while nothing has failed.
    next: Option<Duration>,
}

impl Backoff {
    /// Waits of about `initial` after the first failure, then twice as long each time, never more than `max`.
    pub const fn new(initial: Duration, max: Duration) -> Self {
        Self {
            initial,
            max,
            factor: 2,
            next: None,
        }
    }

    /// The same, each wait `factor` times the one before. A factor of 0 is taken for 1, which does not grow.
    #[must_use]
    pub const fn with_factor(mut self, factor: u32) -> Self {
        self.factor = if factor == 0 { 1 } else { factor };
        self
    }

    /// How long to wait now that a link came to this end. `entropy` is any 64 random bits.
    pub fn wait_after(&mut self, end: LinkEnd, entropy: u64) -> Duration {
        match end {
            LinkEnd::Closed => {
                self.next = None;
                Duration::ZERO
            }
            LinkEnd::Broken { lived } if self.next.is_none() || lived >= self.initial => {
                self.next = Some(self.initial);
                Duration::ZERO
            }
            LinkEnd::Broken { .. } | LinkEnd::Failed => {
                let wait = self.next.unwrap_or(self.initial).min(self.max);
                self.next = Some(wait.saturating_mul(self.factor).min(self.max));
                jittered(wait, entropy)
            }
        }
    }
}

/// Starts at 250 ms and ends at 30 s.
impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_millis(250), Duration::from_secs(30))
    }
}

/// Half of the wait, and of the other half the part that `entropy` is of 2^64.
fn jittered(wait: Duration, entropy: u64) -> Duration {
    let half = wait / 2;
    let micros = u64::try_from(half.as_micros()).unwrap_or(u64::MAX);
    let share = (u128::from(micros) * u128::from(entropy)) >> 64;
    half.saturating_add(Duration::from_micros(u64::try_from(share).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_secs(60);

    fn waits(backoff: &mut Backoff, ends: &[LinkEnd]) -> [u64; 6] {
        let mut out = [0; 6];
        for (slot, end) in out.iter_mut().zip(ends) {
            *slot = backoff.wait_after(*end, 0).as_millis().try_into().unwrap();
        }
        out
    }

    #[test]
    fn waits_grow_up_to_the_bound() {
        let mut backoff = Backoff::new(SECOND, 5 * SECOND);
        let got = waits(&mut backoff, &[LinkEnd::Failed; 6]);
        assert_eq!(got, [500, 1000, 2000, 2500, 2500, 2500]);
    }

    #[test]
    fn factor_of_one_does_not_grow() {
        let mut backoff = Backoff::new(SECOND, MINUTE).with_factor(0);
        assert_eq!(waits(&mut backoff, &[LinkEnd::Failed; 6]), [500; 6]);
    }

    #[test]
    fn first_reconnect_after_a_working_link_does_not_wait() {
        let mut backoff = Backoff::new(SECOND, MINUTE);
        let long = LinkEnd::Broken { lived: MINUTE };
        let ends = [long, LinkEnd::Failed, LinkEnd::Failed, long, long, LinkEnd::Failed];
        assert_eq!(waits(&mut backoff, &ends), [0, 500, 1000, 0, 0, 500]);
    }

    #[test]
    fn links_that_break_soon_again_and_again_wait_longer() {
        let mut backoff = Backoff::new(SECOND, MINUTE);
        let short = LinkEnd::Broken {
            lived: Duration::from_millis(5),
        };
        let ends = [short, short, short, LinkEnd::Closed, short, short];
        assert_eq!(waits(&mut backoff, &ends), [0, 500, 1000, 0, 0, 500]);
    }

    #[test]
    fn jitter_stays_between_half_and_whole() {
        for entropy in [0, 1, u64::MAX / 3, u64::MAX] {
            let wait = Backoff::new(SECOND, MINUTE).wait_after(LinkEnd::Failed, entropy);
            assert!(wait >= SECOND / 2 && wait <= SECOND, "{wait:?} for {entropy}");
        }
    }

    #[test]
    fn absurd_settings_do_not_overflow() {
        let mut backoff = Backoff::new(Duration::MAX, Duration::MAX).with_factor(u32::MAX);
        for _ in 0..3 {
            assert!(backoff.wait_after(LinkEnd::Failed, u64::MAX) > Duration::ZERO);
        }
    }
}
