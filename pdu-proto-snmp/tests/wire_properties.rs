//! What holds for every message, and for every string of octets.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers
#![cfg(feature = "proptest")]

use pdu_proto_snmp::{
    strategies::{message, oid, scoped, v3_message, varbind},
    wire::{
        BadVarBind, Body, Deviation, EncodeError, Message, Oid, Tolerance, VarBind, VarBinds, Version,
        v3::{self, Data, Scoped},
    },
};
use proptest::{collection::vec, prelude::*};

/// Whatever the octets: no panic, what is strict is lenient too, and what was read is built and read again the same.
fn reads_or_not(octets: &[u8]) -> Result<(), TestCaseError> {
    let strict = Message::parse(octets, Tolerance::STRICT);
    match (strict, Message::parse(octets, Tolerance::LENIENT)) {
        (Ok(strict), Ok(lenient)) => {
            prop_assert_eq!(strict.body.operation(), lenient.body.operation());
            prop_assert!(lenient.anomalies().is_empty());
            goes_both_ways(&strict, Tolerance::STRICT)?;
        }
        (Err(error), Ok(lenient)) => {
            prop_assert!(!lenient.anomalies().is_empty(), "{} but nothing told", error);
            goes_both_ways(&lenient, Tolerance::LENIENT)?;
        }
        (Ok(_), Err(error)) => prop_assert!(false, "strict takes what lenient refuses: {}", error),
        (Err(_), Err(error)) => prop_assert!(!error.to_string().is_empty() && error.offset <= octets.len()),
    }
    v3_reads_or_not(octets)
}

fn goes_both_ways(message: &Message<'_>, tolerance: Tolerance) -> Result<(), TestCaseError> {
    let varbinds = message.body.varbinds();
    varbinds_are_told(&varbinds)?;
    let mut buffer = vec![0; message.encoded_len()];
    match message.encode(&mut buffer) {
        Ok(octets) => {
            let again = Message::parse(octets, tolerance).unwrap();
            prop_assert_eq!(values(&again.body.varbinds()), values(&varbinds));
            prop_assert_eq!((again.version, again.community), (message.version, message.community));
            prop_assert_eq!(again.body.request_id(), message.body.request_id());
        }
        // Operations of another version are accepted and not sent.
        Err(error) => prop_assert!(matches!(error, EncodeError::Operation { .. }), "{}", error),
    }
    Ok(())
}

fn shown(varbind: &VarBind<'_>) -> String {
    format!("{varbind:?} {}", varbind.name)
}

/// Those that can be read.
fn values<'a>(varbinds: &VarBinds<'a>) -> Vec<Option<VarBind<'a>>> {
    varbinds.iter().map(Result::ok).collect()
}

/// Errors count up with their varbinds, and none of them stands outside of the message.
fn varbinds_are_told(varbinds: &VarBinds<'_>) -> Result<(), TestCaseError> {
    let all: Vec<Result<VarBind<'_>, BadVarBind<'_>>> = varbinds.iter().collect();
    let (least, most) = varbinds.iter().size_hint();
    prop_assert!((least..=most.unwrap()).contains(&all.len()));
    for (index, found) in (1..).zip(&all) {
        match found {
            Ok(varbind) => prop_assert!(!shown(varbind).is_empty()),
            Err(bad) => prop_assert_eq!(bad.error.varbind, Some(index), "{}", bad),
        }
    }
    for (lazy, checked) in all.iter().zip(varbinds.checked()) {
        prop_assert!(lazy.is_ok() || checked.is_err());
        if let Ok(varbind) = checked {
            prop_assert_eq!(varbind.name.check(), Ok(()));
        }
    }
    Ok(())
}

