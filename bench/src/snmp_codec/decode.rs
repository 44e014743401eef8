//! A response: version, community and request id checked, every name compared, every value visited.

use std::hint::black_box;

use pdu_proto_snmp::wire::{Body, Message, Oid, Operation, Tolerance, Value, Version};

use super::{COMMUNITY, REQUEST_ID, Table, first_and_length, number};
use crate::{Case, Contender};

pub(super) fn case(table: &Table) -> Case {
    let octets = table.octets();
    let mut contenders = vec![
        ours(table, octets.clone()),
        snmp2(table, octets.clone()),
        async_snmp(table, octets.clone()),
        rasn(table, octets.clone()),
    ];
    #[cfg(feature = "net-snmp")]
    contenders.push(super::net_snmp::decode(table, octets));
    for one in &mut contenders {
        assert_eq!(one.run(1), table.sum(), "{}", one.name);
    }
    Case {
        name: format!("decode v2c response of {} varbinds", table.rows.len()),
        contenders,
    }
}

fn ours(table: &Table, octets: Vec<u8>) -> Contender {
    let names = table.encoded_names();
    Contender::new("pdu-proto-snmp", move || {
        let message = Message::parse(black_box(&octets), Tolerance::LENIENT).unwrap();
        assert_eq!((message.version, message.community.0), (Version::V2C, COMMUNITY));
        let Body::Common(common) = message.body else {
            panic!("another shape");
        };
        assert_eq!((common.operation, common.request_id), (Operation::RESPONSE, REQUEST_ID));
        let mut sum = 0_u64;
        for (varbind, name) in common.varbinds.iter().zip(&names) {
            let varbind = varbind.unwrap();
            assert_eq!(varbind.name, Oid::from_octets(name));
            sum = sum.wrapping_add(match varbind.value {
                Value::Integer(value) => number(value),
                Value::Gauge32(value) | Value::Counter32(value) | Value::TimeTicks(value) => value.into(),
                Value::OctetString(text) => first_and_length(text),
                _ => panic!("another type"),
            });
        }
        sum
    })
}

/// Names stay octets here too. An integer has 64 bits.
fn snmp2(table: &Table, octets: Vec<u8>) -> Contender {
    use snmp2::{MessageType, Pdu, Value, Version};
    let names = table.encoded_names();
    Contender::new("snmp2", move || {
        let pdu = Pdu::from_bytes(black_box(&octets)).unwrap();
        assert!(matches!(pdu.version().unwrap(), Version::V2C) && pdu.community == COMMUNITY);
        assert!(pdu.message_type == MessageType::Response && pdu.req_id == REQUEST_ID);
        let mut sum = 0_u64;
        for ((found, value), name) in pdu.varbinds.zip(&names) {
            assert_eq!(found.as_bytes(), name);
            sum = sum.wrapping_add(match value {
                Value::Integer(value) => number(i32::try_from(value).unwrap()),
                Value::Unsigned32(value) | Value::Counter32(value) | Value::Timeticks(value) => value.into(),
                Value::OctetString(text) => first_and_length(text),
                _ => panic!("another type"),
            });
        }
        sum
    })
}

fn async_snmp(table: &Table, octets: Vec<u8>) -> Contender {
    use async_snmp::{Oid, Value, Version, compatibility::DecodeConfig, message::CommunityMessage};
    let names: Vec<Oid> = table.rows.iter().map(|(name, _)| Oid::from_slice(name)).collect();
    let octets = bytes::Bytes::from(octets);
    Contender::new("async-snmp", move || {
        let message = CommunityMessage::decode(black_box(&octets).clone(), DecodeConfig::default())
            .unwrap()
            .value;
        assert!(message.version() == Version::V2c && message.community().as_bytes() == COMMUNITY);
        let pdu = message.pdu().standard().unwrap();
        assert_eq!(pdu.request_id(), REQUEST_ID);
        let mut sum = 0_u64;
        for (varbind, name) in pdu.varbinds().iter().zip(&names) {
            assert_eq!(varbind.oid, *name);
            sum = sum.wrapping_add(match &varbind.value {
                Value::Integer(value) => number(*value),
                Value::Gauge32(value) | Value::Counter32(value) | Value::TimeTicks(value) => (*value).into(),
                Value::OctetString(text) => first_and_length(text),
                _ => panic!("another type"),
            });
        }
        sum
    })
}

fn rasn(table: &Table, octets: Vec<u8>) -> Contender {
    use rasn::types::ObjectIdentifier;
    use rasn_snmp::{v2::Pdus, v2c::Message};
    let name = |(name, _): &(Vec<u32>, _)| ObjectIdentifier::new_unchecked(name.clone().into());
    let names: Vec<ObjectIdentifier> = table.rows.iter().map(name).collect();
    Contender::new("rasn-snmp", move || {
        let message: Message<Pdus> = rasn::ber::decode(black_box(&octets)).unwrap();
        assert!(message.version == 1.into() && message.community == COMMUNITY);
        let Pdus::Response(response) = message.data else {
            panic!("another operation");
        };
        assert_eq!(response.0.request_id, REQUEST_ID);
        let mut sum = 0_u64;
        for (varbind, name) in response.0.variable_bindings.iter().zip(&names) {
            assert_eq!(varbind.name, *name);
            sum = sum.wrapping_add(rasn_value(&varbind.value));
        }
        sum
    })
}

fn rasn_value(value: &rasn_snmp::v2::VarBindValue) -> u64 {
    use rasn_smi::v2::{ApplicationSyntax, ObjectSyntax, SimpleSyntax};
    let rasn_snmp::v2::VarBindValue::Value(value) = value else {
        panic!("an exception");
    };
    match value {
        ObjectSyntax::Simple(SimpleSyntax::Integer(value)) => number(value.try_into().unwrap()),
        ObjectSyntax::Simple(SimpleSyntax::String(text)) => first_and_length(text),
        ObjectSyntax::ApplicationWide(ApplicationSyntax::Unsigned(value)) => value.0.into(),
        ObjectSyntax::ApplicationWide(ApplicationSyntax::Counter(value)) => value.0.into(),
        ObjectSyntax::ApplicationWide(ApplicationSyntax::Ticks(value)) => value.0.into(),
        _ => panic!("another type"),
    }
}
