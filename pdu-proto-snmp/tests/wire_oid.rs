//! Names: their encoding, their order, and octets that are none.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use pdu_proto_snmp::{
    oid,
    wire::{Oid, OidError},
};

fn arcs(octets: &[u8]) -> Vec<Result<u32, OidError>> {
    Oid::from_octets(octets).arcs().collect()
}

/// X.690, 8.19.5: {joint-iso-itu-t 100 3} is `06 03 81 34 03`.
#[test]
fn example_of_the_standard() {
    assert_eq!(oid!(2, 100, 3).as_octets(), [0x81, 0x34, 0x03]);
    assert_eq!(arcs(&[0x81, 0x34, 0x03]), [Ok(2), Ok(100), Ok(3)]);
}

#[test]
fn first_number_holds_two_arcs() {
    for (octets, text) in [
        (&[0x00][..], "0.0"),
        (&[0x27], "0.39"),
        (&[0x28], "1.0"),
        (&[0x2B], "1.3"),
        (&[0x4F], "1.39"),
        (&[0x50], "2.0"),
        (&[0x88, 0x37, 0x03], "2.999.3"),
        (&[0x90, 0x80, 0x80, 0x80, 0x4F], "2.4294967295"),
    ] {
        let name = Oid::from_octets(octets);
        assert_eq!((name.check(), name.to_string().as_str()), (Ok(()), text));
        let mut buffer = [0; Oid::MAX_OCTETS];
        assert_eq!(Oid::from_text(text, &mut buffer), Ok(name));
    }
    assert_eq!(oid!(2, 4_294_967_295).to_string(), "2.4294967295");
}

#[test]
fn arcs_of_32_bits_and_no_more() {
    let edge = oid!(
        1,
        3,
        127,
        128,
        16_383,
        16_384,
        2_097_151,
        2_097_152,
        268_435_455,
        268_435_456,
        4_294_967_295
    );
    assert_eq!(edge.check(), Ok(()));
    let all: Result<Vec<u32>, _> = edge.arcs().collect();
    let mut buffer = [0; Oid::MAX_OCTETS];
    assert_eq!(Oid::from_arcs(all.unwrap(), &mut buffer), Ok(edge));
    let too_large = OidError::ArcTooLarge { arc: 3 };
    assert_eq!(
        arcs(&[0x2B, 0x90, 0x80, 0x80, 0x80, 0x00]),
        [Ok(1), Ok(3), Err(too_large)]
    );
    assert_eq!(
        arcs(&[0x2B, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00]),
        [Ok(1), Ok(3), Err(too_large)]
    );
    assert_eq!(
        arcs(&[0x90, 0x80, 0x80, 0x80, 0x50]),
        [Err(OidError::ArcTooLarge { arc: 1 })]
    );
}

#[test]
fn octets_that_are_no_name_end_in_one_error() {
    for (octets, error) in [
        (&[][..], OidError::Empty),
        (&[0x2B, 0x86], OidError::Cut { arc: 3 }),
        (&[0x86], OidError::Cut { arc: 1 }),
        (&[0x2B, 0x80, 0x01], OidError::LeadingZero { arc: 3 }),
        (&[0x2B, 0x06, 0x80], OidError::LeadingZero { arc: 4 }),
        (&[0x80, 0x01], OidError::LeadingZero { arc: 1 }),
    ] {
        let name = Oid::from_octets(octets);
        assert_eq!(name.check(), Err(error), "{octets:02x?}");
        assert!(name.arcs().filter(Result::is_err).count() <= 1);
        assert!(octets.is_empty() || name.to_string().ends_with('?'));
    }
}

#[test]
fn at_most_128_arcs_are_read_and_built() {
    let mut octets = vec![0x2B; 127];
    assert_eq!(Oid::from_octets(&octets).check(), Ok(()));
    octets.push(1);
    assert_eq!(Oid::from_octets(&octets).check(), Err(OidError::TooManyArcs));
    let mut buffer = [0; 1000];
    assert!(Oid::from_arcs([1; 128], &mut buffer).is_ok());
    assert_eq!(Oid::from_arcs([1; 129], &mut buffer), Err(OidError::TooManyArcs));
    let octets = vec![0x01; 65_000];
    let long = Oid::from_octets(&octets);
    assert_eq!(
        (long.check(), long.arcs().count()),
        (Err(OidError::TooManyArcs), 65_001)
    );
}

