//! The instances that a session reads and writes, and what it finds there.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Base, Object};
use crate::client::Reply;
use crate::wire::{Oid, OidBuf, Value, VarBind};

/// An instance below the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// 1.N.0, of the unit itself.
    Scalar(u8),
    /// 1.8.1.T.0: how many rows table T has.
    Count(u8),
    /// T.1.C.R.
    Cell { table: u8, column: u8, row: u16 },
    /// 101.1.1.C.R, of the table of alarm rules.
    Rule { column: u8, row: u16 },
}

/// The scalars of the unit itself, below 1.
pub(super) mod scalar {
    pub(in crate::series7) const TITLE: u8 = 1;
    pub(in crate::series7) const VERSION: u8 = 2;
    pub(in crate::series7) const FRIENDLY_NAME: u8 = 3;
    pub(in crate::series7) const MAC: u8 = 4;
    #[cfg(feature = "simulator")]
    pub(in crate::series7) const URL: u8 = 5;
    pub(in crate::series7) const ALARM_TRIP_TYPE: u8 = 6;
    #[cfg(feature = "simulator")]
    pub(in crate::series7) const HARDWARE: u8 = 7;
    pub(in crate::series7) const TEMPERATURE_PRECISION: u8 = 9;
    pub(in crate::series7) const ALARM_TRIGGER: u8 = 11;
    pub(in crate::series7) const ALARM_INSTANCE: u8 = 12;
}

/// The columns of most tables.
pub(super) mod column {
    pub(in crate::series7) const SERIAL: u8 = 2;
    #[cfg(feature = "simulator")]
    pub(in crate::series7) const NAME: u8 = 3;
    pub(in crate::series7) const AVAIL: u8 = 4;
}

impl Item {
    pub(super) fn name(self, base: &Base) -> OidBuf {
        let (arcs, len) = self.arcs();
        let mut name = OidBuf::from(base.as_oid());
        for arc in arcs.iter().take(len) {
            // A base is short, so there is always room.
            let _ = name.push(*arc);
        }
        name
    }

    fn arcs(self) -> ([u32; 5], usize) {
        match self {
            Self::Scalar(scalar) => ([1, scalar.into(), 0, 0, 0], 3),
            Self::Count(table) => ([1, 8, 1, table.into(), 0], 5),
            Self::Cell { table, column, row } => ([table.into(), 1, column.into(), row.into(), 0], 4),
            Self::Rule { column, row } => ([101, 1, 1, column.into(), row.into()], 5),
        }
    }

    pub(super) fn of(name: Oid<'_>, base: &Base) -> Option<Self> {
        let mut arcs = [0; 5];
        let mut len = 0;
        for arc in base.below(name)? {
            *arcs.get_mut(len)? = arc.ok()?;
            len += 1;
        }
        let small = |arc: u32| u8::try_from(arc).ok();
        let row = |arc: u32| u16::try_from(arc).ok();
        Some(match arcs.get(..len)? {
            [1, 8, 1, table, 0] => Self::Count(small(*table)?),
            [1, scalar, 0] => Self::Scalar(small(*scalar)?),
            [101, 1, 1, column, at] => Self::Rule {
                column: small(*column)?,
                row: row(*at)?,
            },
            [table, 1, column, at] => Self::Cell {
                table: small(*table)?,
                column: small(*column)?,
                row: row(*at)?,
            },
            _ => return None,
        })
    }
}

