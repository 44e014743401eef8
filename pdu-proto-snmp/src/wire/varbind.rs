use core::{fmt, slice};

use super::{
    Anomalies, Field, Oid, Problem, Tag, Value, Version, WireError,
    ber::{Reader, Rules, explain, oid, split},
    writer::Writer,
};

/// A name and its value.
///
/// ```text
/// +----+-----+------+-----+-------+-----+-----+-------+
/// | 30 | len |  06  | len | name  | tag | len | value |
/// +----+-----+------+-----+-------+-----+-----+-------+
/// ```
///
/// Source: RFC 3416, 3 (`VarBind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VarBind<'a> {
    /// Which instance of which object. Off the wire its arcs are unchecked.
    pub name: Oid<'a>,
    /// Its value, or what stands in its place.
    pub value: Value<'a>,
    anomalies: Anomalies,
}

impl<'a> VarBind<'a> {
    /// A varbind to be sent.
    #[inline]
    pub const fn new(name: Oid<'a>, value: Value<'a>) -> Self {
        Self {
            name,
            value,
            anomalies: Anomalies::NONE,
        }
    }

    /// One that only names, as requests to read have it.
    #[inline]
    pub const fn ask(name: Oid<'a>) -> Self {
        Self::new(name, Value::Null)
    }

    /// Deviations from the standard that were accepted while it was read; none for one that is to be sent.
    #[inline]
    pub const fn anomalies(&self) -> Anomalies {
        self.anomalies
    }

    #[inline]
    fn write(&self, version: Version, writer: &mut Writer<'_>) {
        let mark = writer.len();
        self.value.write(version, writer);
        writer.oid(self.name);
        writer.head(Tag::SEQUENCE, mark);
    }

    /// Reads what is between the ends of a varbind, if it is as the standard has it; `None` for all others, and for some that
    /// are rare.
    #[allow(clippy::inline_always)] // so that only what the caller looks at is computed
    #[inline(always)]
    fn plain(body: &'a [u8], version: Version) -> Option<Self> {
        let (Tag::OBJECT_IDENTIFIER, name @ [_, ..], rest) = split(body)? else {
            return None;
        };
        let (tag, content, []) = split(rest)? else {
            return None;
        };
        let value = Value::plain(tag, content, *body.last_chunk()?, version)?;
        Some(Self::new(Oid::from_octets(name), value))
    }

    /// Reads any: with the deviations that are accepted, or why it is none, and with its name if it has one.
    fn decode(body: &'a [u8], rules: Rules) -> Result<Self, Fault<'a>> {
        let mut anomalies = Anomalies::NONE;
        let Some((Tag::OBJECT_IDENTIFIER, name, rest)) = split(body) else {
            return Err(bad_name(body));
        };
        let name =
            oid(name, Field::Name, rules, &mut anomalies).map_err(|problem| Fault::new(Field::Name, body, problem))?;
        let Some((tag, content, [])) = split(rest) else {
            return Err(bad_value(name, rest));
        };
        let value = Value::decode(tag, content, rules, &mut anomalies)
            .map_err(|problem| Fault::new(Field::Value, rest, problem).of(name))?;
        Ok(Self { name, value, anomalies })
    }
}

/// What is wrong within a varbind, and where: `left` octets before its end.
#[derive(Clone, Copy)]
struct Fault<'a> {
    name: Option<Oid<'a>>,
    field: Field,
    left: usize,
    problem: Problem,
}

impl<'a> Fault<'a> {
    #[cold]
    fn new(field: Field, at: &[u8], problem: Problem) -> Self {
        Self {
            name: None,
            field,
            left: at.len(),
            problem,
        }
    }

    fn of(self, name: Oid<'a>) -> Self {
        Self {
            name: Some(name),
            ..self
        }
    }
}

#[cold]
fn bad_name(body: &[u8]) -> Fault<'_> {
    let problem = match split(body) {
        Some((found, ..)) => Problem::Tag {
            expected: Tag::OBJECT_IDENTIFIER,
            found,
        },
        None => explain(body),
    };
    Fault::new(Field::Name, body, problem)
}

#[cold]
fn bad_value<'a>(name: Oid<'a>, octets: &'a [u8]) -> Fault<'a> {
    let fault = match split(octets) {
        Some((.., rest)) => {
            let count = rest.len();
            Fault::new(Field::VarBind, rest, Problem::Trailing { count })
        }
        None => Fault::new(Field::Value, octets, explain(octets)),
    };
    fault.of(name)
}

