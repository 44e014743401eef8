use alloc::vec::Vec;
use core::mem;

use pdu_core::Instant;

use super::{Absent, OwnedValue, SetError, Tree, UndoFailed};
use crate::wire::{ErrorStatus, Oid, OidBuf, Value, VarBind};

/// A [`Tree`] of values that stand where they were put, some of which may be set.
///
/// A set may change the value of an instance, not its type, and makes no new ones.
///
/// ```
/// use pdu_core::Instant;
/// use pdu_proto_snmp::oid;
/// use pdu_proto_snmp::server::{MapTree, Tree};
/// use pdu_proto_snmp::wire::Value;
///
/// let mut tree = MapTree::new();
/// tree.insert(oid!(1, 3, 6, 1, 2, 1, 1, 1, 0), Value::OctetString(b"a rack unit"));
/// tree.insert_writable(oid!(1, 3, 6, 1, 2, 1, 1, 5, 0), Value::OctetString(b"left"));
/// let name = tree.get(Instant::EPOCH, oid!(1, 3, 6, 1, 2, 1, 1, 5, 0));
/// assert_eq!(name, Ok(Value::OctetString(b"left")));
/// ```
#[derive(Clone, Debug, Default)]
pub struct MapTree {
    /// In the order of their names.
    rows: Vec<Row>,
    /// What the set that is going on has replaced, in the order of its changes.
    replaced: Vec<(usize, OwnedValue)>,
}

#[derive(Clone, Debug)]
struct Row {
    name: OidBuf,
    value: OwnedValue,
    access: RowAccess,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RowAccess {
    Read,
    ReadWrite,
}

impl MapTree {
    /// An empty tree.
    pub const fn new() -> Self {
        Self {
            rows: Vec::new(),
            replaced: Vec::new(),
        }
    }

    /// Puts a value that managers can read, in place of what stood there.
    pub fn insert(&mut self, name: Oid<'_>, value: Value<'_>) {
        self.put(name, value, RowAccess::Read);
    }

    /// Puts a value that managers can read and set, in place of what stood there.
    pub fn insert_writable(&mut self, name: Oid<'_>, value: Value<'_>) {
        self.put(name, value, RowAccess::ReadWrite);
    }

    /// Changes a value that stands in the tree, to any type. `false` if there is no such name.
    pub fn set(&mut self, name: Oid<'_>, value: Value<'_>) -> bool {
        let row = self.find(name).ok().and_then(|at| self.rows.get_mut(at));
        row.map(|row| row.value = value.into()).is_some()
    }

    /// Takes an instance out. `false` if there is no such name.
    pub fn remove(&mut self, name: Oid<'_>) -> bool {
        let found = self.find(name);
        if let Ok(at) = found {
            self.rows.remove(at);
        }
        found.is_ok()
    }

    /// The value of an instance.
    pub fn value(&self, name: Oid<'_>) -> Option<Value<'_>> {
        let row = self.rows.get(self.find(name).ok()?)?;
        Some(row.value.as_value())
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (Oid<'_>, Value<'_>)> {
        self.rows.iter().map(|row| (row.name.as_oid(), row.value.as_value()))
    }

    /// How many instances there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn put(&mut self, name: Oid<'_>, value: Value<'_>, access: RowAccess) {
        let row = Row {
            name: name.into(),
            value: value.into(),
            access,
        };
        match self.find(name) {
            Ok(at) => self.rows.get_mut(at).into_iter().for_each(|place| *place = row.clone()),
            Err(at) => self.rows.insert(at, row),
        }
    }

    /// Where the name is, or would be.
    fn find(&self, name: Oid<'_>) -> Result<usize, usize> {
        self.rows.binary_search_by(|row| row.name.as_oid().cmp(&name))
    }

    /// Looks whether one change can be made.
    fn admit(&self, change: &VarBind<'_>) -> Result<(), ErrorStatus> {
        let at = self.find(change.name).map_err(|_| ErrorStatus::NO_CREATION)?;
        match self.rows.get(at) {
            Some(row) if row.access == RowAccess::Read => Err(ErrorStatus::NOT_WRITABLE),
            Some(row) if row.value.as_value().tag() != change.value.tag() => Err(ErrorStatus::WRONG_TYPE),
            _ => Ok(()),
        }
    }
}

impl Tree for MapTree {
    /// An object is taken to be there if any instance has all arcs of the name but the last.
    fn get(&mut self, _now: Instant, name: Oid<'_>) -> Result<Value<'_>, Absent> {
        match self.find(name) {
            Ok(at) => self
                .rows
                .get(at)
                .map(|row| row.value.as_value())
                .ok_or(Absent::Instance),
            Err(at) => Err(self.absence(name, at)),
        }
    }

    fn next(&mut self, _now: Instant, after: Oid<'_>, name: &mut OidBuf) -> Option<Value<'_>> {
        let at = self.rows.partition_point(|row| row.name.as_oid() <= after);
        let row = self.rows.get(at)?;
        name.set(row.name.as_oid());
        Some(row.value.as_value())
    }

    fn reserve(&mut self, _now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        for (position, change) in changes.iter().enumerate() {
            self.admit(change).map_err(|status| SetError { position, status })?;
        }
        Ok(())
    }

    fn commit(&mut self, _now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        self.replaced.clear();
        for (position, change) in changes.iter().enumerate() {
            let at = self.find(change.name).ok();
            let Some((at, row)) = at.and_then(|at| Some((at, self.rows.get_mut(at)?))) else {
                return Err(SetError::new(position, ErrorStatus::NO_CREATION));
            };
            self.replaced
                .push((at, mem::replace(&mut row.value, change.value.into())));
        }
        Ok(())
    }

    fn undo(&mut self, _now: Instant, _changes: &[VarBind<'_>]) -> Result<(), UndoFailed> {
        // Backwards, since the same name may have been changed twice.
        while let Some((at, value)) = self.replaced.pop() {
            self.rows.get_mut(at).ok_or(UndoFailed)?.value = value;
        }
        Ok(())
    }
}

impl MapTree {
    /// What is missing where `name` would stand at `at`: a neighbour of the same object shows that only the instance is.
    fn absence(&self, name: Oid<'_>, at: usize) -> Absent {
        let object = parent(name);
        let neighbours = [at.checked_sub(1), Some(at)].into_iter().flatten();
        let is_known = neighbours
            .filter_map(|at| self.rows.get(at))
            .any(|row| row.name.as_oid().starts_with(object));
        if is_known { Absent::Instance } else { Absent::Object }
    }
}

/// The name without its last arc.
fn parent(name: Oid<'_>) -> Oid<'_> {
    let octets = name.as_octets();
    let before_last = octets.len().saturating_sub(1);
    let end = octets
        .get(..before_last)
        .and_then(|front| front.iter().rposition(|octet| *octet < 0x80));
    let end = end.map_or(0, |last| last.saturating_add(1));
    Oid::from_octets(octets.get(..end).unwrap_or_default())
}
