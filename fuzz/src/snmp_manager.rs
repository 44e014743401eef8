//! The manager of SNMP, with an agent that answers when the script lets it, and as the script damages it.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use pdu_core::testing::Script;
use pdu_core::{Effect, Error, Hub, Instant, Path, Ticket};
use pdu_proto_snmp::SnmpError;
use pdu_proto_snmp::client::{
    Manager, ManagerEvent, ManagerOptions, Request, Retry, SourcePolicy, Target, TargetId, TargetOptions, Walk,
    WalkOrder, WalkStep,
};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, MapTree};
use pdu_proto_snmp::usm::{AuthProtocol, EngineId, LocalEngine, MasterKey, PrivProtocol, User};
use pdu_proto_snmp::wire::{Body, Message, Oid, Tolerance, Value, VarBind, VarBindList};

const COLUMN: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10);
const WRITABLE: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 3);
/// Requests that a manager of this room holds.
const CAPACITY: u32 = 8;
/// Datagrams that are under way at most.
const UNDER_WAY: usize = 16;

static USERS: LazyLock<[User; 2]> = LazyLock::new(|| {
    let key = MasterKey::from_octets(AuthProtocol::Sha256, &[0x42; 32]).expect("as long as the hash");
    let secret = User::new("secret").expect("short");
    let secret = secret
        .with_auth(AuthProtocol::Sha256, key.clone())
        .with_privacy(PrivProtocol::Aes128, key);
    [User::new("anyone").expect("short"), secret]
});

/// Requests of all kinds to agents of all versions; answers that are late, twice, damaged, from elsewhere or made up; time,
/// cancels, targets that come and go. Each ticket ends once, a set is transmitted once unless it may be repeated, walks end,
/// and a set that was never answered is never said to be done.
pub fn manager(data: &[u8]) {
    let (mode, rest) = data.split_first().unwrap_or((&0, &[]));
    let mut room = Room::new(*mode);
    let mut script = Script::new(rest);
    while !script.is_empty() {
        room.step(&mut script);
    }
    room.end();
}

struct Room {
    manager: Manager,
    targets: Vec<TargetId>,
    agent: Agent<MapTree>,
    now: Instant,
    /// Datagrams towards the manager.
    under_way: Vec<(Path, Vec<u8>)>,
    live: Vec<Ticket>,
    /// By the number that is written: how often the set may leave, and how often it did.
    sets: BTreeMap<i32, (u32, u32)>,
    writes: BTreeMap<Ticket, i32>,
    next_number: i32,
}

impl Room {
    fn new(mode: u8) -> Self {
        let options = ManagerOptions::new(mode.into())
            .with_capacity(CAPACITY)
            .with_window(u32::from(mode & 3) + 1)
            .with_max_walk(60);
        let mut room = Self {
            manager: Manager::new(options),
            targets: Vec::new(),
            agent: agent(),
            now: Instant::from_millis(1000),
            under_way: Vec::new(),
            live: Vec::new(),
            sets: BTreeMap::new(),
            writes: BTreeMap::new(),
            next_number: 0,
        };
        for kind in 0..4 {
            let target = target(kind, mode);
            room.targets.push(room.manager.add(target).expect("keys that fit"));
        }
        room
    }

    fn step(&mut self, script: &mut Script<'_>) {
        match script.next_u8() % 12 {
            0..=2 => self.submit(script),
            3 => {
                let at = usize::from(script.next_u8());
                let ticket = self.live.get(at % self.live.len().max(1)).copied();
                self.manager.cancel(self.now, ticket.unwrap_or(Ticket(at as u64)));
            }
            4 | 5 => self.send(!script.next_u8().is_multiple_of(4)),
            6 => self.deliver(script, |_, datagram| datagram),
            7 => self.deliver(script, |script, mut datagram| {
                let at = usize::from(script.next_u16()) % datagram.len().max(1);
                match script.next_u8() {
                    0 => datagram.truncate(at),
                    change => datagram.iter_mut().skip(at).take(1).for_each(|octet| *octet ^= change),
                }
                datagram
            }),
            8 => {
                let len = usize::from(script.next_u8());
                let noise = script.take(len);
                let taken = self.manager.handle_input(self.now, &path(script.next_u8()), noise);
                assert_eq!(taken, noise.len());
            }
            9 => {
                self.now += Duration::from_millis(u64::from(script.next_u16()));
                self.manager.handle_timeout(self.now);
            }
            10 => self.take_event(),
            _ => self.disturb(script),
        }
        assert!(self.live.len() <= CAPACITY as usize);
    }

