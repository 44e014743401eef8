//! Devices to talk to where there is none: one file for each protocol, and what all have in common.

mod modbus;

use std::io;
use std::net::SocketAddr;

use clap::ValueEnum;
use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::serial::Port;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// BKT BPS2000v2 over Modbus TCP; it answers as any unit
    #[value(name = "bps2000-modbus")]
    ModbusTcp,
    /// One or more of them on a serial line: --device, or else a pseudo terminal
    #[value(name = "bps2000-rtu")]
    SerialLine,
    /// The same line behind a serial server: RTU frames over TCP, one client at a time
    #[value(name = "bps2000-rtu-tcp")]
    SerialServer,
}

/// What a simulated device is to be.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) listen: SocketAddr,
    /// A serial port to answer on, instead of a pseudo terminal.
    pub(crate) port: Option<Port>,
    /// What all that moves is derived from.
    pub(crate) seed: u64,
    /// How many units are on a serial line, with addresses from 1.
    pub(crate) units: u8,
    pub(crate) phases: Phases,
    pub(crate) sensors: Sensors,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Phases {
    #[value(name = "1")]
    One,
    #[value(name = "3")]
    Three,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sensors {
    /// The probe at the T/H port, and a SensorBox with two probes, two doors, smoke and water
    All,
    /// The probe at the T/H port only
    Port,
    /// No sensor at all
    None,
}

/// Something that goes wrong with the next request to unit 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing: a place in the queue.
    None,
    /// The request is carried out, and not answered.
    LoseAnswer,
}

/// A simulated device at work.
pub(crate) struct Running {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Where it is: an address, or the path of a serial port.
    pub(crate) address: String,
    /// URLs of its units.
    pub(crate) urls: Vec<String>,
    faults: Sender<Order>,
    /// Ends only if its link breaks.
    pub(crate) task: JoinHandle<io::Result<()>>,
}

/// What is to go wrong with the next requests, and whom to tell that it will.
type Order = (Vec<Fault>, oneshot::Sender<()>);

impl Running {
    /// Has something go wrong with each of the next requests; `false` if the simulator has ended.
    pub(crate) async fn inject(&self, faults: Vec<Fault>) -> bool {
        let (done, is_done) = oneshot::channel();
        self.faults.send((faults, done)).await.is_ok() && is_done.await.is_ok()
    }
}

pub(crate) async fn start(kind: Kind, settings: &Settings) -> io::Result<Running> {
    match kind {
        Kind::ModbusTcp => modbus::tcp(settings).await,
        Kind::SerialLine => modbus::serial(settings),
        Kind::SerialServer => modbus::rtu_over_tcp(settings).await,
    }
}