/// A varbind that cannot be read, in its place among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{error}{}", Named(*.name))]
#[non_exhaustive]
pub struct BadVarBind<'a> {
    /// Its name, if that could be read: a walk goes on from here.
    pub name: Option<Oid<'a>>,
    /// Which varbind, which part of it, where, and what is wrong.
    pub error: WireError,
}

struct Named<'a>(Option<Oid<'a>>);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |name| write!(f, " ({name})"))
    }
}

/// The varbinds of a message: either as they came over the wire, or a table of the caller's that is to be sent.
///
/// Off the wire, each is read when its turn comes. One that is broken comes as an error in its place, and those behind it
/// follow; only where the end of one cannot be found is it the last.
///
/// ```
/// use pdu_proto_snmp::{oid, wire::{Message, Tolerance, Value, VarBind}};
///
/// // An answer to two names, of which one has an INTEGER of no octets.
/// let message = [
///     0x30, 0x2D, 0x02, 0x01, 0x01, 0x04, 0x06, b'p', b'u', b'b', b'l', b'i', b'c', 0xA2, 0x20, 0x02, 0x01, 0x07, 0x02, 0x01,
///     0x00, 0x02, 0x01, 0x00, 0x30, 0x15, 0x30, 0x08, 0x06, 0x04, 0x2B, 0x06, 0x01, 0x01, 0x02, 0x00, 0x30, 0x09, 0x06, 0x04,
///     0x2B, 0x06, 0x01, 0x02, 0x02, 0x01, 0x2A,
/// ];
/// let message = Message::parse(&message, Tolerance::LENIENT)?;
/// let mut varbinds = message.body.varbinds().iter();
/// let bad = varbinds.next().unwrap().unwrap_err();
/// assert_eq!(bad.to_string(), "varbind 1, value at octet 34: number of no octets (1.3.6.1.1)");
/// assert_eq!(varbinds.next().unwrap(), Ok(VarBind::new(oid!(1, 3, 6, 1, 2), Value::Integer(42))));
/// # Ok::<(), pdu_proto_snmp::wire::WireError>(())
/// ```
#[derive(Clone, Copy)]
pub struct VarBinds<'a> {
    /// Off the wire; empty for a table.
    octets: &'a [u8],
    /// Offset of the end of `octets`.
    end: usize,
    rules: Rules,
    table: &'a [VarBind<'a>],
}

impl<'a> VarBinds<'a> {
    /// None at all.
    pub const EMPTY: Self = Self::new(&[]);

    /// A table of the caller's, to be sent.
    #[inline]
    pub const fn new(table: &'a [VarBind<'a>]) -> Self {
        Self {
            octets: &[],
            end: 0,
            rules: Rules {
                tolerance: super::Tolerance::STRICT,
                version: Version::V2C,
            },
            table,
        }
    }

    /// The rest of `reader`, unread.
    #[inline]
    pub(super) const fn from_wire(reader: &Reader<'a>) -> Self {
        Self {
            octets: reader.rest(),
            end: reader.offset().saturating_add(reader.rest().len()),
            rules: reader.rules(),
            table: &[],
        }
    }

    /// Octets that such a list was made of, to be read by the same rules. Offsets count from their start.
    #[cfg(feature = "alloc")]
    #[inline]
    pub(crate) const fn from_octets(octets: &'a [u8], version: Version, tolerance: super::Tolerance) -> Self {
        Self {
            octets,
            end: octets.len(),
            rules: Rules { tolerance, version },
            table: &[],
        }
    }

    /// By which rules they are read.
    #[cfg(feature = "alloc")]
    #[inline]
    pub(crate) const fn rules(&self) -> (Version, super::Tolerance) {
        (self.rules.version, self.rules.tolerance)
    }

    /// The table of the caller's, if it is one.
    #[cfg(feature = "alloc")]
    pub(super) const fn table(&self) -> &'a [VarBind<'a>] {
        self.table
    }

    /// Each in order, or why it cannot be read.
    #[inline]
    pub fn iter(&self) -> VarBindsIter<'a> {
        VarBindsIter {
            rest: self.octets,
            taken: 0,
            end: self.end,
            rules: self.rules,
            table: self.table.iter(),
        }
    }

    /// Each in order, its name and any name that is its value proven to be [one](Oid::check).
    pub fn checked(&self) -> CheckedVarBinds<'a> {
        CheckedVarBinds { inner: self.iter() }
    }

    /// How many there are, good and bad. Off the wire they are counted by going over them, without a look inside.
    pub fn count(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is none.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.octets.is_empty() && self.table.is_empty()
    }

    /// The octets that came over the wire, without the tag and length of the list; `None` for a table of the caller's.
    pub const fn as_octets(&self) -> Option<&'a [u8]> {
        if self.table.is_empty() { Some(self.octets) } else { None }
    }

    /// The whole list. What came over the wire is sent on as it came.
    #[inline]
    pub(super) fn write(&self, version: Version, writer: &mut Writer<'_>) {
        let mark = writer.len();
        self.write_items(version, writer);
        writer.head(Tag::SEQUENCE, mark);
    }

    /// The varbinds without the head of their list.
    #[inline]
    pub(super) fn write_items(&self, version: Version, writer: &mut Writer<'_>) {
        writer.slice(self.octets);
        for varbind in self.table.iter().rev() {
            varbind.write(version, writer);
        }
    }
}

