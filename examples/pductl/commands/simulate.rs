//! `simulate KIND`: a device to talk to where there is none.

use std::io;
use std::net::SocketAddr;

use clap::Args;
use clap::builder::PossibleValuesParser;
use tokio_serial::{Parity, StopBits};

use crate::outcome::{Outcome, Run, Stop};
use crate::serial::{self, Port};
use crate::simulators::{self, Kind, Outlets, Phases, Place, Sensors, Settings};
use crate::terminal;

/// Run a simulated device
///
/// Prints where it can be reached as its first line, and runs until SIGINT or SIGTERM.
///
/// Loads move; the same seed gives the same values at the same times.
///
/// bps2000: energy integrates and thresholds trip alarms. Energy starts where the seed has it, thresholds where the manual's
/// console shows them, doors closed, no smoke, no water.
///
/// isotek: a status every second to each client, and a scheduler that acts. It starts with all outlets on, none locked, delays
/// 0, no record, the clock at the beginning of 2026; serial number and MAC come from the seed. A restart takes 5 s.
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
    /// Outlets of an isotek unit
    #[arg(long, default_value = "16")]
    outlets: Outlets,
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
        outlets: arguments.outlets,
    })
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
