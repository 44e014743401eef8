//! One file for each command.

mod alarm;
mod clock;
mod config;
mod decode;
mod demo;
mod discover;
mod energy;
mod outlet;
mod read;
mod restart;
mod schedule;
mod settings;
mod simulate;
mod threshold;
mod traps;
mod watch;

use clap::Subcommand;

use crate::outcome::{Run, Stop};

/// What each says of itself stands with its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Simulated devices, read, changed and disturbed: needs nothing else
    Demo,
    Read(read::Arguments),
    Watch(watch::Arguments),
    Outlet(outlet::Arguments),
    Threshold(threshold::Arguments),
    Energy(energy::Arguments),
    Alarm(alarm::Arguments),
    Clock(clock::Arguments),
    Schedule(schedule::Arguments),
    Settings(settings::Arguments),
    Restart(restart::Arguments),
    Discover(discover::Arguments),
    Traps(traps::Arguments),
    Config(config::Arguments),
    Simulate(simulate::Arguments),
    Decode(decode::Arguments),
}

pub(crate) fn run(command: Command) -> Run {
    match command {
        Command::Demo => block_on(demo::run()),
        Command::Read(arguments) => block_on(read::run(arguments)),
        Command::Watch(arguments) => block_on(watch::run(arguments)),
        Command::Outlet(arguments) => block_on(outlet::run(arguments)),
        Command::Threshold(arguments) => block_on(threshold::run(arguments)),
        Command::Energy(arguments) => block_on(energy::run(arguments)),
        Command::Alarm(arguments) => block_on(alarm::run(arguments)),
        Command::Clock(arguments) => block_on(clock::run(arguments)),
        Command::Schedule(arguments) => block_on(schedule::run(arguments)),
        Command::Settings(arguments) => block_on(settings::run(arguments)),
        Command::Restart(arguments) => block_on(restart::run(arguments)),
        Command::Discover(arguments) => block_on(discover::run(arguments)),
        Command::Traps(arguments) => block_on(traps::run(arguments)),
        Command::Simulate(arguments) => block_on(simulate::run(arguments)),
        Command::Config(arguments) => config::run(&arguments),
        Command::Decode(arguments) => decode::run(&arguments),
    }
}

fn block_on(run: impl Future<Output = Run>) -> Run {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Stop::Io("tokio".into(), error))?;
    runtime.block_on(run)
}
