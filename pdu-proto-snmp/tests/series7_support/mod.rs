//! A device session and a simulated unit with a link between them, in virtual time.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)] // not all tests use all of it; they fail by panicking

use std::net::SocketAddr;
use std::time::Duration;

use pdu_core::testing::{Faults, Harness, Medium, Side, SolePeer};
use pdu_core::{Action, Answer, Command, Delay, DeviceError, Instant, Path, Snapshot, Target as Outlets};
use pdu_proto_snmp::client::{Client, Target};
use pdu_proto_snmp::series7::simulator::Series7;
use pdu_proto_snmp::series7::{Device, Options};
use pdu_proto_snmp::server::{Access, Agent, AgentOptions};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::wire::{Message, Operation, Tolerance};

pub type Unit = SolePeer<Agent<Series7>>;
pub type Link = Harness<Device<Client>, Unit>;

pub fn address() -> SocketAddr {
    "192.0.2.7:161".parse().unwrap()
}

pub fn v2c() -> Target {
    Target::v2c(address(), b"private")
}

pub fn agent(unit: Series7) -> Agent<Series7> {
    let id = EngineId::from_text(21239, "simulated").unwrap();
    Agent::new(LocalEngine::new(id, 1, Instant::EPOCH), unit, AgentOptions::default())
        .with_community(b"public", Access::read_only())
        .with_community(b"private", Access::read_write())
}

pub fn peer(unit: Series7) -> Unit {
    SolePeer::new(agent(unit), Path::to("192.0.2.1:40000".parse().unwrap()))
}

pub fn device(target: Target, options: Options) -> Device<Client> {
    Device::new(Client::new(target, 7).unwrap(), options)
}

pub fn link(unit: Series7) -> Link {
    link_with(unit, v2c(), Options::default())
}

pub fn link_with(unit: Series7, target: Target, options: Options) -> Link {
    Harness::new(0, Faults::none(Medium::Datagram), device(target, options), peer(unit))
}

/// The result of one command, run to its end.
pub fn call(link: &mut Link, command: Command) -> Result<Answer, String> {
    let done = |link: &Link| {
        link.events()
            .iter()
            .filter(|recorded| recorded.submission.is_some())
            .count()
    };
    let submission = done(link);
    link.submit(command).unwrap();
    assert!(link.run_until_done(Duration::from_secs(600)).unwrap());
    match link.result(submission).unwrap() {
        Ok(answer) => Ok(answer.clone()),
        Err(error) => Err(told(error)),
    }
}

/// Kind, effect and words of an error.
pub fn told(error: &DeviceError) -> String {
    use pdu_core::Error;
    format!("{}, {}: {error}", error.kind(), error.effect())
}

pub fn snapshot(link: &mut Link) -> Snapshot {
    match call(link, Command::Snapshot) {
        Ok(Answer::Snapshot(snapshot)) => *snapshot,
        other => panic!("a snapshot: {other:?}"),
    }
}

pub fn switch(outlet: u16, action: Action, delay: Delay) -> Command {
    Command::Switch {
        target: Outlets::Outlet(outlet),
        action,
        delay,
    }
}

/// What the client sent since a time: each message's operation, and its names and values in words.
pub fn requests(link: &Link, since: Instant) -> Vec<(Operation, Vec<String>)> {
    let sent = link
        .sent()
        .iter()
        .filter(|sent| sent.by == Side::Client && sent.at >= since);
    sent.map(|sent| {
        let message = Message::parse(&sent.bytes, Tolerance::STRICT).unwrap();
        let words = message.body.varbinds().into_iter().flatten();
        let words = words.map(|varbind| format!("{} = {:?}", varbind.name, varbind.value));
        (message.body.operation(), words.collect())
    })
    .collect()
}

/// What the client wrote since a time.
pub fn writes(link: &Link, since: Instant) -> Vec<Vec<String>> {
    let sets = requests(link, since)
        .into_iter()
        .filter(|(operation, _)| *operation == Operation::SET);
    sets.map(|(_, words)| words).collect()
}
