//! The live XML document of a 7-series unit, with criterion's statistics: `cargo bench --bench series7_live`.
//!
//! `series7_live_ratios` runs the same cases and prints ratios.

use std::{hint::black_box, time::Instant};

use criterion::{BenchmarkId, Criterion};
use pdu_bench::{alloc::Counting, series7_live};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (case, _) in series7_live::cases() {
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
