//! The device side: what answers a client, on a serial line or over TCP.
//!
//! A [`Service`] is the application: it takes a [`Request`] and says what is [`Served`]. A [`RegisterBank`] is one for
//! plain tables, a [`Chain`] puts several under their own unit addresses. Around it stands what speaks to the line:
//!
//! | | for | is an |
//! |---|---|---|
//! | [`TcpHub`] | all clients of one device | [`Hub`](pdu_core::Hub) |
//! | [`TcpServer`] | one client | [`Endpoint`](pdu_core::Endpoint) |
//! | [`RtuServer`] | a serial line, or RTU frames over TCP | [`Endpoint`](pdu_core::Endpoint) |
//!
//! Each request is carried out once for each time it arrives, in the order of arrival, and answered at once: what one
//! read of the socket brought is answered in one `transmit`.

mod bank;
mod chain;
mod hub;
mod output;
mod rtu;
mod tcp;

use core::time::Duration;

use alloc::boxed::Box;
use pdu_core::Instant;

use crate::wire::{ExceptionCode, FunctionCode, Request, Response, WireError};

pub use crate::client::{LineSettings, LocalEcho, RtuLink};
pub use bank::{RegisterBank, Table};
pub use chain::{Chain, ChainError};
pub use hub::TcpHub;
pub use rtu::{RtuServer, RtuServerOptions};
pub use tcp::{TcpServer, TcpServerOptions};

/// The application behind a server: what the registers mean.
///
/// ```
/// use pdu_core::Instant;
/// use pdu_proto_modbus::server::{Served, Service};
/// use pdu_proto_modbus::wire::{ExceptionCode, Registers, Request, Response};
///
/// /// One register, read by function 03.
/// struct Thermometer {
///     tenths: [u16; 1],
/// }
///
/// impl Service for Thermometer {
///     fn serve<'a>(&'a mut self, _now: Instant, _unit: u8, request: Request<'a>) -> Served<'a> {
///         match request {
///             Request::ReadHoldingRegisters { address: 0, quantity: 1 } => {
///                 Served::response(Response::ReadHoldingRegisters { values: Registers::new(&self.tenths) })
///             }
///             Request::ReadHoldingRegisters { .. } => Served::exception(ExceptionCode::ILLEGAL_DATA_ADDRESS),
///             _ => Served::exception(ExceptionCode::ILLEGAL_FUNCTION),
///         }
///     }
/// }
/// ```
pub trait Service {
    /// Carries out a request and says what to answer. The response may borrow from the service and from the request, so
    /// that registers go from the service's table straight into the frame.
    ///
    /// The request is well formed: quantities are within the standard's bounds and byte counts right. `unit` is one that
    /// [`has_unit`](Self::has_unit) agreed to.
    fn serve<'a>(&'a mut self, now: Instant, unit: u8, request: Request<'a>) -> Served<'a>;

    /// Whether this unit is answered for. Requests to others are passed over in silence; on a serial line they belong to
    /// somebody else. By default every unit is, as a device of its own on TCP does.
    fn has_unit(&self, unit: u8) -> bool {
        let _ = unit;
        true
    }

    /// Whether the function is known at all. Asked only for requests that are malformed: they are answered with
    /// exception 01 if it is not, else with 03 (or 02, for addresses beyond 65535). By default every function is.
    ///
    /// Source: the state diagrams of Application Protocol V1.1b3, 6, which look at the function first.
    fn has_function(&self, unit: u8, function: FunctionCode) -> bool {
        let _ = (unit, function);
        true
    }

    /// Carries out a request that was sent to all units of a serial line (address 0) and is never answered. By default
    /// it is [served](Self::serve) as unit 0.
    ///
    /// Source: MODBUS over Serial Line V1.02, 2.1.
    fn broadcast(&mut self, now: Instant, request: Request<'_>) {
        let _ = self.serve(now, 0, request);
    }
}

macro_rules! forward_service {
    () => {
        #[inline]
        fn serve<'a>(&'a mut self, now: Instant, unit: u8, request: Request<'a>) -> Served<'a> {
            (**self).serve(now, unit, request)
        }
        #[inline]
        fn has_unit(&self, unit: u8) -> bool {
            (**self).has_unit(unit)
        }
        #[inline]
        fn has_function(&self, unit: u8, function: FunctionCode) -> bool {
            (**self).has_function(unit, function)
        }
        #[inline]
        fn broadcast(&mut self, now: Instant, request: Request<'_>) {
            (**self).broadcast(now, request);
        }
    };
}

impl<S: Service + ?Sized> Service for &mut S {
    forward_service!();
}

impl<S: Service + ?Sized> Service for Box<S> {
    forward_service!();
}

/// What a [`Service`] makes of a request: a response, an exception, or silence; at once or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Served<'a> {
    outcome: Outcome<'a>,
    delay: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome<'a> {
    Response(Response<'a>),
    Exception(ExceptionCode),
    Silence,
}

impl<'a> Served<'a> {
    /// This response. One that the standard does not allow is replaced by exception 04 (server device failure).
    #[inline]
    pub const fn response(response: Response<'a>) -> Self {
        Self::new(Outcome::Response(response))
    }

    /// A refusal.
    #[inline]
    pub const fn exception(code: ExceptionCode) -> Self {
        Self::new(Outcome::Exception(code))
    }

    /// No answer at all: the client will run into its timeout.
    #[inline]
    pub const fn silence() -> Self {
        Self::new(Outcome::Silence)
    }

    /// The same, but the answer is held back for this long. Later requests of the same client wait behind it on TCP; on a
    /// serial line, whoever is heard speaking in the meantime makes it void.
    #[inline]
    pub const fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    #[inline]
    const fn new(outcome: Outcome<'a>) -> Self {
        Self {
            outcome,
            delay: Duration::ZERO,
        }
    }
}

impl<'a> From<Result<Response<'a>, ExceptionCode>> for Served<'a> {
    #[inline]
    fn from(result: Result<Response<'a>, ExceptionCode>) -> Self {
        match result {
            Ok(response) => Self::response(response),
            Err(code) => Self::exception(code),
        }
    }
}

/// Has a protocol data unit carried out for a unit that the service has.
#[inline]
fn serve<'a, S: Service + ?Sized>(service: &'a mut S, now: Instant, unit: u8, pdu: &'a [u8]) -> Served<'a> {
    match Request::parse(pdu) {
        Ok(request) => service.serve(now, unit, request),
        Err(error) => refuse(service, unit, pdu, &error),
    }
}

#[cold]
fn refuse<'a, S: Service + ?Sized>(service: &S, unit: u8, pdu: &[u8], error: &WireError) -> Served<'a> {
    let known = pdu
        .first()
        .is_some_and(|&function| service.has_function(unit, FunctionCode(function)));
    match error.exception_code() {
        Some(_) if !known => Served::exception(ExceptionCode::ILLEGAL_FUNCTION),
        Some(code) => Served::exception(code),
        None => Served::silence(),
    }
}

/// Exception to whatever function the request had, as a protocol data unit.
fn exception(pdu: &[u8], code: ExceptionCode) -> [u8; 2] {
    let function = FunctionCode(pdu.first().copied().unwrap_or(0));
    [function.with_exception().0, code.0]
}
