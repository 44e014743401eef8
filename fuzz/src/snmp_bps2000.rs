//! The device session of a BPS2000 over SNMP, with an agent that answers when the script lets it, and as the script damages
//! it; some of its objects answer what the script says.

use core::net::SocketAddr;

use pdu_core::testing::{Script, SolePeer, drive_script_with_peer};
use pdu_core::{
    Answer, Command, DeviceError, DeviceSession, Endpoint, Event, EventOf, Instant, LinkDemand, LinkEvent, Mode, Path,
    Quality, Refused, Session, Snapshot, Ticket, Transport, Update,
};
use pdu_proto_snmp::bps2000::{Device, IntegerScale, OBJECTS, Profile, ZeroProbe};
use pdu_proto_snmp::client::{Client, Security, Target};
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, MapTree};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::wire::{Opaque, Value, Version};

use crate::show;

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
    let mut session = Watched(Device::new(client, profile));
    let mut peer = SolePeer::new(agent(&mut script), Path::to(MANAGER));
    drive_script_with_peer(&mut session, &mut peer, rest, command);
    let deviations = session.0.deviations();
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

/// A device whose answers are looked through.
struct Watched<S>(S);

impl<S: Endpoint> Endpoint for Watched<S> {
    fn transport(&self) -> Transport {
        self.0.transport()
    }
    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.0.handle_link(now, event);
    }
    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.0.handle_input(now, bytes)
    }
    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.0.handle_transmitted(now, len);
    }
    fn handle_timeout(&mut self, now: Instant) {
        self.0.handle_timeout(now);
    }
    fn transmit(&self) -> &[u8] {
        self.0.transmit()
    }
    fn poll_timeout(&self) -> Option<Instant> {
        self.0.poll_timeout()
    }
    fn link_demand(&self) -> LinkDemand {
        self.0.link_demand()
    }
}

impl<S: DeviceSession> Session for Watched<S> {
    type Request = Command;
    type Reply = Answer;
    type Notice = Update;
    type Error = DeviceError;

    fn submit(&mut self, now: Instant, request: Command) -> Result<Ticket, Refused<Command>> {
        self.0.submit(now, request)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.0.cancel(now, ticket);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        let event = self.0.poll_event()?;
        match &event {
            Event::Done { result: Ok(answer), .. } => look_through(answer),
            Event::Done { result: Err(error), .. } => show(error),
            Event::Notice(update) => panic!("nothing comes unasked: {update:?}"),
        }
        Some(event)
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
