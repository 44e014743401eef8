//! Which responses answer which request.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use pdu_proto_modbus::wire::{Field, Request, Response};

/// The message of the mismatch, with both sides as bytes.
fn mismatch(request: &[u8], response: &[u8]) -> String {
    let request = Request::parse(request).unwrap();
    request
        .check(&Response::parse(response).unwrap())
        .unwrap_err()
        .to_string()
}

fn fits(request: &[u8], response: &[u8]) {
    let request = Request::parse(request).unwrap();
    assert_eq!(request.check(&Response::parse(response).unwrap()), Ok(()));
}

#[test]
fn an_answer_to_another_function_is_told() {
    assert_eq!(
        mismatch(&[0x03, 0, 0, 0, 1], &[0x04, 2, 0, 0]),
        "response to read holding registers (03): function 4 where 3 was expected"
    );
    assert_eq!(
        mismatch(&[0x03, 0, 0, 0, 1], &[0x84, 2]),
        "response to read holding registers (03): function 4 where 3 was expected"
    );
}

#[test]
fn a_short_answer_is_told() {
    assert_eq!(
        mismatch(&[0x03, 0, 0, 0, 99], &[0x03, 2, 0, 0]),
        "response to read holding registers (03): byte count 2 where 198 was expected"
    );
    assert!(mismatch(&[0x04, 0, 0, 0, 2], &[0x04, 6, 0, 0, 0, 0, 0, 0]).contains("byte count 6 where 4"));
    assert!(mismatch(&[0x01, 0, 0, 0, 9], &[0x01, 1, 0]).contains("byte count 1 where 2"));
    assert!(mismatch(&[0x02, 0, 0, 0, 8], &[0x02, 2, 0, 0]).contains("byte count 2 where 1"));
    let both = [0x17, 0, 0, 0, 2, 0, 0, 0, 1, 2, 0, 0];
    assert!(mismatch(&both, &[0x17, 2, 0, 0]).contains("byte count 2 where 4"));
}

#[test]
fn every_repeated_field_is_compared() {
    for (request, response, field) in [
        (
            &[0x05, 0, 1, 0xFF, 0][..],
            &[0x05, 0, 2, 0xFF, 0][..],
            "address 2 where 1",
        ),
        (&[0x05, 0, 1, 0xFF, 0], &[0x05, 0, 1, 0, 0], "value 0 where 1"),
        (&[0x06, 0, 1, 0, 7], &[0x06, 0, 3, 0, 7], "address 3 where 1"),
        (&[0x06, 0, 1, 0, 7], &[0x06, 0, 1, 0, 8], "value 8 where 7"),
        (&[0x0F, 0, 1, 0, 2, 1, 3], &[0x0F, 0, 0, 0, 2], "address 0 where 1"),
        (&[0x0F, 0, 1, 0, 2, 1, 3], &[0x0F, 0, 1, 0, 3], "quantity 3 where 2"),
        (&[0x10, 0, 1, 0, 1, 2, 0, 9], &[0x10, 0, 2, 0, 1], "address 2 where 1"),
        (&[0x10, 0, 1, 0, 1, 2, 0, 9], &[0x10, 0, 1, 0, 2], "quantity 2 where 1"),
        (
            &[0x16, 0, 1, 0, 2, 0, 3],
            &[0x16, 0, 9, 0, 2, 0, 3],
            "address 9 where 1",
        ),
        (
            &[0x16, 0, 1, 0, 2, 0, 3],
            &[0x16, 0, 1, 0, 9, 0, 3],
            "and-mask 9 where 2",
        ),
        (
            &[0x16, 0, 1, 0, 2, 0, 3],
            &[0x16, 0, 1, 0, 2, 0, 9],
            "or-mask 9 where 3",
        ),
        (&[0x08, 0, 0, 0, 1], &[0x08, 0, 0, 0, 2], "diagnostics data 2 where 1"),
        (&[0x08, 0, 0, 0, 1], &[0x08, 0, 0, 0, 1, 0, 1], "byte count 4 where 2"),
        (&[0x08, 0, 11, 0, 0], &[0x08, 0, 12, 0, 0], "sub-function 12 where 11"),
        (
            &[0x2B, 14, 1, 0],
            &[0x2B, 14, 2, 1, 0, 0, 0],
            "read device id code 2 where 1",
        ),
        (
            &[0x2B, 14, 4, 7],
            &[0x2B, 14, 4, 1, 0, 0, 0],
            "number of objects 0 where 1",
        ),
        (
            &[0x2B, 14, 4, 7],
            &[0x2B, 14, 4, 1, 0, 0, 1, 8, 0],
            "object id 8 where 7",
        ),
    ] {
        let message = mismatch(request, response);
        assert!(message.contains(field), "{message}");
    }
}

#[test]
fn file_groups_are_compared() {
    let read = [0x14, 7, 6, 0, 4, 0, 1, 0, 2];
    assert!(mismatch(&read, &[0x14, 4, 3, 6, 0, 0]).contains("byte count 2 where 4"));
    assert!(mismatch(&read, &[0x14, 12, 5, 6, 0, 0, 0, 0, 5, 6, 0, 0, 0, 0]).contains("file groups 2 where 1"));
    let write = [0x15, 9, 6, 0, 4, 0, 1, 0, 1, 0, 7];
    for (at, field) in [(4, "file number"), (6, "file record"), (10, "value")] {
        let mut other = write;
        other[at] += 1;
        let message = mismatch(&write, &other);
        assert!(message.contains(field), "{message}");
    }
}

#[test]
fn counters_are_not_compared() {
    fits(&[0x08, 0, 11, 0, 0], &[0x08, 0, 11, 0x12, 0x34]);
    fits(&[0x07], &[0x07, 0xFF]);
    fits(&[0x0B], &[0x0B, 0, 0, 0, 9]);
    fits(&[0x11], &[0x11, 0]);
    fits(&[0x18, 0, 0], &[0x18, 0, 2, 0, 0]);
    fits(&[0x41, 1], &[0x41, 2, 3]);
    // The device starts a stream at object 0 where it does not know the one asked for. Source: V1.1b3, 6.21.
    fits(&[0x2B, 14, 1, 0x55], &[0x2B, 14, 1, 1, 0, 0, 1, 0, 0]);
}

#[test]
fn every_exception_to_the_function_answers_it() {
    for code in 0..=0xFF {
        fits(&[0x03, 0, 0, 0, 99], &[0x83, code]);
    }
}

#[test]
fn a_mismatch_can_be_matched_on() {
    let request = Request::WriteSingleRegister { address: 1, value: 7 };
    let response = Response::WriteSingleRegister { address: 1, value: 8 };
    let mismatch = request.check(&response).unwrap_err();
    assert_eq!(
        (mismatch.field, mismatch.expected, mismatch.found),
        (Field::Value, 7, 8)
    );
}
