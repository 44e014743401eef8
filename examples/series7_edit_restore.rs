//! Edits the configuration of a 7-series unit: downloads its file, changes one value and no other byte, plans what that would do,
//! uploads it once, and reads it back.
//!
//! ```sh
//! cargo run --example series7_edit_restore                               # a simulated unit inside this program
//! cargo run --example series7_edit_restore -- 192.0.2.7 profile.toml     # a real one, if the profile says how it is asked
//! ```

use std::env;
use std::error::Error;
use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::time::Duration;

use pdu_core::tokio::{Driver, Handle, listen, tcp};
use pdu_proto_7series::client::{HttpClient, Options as HttpOptions};
use pdu_proto_7series::config::{Backup, Outlet, Plan, Settings};
use pdu_proto_7series::profile::Profile;
use pdu_proto_7series::series7::simulator::Series7;
use pdu_proto_7series::series7::{Client, Options, Reply, Request};
use pdu_proto_7series::server::HttpHub;
use tokio::net::TcpListener;

type Unit = Handle<Client<HttpClient>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let host = match env::args().nth(1) {
        Some(host) => host,
        None => simulated_unit().await?,
    };
    // What the file looks like, and where it is, is published nowhere: the profile that is shipped is the simulator's.
    let profile = match env::args().nth(2) {
        Some(file) => Profile::from_toml(&fs::read_to_string(file)?)?,
        None => Profile::synthetic(),
    };
    // What nobody can guess: a login by Digest is made of it.
    let entropy = std::array::from_fn(|n| RandomState::new().hash_one(n).to_le_bytes()[0]);
    let http = HttpClient::new(HttpOptions::new(&host, entropy)?);
    let client = Client::new(http, Options::new(profile.clone()));
    let address = if host.contains(':') { host } else { format!("{host}:80") };
    let (unit, runner) = Driver::connecting(client, tcp(address, Duration::from_secs(3))).into_handle();
    tokio::spawn(runner);

    let backup = download(&unit).await?;
    writeln!(
        io::stdout(),
        "{}: {} octets",
        backup.identity,
        backup.document.as_bytes().len()
    )?;
    let wanted = Settings {
        outlets: vec![Outlet {
            label: Some("Router".into()),
            ..Outlet::of(3)
        }],
        ..Settings::default()
    };
    upload(&unit, Plan::edit(&backup.document, &wanted, &profile)?).await?;

    // Back to what it was. A file of another unit, or one that the manual does not allow, never becomes a plan.
    let now = download(&unit).await?;
    upload(&unit, Plan::of(&now.document, &backup.document, &profile)?).await?;
    let is_restored = download(&unit).await?.document == backup.document;
    writeln!(io::stdout(), "restored byte for byte: {is_restored}")?;
    Ok(())
}

async fn download(unit: &Unit) -> Result<Box<Backup>, Box<dyn Error>> {
    match unit.call(Request::DownloadConfiguration).await? {
        Reply::Configuration(backup) => Ok(backup),
        other => Err(format!("not what was expected: {other:?}").into()),
    }
}

/// Sent once, whatever happens: after an error its effect says whether the unit may have it.
async fn upload(unit: &Unit, plan: Plan) -> Result<(), Box<dyn Error>> {
    write!(io::stdout(), "{plan}")?;
    unit.call(Request::UploadConfiguration(Box::new(plan))).await?;
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
