//! What the manager of SNMP costs beside the sockets: time and allocations of one get in steady state, and heap for each
//! target, with 10,000 agents that answer at once. Fails if a get allocates, or a target takes more than 1 KiB.
//!
//! `cargo run --release --bin snmp_manager_cost`

use std::error::Error;
use std::net::SocketAddr;
use std::time::Instant as Watch;

use pdu_bench::alloc::{Counting, allocations, in_use};
use pdu_core::{Hub, Instant, Path};
use pdu_proto_snmp::client::{Manager, ManagerEvent, ManagerOptions, Request, Target, TargetId};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, MapTree};
use pdu_proto_snmp::usm::{AuthProtocol, EngineId, LocalEngine, PrivProtocol, User};
use pdu_proto_snmp::wire::{Oid, Value, VarBind};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const TARGETS: u32 = 10_000;
const WINDOW: u32 = 256;
const ROUNDS: u32 = 20;
const UPTIME: Oid = oid!(1, 3, 6, 1, 2, 1, 1, 3, 0);

fn main() -> Result<(), Box<dyn Error>> {
    let user = User::with_passwords(
        "reader",
        Some((AuthProtocol::Sha256, b"maplesyrup")),
        Some((PrivProtocol::Aes128, b"pancakes")),
    )?;
    println!(
        "{:<8} {:>12} {:>14} {:>10} {:>14}",
        "", "ns a get", "agent's part", "allocs", "octets/target"
    );
    measure("v2c", |address| Target::v2c(address, b"public"), &user)?;
    measure("authPriv", |address| Target::v3(address, user.clone()), &user)?;
    Ok(())
}

fn measure(name: &str, target: impl Fn(SocketAddr) -> Target, user: &User) -> Result<(), Box<dyn Error>> {
    let mut agent = agent(user)?;
    let before = in_use();
    let options = ManagerOptions::new(7).with_window(WINDOW);
    let mut manager = Manager::new(options);
    let add = |number: u32| {
        let [_, b, c, d] = number.to_be_bytes();
        manager.add(target(SocketAddr::from(([10, b, c, d], 161))))
    };
    let targets: Vec<TargetId> = (0..TARGETS).map(add).collect::<Result<_, _>>()?;
    let own = targets.capacity() * size_of::<TargetId>();
    let mut inbox = Vec::with_capacity(WINDOW as usize);
    let own = own + inbox.capacity() * size_of::<Answer>();
    // Two rounds to find the engines and to grow the table.
    for _ in 0..2 {
        round(&mut manager, &mut agent, &targets, &mut inbox)?;
    }
    let octets = (in_use() - before - own as u64) / u64::from(TARGETS);
    let counted = allocations();
    let mut best = (u128::MAX, 0);
    for _ in 0..ROUNDS {
        let watch = Watch::now();
        let agents_part = round(&mut manager, &mut agent, &targets, &mut inbox)?;
        best = best.min((watch.elapsed().as_nanos() - agents_part, agents_part));
    }
    let allocated = allocations() - counted;
    let gets = u128::from(TARGETS);
    println!(
        "{name:<8} {:>12} {:>14} {allocated:>10} {octets:>14}",
        best.0 / gets,
        best.1 / gets
    );
    if allocated > 0 || octets > 1024 {
        return Err(format!("{name}: {allocated} allocations, {octets} octets a target").into());
    }
    Ok(())
}

/// A datagram on its way back.
type Answer = (Path, [u8; 256], usize);

fn agent(user: &User) -> Result<Agent<MapTree>, Box<dyn Error>> {
    let mut tree = MapTree::new();
    tree.insert(UPTIME, Value::TimeTicks(1234));
    let engine = LocalEngine::new(EngineId::from_text(99_999, "fleet")?, 7, Instant::EPOCH);
    let agent = Agent::new(engine, tree, AgentOptions::default()).with_community(b"public", Access::read_only());
    Ok(agent.with_user(user, Access::read_only())?)
}

/// Polls every target once, and says how many nanoseconds of it the agent took.
fn round(
    manager: &mut Manager,
    agent: &mut Agent<MapTree>,
    targets: &[TargetId],
    inbox: &mut Vec<Answer>,
) -> Result<u128, Box<dyn Error>> {
    let now = Instant::from_millis(10_000);
    let names = [VarBind::ask(UPTIME)];
    for target in targets {
        manager.submit(now, *target, Request::get(&names)).map_err(|_| "busy")?;
    }
    let (mut agents_part, mut done) = (0, 0);
    while done < targets.len() {
        inbox.clear();
        while let Some((path, datagram)) = manager.transmit() {
            let watch = Watch::now();
            agent.handle_input(now, &path, datagram);
            let len = datagram.len();
            manager.handle_transmitted(now, &path, len);
            let mut answer = [0; 256];
            let (_, datagram) = agent.transmit().ok_or("no answer")?;
            let len = datagram.len();
            answer[..len].copy_from_slice(datagram);
            agent.handle_transmitted(now, &path, len);
            inbox.push((path, answer, len));
            agents_part += watch.elapsed().as_nanos();
        }
        for (path, answer, len) in inbox.iter() {
            manager.handle_input(now, path, &answer[..*len]);
            while let Some(event) = manager.poll_event() {
                match event {
                    ManagerEvent::Done { result, .. } => drop(result?),
                    _ => return Err("a part of no walk".into()),
                }
                done += 1;
            }
        }
    }
    Ok(agents_part)
}
