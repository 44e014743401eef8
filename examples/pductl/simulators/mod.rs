//! Devices to talk to where there is none: one file for each protocol, and what all have in common.

mod isotek;
mod lossy;
mod modbus;
mod series7;
mod snmp;
mod telnet;

use std::fmt;
use std::io;
use std::net::SocketAddr;

use clap::ValueEnum;
use pdu_proto_7series::tls::Identity;
use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_serial::SerialStream;

pub(crate) use self::snmp::Peers;
use crate::credentials::Login;
use crate::serial::{self, Port};
use crate::terminal::Foreign;

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
    /// IsoTek SMART Power over TCP, found over UDP at the same port number; with --pty or --device on a serial line
    #[value(name = "isotek")]
    Isotek,
    /// BKT BPS2000 master with its slaves over SNMP, communities public (read) and private (write)
    #[value(name = "bps2000-snmp")]
    SnmpBps2000,
    /// 7-series unit with switched outlets over SNMP, the same communities
    #[value(name = "series7-snmp")]
    SnmpSeries7,
    /// The console of a BKT BPS2000 over telnet, where admin may log in with the password admin
    #[value(name = "bps2000-telnet")]
    Console,
    /// 7-series unit over HTTP, whose pages but for data.xml are invented, and say so
    #[value(name = "series7-http")]
    HttpSeries7,
}

impl Kind {
    /// Whether it can answer on a serial line.
    pub(crate) fn can_be_serial(self) -> bool {
        matches!(self, Self::SerialLine | Self::Isotek)
    }

    /// The speed of its serial line, if none is named.
    pub(crate) fn baud(self) -> u32 {
        match self {
            Self::Isotek => 115_200,
            _ => 9600,
        }
    }
}

/// Where a simulated device answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Network(SocketAddr),
    /// A new one, whose path is told.
    PseudoTerminal,
    Port(Port),
}

impl Place {
    /// The address to listen on.
    fn listen(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Network(address) => Ok(*address),
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "not on a serial line")),
        }
    }

    /// The serial port to answer on, the other end that is to be kept, and the path by which others reach it.
    fn serial(&self) -> io::Result<(SerialStream, Option<SerialStream>, String)> {
        match self {
            Self::Port(port) => Ok((port.open()?, None, port.path.clone())),
            _ => serial::pseudo_terminals().map(|(here, there, path)| (here, Some(there), path)),
        }
    }
}

/// For people.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(address) => address.fmt(f),
            Self::PseudoTerminal => f.write_str("pseudo terminal"),
            Self::Port(port) => Foreign(&port.path).fmt(f),
        }
    }
}

/// What a simulated device is to be.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) at: Place,
    /// What all that moves is derived from.
    pub(crate) seed: u64,
    /// How many units are on a serial line, with addresses from 1.
    pub(crate) units: u8,
    pub(crate) phases: Phases,
    pub(crate) sensors: Sensors,
    /// How many outlets there are, where a device of the kind has any.
    pub(crate) outlets: u8,
    /// How many slaves a BPS2000 has over SNMP and telnet.
    pub(crate) slaves: u8,
    pub(crate) values: Values,
    pub(crate) wiring: Wiring,
    /// Of an SNMP agent.
    pub(crate) peers: Peers,
    /// Who may use a console.
    pub(crate) login: Login,
    /// What a web server shows, if it speaks HTTPS.
    pub(crate) identity: Option<Identity>,
}

/// How a BPS2000 gives its values over SNMP, which its documentation leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Values {
    /// Decimal text in octet strings
    Text,
    /// Integers, scaled as those of Modbus
    Integers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Wiring {
    /// Lines against neutral
    Wye,
    /// Lines against each other
    Delta,
}

impl Settings {
    /// The serial port that was named, if one was.
    fn port(&self) -> Option<&Port> {
        match &self.at {
            Place::Port(port) => Some(port),
            _ => None,
        }
    }
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
    /// Where it answers a search of the network, if it does.
    pub(crate) answers_search_at: Option<SocketAddr>,
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
        Kind::SnmpBps2000 => snmp::bps2000(settings).await,
        Kind::SnmpSeries7 => snmp::series7(settings).await,
        Kind::HttpSeries7 => series7::http(settings).await,
        Kind::Console => telnet::bps2000(settings).await,
        Kind::Isotek => match settings.at {
            Place::Network(_) => isotek::network(settings).await,
            _ => isotek::serial(settings),
        },
    }
}
