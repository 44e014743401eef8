//! What a unit sends by itself: the table of its notifications, and what one of them tells.

#[path = "traps_table.rs"]
mod table;

#[cfg(feature = "alloc")]
mod alarm;

#[cfg(feature = "alloc")]
pub use alarm::{TrapAlarm, decode, name_of};

use super::objects::Object;

/// All notifications of the vendor's v3 MIB, in the order of their numbers.
pub static TRAPS: &[Trap] = &table::TABLE;

/// The arcs between the [`Base`](super::Base) and a notification's number.
pub const TRAP_PREFIX: [u32; 2] = [32767, 0];

/// A notification of the MIB.
///
/// Most numbers follow a rule: 10000, or 20000 when it clears, and 100 for the table and 1 for the column. The 96 of the table
/// powerDM do not, so nothing is made of a number that is not in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trap {
    /// Its line in the vendor's MIB as a table: `series7_snmp_traps.tsv`, counted from 1.
    pub line: u16,
    /// The last arc of its name.
    pub number: u32,
    /// Its name.
    pub name: &'static str,
    /// What it tells.
    pub event: TrapEvent,
}

/// What a notification tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TrapEvent {
    /// Somebody asked the unit for a notification, to see whether it comes. It has no variables.
    Test,
    /// An alarm has begun.
    Tripped(Watched),
    /// An alarm has ended.
    Cleared(Watched),
}

/// What an alarm watches: the place of a column in the MIB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Watched {
    /// Its table: the first arc below the base.
    pub table: u8,
    /// Its column.
    pub column: u8,
    /// The column of the same row that is sent along: the name of the device or, of outlets, their status.
    pub label: u8,
    /// Whether `temperaturePrecision` is sent along, as with all temperatures that are measured.
    pub has_precision: bool,
}

/// Why an alarm stands: the scalar `alarmTripType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TripType {
    /// It does not: 0.
    None,
    /// The value is below its threshold: 1.
    Low,
    /// The value is above its threshold: 2.
    High,
    /// The sensor is gone: 3.
    Unplugged,
    /// A number that the MIB does not have.
    Other(i64),
}

impl Trap {
    /// The notification of this number.
    ///
    /// ```
    /// use pdu_proto_snmp::series7::traps::{Trap, TrapEvent};
    ///
    /// let trap = Trap::numbered(129_153).unwrap(); // by the rule it would be 13053
    /// assert_eq!(trap.name, "gstPowerDMDeciAmps1NOTIFY");
    /// assert!(matches!(trap.event, TrapEvent::Tripped(watched) if watched.table == 29));
    /// ```
    pub fn numbered(number: u32) -> Option<&'static Self> {
        let at = TRAPS.binary_search_by_key(&number, |trap| trap.number).ok()?;
        TRAPS.get(at)
    }

    /// What it is about; `None` for the test.
    pub const fn watched(&self) -> Option<Watched> {
        match self.event {
            TrapEvent::Tripped(watched) | TrapEvent::Cleared(watched) => Some(watched),
            TrapEvent::Test => None,
        }
    }

    /// The names of its variables, in their order. The last, `alarmInstance`, may be absent from what a unit sends.
    pub fn variables(&self) -> impl Iterator<Item = &'static str> {
        let watched = self.watched();
        let name = |column: Option<&'static Object>| column.map(|object| object.name);
        let own = [
            watched.and_then(|watched| name(Object::column(watched.table, watched.column))),
            watched.and_then(|watched| name(Object::column(watched.table, watched.label))),
        ];
        let has_precision = watched.is_some_and(|watched| watched.has_precision);
        let common = watched.is_some().then_some([
            Some("productFriendlyName"),
            Some("alarmTripType"),
            has_precision.then_some("temperaturePrecision"),
            Some("alarmTrigger"),
            Some("alarmInstance"),
        ]);
        own.into_iter().chain(common.into_iter().flatten()).flatten()
    }
}

impl Watched {
    /// What it watches.
    pub fn object(self) -> Option<&'static Object> {
        Object::column(self.table, self.column)
    }
}

impl TripType {
    /// What the variable of that name says.
    pub const fn of(raw: i64) -> Self {
        match raw {
            0 => Self::None,
            1 => Self::Low,
            2 => Self::High,
            3 => Self::Unplugged,
            other => Self::Other(other),
        }
    }

    /// The number of it.
    pub const fn raw(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Low => 1,
            Self::High => 2,
            Self::Unplugged => 3,
            Self::Other(raw) => raw,
        }
    }
}

const fn tripped(line: u16, number: u32, name: &'static str, columns: [u8; 3], has_precision: bool) -> Trap {
    let event = TrapEvent::Tripped(watched(columns, has_precision));
    Trap {
        line,
        number,
        name,
        event,
    }
}

const fn cleared(line: u16, number: u32, name: &'static str, columns: [u8; 3], has_precision: bool) -> Trap {
    let event = TrapEvent::Cleared(watched(columns, has_precision));
    Trap {
        line,
        number,
        name,
        event,
    }
}

const fn watched([table, column, label]: [u8; 3], has_precision: bool) -> Watched {
    Watched {
        table,
        column,
        label,
        has_precision,
    }
}

const fn test(line: u16, number: u32, name: &'static str) -> Trap {
    Trap {
        line,
        number,
        name,
        event: TrapEvent::Test,
    }
}
