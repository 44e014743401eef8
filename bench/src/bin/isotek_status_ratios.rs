//! Prints how fast a whole status of an IsoTek unit is read: MB/s, ratios and allocations, best of many interleaved turns.
//!
//! `cargo run --release --bin isotek_status_ratios`, and with `--profile release-lto` instead of `--release`.

use pdu_bench::{
    alloc::Counting,
    isotek_status::{self, FLOOR, PLAIN},
    ratios::{self, Figure},
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    for (mut case, bytes) in isotek_status::cases() {
        let figures = ratios::measure(&mut case);
        let nanoseconds = |name| {
            figures
                .iter()
                .find(|figure| figure.name == name)
                .map(|figure| figure.nanoseconds)
        };
        println!("{}: {bytes} bytes", case.name);
        for figure in &figures {
            print(figure, bytes);
        }
        let ours = figures.first().map(|figure| figure.nanoseconds);
        if let (Some(ours), Some(plain), Some(floor)) = (ours, nanoseconds(PLAIN), nanoseconds(FLOOR)) {
            println!(
                "    plain / ours: {:.2}   floor / ours: {:.2}",
                plain / ours,
                floor / ours
            );
        }
    }
    println!(
        "size of StatusFrame {} bytes",
        size_of::<pdu_proto_isotek::wire::StatusFrame>()
    );
}

fn print(figure: &Figure, bytes: usize) {
    let megabytes_a_second = bytes as f64 / figure.nanoseconds * 1e3;
    println!(
        "    {:<36} {:>8.1} ns   {megabytes_a_second:>6.0} MB/s   {:>5.2} allocations",
        figure.name, figure.nanoseconds, figure.allocations
    );
}
