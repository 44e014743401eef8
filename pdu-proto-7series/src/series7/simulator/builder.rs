//! What a simulated unit is to be.

use core::time::Duration;
use std::sync::{Arc, LazyLock};

use pdu_core::simulator::{LineModel, ProbeModel, Wander};
use pdu_core::{LocalDateTime, Rng};

use super::clock::UnitClock;
use super::model::Model;
use super::outlet::OutletModel;
use super::recorder::Recorder;
use super::{Series7, meter};
use crate::config::{ConfigError, SyntheticUnit};
use crate::profile::Profile;
use crate::server::{Guard, GuardOptions};
use crate::wire::Wiring;

/// Read once: tests make units by the thousand.
static PROFILE: LazyLock<Arc<Profile>> = LazyLock::new(|| Arc::new(Profile::synthetic()));

/// What the unit measures of its outlets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Metering {
    /// Each outlet: a 7W.
    Outlets,
    /// Its lines only: a 7S.
    Lines,
}

impl Metering {
    pub(super) const fn model(self) -> &'static str {
        match self {
            Self::Outlets => "7W",
            Self::Lines => "7S",
        }
    }
}

/// What a simulated unit is to be, from [`Series7::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    seed: u64,
    wiring: Wiring,
    metering: Metering,
    unit: SyntheticUnit,
    has_probe: bool,
    time: LocalDateTime,
    heard_after: Option<Duration>,
    log_capacity: usize,
    settings_delay: Duration,
    guard: Option<GuardOptions>,
}

/// A Wye 7W with 8 outlets, a probe and a clock that is right after 30 s.
impl Default for Builder {
    fn default() -> Self {
        Self {
            seed: 0,
            wiring: Wiring::Wye,
            metering: Metering::Outlets,
            unit: SyntheticUnit::default(),
            has_probe: true,
            time: UnitClock::FIRST,
            heard_after: Some(Duration::from_secs(30)),
            log_capacity: 1440,
            settings_delay: Duration::ZERO,
            guard: None,
        }
    }
}

impl Builder {
    /// What all that moves is derived from.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// How it is wired; if that is left open, as Wye.
    #[must_use]
    pub fn wiring(self, wiring: Wiring) -> Self {
        Self { wiring, ..self }
    }

    /// What it measures of its outlets; by default each.
    #[must_use]
    pub fn metering(self, metering: Metering) -> Self {
        Self { metering, ..self }
    }

    /// How many outlets it has: 8 by default, at most 100.
    #[must_use]
    pub fn outlets(mut self, count: u16) -> Self {
        self.unit.outlets = count.min(100);
        self
    }

    /// Its serial number, by which its configuration file is told from that of another unit.
    #[must_use]
    pub fn serial(mut self, serial: &str) -> Self {
        self.unit.serial = serial.into();
        self
    }

    /// Its host name.
    #[must_use]
    pub fn host(mut self, host: &str) -> Self {
        self.unit.host = host.into();
        self
    }

    /// Without the probe for temperature and humidity.
    #[must_use]
    pub fn without_probe(self) -> Self {
        Self {
            has_probe: false,
            ..self
        }
    }

    /// What time it is when the unit starts, and how long after each start it hears so: until then the log is stamped with seconds
    /// since the start. By default 2026-01-01, and 30 s; `None` for never.
    #[must_use]
    pub fn clock(self, time: LocalDateTime, heard_after: Option<Duration>) -> Self {
        Self {
            time,
            heard_after,
            ..self
        }
    }

    /// How many rows its log holds; by default 1440, a day. How many a real unit holds is not stated.
    #[must_use]
    pub fn log_capacity(self, rows: usize) -> Self {
        Self {
            log_capacity: rows.clamp(1, 100_000),
            ..self
        }
    }

    /// How long settings take until they are active; by default they are at once, where real units take up to two minutes (manual,
    /// lines 306 and 307).
    #[must_use]
    pub fn settings_delay(self, settings_delay: Duration) -> Self {
        Self { settings_delay, ..self }
    }

    /// How it asks for a login, once it has accounts. By default its numbers of Digest come from the seed, so whoever knows that can
    /// guess them.
    #[must_use]
    pub fn guard(self, guard: GuardOptions) -> Self {
        let guard = Some(guard);
        Self { guard, ..self }
    }

    /// The unit. All outlets are on, and there are no accounts.
    ///
    /// # Errors
    ///
    /// A serial number or a host name with a character that XML does not have.
    pub fn build(self) -> Result<Series7, ConfigError> {
        let seed = self.seed;
        let guard = self.guard.unwrap_or_else(|| guard_of(seed));
        let mut rng = Rng::from_seed(seed);
        let meter = meter::model(&mut rng.fork(), self.wiring);
        let outlets = outlet_models(&mut rng, self.unit.outlets);
        let probe = if self.has_probe {
            ProbeModel::moving(&mut rng.fork(), 236, 450)
        } else {
            ProbeModel::Absent
        };
        let recorder = Recorder::new(&meter, self.log_capacity);
        let clock = UnitClock::new(self.time, self.heard_after);
        let model = Model::new(outlets, meter, probe, recorder, clock);
        let profile = Arc::clone(&PROFILE);
        Series7::with_parts(
            model,
            self.metering,
            profile,
            self.unit.document()?,
            Guard::new(guard),
            self.settings_delay,
        )
    }
}

fn guard_of(seed: u64) -> GuardOptions {
    let mut rng = Rng::from_seed(seed);
    GuardOptions::new("synthetic 7-series", core::array::from_fn(|_| rng.next_u8()))
}

fn outlet_models(rng: &mut Rng, count: u16) -> Vec<OutletModel> {
    let outlet = |number: u16| {
        let mut rng = rng.fork();
        let frequency = Wander::new(&mut rng, 5000, 3, 20);
        let watts = rng.within(40..=400);
        OutletModel::new(number, LineModel::new(&mut rng, watts, frequency))
    };
    (1..=count).map(outlet).collect()
}
