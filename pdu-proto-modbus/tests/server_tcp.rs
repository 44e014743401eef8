//! The device side of Modbus TCP: what it answers, what it refuses, and what it does to those who do not play by the rules.

#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::{Endpoint, Instant, LinkDemand, LinkEvent};
use pdu_proto_modbus::server::{Chain, RegisterBank, Served, Service, TcpServer, TcpServerOptions};
use pdu_proto_modbus::wire::{ExceptionCode, FunctionCode, Registers, Request, Response, tcp};

const NOW: Instant = Instant::EPOCH;

fn bank() -> RegisterBank {
    let registers: Vec<u16> = (0..125).collect();
    RegisterBank::new()
        .with_coils(0, [true, false, true, false, false, false, false, false, true])
        .with_discrete_inputs(10, [false, true])
        .with_holding_registers(0, registers)
        .with_input_registers(100, [0xAAAA, 0xBBBB])
}

/// The frame of a protocol data unit.
fn frame(transaction: u16, unit: u8, pdu: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; tcp::MAX_FRAME];
    let len = tcp::encode(transaction, unit, pdu, &mut frame).unwrap();
    frame.truncate(len);
    frame
}

/// What a fresh server of `bank` answers to one protocol data unit, without the header.
fn answer(pdu: &[u8]) -> Vec<u8> {
    let mut server = TcpServer::new(bank());
    ask(&mut server, pdu)
}

fn ask<S: Service>(server: &mut TcpServer<S>, pdu: &[u8]) -> Vec<u8> {
    let request = frame(0x1234, 9, pdu);
    assert_eq!(server.handle_input(NOW, &request), request.len());
    let sent = server.transmit().to_vec();
    server.handle_transmitted(NOW, sent.len());
    assert_eq!(server.transmit(), []);
    let Some((head, pdu)) = sent.split_at_checked(7) else {
        return sent;
    };
    let length = u8::try_from(pdu.len() + 1).unwrap();
    assert_eq!(head, [0x12, 0x34, 0, 0, 0, length, 9]);
    pdu.to_vec()
}

#[test]
fn each_function_for_data_access_is_carried_out() {
    assert_eq!(answer(&[0x01, 0, 0, 0, 9]), [0x01, 2, 0b0000_0101, 0b1]);
    assert_eq!(answer(&[0x02, 0, 10, 0, 2]), [0x02, 1, 0b10]);
    assert_eq!(answer(&[0x03, 0, 7, 0, 2]), [0x03, 4, 0, 7, 0, 8]);
    assert_eq!(answer(&[0x04, 0, 100, 0, 2]), [0x04, 4, 0xAA, 0xAA, 0xBB, 0xBB]);

    let mut server = TcpServer::new(bank());
    assert_eq!(ask(&mut server, &[0x05, 0, 1, 0xFF, 0]), [0x05, 0, 1, 0xFF, 0]);
    assert_eq!(server.service().coils.get(1), Some(true));
    assert_eq!(ask(&mut server, &[0x06, 0, 1, 9, 8]), [0x06, 0, 1, 9, 8]);
    assert_eq!(server.service().holding_registers.get(1), Some(0x0908));
    assert_eq!(ask(&mut server, &[0x0F, 0, 2, 0, 3, 1, 0b010]), [0x0F, 0, 2, 0, 3]);
    assert_eq!(server.service().coils.values()[2..5], [false, true, false]);
    let write = [0x10, 0, 3, 0, 2, 4, 1, 2, 3, 4];
    assert_eq!(ask(&mut server, &write), [0x10, 0, 3, 0, 2]);
    assert_eq!(server.service().holding_registers.values()[3..5], [0x0102, 0x0304]);
    // The standard's example (6.16): 12 with the masks F2 and 25 becomes 17.
    server.service_mut().holding_registers.set(4, 0x12);
    let mask = [0x16, 0, 4, 0, 0xF2, 0, 0x25];
    assert_eq!(ask(&mut server, &mask), mask);
    assert_eq!(server.service().holding_registers.get(4), Some(0x17));
    let both = [0x17, 0, 3, 0, 2, 0, 4, 0, 1, 2, 7, 7];
    assert_eq!(ask(&mut server, &both), [0x17, 4, 1, 2, 7, 7], "the write comes first");
}

