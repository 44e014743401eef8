//! Who sends notifications and who receives them, with a network between them that the script plays: it loses, repeats,
//! damages and turns round, and sends datagrams of its own, some with the right keys.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use pdu_core::testing::Script;
use pdu_core::{Hub, Instant, Path, Ticket};
use pdu_proto_snmp::notification::{
    Content, Delivery, Destination, DestinationId, Notification, Received, Receiver, ReceiverOptions, Sender,
    SenderOptions,
};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::usm::{AuthProtocol, EngineId, Keys, LocalEngine, MasterKey, Outgoing, PrivProtocol, Salt, User};
use pdu_proto_snmp::wire::v3::Flags;
use pdu_proto_snmp::wire::{Value, VarBind};

use crate::show;

/// Places in the receiver's queue, and in the sender's table.
const QUEUE: usize = 8;
const CAPACITY: usize = 16;
/// Engines that the receiver keeps.
const ENGINES: usize = 3;

/// Any script: nothing grows, each notification ends once, an inform of v3 that was acknowledged was handed out exactly once,
/// and nothing is believed of a user with keys that nobody with the keys has sent.
pub fn receiver(data: &[u8]) {
    let mut room = Room::new();
    let mut script = Script::new(data);
    while !script.is_empty() {
        room.step(&mut script);
        room.listen();
    }
}

struct Room {
    now: Instant,
    sender: Sender,
    receiver: Receiver,
    destinations: Vec<(DestinationId, bool)>,
    /// Datagrams on their way to the receiver, and to the sender.
    to_receiver: VecDeque<Vec<u8>>,
    to_sender: VecDeque<Vec<u8>>,
    /// Those not done yet, and whether the network cannot have changed them.
    live: BTreeMap<Ticket, (u32, bool)>,
    heard: BTreeMap<u32, u32>,
    number: u32,
}

fn user() -> User {
    let key = |octet| MasterKey::from_octets(AuthProtocol::Sha256, &[octet; 32]).expect("the length of a key");
    let user = User::new("u").expect("a short name");
    user.with_auth(AuthProtocol::Sha256, key(1))
        .with_privacy(PrivProtocol::Aes128, key(2))
}

fn engine(name: &str, boots: u32) -> LocalEngine {
    LocalEngine::new(
        EngineId::from_text(1, name).expect("a short name"),
        boots,
        Instant::EPOCH,
    )
}

const DEVICE: &str = "192.0.2.7:49152";
const STATION: &str = "192.0.2.9:162";

fn path(text: &str) -> Path {
    Path::to(text.parse().expect("an address"))
}

impl Room {
    fn new() -> Self {
        let options = ReceiverOptions::new(1)
            .with_queue(QUEUE)
            .with_rejected(2)
            .with_engines(ENGINES)
            .with_memory(Duration::MAX, 4096) // as many as a script has, for as long as it lasts
            .with_trials_per_second(4);
        let receiver = Receiver::new(options)
            .with_community(b"public")
            .with_engine(engine("r", 3))
            .with_user(user())
            .with_user(User::new("open").expect("a short name"));
        let options = SenderOptions::new(2).with_capacity(CAPACITY);
        let mut sender = Sender::new(options).with_engine(engine("s", 7));
        let station = path(STATION).remote;
        let ways = [
            (Destination::trap_v1(station, b"public"), false),
            (Destination::inform_v2c(station, b"public"), false),
            (Destination::trap_v3(station, user()), false),
            (Destination::inform_v3(station, user()), true),
        ];
        let destinations = ways.map(|(to, is_proven)| (sender.add(to).expect("an engine"), is_proven));
        Self {
            now: Instant::EPOCH,
            sender,
            receiver,
            destinations: destinations.into(),
            to_receiver: VecDeque::new(),
            to_sender: VecDeque::new(),
            live: BTreeMap::new(),
            heard: BTreeMap::new(),
            number: 0,
        }
    }

    fn step(&mut self, script: &mut Script<'_>) {
        let action = script.next_u8();
        match action % 16 {
            0..=3 => self.send(usize::from(action % 16)),
            4 | 5 => self.transmit(),
            6 => deliver(&mut self.to_receiver, &mut self.receiver, self.now, DEVICE, action),
            7 => deliver(&mut self.to_sender, &mut self.sender, self.now, STATION, action),
            8 => damage(&mut self.to_receiver, script),
            9 => damage(&mut self.to_sender, script),
            10 => {
                let len = script.next_u8().into();
                self.receiver.handle_input(self.now, &path(DEVICE), script.take(len));
            }
            11 => {
                let len = script.next_u8().into();
                self.sender.handle_input(self.now, &path(STATION), script.take(len));
            }
            12 => self.seal(script),
            13 => {
                // Backwards is possible too, and counts as no time at all.
                let millis = i64::from(script.next_u16().cast_signed()) * 16;
                let now = self.now.as_micros().saturating_add_signed(millis * 1000);
                self.sender.handle_timeout(Instant::from_micros(now));
                self.receiver.handle_timeout(Instant::from_micros(now));
                self.now = self.now.max(Instant::from_micros(now));
            }
            14 => {
                let place = usize::from(script.next_u8()) % CAPACITY;
                if let Some(ticket) = self.live.keys().nth(place).copied() {
                    self.sender.cancel(self.now, ticket);
                }
            }
            _ => {
                let now = self.sender.poll_timeout().unwrap_or(self.now);
                self.now = self.now.max(now);
                self.sender.handle_timeout(self.now);
            }
        }
    }

