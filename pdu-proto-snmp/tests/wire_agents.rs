//! What real agents do against the standard: accepted where the sheet says so, each by a switch of its own, and told; or an
//! error of the one varbind. Each test is named after one such behaviour.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use pdu_proto_snmp::{
    oid,
    wire::{
        Anomaly, BadVarBind, Body, Common, Deviation, ErrorStatus, Field, Message, Oid, OidError, Operation, Problem,
        Tag, Tolerance, Value, VarBind, VarBinds, Version, v3,
    },
};

/// An item: tag, length, content.
fn item(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let head = match content.len() {
        len @ ..=0x7F => vec![tag, u8::try_from(len).unwrap()],
        len => [&[tag, 0x82][..], &u16::try_from(len).unwrap().to_be_bytes()].concat(),
    };
    [head, content].concat()
}

/// A varbind of the name 1.3.6.1.`last` and a value as it stands here.
fn varbind(last: u8, value: &[u8]) -> Vec<u8> {
    item(0x30, &[&[0x06, 0x04, 0x2B, 0x06, 0x01, last], value])
}

/// A response with the community "public", whose head and varbinds stand here.
fn message_of(version: u8, operation: u8, head: &[u8], varbinds: &[&[u8]]) -> Vec<u8> {
    let body = item(operation, &[head, &item(0x30, varbinds)]);
    item(0x30, &[&[0x02, 0x01, version], &item(0x04, &[b"public"]), &body])
}

fn response(varbinds: &[&[u8]]) -> Vec<u8> {
    message_of(
        1,
        0xA2,
        &[0x02, 0x01, 0x07, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00],
        varbinds,
    )
}

fn varbinds(octets: &[u8], tolerance: Tolerance) -> Vec<Result<VarBind<'_>, BadVarBind<'_>>> {
    let message = Message::parse(octets, tolerance).unwrap();
    message.body.varbinds().iter().collect()
}

/// The first value, once the deviation is accepted; without that switch, an error of that varbind.
fn accepted(octets: &[u8], deviation: Deviation, field: Field) -> Value<'_> {
    let only = Tolerance::STRICT.accepting(deviation);
    let [Ok(found), ..] = *varbinds(octets, only) else {
        panic!("refused: {:?}", varbinds(octets, only));
    };
    assert_eq!(
        found.anomalies().iter().collect::<Vec<_>>(),
        [Anomaly { deviation, field }]
    );
    for tolerance in [Tolerance::STRICT, Tolerance::LENIENT.refusing(deviation)] {
        let [Err(refused), ..] = *varbinds(octets, tolerance) else {
            panic!("accepted: {:?}", varbinds(octets, tolerance));
        };
        assert_eq!((refused.error.varbind, refused.error.field), (Some(1), field));
    }
    found.value
}

/// pysnmp issue 190.
#[test]
fn unsigned_of_2_31_and_more_in_four_octets_is_read_as_unsigned() {
    let sign = Deviation::UnsignedSignBit;
    let read = |octets: &[u8]| {
        let message = response(&[&varbind(1, octets)]);
        format!("{:?}", accepted(&message, sign, Field::Value))
    };
    assert_eq!(read(&[0x41, 4, 0x80, 0, 0, 0]), "Counter32(2147483648)");
    assert_eq!(read(&[0x42, 4, 0xFF, 0xFF, 0xFF, 0xFF]), "Gauge32(4294967295)");
    assert_eq!(read(&[0x43, 4, 0xC0, 0, 0, 1]), "TimeTicks(3221225473)");
    assert_eq!(read(&[0x41, 1, 0xC8]), "Counter32(200)");
    assert_eq!(
        read(&[0x46, 8, 0xFF, 0, 0, 0, 0, 0, 0, 1]),
        "Counter64(18374686479671623681)"
    );
}

