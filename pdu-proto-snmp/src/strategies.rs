//! Proptest strategies for names, varbinds and messages, for this crate's tests and for those of its users.
//!
//! Everything they make is valid; what is not, a test makes of it. Messages come encoded, since views borrow.
//!
//! ```
//! use proptest::prelude::*;
//! use pdu_proto_snmp::{strategies, wire::{Message, Tolerance}};
//!
//! proptest!(|(octets in strategies::message())| {
//!     let mut buffer = vec![0; octets.len()];
//!     let message = Message::parse(&octets, Tolerance::STRICT).unwrap();
//!     prop_assert_eq!(&*message.encode(&mut buffer).unwrap(), &octets);
//! });
//! ```

use proptest::{collection::vec, prelude::*};

use crate::wire::{
    Body, Bulk, Common, Community, ErrorStatus, GenericTrap, Message, Oid, Opaque, Operation, TrapV1, Value, VarBind,
    VarBinds, Version,
    v3::{Flags, Header, Scoped, SecurityLevel, SecurityModel, Usm},
};

/// The octets of any valid name: 2 to 128 arcs.
pub fn oid() -> impl Strategy<Value = Vec<u8>> {
    let start = prop_oneof![(0..=1_u32, 0..=39_u32), (Just(2), any::<u32>())];
    let arc = prop_oneof![4 => 0..=0x7F_u32, 2 => 0..=0x3FFF_u32, 1 => any::<u32>()];
    let arcs = prop_oneof![15 => vec(arc.clone(), 0..=14), 1 => vec(arc, 0..=126)];
    (start, arcs).prop_filter_map("no name", |((first, second), rest)| {
        let mut buffer = [0; Oid::MAX_OCTETS];
        let arcs = [first, second].into_iter().chain(rest);
        let name = Oid::from_arcs(arcs, &mut buffer).ok()?;
        Some(name.as_octets().to_vec())
    })
}

/// A varbind that owns what it borrows in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedVarBind {
    name: Vec<u8>,
    value: OwnedValue,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum OwnedValue {
    Plain(Value<'static>),
    OctetString(Vec<u8>),
    ObjectIdentifier(Vec<u8>),
    Opaque(Vec<u8>),
}

impl OwnedVarBind {
    /// As it stands in a message.
    pub fn view(&self) -> VarBind<'_> {
        let value = match &self.value {
            OwnedValue::Plain(value) => *value,
            OwnedValue::OctetString(octets) => Value::OctetString(octets),
            OwnedValue::ObjectIdentifier(octets) => Value::ObjectIdentifier(Oid::from_octets(octets)),
            OwnedValue::Opaque(octets) => Value::Opaque(Opaque(octets)),
        };
        VarBind::new(Oid::from_octets(&self.name), value)
    }
}

/// Any varbind of v2c and v3.
pub fn varbind() -> impl Strategy<Value = OwnedVarBind> {
    varbind_of(prop_oneof![6 => value_of_v1(), 2 => value_of_v2()])
}

/// Any varbind of v1.
pub fn varbind_v1() -> impl Strategy<Value = OwnedVarBind> {
    varbind_of(value_of_v1())
}

fn varbind_of(value: impl Strategy<Value = OwnedValue>) -> impl Strategy<Value = OwnedVarBind> {
    (oid(), value).prop_map(|(name, value)| OwnedVarBind { name, value })
}

fn value_of_v1() -> impl Strategy<Value = OwnedValue> {
    let number = || prop_oneof![0..=0xFF_u32, 0..=0xFFFF_u32, any::<u32>()];
    let octets = || prop_oneof![8 => vec(any::<u8>(), 0..40), 1 => vec(any::<u8>(), 100..300)];
    prop_oneof![
        number().prop_map(|value| OwnedValue::Plain(Value::Integer(value.cast_signed()))),
        octets().prop_map(OwnedValue::OctetString),
        Just(OwnedValue::Plain(Value::Null)),
        oid().prop_map(OwnedValue::ObjectIdentifier),
        any::<[u8; 4]>().prop_map(|address| OwnedValue::Plain(Value::IpAddress(address.into()))),
        number().prop_map(|value| OwnedValue::Plain(Value::Counter32(value))),
        number().prop_map(|value| OwnedValue::Plain(Value::Gauge32(value))),
        number().prop_map(|value| OwnedValue::Plain(Value::TimeTicks(value))),
        octets().prop_map(OwnedValue::Opaque),
        any::<f32>().prop_map(|value| OwnedValue::Opaque(Opaque::from_float(value).to_vec())),
    ]
}

fn value_of_v2() -> impl Strategy<Value = OwnedValue> {
    prop_oneof![
        (any::<u64>(), 0..64_u32).prop_map(|(value, shift)| OwnedValue::Plain(Value::Counter64(value >> shift))),
        Just(OwnedValue::Plain(Value::NoSuchObject)),
        Just(OwnedValue::Plain(Value::NoSuchInstance)),
        Just(OwnedValue::Plain(Value::EndOfMibView)),
    ]
}

