//! A simulated unit over real sockets: one hub for several clients, and a serial protocol over a pipe.

#![cfg(all(feature = "simulator", feature = "tokio"))]
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::tokio::{Driver, Server, StreamLink, listen, tcp};
use pdu_core::{Event, Session};
use pdu_proto_modbus::bps2000::simulator::Bps2000;
use pdu_proto_modbus::client::{Reply, Request, RtuClient, RtuLink, RtuOptions, TcpClient, TcpOptions};
use pdu_proto_modbus::server::{LineSettings, RtuServer, RtuServerOptions, TcpHub};
use tokio::net::TcpListener;

/// Far more than any of this takes; it only ends a test that hangs.
const LIMIT: Duration = Duration::from_secs(20);

/// The registers of a reply.
fn registers(reply: &Reply) -> Vec<u16> {
    reply.registers().unwrap().iter().collect()
}

#[tokio::test]
async fn many_clients_of_one_unit_ask_at_once() {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let mut listener = listen(socket, TcpHub::new(Bps2000::new(1)));
    tokio::spawn(async move { listener.run().await });

    let clients = (0..8_u16).map(|n| async move {
        let mut client = Driver::connecting(TcpClient::<16>::new(TcpOptions::default()), tcp(address, LIMIT));
        let mine = Request::write_single_register(1, 63 + n, 1000 + n).unwrap();
        client.submit(mine).unwrap();
        for _ in 0..15 {
            client
                .submit(Request::read_holding_registers(1, 0, 99).unwrap())
                .unwrap();
        }
        for _ in 0..16 {
            let Event::Done { result, .. } = client.next().await.unwrap();
            let reply = result.unwrap();
            if reply.registers().is_some() {
                assert_eq!(registers(&reply)[usize::from(63 + n)], 1000 + n);
            }
        }
    });
    let tasks: Vec<_> = clients.map(tokio::spawn).collect();
    for task in tasks {
        tokio::time::timeout(LIMIT, task).await.unwrap().unwrap();
    }

    let mut client = Driver::connecting(TcpClient::<1>::new(TcpOptions::default()), tcp(address, LIMIT));
    client
        .submit(Request::read_holding_registers(1, 63, 8).unwrap())
        .unwrap();
    let Event::Done { result, .. } = tokio::time::timeout(LIMIT, client.next()).await.unwrap().unwrap();
    let expected: Vec<u16> = (1000..1008).collect();
    assert_eq!(registers(&result.unwrap()), expected, "what each client wrote");
}

#[tokio::test]
async fn a_serial_unit_answers_over_a_pipe() {
    let (ours, theirs) = tokio::io::duplex(4096);
    let line = LineSettings {
        baud: 115_200,
        ..LineSettings::default()
    };
    let unit = Bps2000::builder().seed(1).address(7).build();
    let mut server = Server::new(RtuServer::new(unit, RtuServerOptions::serial(line)), StreamLink(theirs));
    tokio::spawn(async move { server.run().await });

    let options = RtuOptions {
        link: RtuLink::Serial(line),
        ..RtuOptions::default()
    };
    let mut client = Driver::new(RtuClient::<4>::new(options), StreamLink(ours));
    for _ in 0..3 {
        client
            .submit(Request::read_holding_registers(7, 0, 99).unwrap())
            .unwrap();
        let done = tokio::time::timeout(LIMIT, client.next()).await.unwrap().unwrap();
        let Event::Done { result, .. } = done;
        assert_eq!(registers(&result.unwrap()).len(), 99);
    }
    assert!(client.session_mut().poll_event().is_none());
}
