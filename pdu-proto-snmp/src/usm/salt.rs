/// What makes the initial vector of one message differ from all others of the same key.
///
/// AES takes all 64 bits, DES and triple DES the lower 32. Source: RFC 3826, 3.1.2.1; RFC 3414, 8.1.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Salt(pub u64);

/// Gives salts, none of them twice.
///
/// It counts on from a seed. Two programs, or two runs of one, that use the same keys must not come to the same salt within
/// a second, so the seed is 64 random bits, taken by the caller: there is no source of them in here.
#[derive(Clone, Debug)]
pub struct Salts {
    next: u64,
}

impl Salts {
    /// Salts from this one on.
    pub const fn new(seed: u64) -> Self {
        Self { next: seed }
    }

    /// The next one.
    pub const fn take(&mut self) -> Salt {
        let salt = Salt(self.next);
        self.next = self.next.wrapping_add(1);
        salt
    }
}
