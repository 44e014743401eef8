//! The client held to the contract of sessions, and to what a faulty link may not do to it, in every version.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-snmp --all-features --test client_contract` runs more seeds.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod client_support;

use std::ops::Range;
use std::time::Duration;

use client_support::{Agent, ROOT, address, name, target, user};
use pdu_core::testing::{Faults, Fixture, Harness, Medium, contract};
use pdu_core::{Effect, Error, Rng, Ticket};
use pdu_proto_snmp::client::{Client, OwnedRequest, Reply, Retry, SnmpSession, Target};
use pdu_proto_snmp::wire::v3::SecurityLevel;
use pdu_proto_snmp::wire::{Value, VarBind, Version};

/// How many seeds each function runs: a few at every test run, 10,000 where it is asked for.
fn seeds() -> Range<u64> {
    let told = std::env::var("PDU_FAULT_SEEDS").ok();
    0..told.and_then(|n| n.parse().ok()).unwrap_or(100)
}

const TIMEOUT: Duration = Duration::from_millis(400);

/// Gets, get-nexts, walks and sets, and between them some of which each is the only one of its kind.
fn request(n: u32) -> OwnedRequest {
    let row = name(&[n % 20 + 1]);
    match n % 4 {
        0 => OwnedRequest::get([row.as_oid()]),
        1 => OwnedRequest::set(&[VarBind::new(
            name(&[1000 + n]).as_oid(),
            Value::Integer(n.cast_signed()),
        )]),
        2 => OwnedRequest::get_next([row.as_oid()]),
        _ => OwnedRequest::walk(ROOT),
    }
}

fn is_write(n: u32) -> bool {
    n % 4 == 1
}

fn answers(n: u32, reply: &Reply) -> bool {
    let row = n % 20 + 1;
    let is = |name: &[u32], value: u32| {
        let name = client_support::name(name);
        reply.varbinds().count() == 1 && reply.value(name.as_oid()) == Some(Value::Integer(value.cast_signed()))
    };
    match n % 4 {
        0 => is(&[row], row),
        1 => is(&[1000 + n], n),
        // The last row's successor is whatever was set.
        2 => row == 20 || is(&[row + 1], row + 1),
        // Rows that were set stand behind the first twenty.
        _ => (1..=20)
            .zip(reply)
            .all(|(row, item)| item.unwrap().value == Value::Integer(row)),
    }
}

struct OneAgent(Version, SecurityLevel);

impl OneAgent {
    fn target(&self) -> Target {
        let target = match self.0 {
            Version::V3 => Target::v3(address(1), user(self.1)),
            version => target(version),
        };
        target.with_timeout(TIMEOUT).with_window(3)
    }
}

impl Fixture for OneAgent {
    type Session = Client;
    type Peer = Agent;

    fn session(&self) -> Client {
        Client::new(self.target(), 7).unwrap()
    }

    fn peer(&self) -> Agent {
        Agent::new(self.0, 20).with_user(user(self.1))
    }

    fn request(&self, n: u32) -> OwnedRequest {
        request(n)
    }

    fn answers(&self, n: u32, reply: &Reply) -> bool {
        answers(n, reply)
    }

    fn is_write(&self, n: u32) -> bool {
        is_write(n)
    }

    fn times_applied(&self, peer: &Agent, n: u32) -> usize {
        peer.sets
            .iter()
            .filter(|(_, number)| *number == n.cast_signed())
            .count()
    }

    fn reply_timeout(&self) -> Duration {
        TIMEOUT
    }

    /// A walk asks many times.
    fn patience(&self) -> Duration {
        TIMEOUT * 200
    }

    fn seeds(&self) -> Range<u64> {
        seeds()
    }
}

const CLEAR: SecurityLevel = SecurityLevel::NoAuthNoPriv;

#[test]
fn client_of_v1_keeps_the_contract() {
    contract::all(&OneAgent(Version::V1, CLEAR));
}

#[test]
fn client_of_v2c_keeps_the_contract() {
    contract::all(&OneAgent(Version::V2C, CLEAR));
}

#[test]
fn client_of_v3_without_keys_keeps_the_contract() {
    contract::all(&OneAgent(Version::V3, CLEAR));
}

#[test]
fn client_of_v3_with_keys_keeps_the_contract() {
    contract::all(&OneAgent(Version::V3, SecurityLevel::AuthPriv));
}

#[test]
fn client_is_a_session_in_a_box() {
    let client = Client::new(target(Version::V2C), 1).unwrap();
    let _: Box<dyn SnmpSession + Send> = Box::new(client);
}

