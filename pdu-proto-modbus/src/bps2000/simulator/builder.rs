use alloc::collections::VecDeque;

use pdu_core::simulator::{Energy, LineModel, ProbeModel, Wander};
use pdu_core::{Contact, Instant, Line, Quantity, Rng, Threshold};

use super::{Bps2000, Detector, Probe, Watch, line_index};
use crate::bps2000::{Meaning, REGISTER_COUNT, REGISTER_MAP};

/// What a simulated unit is to be, from [`Bps2000::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    seed: u64,
    address: Option<u8>,
    phases: Phases,
    overflow: PowerOverflow,
    /// Watt-hours of L1 to L3.
    energy: [Option<u32>; 3],
    absent_probes: [bool; 3],
    contacts: [(Detector, Contact); 4],
}

/// How many lines a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums)] // the models are these (line 1618)
pub enum Phases {
    /// L1; what belongs to L2 and L3 reads 0 (inferred).
    One,
    /// L1, L2 and L3.
    Three,
}

/// What happens to power above 6553.5, which its register cannot hold; the manual does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PowerOverflow {
    /// The register starts again from 0.
    Wraps,
    /// The register stays at 65535.
    Saturates,
}

impl PowerOverflow {
    /// What the register holds; negative values as two's complement.
    pub(super) fn register(self, value: i64) -> u16 {
        let [.., high, low] = match self {
            Self::Wraps => value,
            Self::Saturates => value.min(u16::MAX.into()),
        }
        .to_be_bytes();
        u16::from_be_bytes([high, low])
    }
}

impl Builder {
    pub(super) const fn new() -> Self {
        Self {
            seed: 0,
            address: None,
            phases: Phases::Three,
            overflow: PowerOverflow::Wraps,
            energy: [None; 3],
            absent_probes: [false; 3],
            contacts: [
                (Detector::Door1, Contact::Closed),
                (Detector::Door2, Contact::Closed),
                (Detector::Smoke, Contact::Clear),
                (Detector::Water, Contact::Clear),
            ],
        }
    }

    /// What all that moves is derived from.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Answers this unit address only, as on a serial line without a [`Chain`](crate::server::Chain). Without it every
    /// address is answered, as over TCP.
    #[must_use]
    pub const fn address(mut self, address: u8) -> Self {
        self.address = Some(address);
        self
    }

    /// Single-phase or three-phase.
    #[must_use]
    pub const fn phases(mut self, phases: Phases) -> Self {
        self.phases = phases;
        self
    }

    /// What happens to power above 6553.5; by default it wraps.
    #[must_use]
    pub const fn power_overflow(mut self, overflow: PowerOverflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// The active energy of L1, L2 or L3 at the beginning, in watt-hours; the apparent one follows at a power factor of
    /// 0.94, and the totals as sums. Without it the seed picks something up to 5000 kWh.
    #[must_use]
    pub fn initial_energy(mut self, line: Line, watt_hours: u32) -> Self {
        if let Some(energy) = line_index(line).and_then(|line| self.energy.get_mut(line)) {
            *energy = Some(watt_hours);
        }
        self
    }

    /// Without this probe: its registers read 0 (inferred).
    #[must_use]
    pub fn without_probe(mut self, probe: Probe) -> Self {
        if let Some(absent) = self.absent_probes.get_mut(probe as usize) {
            *absent = true;
        }
        self
    }

    /// With this contact in this state; [`Contact::Unknown`] for one that is not there, whose register reads 0 (inferred).
    #[must_use]
    pub fn contact(mut self, detector: Detector, state: Contact) -> Self {
        for (of, contact) in &mut self.contacts {
            if *of == detector {
                *contact = state;
            }
        }
        self
    }

    /// Without a SensorBox: no contacts, and no probe but the one at the T/H port.
    #[must_use]
    pub fn without_sensor_box(mut self) -> Self {
        for (_, contact) in &mut self.contacts {
            *contact = Contact::Unknown;
        }
        self.without_probe(Probe::Box1).without_probe(Probe::Box2)
    }

    /// The unit.
    pub fn build(&self) -> Bps2000 {
        let mut rng = Rng::from_seed(self.seed);
        let lines = self.lines(&mut rng.fork());
        let mut total = Energy::default();
        lines.iter().flatten().for_each(|line| total.add(line.energy));
        let mut unit = Bps2000 {
            address: self.address,
            overflow: self.overflow,
            lines,
            total,
            probes: self.probes(&mut rng.fork()),
            contacts: self.contacts,
            watches: Watch::all(),
            registers: initial_registers(),
            started: None,
            seconds: 0,
            due: Instant::EPOCH,
            faults: VecDeque::new(),
            writes: 0,
        };
        unit.refresh();
        unit
    }

    fn lines(&self, rng: &mut Rng) -> [Option<LineModel>; 3] {
        let frequency = Wander::new(rng, 5000, 3, 20);
        let (bases, count) = match self.phases {
            Phases::One => ([2100, 0, 0], 1),
            Phases::Three => ([1800, 1200, 900], 3),
        };
        let mut energies = self.energy.into_iter();
        let mut left = count;
        bases.map(|watts| {
            let energy = energies.next().flatten();
            if left == 0 {
                return None;
            }
            left -= 1;
            let watts = watts * rng.within(800..=1200) / 1000;
            let mut line = LineModel::new(&mut rng.fork(), watts, frequency);
            if let Some(watt_hours) = energy {
                line.energy = Energy::from_watt_hours(watt_hours.into());
            }
            Some(line)
        })
    }

    /// Of a rack: its room, the cold side, the hot side.
    fn probes(&self, rng: &mut Rng) -> [ProbeModel; 3] {
        let mut absent = self.absent_probes.into_iter();
        [(224, 450), (206, 480), (314, 330)].map(|(decidegrees, permille)| {
            let probe = ProbeModel::moving(rng, decidegrees, permille);
            if absent.next() == Some(true) {
                ProbeModel::Absent
            } else {
                probe
            }
        })
    }
}

/// Nothing but the thresholds, as the console of the manual's unit shows them (lines 1021 to 1028); the manual states no
/// factory values.
fn initial_registers() -> [u16; REGISTER_COUNT as usize] {
    let mut registers = [0; REGISTER_COUNT as usize];
    for row in &REGISTER_MAP {
        if let (Meaning::Threshold { quantity, level, .. }, Some(register)) =
            (row.meaning, registers.get_mut(usize::from(row.address)))
        {
            *register = match (quantity, level) {
                (Quantity::Voltage, Threshold::UpperCritical) => 2760,
                (Quantity::Current, Threshold::UpperCritical) => 320,
                (Quantity::Temperature, Threshold::UpperCritical) => 40,
                (Quantity::RelativeHumidity, Threshold::UpperCritical) => 99,
                _ => 0,
            };
        }
    }
    registers
}