#[test]
fn what_is_refused_says_why() {
    let illegal_function = |pdu: &[u8]| assert_eq!(answer(pdu), [pdu[0] | 0x80, 1]);
    illegal_function(&[0x07]);
    illegal_function(&[0x08, 0, 0, 1, 2]);
    illegal_function(&[0x2B, 0x0E, 1, 0]);
    illegal_function(&[0x42, 1, 2, 3]);
    // Malformed, but the function is looked at first.
    illegal_function(&[0x07, 1, 2]);
    illegal_function(&[0x14, 200]);
    illegal_function(&[0x00]);
    illegal_function(&[0x83, 2]);

    let illegal_address = |pdu: &[u8]| assert_eq!(answer(pdu), [pdu[0] | 0x80, 2]);
    illegal_address(&[0x01, 0, 0, 0, 10]);
    illegal_address(&[0x02, 0, 9, 0, 1]);
    illegal_address(&[0x03, 0, 125, 0, 1]);
    illegal_address(&[0x03, 0xFF, 0xFF, 0, 2]);
    illegal_address(&[0x04, 0, 99, 0, 1]);
    illegal_address(&[0x06, 0, 125, 0, 1]);
    illegal_address(&[0x16, 0, 125, 0, 1, 0, 1]);

    let illegal_value = |pdu: &[u8]| assert_eq!(answer(pdu), [pdu[0] | 0x80, 3]);
    illegal_value(&[0x03, 0, 0, 0, 0]);
    illegal_value(&[0x03, 0, 0, 0, 126]);
    illegal_value(&[0x01, 0, 0, 0x07, 0xD1]);
    illegal_value(&[0x03, 0, 0, 0]);
    illegal_value(&[0x03, 0, 0, 0, 1, 0]);
    illegal_value(&[0x05, 0, 0, 0x12, 0x34]);
    illegal_value(&[0x10, 0, 0, 0, 1, 4, 1, 2]);
    illegal_value(&[0x10, 0, 0, 0, 2, 2, 1, 2]);
    illegal_value(&[0x0F, 0, 0, 0, 9, 1, 0xFF]);
}

#[test]
fn a_write_that_reaches_outside_writes_nothing() {
    let mut server = TcpServer::new(bank());
    let before = server.service().clone();
    for pdu in [
        &[0x10, 0, 124, 0, 2, 4, 9, 9, 9, 9][..],
        &[0x0F, 0, 8, 0, 2, 1, 0],
        &[0x17, 0, 0, 0, 1, 0, 124, 0, 2, 4, 9, 9, 9, 9],
        &[0x17, 0, 124, 0, 2, 0, 0, 0, 1, 2, 9, 9],
        &[0x06, 0, 125, 9, 9],
        &[0x10, 0, 0, 0, 1, 4, 9, 9, 9, 9],
    ] {
        let answer = ask(&mut server, pdu);
        assert_eq!(answer.len(), 2, "{pdu:02x?} gave {answer:02x?}");
        assert_eq!(*server.service(), before, "{pdu:02x?}");
    }
}

#[test]
fn requests_that_came_together_leave_together() {
    let mut server = TcpServer::new(bank());
    let (mut requests, mut answers) = (Vec::new(), Vec::new());
    for n in 0..16_u8 {
        requests.extend(frame(n.into(), 1, &[0x03, 0, n, 0, 99]));
        let registers = (u16::from(n)..u16::from(n) + 99).flat_map(u16::to_be_bytes);
        let pdu: Vec<u8> = [0x03, 198].into_iter().chain(registers).collect();
        answers.extend(frame(n.into(), 1, &pdu));
    }
    assert_eq!(server.handle_input(NOW, &requests), requests.len());
    assert_eq!(server.transmit(), answers);
}

