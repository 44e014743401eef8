//! `interop-snmp`: this library's SNMP, for other software to talk to. Addresses are `IP:PORT`; credentials and varbinds are
//! written as [`pdu_interop::snmp`] says.
//!
//! - `ask ADDRESS CREDENTIALS get|getnext|bulk|walk NAME...`, `... set NAME TYPE VALUE ...`: a line for each varbind.
//! - `serve ADDRESS CREDENTIALS...`: an agent that is read and set by all of these, until it is ended. Its first line says
//!   where it listens.
//! - `send ADDRESS trap|inform CREDENTIALS NAME [NAME TYPE VALUE]...`: sends what happened, and says how it went. Traps of v3
//!   are of the engine 80001f880473656e646572.
//! - `receive ADDRESS CREDENTIALS...`: first says where it listens, then a line for each notification that these send, and for
//!   each that it does not believe.

use std::error::Error;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use pdu_core::Instant;
use pdu_core::tokio::UdpDriver;
use pdu_interop::snmp::{Credentials, Looked, bindings, drive, in_words, line, seed, varbinds};
use pdu_proto_snmp::client::{Manager, ManagerEvent, ManagerOptions, Request, Target};
use pdu_proto_snmp::notification::{
    Content, Delivery, Destination, Notification, Received, Receiver, ReceiverOptions, SendError, Sender, SenderOptions,
};
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, MapTree};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::wire::{Oid, OidBuf, Opaque, Value, VarBind};
use pdu_proto_snmp::{SnmpError, oid};
use tokio::net::UdpSocket;

/// How long a question or a notification may take.
const PATIENCE: Duration = Duration::from_secs(30);

const USAGE: &str = "usage: interop-snmp ask|serve|send|receive ADDRESS ...";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Box::pin(run(&arguments)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(io::stdout(), "error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [verb, address, arguments @ ..] = arguments else {
        return Err(USAGE.into());
    };
    let address: SocketAddr = address.parse()?;
    match (verb.as_str(), arguments) {
        ("ask", [who, operation, words @ ..]) => {
            tokio::time::timeout(PATIENCE, ask(address, Credentials::parse(who)?, operation, words)).await?
        }
        ("serve", who) => serve(address, who).await,
        ("send", [kind, who, name, words @ ..]) => {
            let notification = Notification::new(name.parse::<OidBuf>()?.as_oid(), 4711, &varbinds(&bindings(words)?))?;
            tokio::time::timeout(PATIENCE, send(destination(address, kind, who)?, notification)).await?
        }
        ("receive", who) => receive(address, who).await,
        _ => Err(USAGE.into()),
    }
}

/// Any free port.
async fn anywhere() -> io::Result<UdpSocket> {
    UdpSocket::bind("127.0.0.1:0").await
}

fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{text}")?;
    out.flush()
}

async fn ask(address: SocketAddr, who: Credentials, operation: &str, words: &[String]) -> Result<(), Box<dyn Error>> {
    let target = match who {
        Credentials::V1(community) => Target::v1(address, &community),
        Credentials::V2c(community) => Target::v2c(address, &community),
        Credentials::V3(user) => Target::v3(address, user),
    };
    let mut manager = Manager::new(ManagerOptions::new(seed()));
    let target = manager.add(target)?;
    let mut driver = UdpDriver::new(anywhere().await?, manager);
    let bindings = match operation {
        "set" => bindings(words)?,
        _ => Vec::new(),
    };
    let names = words
        .iter()
        .map(|name| name.parse())
        .collect::<Result<Vec<OidBuf>, _>>();
    let names = match operation {
        "set" => Vec::new(),
        _ => names?,
    };
    let asked: Vec<VarBind<'_>> = names.iter().map(|name| VarBind::ask(name.as_oid())).collect();
    let values = varbinds(&bindings);
    let request = match (operation, &asked[..]) {
        ("get", asked) => Request::get(asked),
        ("getnext", asked) => Request::get_next(asked),
        ("bulk", asked) => Request::GetBulk {
            non_repeaters: 0,
            max_repetitions: 5,
            names: asked.into(),
        },
        ("walk", [root]) => Request::walk(root.name),
        ("set", _) => Request::set(&values[..]),
        _ => return Err("get, getnext, bulk, walk or set, please".into()),
    };
    let now = driver.now();
    driver.hub_mut().submit(now, target, request)?;
    let lines = drive(&mut driver, listen_to_manager(Vec::new())).await?;
    for line in lines {
        say(&line)?;
    }
    Ok(())
}

/// Collects varbinds, each as a line, to the end of the one request.
fn listen_to_manager(mut lines: Vec<String>) -> impl FnMut(&mut Manager) -> Looked<Result<Vec<String>, SnmpError>> {
    move |manager| match manager.poll_event() {
        Some(ManagerEvent::Part { varbinds, .. }) => {
            lines.extend(varbinds.into_iter().map(in_words));
            Looked::Something
        }
        Some(ManagerEvent::Done { result, .. }) => Looked::End(result.map(|response| {
            lines.extend(response.into_iter().map(in_words));
            std::mem::take(&mut lines)
        })),
        Some(_) => Looked::Something,
        None => Looked::Nothing,
    }
}

async fn serve(address: SocketAddr, who: &[String]) -> Result<(), Box<dyn Error>> {
    let socket = UdpSocket::bind(address).await?;
    let place = socket.local_addr()?;
    let engine = LocalEngine::new(
        EngineId::from_text(8072, &format!("agent {}", place.port()))?,
        1,
        Instant::EPOCH,
    );
    let options = AgentOptions {
        seed: seed(),
        ..AgentOptions::default()
    };
    let mut agent = Agent::new(engine, everything(), options);
    for who in who {
        agent = match Credentials::parse(who)? {
            Credentials::V1(community) | Credentials::V2c(community) => {
                agent.with_community(&community, Access::read_write())
            }
            Credentials::V3(user) => agent.with_user(&user, Access::read_write().with_level(user.level()))?,
        };
    }
    say(&place.to_string())?;
    match UdpDriver::new(socket, agent).run().await {}
}