    fn send(&mut self, way: usize) {
        let (to, is_proven) = self.destinations[way];
        self.number += 1;
        let number = VarBind::new(oid!(1, 3, 6, 1, 4, 1, 99, 1), Value::Gauge32(self.number));
        let notification = Notification::new(oid!(1, 3, 6, 1, 4, 1, 99, 0, 1), 1, &[number]).expect("a small one");
        match self.sender.send(self.now, to, &notification) {
            Ok(ticket) => assert_eq!(
                self.live.insert(ticket, (self.number, is_proven)),
                None,
                "a ticket twice"
            ),
            Err(error) => show(&error),
        }
        assert!(self.live.len() <= CAPACITY);
    }

    /// All that both want to send gets on its way.
    fn transmit(&mut self) {
        let now = self.now;
        take(&mut self.sender, now, &mut self.to_receiver);
        take(&mut self.receiver, now, &mut self.to_sender);
    }

    /// Octets of the script as scoped data, of this user at one of some engines.
    fn seal(&mut self, script: &mut Script<'_>) {
        let choice = script.next_u8();
        let engines = [("r", 3), ("x", 1), ("y", 1), ("z", 1)];
        let (name, boots) = engines[usize::from(choice % 4)];
        let engine = engine(name, boots);
        let id = engine.id();
        let (boots, time) = engine.stamp(self.now);
        let outgoing = Outgoing {
            message_id: u32::from(script.next_u16()),
            max_size: 484 + u32::from(script.next_u8()) * 64,
            flags: if choice & 0x40 == 0 {
                Flags::NONE
            } else {
                Flags::REPORTABLE
            },
            engine_id: id.as_octets(),
            boots,
            time: time.saturating_sub(u32::from(choice >> 7) * 200),
            salt: Salt(choice.into()),
        };
        let len = usize::from(script.next_u8());
        let data = script.take(len);
        let mut buffer = vec![0; 1024];
        let start = buffer.len() - data.len();
        buffer[start..].copy_from_slice(data);
        let keys = Keys::localise(&user(), &id).expect("keys of the right length");
        let message = keys
            .seal(outgoing, data.len(), &mut buffer)
            .expect("numbers within bounds");
        self.receiver.handle_input(self.now, &path("192.0.2.8:40000"), message);
    }

    /// What both tell.
    fn listen(&mut self) {
        let mut queued = 0;
        while let Some(received) = self.receiver.poll_event() {
            queued += 1;
            assert!(!format!("{received:?}").is_empty());
            if let Some(number) = number_of(&received).filter(|_| received.path == path(DEVICE)) {
                *self.heard.entry(number).or_default() += 1;
            }
        }
        assert!(queued <= QUEUE);
        while let Some(rejected) = self.receiver.poll_rejected() {
            show(&rejected.reason);
        }
        while let Some(done) = self.sender.poll_event() {
            let (number, is_proven) = self.live.remove(&done.ticket).expect("one Done for each ticket");
            match done.result {
                Ok(Delivery::Acknowledged) if is_proven => assert_eq!(self.heard.get(&number), Some(&1)),
                Ok(_) => {}
                Err(error) => show(&error),
            }
        }
        let told = self.receiver.statistics();
        let taken = told.traps + told.informs + told.repeated + told.rejected;
        assert!(
            taken <= told.datagrams && told.datagrams <= taken + told.reports,
            "{told:?}"
        );
        assert!(self.receiver.engines().count() <= ENGINES);
        assert_eq!(told.dropped, 0, "a datagram at a time does not fill it");
    }
}

/// The number that one of ours has; `None` if the script made it.
fn number_of(received: &Received) -> Option<u32> {
    let Content::Notification(notification) = &received.content else {
        return None;
    };
    match notification.varbinds.iter().next()?.ok()?.value {
        Value::Gauge32(number) => Some(number),
        _ => None,
    }
}

fn take(hub: &mut impl Hub<Peer = Path>, now: Instant, on_its_way: &mut VecDeque<Vec<u8>>) {
    for _ in 0..1000 {
        let Some((path, datagram)) = hub.transmit() else {
            return;
        };
        assert!(!datagram.is_empty());
        on_its_way.push_back(datagram.to_vec());
        let len = datagram.len();
        hub.handle_transmitted(now, &path, len);
        if on_its_way.len() > 64 {
            on_its_way.pop_front();
        }
    }
    panic!("it never has enough");
}

/// The first on its way arrives, or another one; and perhaps it will arrive again.
fn deliver(on_its_way: &mut VecDeque<Vec<u8>>, hub: &mut impl Hub<Peer = Path>, now: Instant, from: &str, action: u8) {
    if on_its_way.is_empty() {
        return;
    }
    on_its_way.rotate_left(usize::from(action >> 5) % on_its_way.len());
    let datagram = on_its_way.pop_front().unwrap_or_default();
    assert_eq!(hub.handle_input(now, &path(from), &datagram), datagram.len());
    if action & 0x10 != 0 {
        on_its_way.push_back(datagram);
    }
}

/// A bit of the first on its way turns round.
fn damage(on_its_way: &mut VecDeque<Vec<u8>>, script: &mut Script<'_>) {
    let (at, bit) = (usize::from(script.next_u8()), script.next_u8() % 8);
    if let Some(octet) = on_its_way.front_mut().and_then(|datagram| {
        let at = at % datagram.len();
        datagram.get_mut(at)
    }) {
        *octet ^= 1 << bit;
    }
}
