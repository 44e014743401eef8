use alloc::boxed::Box;

use pdu_core::{Connection as _, Endpoint, Instant, LinkDemand, LinkEvent, Status, Transport};

use crate::wire::{Encode, WireError, tcp};

use super::output::{Framer, Output};
use super::{Service, serve};

/// How a [`TcpServer`] or a [`TcpHub`](super::TcpHub) treats each connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpServerOptions {
    /// For how many full answers (260 bytes each) a connection has room; at least 1, by default 16. A client that sends
    /// more without reading is not read from any more until it reads.
    pub answers: usize,
    /// How many connections a hub takes at once; by default 32. Each costs the room for its answers and 300 bytes.
    pub connections: usize,
}

impl Default for TcpServerOptions {
    fn default() -> Self {
        Self {
            answers: 16,
            connections: 32,
        }
    }
}

/// The device side of one Modbus TCP connection.
///
/// Requests that came together are answered together, in one [`transmit`](Endpoint::transmit). A header that is none
/// (another protocol, a length outside 2 to 254) demands [`Reset`](LinkDemand::Reset): nobody could say where the next
/// request begins.
///
/// ```
/// use pdu_core::{Endpoint, Instant};
/// use pdu_proto_modbus::server::{RegisterBank, TcpServer};
///
/// let bank = RegisterBank::new().with_holding_registers(0, [2318]);
/// let mut server = TcpServer::new(bank);
/// let request = [0x00, 0x07, 0x00, 0x00, 0x00, 0x06, 0x01, 0x03, 0x00, 0x00, 0x00, 0x01];
/// server.handle_input(Instant::EPOCH, &request);
/// assert_eq!(server.transmit(), [0x00, 0x07, 0x00, 0x00, 0x00, 0x05, 0x01, 0x03, 0x02, 0x09, 0x0E]);
/// ```
///
/// Source: MODBUS Messaging on TCP/IP V1.0b, 3 and 4.
#[derive(Clone, Debug)]
pub struct TcpServer<S> {
    service: S,
    connection: Connection,
    now: Instant,
}

impl<S: Service> TcpServer<S> {
    /// A server with the default options.
    pub fn new(service: S) -> Self {
        Self::with_options(service, TcpServerOptions::default())
    }

    /// A server with these options.
    pub fn with_options(service: S, options: TcpServerOptions) -> Self {
        Self {
            service,
            connection: Connection::new(&options),
            now: Instant::EPOCH,
        }
    }

    /// The application.
    pub const fn service(&self) -> &S {
        &self.service
    }

    /// The application, to change it.
    pub const fn service_mut(&mut self) -> &mut S {
        &mut self.service
    }
}

impl<S: Service> Endpoint for TcpServer<S> {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.now = self.now.max(now);
        match event {
            LinkEvent::Eof => self.connection.handle_eof(),
            _ => self.connection.clear(),
        }
    }

    #[inline]
    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.now = self.now.max(now);
        self.connection.handle_input(&mut self.service, self.now, bytes)
    }

    #[inline]
    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.now = self.now.max(now);
        self.connection.output.advance(len);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        self.connection.output.release(self.now);
    }

    fn transmit(&self) -> &[u8] {
        self.connection.output.ready()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.connection.output.held_until()
    }

    fn link_demand(&self) -> LinkDemand {
        self.connection.link_demand()
    }
}

/// What is kept of one connection: a request that has begun, answers that have not left.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    begun: Begun,
    pub(super) output: Output,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// The client sends no more.
    Eof,
    /// Where the next request begins is unknown.
    Lost,
}

impl Connection {
    pub(super) fn new(options: &TcpServerOptions) -> Self {
        Self {
            begun: Begun::new(),
            output: Output::with_room_for(options.answers),
            state: State::Open,
        }
    }

    /// Forgets everything, for the next connection.
    pub(super) fn clear(&mut self) {
        self.begun.len = 0;
        self.output.clear();
        self.state = State::Open;
    }

    fn handle_eof(&mut self) {
        if self.state == State::Open {
            self.state = State::Eof;
        }
    }

