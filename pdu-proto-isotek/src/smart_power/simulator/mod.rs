//! A simulated SMART Power: outlets, loads, a clock and a scheduler that live, for tests, demonstrations, and programs
//! without a unit on the desk.
//!
//! [`SmartPower`] is a [`Service`]: put it into a [`TextHub`](crate::server::TextHub) or a
//! [`TextServer`](crate::server::TextServer). It learns the time only from them, so it runs at any speed, and the same seed
//! gives the same status at the same times.
//!
//! ```
//! use std::time::Duration;
//!
//! use pdu_core::{Instant, LocalDateTime};
//! use pdu_proto_isotek::server::Service;
//! use pdu_proto_isotek::smart_power::simulator::{Load, SmartPower};
//! use pdu_proto_isotek::wire::{Channel, Command, Outlet, OutletState};
//!
//! let lamp = Outlet::new(3).unwrap();
//! let mut unit = SmartPower::builder().outlets(8).seed(7).build();
//! unit.set_load(lamp, Load::Fixed { watts: 40 });
//!
//! let command = Command::SwitchOutlet { outlet: lamp, state: OutletState::Off };
//! let _ = unit.serve(Instant::EPOCH, &command);
//! let status = unit.status(Instant::EPOCH + Duration::from_secs(1));
//! assert_eq!(status.channel(lamp.into()).unwrap().state, OutletState::Off);
//! assert_eq!(unit.counts().switch_outlet, 1);
//! ```
//!
//! # What the manual leaves open
//!
//! No capture of a real unit is public. These are the choices of this simulator, and no claim about units; those marked
//! with a star can be set by the [`Builder`]:
//!
//! | open | here |
//! |---|---|
//! | `CH0` | the unit as a whole: always on, the voltage of the mains, the sum of all loads |
//! | voltage of an outlet that is off | 0 V (*) |
//! | a locked outlet | `Sx=` is not carried out and not answered (*); `G`, `H` and the scheduler leave it as it is |
//! | a router | like any other outlet |
//! | an outlet or channel that the unit does not have | not carried out, not answered |
//! | `P=nn` | empties the scheduler and makes room for nn records; `PW=` beyond them is not carried out and not answered. At most 100 records (*) |
//! | `hh:min` of a time plan | acts when the unit's clock goes on into that minute; a clock that is set into it does not act |
//! | `dd` | 0: every day. Other numbers are stored, and their plan never acts |
//! | `power` of a power plan | acts when the power of its channel comes above (or below) the level, not for as long as it is there. At the level itself it is neither |
//! | restart of an outlet | off at once, on after the delay that is stored with its name; a later command about the outlet ends it |
//! | `X` | `OK`; then every link is down for 5 s (*). Outlets, clock and scheduler go on |
//!
//! Source: IsoTek SMART Power text protocol; "line n" is a line of its extracted text.

mod builder;
mod clock;
mod model;
mod schedule;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use pdu_core::simulator::Wander;
use pdu_core::{Decimal, Instant, LocalDateTime, earliest};

use crate::Rejected;
use crate::server::{Served, Service};
use crate::wire::{
    Address, Channel, ChannelStatus, Command, Outlet, OutletConfig, OutletState, OutletType, Record, Setup, StatusFrame,
};

pub use builder::{Builder, LockedOutlets, VoltageWhenOff};
use clock::UnitClock;
pub use model::Load;
use model::{MAX_POWER, OutletModel};
use schedule::Schedule;

/// How far back a unit that nobody told the time makes up for what it missed.
const MEMORY: Duration = Duration::from_secs(7 * 24 * 3600);
/// In how many steps at most.
const STEPS: u32 = 3600;
const SECOND: Duration = Duration::from_secs(1);

