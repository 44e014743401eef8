use alloc::string::String;

use pdu_core::{Alarm, Point, PowerState, Quality, Quantity, Severity, Value};

use super::{TRAP_PREFIX, Trap, TrapEvent, TripType, Watched};
use crate::notification::Notification;
use crate::series7::item::{Found, Item, Values, scalar};
use crate::series7::layout::{OUTLET_TABLE, fixed_point};
use crate::series7::measures::{Measure, Precision};
use crate::series7::readout::power_state;
use crate::series7::{Base, Layout, Object, outlet};
use crate::wire::OidBuf;

/// What a notification of a unit says.
///
/// Variables are taken by their names, not by their places, and one that is missing is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrapAlarm {
    /// Its row in the table: its name, whether it tripped or cleared, and what it watches.
    pub trap: &'static Trap,
    /// The row of the table that it is about: the instance of the reading that was sent along.
    pub row: Option<u16>,
    /// Where that is, for inlets, groups and outlets. The number of a sensor depends on what else is plugged in; see
    /// [`point_in`](Self::point_in).
    pub point: Option<Point>,
    /// What is watched; `None` for what is no reading of the vocabulary.
    pub quantity: Option<Quantity>,
    /// The reading as it was sent along, as a number.
    pub raw: Option<i64>,
    /// The reading in the quantity's unit.
    pub value: Option<Value>,
    /// How far to trust it.
    pub quality: Quality,
    /// Why the alarm stands, or that it does not.
    pub trip_type: Option<TripType>,
    /// The name of the device that measures; not of outlets, of which the state is sent instead.
    pub device: Option<String>,
    /// The state of the outlet that it is about.
    pub outlet_state: Option<PowerState>,
    /// The unit's own name.
    pub unit_name: Option<String>,
    /// What the unit says about its cause, in words.
    pub trigger: Option<String>,
    /// The row of the alarm rule; not all units send it.
    pub instance: Option<u32>,
    /// What temperatures count.
    pub precision: Option<Precision>,
}

/// Reads a notification of a unit whose objects begin at `base`; `None` if it is none of the 735 of the table, or came without
/// its name (snmpTrapOID.0), and is to be kept as it is.
///
/// ```
/// use pdu_core::{Line, Point, Quantity};
/// use pdu_proto_snmp::notification::Notification;
/// use pdu_proto_snmp::oid;
/// use pdu_proto_snmp::series7::traps::{self, TrapEvent, TripType};
/// use pdu_proto_snmp::series7::Base;
/// use pdu_proto_snmp::wire::{Value, VarBind};
///
/// let variables = [
///     VarBind::new(oid!(1, 3, 6, 1, 4, 1, 21239, 2, 25, 1, 8, 1), Value::Gauge32(163)),
///     VarBind::new(oid!(1, 3, 6, 1, 4, 1, 21239, 2, 25, 1, 3, 1), Value::OctetString(b"Rack 7 feed")),
///     VarBind::new(oid!(1, 3, 6, 1, 4, 1, 21239, 2, 1, 6, 0), Value::Integer(2)),
/// ];
/// let sent = Notification::new(oid!(1, 3, 6, 1, 4, 1, 21239, 2, 32767, 0, 12508), 360_000, &variables)?;
///
/// let alarm = traps::decode(&sent, &Base::GEIST).unwrap();
/// assert!(matches!(alarm.trap.event, TrapEvent::Tripped(_)));
/// assert_eq!((alarm.point, alarm.quantity), (Some(Point::inlet(1).on(Line::L1)), Some(Quantity::Current)));
/// assert_eq!(alarm.value.unwrap().to_string(), "16.3");
/// assert_eq!((alarm.trip_type, alarm.device.as_deref()), (Some(TripType::High), Some("Rack 7 feed")));
/// # Ok::<(), pdu_proto_snmp::wire::EncodeError>(())
/// ```
pub fn decode(notification: &Notification, base: &Base) -> Option<TrapAlarm> {
    let trap = trap_of(notification, base)?;
    let mut variables = Values::default();
    for varbind in notification.varbinds.iter().flatten() {
        match (Item::of(varbind.name, base), Object::of(varbind.name, base)) {
            (Some(_), _) => variables.take(&varbind, base),
            // One without an instance is what it says all the same.
            (None, Some((object, None))) => take_without_instance(&mut variables, object, Found::of(varbind.value)),
            (None, _) => {}
        }
    }
    Some(alarm(trap, &variables))
}

