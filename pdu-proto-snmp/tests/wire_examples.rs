//! Messages as net-snmp 5.9.3 sends them, octet for octet, and the standard's own examples: read, and built again.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use std::net::Ipv4Addr;

use pdu_proto_snmp::{
    oid,
    wire::{
        Body, Bulk, Common, ErrorStatus, GenericTrap, Message, Oid, Opaque, Operation, Tolerance, TrapV1, Value,
        VarBind, VarBinds, Version,
    },
};

const SYS_UP_TIME: Oid = oid!(1, 3, 6, 1, 2, 1, 1, 3, 0);
const SYS_NAME: Oid = oid!(1, 3, 6, 1, 2, 1, 1, 5, 0);

/// Octets from hexadecimal text.
fn hex(text: &str) -> Vec<u8> {
    let octets = text.split_whitespace();
    octets.map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect()
}

/// The octets are this message, and this message is those octets.
fn both_ways(octets: &str, message: Message<'_>) {
    let octets = hex(octets);
    assert_eq!(Message::parse(&octets, Tolerance::STRICT), Ok(message));
    let mut buffer = [0xAA; 256];
    assert_eq!(&*message.encode(&mut buffer).unwrap(), &octets);
    assert_eq!(message.encoded_len(), octets.len());
}

#[test]
fn get_of_v1() {
    // snmpget -v1 -c public ... sysUpTime.0 sysName.0
    let names = [VarBind::ask(SYS_UP_TIME), VarBind::ask(SYS_NAME)];
    both_ways(
        "30 37 02 01 00 04 06 70 75 62 6C 69 63 A0 2A 02 04 42 10 E2 8F 02 01 00 02 01 00 30 1C 30 0C 06 08 2B 06 01 02 01
         01 03 00 05 00 30 0C 06 08 2B 06 01 02 01 01 05 00 05 00",
        Message::v1(b"public", Body::get(0x4210_E28F, &names)),
    );
}

#[test]
fn get_bulk() {
    // snmpbulkget -v2c -c public -Cn1 -Cr25 ... sysUpTime.0 ifTable
    let names = [VarBind::ask(SYS_UP_TIME), VarBind::ask(oid!(1, 3, 6, 1, 2, 1, 2, 2))];
    both_ways(
        "30 36 02 01 01 04 06 70 75 62 6C 69 63 A5 29 02 04 4C 86 93 F2 02 01 01 02 01 19 30 1B 30 0C 06 08 2B 06 01 02 01
         01 03 00 05 00 30 0B 06 07 2B 06 01 02 01 02 02 05 00",
        Message::v2c(
            b"public",
            Body::Bulk(Bulk {
                request_id: 0x4C86_93F2,
                non_repeaters: 1,
                max_repetitions: 25,
                varbinds: VarBinds::new(&names),
            }),
        ),
    );
}

#[test]
fn set_of_many_types() {
    // snmpset ... i -129, s on, a 192.168.0.163, u 4294967295, F 231.8, o 2.999.3
    let float = Opaque::from_float(231.8);
    let varbinds = [
        VarBind::new(oid!(1, 3, 6, 1, 4, 1, 8072, 9999, 1, 0), Value::Integer(-129)),
        VarBind::new(oid!(1, 3, 6, 1, 4, 1, 8072, 9999, 2, 0), Value::OctetString(b"on")),
        VarBind::new(
            oid!(1, 3, 6, 1, 4, 1, 8072, 9999, 3, 0),
            Value::IpAddress(Ipv4Addr::new(192, 168, 0, 163)),
        ),
        VarBind::new(oid!(1, 3, 6, 1, 4, 1, 8072, 9999, 4, 0), Value::Gauge32(u32::MAX)),
        VarBind::new(oid!(1, 3, 6, 1, 4, 1, 8072, 9999, 5, 0), Value::Opaque(Opaque(&float))),
        VarBind::new(
            oid!(1, 3, 6, 1, 4, 1, 8072, 9999, 6, 0),
            Value::ObjectIdentifier(oid!(2, 999, 3)),
        ),
    ];
    both_ways(
        "30 81 9A 02 01 01 04 07 70 72 69 76 61 74 65 A3 81 8B 02 04 04 43 5C BE 02 01 00 02 01 00 30 7D 30 11 06 0B 2B 06
         01 04 01 BF 08 CE 0F 01 00 02 02 FF 7F 30 11 06 0B 2B 06 01 04 01 BF 08 CE 0F 02 00 04 02 6F 6E 30 13 06 0B 2B 06
         01 04 01 BF 08 CE 0F 03 00 40 04 C0 A8 00 A3 30 14 06 0B 2B 06 01 04 01 BF 08 CE 0F 04 00 42 05 00 FF FF FF FF 30
         16 06 0B 2B 06 01 04 01 BF 08 CE 0F 05 00 44 07 9F 78 04 43 67 CC CD 30 12 06 0B 2B 06 01 04 01 BF 08 CE 0F 06 00
         06 03 88 37 03",
        Message::v2c(b"private", Body::set(0x0443_5CBE, &varbinds)),
    );
}

