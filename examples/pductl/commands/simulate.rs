//! `simulate KIND`: a device to talk to where there is none.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use pdu_proto_7series::tls::Identity;
use pdu_proto_snmp::notification::Destination;
use pdu_proto_snmp::usm::{AuthProtocol, PrivProtocol, User};
use tokio_serial::{Parity, StopBits};

use crate::credentials::Login;
use crate::outcome::{Outcome, Run, Stop};
use crate::serial::{self, Port};
use crate::simulators::{self, Kind, Peers, Phases, Place, Sensors, Settings, Values, Wiring};
use crate::{credentials, terminal};

/// Run a simulated device
///
/// Prints where it can be reached as its first line, and runs until SIGINT or SIGTERM.
///
/// Loads move; the same seed gives the same values at the same times.
///
/// bps2000-modbus, bps2000-rtu, bps2000-rtu-tcp: energy integrates and thresholds trip alarms. Energy starts where the seed has it,
/// thresholds where the manual's console shows them, doors closed, no smoke, no water.
///
/// isotek: a status every second to each client, and a scheduler that acts. It starts with all outlets on, none locked, delays
/// 0, no record, the clock at the beginning of 2026; serial number and MAC come from the seed. A restart takes 5 s.
///
/// bps2000-snmp, series7-snmp: communities public, which may read, and private, which may write too; with --user also a user of
/// v3, whose passwords are in PDU_AUTH_PASSWORD and PDU_PRIV_PASSWORD. Outlets are on, their delays 0, a cycle takes 5 s; alarms
/// that trip and clear are told to --trap-to.
///
/// bps2000-telnet: four clients at once, account and password admin. All eleven entries are there; what the manual does not show is
/// made up: no word for a setting that was taken, and a line that says it is simulated for one that was not. A restart takes 5 s.
///
/// series7-http: a 7W with no accounts, by the profile synthetic, which is invented. Its configuration file, with the seed in its serial
/// number, can be downloaded at /config.xml; an account that is set there guards the pages.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What to simulate
    kind: Kind,
    /// Address and port to listen on, port 0 for a free one; no use on a serial line
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// What all that moves is derived from
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print a URL for pductl (that of unit 1) instead of the address or path
    #[arg(long)]
    print_url: bool,
    /// Units on a serial line, with the addresses 1 to UNITS and seeds from SEED on
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=32))]
    units: u8,
    /// Lines of the unit; what belongs to others reads 0
    #[arg(long, default_value = "3")]
    phases: Phases,
    /// Sensors that are plugged in; the others read 0
    #[arg(long, default_value = "all")]
    sensors: Sensors,
    /// Outlets: 8 or 16 of isotek, 16 if not given; 8 to 48 of series7-snmp and series7-http, 8 if not given
    #[arg(long)]
    outlets: Option<u8>,
    /// Slaves of bps2000-snmp and bps2000-telnet
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(0..=5))]
    slaves: u8,
    /// How bps2000-snmp gives its values
    #[arg(long, default_value = "text")]
    values: Values,
    /// Wiring of series7-snmp and series7-http
    #[arg(long, default_value = "wye")]
    wiring: Wiring,
    #[command(flatten)]
    peers: PeerArguments,
    /// Of series7-http: speak HTTPS, with this certificate in PEM
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// The certificate's key in PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// Answer on a pseudo terminal, whose path is printed; bps2000-rtu does so anyway
    #[arg(long, conflicts_with = "device")]
    pty: bool,
    /// Answer on this serial port
    #[arg(long, value_name = "PORT")]
    device: Option<String>,
    /// Speed of that port; 9600 if not given, isotek 115200
    #[arg(long, value_parser = PossibleValuesParser::new(serial::BAUDS.map(|(word, _)| word)))]
    baud: Option<String>,
    /// Parity of that port
    #[arg(long, default_value = "none", value_parser = PossibleValuesParser::new(serial::PARITIES.map(|(word, _)| word)))]
    parity: String,
    /// Stop bits of that port
    #[arg(long, default_value = "1", value_parser = PossibleValuesParser::new(serial::STOPS.map(|(word, _)| word)))]
    stop: String,
}

/// Of an SNMP agent.
#[derive(Debug, Args)]
struct PeerArguments {
    /// A user of v3 who may read and write
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// How the user proves who it is, with the password in PDU_AUTH_PASSWORD: sha256 and its kin
    #[arg(long, value_parser = credentials::auth, requires = "user")]
    auth: Option<AuthProtocol>,
    /// How what the user says is encrypted, with the password in PDU_PRIV_PASSWORD: aes128 and its kin
    #[arg(long = "priv", value_name = "PRIV", value_parser = credentials::privacy, requires = "auth")]
    privacy: Option<PrivProtocol>,
    /// Whom an SNMP agent tells what happens, by traps. May be given several times
    #[arg(long, value_name = "ADDR")]
    trap_to: Vec<SocketAddr>,
    /// By which version: v3 with --user, else with the community public
    #[arg(long, default_value = "2c")]
    trap_version: TrapVersion,
    /// Informs, which want to be acknowledged, instead of traps; not in version 1
    #[arg(long)]
    informs: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TrapVersion {
    #[value(name = "1")]
    V1,
    #[value(name = "2c")]
    V2c,
    #[value(name = "3")]
    V3,
}

impl PeerArguments {
    fn read(&self) -> Result<Peers, Stop> {
        let user = self.user.as_deref();
        let user = user.map(|name| credentials::from_environment(name, self.auth, self.privacy));
        let user = user.transpose().map_err(Stop::usage)?;
        let notified = self.trap_to.iter().map(|to| self.destination(*to, user.as_ref()));
        Ok(Peers {
            notified: notified.collect::<Result<_, _>>()?,
            user,
        })
    }

