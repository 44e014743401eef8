//! Names and varbinds that are kept: on the heap, and as octets, so that nothing is decoded and encoded on the way.

use alloc::vec::Vec;
use core::{cmp::Ordering, fmt, hash, str::FromStr};

use super::{
    EncodeError, Oid, OidError, Tolerance, VarBind, VarBinds, VarBindsIter, Version,
    oid::{MAX_ARCS, push},
    writer::{Writer, length_of, write_to_end},
};

/// A name of its own: [`Oid`], kept.
///
/// Its place on the heap is used again by [`set`](Self::set), [`push`](Self::push) and [`truncate`](Self::truncate).
///
/// ```
/// use pdu_proto_snmp::{oid, wire::OidBuf};
///
/// let mut name: OidBuf = "1.3.6.1.2.1.2.2.1.10".parse()?;
/// name.push(4000)?;
/// assert_eq!(name.as_oid(), oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 4000));
/// # Ok::<(), pdu_proto_snmp::wire::OidError>(())
/// ```
#[derive(Clone, Default)]
pub struct OidBuf {
    octets: Vec<u8>,
}

impl OidBuf {
    /// A name without any arc, which is none until it is [set](Self::set).
    pub const fn new() -> Self {
        Self { octets: Vec::new() }
    }

    /// The name as octets that are borrowed.
    #[inline]
    pub fn as_oid(&self) -> Oid<'_> {
        Oid::from_octets(&self.octets)
    }

    /// Becomes a copy of this name, unchecked as that is.
    #[inline]
    pub fn set(&mut self, name: Oid<'_>) {
        self.octets.clear();
        self.octets.extend_from_slice(name.as_octets());
    }

    /// Adds an arc.
    ///
    /// # Errors
    ///
    /// The name has 128 arcs already, or none to add to.
    pub fn push(&mut self, arc: u32) -> Result<(), OidError> {
        match self.len() {
            0 => return Err(OidError::Empty),
            len if len >= MAX_ARCS => return Err(OidError::TooManyArcs),
            _ => {}
        }
        let mut digits = [0; 5];
        let len = push(arc.into(), &mut digits, 0)?;
        self.octets.extend(digits.iter().take(len));
        Ok(())
    }

    /// Cuts all arcs off but the first `len`. The first two stand together: of a `len` of 1 both are kept.
    pub fn truncate(&mut self, len: usize) {
        if len == 0 {
            return self.octets.clear();
        }
        let ends = self.octets.iter().enumerate().filter(|(_, octet)| **octet < 0x80);
        let last = ends.map(|(at, _)| at).nth(len.saturating_sub(2));
        self.octets.truncate(last.map_or(usize::MAX, |at| at.saturating_add(1)));
    }

    /// How many arcs there are.
    pub fn len(&self) -> usize {
        self.as_oid().arcs().count()
    }

    /// Whether there is no arc.
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }
}

impl From<Oid<'_>> for OidBuf {
    fn from(name: Oid<'_>) -> Self {
        let octets = name.as_octets().into();
        Self { octets }
    }
}

impl FromStr for OidBuf {
    type Err = OidError;

    /// As [`Oid::from_text`].
    fn from_str(text: &str) -> Result<Self, OidError> {
        let mut buffer = [0; Oid::MAX_OCTETS];
        Ok(Oid::from_text(text, &mut buffer)?.into())
    }
}

impl PartialEq for OidBuf {
    fn eq(&self, other: &Self) -> bool {
        self.octets == other.octets
    }
}

impl Eq for OidBuf {}

impl PartialEq<Oid<'_>> for OidBuf {
    fn eq(&self, other: &Oid<'_>) -> bool {
        self.as_oid() == *other
    }
}

impl Ord for OidBuf {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_oid().cmp(&other.as_oid())
    }
}

impl PartialOrd for OidBuf {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl hash::Hash for OidBuf {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.as_oid().hash(state);
    }
}

impl fmt::Display for OidBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_oid().fmt(f)
    }
}

