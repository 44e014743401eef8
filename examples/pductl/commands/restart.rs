//! `restart URL --yes [--factory]`.

use clap::Args;
use pdu_core::{Command, Restart};

use crate::devices::{self, Device, Failure};
use crate::outcome::{Run, Stop};

/// Restart the device's controller
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Device URL, in a form that `pductl --help` lists
    url: String,
    /// Yes, whoever uses the device loses it for a while
    #[arg(long)]
    yes: bool,
    /// With factory settings: all that is stored is lost
    #[arg(long)]
    factory: bool,
}

pub(crate) async fn run(arguments: Arguments) -> Run {
    if !arguments.yes {
        return Err(Stop::usage(
            "a restart interrupts whoever uses the device: it wants --yes",
        ));
    }
    let device = devices::open(&arguments.url)?;
    let how = if arguments.factory {
        Restart::FactoryDefaults
    } else {
        Restart::Controller
    };
    device.finish(restart(&device, how).await)
}

async fn restart(device: &Device, how: Restart) -> Result<String, Failure> {
    let done = device.tell(Command::Restart(how)).await?;
    let settings = match how {
        Restart::Controller => "",
        Restart::FactoryDefaults => " with factory settings",
    };
    Ok(format!("controller restarts{settings} ({done})\n"))
}
