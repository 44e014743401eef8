//! What the sensors of a simulated unit measure in a given second, for the simulators of protocol crates.
//!
//! Whole numbers only, time is an argument, and the same seed gives the same numbers at the same times. A jump of virtual time
//! costs the same whether it spans a second or a century.
//!
//! ```
//! use pdu_core::simulator::{LineModel, Load, Wander};
//! use pdu_core::{Quantity, Rng};
//!
//! let mut rng = Rng::from_seed(7);
//! let frequency = Wander::new(&mut rng, 5000, 3, 20); // hundredths of a hertz
//! let mut line = LineModel::new(&mut rng, 1800, frequency);
//! line.load = Load::Fixed { watts: 2300, volt_amperes: 2300 };
//! line.fixed_voltage = Some(2300);
//!
//! let before = line.energy.count(Quantity::ActiveEnergy);
//! line.draw(0, 3600);
//! line.sample(3600);
//! assert_eq!(line.now.gauge(Quantity::Current), 1000); // 10.00 A
//! assert_eq!(line.energy.count(Quantity::ActiveEnergy) - before, 2300); // watt-hours
//! ```

mod meter;
mod profile;

use crate::{Quantity, Rng};

pub use meter::{Circuit, CircuitSample, MeterModel};

use profile::Profile;

/// What a line draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Load {
    /// A load that moves slowly, as computers do; its size is the seed's choice.
    Moving,
    /// Always the same.
    Fixed {
        /// Active power.
        watts: u32,
        /// Apparent power; at least the active one.
        volt_amperes: u32,
    },
}

/// What a probe reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // the probe has these two
pub struct Climate {
    /// Tenths of a degree Celsius.
    pub decidegrees: i16,
    /// Tenths of a percent of relative humidity.
    pub permille: u16,
}

/// Energy in thousandths of a watt-second, or of a volt-ampere-second: nothing is ever rounded away.
#[derive(Clone, Copy, Debug, Default)]
pub struct Energy {
    active: u128,
    apparent: u128,
}

const MILLI_SECONDS_PER_HOUR: u128 = 3_600_000;

impl Energy {
    /// So many watt-hours, at a power factor of 0.94.
    pub fn from_watt_hours(watt_hours: u64) -> Self {
        let active = u128::from(watt_hours) * MILLI_SECONDS_PER_HOUR;
        Self {
            active,
            apparent: active * 100 / 94,
        }
    }

    /// Adds what another place has drawn.
    pub fn add(&mut self, other: Self) {
        self.active = self.active.saturating_add(other.active);
        self.apparent = self.apparent.saturating_add(other.apparent);
    }

    /// Whole watt-hours or volt-ampere-hours, in 32 bits.
    pub fn count(&self, quantity: Quantity) -> u32 {
        let sum = match quantity {
            Quantity::ApparentEnergy => self.apparent,
            _ => self.active,
        };
        let [.., a, b, c, d] = (sum / MILLI_SECONDS_PER_HOUR).to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }
}

/// One line of an inlet.
#[derive(Clone, Debug)]
pub struct LineModel {
    /// What it draws.
    pub load: Load,
    /// Tenths of a volt to hold the voltage at; `None` lets it move.
    pub fixed_voltage: Option<u16>,
    /// What it has drawn so far.
    pub energy: Energy,
    /// What was measured last.
    pub now: Sample,
    profile: Profile,
    voltage: [Wander; 2],
    frequency: Wander,
}

impl LineModel {
    /// A line whose moving load is around so many watts. All lines of a unit share the `frequency`.
    pub fn new(rng: &mut Rng, watts: u64, frequency: Wander) -> Self {
        let nominal = 2285 + rng.within(0..=30).cast_signed();
        Self {
            load: Load::Moving,
            fixed_voltage: None,
            energy: Energy::from_watt_hours(rng.within(100_000..=5_000_000)),
            now: Sample::default(),
            profile: Profile::new(rng, watts * 1000),
            voltage: [Wander::new(rng, nominal, 20, 300), Wander::new(rng, 0, 4, 5)],
            frequency,
        }
    }

    /// Counts, and returns, the energy between two seconds.
    pub fn draw(&mut self, from: u64, until: u64) -> Energy {
        let seconds = u128::from(until.saturating_sub(from));
        let drawn = match self.load {
            Load::Moving => {
                let (before, after) = (self.profile.until(from), self.profile.until(until.max(from)));
                Energy {
                    active: after.0.saturating_sub(before.0),
                    apparent: after.1.saturating_sub(before.1),
                }
            }
            Load::Fixed { .. } => {
                let (active, apparent) = self.power(from);
                Energy {
                    active: u128::from(active) * seconds,
                    apparent: u128::from(apparent) * seconds,
                }
            }
        };
        self.energy.add(drawn);
        drawn
    }

