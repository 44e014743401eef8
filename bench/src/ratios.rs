//! Ratios instead of figures: what one machine measures says nothing of another, how two compare on it does.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::Case;
use crate::alloc::allocations;

/// Rounds in which every contender of a case gets one turn, so that a disturbance hits all alike.
const ROUNDS: usize = 150;
/// How long one turn takes, about.
const TURN: Duration = Duration::from_millis(1);

/// What one contender needs.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// The contender's name.
    pub name: &'static str,
    /// Nanoseconds for one operation: the best of all rounds.
    pub nanoseconds: f64,
    /// Allocations for one operation, once warm.
    pub allocations: f64,
}

/// Measures all contenders of a case in turns.
pub fn measure(case: &mut Case) -> Vec<Figure> {
    let times: Vec<u64> = case
        .contenders
        .iter_mut()
        .map(|one| calibrate(&mut |n| one.run(n)))
        .collect();
    let mut figures: Vec<Figure> = case
        .contenders
        .iter_mut()
        .map(|one| Figure {
            name: one.name,
            nanoseconds: f64::INFINITY,
            allocations: count_allocations(&mut |n| one.run(n)),
        })
        .collect();
    for _ in 0..ROUNDS {
        for ((one, figure), &times) in case.contenders.iter_mut().zip(&mut figures).zip(&times) {
            let best = time(&mut |n| one.run(n), times).as_secs_f64() * 1e9 / times as f64;
            figure.nanoseconds = figure.nanoseconds.min(best);
        }
    }
    figures
}

/// How often the work fits one turn.
fn calibrate(run: &mut dyn FnMut(u64) -> u64) -> u64 {
    let mut times = 16;
    while time(run, times) < TURN / 4 {
        times *= 2;
    }
    times * 4
}

fn time(run: &mut dyn FnMut(u64) -> u64, times: u64) -> Duration {
    let start = Instant::now();
    black_box(run(times));
    start.elapsed()
}

fn count_allocations(run: &mut dyn FnMut(u64) -> u64) -> f64 {
    const TIMES: u64 = 1000;
    let before = allocations();
    black_box(run(TIMES));
    (allocations() - before) as f64 / TIMES as f64
}

/// Prints a case: each contender's time as a multiple of ours, and its allocations.
pub fn print(name: &str, figures: &[Figure]) {
    let Some((ours, peers)) = figures.split_first() else {
        return;
    };
    println!("{name}");
    for figure in figures {
        let ratio = figure.nanoseconds / ours.nanoseconds;
        println!(
            "    {:<44} {:>8.1} ns   {ratio:>6.2} x ours   {:>5.2} allocations",
            figure.name, figure.nanoseconds, figure.allocations
        );
    }
    if let Some(fastest) = fastest(peers) {
        let ratio = ours.nanoseconds / fastest.nanoseconds;
        println!("    ours / fastest peer: {ratio:.2}");
    }
}

/// The peer that needs least.
pub fn fastest(peers: &[Figure]) -> Option<&Figure> {
    peers.iter().min_by(|a, b| a.nanoseconds.total_cmp(&b.nanoseconds))
}
