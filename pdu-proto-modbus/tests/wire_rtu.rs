//! RTU frames: whole frames, and how far a frame reaches.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use pdu_proto_modbus::wire::{
    Request, WireError, crc16,
    rtu::{self, Framing},
};

fn framed(unit: u8, pdu: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; rtu::MAX_FRAME];
    let len = rtu::encode(unit, pdu, &mut frame).unwrap();
    frame.truncate(len);
    frame
}

/// What is known of the response's length after each byte of it, until it is known whole.
fn response_len(request: &[u8], frame: &[u8]) -> Framing {
    grow(frame, |bytes| {
        rtu::response_len(&Request::parse(request).unwrap(), bytes)
    })
}

/// Asks for ever more bytes of the frame: `needed` must never be less than one more, nor more than there will be.
fn grow(frame: &[u8], framing: impl Fn(&[u8]) -> Framing) -> Framing {
    let mut len = 0;
    for _ in 0..=frame.len() {
        match framing(&frame[..len]) {
            Framing::Partial { needed } => {
                assert!(needed > len, "{needed} bytes asked for with {len} at hand");
                assert!(
                    needed <= frame.len(),
                    "{needed} bytes asked for, the frame has {}",
                    frame.len()
                );
                len = needed;
            }
            other => return other,
        }
    }
    panic!("never satisfied");
}

#[test]
fn frames_of_the_bps2000_manual() {
    assert_eq!(
        framed(1, &[0x03, 0x00, 0x00, 0x00, 0x01]),
        [0x01, 0x03, 0x00, 0x00, 0x00, 0x01, 0x84, 0x0A]
    );
    assert_eq!(
        framed(1, &[0x03, 0x02, 0x09, 0x0E]),
        [0x01, 0x03, 0x02, 0x09, 0x0E, 0x3F, 0xD0]
    );
}

#[test]
fn a_flipped_bit_is_told() {
    let good = framed(1, &[0x03, 0x02, 0x09, 0x0E]);
    for bit in 0..8 * good.len() {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert!(matches!(rtu::parse(&bad), Err(WireError::Crc { .. })), "{bad:02x?}");
    }
    let error = rtu::parse(&[0x01, 0x03, 0x02, 0x09, 0x0E, 0x00, 0x00]).unwrap_err();
    assert_eq!(error.to_string(), "crc 0000 where d03f was expected");
}

#[test]
fn frames_have_4_to_256_bytes() {
    for len in (0..4).chain([257, 300]) {
        let error = rtu::parse(&vec![0; len]).unwrap_err();
        assert_eq!(error, WireError::FrameLength { found: len });
    }
    assert_eq!(framed(1, &[0x41; 253]).len(), 256);
    assert_eq!(
        rtu::encode(1, [0x41; 254].as_slice(), &mut [0; 300]),
        Err(WireError::TooLong { limit: 253, found: 254 })
    );
    assert_eq!(rtu::encode(1, [].as_slice(), &mut [0; 300]), Err(WireError::Empty));
}

#[test]
fn a_small_buffer_is_named_with_the_length_of_the_whole_frame() {
    let request = Request::ReadHoldingRegisters {
        address: 0,
        quantity: 1,
    };
    for available in 0..8 {
        let mut out = vec![0xEE; available];
        let error = WireError::Buffer { needed: 8, available };
        assert_eq!(rtu::encode(1, &request, &mut out), Err(error));
        assert_eq!(out, vec![0xEE; available]);
    }
}

#[test]
fn an_answer_has_the_length_its_request_asks_for() {
    let read = [0x03, 0, 0, 0, 99];
    assert_eq!(
        response_len(&read, &framed(1, &[&[0x03, 198], [0; 198].as_slice()].concat())),
        Framing::Length(203)
    );
    assert_eq!(
        response_len(&[0x01, 0, 0, 0, 9], &framed(1, &[0x01, 2, 0, 0])),
        Framing::Length(7)
    );
    assert_eq!(
        response_len(&[0x06, 0, 1, 0, 7], &framed(1, &[0x06, 0, 1, 0, 7])),
        Framing::Length(8)
    );
    assert_eq!(
        response_len(&[0x0B], &framed(1, &[0x0B, 0, 0, 0, 1])),
        Framing::Length(8)
    );
    assert_eq!(
        response_len(&[0x08, 0, 0, 1, 2, 3, 4], &framed(1, &[0x08, 0, 0, 1, 2, 3, 4])),
        Framing::Length(10)
    );
    assert_eq!(
        response_len(&[0x16, 0, 1, 0, 2, 0, 3], &framed(1, &[0x16, 0, 1, 0, 2, 0, 3])),
        Framing::Length(10)
    );
}

#[test]
fn an_exception_has_5_bytes_and_so_has_the_exception_status() {
    assert_eq!(
        response_len(&[0x03, 0, 0, 0, 99], &framed(1, &[0x83, 2])),
        Framing::Length(5)
    );
    assert_eq!(response_len(&[0x07], &framed(1, &[0x07, 0x6D])), Framing::Length(5));
    assert_eq!(response_len(&[0x07], &framed(1, &[0x87, 1])), Framing::Length(5));
    assert_eq!(response_len(&[0x41], &framed(1, &[0xC1, 1])), Framing::Length(5));
}