    /// Measures the line in this second.
    pub fn sample(&mut self, second: u64) {
        let (active, apparent) = self.power(second);
        // A tenth of a volt less for each quarter of a kilovolt-ampere: wires are not perfect.
        let droop = (apparent / 250_000).min(100).cast_signed();
        let moving: i64 = self.voltage.iter().map(|part| part.at(second)).sum();
        self.now = Sample {
            decivolts: self.fixed_voltage.map_or(moving - droop, i64::from).unsigned_abs(),
            centihertz: self.frequency.at(second).unsigned_abs(),
            milliwatts: active,
            milli_volt_amperes: apparent,
        };
    }

    fn power(&self, second: u64) -> (u64, u64) {
        match self.load {
            Load::Moving => self.profile.at(second),
            Load::Fixed { watts, volt_amperes } => (u64::from(watts) * 1000, u64::from(volt_amperes.max(watts)) * 1000),
        }
    }
}

/// What is measured of one line at one time; everything else follows from it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    decivolts: u64,
    centihertz: u64,
    milliwatts: u64,
    milli_volt_amperes: u64,
}

impl Sample {
    /// A reading as a whole number: in tenths of a volt, watt, volt-ampere and var, in hundredths of an ampere, a hertz and
    /// of power factor; 0 for other quantities.
    pub fn gauge(&self, quantity: Quantity) -> i64 {
        let (active, apparent) = (self.milliwatts, self.milli_volt_amperes);
        let value = match quantity {
            Quantity::Voltage => self.decivolts,
            // Thousandths of a volt-ampere by tenths of a volt are hundredths of an ampere.
            Quantity::Current => rounded(apparent, self.decivolts),
            Quantity::ActivePower => rounded(active, 100),
            Quantity::ApparentPower => rounded(apparent, 100),
            Quantity::ReactivePower => rounded(reactive(active, apparent), 100),
            Quantity::Frequency => self.centihertz,
            Quantity::PowerFactor => rounded(active * 100, apparent),
            _ => 0,
        };
        i64::try_from(value).unwrap_or(i64::MAX)
    }
}

/// The other leg of the triangle.
fn reactive(active: u64, apparent: u64) -> u64 {
    let square = |leg: u64| u128::from(leg) * u128::from(leg);
    let leg = square(apparent).saturating_sub(square(active)).isqrt();
    u64::try_from(leg).unwrap_or(u64::MAX)
}

/// The quotient to the nearest; 0 without a divisor.
fn rounded(value: u64, by: u64) -> u64 {
    (value + by / 2).checked_div(by).unwrap_or(0)
}

/// A number that moves slowly around another, as a function of the second.
#[derive(Clone, Copy, Debug)]
pub struct Wander {
    seed: u64,
    around: i64,
    size: u64,
    period: u64,
}

impl Wander {
    /// At most `size` away, and on its way to somewhere else every `period` seconds.
    pub fn new(rng: &mut Rng, around: i64, size: u64, period: u64) -> Self {
        Self {
            seed: rng.next_u64(),
            around,
            size,
            period,
        }
    }

    /// Where it is in this second.
    pub fn at(&self, second: u64) -> i64 {
        let period = self.period.max(1);
        let (turn, gone) = (second / period, (second % period).cast_signed());
        let (from, to) = (self.turn(turn), self.turn(turn.wrapping_add(1)));
        from + (to - from) * gone / period.cast_signed()
    }

    fn turn(&self, turn: u64) -> i64 {
        let mut rng = Rng::from_seed(self.seed ^ turn);
        self.around - self.size.cast_signed() + rng.within(0..=2 * self.size).cast_signed()
    }
}

/// A probe for temperature and humidity.
#[derive(Clone, Copy, Debug)]
// Exhaustive on purpose: what a simulator can do with a probe.
pub enum ProbeModel {
    /// Not plugged in.
    Absent,
    /// Always the same.
    Fixed(Climate),
    /// As a room has it.
    Moving {
        /// Tenths of a degree Celsius.
        decidegrees: Wander,
        /// Tenths of a percent of relative humidity.
        permille: Wander,
    },
}

impl ProbeModel {
    /// A room around so many tenths of a degree and of a percent.
    pub fn moving(rng: &mut Rng, decidegrees: i64, permille: i64) -> Self {
        Self::Moving {
            decidegrees: Wander::new(rng, decidegrees, 12, 600),
            permille: Wander::new(rng, permille, 30, 900),
        }
    }

    /// What it reads in this second; `None` if it is absent.
    pub fn at(&self, second: u64) -> Option<Climate> {
        match self {
            Self::Absent => None,
            Self::Fixed(climate) => Some(*climate),
            Self::Moving { decidegrees, permille } => Some(Climate {
                decidegrees: i16::try_from(decidegrees.at(second)).unwrap_or(0),
                permille: u16::try_from(permille.at(second)).unwrap_or(0),
            }),
        }
    }
}
