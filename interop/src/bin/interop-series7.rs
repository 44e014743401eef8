//! `interop-series7`: this library's 7-series over HTTP, for other software to talk to.
//!
//! - `serve open|basic|digest [CERTIFICATE KEY]`: a simulated unit of 24 outlets until it is ended; with `basic` or `digest` it has the
//!   accounts boss, ctrl and guest with the passwords b_1, c_1 and g_1. Its first line says where it listens; with two PEM
//!   files a second address follows, where it speaks TLS.
//! - `ask http|https ADDRESS CREDENTIALS TRUST live|log|config|off N`: what a unit of the profile `synthetic` has, a line for each value, or
//!   how it failed. Credentials are `-` or `USER:PASSWORD`; trust is `-`, the name of a PEM file or the fingerprint of a certificate.

use std::error::Error as StdError;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use pdu_core::tokio::{Driver, Link, listen, tcp};
use pdu_core::{Error, Event, Instant, OutletStatus, UserRole};
use pdu_proto_7series::Series7Error;
use pdu_proto_7series::client::{self, HttpClient};
use pdu_proto_7series::config::{Account, Plan, Settings};
use pdu_proto_7series::http::Call;
use pdu_proto_7series::http::auth::Credentials;
use pdu_proto_7series::profile::Profile;
use pdu_proto_7series::series7::simulator::Series7;
use pdu_proto_7series::series7::{Client, Options, Reply, Request};
use pdu_proto_7series::server::{GuardOptions, HttpHub, Schemes, Service as _};
use pdu_proto_7series::tls::{Connector, Identity, Terminator, Trust};
use pdu_proto_7series::wire::OutletAction;
use tokio::net::TcpListener;

/// How long a question may take.
const PATIENCE: Duration = Duration::from_secs(60);

const USAGE: &str = "usage: interop-series7 serve open|basic|digest [CERTIFICATE KEY] \
                     | ask http|https ADDRESS CREDENTIALS TRUST live|log|config|off N";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match Box::pin(run(&words)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(io::stdout(), "error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(words: &[&str]) -> Result<(), Box<dyn StdError>> {
    match words {
        ["serve", how] => serve(how, None).await,
        ["serve", how, certificate, key] => {
            let (certificate, key) = (std::fs::read_to_string(certificate)?, std::fs::read_to_string(key)?);
            serve(how, Some(Identity::from_pem(&certificate, &key)?)).await
        }
        ["ask", scheme, address, credentials, trust, what @ ..] => {
            let client = Client::new(
                HttpClient::new(options(address, credentials)?),
                Options::new(Profile::synthetic()),
            );
            let (address, request) = (address.parse::<SocketAddr>()?, request(what)?);
            match *scheme {
                "https" => {
                    let connector = Connector::new(&trusted(trust)?, &address.ip().to_string())?;
                    ask(Driver::connecting(client, connector.dial(address, PATIENCE)), request).await
                }
                _ => ask(Driver::connecting(client, tcp(address, PATIENCE)), request).await,
            }
        }
        _ => Err(USAGE.into()),
    }
}

/// What nobody can guess.
fn entropy() -> [u8; 32] {
    std::array::from_fn(|n| RandomState::new().hash_one(n).to_le_bytes()[0])
}

// --- The unit -----------------------------------------------------------------------------------------------------------

async fn serve(how: &str, identity: Option<Identity>) -> Result<(), Box<dyn StdError>> {
    let mut guard = GuardOptions::new("synthetic 7-series", entropy());
    guard.schemes = match how {
        "basic" => Schemes::Basic,
        "digest" => Schemes::Digest,
        "open" => Schemes::DigestAndBasic,
        _ => return Err(USAGE.into()),
    };
    let mut unit = Series7::builder().seed(7).outlets(24).guard(guard).build()?;
    if how != "open" {
        add_accounts(&mut unit)?;
    }
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let plain = socket.local_addr()?;
    let mut listener = listen(socket, HttpHub::new(unit));
    let Some(identity) = identity else {
        announce(&plain.to_string())?;
        match listener.run().await {}
    };
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    announce(&format!("{plain} {} {}", socket.local_addr()?, identity.fingerprint()))?;
    let mut terminator = Terminator::new(socket, identity, plain);
    tokio::select! {
        never = listener.run() => match never {},
        never = terminator.run() => match never {},
    }
}

/// As an administrator would: by a configuration file.
fn add_accounts(unit: &mut Series7) -> Result<(), Box<dyn StdError>> {
    let account = |name: &str, password: &str| Account {
        name: Some(name.into()),
        password: Some(password.into()),
    };
    let wanted = Settings {
        administrator: account("boss", "b_1"),
        control: account("ctrl", "c_1"),
        view: account("guest", "g_1"),
        ..Settings::default()
    };
    let plan = Plan::edit(unit.configuration(), &wanted, &Profile::synthetic())?;
    let upload = Call::UploadConfiguration(plan.document().as_bytes().to_vec());
    let request = unit.profile().http().request(&upload)?;
    let answer = unit.serve(Instant::EPOCH, &request);
    let has_all = unit.accounts().iter().any(|account| account.role == UserRole::View);
    if answer.status().is_success() && has_all {
        return Ok(());
    }
    Err(format!("the unit refuses its accounts: {}", answer.status()).into())
}

fn announce(place: &str) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{place}")?;
    out.flush()
}

