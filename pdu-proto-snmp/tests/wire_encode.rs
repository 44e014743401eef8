//! What a sender refuses, and what leaves as it is told.

#![allow(clippy::expect_used)] // clippy excepts only the functions marked as tests, not their helpers

use pdu_proto_snmp::{
    oid,
    wire::{Body, Community, EncodeError, Message, Operation, Tag, Tolerance, Value, VarBind, VarBinds, Version},
};

fn refused(message: Message<'_>) -> EncodeError {
    message.encode(&mut [0; 100]).expect_err("not allowed")
}

#[test]
fn operation_that_the_version_does_not_have_is_not_sent() {
    let none = VarBinds::EMPTY;
    for (operation, version) in [
        (Operation::TRAP_V2, Version::V1),
        (Operation::INFORM, Version::V1),
        (Operation::REPORT, Version::V1),
        (Operation(0xA9), Version::V2C),
        (Operation::TRAP_V1, Version::V2C),
        (Operation::GET_BULK, Version::V2C),
    ] {
        let message = Message::new(version, Community(b"public"), Body::common(operation, 1, none));
        assert_eq!(refused(message), EncodeError::Operation { version, operation });
    }
    let (version, operation) = (Version::V1, Operation::GET_BULK);
    let bulk = Message::v1(b"public", Body::get_bulk(1, 0, 10, none));
    assert_eq!(refused(bulk), EncodeError::Operation { version, operation });
}

#[test]
fn counter64_and_exceptions_are_not_sent_in_v1() {
    for value in [
        Value::Counter64(1),
        Value::NoSuchObject,
        Value::NoSuchInstance,
        Value::EndOfMibView,
    ] {
        let varbinds = [VarBind::new(oid!(1, 3), value)];
        let body = Body::response(1, &varbinds);
        assert_eq!(
            refused(Message::v1(b"", body)),
            EncodeError::ValueOfV2 { found: value.tag() }
        );
        assert!(Message::v2c(b"", body).encode(&mut [0; 100]).is_ok());
    }
    assert_eq!(Value::Counter64(1).tag(), Tag::COUNTER64);
}

#[test]
fn version_without_communities_is_not_sent() {
    for found in [Version::V3, Version(2), Version(-1)] {
        let message = Message::new(found, Community(b"public"), Body::get(1, VarBinds::EMPTY));
        assert_eq!(refused(message), EncodeError::Version { found });
    }
}

#[test]
fn message_stands_at_the_end_of_the_buffer_and_leaves_the_rest_alone() {
    let names = [VarBind::ask(oid!(1, 3, 6, 1))];
    let message = Message::v2c(b"public", Body::get(1, &names));
    let mut buffer = [0xEE; 100];
    let len = message.encode(&mut buffer).expect("it fits").len();
    assert_eq!(
        (len, buffer[..100 - len].iter().all(|octet| *octet == 0xEE)),
        (message.encoded_len(), true)
    );
    assert_eq!(buffer[100 - len], 0x30);
}

#[test]
fn varbinds_off_the_wire_are_sent_on_as_they_came() {
    // The first value is an INTEGER of no octets.
    let list = [
        0x30, 0x06, 0x06, 0x02, 0x2B, 0x06, 0x02, 0x00, 0x30, 0x06, 0x06, 0x02, 0x2B, 0x07, 0x05, 0x00,
    ];
    let head = [
        0x30, 0x22, 0x02, 0x01, 0x01, 0x04, 0x00, 0xA2, 0x1B, 0x02, 0x01, 0x07, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00,
        0x30, 0x10,
    ];
    let octets = [&head[..], &list].concat();
    let message = Message::parse(&octets, Tolerance::STRICT).expect("the envelope is good");
    assert_eq!(message.body.varbinds().as_octets(), Some(&list[..]));
    let mut buffer = [0; 100];
    assert_eq!(&*message.encode(&mut buffer).expect("it fits"), &octets);
}
