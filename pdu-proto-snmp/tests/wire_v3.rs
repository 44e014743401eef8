//! The envelope of v3: messages of net-snmp 5.9.3 octet for octet, and what must not pass.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use pdu_proto_snmp::{
    oid,
    wire::{
        Anomaly, Body, Deviation, EncodeError, Field, Operation, Problem, Tag, Tolerance, Value, VarBind, VarBinds,
        WireError,
        v3::{Data, Flags, Header, Message, Scoped, SecurityLevel, SecurityModel, Usm},
    },
};

/// Octets from hexadecimal text.
fn hex(text: &str) -> Vec<u8> {
    let octets = text.split_whitespace();
    octets.map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect()
}

const HEADER: Header = Header {
    message_id: 7,
    max_size: 65_507,
    flags: Flags::REPORTABLE,
    security_model: SecurityModel::USM,
};

/// A message of these parts.
fn built(header: Header, usm: &Usm<'_>, data: &[u8]) -> Vec<u8> {
    let mut buffer = vec![0; header.wrapped_len(usm, data.len())];
    let start = buffer.len() - data.len();
    buffer[start..].copy_from_slice(data);
    header.wrap(usm, data.len(), &mut buffer).unwrap();
    buffer
}

fn scoped_octets(scoped: &Scoped<'_>) -> Vec<u8> {
    let mut buffer = vec![0; scoped.encoded_len()];
    scoped.encode(&mut buffer).unwrap();
    buffer
}

/// A get of nothing, which a probe carries.
fn probe() -> Vec<u8> {
    scoped_octets(&Scoped::new(b"", b"", Body::get(7, VarBinds::EMPTY)))
}

fn refused(octets: &[u8]) -> WireError {
    Message::parse(octets, Tolerance::LENIENT).unwrap_err()
}

/// RFC 3414, 4: no engine id, no user, reportable, no varbinds.
#[test]
fn discovery_probe_of_net_snmp() {
    let octets = hex(
        "30 3E 02 01 03 30 11 02 04 60 85 16 91 02 03 00 FF E3 04 01 04 02 01 03 04 10 30 0E 04 00 02 01 00 02 01 00 04 00
         04 00 04 00 30 14 04 00 04 00 A0 0E 02 04 3D 2B E6 B2 02 01 00 02 01 00 30 00",
    );
    let message = Message::parse(&octets, Tolerance::STRICT).unwrap();
    let header = Header {
        message_id: 0x6085_1691,
        ..HEADER
    };
    assert_eq!((message.header(), message.usm()), (header, Some(Usm::default())));
    assert!(message.authentication_code().is_empty());
    let scoped = Scoped::new(b"", b"", Body::get(0x3D2B_E6B2, VarBinds::EMPTY));
    assert_eq!(message.scoped(), Ok(Some(scoped)));
    assert_eq!(built(header, &Usm::default(), &scoped_octets(&scoped)), octets);
}

#[test]
fn report_of_net_snmp_to_a_probe() {
    let octets = hex(
        "30 71 02 01 03 30 11 02 04 20 F2 19 2D 02 03 00 FF E3 04 01 00 02 01 03 04 21 30 1F 04 11 80 00 1F 88 80 F2 28 78
         38 A1 A1 01 6B 00 00 00 00 02 01 01 02 01 02 04 00 04 00 04 00 30 36 04 11 80 00 1F 88 80 F2 28 78 38 A1 A1 01 6B
         00 00 00 00 04 00 A8 1F 02 04 3F 2B 02 2F 02 01 00 02 01 00 30 11 30 0F 06 0A 2B 06 01 06 03 0F 01 01 04 00 41 01
         01",
    );
    let engine_id = hex("80 00 1F 88 80 F2 28 78 38 A1 A1 01 6B 00 00 00 00");
    let unknown_engine_ids = [VarBind::new(
        oid!(1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0),
        Value::Counter32(1),
    )];
    let scoped = Scoped::new(
        &engine_id,
        b"",
        Body::common(Operation::REPORT, 0x3F2B_022F, &unknown_engine_ids),
    );
    let header = Header {
        message_id: 0x20F2_192D,
        flags: Flags::NONE,
        ..HEADER
    };
    let usm = Usm {
        engine_id: &engine_id,
        engine_boots: 1,
        engine_time: 2,
        ..Usm::default()
    };
    let message = Message::parse(&octets, Tolerance::STRICT).unwrap();
    assert_eq!((message.header(), message.usm()), (header, Some(usm)));
    assert_eq!(message.scoped(), Ok(Some(scoped)));
    assert_eq!(built(header, &usm, &scoped_octets(&scoped)), octets);
}