impl<'a> From<&'a [VarBind<'a>]> for VarBinds<'a> {
    fn from(table: &'a [VarBind<'a>]) -> Self {
        Self::new(table)
    }
}

impl<'a, const N: usize> From<&'a [VarBind<'a>; N]> for VarBinds<'a> {
    fn from(table: &'a [VarBind<'a>; N]) -> Self {
        Self::new(table)
    }
}

impl<'a> IntoIterator for VarBinds<'a> {
    type Item = Result<VarBind<'a>, BadVarBind<'a>>;
    type IntoIter = VarBindsIter<'a>;

    #[inline]
    fn into_iter(self) -> VarBindsIter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &VarBinds<'a> {
    type Item = Result<VarBind<'a>, BadVarBind<'a>>;
    type IntoIter = VarBindsIter<'a>;

    #[inline]
    fn into_iter(self) -> VarBindsIter<'a> {
        self.iter()
    }
}

/// Two lists are equal when their varbinds are, wherever they come from.
impl PartialEq for VarBinds<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for VarBinds<'_> {}

impl fmt::Debug for VarBinds<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

/// The varbinds of a message in order, from [`VarBinds::iter`].
#[derive(Clone, Debug)]
pub struct VarBindsIter<'a> {
    rest: &'a [u8],
    /// Varbinds given so far.
    taken: u32,
    /// Offset of the end of `rest`.
    end: usize,
    rules: Rules,
    table: slice::Iter<'a, VarBind<'a>>,
}

impl<'a> VarBindsIter<'a> {
    /// Goes over up to so many, without a look inside, and says over how many.
    pub(crate) fn pass(&mut self, most: usize) -> usize {
        let mut passed = 0;
        while passed < most && !self.rest.is_empty() {
            // What has no end is the last.
            self.rest = split(self.rest).map_or(&[], |(.., rest)| rest);
            self.taken = self.taken.wrapping_add(1);
            passed = passed.saturating_add(1);
        }
        let of_table = self.table.len().min(most.saturating_sub(passed));
        self.table = self.table.as_slice().get(of_table..).unwrap_or_default().iter();
        passed.saturating_add(of_table)
    }

    /// The octets of those that are still to come; of a table none.
    #[cfg(feature = "alloc")]
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The varbinds that are still to come, as a list of their own.
    pub fn as_varbinds(&self) -> VarBinds<'a> {
        VarBinds {
            octets: self.rest,
            end: self.end,
            rules: self.rules,
            table: self.table.as_slice(),
        }
    }

    /// What is not [plain](VarBind::plain).
    #[inline(never)]
    fn next_rarer(&mut self) -> Result<VarBind<'a>, BadVarBind<'a>> {
        let Some((Tag::SEQUENCE, body, rest)) = split(self.rest) else {
            return Err(self.no_varbind());
        };
        self.rest = rest;
        VarBind::decode(body, self.rules).map_err(|fault| self.bad(rest.len(), fault))
    }

    /// The next item is no varbind. Where the following one begins may be known all the same.
    #[cold]
    fn no_varbind(&mut self) -> BadVarBind<'a> {
        let at = self.rest;
        let problem = if let Some((found, _, rest)) = split(at) {
            self.rest = rest;
            Problem::Tag {
                expected: Tag::SEQUENCE,
                found,
            }
        } else {
            self.rest = &[];
            explain(at)
        };
        self.bad(0, Fault::new(Field::VarBind, at, problem))
    }

    /// What is wrong in the varbind just taken, which has `behind` octets behind it.
    #[cold]
    fn bad(&self, behind: usize, fault: Fault<'a>) -> BadVarBind<'a> {
        BadVarBind {
            name: fault.name,
            error: WireError {
                varbind: Some(self.taken),
                field: fault.field,
                offset: self.end.saturating_sub(behind.saturating_add(fault.left)),
                problem: fault.problem,
            },
        }
    }
}

