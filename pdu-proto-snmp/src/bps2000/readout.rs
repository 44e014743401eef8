//! From varbinds to the vocabulary of [`pdu_core`].

use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use pdu_core::{
    Contact, ContactStatus, Decimal, Effect, ErrorKind, Identity, IdentitySource, Mode, Point, Quality, Quantity,
    Reading, Snapshot, Statistic, Value as Number,
};

use super::objects::{MEMBER_COUNT, Meaning, OBJECT_COUNT, OBJECTS, Object};
use super::value::{Content, IntegerScale, Measured, Problem};
use crate::wire::{BadVarBind, Oid, Value, VarBind, VarBinds};

/// How values are read. The default takes what is clear, and claims nothing that the manual does not say.
///
/// [`Strict`](Mode::Strict) refuses a whole readout for the first value that is not of the grammar: an integer without a
/// scale, another unit, a word that the object cannot have, a broken varbind. [`Lenient`](Mode::Lenient) takes what is clear
/// and gives the rest as unavailable; [`Readout::deviations`] lists both. Whatever the mode, a value that is only implausible
/// is suspect, and one bad value costs none of the others its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Profile {
    /// What to do with values that are not of the grammar.
    pub mode: Mode,
    /// What one count of an integer is.
    pub integers: IntegerScale,
    /// What a probe is that reads 0 degrees and 0 %.
    pub zero_probe: ZeroProbe,
}

impl From<Mode> for Profile {
    fn from(mode: Mode) -> Self {
        Self {
            mode,
            ..Self::default()
        }
    }
}

/// What a probe is that reads 0 degrees and 0 % at once (note I-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ZeroProbe {
    /// Absent: both readings are [`Unavailable`](Quality::Unavailable) and have no value, since absent is never zero.
    #[default]
    Absent,
    /// Perhaps there: both readings are 0 and [`Suspect`](Quality::Suspect).
    Suspect,
}

/// What an agent has answered of a unit and its slaves, gathered from any number of responses in any order.
///
/// ```
/// use pdu_core::{Line, Point, Quality, Quantity};
/// use pdu_proto_snmp::bps2000::{Object, Profile, Readout};
/// use pdu_proto_snmp::wire::{Value, VarBind, VarBinds};
///
/// let object = Object::named("slaveOneVoltageL1").unwrap();
/// let response = [VarBind::new(object.oid, Value::OctetString(b"231.8"))];
/// let mut readout = Readout::new(Profile::default());
/// readout.take(VarBinds::new(&response));
///
/// let voltage = readout.reading(Point::inlet(1).on(Line::L1).of_unit(1), Quantity::Voltage).unwrap();
/// assert_eq!(voltage.value.unwrap().to_string(), "231.8");
/// assert_eq!(voltage.quality, Quality::Good);
/// assert!(readout.is_present(1) && !readout.is_present(2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readout {
    profile: Profile,
    /// One for each object, in the order of the table.
    slots: Box<[Slot]>,
    name: Option<String>,
}

/// What is known of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// Not asked, or the agent has no such object.
    Missing,
    /// The agent has it.
    Answered(Measured),
}

