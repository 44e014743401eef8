//! What the tests of notifications share: two engines, users, and a way from a sender to a receiver and back.
#![allow(dead_code, unreachable_pub)] // each test file uses a part of it, as a module of its own
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::net::SocketAddr;

use pdu_core::{Hub, Instant, Path};
use pdu_proto_snmp::notification::{Notification, Receiver, ReceiverOptions, Sender, SenderOptions};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::usm::{AuthProtocol, EngineId, LocalEngine, MasterKey, PrivProtocol, User};
use pdu_proto_snmp::wire::{Value, VarBind};

/// Where the receiver is.
pub const STATION: &str = "192.0.2.9:162";
/// Where the sender is.
pub const DEVICE: &str = "192.0.2.7:49152";

pub fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

pub fn path(text: &str) -> Path {
    Path::to(address(text))
}

pub const fn at(seconds: u64) -> Instant {
    Instant::from_millis(seconds * 1000)
}

/// The engine of the sender, which started seven times.
pub fn device() -> LocalEngine {
    engine("device", 7, at(0))
}

/// The engine of the receiver, which started three times.
pub fn station() -> LocalEngine {
    engine("station", 3, at(0))
}

pub fn engine(name: &str, boots: u32, now: Instant) -> LocalEngine {
    LocalEngine::new(engine_id(name), boots, now)
}

pub fn engine_id(name: &str) -> EngineId {
    EngineId::from_text(8072, name).unwrap()
}

/// A user who authenticates and encrypts. Keys from octets, as making them of passwords takes its time.
pub fn private(name: &str) -> User {
    authentic(name).with_privacy(PrivProtocol::Aes128, key(2))
}

/// A user who authenticates.
pub fn authentic(name: &str) -> User {
    open(name).with_auth(AuthProtocol::Sha256, key(1))
}

/// A user without keys.
pub fn open(name: &str) -> User {
    User::new(name).unwrap()
}

pub fn key(octet: u8) -> MasterKey {
    MasterKey::from_octets(AuthProtocol::Sha256, &[octet; 32]).unwrap()
}

pub const LOAD: VarBind<'static> = VarBind::new(oid!(1, 3, 6, 1, 4, 1, 99, 1, 0), Value::Gauge32(163));

/// The notification of this number.
pub fn tripped(number: u32) -> Notification {
    let about = VarBind::new(oid!(1, 3, 6, 1, 4, 1, 99, 2, 0), Value::Gauge32(number));
    Notification::new(oid!(1, 3, 6, 1, 4, 1, 99, 0, 1), 4711, &[about, LOAD]).unwrap()
}

/// The number of a notification.
pub fn number_of(notification: &Notification) -> u32 {
    match notification.varbinds.iter().next() {
        Some(Ok(VarBind {
            value: Value::Gauge32(number),
            ..
        })) => number,
        other => panic!("{other:?}"),
    }
}

pub fn receiver() -> Receiver {
    Receiver::new(ReceiverOptions::new(1)).with_engine(station())
}

pub fn sender() -> Sender {
    Sender::new(SenderOptions::new(2)).with_engine(device())
}

/// The next datagram of a hub, taken.
pub fn take(hub: &mut impl Hub<Peer = Path>, now: Instant) -> Option<Vec<u8>> {
    let (path, datagram) = hub.transmit()?;
    let datagram = datagram.to_vec();
    hub.handle_transmitted(now, &path, datagram.len());
    Some(datagram)
}

/// Carries datagrams both ways until there are no more, and says how many there were.
pub fn carry(now: Instant, sender: &mut Sender, receiver: &mut Receiver) -> usize {
    for count in 0..1000 {
        if let Some(datagram) = take(sender, now) {
            receiver.handle_input(now, &path(DEVICE), &datagram);
        } else if let Some(datagram) = take(receiver, now) {
            sender.handle_input(now, &path(STATION), &datagram);
        } else {
            return count;
        }
    }
    panic!("they talk without end");
}
