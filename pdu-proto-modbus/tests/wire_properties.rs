//! What holds for every message, and for every string of bytes.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers
#![cfg(feature = "proptest")]

use pdu_core::Status;
use pdu_proto_modbus::{
    strategies::{exchange, request, response, rtu_frame, tcp_frame},
    wire::{Bits, Registers, Request, RequestBuf, Response, ResponseBuf, rtu, rtu::Framing, tcp},
};
use proptest::{collection::vec, prelude::*};

/// Whatever the bytes: no panic, and what parses encodes to the same bytes.
fn parses_or_not(bytes: &[u8]) -> Result<(), TestCaseError> {
    let mut out = [0; 253];
    if let Ok(request) = Request::parse(bytes) {
        let len = request.encode(&mut out).unwrap();
        prop_assert_eq!(&out[..len], bytes);
        prop_assert_eq!(request.encoded_len(), bytes.len());
        let _ = format!("{request:?}");
    }
    if let Ok(response) = Response::parse(bytes) {
        let len = response.encode(&mut out).unwrap();
        prop_assert_eq!(&out[..len], bytes);
        prop_assert_eq!(response.encoded_len(), bytes.len());
        let _ = format!("{response:?}");
    }
    Ok(())
}

/// The length of a frame is found out of its own beginnings, and never more bytes are asked for than it has.
fn framed_as_it_is(frame: &[u8], framing: impl Fn(&[u8]) -> Framing) -> Result<(), TestCaseError> {
    let mut silence = false;
    for len in 0..=frame.len() {
        match framing(&frame[..len]) {
            Framing::Partial { needed } => prop_assert!((len + 1..=frame.len()).contains(&needed)),
            Framing::Length(length) => prop_assert_eq!(length, frame.len()),
            Framing::Silence => silence = true,
            Framing::Never => prop_assert!(false, "no frame after {} bytes of {:02x?}", len, frame),
        }
    }
    prop_assert!(silence || framing(frame) == Framing::Length(frame.len()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn requests_go_both_ways(request in request()) {
        let view = request.view();
        prop_assert_eq!(Request::parse(request.as_bytes()), Ok(view));
        prop_assert_eq!(&RequestBuf::new(&view).unwrap(), &request);
        prop_assert_eq!(&RequestBuf::from_bytes(request.as_bytes()).unwrap(), &request);
        prop_assert_eq!(view.function(), request.function());
    }

    #[test]
    fn responses_go_both_ways(response in response()) {
        let view = response.view();
        prop_assert_eq!(Response::parse(response.as_bytes()), Ok(view));
        prop_assert_eq!(&ResponseBuf::new(&view).unwrap(), &response);
        prop_assert_eq!(&ResponseBuf::from_bytes(response.as_bytes()).unwrap(), &response);
        prop_assert_eq!(view.function(), response.function());
    }

    #[test]
    fn an_answer_passes_the_check_and_is_framed((request, response) in exchange(), unit in any::<u8>()) {
        prop_assert_eq!(request.view().check(&response.view()), Ok(()));
        let mut frame = [0; rtu::MAX_FRAME];
        let len = rtu::encode(unit, &response, &mut frame).unwrap();
        framed_as_it_is(&frame[..len], |bytes| rtu::response_len(&request.view(), bytes))?;
        framed_as_it_is(&frame[..len], rtu::foreign_response_len)?;
        let len = rtu::encode(unit, &request, &mut frame).unwrap();
        framed_as_it_is(&frame[..len], rtu::request_len)?;
    }

    #[test]
    fn rtu_frames_go_both_ways_and_not_in_parts(frame in rtu_frame()) {
        let parsed = rtu::parse(&frame).unwrap();
        let mut out = [0; rtu::MAX_FRAME];
        let len = rtu::encode(parsed.unit, parsed.pdu, &mut out).unwrap();
        prop_assert_eq!(&out[..len], &frame);
        for len in 0..frame.len() {
            // A part may have a right CRC by chance; its message is then another one, or none.
            if let Ok(part) = rtu::parse(&frame[..len]) {
                prop_assert_eq!(part.pdu.len(), len - 3);
            }
        }
    }

    #[test]
    fn tcp_frames_go_both_ways_and_wait_in_parts(frame in tcp_frame()) {
        let Status::Complete((parsed, consumed)) = tcp::parse(&frame).unwrap() else {
            panic!("the frame is whole");
        };
        prop_assert_eq!(consumed, frame.len());
        let mut out = [0; tcp::MAX_FRAME];
        let len = tcp::encode(parsed.transaction, parsed.unit, parsed.pdu, &mut out).unwrap();
        prop_assert_eq!(&out[..len], &frame);
        for len in 0..frame.len() {
            let Ok(Status::Partial { needed }) = tcp::parse(&frame[..len]) else {
                panic!("a part is no frame and no error");
            };
            prop_assert!((len + 1..=frame.len()).contains(&needed));
        }
    }

    #[test]
    fn every_truncation_is_an_error_or_another_message((request, response) in exchange()) {
        for len in 0..request.as_bytes().len() {
            parses_or_not(&request.as_bytes()[..len])?;
        }
        for len in 0..response.as_bytes().len() {
            parses_or_not(&response.as_bytes()[..len])?;
        }
    }

    #[test]
    fn a_damaged_byte_never_panics((request, response) in exchange(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        for message in [request.as_bytes(), response.as_bytes()] {
            let mut bytes = message.to_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            parses_or_not(&bytes)?;
            if let (Ok(request), Ok(response)) = (Request::parse(request.as_bytes()), Response::parse(&bytes)) {
                let _ = request.check(&response);
            }
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(function in 0_u8..=0x30, bytes in vec(any::<u8>(), 0..300)) {
        parses_or_not(&bytes)?;
        parses_or_not(&[&[function], bytes.as_slice()].concat())?;
        let _ = rtu::parse(&bytes);
        let _ = tcp::parse(&bytes);
        for framing in [rtu::request_len(&bytes), rtu::foreign_response_len(&bytes)] {
            if let Framing::Length(length) = framing {
                prop_assert!((rtu::MIN_FRAME..=rtu::MAX_FRAME).contains(&length));
            }
        }
    }

    #[test]
    fn any_request_and_any_response_compare_without_a_panic(request in request(), response in response()) {
        let _ = request.view().check(&response.view());
        let _ = rtu::response_len(&request.view(), response.as_bytes());
    }

    #[test]
    fn a_table_and_its_bytes_are_the_same_row(values in vec(any::<u16>(), 0..130)) {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
        let (table, wire) = (Registers::new(&values), Registers::from_be_bytes(&bytes).unwrap());
        prop_assert_eq!(table, wire);
        prop_assert_eq!(wire.iter().collect::<Vec<_>>(), &values[..]);
        prop_assert_eq!(wire.iter().rev().collect::<Vec<_>>(), values.iter().rev().copied().collect::<Vec<_>>());
        prop_assert_eq!(wire.iter().len(), values.len());
        for index in 0..=values.len() {
            prop_assert_eq!(wire.get(index), values.get(index).copied());
            prop_assert_eq!(wire.iter().nth(index), values.get(index).copied());
            prop_assert_eq!(table.array::<2>(index), wire.array::<2>(index));
            prop_assert_eq!(table.slice(index..values.len()), wire.slice(index..values.len()));
        }
        prop_assert_eq!(wire.array::<2>(usize::MAX), None);
        let mut copy = vec![0; values.len()];
        prop_assert_eq!(wire.copy_to(&mut copy), values.len());
        prop_assert_eq!(copy, values);
    }

    #[test]
    fn a_table_of_bits_and_its_bytes_are_the_same_row(values in vec(any::<bool>(), 1..1969)) {
        let table = Bits::new(&values);
        let request = RequestBuf::new(&Request::WriteMultipleCoils { address: 0, values: table }).unwrap();
        let Request::WriteMultipleCoils { values: wire, .. } = request.view() else {
            panic!("another request");
        };
        prop_assert_eq!(table, wire);
        prop_assert_eq!(Bits::from_packed(wire.as_bytes().unwrap(), wire.len()), Some(wire));
        prop_assert_eq!(wire.iter().rev().collect::<Vec<_>>(), values.iter().rev().copied().collect::<Vec<_>>());
        for index in 0..=values.len() {
            prop_assert_eq!(wire.get(index), values.get(index).copied());
        }
        let half = values.len() / 2;
        prop_assert_eq!(wire.first(half).unwrap(), Bits::new(&values[..half]));
        prop_assert_eq!(wire.first(values.len() + 1), None);
    }
}
