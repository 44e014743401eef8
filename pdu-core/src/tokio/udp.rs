use core::convert::Infallible;
use core::fmt;
use core::future::poll_fn;
use core::net::IpAddr;
use core::task::{Context, Poll};
use std::boxed::Box;
use std::vec::Vec;

use ::tokio::io::ReadBuf;
use ::tokio::net::UdpSocket;

use super::clock::{Clock, Timer};
use super::wire::BUDGET;
use crate::driver::READ_BUFFER;
use crate::{Hub, Instant, Path, Transport};

/// Drives one datagram [`Hub`] over one UDP socket or several: a manager, an agent, a receiver of notifications, a
/// discovery.
///
/// Over one socket, paths have no local address: the socket's own is used. Over several
/// ([`with_socket`](Self::with_socket)), [`Path::local`] is the address that the socket was bound to, and says by which of
/// them a datagram leaves: one socket for each interface, or for each of several addresses.
///
/// Give a socket a receive buffer that holds a full window of answers, since the usual default holds only about 160 unread
/// datagrams; and the permission to send broadcasts (`set_broadcast(true)`) if the hub does, or they are refused and
/// counted as [`unsent`](Self::unsent).
///
/// ```no_run
/// # async fn demo<H: pdu_core::Hub<Peer = pdu_core::Path>>(agent: H) -> std::io::Result<()> {
/// use pdu_core::tokio::UdpDriver;
/// use tokio::net::UdpSocket;
///
/// let mut driver = UdpDriver::new(UdpSocket::bind("127.0.0.1:1161").await?, agent);
/// driver.run().await;
/// # Ok(())
/// # }
/// ```
pub struct UdpDriver<H> {
    hub: H,
    first: Socket,
    others: Vec<Socket>,
    max_len: usize,
    unsent: u64,
    buffer: Box<[u8]>,
    timer: Timer,
    clock: Clock,
}

struct Socket {
    inner: UdpSocket,
    /// What it was bound to, unless that is any address.
    local: Option<IpAddr>,
}

impl Socket {
    fn new(inner: UdpSocket) -> Self {
        let bound = inner.local_addr().ok().map(|at| at.ip());
        Self {
            inner,
            local: bound.filter(|ip| !ip.is_unspecified()),
        }
    }
}

impl<H: Hub<Peer = Path>> UdpDriver<H> {
    /// Drives `hub` over `socket`.
    pub fn new(socket: UdpSocket, hub: H) -> Self {
        let max_len = match hub.transport() {
            Transport::Datagram { max_len } => max_len,
            Transport::Stream => READ_BUFFER,
        };
        Self {
            hub,
            first: Socket::new(socket),
            others: Vec::new(),
            max_len,
            unsent: 0,
            // One octet more tells a datagram that is too long from one that just fits.
            buffer: std::vec![0; max_len.saturating_add(1)].into_boxed_slice(),
            timer: Timer::new(),
            clock: Clock::start(),
        }
    }

    /// Drives the hub over this socket too. From now on paths have local addresses: those that the sockets were bound to.
    /// Datagrams without one leave by the first socket; those for an address that no socket has are
    /// [`unsent`](Self::unsent).
    #[must_use]
    pub fn with_socket(mut self, socket: UdpSocket) -> Self {
        self.others.push(Socket::new(socket));
        self
    }

    /// Runs until it is dropped. Cancel safe: drop it, act on the hub, and run again.
    pub async fn run(&mut self) -> Infallible {
        poll_fn(|cx| self.poll_run(cx)).await
    }

    /// The same, for those who poll by hand: look at the hub after each poll, whatever it gave.
    pub fn poll_run(&mut self, cx: &mut Context<'_>) -> Poll<Infallible> {
        for _ in 0..BUDGET {
            let now = self.clock.now();
            let mut progress = self.receive(now, cx);
            progress |= self.keep_time(now);
            progress |= self.send(now, cx);
            if !progress
                && self
                    .timer
                    .poll(&self.clock, now, self.hub.poll_timeout(), cx)
                    .is_pending()
            {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Drains the sockets before anything is sent: answers that are here make room for what is asked next.
    fn receive(&mut self, now: Instant, cx: &mut Context<'_>) -> bool {
        let is_one_of_several = !self.others.is_empty();
        let mut progress = false;
        for socket in core::iter::once(&self.first).chain(&self.others) {
            let local = socket.local.filter(|_| is_one_of_several);
            for _ in 0..BUDGET {
                let mut space = ReadBuf::new(&mut self.buffer);
                match socket.inner.poll_recv_from(cx, &mut space) {
                    Poll::Pending => break,
                    Poll::Ready(Ok(remote)) if space.filled().len() <= self.max_len => {
                        self.hub.handle_input(now, &Path { local, remote }, space.filled());
                    }
                    // Too long, or an ICMP message about one of our own that found nobody.
                    Poll::Ready(_) => {}
                }
                progress = true;
            }
        }
        progress
    }

    fn keep_time(&mut self, now: Instant) -> bool {
        let due = self.hub.poll_timeout().is_some_and(|at| at <= now);
        if due {
            self.hub.handle_timeout(now);
        }
        due
    }

    fn send(&mut self, now: Instant, cx: &mut Context<'_>) -> bool {
        let mut progress = false;
        for _ in 0..BUDGET {
            let Some((path, datagram)) = self.hub.transmit() else {
                break;
            };
            let len = datagram.len();
            let sent = match socket_for(&self.first, &self.others, &path) {
                Some(socket) => socket
                    .inner
                    .poll_send_to(cx, datagram, path.remote)
                    .map(|sent| sent.is_ok()),
                None => Poll::Ready(false),
            };
            match sent {
                Poll::Pending => break,
                Poll::Ready(true) => {}
                // One peer that cannot be reached must not stop the others: for it, the datagram is lost.
                Poll::Ready(false) => self.unsent = self.unsent.saturating_add(1),
            }
            self.hub.handle_transmitted(now, &path, len);
            progress = true;
        }
        progress
    }

    /// How many datagrams the operating system refused to send, or no socket could.
    pub fn unsent(&self) -> u64 {
        self.unsent
    }

    /// The hub.
    pub fn hub(&self) -> &H {
        &self.hub
    }

    /// The hub, to act on it between two runs.
    pub fn hub_mut(&mut self) -> &mut H {
        &mut self.hub
    }

    /// The socket; the first of several.
    pub fn socket(&self) -> &UdpSocket {
        &self.first.inner
    }

    /// All sockets, the first one first.
    pub fn sockets(&self) -> impl Iterator<Item = &UdpSocket> {
        core::iter::once(&self.first)
            .chain(&self.others)
            .map(|socket| &socket.inner)
    }

    /// The time of this driver's clock.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
}

/// By which socket a datagram leaves: of several, the one that has the address.
fn socket_for<'s>(first: &'s Socket, others: &'s [Socket], path: &Path) -> Option<&'s Socket> {
    if others.is_empty() || path.local.is_none() {
        return Some(first);
    }
    core::iter::once(first)
        .chain(others)
        .find(|socket| socket.local == path.local)
}

impl<H: fmt::Debug> fmt::Debug for UdpDriver<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UdpDriver")
            .field("hub", &self.hub)
            .finish_non_exhaustive()
    }
}
