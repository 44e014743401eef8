//! A simulated BPS2000v2 with its slaves: objects that live, for tests, demonstrations, and programs without a rack unit on
//! the desk.
//!
//! [`Bps2000`] is a [`Tree`]: put it into an [`Agent`](crate::server::Agent). It knows the time only from the agent, so it runs
//! at any speed, and the same seed gives the same values at the same times.
//!
//! What a real agent answers is not known (see [the objects](super)). This one answers with decimal text as the device's web
//! page has it, `-` where a sensor is absent, or with integers if told so ([`Values`]). Objects of slaves that are not there
//! do not exist.
//!
//! # Traps
//!
//! No manual tells what traps the device sends. When a value passes a threshold, or comes back, this agent sends a
//! **synthetic** trap, which says so in its text: [`ALARM_BEGAN`] or [`ALARM_ENDED`], with the object and its value, and
//! [`ALARM_TEXT`]. Their names lie below 32473, the enterprise that RFC 5612 keeps for examples, so that nobody takes them for
//! the device's own. The thresholds are those of the device's console, which no object has.
//!
//! ```
//! use core::time::Duration;
//! use pdu_core::{Instant, Line, Point};
//! use pdu_proto_snmp::bps2000::{Object, simulator::{ALARM_BEGAN, Bps2000, Load}};
//! use pdu_proto_snmp::server::Tree;
//! use pdu_proto_snmp::wire::Value;
//!
//! let mut unit = Bps2000::builder().seed(7).slaves(2).build();
//! let line = Point::inlet(1).on(Line::L1).of_unit(2);
//! unit.set_voltage(line, Some(2300));
//! unit.set_load(line, Load::Fixed { watts: 9_000, volt_amperes: 9_200 });
//!
//! let current = Object::named("slaveTwoCurrentL1").unwrap();
//! let start = Instant::EPOCH;
//! assert_eq!(unit.get(start, current.oid), Ok(Value::OctetString(b"40.00")));
//! let trap = unit.poll_notification().unwrap(); // its threshold stands at 32.0 A
//! assert_eq!(trap.trap.as_oid(), ALARM_BEGAN);
//! ```
//!
//! Source: BKT BPS2000v2 user manual Ver.01.24; "line n" is a line of its extracted text.

mod builder;
mod member;

use alloc::{
    collections::{BTreeMap, VecDeque},
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::time::Duration;

use pdu_core::{Alarm, Contact, ContactKind, Decimal, Instant, Point, Quantity, Threshold, ThresholdSetting};

use super::objects::{Meaning, OBJECTS, Object};
use crate::notification::Notification;
use crate::oid;
use crate::server::{Absent, OwnedValue, Tree};
use crate::wire::{Oid, OidBuf, Value, VarBind};

pub use builder::Builder;
use member::{Member, Watch};
pub use pdu_core::simulator::{Climate, Load};

/// The trap of an alarm that begins. Synthetic: no manual knows it.
pub const ALARM_BEGAN: Oid<'static> = oid!(1, 3, 6, 1, 4, 1, 32473, 47394, 0, 1);

/// The trap of an alarm that has ended. Synthetic: no manual knows it.
pub const ALARM_ENDED: Oid<'static> = oid!(1, 3, 6, 1, 4, 1, 32473, 47394, 0, 2);

/// In both traps: what happened, as text that begins with "synthetic". Synthetic itself.
pub const ALARM_TEXT: Oid<'static> = oid!(1, 3, 6, 1, 4, 1, 32473, 47394, 1, 0);

/// How often the values change.
const REFRESH: Duration = Duration::from_secs(1);

/// Traps that wait to be taken at most; older ones are dropped.
const MAX_NOTIFICATIONS: usize = 64;

/// What values look like. Nobody knows how a real unit has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Values {
    /// OCTET STRINGs such as `231.8`, without units; `-` for what is absent.
    #[default]
    Text,
    /// INTEGERs, and Counter32s of energy, as the registers of the same device over Modbus: 2318 for 231.8 V, 0 for what is
    /// absent.
    Integers,
}

/// A simulated master with its slaves.
#[derive(Clone, Debug)]
pub struct Bps2000 {
    name: String,
    values: Values,
    /// The master, then its slaves.
    members: Vec<Member>,
    /// Objects that answer something of the caller's, by their rows in the table.
    overrides: BTreeMap<usize, OwnedValue>,
    notifications: VecDeque<Notification>,
    /// The text that was answered last.
    text: String,
    now: Instant,
    /// When the first request came; the simulated day begins there.
    started: Option<Instant>,
    /// Whole seconds since.
    seconds: u64,
    /// When the values are to change next.
    due: Instant,
}

impl Bps2000 {
    /// A master and five slaves with all their sensors. All that moves is derived from the seed.
    pub fn new(seed: u64) -> Self {
        Self::builder().seed(seed).build()
    }

    /// The same with the seed 0, to be changed at will.
    pub const fn builder() -> Builder {
        Builder::new()
    }

