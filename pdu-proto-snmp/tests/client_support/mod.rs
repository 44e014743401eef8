//! Agents for the tests of the asking side: one that answers well, with the manners of real ones as switches.
#![allow(dead_code)] // each test file uses a part of it

use std::collections::{BTreeMap, VecDeque};

use pdu_core::{Endpoint, Hub, Instant, LinkDemand, LinkEvent, Path, Ticket, Transport};
use pdu_proto_snmp::client::{Manager, ManagerEvent, ManagerOptions, Target};
use pdu_proto_snmp::usm::{AuthProtocol, EngineId, Keys, MasterKey, Outgoing, PrivProtocol, Report, Salts, User};
use pdu_proto_snmp::wire::v3::{self, Flags, Scoped, SecurityLevel};
use pdu_proto_snmp::wire::{
    Body, Bulk, Common, ErrorStatus, Message, Oid, OidBuf, Operation, Tolerance, Value, VarBind, VarBindList, VarBinds,
    Version,
};
use pdu_proto_snmp::{SnmpError, oid};

pub(crate) const COMMUNITY: &[u8] = b"public";
/// Below this, the agents of these tests have their objects.
pub(crate) const ROOT: Oid = oid!(1, 3, 6, 1, 4, 1, 99, 1);
/// What stands behind everything else.
pub(crate) const BEYOND: Oid = oid!(1, 3, 6, 1, 4, 1, 99, 2, 0);

pub(crate) fn name(arcs: &[u32]) -> OidBuf {
    let mut name = OidBuf::from(ROOT);
    for arc in arcs {
        name.push(*arc).unwrap();
    }
    name
}

pub(crate) fn address(host: u8) -> std::net::SocketAddr {
    format!("192.0.2.{host}:161").parse().unwrap()
}

pub(crate) fn target(version: Version) -> Target {
    match version {
        Version::V1 => Target::v1(address(1), COMMUNITY),
        Version::V2C => Target::v2c(address(1), COMMUNITY),
        _ => Target::v3(address(1), user(SecurityLevel::AuthPriv)),
    }
}

pub(crate) fn user(level: SecurityLevel) -> User {
    let key = |fill: u8| MasterKey::from_octets(AuthProtocol::Sha256, &[fill; 32]);
    let user = User::new("reader").unwrap();
    match level {
        SecurityLevel::NoAuthNoPriv => user,
        SecurityLevel::AuthNoPriv => user.with_auth(AuthProtocol::Sha256, key(1).unwrap()),
        SecurityLevel::AuthPriv => user
            .with_auth(AuthProtocol::Sha256, key(1).unwrap())
            .with_privacy(PrivProtocol::Aes128, key(2).unwrap()),
    }
}

/// Of the same name, with another authentication key.
pub(crate) fn other_user() -> User {
    with_keys(3, 2)
}

pub(crate) fn same_user_other_privacy() -> User {
    with_keys(1, 3)
}

fn with_keys(auth: u8, privacy: u8) -> User {
    let key = |fill: u8| MasterKey::from_octets(AuthProtocol::Sha256, &[fill; 32]).unwrap();
    let user = User::new("reader").unwrap();
    user.with_auth(AuthProtocol::Sha256, key(auth))
        .with_privacy(PrivProtocol::Aes128, key(privacy))
}

/// How an agent treats get-bulk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BulkManners {
    Answers,
    Silent,
    GenErr,
    Empty,
    /// It is silent where more successors than this are asked for.
    AtMost(i32),
}

/// An engine of v3.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    pub(crate) id: EngineId,
    pub(crate) boots: u32,
    /// Its time in seconds when the test's clock stands at 0.
    pub(crate) offset: u64,
    /// Its time stands still there.
    pub(crate) frozen: Option<u32>,
    pub(crate) user: User,
    keys: Keys,
    salts: Salts,
}

impl Engine {
    pub(crate) fn new(user: User) -> Self {
        Self::of(EngineId::new(b"\x80\0\0\0\x05agent").unwrap(), user)
    }

    pub(crate) fn of(id: EngineId, user: User) -> Self {
        Self {
            id,
            boots: 4,
            offset: 1_000_000,
            frozen: None,
            keys: Keys::localise(&user, &id).unwrap(),
            user,
            salts: Salts::new(99),
        }
    }

    pub(crate) fn time(&self, now: Instant) -> u32 {
        let running = self.offset + now.as_micros() / 1_000_000;
        self.frozen.unwrap_or_else(|| u32::try_from(running).unwrap())
    }
}