#[test]
fn unsigned_that_does_not_fit_is_an_error_of_its_varbind() {
    for (value, octets, bits) in [
        (&[0x41, 5, 0x01, 0, 0, 0, 0][..], 5, 32),
        (&[0x41, 5, 0xFF, 0, 0, 0, 0], 5, 32),
        (&[0x42, 6, 0, 1, 0, 0, 0, 0], 6, 32),
        (&[0x46, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0], 9, 64),
        (&[0x02, 5, 0x01, 0, 0, 0, 0], 5, 32),
        (&[0x02, 5, 0, 0x80, 0, 0, 0], 5, 32),
    ] {
        let message = response(&[&varbind(1, value)]);
        let [Err(bad)] = *varbinds(&message, Tolerance::LENIENT) else {
            panic!("{value:02x?}")
        };
        assert_eq!(bad.error.problem, Problem::IntegerSize { octets, bits }, "{value:02x?}");
    }
}

/// sharpsnmplib issue 700: the request asked with `02 04 FB 6A 65 17`.
#[test]
fn request_id_in_more_octets_than_it_needs_is_the_same_request_id() {
    let head = [
        0x02, 0x05, 0xFF, 0xFB, 0x6A, 0x65, 0x17, 0x02, 0x01, 0x00, 0x02, 0x02, 0x00, 0x00,
    ];
    let octets = message_of(1, 0xA2, &head, &[]);
    let message = Message::parse(&octets, Tolerance::LENIENT).unwrap();
    assert_eq!(message.body.request_id(), Some(0xFB6A_6517_u32.cast_signed()));
    let fields: Vec<Field> = message.anomalies().iter().map(|anomaly| anomaly.field).collect();
    assert_eq!(fields, [Field::RequestId, Field::ErrorIndex]);

    let refused = Message::parse(&octets, Tolerance::LENIENT.refusing(Deviation::NonMinimalInteger)).unwrap_err();
    assert_eq!(
        (refused.field, refused.offset, refused.problem),
        (Field::RequestId, 15, Problem::NonMinimalInteger)
    );
    assert_eq!(
        refused.to_string(),
        "request-id at octet 15: number in more octets than it needs"
    );
}

#[test]
fn value_in_more_octets_than_it_needs_is_the_same_value() {
    let long = Deviation::NonMinimalInteger;
    for (value, expected) in [
        (&[0x02, 4, 0, 0, 0, 5][..], Value::Integer(5)),
        (
            &[0x02, 8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE],
            Value::Integer(-2),
        ),
        (&[0x41, 4, 0, 0, 0, 5], Value::Counter32(5)),
        (&[0x42, 7, 0, 0, 0, 0xFF, 0, 0, 0], Value::Gauge32(0xFF00_0000)),
        (
            &[0x46, 10, 0, 0, 0xFF, 0, 0, 0, 0, 0, 0, 0],
            Value::Counter64(0xFF << 56),
        ),
    ] {
        assert_eq!(accepted(&response(&[&varbind(1, value)]), long, Field::Value), expected);
    }
}

#[test]
fn negative_request_ids_are_legal() {
    let head = [0x02, 0x01, 0x80, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00];
    let octets = message_of(1, 0xA2, &head, &[]);
    let message = Message::parse(&octets, Tolerance::STRICT).unwrap();
    assert_eq!(message.body.request_id(), Some(-128));
}

/// snmp_exporter issue 541: an INTEGER of length 0, with noError and error-index 24.
#[test]
fn integer_of_no_octets_is_an_error_of_its_varbind_and_never_a_silent_zero() {
    let head = [0x02, 0x01, 0x07, 0x02, 0x01, 0x00, 0x02, 0x01, 0x18];
    let octets = message_of(1, 0xA2, &head, &[&varbind(1, &[0x02, 0]), &varbind(2, &[0x02, 1, 42])]);
    let message = Message::parse(&octets, Tolerance::LENIENT).unwrap();
    let Body::Common(common) = message.body else { panic!() };
    assert_eq!((common.error_status, common.error_index), (ErrorStatus::NO_ERROR, 24));
    let found: Vec<_> = common.varbinds.iter().collect();
    let bad = found[0].unwrap_err();
    assert_eq!(bad.error.problem, Problem::EmptyInteger);
    assert_eq!(
        (bad.error.varbind, bad.error.field, bad.name),
        (Some(1), Field::Value, Some(oid!(1, 3, 6, 1, 1)))
    );
    assert_eq!(found[1], Ok(VarBind::new(oid!(1, 3, 6, 1, 2), Value::Integer(42))));
    for tag in [0x41, 0x42, 0x43, 0x46] {
        let octets = response(&[&varbind(1, &[tag, 0])]);
        let [Err(bad)] = *varbinds(&octets, Tolerance::LENIENT) else {
            panic!("{tag:02x}")
        };
        assert_eq!(bad.error.problem, Problem::EmptyInteger);
    }
}