#[test]
fn input_may_be_cut_at_every_byte() {
    let mut requests = frame(1, 1, &[0x03, 0, 0, 0, 2]);
    requests.extend(frame(2, 1, &[0x10, 0, 0, 0, 2, 4, 1, 2, 3, 4]));
    requests.extend(frame(3, 1, &[0x07]));
    requests.extend(frame(4, 1, &[0x03, 0, 0, 0, 2]));
    let mut whole = TcpServer::new(bank());
    whole.handle_input(NOW, &requests);
    for cut in 0..=requests.len() {
        let (front, back) = requests.split_at(cut);
        let mut server = TcpServer::new(bank());
        assert_eq!(server.handle_input(NOW, front), front.len());
        assert_eq!(server.handle_input(NOW, back), back.len());
        assert_eq!(server.transmit(), whole.transmit(), "cut at {cut}");
    }
    let mut server = TcpServer::new(bank());
    for byte in &requests {
        assert_eq!(server.handle_input(NOW, &[*byte]), 1);
    }
    assert_eq!(server.transmit(), whole.transmit());
}

#[test]
fn a_header_that_is_none_demands_reset_and_is_not_searched_for() {
    for header in [
        [0, 1, 0, 1, 0, 6, 1], // another protocol
        [0, 1, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 0, 1, 1],
        [0, 1, 0, 0, 0, 255, 1],
        [0, 1, 0, 0, 0xFF, 0xFF, 1],
    ] {
        let mut bytes = header.to_vec();
        bytes.extend(frame(2, 1, &[0x06, 0, 0, 9, 9]));
        for cut in 0..bytes.len() {
            let mut server = TcpServer::new(bank());
            let (front, back) = bytes.split_at(cut);
            server.handle_input(NOW, front);
            assert_eq!(server.handle_input(NOW, back), back.len());
            assert_eq!(server.link_demand(), LinkDemand::Reset, "{header:02x?}");
            assert_eq!(server.transmit(), []);
            assert_eq!(server.service().holding_registers.get(0), Some(0), "nothing is written");

            server.handle_link(NOW, LinkEvent::Lost);
            server.handle_link(NOW, LinkEvent::Up);
            assert_eq!(server.link_demand(), LinkDemand::Idle);
            assert_eq!(ask(&mut server, &[0x03, 0, 1, 0, 1]), [0x03, 2, 0, 1]);
        }
    }
}

#[test]
fn nothing_is_answered_on_a_stream_that_is_lost() {
    let mut server = TcpServer::new(bank());
    let bytes = [&frame(1, 1, &[0x03, 0, 0, 0, 1])[..], &[0, 2, 0, 1]].concat();
    assert_eq!(server.handle_input(NOW, &bytes), bytes.len());
    assert_eq!((server.transmit(), server.link_demand()), (&[][..], LinkDemand::Reset));
}

#[test]
fn a_client_that_does_not_read_is_not_read_from() {
    let options = TcpServerOptions {
        answers: 4,
        ..TcpServerOptions::default()
    };
    let mut server = TcpServer::with_options(bank(), options);
    let request = frame(7, 1, &[0x03, 0, 0, 0, 125]);
    let requests = request.repeat(20);
    let taken = server.handle_input(NOW, &requests);
    let full = 9 + 250;
    assert_eq!(taken, 4 * request.len());
    assert_eq!(server.transmit().len(), 4 * full);
    assert_eq!(server.handle_input(NOW, &requests[taken..]), 0);

    // As soon as there is room for one more, one more is taken.
    server.handle_transmitted(NOW, 255);
    assert_eq!(server.handle_input(NOW, &requests[taken..]), 0, "room for 259 bytes");
    server.handle_transmitted(NOW, 1);
    assert_eq!(server.handle_input(NOW, &requests[taken..]), request.len());
    assert_eq!(server.transmit().len(), 5 * full - 256);
    server.handle_transmitted(NOW, usize::MAX);
    assert_eq!(server.transmit(), []);
}