// --- The question -------------------------------------------------------------------------------------------------------

fn options(address: &str, credentials: &str) -> Result<client::Options, Box<dyn StdError>> {
    let options = client::Options::new(address, entropy())?;
    Ok(match credentials.split_once(':') {
        Some((user, password)) => options.with_credentials(Credentials::new(user, password)?),
        None => options,
    })
}

fn trusted(trust: &str) -> Result<Trust, Box<dyn StdError>> {
    match trust.parse() {
        Ok(fingerprint) => Ok(Trust::Fingerprint(fingerprint)),
        Err(_) => Ok(Trust::Authority(std::fs::read_to_string(trust)?)),
    }
}

fn request(what: &[&str]) -> Result<Request, Box<dyn StdError>> {
    Ok(match what {
        ["live"] => Request::Live,
        ["log"] => Request::Log,
        ["config"] => Request::DownloadConfiguration,
        ["off", outlet] => Request::Switch {
            outlet: outlet.parse()?,
            action: OutletAction::Off,
        },
        _ => return Err(USAGE.into()),
    })
}

async fn ask<L: Link>(mut driver: Driver<Client<HttpClient>, L>, request: Request) -> Result<(), Box<dyn StdError>> {
    if driver.submit(request).is_err() {
        return Err("not accepted".into());
    }
    let Event::Done { result, .. } = tokio::time::timeout(PATIENCE, driver.next()).await??;
    match result {
        Ok(reply) => Ok(show(&reply)?),
        Err(error) => {
            let why = driver.link_error().map(|why| format!("; {why}")).unwrap_or_default();
            Err(described(&error, &why).into())
        }
    }
}

fn described(error: &Series7Error, why: &str) -> String {
    format!("{}, {}: {error}{why}", error.kind(), error.effect())
}

fn show(reply: &Reply) -> io::Result<()> {
    let mut out = io::stdout();
    match reply {
        Reply::Live(document) => {
            let snapshot = document.snapshot();
            for reading in &snapshot.readings {
                writeln!(out, "{reading}")?;
            }
            for OutletStatus {
                number, name, state, ..
            } in &snapshot.outlets
            {
                writeln!(out, "outlet {number} {name:?} {state}")?;
            }
            for unknown in document.unknown() {
                writeln!(out, "unknown {unknown:?}")?;
            }
        }
        Reply::Configuration(backup) => writeln!(
            out,
            "{}\n{}",
            backup.identity,
            backup.document.redacted(&Profile::synthetic())
        )?,
        Reply::Log(log) => {
            for row in log.rows() {
                writeln!(out, "{:?} {}", row.stamp, log.readings(row).count())?;
            }
        }
        _ => writeln!(out, "accepted")?,
    }
    out.flush()
}