#[test]
fn number_of_no_octets_in_the_header_is_an_error_that_names_it() {
    let octets = message_of(1, 0xA2, &[0x02, 0x01, 0x07, 0x02, 0x00, 0x02, 0x01, 0x00], &[]);
    let error = Message::parse(&octets, Tolerance::LENIENT).unwrap_err();
    assert_eq!(
        (error.field, error.problem),
        (Field::ErrorStatus, Problem::EmptyInteger)
    );
    assert_eq!(error.to_string(), "error-status at octet 18: number of no octets");
}

/// snmp2 0.5 returns one of three varbinds here, without a sign.
#[test]
fn one_bad_varbind_costs_none_of_the_others_and_does_not_vanish() {
    let good = [varbind(1, &[0x02, 1, 1]), varbind(3, &[0x02, 1, 3])];
    let bads: [(Vec<u8>, Field, Problem); 9] = [
        (
            varbind(2, &[0x05, 1, 0]),
            Field::Value,
            Problem::Length { expected: 0, found: 1 },
        ),
        (
            varbind(2, &[0x45, 1, 0]),
            Field::Value,
            Problem::Type { found: Tag(0x45) },
        ),
        (
            varbind(2, &[0x24, 2, 0x04, 0]),
            Field::Value,
            Problem::Type { found: Tag(0x24) },
        ),
        (
            varbind(2, &[0x04, 5, 0]),
            Field::Value,
            Problem::Truncated { expected: 7, found: 3 },
        ),
        (varbind(2, &[0x04, 0x80, 0, 0]), Field::Value, Problem::IndefiniteLength),
        (
            varbind(2, &[]),
            Field::Value,
            Problem::Truncated { expected: 2, found: 0 },
        ),
        (
            varbind(2, &[0x05, 0, 0, 0]),
            Field::VarBind,
            Problem::Trailing { count: 2 },
        ),
        (
            item(0x31, &[&[0x06, 0x01, 0x2B, 0x05, 0x00]]),
            Field::VarBind,
            Problem::Tag {
                expected: Tag::SEQUENCE,
                found: Tag(0x31),
            },
        ),
        (
            item(0x30, &[&[0x04, 0x01, 0x2B, 0x05, 0x00]]),
            Field::Name,
            Problem::Tag {
                expected: Tag::OBJECT_IDENTIFIER,
                found: Tag::OCTET_STRING,
            },
        ),
    ];
    for (bad, field, problem) in bads {
        let octets = response(&[&good[0], &bad, &good[1]]);
        let found = varbinds(&octets, Tolerance::LENIENT);
        assert_eq!(found.len(), 3, "{bad:02x?}");
        assert_eq!(found[0], Ok(VarBind::new(oid!(1, 3, 6, 1, 1), Value::Integer(1))));
        assert_eq!(found[2], Ok(VarBind::new(oid!(1, 3, 6, 1, 3), Value::Integer(3))));
        let error = found[1].unwrap_err().error;
        assert_eq!(
            (error.varbind, error.field, error.problem),
            (Some(2), field, problem),
            "{bad:02x?}"
        );
        let start = octets.windows(bad.len()).position(|window| window == bad).unwrap();
        assert!(
            (start..start + bad.len() + 1).contains(&error.offset),
            "{error} of {start}"
        );
    }
}

#[test]
fn varbind_whose_end_is_unknown_is_the_last_and_an_error() {
    let octets = response(&[
        &varbind(1, &[0x02, 1, 1]),
        &[0x30, 0x7F, 0x06, 0x01],
        &varbind(3, &[0x02, 1, 3]),
    ]);
    let [Ok(_), Err(bad)] = *varbinds(&octets, Tolerance::LENIENT) else {
        panic!("{:?}", varbinds(&octets, Tolerance::LENIENT));
    };
    assert_eq!((bad.name, bad.error.field), (None, Field::VarBind));
    assert_eq!(
        bad.error.problem,
        Problem::Truncated {
            expected: 129,
            found: 15
        }
    );
}

