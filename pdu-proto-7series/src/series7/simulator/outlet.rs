//! One switched outlet, and what it still has to do.

use core::time::Duration;

use pdu_core::simulator::{Energy, LineModel, Sample};
use pdu_core::{Instant, OutletSettings, PowerRestorePolicy};

use crate::wire::OutletAction;

/// Seconds that a reboot takes unless it is set otherwise; the manual names no default.
const REBOOT_DURATION: u32 = 5;

/// What an outlet does later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    On,
    Off,
    /// Off, and on again after its duration.
    Reboot,
}

#[derive(Clone, Debug)]
pub(super) struct OutletModel {
    pub(super) is_on: bool,
    pub(super) line: LineModel,
    /// All eight fields that the unit stores (manual, lines 372 to 394).
    pub(super) settings: OutletSettings,
    pending: Option<(Instant, Step)>,
}

impl OutletModel {
    pub(super) fn new(number: u16, line: LineModel) -> Self {
        let settings = OutletSettings {
            name: Some(format!("Outlet {number}")),
            url: Some(String::new()),
            on_delay: Some(0),
            off_delay: Some(0),
            cycle_delay: Some(0),
            cycle_duration: Some(REBOOT_DURATION),
            restore_policy: Some(PowerRestorePolicy::AlwaysOn),
            restore_delay: Some(0),
            ..OutletSettings::of(number)
        };
        Self {
            is_on: true,
            line,
            settings,
            pending: None,
        }
    }

    /// An action takes the place of what was still to happen. A delay of 0 acts at once (manual, line 374).
    pub(super) fn execute(&mut self, action: OutletAction, now: Instant) {
        let OutletSettings {
            on_delay,
            off_delay,
            cycle_delay,
            ..
        } = self.settings;
        match action {
            OutletAction::Cancel => self.pending = None,
            OutletAction::ResetEnergy => self.line.energy = Energy::default(),
            OutletAction::On => self.plan(now, None, Step::On),
            OutletAction::OnDelayed => self.plan(now, on_delay, Step::On),
            OutletAction::Off => self.plan(now, None, Step::Off),
            OutletAction::OffDelayed => self.plan(now, off_delay, Step::Off),
            OutletAction::Reboot => self.plan(now, None, Step::Reboot),
            OutletAction::RebootDelayed => self.plan(now, cycle_delay, Step::Reboot),
        }
    }

    /// Power comes back to the whole unit after it was gone.
    pub(super) fn power_up(&mut self, now: Instant) {
        let was_on = self.is_on;
        self.is_on = false;
        self.pending = None;
        let is_on = match self.settings.restore_policy {
            Some(PowerRestorePolicy::AlwaysOff) => false,
            Some(PowerRestorePolicy::LastState) => was_on,
            _ => true,
        };
        if is_on {
            self.plan(now, self.settings.restore_delay, Step::On);
        }
    }

    fn plan(&mut self, now: Instant, seconds: Option<u32>, step: Step) {
        self.pending = Some((now + span(seconds), step));
        self.act(now);
    }

    /// Does what is due by then.
    pub(super) fn act(&mut self, now: Instant) {
        while let Some((due, step)) = self.pending.filter(|(due, _)| *due <= now) {
            self.is_on = step == Step::On;
            self.pending = match step {
                Step::Reboot => Some((due + span(self.settings.cycle_duration), Step::On)),
                Step::On | Step::Off => None,
            };
        }
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.pending.map(|(due, _)| due)
    }

    /// Counts, and returns, the energy between two seconds.
    pub(super) fn draw(&mut self, from: u64, until: u64) -> Energy {
        if self.is_on {
            self.line.draw(from, until)
        } else {
            Energy::default()
        }
    }

    /// What was measured last; nothing while it is off.
    pub(super) fn now(&self) -> Sample {
        if self.is_on { self.line.now } else { Sample::default() }
    }
}

fn span(seconds: Option<u32>) -> Duration {
    Duration::from_secs(seconds.unwrap_or(0).into())
}
