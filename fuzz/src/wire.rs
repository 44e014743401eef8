//! Decoders of the wire level.

use pdu_core::Status;
use pdu_core::testing::Script;
use pdu_proto_modbus::wire::rtu::{self, Framing};
use pdu_proto_modbus::wire::value::{Order, base256};
use pdu_proto_modbus::wire::{Encode, Request, RequestBuf, Response, ResponseBuf, WireError, crc16, tcp};

use crate::show;

/// A request is read, or refused with a reason. What was read is built to the same bytes, and framed to its end.
pub fn request(bytes: &[u8]) {
    let request = match Request::parse(bytes) {
        Ok(request) => request,
        Err(error) => {
            assert!(RequestBuf::from_bytes(bytes).is_err());
            return refused(&error);
        }
    };
    assert_eq!(encoded(&request), bytes);
    let owned = RequestBuf::new(&request).expect("what was parsed may be built");
    assert_eq!((owned.as_bytes(), owned.view()), (bytes, request));
    framed(&rtu_frame(1, bytes), rtu::request_len);
}

/// The same for a response.
pub fn response(bytes: &[u8]) {
    let response = match Response::parse(bytes) {
        Ok(response) => response,
        Err(error) => {
            assert!(ResponseBuf::from_bytes(bytes).is_err());
            return refused(&error);
        }
    };
    assert_eq!(encoded(&response), bytes);
    let owned = ResponseBuf::new(&response).expect("what was parsed may be built");
    assert_eq!((owned.as_bytes(), owned.view()), (bytes, response));
    framed(&rtu_frame(1, bytes), rtu::foreign_response_len);
}

/// A request and what may be its answer: the first byte tells where one ends and whether the other repeats its function.
///
/// An answer that is believed is one that the framing of RTU would have cut out of the line for this request.
pub fn exchange(data: &[u8]) {
    let mut script = Script::new(data);
    let head = script.next_u8();
    let request = script.take(usize::from(head & 0x7F));
    let mut response = script.take(253).to_vec();
    if let (true, Some(first), Some(function)) = (head & 0x80 == 0, response.first_mut(), request.first()) {
        *first = *first & 0x80 | function;
    }
    let Ok(request) = Request::parse(request) else { return };
    let frame = rtu_frame(1, &response);
    rtu_prefixes_are_harmless(&request, &frame);
    let Ok(response) = Response::parse(&response) else {
        return;
    };
    match request.check(&response) {
        Ok(()) => framed(&frame, |bytes| rtu::response_len(&request, bytes)),
        Err(mismatch) => show(&mismatch),
    }
}

fn rtu_prefixes_are_harmless(request: &Request<'_>, frame: &[u8]) {
    for end in 0..frame.len() {
        match rtu::response_len(request, &frame[..end]) {
            Framing::Length(len) => assert!((4..=rtu::MAX_FRAME).contains(&len)),
            Framing::Partial { needed } => assert!(needed > end && needed <= rtu::MAX_FRAME),
            Framing::Silence | Framing::Never => {}
        }
    }
}

/// A frame of a serial line; all but one in eight get the CRC that they should have.
pub fn rtu_frame_bytes(data: &[u8]) {
    let Some((mode, bytes)) = data.split_first() else {
        return;
    };
    let frame = match mode % 8 {
        0 => bytes.to_vec(),
        _ => with_crc(bytes),
    };
    match rtu::parse(&frame) {
        Ok(parsed) => {
            let mut again = [0; rtu::MAX_FRAME];
            let len = rtu::encode(parsed.unit, parsed.pdu, &mut again).expect("what was parsed may be built");
            assert_eq!(again[..len], frame);
            request(parsed.pdu);
            response(parsed.pdu);
        }
        Err(error) => refused(&error),
    }
    for framing in [rtu::request_len(&frame), rtu::foreign_response_len(&frame)] {
        if let Framing::Length(len) = framing {
            assert!((4..=rtu::MAX_FRAME).contains(&len), "{len}");
        }
    }
}

