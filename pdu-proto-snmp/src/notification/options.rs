use core::fmt;
use core::time::Duration;

use super::receiver::MAX_DATAGRAM;
use crate::wire::Tolerance;

/// What a [`Receiver`](super::Receiver) takes, and how much it keeps.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceiverOptions {
    /// How many notifications wait to be taken, one at least; 1,024 if not set. Of more the oldest are dropped, and counted:
    /// informs too, although they were answered.
    pub queue: usize,
    /// Of how many datagrams that were not believed it is kept why, the newest; 16 if not set.
    pub rejected: usize,
    /// Which deviations from the standard are accepted; all of them if not set.
    pub tolerance: Tolerance,
    /// For how long an inform is remembered, so that its repetition is answered but not handed out, and a trap of v3, so that
    /// its repetition is not believed; 150 seconds if not set, after which v3 believes no repetition anyway.
    pub memory: Duration,
    /// How many informs are remembered, and how many traps of v3, the newest of each; 1,024 if not set.
    pub memories: usize,
    /// How many engines are kept from which users of v3 were heard; 1,024 if not set. Each takes about a kilobyte. Those
    /// beyond are not believed.
    pub engines: usize,
    /// How many unknown engines may show up in a second, believed or not; 256 if not set. Each costs some microseconds, or a
    /// millisecond if its user's privacy key is made longer in Reeder's way.
    ///
    /// It counts for users of [any engine](super::Receiver::with_user) only: a stranger who knows the name of one can use it up
    /// with engines that do not exist, and keeps those from being heard that were not heard before. Users of a
    /// [named engine](super::Receiver::with_user_at) are not held up by that.
    pub trials_per_second: u32,
    /// 64 random bits, other ones after each start: what encrypted answers to informs begin with.
    pub seed: u64,
}

/// All but the seed, from which salts could be told.
impl fmt::Debug for ReceiverOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverOptions")
            .field("queue", &self.queue)
            .field("rejected", &self.rejected)
            .field("tolerance", &self.tolerance)
            .field("memory", &self.memory)
            .field("memories", &self.memories)
            .field("engines", &self.engines)
            .field("trials_per_second", &self.trials_per_second)
            .finish_non_exhaustive()
    }
}

impl ReceiverOptions {
    /// The usual bounds, and this seed.
    pub const fn new(seed: u64) -> Self {
        Self {
            queue: 1024,
            rejected: 16,
            tolerance: Tolerance::LENIENT,
            memory: Duration::from_secs(150),
            memories: 1024,
            engines: 1024,
            trials_per_second: 256,
            seed,
        }
    }

    /// The same, with another [`queue`](Self::queue).
    #[must_use]
    pub const fn with_queue(self, queue: usize) -> Self {
        Self { queue, ..self }
    }

    /// The same, with another number of [`rejected`](Self::rejected) datagrams.
    #[must_use]
    pub const fn with_rejected(self, rejected: usize) -> Self {
        Self { rejected, ..self }
    }

    /// The same, with another [`tolerance`](Self::tolerance).
    #[must_use]
    pub const fn with_tolerance(self, tolerance: Tolerance) -> Self {
        Self { tolerance, ..self }
    }

    /// The same, with another [`memory`](Self::memory) of so many informs, and so many traps.
    #[must_use]
    pub const fn with_memory(self, memory: Duration, memories: usize) -> Self {
        Self {
            memory,
            memories,
            ..self
        }
    }

    /// The same, with another number of [`engines`](Self::engines).
    #[must_use]
    pub const fn with_engines(self, engines: usize) -> Self {
        Self { engines, ..self }
    }

    /// The same, with another number of [`trials_per_second`](Self::trials_per_second).
    #[must_use]
    pub const fn with_trials_per_second(self, trials_per_second: u32) -> Self {
        Self {
            trials_per_second,
            ..self
        }
    }
}

/// How a [`Sender`](super::Sender) works.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SenderOptions {
    /// How many notifications may be on their way, or done and not [told](super::Sender::poll_event) yet; 256 if not set.
    pub capacity: usize,
    /// The longest datagram that is sent; 1,472 octets if not set, which fit one frame of Ethernet.
    pub max_message_size: usize,
    /// 64 random bits, other ones after each start: where ids and what encrypted messages begin with.
    pub seed: u64,
}

/// All but the seed, from which ids could be told.
impl fmt::Debug for SenderOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SenderOptions")
            .field("capacity", &self.capacity)
            .field("max_message_size", &self.max_message_size)
            .finish_non_exhaustive()
    }
}

impl SenderOptions {
    /// The usual bounds, and this seed.
    pub const fn new(seed: u64) -> Self {
        Self {
            capacity: 256,
            max_message_size: 1472,
            seed,
        }
    }

    /// The longest datagram that may leave.
    pub(super) fn longest(&self) -> usize {
        self.max_message_size.min(MAX_DATAGRAM)
    }

    /// The same, with another [`capacity`](Self::capacity).
    #[must_use]
    pub const fn with_capacity(self, capacity: usize) -> Self {
        Self { capacity, ..self }
    }

    /// The same, with another [`max_message_size`](Self::max_message_size).
    #[must_use]
    pub const fn with_max_message_size(self, max_message_size: usize) -> Self {
        Self {
            max_message_size,
            ..self
        }
    }
}
