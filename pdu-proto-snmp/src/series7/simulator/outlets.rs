//! One switched outlet, and what it still has to do.

use alloc::string::String;
use core::time::Duration;

use pdu_core::Instant;
use pdu_core::Quantity;
use pdu_core::simulator::{Energy, LineModel, Sample};

use super::builder::Metering;
use crate::series7::item::Found;
use crate::series7::outlet::{self, OutletCommand};

const FEEDBACK: u8 = 4;
const DECIAMPS: u8 = 6;
const GROUP: u8 = 7;
const POWER: u8 = 15;
const STATUS_TIME: u8 = 17;

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
    name: String,
    url: String,
    /// Of the two groups, the second.
    is_in_second_group: bool,
    since: Instant,
    pending: Option<(Instant, Step)>,
    on_delay: u32,
    off_delay: u32,
    reboot_delay: u32,
    reboot_duration: u32,
    restore_policy: u32,
    restore_delay: u32,
}

impl OutletModel {
    pub(super) fn new(line: LineModel, name: String, is_in_second_group: bool) -> Self {
        Self {
            is_on: true,
            line,
            name,
            url: String::new(),
            is_in_second_group,
            since: Instant::EPOCH,
            pending: None,
            on_delay: 0,
            off_delay: 0,
            reboot_delay: 0,
            reboot_duration: 5,
            restore_policy: 2,
            restore_delay: 0,
        }
    }

    /// A command takes the place of what was still to happen.
    pub(super) fn execute(&mut self, command: OutletCommand, now: Instant) {
        match command {
            OutletCommand::CancelPending => self.pending = None,
            OutletCommand::ClearEnergy => self.line.energy = Energy::default(),
            OutletCommand::On => self.plan(now, 0, Step::On),
            OutletCommand::OnDelayed => self.plan(now, self.on_delay, Step::On),
            OutletCommand::Off => self.plan(now, 0, Step::Off),
            OutletCommand::OffDelayed => self.plan(now, self.off_delay, Step::Off),
            OutletCommand::Reboot => self.plan(now, 0, Step::Reboot),
            OutletCommand::RebootDelayed => self.plan(now, self.reboot_delay, Step::Reboot),
        }
    }

    fn plan(&mut self, now: Instant, seconds: u32, step: Step) {
        self.pending = Some((now + Duration::from_secs(seconds.into()), step));
        self.act(now);
    }

    /// Does what is due by then.
    pub(super) fn act(&mut self, now: Instant) {
        while let Some((due, step)) = self.pending.filter(|(due, _)| *due <= now) {
            self.pending = match step {
                Step::Reboot => Some((due + Duration::from_secs(self.reboot_duration.into()), Step::On)),
                Step::On | Step::Off => None,
            };
            self.switch(step == Step::On, due);
        }
    }

    fn switch(&mut self, is_on: bool, at: Instant) {
        if self.is_on != is_on {
            self.is_on = is_on;
            self.since = at;
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

    pub(super) fn deciamps(&self) -> i64 {
        self.now().gauge(Quantity::Current) / 10
    }

    pub(super) const fn is_in_second_group(&self) -> bool {
        self.is_in_second_group
    }

    pub(super) fn cell(&self, column: u8, metering: Metering, now: Instant) -> Option<Found> {
        let number = |number: i64| Some(Found::Number(number));
        let measured = |number: i64| (metering == Metering::Outlets).then_some(Found::Number(number));
        let text = |text: &str| Some(Found::Text(text.into()));
        match column {
            outlet::NAME => text(&self.name),
            outlet::STATUS | FEEDBACK => number(self.is_on.into()),
            outlet::PENDING => number(self.is_on_next().into()),
            DECIAMPS => measured(self.deciamps()),
            GROUP => text(if self.is_in_second_group { "B" } else { "A" }),
            outlet::ON_DELAY => number(self.on_delay.into()),
            outlet::OFF_DELAY => number(self.off_delay.into()),
            outlet::CYCLE_DURATION => number(self.reboot_duration.into()),
            outlet::URL => text(&self.url),
            outlet::RESTORE_POLICY => number(self.restore_policy.into()),
            outlet::RESTORE_DELAY => number(self.restore_delay.into()),
            outlet::ENERGY => measured((self.line.energy.count(Quantity::ActiveEnergy) / 1000).into()),
            POWER => measured(self.now().gauge(Quantity::ActivePower) / 10),
            outlet::CYCLE_DELAY => number(self.reboot_delay.into()),
            STATUS_TIME => number(i64::try_from(now.saturating_since(self.since).as_secs()).ok()?),
            _ => None,
        }
    }

    fn is_on_next(&self) -> bool {
        self.pending.map_or(self.is_on, |(_, step)| step == Step::On)
    }

    /// What was checked, so it fits.
    pub(super) fn store(&mut self, column: u8, found: Found) {
        match found {
            Found::Text(octets) => {
                let text = String::from_utf8_lossy(&octets).into_owned();
                match column {
                    outlet::NAME => self.name = text,
                    _ => self.url = text,
                }
            }
            Found::Number(number) => {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                match column {
                    outlet::ON_DELAY => self.on_delay = number,
                    outlet::OFF_DELAY => self.off_delay = number,
                    outlet::CYCLE_DURATION => self.reboot_duration = number,
                    outlet::RESTORE_POLICY => self.restore_policy = number,
                    outlet::RESTORE_DELAY => self.restore_delay = number,
                    _ => self.reboot_delay = number,
                }
            }
            Found::Name(_) | Found::Unreadable => {}
        }
    }
}
