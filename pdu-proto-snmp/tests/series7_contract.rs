//! The contract of sessions, held by a unit of the 7-series over datagrams: each ticket one `Done`, no reply to another's
//! request, no write sent twice, and every `Effect` true.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-snmp --all-features --test series7_contract` runs more seeds.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod series7_support;

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use pdu_core::testing::{Faults, Fixture, Harness, Medium, Recorded, Side, SolePeer, contract};
use pdu_core::{
    Action, AlarmRule, Answer, Command, Decimal, Delay, Effect, Error, ErrorKind, Event, Instant, OutletSettings, Path,
    Point, PowerState, Rng, Settings, Trip, Update,
};
use pdu_proto_snmp::client::Client;
use pdu_proto_snmp::notification::Notification;
use pdu_proto_snmp::series7::simulator::Series7;
use pdu_proto_snmp::series7::{Device, Options};
use pdu_proto_snmp::server::{Absent, Access, Agent, AgentOptions, SetError, Tree};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::wire::{Message, Oid, OidBuf, Operation, Tolerance, Value, VarBind};

use series7_support::{device, switch, v2c};

const BASE: &str = "1.3.6.1.4.1.21239.2";

/// How many seeds each function runs: a few at every test run, 10,000 where it is asked for.
fn seeds() -> Range<u64> {
    0..std::env::var("PDU_FAULT_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(20)
}

/// A unit that remembers every write that it made, in words.
struct Witness {
    unit: Series7,
    written: Vec<String>,
}

impl Witness {
    fn new(seed: u64) -> Self {
        let unit = Series7::builder().seed(seed).outlets(16).sensors(18, 0).build();
        Self {
            unit,
            written: Vec::new(),
        }
    }
}

fn words(varbind: &VarBind<'_>) -> String {
    format!("{} = {:?}", varbind.name, varbind.value)
}

impl Tree for Witness {
    fn get(&mut self, now: Instant, name: Oid<'_>) -> Result<Value<'_>, Absent> {
        self.unit.get(now, name)
    }
    fn next(&mut self, now: Instant, after: Oid<'_>, name: &mut OidBuf) -> Option<Value<'_>> {
        self.unit.next(now, after, name)
    }
    fn reserve(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        self.unit.reserve(now, changes)
    }
    fn commit(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        self.written.extend(changes.iter().map(words));
        self.unit.commit(now, changes)
    }
    fn handle_timeout(&mut self, now: Instant) {
        self.unit.handle_timeout(now);
    }
    fn poll_timeout(&self) -> Option<Instant> {
        self.unit.poll_timeout()
    }
    fn poll_notification(&mut self) -> Option<Notification> {
        self.unit.poll_notification()
    }
}

type Unit = SolePeer<Agent<Witness>>;

fn witness(seed: u64) -> Unit {
    let id = EngineId::from_text(21239, "simulated").unwrap();
    let engine = LocalEngine::new(id, 1, Instant::EPOCH);
    let agent = Agent::new(engine, Witness::new(seed), AgentOptions::default());
    let agent = agent.with_community(b"private", Access::read_write());
    SolePeer::new(agent, Path::to("192.0.2.1:40000".parse().unwrap()))
}

// --- Requests that are told apart by what they write --------------------------------------------------------------------

/// Settings of an outlet that no other number below 1000 writes.
fn delay_of(n: u32) -> Command {
    let delay = OutletSettings {
        on_delay: Some(1000 + n),
        ..OutletSettings::of(u16::try_from(n % 16).unwrap() + 1)
    };
    Command::SetSettings(Settings::from(vec![delay]).into())
}

fn rule_of(n: u32) -> Command {
    Command::SetAlarmRules(Vec::from([AlarmRule {
        number: u16::try_from(n % 200).unwrap() + 1,
        point: Some(Point::outlet(1)),
        quantity: Some(pdu_core::Quantity::Current),
        object: None,
        trip: Trip::Above,
        threshold: Decimal::new(i64::from(10_000 + n), -1),
    }]))
}

struct Contract;

impl Contract {
    fn is_setting(n: u32) -> bool {
        n % 4 == 3
    }
}

impl Fixture for Contract {
    type Session = Device<Client>;
    type Peer = Unit;

    /// With room in a request for all that a survey asks.
    fn session(&self) -> Self::Session {
        device(v2c(), Options::default().with_batch(60))
    }

    fn peer(&self) -> Self::Peer {
        witness(3)
    }

    /// The first ones have one exchange each, as some lines of the contract count them.
    fn request(&self, n: u32) -> Command {
        match n {
            8.. if Self::is_setting(n) => delay_of(n),
            8.. if n % 4 == 2 => Command::Snapshot,
            8.. if n % 4 == 1 => Command::Settings,
            _ => Command::Identity,
        }
    }

    fn answers(&self, n: u32, reply: &Answer) -> bool {
        match (self.request(n), reply) {
            (Command::Identity, Answer::Identity(identities)) => identities[0].serial.as_deref() == Some("7SIM0001"),
            (Command::Snapshot, Answer::Snapshot(snapshot)) => snapshot.outlets.len() == 16,
            (Command::Settings, Answer::Settings(settings)) => settings.outlets.len() == 16,
            (Command::SetSettings(_), Answer::Confirmed) => true,
            _ => false,
        }
    }

    fn is_write(&self, n: u32) -> bool {
        matches!(self.request(n), Command::SetSettings(_))
    }

    fn times_applied(&self, peer: &Unit, n: u32) -> usize {
        let value = format!("Gauge32({})", 1000 + n);
        peer.hub()
            .tree()
            .written
            .iter()
            .filter(|words| words.ends_with(&value))
            .count()
    }

    fn reply_timeout(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// Eight commands, one after the other, of a dozen exchanges with four attempts each.
    fn patience(&self) -> Duration {
        Duration::from_secs(8 * 12 * 8)
    }

    fn seeds(&self) -> Range<u64> {
        seeds()
    }
}

#[test]
fn a_device_keeps_the_contract() {
    contract::all(&Contract);
}

// --- Faulty links -------------------------------------------------------------------------------------------------------

/// Writes that left the client, each with how often.
fn sent_writes(sent: &[pdu_core::testing::Sent]) -> BTreeMap<String, usize> {
    let mut writes = BTreeMap::new();
    for sent in sent.iter().filter(|sent| sent.by == Side::Client) {
        let message = Message::parse(&sent.bytes, Tolerance::STRICT).unwrap();
        if message.body.operation() == Operation::SET {
            for varbind in message.body.varbinds().iter().flatten() {
                *writes.entry(words(&varbind)).or_default() += 1;
            }
        }
    }
    writes
}

/// Switches outlets, each of which nobody else touches, changes settings, replaces rules, cancels now and then: each write leaves at
/// most once, and what a result says of its effect is true.
#[test]
fn no_write_leaves_twice_and_every_effect_is_true() {
    let mut tallies = BTreeMap::new();
    for seed in seeds() {
        let mut rng = Rng::from_seed(seed);
        let mut faults = Faults::datagram();
        faults.duplication = 0; // so that what arrives twice was sent twice
        let mut link = Harness::new(seed, faults, device(v2c(), Options::default()), witness(seed));
        let mut tickets = Vec::new();
        for n in 0..24_u32 {
            let outlet = u16::try_from(n / 2 % 12).unwrap() + 1;
            let command = match n % 6 {
                0 | 3 => switch(outlet, Action::Off, Delay::None),
                1 => switch(outlet, Action::Cycle, Delay::None),
                2 => delay_of(n),
                4 => rule_of(n),
                _ => Command::Snapshot,
            };
            while let Err(refused) = link.submit(command.clone()) {
                assert_eq!(refused.kind, ErrorKind::Busy);
                link.run_for(Duration::from_secs(1)).unwrap();
            }
            tickets.push(command);
            if rng.chance(100) {
                link.run_for(rng.span(&(Duration::ZERO..=Duration::from_secs(2))))
                    .unwrap();
            }
        }
        assert!(link.run_until_done(Duration::from_secs(36_000)).unwrap(), "seed {seed}");
        link.run_for(Duration::from_secs(60)).unwrap();

        let sent = sent_writes(link.sent());
        for (write, times) in &sent {
            // Each command writes what no other does; but a rule that could not be removed is removed by the next command.
            let is_removal = write.ends_with("Oid(0.0))");
            assert!(*times == 1 || is_removal, "seed {seed}: {write} {times} times");
        }
        let tree = link.server().hub().tree();
        let mut made: BTreeMap<&String, usize> = BTreeMap::new();
        for write in &tree.written {
            *made.entry(write).or_default() += 1;
        }
        for (write, times) in made {
            assert!(times <= sent[write], "seed {seed}: {write} made {times} times");
        }
        for (submission, command) in tickets.iter().enumerate() {
            let Command::SetSettings(settings) = command else {
                continue;
            };
            let outlet = &settings.outlets[0];
            let value = format!(
                "{BASE}.16.1.8.{} = Gauge32({})",
                outlet.number,
                outlet.on_delay.unwrap()
            );
            let is_made = tree.written.contains(&value);
            let result = link.result(submission).unwrap();
            let tally = match result {
                Ok(answer) => format!("{answer:?}"),
                Err(error) => format!("{} {}", error.kind(), error.effect()),
            };
            match result {
                Ok(answer) => assert!(*answer == Answer::Confirmed && is_made, "seed {seed}: {command:?}"),
                Err(error) if error.effect() == Effect::NotApplied => assert!(!is_made, "seed {seed}: {command:?}"),
                Err(error) if error.effect() == Effect::Applied => assert!(is_made, "seed {seed}: {command:?}"),
                Err(_) => {}
            }
            *tallies.entry(tally).or_insert(0) += 1;
        }
    }
    assert!(tallies.contains_key("Confirmed"), "{tallies:?}");
}

/// A link over which the unit is known.
fn known_link() -> Harness<Device<Client>, Unit> {
    let device = device(v2c(), Options::default());
    let mut link = Harness::new(0, Faults::none(Medium::Datagram), device, witness(3));
    link.submit(Command::Snapshot).unwrap();
    assert!(link.run_until_done(Duration::from_secs(10)).unwrap());
    link
}

const OFF: &str = "1.3.6.1.4.1.21239.2.16.1.3.2 = Gauge32(3)";

/// The answer to a write is lost: it is not sent again, and what is read back decides.
#[test]
fn switching_whose_answer_is_lost_is_confirmed_by_what_is_read_back() {
    let mut link = known_link();
    link.link_mut().hold(Side::Client);
    link.submit(switch(2, Action::Off, Delay::None)).unwrap();
    link.run_for(Duration::from_millis(500)).unwrap();
    assert_eq!(link.server().hub().tree().unit.outlet(2), PowerState::Off);
    link.link_mut().discard(Side::Client);
    link.link_mut().release(Side::Client);
    assert!(link.run_until_done(Duration::from_secs(60)).unwrap());
    assert_eq!(link.result(1).unwrap().as_ref().unwrap(), &Answer::Confirmed);
    assert_eq!(sent_writes(link.sent())[OFF], 1);
}

/// The write itself is lost: it is not sent again, and nobody claims to know.
#[test]
fn switching_that_is_lost_is_not_sent_again() {
    let mut link = known_link();
    link.link_mut().hold(Side::Server);
    link.submit(switch(2, Action::Off, Delay::None)).unwrap();
    link.run_for(Duration::from_millis(500)).unwrap();
    link.link_mut().discard(Side::Server);
    link.link_mut().release(Side::Server);
    assert!(link.run_until_done(Duration::from_secs(60)).unwrap());
    let error = link.result(1).unwrap().as_ref().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Unknown));
    assert_eq!(sent_writes(link.sent())[OFF], 1);
    assert_eq!(link.server().hub().tree().unit.outlet(2), PowerState::On);
    let is_update = |recorded: &&Recorded<_>| matches!(recorded.event, Event::Notice(Update::Outlet(_)));
    assert_eq!(link.events().iter().filter(is_update).count(), 0);
}