#[test]
fn encrypted_request_of_net_snmp() {
    let octets = hex(
        "30 78 02 01 03 30 11 02 04 6D 79 7A C5 02 03 00 FF E3 04 01 07 02 01 03 04 32 30 30 04 08 80 00 1F 88 80 01 02 03
         02 01 00 02 01 00 04 06 72 65 61 64 65 72 04 0C 49 51 7D 5C 43 C4 AF DF 89 D2 2D FE 04 08 18 6E 17 E8 48 46 9A F1
         04 2C BD 7E 3B 9B 84 C1 CD FA 1E 08 7C A2 09 4B 50 2C 33 B8 CD A4 D0 66 49 28 A6 06 45 AC 50 B6 79 41 1D E0 2C EA
         98 F2 9E 23 96 C6 78 5C",
    );
    let message = Message::parse(&octets, Tolerance::STRICT).unwrap();
    let code = hex("49 51 7D 5C 43 C4 AF DF 89 D2 2D FE");
    let usm = message.usm().unwrap();
    assert_eq!(
        (usm.user_name, usm.authentication_parameters),
        (&b"reader"[..], &code[..])
    );
    assert_eq!(usm.privacy_parameters, hex("18 6E 17 E8 48 46 9A F1"));
    assert_eq!(message.header().flags.level(), Some(SecurityLevel::AuthPriv));
    assert_eq!(message.octets()[message.authentication_code()], code);
    assert_eq!(message.scoped(), Ok(None));
    let Data::Encrypted(data) = message.data() else {
        panic!()
    };
    assert_eq!((data.len(), data[0], data[43]), (44, 0xBD, 0x5C));
    assert_eq!(built(message.header(), &usm, data), octets);
}

#[test]
fn place_of_the_code_is_the_same_for_sender_and_receiver() {
    let usm = Usm {
        engine_id: b"\x80\x00\x00\x00\x01",
        engine_boots: 0x7FFF_FFFF,
        engine_time: 86_400,
        user_name: b"reader",
        authentication_parameters: &[0; 24],
        privacy_parameters: &[0; 8],
    };
    for flags in [SecurityLevel::AuthNoPriv, SecurityLevel::AuthPriv].map(Flags::from) {
        let header = Header { flags, ..HEADER };
        for len in [probe().len(), 200, 70_000] {
            let mut data = scoped_octets(&Scoped::new(&vec![0; len], b"", Body::get(7, VarBinds::EMPTY)));
            if flags.contains(Flags::ENCRYPTED) {
                data.fill(0xEE);
            }
            let mut buffer = vec![0x11; 71_000];
            let start = buffer.len() - data.len();
            buffer[start..].copy_from_slice(&data);
            let (octets, place) = header.wrap(&usm, data.len(), &mut buffer).unwrap();
            octets[place.clone()].fill(0xAC);
            let message = Message::parse(octets, Tolerance::STRICT).unwrap();
            assert_eq!(message.authentication_code(), place);
            assert_eq!(message.usm().unwrap().authentication_parameters, [0xAC; 24]);
        }
    }
}