impl fmt::Debug for OidBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OidBuf({self})")
    }
}

/// Varbinds that are kept: [`VarBinds`] with octets of their own.
///
/// One that could not be read is kept too, and stands in its place. Two lists are equal when their varbinds are.
///
/// ```
/// use pdu_proto_snmp::{oid, wire::{Value, VarBind, VarBindList, Version}};
///
/// let outlet = VarBind::new(oid!(1, 3, 6, 1, 4, 1, 99, 1), Value::Gauge32(1));
/// let list = VarBindList::new(Version::V2C, &[outlet])?;
/// assert_eq!(list.iter().next(), Some(Ok(outlet)));
/// # Ok::<(), pdu_proto_snmp::wire::EncodeError>(())
/// ```
#[derive(Clone)]
pub struct VarBindList {
    octets: Vec<u8>,
    version: Version,
    tolerance: Tolerance,
}

impl VarBindList {
    /// No varbind.
    pub const EMPTY: Self = Self {
        octets: Vec::new(),
        version: Version::V2C,
        tolerance: Tolerance::LENIENT,
    };

    /// Varbinds as a message of this version has them.
    ///
    /// # Errors
    ///
    /// A value that the version does not have.
    pub fn new(version: Version, varbinds: &[VarBind<'_>]) -> Result<Self, EncodeError> {
        let mut list = Self { version, ..Self::EMPTY };
        list.octets = encoded(version, varbinds)?;
        Ok(list)
    }

    /// A copy of varbinds: off the wire as they came, with what is broken among them.
    pub fn copied(varbinds: VarBinds<'_>) -> Self {
        let (version, tolerance) = varbinds.rules();
        let octets = match varbinds.as_octets() {
            Some(octets) => octets.into(),
            // A table may hold any value, and none of v2 is refused.
            None => encoded(Version::V2C, varbinds.table()).unwrap_or_default(),
        };
        Self {
            octets,
            version,
            tolerance,
        }
    }

    /// Names to be asked for: each with Null for a value.
    #[allow(single_use_lifetimes)] // an anonymous one is not stable here
    pub fn asking<'a>(names: impl IntoIterator<Item = Oid<'a>>) -> Self {
        let mut list = Self::EMPTY;
        for name in names {
            append_ask(&mut list.octets, name);
        }
        list
    }

    /// Adds a varbind at the end.
    pub fn push(&mut self, varbind: VarBind<'_>) {
        append(&mut self.octets, varbind);
    }

    /// Adds varbinds at the end that came over the wire by the same rules.
    pub(crate) fn extend(&mut self, varbinds: VarBinds<'_>) {
        (self.version, self.tolerance) = varbinds.rules();
        self.octets.extend_from_slice(varbinds.as_octets().unwrap_or_default());
    }

    /// The varbinds, borrowed.
    #[inline]
    pub fn varbinds(&self) -> VarBinds<'_> {
        VarBinds::from_octets(&self.octets, self.version, self.tolerance)
    }

    /// Each in order, or why it cannot be read. Offsets in errors count from the start of the list.
    #[inline]
    pub fn iter(&self) -> VarBindsIter<'_> {
        self.varbinds().iter()
    }

    /// How many octets they take.
    pub(crate) fn octets(&self) -> usize {
        self.octets.len()
    }

    /// How many there are, good and bad, counted by going through them.
    pub fn count(&self) -> usize {
        self.varbinds().count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }
}

/// Adds a varbind, as v2 and v3 have it, behind the octets of others.
pub(crate) fn append(octets: &mut Vec<u8>, varbind: VarBind<'_>) {
    let varbind = [varbind];
    let list = VarBinds::new(&varbind);
    let start = octets.len();
    let len = length_of(|writer| list.write_items(Version::V2C, writer));
    octets.resize(start.saturating_add(len), 0);
    let place = octets.get_mut(start..).unwrap_or_default();
    // It has the length that was counted, and v2 has all values: nothing is refused.
    let _ = write_to_end(place, |writer| list.write_items(Version::V2C, writer));
}

