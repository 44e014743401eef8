//! A simulated BPS2000v2: registers that live, for tests, demonstrations, and programs without a rack unit on the desk.
//!
//! [`Bps2000`] is a [`Service`]: put it into a [`TcpHub`](crate::server::TcpHub) or an
//! [`RtuServer`](crate::server::RtuServer), several of them into a [`Chain`](crate::server::Chain). It knows the time only
//! from the requests, so it runs at any speed, and the same seed gives the same registers at the same times.
//!
//! Like the device it answers functions 03 and 06, refuses others with exception 01, addresses outside 0 to 98 and writes
//! to anything but thresholds with 02, and quantities of 0 or above 125 with 03. The exceptions, and all that
//! [the map](super) marks as inferred, are what this crate takes the device to do; nobody has published a capture of one.
//!
//! ```
//! use std::time::Duration;
//! use pdu_core::{Instant, Line};
//! use pdu_proto_modbus::bps2000::simulator::{Bps2000, Load};
//! use pdu_proto_modbus::bps2000::{AlarmState, Register};
//!
//! let mut unit = Bps2000::builder().seed(7).initial_energy(Line::L1, 1_800_120).build();
//! unit.set_load(Line::L1, Load::Fixed { watts: 9_000, volt_amperes: 9_200 });
//! unit.advance_to(Instant::EPOCH);
//! assert_eq!(unit.registers()[21..25], [0, 27, 119, 184]); // 1800.120 kWh
//!
//! unit.advance_to(Instant::EPOCH + Duration::from_secs(3600));
//! assert_eq!(unit.registers()[21..25], [0, 27, 154, 224]); // 1809.120 kWh
//!
//! let alarm = Register::named("Current alarm L1 [A]").unwrap();
//! let raw = unit.registers()[usize::from(alarm.address)];
//! assert_eq!(AlarmState::from_raw(raw), AlarmState::High); // some 40 A, and the threshold stands at 32.0 A
//! ```
//!
//! Source: BKT BPS2000v2 user manual Ver.01.24; "line n" is a line of its extracted text.

mod builder;

use core::time::Duration;

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use pdu_core::simulator::{Energy, LineModel, ProbeModel};
use pdu_core::{Contact, ContactKind, Instant, Line, Point, Quantity, Threshold};

use crate::server::{Served, Service};
use crate::wire::{ExceptionCode, FunctionCode, Registers, Request, Response};

use super::{Access, AlarmState, Encoding, Meaning, REGISTER_COUNT, REGISTER_MAP, Register, contact_raw, energy_raw};

pub use builder::{Builder, Phases, PowerOverflow};
pub use pdu_core::simulator::{Climate, Load};

/// How often the registers change.
const REFRESH: Duration = Duration::from_secs(1);

/// A simulated unit.
#[derive(Clone, Debug)]
pub struct Bps2000 {
    address: Option<u8>,
    overflow: PowerOverflow,
    /// L1 to L3; a single-phase unit has the first one only.
    lines: [Option<LineModel>; 3],
    total: Energy,
    /// At the T/H port, and the two of the SensorBox.
    probes: [ProbeModel; 3],
    /// In the order of their registers.
    contacts: [(Detector, Contact); 4],
    watches: Vec<Watch>,
    registers: [u16; REGISTER_COUNT as usize],
    /// When the first request came; the simulated day begins there.
    started: Option<Instant>,
    /// Whole seconds since.
    seconds: u64,
    /// When the registers are to change next.
    due: Instant,
    faults: VecDeque<Fault>,
    writes: u64,
}

/// A two-state sensor of the SensorBox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums)] // the box has these (line 1651)
pub enum Detector {
    /// The first door contact.
    Door1,
    /// The second door contact.
    Door2,
    /// The smoke detector.
    Smoke,
    /// The water detector.
    Water,
}

/// A probe for temperature and humidity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums)] // the device has these (lines 1499 to 1504)
pub enum Probe {
    /// At the unit's own T/H port: `sensor1`.
    Port,
    /// The first one of the SensorBox: `sensor2`.
    Box1,
    /// The second one of the SensorBox: `sensor3`.
    Box2,
}

/// Something that goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The request is not heard: nothing is done, and nothing answered.
    LoseRequest,
    /// The request is carried out, and not answered.
    LoseAnswer,
    /// Nothing is done, and this exception answered.
    Refuse(ExceptionCode),
    /// The request is carried out at once, and answered so much later.
    Delay(Duration),
}

/// Which registers decide on an alarm register; taken from the map.
#[derive(Clone, Copy, Debug)]
struct Watch {
    reading: &'static Register,
    low: &'static Register,
    high: &'static Register,
    alarm: &'static Register,
}

impl Bps2000 {
    /// A three-phase unit with all its sensors, which answers every unit address. All that moves is derived from the seed.
    pub fn new(seed: u64) -> Self {
        Self::builder().seed(seed).build()
    }

