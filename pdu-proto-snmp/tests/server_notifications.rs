//! What the tree has to tell leaves by the agent's socket.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod server_support;

use std::collections::VecDeque;
use std::time::Duration;

use pdu_core::{Hub, Instant, Path};
use pdu_proto_snmp::notification::{Destination, Notification, Sender, SenderOptions};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Absent, Agent, SetError, Tree};
use pdu_proto_snmp::wire::{Body, Message, Oid, OidBuf, Operation, Tolerance, Value, VarBind};
use server_support::*;

const COLD_START: Oid<'static> = oid!(1, 3, 6, 1, 6, 3, 1, 1, 5, 1);
const STATION: &str = "192.0.2.9:162";

/// Tells each set, and the time.
#[derive(Default)]
struct Bell {
    waiting: VecDeque<Notification>,
    alarm: Option<Instant>,
}

impl Bell {
    fn ring(&mut self, uptime: u32) {
        self.waiting
            .push_back(Notification::new(COLD_START, uptime, &[]).unwrap());
    }
}

impl Tree for Bell {
    fn get(&mut self, _: Instant, _: Oid<'_>) -> Result<Value<'_>, Absent> {
        Ok(Value::Integer(1))
    }

    fn next(&mut self, _: Instant, _: Oid<'_>, _: &mut OidBuf) -> Option<Value<'_>> {
        None
    }

    fn reserve(&mut self, _: Instant, _: &[VarBind<'_>]) -> Result<(), SetError> {
        Ok(())
    }

    fn commit(&mut self, _: Instant, _: &[VarBind<'_>]) -> Result<(), SetError> {
        self.ring(1);
        Ok(())
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.alarm.is_some_and(|at| at <= now) {
            self.alarm = None;
            self.ring(2);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.alarm
    }

    fn poll_notification(&mut self) -> Option<Notification> {
        self.waiting.pop_front()
    }
}

fn telling(destinations: impl IntoIterator<Item = Destination>) -> Agent<Bell> {
    let mut sender = Sender::new(SenderOptions::new(1));
    for destination in destinations {
        sender.add(destination).unwrap();
    }
    agent(Bell::default()).with_sender(sender)
}

fn trap() -> Destination {
    Destination::trap_v2c(STATION.parse().unwrap(), b"public")
}

fn inform() -> Destination {
    Destination::inform_v2c(STATION.parse().unwrap(), b"public").with_timeout(Duration::from_secs(1))
}

/// The next output: where it goes, what it is, and the datagram.
fn next(agent: &mut Agent<Bell>, now: Instant) -> Option<(Path, Operation, Vec<u8>)> {
    let (path, datagram) = agent.transmit()?;
    let datagram = datagram.to_vec();
    agent.handle_transmitted(now, &path, datagram.len());
    let operation = Message::parse(&datagram, Tolerance::STRICT).unwrap().body.operation();
    Some((path, operation, datagram))
}

fn set(agent: &mut Agent<Bell>) {
    let mut buffer = [0; 512];
    let change = [VarBind::new(SYS_NAME, Value::Integer(1))];
    let request = Message::v2c(b"private", Body::set(7, &change))
        .encode(&mut buffer)
        .unwrap();
    agent.handle_input(START, &manager(), request);
}

#[test]
fn what_a_set_brings_about_is_told_after_its_response() {
    let mut agent = telling([trap()]);
    set(&mut agent);
    let (to, operation, _) = next(&mut agent, START).unwrap();
    assert_eq!((to, operation), (manager(), Operation::RESPONSE));
    let (to, operation, _) = next(&mut agent, START).unwrap();
    assert_eq!((to.remote, operation), (STATION.parse().unwrap(), Operation::TRAP_V2));
    assert_eq!(next(&mut agent, START), None);
    assert_eq!((agent.statistics().notified, agent.statistics().undelivered), (1, 0));
}

#[test]
fn what_time_brings_about_is_told_with_nobody_asking() {
    let mut agent = telling([trap()]);
    let at = START + Duration::from_secs(5);
    agent.tree_mut().alarm = Some(at);
    assert_eq!(agent.poll_timeout(), Some(at));
    agent.handle_timeout(at);
    assert_eq!(next(&mut agent, at).unwrap().1, Operation::TRAP_V2);
    assert_eq!(agent.poll_timeout(), None);
}

#[test]
fn each_destination_is_told() {
    let other = Destination::trap_v1("192.0.2.10:162".parse().unwrap(), b"public");
    let mut agent = telling([trap(), other]);
    set(&mut agent);
    next(&mut agent, START).unwrap();
    let operations = [(); 2].map(|()| next(&mut agent, START).unwrap().1);
    assert_eq!(operations, [Operation::TRAP_V2, Operation::TRAP_V1]);
}

#[test]
fn an_inform_is_repeated_until_it_is_answered_by_the_agents_socket() {
    let mut agent = telling([inform()]);
    agent.tree_mut().ring(1);
    agent.handle_timeout(START);
    let (station, operation, first) = next(&mut agent, START).unwrap();
    assert_eq!(operation, Operation::INFORM);
    let again = agent.poll_timeout().unwrap();
    agent.handle_timeout(again);
    assert_eq!(next(&mut agent, again).unwrap().2, first);

    let inform = Message::parse(&first, Tolerance::STRICT).unwrap();
    let id = inform.body.request_id().unwrap();
    let mut buffer = [0; 512];
    let response = Message::v2c(b"public", Body::response(id, inform.body.varbinds()))
        .encode(&mut buffer)
        .unwrap();
    agent.handle_input(again, &station, response);
    assert_eq!((agent.poll_timeout(), agent.transmit()), (None, None));
    assert_eq!((agent.statistics().received, agent.statistics().undelivered), (0, 0));
}

#[test]
fn what_nobody_answers_is_counted_and_makes_room() {
    let mut agent = telling([inform().with_retries(0)]);
    for round in 0..1000 {
        let now = START + Duration::from_secs(round * 10);
        agent.tree_mut().ring(1);
        agent.handle_timeout(now);
        next(&mut agent, now).unwrap();
    }
    agent.handle_timeout(START + Duration::from_secs(20_000));
    assert_eq!(
        (agent.statistics().notified, agent.statistics().undelivered),
        (1000, 1000)
    );
}

#[test]
fn what_is_shown_stays_until_it_has_left() {
    let mut agent = telling([trap()]);
    agent.tree_mut().ring(1);
    agent.handle_timeout(START);
    let shown = agent
        .transmit()
        .map(|(path, datagram)| (path, datagram.to_vec()))
        .unwrap();
    set(&mut agent);
    assert_eq!(
        agent.transmit().map(|(path, datagram)| (path, datagram.to_vec())),
        Some(shown.clone())
    );
    agent.handle_transmitted(START, &shown.0, shown.1.len());
    assert_eq!(next(&mut agent, START).unwrap().1, Operation::RESPONSE);
    assert_eq!(next(&mut agent, START).unwrap().1, Operation::TRAP_V2);
}

#[test]
fn without_a_sender_the_tree_keeps_what_it_has_to_tell() {
    let mut agent = agent(Bell::default());
    set(&mut agent);
    next(&mut agent, START).unwrap();
    assert_eq!(next(&mut agent, START), None);
    assert_eq!(agent.tree_mut().poll_notification().unwrap().trap, COLD_START);
}

#[test]
fn what_the_owner_sends_by_the_sender_leaves_once_also_between_calls() {
    let mut agent = telling([trap()]);
    let sender = agent.sender_mut().unwrap();
    let station = sender.destinations().next().unwrap();
    let cold_start = Notification::new(COLD_START, 7, &[]).unwrap();
    sender.send(START, station, &cold_start).unwrap();
    let (path, len) = agent.transmit().map(|(path, datagram)| (path, datagram.len())).unwrap();
    agent.handle_transmitted(START, &path, len);
    assert_eq!(agent.transmit(), None);

    // What is shown stays, whatever comes.
    agent.sender_mut().unwrap().send(START, station, &cold_start).unwrap();
    let shown = agent
        .transmit()
        .map(|(path, datagram)| (path, datagram.to_vec()))
        .unwrap();
    let mut buffer = [0; 400];
    let ask = [VarBind::ask(SYS_NAME)];
    let request = Message::v2c(b"public", Body::get(1, &ask)).encode(&mut buffer).unwrap();
    agent.handle_input(START, &manager(), request);
    assert_eq!(agent.transmit(), Some((shown.0, shown.1.as_slice())));
    agent.handle_transmitted(START, &shown.0, shown.1.len());
    assert_eq!(agent.transmit().map(|(path, _)| path), Some(manager()));
}
