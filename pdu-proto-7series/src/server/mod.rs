//! HTTP/1.1 over streams, as a hub: the side of the device.
//!
//! An [`HttpHub`] speaks HTTP with all clients of one device and lets its [`Service`] answer; a [`Guard`] says who may ask,
//! by Basic or Digest. For simulators and gateways; it is no web server.

mod accounts;
mod connection;
mod guard;
mod hub;
mod options;

use ::http::{Request, Response};
use pdu_core::Instant;

pub use self::accounts::{Account, Accounts, role_covers};
pub use self::guard::{Admission, Guard, GuardOptions, Refusal, Schemes};
pub use self::hub::{HttpHub, Statistics};
pub use self::options::Options;

/// What answers the requests of a hub.
pub trait Service {
    /// Answers one request.
    ///
    /// The hub has checked its form and its length, and adds length and connection headers to the answer (its own
    /// replace any that the service sets). A `HEAD` is to be answered as the `GET`: the hub leaves the body out.
    fn serve(&mut self, now: Instant, request: &Request<Vec<u8>>) -> Response<Vec<u8>>;

    /// Tells that time went by. Early or twice is harmless.
    fn handle_timeout(&mut self, now: Instant) {
        let _ = now;
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) at the latest.
    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
}