    /// How many slaves there are.
    pub fn slaves(&self) -> usize {
        self.members.len().saturating_sub(1)
    }

    /// Lets time go by, as each request does. The first call sets the beginning; a time before the last one is that.
    pub fn advance_to(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if self.now >= self.due {
            let started = *self.started.get_or_insert(self.now);
            let seconds = self.now.saturating_since(started).as_secs();
            for member in &mut self.members {
                member.draw(self.seconds, seconds);
            }
            self.seconds = seconds;
            self.due = started + Duration::from_secs(seconds) + REFRESH;
            self.refresh();
        }
    }

    /// Changes what a line draws, such as `unit2.inlet1.L1`, from the last time on that the unit was told. Lines that are not
    /// there draw nothing.
    pub fn set_load(&mut self, point: Point, load: Load) {
        if let Some(line) = self.member(point).and_then(|member| member.line_mut(point)) {
            line.load = load;
        }
        self.refresh();
    }

    /// Holds the voltage of a line at so many tenths of a volt; `None` lets it move again.
    pub fn set_voltage(&mut self, point: Point, decivolts: Option<u16>) {
        if let Some(line) = self.member(point).and_then(|member| member.line_mut(point)) {
            line.fixed_voltage = decivolts;
        }
        self.refresh();
    }

    /// Holds a probe, such as `unit0.sensor2`, at these readings; `None` unplugs it.
    pub fn set_climate(&mut self, point: Point, climate: Option<Climate>) {
        if let Some(member) = self.member(point) {
            member.set_climate(point, climate);
        }
        self.refresh();
    }

    /// Changes what a contact says; [`Contact::Unknown`] unplugs it.
    pub fn set_contact(&mut self, point: Point, kind: ContactKind, state: Contact) {
        if let Some(member) = self.member(point) {
            member.set_contact(point, kind, state);
        }
    }

    /// Sets a threshold of voltage, current, temperature or humidity; 0 switches it off. `false` if there is no such threshold:
    /// warnings raise no alarm here.
    pub fn set_threshold(&mut self, setting: ThresholdSetting) -> bool {
        let is_set = self
            .member(setting.point)
            .is_some_and(|member| member.set_threshold(setting));
        self.refresh();
        is_set
    }

    /// The alarms that stand.
    pub fn alarms(&self) -> impl Iterator<Item = Alarm> {
        self.members.iter().flat_map(Member::alarms)
    }

    /// Has an object answer this instead of what it measures, whatever it may be: an
    /// [exception](Value::is_exception) takes it out of the tree. `None` lets it measure again.
    pub fn answer_with(&mut self, object: &Object, value: Option<OwnedValue>) {
        if let Some(row) = Object::index_at(object.oid) {
            match value {
                Some(value) => drop(self.overrides.insert(row, value)),
                None => drop(self.overrides.remove(&row)),
            }
        }
    }

    fn member(&mut self, point: Point) -> Option<&mut Member> {
        self.members.get_mut(usize::from(point.unit))
    }

    /// Measures anew, and compares with the thresholds.
    fn refresh(&mut self) {
        for member in &mut self.members {
            member.sample(self.seconds);
        }
        if self.started.is_none() {
            return;
        }
        for index in 0..self.members.len() {
            let changed = self.members.get_mut(index).map(Member::compare).unwrap_or_default();
            for watch in changed {
                self.tell(&watch);
            }
        }
    }

    /// Sends the trap of an alarm that began or ended.
    fn tell(&mut self, watch: &Watch) {
        let object = watch.object;
        let value = OwnedValue::from(self.value(object));
        let (trap, text) = match watch.passed() {
            Some((level, threshold)) => (ALARM_BEGAN, describe(watch, level, threshold)),
            None => (ALARM_ENDED, format!("synthetic trap: {} is normal again", object.name)),
        };
        let varbinds = [
            VarBind::new(object.oid, value.as_value()),
            VarBind::new(ALARM_TEXT, Value::OctetString(text.as_bytes())),
        ];
        // Two short varbinds fit any message.
        if let Ok(notification) = Notification::new(trap, self.uptime(), &varbinds) {
            if self.notifications.len() >= MAX_NOTIFICATIONS {
                self.notifications.pop_front();
            }
            self.notifications.push_back(notification);
        }
    }

    /// Hundredths of a second since the first request, in 32 bits.
    fn uptime(&self) -> u32 {
        let started = self.started.unwrap_or(self.now);
        let hundredths = self.now.saturating_since(started).as_millis() / 10;
        let [.., a, b, c, d] = hundredths.to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    fn system(&mut self, object: System) -> Value<'_> {
        match object {
            System::Description => Value::OctetString(b"simulated BKT BPS2000v2 (pdu-proto-snmp); traps are synthetic"),
            System::ObjectId => Value::ObjectIdentifier(Oid::ZERO),
            System::Uptime => Value::TimeTicks(self.uptime()),
            System::Name => Value::OctetString(self.name.as_bytes()),
        }
    }

