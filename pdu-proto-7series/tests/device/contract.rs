//! The contract of sessions, held by the typed client and by the device session over a stream: each ticket one `Done`, no reply to
//! another's request, no command carried out twice, and every `Effect` true.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-7series --all-features --test device contract` runs more seeds.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use pdu_core::testing::{Faults, Fixture, Harness, contract};
use pdu_core::{Action, Answer, Command, Delay, Effect, Error, ErrorKind, OutletSettings, PowerState, Rng, Settings};
use pdu_proto_7series::client::HttpClient;
use pdu_proto_7series::series7::simulator::Series7;
use pdu_proto_7series::series7::{Client, Device, Reply, Request};
use pdu_proto_7series::wire::OutletAction;

use crate::support::{Unit, device, http, options, switch, unit};

/// How many seeds each function runs: a few at every test run, 10,000 where it is asked for.
fn seeds() -> Range<u64> {
    0..std::env::var("PDU_FAULT_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(3)
}

const REPLY_TIMEOUT: Duration = Duration::from_secs(10);

/// A setting of an outlet that no other number writes.
fn delay_of(n: u32) -> Command {
    let delay = OutletSettings {
        on_delay: Some(1000 + n),
        ..OutletSettings::of(u16::try_from(n % 16).unwrap() + 1)
    };
    Command::SetSettings(Box::new(Settings::from(vec![delay])))
}

/// Whether it was written, and how often, by what the unit wrote down.
fn delays_set(unit: &Unit, n: u32) -> usize {
    let done = &unit.hub().service().done;
    let value = format!("\"{}\"", 1000 + n);
    done.iter().filter(|change| change.ends_with(&value)).count()
}

fn sixteen(seed: u64) -> Unit {
    unit(Series7::builder().seed(seed).outlets(16))
}

struct OfDevice;

impl Fixture for OfDevice {
    type Session = Device<HttpClient>;
    type Peer = Unit;

    fn session(&self) -> Self::Session {
        device()
    }

    fn peer(&self) -> Unit {
        sixteen(3)
    }

    /// The first ones have one exchange each, as some lines of the contract count them.
    fn request(&self, n: u32) -> Command {
        match n {
            8.. if n % 4 == 3 => delay_of(n),
            8.. if n % 4 == 2 => Command::Settings,
            8.. if n % 4 == 1 => Command::Snapshot,
            _ => Command::Identity,
        }
    }

    fn answers(&self, n: u32, reply: &Answer) -> bool {
        match (self.request(n), reply) {
            (Command::Identity, Answer::Identity(identities)) => identities[0].name.as_deref() == Some("synthetic-7w"),
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
        delays_set(peer, n)
    }

    fn reply_timeout(&self) -> Duration {
        REPLY_TIMEOUT
    }

    /// Eight commands, one after the other, of three exchanges with two attempts each.
    fn patience(&self) -> Duration {
        Duration::from_secs(8 * 3 * 2 * 80)
    }

    fn seeds(&self) -> Range<u64> {
        seeds()
    }
}

#[test]
fn the_device_session_keeps_the_contract() {
    contract::all(&OfDevice);
}

struct OfClient;

impl OfClient {
    fn outlet(n: u32) -> u16 {
        u16::try_from(n % 48).unwrap() + 1
    }
}

impl Fixture for OfClient {
    type Session = Client<HttpClient>;
    type Peer = Unit;

    fn session(&self) -> Self::Session {
        Client::new(http(None), options())
    }

    fn peer(&self) -> Unit {
        unit(Series7::builder().outlets(48))
    }

    fn request(&self, n: u32) -> Request {
        match n % 4 {
            0 => Request::Live,
            1 => Request::Switch {
                outlet: Self::outlet(n),
                action: OutletAction::Off,
            },
            2 => Request::DownloadConfiguration,
            _ => Request::Log,
        }
    }

    fn answers(&self, n: u32, reply: &Reply) -> bool {
        matches!(
            (n % 4, reply),
            (0, Reply::Live(_)) | (1, Reply::Accepted) | (2, Reply::Configuration(_)) | (3, Reply::Log(_))
        )
    }

    fn is_write(&self, n: u32) -> bool {
        n % 4 == 1
    }

    fn times_applied(&self, peer: &Unit, n: u32) -> usize {
        let words = format!("Outlet({}, Off)", Self::outlet(n));
        peer.hub().service().times(&words)
    }

    fn reply_timeout(&self) -> Duration {
        REPLY_TIMEOUT
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(8 * 2 * 80)
    }

    fn seeds(&self) -> Range<u64> {
        seeds()
    }
}

#[test]
fn the_typed_client_keeps_the_contract() {
    contract::all(&OfClient);
}

/// Switches outlets, each of which nobody else touches, and changes settings, with cancels and cuts now and then: each command is
/// carried out at most once, and what a result says of its effect is true.
#[test]
fn no_command_is_carried_out_twice_and_every_effect_is_true() {
    let mut tallies = BTreeMap::new();
    for seed in seeds() {
        let mut rng = Rng::from_seed(seed);
        let mut link = Harness::new(seed, Faults::stream(), device(), sixteen(seed));
        let mut commands = Vec::new();
        for n in 0..24_u32 {
            let outlet = u16::try_from(n / 3).unwrap() + 1;
            let command = match n % 3 {
                0 => switch(outlet, Action::Off, Delay::None),
                1 => delay_of(n),
                _ => Command::Snapshot,
            };
            let ticket = loop {
                match link.submit(command.clone()) {
                    Ok(ticket) => break ticket,
                    Err(refused) => assert_eq!(refused.kind, ErrorKind::Busy),
                }
                link.run_for(Duration::from_secs(1)).unwrap();
            };
            commands.push((n, command));
            if rng.chance(300) {
                link.run_for(rng.span(&(Duration::ZERO..=Duration::from_secs(2))))
                    .unwrap();
            }
            if rng.chance(50) {
                link.cancel(ticket);
            }
            if rng.chance(50) {
                link.cut();
            }
        }
        assert!(link.run_until_done(Duration::from_secs(36_000)).unwrap(), "seed {seed}");
        link.run_for(Duration::from_secs(60)).unwrap();

        let witness = link.server().hub().service();
        for (submission, (n, command)) in commands.iter().enumerate() {
            let made = match command {
                Command::Switch { .. } => {
                    let outlet = u16::try_from(n / 3).unwrap() + 1;
                    let made = witness.times(&format!("Outlet({outlet}, Off)"));
                    assert_eq!(witness.unit.outlet(outlet) == PowerState::Off, made > 0);
                    made
                }
                Command::SetSettings(_) => delays_set(link.server(), *n),
                _ => continue,
            };
            assert!(made <= 1, "seed {seed}: {command:?} {made} times");
            let result = link.result(submission).unwrap();
            let tally = match result {
                Ok(answer) => format!("{answer:?}"),
                Err(error) => format!("{} {}", error.kind(), error.effect()),
            };
            match result {
                Ok(answer) => assert!(made == 1, "seed {seed}: {command:?} {answer:?}"),
                Err(error) if error.effect() == Effect::NotApplied => assert!(made == 0, "seed {seed}: {command:?}"),
                Err(error) if error.effect() == Effect::Applied => assert!(made == 1, "seed {seed}: {command:?}"),
                Err(_) => {}
            }
            *tallies.entry(tally).or_insert(0) += 1;
        }
    }
    assert!(tallies.contains_key("Confirmed"), "{tallies:?}");
    assert!(tallies.keys().any(|tally| tally.ends_with("unknown")), "{tallies:?}");
}