#[test]
fn code_goes_over_the_message_without_what_trails_it() {
    let mut octets = built(HEADER, &Usm::default(), &probe());
    let whole = octets.clone();
    octets.extend([0, 0, 0]);
    let message = Message::parse(&octets, Tolerance::LENIENT).unwrap();
    assert_eq!(message.octets(), whole);
    let trailing = Anomaly {
        deviation: Deviation::TrailingOctets,
        field: Field::Message,
    };
    assert_eq!(message.anomalies().iter().collect::<Vec<_>>(), [trailing]);
    let Data::Plain(data) = message.data() else { panic!() };
    assert_eq!(data, probe());
}

/// RFC 3414, 8.1.1.2: DES takes blocks of eight octets, and the padding is ignored.
#[test]
fn padding_behind_deciphered_data_is_ignored() {
    let scoped = Scoped::new(b"engine", b"rack", Body::get(7, VarBinds::EMPTY));
    let mut octets = scoped_octets(&scoped);
    octets.extend([0x5A; 7]);
    assert_eq!(Scoped::parse(&octets, Tolerance::STRICT), Ok(scoped));
}

#[test]
fn max_size_above_65507_is_legal_and_below_484_is_not() {
    for (max_size, octets) in [
        (484, "02 02 01 E4"),
        (65_508, "02 03 00 FF E4"),
        (0x7FFF_FFFF, "02 04 7F FF FF FF"),
    ] {
        let header = Header { max_size, ..HEADER };
        let octets = hex(octets);
        let message = built(header, &Usm::default(), &probe());
        assert!(message.windows(octets.len()).any(|window| window == octets));
        let parsed = Message::parse(&message, Tolerance::STRICT).unwrap();
        assert_eq!(parsed.header().max_size, max_size);
    }
    let mut message = built(
        Header {
            max_size: 484,
            ..HEADER
        },
        &Usm::default(),
        &probe(),
    );
    let at = message.windows(2).position(|window| window == [0x01, 0xE4]).unwrap();
    message[at + 1] = 0xE3;
    let error = refused(&message);
    assert_eq!(
        error.to_string(),
        "maximum message size at octet 10: 483 is not within 484 to 2147483647"
    );
}

#[test]
fn flags_and_data_must_agree() {
    let octets = built(HEADER, &Usm::default(), &probe());
    let at = octets
        .windows(3)
        .position(|window| window == [0x04, 0x01, 0x04])
        .unwrap();
    let with = |flags: u8| {
        let mut octets = octets.clone();
        octets[at + 2] = flags;
        octets
    };
    let error = refused(&with(0x02));
    assert_eq!(
        (error.field, error.problem),
        (Field::Flags, Problem::PrivacyWithoutAuthentication { found: 2 })
    );
    let error = refused(&with(0x07));
    let (expected, found) = (Tag::OCTET_STRING, Tag::SEQUENCE);
    assert_eq!(
        (error.field, error.problem),
        (Field::Data, Problem::Tag { expected, found })
    );
    // Bits that the standard does not name mean nothing.
    assert_eq!(
        Message::parse(&with(0xF8), Tolerance::STRICT).unwrap().header().flags,
        Flags(0xF8)
    );
    let encrypted = Header {
        flags: SecurityLevel::AuthPriv.into(),
        ..HEADER
    };
    let mut octets = built(encrypted, &Usm::default(), &probe());
    let at = octets
        .windows(3)
        .position(|window| window == [0x04, 0x01, 0x03])
        .unwrap();
    octets[at + 2] = 0x01;
    assert_eq!(refused(&octets).field, Field::Data);
}

