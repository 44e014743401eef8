//! An agent over a real socket on the loopback address.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod server_support;

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::Duration;

use pdu_core::tokio::UdpDriver;
use pdu_proto_snmp::wire::{Body, Message, Tolerance, Value, VarBind};
use server_support::*;

/// Asks from a thread of its own, with a socket of its own.
fn manager(agent: SocketAddr, community: &'static [u8], requests: i32) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let names = asking([SYS_UP_TIME]);
        for id in 1..=requests {
            let mut buffer = [0; 512];
            let request = Message::v2c(community, Body::get(id, &names))
                .encode(&mut buffer)
                .unwrap();
            socket.send_to(request, agent).unwrap();
            let mut buffer = [0; 512];
            let (len, from) = socket.recv_from(&mut buffer).unwrap();
            assert_eq!(from, agent);
            let response = Message::parse(&buffer[..len], Tolerance::STRICT).unwrap();
            let up_time = [VarBind::new(SYS_UP_TIME, Value::TimeTicks(4711))];
            assert_eq!(response, Message::v2c(community, Body::response(id, &up_time)));
        }
    })
}

#[tokio::test]
async fn several_managers_are_answered() {
    let socket = tokio::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = socket.local_addr().unwrap();
    let managers: Vec<_> = [&b"public"[..], b"private", b"public"]
        .into_iter()
        .map(|community| manager(address, community, 100))
        .collect();
    let mut driver = UdpDriver::new(socket, agent(tree()));
    let all_done = async {
        while !managers.iter().all(thread::JoinHandle::is_finished) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        _ = driver.run() => {}
        () = all_done => {}
        () = tokio::time::sleep(Duration::from_secs(30)) => panic!("not answered in time"),
    }
    for manager in managers {
        manager.join().unwrap();
    }
    assert_eq!((driver.hub().statistics().answered, driver.unsent()), (300, 0));
}
