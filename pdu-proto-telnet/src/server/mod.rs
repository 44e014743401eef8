//! The device side: a console that several clients use at once.
//!
//! An [`Application`] is what the console does: what it shows, and what it makes of the lines that are typed. [`Terminals`] is the
//! [`Hub`](pdu_core::Hub) around it: one connection for each client, telnet's negotiations, line editing and echo. All clients stand
//! on one application, so that what one sets the others see. [`SerialTerminal`] is the same for a serial line.
//!
//! ```
//! use pdu_core::{ConnectionId, Hub, Instant};
//! use pdu_proto_telnet::server::{Application, Next, Options, Page, Terminals, Typed};
//!
//! /// Counts what is typed.
//! struct Counter;
//!
//! impl Application for Counter {
//!     type Session = u32;
//!
//!     fn open(&mut self, _now: Instant, page: &mut Page) -> (u32, Next) {
//!         page.text("> ");
//!         (0, Next::Line)
//!     }
//!
//!     fn enter(&mut self, _now: Instant, lines: &mut u32, typed: Typed<'_>, page: &mut Page) -> Next {
//!         if typed == Typed::Line(b"quit") {
//!             return Next::Close;
//!         }
//!         *lines += 1;
//!         page.line(&lines.to_string());
//!         page.text("> ");
//!         Next::Line
//!     }
//! }
//!
//! let mut hub = Terminals::with_options(Counter, Options::serial());
//! let peer = ConnectionId::from_number(1);
//! hub.handle_open(Instant::EPOCH, &peer)?;
//! hub.handle_input(Instant::EPOCH, &peer, b"hell\x08p\r\n");
//! assert_eq!(hub.transmit(), Some((peer, &b"> hell\x08 \x08p\r\n1\r\n> "[..])));
//! # Ok::<(), pdu_core::Refused<()>>(())
//! ```

mod connection;
mod hub;
mod options;
mod output;
mod page;
mod serial;

use core::fmt;
use core::time::Duration;

use alloc::boxed::Box;

use pdu_core::Instant;

pub use hub::Terminals;
pub use options::{Echo, Framing, Offers, Options};
pub use page::Page;
pub use serial::SerialTerminal;

/// What a console does. It knows the time only from its arguments.
pub trait Application {
    /// What is kept of one client: where in its menus it stands.
    type Session;

    /// A client has connected: what it is shown first, and what it types then.
    fn open(&mut self, now: Instant, page: &mut Page) -> (Self::Session, Next);

    /// A client has typed a line: what it is shown, and what it types then.
    fn enter(&mut self, now: Instant, session: &mut Self::Session, typed: Typed<'_>, page: &mut Page) -> Next;

    /// Tells that time went by, whether a client is there or not. Early or twice is harmless. By default nothing is done.
    fn handle_timeout(&mut self, now: Instant) {
        let _ = now;
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) at the latest. By default never.
    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
}

macro_rules! forward_application {
    ($inner:ident) => {
        type Session = $inner::Session;

        fn open(&mut self, now: Instant, page: &mut Page) -> (Self::Session, Next) {
            (**self).open(now, page)
        }
        fn enter(&mut self, now: Instant, session: &mut Self::Session, typed: Typed<'_>, page: &mut Page) -> Next {
            (**self).enter(now, session, typed, page)
        }
        fn handle_timeout(&mut self, now: Instant) {
            (**self).handle_timeout(now);
        }
        fn poll_timeout(&self) -> Option<Instant> {
            (**self).poll_timeout()
        }
    };
}

impl<T: Application + ?Sized> Application for &mut T {
    forward_application!(T);
}

impl<T: Application + ?Sized> Application for Box<T> {
    forward_application!(T);
}

/// What a client typed. `Debug` does not show it: it may be a password.
#[derive(Clone, Copy, PartialEq, Eq)]
// Exhaustive on purpose: a line, or what is none.
pub enum Typed<'l> {
    /// A line, edited, without its end; it may be empty.
    Line(&'l [u8]),
    /// More than a line may have: [`MAX_LINE`](crate::wire::MAX_LINE) octets. Told once, when the first one too many comes; what comes up to
    /// its end is skipped.
    TooLong,
}

impl fmt::Debug for Typed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Line(_) => "Line(..)",
            Self::TooLong => "TooLong",
        })
    }
}

/// What comes next in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
// Exhaustive on purpose: a console goes on or it ends.
pub enum Next {
    /// A line is typed, which the client sees.
    Line,
    /// A line is typed of which the client sees asterisks.
    Secret,
    /// The session ends, once what the page has was sent.
    Close,
    /// The device goes down: this session ends as by [`Close`](Self::Close), all others at once, and no client is taken for so
    /// long.
    Down(Duration),
}
