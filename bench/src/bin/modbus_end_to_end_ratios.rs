//! Prints what whole round trips over loopback TCP cost beside a raw echo of the same bytes, pinned to one core.
//!
//! `cargo run --release --bin modbus_end_to_end_ratios`, and with `--profile release-lto` instead of `--release`.

use pdu_bench::{alloc::Counting, modbus_end_to_end, ratios};
use pdu_proto_modbus::client::{RtuClient, TcpClient};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    let pinned = cores.last().is_some_and(|&core| core_affinity::set_for_current(core));
    println!("pinned to one core: {pinned}");
    for mut case in modbus_end_to_end::cases() {
        let figures = ratios::measure(&mut case);
        println!("{}", case.name);
        let raw = figures
            .iter()
            .find(|figure| figure.name == modbus_end_to_end::RAW)
            .expect("the raw echo");
        for figure in &figures {
            let ratio = raw.nanoseconds / figure.nanoseconds;
            println!(
                "    {:<40} {:>8.0} ns   {ratio:>5.3} of the raw echo   {:>5.2} allocations a round trip",
                figure.name, figure.nanoseconds, figure.allocations
            );
        }
    }
    println!(
        "size of TcpClient<1> {} bytes, RtuClient<1> {} bytes",
        size_of::<TcpClient<1>>(),
        size_of::<RtuClient<1>>()
    );
}
