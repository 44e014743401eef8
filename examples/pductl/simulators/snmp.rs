//! Simulated SNMP agents: a BPS2000 with its slaves, and a 7-series unit.

use std::error::Error;
use std::io;

use pdu_core::tokio::UdpDriver;
use pdu_proto_snmp::notification::{Destination, Sender, SenderOptions};
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, Tree};
use pdu_proto_snmp::usm::User;
use pdu_proto_snmp::{bps2000, series7};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::channel;

use super::lossy::Lossy;
use super::{Order, Running, Settings, Values, Wiring};
use crate::engine;

/// Who may read, and who may write too.
const READ: &str = "public";
const WRITE: &str = "private";

/// Who may ask an agent beside those who know a community, and whom it tells what happens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peers {
    /// May read and write over v3.
    pub(crate) user: Option<User>,
    pub(crate) notified: Vec<Destination>,
}

pub(super) async fn bps2000(settings: &Settings) -> io::Result<Running> {
    let tree = bps2000::simulator::Bps2000::builder()
        .seed(settings.seed)
        .slaves(settings.slaves.into())
        .values(match settings.values {
            Values::Text => bps2000::simulator::Values::Text,
            Values::Integers => bps2000::simulator::Values::Integers,
        })
        .build();
    run("BPS2000v2 and its slaves over SNMP", "bps2000", tree, settings).await
}

pub(super) async fn series7(settings: &Settings) -> io::Result<Running> {
    let tree = series7::simulator::Series7::builder()
        .seed(settings.seed)
        .outlets(settings.outlets.into())
        .wiring(match settings.wiring {
            Wiring::Wye => series7::Wiring::Wye,
            Wiring::Delta => series7::Wiring::Delta,
        })
        .build();
    run("7-series unit over SNMP", "series7", tree, settings).await
}

async fn run<T>(name: &'static str, profile: &str, tree: T, settings: &Settings) -> io::Result<Running>
where
    T: Tree + Send + 'static,
{
    let socket = UdpSocket::bind(settings.at.listen()?).await?;
    let address = socket.local_addr()?;
    let agent = agent(tree, settings).map_err(io::Error::other)?;
    let mut driver = UdpDriver::new(socket, Lossy::new(agent));
    let (faults, mut wanted) = channel::<Order>(1);
    let task = tokio::spawn(async move {
        loop {
            tokio::select! {
                never = driver.run() => match never {},
                Some((faults, done)) = wanted.recv() => {
                    driver.hub_mut().faults.extend(faults);
                    let _ = done.send(());
                }
            }
        }
    });
    Ok(Running {
        name,
        address: address.to_string(),
        urls: vec![format!("snmp://{WRITE}@{address}?profile={profile}")],
        answers_search_at: None,
        faults,
        task,
    })
}

fn agent<T: Tree>(tree: T, settings: &Settings) -> Result<Agent<T>, Box<dyn Error + Send + Sync>> {
    // Seeded as all that moves is, so that two of them can be told apart and one is always the same.
    let engine = engine::local(&format!("pductl {}", settings.seed))?;
    let mut sender = Sender::new(SenderOptions::new(engine::seed())).with_engine(engine);
    for destination in &settings.peers.notified {
        sender.add(destination.clone())?;
    }
    let options = AgentOptions {
        seed: engine::seed(),
        ..AgentOptions::default()
    };
    let mut agent = Agent::new(engine, tree, options)
        .with_community(READ.as_bytes(), Access::read_only())
        .with_community(WRITE.as_bytes(), Access::read_write())
        .with_sender(sender);
    if let Some(user) = &settings.peers.user {
        agent = agent.with_user(user, Access::read_write())?;
    }
    Ok(agent)
}
