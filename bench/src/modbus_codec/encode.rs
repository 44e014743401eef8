//! Requests and responses into the caller's buffer, from a table of registers.

use std::hint::black_box;

use pdu_proto_modbus::wire::{Encode, Registers, Request, Response, rtu, tcp};
use rmodbus::{ModbusProto, client::ModbusRequest};

use super::{TRANSACTION, UNIT, table, touch};
use crate::{Case, Contender};

#[derive(Clone, Copy)]
enum Medium {
    Rtu,
    Tcp,
}

use Medium::{Rtu, Tcp};

impl Medium {
    const fn name(self) -> &'static str {
        match self {
            Rtu => "rtu",
            Tcp => "tcp",
        }
    }

    const fn rmodbus(self) -> ModbusProto {
        match self {
            Rtu => ModbusProto::Rtu,
            Tcp => ModbusProto::TcpUdp,
        }
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for medium in [Rtu, Tcp] {
        cases.push(read_request(medium));
        cases.extend([1, 53, 123].map(|registers| write_request(medium, registers)));
        cases.extend([1, 53, 125].map(|registers| response(medium, registers)));
    }
    cases
}

/// Our own encoder, with the medium chosen outside the measured loop.
fn ours<M: Encode>(medium: Medium, message: impl Fn() -> M + 'static) -> Contender {
    const NAME: &str = "pdu-proto-modbus";
    let mut out = [0; tcp::MAX_FRAME];
    match medium {
        Rtu => Contender::new(NAME, move || {
            let len = rtu::encode(black_box(UNIT), &message(), &mut out).unwrap();
            touch(&out[..len])
        }),
        Tcp => Contender::new(NAME, move || {
            let len = tcp::encode(black_box(TRANSACTION), black_box(UNIT), &message(), &mut out).unwrap();
            touch(&out[..len])
        }),
    }
}

fn read_request(medium: Medium) -> Case {
    let contenders = vec![
        ours(medium, || Request::ReadHoldingRegisters {
            address: black_box(0),
            quantity: black_box(99),
        }),
        rustmod(medium, |writer| {
            let request = rustmod_core::pdu::ReadHoldingRegistersRequest {
                start_address: black_box(0),
                quantity: black_box(99),
            };
            request.encode(writer).unwrap();
        }),
        modbus_core_request(medium, || {
            modbus_core::Request::ReadHoldingRegisters(black_box(0), black_box(99))
        }),
        rmodbus(medium, |request, out| {
            request.generate_get_holdings(black_box(0), black_box(99), out).unwrap();
        }),
    ];
    Case {
        name: format!("encode {}, fc03 request", medium.name()),
        contenders,
    }
}

fn write_request(medium: Medium, registers: u16) -> Case {
    let values: &'static [u16] = table(registers).leak();
    let contenders = vec![
        ours(medium, move || Request::WriteMultipleRegisters {
            address: black_box(0),
            values: Registers::new(black_box(values)),
        }),
        rustmod(medium, move |writer| {
            let request = rustmod_core::pdu::WriteMultipleRegistersRequest {
                start_address: black_box(0),
                values: black_box(values),
            };
            request.encode(writer).unwrap();
        }),
        modbus_core_write(medium, values),
        rmodbus(medium, move |request, out| {
            request
                .generate_set_holdings_bulk(black_box(0), black_box(values), out)
                .unwrap();
        }),
    ];
    Case {
        name: format!("encode {}, fc16 request of {registers} registers", medium.name()),
        contenders,
    }
}

/// rmodbus builds a response only out of a request that it parses in the same pass: it is absent here.
fn response(medium: Medium, registers: u16) -> Case {
    let values: &'static [u16] = table(registers).leak();
    let contenders = vec![
        ours(medium, move || Response::ReadHoldingRegisters {
            values: Registers::new(black_box(values)),
        }),
        rustmod(medium, move |writer| {
            // It takes the bytes of the registers, which its user has to make.
            let mut bytes = [0; 250];
            let bytes = big_endian(black_box(values), &mut bytes);
            let response = rustmod_core::pdu::ReadHoldingRegistersResponse { data: bytes };
            rustmod_core::pdu::Response::ReadHoldingRegisters(response)
                .encode(writer)
                .unwrap();
        }),
        modbus_core_response(medium, values),
    ];
    Case {
        name: format!("encode {}, fc03 answer of {registers} registers", medium.name()),
        contenders,
    }
}