#[derive(Debug)]
pub(crate) struct Agent {
    pub(crate) version: Version,
    pub(crate) engine: Engine,
    pub(crate) objects: BTreeMap<OidBuf, VarBindList>,
    pub(crate) bulk: BulkManners,
    /// More varbinds in an answer are too big.
    pub(crate) max_varbinds: usize,
    /// What is added to the agent's idea of what comes next: walks that go wrong.
    pub(crate) successor: Option<fn(&Oid<'_>) -> OidBuf>,
    /// Names and numbers that were set, in order.
    pub(crate) sets: Vec<(OidBuf, i32)>,
    /// Requests that were understood: operation, and how many names.
    pub(crate) heard: Vec<(Operation, usize)>,
    /// Reports that were sent.
    pub(crate) reports: Vec<Report>,
    pub(crate) is_silent: bool,
    out: VecDeque<Vec<u8>>,
    now: Instant,
}

impl Agent {
    /// An agent with `count` numbers in a column, each its own index.
    pub(crate) fn new(version: Version, count: u32) -> Self {
        let mut agent = Self {
            version,
            engine: Engine::new(user(SecurityLevel::AuthPriv)),
            objects: BTreeMap::new(),
            bulk: BulkManners::Answers,
            max_varbinds: 60,
            successor: None,
            sets: Vec::new(),
            heard: Vec::new(),
            reports: Vec::new(),
            is_silent: false,
            out: VecDeque::new(),
            now: Instant::EPOCH,
        };
        for index in 1..=count {
            agent.insert(&name(&[index]), Value::Integer(index.cast_signed()));
        }
        agent.insert(&BEYOND.into(), Value::OctetString(b"beyond"));
        agent
    }

    pub(crate) fn with_user(mut self, user: User) -> Self {
        self.engine = Engine::new(user);
        self
    }

    pub(crate) fn insert(&mut self, name: &OidBuf, value: Value<'_>) {
        let varbind = [VarBind::new(name.as_oid(), value)];
        let list = VarBindList::copied(VarBinds::new(&varbind));
        self.objects.insert(name.clone(), list);
    }

    /// What it answers to a datagram.
    pub(crate) fn answer(&mut self, now: Instant, datagram: &[u8]) -> Option<Vec<u8>> {
        self.now = now;
        if self.is_silent {
            return None;
        }
        if self.version == Version::V3 {
            return self.answer_v3(datagram);
        }
        let message = Message::parse(datagram, Tolerance::STRICT).ok()?;
        if message.version != self.version || message.community.0 != COMMUNITY {
            return None;
        }
        let done = self.carry_out(&message.body)?;
        let mut buffer = vec![0; 65_507];
        let body = done.body();
        let answer = Message::new(message.version, message.community, body);
        Some(answer.encode(&mut buffer).unwrap().to_vec())
    }

    fn answer_v3(&mut self, datagram: &[u8]) -> Option<Vec<u8>> {
        let message = v3::Message::parse(datagram, Tolerance::STRICT).ok()?;
        let usm = message.usm()?;
        let time = self.engine.time(self.now);
        if usm.engine_id != self.engine.id.as_octets() {
            return Some(self.report(&message, Report::UnknownEngineIds, SecurityLevel::NoAuthNoPriv));
        }
        if usm.user_name != self.engine.user.name() {
            return Some(self.report(&message, Report::UnknownUserNames, SecurityLevel::NoAuthNoPriv));
        }
        let level = message.header().flags.level()?;
        if level != self.engine.user.level() {
            return Some(self.report(&message, Report::UnsupportedSecurityLevels, SecurityLevel::NoAuthNoPriv));
        }
        if self.engine.keys.verify(&message).is_err() {
            return Some(self.report(&message, Report::WrongDigests, SecurityLevel::NoAuthNoPriv));
        }
        let in_window = usm.engine_boots == self.engine.boots && usm.engine_time.abs_diff(time) <= 150;
        if level > SecurityLevel::NoAuthNoPriv && !in_window {
            return Some(self.report(&message, Report::NotInTimeWindows, SecurityLevel::AuthNoPriv));
        }
        let mut scratch = vec![0; datagram.len()];
        let keys = self.engine.keys.clone();
        let scoped = keys.decrypt(&message, &mut scratch, Tolerance::STRICT).ok()?;
        if !scoped.context_name.is_empty() {
            return None;
        }
        let done = self.carry_out(&scoped.body)?;
        Some(self.seal(&message, level, done.body()))
    }

    pub(crate) fn report(&mut self, to: &v3::Message<'_>, report: Report, level: SecurityLevel) -> Vec<u8> {
        self.reports.push(report);
        let counter = [VarBind::new(report.oid(), Value::Counter32(1))];
        // A report for what cannot be deciphered has request id 0.
        self.seal(to, level, Body::common(Operation::REPORT, 0, &counter))
    }

