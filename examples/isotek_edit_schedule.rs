//! Edits the scheduler of an IsoTek unit, on a thread that may block: reads its records, adds one, writes all of them, and
//! has them read back and compared.
//!
//! ```sh
//! cargo run --example isotek_edit_schedule                    # a simulated unit inside this program
//! cargo run --example isotek_edit_schedule -- 192.0.2.7:501   # a real one, which keeps the new record
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use pdu_core::blocking::{Driver, Server, tcp};
use pdu_core::{Action, Answer, Command, ScheduleRecord, TimeOfDay, Trigger};
use pdu_proto_isotek::client::{Client, Options};
use pdu_proto_isotek::server::TextServer;
use pdu_proto_isotek::smart_power::{Device, simulator::SmartPower};

fn main() -> Result<(), Box<dyn Error>> {
    let address = match std::env::args().nth(1) {
        Some(address) => address,
        None => simulated_unit()?,
    };
    let device = Device::new(Client::new(Options::tcp()));
    let mut unit = Driver::connecting(device, tcp(address, Duration::from_secs(3)));

    let Answer::Schedule(mut records) = unit.call(Command::Schedule)? else {
        return Err("a schedule is answered with one".into());
    };
    writeln!(io::stdout(), "{} records", records.len())?;
    let next_id = records.iter().map(|record| record.id).max().map_or(1, |id| id + 1);
    records.push(ScheduleRecord {
        id: next_id,
        name: "night".into(),
        outlet: 3,
        trigger: Trigger::Time {
            at: TimeOfDay::new(23, 30).ok_or("no such time")?,
            // The manual does not say how the unit counts days: look at the records that it has.
            day: 1,
        },
        action: Action::Off,
        // What the manual does not explain is kept of records that were read, and has defaults in new ones.
        raw: BTreeMap::new(),
    });
    // Their count, then each record, then they are read back: confirmed means that the unit has these and no others.
    match unit.call(Command::SetSchedule(records))? {
        Answer::Confirmed => writeln!(io::stdout(), "record {next_id} is stored")?,
        other => writeln!(io::stdout(), "not what was expected: {other:?}")?,
    }
    if let Answer::Schedule(records) = unit.call(Command::Schedule)? {
        for record in records {
            writeln!(io::stdout(), "{record:?}")?;
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
        let unit = SmartPower::builder().seed(7).build();
        Server::new(TextServer::new(unit), stream).run(None)
    });
    Ok(address)
}