/// A simulated unit.
///
/// It makes up for a time in which nobody told it the time: second by second for an hour, in coarser steps for up to a
/// week.
#[derive(Clone, Debug)]
pub struct SmartPower {
    address: Address<'static>,
    outlets: Vec<OutletModel>,
    /// Tenths of a volt.
    mains: Wander,
    fixed_voltage: Option<u16>,
    clock: UnitClock,
    schedule: Schedule,
    locked_outlets: LockedOutlets,
    voltage_when_off: VoltageWhenOff,
    restart_time: Duration,
    /// When the unit was first told the time.
    started: Option<Instant>,
    now: Instant,
    faults: VecDeque<Fault>,
    counts: Counts,
}

/// How often a simulated unit carried out each command, whether it was answered or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// `Sx=s`
    pub switch_outlet: u64,
    /// `T=`
    pub set_clock: u64,
    /// `P=nn`
    pub set_record_count: u64,
    /// `PW=`
    pub write_record: u64,
    /// `Cx=`
    pub set_config: u64,
    /// `X`
    pub restart: u64,
    /// `G`
    pub all_off: u64,
    /// `H`
    pub all_on: u64,
    /// `A?`, `?`, `P?` and `C?`.
    pub reads: u64,
    /// Records of the scheduler that acted.
    pub acted: u64,
    /// Commands that were understood and not carried out.
    pub refused: u64,
    /// Lines that were no command.
    pub rejected: u64,
}

/// Something that goes wrong with one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The command is not heard: nothing is done, and nothing answered.
    LoseCommand,
    /// The command is carried out, and not answered.
    LoseAnswer,
    /// The command is carried out at once, and answered so much later.
    Delay(Duration),
}

impl SmartPower {
    /// A unit with 16 outlets, all of them on. All that moves is derived from the seed.
    pub fn new(seed: u64) -> Self {
        Self::builder().seed(seed).build()
    }

    /// The same with the seed 0, to be changed at will.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Whether an outlet is on; `None` if the unit does not have it.
    pub fn state(&self, outlet: Outlet) -> Option<OutletState> {
        self.outlet(outlet).map(|model| model.state)
    }

    /// Switches an outlet, locked or not, as somebody does who presses its button.
    pub fn set_state(&mut self, outlet: Outlet, state: OutletState) {
        if let Some(model) = self.outlet_mut(outlet) {
            model.switch(state);
        }
    }

    /// Changes what is plugged into an outlet.
    pub fn set_load(&mut self, outlet: Outlet, load: Load) {
        if let Some(model) = self.outlet_mut(outlet) {
            model.load = load;
        }
    }

    /// What an outlet gives now, in watts; 0 if it is off, or not there.
    pub fn power(&self, outlet: Outlet) -> u32 {
        self.outlet(outlet).map_or(0, |model| model.power(self.second()))
    }

    /// Holds the voltage of the mains at so many volts, at most 9999; `None` lets it move again.
    pub fn set_voltage(&mut self, volts: Option<u16>) {
        self.fixed_voltage = volts.map(|volts| volts.min(9999));
    }

    /// What the unit's clock shows.
    pub fn clock(&self) -> LocalDateTime {
        self.clock.at(self.now)
    }

