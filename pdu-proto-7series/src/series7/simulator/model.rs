//! What lives in a simulated unit, whoever asks: outlets, the meter, a probe, the log.

use pdu_core::simulator::{Climate, Energy, Load, MeterModel, ProbeModel};
use pdu_core::{Instant, Line, OutletSettings, earliest};

use super::clock::UnitClock;
use super::outlet::OutletModel;
use super::recorder::Recorder;
use crate::wire::OutletAction;

/// Seconds between two samples of the log. Source: manual, lines 145 to 148.
const SAMPLE: u64 = 15;
/// Samples of a minute.
const SAMPLES: u64 = 4;

#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) outlets: Vec<OutletModel>,
    pub(super) meter: MeterModel,
    pub(super) probe: ProbeModel,
    pub(super) recorder: Recorder,
    pub(super) clock: UnitClock,
    pub(super) now: Instant,
    /// Whole seconds since the start, up to which energy is counted.
    seconds: u64,
    /// Samples of the log that were taken, or passed over.
    samples: u64,
}

impl Model {
    pub(super) fn new(
        outlets: Vec<OutletModel>,
        meter: MeterModel,
        probe: ProbeModel,
        recorder: Recorder,
        clock: UnitClock,
    ) -> Self {
        let mut model = Self {
            outlets,
            meter,
            probe,
            recorder,
            clock,
            now: Instant::EPOCH,
            seconds: 0,
            samples: 0,
        };
        model.measure();
        model
    }

    /// Lets time go by. The first call sets the beginning; a time before the last one is that.
    pub(super) fn advance_to(&mut self, now: Instant) {
        let until = self.now.max(now);
        self.clock.start(until);
        self.pass_over_samples(until);
        while let Some(at) = self.next_event().filter(|at| *at <= until) {
            self.draw_until(at);
            self.now = self.now.max(at);
            for outlet in &mut self.outlets {
                outlet.act(at);
            }
            if self.next_sample().is_some_and(|sample| sample <= at) {
                self.measure();
                self.sample();
            }
        }
        self.draw_until(until);
        self.now = until;
        self.measure();
    }

    /// When an outlet acts or the log takes a sample.
    pub(super) fn next_event(&self) -> Option<Instant> {
        earliest(self.next_due(), self.next_sample())
    }

    fn next_due(&self) -> Option<Instant> {
        self.outlets
            .iter()
            .fold(None, |due, outlet| earliest(due, outlet.due()))
    }

    /// None at the end of time, so that it is reached.
    fn next_sample(&self) -> Option<Instant> {
        let second = self.samples.saturating_add(1).saturating_mul(SAMPLE);
        Some(self.clock.instant(second)).filter(|at| *at < Instant::FAR_FUTURE)
    }

    /// After a leap of time, minutes that the log could not hold any more are not measured.
    fn pass_over_samples(&mut self, until: Instant) {
        let held = SAMPLES.saturating_mul(self.recorder.capacity() as u64 + 1);
        let taken = self.clock.second(until) / SAMPLE;
        let first = taken.saturating_sub(held) / SAMPLES * SAMPLES;
        if self.samples < first {
            self.samples = first;
        }
    }

    fn sample(&mut self) {
        self.recorder.sample(&self.meter);
        self.samples = self.samples.saturating_add(1);
        if self.samples.is_multiple_of(SAMPLES) {
            self.recorder.close_minute(self.clock.stamp(self.now));
        }
    }

    /// Counts energy, up to the last whole second.
    fn draw_until(&mut self, at: Instant) {
        let seconds = self.clock.second(at);
        for (index, outlet) in self.outlets.iter_mut().enumerate() {
            let drawn: Energy = outlet.draw(self.seconds, seconds);
            self.meter.count(index, drawn);
        }
        self.seconds = self.seconds.max(seconds);
    }

    fn measure(&mut self) {
        for outlet in &mut self.outlets {
            outlet.line.sample(self.seconds);
        }
        let outlets = self.outlets.iter().map(OutletModel::now);
        self.meter.sample(outlets, self.seconds);
    }

    pub(super) fn outlet(&self, number: u16) -> Option<&OutletModel> {
        self.outlets.get(usize::from(number).checked_sub(1)?)
    }

    pub(super) fn outlet_mut(&mut self, number: u16) -> Option<&mut OutletModel> {
        self.outlets.get_mut(usize::from(number).checked_sub(1)?)
    }

    /// Does this to an outlet, now; `false` if there is no such outlet.
    pub(super) fn execute(&mut self, number: u16, action: OutletAction) -> bool {
        let now = self.now;
        let done = self.outlet_mut(number).map(|outlet| outlet.execute(action, now));
        self.measure();
        done.is_some()
    }

    /// Zeroes what a circuit, a line or a pair, has counted; `false` if there is no such circuit. Source: manual, lines 249 to 252.
    pub(super) fn reset_circuit(&mut self, circuit: Line) -> bool {
        let circuit = self.meter.circuit_mut(circuit);
        circuit.map(|circuit| circuit.energy = Energy::default()).is_some()
    }

    /// Stores settings of outlets: fields that are `None` stay as they are.
    pub(super) fn store(&mut self, wanted: &[OutletSettings]) {
        for wanted in wanted {
            let Some(outlet) = self.outlet_mut(wanted.number) else {
                continue;
            };
            let stored = &mut outlet.settings;
            replace(&mut stored.name, wanted.name.as_ref());
            replace(&mut stored.url, wanted.url.as_ref());
            replace(&mut stored.on_delay, wanted.on_delay.as_ref());
            replace(&mut stored.off_delay, wanted.off_delay.as_ref());
            replace(&mut stored.cycle_delay, wanted.cycle_delay.as_ref());
            replace(&mut stored.cycle_duration, wanted.cycle_duration.as_ref());
            replace(&mut stored.restore_policy, wanted.restore_policy.as_ref());
            replace(&mut stored.restore_delay, wanted.restore_delay.as_ref());
        }
    }

    /// Power was gone for a moment, and is back: outlets do what they are set to, and the clock has to hear the time again.
    pub(super) fn power_cycle(&mut self) {
        self.clock.restart(self.now);
        let now = self.now;
        for outlet in &mut self.outlets {
            outlet.power_up(now);
        }
        self.measure();
    }

    /// What the probe reads.
    pub(super) fn climate(&self) -> Option<Climate> {
        self.probe.at(self.seconds)
    }

    pub(super) fn set_load(&mut self, number: u16, load: Load) {
        if let Some(outlet) = self.outlet_mut(number) {
            outlet.line.load = load;
        }
        self.measure();
    }
}

fn replace<T: Clone>(stored: &mut Option<T>, wanted: Option<&T>) {
    if let Some(wanted) = wanted {
        *stored = Some(wanted.clone());
    }
}
