use pdu_core::simulator::{LineModel, Wander};
use pdu_core::{Decimal, Line, Quantity, Rng};

use crate::bps2000::Load;

/// A unit of the chain, as far as the console has it.
#[derive(Clone, Debug)]
pub(super) struct MemberModel {
    /// L1, L2, L3.
    pub(super) lines: [LineModel; 3],
}

impl MemberModel {
    /// Drawn from the seed as in the simulators of the other protocols, so that all show the same unit.
    pub(super) fn new(seed: u64) -> Self {
        let mut lines = Rng::from_seed(seed).fork();
        let frequency = Wander::new(&mut lines, 5000, 3, 20);
        Self {
            lines: [1800, 1200, 900].map(|watts| {
                let watts = watts * lines.within(800..=1200) / 1000;
                LineModel::new(&mut lines.fork(), watts, frequency)
            }),
        }
    }

    pub(super) const fn index_of(line: Line) -> Option<usize> {
        match line {
            Line::L1 => Some(0),
            Line::L2 => Some(1),
            Line::L3 => Some(2),
            _ => None,
        }
    }

    pub(super) fn line_mut(&mut self, line: Line) -> Option<&mut LineModel> {
        Self::index_of(line).and_then(|index| self.lines.get_mut(index))
    }

    /// In A, with two digits behind the point (line 763).
    pub(super) fn load(&self) -> Load {
        let amperes = |line: &LineModel| Decimal::new(line.now.gauge(Quantity::Current), -2);
        Load {
            phases: self.lines.each_ref().map(|line| Some(amperes(line))),
        }
    }
}
