//! What a user's fuzzer gets from `Arbitrary`.

#![cfg(feature = "arbitrary")]

use std::collections::BTreeSet;

use arbitrary::{Arbitrary, Unstructured};
use pdu_proto_modbus::wire::{Request, RequestBuf, Response, ResponseBuf};

/// Bytes that differ from seed to seed.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let byte = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..400).map(byte).collect()
}

#[test]
fn every_function_comes_up_and_every_message_is_valid() {
    let (mut asked, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..4000 {
        let noise = noise(seed);
        if let Ok(request) = RequestBuf::arbitrary(&mut Unstructured::new(&noise)) {
            assert_eq!(Request::parse(request.as_bytes()), Ok(request.view()));
            asked.insert(request.function());
        }
        if let Ok(response) = ResponseBuf::arbitrary(&mut Unstructured::new(&noise)) {
            assert_eq!(Response::parse(response.as_bytes()), Ok(response.view()));
            answered.insert(response.function());
        }
    }
    for function in [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 22, 23, 24, 43] {
        assert!(
            asked.iter().any(|found| found.0 == function),
            "no request of function {function}"
        );
        assert!(
            answered.iter().any(|found| found.0 == function),
            "no response of function {function}"
        );
    }
    assert!(
        asked.iter().any(|function| function.name().is_none()),
        "no other request"
    );
    assert!(
        answered.iter().any(|function| function.name().is_none()),
        "no other response"
    );
}
