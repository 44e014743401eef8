//! What a simulated unit measures in a given second. Whole numbers only, and time is an argument.

use core::time::Duration;

use pdu_core::simulator::Wander;
use pdu_core::{Instant, Rng};

use crate::wire::{OutletConfig, OutletState};

/// The most that the five digits of a status line can tell.
pub(super) const MAX_POWER: u32 = 99_999;

/// What is plugged into an outlet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Load {
    /// A load that moves slowly, as an amplifier's does; its size is the seed's choice.
    Moving,
    /// Always the same.
    Fixed {
        /// At most 99999.
        watts: u32,
    },
}

/// One outlet.
#[derive(Clone, Debug)]
pub(super) struct OutletModel {
    pub(super) state: OutletState,
    pub(super) config: OutletConfig<'static>,
    pub(super) load: Load,
    /// When it goes on again.
    pub(super) restart_until: Option<Instant>,
    moving: Wander,
}

impl OutletModel {
    pub(super) fn new(rng: &mut Rng, config: OutletConfig<'static>) -> Self {
        let watts = rng.within(15..=350);
        Self {
            state: OutletState::On,
            config,
            load: Load::Moving,
            restart_until: None,
            moving: Wander::new(rng, watts.cast_signed(), watts / 8, 30),
        }
    }

    /// Watts in this second.
    pub(super) fn power(&self, second: u64) -> u32 {
        if self.state == OutletState::Off {
            return 0;
        }
        let watts = match self.load {
            Load::Fixed { watts } => watts,
            Load::Moving => u32::try_from(self.moving.at(second)).unwrap_or(0),
        };
        watts.min(MAX_POWER)
    }

    /// Ends a restart, too.
    pub(super) const fn switch(&mut self, state: OutletState) {
        self.state = state;
        self.restart_until = None;
    }

    pub(super) fn restart(&mut self, now: Instant) {
        self.state = OutletState::Off;
        self.restart_until = Some(now + Duration::from_secs(self.config.delay.into()));
    }

    pub(super) fn end_restart(&mut self, now: Instant) {
        if self.restart_until.is_some_and(|until| until <= now) {
            self.switch(OutletState::On);
        }
    }
}
