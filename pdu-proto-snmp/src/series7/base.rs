use core::{fmt, str::FromStr};

use crate::oid;
use crate::wire::{Arcs, Oid, OidError};

/// Octets of the longest base.
const CAPACITY: usize = 32;

/// Where the objects of a unit begin. Below, all units of the family are alike; which base one has that is sold under another
/// name is not stated, so it is a setting, and tried before anything else is believed.
///
/// ```
/// use pdu_proto_snmp::series7::Base;
///
/// assert_eq!(Base::default(), Base::GEIST);
/// assert_eq!("1.3.6.1.4.1.17373.3".parse(), Ok(Base::TWIN));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Base {
    octets: [u8; CAPACITY],
    len: u8,
}

impl Base {
    /// 1.3.6.1.4.1.21239.2, the vendor's own.
    pub const GEIST: Self = Self::constant(oid!(1, 3, 6, 1, 4, 1, 21239, 2));

    /// 1.3.6.1.4.1.17373.3, with the same objects below it. Another maker has units with other objects there.
    pub const TWIN: Self = Self::constant(oid!(1, 3, 6, 1, 4, 1, 17373, 3));

    /// Both that are known.
    pub const KNOWN: [Self; 2] = [Self::GEIST, Self::TWIN];

    /// Any other.
    ///
    /// # Errors
    ///
    /// No name, or one of more than 32 octets.
    pub fn new(name: Oid<'_>) -> Result<Self, OidError> {
        name.check()?;
        let mut octets = [0; CAPACITY];
        let len = name.as_octets().len();
        octets
            .get_mut(..len)
            .ok_or(OidError::Buffer)?
            .copy_from_slice(name.as_octets());
        let len = u8::try_from(len).map_err(|_| OidError::Buffer)?;
        Ok(Self { octets, len })
    }

    const fn constant(name: Oid<'_>) -> Self {
        let mut octets = [0; CAPACITY];
        let mut len = 0;
        while (len as usize) < name.as_octets().len() {
            octets[len as usize] = name.as_octets()[len as usize];
            len += 1;
        }
        Self { octets, len }
    }

    /// As a name.
    pub fn as_oid(&self) -> Oid<'_> {
        Oid::from_octets(self.octets.get(..self.len.into()).unwrap_or_default())
    }

    /// The known base that a name lies below.
    pub fn of(name: Oid<'_>) -> Option<Self> {
        Self::KNOWN.into_iter().find(|base| name.starts_with(base.as_oid()))
    }

    /// The arcs of a name behind this base; `None` if it lies elsewhere.
    pub fn below<'a>(&self, name: Oid<'a>) -> Option<Arcs<'a>> {
        name.index_below(self.as_oid())
    }
}

/// The vendor's own.
impl Default for Base {
    fn default() -> Self {
        Self::GEIST
    }
}

impl FromStr for Base {
    type Err = OidError;

    fn from_str(text: &str) -> Result<Self, OidError> {
        let mut buffer = [0; Oid::MAX_OCTETS];
        Self::new(Oid::from_text(text, &mut buffer)?)
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_oid().fmt(f)
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base({self})")
    }
}
