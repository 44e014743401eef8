//! `settings URL get` and `settings URL set FILE.json`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use pdu_core::{Answer, Command, Settings};

use crate::devices::{self, Device, Failure};
use crate::outcome::Run;
use crate::terminal::Paint;
use crate::{json, render};

/// What is stored in the device: get, set
///
/// Outlets, network, users, web pages, SNMP, mail: what the device has of it. Passwords and communities are never printed; a file
/// may name them, and then they are set.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Device URL, in a form that `pductl --help` lists
    url: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show all settings
    Get {
        /// One object, as set reads it
        #[arg(long)]
        json: bool,
    },
    /// Store what a file says, and read it back; what it does not name stays as it is
    Set {
        /// What get --json prints, or a part of it
        #[arg(value_name = "FILE.json")]
        file: PathBuf,
    },
}

pub(crate) async fn run(arguments: Arguments) -> Run {
    let device = devices::open(&arguments.url)?;
    let done = match arguments.action {
        Action::Get { json } => get(&device, json).await,
        Action::Set { file } => match json::from_file(&file) {
            Ok(settings) => set(&device, settings).await,
            Err(failure) => Err(failure),
        },
    };
    device.finish(done)
}

async fn get(device: &Device, as_json: bool) -> Result<String, Failure> {
    match device.ask(Command::Settings).await? {
        Answer::Settings(settings) if as_json => Ok(json::pretty(&settings)),
        Answer::Settings(settings) => Ok(render::settings(&settings, Paint::of_stdout())),
        other => Err(Failure::unexpected(&other)),
    }
}

async fn set(device: &Device, settings: Settings) -> Result<String, Failure> {
    let sections = render::sections(&settings);
    let how = device.tell(Command::SetSettings(settings.into())).await?;
    Ok(format!("settings: {sections} ({how})\n"))
}
