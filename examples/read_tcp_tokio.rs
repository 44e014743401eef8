//! Reads several BPS2000 at the same time over Modbus TCP, with tokio: each behind a handle that may be cloned and whose
//! calls may be dropped at any time.
//!
//! ```sh
//! cargo run --example read_tcp_tokio                                  # two simulated units inside this program
//! cargo run --example read_tcp_tokio -- 192.0.2.7:502 192.0.2.8:502   # real ones
//! ```

use std::error::Error;
use std::io::{self, Write as _};
use std::time::Duration;

use pdu_core::tokio::{Driver, listen, tcp};
use pdu_core::{Answer, CallError, Command, DeviceError, Line, Point, Quantity};
use pdu_proto_modbus::bps2000::{Device, simulator::Bps2000};
use pdu_proto_modbus::client::{TcpClient, TcpOptions};
use pdu_proto_modbus::server::TcpHub;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut addresses: Vec<_> = std::env::args().skip(1).collect();
    if addresses.is_empty() {
        addresses = vec![simulated_unit(7).await?, simulated_unit(8).await?];
    }
    let read = |address: &String| tokio::spawn(read_voltage(address.clone()));
    let tasks: Vec<_> = addresses.iter().map(read).collect();
    for (address, task) in addresses.iter().zip(tasks) {
        match task.await? {
            Ok(voltage) => writeln!(io::stdout(), "{address}: {voltage}")?,
            // What went wrong, and whether it changed anything on the device; a read never does.
            Err(error) => writeln!(io::stderr(), "{address}: {error} ({})", pdu_core::Error::effect(&error))?,
        }
    }
    Ok(())
}

async fn read_voltage(address: String) -> Result<String, CallError<DeviceError>> {
    let client: TcpClient<1> = TcpClient::new(TcpOptions::device());
    let driver = Driver::connecting(Device::new(client, 1), tcp(address, Duration::from_secs(3)));
    let (handle, runner) = driver.into_handle();
    tokio::spawn(runner); // ends with the last handle

    let answer = handle.call(Command::Snapshot).await?;
    let Answer::Snapshot(snapshot) = answer else {
        return Ok("a snapshot is answered with one".into());
    };
    let voltage = snapshot.reading(Point::inlet(1).on(Line::L1), Quantity::Voltage);
    Ok(match voltage.and_then(|reading| reading.value) {
        Some(value) => format!("L1 has {value} V"),
        None => "nobody knows what L1 has".into(),
    })
}

/// A unit on a port that the system chooses, for as long as the program runs.
async fn simulated_unit(seed: u64) -> io::Result<String> {
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?.to_string();
    let mut listener = listen(socket, TcpHub::new(Bps2000::builder().seed(seed).build()));
    tokio::spawn(async move { listener.run().await });
    Ok(address)
}
