//! An FC03 answer: unit, function, byte count, CRC or header checked, every register visited, no allocation.

use std::{
    hint::black_box,
    io,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use pdu_core::Status;
use pdu_proto_modbus::wire::{Registers, Request, Response, rtu, tcp};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_modbus::{client::Reader as _, prelude::Slave};

use super::{TRANSACTION, UNIT, sum, table};
use crate::{Case, Contender};

pub(super) fn cases() -> Vec<Case> {
    let sizes = [1, 53, 125];
    sizes.map(rtu).into_iter().chain(sizes.map(tcp)).collect()
}

fn rtu(registers: u16) -> Case {
    let mut frame = vec![0; rtu::MAX_FRAME];
    let values = table(registers);
    let response = Response::ReadHoldingRegisters {
        values: Registers::new(&values),
    };
    let len = rtu::encode(UNIT, &response, &mut frame).unwrap();
    frame.truncate(len);
    let copies = || frame.clone();
    let contenders = vec![
        ours_rtu(copies(), registers),
        rustmod_rtu(copies(), registers),
        modbus_core_rtu(copies(), registers),
        rmodbus(copies(), registers, rmodbus::ModbusProto::Rtu),
        tokio_modbus(copies(), registers, tokio_modbus::client::rtu::attach_slave, 0),
    ];
    Case {
        name: format!("decode rtu, fc03 answer of {registers} registers"),
        contenders,
    }
}

fn tcp(registers: u16) -> Case {
    let mut frame = vec![0; tcp::MAX_FRAME];
    let values = table(registers);
    let response = Response::ReadHoldingRegisters {
        values: Registers::new(&values),
    };
    let len = tcp::encode(TRANSACTION, UNIT, &response, &mut frame).unwrap();
    frame.truncate(len);
    let copies = || frame.clone();
    let contenders = vec![
        ours_tcp(copies(), registers),
        rustmod_tcp(copies(), registers),
        modbus_core_tcp(copies(), registers),
        rmodbus(copies(), registers, rmodbus::ModbusProto::TcpUdp),
        tokio_modbus(copies(), registers, tokio_modbus::client::tcp::attach_slave, 2),
    ];
    Case {
        name: format!("decode tcp, fc03 answer of {registers} registers"),
        contenders,
    }
}

fn ours_rtu(frame: Vec<u8>, quantity: u16) -> Contender {
    let request = Request::ReadHoldingRegisters { address: 0, quantity };
    Contender::new("pdu-proto-modbus", move || {
        let frame = rtu::parse(black_box(&frame)).unwrap();
        assert_eq!(frame.unit, UNIT);
        ours(black_box(&request), frame.pdu)
    })
}

fn ours_tcp(frame: Vec<u8>, quantity: u16) -> Contender {
    let request = Request::ReadHoldingRegisters { address: 0, quantity };
    Contender::new("pdu-proto-modbus", move || {
        let Status::Complete((frame, _)) = tcp::parse(black_box(&frame)).unwrap() else {
            panic!("the frame is whole");
        };
        assert_eq!((frame.transaction, frame.unit), (TRANSACTION, UNIT));
        ours(black_box(&request), frame.pdu)
    })
}

#[inline(always)] // as if its user had written it in one piece
fn ours(request: &Request<'_>, pdu: &[u8]) -> u64 {
    let response = Response::parse(pdu).unwrap();
    request.check(&response).unwrap();
    match response {
        Response::ReadHoldingRegisters { values } => sum(values.iter()),
        _ => panic!("checked"),
    }
}

fn rustmod_rtu(frame: Vec<u8>, quantity: u16) -> Contender {
    use rustmod_core::frame::rtu;
    Contender::new("rustmod-core", move || {
        let (unit, pdu) = rtu::decode_frame(black_box(&frame)).unwrap();
        assert_eq!(unit.as_u8(), UNIT);
        rustmod(pdu, quantity)
    })
}

fn rustmod_tcp(frame: Vec<u8>, quantity: u16) -> Contender {
    use rustmod_core::{encoding::Reader, frame::tcp};
    Contender::new("rustmod-core", move || {
        let (header, pdu) = tcp::decode_frame(&mut Reader::new(black_box(&frame))).unwrap();
        assert_eq!((header.transaction_id, header.unit_id.as_u8()), (TRANSACTION, UNIT));
        rustmod(pdu, quantity)
    })
}

#[inline(always)] // as if its user had written it in one piece
fn rustmod(pdu: &[u8], quantity: u16) -> u64 {
    use rustmod_core::{encoding::Reader, pdu::Response};
    let Response::ReadHoldingRegisters(response) = Response::decode(&mut Reader::new(pdu)).unwrap() else {
        panic!("another function");
    };
    let count = response.register_count();
    assert_eq!(count, usize::from(black_box(quantity)));
    sum(words(response.data))
}

fn modbus_core_rtu(frame: Vec<u8>, quantity: u16) -> Contender {
    Contender::new("modbus-core", move || {
        let adu = modbus_core::rtu::client::decode_response(black_box(&frame))
            .unwrap()
            .unwrap();
        assert_eq!(adu.hdr.slave, UNIT);
        modbus_core(&adu.pdu, quantity)
    })
}

fn modbus_core_tcp(frame: Vec<u8>, quantity: u16) -> Contender {
    Contender::new("modbus-core", move || {
        let adu = modbus_core::tcp::client::decode_response(black_box(&frame))
            .unwrap()
            .unwrap();
        assert_eq!((adu.hdr.transaction_id, adu.hdr.unit_id), (TRANSACTION, UNIT));
        modbus_core(&adu.pdu, quantity)
    })
}

#[inline(always)] // as if its user had written it in one piece
fn modbus_core(pdu: &modbus_core::ResponsePdu<'_>, quantity: u16) -> u64 {
    let modbus_core::ResponsePdu(Ok(modbus_core::Response::ReadHoldingRegisters(data))) = pdu else {
        panic!("another function");
    };
    assert_eq!(data.len(), usize::from(black_box(quantity)));
    sum(words(data.payload()))
}

/// `parse_u16` pushes into a vector; the slice is this crate's fastest way.
fn rmodbus(frame: Vec<u8>, quantity: u16, proto: rmodbus::ModbusProto) -> Contender {
    let mut request = rmodbus::client::ModbusRequest::new(UNIT, proto);
    request.tr_id = TRANSACTION;
    request.generate_get_holdings(0, quantity, &mut Vec::new()).unwrap();
    Contender::new("rmodbus", move || {
        let data = black_box(&request).parse_slice(black_box(&frame)).unwrap();
        assert_eq!(data.len(), 2 * usize::from(black_box(quantity)));
        sum(words(data))
    })
}

/// Its codec is private: this is a whole call, whose transport answers at once with the same frame.
fn tokio_modbus(
    frame: Vec<u8>,
    quantity: u16,
    attach: impl FnOnce(Canned, Slave) -> tokio_modbus::client::Context,
    echoed: usize,
) -> Contender {
    let transport = Canned {
        frame,
        echoed,
        unread: 0..0,
    };
    let mut client = attach(transport, Slave(UNIT));
    Contender::new("tokio-modbus (a whole call)", move || {
        let call = pin!(client.read_holding_registers(0, black_box(quantity)));
        let Poll::Ready(reply) = call.poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("the transport never waits");
        };
        sum(reply.unwrap().unwrap().into_iter())
    })
}

#[inline]
fn words(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
}

/// A transport that answers each request at once with the same frame, but for the first bytes, which it repeats from the
/// request.
#[derive(Debug)]
struct Canned {
    frame: Vec<u8>,
    echoed: usize,
    unread: std::ops::Range<usize>,
}

impl AsyncRead for Canned {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let unread = self.unread.clone();
        if unread.is_empty() {
            return Poll::Pending;
        }
        let end = unread.end.min(unread.start + buf.remaining());
        buf.put_slice(&self.frame[unread.start..end]);
        self.unread.start = end;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Canned {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let echoed = self.echoed;
        self.frame[..echoed].copy_from_slice(&bytes[..echoed]);
        self.unread = 0..self.frame.len();
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
