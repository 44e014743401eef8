//! The agent of SNMP, with a small tree and a sender behind it.

use std::sync::LazyLock;
use std::time::Duration;

use pdu_core::testing::Script;
use pdu_core::{Hub, Instant, Path, Transport};
use pdu_proto_snmp::notification::{Destination, Sender, SenderOptions};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, MapTree, View};
use pdu_proto_snmp::usm::{AuthProtocol, EngineId, Keys, LocalEngine, MasterKey, Outgoing, PrivProtocol, Salt, User};
use pdu_proto_snmp::wire::v3::{self, Flags, Scoped, SecurityLevel};
use pdu_proto_snmp::wire::{Body, Message, Oid, Operation, Tolerance, Value, VarBind, Version};

const QUEUE: usize = 4;
const BOOTS: u32 = 7;
/// The engine starts at the epoch.
const START: Instant = Instant::EPOCH;

/// Names to be asked for: instances, objects, and what is neither.
const NAMES: [Oid<'static>; 8] = [
    oid!(0, 0),
    oid!(1, 3, 6, 1, 2, 1, 1, 1, 0),
    oid!(1, 3, 6, 1, 2, 1, 1, 5, 0),
    oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 1),
    oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10),
    oid!(1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, 300),
    oid!(1, 3, 6, 1, 4, 1, 99_999, 1),
    oid!(2, 999, 4_294_967_295),
];

static ENGINE: LazyLock<EngineId> = LazyLock::new(|| EngineId::from_text(99_999, "fuzz").expect("short"));

static USERS: LazyLock<[(User, Keys); 3]> = LazyLock::new(|| {
    let key = MasterKey::from_octets(AuthProtocol::Sha256, &[0x42; 32]).expect("as long as the hash");
    let user = |name| User::new(name).expect("short");
    let auth = |user: User| user.with_auth(AuthProtocol::Sha256, key.clone());
    let users = [
        user("anyone"),
        auth(user("writer")),
        auth(user("secret")).with_privacy(PrivProtocol::Aes128, key.clone()),
    ];
    users.map(|user| {
        let keys = Keys::localise(&user, &ENGINE).expect("keys that fit");
        (user, keys)
    })
});

/// Datagrams of any kind: noise, requests of all versions, whole and damaged, some of them authenticated; time that goes on,
/// and output that is taken late. What the agent says is whole, no larger than is allowed, and right; what was changed under
/// its authentication code is never carried out.
pub fn agent(data: &[u8]) {
    let (mode, rest) = data.split_first().unwrap_or((&0, &[]));
    let mut room = Room {
        agent: fresh(*mode),
        now: START,
        size: if mode & 1 == 0 { 1472 } else { 484 },
        waiting: 0,
    };
    let mut script = Script::new(rest);
    while !script.is_empty() {
        room.step(&mut script);
    }
    room.end();
}

fn fresh(mode: u8) -> Agent<MapTree> {
    let mut tree = MapTree::new();
    tree.insert(NAMES[1], Value::OctetString(b"a rack unit"));
    tree.insert_writable(NAMES[2], Value::OctetString(b"rack 7"));
    tree.insert_writable(NAMES[3], Value::Counter32(1));
    tree.insert(NAMES[5], Value::Counter64(u64::MAX));
    tree.insert_writable(oid!(1, 3, 6, 1, 4, 1, 99_999, 1, 0), Value::Gauge32(1));
    let options = AgentOptions {
        max_message_size: if mode & 1 == 0 { 1472 } else { 484 },
        queue: QUEUE,
        ..AgentOptions::default()
    };
    let view = match mode >> 1 & 3 {
        0 => View::all(),
        1 => View::all().excluding(oid!(1, 3, 6, 1, 2, 1, 2)),
        2 => View::none().including(NAMES[2]).including(NAMES[4]),
        _ => View::none(),
    };
    let access = Access::read_write().with_read(view);
    let mut sender = Sender::new(SenderOptions::new(1));
    let station = "192.0.2.9:162".parse().expect("an address");
    sender
        .add(Destination::inform_v2c(station, b"public"))
        .expect("room for one");
    let engine = LocalEngine::new(*ENGINE, BOOTS, START);
    let agent = Agent::new(engine, tree, options)
        .with_community(b"public", Access::read_only())
        .with_community(b"private", access.clone())
        .with_sender(sender);
    USERS.iter().fold(agent, |agent, (user, _)| {
        agent.with_user(user, access.clone()).expect("keys that fit")
    })
}