    pub(crate) fn seal(&mut self, to: &v3::Message<'_>, level: SecurityLevel, body: Body<'_>) -> Vec<u8> {
        let mut buffer = vec![0; 65_507];
        let engine = self.engine.id;
        let len = Scoped::new(engine.as_octets(), b"", body)
            .encode(&mut buffer)
            .unwrap()
            .len();
        let outgoing = Outgoing {
            message_id: to.header().message_id,
            max_size: 65_507,
            flags: Flags::NONE,
            engine_id: engine.as_octets(),
            boots: self.engine.boots,
            time: self.engine.time(self.now),
            salt: self.engine.salts.take(),
        };
        let keys = &self.engine.keys;
        keys.seal_at(level, outgoing, len, &mut buffer).unwrap().to_vec()
    }

    fn carry_out(&mut self, body: &Body<'_>) -> Option<Done> {
        // What cannot be read is not answered.
        let readable: Result<Vec<OidBuf>, _> = body
            .varbinds()
            .checked()
            .map(|item| item.map(|item| item.name.into()))
            .collect();
        let names = readable.ok()?;
        self.heard.push((body.operation(), names.len()));
        let id = body.request_id()?;
        match body {
            Body::Bulk(bulk) => self.bulk(bulk, &names),
            Body::Common(Common {
                operation, varbinds, ..
            }) => match *operation {
                Operation::GET => Some(self.each(id, &names, Self::get)),
                Operation::GET_NEXT => Some(self.each(id, &names, Self::next)),
                Operation::SET => Some(self.set(id, *varbinds)),
                _ => None,
            },
            Body::TrapV1(_) => None,
        }
    }

    fn each(&self, id: i32, names: &[OidBuf], look: fn(&Self, &OidBuf) -> VarBindList) -> Done {
        let mut done = Done::new(id);
        if names.len() > self.max_varbinds {
            return done.refused(ErrorStatus::TOO_BIG, 0, names);
        }
        for (index, name) in (1..).zip(names) {
            let found = look(self, name);
            let varbind = found.iter().next().unwrap().unwrap();
            if self.version == Version::V1 && varbind.value.is_exception() {
                return done.refused(ErrorStatus::NO_SUCH_NAME, index, names);
            }
            done.varbinds.push(varbind);
        }
        done
    }

    fn get(&self, name: &OidBuf) -> VarBindList {
        let absent = || VarBindList::copied(VarBinds::new(&[VarBind::new(name.as_oid(), Value::NoSuchInstance)]));
        self.objects.get(name).cloned().unwrap_or_else(absent)
    }

    fn next(&self, after: &OidBuf) -> VarBindList {
        if let Some(successor) = self.successor {
            let name = successor(&after.as_oid());
            return VarBindList::copied(VarBinds::new(&[VarBind::new(name.as_oid(), Value::Integer(0))]));
        }
        let mut behind = self
            .objects
            .range((std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded));
        let end = || VarBindList::copied(VarBinds::new(&[VarBind::new(after.as_oid(), Value::EndOfMibView)]));
        behind.next().map_or_else(end, |(_, found)| found.clone())
    }

    fn bulk(&self, bulk: &Bulk<'_>, names: &[OidBuf]) -> Option<Done> {
        let mut done = Done::new(bulk.request_id);
        match self.bulk {
            BulkManners::Silent => return None,
            BulkManners::AtMost(most) if bulk.max_repetitions > most => return None,
            BulkManners::GenErr => return Some(done.refused(ErrorStatus::GEN_ERR, 0, names)),
            BulkManners::Empty => return Some(done),
            _ => {}
        }
        let mut names = names.to_vec();
        for _ in 0..bulk.max_repetitions {
            for name in &mut names {
                if done.varbinds.count() >= self.max_varbinds {
                    return Some(done);
                }
                let found = self.next(name);
                let varbind = found.iter().next().unwrap().unwrap();
                name.set(varbind.name);
                done.varbinds.push(varbind);
            }
        }
        Some(done)
    }

    fn set(&mut self, id: i32, varbinds: VarBinds<'_>) -> Done {
        let mut done = Done::new(id);
        for varbind in varbinds {
            let varbind = varbind.unwrap();
            if let Value::Integer(number) = varbind.value {
                self.sets.push((varbind.name.into(), number));
            }
            self.insert(&varbind.name.into(), varbind.value);
            done.varbinds.push(varbind);
        }
        done
    }
}

/// A response that is not yet encoded.
struct Done {
    id: i32,
    status: ErrorStatus,
    index: i32,
    varbinds: VarBindList,
}

impl Done {
    fn new(id: i32) -> Self {
        Self {
            id,
            status: ErrorStatus::NO_ERROR,
            index: 0,
            varbinds: VarBindList::EMPTY,
        }
    }

    fn refused(mut self, status: ErrorStatus, index: i32, names: &[OidBuf]) -> Self {
        self.varbinds = VarBindList::asking(names.iter().map(OidBuf::as_oid));
        Self { status, index, ..self }
    }

