use core::ops::RangeInclusive;
use core::time::Duration;

/// A small seeded source of numbers, for simulators and tests: the same seed gives the same numbers on every platform and in
/// every release.
///
/// Not for keys, salts or anything else that an attacker must not guess.
///
/// ```
/// use pdu_core::Rng;
///
/// let mut a = Rng::from_seed(7);
/// let mut b = Rng::from_seed(7);
/// assert_eq!(a.next_u64(), b.next_u64());
/// assert!(a.below(6) < 6);
/// ```
///
/// Source: SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// The source that this seed stands for.
    pub const fn from_seed(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A source of its own, that shares no numbers with this one: for a part that must not be disturbed by how many
    /// numbers the others take.
    #[must_use]
    pub const fn fork(&mut self) -> Self {
        Self::from_seed(self.next_u64())
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The next 8 bits.
    pub const fn next_u8(&mut self) -> u8 {
        self.next_u64().to_be_bytes()[0]
    }

    /// A number from 0 up to, but not including, `bound`; 0 if that is 0.
    ///
    /// The bias of the multiply-and-shift is below `bound` / 2^64.
    pub const fn below(&mut self, bound: u64) -> u64 {
        // The high half of a 128-bit product is below `bound`.
        ((self.next_u64() as u128 * bound as u128) >> 64) as u64
    }

    /// A number of this range, both ends included; the start if the range is empty.
    pub fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (start, end) = range.into_inner();
        match end.saturating_sub(start).checked_add(1) {
            Some(count) => start + self.below(count),
            None => self.next_u64(),
        }
    }

    /// A span of this range, in whole microseconds, both ends included.
    pub fn span(&mut self, range: &RangeInclusive<Duration>) -> Duration {
        let micros = |span: &Duration| u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.within(micros(range.start())..=micros(range.end())))
    }

    /// True `per_mille` times out of a thousand; always from 1000 on.
    pub const fn chance(&mut self, per_mille: u16) -> bool {
        self.below(1000) < per_mille as u64
    }

    /// Fills a buffer.
    pub fn fill(&mut self, buffer: &mut [u8]) {
        for octet in buffer {
            *octet = self.next_u8();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_published_generator() {
        // Vigna's splitmix64.c with x = 1234567.
        let mut rng = Rng::from_seed(1_234_567);
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!([rng.next_u64(), rng.next_u64(), rng.next_u64()], expected);
    }

    #[test]
    fn ranges_reach_both_ends_and_nothing_beyond() {
        let mut rng = Rng::from_seed(1);
        let mut seen = [0_u32; 4];
        for _ in 0..1000 {
            let value = rng.within(3..=6);
            assert!((3..=6).contains(&value));
            seen[usize::try_from(value - 3).unwrap()] += 1;
        }
        assert!(seen.iter().all(|&count| count > 150), "{seen:?}");
        rng.within(0..=u64::MAX);
        assert_eq!(rng.within(5..=5), 5);
        assert_eq!(rng.below(0), 0);
    }

    #[test]
    fn chance_is_never_at_zero_and_always_at_a_thousand() {
        let mut rng = Rng::from_seed(2);
        for _ in 0..1000 {
            assert!(!rng.chance(0));
            assert!(rng.chance(1000));
        }
    }
}