/// A value of each type, two that may be set, and a table of 60 rows.
fn everything() -> MapTree {
    let mut tree = MapTree::new();
    let values = [
        Value::Integer(-2_147_483_648),
        Value::OctetString(b"a rack unit"),
        Value::OctetString(&[0x00, 0xFF, 0x80]),
        Value::ObjectIdentifier(oid!(2, 999, 4_294_967_295)),
        Value::IpAddress([192, 0, 2, 7].into()),
        Value::Counter32(4_294_967_295),
        Value::Gauge32(2_147_483_648),
        Value::TimeTicks(8_640_000),
        Value::Opaque(Opaque(&[0x9F, 0x78, 0x04, 0x42, 0xF6, 0x00, 0x00])),
        Value::Counter64(u64::MAX),
    ];
    for (number, value) in (1..).zip(values) {
        tree.insert(below(oid!(1, 3, 6, 1, 4, 1, 99_999, 1), &[number, 0]).as_oid(), value);
    }
    tree.insert_writable(oid!(1, 3, 6, 1, 4, 1, 99_999, 2, 1, 0), Value::Integer(1));
    tree.insert_writable(oid!(1, 3, 6, 1, 4, 1, 99_999, 2, 2, 0), Value::OctetString(b"nobody"));
    for row in 1..=60 {
        let name = below(oid!(1, 3, 6, 1, 4, 1, 99_999, 3, 1), &[row]);
        tree.insert(name.as_oid(), Value::Gauge32(1000 + row));
    }
    // Behind it all, so that a walk ends before the tree does.
    tree.insert(oid!(1, 3, 6, 1, 4, 1, 100_000, 1, 0), Value::Integer(0));
    tree
}

/// The name with more arcs. A few more fit any of these.
fn below(base: Oid<'_>, arcs: &[u32]) -> OidBuf {
    arcs.iter().fold(base.into(), |mut name: OidBuf, arc| {
        let _ = name.push(*arc);
        name
    })
}

fn destination(address: SocketAddr, kind: &str, who: &str) -> Result<Destination, Box<dyn Error>> {
    Ok(match (kind, Credentials::parse(who)?) {
        ("trap", Credentials::V1(community)) => {
            Destination::trap_v1(address, &community).with_agent_address([127, 0, 0, 1].into())
        }
        ("trap", Credentials::V2c(community)) => Destination::trap_v2c(address, &community),
        ("trap", Credentials::V3(user)) => Destination::trap_v3(address, user),
        ("inform", Credentials::V2c(community)) => Destination::inform_v2c(address, &community),
        ("inform", Credentials::V3(user)) => Destination::inform_v3(address, user),
        _ => return Err("a trap, or an inform of v2c or v3, please".into()),
    })
}

async fn send(destination: Destination, notification: Notification) -> Result<(), Box<dyn Error>> {
    let engine = LocalEngine::new(EngineId::from_text(8072, "sender")?, boots(), Instant::EPOCH);
    let mut sender = Sender::new(SenderOptions::new(seed())).with_engine(engine);
    let to = sender.add(destination)?;
    let mut driver = UdpDriver::new(anywhere().await?, sender);
    let now = driver.now();
    driver.hub_mut().send(now, to, &notification)?;
    let result: Result<Delivery, SendError> = drive(&mut driver, |sender| match sender.poll_event() {
        Some(done) => Looked::End(done.result),
        None => Looked::Nothing,
    })
    .await;
    Ok(say(&format!("{:?}", result?))?)
}

/// Each run is a start of the engine: the seconds of the clock count up as its boots have to.
fn boots() -> u32 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
    u32::try_from(since % u64::from(i32::MAX.cast_unsigned())).unwrap_or(1)
}

async fn receive(address: SocketAddr, who: &[String]) -> Result<(), Box<dyn Error>> {
    let socket = UdpSocket::bind(address).await?;
    let engine = LocalEngine::new(EngineId::from_text(8072, "receiver")?, 1, Instant::EPOCH);
    let mut receiver = Receiver::new(ReceiverOptions::new(seed())).with_engine(engine);
    for who in who {
        receiver = match Credentials::parse(who)? {
            Credentials::V1(community) | Credentials::V2c(community) => receiver.with_community(&community),
            Credentials::V3(user) => receiver.with_user(user),
        };
    }
    say(&socket.local_addr()?.to_string())?;
    let mut driver = UdpDriver::new(socket, receiver);
    loop {
        let told = drive(&mut driver, |receiver| {
            match (receiver.poll_event(), receiver.poll_rejected()) {
                (None, None) => Looked::Nothing,
                told => Looked::End(told),
            }
        })
        .await;
        match told {
            (Some(event), _) => say(&told_of(&event))?,
            (None, Some(rejected)) => say(&format!("rejected: {}", rejected.reason))?,
            (None, None) => {}
        }
    }
}

/// Operation, version, name and varbinds.
fn told_of(received: &Received) -> String {
    let (operation, version) = (received.operation.name().unwrap_or("?"), received.version());
    match &received.content {
        Content::Notification(said) => {
            let varbinds = line(said.varbinds.varbinds());
            format!("{operation} {version} {} after {}: {varbinds}", said.trap, said.uptime)
        }
        Content::Raw(raw) => format!("{operation} {version} raw: {}", line(raw.varbinds())),
    }
}
