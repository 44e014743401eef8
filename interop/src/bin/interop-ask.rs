//! `interop-ask PLACE UNIT REQUEST...`: asks a Modbus server, and prints each answer on a line.
//!
//! Requests and answers are protocol data units in hexadecimal digits, which go through this library's parser, client,
//! parser and encoder; other software makes the requests and reads the answers. An error is printed as `error: ...`, an
//! exception as the two bytes that it is.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use pdu_core::Event;
use pdu_core::tokio::{Driver, Link, tcp};
use pdu_interop::{Place, from_hex, serial, to_hex};
use pdu_proto_modbus::ModbusError;
use pdu_proto_modbus::bps2000::ModbusSession;
use pdu_proto_modbus::client::{Reply, Request, RtuClient, RtuOptions, TcpClient, TcpOptions};
use pdu_proto_modbus::wire::{self, Response};

/// How long all may take.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match tokio::time::timeout(PATIENCE, Box::pin(run(&arguments))).await {
        Ok(Ok(lines)) => {
            say(&lines.join("\n"));
            ExitCode::SUCCESS
        }
        Ok(Err(error)) => complain(&error.to_string()),
        Err(_) => complain("no end in time"),
    }
}

async fn run(arguments: &[String]) -> Result<Vec<String>, Box<dyn Error>> {
    let [place, unit, requests @ ..] = arguments else {
        return Err("usage: interop-ask tcp:ADDRESS|rtu-tcp:ADDRESS|rtu:PATH UNIT REQUEST...".into());
    };
    let place = Place::parse(place).ok_or("no place")?;
    let unit: u8 = unit.parse()?;
    let requests = requests
        .iter()
        .map(|text| request(unit, text))
        .collect::<Result<Vec<_>, _>>()?;
    match place {
        Place::Tcp(address) => {
            // One at a time: of requests that arrive together, pymodbus 3.16 answers the first only.
            let client: TcpClient<16> = TcpClient::new(TcpOptions::device());
            Box::pin(ask(
                Driver::connecting(client, tcp(address, Duration::from_secs(2))),
                requests,
            ))
            .await
        }
        Place::RtuTcp(address) => {
            let client: RtuClient<32> = RtuClient::new(RtuOptions::over_tcp());
            Box::pin(ask(
                Driver::connecting(client, tcp(address, Duration::from_secs(2))),
                requests,
            ))
            .await
        }
        Place::Rtu(path) => {
            let client: RtuClient<32> = RtuClient::new(RtuOptions::default());
            Box::pin(ask(Driver::new(client, serial(&path)?), requests)).await
        }
    }
}

fn request(unit: u8, text: &str) -> Result<Request, Box<dyn Error>> {
    let bytes = from_hex(text).ok_or("not hexadecimal")?;
    Ok(Request::new(unit, &wire::Request::parse(&bytes)?)?)
}

/// Asks all at once, as far as the session's table goes, and gives the answers in the order of the questions.
async fn ask<S: ModbusSession, L: Link + Send>(
    mut driver: Driver<S, L>,
    requests: Vec<Request>,
) -> Result<Vec<String>, Box<dyn Error>> {
    let mut answers = Vec::new();
    for requests in requests.chunks(16) {
        let mut tickets = Vec::new();
        for request in requests {
            tickets.push(driver.submit(request.clone())?);
        }
        let mut lines = vec![String::new(); tickets.len()];
        for _ in 0..tickets.len() {
            let Event::Done { ticket, result } = driver.next().await?;
            let place = tickets
                .iter()
                .position(|asked| *asked == ticket)
                .ok_or("a ticket that nobody has")?;
            lines[place] = line(&result);
        }
        answers.extend(lines);
    }
    Ok(answers)
}

fn line(result: &Result<Reply, ModbusError>) -> String {
    match result {
        Ok(reply) => reply
            .response()
            .map_or("broadcast".into(), |response| encoded(&response)),
        Err(ModbusError::Exception { function, code, .. }) => {
            let (function, code) = (*function, *code);
            encoded(&Response::Exception { function, code })
        }
        Err(error) => format!("error: {error}"),
    }
}

fn encoded(response: &Response<'_>) -> String {
    let mut bytes = [0; wire::MAX_PROTOCOL_DATA_UNIT];
    match response.encode(&mut bytes) {
        Ok(len) => to_hex(&bytes[..len]),
        Err(error) => format!("error: {error}"),
    }
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