#[test]
fn every_header_field_is_named_in_its_error() {
    let usm = Usm {
        engine_id: b"\x80engine",
        engine_boots: 5,
        engine_time: 6,
        user_name: b"reader",
        authentication_parameters: &[0; 12],
        privacy_parameters: &[1; 8],
    };
    let octets = built(HEADER, &usm, &probe());
    // The tags in their order, each changed in turn.
    let mut tags = vec![(0, Field::Message), (2, Field::Version), (5, Field::Header)];
    let mut at = 7;
    let items: [(Field, usize); 13] = [
        (Field::MessageId, 1),
        (Field::MaxSize, 3),
        (Field::Flags, 1),
        (Field::SecurityModel, 1),
        (Field::SecurityParameters, 0),
        (Field::SecurityParameters, 0),
        (Field::EngineId, 7),
        (Field::EngineBoots, 1),
        (Field::EngineTime, 1),
        (Field::UserName, 6),
        (Field::AuthenticationParameters, 12),
        (Field::PrivacyParameters, 8),
        (Field::Data, 0),
    ];
    for (field, len) in items {
        tags.push((at, field));
        at += 2 + len;
    }
    for (at, field) in tags {
        let mut broken = octets.clone();
        broken[at] = 0x13;
        let error = refused(&broken);
        assert_eq!((error.field, error.offset), (field, at), "{error}");
        assert!(
            matches!(error.problem, Problem::Tag { found: Tag(0x13), .. }),
            "{error}"
        );
    }
    for (at, field) in [
        (at, Field::ContextEngineId),
        (at + 2, Field::ContextName),
        (at + 4, Field::Operation),
    ] {
        let mut broken = octets.clone();
        broken[at] = 0x13;
        let message = Message::parse(&broken, Tolerance::LENIENT).unwrap();
        let error = message.scoped().unwrap_err();
        assert_eq!((error.field, error.offset), (field, at), "{error}");
    }
}

#[test]
fn numbers_below_zero_are_refused_where_the_standard_has_none() {
    let usm = Usm {
        engine_boots: 0x11,
        engine_time: 0x22,
        ..Usm::default()
    };
    let octets = built(
        Header {
            message_id: 0x33,
            ..HEADER
        },
        &usm,
        &probe(),
    );
    for (value, field) in [
        (0x11, Field::EngineBoots),
        (0x22, Field::EngineTime),
        (0x33, Field::MessageId),
    ] {
        let at = octets
            .windows(3)
            .position(|window| window == [0x02, 0x01, value])
            .unwrap();
        let mut broken = octets.clone();
        broken[at + 2] = 0xFF;
        let error = refused(&broken);
        assert_eq!((error.field, error.offset), (field, at));
        assert!(matches!(error.problem, Problem::Range { min: 0, found: -1, .. }));
    }
}

/// An item: tag, length, content. Short enough for one octet of length.
fn item(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    [&[tag, u8::try_from(content.len()).unwrap()], &content[..]].concat()
}

#[test]
fn numbers_in_more_octets_than_they_need_are_told_for_the_whole_envelope() {
    let (two, none) = (|number: u8| item(0x02, &[&[0, number]]), item(0x04, &[]));
    let header = item(
        0x30,
        &[
            &two(7),
            &[0x02, 0x02, 0x01, 0xE4],
            &[0x04, 0x01, 0x04],
            &[0x02, 0x01, 0x03],
        ],
    );
    let usm = item(0x30, &[&none, &two(5), &two(6), &none, &none, &none]);
    let body = item(0xA0, &[&[0x02, 0x01, 0x07], &two(0), &two(0), &[0x30, 0x00]]);
    let data = item(0x30, &[&none, &none, &body]);
    let octets = item(0x30, &[&[0x02, 0x01, 0x03], &header, &item(0x04, &[&usm]), &data]);

    let message = Message::parse(&octets, Tolerance::LENIENT).unwrap();
    let fields: Vec<Field> = message.anomalies().iter().map(|found| found.field).collect();
    assert_eq!(fields, [Field::MessageId, Field::EngineBoots, Field::EngineTime]);
    let scoped = message.scoped().unwrap().unwrap();
    let fields: Vec<Field> = scoped.anomalies().iter().map(|found| found.field).collect();
    assert_eq!(fields, [Field::ErrorStatus, Field::ErrorIndex]);
    let refused = Message::parse(&octets, Tolerance::STRICT).unwrap_err();
    assert_eq!(
        (refused.field, refused.problem),
        (Field::MessageId, Problem::NonMinimalInteger)
    );
}