    /// The records of the scheduler, in their order.
    pub fn records(&self) -> impl Iterator<Item = &Record<'static>> {
        self.schedule.records()
    }

    /// What is stored of an outlet; `None` if the unit does not have it.
    pub fn outlet_config(&self, outlet: Outlet) -> Option<&OutletConfig<'static>> {
        self.outlet(outlet).map(|model| &model.config)
    }

    /// How often each command was carried out.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Has something go wrong with the next command, reading ones included; called several times, with those after it.
    pub fn inject(&mut self, fault: Fault) {
        self.faults.push_back(fault);
    }

    /// Leaves out the next so many answers, though the commands are carried out.
    pub fn drop_acknowledgements(&mut self, count: usize) {
        self.faults.extend(core::iter::repeat_n(Fault::LoseAnswer, count));
    }

    /// Lets time go by, as each command does. The first call sets the beginning; a time before the last one is that.
    pub fn advance_to(&mut self, now: Instant) {
        if self.started.is_none() {
            self.started = Some(now);
            self.now = now;
            self.clock.start(now);
        }
        let missed = now.saturating_since(self.now);
        if missed > MEMORY {
            self.now += missed.saturating_sub(MEMORY);
            self.clock.forget_minutes_until(self.now);
        }
        let step = match self.schedule.len() {
            0 => MEMORY,
            _ => (missed.min(MEMORY) / STEPS).max(SECOND),
        };
        while self.now < now {
            let next = self.now + step;
            let next = earliest(self.restart_due(), Some(next)).unwrap_or(next);
            self.live_until(next.max(self.now + Duration::from_micros(1)).min(now));
        }
    }

    fn live_until(&mut self, now: Instant) {
        self.now = now;
        self.end_restarts();
        let minutes = self.clock.minutes_since_last_asked(now);
        for minute in minutes {
            for position in 0..self.schedule.len() {
                let due = self.schedule.time_plan(position, minute);
                self.act(due);
            }
        }
        for position in 0..self.schedule.len() {
            let power = |outlet| self.power(outlet);
            let met = self.schedule.is_met(position, power);
            let due = self.schedule.power_plan(position, met);
            self.act(due);
        }
        // Of an outlet without delay, at once.
        self.end_restarts();
    }

    fn end_restarts(&mut self) {
        for model in &mut self.outlets {
            model.end_restart(self.now);
        }
    }

    fn act(&mut self, due: Option<(Outlet, Setup)>) {
        let Some((outlet, setup)) = due else { return };
        self.counts.acted += 1;
        let now = self.now;
        let Some(model) = self.outlet_mut(outlet).filter(|model| !model.is_locked()) else {
            return;
        };
        match setup {
            Setup::On => model.switch(OutletState::On),
            Setup::Off => model.switch(OutletState::Off),
            Setup::Restart => model.restart(now),
        }
    }

    fn restart_due(&self) -> Option<Instant> {
        self.outlets.iter().filter_map(|model| model.restart_until).min()
    }

    fn outlet(&self, outlet: Outlet) -> Option<&OutletModel> {
        self.outlets.get(usize::from(outlet.number().checked_sub(1)?))
    }

    fn outlet_mut(&mut self, outlet: Outlet) -> Option<&mut OutletModel> {
        self.outlets.get_mut(usize::from(outlet.number().checked_sub(1)?))
    }

    /// Whole seconds since the beginning.
    fn second(&self) -> u64 {
        let started = self.started.unwrap_or(self.now);
        self.now.saturating_since(started).as_secs()
    }

    /// Volts.
    fn voltage(&self) -> u16 {
        let moving = self.mains.at(self.second()) / 10;
        let moving = u16::try_from(moving).unwrap_or(0);
        self.fixed_voltage.unwrap_or(moving)
    }

    fn execute(&mut self, command: &Command<'_>) -> Served {
        match command {
            Command::ReadAddress | Command::ReadStatus | Command::ReadSchedule | Command::ReadConfigs => {
                self.counts.reads += 1;
                Served::accepted()
            }
            Command::SwitchOutlet { outlet, state } => self.switch(*outlet, *state),
            Command::SetClock(time) => {
                self.counts.set_clock += 1;
                self.clock.set(self.now, *time);
                Served::accepted()
            }
            Command::SetRecordCount(count) => {
                let done = self.schedule.begin((*count).into());
                self.counts.set_record_count += u64::from(done);
                self.answer(done)
            }
            Command::WriteRecord(record) => {
                let done = self.outlet(record.channel).is_some() && self.schedule.add(record);
                self.counts.write_record += u64::from(done);
                self.answer(done)
            }
            Command::SetConfig { outlet, config } => {
                let config = config.clone().into_owned();
                let model = self.outlet_mut(*outlet);
                let done = model.map(|model| model.config = config).is_some();
                self.counts.set_config += u64::from(done);
                self.answer(done)
            }
            Command::Restart => {
                self.counts.restart += 1;
                Served::restart(self.restart_time)
            }
            Command::AllOff => {
                self.counts.all_off += 1;
                self.switch_all(OutletState::Off)
            }
            Command::AllOn => {
                self.counts.all_on += 1;
                self.switch_all(OutletState::On)
            }
        }
    }

    fn switch(&mut self, outlet: Outlet, state: OutletState) -> Served {
        let ignores = self.locked_outlets == LockedOutlets::Ignore;
        let done = match self.outlet_mut(outlet) {
            None => false,
            Some(model) if model.is_locked() => ignores,
            Some(model) => {
                model.switch(state);
                true
            }
        };
        self.counts.switch_outlet += u64::from(done);
        self.answer(done)
    }

    fn switch_all(&mut self, state: OutletState) -> Served {
        for model in self.outlets.iter_mut().filter(|model| !model.is_locked()) {
            model.switch(state);
        }
        Served::accepted()
    }

    const fn answer(&mut self, done: bool) -> Served {
        if done {
            Served::accepted()
        } else {
            self.counts.refused += 1;
            Served::silence()
        }
    }
}

