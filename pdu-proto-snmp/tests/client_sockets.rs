//! The asking side over real sockets: a driver that blocks, a handle of tokio, a manager of many agents.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod client_support;

use std::future::Future;
use std::net::{SocketAddr, UdpSocket};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use client_support::{Agent, ROOT, Told, name, target, told};
use pdu_core::{CallError, Clock, Error, ErrorKind, Hub, Path, blocking, tokio::UdpDriver};
use pdu_proto_snmp::client::{Client, Manager, ManagerOptions, OwnedRequest, Request, Target};
use pdu_proto_snmp::wire::{Value, VarBind, VarBindList, Version};

const ALL: [Version; 3] = [Version::V1, Version::V2C, Version::V3];

/// Agents on loopback, each behind its own socket, until this is dropped.
struct Farm {
    addresses: Vec<SocketAddr>,
    stop: Arc<AtomicBool>,
    serving: Option<thread::JoinHandle<usize>>,
}

impl Farm {
    fn new(versions: &[Version]) -> Self {
        let bind = |version: &Version| {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_nonblocking(true).unwrap();
            (socket, Agent::new(*version, 30))
        };
        let mut agents: Vec<(UdpSocket, Agent)> = versions.iter().map(bind).collect();
        let addresses = agents.iter().map(|(socket, _)| socket.local_addr().unwrap()).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let serving = thread::spawn(move || {
            let clock = Clock::start();
            let (mut buffer, mut answered) = (vec![0; 65_536], 0);
            while !stopped.load(Ordering::Relaxed) {
                let mut idle = true;
                for (socket, agent) in &mut agents {
                    let Ok((len, from)) = socket.recv_from(&mut buffer) else {
                        continue;
                    };
                    idle = false;
                    if let Some(answer) = agent.answer(clock.now(), &buffer[..len]) {
                        socket.send_to(&answer, from).unwrap();
                        answered += 1;
                    }
                }
                if idle {
                    thread::sleep(Duration::from_micros(200));
                }
            }
            answered
        });
        Self {
            addresses,
            stop,
            serving: Some(serving),
        }
    }

    /// How often they answered.
    fn end(mut self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.serving.take().unwrap().join().unwrap()
    }
}

fn at(version: Version, address: SocketAddr) -> Target {
    target(version).with_path(Path::to(address))
}

fn link(address: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(address).unwrap();
    socket
}

#[test]
fn a_driver_that_blocks_gets_walks_and_sets_in_every_version() {
    for version in ALL {
        let farm = Farm::new(&[version]);
        let client = Client::new(at(version, farm.addresses[0]), 1).unwrap();
        let mut driver = blocking::Driver::new(client, link(farm.addresses[0]));
        let row = name(&[3]);
        let reply = driver.call(OwnedRequest::get([row.as_oid()])).unwrap();
        assert_eq!(reply.value(row.as_oid()), Some(Value::Integer(3)));
        let seven = [VarBind::new(row.as_oid(), Value::Integer(7))];
        driver.call(OwnedRequest::set(&seven)).unwrap();
        let table = driver.call(OwnedRequest::walk(ROOT)).unwrap();
        assert_eq!(
            (table.varbinds().count(), table.value(row.as_oid())),
            (30, Some(Value::Integer(7)))
        );
        drop(driver);
        assert!(farm.end() >= 4);
    }
}

#[test]
fn agent_that_is_not_there_times_out() {
    let address = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = at(Version::V2C, address)
        .with_timeout(Duration::from_millis(20))
        .with_retries(2);
    let mut driver = blocking::Driver::new(Client::new(target, 1).unwrap(), link(address));
    match driver.call(OwnedRequest::walk(ROOT)) {
        Err(CallError::Session(error)) => assert_eq!(error.kind(), ErrorKind::Timeout),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_handle_of_tokio_asks_several_things_at_once() {
    for version in ALL {
        let farm = Farm::new(&[version]);
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.connect(farm.addresses[0]).await.unwrap();
        let client = Client::new(at(version, farm.addresses[0]).with_window(4), 1).unwrap();
        let (handle, runner) = pdu_core::tokio::Driver::new(client, socket).into_handle();
        let running = tokio::spawn(runner);
        let (row, other) = (name(&[3]), name(&[4]));
        let (get, table) = tokio::join!(
            handle.call(OwnedRequest::get([row.as_oid(), other.as_oid()])),
            handle.call(OwnedRequest::walk(ROOT)),
        );
        assert_eq!(get.unwrap().value(other.as_oid()), Some(Value::Integer(4)));
        assert_eq!(table.unwrap().varbinds().count(), 30);
        running.abort();
        let _ = running.await;
        farm.end();
    }
}

#[tokio::test]
async fn a_manager_polls_agents_of_all_versions_through_one_socket() {
    let versions: Vec<Version> = ALL.iter().copied().cycle().take(30).collect();
    let farm = Farm::new(&versions);
    let mut manager = Manager::new(ManagerOptions::new(1).with_window(16));
    let ids: Vec<_> = versions
        .iter()
        .zip(&farm.addresses)
        .map(|(version, address)| manager.add(at(*version, *address)).unwrap())
        .collect();
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut driver = UdpDriver::new(socket, manager);
    let asked = VarBindList::asking([name(&[5]).as_oid()]);
    for round in 0..3 {
        for id in &ids {
            let now = driver.now();
            driver
                .hub_mut()
                .submit(now, *id, Request::Get(asked.varbinds()))
                .unwrap();
        }
        let mut answered = 0;
        while answered < ids.len() {
            let event = std::future::poll_fn(|cx| {
                let _ = pin!(driver.run()).poll(cx);
                match told(driver.hub_mut()) {
                    Some(event) => Poll::Ready(event),
                    None => Poll::Pending,
                }
            });
            let Told::Done(_, result) = event.await else { panic!() };
            assert_eq!(result.unwrap().count(), 1, "round {round}");
            answered += 1;
        }
    }
    assert_eq!(driver.hub().poll_timeout(), None);
    assert!(farm.end() >= 90);
}
