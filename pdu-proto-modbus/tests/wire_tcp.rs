//! TCP frames.

use pdu_core::Status;
use pdu_proto_modbus::wire::{
    Request, WireError,
    tcp::{self, Header},
};

const REQUEST: [u8; 12] = [0x12, 0x34, 0, 0, 0, 6, 0x11, 0x03, 0x00, 0x6B, 0x00, 0x03];

/// A header whose length says `length`.
fn header(length: u16) -> [u8; 7] {
    Header {
        transaction: 1,
        protocol: 0,
        length,
        unit: 1,
    }
    .to_bytes()
}

#[test]
fn a_frame_is_written_and_read() {
    let request = Request::ReadHoldingRegisters {
        address: 0x6B,
        quantity: 3,
    };
    let mut out = [0; tcp::MAX_FRAME];
    let len = tcp::encode(0x1234, 0x11, &request, &mut out).unwrap();
    assert_eq!(out[..len], REQUEST);

    let Status::Complete((frame, consumed)) = tcp::parse(&REQUEST).unwrap() else {
        panic!("the frame is whole");
    };
    assert_eq!((frame.transaction, frame.unit, consumed), (0x1234, 0x11, 12));
    assert_eq!(Request::parse(frame.pdu), Ok(request));
}

#[test]
fn every_prefix_asks_for_what_is_missing() {
    for len in 0..REQUEST.len() {
        let needed = if len < 6 { 8 } else { 12 };
        assert_eq!(
            tcp::parse(&REQUEST[..len]),
            Ok(Status::Partial { needed }),
            "{len} bytes"
        );
    }
}

#[test]
fn the_next_frame_is_left_alone() {
    let stream = [REQUEST, REQUEST].concat();
    let Status::Complete((_, consumed)) = tcp::parse(&stream).unwrap() else {
        panic!("the frame is whole");
    };
    assert_eq!(consumed, REQUEST.len());
}

#[test]
fn a_length_outside_2_to_254_is_told_before_it_is_waited_for() {
    for found in [0, 1, 255, 0x0100, 0xFFFF] {
        let error = WireError::HeaderLength { found };
        assert_eq!(tcp::parse(&header(found)), Err(error));
        assert_eq!(tcp::parse(&header(found)[..6]), Err(error), "without the unit");
    }
    // Half a length is not judged: a cut stream fails with the same error as a whole one.
    assert_eq!(tcp::parse(&header(0xFFFF)[..5]), Ok(Status::Partial { needed: 8 }));
    assert_eq!(tcp::parse(&header(2)), Ok(Status::Partial { needed: 8 }));
    assert_eq!(tcp::parse(&header(254)), Ok(Status::Partial { needed: 260 }));
}

#[test]
fn another_protocol_is_told_once_it_is_there() {
    assert_eq!(tcp::parse(&[0, 1, 0x48]), Ok(Status::Partial { needed: 8 }));
    assert_eq!(tcp::parse(&[0, 1, 0, 5]), Err(WireError::Protocol { found: 5 }));
    let error = tcp::parse(b"GET / HTTP/1.1\r\n").unwrap_err();
    assert_eq!(error.to_string(), "protocol identifier 0x5420 where 0 was expected");
}

#[test]
fn a_small_buffer_is_named_with_the_length_of_the_whole_frame() {
    let request = Request::ReadHoldingRegisters {
        address: 0,
        quantity: 1,
    };
    for available in 0..12 {
        let mut out = vec![0xEE; available];
        let error = WireError::Buffer { needed: 12, available };
        assert_eq!(tcp::encode(1, 1, &request, &mut out), Err(error));
        assert_eq!(out, vec![0xEE; available]);
    }
}

#[test]
fn what_the_standard_forbids_is_told_before_the_buffer() {
    let request = Request::ReadHoldingRegisters {
        address: 0,
        quantity: 126,
    };
    let error = tcp::encode(1, 1, &request, &mut []).unwrap_err();
    assert!(matches!(error, WireError::Quantity { found: 126, .. }), "{error}");
}
