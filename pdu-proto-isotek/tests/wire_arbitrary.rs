//! What a user's fuzzer gets from `Arbitrary`.

#![cfg(feature = "arbitrary")]
#![allow(clippy::unwrap_used)] // clippy excepts only the functions marked as tests, not their helpers

use std::collections::HashSet;
use std::mem::discriminant;

use arbitrary::{Arbitrary, Unstructured};
use pdu_core::Mode;
use pdu_proto_isotek::wire::{Command, Dialect, Reply, StatusFrame};

/// Bytes that differ from seed to seed.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let byte = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..1000).map(byte).collect()
}

#[test]
fn every_kind_comes_up_and_all_of_it_may_be_sent() {
    let dialect = Dialect::default();
    let (mut asked, mut answered) = (HashSet::new(), HashSet::new());
    let mut out = [0; 1000];
    let noises: Vec<_> = (0..2000).map(noise).collect();
    for noise in &noises {
        if let Ok(command) = Command::arbitrary(&mut Unstructured::new(noise)) {
            let len = command.encode(&dialect, &mut out).unwrap();
            assert_eq!(Command::parse(&out[..len - 1], Mode::Strict).unwrap().value, command);
            asked.insert(discriminant(&command));
        }
        if let Ok(reply) = Reply::arbitrary(&mut Unstructured::new(noise)) {
            let len = reply.encode(&dialect, &mut out).unwrap();
            assert_eq!(Reply::parse(&out[..len - 1], Mode::Strict).unwrap().value, reply);
            answered.insert(discriminant(&reply));
        }
        let frame = StatusFrame::arbitrary(&mut Unstructured::new(noise)).unwrap();
        frame.encode(&dialect, &mut out).unwrap();
    }
    assert_eq!((asked.len(), answered.len()), (12, 6));
}
