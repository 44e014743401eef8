//! `clock URL get` and `clock URL set now|YYYY-MM-DDThh:mm:ss`.

use clap::{Args, Subcommand};
use jiff::Zoned;
use pdu_core::{Answer, Command, LocalDateTime};

use crate::devices::{self, Device, Failure};
use crate::json;
use crate::outcome::Run;

/// The device's clock: get, set
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Device URL, in a form that `pductl --help` lists
    url: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show it
    Get {
        /// One object
        #[arg(long)]
        json: bool,
    },
    /// Set it
    Set {
        /// now, which is this machine's local time, or YYYY-MM-DDThh:mm:ss
        #[arg(value_name = "now|YYYY-MM-DDThh:mm:ss", value_parser = when)]
        when: When,
    },
}

/// What time a clock is to be set to.
#[derive(Clone, Copy, Debug)]
enum When {
    /// What it is when the command is sent.
    Now,
    At(LocalDateTime),
}

pub(crate) async fn run(arguments: Arguments) -> Run {
    let device = devices::open(&arguments.url)?;
    let done = match arguments.action {
        Action::Get { json } => get(&device, json).await,
        Action::Set { when } => set(&device, when).await,
    };
    device.finish(done)
}

async fn get(device: &Device, as_json: bool) -> Result<String, Failure> {
    match device.ask(Command::Clock).await? {
        Answer::Clock(clock) if as_json => Ok(json::line(&json::Clock { clock })),
        Answer::Clock(clock) => Ok(format!("{clock}\n")),
        other => Err(Failure::unexpected(&other)),
    }
}

async fn set(device: &Device, when: When) -> Result<String, Failure> {
    let at = match when {
        When::At(at) => at,
        When::Now => now().ok_or_else(|| Failure::not_applied("this machine's clock shows no year from 1 to 9999"))?,
    };
    let how = device.tell(Command::SetClock(at)).await?;
    Ok(format!("clock: {at} ({how})\n"))
}

fn when(text: &str) -> Result<When, String> {
    match text {
        "now" => Ok(When::Now),
        _ => text.parse().map(When::At).map_err(|error| format!("{error}, nor now")),
    }
}

/// The local time of this machine.
fn now() -> Option<LocalDateTime> {
    let now = Zoned::now();
    let small = |number: i8| u8::try_from(number).ok();
    LocalDateTime::new(
        u16::try_from(now.year()).ok()?,
        small(now.month())?,
        small(now.day())?,
        small(now.hour())?,
        small(now.minute())?,
        small(now.second())?,
    )
}