impl Readout {
    /// Nothing known yet.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            slots: vec![Slot::Missing; OBJECT_COUNT].into(),
            name: None,
        }
    }

    /// Takes the varbinds of a response. What is not of the table is passed over; an object that comes again replaces what was
    /// known of it.
    pub fn take(&mut self, varbinds: VarBinds<'_>) {
        for varbind in varbinds {
            match varbind {
                Ok(varbind) => self.take_one(&varbind),
                Err(BadVarBind {
                    name: Some(name),
                    error,
                    ..
                }) => self.note(name, Problem::VarBind(error)),
                Err(_) => {} // whose it is cannot be told
            }
        }
    }

    fn take_one(&mut self, varbind: &VarBind<'_>) {
        let Some(index) = Object::index_at(varbind.name) else {
            return;
        };
        let (Some(object), Some(slot)) = (OBJECTS.get(index), self.slots.get_mut(index)) else {
            return;
        };
        *slot = match varbind.value {
            Value::NoSuchObject | Value::NoSuchInstance => Slot::Missing,
            Value::OctetString(text) if object.meaning == Meaning::Name => {
                self.name = name_of(text);
                Slot::Answered(Measured::ABSENT)
            }
            value => Slot::Answered(Measured::of(object, value, self.profile.integers)),
        };
    }

    /// Takes the answers to these objects, in their order. What was left out is noted, and so is a varbind without a readable
    /// name in the place of an object.
    pub(super) fn take_answers(&mut self, asked: &[&'static Object], varbinds: VarBinds<'_>) {
        for object in asked {
            self.note(object.oid, Problem::NotAnswered);
        }
        for (object, varbind) in asked.iter().zip(varbinds) {
            if let Err(BadVarBind { name: None, error, .. }) = varbind {
                self.note(object.oid, Problem::VarBind(error));
            }
        }
        self.take(varbinds);
    }

    /// Notes why there is no value of an object that the agent has.
    pub(super) fn note(&mut self, name: Oid<'_>, problem: Problem) {
        if let Some(slot) = Object::index_at(name).and_then(|index| self.slots.get_mut(index)) {
            *slot = Slot::Answered(Measured::unusable(problem));
        }
    }

    /// What the unit is called by its owner.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether the agent has any object of that member of the chain: if none, it is not there (note S-03).
    pub fn is_present(&self, unit: u16) -> bool {
        self.rows()
            .any(|(object, slot)| object.unit == unit && *slot != Slot::Missing)
    }

    /// All values that are not of the grammar, in the order of the table: what strict mode refuses.
    pub fn deviations(&self) -> impl Iterator<Item = Deviation> + '_ {
        self.rows().filter_map(|(object, slot)| match slot {
            Slot::Answered(Measured {
                problem: Some(problem), ..
            }) => Some(Deviation {
                object,
                problem: *problem,
            }),
            _ => None,
        })
    }

    /// Whether this is a unit at all and, in strict mode, all of its values are of the grammar.
    ///
    /// # Errors
    ///
    /// [`ReadoutError::NoSuchDevice`] if the agent has no object of the master; in strict mode [`ReadoutError::Object`] with the
    /// first deviation.
    pub fn check(&self) -> Result<(), ReadoutError> {
        self.check_presence()?;
        match (self.profile.mode, self.deviations().next()) {
            (Mode::Strict, Some(deviation)) => Err(ReadoutError::Object(deviation)),
            _ => Ok(()),
        }
    }

    pub(super) fn check_presence(&self) -> Result<(), ReadoutError> {
        if self.is_present(0) {
            return Ok(());
        }
        Err(ReadoutError::NoSuchDevice)
    }

    /// All readings of the members that are there, in the order of the table.
    pub fn readings(&self) -> impl Iterator<Item = Reading> + '_ {
        self.rows_of_present()
            .filter_map(|(object, slot)| self.reading_of(object, slot))
    }

    /// The reading of a quantity at a place.
    pub fn reading(&self, point: Point, quantity: Quantity) -> Option<Reading> {
        self.readings()
            .find(|reading| reading.point == point && reading.quantity == quantity)
    }

    /// The two-state sensors of the members that are there, in the order of the table.
    pub fn contacts(&self) -> impl Iterator<Item = ContactStatus> + '_ {
        self.rows_of_present().filter_map(|(object, slot)| {
            let Meaning::Contact { point, kind } = object.meaning else {
                return None;
            };
            let state = match slot.measured().content {
                Some(Content::Contact(contact)) => contact,
                _ => Contact::Unknown,
            };
            Some(ContactStatus { point, kind, state })
        })
    }

    /// The members that are there. The master's name is the device's own; that they are BPS2000v2 is the caller's choice of this
    /// module, since no object tells.
    pub fn identities(&self) -> Vec<Identity> {
        (0..MEMBER_COUNT)
            .filter(|unit| self.is_present(*unit))
            .map(|unit| Identity {
                unit,
                vendor: Some("BKT".to_string()),
                model: Some("BPS2000v2".to_string()),
                name: self.name.clone().filter(|_| unit == 0),
                serial: None,
                mac: None,
                firmware: None,
                source: IdentitySource::Profile,
            })
            .collect()
    }

    /// Everything that the objects tell, in the order of the table. Outlets, alarms, thresholds and clock are not among them.
    pub fn to_snapshot(&self) -> Snapshot {
        Snapshot {
            identities: self.identities(),
            readings: self.readings().collect(),
            contacts: self.contacts().collect(),
            ..Snapshot::default()
        }
    }

    fn rows(&self) -> impl Iterator<Item = (&'static Object, &Slot)> {
        OBJECTS.iter().zip(&self.slots)
    }

    fn rows_of_present(&self) -> impl Iterator<Item = (&'static Object, &Slot)> {
        let mut present = [false; MEMBER_COUNT as usize];
        for (object, slot) in self.rows() {
            if let Some(present) = present.get_mut(usize::from(object.unit)) {
                *present |= *slot != Slot::Missing;
            }
        }
        self.rows()
            .filter(move |(object, _)| present.get(usize::from(object.unit)) == Some(&true))
    }

    fn reading_of(&self, object: &Object, slot: &Slot) -> Option<Reading> {
        let (Meaning::Gauge { point, quantity } | Meaning::Energy { point, quantity }) = object.meaning else {
            return None;
        };
        let measured = slot.measured();
        let value = match measured.content {
            Some(Content::Number(value)) => Some(value),
            _ => None,
        };
        let (value, quality) = if self.is_zero_probe(point, quantity) {
            match self.profile.zero_probe {
                ZeroProbe::Absent => (None, Quality::Unavailable),
                ZeroProbe::Suspect => (value, Quality::Suspect),
            }
        } else {
            (value, measured.quality)
        };
        Some(Reading {
            point,
            quantity,
            statistic: Statistic::Now,
            value,
            quality,
        })
    }

    fn is_zero_probe(&self, point: Point, quantity: Quantity) -> bool {
        let both = [Quantity::Temperature, Quantity::RelativeHumidity];
        both.contains(&quantity)
            && both
                .iter()
                .all(|&quantity| self.gauge_at(point, quantity) == Some(Decimal::ZERO))
    }

    fn gauge_at(&self, point: Point, quantity: Quantity) -> Option<Decimal> {
        let meaning = Meaning::Gauge { point, quantity };
        let (_, slot) = self.rows().find(|(object, _)| object.meaning == meaning)?;
        match slot.measured().content? {
            Content::Number(Number::Gauge(value)) => Some(value),
            _ => None,
        }
    }
}

impl Slot {
    const fn measured(&self) -> Measured {
        match *self {
            Self::Missing => Measured::ABSENT,
            Self::Answered(measured) => measured,
        }
    }
}

/// What a device's name is as text, without blanks around it; `None` if nothing is left.
fn name_of(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let name = text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\0');
    (!name.is_empty()).then(|| name.to_string())
}

/// A value that is not of the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} ({}): {problem}", .object.name, .object.oid)]
#[non_exhaustive]
pub struct Deviation {
    /// Whose value.
    pub object: &'static Object,
    /// What is wrong with it.
    pub problem: Problem,
}

/// Why what an agent answered is no readout of this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadoutError {
    /// The agent has no object of the master: it is another device, or this community or user may not see the tree.
    #[error("the agent has no object of a bps2000 below 1.3.6.1.4.1.47394.1.2")]
    NoSuchDevice,
    /// A value that is not of the grammar, in [strict mode](Mode::Strict).
    #[error(transparent)]
    Object(Deviation),
}

impl pdu_core::Error for ReadoutError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoSuchDevice => ErrorKind::Mismatch,
            Self::Object(_) => ErrorKind::Malformed,
        }
    }

    fn effect(&self) -> Effect {
        Effect::NotApplied // a read changes nothing
    }
}