fn v3_reads_or_not(octets: &[u8]) -> Result<(), TestCaseError> {
    match v3::Message::parse(octets, Tolerance::LENIENT) {
        Ok(message) => {
            prop_assert!(octets.starts_with(message.octets()));
            let place = message.authentication_code();
            let code = message.usm().map_or(&[][..], |usm| usm.authentication_parameters);
            prop_assert_eq!(&message.octets()[place], code);
            if let Ok(Some(scoped)) = message.scoped() {
                varbinds_are_told(&scoped.body.varbinds())?;
            }
        }
        Err(error) => prop_assert!(!error.to_string().is_empty() && error.offset <= octets.len()),
    }
    if let Ok(scoped) = Scoped::parse(octets, Tolerance::LENIENT) {
        varbinds_are_told(&scoped.body.varbinds())?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn messages_go_both_ways(octets in message()) {
        let message = Message::parse(&octets, Tolerance::STRICT).unwrap();
        let mut buffer = vec![0; octets.len() + 7];
        prop_assert_eq!(&*message.encode(&mut buffer).unwrap(), &octets);
        prop_assert_eq!(message.encoded_len(), octets.len());
        prop_assert_eq!(Version::of(&octets), Ok(message.version));
        prop_assert!(message.body.varbinds().checked().all(|found| found.is_ok()));
    }

    #[test]
    fn envelopes_go_both_ways(octets in v3_message()) {
        let message = v3::Message::parse(&octets, Tolerance::STRICT).unwrap();
        let (Data::Plain(data) | Data::Encrypted(data)) = message.data();
        let usm = message.usm().unwrap();
        prop_assert_eq!(message.header().wrapped_len(&usm, data.len()), octets.len());
        let mut buffer = vec![0; octets.len() + 7];
        let start = buffer.len() - data.len();
        buffer[start..].copy_from_slice(data);
        let (again, place) = message.header().wrap(&usm, data.len(), &mut buffer).unwrap();
        prop_assert_eq!(&*again, &octets);
        prop_assert_eq!(message.authentication_code(), place);
    }

    #[test]
    fn scoped_data_goes_both_ways(octets in scoped(), padding in 0..8_usize) {
        let padded = [&octets[..], &vec![0xA5; padding]].concat();
        let scoped = Scoped::parse(&padded, Tolerance::STRICT).unwrap();
        let mut buffer = vec![0; octets.len()];
        prop_assert_eq!(&*scoped.encode(&mut buffer).unwrap(), &octets);
    }

    #[test]
    fn table_and_its_octets_are_the_same_list(varbinds in vec(varbind(), 0..10)) {
        let table: Vec<VarBind<'_>> = varbinds.iter().map(|one| one.view()).collect();
        let message = Message::v2c(b"public", Body::response(1, table.as_slice()));
        let mut buffer = vec![0; message.encoded_len()];
        let received = Message::parse(message.encode(&mut buffer).unwrap(), Tolerance::STRICT).unwrap();
        prop_assert_eq!(received, message);
        prop_assert_eq!(received.body.varbinds().count(), table.len());
        prop_assert_eq!(values(&received.body.varbinds()), table.iter().copied().map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn too_small_a_buffer_says_what_is_needed(octets in message(), short in any::<prop::sample::Index>()) {
        let message = Message::parse(&octets, Tolerance::STRICT).unwrap();
        let available = short.index(octets.len());
        let refused = message.encode(&mut vec![0; available]).unwrap_err();
        prop_assert_eq!(refused, EncodeError::Buffer { needed: octets.len(), available });
    }

    #[test]
    fn every_truncation_is_an_error(octets in message(), v3_octets in v3_message()) {
        for len in 0..octets.len() {
            prop_assert!(Message::parse(&octets[..len], Tolerance::LENIENT).is_err());
        }
        for len in 0..v3_octets.len() {
            prop_assert!(v3::Message::parse(&v3_octets[..len], Tolerance::LENIENT).is_err());
        }
    }

    #[test]
    fn damaged_octet_never_panics(octets in prop_oneof![message(), v3_message(), scoped()], at in any::<prop::sample::Index>(), octet in any::<u8>()) {
        let mut octets = octets;
        let at = at.index(octets.len());
        octets[at] = octet;
        reads_or_not(&octets)?;
    }

    #[test]
    fn arbitrary_octets_never_panic(octets in vec(prop_oneof![any::<u8>(), Just(0x30), Just(0x02), 0..4_u8], 0..200)) {
        reads_or_not(&octets)?;
        let list = [&[0x30, 0x82][..], &u16::try_from(octets.len()).unwrap().to_be_bytes(), &octets].concat();
        let body = [&[0xA2, 0x82][..], &u16::try_from(list.len() + 9).unwrap().to_be_bytes(), &[2, 1, 7, 2, 1, 0, 2, 1, 0], &list].concat();
        let len = u16::try_from(body.len() + 5).unwrap().to_be_bytes();
        for version in [0, 1] {
            reads_or_not(&[&[0x30, 0x82][..], &len, &[2, 1, version, 4, 0], &body].concat())?;
        }
    }

    #[test]
    fn one_switch_more_never_refuses_more(octets in message(), at in any::<prop::sample::Index>(), octet in any::<u8>()) {
        let mut octets = octets;
        let at = at.index(octets.len());
        octets[at] = octet;
        let mut tolerance = Tolerance::STRICT;
        let mut accepted = Message::parse(&octets, tolerance).is_ok();
        for deviation in Deviation::ALL {
            tolerance = tolerance.accepting(deviation);
            let now = Message::parse(&octets, tolerance).is_ok();
            prop_assert!(now || !accepted);
            accepted = now;
        }
        prop_assert_eq!(accepted, Message::parse(&octets, Tolerance::LENIENT).is_ok());
    }

    #[test]
    fn names_go_both_ways_and_order_as_their_arcs(octets in oid(), other in oid()) {
        let (name, other) = (Oid::from_octets(&octets), Oid::from_octets(&other));
        prop_assert_eq!(name.check(), Ok(()));
        let [ours, theirs] = [name, other].map(|name| name.arcs().collect::<Result<Vec<u32>, _>>().unwrap());
        let mut buffer = [0; Oid::MAX_OCTETS];
        prop_assert_eq!(Oid::from_arcs(ours.iter().copied(), &mut buffer), Ok(name));
        let mut buffer = [0; Oid::MAX_OCTETS];
        prop_assert_eq!(Oid::from_text(&name.to_string(), &mut buffer), Ok(name));
        prop_assert_eq!(name.cmp(&other), ours.cmp(&theirs));
        prop_assert_eq!(name.starts_with(other), ours.starts_with(&theirs));
    }

    #[test]
    fn any_octets_as_names_never_panic_and_order_totally(names in vec(vec(prop_oneof![any::<u8>(), Just(0x80), Just(0x01)], 0..8), 3)) {
        let [a, b, c] = [0, 1, 2].map(|index| Oid::from_octets(&names[index]));
        for name in [a, b, c] {
            prop_assert_eq!(name.check().is_ok(), name.arcs().all(|arc| arc.is_ok()) && !name.as_octets().is_empty());
            prop_assert!(name.to_string().len() <= 200);
        }
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a.cmp(&b).is_eq(), a == b);
        if a <= b && b <= c {
            prop_assert!(a <= c, "{:?} {:?} {:?}", a.as_octets(), b.as_octets(), c.as_octets());
        }
    }
}
