//! A simulated unit of the 7-series: objects that live, for tests, demonstrations, and programs without a rack unit on the desk.
//!
//! [`Series7`] is a [`Tree`]: put it into an [`Agent`](crate::server::Agent). It knows the time only from the agent, so it runs
//! at any speed, and the same seed gives the same values at the same times. (Peaks are the largest of what was looked at since
//! the unit last updated its data, every 15 s; source: manual, lines 321 to 333.)
//!
//! It has the meter of a Wye or a Delta unit, switched outlets with real delays, two groups of outlets, and sensors. All outlets
//! are on at the start, and their delays are 0; a reboot takes 5 s. Alarm rules are rows that are written; what they watch is
//! compared each second, and each alarm that trips or clears sends its trap of the [table](super::traps), with all variables.
//!
//! What no document states is as the session reads it (see the [module](super)). Where that has an option, so has the
//! [`Builder`]. Moreover: what clears has the trip type 0, a rule that is removed sends nothing, a cancelled reboot leaves the
//! outlet as it is, and a new rule watches for values below 0 until it is told otherwise.
//!
//! ```
//! use core::time::Duration;
//! use pdu_core::{Instant, PowerState};
//! use pdu_proto_snmp::oid;
//! use pdu_proto_snmp::series7::simulator::Series7;
//! use pdu_proto_snmp::server::Tree;
//! use pdu_proto_snmp::wire::{Value, VarBind};
//!
//! let mut unit = Series7::builder().seed(7).outlets(8).build();
//! let status_of_3 = oid!(1, 3, 6, 1, 4, 1, 21239, 2, 16, 1, 3, 3);
//! let start = Instant::EPOCH;
//! assert_eq!(unit.get(start, status_of_3), Ok(Value::Gauge32(1)));
//!
//! let reboot = [VarBind::new(status_of_3, Value::Gauge32(5))];
//! unit.reserve(start, &reboot)?;
//! unit.commit(start, &reboot)?;
//! assert_eq!(unit.get(start, status_of_3), Ok(Value::Gauge32(0)));
//! unit.handle_timeout(start + Duration::from_secs(5));
//! assert_eq!(unit.outlet(3), PowerState::On);
//! # Ok::<(), pdu_proto_snmp::server::SetError>(())
//! ```

mod alarms;
mod builder;
mod change;
mod meter;
mod outlets;
mod sensors;

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Bound;
use core::time::Duration;

use pdu_core::simulator::{Energy, MeterModel};
use pdu_core::{Instant, PowerState, earliest};

use super::item::{Found, Item, scalar};
use super::layout::{GROUP_TABLE, LAST_TABLE, OUTLET_TABLE};
use super::objects::{Access, Kind, OBJECTS, Object, Syntax};
use super::outlet::OutletCommand;
use super::{Base, Precision, traps::TripType};
use crate::notification::Notification;
use crate::oid;
use crate::server::{Absent, OwnedValue, SetError, Tree};
use crate::wire::{Oid, OidBuf, Value, VarBind};

use alarms::Rules;
use change::Change;
use outlets::OutletModel;
use sensors::Sensor;

pub use builder::{Builder, Counts, Metering};
pub use pdu_core::simulator::Load;

/// Traps that wait to be taken at most; older ones are dropped.
const MAX_NOTIFICATIONS: usize = 64;
/// How often alarm rules compare.
const SECOND: Duration = Duration::from_secs(1);

/// A simulated unit.
#[derive(Clone, Debug)]
pub struct Series7 {
    base: Base,
    friendly_name: String,
    mac: String,
    precision: Precision,
    counts: Counts,
    metering: Metering,
    sends_instance: bool,
    meter: MeterModel,
    outlets: Vec<OutletModel>,
    sensors: Vec<Sensor>,
    rules: Rules,
    trip_type: TripType,
    /// Instances that answer something of the caller's.
    overrides: BTreeMap<Item, OwnedValue>,
    /// Everything that there is, by its name.
    names: BTreeMap<OidBuf, Source>,
    notifications: VecDeque<Notification>,
    /// The value that was answered last.
    answered: OwnedValue,
    now: Instant,
    /// When the first request came.
    started: Option<Instant>,
    /// Whole seconds since, up to which energy is counted.
    seconds: u64,
}

/// What stands behind a name.
#[derive(Clone, Copy, Debug)]
enum Source {
    System(System),
    Item(Item),
}

/// Objects of the system group. That the unit has them is not stated; every agent does.
#[derive(Clone, Copy, Debug)]
enum System {
    Description,
    /// Not stated, so it names nothing.
    ObjectId,
    Uptime,
    Name,
}