/// A stream of TCP frames: each is built to the same bytes, and none of its beginnings is called whole or wrong.
pub fn tcp_stream(mut bytes: &[u8]) {
    loop {
        match tcp::parse(bytes) {
            Ok(Status::Complete((frame, used))) => {
                let mut again = [0; tcp::MAX_FRAME];
                let len = tcp::encode(frame.transaction, frame.unit, frame.pdu, &mut again)
                    .expect("what was parsed may be built");
                assert_eq!(again[..len], bytes[..used]);
                tcp_beginnings_are_partial(&bytes[..used]);
                bytes = &bytes[used..];
            }
            Ok(Status::Partial { needed }) => {
                assert!(needed > bytes.len() && needed <= tcp::MAX_FRAME);
                return;
            }
            Err(error) => return refused(&error),
        }
    }
}

fn tcp_beginnings_are_partial(frame: &[u8]) {
    for end in 0..frame.len() {
        match tcp::parse(&frame[..end]) {
            Ok(Status::Partial { needed }) => assert!(needed > end && needed <= frame.len()),
            other => panic!("{end} of {} bytes: {other:?}", frame.len()),
        }
    }
}

/// Numbers over several registers: each order gives back what it was given, both ways.
pub fn values(data: &[u8]) {
    let mut script = Script::new(data);
    let words = [(); 4].map(|()| script.next_u16());
    let [a, b, ..] = words;
    for order in Order::ALL {
        assert_eq!(order.encode_u16(order.decode_u16(a)), a);
        assert_eq!(order.encode_i16(order.decode_i16(a)), a);
        assert_eq!(order.encode_u32(order.decode_u32([a, b])), [a, b]);
        assert_eq!(order.encode_i32(order.decode_i32([a, b])), [a, b]);
        assert_eq!(order.encode_u64(order.decode_u64(words)), words);
        assert_eq!(order.encode_i64(order.decode_i64(words)), words);
        assert_eq!(order.decode_f32([a, b]).to_bits(), order.decode_u32([a, b]));
        assert_eq!(order.decode_f64(words).to_bits(), order.decode_u64(words));
    }
    let row: Vec<u16> = words
        .into_iter()
        .chain((0..data.len() / 2).map(|_| script.next_u16()))
        .collect();
    one_byte_a_register(&row);
    one_byte_a_register(&words);
    one_byte_a_register(&words.map(|word| word & 0xFF));
}

fn one_byte_a_register(row: &[u16]) {
    let strict = base256::decode(row.iter().copied());
    let lenient = base256::decode_lenient(row.iter().copied());
    match (strict, lenient) {
        (Ok(value), Ok(lenient)) => {
            assert!(lenient.exact && lenient.value == value);
            if let Ok(four) = <[u16; 4]>::try_from(row) {
                assert_eq!(base256::encode(value), Ok(four));
            }
        }
        (Err(error), Ok(lenient)) => {
            assert!(!lenient.exact);
            show(&error);
        }
        (Err(error), Err(_)) => show(&error),
        (Ok(_), Err(error)) => panic!("lenient refuses what strict takes: {error}"),
    }
}

/// The frame has the length that its framing says, from the first byte that tells it to the last.
fn framed(frame: &[u8], len: impl Fn(&[u8]) -> Framing) {
    for end in 0..=frame.len() {
        match len(&frame[..end]) {
            Framing::Length(len) => assert_eq!(len, frame.len(), "at {end} of {frame:02x?}"),
            Framing::Partial { needed } => assert!(needed > end && needed <= frame.len(), "at {end} of {frame:02x?}"),
            Framing::Silence => {}
            Framing::Never => panic!("at {end}, not a frame: {frame:02x?}"),
        }
    }
}

fn encoded(message: &impl Encode) -> Vec<u8> {
    let mut bytes = vec![0; message.encoded_len()];
    assert_eq!(message.encode(&mut bytes), Ok(bytes.len()));
    let mut short = vec![0; bytes.len() - 1];
    let refusal = message.encode(&mut short);
    assert!(matches!(refusal, Err(WireError::Buffer { .. })), "{refusal:?}");
    bytes
}

fn rtu_frame(unit: u8, pdu: &[u8]) -> Vec<u8> {
    with_crc(&[&[unit], pdu].concat())
}

/// The bytes and their CRC behind them.
pub fn with_crc(bytes: &[u8]) -> Vec<u8> {
    [bytes, &crc16(bytes).to_le_bytes()].concat()
}

fn refused(error: &WireError) {
    show(error);
    if let Some(code) = error.exception_code() {
        show(&code);
    }
}
