//! The vendor's MIB as one table.

#[path = "objects_table.rs"]
mod table;

use super::Base;
use crate::wire::Oid;

/// All nodes of the vendor's v3 MIB from the base on, in the order of their names. (Of the 832 nodes in the file it comes from,
/// one, `geist`, stands above the base.)
pub static OBJECTS: &[Object] = &table::TABLE;

/// The most arcs that a node has below the base.
const MAX_ARCS: usize = 4;

/// A node of the MIB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object {
    /// Its line in the vendor's MIB as a table: `series7_snmp_objects.tsv`, counted from 1.
    pub line: u16,
    /// Its arcs below the [`Base`]; of a column table, 1, column.
    pub arcs: &'static [u32],
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What its values are.
    pub syntax: Syntax,
    /// What may be done with it.
    pub access: Access,
    /// What its values count, as the MIB spells it; mostly empty.
    pub unit: &'static str,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: there are no others in a MIB.
pub enum Kind {
    /// One that only has others below it.
    Node,
    /// An object with one instance, 0.
    Scalar,
    /// A table.
    Table,
    /// The row of a table.
    Row,
    /// A column of a table, with an instance for each row.
    Column,
}

/// What values an object has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Syntax {
    /// None: it is no object.
    None,
    /// Text.
    DisplayString,
    /// `Gauge32`.
    Gauge32,
    /// `Integer32` between these two, both included.
    Integer(i32, i32),
    /// `INTEGER`, of which these values have a name.
    Enumeration(&'static [(i32, &'static str)]),
    /// `OBJECT IDENTIFIER`.
    ObjectIdentifier,
}

/// What may be done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: these are all that this MIB uses, and what a reader has to tell apart.
pub enum Access {
    /// Nothing.
    None,
    /// It stands in notifications only.
    NotifyOnly,
    /// It is read.
    ReadOnly,
    /// It is read and written.
    ReadWrite,
}

impl Object {
    /// The node of this name.
    ///
    /// ```
    /// use pdu_proto_snmp::series7::Object;
    ///
    /// let status = Object::named("ctrlOutletStatus").unwrap();
    /// assert_eq!((status.arcs, status.line), (&[16, 1, 3][..], 313));
    /// ```
    pub fn named(name: &str) -> Option<&'static Self> {
        OBJECTS.iter().find(|object| object.name == name)
    }

    /// The node with these arcs below the base.
    pub fn at(arcs: &[u32]) -> Option<&'static Self> {
        let at = OBJECTS.binary_search_by(|object| object.arcs.cmp(arcs)).ok()?;
        OBJECTS.get(at)
    }

    /// A column of a table.
    pub fn column(table: u8, column: u8) -> Option<&'static Self> {
        Self::at(&[table.into(), 1, column.into()])
    }

    /// What a name stands for, and which instance of it: the 0 of a scalar, the row of a column. Without an instance where the
    /// name ends before it; `None` where the name lies elsewhere, or is longer than that of an instance.
    ///
    /// ```
    /// use pdu_proto_snmp::{oid, series7::{Base, Object}};
    ///
    /// let name = oid!(1, 3, 6, 1, 4, 1, 21239, 2, 16, 1, 3, 8);
    /// let (object, row) = Object::of(name, &Base::GEIST).unwrap();
    /// assert_eq!((object.name, row), ("ctrlOutletStatus", Some(8)));
    /// ```
    pub fn of(name: Oid<'_>, base: &Base) -> Option<(&'static Self, Option<u32>)> {
        let mut arcs = [0; MAX_ARCS + 1];
        let mut len = 0;
        for arc in base.below(name)? {
            *arcs.get_mut(len)? = arc.ok()?;
            len += 1;
        }
        let arcs = arcs.get(..len)?;
        if let Some(object) = Self::at(arcs) {
            return Some((object, None));
        }
        let (instance, arcs) = arcs.split_last()?;
        let object = Self::at(arcs)?;
        matches!(object.kind, Kind::Scalar | Kind::Column).then_some((object, Some(*instance)))
    }
}

/// A row of the table.
const fn object(
    line: u16,
    arcs: &'static [u32],
    name: &'static str,
    kind: Kind,
    syntax: Syntax,
    access: Access,
    unit: &'static str,
) -> Object {
    Object {
        line,
        arcs,
        name,
        kind,
        syntax,
        access,
        unit,
    }
}