    fn submit(&mut self, script: &mut Script<'_>) {
        let target = self.targets[usize::from(script.next_u8()) % self.targets.len()];
        let kind = script.next_u8();
        let names: Vec<VarBind<'_>> = (0..=script.next_u8() % 5)
            .map(|_| VarBind::ask([COLUMN, WRITABLE, oid!(1, 3), oid!(2, 999, 3)][usize::from(script.next_u8() % 4)]))
            .collect();
        let walk = Walk::new(COLUMN)
            .with_step(if kind & 0x40 == 0 {
                WalkStep::Bulk
            } else {
                WalkStep::Next
            })
            .with_order(if kind & 0x80 == 0 {
                WalkOrder::Increasing
            } else {
                WalkOrder::Any
            });
        let number = self.next_number;
        let write = VarBindList::copied((&[VarBind::new(WRITABLE, Value::Integer(number))]).into());
        let retry = if kind & 0x40 == 0 {
            Retry::Never
        } else {
            Retry::Idempotent
        };
        let request = match kind % 6 {
            0 | 1 => Request::Get(names.as_slice().into()),
            2 => Request::GetNext(names.as_slice().into()),
            3 => Request::GetBulk {
                non_repeaters: u16::from(kind >> 6),
                max_repetitions: u16::from(kind >> 4),
                names: names.as_slice().into(),
            },
            4 => Request::Set {
                varbinds: write.varbinds(),
                retry,
            },
            _ => Request::Walk(walk),
        };
        let Ok(ticket) = self.manager.submit(self.now, target, request) else {
            return;
        };
        assert!(!self.live.contains(&ticket), "a ticket that is live");
        self.live.push(ticket);
        if kind % 6 == 4 {
            let most = if retry == Retry::Never { 1 } else { 8 };
            self.sets.insert(number, (most, 0));
            self.writes.insert(ticket, number);
            self.next_number += 1;
        }
    }

    /// Takes what the manager shows; the agent hears it, or does not.
    fn send(&mut self, arrives: bool) {
        let Some((path, datagram)) = self
            .manager
            .transmit()
            .map(|(path, datagram)| (path, datagram.to_vec()))
        else {
            return;
        };
        assert!(datagram.len() <= 1472);
        self.count_set(&datagram);
        self.manager.handle_transmitted(self.now, &path, datagram.len());
        if !arrives || self.under_way.len() >= UNDER_WAY {
            return;
        }
        self.agent.handle_input(self.now, &path, &datagram);
        while let Some((_, answer)) = self.agent.transmit() {
            let answer = answer.to_vec();
            self.agent.handle_transmitted(self.now, &path, answer.len());
            self.under_way.push((path, answer));
        }
    }

    /// In v1 and v2c what is sent can be read.
    fn count_set(&mut self, datagram: &[u8]) {
        let Ok(message) = Message::parse(datagram, Tolerance::STRICT) else {
            return;
        };
        let first = message.body.varbinds().iter().next();
        if let (Body::Common(common), Some(Ok(varbind))) = (message.body, first)
            && let (pdu_proto_snmp::wire::Operation::SET, Value::Integer(number)) = (common.operation, varbind.value)
        {
            let (most, times) = self.sets.get_mut(&number).expect("a set that was asked for");
            *times += 1;
            assert!(*times <= *most, "a set was transmitted {times} times");
        }
    }

