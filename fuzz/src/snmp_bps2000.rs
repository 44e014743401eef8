//! The device session of a BPS2000 over SNMP, with an agent that answers when the script lets it, and as the script damages
//! it; some of its objects answer what the script says.

use core::net::SocketAddr;

use pdu_core::testing::{Script, SolePeer, drive_script_with_peer};
use pdu_core::{Answer, Command, DeviceError, DeviceSession, Instant, Mode, Path, Quality, Snapshot, Update};
use pdu_proto_snmp::bps2000::{Device, IntegerScale, OBJECTS, Profile, ZeroProbe};
use pdu_proto_snmp::client::{Client, Security, Target};
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, MapTree};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::wire::{Opaque, Value, Version};

use crate::show;
use crate::watched::{Watch, Watched};

const AGENT: SocketAddr = SocketAddr::new(core::net::IpAddr::V4(core::net::Ipv4Addr::new(192, 0, 2, 7)), 161);
const MANAGER: SocketAddr = SocketAddr::new(core::net::IpAddr::V4(core::net::Ipv4Addr::new(192, 0, 2, 1)), 40_000);

/// Any script: each command ends once, with an answer of its kind in which whatever has no value says why.
pub fn device(data: &[u8]) {
    let (head, rest) = data.split_at(data.len().min(64));
    let mut script = Script::new(head);
    let switches = script.next_u8();
    let target = target(switches, script.next_u8());
    let client = Client::new(target, 7).expect("a community needs no keys");
    let profile = Profile {
        mode: if switches & 4 == 0 { Mode::Lenient } else { Mode::Strict },
        integers: if switches & 8 == 0 {
            IntegerScale::Unknown
        } else {
            IntegerScale::Modbus
        },
        zero_probe: if switches & 16 == 0 {
            ZeroProbe::Absent
        } else {
            ZeroProbe::Suspect
        },
    };
    let mut session = Watched::new(Device::new(client, profile), Answers);
    let mut peer = SolePeer::new(agent(&mut script), Path::to(MANAGER));
    drive_script_with_peer(&mut session, &mut peer, rest, command);
    let deviations = session.session.deviations();
    assert!(deviations.len() <= OBJECTS.len());
    deviations.iter().for_each(show);
}

fn target(switches: u8, size: u8) -> Target {
    let version = if switches & 1 == 0 { Version::V2C } else { Version::V1 };
    let mut target = Target::new(AGENT, Security::community(version, b"public")).with_retries(switches >> 6);
    if switches & 2 != 0 {
        target.options.max_message_size = 484 + 4 * u16::from(size);
    }
    target
}

/// An agent of as many members as the script says, with some strange values.
fn agent(script: &mut Script<'_>) -> Agent<MapTree> {
    let slaves = u16::from(script.next_u8() % 6);
    let mut tree = MapTree::new();
    for object in OBJECTS.iter().filter(|object| object.unit <= slaves) {
        tree.insert(object.oid, Value::OctetString(b"1.0"));
    }
    while !script.is_empty() {
        let Some(object) = OBJECTS.get(usize::from(script.next_u8())) else {
            break;
        };
        let kind = script.next_u8();
        let octets = script.take(usize::from(kind >> 4));
        match kind % 8 {
            0 => drop(tree.remove(object.oid)),
            1 => tree.insert(object.oid, Value::Integer(i32::from(kind) - 128)),
            2 => tree.insert(object.oid, Value::Counter64(u64::MAX >> (kind >> 3))),
            3 => tree.insert(object.oid, Value::Gauge32(u32::MAX >> (kind >> 3))),
            4 => tree.insert(object.oid, Value::Opaque(Opaque(octets))),
            _ => tree.insert(object.oid, Value::OctetString(octets)),
        }
    }
    let id = EngineId::from_text(47394, "fuzzed").expect("a short text");
    Agent::new(LocalEngine::new(id, 1, Instant::EPOCH), tree, AgentOptions::default())
        .with_community(b"public", Access::read_only())
}

fn command(script: &mut Script<'_>) -> Option<Command> {
    Some(match script.next_u8() % 8 {
        0 => Command::Capabilities,
        1 => Command::Thresholds,
        2 | 3 => Command::Identity,
        _ => Command::Snapshot,
    })
}

/// Answers are looked through.
struct Answers;

impl<S: DeviceSession> Watch<S> for Answers {
    fn done(&mut self, _command: Command, result: &Result<Answer, DeviceError>) {
        if let Ok(answer) = result {
            look_through(answer);
        }
    }

    fn notice(&mut self, update: &Update) {
        panic!("nothing comes unasked: {update:?}");
    }
}

fn look_through(answer: &Answer) {
    match answer {
        Answer::Snapshot(snapshot) => whole(snapshot),
        Answer::Identity(identities) => assert!(identities.first().is_some_and(|identity| identity.unit == 0)),
        Answer::Capabilities(_) => {}
        other => panic!("nobody asked for {other:?}"),
    }
}

/// Every member that is there has all of its readings and contacts, and what has no value says why.
fn whole(snapshot: &Snapshot) {
    let members = snapshot.identities.len();
    assert!((1..=6).contains(&members));
    assert_eq!(snapshot.readings.len(), 33 * members);
    assert_eq!(snapshot.contacts.len(), 4 * members);
    for reading in &snapshot.readings {
        show(reading);
        let has_none = matches!(
            reading.quality,
            Quality::Unavailable | Quality::Underflow | Quality::Overflow
        );
        assert_eq!(reading.value.is_none(), has_none, "{reading}");
    }
}