impl Service for SmartPower {
    fn serve(&mut self, now: Instant, command: &Command<'_>) -> Served {
        self.advance_to(now);
        match self.faults.pop_front() {
            None => self.execute(command),
            Some(Fault::LoseCommand) => Served::silence(),
            Some(Fault::LoseAnswer) => {
                let _ = self.execute(command);
                Served::silence()
            }
            Some(Fault::Delay(delay)) => self.execute(command).after(delay),
        }
    }

    fn status(&mut self, now: Instant) -> StatusFrame {
        self.advance_to(now);
        let (second, voltage) = (self.second(), self.voltage());
        let mut frame = StatusFrame::default();
        let mut total = 0_u32;
        for (model, outlet) in self
            .outlets
            .iter()
            .zip(1..)
            .filter_map(|(m, n)| Some((m, Outlet::new(n)?)))
        {
            let power = model.power(second);
            total = total.saturating_add(power);
            let is_dead = model.state == OutletState::Off && self.voltage_when_off == VoltageWhenOff::Zero;
            frame.set(ChannelStatus {
                channel: outlet.into(),
                state: model.state,
                voltage: Decimal::from(if is_dead { 0 } else { i64::from(voltage) }),
                power: Decimal::from(i64::from(power)),
            });
        }
        frame.set(ChannelStatus {
            channel: Channel::UNIT,
            state: OutletState::On,
            voltage: Decimal::from(i64::from(voltage)),
            power: Decimal::from(i64::from(total.min(MAX_POWER))),
        });
        frame.clock = Some(self.clock.at(self.now));
        frame
    }

    fn address(&self) -> Address<'_> {
        self.address.clone()
    }

    fn record(&self, position: usize) -> Option<Record<'_>> {
        self.schedule.records().nth(position).cloned()
    }

    fn config(&self, position: usize) -> Option<(Outlet, OutletConfig<'_>)> {
        let outlet = Outlet::new(u8::try_from(position).ok()?.checked_add(1)?)?;
        Some((outlet, self.outlet(outlet)?.config.clone()))
    }

    fn handle_rejected(&mut self, now: Instant, _line: &[u8], _why: Rejected) {
        self.advance_to(now);
        self.counts.rejected += 1;
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.advance_to(now);
    }

    /// The end of a restart, the next minute if there are time plans, the next second if there are power plans.
    fn poll_timeout(&self) -> Option<Instant> {
        if self.started.is_none() {
            return Some(Instant::EPOCH);
        }
        let minute = self.schedule.has_time_plan().then(|| self.clock.next_minute(self.now));
        let second = self.schedule.has_power_plan().then(|| self.now + SECOND);
        earliest(self.restart_due(), earliest(minute, second))
    }
}

impl OutletModel {
    fn is_locked(&self) -> bool {
        self.config.outlet_type == OutletType::Locked
    }
}