/// gosnmp pull request 609.
#[test]
fn ip_address_of_eight_octets_is_an_error_of_its_varbind() {
    let octets = response(&[
        &varbind(1, &[0x40, 8, 1, 2, 3, 4, 5, 6, 7, 8]),
        &varbind(2, &[0x40, 4, 10, 0, 0, 1]),
    ]);
    let [Err(bad), Ok(good)] = *varbinds(&octets, Tolerance::LENIENT) else {
        panic!()
    };
    assert_eq!(bad.error.problem, Problem::Length { expected: 4, found: 8 });
    assert_eq!(
        bad.to_string(),
        "varbind 1, value at octet 34: length 8 where 4 was expected (1.3.6.1.1)"
    );
    assert_eq!(good.value, Value::IpAddress([10, 0, 0, 1].into()));
}

#[test]
fn octet_behind_the_message_is_accepted_and_flagged() {
    let mut octets = response(&[]);
    let end = octets.len();
    octets.push(0);
    let message = Message::parse(&octets, Tolerance::STRICT.accepting(Deviation::TrailingOctets)).unwrap();
    let trailing = Anomaly {
        deviation: Deviation::TrailingOctets,
        field: Field::Message,
    };
    assert_eq!(message.anomalies().iter().collect::<Vec<_>>(), [trailing]);
    assert!(message.anomalies().contains(trailing));
    assert_eq!(trailing.to_string(), "message: octets behind the end");

    let refused = Message::parse(&octets, Tolerance::LENIENT.refusing(Deviation::TrailingOctets)).unwrap_err();
    assert_eq!((refused.offset, refused.problem), (end, Problem::Trailing { count: 1 }));
}

#[test]
fn octet_behind_an_inner_part_is_an_error_whatever_is_tolerated() {
    let varbinds = item(0x30, &[]);
    let head = [0x02, 0x01, 0x07, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00];
    let body = item(0xA2, &[&head, &varbinds, &[0x00]]);
    let octets = item(0x30, &[&[0x02, 0x01, 0x01, 0x04, 0x00], &body]);
    let error = Message::parse(&octets, Tolerance::LENIENT).unwrap_err();
    assert_eq!(
        (error.field, error.problem),
        (Field::Operation, Problem::Trailing { count: 1 })
    );
    let body = item(0xA2, &[&head, &varbinds]);
    let octets = item(0x30, &[&[0x02, 0x01, 0x01, 0x04, 0x00], &body, &[0x00, 0x00]]);
    let error = Message::parse(&octets, Tolerance::LENIENT).unwrap_err();
    assert_eq!(
        (error.field, error.problem),
        (Field::Message, Problem::Trailing { count: 2 })
    );
}

/// As net-snmp reads it.
#[test]
fn object_identifier_of_no_octets_is_zero_dot_zero() {
    let empty = Deviation::EmptyObjectIdentifier;
    let value = response(&[&varbind(1, &[0x06, 0])]);
    assert_eq!(
        accepted(&value, empty, Field::Value),
        Value::ObjectIdentifier(oid!(0, 0))
    );
    let name = response(&[&item(0x30, &[&[0x06, 0x00, 0x05, 0x00]])]);
    assert_eq!(accepted(&name, empty, Field::Name), Value::Null);
    let [Ok(found)] = *varbinds(&name, Tolerance::LENIENT) else {
        panic!()
    };
    assert_eq!(found.name, Oid::ZERO);
}

#[test]
fn counter64_in_v1_is_accepted_and_flagged() {
    let head = [0x02, 0x01, 0x07, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00];
    for (value, expected) in [
        (&[0x46, 1, 9][..], Value::Counter64(9)),
        (&[0x80, 0], Value::NoSuchObject),
        (&[0x81, 0], Value::NoSuchInstance),
        (&[0x82, 0], Value::EndOfMibView),
    ] {
        let octets = message_of(0, 0xA2, &head, &[&varbind(1, value)]);
        assert_eq!(accepted(&octets, Deviation::OtherVersion, Field::Value), expected);
        let octets = message_of(1, 0xA2, &head, &[&varbind(1, value)]);
        let [Ok(found)] = *varbinds(&octets, Tolerance::STRICT) else {
            panic!()
        };
        assert!(found.anomalies().is_empty());
    }
}

