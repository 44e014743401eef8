//! Every server held to the contract of servers.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use pdu_core::testing::{ServerFixture, SolePeer, server};
use pdu_core::{ConnectionId, Endpoint};
use pdu_proto_modbus::bps2000::simulator::Bps2000;
use pdu_proto_modbus::server::{
    Chain, LocalEcho, RegisterBank, RtuServer, RtuServerOptions, TcpHub, TcpServer, TcpServerOptions,
};
use pdu_proto_modbus::wire::{Bits, Registers, Request, rtu, tcp};

/// A server made by a function, and how a request of it is framed.
struct Served<E> {
    server: fn() -> E,
    frame: fn(u32, &Request<'_>, &mut [u8]) -> usize,
}

impl<E: Endpoint> ServerFixture for Served<E> {
    type Server = E;

    fn server(&self) -> E {
        (self.server)()
    }

    fn request(&self, n: u32) -> Vec<u8> {
        let mut frame = vec![0; tcp::MAX_FRAME];
        let len = (self.frame)(n, &request(n), &mut frame);
        frame.truncate(len);
        frame
    }
}

fn request(n: u32) -> Request<'static> {
    let address = u16::try_from(n % 16).unwrap();
    match n % 7 {
        0 => Request::WriteSingleRegister {
            address: 63 + address,
            value: 7,
        },
        1 => Request::ReadHoldingRegisters { address, quantity: 125 },
        2 => Request::WriteMultipleRegisters {
            address,
            values: Registers::new(&[1, 2, 3]),
        },
        3 => Request::WriteMultipleCoils {
            address,
            values: Bits::new(&[true, false, true]),
        },
        4 => Request::ReadExceptionStatus,
        5 => Request::ReadCoils { address, quantity: 9 },
        _ => Request::ReadHoldingRegisters {
            address: 63 + address,
            quantity: 8,
        },
    }
}

fn tcp_frame(n: u32, request: &Request<'_>, out: &mut [u8]) -> usize {
    tcp::encode(u16::try_from(n).unwrap(), 1, request, out).unwrap()
}

/// Some of them to a unit that is not there.
fn rtu_frame(n: u32, request: &Request<'_>, out: &mut [u8]) -> usize {
    let unit = if n.is_multiple_of(5) { 9 } else { 1 };
    rtu::encode(unit, request, out).unwrap()
}

fn bank() -> RegisterBank {
    RegisterBank::new()
        .with_coils(0, vec![true; 30])
        .with_holding_registers(0, vec![0x5A5A; 150])
}

fn chain() -> Chain<RegisterBank> {
    let mut chain = Chain::new();
    chain.add(1, bank()).unwrap();
    chain.add(2, bank()).unwrap();
    chain
}

#[test]
fn one_tcp_connection() {
    server::all(&Served {
        server: || TcpServer::new(bank()),
        frame: tcp_frame,
    });
}

#[test]
fn a_tcp_connection_with_room_for_one_answer() {
    server::all(&Served {
        server: || {
            let options = TcpServerOptions {
                answers: 1,
                ..TcpServerOptions::default()
            };
            TcpServer::with_options(bank(), options)
        },
        frame: tcp_frame,
    });
}

#[test]
fn a_connection_of_a_hub() {
    server::all(&Served {
        server: || SolePeer::new(TcpHub::new(bank()), ConnectionId::from_number(4)),
        frame: tcp_frame,
    });
}

#[test]
fn a_serial_line() {
    server::all(&Served {
        server: || RtuServer::new(chain(), RtuServerOptions::default()),
        frame: rtu_frame,
    });
}

#[test]
fn a_serial_line_whose_echo_is_to_be_removed() {
    server::all(&Served {
        server: || {
            let options = RtuServerOptions {
                echo: LocalEcho::Removed,
                ..RtuServerOptions::default()
            };
            RtuServer::new(chain(), options)
        },
        frame: rtu_frame,
    });
}

#[test]
fn rtu_over_tcp() {
    server::all(&Served {
        server: || RtuServer::new(chain(), RtuServerOptions::over_tcp()),
        frame: rtu_frame,
    });
}

/// Of which the requests read thresholds only: the rest moves with the time.
#[test]
fn a_simulated_unit() {
    server::all(&Served {
        server: || TcpServer::new(Bps2000::new(3)),
        frame: tcp_frame,
    });
}