fn big_endian<'a>(values: &[u16], out: &'a mut [u8; 250]) -> &'a [u8] {
    for (pair, value) in out.chunks_exact_mut(2).zip(values) {
        pair.copy_from_slice(&value.to_be_bytes());
    }
    &out[..2 * values.len()]
}

fn rustmod(medium: Medium, encode: impl Fn(&mut rustmod_core::encoding::Writer<'_>) + 'static) -> Contender {
    use rustmod_core::{UnitId, encoding::Writer, frame};
    const NAME: &str = "rustmod-core";
    let (mut pdu, mut out) = ([0; 253], [0; tcp::MAX_FRAME]);
    match medium {
        Rtu => Contender::new(NAME, move || {
            let mut pdu = Writer::new(&mut pdu);
            encode(&mut pdu);
            let mut frame = Writer::new(&mut out);
            frame::rtu::encode_frame(&mut frame, UnitId::new(black_box(UNIT)), pdu.as_written()).unwrap();
            touch(frame.as_written())
        }),
        Tcp => Contender::new(NAME, move || {
            let mut pdu = Writer::new(&mut pdu);
            encode(&mut pdu);
            let mut frame = Writer::new(&mut out);
            let unit = UnitId::new(black_box(UNIT));
            frame::tcp::encode_frame(&mut frame, black_box(TRANSACTION), unit, pdu.as_written()).unwrap();
            touch(frame.as_written())
        }),
    }
}

fn rmodbus(medium: Medium, encode: impl Fn(&mut ModbusRequest, &mut Vec<u8>) + 'static) -> Contender {
    let mut request = ModbusRequest::new(UNIT, medium.rmodbus());
    request.tr_id = TRANSACTION;
    let mut out = Vec::with_capacity(tcp::MAX_FRAME);
    Contender::new("rmodbus", move || {
        encode(black_box(&mut request), &mut out);
        touch(&out)
    })
}

fn modbus_core_request(medium: Medium, request: impl Fn() -> modbus_core::Request<'static> + 'static) -> Contender {
    const NAME: &str = "modbus-core";
    let mut out = [0; tcp::MAX_FRAME];
    Contender::new(NAME, move || {
        let len = modbus_core_encode_request(medium, request(), &mut out);
        touch(&out[..len])
    })
}

fn modbus_core_write(medium: Medium, values: &'static [u16]) -> Contender {
    let (mut bytes, mut out) = ([0; 250], [0; tcp::MAX_FRAME]);
    Contender::new("modbus-core", move || {
        let data = modbus_core::Data::from_words(black_box(values), &mut bytes[..2 * values.len()]).unwrap();
        let request = modbus_core::Request::WriteMultipleRegisters(black_box(0), data);
        let len = modbus_core_encode_request(medium, request, &mut out);
        touch(&out[..len])
    })
}

#[inline]
fn modbus_core_encode_request(medium: Medium, request: modbus_core::Request<'_>, out: &mut [u8]) -> usize {
    let pdu = modbus_core::RequestPdu(request);
    match medium {
        Rtu => {
            use modbus_core::rtu;
            let hdr = rtu::Header { slave: black_box(UNIT) };
            rtu::client::encode_request(rtu::RequestAdu { hdr, pdu }, out).unwrap()
        }
        Tcp => {
            use modbus_core::tcp;
            let hdr = tcp::Header {
                transaction_id: black_box(TRANSACTION),
                unit_id: black_box(UNIT),
            };
            tcp::client::encode_request(tcp::RequestAdu { hdr, pdu }, out).unwrap()
        }
    }
}

fn modbus_core_response(medium: Medium, values: &'static [u16]) -> Contender {
    let (mut bytes, mut out) = ([0; 250], [0; tcp::MAX_FRAME]);
    Contender::new("modbus-core", move || {
        let data = modbus_core::Data::from_words(black_box(values), &mut bytes[..2 * values.len()]).unwrap();
        let pdu = modbus_core::ResponsePdu(Ok(modbus_core::Response::ReadHoldingRegisters(data)));
        let len = match medium {
            Rtu => {
                use modbus_core::rtu;
                let hdr = rtu::Header { slave: black_box(UNIT) };
                rtu::server::encode_response(rtu::ResponseAdu { hdr, pdu }, &mut out).unwrap()
            }
            Tcp => {
                use modbus_core::tcp;
                let hdr = tcp::Header {
                    transaction_id: black_box(TRANSACTION),
                    unit_id: black_box(UNIT),
                };
                tcp::server::encode_response(tcp::ResponseAdu { hdr, pdu }, &mut out).unwrap()
            }
        };
        touch(&out[..len])
    })
}
