use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io;

use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use ::tokio::net::{TcpStream, ToSocketAddrs, UdpSocket, lookup_host};

use crate::driver::{any_address, is_unreachable};

/// What a tokio driver moves bytes over.
pub trait Link: Unpin {
    /// Called once before the first use.
    fn prepare(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Receives some bytes, or one datagram; on a stream 0 means that the peer has closed.
    fn poll_recv(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>>;

    /// Sends some bytes, or one datagram, and says how many.
    fn poll_send(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>>;

    /// Pushes out what the link itself keeps back (TLS, compression). Nothing, for most.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let _ = cx;
        Poll::Ready(Ok(()))
    }
}

/// A link over anything that reads and writes: a serial port, TLS, a pipe. (A [`TcpStream`] is a link by itself.)
///
/// ```no_run
/// # async fn demo<S: pdu_core::Session + Unpin>(session: S) -> std::io::Result<()> {
/// use pdu_core::tokio::{Driver, StreamLink};
///
/// let (here, _there) = tokio::io::duplex(256);
/// let driver = Driver::new(session, StreamLink(here));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct StreamLink<T>(pub T);

impl<T: AsyncRead + AsyncWrite + Unpin> Link for StreamLink<T> {
    fn poll_recv(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        poll_read(&mut self.0, cx, buffer)
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }
}

/// A TCP connection.
impl Link for TcpStream {
    fn prepare(&mut self) -> io::Result<()> {
        self.set_nodelay(true)
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        poll_read(self, cx, buffer)
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(self).poll_write(cx, bytes)
    }
}

/// A UDP socket that is connected to its one peer. That a datagram found nobody at the other end is no error: the device may
/// be restarting, and the session's timer counts.
impl Link for UdpSocket {
    fn poll_recv(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            let mut space = ReadBuf::new(buffer);
            match ready!(UdpSocket::poll_recv(self, cx, &mut space)) {
                Ok(()) => return Poll::Ready(Ok(space.filled().len())),
                // Each such error was one datagram of ours, and reading it took it away.
                Err(error) if is_unreachable(&error) => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        // The error is about an earlier datagram, and this one was not sent: once more.
        for _ in 0..2 {
            match ready!(UdpSocket::poll_send(self, cx, bytes)) {
                Err(error) if is_unreachable(&error) => {}
                other => return Poll::Ready(other),
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }
}

pub(super) fn poll_read<T: AsyncRead + Unpin>(
    stream: &mut T,
    cx: &mut Context<'_>,
    buffer: &mut [u8],
) -> Poll<io::Result<usize>> {
    let mut space = ReadBuf::new(buffer);
    ready!(Pin::new(stream).poll_read(cx, &mut space))?;
    Poll::Ready(Ok(space.filled().len()))
}

/// Opens TCP connections to `address`, for [`Driver::connecting`](super::Driver::connecting). Each address that a name
/// stands for is tried in turn, each for at most `timeout`.
pub fn tcp<A>(
    address: A,
    timeout: Duration,
) -> impl FnMut() -> Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>> + Send + use<A>
where
    A: ToSocketAddrs + Clone + Send + Sync + 'static,
{
    move || Box::pin(connect(address.clone(), timeout))
}

async fn connect(address: impl ToSocketAddrs, timeout: Duration) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "name stands for no address");
    for candidate in lookup_host(address).await? {
        match ::tokio::time::timeout(timeout, TcpStream::connect(candidate)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}

/// Opens UDP sockets whose one peer is at `address`, for [`Driver::connecting`](super::Driver::connecting): the first address
/// that a name stands for and that this machine has a way to. Nothing is sent by it, so it says nothing of whether somebody
/// is there.
pub fn udp<A>(address: A) -> impl FnMut() -> Pin<Box<dyn Future<Output = io::Result<UdpSocket>> + Send>> + Send + use<A>
where
    A: ToSocketAddrs + Clone + Send + Sync + 'static,
{
    move || Box::pin(connect_udp(address.clone()))
}

async fn connect_udp(address: impl ToSocketAddrs) -> io::Result<UdpSocket> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "name stands for no address");
    for candidate in lookup_host(address).await? {
        let socket = UdpSocket::bind(any_address(&candidate)).await?;
        match socket.connect(candidate).await {
            Ok(()) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(last)
}
