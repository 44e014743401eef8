//! Switches an outlet of an IsoTek unit and waits until it has switched: the answer to a command says that it was accepted,
//! only the status says that it happened.
//!
//! ```sh
//! cargo run --example isotek_switch_and_wait                      # a simulated unit inside this program
//! cargo run --example isotek_switch_and_wait -- 192.0.2.7:501 3   # outlet 3 of a real one goes off and on again
//! ```

use std::error::Error;
use std::io::{self, Write as _};
use std::time::Duration;

use pdu_core::tokio::{Driver, Handle, listen, tcp};
use pdu_core::{Action, Answer, Command, Delay, PowerState, Target};
use pdu_proto_isotek::client::{Client, Options};
use pdu_proto_isotek::server::TextHub;
use pdu_proto_isotek::smart_power::{Device, simulator::SmartPower};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

type Unit = Handle<Device<Client>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = match arguments.next() {
        Some(address) => address,
        None => simulated_unit().await?,
    };
    let number = arguments.next().map_or(Ok(3), |number| number.parse())?;
    let device = Device::new(Client::new(Options::tcp()));
    let (unit, runner) = Driver::connecting(device, tcp(address, Duration::from_secs(3))).into_handle();
    tokio::spawn(runner);

    for (action, wanted) in [(Action::Off, PowerState::Off), (Action::On, PowerState::On)] {
        let switch = Command::Switch {
            target: Target::Outlet(number),
            action,
            delay: Delay::None,
        };
        // Sent once, whatever happens. After an error its effect says whether it may be sent again: never before the state
        // was read, if it is unknown.
        if let Err(error) = unit.call(switch).await {
            let effect = pdu_core::Error::effect(&error);
            return Err(format!("outlet {number} {action}: {error} (effect: {effect})").into());
        }
        writeln!(io::stdout(), "outlet {number} {action}: accepted")?;
        timeout(Duration::from_secs(30), has_switched(&unit, number, wanted)).await??;
        writeln!(io::stdout(), "outlet {number} {action}: done")?;
    }
    Ok(())
}

/// Returns once the outlet is seen in this state.
async fn has_switched(unit: &Unit, number: u16, wanted: PowerState) -> Result<(), Box<dyn Error>> {
    loop {
        if let Answer::Snapshot(snapshot) = unit.call(Command::Snapshot).await? {
            let outlet = snapshot.outlets.iter().find(|outlet| outlet.number == number);
            if outlet.is_some_and(|outlet| outlet.state == wanted) {
                return Ok(());
            }
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// A unit on a port that the system chooses, for as long as the program runs.
async fn simulated_unit() -> io::Result<String> {
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?.to_string();
    let mut listener = listen(socket, TextHub::new(SmartPower::builder().outlets(8).seed(7).build()));
    tokio::spawn(async move { listener.run().await });
    Ok(address)
}
