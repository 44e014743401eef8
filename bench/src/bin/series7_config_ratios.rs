//! Prints what reading, editing and writing a configuration file of 1 MiB takes, as a multiple of what quick-xml takes to read it, and the
//! most memory that it has at one time, as a multiple of the file.
//!
//! `cargo run --release --bin series7_config_ratios`, and with `--profile release-lto` instead of `--release`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use pdu_bench::Case;
use pdu_bench::alloc::{Watching, in_use, most_in_use, watch};
use pdu_bench::series7_config::{self, QUICK_XML};
use pdu_proto_7series::config::{Document, Limits};

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// Rounds in which each contender gets one turn: a turn is the whole file.
const ROUNDS: usize = 60;

fn main() {
    for mut case in series7_config::cases() {
        let best = best(&mut case);
        let yardstick = best.iter().find(|(name, _)| *name == QUICK_XML);
        let yardstick = yardstick.map_or(f64::NAN, |(_, time)| time.as_secs_f64());
        println!("{}", case.name);
        for (name, time) in best {
            let time = time.as_secs_f64();
            println!(
                "    {name:<36} {:>9.1} µs   {:>6.3} x quick-xml",
                time * 1e6,
                time / yardstick
            );
        }
    }
    let file = series7_config::file();
    let path = series7_config::place();
    memory("parse, one edit, write", &file, || {
        series7_config::edit(&file, &path).len()
    });
    let worst = format!("<a>{}</a>", "<a/>".repeat((file.len() - 7) / 4)).into_bytes();
    let limits = Limits {
        elements: usize::MAX,
        ..Limits::default()
    };
    memory("parse, nothing but empty elements", &worst, || {
        let document = Document::parse(worst.as_slice(), limits).expect("well-formed");
        document.as_bytes().len()
    });
}

/// The best turn of each contender.
fn best(case: &mut Case) -> Vec<(&'static str, Duration)> {
    let mut best: Vec<_> = case.contenders.iter().map(|one| (one.name, Duration::MAX)).collect();
    for _ in 0..ROUNDS {
        for (one, (_, best)) in case.contenders.iter_mut().zip(&mut best) {
            let start = Instant::now();
            black_box(one.run(1));
            *best = start.elapsed().min(*best);
        }
    }
    best
}

/// The most that was in use while it worked, beyond what was before: the caller's copy of the file is not in it, ours is.
fn memory(name: &str, file: &[u8], work: impl FnOnce() -> usize) {
    watch();
    let before = in_use();
    black_box(work());
    let most = most_in_use() - before;
    println!(
        "    {name}: at most {most} octets of memory, {:.2} x the file of {}",
        most as f64 / file.len() as f64,
        file.len()
    );
}
