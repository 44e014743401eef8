//! The contract of a server, for each of ours.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use pdu_core::testing::SolePeer;
use pdu_core::testing::server::{self, ServerFixture};
use pdu_core::{ConnectionId, Endpoint, Instant, Path};
use pdu_proto_isotek::server::{Echo, Ending, Options, Prompt, Responder, Served, Service, TextHub, TextServer};
use pdu_proto_isotek::smart_power::simulator::{Load, SmartPower};
use pdu_proto_isotek::wire::{Address, Command, Dialect, LineEnd, Outlet, OutletConfig, Record, StatusFrame};

/// Everything that a client may send, and a few lines that it may not.
const LINES: [&str; 16] = [
    "A?",
    "S3=0",
    "?",
    "P=3",
    "PW=1|1|morning|07:30|0|0|0|4|0|0|1|",
    "PW=2|2|amp/left|00:00|0|350|1|5|0|0|3|",
    "P?",
    "C?",
    "C4=Amp left|2|5|",
    "S99=1",
    " G",
    "H",
    "Z=1",
    "G",
    "S17=1",
    "T=2026|11|21|08|00|00|",
];

struct Lines<E> {
    server: fn() -> E,
    end: &'static str,
}

impl<E: Endpoint> ServerFixture for Lines<E> {
    type Server = E;

    fn server(&self) -> E {
        (self.server)()
    }

    fn request(&self, n: u32) -> Vec<u8> {
        let line = LINES[usize::try_from(n).unwrap() % LINES.len()];
        format!("{line}{}", self.end).into_bytes()
    }
}

/// Loads at rest.
fn unit(outlets: u8) -> SmartPower {
    let mut unit = SmartPower::builder().outlets(outlets).seed(3).build();
    unit.set_voltage(Some(231));
    for outlet in (1..=outlets).filter_map(Outlet::new) {
        unit.set_load(outlet, Load::Fixed { watts: 40 });
    }
    unit
}

/// Nothing unasked: whoever reads later has other statuses between its answers.
fn quiet() -> Options {
    Options {
        interval: None,
        ..Options::default()
    }
}

fn sole<S: Service>(service: S, options: Options) -> SolePeer<TextHub<S>> {
    SolePeer::new(TextHub::with_options(service, options), ConnectionId::from_number(4))
}

#[test]
fn a_connection_of_a_hub() {
    server::all(&Lines {
        server: || sole(StoppedClock(unit(16)), quiet()),
        end: "\n",
    });
}

#[test]
fn a_connection_with_the_least_room_there_is() {
    server::all(&Lines {
        server: || sole(StoppedClock(unit(16)), Options { output: 0, ..quiet() }),
        end: "\r\n",
    });
}

#[test]
fn a_serial_line() {
    server::all(&Lines {
        server: || TextServer::with_options(StoppedClock(unit(8)), quiet()),
        end: "\r",
    });
}

#[test]
fn a_unit_that_answers_in_the_other_ways_that_the_manual_may_mean() {
    server::all(&Lines {
        server: || {
            let options = Options {
                dialect: Dialect {
                    line_end: LineEnd::CrLf,
                    ..Dialect::default()
                },
                status_end: Ending::Nothing,
                address_end: Ending::OkAndPrompt,
                prompt: Prompt::Line,
                acknowledgement_end: Ending::Ok,
                echo: Echo::Lines,
                ..quiet()
            };
            sole(StoppedClock(unit(16)), options)
        },
        end: "\n",
    });
}

/// What depends on the time is the same if the time is the same.
#[test]
fn statuses_among_the_answers() {
    let hub = Lines {
        server: || sole(unit(16), Options::default()),
        end: "\n",
    };
    let line = Lines {
        server: || TextServer::new(unit(8)),
        end: "\r\n",
    };
    all_but_pauses(&hub);
    all_but_pauses(&line);
}

fn all_but_pauses<F: ServerFixture>(fixture: &F) {
    server::input_may_be_split_anywhere(fixture);
    server::polls_are_level_triggered(fixture);
    server::time_running_backwards_is_harmless(fixture);
    server::never_panics(fixture);
}

#[test]
fn a_responder() {
    server::all(&Lines {
        server: || {
            let asker = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 40_000);
            let responder = Responder::new(&unit(8).address(), &Dialect::default()).unwrap();
            SolePeer::new(responder, Path::to(asker))
        },
        end: "",
    });
}

/// A unit whose status has no clock, so that it is the same whenever it is read.
struct StoppedClock(SmartPower);

impl Service for StoppedClock {
    fn serve(&mut self, now: Instant, command: &Command<'_>) -> Served {
        self.0.serve(now, command)
    }
    fn status(&mut self, now: Instant) -> StatusFrame {
        let mut status = self.0.status(now);
        status.clock = None;
        status
    }
    fn address(&self) -> Address<'_> {
        self.0.address()
    }
    fn record(&self, position: usize) -> Option<Record<'_>> {
        self.0.record(position)
    }
    fn config(&self, position: usize) -> Option<(Outlet, OutletConfig<'_>)> {
        self.0.config(position)
    }
    fn handle_timeout(&mut self, now: Instant) {
        self.0.handle_timeout(now);
    }
    fn poll_timeout(&self) -> Option<Instant> {
        self.0.poll_timeout()
    }
}
