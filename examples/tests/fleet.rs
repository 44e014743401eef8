//! One program, units of two protocols: what each can do is asked first, and what it cannot do is an error and no guess.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use pdu_core::{
    Action, Answer, Capability, Command, Delay, DeviceSession, Effect, Endpoint, Error, ErrorKind, PowerState,
    Quantity, Target, blocking,
};
use pdu_proto_isotek::{client as isotek, server::TextServer, smart_power};
use pdu_proto_modbus::{bps2000, client as modbus, server::TcpServer};

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

#[test]
fn a_fleet_of_two_protocols_is_read_and_switched_in_one_vocabulary() {
    let meter: modbus::TcpClient<1> = modbus::TcpClient::new(modbus::TcpOptions::device());
    let switched = isotek::Client::new(isotek::Options::tcp());
    let fleet: Vec<Box<dyn DeviceSession>> = vec![
        Box::new(bps2000::Device::new(meter, 1)),
        Box::new(smart_power::Device::new(switched)),
    ];
    let addresses = [
        serve(TcpServer::new(bps2000::simulator::Bps2000::new(7))),
        serve(TextServer::new(smart_power::simulator::SmartPower::new(7))),
    ];
    let mut outlets = Vec::new();
    for (unit, address) in fleet.into_iter().zip(addresses) {
        let mut unit = blocking::Driver::connecting(unit, blocking::tcp(address, Duration::from_secs(2)));
        let Answer::Capabilities(can) = unit.call(Command::Capabilities).unwrap() else {
            panic!("capabilities");
        };
        let off = Command::Switch {
            target: Target::All,
            action: Action::Off,
            delay: Delay::None,
        };
        match (can.has(Capability::Switch), unit.call(off)) {
            (true, answer) => assert_eq!(answer.unwrap(), Answer::Accepted),
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
        assert!(
            snapshot
                .readings
                .iter()
                .any(|r| r.quantity == Quantity::Voltage && r.value.is_some())
        );
        assert!(snapshot.outlets.iter().all(|outlet| outlet.state == PowerState::Off));
        outlets.push(snapshot.outlets.len());
    }
    assert_eq!(outlets, [0, 16]);
}