struct Room {
    agent: Agent<MapTree>,
    now: Instant,
    /// The largest message.
    size: usize,
    /// Responses that wait at most.
    waiting: usize,
}

impl Room {
    fn step(&mut self, script: &mut Script<'_>) {
        match script.next_u8() % 8 {
            0 => {
                let len = usize::from(script.next_u8());
                self.hear(script.take(len), 0);
            }
            1 => {
                let datagram = plain(script);
                self.hear(&datagram, 0);
            }
            2 => {
                let datagram = damaged(plain(script), script);
                self.hear(&datagram, 0);
            }
            3 => {
                let datagram = self.sealed(script);
                self.hear(&datagram, 0);
            }
            4 => self.hear_changed(script),
            5 => {
                self.now += Duration::from_millis(u64::from(script.next_u16()) * 10);
                self.agent.handle_timeout(self.now);
            }
            6 => self.take(script.next_u8() % 4),
            _ => {
                let peer = peer(script.next_u8());
                if script.next_u8().is_multiple_of(2) {
                    self.agent.handle_blocked(self.now, &peer);
                } else {
                    self.agent.handle_writable(self.now, &peer);
                }
            }
        }
    }

    fn hear(&mut self, datagram: &[u8], from: u8) {
        let taken = self.agent.handle_input(self.now, &peer(from), datagram);
        assert_eq!(taken, datagram.len());
        self.waiting = (self.waiting + 1).min(QUEUE);
    }

    /// A message for which there is no key, since its code was made for another: nothing is carried out.
    fn hear_changed(&mut self, script: &mut Script<'_>) {
        let good = self.sealed(script);
        let bad = damaged(good.clone(), script);
        let is_protected = v3::Message::parse(&good, Tolerance::STRICT)
            .is_ok_and(|message| message.header().flags.contains(Flags::AUTHENTICATED));
        let seen = |message: &[u8]| v3::Message::parse(message, Tolerance::LENIENT).map(|seen| seen.octets().to_vec());
        let before = self.agent.statistics();
        self.hear(&bad, 1);
        let after = self.agent.statistics();
        // Octets behind the end are no part of the message; without the flag it is not protected, and then not allowed.
        if is_protected && seen(&bad) != seen(&good) {
            let carried_out = |statistics: pdu_proto_snmp::server::Statistics| {
                (statistics.gets + statistics.get_nexts + statistics.get_bulks + statistics.sets)
                    .wrapping_sub(statistics.failed)
            };
            assert_eq!(
                carried_out(before),
                carried_out(after),
                "a message that was changed was carried out"
            );
        }
    }

    /// A request of one of the users, now or a little beside.
    fn sealed(&self, script: &mut Script<'_>) -> Vec<u8> {
        let pick = script.next_u8();
        let (_, keys) = &USERS[usize::from(pick) % USERS.len()];
        let seconds = u32::try_from(self.now.saturating_since(START).as_secs()).unwrap_or(0);
        let outgoing = Outgoing {
            message_id: u32::from(script.next_u8()),
            max_size: 484 + u32::from(script.next_u16()),
            flags: if pick & 0x40 == 0 {
                Flags::REPORTABLE
            } else {
                Flags::NONE
            },
            engine_id: if pick & 0x20 == 0 { ENGINE.as_octets() } else { &[] },
            boots: BOOTS,
            time: seconds + u32::from(script.next_u8()),
            salt: Salt(u64::from(pick)),
        };
        let context = if pick & 0x10 == 0 { &b""[..] } else { b"other" };
        let level = match pick & 0x80 {
            0 => keys.level(),
            _ => SecurityLevel::NoAuthNoPriv,
        };
        with_body(script, Version::V3, |body| {
            let mut buffer = [0; 2048];
            let len = Scoped::new(ENGINE.as_octets(), context, body)
                .encode(&mut buffer)
                .expect("room")
                .len();
            keys.seal_at(level, outgoing, len, &mut buffer).expect("room").to_vec()
        })
    }

    /// Takes some output, each whole and right.
    fn take(&mut self, count: u8) {
        for _ in 0..count {
            let Some((path, datagram)) = self.agent.transmit() else {
                return;
            };
            assert!(datagram.len() <= self.size, "{} octets", datagram.len());
            check(datagram);
            let len = datagram.len();
            self.agent.handle_transmitted(self.now, &path, len);
        }
    }