    fn body(&self) -> Body<'_> {
        Body::Common(Common {
            operation: Operation::RESPONSE,
            request_id: self.id,
            error_status: self.status,
            error_index: self.index,
            varbinds: self.varbinds.varbinds(),
        })
    }
}

impl Endpoint for Agent {
    fn transport(&self) -> Transport {
        Transport::Datagram { max_len: 65_507 }
    }

    fn handle_link(&mut self, _now: Instant, _event: LinkEvent) {}

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        let answer = self.answer(now.max(self.now), bytes);
        self.out.extend(answer);
        bytes.len()
    }

    fn handle_transmitted(&mut self, _now: Instant, _len: usize) {
        self.out.pop_front();
    }

    fn handle_timeout(&mut self, _now: Instant) {}

    fn transmit(&self) -> &[u8] {
        self.out.front().map_or(&[], Vec::as_slice)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Idle
    }
}

/// What a manager told, kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Told {
    Part(Ticket, VarBindList),
    Done(Ticket, Result<VarBindList, SnmpError>),
}

pub(crate) fn told(manager: &mut Manager) -> Option<Told> {
    Some(match manager.poll_event()? {
        ManagerEvent::Part { ticket, varbinds, .. } => Told::Part(ticket, varbinds.into()),
        ManagerEvent::Done { ticket, result, .. } => {
            Told::Done(ticket, result.map(|response| response.varbinds().into()))
        }
        other => panic!("{other:?}"),
    })
}

/// Takes the datagram that is shown, as a driver that sends it does.
pub(crate) fn send(manager: &mut Manager, now: Instant) -> Option<(Path, Vec<u8>)> {
    let (path, datagram) = manager.transmit().map(|(path, datagram)| (path, datagram.to_vec()))?;
    manager.handle_transmitted(now, &path, datagram.len());
    Some((path, datagram))
}

/// A manager with one agent, in virtual time without a network between them.
pub(crate) struct Desk {
    pub(crate) manager: Manager,
    pub(crate) agent: Agent,
    pub(crate) id: pdu_proto_snmp::client::TargetId,
    pub(crate) now: Instant,
    /// What left, in order.
    pub(crate) sent: Vec<Vec<u8>>,
    /// What the agent answered, in order.
    pub(crate) answers: Vec<Vec<u8>>,
    /// What came of the walk under way, and how many varbinds among it could not be read.
    pub(crate) table: VarBindList,
    pub(crate) bad: usize,
}

impl Desk {
    pub(crate) fn new(target: Target, agent: Agent) -> Self {
        let mut manager = Manager::new(ManagerOptions::new(7));
        let id = manager.add(target).unwrap();
        Self {
            manager,
            agent,
            id,
            now: Instant::from_millis(10_000),
            sent: Vec::new(),
            answers: Vec::new(),
            table: VarBindList::EMPTY,
            bad: 0,
        }
    }

    pub(crate) fn of(version: Version, count: u32) -> Self {
        Self::new(target(version), Agent::new(version, count))
    }

    /// Asks, and lets both speak until the request has ended. Without an answer, time jumps to the next deadline.
    pub(crate) fn ask(&mut self, request: pdu_proto_snmp::client::Request<'_>) -> Result<VarBindList, SnmpError> {
        let ticket = self.manager.submit(self.now, self.id, request).unwrap();
        for _ in 0..100_000 {
            if let Some((done, result)) = self.run() {
                assert_eq!(done, ticket);
                return result;
            }
            let due = self.manager.poll_timeout().unwrap();
            self.now = self.now.max(due);
            self.manager.handle_timeout(self.now);
        }
        panic!("a request that does not end");
    }

    /// Lets both speak until neither has anything to say, or a request has ended.
    pub(crate) fn run(&mut self) -> Option<(Ticket, Result<VarBindList, SnmpError>)> {
        for _ in 0..1_000_000 {
            match told(&mut self.manager) {
                Some(Told::Part(_, part)) => {
                    self.keep(&part);
                    continue;
                }
                Some(Told::Done(ticket, result)) => {
                    let table = std::mem::take(&mut self.table);
                    return Some((ticket, result.map(|rest| if rest.is_empty() { table } else { rest })));
                }
                None => {}
            }
            let (path, datagram) = send(&mut self.manager, self.now)?;
            self.sent.push(datagram.clone());
            if let Some(answer) = self.agent.answer(self.now, &datagram) {
                self.answers.push(answer.clone());
                self.manager.handle_input(self.now, &path, &answer);
            }
        }
        panic!("both run in circles");
    }
    fn keep(&mut self, part: &VarBindList) {
        for varbind in part {
            match varbind {
                Ok(varbind) => self.table.push(varbind),
                Err(_) => self.bad += 1,
            }
        }
    }
}