    fn deliver(&mut self, script: &mut Script<'_>, change: impl FnOnce(&mut Script<'_>, Vec<u8>) -> Vec<u8>) {
        if self.under_way.is_empty() {
            return;
        }
        let pick = script.next_u8();
        let at = usize::from(pick & 0x0F) % self.under_way.len();
        let (mut from, datagram) = self.under_way[at].clone();
        if pick & 0x80 == 0 {
            self.under_way.remove(at);
        }
        if pick & 0x40 != 0 {
            from.remote.set_port(u16::from(pick));
        }
        let datagram = change(script, datagram);
        self.manager.handle_input(self.now, &from, &datagram);
    }

    /// Agents that restart, block and go, and a budget of the clock.
    fn disturb(&mut self, script: &mut Script<'_>) {
        let pick = script.next_u8();
        match pick % 5 {
            0 => self.agent = agent(),
            1 => self.manager.handle_blocked(self.now, &path(pick >> 4)),
            2 => self.manager.handle_writable(self.now, &path(pick >> 4)),
            3 => {
                let at = usize::from(pick >> 4) % self.targets.len();
                self.manager.remove(self.now, self.targets[at]);
                let target = target(pick >> 4, pick);
                self.targets[at] = self.manager.add(target).expect("keys that fit");
            }
            _ => {
                let at = usize::from(pick >> 4) % self.targets.len();
                self.manager.forget_engine(self.targets[at]);
            }
        }
    }

    fn take_event(&mut self) {
        match self.manager.poll_event() {
            Some(ManagerEvent::Part { ticket, varbinds, .. }) => {
                assert!(self.live.contains(&ticket), "a part of what has ended");
                for varbind in varbinds.checked().flatten() {
                    assert!(
                        varbind.name.starts_with(COLUMN),
                        "{} is not below the root",
                        varbind.name
                    );
                }
            }
            Some(ManagerEvent::Done { ticket, result, .. }) => {
                let at = self.live.iter().position(|live| *live == ticket);
                self.live.swap_remove(at.expect("one Done a ticket"));
                let error = result.err();
                if let Some(error) = &error {
                    assert!(!format!("{error} {error:?}").contains("private"));
                }
                self.check_write(ticket, error.as_ref());
            }
            _ => {}
        }
    }

    /// Of a set that never left nothing else is told.
    fn check_write(&mut self, ticket: Ticket, error: Option<&SnmpError>) {
        let Some(number) = self.writes.remove(&ticket) else {
            if let Some(error) = error {
                assert_eq!(error.effect(), Effect::NotApplied, "of what only reads");
            }
            return;
        };
        assert!(self.sets.contains_key(&number));
    }

    /// Everything ends, even if nobody ever answers again.
    fn end(mut self) {
        for number in 0..16 {
            self.manager.handle_writable(self.now, &path(number));
        }
        for _ in 0..4000 {
            for _ in 0..CAPACITY {
                self.take_event();
                self.send(false);
            }
            let Some(due) = self.manager.poll_timeout() else {
                continue;
            };
            assert!(due.saturating_since(self.now) <= Duration::from_secs(60));
            self.now = self.now.max(due);
            self.manager.handle_timeout(self.now);
            assert!(
                self.manager.poll_timeout() != Some(due) || due > self.now,
                "the deadline is stuck"
            );
            if self.live.is_empty() {
                break;
            }
        }
        assert!(self.live.is_empty(), "{} requests never end", self.live.len());
        self.take_event();
        assert!(self.manager.transmit().is_none() && self.manager.poll_timeout().is_none());
        assert!(!format!("{:?}", self.manager).contains("private"));
    }
}

fn path(number: u8) -> Path {
    Path::to(([192, 0, 2, number % 4], 161).into())
}

fn target(kind: u8, mode: u8) -> Target {
    let address = path(kind).remote;
    let target = match kind % 4 {
        0 => Target::v1(address, b"private"),
        1 => Target::v2c(address, b"private"),
        2 => Target::v3(address, USERS[0].clone()),
        _ => Target::v3(address, USERS[1].clone()),
    };
    target.with_options(TargetOptions {
        retries: mode >> 2 & 3,
        window: u16::from(mode >> 4 & 3) + 1,
        max_repetitions: 4,
        source: [SourcePolicy::Exact, SourcePolicy::AnyPort][usize::from(mode >> 6 & 1)],
        tolerance: [Tolerance::LENIENT, Tolerance::STRICT][usize::from(mode >> 7)],
        ..TargetOptions::default()
    })
}

fn agent() -> Agent<MapTree> {
    let mut tree = MapTree::new();
    let mut name = pdu_proto_snmp::wire::OidBuf::from(COLUMN);
    for index in 1..10 {
        name.push(index).expect("short");
        tree.insert_writable(name.as_oid(), Value::Integer(index.cast_signed()));
        name.truncate(10);
    }
    tree.insert(oid!(2, 999, 3), Value::OctetString(b"behind"));
    let engine = EngineId::from_text(99_999, "fuzz").expect("short");
    let agent = Agent::new(
        LocalEngine::new(engine, 7, Instant::EPOCH),
        tree,
        AgentOptions::default(),
    )
    .with_community(b"private", Access::read_write());
    USERS.iter().fold(agent, |agent, user| {
        agent.with_user(user, Access::read_write()).expect("keys that fit")
    })
}
