//! A response: the authentication code, engine, boots and time, user, message and request id checked, the scoped data
//! deciphered, every name compared, every value visited.

use std::hint::black_box;

use pdu_proto_snmp::usm::RemoteEngine;
use pdu_proto_snmp::wire::{
    Body, Oid, Operation, Tolerance, Value,
    v3::{Message, SecurityLevel},
};

use super::{
    BOOTS, ENGINE_ID, MESSAGE_ID, NOW, REQUEST_ID, TIME, USER, async_keys, engine, keys, message, snmp2_security,
};
use crate::snmp_codec::{Table, first_and_length, number};
use crate::{Case, Contender};

pub(super) fn case(table: &Table) -> Case {
    let octets = message(table, &keys());
    let mut contenders = vec![
        ours(table, octets.clone()),
        snmp2(table, octets.clone()),
        async_snmp(table, octets),
    ];
    for one in &mut contenders {
        assert_eq!(one.run(1), table.sum(), "{}", one.name);
        assert_eq!(one.run(1), table.sum(), "{}, again", one.name);
    }
    Case {
        name: format!("decode v3 authPriv response of {} varbinds", table.rows.len()),
        contenders,
    }
}

fn ours(table: &Table, octets: Vec<u8>) -> Contender {
    let names = table.encoded_names();
    let keys = keys();
    let mut remote = RemoteEngine::discovered(NOW, engine(), BOOTS, TIME);
    let mut scratch = [0; 2048];
    Contender::new("pdu-proto-snmp", move || {
        let message = Message::parse(black_box(&octets), Tolerance::LENIENT).unwrap();
        let header = message.header();
        let usm = message.usm().unwrap();
        assert_eq!(
            (header.message_id, header.flags.level()),
            (MESSAGE_ID, Some(SecurityLevel::AuthPriv))
        );
        assert!(usm.engine_id == remote.id().as_octets() && usm.user_name == USER.as_bytes());
        keys.verify(&message).unwrap();
        remote.check(NOW, usm.engine_boots, usm.engine_time).unwrap();
        let scoped = keys.decrypt(&message, &mut scratch, Tolerance::LENIENT).unwrap();
        assert_eq!(scoped.context_engine_id, ENGINE_ID);
        let Body::Common(common) = scoped.body else {
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

/// It checks engine, user, boots and time itself, with a clock that it reads; it writes zeros over the code in the message
/// it was given, so the code is put back for each turn.
fn snmp2(table: &Table, mut octets: Vec<u8>) -> Contender {
    use snmp2::{MessageType, Pdu, Value};
    let names = table.encoded_names();
    let mut security = snmp2_security();
    let place = Message::parse(&octets, Tolerance::STRICT)
        .unwrap()
        .authentication_code();
    let code = octets[place.clone()].to_vec();
    Contender::new("snmp2", move || {
        octets[place.clone()].copy_from_slice(&code);
        let pdu = Pdu::from_bytes_with_security(black_box(&octets), Some(&mut security)).unwrap();
        assert!(pdu.message_type == MessageType::Response && pdu.req_id == REQUEST_ID);
        assert_eq!(pdu.v3_msg_id.cast_unsigned(), MESSAGE_ID);
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

/// The steps of its own receiver, which is not public, one by one, with what is public.
fn async_snmp(table: &Table, octets: Vec<u8>) -> Contender {
    use async_snmp::ber::Decoder;
    use async_snmp::message::{RawMsgData, RawV3Message, ScopedPdu};
    use async_snmp::v3::{UsmSecurityParams, auth::verify_message};
    use async_snmp::{Oid, Value, compatibility::DecodeConfig};
    let names: Vec<Oid> = table.rows.iter().map(|(name, _)| Oid::from_slice(name)).collect();
    let keys = async_keys();
    let (auth, privacy) = (keys.auth_key.unwrap(), keys.priv_key.unwrap());
    let octets = bytes::Bytes::from(octets);
    Contender::new("async-snmp", move || {
        let octets = black_box(&octets);
        let config = DecodeConfig::default();
        let message = RawV3Message::decode(octets.clone(), config).unwrap().value;
        assert_eq!(message.msg_id().cast_unsigned(), MESSAGE_ID);
        let usm = UsmSecurityParams::decode(message.security_params().clone(), config)
            .unwrap()
            .value;
        assert!(usm.engine_id() == ENGINE_ID && usm.username() == USER.as_bytes());
        let (start, len) = UsmSecurityParams::find_auth_params_offset(octets).unwrap();
        assert!(verify_message(&auth, octets, start, len).unwrap());
        assert!(usm.engine_boots() == BOOTS && usm.engine_time().abs_diff(TIME) <= 150);
        let RawMsgData::Encrypted(encrypted) = message.msg_data() else {
            panic!("not encrypted");
        };
        let data = privacy
            .decrypt(encrypted, usm.engine_boots(), usm.engine_time(), usm.priv_params())
            .unwrap();
        let scoped = ScopedPdu::decode(&mut Decoder::new(data)).unwrap();
        assert_eq!(scoped.context_engine_id, ENGINE_ID);
        assert_eq!(scoped.pdu.request_id(), REQUEST_ID);
        let mut sum = 0_u64;
        for (varbind, name) in scoped.pdu.varbinds().iter().zip(&names) {
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