/// A message of v1 or v2c, encoded.
pub fn message() -> impl Strategy<Value = Vec<u8>> {
    let v1 = (shape(0..5), vec(varbind_v1(), 0..6)).prop_map(|parts| (Version::V1, parts));
    let v2c = (shape(5..12), vec(varbind(), 0..6)).prop_map(|parts| (Version::V2C, parts));
    (prop_oneof![v1, v2c], vec(any::<u8>(), 0..40)).prop_filter_map(
        "no message",
        |((version, (shape, varbinds)), community)| {
            let table: Vec<VarBind<'_>> = varbinds.iter().map(OwnedVarBind::view).collect();
            let body = shape.body(VarBinds::new(&table));
            let message = Message::new(version, Community(&community), body);
            let mut octets = vec![0; message.encoded_len()];
            message.encode(&mut octets).ok()?;
            Some(octets)
        },
    )
}

/// A message of v3 with USM parameters, encoded. Where its flags say that it is encrypted, its scoped data is noise.
pub fn v3_message() -> impl Strategy<Value = Vec<u8>> {
    let header = (0..=i32::MAX, 484..=i32::MAX, 0..3_usize, any::<bool>());
    let octets = |max| vec(any::<u8>(), 0..=max);
    let usm = (
        octets(32),
        0..=i32::MAX,
        0..=i32::MAX,
        octets(32),
        octets(48),
        octets(8),
    );
    (header, usm, scoped(), vec(any::<u8>(), 0..100)).prop_filter_map("no message", |(header, usm, scoped, noise)| {
        let levels = [
            SecurityLevel::NoAuthNoPriv,
            SecurityLevel::AuthNoPriv,
            SecurityLevel::AuthPriv,
        ];
        let level = Flags::from(*levels.get(header.2)?);
        let header = Header {
            message_id: header.0.cast_unsigned(),
            max_size: header.1.cast_unsigned(),
            flags: if header.3 {
                level.union(Flags::REPORTABLE)
            } else {
                level
            },
            security_model: SecurityModel::USM,
        };
        let usm = Usm {
            engine_id: &usm.0,
            engine_boots: usm.1.cast_unsigned(),
            engine_time: usm.2.cast_unsigned(),
            user_name: &usm.3,
            authentication_parameters: &usm.4,
            privacy_parameters: &usm.5,
        };
        let data = if level.contains(Flags::ENCRYPTED) {
            noise
        } else {
            scoped
        };
        let mut buffer = vec![0; header.wrapped_len(&usm, data.len())];
        let start = buffer.len().checked_sub(data.len())?;
        buffer.get_mut(start..)?.copy_from_slice(&data);
        header.wrap(&usm, data.len(), &mut buffer).ok()?;
        Some(buffer)
    })
}

/// Scoped data, encoded.
pub fn scoped() -> impl Strategy<Value = Vec<u8>> {
    let context = (vec(any::<u8>(), 0..33), vec(any::<u8>(), 0..33));
    (context, shape(5..12), vec(varbind(), 0..6)).prop_filter_map(
        "no scoped data",
        |((engine_id, name), shape, varbinds)| {
            let table: Vec<VarBind<'_>> = varbinds.iter().map(OwnedVarBind::view).collect();
            let scoped = Scoped::new(&engine_id, &name, shape.body(VarBinds::new(&table)));
            let mut octets = vec![0; scoped.encoded_len()];
            scoped.encode(&mut octets).ok()?;
            Some(octets)
        },
    )
}

/// A body without its varbinds.
#[derive(Clone, Debug)]
struct Shape {
    kind: usize,
    numbers: [i32; 3],
    time_stamp: u32,
    address: [u8; 4],
    enterprise: Vec<u8>,
}

/// Those of v1 first.
fn shape(kinds: core::ops::Range<usize>) -> impl Strategy<Value = Shape> {
    let numbers = [(); 3].map(|()| prop_oneof![3 => 0..=0x7F_i32, 1 => any::<i32>()]);
    (kinds, numbers, any::<u32>(), any::<[u8; 4]>(), oid()).prop_map(
        |(kind, numbers, time_stamp, address, enterprise)| Shape {
            kind,
            numbers,
            time_stamp,
            address,
            enterprise,
        },
    )
}

impl Shape {
    fn body<'a>(&'a self, varbinds: VarBinds<'a>) -> Body<'a> {
        let [first, second, third] = self.numbers;
        let operation = match self.kind {
            0 | 5 => Operation::GET,
            1 | 6 => Operation::GET_NEXT,
            2 | 7 => Operation::RESPONSE,
            3 | 8 => Operation::SET,
            4 => return self.trap_v1(varbinds),
            9 => Operation::INFORM,
            10 => Operation::TRAP_V2,
            _ => {
                return Body::Bulk(Bulk {
                    request_id: first,
                    non_repeaters: second,
                    max_repetitions: third,
                    varbinds,
                });
            }
        };
        Body::Common(Common {
            operation,
            request_id: first,
            error_status: ErrorStatus(second),
            error_index: third,
            varbinds,
        })
    }

    fn trap_v1<'a>(&'a self, varbinds: VarBinds<'a>) -> Body<'a> {
        let [generic_trap, specific_trap, _] = self.numbers;
        Body::TrapV1(TrapV1 {
            enterprise: Oid::from_octets(&self.enterprise),
            agent_address: self.address.into(),
            generic_trap: GenericTrap(generic_trap),
            specific_trap,
            time_stamp: self.time_stamp,
            varbinds,
        })
    }
}
