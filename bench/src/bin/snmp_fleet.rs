//! Polls 10,000 simulated SNMP agents through one socket, and prints how many requests a second our manager gets answered, as a
//! share of what a poller gets that only moves octets; the memory that an agent takes, and the allocations of a request.
//!
//! `cargo run --release --bin snmp_fleet [-- ROUNDS [WORDS]]`, where the words choose some of the questions, as in `-- 15 "v3, 10"`.
//! Linux only; best under `chrt -f 50`. The agents run in a process of their
//! own, on the same core as the pollers. `README.md` says what is compared.

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use pdu_bench::snmp_fleet::{AGENTS, Agents, Ours, Poller, Question, Raw};
use pdu_proto_snmp::wire::Version;

/// Requests of one turn.
const TURN: u64 = 2 * AGENTS as u64;

/// The system's allocator, with a count of the bytes that are in use and of the calls.
struct Measuring;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged; counting neither allocates nor panics.
unsafe impl GlobalAlloc for Measuring {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Relaxed);
        CALLS.fetch_add(1, Relaxed);
        // SAFETY: the caller keeps to the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps to the contract of `dealloc`.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Measuring = Measuring;

fn main() -> io::Result<()> {
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    if let Some(core) = cores.last() {
        core_affinity::set_for_current(*core);
    }
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("agents") => be_agents(
            arguments
                .next()
                .and_then(|start| start.parse().ok())
                .unwrap_or_default(),
        ),
        rounds => {
            let rounds = rounds.and_then(|rounds| rounds.parse().ok()).unwrap_or(15);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let wanted = arguments.next().unwrap_or_default();
            runtime.block_on(compare(rounds, &wanted))
        }
    }
}

/// The other process: prints its port, and goes on until it is ended.
fn be_agents(start: u64) -> io::Result<()> {
    let mut agents = Agents::bind(SystemTime::UNIX_EPOCH + Duration::from_secs(start))?;
    println!("{}", agents.port()?);
    io::stdout().flush()?;
    agents.run()
}

struct Others(Child);

impl Others {
    fn start(start: u64) -> io::Result<(Self, u16)> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["agents", &start.to_string()])
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take();
        let others = Self(child);
        let out = out.ok_or_else(|| io::Error::other("no output of the agents"))?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        Ok((others, line.trim().parse().map_err(io::Error::other)?))
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn compare(rounds: usize, wanted: &str) -> io::Result<()> {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let seconds = now.as_secs();
    let (_others, port) = Others::start(seconds)?;
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    for version in [Version::V2C, Version::V3] {
        for varbinds in [1, 10] {
            let name = format!("{version}, {varbinds} varbinds");
            if name.contains(wanted) {
                one(&name, rounds, port, start, Question { version, varbinds }).await?;
            }
        }
    }
    Ok(())
}

async fn one(name: &str, rounds: usize, port: u16, start: SystemTime, question: Question) -> io::Result<()> {
    let before = IN_USE.load(Relaxed);
    let mut ours = Ours::new(port, question).await?;
    ours.poll(TURN).await;
    let memory = IN_USE.load(Relaxed) - before;
    let calls = CALLS.load(Relaxed);
    ours.poll(TURN).await;
    let calls = CALLS.load(Relaxed) - calls;

    let mut raw = Raw::new(port, start, question).await?;
    raw.poll(TURN).await;
    let mut turns = Vec::new();
    for _ in 0..rounds {
        turns.push((raw.poll(TURN).await, ours.poll(TURN).await));
    }
    let mut shares: Vec<f64> = turns
        .iter()
        .map(|(raw, ours)| raw.as_secs_f64() / ours.as_secs_f64())
        .collect();
    shares.sort_by(f64::total_cmp);
    let best = |pick: fn(&(Duration, Duration)) -> Duration| turns.iter().map(pick).min().unwrap_or_default();
    let a_second = |span: Duration| TURN as f64 / span.as_secs_f64();
    let (best_raw, best_ours) = (best(|turn| turn.0), best(|turn| turn.1));
    println!(
        "{name}: {:.3} of raw by the best turns ({:.0} of {:.0} requests a second), {:.3} in the middle",
        best_raw.as_secs_f64() / best_ours.as_secs_f64(),
        a_second(best_ours),
        a_second(best_raw),
        shares[shares.len() / 2],
    );
    println!(
        "    {} bytes in use for each agent, {:.3} allocations a request; {:?}",
        memory / usize::from(AGENTS),
        calls as f64 / TURN as f64,
        ours.statistics(),
    );
    Ok(())
}
