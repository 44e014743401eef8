//! Request ids and message ids: which place of the table, and which attempt.

use pdu_core::Rng;

/// Bits of an id: request ids are 1 to 2^31-1, message ids 0 to 2^31-1.
const BITS: u32 = 31;
const MASK: u32 = (1 << BITS) - 1;

/// Makes ids out of places and generations, and places and generations out of ids.
///
/// The two numbers side by side would tell the next id to whoever saw the last. So they are mixed, one to one, by two
/// multiplications that come from the seed. That keeps off whoever does not see our requests; against those who do, nothing
/// but v3 helps.
#[derive(Debug)]
pub(super) struct Ids {
    place_bits: u32,
    factors: [u32; 2],
    inverses: [u32; 2],
}

/// One attempt of one request, without its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Generation(u32);

impl Generation {
    pub(super) const START: Self = Self(0);
}

impl Ids {
    /// Ids for this many places, at most 2^20.
    pub(super) fn new(places: u32, rng: &mut Rng) -> Self {
        let factors = [0, 1].map(|_| odd(rng.next_u64()));
        Self {
            place_bits: u32::BITS - places.saturating_sub(1).leading_zeros(),
            factors,
            inverses: factors.map(inverse),
        }
    }

    /// The generation after this one, and its id at a place. It comes again once all others did.
    pub(super) fn next(&self, place: u32, generation: Generation) -> (Generation, u32) {
        let next = Generation(generation.0.wrapping_add(1) & self.generation_mask());
        match self.id(place, next) {
            // Of all ids one is 0, which is none.
            0 => self.next(place, next),
            id => (next, id),
        }
    }

    fn id(&self, place: u32, generation: Generation) -> u32 {
        let plain = generation.0 << self.place_bits | place;
        self.factors
            .iter()
            .fold(plain, |id, factor| mix(id.wrapping_mul(*factor) & MASK))
    }

    /// The place and the generation that an id was made of.
    pub(super) fn parts(&self, id: u32) -> (u32, Generation) {
        let unmix = |id: u32, factor: &u32| mix(id).wrapping_mul(*factor) & MASK;
        let plain = self.inverses.iter().rev().fold(id & MASK, unmix);
        let place = plain & !(u32::MAX << self.place_bits);
        (place, Generation(plain >> self.place_bits))
    }

    /// How many generations after `first` this one is.
    pub(super) const fn since(&self, first: Generation, this: Generation) -> u32 {
        this.0.wrapping_sub(first.0) & self.generation_mask()
    }

    const fn generation_mask(&self) -> u32 {
        MASK >> self.place_bits
    }
}

/// Its own inverse, since twice 16 bits are more than there are.
const fn mix(id: u32) -> u32 {
    id ^ id >> 16
}

/// The low bits of a random number, made odd.
const fn odd(entropy: u64) -> u32 {
    let [a, b, c, d, ..] = entropy.to_le_bytes();
    u32::from_le_bytes([a, b, c, d]) | 1
}

/// What an odd number is to be multiplied with to give 1: each step doubles the bits that are right, of which three are at
/// the start.
fn inverse(factor: u32) -> u32 {
    (0..4).fold(factor, |guess, _| {
        guess.wrapping_mul(2_u32.wrapping_sub(factor.wrapping_mul(guess)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn every_id_is_legal_and_tells_its_place_and_generation() {
        for seed in 0..50 {
            let mut rng = Rng::from_seed(seed);
            for places in [1, 2, 64, 65, 16_384, 1 << 20] {
                let ids = Ids::new(places, &mut rng);
                for place in [0, places / 2, places - 1] {
                    let mut generation =
                        Generation(u32::try_from(rng.next_u64() >> 40).unwrap() & ids.generation_mask());
                    for _ in 0..100 {
                        let (next, id) = ids.next(place, generation);
                        assert!((1..=MASK).contains(&id));
                        assert_eq!(ids.parts(id), (place, next));
                        assert!((1..=2).contains(&ids.since(generation, next)));
                        generation = next;
                    }
                }
            }
        }
    }

    #[test]
    fn an_id_comes_again_only_when_all_others_did() {
        let ids = Ids::new(1 << 20, &mut Rng::from_seed(7));
        let mut seen = BTreeSet::new();
        let mut generation = Generation::default();
        for _ in 0..2047 {
            let (next, id) = ids.next(5, generation);
            assert!(seen.insert(id));
            generation = next;
        }
    }
}
