//! Prints how fast what a BPS2000's console shows is read: MB/s, ratios and allocations, best of many interleaved turns.
//!
//! `cargo run --release --bin telnet_wire_ratios`, and with `--profile release-lto` instead of `--release`.

use pdu_bench::{
    alloc::Counting,
    ratios::{self, Figure},
    telnet_wire,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    for (mut case, octets) in telnet_wire::cases() {
        let figures = ratios::measure(&mut case);
        println!("{}: {octets} octets", case.name);
        for figure in &figures {
            print(figure, octets);
        }
        if let [ours, plain] = &figures[..] {
            println!("    plain / ours: {:.2}", plain.nanoseconds / ours.nanoseconds);
        }
    }
}

fn print(figure: &Figure, octets: usize) {
    let megabytes_a_second = octets as f64 / figure.nanoseconds * 1e3;
    println!(
        "    {:<16} {:>9.1} ns   {megabytes_a_second:>6.0} MB/s   {:>7.2} allocations",
        figure.name, figure.nanoseconds, figure.allocations
    );
}
