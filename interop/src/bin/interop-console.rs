//! `interop-console telnet:ADDRESS|serial:PATH PROMPT LOGIN LINE...`: types lines at any console, and prints each reply on a line,
//! its own lines separated by tabs.
//!
//! PROMPT is what the device shows when it waits for a command; LOGIN is what it asks for the account with, the account and the
//! password, separated by `/`, or `-`. An error is printed as `error: ...`, and ends it.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use pdu_core::tokio::{Driver, Link, tcp};
use pdu_core::{Event, LineSettings};
use pdu_interop::serial;
use pdu_proto_telnet::client::{Command, Console, ConsoleOptions, Login};

/// How long all may take.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match tokio::time::timeout(PATIENCE, Box::pin(run(&arguments))).await {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => complain(&error.to_string()),
        Err(_) => complain("no end in time"),
    }
}

async fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [place, prompt, login, lines @ ..] = arguments else {
        return Err("usage: interop-console telnet:ADDRESS|serial:PATH PROMPT LOGIN LINE...".into());
    };
    let login = login_of(login)?;
    match place.split_once(':') {
        Some(("telnet", address)) => {
            let console = console(ConsoleOptions::telnet([prompt.as_str()]), login);
            let link = tcp(address.to_owned(), Duration::from_secs(2));
            Box::pin(enter(Driver::connecting(console, link), lines)).await
        }
        Some(("serial", path)) => {
            let console = console(
                ConsoleOptions::serial(LineSettings::default(), [prompt.as_str()]),
                login,
            );
            Box::pin(enter(Driver::new(console, serial(path)?), lines)).await
        }
        _ => Err("no place".into()),
    }
}

fn console(mut options: ConsoleOptions, login: Option<Login>) -> Console {
    options.login = login;
    Console::new(options)
}

fn login_of(text: &str) -> Result<Option<Login>, Box<dyn Error>> {
    if text == "-" {
        return Ok(None);
    }
    let parts: Vec<&str> = text.split('/').collect();
    let [prompt, account, password] = parts[..] else {
        return Err("LOGIN has three parts".into());
    };
    Ok(Some(Login::new(prompt, "Password:", account, password)))
}

async fn enter<L: Link + Send>(mut driver: Driver<Console, L>, lines: &[String]) -> Result<(), Box<dyn Error>> {
    for line in lines {
        let asked = driver.submit(Command::new(line.as_str()))?;
        let response = loop {
            match driver.next().await? {
                Event::Done { ticket, result } if ticket == asked => break result?,
                _ => {}
            }
        };
        let shown: Vec<_> = response
            .lines
            .iter()
            .map(|line| String::from_utf8_lossy(line))
            .collect();
        say(&shown.join("\t"));
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what the program is for")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "a program's errors")]
fn complain(text: &str) -> ExitCode {
    eprintln!("error: {text}");
    ExitCode::FAILURE
}