    /// The same with the seed 0, to be changed at will.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// The 99 registers as they stand.
    pub const fn registers(&self) -> &[u16; REGISTER_COUNT as usize] {
        &self.registers
    }

    /// How many writes were carried out.
    pub const fn writes(&self) -> u64 {
        self.writes
    }

    /// Lets time go by, as each request does. The first call sets the beginning; a time before the last one is that.
    #[inline]
    pub fn advance_to(&mut self, now: Instant) {
        if now >= self.due {
            self.tick(now);
        }
    }

    #[cold]
    fn tick(&mut self, now: Instant) {
        let started = *self.started.get_or_insert(now);
        let seconds = now.saturating_since(started).as_secs();
        self.integrate(seconds);
        self.seconds = seconds;
        self.due = started + Duration::from_secs(seconds) + REFRESH;
        self.refresh();
    }

    /// Changes what a line draws, from the last time on that the unit was told. Lines other than L1 to L3, and those that
    /// a single-phase unit lacks, draw nothing.
    pub fn set_load(&mut self, line: Line, load: Load) {
        if let Some(line) = line_index(line).and_then(|line| self.lines.get_mut(line)?.as_mut()) {
            line.load = load;
        }
        self.refresh();
    }

    /// Holds the voltage of a line at so many tenths of a volt; `None` lets it move again.
    pub fn set_voltage(&mut self, line: Line, decivolts: Option<u16>) {
        if let Some(line) = line_index(line).and_then(|line| self.lines.get_mut(line)?.as_mut()) {
            line.fixed_voltage = decivolts;
        }
        self.refresh();
    }

    /// Holds a probe at these readings; `None` unplugs it.
    pub fn set_climate(&mut self, probe: Probe, climate: Option<Climate>) {
        if let Some(model) = self.probes.get_mut(probe as usize) {
            *model = climate.map_or(ProbeModel::Absent, ProbeModel::Fixed);
        }
        self.refresh();
    }

    /// Changes what a contact says; [`Contact::Unknown`] unplugs it.
    pub fn set_contact(&mut self, detector: Detector, state: Contact) {
        for (of, contact) in &mut self.contacts {
            if *of == detector {
                *contact = state;
            }
        }
        self.refresh();
    }

    /// Has something go wrong with the next request; called several times, with those after it.
    pub fn inject(&mut self, fault: Fault) {
        self.faults.push_back(fault);
    }

    /// Counts the energy from the last time on until this second.
    fn integrate(&mut self, until: u64) {
        for line in self.lines.iter_mut().flatten() {
            let drawn = line.draw(self.seconds, until);
            self.total.add(drawn);
        }
    }

    /// Writes every register but the thresholds, which stand there for good, as the device has it in this second.
    fn refresh(&mut self) {
        for line in self.lines.iter_mut().flatten() {
            line.sample(self.seconds);
        }
        for row in &REGISTER_MAP {
            match row.meaning {
                Meaning::Gauge { point, quantity } => {
                    let value = self.gauge(point, quantity);
                    self.store(row, &[self.overflow.register(value.unwrap_or(0))]);
                }
                Meaning::Energy { point, quantity } => self.store(row, &energy_raw(self.energy(point, quantity))),
                Meaning::Contact { point, kind } => self.store(row, &[contact_raw(self.contact(point, kind))]),
                Meaning::Threshold { .. } | Meaning::Alarm { .. } => {}
            }
        }
        self.refresh_alarms();
    }

    fn refresh_alarms(&mut self) {
        for index in 0..self.watches.len() {
            let Some(watch) = self.watches.get(index).copied() else {
                return;
            };
            let state = self.alarm(&watch);
            self.store(watch.alarm, &[state.raw()]);
        }
    }

    /// At or beyond a threshold is an alarm; 0 disables one; what is absent gives none (all three inferred).
    fn alarm(&self, watch: &Watch) -> AlarmState {
        let Meaning::Gauge { point, quantity } = watch.reading.meaning else {
            return AlarmState::Normal;
        };
        let Some(value) = self.gauge(point, quantity) else {
            return AlarmState::Normal;
        };
        let threshold = |row: &Register| self.threshold_in_steps_of(watch.reading, row);
        let (low, high) = (threshold(watch.low), threshold(watch.high));
        if high != 0 && value >= high {
            AlarmState::High
        } else if low != 0 && value <= low {
            AlarmState::Low
        } else {
            AlarmState::Normal
        }
    }

    /// A threshold as the register of its reading counts: those of current, temperature and humidity are ten times as
    /// coarse (notes B-15, B-16).
    fn threshold_in_steps_of(&self, reading: &Register, row: &Register) -> i64 {
        let raw = self.registers.get(usize::from(row.address)).copied().unwrap_or(0);
        let value = match row.encoding {
            Encoding::TwosComplement => i64::from(raw.cast_signed()),
            _ => i64::from(raw),
        };
        let finer = u32::from(row.scale.abs_diff(reading.scale));
        value * 10_i64.pow(finer.min(4))
    }