#[test]
fn units_that_are_not_there_are_not_answered() {
    let mut chain = Chain::new();
    chain
        .add(3, RegisterBank::new().with_holding_registers(0, [33]))
        .unwrap();
    let mut server = TcpServer::new(chain);
    for unit in [0, 1, 2, 4, 255] {
        server.handle_input(NOW, &frame(1, unit, &[0x03, 0, 0, 0, 1]));
        server.handle_input(NOW, &frame(1, unit, &[0x03, 0, 0, 0, 0]));
    }
    assert_eq!(server.transmit(), []);
    server.handle_input(NOW, &frame(1, 3, &[0x03, 0, 0, 0, 1]));
    assert_eq!(server.transmit(), frame(1, 3, &[0x03, 2, 0, 33]));
}

#[test]
fn after_the_client_has_closed_its_side_what_is_owed_leaves() {
    let mut server = TcpServer::new(bank());
    server.handle_input(NOW, &frame(1, 1, &[0x03, 0, 0, 0, 1]));
    server.handle_link(NOW, LinkEvent::Eof);
    assert_eq!(server.link_demand(), LinkDemand::Close);
    assert_eq!(server.transmit(), frame(1, 1, &[0x03, 2, 0, 0]));
}

/// Answers late, or what may not be answered.
struct Odd;

impl Service for Odd {
    fn serve<'a>(&'a mut self, _: Instant, _: u8, request: Request<'a>) -> Served<'a> {
        match request {
            Request::ReadHoldingRegisters { quantity, .. } => Served::response(Response::ReadHoldingRegisters {
                values: Registers::new(&[7; 200][..usize::from(quantity)]),
            }),
            Request::ReadInputRegisters { .. } => Served::response(Response::ReadInputRegisters {
                values: Registers::new(&[]),
            }),
            Request::WriteSingleRegister { .. } => Served::silence(),
            _ => Served::exception(ExceptionCode::SERVER_DEVICE_BUSY).after(Duration::from_millis(5)),
        }
    }

    fn has_function(&self, _: u8, function: FunctionCode) -> bool {
        function != FunctionCode::READ_COILS
    }
}

#[test]
fn a_response_that_the_standard_forbids_becomes_a_device_failure() {
    assert_eq!(ask(&mut TcpServer::new(Odd), &[0x04, 0, 0, 0, 1]), [0x84, 4]);
}

#[test]
fn an_answer_that_is_held_back_holds_back_what_comes_behind_it() {
    let mut server = TcpServer::new(Odd);
    let read = frame(1, 1, &[0x03, 0, 0, 0, 1]);
    let late = frame(2, 1, &[0x11]);
    let requests = [&read[..], &late, &read].concat();
    assert_eq!(server.handle_input(NOW, &requests), read.len() + late.len());
    assert_eq!(server.transmit(), frame(1, 1, &[0x03, 2, 0, 7]));
    server.handle_transmitted(NOW, 11);
    server.handle_link(NOW, LinkEvent::Eof);
    assert_eq!(server.link_demand(), LinkDemand::Idle, "an answer is still owed");

    let due = server.poll_timeout().unwrap();
    assert_eq!(due, NOW + Duration::from_millis(5));
    server.handle_timeout(NOW + Duration::from_millis(4));
    assert_eq!(server.transmit(), []);
    server.handle_timeout(due);
    assert_eq!(server.transmit(), frame(2, 1, &[0x91, 6]));
    assert_eq!(server.poll_timeout(), None);
    assert_eq!(server.handle_input(due, &read), read.len());
    assert_eq!(server.link_demand(), LinkDemand::Close);
}

#[test]
fn silence_is_no_answer() {
    assert_eq!(ask(&mut TcpServer::new(Odd), &[0x06, 0, 0, 0, 1]), []);
    assert_eq!(ask(&mut TcpServer::new(Odd), &[0x01, 0]), [0x81, 1]);
}