    /// Whether the tree has this row of the table.
    fn has(&self, row: usize) -> bool {
        let is_removed = self
            .overrides
            .get(&row)
            .is_some_and(|value| value.as_value().is_exception());
        let object = OBJECTS.get(row);
        !is_removed && object.is_some_and(|object| usize::from(object.unit) < self.members.len())
    }

    fn row(&mut self, row: usize) -> Result<Value<'_>, Absent> {
        let object = OBJECTS.get(row).filter(|_| self.has(row)).ok_or(Absent::Object)?;
        if self.overrides.contains_key(&row) {
            return self.overrides.get(&row).map(OwnedValue::as_value).ok_or(Absent::Object);
        }
        Ok(self.value(object))
    }

    /// What an object of a member that is there measures.
    fn value(&mut self, object: &Object) -> Value<'_> {
        let Some(member) = self.members.get(usize::from(object.unit)) else {
            return Value::Null; // never: it was looked for
        };
        let (number, text) = match object.meaning {
            Meaning::Name => return Value::OctetString(self.name.as_bytes()),
            Meaning::Gauge { point, quantity } => {
                let number = member.gauge(point, quantity);
                let text = number.map(|number| Decimal::new(number, exponent_of(quantity)).to_string());
                (number.unwrap_or(0), text)
            }
            Meaning::Energy { point, quantity } => {
                let count = member.energy(point, quantity);
                if self.values == Values::Integers {
                    return Value::Counter32(count);
                }
                (0, Some(Decimal::new(count.into(), -3).to_string()))
            }
            Meaning::Contact { point, kind } => {
                let contact = member.contact(point, kind);
                (number_of(contact), word_of(contact).map(String::from))
            }
        };
        if self.values == Values::Integers {
            return Value::Integer(i32::try_from(number).unwrap_or(i32::MAX));
        }
        self.text = text.unwrap_or_else(|| "-".to_string());
        Value::OctetString(self.text.as_bytes())
    }
}

impl Tree for Bps2000 {
    fn get(&mut self, now: Instant, name: Oid<'_>) -> Result<Value<'_>, Absent> {
        self.advance_to(now);
        if let Some((_, object)) = SYSTEM.iter().find(|(known, _)| *known == name) {
            return Ok(self.system(*object));
        }
        self.row(Object::index_at(name).ok_or(Absent::Object)?)
    }

    fn next(&mut self, now: Instant, after: Oid<'_>, name: &mut OidBuf) -> Option<Value<'_>> {
        self.advance_to(now);
        if let Some((next, object)) = SYSTEM.iter().find(|(known, _)| *known > after) {
            name.set(*next);
            return Some(self.system(*object));
        }
        let first = OBJECTS.partition_point(|object| object.oid <= after);
        let row = (first..OBJECTS.len()).find(|row| self.has(*row))?;
        name.set(OBJECTS.get(row)?.oid);
        self.row(row).ok()
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.advance_to(now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        Some(self.due)
    }

    fn poll_notification(&mut self) -> Option<Notification> {
        self.notifications.pop_front()
    }
}

/// Objects of the system group, in their order. That the device has them is not stated; every agent does.
const SYSTEM: [(Oid<'static>, System); 4] = [
    (oid!(1, 3, 6, 1, 2, 1, 1, 1, 0), System::Description),
    (oid!(1, 3, 6, 1, 2, 1, 1, 2, 0), System::ObjectId),
    (oid!(1, 3, 6, 1, 2, 1, 1, 3, 0), System::Uptime),
    (oid!(1, 3, 6, 1, 2, 1, 1, 5, 0), System::Name),
];

#[derive(Clone, Copy, Debug)]
enum System {
    Description,
    /// Not stated, so it names nothing.
    ObjectId,
    Uptime,
    Name,
}

fn describe(watch: &Watch, level: Threshold, threshold: Decimal) -> String {
    let Watch { object, value, .. } = watch;
    let unit = object.unit_of_measure().map_or("", |unit| unit.symbol);
    let side = match level {
        Threshold::LowerCritical => "at or below",
        _ => "at or above",
    };
    format!(
        "synthetic trap: {} is {value} {unit}, {side} {threshold} {unit}",
        object.name
    )
}

/// What one count of a gauge is, as a power of ten.
const fn exponent_of(quantity: Quantity) -> i8 {
    match quantity {
        Quantity::Current | Quantity::Frequency | Quantity::PowerFactor => -2,
        _ => -1,
    }
}

const fn number_of(contact: Contact) -> i64 {
    match contact {
        Contact::Open | Contact::Detected => 1,
        Contact::Closed | Contact::Clear => 2,
        _ => 0,
    }
}

const fn word_of(contact: Contact) -> Option<&'static str> {
    match contact {
        Contact::Open => Some("Open"),
        Contact::Closed => Some("Closed"),
        Contact::Detected => Some("Yes"),
        Contact::Clear => Some("No"),
        _ => None,
    }
}