/// The name of a notification, as it is sent.
pub fn name_of(trap: &Trap, base: &Base) -> OidBuf {
    let mut name = OidBuf::from(base.as_oid());
    for arc in TRAP_PREFIX.into_iter().chain([trap.number]) {
        // A base is short, so there is always room.
        let _ = name.push(arc);
    }
    name
}

fn trap_of(notification: &Notification, base: &Base) -> Option<&'static Trap> {
    let mut arcs = base.below(notification.trap.as_oid())?;
    let mut next = || arcs.next()?.ok();
    let found = [next()?, next()?];
    let number = next()?;
    (found == TRAP_PREFIX && next().is_none())
        .then(|| Trap::numbered(number))
        .flatten()
}

fn take_without_instance(variables: &mut Values, object: &Object, found: Option<Found>) {
    let arc = |at: usize| object.arcs.get(at).and_then(|arc| u8::try_from(*arc).ok());
    let item = match (object.arcs.len(), arc(0), arc(1), arc(2)) {
        (2, Some(1), Some(scalar), _) => Item::Scalar(scalar),
        (3, Some(table), Some(1), Some(column)) => Item::Cell { table, column, row: 0 },
        _ => return,
    };
    if let Some(found) = found {
        variables.insert(item, found);
    }
}

fn alarm(trap: &'static Trap, variables: &Values) -> TrapAlarm {
    let watched = trap.watched();
    let row = watched.and_then(|watched| row_of(watched, variables));
    let cell = |column: fn(Watched) -> u8| {
        let watched = watched?;
        let (table, column) = (watched.table, column(watched));
        Some(Item::Cell {
            table,
            column,
            row: row?,
        })
    };
    let measure = watched.and_then(|watched| Measure::at(watched.table, watched.column));
    let raw = cell(|watched| watched.column).and_then(|item| variables.number(item));
    let scalar = |item| variables.number(Item::Scalar(item));
    let text = |item| variables.text(Item::Scalar(item));
    let precision = scalar(scalar::TEMPERATURE_PRECISION).and_then(Precision::of);
    let (value, quality) = match measure.zip(raw) {
        Some((measure, raw)) => measure.value(raw, precision),
        None => (None, Quality::Unavailable),
    };
    let label = cell(|watched| watched.label);
    let is_outlet = watched.is_some_and(|watched| (watched.table, watched.label) == (OUTLET_TABLE, outlet::STATUS));
    TrapAlarm {
        trap,
        row: row.filter(|row| *row > 0),
        point: measure
            .zip(row.filter(|row| *row > 0))
            .and_then(|(measure, row)| fixed_point(measure, row)),
        quantity: measure.map(|measure| measure.quantity),
        raw,
        value,
        quality,
        trip_type: scalar(scalar::ALARM_TRIP_TYPE).map(TripType::of),
        device: label.and_then(|item| variables.text(item)),
        outlet_state: label
            .filter(|_| is_outlet)
            .and_then(|item| variables.number(item))
            .map(power_state),
        unit_name: text(scalar::FRIENDLY_NAME),
        trigger: text(scalar::ALARM_TRIGGER),
        instance: scalar(scalar::ALARM_INSTANCE).and_then(|instance| u32::try_from(instance).ok()),
        precision,
    }
}

/// The instance of the reading; 0 if it was sent without one.
fn row_of(watched: Watched, variables: &Values) -> Option<u16> {
    variables.iter().find_map(|(item, _)| match item {
        Item::Cell { table, column, row } if (table, column) == (watched.table, watched.column) => Some(row),
        _ => None,
    })
}

impl TrapAlarm {
    /// Where it is, on a unit that has these rows.
    pub fn point_in(&self, layout: &Layout) -> Option<Point> {
        let watched = self.trap.watched()?;
        let measure = Measure::at(watched.table, watched.column)?;
        self.point.or_else(|| layout.point(measure, self.row?))
    }

    /// In the vocabulary; `None` of the test, of what is no reading, and of sensors, whose place is not known.
    ///
    /// The unit does not grade its alarms: one that stands is of [`Unknown`](Severity::Unknown) severity, at no level.
    pub fn alarm(&self) -> Option<Alarm> {
        self.alarm_at(self.point?)
    }

    /// In the vocabulary, of a unit that has these rows; `None` of the test, and of what is no reading.
    pub fn alarm_in(&self, layout: &Layout) -> Option<Alarm> {
        self.alarm_at(self.point_in(layout)?)
    }

    fn alarm_at(&self, point: Point) -> Option<Alarm> {
        Some(Alarm {
            point,
            quantity: self.quantity?,
            level: None,
            severity: match self.trap.event {
                TrapEvent::Cleared(_) => Severity::Ok,
                _ => Severity::Unknown,
            },
        })
    }
}
