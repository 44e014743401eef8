use core::fmt;

/// What a manager may hold and have under way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ManagerOptions {
    /// How many requests may be with all agents together; 128 if not set. As many answers should fit the socket's receive
    /// buffer: the usual default holds about 160.
    pub window: u32,
    /// How many requests there may be, those included that wait and those whose end was not taken yet; 16,384 if not set, at
    /// most 2^20. More are [`Busy`](pdu_core::ErrorKind::Busy).
    pub capacity: u32,
    /// How many varbinds a walk may have, unless it says so itself; 1,000,000 if not set.
    pub max_walk: u32,
    /// What makes ids and waits hard to guess: 64 random bits. The same seed gives the same octets.
    pub seed: u64,
}

impl ManagerOptions {
    /// The usual bounds, and this seed.
    pub const fn new(seed: u64) -> Self {
        Self {
            window: 128,
            capacity: 16_384,
            max_walk: 1_000_000,
            seed,
        }
    }

    /// The same, with another [`window`](Self::window).
    #[must_use]
    pub const fn with_window(self, window: u32) -> Self {
        Self { window, ..self }
    }

    /// The same, with another [`capacity`](Self::capacity).
    #[must_use]
    pub const fn with_capacity(self, capacity: u32) -> Self {
        Self { capacity, ..self }
    }

    /// The same, with another [`max_walk`](Self::max_walk).
    #[must_use]
    pub const fn with_max_walk(self, max_walk: u32) -> Self {
        Self { max_walk, ..self }
    }
}

/// All but the seed, from which ids could be told.
impl fmt::Debug for ManagerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagerOptions")
            .field("window", &self.window)
            .field("capacity", &self.capacity)
            .field("max_walk", &self.max_walk)
            .finish_non_exhaustive()
    }
}
