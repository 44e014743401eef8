//! What the tests of the agent share: agents, requests, and what comes back.
#![allow(dead_code)] // each test file uses a part
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use pdu_core::{Hub, Instant, Path};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, MapTree, Tree};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::wire::{Body, Common, ErrorStatus, Message, Oid, Tolerance, Value, VarBind, VarBindList, Version};

/// When the engines start: also later than the epoch.
pub(crate) const START: Instant = Instant::from_millis(10_000);

pub(crate) const SYS_DESCR: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 1, 1, 0);
pub(crate) const SYS_UP_TIME: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 1, 3, 0);
pub(crate) const SYS_CONTACT: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 1, 4, 0);
pub(crate) const SYS_NAME: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 1, 5, 0);
pub(crate) const IN_OCTETS_1: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 1);
pub(crate) const IN_OCTETS_2: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 2);
pub(crate) const HC_IN_OCTETS_1: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, 1);
pub(crate) const HC_IN_OCTETS_2: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, 2);
pub(crate) const OUTLET: Oid<'static> = oid!(1, 3, 6, 1, 4, 1, 99_999, 1, 0);

/// A few objects: two can be set, two are Counter64, and the last is behind those.
pub(crate) fn tree() -> MapTree {
    let mut tree = MapTree::new();
    tree.insert(SYS_DESCR, Value::OctetString(b"a rack unit"));
    tree.insert(SYS_UP_TIME, Value::TimeTicks(4711));
    tree.insert_writable(SYS_CONTACT, Value::OctetString(b"somebody"));
    tree.insert_writable(SYS_NAME, Value::OctetString(b"rack 7"));
    tree.insert(IN_OCTETS_1, Value::Counter32(1000));
    tree.insert(IN_OCTETS_2, Value::Counter32(2000));
    tree.insert(HC_IN_OCTETS_1, Value::Counter64(1 << 40));
    tree.insert(HC_IN_OCTETS_2, Value::Counter64(2 << 40));
    tree.insert(OUTLET, Value::Gauge32(1));
    tree
}

pub(crate) fn engine() -> LocalEngine {
    LocalEngine::new(EngineId::from_text(99_999, "test").unwrap(), 3, START)
}

/// `public` reads, `private` reads and sets.
pub(crate) fn agent<T: Tree>(tree: T) -> Agent<T> {
    agent_with(tree, AgentOptions::default())
}

pub(crate) fn agent_with<T: Tree>(tree: T, options: AgentOptions) -> Agent<T> {
    Agent::new(engine(), tree, options)
        .with_community(b"public", Access::read_only())
        .with_community(b"private", Access::read_write())
}

pub(crate) fn manager() -> Path {
    Path::to("192.0.2.7:40000".parse().unwrap())
}

/// What the agent answers to a datagram, if anything; nothing else may wait.
pub(crate) fn exchange<T: Tree>(agent: &mut Agent<T>, now: Instant, datagram: &[u8]) -> Option<Vec<u8>> {
    agent.handle_input(now, &manager(), datagram);
    let (path, answer) = agent.transmit()?;
    let answer = answer.to_vec();
    assert_eq!(path, manager());
    agent.handle_transmitted(now, &path, answer.len());
    assert_eq!(agent.transmit(), None, "more than one answer");
    Some(answer)
}

/// A response, as its parts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) status: ErrorStatus,
    pub(crate) index: i32,
    pub(crate) varbinds: VarBindList,
}

impl Answered {
    pub(crate) fn of(body: Body<'_>, request_id: i32) -> Self {
        let Body::Common(Common {
            error_status: status,
            error_index: index,
            varbinds,
            ..
        }) = body
        else {
            panic!("{body:?}");
        };
        assert_eq!(body.request_id(), Some(request_id));
        Self {
            status,
            index,
            varbinds: varbinds.into(),
        }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.varbinds
            .iter()
            .map(|varbind| varbind.unwrap().name.to_string())
            .collect()
    }
}

/// A response without an error.
pub(crate) fn well(varbinds: &[VarBind<'_>]) -> Answered {
    failed(ErrorStatus::NO_ERROR, 0, varbinds)
}

pub(crate) fn failed(status: ErrorStatus, index: i32, varbinds: &[VarBind<'_>]) -> Answered {
    let varbinds = VarBindList::new(Version::V2C, varbinds).unwrap();
    Answered {
        status,
        index,
        varbinds,
    }
}

/// Asks in v1 or v2c.
pub(crate) fn ask<T: Tree>(
    agent: &mut Agent<T>,
    version: Version,
    community: &str,
    body: Body<'_>,
) -> Option<Answered> {
    let community = community.as_bytes();
    let mut buffer = [0; 4096];
    let request = Message::new(version, community.into(), body);
    let response = exchange(agent, START, request.encode(&mut buffer).unwrap())?;
    let response = Message::parse(&response, Tolerance::STRICT).unwrap();
    assert_eq!((response.version, response.community.0), (version, community));
    Some(Answered::of(response.body, body.request_id().unwrap()))
}

pub(crate) fn ask_v1<T: Tree>(agent: &mut Agent<T>, body: Body<'_>) -> Answered {
    ask(agent, Version::V1, "private", body).unwrap()
}

pub(crate) fn ask_v2c<T: Tree>(agent: &mut Agent<T>, body: Body<'_>) -> Answered {
    ask(agent, Version::V2C, "private", body).unwrap()
}

/// Names to be asked for.
pub(crate) fn asking<const N: usize>(names: [Oid<'_>; N]) -> [VarBind<'_>; N] {
    names.map(VarBind::ask)
}