#[test]
fn response_with_exceptions_and_counters() {
    // What snmpd answers to a get of 1.3.6.1.2 and to a get-bulk in the interfaces' tables.
    let missing = [
        VarBind::new(oid!(1, 3, 6, 1, 2), Value::NoSuchObject),
        VarBind::new(oid!(1, 3, 6, 1, 2), Value::NoSuchObject),
    ];
    both_ways(
        "30 2C 02 01 01 04 06 70 75 62 6C 69 63 A2 1F 02 01 07 02 01 00 02 01 00 30 14 30 08 06 04 2B 06 01 02 80 00 30 08
         06 04 2B 06 01 02 80 00",
        Message::v2c(b"public", Body::response(7, &missing)),
    );
    let counted = [
        VarBind::new(oid!(1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, 2), Value::Counter64(0)),
        VarBind::new(oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 5, 2), Value::Gauge32(0)),
        VarBind::new(oid!(1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, 3), Value::Counter64(0)),
        VarBind::new(oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 5, 3), Value::Gauge32(0)),
    ];
    both_ways(
        "30 5E 02 01 01 04 06 70 75 62 6C 69 63 A2 51 02 01 07 02 01 00 02 01 00 30 46 30 10 06 0B 2B 06 01 02 01 1F 01 01
         01 06 02 46 01 00 30 0F 06 0A 2B 06 01 02 01 02 02 01 05 02 42 01 00 30 10 06 0B 2B 06 01 02 01 1F 01 01 01 06 03
         46 01 00 30 0F 06 0A 2B 06 01 02 01 02 02 01 05 03 42 01 00",
        Message::v2c(b"public", Body::response(7, &counted)),
    );
}

#[test]
fn trap_of_v1() {
    // snmptrap -v1 -c public ... 1.3.6.1.4.1.8072.3.2.10 192.168.0.163 6 17 55 sysName.0 s rack
    let varbinds = [VarBind::new(SYS_NAME, Value::OctetString(b"rack"))];
    both_ways(
        "30 3C 02 01 00 04 06 70 75 62 6C 69 63 A4 2F 06 0A 2B 06 01 04 01 BF 08 03 02 0A 40 04 C0 A8 00 A3 02 01 06 02 01
         11 43 01 37 30 12 30 10 06 08 2B 06 01 02 01 01 05 00 04 04 72 61 63 6B",
        Message::v1(
            b"public",
            Body::TrapV1(TrapV1 {
                enterprise: oid!(1, 3, 6, 1, 4, 1, 8072, 3, 2, 10),
                agent_address: Ipv4Addr::new(192, 168, 0, 163),
                generic_trap: GenericTrap::ENTERPRISE_SPECIFIC,
                specific_trap: 17,
                time_stamp: 55,
                varbinds: VarBinds::new(&varbinds),
            }),
        ),
    );
}

