//! Reads a BPS2000 over Modbus TCP, on a thread that may block.
//!
//! ```sh
//! cargo run --example read_tcp_blocking                    # a simulated unit inside this program
//! cargo run --example read_tcp_blocking -- 192.0.2.7:502   # a real one
//! ```

use std::error::Error;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use pdu_core::blocking::{Driver, Server, tcp};
use pdu_core::{Answer, Command};
use pdu_proto_modbus::bps2000::{Device, simulator::Bps2000};
use pdu_proto_modbus::client::{TcpClient, TcpOptions};
use pdu_proto_modbus::server::TcpServer;

fn main() -> Result<(), Box<dyn Error>> {
    let address = match std::env::args().nth(1) {
        Some(address) => address,
        None => simulated_unit()?,
    };
    // Three floors: the client speaks Modbus, the device knows the BPS2000, the driver moves bytes and keeps time.
    let client: TcpClient<1> = TcpClient::new(TcpOptions::device());
    let device = Device::new(client, 1);
    let mut driver = Driver::connecting(device, tcp(address, Duration::from_secs(3)));

    let Answer::Snapshot(snapshot) = driver.call(Command::Snapshot)? else {
        return Err("a snapshot is answered with one".into());
    };
    let mut out = io::stdout().lock();
    for reading in &snapshot.readings {
        let unit = reading.quantity.customary_unit();
        match reading.value.and_then(|value| value.in_unit(unit)) {
            Some(value) => writeln!(out, "{} {}: {value} {}", reading.point, reading.quantity, unit.symbol)?,
            None => writeln!(out, "{} {}: {}", reading.point, reading.quantity, reading.quality)?,
        }
    }
    Ok(())
}

/// A unit on a port that the system chooses, for one connection.
fn simulated_unit() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    thread::spawn(move || -> io::Result<()> {
        let (stream, _) = listener.accept()?;
        let unit = Bps2000::builder().seed(7).build();
        Server::new(TcpServer::new(unit), stream).run(None)
    });
    Ok(address)
}
