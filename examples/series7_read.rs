//! Reads a 7-series unit: its live XML over HTTP, in the vocabulary of all rack units, and what that has no place for.
//!
//! ```sh
//! cargo run --example series7_read                       # a simulated unit inside this program
//! cargo run --example series7_read -- 192.0.2.7          # a real one; PDU_USER and PDU_PASSWORD if its pages are guarded
//! ```

use std::env;
use std::error::Error;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::time::Duration;

use pdu_core::tokio::{Driver, listen, tcp};
use pdu_proto_7series::client::{HttpClient, Options as HttpOptions};
use pdu_proto_7series::http::auth::Credentials;
use pdu_proto_7series::profile::Profile;
use pdu_proto_7series::series7::simulator::Series7;
use pdu_proto_7series::series7::{Client, Options, Reply, Request};
use pdu_proto_7series::server::HttpHub;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let host = match env::args().nth(1) {
        Some(host) => host,
        None => simulated_unit().await?,
    };
    // What nobody can guess: a login by Digest is made of it.
    let entropy = std::array::from_fn(|n| RandomState::new().hash_one(n).to_le_bytes()[0]);
    let mut http = HttpOptions::new(&host, entropy)?;
    if let (Ok(user), Ok(password)) = (env::var("PDU_USER"), env::var("PDU_PASSWORD")) {
        // Sent when the unit asks for them, as Digest if it knows that; never to where it redirects.
        http = http.with_credentials(Credentials::new(user, password)?);
    }
    // Only the live page is asked for here, whose path is known. All else would be in the profile, which is invented.
    let client = Client::new(HttpClient::new(http), Options::new(Profile::synthetic()));
    let address = if host.contains(':') { host } else { format!("{host}:80") };
    let (unit, runner) = Driver::connecting(client, tcp(address, Duration::from_secs(3))).into_handle();
    tokio::spawn(runner);

    let Reply::Live(document) = unit.call(Request::Live).await? else {
        return Err("the live page is answered with one".into());
    };
    let mut out = io::stdout().lock();
    for reading in &document.readings {
        writeln!(out, "{reading}")?;
    }
    for outlet in &document.outlets {
        writeln!(
            out,
            "outlet {} {:?}: {}",
            outlet.number,
            outlet.name.as_deref().unwrap_or_default(),
            outlet.state
        )?;
    }
    // Nobody has published what else a page may have: it is kept, and is no error.
    for unknown in document.unknown() {
        writeln!(out, "{} {:?}", unknown.path(), unknown.value())?;
    }
    for deviation in &document.deviations {
        writeln!(out, "deviation: {deviation}")?;
    }
    Ok(())
}

/// A unit on a port that the system chooses, for as long as the program runs.
async fn simulated_unit() -> io::Result<String> {
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?.to_string();
    let mut listener = listen(socket, HttpHub::new(Series7::new(7)));
    tokio::spawn(async move { listener.run().await });
    Ok(address)
}