    fn destination(&self, to: SocketAddr, user: Option<&User>) -> Result<Destination, Stop> {
        const COMMUNITY: &[u8] = b"public";
        Ok(match (self.trap_version, self.informs) {
            (TrapVersion::V1, true) => return Err(Stop::usage("version 1 has no informs")),
            (TrapVersion::V1, false) => Destination::trap_v1(to, COMMUNITY),
            (TrapVersion::V2c, false) => Destination::trap_v2c(to, COMMUNITY),
            (TrapVersion::V2c, true) => Destination::inform_v2c(to, COMMUNITY),
            (TrapVersion::V3, informs) => {
                let user = user.ok_or_else(|| Stop::usage("notifications of version 3 want a --user"))?;
                if informs {
                    Destination::inform_v3(to, user.clone())
                } else {
                    Destination::trap_v3(to, user.clone())
                }
            }
        })
    }
}

pub(crate) async fn run(arguments: Arguments) -> Run {
    // Before the first line: whoever reads it may send a signal at once.
    let mut signals = Signals::listen().map_err(|error| Stop::Io("signals".into(), error))?;
    let kind = arguments.kind;
    let print_url = arguments.print_url;
    let settings = settings(&arguments)?;
    let running = simulators::start(kind, &settings).await;
    let running = running.map_err(|error| Stop::Io(settings.at.to_string(), error))?;
    let first_line = if print_url {
        running.urls.first()
    } else {
        Some(&running.address)
    };
    terminal::print(format_args!("{}\n", first_line.unwrap_or(&running.address)))?;
    tokio::select! {
        () = signals.next() => Ok(Outcome::Done),
        ended = running.task => {
            let error = match ended {
                Ok(Ok(())) => io::ErrorKind::UnexpectedEof.into(),
                Ok(Err(error)) => error,
                Err(error) => io::Error::other(error),
            };
            Err(Stop::Io(running.address, error))
        }
    }
}

fn settings(arguments: &Arguments) -> Result<Settings, Stop> {
    Ok(Settings {
        at: place(arguments)?,
        seed: arguments.seed,
        units: arguments.units,
        phases: arguments.phases,
        sensors: arguments.sensors,
        outlets: outlets(arguments)?,
        slaves: arguments.slaves,
        values: arguments.values,
        wiring: arguments.wiring,
        peers: arguments.peers.read()?,
        login: Login::of_factory(),
        identity: identity(arguments)?,
    })
}

fn identity(arguments: &Arguments) -> Result<Option<Identity>, Stop> {
    let (Some(certificate), Some(key)) = (&arguments.certificate, &arguments.key) else {
        return Ok(None);
    };
    if arguments.kind != Kind::HttpSeries7 {
        return Err(Stop::usage("only series7-http speaks HTTPS"));
    }
    let read = |file: &PathBuf| fs::read_to_string(file).map_err(|error| Stop::Io(file.display().to_string(), error));
    let identity = Identity::from_pem(&read(certificate)?, &read(key)?);
    identity.map(Some).map_err(Stop::usage)
}

fn outlets(arguments: &Arguments) -> Result<u8, Stop> {
    match (arguments.kind, arguments.outlets) {
        (Kind::Isotek, None) => Ok(16),
        (Kind::Isotek, Some(count @ (8 | 16))) => Ok(count),
        (Kind::Isotek, Some(_)) => Err(Stop::usage("an isotek unit has 8 or 16 outlets")),
        (_, None) => Ok(8),
        (_, Some(count @ 8..=48)) => Ok(count),
        (_, Some(_)) => Err(Stop::usage("a 7-series unit has 8 to 48 outlets here")),
    }
}

fn place(arguments: &Arguments) -> Result<Place, Stop> {
    let kind = arguments.kind;
    match &arguments.device {
        _ if !kind.can_be_serial() && (arguments.pty || arguments.device.is_some()) => {
            Err(Stop::usage("only bps2000-rtu and isotek answer on a serial line"))
        }
        Some(path) => Ok(Place::Port(Port {
            path: path.clone(),
            baud: known(&serial::BAUDS, arguments.baud.as_deref()).unwrap_or(kind.baud()),
            parity: known(&serial::PARITIES, Some(&arguments.parity)).unwrap_or(Parity::None),
            stop: known(&serial::STOPS, Some(&arguments.stop)).unwrap_or(StopBits::One),
        })),
        None if arguments.pty || kind == Kind::SerialLine => Ok(Place::PseudoTerminal),
        None => Ok(Place::Network(arguments.listen)),
    }
}

fn known<T: Copy>(words: &[(&str, T)], text: Option<&str>) -> Option<T> {
    let known = words.iter().find(|(word, _)| Some(*word) == text);
    known.map(|(_, value)| *value)
}

/// What ends a simulator.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
