use core::fmt;

use crate::wire::{Deviation, Tolerance};

/// What an agent takes and how much it answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AgentOptions {
    /// Octets of the largest message, received or sent: 484 to 65,507, what lies outside counts as the nearer of them. By
    /// default 1,472, which fits one Ethernet frame.
    ///
    /// A response is also no larger than a manager of v3 says it takes.
    pub max_message_size: usize,
    /// The most repetitions of one get-bulk, by default 100. A manager gets fewer than it asked for, as RFC 3416, 4.2.3 allows.
    pub max_repetitions: u32,
    /// Responses that wait to be sent, by default 64. A request that comes while so many wait is dropped before anything is
    /// done about it.
    pub queue: usize,
    /// Which deviations are accepted in requests. By default all but operations and values of another version.
    pub tolerance: Tolerance,
    /// Where the salts of encrypted responses begin: best 64 random bits. By default 0, which is enough as long as the engine's
    /// boots are counted: no salt may come twice with the same boots and time.
    pub seed: u64,
}

/// All but the seed, from which salts could be told.
impl fmt::Debug for AgentOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentOptions")
            .field("max_message_size", &self.max_message_size)
            .field("max_repetitions", &self.max_repetitions)
            .field("queue", &self.queue)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

impl AgentOptions {
    /// The smallest `max_message_size`. Source: RFC 3412, 6.3; RFC 3417, 3.2.
    pub const MIN_MESSAGE_SIZE: usize = 484;
    /// The largest `max_message_size`: what a datagram over IPv4 holds.
    pub const MAX_MESSAGE_SIZE: usize = 65_507;

    /// `max_message_size` within its bounds.
    pub(super) fn message_size(&self) -> usize {
        self.max_message_size
            .clamp(Self::MIN_MESSAGE_SIZE, Self::MAX_MESSAGE_SIZE)
    }
}

impl Default for AgentOptions {
    fn default() -> Self {
        Self {
            max_message_size: 1472,
            max_repetitions: 100,
            queue: 64,
            tolerance: Tolerance::LENIENT.refusing(Deviation::OtherVersion),
            seed: 0,
        }
    }
}
