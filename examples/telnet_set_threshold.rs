//! Sets a threshold of a BPS2000 over its console. The manual shows no answer to a setting: the screen is read again, and only what
//! stands there then is confirmed.
//!
//! ```sh
//! cargo run --example telnet_set_threshold                     # a simulated unit inside this program
//! cargo run --example telnet_set_threshold -- 192.0.2.7:23     # a real one, which keeps 15.5 A; PDU_USER and PDU_PASSWORD
//! ```

use std::env;
use std::error::Error;
use std::io::{self, Write as _};
use std::time::Duration;

use pdu_core::tokio::{Driver, listen, tcp};
use pdu_core::{Answer, Command, Decimal, Line, Point, Quantity, Threshold, ThresholdSetting};
use pdu_proto_telnet::bps2000::simulator::Bps2000;
use pdu_proto_telnet::bps2000::{Device, Options};
use pdu_proto_telnet::server::Terminals;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = match env::args().nth(1) {
        Some(address) => address,
        None => simulated_unit().await?,
    };
    let variable = |name| env::var(name).unwrap_or_else(|_| "admin".into());
    let device = Device::new(Options::new(variable("PDU_USER"), variable("PDU_PASSWORD")));
    let (unit, runner) = Driver::connecting(device, tcp(address, Duration::from_secs(3))).into_handle();
    tokio::spawn(runner);

    let of = |line| ThresholdSetting {
        point: Point::inlet(1).on(line),
        quantity: Quantity::Current,
        level: Threshold::UpperWarning,
        value: Decimal::new(155, -1),
    };
    for setting in [of(Line::L1), of(Line::L2)] {
        // Typed once, whatever happens. After an error its effect says what is known of the unit.
        match unit.call(Command::SetThreshold(setting)).await {
            Ok(Answer::Confirmed) => writeln!(io::stdout(), "{}: read back", setting.point)?,
            Ok(other) => writeln!(io::stdout(), "not what was expected: {other:?}")?,
            // The manual has `current one:` and no word for the other lines. Options::undocumented lets the session try.
            Err(error) => {
                let effect = pdu_core::Error::effect(&error);
                writeln!(io::stdout(), "{}: {error} (effect: {effect})", setting.point)?;
            }
        }
    }
    if let Answer::Thresholds(thresholds) = unit.call(Command::Thresholds).await? {
        for setting in thresholds
            .iter()
            .filter(|setting| setting.quantity == Quantity::Current)
        {
            writeln!(io::stdout(), "{} {}: {} A", setting.point, setting.level, setting.value)?;
        }
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
