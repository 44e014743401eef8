//! Finds the IsoTek units of a network: asks everybody by a broadcast over UDP, and lists who answers.
//!
//! ```sh
//! cargo run --example isotek_discovery                          # two simulated units inside this program
//! cargo run --example isotek_discovery -- 255.255.255.255:501   # all units of the segment
//! ```

use std::error::Error;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::time::Duration;

use pdu_core::Path;
use pdu_core::tokio::UdpDriver;
use pdu_proto_isotek::discovery::Discovery;
use pdu_proto_isotek::server::{Responder, Service as _};
use pdu_proto_isotek::smart_power::simulator::SmartPower;
use pdu_proto_isotek::wire::Dialect;
use tokio::net::UdpSocket;
use tokio::time::timeout;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut addresses = Vec::new();
    for address in std::env::args().skip(1) {
        addresses.push(address.parse()?);
    }
    if addresses.is_empty() {
        addresses = vec![simulated_unit("STUDIO").await?, simulated_unit("RACK").await?];
    }
    let socket = UdpSocket::bind("0.0.0.0:0").await?;
    socket.set_broadcast(true)?;
    let mut driver = UdpDriver::new(socket, Discovery::new());
    // A datagram may get lost, so everybody is asked twice. Nothing tells how many will answer: there is only a time to wait.
    for _ in 0..2 {
        let now = driver.now();
        for &address in &addresses {
            driver.hub_mut().ask(now, Path::to(address))?;
        }
        let _ = timeout(Duration::from_millis(500), driver.run()).await;
    }
    // However often a unit answered, it is one row of the table.
    for unit in driver.hub().units() {
        let said = &unit.address;
        let mac = said.mac.map(|octet| format!("{octet:02x}")).join(":");
        let (server, port) = said.server_1;
        writeln!(
            io::stdout(),
            "{}: serial {}, mac {mac}, first server {server}:{port}, {} answers",
            unit.path.remote,
            said.serial,
            unit.answers
        )?;
    }
    Ok(())
}

/// The part of a unit that answers a search, on a port that the system chooses, for as long as the program runs.
async fn simulated_unit(serial: &str) -> Result<SocketAddr, Box<dyn Error>> {
    let unit = SmartPower::builder().serial(serial).build();
    let responder = Responder::new(&unit.address(), &Dialect::default())?;
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?;
    tokio::spawn(async move { UdpDriver::new(socket, responder).run().await });
    Ok(address)
}