/// Adds a varbind, encoded, behind others.
pub(crate) fn append_of(octets: &mut Vec<u8>, version: Version, varbind: VarBind<'_>) -> Result<(), EncodeError> {
    octets.extend(encoded(version, &[varbind])?);
    Ok(())
}

/// Adds a varbind that only names.
#[inline]
pub(crate) fn append_ask(octets: &mut Vec<u8>, name: Oid<'_>) {
    let name = name.as_octets();
    // Most names are so short that all lengths take one octet.
    match u8::try_from(name.len()) {
        Ok(len @ ..=0x7B) => {
            octets.extend_from_slice(&[0x30, len + 4, 0x06, len]);
            octets.extend_from_slice(name);
            octets.extend_from_slice(&[0x05, 0]);
        }
        _ => octets.extend(encoded(Version::V2C, &[VarBind::ask(Oid::from_octets(name))]).unwrap_or_default()),
    }
}

/// Varbinds one behind the other, without the head of their list.
fn encoded(version: Version, varbinds: &[VarBind<'_>]) -> Result<Vec<u8>, EncodeError> {
    let list = VarBinds::new(varbinds);
    let mut counter = Writer::new(&mut []);
    list.write_items(version, &mut counter);
    let mut octets = alloc::vec![0; counter.len()];
    write_to_end(&mut octets, |writer| list.write_items(version, writer))?;
    Ok(octets)
}

impl Default for VarBindList {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<'a> From<VarBinds<'a>> for VarBindList {
    fn from(varbinds: VarBinds<'a>) -> Self {
        Self::copied(varbinds)
    }
}

impl<'a> IntoIterator for &'a VarBindList {
    type Item = <VarBindsIter<'a> as Iterator>::Item;
    type IntoIter = VarBindsIter<'a>;

    fn into_iter(self) -> VarBindsIter<'a> {
        self.iter()
    }
}

impl PartialEq for VarBindList {
    fn eq(&self, other: &Self) -> bool {
        self.varbinds() == other.varbinds()
    }
}

impl Eq for VarBindList {}

impl fmt::Debug for VarBindList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.varbinds().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{oid, wire::Value};
    use alloc::string::ToString;

    #[test]
    fn truncated_name_keeps_its_first_arcs() {
        for (len, kept) in [
            (9, "2.999.3.300"),
            (4, "2.999.3.300"),
            (3, "2.999.3"),
            (2, "2.999"),
            (0, ""),
        ] {
            let mut name: OidBuf = "2.999.3.300".parse().unwrap();
            name.truncate(len);
            assert_eq!(name.to_string(), kept, "{len}");
        }
    }

    #[test]
    fn name_grows_to_128_arcs_and_no_further() {
        let mut name = OidBuf::from(oid!(1, 3));
        while name.len() < 128 {
            name.push(u32::MAX).unwrap();
        }
        assert_eq!(name.push(0), Err(OidError::TooManyArcs));
        assert_eq!(OidBuf::new().push(1), Err(OidError::Empty));
    }

    #[test]
    fn long_names_are_asked_for_as_short_ones_are() {
        for arcs in [2, 20, 122, 123, 124, 128] {
            let mut name = OidBuf::from(oid!(1, 3));
            (2..arcs).for_each(|arc| name.push(arc).unwrap());
            let list = VarBindList::asking([name.as_oid(), name.as_oid()]);
            assert_eq!(list.varbinds(), VarBinds::new(&[VarBind::ask(name.as_oid()); 2]));
        }
    }

    #[test]
    fn list_of_v1_takes_no_value_of_v2() {
        let counter = [VarBind::new(oid!(1, 3), Value::Counter64(1))];
        assert!(VarBindList::new(Version::V1, &counter).is_err());
        let list = VarBindList::copied(VarBinds::new(&counter));
        assert_eq!(list.varbinds(), VarBinds::new(&counter));
    }
}