const SYSTEM: [(Oid<'static>, System); 4] = [
    (oid!(1, 3, 6, 1, 2, 1, 1, 1, 0), System::Description),
    (oid!(1, 3, 6, 1, 2, 1, 1, 2, 0), System::ObjectId),
    (oid!(1, 3, 6, 1, 2, 1, 1, 3, 0), System::Uptime),
    (oid!(1, 3, 6, 1, 2, 1, 1, 5, 0), System::Name),
];

impl Series7 {
    /// A Wye unit with 8 outlets and some sensors. All that moves is derived from the seed.
    pub fn new(seed: u64) -> Self {
        Self::builder().seed(seed).build()
    }

    /// The same with the seed 0, to be changed at will.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Where its objects begin.
    pub const fn base(&self) -> &Base {
        &self.base
    }

    /// Whether an outlet gives power; unknown of one that there is not.
    pub fn outlet(&self, number: u16) -> PowerState {
        match self.outlet_model(number).map(|outlet| outlet.is_on) {
            Some(true) => PowerState::On,
            Some(false) => PowerState::Off,
            None => PowerState::Unknown,
        }
    }

    /// Does to an outlet what a write would, at the last time that the unit was told; `false` if there is no such outlet.
    pub fn command(&mut self, outlet: u16, command: OutletCommand) -> bool {
        let now = self.now;
        let model = self.outlet_model_mut(outlet);
        let is_done = model.map(|model| model.execute(command, now)).is_some();
        self.refresh();
        is_done
    }

    /// Changes what is plugged into an outlet, from the last time on that the unit was told.
    pub fn set_load(&mut self, outlet: u16, load: Load) {
        if let Some(model) = self.outlet_model_mut(outlet) {
            model.line.load = load;
        }
        self.refresh();
    }

    /// Holds a reading of a sensor at a number, counted as its column does; temperatures in tenths of a degree whatever the unit's
    /// precision.
    pub fn set_sensor(&mut self, table: u8, row: u16, column: u8, raw: i64) {
        if let Some(sensor) = self.sensor_mut(table, row) {
            sensor.hold(column, raw);
        }
        self.refresh();
    }

    /// Unplugs a sensor: its row stays, and says that it is not available.
    pub fn unplug(&mut self, table: u8, row: u16) {
        self.set_plugged(table, row, false);
    }

    /// Plugs a sensor in again.
    pub fn plug_in(&mut self, table: u8, row: u16) {
        self.set_plugged(table, row, true);
    }

    fn set_plugged(&mut self, table: u8, row: u16, is_plugged: bool) {
        if let Some(sensor) = self.sensor_mut(table, row) {
            sensor.is_plugged = is_plugged;
        }
        self.refresh();
    }

    /// Sends the notification by which people try whether any come.
    pub fn send_test(&mut self) {
        if let Some(test) = super::traps::TRAPS.first() {
            self.notify(test, &[]);
        }
    }

    /// Has an instance answer this instead of what it is, whatever it may be: an [exception](Value::is_exception) takes it out
    /// of the tree. `None` gives it back.
    pub fn answer_with(&mut self, object: &Object, instance: u16, value: Option<OwnedValue>) {
        if let Some(item) = Item::instance(object, instance) {
            match value {
                Some(value) => drop(self.overrides.insert(item, value)),
                None => drop(self.overrides.remove(&item)),
            }
            let name = item.name(&self.base);
            match self.value(item) {
                Some(_) => drop(self.names.insert(name, Source::Item(item))),
                None => drop(self.names.remove(&name)),
            }
        }
    }

    /// Lets time go by, as each request does. The first call sets the beginning; a time before the last one is that.
    pub fn advance_to(&mut self, now: Instant) {
        let until = self.now.max(now);
        self.started.get_or_insert(until);
        let mut has_moved = self.seconds_at(until) > self.seconds;
        while let Some(due) = self.next_due().filter(|due| *due <= until) {
            has_moved = true;
            self.draw_until(due);
            self.now = self.now.max(due);
            for outlet in &mut self.outlets {
                outlet.act(due);
            }
        }
        self.draw_until(until);
        self.now = until;
        if has_moved {
            self.refresh();
        }
    }

    /// Seconds since the beginning.
    fn seconds_at(&self, at: Instant) -> u64 {
        at.saturating_since(self.started.unwrap_or(at)).as_secs()
    }

    /// When the next outlet acts.
    fn next_due(&self) -> Option<Instant> {
        self.outlets
            .iter()
            .fold(None, |due, outlet| earliest(due, outlet.due()))
    }

    /// Counts energy, up to the last whole second.
    fn draw_until(&mut self, at: Instant) {
        let seconds = self.seconds_at(at);
        for (index, outlet) in self.outlets.iter_mut().enumerate() {
            let drawn: Energy = outlet.draw(self.seconds, seconds);
            self.meter.count(index, drawn);
        }
        self.seconds = self.seconds.max(seconds);
    }

    /// Measures anew, and compares with the alarm rules.
    fn refresh(&mut self) {
        for outlet in &mut self.outlets {
            outlet.line.sample(self.seconds);
        }
        let outlets = self.outlets.iter().map(OutletModel::now);
        self.meter.sample(outlets, self.seconds);
        for sensor in &mut self.sensors {
            sensor.sample(self.seconds);
        }
        self.compare();
    }

    fn outlet_model(&self, number: u16) -> Option<&OutletModel> {
        self.outlets.get(usize::from(number).checked_sub(1)?)
    }

    fn outlet_model_mut(&mut self, number: u16) -> Option<&mut OutletModel> {
        self.outlets.get_mut(usize::from(number).checked_sub(1)?)
    }

    fn sensor_mut(&mut self, table: u8, row: u16) -> Option<&mut Sensor> {
        self.sensors
            .iter_mut()
            .find(|sensor| (sensor.table, sensor.row) == (table, row))
    }

    fn sensor(&self, table: u8, row: u16) -> Option<&Sensor> {
        self.sensors
            .iter()
            .find(|sensor| (sensor.table, sensor.row) == (table, row))
    }

    // --- Values ---------------------------------------------------------------------------------------------------------

    /// What an instance answers; `None` if there is none.
    fn value(&self, item: Item) -> Option<OwnedValue> {
        if let Some(value) = self.overrides.get(&item) {
            return (!value.as_value().is_exception()).then(|| value.clone());
        }
        typed(item, self.found(item)?)
    }

    fn found(&self, item: Item) -> Option<Found> {
        match item {
            Item::Scalar(scalar) => self.scalar(scalar),
            Item::Count(table) => self.counts_rows(table).map(Found::Number),
            Item::Cell {
                table: OUTLET_TABLE,
                column,
                row,
            } => self.outlet_model(row)?.cell(column, self.metering, self.now),
            Item::Cell {
                table: GROUP_TABLE,
                column,
                row: 1,
            } => meter::group_cell(&self.meter, column, &self.outlets),
            Item::Cell { table, column, row } if table == meter::table(&self.meter) => {
                meter::cell(&self.meter, column).filter(|_| row == 1)
            }
            Item::Cell { table, column, row } => self.sensor(table, row)?.cell(column, self.precision),
            Item::Rule { column, row } => self.rules.cell(column, row),
        }
    }

    fn scalar(&self, scalar: u8) -> Option<Found> {
        let text = |text: &str| Some(Found::Text(text.into()));
        match scalar {
            scalar::TITLE => text("Simulated 7W (pdu-proto-snmp)"),
            scalar::VERSION => text("3.12.7-simulated"),
            scalar::FRIENDLY_NAME => text(&self.friendly_name),
            scalar::MAC => text(&self.mac),
            scalar::URL => text("http://192.0.2.7"),
            scalar::ALARM_TRIP_TYPE => Some(Found::Number(self.trip_type.raw())),
            scalar::HARDWARE => text("simulated"),
            scalar::TEMPERATURE_PRECISION => Some(Found::Number(match self.precision {
                Precision::Degree => 0,
                Precision::Tenth => 1,
            })),
            _ => None,
        }
    }

    fn counts_rows(&self, table: u8) -> Option<i64> {
        let has_object = (2..=LAST_TABLE).contains(&table) && self.counts == Counts::Told;
        let rows = match table {
            OUTLET_TABLE => self.outlets.len(),
            GROUP_TABLE => usize::from(!self.outlets.is_empty()),
            _ if table == meter::table(&self.meter) => 1,
            _ => self.sensors.iter().filter(|sensor| sensor.table == table).count(),
        };
        i64::try_from(rows).ok().filter(|_| has_object)
    }

    /// Lists everything anew that there is.
    fn list_names(&mut self) {
        self.names = SYSTEM
            .map(|(name, object)| (name.into(), Source::System(object)))
            .into();
        for item in self.items() {
            if self.value(item).is_some() {
                self.names.insert(item.name(&self.base), Source::Item(item));
            }
        }
    }

    /// Every instance that there may be.
    fn items(&self) -> Vec<Item> {
        let mut items: Vec<Item> = self.overrides.keys().copied().collect();
        let readable = OBJECTS
            .iter()
            .filter(|object| matches!(object.access, Access::ReadOnly | Access::ReadWrite));
        for object in readable {
            let rows = match object.kind {
                Kind::Scalar => 0..=0,
                _ => 1..=self.last_row(object),
            };
            items.extend(rows.filter_map(|row| Item::instance(object, row)));
        }
        items
    }

    fn last_row(&self, column: &Object) -> u16 {
        match Item::instance(column, 1) {
            Some(Item::Rule { .. }) => self.rules.last_row(),
            Some(Item::Cell { table, .. }) if table == OUTLET_TABLE => u16::try_from(self.outlets.len()).unwrap_or(0),
            Some(Item::Cell { table, .. }) => {
                let rows = self.sensors.iter().filter(|sensor| sensor.table == table);
                rows.map(|sensor| sensor.row).max().unwrap_or(1)
            }
            _ => 0,
        }
    }

    fn system(&self, object: System) -> OwnedValue {
        match object {
            System::Description => OwnedValue::from("simulated rack unit of the 7-series (pdu-proto-snmp)"),
            System::ObjectId => OwnedValue::from(Oid::ZERO),
            System::Uptime => OwnedValue::TimeTicks(self.uptime()),
            System::Name => OwnedValue::from(self.friendly_name.as_str()),
        }
    }

    /// Hundredths of a second since the beginning, in 32 bits.
    fn uptime(&self) -> u32 {
        let started = self.started.unwrap_or(self.now);
        let hundredths = self.now.saturating_since(started).as_millis() / 10;
        let [.., a, b, c, d] = hundredths.to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    fn answer(&mut self, source: Source) -> Option<Value<'_>> {
        self.answered = match source {
            Source::System(object) => self.system(object),
            Source::Item(item) => self.value(item)?,
        };
        Some(self.answered.as_value())
    }

    fn apply(&mut self, change: Change) {
        let now = self.now;
        match change {
            Change::Command(outlet, command) => {
                if let Some(model) = self.outlet_model_mut(outlet) {
                    model.execute(command, now);
                }
            }
            Change::Setting(outlet, column, found) => {
                if let Some(model) = self.outlet_model_mut(outlet) {
                    model.store(column, found);
                }
            }
            Change::Precision(precision) => self.precision = precision,
            Change::Watch(row, reading) => {
                self.rules.watch(row, reading);
                self.list_names();
            }
            Change::Threshold(row, threshold) => self.rules.set_threshold(row, threshold),
            Change::Trip(row, trip) => self.rules.set_trip(row, trip),
        }
    }
}

/// A value with the type that the MIB has for it.
fn typed(item: Item, found: Found) -> Option<OwnedValue> {
    let syntax = item.object().map(|object| object.syntax);
    Some(match found {
        Found::Text(octets) => OwnedValue::OctetString(octets),
        Found::Name(name) => OwnedValue::ObjectIdentifier(name),
        Found::Unreadable => return None, // nothing here is
        Found::Number(number) if syntax == Some(Syntax::Gauge32) => OwnedValue::Gauge32(u32::try_from(number).ok()?),
        Found::Number(number) => OwnedValue::Integer(i32::try_from(number).ok()?),
    })
}

impl Tree for Series7 {
    fn get(&mut self, now: Instant, name: Oid<'_>) -> Result<Value<'_>, Absent> {
        self.advance_to(now);
        let absent = match Object::of(name, &self.base) {
            Some((_, Some(_))) => Absent::Instance,
            _ => Absent::Object,
        };
        let source = self.names.get(&OidBuf::from(name)).copied().ok_or(absent)?;
        self.answer(source).ok_or(absent)
    }

    fn next(&mut self, now: Instant, after: Oid<'_>, name: &mut OidBuf) -> Option<Value<'_>> {
        self.advance_to(now);
        let behind = (Bound::Excluded(OidBuf::from(after)), Bound::Unbounded);
        let (next, source) = self.names.range(behind).next()?;
        name.set(next.as_oid());
        let source = *source;
        self.answer(source)
    }

    fn reserve(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        self.advance_to(now);
        change::checked(self, changes).map(|_| ())
    }

    fn commit(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        self.advance_to(now);
        for change in change::checked(self, changes)? {
            self.apply(change);
        }
        self.refresh();
        Ok(())
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.advance_to(now);
    }

    /// When the next outlet acts and, if there are alarm rules, the next second.
    fn poll_timeout(&self) -> Option<Instant> {
        let started = self.started?;
        let second = (!self.rules.is_empty()).then(|| started + Duration::from_secs(self.seconds) + SECOND);
        earliest(self.next_due(), second)
    }

    fn poll_notification(&mut self) -> Option<Notification> {
        self.notifications.pop_front()
    }
}
