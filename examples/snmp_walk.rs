//! Reads everything below a name: by get-bulk, and where an agent has none by get-next. A walk ends with a whole table or with
//! an error, never with half of it.
//!
//! ```sh
//! cargo run --example snmp_walk                                        # a simulated 7-series unit inside this program
//! cargo run --example snmp_walk -- 192.0.2.7:161 public 1.3.6.1.2.1    # a real agent
//! ```

use std::error::Error;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::net::SocketAddr;

use pdu_core::Instant;
use pdu_core::tokio::{Driver, UdpDriver, udp};
use pdu_proto_snmp::client::{Client, OwnedRequest, Target};
use pdu_proto_snmp::series7::simulator::Series7;
use pdu_proto_snmp::server::{Access, Agent, AgentOptions};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::wire::OidBuf;
use tokio::net::UdpSocket;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = match arguments.next() {
        Some(address) => address.parse()?,
        None => simulated_agent().await?,
    };
    let community = arguments.next().unwrap_or_else(|| "public".into());
    // The outlets of a 7-series unit.
    let root: OidBuf = arguments
        .next()
        .as_deref()
        .unwrap_or("1.3.6.1.4.1.21239.2.16")
        .parse()?;
    let target = Target::v2c(address, community.as_bytes()).with_max_repetitions(20);
    let client = Client::new(target, RandomState::new().hash_one(""))?;
    let (agent, runner) = Driver::connecting(client, udp(address)).into_handle();
    tokio::spawn(runner);

    let table = agent.call(OwnedRequest::walk(root.as_oid())).await?;
    let mut out = io::stdout().lock();
    for varbind in &table {
        match varbind {
            Ok(varbind) => writeln!(out, "{} = {}", varbind.name, varbind.value)?,
            Err(bad) => writeln!(out, "{bad}")?,
        }
    }
    Ok(writeln!(out, "{} values", table.varbinds().count())?)
}

/// An agent on a port that the system chooses, for as long as the program runs.
async fn simulated_agent() -> Result<SocketAddr, Box<dyn Error>> {
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?;
    let engine = LocalEngine::new(EngineId::from_text(32473, "example")?, 1, Instant::EPOCH);
    let agent =
        Agent::new(engine, Series7::new(7), AgentOptions::default()).with_community(b"public", Access::read_only());
    tokio::spawn(async move { UdpDriver::new(socket, agent).run().await });
    Ok(address)
}