#[test]
fn operation_of_another_version_is_accepted_and_flagged_and_an_unknown_one_refused() {
    let head = [0x02, 0x01, 0x07, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00];
    let octets = message_of(0, 0xA7, &head, &[]);
    let message = Message::parse(&octets, Tolerance::LENIENT).unwrap();
    assert_eq!(
        (message.version, message.body.operation()),
        (Version::V1, Operation::TRAP_V2)
    );
    let found = message.anomalies().iter().next().unwrap();
    assert_eq!(
        (found.deviation, found.field),
        (Deviation::OtherVersion, Field::Operation)
    );
    let refused = Message::parse(&octets, Tolerance::STRICT).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "protocol data unit at octet 13: trap (v2) (0xa7) is not of v1"
    );
    for unknown in [0xA9, 0x30, 0x80, 0x02] {
        let octets = message_of(1, unknown, &head, &[]);
        let refused = Message::parse(&octets, Tolerance::LENIENT).unwrap_err();
        assert_eq!((refused.field, refused.offset), (Field::Operation, 13));
    }
}

#[test]
fn lengths_in_long_forms_are_as_good_as_short_ones() {
    let short = response(&[&varbind(1, &[0x04, 2, b'o', b'n'])]);
    let long =
        |tag: u8, content: &[u8]| [&[tag, 0x84, 0, 0, 0, u8::try_from(content.len()).unwrap()], content].concat();
    let value = [
        &[0x06, 0x83, 0, 0, 4, 0x2B, 0x06, 0x01, 0x01],
        &[0x04, 0x82, 0, 2][..],
        b"on",
    ]
    .concat();
    let list = long(
        0x30,
        &[&[0x30, 0x81, u8::try_from(value.len()).unwrap()], &value[..]].concat(),
    );
    let body = long(
        0xA2,
        &[&[0x02, 0x81, 1, 7, 0x02, 0x01, 0, 0x02, 0x01, 0][..], &list].concat(),
    );
    let octets = long(
        0x30,
        &[&[0x02, 0x01, 0x01, 0x04, 0x81, 6][..], b"public", &body].concat(),
    );
    assert_eq!(
        Message::parse(&octets, Tolerance::STRICT),
        Message::parse(&short, Tolerance::STRICT)
    );
}

#[test]
fn error_index_beside_no_error_and_unknown_statuses_are_kept() {
    let head = [0x02, 0x01, 0x07, 0x02, 0x01, 0x63, 0x02, 0x01, 0xFF];
    let octets = message_of(1, 0xA2, &head, &[]);
    let expected = Body::Common(Common {
        operation: Operation::RESPONSE,
        request_id: 7,
        error_status: ErrorStatus(99),
        error_index: -1,
        varbinds: VarBinds::EMPTY,
    });
    assert_eq!(Message::parse(&octets, Tolerance::STRICT).unwrap().body, expected);
}

#[test]
fn nesting_without_end_is_an_error_and_no_recursion() {
    let mut octets = Vec::new();
    for _ in 0..30_000 {
        octets.splice(0..0, [0x30, 0x80]);
    }
    assert!(Message::parse(&octets, Tolerance::LENIENT).is_err());
    // 64 kB of SEQUENCEs, each as long as what is in it, as the value of a varbind and as the message itself.
    let nested = (0..16_000_u16).rev().fold(Vec::new(), |mut inner: Vec<u8>, _| {
        let len = u16::try_from(inner.len()).unwrap_or(u16::MAX).to_be_bytes();
        inner.extend([len[1], len[0], 0x82, 0x30]); // built backwards
        inner
    });
    let nested: Vec<u8> = nested.into_iter().rev().collect();
    assert!(nested.len() > 60_000);
    assert!(Message::parse(&nested, Tolerance::LENIENT).is_err());
    let octets = response(&[&varbind(1, &nested[..60_000 - 4]), &varbind(2, &[0x05, 0])]);
    let found = varbinds(&octets, Tolerance::LENIENT);
    assert!(found[0].is_err() && found[1].is_ok(), "{}", found.len());
}

