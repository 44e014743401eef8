use alloc::collections::VecDeque;
use alloc::vec::Vec;

use pdu_core::{ErrorKind, Hub, Instant, LinkDemand, Path, Refused, Transport};

use crate::wire::{Address, Dialect, MAX_LINE, Reply, WireError};

/// Answers that wait to be sent; who asks beyond that is not answered.
const MAX_WAITING: usize = 64;

/// The device side of discovery: answers `A?` by UDP, on port 501, to whoever asks, and hears nothing else.
///
/// An answer is some thirty times as long as the question, and the sender of a datagram can be forged: have it answer on
/// networks that are trusted.
///
/// ```
/// use std::net::Ipv4Addr;
///
/// use pdu_core::{Hub, Instant, Path};
/// use pdu_proto_isotek::server::Responder;
/// use pdu_proto_isotek::wire::{Address, Dialect, Text};
///
/// let unit = Address {
///     serial: Text::new("SP1600042")?,
///     mac: [0x00, 0x50, 0xC2, 0x12, 0x34, 0x56],
///     server_1: (Ipv4Addr::new(192, 0, 2, 10), 501),
///     server_2: (Ipv4Addr::UNSPECIFIED, 0),
/// };
/// let mut responder = Responder::new(&unit, &Dialect::default())?;
/// let asker = Path::to("192.0.2.7:40000".parse().unwrap());
/// responder.handle_input(Instant::EPOCH, &asker, b"A?");
/// let answer = b"A=SP1600042|00:50:C2:12:34:56|192.0.2.10|501|0.0.0.0|0|\n";
/// assert_eq!(responder.transmit(), Some((asker, &answer[..])));
/// # Ok::<(), pdu_proto_isotek::wire::WireError>(())
/// ```
///
/// Source: lines 15 to 23. That the answer goes to the port which asked is inferred.
#[derive(Clone, Debug)]
pub struct Responder {
    answer: Vec<u8>,
    /// Who is to be answered.
    waiting: VecDeque<Path>,
    answered: u64,
    ignored: u64,
}

impl Responder {
    /// Answers for this unit; an error if its address cannot be written in this dialect.
    pub fn new(address: &Address<'_>, dialect: &Dialect) -> Result<Self, WireError> {
        let mut answer = alloc::vec![0; MAX_LINE + 2];
        let len = Reply::Address(address.clone()).encode(dialect, &mut answer)?;
        answer.truncate(len);
        Ok(Self {
            answer,
            waiting: VecDeque::new(),
            answered: 0,
            ignored: 0,
        })
    }

    /// How many were answered.
    pub const fn answered(&self) -> u64 {
        self.answered
    }

    /// How many datagrams were not answered: they were something else, or too many at once.
    pub const fn ignored(&self) -> u64 {
        self.ignored
    }
}

impl Hub for Responder {
    type Peer = Path;

    fn transport(&self) -> Transport {
        Transport::Datagram { max_len: MAX_LINE + 2 }
    }

    /// [`Unsupported`](ErrorKind::Unsupported): datagrams have no connections.
    fn handle_open(&mut self, _now: Instant, _peer: &Path) -> Result<(), Refused<()>> {
        Err(Refused {
            request: (),
            kind: ErrorKind::Unsupported,
        })
    }

    fn handle_close(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_input(&mut self, _now: Instant, peer: &Path, bytes: &[u8]) -> usize {
        // Line 18 shows no line end; line 8 has one behind every command.
        let is_question = matches!(bytes, b"A?" | b"A?\n" | b"A?\r" | b"A?\r\n");
        if is_question && self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(*peer);
        } else {
            self.ignored += 1;
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, _now: Instant, peer: &Path, _len: usize) {
        if self.waiting.front() == Some(peer) {
            self.waiting.pop_front();
            self.answered += 1;
        }
    }

    /// One path that is blocked would mean that all are: the socket is the same.
    fn handle_blocked(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_writable(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_timeout(&mut self, _now: Instant) {}

    fn transmit(&self) -> Option<(Path, &[u8])> {
        self.waiting.front().map(|peer| (*peer, self.answer.as_slice()))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn link_demand(&self) -> Option<(Path, LinkDemand)> {
        None
    }
}
