//! One program, units of every protocol: what each can do is asked first, and what it cannot do is an error and no guess.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::time::Duration;

use pdu_core::blocking::{self, Driver, Link};
use pdu_core::testing::SolePeer;
use pdu_core::{
    Action, Answer, Capability, Clock, Command, ConnectionId, Delay, DeviceSession, Effect, Endpoint, Error, ErrorKind,
    Hub, Instant, Path, PowerState, Quantity, Reading, Target, Transport,
};
use pdu_proto_7series::{client as http, profile::Profile, series7 as pages, server::HttpHub};
use pdu_proto_isotek::{client as isotek, server::TextServer, smart_power};
use pdu_proto_modbus::{bps2000, client as modbus, server::TcpServer};
use pdu_proto_snmp::client::{self as snmp, Client};
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, Tree};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::{bps2000 as snmp_bps2000, series7};
use pdu_proto_telnet::{bps2000 as console, server::Terminals};

/// Serves one client of a simulated unit, on a thread of its own.
fn serve(unit: impl Endpoint + Send + 'static) -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let (stream, _) = socket.accept().unwrap();
        let _ = blocking::Server::new(unit, stream).run(None); // until the client is gone
    });
    address
}

/// The same for a unit with many clients.
fn serve_hub(hub: impl Hub<Peer = ConnectionId> + Send + 'static) -> SocketAddr {
    serve(SolePeer::new(hub, ConnectionId::from_number(1)))
}

/// Answers datagrams for a simulated unit, on a thread of its own, for as long as the test runs.
fn answer(tree: impl Tree + Send + 'static) -> SocketAddr {
    let engine = LocalEngine::new(EngineId::from_text(32473, "fleet").unwrap(), 1, Instant::EPOCH);
    let mut agent = Agent::new(engine, tree, AgentOptions::default()).with_community(b"private", Access::read_write());
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let clock = Clock::start();
        let mut buffer = [0; 1500];
        while let Ok((len, remote)) = socket.recv_from(&mut buffer) {
            agent.handle_input(clock.now(), &Path::to(remote), &buffer[..len]);
            while let Some((to, datagram)) = agent.transmit() {
                let sent = socket.send_to(datagram, to.remote).unwrap();
                agent.handle_transmitted(clock.now(), &to, sent);
            }
        }
    });
    address
}

fn client(address: SocketAddr) -> Client {
    Client::new(snmp::Target::v2c(address, b"private"), 7).unwrap()
}

#[test]
fn a_fleet_of_all_protocols_is_read_and_switched_in_one_vocabulary() {
    let meter: modbus::TcpClient<1> = modbus::TcpClient::new(modbus::TcpOptions::device());
    let switched = isotek::Client::new(isotek::Options::tcp());
    let chain = answer(snmp_bps2000::simulator::Bps2000::new(7));
    let outlets = answer(series7::simulator::Series7::new(7));
    let web = http::HttpClient::new(http::Options::new("unit", [7; 32]).unwrap());
    let fleet: Vec<(Box<dyn DeviceSession>, SocketAddr)> = vec![
        (
            Box::new(bps2000::Device::new(meter, 1)),
            serve(TcpServer::new(bps2000::simulator::Bps2000::new(7))),
        ),
        (
            Box::new(smart_power::Device::new(switched)),
            serve(TextServer::new(smart_power::simulator::SmartPower::new(7))),
        ),
        (
            Box::new(snmp_bps2000::Device::new(
                client(chain),
                snmp_bps2000::Profile::default(),
            )),
            chain,
        ),
        (
            Box::new(series7::Device::new(client(outlets), series7::Options::default())),
            outlets,
        ),
        (
            Box::new(console::Device::new(console::Options::new("admin", "admin"))),
            serve_hub(Terminals::new(console::simulator::Bps2000::builder().build())),
        ),
        (
            Box::new(pages::Device::new(web, pages::Options::new(Profile::synthetic()))),
            serve_hub(HttpHub::new(pages::simulator::Series7::new(7))),
        ),
    ];
    let outlets = fleet.into_iter().map(|(unit, address)| match unit.transport() {
        Transport::Stream => try_out(Driver::connecting(unit, blocking::tcp(address, Duration::from_secs(2)))),
        _ => try_out(Driver::connecting(unit, blocking::udp(address))),
    });
    assert_eq!(outlets.collect::<Vec<_>>(), [0, 16, 0, 8, 0, 8]);
}

/// Switches all outlets off, if there are any; says how many there are.
fn try_out<L: Link>(mut unit: Driver<Box<dyn DeviceSession>, L>) -> usize {
    let Answer::Capabilities(can) = unit.call(Command::Capabilities).unwrap() else {
        panic!("capabilities");
    };
    let off = Command::Switch {
        target: Target::All,
        action: Action::Off,
        delay: Delay::None,
    };
    match (can.has(Capability::Switch), unit.call(off)) {
        (true, answer) => assert!(matches!(answer.unwrap(), Answer::Accepted | Answer::Confirmed)),
        (false, answer) => {
            let error = answer.unwrap_err();
            assert_eq!(
                (error.kind(), error.effect()),
                (ErrorKind::Unsupported, Effect::NotApplied)
            );
        }
    }
    let Answer::Snapshot(snapshot) = unit.call(Command::Snapshot).unwrap() else {
        panic!("a snapshot");
    };
    let is_measured = |r: &Reading| matches!(r.quantity, Quantity::Voltage | Quantity::Current) && r.value.is_some();
    assert!(snapshot.readings.iter().any(is_measured));
    assert!(snapshot.outlets.iter().all(|outlet| outlet.state == PowerState::Off));
    snapshot.outlets.len()
}
