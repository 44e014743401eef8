//! Follows 1,000 simulated IsoTek units over loopback TCP, each of which sends its status every second, and prints what share
//! of one core that takes, and how much memory.
//!
//! `cargo run --release --bin isotek_fleet [-- SECONDS]`, Linux only. The units run in a process of their own. Both need a file
//! descriptor a connection, the units two: `ulimit -n 4096`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use pdu_bench::isotek_fleet::{Follower, Seen, follower, start_unit, time_on_core};
use pdu_proto_isotek::client::Client;
use tokio::net::TcpStream;
use tokio::task::{LocalSet, spawn_local};

const UNITS: u16 = 1000;

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
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match std::env::args().nth(1).as_deref() {
        Some("units") => runtime.block_on(be_units()),
        seconds => {
            let seconds = seconds.and_then(|seconds| seconds.parse().ok()).unwrap_or(30);
            let mut units = Units(
                Command::new(std::env::current_exe()?)
                    .arg("units")
                    .stdout(Stdio::piped())
                    .spawn()?,
            );
            let ports = units.ports()?;
            LocalSet::new().block_on(&runtime, follow(&ports, Duration::from_secs(seconds)))
        }
    }
}

/// The other process: prints the port of each unit, and goes on until it is ended.
async fn be_units() -> io::Result<()> {
    for seed in 0..UNITS {
        println!("{}", start_unit(seed.into()).await?);
    }
    io::stdout().flush()?;
    std::future::pending().await
}

struct Units(Child);

impl Units {
    fn ports(&mut self) -> io::Result<Vec<u16>> {
        let out = self
            .0
            .stdout
            .take()
            .ok_or_else(|| io::Error::other("no output of the units"))?;
        let lines = BufReader::new(out).lines().take(UNITS.into());
        let ports = lines
            .map(|line| line?.parse().map_err(io::Error::other))
            .collect::<io::Result<Vec<_>>>()?;
        if ports.len() == usize::from(UNITS) {
            Ok(ports)
        } else {
            Err(io::Error::other(
                "not all units have started: is `ulimit -n` at least 4096?",
            ))
        }
    }
}

impl Drop for Units {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn follow(ports: &[u16], span: Duration) -> io::Result<()> {
    // A unit counts its seconds from the moment at which it is connected to: these are spread over one.
    let mut streams = Vec::with_capacity(ports.len());
    for port in ports {
        streams.push(TcpStream::connect(("127.0.0.1", *port)).await?);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let before = IN_USE.load(Relaxed);
    let seen = Rc::new(RefCell::new(Seen::default()));
    for stream in streams {
        let seen = Rc::clone(&seen);
        spawn_local(async move {
            let mut follower = follower(stream);
            while let Ok(event) = follower.next().await {
                seen.borrow_mut().count(&event);
            }
            seen.borrow_mut().others += 1;
        });
    }
    tokio::time::sleep(Duration::from_secs(3)).await;

    let (calls, start, busy) = (CALLS.load(Relaxed), Instant::now(), time_on_core()?);
    let seen_before = *seen.borrow();
    tokio::time::sleep(span).await;
    let (busy, wall) = (time_on_core()? - busy, start.elapsed());
    let statuses = seen.borrow().statuses - seen_before.statuses;
    let others = seen.borrow().others - seen_before.others;
    let calls = CALLS.load(Relaxed) - calls;
    let memory = IN_USE.load(Relaxed) - before;

    let units = usize::from(UNITS);
    let per_status = |total: f64| total / statuses.max(1) as f64;
    println!(
        "{units} units, {:.1} s: {statuses} statuses, {} other events",
        wall.as_secs_f64(),
        others
    );
    println!(
        "{:.1} % of one core, {:.1} us a status",
        100.0 * busy.as_secs_f64() / wall.as_secs_f64(),
        per_status(1e6 * busy.as_secs_f64())
    );
    println!(
        "{} bytes in use for each connection, {:.2} allocations a status",
        memory / units,
        per_status(calls as f64)
    );
    println!(
        "size of Client {} bytes, of Driver<Client, TcpStream> {} bytes",
        size_of::<Client>(),
        size_of::<Follower>()
    );
    Ok(())
}