/// One client, one agent, a bad link.
struct Run {
    seed: u64,
    harness: Harness<Client, Agent>,
    asked: Vec<u32>,
    tickets: Vec<Ticket>,
}

impl Run {
    fn new(seed: u64, fixture: &OneAgent, faults: Faults) -> Self {
        Self {
            seed,
            harness: Harness::new(
                seed,
                faults,
                Client::new(fixture.target(), seed).unwrap(),
                fixture.peer(),
            ),
            asked: Vec::new(),
            tickets: Vec::new(),
        }
    }

    fn ask(&mut self, n: u32, retry: Retry) {
        if let Ok(ticket) = self.harness.submit(request(n).with_retry(retry)) {
            self.asked.push(n);
            self.tickets.push(ticket);
        }
    }

    fn finish(&mut self) {
        let done = self.harness.run_until_done(Duration::from_secs(3600)).unwrap();
        assert!(done, "seed {}: a request that does not end", self.seed);
    }

    fn check(&self) {
        for (submission, &n) in self.asked.iter().enumerate() {
            let result = self.harness.result(submission).unwrap();
            if let Ok(reply) = result {
                assert!(answers(n, reply), "seed {}: request {n} got {reply:?}", self.seed);
            }
            if is_write(n) {
                let effect = result.as_ref().map_or_else(Error::effect, |_| Effect::Applied);
                let applied = self
                    .harness
                    .server()
                    .sets
                    .iter()
                    .filter(|(_, number)| *number == n.cast_signed());
                let times = applied.count();
                let is_true = match effect {
                    Effect::NotApplied => times == 0,
                    Effect::Applied => times > 0,
                    Effect::Unknown => true,
                };
                assert!(
                    is_true,
                    "seed {}: set {n} is {effect}, carried out {times} times",
                    self.seed
                );
            }
        }
    }
}

fn bad_link(rng: &mut Rng) -> Faults {
    let mut faults = Faults::none(Medium::Datagram);
    faults.loss = u16::try_from(rng.below(300)).unwrap();
    faults.reordering = u16::try_from(rng.below(300)).unwrap();
    faults.late = u16::try_from(rng.below(300)).unwrap();
    faults.lateness = Duration::from_millis(300)..=Duration::from_secs(5);
    faults
}

const KINDS: [OneAgent; 4] = [
    OneAgent(Version::V1, CLEAR),
    OneAgent(Version::V2C, CLEAR),
    OneAgent(Version::V3, CLEAR),
    OneAgent(Version::V3, SecurityLevel::AuthPriv),
];

#[test]
fn no_reply_reaches_a_wrong_request_and_no_set_is_carried_out_twice_over_a_bad_link() {
    for seed in seeds() {
        for fixture in &KINDS {
            let mut rng = Rng::from_seed(seed);
            let mut faults = bad_link(&mut rng);
            if fixture.1 == SecurityLevel::AuthPriv {
                // What is damaged the codes find: here, and at the agent.
                faults.corruption = u16::try_from(rng.below(100)).unwrap();
            }
            let mut run = Run::new(seed, fixture, faults);
            for n in 0..u32::try_from(rng.within(3..=16)).unwrap() {
                run.ask(n, Retry::Never);
                let pause = rng.span(&(Duration::ZERO..=TIMEOUT));
                run.harness.run_for(pause).unwrap();
                if rng.chance(100) {
                    let ticket = run.tickets[usize::try_from(rng.below(run.tickets.len() as u64)).unwrap()];
                    run.harness.cancel(ticket);
                }
            }
            run.finish();
            run.check();
            for n in 0..16 {
                let times = fixture.times_applied(run.harness.server(), n);
                assert!(times <= 1, "seed {seed}: set {n} carried out {times} times");
            }
        }
    }
}

#[test]
fn duplicated_datagrams_mislead_nobody() {
    for seed in seeds() {
        for fixture in &KINDS {
            let mut rng = Rng::from_seed(seed ^ 0x5EED);
            let mut faults = bad_link(&mut rng);
            faults.duplication = u16::try_from(rng.within(100..=700)).unwrap();
            let mut run = Run::new(seed, fixture, faults);
            for n in 0..12 {
                run.ask(
                    n,
                    if rng.chance(500) {
                        Retry::Idempotent
                    } else {
                        Retry::Never
                    },
                );
                run.harness.run_for(rng.span(&(Duration::ZERO..=TIMEOUT))).unwrap();
            }
            run.finish();
            run.check();
        }
    }
}
