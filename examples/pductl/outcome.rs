//! How a run ends: exit status, and what stands on standard error.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use crate::terminal;

/// How a command went that did what it could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// A device, the network or the data failed; it was said already.
    Failed,
}

impl Outcome {
    pub(crate) fn failed_if(failed: bool) -> Self {
        if failed { Self::Failed } else { Self::Done }
    }
}

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The command line asks for something that cannot be asked. Nothing was done.
    Usage(String),
    /// Something on this machine is not as it must be.
    Io(String, io::Error),
    /// Standard output takes no more.
    Output(io::Error),
}

pub(crate) type Run = Result<Outcome, Stop>;

impl Stop {
    pub(crate) fn usage(message: impl Display) -> Self {
        Self::Usage(message.to_string())
    }
}

/// Says why, and gives the exit status.
pub(crate) fn report(run: Run) -> ExitCode {
    match run {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::FAILURE,
        Err(Stop::Usage(message)) => {
            terminal::complain(format_args!("{message}\n\nFor more, try 'pductl --help'."));
            ExitCode::from(2)
        }
        Err(Stop::Io(what, error)) => {
            terminal::complain(format_args!("{what}: {error}"));
            ExitCode::FAILURE
        }
        // Whoever reads has seen enough: `pductl watch ... | head -1`.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Stop::Output(error)) => {
            terminal::complain(format_args!("standard output: {error}"));
            ExitCode::FAILURE
        }
    }
}
