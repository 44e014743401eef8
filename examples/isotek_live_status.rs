//! Follows an IsoTek unit live: it sends its status every second, unasked, and tells of each outlet that switches.
//!
//! ```sh
//! cargo run --example isotek_live_status                    # a simulated unit inside this program
//! cargo run --example isotek_live_status -- 192.0.2.7:501   # a real one
//! ```

use std::error::Error;
use std::io::{self, Write as _};
use std::time::Duration;

use pdu_core::tokio::{Driver, listen, tcp};
use pdu_core::{Event, Point, Quantity, Snapshot, Update};
use pdu_proto_isotek::client::{Client, Options};
use pdu_proto_isotek::server::TextHub;
use pdu_proto_isotek::smart_power::{Device, simulator::SmartPower};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = match std::env::args().nth(1) {
        Some(address) => address,
        None => simulated_unit().await?,
    };
    let device = Device::new(Client::new(Options::tcp()));
    let mut driver = Driver::connecting(device, tcp(address, Duration::from_secs(3)));
    // Nothing is asked: what comes is what the unit tells by itself.
    for _ in 0..3 {
        match driver.next().await? {
            Event::Notice(Update::Snapshot(snapshot)) => show(&snapshot)?,
            Event::Notice(Update::Outlet(outlet)) => {
                writeln!(io::stdout(), "outlet {} is now {}", outlet.number, outlet.state)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn show(snapshot: &Snapshot) -> io::Result<()> {
    let clock = snapshot.clock.map_or("no clock".into(), |clock| clock.to_string());
    write!(io::stdout(), "{clock}:")?;
    for outlet in &snapshot.outlets {
        let power = snapshot.reading(Point::outlet(outlet.number), Quantity::ActivePower);
        // A reading says how far it is to be trusted: once the unit falls silent, the last ones come as stale.
        match power.and_then(|reading| reading.value) {
            Some(watts) => write!(io::stdout(), " {} {} {watts} W", outlet.number, outlet.state)?,
            None => write!(io::stdout(), " {} {}", outlet.number, outlet.state)?,
        }
    }
    writeln!(io::stdout())
}

/// A unit on a port that the system chooses, for as long as the program runs.
async fn simulated_unit() -> io::Result<String> {
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?.to_string();
    let mut listener = listen(socket, TextHub::new(SmartPower::builder().outlets(8).seed(7).build()));
    tokio::spawn(async move { listener.run().await });
    Ok(address)
}