impl<'a> Iterator for VarBindsIter<'a> {
    type Item = Result<VarBind<'a>, BadVarBind<'a>>;

    #[allow(clippy::inline_always)] // so that only what the caller looks at is computed
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return self.table.next().copied().map(Ok);
        }
        self.taken = self.taken.wrapping_add(1);
        if let Some((Tag::SEQUENCE, body, rest)) = split(self.rest)
            && let Some(varbind) = VarBind::plain(body, self.rules.version)
        {
            self.rest = rest;
            return Some(Ok(varbind));
        }
        Some(self.next_rarer())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let table = self.table.len();
        // Tag and length at least.
        (table, Some(table.saturating_add(self.rest.len().div_ceil(2))))
    }

    fn count(mut self) -> usize {
        self.pass(usize::MAX)
    }
}

impl core::iter::FusedIterator for VarBindsIter<'_> {}

/// The varbinds of a message with their names proven, from [`VarBinds::checked`].
#[derive(Clone, Debug)]
pub struct CheckedVarBinds<'a> {
    inner: VarBindsIter<'a>,
}

impl<'a> Iterator for CheckedVarBinds<'a> {
    type Item = Result<VarBind<'a>, BadVarBind<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let octets = self.inner.rest;
        let varbind = match self.inner.next()? {
            Ok(varbind) => varbind,
            bad => return Some(bad),
        };
        let bad = |fault: Fault<'a>| Err(self.inner.bad(self.inner.rest.len(), fault.of(varbind.name)));
        Some(check_names(&varbind, octets).map_or_else(bad, |()| Ok(varbind)))
    }
}

/// Proves the name and any name that is the value of a varbind, which the octets begin with.
fn check_names<'a>(varbind: &VarBind<'a>, octets: &'a [u8]) -> Result<(), Fault<'a>> {
    let (_, body, _) = split(octets).unwrap_or((Tag::SEQUENCE, &[], &[]));
    let (_, _, value) = split(body).unwrap_or((Tag::OBJECT_IDENTIFIER, &[], &[]));
    let fault = |field, at| move |problem| Fault::new(field, at, Problem::Oid(problem));
    varbind.name.check().map_err(fault(Field::Name, body))?;
    match varbind.value {
        Value::ObjectIdentifier(name) => name.check().map_err(fault(Field::Value, value)),
        _ => Ok(()),
    }
}

#[cfg(all(test, feature = "proptest"))]
mod tests {
    use proptest::prelude::*;

    use crate::{
        strategies,
        wire::{Message, Tolerance},
    };

    proptest! {
        #[test]
        fn quick_way_reads_what_the_other_reads(octets in strategies::message(), at in any::<prop::sample::Index>(), octet in any::<u8>()) {
            let mut octets = octets;
            let at = at.index(octets.len());
            octets[at] = octet;
            let Ok(message) = Message::parse(&octets, Tolerance::LENIENT) else { return Ok(()) };
            let mut other = message.body.varbinds().iter();
            for found in other.clone() {
                other.taken += 1;
                prop_assert_eq!(other.next_rarer(), found);
            }
            prop_assert!(other.rest.is_empty());
            let all = message.body.varbinds().iter();
            prop_assert_eq!(all.clone().count(), all.clone().fold(0, |count, _| count + 1));
            for most in 0..4 {
                let (mut passed, mut taken) = (all.clone(), all.clone());
                prop_assert_eq!(passed.pass(most), taken.by_ref().take(most).map(drop).fold(0, |count, ()| count + 1));
                prop_assert!(passed.eq(taken));
            }
        }
    }
}
