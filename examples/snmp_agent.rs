//! A tiny agent: three values, of which one may be set and one moves by itself.
//!
//! ```sh
//! cargo run --example snmp_agent                       # asked by a client inside this program, then it ends
//! cargo run --example snmp_agent -- 127.0.0.1:1161     # until Ctrl-C
//! snmpwalk -v 2c -c public 127.0.0.1:1161 system
//! ```

use std::error::Error;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};

use pdu_core::Instant;
use pdu_core::tokio::{Driver, UdpDriver, udp};
use pdu_proto_snmp::client::{Client, OwnedRequest, Target};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Absent, Access, Agent, AgentOptions, MapTree, SetError, Tree};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::wire::{Oid, OidBuf, Value, VarBind};
use tokio::net::UdpSocket;

const SYS_DESCR: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 1, 1, 0);
const SYS_UP_TIME: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 1, 3, 0);
const SYS_NAME: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 1, 5, 0);

/// A map, which is a tree already, and a clock in it.
struct System(MapTree);

impl System {
    fn new() -> Self {
        let mut map = MapTree::new();
        map.insert(SYS_DESCR, Value::OctetString(b"an example"));
        map.insert(SYS_UP_TIME, Value::TimeTicks(0));
        map.insert_writable(SYS_NAME, Value::OctetString(b"nobody"));
        Self(map)
    }

    fn tick(&mut self, now: Instant) {
        let hundredths = u32::try_from(now.as_micros() / 10_000 % (1 << 32)).unwrap_or_default();
        self.0.set(SYS_UP_TIME, Value::TimeTicks(hundredths));
    }
}

impl Tree for System {
    fn get(&mut self, now: Instant, name: Oid<'_>) -> Result<Value<'_>, Absent> {
        self.tick(now);
        self.0.get(now, name)
    }

    fn next(&mut self, now: Instant, after: Oid<'_>, name: &mut OidBuf) -> Option<Value<'_>> {
        self.tick(now);
        self.0.next(now, after, name)
    }

    // A set is looked at as a whole, and only then carried out: all of it or nothing.
    fn reserve(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        self.0.reserve(now, changes)
    }

    fn commit(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        self.0.commit(now, changes)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1);
    let socket = UdpSocket::bind(address.as_deref().unwrap_or("127.0.0.1:0")).await?;
    let bound = socket.local_addr()?;
    // Over v3 an agent is known by its engine; how often it has started is for the program to keep.
    let engine = LocalEngine::new(EngineId::from_text(32473, "example")?, 1, Instant::EPOCH);
    let agent = Agent::new(engine, System::new(), AgentOptions::default())
        .with_community(b"public", Access::read_only())
        .with_community(b"private", Access::read_write());
    let mut driver = UdpDriver::new(socket, agent);
    if address.is_some() {
        writeln!(io::stdout(), "{bound}")?;
        match driver.run().await {}
    }
    tokio::spawn(async move { driver.run().await });

    let client = Client::new(Target::v2c(bound, b"private"), RandomState::new().hash_one(""))?;
    let (asked, runner) = Driver::connecting(client, udp(bound)).into_handle();
    tokio::spawn(runner);
    let name = VarBind::new(SYS_NAME, Value::OctetString(b"somebody"));
    asked.call(OwnedRequest::set(&[name])).await?;
    for varbind in &asked.call(OwnedRequest::walk(oid!(1, 3, 6, 1, 2, 1, 1))).await? {
        let varbind = varbind.map_err(|bad| bad.to_string())?;
        match varbind.value {
            Value::OctetString(octets) => writeln!(io::stdout(), "{} = \"{}\"", varbind.name, octets.escape_ascii())?,
            other => writeln!(io::stdout(), "{} = {other:?}", varbind.name)?,
        }
    }
    Ok(())
}
