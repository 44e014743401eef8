use alloc::vec::Vec;
use core::net::Ipv4Addr;

use crate::wire::{Oid, OidBuf, Opaque, Value};

/// A [`Value`] that owns its octets, for trees that keep some.
///
/// ```
/// use pdu_proto_snmp::server::OwnedValue;
/// use pdu_proto_snmp::wire::Value;
///
/// let name = OwnedValue::from("rack 7");
/// assert_eq!(name.as_value(), Value::OctetString(b"rack 7"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: as `Value` is.
pub enum OwnedValue {
    /// See [`Value::Integer`].
    Integer(i32),
    /// See [`Value::OctetString`].
    OctetString(Vec<u8>),
    /// See [`Value::Null`].
    Null,
    /// See [`Value::ObjectIdentifier`].
    ObjectIdentifier(OidBuf),
    /// See [`Value::IpAddress`].
    IpAddress(Ipv4Addr),
    /// See [`Value::Counter32`].
    Counter32(u32),
    /// See [`Value::Gauge32`].
    Gauge32(u32),
    /// See [`Value::TimeTicks`].
    TimeTicks(u32),
    /// See [`Value::Opaque`].
    Opaque(Vec<u8>),
    /// See [`Value::Counter64`].
    Counter64(u64),
    /// See [`Value::NoSuchObject`].
    NoSuchObject,
    /// See [`Value::NoSuchInstance`].
    NoSuchInstance,
    /// See [`Value::EndOfMibView`].
    EndOfMibView,
}

impl OwnedValue {
    /// The value, borrowed.
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Self::Integer(number) => Value::Integer(*number),
            Self::OctetString(octets) => Value::OctetString(octets),
            Self::Null => Value::Null,
            Self::ObjectIdentifier(oid) => Value::ObjectIdentifier(oid.as_oid()),
            Self::IpAddress(address) => Value::IpAddress(*address),
            Self::Counter32(number) => Value::Counter32(*number),
            Self::Gauge32(number) => Value::Gauge32(*number),
            Self::TimeTicks(ticks) => Value::TimeTicks(*ticks),
            Self::Opaque(octets) => Value::Opaque(Opaque(octets)),
            Self::Counter64(number) => Value::Counter64(*number),
            Self::NoSuchObject => Value::NoSuchObject,
            Self::NoSuchInstance => Value::NoSuchInstance,
            Self::EndOfMibView => Value::EndOfMibView,
        }
    }
}

impl From<Value<'_>> for OwnedValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Integer(number) => Self::Integer(number),
            Value::OctetString(octets) => Self::OctetString(octets.into()),
            Value::Null => Self::Null,
            Value::ObjectIdentifier(oid) => Self::ObjectIdentifier(oid.into()),
            Value::IpAddress(address) => Self::IpAddress(address),
            Value::Counter32(number) => Self::Counter32(number),
            Value::Gauge32(number) => Self::Gauge32(number),
            Value::TimeTicks(ticks) => Self::TimeTicks(ticks),
            Value::Opaque(Opaque(octets)) => Self::Opaque(octets.into()),
            Value::Counter64(number) => Self::Counter64(number),
            Value::NoSuchObject => Self::NoSuchObject,
            Value::NoSuchInstance => Self::NoSuchInstance,
            Value::EndOfMibView => Self::EndOfMibView,
        }
    }
}

/// An OCTET STRING.
impl From<&str> for OwnedValue {
    fn from(text: &str) -> Self {
        Self::OctetString(text.into())
    }
}

impl From<Oid<'_>> for OwnedValue {
    fn from(oid: Oid<'_>) -> Self {
        Self::ObjectIdentifier(oid.into())
    }
}