impl Item {
    /// The object that it is an instance of.
    pub(super) fn object(self) -> Option<&'static Object> {
        match self {
            Self::Scalar(scalar) => Object::at(&[1, scalar.into()]),
            Self::Count(table) => Object::at(&[1, 8, 1, table.into()]),
            Self::Cell { table, column, .. } => Object::column(table, column),
            Self::Rule { column, .. } => Object::at(&[101, 1, 1, column.into()]),
        }
    }

    /// An instance of an object: 0 of a scalar, the row of a column.
    #[cfg(feature = "simulator")]
    pub(super) fn instance(object: &Object, instance: u16) -> Option<Self> {
        let arc = |arc: u32| u8::try_from(arc).ok();
        match (object.arcs, instance) {
            ([1, 8, 1, table], 0) => Some(Self::Count(arc(*table)?)),
            ([1, scalar], 0) => Some(Self::Scalar(arc(*scalar)?)),
            ([101, 1, 1, column], row) => Some(Self::Rule {
                column: arc(*column)?,
                row,
            }),
            ([table, 1, column], row) => Some(Self::Cell {
                table: arc(*table)?,
                column: arc(*column)?,
                row,
            }),
            _ => None,
        }
    }
}

/// A value, of whatever type the agent gave it: real agents are free with types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Number(i64),
    Text(Vec<u8>),
    Name(OidBuf),
    /// The agent has something there that no value can be made of: a broken varbind, a type that no object here has, or an
    /// error in place of a value. Absent is something else.
    Unreadable,
}

impl Found {
    /// `None` if there is no such instance.
    pub(super) fn of(value: Value<'_>) -> Option<Self> {
        Some(match value {
            Value::Integer(number) => Self::Number(number.into()),
            Value::Gauge32(number) | Value::Counter32(number) | Value::TimeTicks(number) => Self::Number(number.into()),
            Value::Counter64(number) => i64::try_from(number).map_or(Self::Unreadable, Self::Number),
            Value::OctetString(octets) => Self::Text(octets.into()),
            Value::ObjectIdentifier(name) => Self::Name(name.into()),
            Value::Null | Value::NoSuchObject | Value::NoSuchInstance | Value::EndOfMibView => return None,
            Value::IpAddress(_) | Value::Opaque(_) => Self::Unreadable,
        })
    }
}

/// What is found at items.
#[derive(Clone, Debug, Default)]
pub(super) struct Values(BTreeMap<Item, Found>);

impl Values {
    pub(super) fn insert(&mut self, item: Item, found: Found) {
        self.0.insert(item, found);
    }

    /// Takes in the varbinds that are about items: also the broken ones, as far as they have names.
    pub(super) fn take_all(&mut self, reply: &Reply, base: &Base) {
        for varbind in reply {
            match varbind {
                Ok(varbind) => self.take(&varbind, base),
                Err(bad) => {
                    if let Some(item) = bad.name.and_then(|name| Item::of(name, base)) {
                        self.insert(item, Found::Unreadable);
                    }
                }
            }
        }
    }

    /// Takes in a varbind that is about an item, unless it says that there is none.
    pub(super) fn take(&mut self, varbind: &VarBind<'_>, base: &Base) {
        if let (Some(item), Some(found)) = (Item::of(varbind.name, base), Found::of(varbind.value)) {
            self.insert(item, found);
        }
    }

    pub(super) fn get(&self, item: Item) -> Option<&Found> {
        self.0.get(&item)
    }

    pub(super) fn number(&self, item: Item) -> Option<i64> {
        match self.get(item)? {
            Found::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Text as it is; what is no UTF-8 in it is replaced.
    pub(super) fn text(&self, item: Item) -> Option<String> {
        match self.get(item)? {
            Found::Text(octets) => Some(String::from_utf8_lossy(octets).into_owned()),
            _ => None,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Item, &Found)> {
        self.0.iter().map(|(item, found)| (*item, found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_is_found_again_by_its_name() {
        let cell = Item::Cell {
            table: 29,
            column: 200,
            row: 100,
        };
        let rule = Item::Rule { column: 2, row: 200 };
        for base in Base::KNOWN {
            for item in [Item::Scalar(1), Item::Count(25), cell, rule] {
                assert_eq!(Item::of(item.name(&base).as_oid(), &base), Some(item));
            }
        }
        let elsewhere = Item::Scalar(1).name(&Base::TWIN);
        assert_eq!(Item::of(elsewhere.as_oid(), &Base::GEIST), None);
    }
}
