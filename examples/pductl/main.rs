//! `pductl`: rack power units from the command line.
//!
//! It shows the crates at work and holds no protocol logic: a command becomes a [`pdu_core::Command`], any device answers
//! it, and what comes back is printed as a table or as JSON. A new protocol is one file in each of `devices`, `decoders` and
//! `simulators`, and its lines in the lists of their `mod.rs`.

mod commands;
mod credentials;
mod decoders;
mod devices;
mod engine;
mod json;
mod notifications;
mod outcome;
mod profile;
mod render;
mod serial;
mod simulators;
mod table;
mod terminal;
mod url;
mod varbinds;

use std::process::ExitCode;

use clap::Parser;

/// Rack power units from the command line.
#[derive(Debug, Parser)]
#[command(name = "pductl", version, after_help = urls_and_exit_status())]
struct Arguments {
    #[command(subcommand)]
    command: commands::Command,
}

fn urls_and_exit_status() -> String {
    let forms = devices::forms();
    format!("Device URLs:{forms}\nAll take timeout=2s, retries=2 and strict=false as well.\n\n{EXIT_STATUS}")
}

const EXIT_STATUS: &str = "\
Exit status: 0 done; 1 a device, network or data error, said on standard error with its effect (not applied, unknown or
applied); 2 usage.";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    outcome::report(commands::run(arguments.command))
}
