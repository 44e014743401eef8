//! The device session against a simulated chain: in virtual time over faulty links, in all versions, and over real sockets
//! through both drivers.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-snmp --all-features --test bps2000_simulated` runs more seeds.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use pdu_core::testing::{Faults, Fixture, Harness, Medium, Side, SolePeer, contract};
use pdu_core::{
    Answer, Command, Contact, Effect, Error, ErrorKind, Instant, Line, Path, Point, Quality, Quantity, Snapshot, Value,
};
use pdu_proto_snmp::bps2000::simulator::{Bps2000, Builder, Values};
use pdu_proto_snmp::bps2000::{Device, IntegerScale, Mode, Object, Profile, Readout};
use pdu_proto_snmp::client::{Client, Target};
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, OwnedValue, Tree};
use pdu_proto_snmp::usm::{AuthProtocol, EngineId, LocalEngine, PrivProtocol, User};
use pdu_proto_snmp::wire::{VarBind, VarBinds};

const L1: Point = Point::inlet(1).on(Line::L1);

type Unit = SolePeer<Agent<Bps2000>>;
type Line2Unit = Harness<Device<Client>, Unit>;

/// How many seeds each function runs: a few at every test run, 10,000 where it is asked for.
fn seeds() -> Range<u64> {
    0..std::env::var("PDU_FAULT_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(60)
}

fn address() -> SocketAddr {
    "192.0.2.7:161".parse().unwrap()
}

fn user() -> User {
    let auth = (AuthProtocol::Sha256, &b"authentic password"[..]);
    let privacy = (PrivProtocol::Aes128, &b"private password"[..]);
    User::with_passwords("operator", Some(auth), Some(privacy)).unwrap()
}

fn agent(unit: Bps2000, options: AgentOptions) -> Agent<Bps2000> {
    let id = EngineId::from_text(47394, "simulated").unwrap();
    Agent::new(LocalEngine::new(id, 1, Instant::EPOCH), unit, options)
        .with_community(b"public", Access::read_only())
        .with_community(b"private", Access::read_write())
}

fn peer(unit: Bps2000, options: AgentOptions) -> Unit {
    SolePeer::new(agent(unit, options), Path::to("192.0.2.1:40000".parse().unwrap()))
}

fn device(target: Target, profile: impl Into<Profile>) -> Device<Client> {
    Device::new(Client::new(target, 7).unwrap(), profile)
}

fn v2c() -> Target {
    Target::v2c(address(), b"public")
}

fn harness(target: Target, unit: Bps2000) -> Line2Unit {
    let device = device(target, Mode::Strict);
    Harness::new(
        0,
        Faults::none(Medium::Datagram),
        device,
        peer(unit, AgentOptions::default()),
    )
}

/// The result of one command, run to its end.
fn call(harness: &mut Line2Unit, command: Command) -> Result<Answer, (ErrorKind, Effect)> {
    let submission = harness.events().len();
    harness.submit(command).unwrap();
    assert!(harness.run_until_done(Duration::from_secs(60)).unwrap());
    match harness.result(submission).unwrap() {
        Ok(answer) => Ok(answer.clone()),
        Err(error) => Err((error.kind(), error.effect())),
    }
}

fn snapshot(harness: &mut Line2Unit) -> Snapshot {
    match call(harness, Command::Snapshot) {
        Ok(Answer::Snapshot(snapshot)) => *snapshot,
        other => panic!("a snapshot: {other:?}"),
    }
}

/// What the unit's tree itself says at that time, without a wire in between.
fn truth(unit: &Bps2000, now: Instant, profile: Profile) -> Snapshot {
    let mut unit = unit.clone();
    let mut readout = Readout::new(profile);
    for object in &pdu_proto_snmp::bps2000::OBJECTS {
        if let Ok(value) = unit.get(now, object.oid) {
            readout.take(VarBinds::new(&[VarBind::new(object.oid, value)]));
        }
    }
    readout.to_snapshot()
}

#[test]
fn a_snapshot_is_what_the_chain_has() {
    for (seed, slaves) in (0..12).zip([0, 1, 2, 3, 4, 5].into_iter().cycle()) {
        let unit = Bps2000::builder().seed(seed).slaves(slaves).build();
        let mut harness = harness(v2c(), unit);
        let found = snapshot(&mut harness);
        let now = harness.now();
        assert_eq!(
            found,
            truth(harness.server().hub().tree(), now, Profile::from(Mode::Strict))
        );
        assert_eq!(found.identities.len(), usize::from(slaves) + 1);
        assert!(found.readings.iter().all(|reading| reading.quality == Quality::Good));
        let requests = harness.sent().iter().filter(|sent| sent.by == Side::Client);
        assert_eq!(requests.count(), 6);
    }
}

#[test]
fn all_versions_read_the_same() {
    let unit = || Bps2000::builder().seed(3).slaves(2).build();
    let over_v2c = snapshot(&mut harness(v2c(), unit()));
    let over_v1 = snapshot(&mut harness(Target::v1(address(), b"public"), unit()));
    assert_eq!(over_v1, over_v2c);
    let agent = agent(unit(), AgentOptions::default())
        .with_user(&user(), Access::read_only())
        .unwrap();
    let server = SolePeer::new(agent, Path::to("192.0.2.1:40000".parse().unwrap()));
    let client = device(Target::v3(address(), user()), Mode::Strict);
    let mut over_v3 = Harness::new(0, Faults::none(Medium::Datagram), client, server);
    assert_eq!(snapshot(&mut over_v3), over_v2c);
}

#[test]
fn an_agent_of_small_messages_is_asked_in_parts() {
    let options = AgentOptions {
        max_message_size: 484,
        ..AgentOptions::default()
    };
    for mut target in [v2c(), Target::v1(address(), b"public")] {
        target.options.max_message_size = 484; // what such an agent drops, it does not answer
        let server = peer(Bps2000::builder().seed(3).slaves(1).build(), options);
        let client = device(target, Mode::Strict);
        let mut harness = Harness::new(0, Faults::none(Medium::Datagram), client, server);
        let found = snapshot(&mut harness);
        assert_eq!(found.readings.len(), 66);
        assert!(found.readings.iter().all(|reading| reading.quality == Quality::Good));
    }
}

#[test]
fn answers_that_are_too_big_are_asked_for_in_parts() {
    let mut unit = Bps2000::builder().seed(3).slaves(0).build();
    let padded = format!("{:100}", "0.5");
    for object in Object::of_unit(0).filter(|object| object.name.contains("Current") || object.name.contains("Energy"))
    {
        unit.answer_with(object, Some(OwnedValue::OctetString(padded.clone().into_bytes())));
    }
    for target in [v2c(), Target::v1(address(), b"public")] {
        let mut harness = harness(target, unit.clone());
        let found = snapshot(&mut harness);
        assert!(found.readings.iter().all(|reading| reading.quality == Quality::Good));
        let requests = harness.sent().iter().filter(|sent| sent.by == Side::Client).count();
        assert!(
            (8..12).contains(&requests),
            "the master's in parts, five slaves that are not there: {requests}"
        );
    }
}

#[test]
fn values_move_and_energy_counts_on() {
    let mut harness = harness(v2c(), Bps2000::new(5));
    let before = snapshot(&mut harness);
    harness.run_for(Duration::from_secs(3600)).unwrap();
    let after = snapshot(&mut harness);
    for unit in 0..=5 {
        let energy = |snapshot: &Snapshot| {
            let reading = snapshot.reading(L1.of_unit(unit), Quantity::ActiveEnergy).unwrap();
            match reading.value {
                Some(Value::Count(count)) => count,
                other => panic!("a counter: {other:?}"),
            }
        };
        let since = energy(&after).since(&energy(&before));
        let pdu_core::Since::Advanced { by } = since else {
            panic!("{since:?}")
        };
        assert!((500..4000).contains(&by), "{by} Wh in an hour");
        let power = |snapshot: &Snapshot| snapshot.reading(L1.of_unit(unit), Quantity::ActivePower).unwrap().value;
        assert_ne!(power(&before), power(&after));
    }
}

#[test]
fn integers_read_the_same_as_text_once_the_profile_names_their_scale() {
    let unit = |values| Bps2000::builder().seed(9).values(values).build();
    let as_text = snapshot(&mut harness(v2c(), unit(Values::Text)));
    let run = |integers, mode| {
        let profile = Profile {
            mode,
            integers,
            ..Profile::default()
        };
        let server = peer(unit(Values::Integers), AgentOptions::default());
        Harness::new(0, Faults::none(Medium::Datagram), device(v2c(), profile), server)
    };
    assert_eq!(snapshot(&mut run(IntegerScale::Modbus, Mode::Strict)), as_text);

    let mut lenient = run(IntegerScale::Unknown, Mode::Lenient);
    let suspect = snapshot(&mut lenient);
    assert!(
        suspect
            .readings
            .iter()
            .all(|reading| reading.quality == Quality::Suspect)
    );
    assert!(suspect.contacts.iter().all(|contact| contact.state == Contact::Unknown));
    assert_eq!(lenient.client().deviations().len(), 222);
    let strict = call(&mut run(IntegerScale::Unknown, Mode::Strict), Command::Snapshot);
    assert_eq!(strict, Err((ErrorKind::Malformed, Effect::NotApplied)));
}

#[test]
fn one_object_that_answers_nonsense_costs_none_of_the_others() {
    let mut unit = Bps2000::new(5);
    let object = Object::named("slaveFourVoltageL2").unwrap();
    unit.answer_with(object, Some(OwnedValue::OctetString(b"\xFF\x00broken".to_vec())));
    let server = peer(unit, AgentOptions::default());
    let mut harness = Harness::new(0, Faults::none(Medium::Datagram), device(v2c(), Mode::Lenient), server);
    let snapshot = snapshot(&mut harness);
    let bad: Vec<_> = snapshot
        .readings
        .iter()
        .filter(|reading| reading.quality != Quality::Good)
        .collect();
    assert_eq!(bad.len(), 1);
    assert_eq!(
        (bad[0].point, bad[0].value),
        (Point::inlet(1).on(Line::L2).of_unit(4), None)
    );
    let told = harness.client().deviations()[0].to_string();
    assert_eq!(
        told,
        r#"slaveFourVoltageL2 (1.3.6.1.4.1.47394.1.6.11.0): "\xff\x00broken" is no value"#
    );
}

#[test]
fn a_wrong_community_is_a_timeout_that_says_what_it_may_be() {
    let mut harness = harness(Target::v2c(address(), b"wrong"), Bps2000::new(5));
    assert_eq!(
        call(&mut harness, Command::Snapshot),
        Err((ErrorKind::Timeout, Effect::NotApplied))
    );
    let Some(Err(error)) = harness.result(0) else {
        panic!("an error")
    };
    assert!(
        error.to_string().contains("community") && !error.to_string().contains("wrong\""),
        "{error}"
    );
}

#[test]
fn over_a_faulty_link_a_snapshot_is_whole_or_an_error() {
    let mut whole = 0;
    for seed in seeds() {
        let server = peer(Bps2000::new(seed), AgentOptions::default());
        let mut harness = Harness::new(seed, Faults::datagram(), device(v2c(), Mode::Strict), server);
        for _ in 0..4 {
            harness.submit(Command::Snapshot).unwrap();
            harness.submit(Command::Identity).unwrap();
        }
        assert!(harness.run_until_done(Duration::from_secs(600)).unwrap(), "seed {seed}");
        for submission in 0..8 {
            match harness.result(submission).unwrap() {
                Ok(Answer::Snapshot(snapshot)) => {
                    assert_eq!(snapshot.readings.len(), 6 * 33, "seed {seed}");
                    let is_good = |reading: &pdu_core::Reading| reading.quality == Quality::Good;
                    assert!(snapshot.readings.iter().all(is_good), "seed {seed}");
                    whole += 1;
                }
                Ok(Answer::Identity(identities)) => assert_eq!(identities.len(), 6, "seed {seed}"),
                Ok(other) => panic!("seed {seed}: {other:?}"),
                Err(error) => assert_eq!(error.kind(), ErrorKind::Timeout, "seed {seed}: {error}"),
            }
        }
    }
    assert!(whole > 0);
}

struct Contract {
    unit: Builder,
}

impl Fixture for Contract {
    type Session = Device<Client>;
    type Peer = Unit;

    fn session(&self) -> Self::Session {
        device(v2c(), Mode::Lenient)
    }

    fn peer(&self) -> Self::Peer {
        peer(self.unit.build(), AgentOptions::default())
    }

    /// The first ones have one exchange each, as some lines of the contract count them.
    fn request(&self, n: u32) -> Command {
        match n {
            8.. if n % 2 == 1 => Command::Snapshot,
            _ => Command::Identity,
        }
    }

    fn answers(&self, n: u32, reply: &Answer) -> bool {
        match (self.request(n), reply) {
            (Command::Identity, Answer::Identity(identities)) => identities.len() == 6,
            (Command::Snapshot, Answer::Snapshot(snapshot)) => snapshot.readings.len() == 6 * 33,
            _ => false,
        }
    }

    fn reply_timeout(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// Eight commands, one after the other, of six exchanges with four attempts each.
    fn patience(&self) -> Duration {
        Duration::from_secs(8 * 6 * 5)
    }

    fn seeds(&self) -> Range<u64> {
        seeds()
    }
}

#[test]
fn a_device_keeps_the_contract() {
    contract::all(&Contract {
        unit: Bps2000::builder().seed(1),
    });
}

#[tokio::test]
async fn a_chain_is_read_over_a_socket() {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let mut served = pdu_core::tokio::UdpDriver::new(socket, agent(Bps2000::new(7), AgentOptions::default()));
    tokio::spawn(async move { served.run().await });

    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(address).await.unwrap();
    let device = device(Target::v2c(address, b"public"), Mode::Strict);
    let (handle, runner) = pdu_core::tokio::Driver::new(device, socket).into_handle();
    tokio::spawn(runner);
    let Answer::Snapshot(snapshot) = handle.call(Command::Snapshot).await.unwrap() else {
        panic!("a snapshot");
    };
    assert_eq!((snapshot.readings.len(), snapshot.contacts.len()), (6 * 33, 6 * 4));
    assert_eq!(snapshot.identities[0].name.as_deref(), Some("BPS2000v2"));
}
