//! `energy URL list` and `energy URL reset LINE --yes`.

use clap::{Args, Subcommand};
use pdu_core::{Command, Line, Point, Quantity, Reading};

use super::threshold::line;
use crate::devices::{self, Device, Failure};
use crate::outcome::{Run, Stop};
use crate::terminal::Paint;
use crate::{json, render};

/// Energy counters: list, reset
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Device URL, in a form that `pductl --help` lists
    url: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show all energy counters
    List {
        /// One array, an object for each counter
        #[arg(long)]
        json: bool,
    },
    /// Set the counters of one line to zero
    Reset {
        /// L1, L2, L3 or total
        #[arg(value_parser = line)]
        line: Line,
        /// Yes, the count is to be lost
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(arguments: Arguments) -> Run {
    if let Action::Reset { yes: false, .. } = arguments.action {
        return Err(Stop::usage("a reset loses the count: it wants --yes"));
    }
    let device = devices::open(&arguments.url)?;
    let done = match arguments.action {
        Action::List { json } => list(&device, json).await,
        Action::Reset { line, .. } => reset(&device, line).await,
    };
    device.finish(done)
}

async fn list(device: &Device, as_json: bool) -> Result<String, Failure> {
    let snapshot = device.snapshot().await?;
    let counters: Vec<Reading> = snapshot.readings.into_iter().filter(is_energy).collect();
    Ok(if as_json {
        json::line(&json::readings(&counters))
    } else {
        render::readings(&counters, Paint::of_stdout())
    })
}

fn is_energy(reading: &Reading) -> bool {
    matches!(
        reading.quantity,
        Quantity::ActiveEnergy | Quantity::ApparentEnergy | Quantity::ReactiveEnergy
    )
}

async fn reset(device: &Device, line: Line) -> Result<String, Failure> {
    device.ask(Command::ResetEnergy(Point::inlet(1).on(line))).await?;
    Ok(format!("energy of {line} is reset\n"))
}
