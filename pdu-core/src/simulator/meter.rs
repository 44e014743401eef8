//! What a unit measures of itself: the outlets on its lines, or on the pairs of its lines.

use crate::{Line, Quantity, Rng};

use super::{Energy, Sample, Wander};

/// Seconds after which the unit updates what it measures, and begins new peaks. Source: manual of the 7-series, lines 145 to 148 and
/// 321 to 333.
const UPDATE: u64 = 15;

/// The meter of a unit whose outlets stand on its three circuits in turn.
///
/// A circuit is a line against neutral, or a pair of lines. It has a voltage of its own, and what it gives is what its outlets
/// draw: this makes no load, as a [`LineModel`](super::LineModel) does, but counts those of others.
#[derive(Clone, Debug)]
pub struct MeterModel {
    circuits: [Circuit; 3],
    is_delta: bool,
    /// In which update the peaks are.
    update: u64,
}

/// What a [`MeterModel`] measures by itself.
#[derive(Clone, Debug)]
pub struct Circuit {
    /// A line, or a pair of lines.
    pub line: Line,
    /// What it has counted so far.
    pub energy: Energy,
    /// What was measured last.
    pub now: CircuitSample,
    /// The largest of each since the unit last updated its data, 15 s ago at most: of the times at which it was measured.
    pub peak: CircuitSample,
    voltage: Wander,
}

/// What a [`Circuit`] is at one time, cut off to the places that such a unit shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // all that a circuit measures, but for its energy
pub struct CircuitSample {
    /// Tenths of a volt.
    pub decivolts: i64,
    /// Tenths of an ampere.
    pub deciamps: i64,
    /// Watts of active power.
    pub watts: i64,
    /// Volt-amperes of apparent power.
    pub volt_amperes: i64,
}

impl MeterModel {
    /// Lines L1, L2 and L3 against neutral, around 230 V.
    pub fn wye(rng: &mut Rng) -> Self {
        Self::new(rng, [Line::L1, Line::L2, Line::L3], 2300)
    }

    /// The pairs L1-L2, L2-L3 and L3-L1, around 208 V.
    pub fn delta(rng: &mut Rng) -> Self {
        Self {
            is_delta: true,
            ..Self::new(rng, [Line::L1L2, Line::L2L3, Line::L3L1], 2080)
        }
    }

    fn new(rng: &mut Rng, lines: [Line; 3], decivolts: i64) -> Self {
        let voltages = lines.map(|line| (line, Wander::new(rng, decivolts, 25, 120)));
        Self {
            circuits: voltages.map(|(line, voltage)| Circuit {
                line,
                energy: Energy::from_watt_hours(rng.within(100_000..=5_000_000)),
                now: CircuitSample::default(),
                peak: CircuitSample::default(),
                voltage,
            }),
            is_delta: false,
            update: 0,
        }
    }

    /// Whether it measures pairs of lines.
    pub const fn is_delta(&self) -> bool {
        self.is_delta
    }

    /// What it measures by itself, in the order of lines.
    pub const fn circuits(&self) -> &[Circuit; 3] {
        &self.circuits
    }

    /// A line, or a pair, that it measures by itself.
    pub fn circuit(&self, line: Line) -> Option<&Circuit> {
        self.circuits.iter().find(|circuit| circuit.line == line)
    }

    /// The same, to be changed.
    pub fn circuit_mut(&mut self, line: Line) -> Option<&mut Circuit> {
        self.circuits.iter_mut().find(|circuit| circuit.line == line)
    }

    /// Counts what an outlet has drawn; the first is 0.
    pub fn count(&mut self, outlet: usize, drawn: Energy) {
        if let Some(circuit) = self.circuits.get_mut(outlet % 3) {
            circuit.energy.add(drawn);
        }
    }

    /// Measures all circuits in this second, given what was measured of each outlet, in their order.
    pub fn sample(&mut self, outlets: impl Iterator<Item = Sample>, second: u64) {
        if second / UPDATE != self.update {
            self.update = second / UPDATE;
            for circuit in &mut self.circuits {
                circuit.peak = CircuitSample::default();
            }
        }
        let mut drawn = [Drawn::default(); 3];
        for (outlet, sample) in outlets.enumerate() {
            if let Some(drawn) = drawn.get_mut(outlet % 3) {
                drawn.deciwatts += sample.gauge(Quantity::ActivePower);
                drawn.deci_volt_amperes += sample.gauge(Quantity::ApparentPower);
            }
        }
        for (circuit, drawn) in self.circuits.iter_mut().zip(drawn) {
            circuit.sample(drawn, second);
        }
    }

    /// Watts of all circuits together.
    pub fn watts(&self) -> i64 {
        self.circuits.iter().map(|circuit| circuit.now.watts).sum()
    }

    /// Tenths of an ampere in L1, L2 or L3; `None` of any other.
    ///
    /// A line of a Delta unit carries the currents of the two pairs that it belongs to, 60 degrees apart: of two that are equal,
    /// the square root of 3 times one.
    pub fn deciamps(&self, line: Line) -> Option<i64> {
        let of = |line| self.circuit(line).map(|circuit| circuit.now.deciamps);
        let (pair, other) = match line {
            Line::L1 | Line::L2 | Line::L3 if !self.is_delta => return of(line),
            Line::L1 => (Line::L1L2, Line::L3L1),
            Line::L2 => (Line::L2L3, Line::L1L2),
            Line::L3 => (Line::L3L1, Line::L2L3),
            _ => return None,
        };
        Some((of(pair)? + of(other)?) * 866 / 1000)
    }
}