#[test]
fn a_length_inside_the_data_is_read_and_bounded() {
    for (request, response) in [
        (&[0x0C][..], &[0x0C, 8, 0, 0, 1, 8, 1, 33, 32, 0][..]),
        (&[0x11], &[0x11, 3, 1, 2, 3]),
        (&[0x14, 7, 6, 0, 4, 0, 1, 0, 1], &[0x14, 4, 3, 6, 0, 9]),
        (
            &[0x15, 9, 6, 0, 4, 0, 1, 0, 1, 0, 9],
            &[0x15, 9, 6, 0, 4, 0, 1, 0, 1, 0, 9],
        ),
        (&[0x17, 0, 0, 0, 1, 0, 0, 0, 1, 2, 0, 0], &[0x17, 2, 0, 0]),
        (&[0x18, 0, 0], &[0x18, 0, 4, 0, 1, 0, 9]),
        (
            &[0x2B, 14, 1, 0],
            &[0x2B, 14, 1, 1, 0, 0, 2, 0, 1, 0x41, 1, 2, 0x42, 0x43],
        ),
        (&[0x2B, 14, 1, 0], &[0x2B, 14, 1, 1, 0, 0, 0]),
    ] {
        let frame = framed(1, response);
        assert_eq!(
            response_len(request, &frame),
            Framing::Length(frame.len()),
            "{frame:02x?}"
        );
    }
    let never = |bytes: &[u8]| assert_eq!(rtu::foreign_response_len(bytes), Framing::Never, "{bytes:02x?}");
    never(&[1, 0x03, 251]);
    never(&[1, 0x03, 0]);
    never(&[1, 0x0C, 5]);
    never(&[1, 0x0C, 71]);
    never(&[1, 0x11, 252]);
    never(&[1, 0x18, 0, 66]);
    never(&[1, 0x18, 0xFF, 0xFF]);
    never(&[1, 0x2B, 14, 1, 1, 0, 0, 1, 0, 245]);
    never(&[1, 0x2B, 14, 1, 1, 0, 0, 200, 0, 200, 0, 0]);
}

#[test]
fn what_does_not_answer_the_request_is_no_beginning_of_its_answer() {
    let read = Request::ReadHoldingRegisters {
        address: 0,
        quantity: 2,
    };
    assert_eq!(rtu::response_len(&read, &[1, 0x04]), Framing::Never);
    assert_eq!(rtu::response_len(&read, &[1, 0x84]), Framing::Never);
    assert_eq!(rtu::response_len(&read, &[1, 0x03, 6]), Framing::Never);
    // What it may be instead.
    assert_eq!(rtu::foreign_response_len(&[1, 0x03, 6]), Framing::Length(11));
}

/// One frame in 256 has a CRC that ends in 00; without it, the frame's CRC is right as well.
#[test]
fn a_prefix_with_a_right_crc_does_not_end_the_frame() {
    let ends_in_zero = (0..=u16::MAX)
        .map(|value| framed(1, &[&[0x03, 2], value.to_be_bytes().as_slice()].concat()))
        .find(|frame| frame.ends_with(&[0]))
        .unwrap();
    let prefix = &ends_in_zero[..ends_in_zero.len() - 1];
    assert!(rtu::parse(prefix).is_ok(), "the trap is there");
    assert_eq!(crc16(&ends_in_zero), 0);
    assert_eq!(response_len(&[0x03, 0, 0, 0, 1], &ends_in_zero), Framing::Length(7));
    assert_eq!(response_len(&[0x03, 0, 0, 0, 1], prefix), Framing::Length(7));
}

#[test]
fn a_server_knows_the_length_of_each_request() {
    for pdu in [
        &[0x01, 0, 0, 0, 1][..],
        &[0x02, 0, 0, 0, 1],
        &[0x03, 0, 0, 0, 1],
        &[0x04, 0, 0, 0, 1],
        &[0x05, 0, 0, 0, 0],
        &[0x06, 0, 0, 0, 0],
        &[0x07],
        &[0x08, 0, 1, 0xFF, 0],
        &[0x0B],
        &[0x0C],
        &[0x0F, 0, 0, 0, 3, 1, 7],
        &[0x10, 0, 0, 0, 2, 4, 0, 1, 0, 2],
        &[0x11],
        &[0x14, 7, 6, 0, 4, 0, 1, 0, 2],
        &[0x15, 9, 6, 0, 4, 0, 1, 0, 1, 0, 7],
        &[0x16, 0, 1, 0, 2, 0, 3],
        &[0x17, 0, 0, 0, 1, 0, 0, 0, 1, 2, 0, 0],
        &[0x18, 0, 0],
        &[0x2B, 14, 1, 0],
    ] {
        let frame = framed(1, pdu);
        assert_eq!(
            grow(&frame, rtu::request_len),
            Framing::Length(frame.len()),
            "{frame:02x?}"
        );
    }
    assert_eq!(rtu::request_len(&[1, 0x08, 0, 0]), Framing::Silence);
    assert_eq!(rtu::request_len(&[1, 0x2B, 13]), Framing::Silence);
    assert_eq!(rtu::request_len(&[1, 0x41]), Framing::Silence);
    assert_eq!(rtu::request_len(&[1, 0x83]), Framing::Never);
    assert_eq!(rtu::request_len(&[1, 0x00]), Framing::Never);
    assert_eq!(rtu::request_len(&[1, 0x10, 0, 0, 0, 2, 0]), Framing::Never);
}

#[test]
fn answer_to_an_unknown_diagnostic_ends_with_silence_only() {
    // Found by fuzzing: one word asked, two words answered, believed by `check` and cut short by the framing.
    let request = Request::parse(&[0x08, 0x04, 0x04, 0x00, 0x16]).unwrap();
    let response = [0x08, 0x04, 0x04, 0x00, 0x16, 0x00, 0x17];
    assert_eq!(
        rtu::response_len(&request, &[&[1], &response[..]].concat()),
        Framing::Silence
    );
    let known = Request::parse(&[0x08, 0x00, 0x0B, 0x00, 0x00]).unwrap();
    assert_eq!(rtu::response_len(&known, &[1, 0x08]), Framing::Length(8));
}
