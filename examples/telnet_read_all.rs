//! Reads all that the console of a BPS2000 shows, in one session: logs in, and walks from entry to entry of its menu.
//!
//! ```sh
//! cargo run --example telnet_read_all                     # a simulated unit inside this program
//! cargo run --example telnet_read_all -- 192.0.2.7:23     # a real one; PDU_USER and PDU_PASSWORD say who logs in
//! ```

use std::env;
use std::error::Error;
use std::io::{self, Write as _};
use std::time::Duration;

use pdu_core::tokio::{Driver, listen, tcp};
use pdu_proto_telnet::bps2000::simulator::Bps2000;
use pdu_proto_telnet::bps2000::{Confirmed, Member, Options, Request, Session};
use pdu_proto_telnet::server::Terminals;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = match env::args().nth(1) {
        Some(address) => address,
        None => simulated_unit().await?,
    };
    // Units are delivered with this account. The password is wiped with the session, and shown nowhere.
    let variable = |name| env::var(name).unwrap_or_else(|_| "admin".into());
    let session = Session::new(Options::new(variable("PDU_USER"), variable("PDU_PASSWORD")));
    let (console, runner) = Driver::connecting(session, tcp(address, Duration::from_secs(3))).into_handle();
    tokio::spawn(runner);

    for request in [
        Request::Banner,
        Request::Load(Member::MASTER),
        Request::Clock,
        Request::Users,
        Request::Network,
        Request::Snmp, // its communities print as Secret(..)
        Request::Http,
        Request::Smtp,
        Request::Thresholds,
        Request::Energy,
        // Opens entry 10 and leaves it: who types `1` there restarts the unit, so even looking wants to be meant.
        Request::RestartMenu(Confirmed::on_purpose()),
        Request::Logout,
    ] {
        writeln!(io::stdout(), "{:?}", console.call(request).await?)?;
    }
    Ok(())
}

/// A unit on a port that the system chooses, for as long as the program runs.
async fn simulated_unit() -> io::Result<String> {
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?.to_string();
    let mut listener = listen(socket, Terminals::new(Bps2000::new(7)));
    tokio::spawn(async move { listener.run().await });
    Ok(address)
}
