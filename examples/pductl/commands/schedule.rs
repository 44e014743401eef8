//! `schedule URL list` and `schedule URL set FILE.json`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use pdu_core::{Answer, Command, ScheduleRecord};

use crate::devices::{self, Device, Failure};
use crate::outcome::Run;
use crate::terminal::Paint;
use crate::{json, render};

/// The scheduler that runs in the device: list, set
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Device URL, in a form that `pductl --help` lists
    url: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show all records
    List {
        /// One array, as set reads it
        #[arg(long)]
        json: bool,
    },
    /// Replace all records by those of a file, and read them back
    Set {
        /// What list --json prints
        #[arg(value_name = "FILE.json")]
        file: PathBuf,
    },
}

pub(crate) async fn run(arguments: Arguments) -> Run {
    let device = devices::open(&arguments.url)?;
    let done = match arguments.action {
        Action::List { json } => list(&device, json).await,
        Action::Set { file } => match json::from_file(&file) {
            Ok(records) => set(&device, records).await,
            Err(failure) => Err(failure),
        },
    };
    device.finish(done)
}

async fn list(device: &Device, as_json: bool) -> Result<String, Failure> {
    match device.ask(Command::Schedule).await? {
        Answer::Schedule(records) if as_json => Ok(json::pretty(&records)),
        Answer::Schedule(records) => Ok(render::schedule(&records, Paint::of_stdout())),
        other => Err(Failure::unexpected(&other)),
    }
}

async fn set(device: &Device, records: Vec<ScheduleRecord>) -> Result<String, Failure> {
    let count = records.len();
    let how = device.tell(Command::SetSchedule(records)).await?;
    Ok(format!("schedule: {} ({how})\n", render::counted(count, "record")))
}
