//! A simulated unit and clients of this crate, over real sockets and over a pipe.

#![cfg(all(feature = "simulator", feature = "tokio"))]
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::tokio::{Driver, Link, Server, StreamLink, UdpDriver, listen, tcp};
use pdu_core::{Event, TimeOfDay};
use pdu_proto_isotek::client::{Client, Notice, Options, Reply, Request};
use pdu_proto_isotek::server::{Responder, Service, TextHub, TextServer};
use pdu_proto_isotek::smart_power::simulator::SmartPower;
use pdu_proto_isotek::wire::{
    Command, Deviation, Dialect, Operator, Outlet, OutletState, Record, RecordType, Setup, StatusFrame, Text,
};
use tokio::net::{TcpListener, UdpSocket};

/// Far more than any of this takes; it only ends a test that hangs.
const LIMIT: Duration = Duration::from_secs(30);

/// Asks, and passes over what comes unasked.
async fn ask<L: Link>(driver: &mut Driver<Client, L>, command: Command<'static>) -> Reply {
    driver.submit(Request::new(command)).unwrap();
    loop {
        if let Event::Done { result, .. } = next(driver).await {
            return result.unwrap();
        }
    }
}

/// The next status that comes unasked.
async fn status<L: Link>(driver: &mut Driver<Client, L>) -> StatusFrame {
    loop {
        if let Event::Notice(Notice::Status { frame, deviations, .. }) = next(driver).await {
            // A unit of 8 outlets has less lines than the manual prints.
            assert!(deviations.iter().all(|d| d == Deviation::FewOutlets), "{deviations:?}");
            return *frame;
        }
    }
}

async fn next<L: Link>(driver: &mut Driver<Client, L>) -> pdu_core::EventOf<Client> {
    tokio::time::timeout(LIMIT, driver.next()).await.unwrap().unwrap()
}

fn outlet(number: u8) -> Outlet {
    Outlet::new(number).unwrap()
}

fn record() -> Record<'static> {
    Record {
        id: 1,
        record_type: RecordType::PowerPlan,
        name: Text::new("amp/left").unwrap(),
        time: TimeOfDay::new(0, 0).unwrap(),
        day: 0,
        power: 350,
        operator: Operator::Greater,
        channel: outlet(5),
        status_value: Text::new("0").unwrap(),
        status_slot: Text::new("0").unwrap(),
        setup: Setup::Restart,
    }
}

/// Sees the status, switches, and writes the scheduler.
async fn converse<L: Link>(driver: &mut Driver<Client, L>, outlets: usize) {
    assert_eq!(status(driver).await.channels().count(), outlets + 1);
    let off = Command::SwitchOutlet {
        outlet: outlet(3),
        state: OutletState::Off,
    };
    assert_eq!(ask(driver, off).await, Reply::Accepted);
    let after = status(driver).await;
    assert_eq!(after.channel(outlet(3).into()).unwrap().state, OutletState::Off);

    assert_eq!(ask(driver, Command::SetRecordCount(1)).await, Reply::Accepted);
    assert_eq!(ask(driver, Command::WriteRecord(record())).await, Reply::Accepted);
    assert_eq!(
        ask(driver, Command::ReadSchedule).await,
        Reply::Schedule(vec![(1, record())])
    );
    let configs = ask(driver, Command::ReadConfigs).await;
    assert!(
        matches!(&configs, Reply::Configs(configs) if configs.len() == outlets),
        "{configs:?}"
    );
}

#[tokio::test]
async fn a_unit_of_16_outlets_and_several_clients_over_tcp() {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let mut listener = listen(socket, TextHub::new(SmartPower::new(1)));
    tokio::spawn(async move { listener.run().await });

    let connect = || Driver::connecting(Client::new(Options::tcp()), tcp(address, LIMIT));
    let (mut one, mut two) = (connect(), connect());
    // A driver opens no link unasked.
    assert!(matches!(ask(&mut two, Command::ReadAddress).await, Reply::Address(_)));
    assert!(matches!(ask(&mut one, Command::ReadStatus).await, Reply::Status(_)));
    converse(&mut one, 16).await;
    let seen = loop {
        let status = status(&mut two).await;
        if status.channel(outlet(3).into()).unwrap().state == OutletState::Off {
            break status;
        }
    };
    assert_eq!(seen.channel(outlet(4).into()).unwrap().state, OutletState::On);
}

#[tokio::test]
async fn a_unit_of_8_outlets_over_a_pipe() {
    let (ours, theirs) = tokio::io::duplex(4096);
    let unit = SmartPower::builder().outlets(8).build();
    let mut server = Server::new(TextServer::new(unit), StreamLink(theirs));
    tokio::spawn(async move { server.run().await });
    let mut driver = Driver::new(Client::new(Options::serial()), StreamLink(ours));
    converse(&mut driver, 8).await;
}

#[tokio::test]
async fn a_question_by_udp_is_answered_to_its_sender() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let responder = Responder::new(&SmartPower::new(1).address(), &Dialect::default()).unwrap();
    let mut driver = UdpDriver::new(socket, responder);
    tokio::spawn(async move { driver.run().await });

    let asker = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    asker.send_to(b"A?", address).await.unwrap();
    let mut answer = [0; 300];
    let (len, from) = tokio::time::timeout(LIMIT, asker.recv_from(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(from, address);
    assert_eq!(answer[..len], *b"A=SIM0001|02:00:00:00:00:01|0.0.0.0|0|0.0.0.0|0|\n");
}