#[test]
fn name_of_more_than_128_arcs_is_an_error_that_says_which_varbind() {
    let name = |arcs: usize| item(0x30, &[&item(0x06, &[&[0x2B], &vec![0x01; arcs - 2]]), &[0x05, 0x00]]);
    for (arcs, expected) in [
        (128, None),
        (129, Some(OidError::TooManyArcs)),
        (300, Some(OidError::TooManyArcs)),
    ] {
        let octets = response(&[&varbind(1, &[0x05, 0]), &name(arcs)]);
        let message = Message::parse(&octets, Tolerance::LENIENT).unwrap();
        let found: Vec<_> = message.body.varbinds().checked().collect();
        assert_eq!(found.len(), 2);
        let problem = found[1]
            .as_ref()
            .err()
            .map(|bad| (bad.error.varbind, bad.error.field, bad.error.problem));
        let expected = expected.map(|error| (Some(2), Field::Name, Problem::Oid(error)));
        assert_eq!(problem, expected, "{arcs}");
    }
}

#[test]
fn value_that_is_no_name_is_an_error_when_names_are_checked() {
    let octets = response(&[&varbind(1, &[0x06, 2, 0x2B, 0x86])]);
    let message = Message::parse(&octets, Tolerance::LENIENT).unwrap();
    assert!(message.body.varbinds().iter().all(|found| found.is_ok()));
    let bad = message.body.varbinds().checked().next().unwrap().unwrap_err();
    assert_eq!(
        bad.to_string(),
        "varbind 1, value at octet 34: object identifier: cut off within arc 3 (1.3.6.1.1)"
    );
}

#[test]
fn community_does_not_show() {
    let octets = message_of(1, 0xA0, &[0x02, 0x01, 0x07, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00], &[]);
    let message = Message::parse(&octets, Tolerance::STRICT).unwrap();
    assert_eq!(message.community.0, b"public");
    let shown = format!("{message:?}");
    assert!(shown.contains("Community(6 octets)") && !shown.contains("public") && !shown.contains("112, 117"));
    for end in 0..octets.len() {
        let error = Message::parse(&octets[..end], Tolerance::LENIENT).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("public"));
    }
}

#[test]
fn message_of_another_version_is_refused_with_the_version_found() {
    let v3 = [0x30, 0x03, 0x02, 0x01, 0x03];
    let refused = Message::parse(&v3, Tolerance::LENIENT).unwrap_err();
    assert_eq!(refused.to_string(), "version at octet 2: v3 was not expected here");
    let octets = response(&[]);
    let refused = v3::Message::parse(&octets, Tolerance::LENIENT).unwrap_err();
    assert_eq!(
        (refused.offset, refused.problem),
        (2, Problem::Version { found: Version::V2C })
    );
}

#[test]
fn length_that_lies_is_an_error_that_says_how_many_octets_it_asks_for() {
    let cases: [(&[u8], Problem); 10] = [
        (&[], Problem::Truncated { expected: 2, found: 0 }),
        (&[0x30], Problem::Truncated { expected: 2, found: 1 }),
        (&[0x30, 0x05, 0x02], Problem::Truncated { expected: 7, found: 3 }),
        (&[0x30, 0x81], Problem::Truncated { expected: 3, found: 2 }),
        (
            &[0x30, 0x81, 0x80, 0x02],
            Problem::Truncated {
                expected: 131,
                found: 4,
            },
        ),
        (
            &[0x30, 0x82, 0x01, 0x00],
            Problem::Truncated {
                expected: 260,
                found: 4,
            },
        ),
        (&[0x30, 0x83, 0x01, 0x00], Problem::Truncated { expected: 5, found: 4 }),
        (
            &[0x30, 0x84, 0x00, 0x00, 0x01, 0x00],
            Problem::Truncated {
                expected: 262,
                found: 6,
            },
        ),
        (&[0x30, 0x80, 0x00, 0x00], Problem::IndefiniteLength),
        (
            &[0x30, 0x85, 0x00, 0x00, 0x00, 0x00, 0x00],
            Problem::LengthOctets { found: 5 },
        ),
    ];
    for (octets, problem) in cases {
        let error = Message::parse(octets, Tolerance::LENIENT).unwrap_err();
        assert_eq!(
            (error.field, error.offset, error.problem),
            (Field::Message, 0, problem),
            "{octets:02x?}"
        );
    }
}