#[test]
fn trap_of_v2_and_inform() {
    // snmptrap and snmpinform -v2c -c public ... 55 coldStart
    let varbinds = [
        VarBind::new(SYS_UP_TIME, Value::TimeTicks(55)),
        VarBind::new(
            oid!(1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0),
            Value::ObjectIdentifier(oid!(1, 3, 6, 1, 6, 3, 1, 1, 5, 1)),
        ),
    ];
    both_ways(
        "30 43 02 01 01 04 06 70 75 62 6C 69 63 A7 36 02 04 17 8D E6 48 02 01 00 02 01 00 30 28 30 0D 06 08 2B 06 01 02 01
         01 03 00 43 01 37 30 17 06 0A 2B 06 01 06 03 01 01 04 01 00 06 09 2B 06 01 06 03 01 01 05 01",
        Message::v2c(b"public", Body::common(Operation::TRAP_V2, 0x178D_E648, &varbinds)),
    );
    both_ways(
        "30 43 02 01 01 04 06 70 75 62 6C 69 63 A6 36 02 04 24 55 88 C1 02 01 00 02 01 00 30 28 30 0D 06 08 2B 06 01 02 01
         01 03 00 43 01 37 30 17 06 0A 2B 06 01 06 03 01 01 04 01 00 06 09 2B 06 01 06 03 01 01 05 01",
        Message::v2c(b"public", Body::common(Operation::INFORM, 0x2455_88C1, &varbinds)),
    );
}

#[test]
fn every_operation_and_status_keeps_its_number() {
    for tag in 0xA0..=0xA8 {
        let version = if tag == 0xA4 { Version::V1 } else { Version::V2C };
        let operation = Operation(tag);
        assert!(operation.name().is_some() && operation.is_in(version));
        if matches!(operation, Operation::TRAP_V1 | Operation::GET_BULK) {
            continue;
        }
        let body = Body::Common(Common {
            operation,
            request_id: -1,
            error_status: ErrorStatus(i32::from(tag) - 0xA0),
            error_index: 77,
            varbinds: VarBinds::EMPTY,
        });
        let (mut buffer, message) = ([0; 64], Message::v2c(b"", body));
        let octets = message.encode(&mut buffer).unwrap();
        assert_eq!(octets[7], tag);
        assert_eq!(Message::parse(octets, Tolerance::STRICT), Ok(message));
    }
    let confirmed = (0xA0..=0xA8).filter(|&tag| Operation(tag).is_confirmed());
    assert_eq!(confirmed.collect::<Vec<_>>(), [0xA0, 0xA1, 0xA3, 0xA5, 0xA6]);
}

#[test]
fn version_is_known_before_the_rest() {
    assert_eq!(Version::of(&hex("30 03 02 01 00")), Ok(Version::V1));
    assert_eq!(Version::of(&hex("30 05 02 01 01 FF FF")), Ok(Version::V2C));
    assert_eq!(Version::of(&hex("30 03 02 01 02")), Ok(Version(2)));
    assert!(Version::of(b"GET / HTTP/1.1").is_err());
}