    /// A reading in the steps of its register; `None` for a sensor or a line that is not there.
    fn gauge(&self, point: Point, quantity: Quantity) -> Option<i64> {
        if let Some(line) = point.line {
            let line = self.lines.get(line_index(line)?)?.as_ref()?;
            return Some(line.now.gauge(quantity));
        }
        let probe = self.probes.get(usize::from(point.number.checked_sub(1)?))?;
        let climate = probe.at(self.seconds)?;
        Some(match quantity {
            Quantity::Temperature => climate.decidegrees.into(),
            _ => climate.permille.into(),
        })
    }

    /// Watt-hours or volt-ampere-hours. The counter starts again after 32 bits (inferred).
    fn energy(&self, point: Point, quantity: Quantity) -> u32 {
        let energy = match point.line {
            Some(Line::Total) => Some(&self.total),
            Some(line) => line_index(line)
                .and_then(|line| self.lines.get(line)?.as_ref())
                .map(|line| &line.energy),
            None => None,
        };
        energy.map_or(0, |energy| energy.count(quantity))
    }

    fn contact(&self, point: Point, kind: ContactKind) -> Contact {
        let mut contacts = self.contacts.iter();
        let found = contacts.find(|(detector, _)| detector.place() == (kind, point.number));
        found.map_or(Contact::Unknown, |(_, contact)| *contact)
    }

    fn store(&mut self, row: &Register, words: &[u16]) {
        let registers = self.registers.iter_mut().skip(row.address.into());
        registers.zip(words).for_each(|(register, word)| *register = *word);
    }

    #[inline]
    fn execute(&mut self, request: Request<'_>) -> Result<Response<'_>, ExceptionCode> {
        match request {
            Request::ReadHoldingRegisters { address, quantity } => {
                let (start, count) = (usize::from(address), usize::from(quantity));
                let values = self.registers.get(start..start.saturating_add(count));
                let values = values.ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?;
                Ok(Response::ReadHoldingRegisters {
                    values: Registers::new(values),
                })
            }
            Request::WriteSingleRegister { address, value } => {
                self.write(address, value)?;
                Ok(Response::WriteSingleRegister { address, value })
            }
            _ => Err(ExceptionCode::ILLEGAL_FUNCTION),
        }
    }

    #[cold]
    fn suffer<'a>(&'a mut self, fault: Fault, request: Request<'a>) -> Served<'a> {
        match fault {
            Fault::LoseRequest => Served::silence(),
            Fault::Refuse(code) => Served::exception(code),
            Fault::Delay(delay) => Served::from(self.execute(request)).after(delay),
            Fault::LoseAnswer => {
                let _ = self.execute(request);
                Served::silence()
            }
        }
    }

    /// Any value is taken: the manual states no bounds.
    fn write(&mut self, address: u16, value: u16) -> Result<(), ExceptionCode> {
        let row = Register::at(address).filter(|row| row.access == Access::ReadWrite);
        self.store(row.ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?, &[value]);
        self.writes += 1;
        self.refresh_alarms();
        Ok(())
    }
}

impl Service for Bps2000 {
    #[inline]
    fn serve<'a>(&'a mut self, now: Instant, _unit: u8, request: Request<'a>) -> Served<'a> {
        self.advance_to(now);
        match self.faults.pop_front() {
            None => self.execute(request).into(),
            Some(fault) => self.suffer(fault, request),
        }
    }

    #[inline]
    fn has_unit(&self, unit: u8) -> bool {
        self.address.is_none_or(|address| address == unit)
    }

    fn has_function(&self, _unit: u8, function: FunctionCode) -> bool {
        function == FunctionCode::READ_HOLDING_REGISTERS || function == FunctionCode::WRITE_SINGLE_REGISTER
    }

    fn broadcast(&mut self, now: Instant, request: Request<'_>) {
        self.advance_to(now);
        let _ = self.execute(request);
    }
}

impl Detector {
    /// What it watches, and the number it has among those of its kind.
    const fn place(self) -> (ContactKind, u16) {
        match self {
            Self::Door1 => (ContactKind::Door, 1),
            Self::Door2 => (ContactKind::Door, 2),
            Self::Smoke => (ContactKind::Smoke, 1),
            Self::Water => (ContactKind::Water, 1),
        }
    }
}

impl Watch {
    /// What each alarm register watches.
    fn all() -> Vec<Self> {
        let watches = REGISTER_MAP.iter().filter_map(|alarm| {
            let Meaning::Alarm { point, quantity } = alarm.meaning else {
                return None;
            };
            let threshold = |level| Register::meaning(Meaning::Threshold { point, quantity, level });
            Some(Self {
                reading: Register::meaning(Meaning::Gauge { point, quantity })?,
                low: threshold(Threshold::LowerCritical)?,
                high: threshold(Threshold::UpperCritical)?,
                alarm,
            })
        });
        watches.collect()
    }
}

const fn line_index(line: Line) -> Option<usize> {
    match line {
        Line::L1 => Some(0),
        Line::L2 => Some(1),
        Line::L3 => Some(2),
        _ => None,
    }
}
