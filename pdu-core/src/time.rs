use core::fmt;
use core::ops::{Add, AddAssign};
use core::time::Duration;

/// A point in monotonic time: microseconds since an epoch that the caller picks (boot, program start).
///
/// Everything below the drivers gets its time as an argument of this type, so that it runs without a clock, and in tests
/// at any speed. Microseconds because the silent intervals of Modbus RTU are 750 and 1750 of them; 64 bits of them last
/// for half a million years.
///
/// ```
/// use core::time::Duration;
/// use pdu_core::Instant;
///
/// let sent = Instant::from_micros(1_000);
/// let deadline = sent + Duration::from_millis(500);
/// assert_eq!(deadline.as_micros(), 501_000);
/// assert_eq!(deadline.saturating_since(sent), Duration::from_millis(500));
/// assert_eq!(sent.saturating_since(deadline), Duration::ZERO);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Instant(u64);

impl Instant {
    /// The epoch itself.
    pub const EPOCH: Self = Self(0);
    /// The last instant that can be told; a deadline there never comes.
    pub const FAR_FUTURE: Self = Self(u64::MAX);

    /// The instant that is `micros` microseconds after the epoch.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// The instant that is `millis` milliseconds after the epoch, at most [`FAR_FUTURE`](Self::FAR_FUTURE).
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The time from `earlier` to `self`, zero if that lies in the other direction.
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

/// Ends at [`Instant::FAR_FUTURE`] instead of overflowing.
impl Add<Duration> for Instant {
    type Output = Self;

    #[inline]
    fn add(self, span: Duration) -> Self {
        let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(micros))
    }
}

impl AddAssign<Duration> for Instant {
    #[inline]
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}s", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

/// The earlier of two deadlines, where `None` means that there is none.
///
/// `Option::min` takes `None` for the smallest value and so loses the only deadline; this does not.
///
/// ```
/// use pdu_core::{Instant, earliest};
///
/// let at = Instant::from_micros(7);
/// assert_eq!(earliest(None, Some(at)), Some(at));
/// assert_eq!(earliest(Some(at), Some(Instant::EPOCH)), Some(Instant::EPOCH));
/// assert_eq!(earliest(None, None), None);
/// ```
#[inline]
pub fn earliest(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The bridge between [`Instant`] and the clock of the standard library, for drivers.
///
/// Its epoch is the moment at which it was made. Copies share the epoch, so instants of one clock and its copies compare.
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: std::time::Instant,
}

#[cfg(feature = "std")]
impl Clock {
    /// A clock that reads [`Instant::EPOCH`] now.
    pub fn start() -> Self {
        Self {
            epoch: std::time::Instant::now(),
        }
    }

    /// The time now.
    pub fn now(&self) -> Instant {
        self.instant(std::time::Instant::now())
    }

    /// A time of the standard library as an [`Instant`]; what lies before the epoch is the epoch.
    pub fn instant(&self, at: std::time::Instant) -> Instant {
        Instant::EPOCH + at.saturating_duration_since(self.epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_ends_at_the_far_future() {
        assert_eq!(Instant::from_micros(3) + Duration::MAX, Instant::FAR_FUTURE);
        assert_eq!(Instant::from_millis(u64::MAX), Instant::FAR_FUTURE);
    }

    #[test]
    fn debug_shows_seconds_with_six_digits() {
        assert_eq!(std::format!("{:?}", Instant::from_micros(1_000_750)), "1.000750s");
    }

    #[cfg(feature = "std")]
    #[test]
    fn copies_of_a_clock_share_its_epoch() {
        let clock = Clock::start();
        let copy = clock;
        let before = clock.now();
        assert!(copy.now() >= before);
        assert_eq!(clock.instant(clock.epoch), Instant::EPOCH);
    }
}
