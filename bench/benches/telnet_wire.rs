//! What a BPS2000's console shows, with criterion's statistics: `cargo bench --bench telnet_wire`.
//!
//! `telnet_wire_ratios` runs the same cases and prints ratios.

use std::{hint::black_box, time::Instant};

use criterion::{BenchmarkId, Criterion};
use pdu_bench::{alloc::Counting, telnet_wire};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (case, _) in telnet_wire::cases() {
        let mut group = criterion.benchmark_group(&case.name);
        for mut contender in case.contenders {
            group.bench_function(BenchmarkId::from_parameter(contender.name), |bencher| {
                bencher.iter_custom(|times| {
                    let start = Instant::now();
                    black_box(contender.run(times));
                    start.elapsed()
                });
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
