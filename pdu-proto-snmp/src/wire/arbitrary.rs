//! `Arbitrary` for what messages are made of: valid names and values, for users' own fuzzing. What is not valid, a fuzzer
//! makes of octets.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{Oid, Opaque, Value, VarBind};

/// Any valid name: the longest that the octets begin with.
impl<'a> Arbitrary<'a> for Oid<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let len = u.int_in_range(1..=40)?;
        let octets = u.bytes(len)?;
        let valid = (1..=len)
            .rev()
            .filter_map(|len| octets.get(..len).map(Self::from_octets));
        Ok(valid
            .into_iter()
            .find(|name| name.check().is_ok())
            .unwrap_or(Self::ZERO))
    }
}

/// Any value, with valid names only.
impl<'a> Arbitrary<'a> for Value<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=12)? {
            0 => Self::Integer(u.arbitrary()?),
            1 => Self::OctetString(u.arbitrary()?),
            2 => Self::Null,
            3 => Self::ObjectIdentifier(u.arbitrary()?),
            4 => Self::IpAddress(u.arbitrary()?),
            5 => Self::Counter32(u.arbitrary()?),
            6 => Self::Gauge32(u.arbitrary()?),
            7 => Self::TimeTicks(u.arbitrary()?),
            8 => Self::Opaque(Opaque(u.arbitrary()?)),
            9 => Self::Counter64(u.arbitrary()?),
            10 => Self::NoSuchObject,
            11 => Self::NoSuchInstance,
            _ => Self::EndOfMibView,
        })
    }
}

/// Any varbind, as it may be sent in v2c and v3.
impl<'a> Arbitrary<'a> for VarBind<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self::new(u.arbitrary()?, u.arbitrary()?))
    }
}