    /// Everything leaves in the end, and there is no more of it than there may be.
    fn end(mut self) {
        assert!(matches!(self.agent.transport(), Transport::Datagram { .. }));
        for from in 0..4 {
            self.agent.handle_writable(self.now, &peer(from));
        }
        for _ in 0..QUEUE {
            self.take(1);
        }
        assert!(self.agent.transmit().is_none(), "more output than waits at most");
        assert!(!format!("{:?}", self.agent).contains("public"));
    }
}

fn peer(number: u8) -> Path {
    Path::to(([192, 0, 2, number % 4], 40_000).into())
}

/// A request of v1 or v2c.
fn plain(script: &mut Script<'_>) -> Vec<u8> {
    let pick = script.next_u8();
    let version = if pick & 1 == 0 { Version::V2C } else { Version::V1 };
    let community = [&b"public"[..], b"private", b"wrong"][usize::from(pick >> 1) % 3];
    with_body(script, version, |body| {
        let mut buffer = [0; 2048];
        let message = Message::new(version, community.into(), body);
        // A body that v1 does not have is sent in v2c.
        let octets = message.encode(&mut buffer).map(|octets| octets.to_vec());
        octets.unwrap_or_else(|_| {
            let message = Message::v2c(community, body);
            message
                .encode(&mut buffer)
                .map_or_else(|_| Vec::new(), |octets| octets.to_vec())
        })
    })
}

fn with_body(script: &mut Script<'_>, version: Version, then: impl FnOnce(Body<'_>) -> Vec<u8>) -> Vec<u8> {
    let pick = script.next_u8();
    let id = i32::from(script.next_u8());
    let count = usize::from(script.next_u8() % 6);
    let table: Vec<VarBind<'_>> = (0..count)
        .map(|_| {
            let name = NAMES[usize::from(script.next_u8()) % NAMES.len()];
            VarBind::new(name, value(script))
        })
        .collect();
    let repetitions = || i32::from(id.to_be_bytes()[3].cast_signed());
    then(match pick % 8 {
        0 | 1 => Body::get(id, table.as_slice()),
        2 => Body::get_next(id, table.as_slice()),
        3 | 4 => Body::set(id, table.as_slice()),
        5 => Body::common(Operation::RESPONSE, id, table.as_slice()),
        6 if version != Version::V1 => Body::common(Operation::INFORM, id, table.as_slice()),
        _ => Body::get_bulk(id, i32::from(pick >> 6), repetitions(), table.as_slice()),
    })
}

fn value<'d>(script: &mut Script<'d>) -> Value<'d> {
    match script.next_u8() % 6 {
        0 | 1 => Value::Null,
        2 => Value::Integer(script.next_u8().into()),
        3 => Value::Gauge32(script.next_u16().into()),
        4 => Value::Counter32(script.next_u16().into()),
        _ => {
            let len = usize::from(script.next_u8());
            Value::OctetString(script.take(len))
        }
    }
}

/// One octet changed, or some cut off.
fn damaged(mut datagram: Vec<u8>, script: &mut Script<'_>) -> Vec<u8> {
    let at = usize::from(script.next_u16()) % datagram.len().max(1);
    match script.next_u8() {
        0 => datagram.truncate(at),
        change => datagram.iter_mut().skip(at).take(1).for_each(|octet| *octet ^= change),
    }
    datagram
}

/// What the agent sends is strict, and if it is protected, right.
fn check(datagram: &[u8]) {
    if Version::of(datagram) != Ok(Version::V3) {
        let message = Message::parse(datagram, Tolerance::STRICT).expect("a message");
        let operation = message.body.operation();
        assert!(
            matches!(operation, Operation::RESPONSE | Operation::INFORM),
            "{operation}"
        );
        return;
    }
    let message = v3::Message::parse(datagram, Tolerance::STRICT).expect("a message of v3");
    let usm = message.usm().expect("of a user");
    assert_eq!((usm.engine_id, usm.engine_boots), (ENGINE.as_octets(), BOOTS));
    let keys = USERS
        .iter()
        .map(|(_, keys)| keys)
        .find(|keys| keys.user_name() == usm.user_name);
    let mut scratch = [0; 2048];
    let scoped = match keys.filter(|_| message.header().flags.contains(Flags::AUTHENTICATED)) {
        Some(keys) => {
            keys.verify(&message).expect("the right code");
            keys.decrypt(&message, &mut scratch, Tolerance::STRICT)
                .expect("the right key")
        }
        None => message.scoped().expect("scoped data").expect("in clear"),
    };
    let operation = scoped.body.operation();
    assert!(
        matches!(operation, Operation::RESPONSE | Operation::REPORT),
        "{operation}"
    );
    assert!(!message.header().flags.contains(Flags::REPORTABLE));
}
