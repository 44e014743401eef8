//! `alarm URL list` and `alarm URL set FILE.json`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use pdu_core::{AlarmRule, Answer, Command};

use crate::devices::{self, Device, Failure};
use crate::outcome::Run;
use crate::terminal::Paint;
use crate::{json, render};

/// The rules by which the device itself raises alarms: list, set
///
/// A file of rules is an array of objects:
///
/// [{"number": 1, "point": {"unit": 0, "component": "inlet", "number": 1, "line": "L1"},
///   "quantity": "voltage", "trip": "above", "threshold": "250.0"},
///  {"number": 2, "object": "tempSensorTempC.1", "trip": "below", "threshold": "5.0"}]
///
/// "number" is the rule's row in the device. What it watches is a place ("point", whose "line" may be left out) and a
/// "quantity", as read --json names them, or an "object" by its name in the MIB or in numbers. "trip" is above or below;
/// "threshold" is text, in V, A, W, Wh, Cel or % (without a quantity as the device counts). Rows that are not in the file are
/// removed.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Device URL, in a form that `pductl --help` lists
    url: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show all rules
    List {
        /// One array, as set reads it
        #[arg(long)]
        json: bool,
    },
    /// Replace all rules by those of a file, and read them back
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
            Ok(rules) => set(&device, rules).await,
            Err(failure) => Err(failure),
        },
    };
    device.finish(done)
}

async fn list(device: &Device, as_json: bool) -> Result<String, Failure> {
    match device.ask(Command::AlarmRules).await? {
        Answer::AlarmRules(rules) if as_json => Ok(json::pretty(&rules)),
        Answer::AlarmRules(rules) => Ok(render::alarm_rules(&rules, Paint::of_stdout())),
        other => Err(Failure::unexpected(&other)),
    }
}

async fn set(device: &Device, rules: Vec<AlarmRule>) -> Result<String, Failure> {
    let count = rules.len();
    let how = device.tell(Command::SetAlarmRules(rules)).await?;
    Ok(format!("alarms: {} ({how})\n", render::counted(count, "rule")))
}