#[test]
fn user_name_of_more_than_32_octets_is_refused_both_ways() {
    let name = [b'u'; 33];
    let message = |len: usize| {
        let (none, zero) = (item(0x04, &[]), [0x02, 0x01, 0x00]);
        let usm = item(0x30, &[&none, &zero, &zero, &item(0x04, &[&name[..len]]), &none, &none]);
        let header = hex("30 0E 02 01 07 02 03 00 FF E3 04 01 04 02 01 03");
        item(0x30, &[&[0x02, 0x01, 0x03], &header, &item(0x04, &[&usm]), &probe()])
    };
    assert!(Message::parse(&message(32), Tolerance::STRICT).is_ok());
    let error = refused(&message(33));
    let (expected, found) = (32, 33);
    assert_eq!(
        (error.field, error.problem),
        (Field::UserName, Problem::Length { expected, found })
    );
    let usm = Usm {
        user_name: &name,
        ..Usm::default()
    };
    let refused = HEADER.wrap(&usm, 0, &mut [0; 200]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "user name of 33 octets where at most 32 are allowed"
    );
}

#[test]
fn another_security_model_is_carried_unread() {
    let octets = built(HEADER, &Usm::default(), &probe());
    let at = octets
        .windows(4)
        .position(|window| window == [0x02, 0x01, 0x03, 0x04])
        .unwrap();
    let mut other = octets.clone();
    other[at + 2] = 4;
    other[at + 5] = 0x13; // not the sequence of USM
    let message = Message::parse(&other, Tolerance::STRICT).unwrap();
    assert_eq!(
        (message.header().security_model, message.usm()),
        (SecurityModel::TSM, None)
    );
    assert_eq!(message.security_parameters()[0], 0x13);
    assert!(message.authentication_code().is_empty());
}

#[test]
fn sender_keeps_the_bounds_of_the_envelope() {
    let wrap = |header: Header, usm: Usm<'_>| header.wrap(&usm, 0, &mut [0; 200]).map(|_| ()).unwrap_err();
    let usm = Usm::default();
    let max = 0x7FFF_FFFF;
    for (header, field, min, found) in [
        (
            Header {
                message_id: max + 1,
                ..HEADER
            },
            Field::MessageId,
            0,
            max + 1,
        ),
        (
            Header {
                max_size: 483,
                ..HEADER
            },
            Field::MaxSize,
            484,
            483,
        ),
        (
            Header {
                security_model: SecurityModel(0),
                ..HEADER
            },
            Field::SecurityModel,
            1,
            0,
        ),
    ] {
        assert_eq!(wrap(header, usm), EncodeError::Range { field, min, max, found });
    }
    let boots = Usm {
        engine_boots: u32::MAX,
        ..usm
    };
    assert!(matches!(
        wrap(HEADER, boots),
        EncodeError::Range {
            field: Field::EngineBoots,
            ..
        }
    ));
    let flags = Header {
        flags: Flags::ENCRYPTED,
        ..HEADER
    };
    assert_eq!(wrap(flags, usm), EncodeError::Flags { found: 2 });
    let needed = HEADER.wrapped_len(&usm, 10);
    for available in 0..needed {
        let refused = HEADER.wrap(&usm, 10, &mut vec![0; available]).map(|_| ()).unwrap_err();
        let expected = if available < 10 { 10 } else { needed };
        assert_eq!(
            refused,
            EncodeError::Buffer {
                needed: expected,
                available
            }
        );
    }
    assert!(HEADER.wrap(&usm, 10, &mut vec![0; needed]).is_ok());
}

#[test]
fn trap_of_v1_is_not_of_v3() {
    let scoped = Scoped::new(b"", b"", Body::common(Operation::TRAP_V1, 1, VarBinds::EMPTY));
    assert!(matches!(
        scoped.encode(&mut [0; 99]),
        Err(EncodeError::Operation { .. })
    ));
}

#[test]
fn debug_shows_lengths_and_no_octets() {
    let octets = built(HEADER, &Usm::default(), &probe());
    let shown = format!("{:?}", Message::parse(&octets, Tolerance::STRICT).unwrap());
    assert!(shown.contains("Plain(19 octets)") && !shown.contains("48, "), "{shown}");
}
