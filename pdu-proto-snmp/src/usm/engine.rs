use core::time::Duration;

use pdu_core::Instant;

use super::{EngineId, UsmError};

/// How many seconds a message may be old. Source: RFC 3414, 2.2.3.
const WINDOW: u32 = 150;
/// The largest number of boots or seconds. Boots stay there, and no message is in time any more. Source: RFC 3414, 2.2.2.
const MAX: u32 = i32::MAX.cast_unsigned();

/// What is known of another engine's clock, by one for whom that engine is authoritative: a manager of an agent, a receiver
/// of whoever sends traps.
///
/// Source: RFC 3414, 2.3 and 3.2, 7 b.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteEngine {
    id: EngineId,
    boots: u32,
    /// The time at `read`.
    time: u32,
    read: Instant,
    /// The boots and time of the latest message that was authenticated, if there was one: nothing before counts.
    latest: Option<(u32, u32)>,
}

impl RemoteEngine {
    /// An engine of which nothing is known but its id.
    pub const fn new(id: EngineId) -> Self {
        Self::discovered(Instant::EPOCH, id, 0, 0)
    }

    /// An engine that said, without proof, that these are its boots and its time: a report to a probe does. They are used to
    /// [`stamp`](Self::stamp) requests, and count for nothing against what comes authenticated.
    pub const fn discovered(now: Instant, id: EngineId, boots: u32, time: u32) -> Self {
        Self {
            id,
            boots,
            time,
            read: now,
            latest: None,
        }
    }

    /// Its id.
    pub const fn id(&self) -> EngineId {
        self.id
    }

    /// Boots and time for a message to it: what it said last, and the seconds since.
    pub fn stamp(&self, now: Instant) -> (u32, u32) {
        (self.boots, later(self.time, now.saturating_since(self.read)))
    }

    /// Whether an **authenticated** message of that engine is in time; takes its clock over where it is ahead.
    ///
    /// # Errors
    ///
    /// Boots before those known, or a time more than 150 seconds before the one known, or boots of 2^31-1.
    pub fn check(&mut self, now: Instant, boots: u32, time: u32) -> Result<(), UsmError> {
        if Some((boots, time)) > self.latest {
            self.take_over(now, boots, time);
        }
        let (local_boots, local_time) = self.stamp(now);
        let late = boots < local_boots || boots == local_boots && time < local_time.saturating_sub(WINDOW);
        if boots >= MAX || late {
            return Err(UsmError::NotInTimeWindow {
                boots,
                time,
                local_boots,
                local_time,
            });
        }
        Ok(())
    }

    /// Takes over the clock of an **authenticated** report that says that a live request was not in its time window, also
    /// where that clock has fallen behind what was expected: engines are found whose time stands still. One correction for a
    /// request is enough.
    ///
    /// # Errors
    ///
    /// A clock that is behind what was authenticated before: a report that is repeated by someone else, or an engine whose
    /// time goes backwards. Also boots of 2^31-1.
    pub fn adopt(&mut self, now: Instant, boots: u32, time: u32) -> Result<(), UsmError> {
        if boots >= MAX || Some((boots, time)) < self.latest {
            let (local_boots, local_time) = self.latest.unwrap_or_default();
            return Err(UsmError::NotInTimeWindow {
                boots,
                time,
                local_boots,
                local_time,
            });
        }
        self.take_over(now, boots, time);
        Ok(())
    }

    fn take_over(&mut self, now: Instant, boots: u32, time: u32) {
        self.latest = Some((boots, time));
        (self.boots, self.time, self.read) = (boots, time, now);
    }
}

/// The engine in here, by whose clock others go: an agent, a receiver of informs, a sender of traps.
///
/// How often it was started is kept by the caller, who adds one before each start and stores that first: an engine that
/// comes back with the boots of an earlier run takes messages of that run for new ones.
///
/// Source: RFC 3414, 2.2 and 3.2, 7 a.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalEngine {
    id: EngineId,
    boots: u32,
    started: Instant,
}

impl LocalEngine {
    /// An engine that starts now, for the `boots`th time. What is more than 2^31-1 is taken as that, and no authenticated
    /// message will be in time: the engine needs another id, or new keys.
    pub const fn new(id: EngineId, boots: u32, now: Instant) -> Self {
        Self {
            id,
            boots: if boots > MAX { MAX } else { boots },
            started: now,
        }
    }

    /// Its id.
    pub const fn id(&self) -> EngineId {
        self.id
    }

    /// Its boots and its time in seconds. Seconds that run over, after 68 years, count as a boot (RFC 3414, 2.2.2).
    pub fn stamp(&self, now: Instant) -> (u32, u32) {
        let seconds = now.saturating_since(self.started).as_secs();
        let overruns = u32::try_from(seconds >> MAX.count_ones()).unwrap_or(MAX);
        let time = u32::try_from(seconds & u64::from(MAX)).unwrap_or(MAX);
        (self.boots.saturating_add(overruns).min(MAX), time)
    }

    /// Whether an **authenticated** message to this engine is in time.
    ///
    /// # Errors
    ///
    /// Other boots, a time more than 150 seconds away, or boots of 2^31-1.
    pub fn check(&self, now: Instant, boots: u32, time: u32) -> Result<(), UsmError> {
        let (local_boots, local_time) = self.stamp(now);
        if local_boots == MAX || boots != local_boots || time.abs_diff(local_time) > WINDOW {
            return Err(UsmError::NotInTimeWindow {
                boots,
                time,
                local_boots,
                local_time,
            });
        }
        Ok(())
    }
}

fn later(time: u32, span: Duration) -> u32 {
    let seconds = u32::try_from(span.as_secs()).unwrap_or(MAX);
    time.saturating_add(seconds).min(MAX)
}
