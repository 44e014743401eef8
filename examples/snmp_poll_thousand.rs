//! Asks a thousand agents through one manager, one socket and one task: once each, as many at a time as the window allows.
//!
//! ```sh
//! cargo run --release --example snmp_poll_thousand                          # a hundred simulated agents, ten targets each
//! cargo run --release --example snmp_poll_thousand -- 192.0.2.7:161 ...     # real ones, community public
//! ```

use std::error::Error;
use std::future::poll_fn;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Instant as Wall;

use pdu_core::Instant;
use pdu_core::tokio::UdpDriver;
use pdu_proto_snmp::client::{Manager, ManagerEvent, ManagerOptions, Request, Target};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, MapTree};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::wire::{Oid, Value, VarBind};
use tokio::net::UdpSocket;

const SYS_DESCR: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 1, 1, 0);

/// A process may usually have 1,024 sockets, so each agent here stands for ten.
const AGENTS: usize = 100;
const TARGETS_EACH: usize = 10;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in std::env::args().skip(1) {
        addresses.push(address.parse()?);
    }
    if addresses.is_empty() {
        for _ in 0..AGENTS {
            addresses.extend([simulated_agent().await?; TARGETS_EACH]);
        }
    }
    // As many answers as fit the receive buffer that a socket usually has.
    let options = ManagerOptions::new(RandomState::new().hash_one("")).with_window(100);
    let mut driver = UdpDriver::new(UdpSocket::bind("0.0.0.0:0").await?, Manager::new(options));
    let began = Wall::now();
    for address in &addresses {
        let now = driver.now();
        let manager = driver.hub_mut();
        let target = manager.add(Target::v2c(*address, b"public"))?;
        let question = [VarBind::ask(SYS_DESCR)];
        manager
            .submit(now, target, Request::get(&question))
            .map_err(|refused| refused.kind.to_string())?;
    }
    let (mut answered, mut failed) = (0, 0);
    while answered + failed < addresses.len() {
        if next_is_good(&mut driver).await {
            answered += 1;
        } else {
            failed += 1;
        }
    }
    let took = began.elapsed();
    Ok(writeln!(
        io::stdout(),
        "{answered} answered and {failed} did not, in {took:?}"
    )?)
}

/// Whether the next request to end was answered.
async fn next_is_good(driver: &mut UdpDriver<Manager>) -> bool {
    poll_fn(|cx| {
        let _ = driver.poll_run(cx);
        // What an event borrows lies in the manager: nothing is copied.
        while let Some(event) = driver.hub_mut().poll_event() {
            if let ManagerEvent::Done { result, .. } = event {
                return Poll::Ready(result.is_ok());
            }
        }
        Poll::Pending
    })
    .await
}

/// An agent on a port that the system chooses, for as long as the program runs.
async fn simulated_agent() -> Result<SocketAddr, Box<dyn Error>> {
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?;
    let mut tree = MapTree::new();
    tree.insert(SYS_DESCR, Value::OctetString(b"one of many"));
    let engine = LocalEngine::new(EngineId::from_text(32473, "example")?, 1, Instant::EPOCH);
    let agent = Agent::new(engine, tree, AgentOptions::default()).with_community(b"public", Access::read_only());
    tokio::spawn(async move { UdpDriver::new(socket, agent).run().await });
    Ok(address)
}
