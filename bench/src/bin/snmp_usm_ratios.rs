//! Prints how our SNMP v3 messages at authPriv (SHA-256, AES-128) compare with its peers': ratios and allocations, best of
//! many interleaved turns.
//!
//! `cargo run --release --bin snmp_usm_ratios`, and with `--profile release-lto` instead of `--release`. A word behind it, as
//! in `-- decode`, chooses the cases whose name contains it.

use pdu_bench::{alloc::Counting, ratios, snmp_usm};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let mut summary = Vec::new();
    let wanted = std::env::args().nth(1).unwrap_or_default();
    for mut case in snmp_usm::cases() {
        if !case.name.contains(&wanted) {
            continue;
        }
        let figures = ratios::measure(&mut case);
        ratios::print(&case.name, &figures);
        if let [ours, peers @ ..] = figures.as_slice()
            && let Some(fastest) = ratios::fastest(peers)
        {
            summary.push((case.name, ours.nanoseconds / fastest.nanoseconds, fastest.name));
        }
    }
    println!("\nours / fastest peer, smaller is better");
    for (case, ratio, peer) in summary {
        println!("    {ratio:>5.2}   {case:<52} (beside {peer})");
    }
}