/// The edges of each length of a number, both ways. Source: X.690, 8.3.
#[test]
fn numbers_take_as_few_octets_as_they_need() {
    let cases: [(Value<'_>, &str); 27] = [
        (Value::Integer(0), "02 01 00"),
        (Value::Integer(127), "02 01 7F"),
        (Value::Integer(128), "02 02 00 80"),
        (Value::Integer(-128), "02 01 80"),
        (Value::Integer(-129), "02 02 FF 7F"),
        (Value::Integer(32767), "02 02 7F FF"),
        (Value::Integer(32768), "02 03 00 80 00"),
        (Value::Integer(-32769), "02 03 FF 7F FF"),
        (Value::Integer(8_388_607), "02 03 7F FF FF"),
        (Value::Integer(8_388_608), "02 04 00 80 00 00"),
        (Value::Integer(-8_388_609), "02 04 FF 7F FF FF"),
        (Value::Integer(i32::MAX), "02 04 7F FF FF FF"),
        (Value::Integer(i32::MIN), "02 04 80 00 00 00"),
        (Value::Counter32(127), "41 01 7F"),
        (Value::Counter32(128), "41 02 00 80"),
        (Value::Gauge32(0xFFFF), "42 03 00 FF FF"),
        (Value::Gauge32(0x7F_FFFF), "42 03 7F FF FF"),
        (Value::TimeTicks(0x80_0000), "43 04 00 80 00 00"),
        (Value::TimeTicks(0x7FFF_FFFF), "43 04 7F FF FF FF"),
        (Value::Counter32(0x8000_0000), "41 05 00 80 00 00 00"),
        (Value::Counter64(u64::from(u32::MAX)), "46 05 00 FF FF FF FF"),
        (Value::Counter64(0x1_0000_0000), "46 05 01 00 00 00 00"),
        (Value::Counter64(0x80_0000_0000), "46 06 00 80 00 00 00 00"),
        (Value::Counter64(0x8000_0000_0000), "46 07 00 80 00 00 00 00 00"),
        (Value::Counter64(0x80_0000_0000_0000), "46 08 00 80 00 00 00 00 00 00"),
        (Value::Counter64(1 << 63), "46 09 00 80 00 00 00 00 00 00 00"),
        (Value::Counter64(u64::MAX), "46 09 00 FF FF FF FF FF FF FF FF"),
    ];
    for (value, octets) in cases {
        let varbinds = [VarBind::new(oid!(1, 3), value)];
        let message = Message::v2c(b"", Body::response(1, &varbinds));
        let mut buffer = [0; 64];
        let encoded = message.encode(&mut buffer).unwrap();
        assert!(encoded.ends_with(&hex(octets)), "{value:?}: {encoded:02x?}");
        assert_eq!(Message::parse(encoded, Tolerance::STRICT), Ok(message));
    }
}

/// Lengths of one, two, three and four octets in front of their content. Source: X.690, 8.1.3.
#[test]
fn lengths_grow_with_their_content() {
    let long = vec![0x55; 70_000];
    for (len, head) in [
        (0x7F_usize, &[0x04, 0x7F][..]),
        (0x80, &[0x04, 0x81, 0x80]),
        (0xFF, &[0x04, 0x81, 0xFF]),
        (0x100, &[0x04, 0x82, 0x01, 0x00]),
        (0xFFFF, &[0x04, 0x82, 0xFF, 0xFF]),
        (0x1_0000, &[0x04, 0x83, 0x01, 0x00, 0x00]),
    ] {
        let varbinds = [VarBind::new(oid!(1, 3), Value::OctetString(&long[..len]))];
        let message = Message::v2c(b"", Body::response(1, &varbinds));
        let mut buffer = vec![0; message.encoded_len()];
        let encoded = message.encode(&mut buffer).unwrap();
        let value = &encoded[encoded.len() - len - head.len()..];
        assert!(value.starts_with(head), "{len}: {:02x?}", &value[..8]);
        assert_eq!(Message::parse(encoded, Tolerance::STRICT), Ok(message));
    }
}

#[test]
fn opaque_float_and_double_are_read_when_asked_for() {
    let (float, double) = (Opaque::from_float(-0.5), Opaque::from_double(231.8));
    assert_eq!(float, *hex("9F 78 04 BF 00 00 00"));
    assert_eq!(double, *hex("9F 79 08 40 6C F9 99 99 99 99 9A"));
    assert_eq!((Opaque(&float).float(), Opaque(&float).double()), (Some(-0.5), None));
    assert_eq!((Opaque(&double).float(), Opaque(&double).double()), (None, Some(231.8)));
    for broken in [
        "",
        "9F",
        "9F 78",
        "9F 78 04 00 00 00",
        "9F 78 04 00 00 00 00 00",
        "9F 78 03 00 00 00",
        "04 04 00 00 00 00",
    ] {
        assert_eq!(Opaque(&hex(broken)).float(), None, "{broken}");
    }
    assert!(Opaque(&hex("9F 78 04 7F C0 00 00")).float().unwrap().is_nan());
}
