//! Reads two BPS2000 that share one serial line: one session for the line, which lets the units take turns.
//!
//! ```sh
//! cargo run --example read_rtu_serial                   # two simulated units on a pseudo terminal
//! cargo run --example read_rtu_serial -- /dev/ttyUSB0   # real ones with the addresses 1 and 2, 9600 baud 8N1
//! ```

use std::error::Error;
use std::io::{self, Write as _};

use pdu_core::tokio::{Driver, Server, StreamLink};
use pdu_core::{Answer, Command, Line, Point, Quantity};
use pdu_proto_modbus::bps2000::{self, Addressed, simulator::Bps2000};
use pdu_proto_modbus::client::{LineSettings, RtuClient, RtuLink, RtuOptions};
use pdu_proto_modbus::server::{Chain, RtuServer, RtuServerOptions};
use tokio_serial::{SerialPortBuilderExt as _, SerialStream};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = match std::env::args().nth(1) {
        Some(path) => tokio_serial::new(path, 9600).open_native_async()?,
        None => simulated_line()?,
    };
    // The session has to know how long a byte takes on the line: it must not count what is still in the port's queue.
    let client: RtuClient = RtuClient::new(RtuOptions {
        link: RtuLink::Serial(LineSettings {
            baud: 9600,
            bits_per_character: 10, // start, 8 data, no parity, 1 stop
        }),
        ..RtuOptions::default()
    });
    let (handle, runner) = Driver::new(bps2000::SharedLine::new(client), StreamLink(port)).into_handle();
    tokio::spawn(runner);

    for unit in [1, 2] {
        // A unit that does not answer costs an error here, and the others no more than one timeout.
        let answer = handle.call(Addressed::new(unit, Command::Snapshot)).await?;
        let Answer::Snapshot(snapshot) = answer else { continue };
        let current = snapshot.reading(Point::inlet(1).on(Line::L1), Quantity::Current);
        match current.and_then(|reading| reading.value) {
            Some(value) => writeln!(io::stdout(), "unit {unit}: L1 draws {value} A")?,
            None => writeln!(io::stdout(), "unit {unit}: nobody knows what L1 draws")?,
        }
    }
    Ok(())
}

/// One end of a pseudo terminal, with two units at the other.
fn simulated_line() -> Result<SerialStream, Box<dyn Error>> {
    let (here, there) = SerialStream::pair()?;
    let mut units = Chain::new();
    units.add(1, Bps2000::builder().seed(7).build())?;
    units.add(2, Bps2000::builder().seed(8).build())?;
    let server = RtuServer::new(units, RtuServerOptions::default());
    tokio::spawn(async move { Server::new(server, StreamLink(there)).run().await });
    Ok(here)
}
