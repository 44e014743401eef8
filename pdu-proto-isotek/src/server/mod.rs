//! The device side: what answers a client, over TCP, on a serial line, or to a broadcast.
//!
//! A [`Service`] is the unit behind the lines. Around it stands what speaks to the link:
//!
//! | | for | is a |
//! |---|---|---|
//! | [`TextHub`] | all TCP clients of one unit | [`Hub`](pdu_core::Hub) of connections |
//! | [`TextServer`] | its serial line | [`Endpoint`](pdu_core::Endpoint) |
//! | [`Responder`] | `A?` by UDP | [`Hub`](pdu_core::Hub) of paths |
//!
//! Each client is sent a status every second, from the moment its link is there (lines 10 and 29). A client that does not
//! read is owed one status and no more: once it reads, it gets the state of that moment. Answers to commands are never left
//! out; a client that does not read them is not read from.
//!
//! A command is carried out only if its line is exactly one that the manual has; leniency is for clients. Any other line is
//! answered with nothing, since the protocol has no error reply, but the service is [told](Service::handle_rejected).
//!
//! The manual leaves open how a status ends and where `>` stands; see [`Options`].

mod connection;
mod hub;
mod lines;
mod options;
mod output;
mod responder;
mod serial;

use core::time::Duration;

use alloc::boxed::Box;
use pdu_core::Instant;

use crate::Rejected;
use crate::wire::{Address, Command, Outlet, OutletConfig, Record, StatusFrame};

pub use hub::TextHub;
pub use options::{Echo, Ending, Options, Prompt};
pub use responder::Responder;
pub use serial::TextServer;

/// The unit behind the lines: what commands do, and what the unit has to tell.
///
/// ```
/// use std::net::Ipv4Addr;
///
/// use pdu_core::{Decimal, Instant};
/// use pdu_proto_isotek::server::{Served, Service};
/// use pdu_proto_isotek::wire::{
///     Address, Channel, ChannelStatus, Command, Outlet, OutletConfig, OutletState, Record, StatusFrame, Text,
/// };
///
/// /// A lamp that can be switched, and nothing else.
/// struct Lamp {
///     state: OutletState,
/// }
///
/// impl Service for Lamp {
///     fn serve(&mut self, _now: Instant, command: &Command<'_>) -> Served {
///         match command {
///             Command::SwitchOutlet { outlet, state } if outlet.number() == 1 => self.state = *state,
///             Command::ReadStatus => {}
///             _ => return Served::silence(),
///         }
///         Served::accepted()
///     }
///
///     fn status(&mut self, _now: Instant) -> StatusFrame {
///         let mut frame = StatusFrame::default();
///         frame.set(ChannelStatus {
///             channel: Channel::new(1).unwrap(),
///             state: self.state,
///             voltage: Decimal::from(230),
///             power: Decimal::from(40),
///         });
///         frame
///     }
///
///     fn address(&self) -> Address<'_> {
///         let nowhere = (Ipv4Addr::UNSPECIFIED, 0);
///         Address { serial: Text::default(), mac: [0; 6], server_1: nowhere, server_2: nowhere }
///     }
///
///     fn record(&self, _position: usize) -> Option<Record<'_>> {
///         None
///     }
///
///     fn config(&self, _position: usize) -> Option<(Outlet, OutletConfig<'_>)> {
///         None
///     }
/// }
/// ```
pub trait Service {
    /// Carries out a command, each time that it comes, and says whether it is answered.
    ///
    /// What a command reads is taken from the methods below once this has accepted it.
    fn serve(&mut self, now: Instant, command: &Command<'_>) -> Served;

    /// The state of this moment, for `?` and for the status of each second.
    fn status(&mut self, now: Instant) -> StatusFrame;

    /// Who the unit is, for `A?`.
    fn address(&self) -> Address<'_>;

    /// The scheduler's record of this position, counted from 0, for `P?`; `None` behind the last one.
    ///
    /// A long list leaves in pieces, as the client reads; what is written meanwhile may show in the pieces to come.
    fn record(&self, position: usize) -> Option<Record<'_>>;

    /// What is stored of the outlet of this position, counted from 0, for `C?`; `None` behind the last one.
    fn config(&self, position: usize) -> Option<(Outlet, OutletConfig<'_>)>;

    /// A line came that is no command, of which only the beginning was kept if it was too long. It is not answered. By
    /// default nothing is done.
    fn handle_rejected(&mut self, now: Instant, line: &[u8], why: Rejected) {
        let _ = (now, line, why);
    }

    /// Tells that time went by, whether a client is there or not. Early or twice is harmless. By default nothing is done.
    fn handle_timeout(&mut self, now: Instant) {
        let _ = now;
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) at the latest. By default never.
    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
}

macro_rules! forward_service {
    () => {
        fn serve(&mut self, now: Instant, command: &Command<'_>) -> Served {
            (**self).serve(now, command)
        }
        fn status(&mut self, now: Instant) -> StatusFrame {
            (**self).status(now)
        }
        fn address(&self) -> Address<'_> {
            (**self).address()
        }
        fn record(&self, position: usize) -> Option<Record<'_>> {
            (**self).record(position)
        }
        fn config(&self, position: usize) -> Option<(Outlet, OutletConfig<'_>)> {
            (**self).config(position)
        }
        fn handle_rejected(&mut self, now: Instant, line: &[u8], why: Rejected) {
            (**self).handle_rejected(now, line, why);
        }
        fn handle_timeout(&mut self, now: Instant) {
            (**self).handle_timeout(now);
        }
        fn poll_timeout(&self) -> Option<Instant> {
            (**self).poll_timeout()
        }
    };
}

impl<S: Service + ?Sized> Service for &mut S {
    forward_service!();
}

impl<S: Service + ?Sized> Service for Box<S> {
    forward_service!();
}

/// What a [`Service`] makes of a command: an answer or silence; at once or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Served {
    outcome: Outcome,
    delay: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Accepted,
    Silence,
    Restart { down: Duration },
}

impl Served {
    /// Answered: with `OK`, or with what was asked for.
    pub const fn accepted() -> Self {
        Self::new(Outcome::Accepted)
    }

    /// Not answered. Whether the command was carried out the client cannot tell.
    pub const fn silence() -> Self {
        Self::new(Outcome::Silence)
    }

    /// Answered with `OK`; then every link of the unit goes down, for so long.
    pub const fn restart(down: Duration) -> Self {
        Self::new(Outcome::Restart { down })
    }

    /// The same, but so much later. Later commands of the same client wait behind it.
    pub const fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    const fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            delay: Duration::ZERO,
        }
    }
}
