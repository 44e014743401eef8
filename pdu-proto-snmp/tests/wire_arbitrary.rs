//! What a user's fuzzer gets from `Arbitrary`.

#![cfg(feature = "arbitrary")]

use std::collections::BTreeSet;

use arbitrary::{Arbitrary, Unstructured};
use pdu_proto_snmp::wire::{Body, Message, Tolerance, VarBind};

/// Octets that differ from seed to seed.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let octet = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..200).map(octet).collect()
}

#[test]
fn every_type_comes_up_and_every_varbind_is_valid() {
    let mut tags = BTreeSet::new();
    for seed in 0..2000 {
        let noise = noise(seed);
        let Ok(varbind) = VarBind::arbitrary(&mut Unstructured::new(&noise)) else {
            continue;
        };
        tags.insert(varbind.value.tag().0);
        let varbinds = [varbind];
        let message = Message::v2c(b"public", Body::response(1, &varbinds));
        let mut buffer = [0; 512];
        let octets = message.encode(&mut buffer).expect("valid");
        let received = Message::parse(octets, Tolerance::STRICT).expect("valid");
        assert_eq!(received, message);
        assert!(received.body.varbinds().checked().all(|found| found.is_ok()));
    }
    let all = [
        0x02, 0x04, 0x05, 0x06, 0x40, 0x41, 0x42, 0x43, 0x44, 0x46, 0x80, 0x81, 0x82,
    ];
    assert_eq!(tags, BTreeSet::from(all));
}
