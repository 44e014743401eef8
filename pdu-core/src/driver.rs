//! What the blocking and the tokio drivers have in common.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::time::Duration;
use std::boxed::Box;
use std::hash::{BuildHasher as _, RandomState};
use std::io;

use crate::{Backoff, Endpoint, Instant, LinkEnd, Transport};

/// Octets of a read buffer: more than a full window of any protocol here, so that one read takes what one wake-up brought.
pub(crate) const READ_BUFFER: usize = 8 * 1024;

/// How long a peer may take nothing of the output before its link counts as lost.
pub(crate) const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes that were read and that the endpoint has not taken yet.
pub(crate) struct Intake {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    transport: Transport,
}

impl Intake {
    pub(crate) fn new(transport: Transport) -> Self {
        let capacity = match transport {
            Transport::Stream => READ_BUFFER,
            // One octet more tells a datagram that is too long from one that just fits.
            Transport::Datagram { max_len } => READ_BUFFER.max(max_len.saturating_add(1)),
        };
        Self {
            buffer: std::vec![0; capacity].into_boxed_slice(),
            start: 0,
            end: 0,
            transport,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    pub(crate) fn is_stream(&self) -> bool {
        self.transport == Transport::Stream
    }

    /// Where to read to, once everything was taken.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        &mut self.buffer
    }

    /// Passes on `len` bytes that were read into [`space`](Self::space).
    pub(crate) fn received<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, now: Instant, len: usize) {
        let len = len.min(self.buffer.len());
        match self.transport {
            Transport::Stream => {
                (self.start, self.end) = (0, len);
                self.offer(endpoint, now);
            }
            Transport::Datagram { max_len } if len <= max_len => {
                endpoint.handle_input(now, self.buffer.get(..len).unwrap_or_default());
            }
            Transport::Datagram { .. } => {}
        }
    }

    /// Offers what is left; whether the endpoint took some of it.
    pub(crate) fn offer<E: Endpoint + ?Sized>(&mut self, endpoint: &mut E, now: Instant) -> bool {
        let rest = self.buffer.get(self.start..self.end).unwrap_or_default();
        if rest.is_empty() {
            return false;
        }
        let taken = endpoint.handle_input(now, rest).min(rest.len());
        self.start += taken;
        taken > 0
    }

    pub(crate) fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }
}

/// Watches that output moves.
pub(crate) struct Stall {
    pub(crate) limit: Duration,
    since: Option<Instant>,
}

impl Stall {
    pub(crate) fn new() -> Self {
        Self {
            limit: WRITE_TIMEOUT,
            since: None,
        }
    }

    pub(crate) fn moved(&mut self) {
        self.since = None;
    }

    pub(crate) fn blocked(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    pub(crate) fn is_blocked(&self) -> bool {
        self.since.is_some()
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.since.map(|since| since + self.limit)
    }

    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.deadline().is_some_and(|at| at <= now)
    }
}

/// The error of a link whose peer takes no output.
pub(crate) fn stalled() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "peer takes no output")
}

/// The error of an endpoint that does nothing and lets nothing be done.
pub(crate) fn stuck() -> io::Error {
    io::Error::other("endpoint refuses input and has no output")
}

/// The error of a driver that has no link and no way to get one.
pub(crate) fn not_connected() -> io::Error {
    io::ErrorKind::NotConnected.into()
}

/// When to open the next link, by how the last ones went.
pub(crate) struct Redial {
    pub(crate) backoff: Backoff,
    up_since: Instant,
    /// Something came over the link.
    worked: bool,
}

impl Redial {
    pub(crate) fn new() -> Self {
        Self {
            backoff: Backoff::default(),
            up_since: Instant::EPOCH,
            worked: false,
        }
    }

    pub(crate) fn up(&mut self, now: Instant) {
        self.up_since = now;
        self.worked = false;
    }

    pub(crate) fn worked(&mut self) {
        self.worked = true;
    }

    /// This side closed the link; when the next may be opened.
    pub(crate) fn closed(&mut self, now: Instant) -> Instant {
        self.after(now, LinkEnd::Closed)
    }

    /// The link broke; when the next may be opened.
    pub(crate) fn broken(&mut self, now: Instant) -> Instant {
        let lived = now.saturating_since(self.up_since);
        self.after(now, LinkEnd::Broken { lived })
    }

    /// No link could be opened; when to try again.
    pub(crate) fn failed(&mut self, now: Instant) -> Instant {
        self.worked = false;
        self.after(now, LinkEnd::Failed)
    }

    fn after(&mut self, now: Instant, end: LinkEnd) -> Instant {
        let end = if self.worked { end } else { LinkEnd::Failed };
        // The hasher of a fresh map is the standard library's only source of random bits; for jitter it will do.
        let entropy = RandomState::new().hash_one(now.as_micros());
        now + self.backoff.wait_after(end, entropy)
    }
}

/// Whether an error of a connected datagram socket only tells that an earlier datagram found nobody (ICMP): no reason to
/// give up the socket, since the device may be restarting; the session's own timer deals with it.
pub(crate) fn is_unreachable(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
    )
}

/// Any address of this machine, and any port, from which `remote` can be reached.
pub(crate) fn any_address(remote: &SocketAddr) -> SocketAddr {
    let any: IpAddr = match remote {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    (any, 0).into()
}
