//! Prints how fast the live XML document of a unit is read: MB/s, ratios and allocations, best of many interleaved turns.
//!
//! `cargo run --release --bin series7_live_ratios`, and with `--profile release-lto` instead of `--release`.

use pdu_bench::{
    alloc::Counting,
    ratios::{self, Figure},
    series7_live::{self, PEERS, WALKS},
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    for (mut case, bytes) in series7_live::cases() {
        let figures = ratios::measure(&mut case);
        println!("{}: {bytes} bytes", case.name);
        for figure in &figures {
            print(figure, bytes);
        }
        let Some(ours) = figures.first() else { continue };
        for other in figures.iter().filter(|figure| WALKS.contains(&figure.name)) {
            println!(
                "    speed of ours as a share of {}: {:.2}",
                other.name,
                other.nanoseconds / ours.nanoseconds
            );
        }
        for other in figures.iter().filter(|figure| PEERS.contains(&figure.name)) {
            println!(
                "    ours is {:.2} times as fast as {}",
                other.nanoseconds / ours.nanoseconds,
                other.name
            );
        }
    }
}

fn print(figure: &Figure, bytes: usize) {
    let megabytes_a_second = bytes as f64 / figure.nanoseconds * 1e3;
    println!(
        "    {:<44} {:>8.0} ns   {megabytes_a_second:>6.0} MB/s   {:>6.2} allocations",
        figure.name, figure.nanoseconds, figure.allocations
    );
}
