//! What a line draws over a day: seeded, believable, and summed exactly.
//!
//! Power is constant during each second, so energy is a sum of whole milliwatt-seconds. A day repeats, and all sums over
//! whole segments and days are kept ready: a jump of virtual time costs the same whether it spans a second or a century.

use alloc::vec::Vec;

use crate::Rng;

/// Seconds of one segment, in which power moves in a straight line.
const SEGMENT: u64 = 300;
/// Segments of a day.
const SEGMENTS: u64 = 288;
/// Seconds of a day.
const DAY: u64 = SEGMENT * SEGMENTS;
/// Seconds after which the quick flicker on top repeats.
const FLICKER: usize = 64;
/// Knots are whole multiples of this many milliwatts, so that the slope between two of them is whole milliwatts a second.
const GRAIN: u64 = SEGMENT;

/// The load of one line, as a function of the second.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    active: Curve,
    apparent: Curve,
}

impl Profile {
    /// A load that wanders around `base` milliwatts: higher in the middle of the day, never below half of it.
    pub(super) fn new(rng: &mut Rng, base: u64) -> Self {
        let flicker = flicker(rng, base / 250);
        let (mut active, mut apparent) = (Vec::new(), Vec::new());
        let (mut drift, mut power_factor) = (0_i64, 940_i64);
        for segment in 0..SEGMENTS {
            drift += step(rng, 30) - drift / 12;
            power_factor = (power_factor + step(rng, 6)).clamp(900, 980);
            let per_mille = daily(segment).saturating_add_signed(drift.clamp(-200, 200));
            let watts = base * per_mille / 1000;
            active.push(watts / GRAIN);
            apparent.push(watts * 1000 / power_factor.unsigned_abs() / GRAIN);
        }
        Self {
            active: Curve::new(&active, &flicker),
            apparent: Curve::new(&apparent, &flicker.map(|part| part * 1000 / 940)),
        }
    }

    /// Milliwatts and milli-volt-amperes during this second.
    pub(super) fn at(&self, second: u64) -> (u64, u64) {
        let active = self.active.at(second);
        (active, self.apparent.at(second).max(active))
    }

    /// Milliwatt-seconds and milli-volt-ampere-seconds from the start until this second.
    pub(super) fn until(&self, second: u64) -> (u128, u128) {
        (self.active.until(second), self.apparent.until(second))
    }
}

/// A number from `-size` to `size`.
fn step(rng: &mut Rng, size: u64) -> i64 {
    rng.within(0..=2 * size).cast_signed() - size.cast_signed()
}

/// Per mille of the base at that hour: a straight way from 850 at the day's beginning to 1150 in its middle, and back.
const fn daily(segment: u64) -> u64 {
    const HALF: u64 = SEGMENTS / 2;
    1150 - 300 * HALF.abs_diff(segment) / HALF
}

/// Milliwatts to add in each second of a period; their sum is zero.
fn flicker(rng: &mut Rng, size: u64) -> [i64; FLICKER] {
    let mut parts = [0; FLICKER];
    let (first, second) = parts.split_at_mut(FLICKER / 2);
    for (up, down) in first.iter_mut().zip(second) {
        *up = step(rng, size);
        *down = -*up;
    }
    parts
}

/// Straight lines between knots, and a flicker on top.
#[derive(Clone, Debug)]
struct Curve {
    /// Each segment's first milliwatts, its slope per second, and the sum of all segments before it.
    segments: Vec<Segment>,
    /// The sum over a whole day.
    day: u128,
    /// Each flicker and the sum of those before it.
    flicker: [(i64, i64); FLICKER],
}

#[derive(Clone, Copy, Debug, Default)]
struct Segment {
    start: u64,
    slope: i64,
    before: u64,
}

impl Segment {
    fn at(self, second: u64) -> u64 {
        self.start.saturating_add_signed(self.slope * second.cast_signed())
    }

    /// The sum over the first `seconds` of this segment: of an arithmetic progression, so exact.
    fn sum(self, seconds: u64) -> u64 {
        let pairs = seconds * seconds.saturating_sub(1) / 2;
        (self.start * seconds).saturating_add_signed(self.slope * pairs.cast_signed())
    }
}

impl Curve {
    /// `knots` in [`GRAIN`]s; the last segment leads back to the first.
    fn new(knots: &[u64], flicker: &[i64; FLICKER]) -> Self {
        let mut before = 0;
        let next = knots.iter().cycle().skip(1);
        let segments = knots.iter().zip(next).map(|(&knot, &next)| {
            let segment = Segment {
                start: knot * GRAIN,
                slope: next.cast_signed() - knot.cast_signed(),
                before,
            };
            before += segment.sum(SEGMENT);
            segment
        });
        let segments = segments.collect();
        let mut sum = 0;
        Self {
            segments,
            day: before.into(),
            flicker: flicker.map(|part| {
                sum += part;
                (part, sum - part)
            }),
        }
    }

    fn segment(&self, second: u64) -> (Segment, u64) {
        let second = second % DAY;
        let index = usize::try_from(second / SEGMENT).unwrap_or(0);
        (self.segments.get(index).copied().unwrap_or_default(), second % SEGMENT)
    }

    fn flicker(&self, second: u64) -> (i64, i64) {
        let index = usize::try_from(second % FLICKER as u64).unwrap_or(0);
        self.flicker.get(index).copied().unwrap_or_default()
    }

    fn at(&self, second: u64) -> u64 {
        let (segment, rest) = self.segment(second);
        segment.at(rest).saturating_add_signed(self.flicker(second).0)
    }

    fn until(&self, second: u64) -> u128 {
        let (segment, rest) = self.segment(second);
        let whole_days = u128::from(second / DAY) * self.day;
        let sum = whole_days + u128::from(segment.before + segment.sum(rest));
        // The flicker's sum is far smaller than that of the knots under it, except at second 0, where it is zero.
        sum.saturating_add_signed(self.flicker(second).1.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn energy_is_the_sum_of_the_power_of_each_second() {
        let profile = Profile::new(&mut Rng::from_seed(3), 1_500_000);
        let (mut active, mut apparent) = (0, 0);
        for second in 0..2 * DAY + 77 {
            assert_eq!(profile.until(second), (active, apparent), "second {second}");
            let (watts, volt_amperes) = profile.at(second);
            assert!(watts > 700_000 && watts < volt_amperes, "{watts} {volt_amperes}");
            active += u128::from(watts);
            apparent += u128::from(volt_amperes);
        }
    }

    #[test]
    fn load_moves_slowly() {
        let profile = Profile::new(&mut Rng::from_seed(4), 1_000_000);
        for second in 0..DAY {
            let (a, b) = (profile.at(second).0, profile.at(second + 1).0);
            assert!(a.abs_diff(b) < 12_000, "{a} then {b} mW at second {second}");
        }
    }
}
