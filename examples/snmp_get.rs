//! Asks an SNMP agent for a few values: one request, and one answer that has each value or says why there is none.
//!
//! ```sh
//! cargo run --example snmp_get                                                  # a simulated BPS2000 inside this program
//! cargo run --example snmp_get -- 192.0.2.7:161 public 1.3.6.1.2.1.1.1.0        # a real agent
//! ```

use std::error::Error;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::net::SocketAddr;

use pdu_core::Instant;
use pdu_core::tokio::{Driver, UdpDriver, udp};
use pdu_proto_snmp::bps2000::{OBJECTS, simulator::Bps2000};
use pdu_proto_snmp::client::{Client, OwnedRequest, Target};
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
    let mut names = arguments.map(|name| name.parse()).collect::<Result<Vec<OidBuf>, _>>()?;
    if names.is_empty() {
        names = OBJECTS.iter().take(5).map(|object| object.oid.into()).collect();
    }
    // Whoever cannot guess the ids cannot answer in the agent's place.
    let seed = RandomState::new().hash_one("");
    let client = Client::new(Target::v2c(address, community.as_bytes()), seed)?;
    let (agent, runner) = Driver::connecting(client, udp(address)).into_handle();
    tokio::spawn(runner);

    let reply = agent.call(OwnedRequest::get(names.iter().map(OidBuf::as_oid))).await?;
    let mut out = io::stdout().lock();
    for varbind in &reply {
        match varbind {
            Ok(varbind) => writeln!(out, "{} = {}", varbind.name, varbind.value)?,
            // One that is broken costs none of the others.
            Err(bad) => writeln!(out, "{bad}")?,
        }
    }
    Ok(())
}

/// An agent on a port that the system chooses, for as long as the program runs.
async fn simulated_agent() -> Result<SocketAddr, Box<dyn Error>> {
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?;
    let engine = LocalEngine::new(EngineId::from_text(32473, "example")?, 1, Instant::EPOCH);
    let agent =
        Agent::new(engine, Bps2000::new(7), AgentOptions::default()).with_community(b"public", Access::read_only());
    tokio::spawn(async move { UdpDriver::new(socket, agent).run().await });
    Ok(address)
}
