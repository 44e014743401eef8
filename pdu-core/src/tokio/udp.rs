use core::convert::Infallible;
use core::fmt;
use core::future::poll_fn;
use core::task::{Context, Poll};
use std::boxed::Box;

use ::tokio::io::ReadBuf;
use ::tokio::net::UdpSocket;

use super::clock::{Clock, Timer};
use super::wire::BUDGET;
use crate::driver::READ_BUFFER;
use crate::{Hub, Instant, Path, Transport};

/// Drives one datagram [`Hub`] over one UDP socket: a manager, an agent, a receiver of notifications, a discovery.
///
/// Paths have no local address: the socket's own is used. Give the socket a receive buffer that holds a full window of
/// answers, since the usual default holds only about 160 unread datagrams.
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
    socket: UdpSocket,
    max_len: usize,
    unsent: u64,
    buffer: Box<[u8]>,
    timer: Timer,
    clock: Clock,
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
            socket,
            max_len,
            unsent: 0,
            // One octet more tells a datagram that is too long from one that just fits.
            buffer: std::vec![0; max_len.saturating_add(1)].into_boxed_slice(),
            timer: Timer::new(),
            clock: Clock::start(),
        }
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

    /// Drains the socket before anything is sent: answers that are here make room for what is asked next.
    fn receive(&mut self, now: Instant, cx: &mut Context<'_>) -> bool {
        let mut progress = false;
        for _ in 0..BUDGET {
            let mut space = ReadBuf::new(&mut self.buffer);
            match self.socket.poll_recv_from(cx, &mut space) {
                Poll::Pending => break,
                Poll::Ready(Ok(remote)) if space.filled().len() <= self.max_len => {
                    self.hub.handle_input(now, &Path::to(remote), space.filled());
                }
                // Too long, or an ICMP message about one of our own that found nobody.
                Poll::Ready(_) => {}
            }
            progress = true;
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
            match self.socket.poll_send_to(cx, datagram, path.remote) {
                Poll::Pending => break,
                Poll::Ready(Ok(_)) => {}
                // One peer that cannot be reached must not stop the others: for it, the datagram is lost.
                Poll::Ready(Err(_)) => self.unsent = self.unsent.saturating_add(1),
            }
            self.hub.handle_transmitted(now, &path, len);
            progress = true;
        }
        progress
    }

    /// How many datagrams the operating system refused to send.
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

    /// The socket.
    pub fn socket(&self) -> &UdpSocket {
        &self.socket
    }

    /// The time of this driver's clock.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
}

impl<H: fmt::Debug> fmt::Debug for UdpDriver<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UdpDriver")
            .field("hub", &self.hub)
            .finish_non_exhaustive()
    }
}