/// What the outlets of a circuit draw together, in tenths, as they are measured.
#[derive(Clone, Copy, Debug, Default)]
struct Drawn {
    deciwatts: i64,
    deci_volt_amperes: i64,
}

impl Circuit {
    fn sample(&mut self, drawn: Drawn, second: u64) {
        let (decivolts, volt_amperes) = (self.voltage.at(second), drawn.deci_volt_amperes / 10);
        self.now = CircuitSample {
            decivolts,
            deciamps: volt_amperes * 100 / decivolts.max(1),
            watts: drawn.deciwatts / 10,
            volt_amperes,
        };
        self.peak = self.peak.max(self.now);
    }
}

impl CircuitSample {
    /// Percent of power factor; 0 without a load.
    pub fn power_factor(&self) -> i64 {
        (self.watts * 100).checked_div(self.volt_amperes).unwrap_or(0).min(100)
    }

    /// The larger of each.
    fn max(self, other: Self) -> Self {
        Self {
            decivolts: self.decivolts.max(other.decivolts),
            deciamps: self.deciamps.max(other.deciamps),
            watts: self.watts.max(other.watts),
            volt_amperes: self.volt_amperes.max(other.volt_amperes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LineModel, Load};
    use super::*;

    fn outlet(rng: &mut Rng) -> LineModel {
        let frequency = Wander::new(rng, 5000, 3, 20);
        LineModel::new(rng, 300, frequency)
    }

    fn drawing(watts: u32) -> Sample {
        let mut outlet = outlet(&mut Rng::from_seed(1));
        outlet.load = Load::Fixed {
            watts,
            volt_amperes: watts,
        };
        outlet.sample(0);
        outlet.now
    }

    #[test]
    fn line_of_a_delta_unit_carries_the_currents_of_both_its_pairs() {
        let mut meter = MeterModel::delta(&mut Rng::from_seed(1));
        // The fourth outlet stands where the first does.
        meter.sample([drawing(1000), drawing(3000), drawing(0), drawing(1000)].into_iter(), 0);
        let pairs = meter.circuits().each_ref().map(|pair| pair.now.deciamps);
        let [first, second, third] = pairs;
        assert!(
            (90..=102).contains(&first) && (135..=150).contains(&second) && third == 0,
            "{pairs:?}"
        );
        let lines = [Line::L1, Line::L2, Line::L3, Line::L1L2, Line::Total].map(|line| meter.deciamps(line));
        let expected = [first, first + second, second].map(|sum| Some(sum * 866 / 1000));
        assert_eq!(lines[..3], expected);
        assert_eq!(lines[3..], [None, None]);
    }

    #[test]
    fn line_of_a_wye_unit_carries_what_its_outlets_draw() {
        let mut meter = MeterModel::wye(&mut Rng::from_seed(1));
        meter.sample([drawing(0), drawing(2300)].into_iter(), 0);
        let of_line = meter
            .circuit(Line::L2)
            .map(|line| (line.now.watts, Some(line.now.deciamps)));
        assert_eq!(of_line, Some((2300, meter.deciamps(Line::L2))));
        assert_eq!((meter.deciamps(Line::L1), meter.watts()), (Some(0), 2300));
        assert!(meter.circuit(Line::L1L2).is_none());
    }

    #[test]
    fn peak_is_the_largest_of_its_15_seconds_and_never_below_now() {
        let mut meter = MeterModel::wye(&mut Rng::from_seed(2));
        let mut largest = CircuitSample::default();
        for second in 0..200 {
            // A load that falls, and starts again every 40 s: within an update, and at its edge.
            let watts = 4000 - 100 * u32::try_from(second % 40).unwrap();
            meter.sample([drawing(watts)].into_iter(), second);
            let [Circuit { now, peak, .. }, ..] = meter.circuits();
            largest = if second.is_multiple_of(15) {
                *now
            } else {
                largest.max(*now)
            };
            assert_eq!(*peak, largest, "second {second}");
            assert_eq!(peak.max(*now), *peak, "second {second}");
        }
    }

    #[test]
    fn energy_is_exactly_what_the_outlets_have_drawn() {
        let mut rng = Rng::from_seed(3);
        let mut meter = MeterModel::wye(&mut rng);
        let mut outlets: Vec<LineModel> = (0..7).map(|_| outlet(&mut rng)).collect();
        for circuit in &mut meter.circuits {
            circuit.energy = Energy::default();
        }
        for outlet in &mut outlets {
            outlet.energy = Energy::default();
        }
        for (from, until) in [(0, 1), (1, 2), (2, 7), (7, 1_000_003)] {
            for (number, outlet) in outlets.iter_mut().enumerate() {
                meter.count(number, outlet.draw(from, until));
            }
        }
        for (first, circuit) in meter.circuits().iter().enumerate() {
            let drawn = outlets.iter().skip(first).step_by(3);
            let (active, apparent) = drawn.fold((0, 0), |sum, outlet| {
                (sum.0 + outlet.energy.active, sum.1 + outlet.energy.apparent)
            });
            assert_eq!((circuit.energy.active, circuit.energy.apparent), (active, apparent));
        }
    }
}