#[test]
fn what_begins_no_name_is_not_built() {
    let mut buffer = [0; Oid::MAX_OCTETS];
    let mut build = |arcs: &[u32]| Oid::from_arcs(arcs.iter().copied(), &mut buffer).map(|_| ());
    assert_eq!(build(&[]), Err(OidError::Empty));
    assert_eq!(build(&[1]), Err(OidError::Empty));
    assert_eq!(build(&[1, 40]), Err(OidError::Start { first: 1, second: 40 }));
    assert_eq!(build(&[3, 1]), Err(OidError::Start { first: 3, second: 1 }));
    assert_eq!(Oid::from_arcs([1, 3, 6], &mut []), Err(OidError::Buffer));
    assert_eq!(Oid::from_arcs([1, 3, 128], &mut [0; 2]), Err(OidError::Buffer));
}

#[test]
fn text_that_is_no_name_is_refused_with_its_arc() {
    let mut buffer = [0; Oid::MAX_OCTETS];
    for (text, error) in [
        ("", OidError::Text { arc: 1 }),
        ("1.3..6", OidError::Text { arc: 3 }),
        ("1.3.6.", OidError::Text { arc: 4 }),
        ("..1.3", OidError::Text { arc: 1 }),
        ("1.+3", OidError::Text { arc: 2 }),
        ("1.3.six", OidError::Text { arc: 3 }),
        ("1.3.4294967296", OidError::ArcTooLarge { arc: 3 }),
    ] {
        assert_eq!(Oid::from_text(text, &mut buffer), Err(error), "{text:?}");
    }
}

/// Octet by octet, 1.3.16384 would come before 1.3.16383.
#[test]
fn names_order_by_their_arcs() {
    let ordered = [
        oid!(0, 0),
        oid!(1, 3),
        oid!(1, 3, 0),
        oid!(1, 3, 6),
        oid!(1, 3, 6, 0),
        oid!(1, 3, 6, 200),
        oid!(1, 3, 127),
        oid!(1, 3, 128),
        oid!(1, 3, 128, 1),
        oid!(1, 3, 129),
        oid!(1, 3, 16_383),
        oid!(1, 3, 16_384),
        oid!(1, 3, 2_097_152),
        oid!(1, 3, 4_294_967_295),
        oid!(1, 4),
        oid!(2, 39),
        oid!(2, 999, 3),
        oid!(2, 16_384),
    ];
    for (index, name) in ordered.iter().enumerate() {
        for (other_index, other) in ordered.iter().enumerate() {
            assert_eq!(name.cmp(other), index.cmp(&other_index), "{name} and {other}");
        }
    }
}

#[test]
fn names_are_patterns_and_prefixes() {
    const INTERFACES: Oid<'_> = oid!(1, 3, 6, 1, 2, 1, 2);
    const SYSTEM: Oid<'_> = oid!(1, 3, 6, 1, 2, 1, 1);
    let name = oid!(1, 3, 6, 1, 2, 1, 1, 5, 0);
    let found = match Oid::from_octets(&[0x2B, 6, 1, 2, 1, 1]) {
        INTERFACES => "interfaces",
        SYSTEM => "system",
        _ => "another",
    };
    assert_eq!(found, "system");
    assert!(name.starts_with(SYSTEM) && !name.starts_with(INTERFACES) && SYSTEM.starts_with(SYSTEM));
    assert!(!oid!(1, 3, 6, 12).starts_with(oid!(1, 3, 6, 1)));
    let index: Result<Vec<u32>, _> = name.index_below(SYSTEM).unwrap().collect();
    assert_eq!(index, Ok(vec![5, 0]));
    assert!(name.index_below(INTERFACES).is_none());
    assert_eq!(SYSTEM.index_below(SYSTEM).unwrap().count(), 0);
    let cut = Oid::from_octets(&[0x2B, 6, 1, 2, 1, 1, 0x81]);
    let index: Vec<_> = cut.index_below(SYSTEM).unwrap().collect();
    assert_eq!(index, [Err(OidError::Cut { arc: 8 })]);
}