    /// Carries out what is whole, keeps what has begun, and says how many bytes that were. What comes after a lost frame
    /// is dropped.
    #[inline]
    pub(super) fn handle_input<S: Service + ?Sized>(&mut self, service: &mut S, now: Instant, bytes: &[u8]) -> usize {
        self.output.release(now);
        let mut rest = bytes;
        while !rest.is_empty() && self.state != State::Lost {
            if self.output.held_until().is_some() || !self.output.make_room() {
                return bytes.len() - rest.len();
            }
            rest = if self.begun.len == 0 {
                self.take_from(rest, service, now)
            } else {
                self.continue_with(rest, service, now)
            };
        }
        bytes.len()
    }

    /// A frame that is whole is read where it lies; one that is not is kept until the rest comes.
    #[inline]
    fn take_from<'a, S: Service + ?Sized>(&mut self, bytes: &'a [u8], service: &mut S, now: Instant) -> &'a [u8] {
        match tcp::parse(bytes) {
            Ok(Status::Complete((frame, len))) => {
                answer(&mut self.output, service, now, &frame);
                bytes.get(len..).unwrap_or_default()
            }
            Ok(Status::Partial { .. }) => self.begun.push(bytes, tcp::MAX_FRAME),
            Err(_) => self.lose(),
        }
    }

    #[cold]
    fn continue_with<'a, S: Service + ?Sized>(&mut self, bytes: &'a [u8], service: &mut S, now: Instant) -> &'a [u8] {
        // What has begun is not whole: a whole frame was taken at once.
        let Ok(Status::Partial { needed }) = tcp::parse(self.begun.bytes()) else {
            return self.lose();
        };
        let rest = self.begun.push(bytes, needed);
        match tcp::parse(self.begun.bytes()) {
            Ok(Status::Complete((frame, _))) => {
                answer(&mut self.output, service, now, &frame);
                self.begun.len = 0;
            }
            Ok(Status::Partial { .. }) => {}
            Err(_) => return self.lose(),
        }
        rest
    }

    /// Nothing is answered any more, not even what was well: the connection ends at once.
    #[cold]
    fn lose(&mut self) -> &'static [u8] {
        self.clear();
        self.state = State::Lost;
        &[]
    }
}

impl pdu_core::Connection for Connection {
    #[inline]
    fn output(&self) -> &[u8] {
        self.output.ready()
    }

    #[inline]
    fn link_demand(&self) -> LinkDemand {
        match self.state {
            State::Lost => LinkDemand::Reset,
            // A driver closes once nothing is shown any more, so what is held back must be waited for.
            State::Eof if self.output.held_until().is_none() => LinkDemand::Close,
            _ => LinkDemand::Idle,
        }
    }

    #[inline]
    fn poll_timeout(&self) -> Option<Instant> {
        self.output.held_until()
    }
}

#[inline]
fn answer<S: Service + ?Sized>(output: &mut Output, service: &mut S, now: Instant, frame: &tcp::Frame<'_>) {
    if service.has_unit(frame.unit) {
        let framer = TcpFramer {
            transaction: frame.transaction,
            unit: frame.unit,
        };
        let served = serve(service, now, frame.unit, frame.pdu);
        output.push(&framer, frame.pdu, &served, now);
    }
}

struct TcpFramer {
    transaction: u16,
    unit: u8,
}

impl Framer for TcpFramer {
    #[inline]
    fn frame<M: Encode + ?Sized>(&self, message: &M, out: &mut [u8]) -> Result<usize, WireError> {
        tcp::encode(self.transaction, self.unit, message, out)
    }
}

/// The front of a frame that has not come whole.
#[derive(Clone, Debug)]
struct Begun {
    bytes: Box<[u8; tcp::MAX_FRAME]>,
    len: usize,
}

impl Begun {
    fn new() -> Self {
        Self {
            bytes: Box::new([0; tcp::MAX_FRAME]),
            len: 0,
        }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Adds from `bytes` until there are `needed` in all, and returns the rest.
    fn push<'a>(&mut self, bytes: &'a [u8], needed: usize) -> &'a [u8] {
        let room = self.bytes.get_mut(self.len..needed).unwrap_or_default();
        let (taken, rest) = bytes.split_at(room.len().min(bytes.len()));
        room.iter_mut().zip(taken).for_each(|(slot, byte)| *slot = *byte);
        self.len += taken.len();
        rest
    }
}
