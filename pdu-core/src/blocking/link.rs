use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs, UdpSocket};

use crate::driver::{any_address, is_unreachable};

/// How long one `send` of the links here may block: short, so that the driver gets to read and to keep time meanwhile.
const SEND_WAIT: Duration = Duration::from_millis(50);

/// What a blocking driver moves bytes over.
///
/// "Nothing yet" is an error of the kinds `WouldBlock` or `TimedOut`, as the standard library has it; `Interrupted` is
/// tried again; any other error ends the link.
pub trait Link {
    /// Called once before the first use.
    fn prepare(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Sets how long [`recv`](Self::recv) may wait from now on; never zero.
    fn set_wait(&mut self, wait: Duration) -> io::Result<()>;

    /// Receives some bytes, or one datagram. It may wait as long as was set; on a stream `Ok(0)` means that the peer has
    /// closed.
    fn recv(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Sends some bytes, or one datagram, and says how many. It should not block for much longer than 50 ms.
    fn send(&mut self, bytes: &[u8]) -> io::Result<usize>;
}

/// A TCP connection.
impl Link for TcpStream {
    fn prepare(&mut self) -> io::Result<()> {
        self.set_nonblocking(false)?;
        self.set_nodelay(true)?;
        self.set_write_timeout(Some(SEND_WAIT))
    }

    fn set_wait(&mut self, wait: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(wait))
    }

    fn recv(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read(buffer)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write(bytes)
    }
}

/// A UDP socket that is connected to its one peer. That a datagram found nobody at the other end is no error: the device may
/// be restarting, and the session's timer counts.
impl Link for UdpSocket {
    fn prepare(&mut self) -> io::Result<()> {
        self.set_nonblocking(false)?;
        self.set_write_timeout(Some(SEND_WAIT))
    }

    fn set_wait(&mut self, wait: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(wait))
    }

    fn recv(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match UdpSocket::recv(self, buffer) {
            Err(error) if is_unreachable(&error) => Err(io::ErrorKind::Interrupted.into()),
            other => other,
        }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The error is about an earlier datagram, and this one was not sent: once more.
        for _ in 0..2 {
            match UdpSocket::send(self, bytes) {
                Err(error) if is_unreachable(&error) => {}
                other => return other,
            }
        }
        Ok(bytes.len())
    }
}

/// Something whose reads can be given a time limit: what [`Timed`] needs of a serial port.
pub trait ReadTimeout {
    /// Sets how long a read may wait before it fails with `TimedOut` or `WouldBlock`; never zero.
    fn set_read_timeout(&mut self, wait: Duration) -> io::Result<()>;
}

/// A link over anything that reads and writes and has a [`ReadTimeout`]: a serial port, a pseudo terminal.
///
/// Writes should have a time limit too, of 50 ms or less, if the thing can block on them.
///
/// ```
/// use core::time::Duration;
/// use std::io::{self, Read, Write};
/// use pdu_core::blocking::{Link, ReadTimeout, Timed};
///
/// /// The port of the serial library of your choice.
/// struct Port { timeout: Duration }
/// # impl Read for Port { fn read(&mut self, _: &mut [u8]) -> io::Result<usize> { Err(io::ErrorKind::TimedOut.into()) } }
/// # impl Write for Port {
/// #     fn write(&mut self, bytes: &[u8]) -> io::Result<usize> { Ok(bytes.len()) }
/// #     fn flush(&mut self) -> io::Result<()> { Ok(()) }
/// # }
///
/// impl ReadTimeout for Port {
///     fn set_read_timeout(&mut self, wait: Duration) -> io::Result<()> {
///         self.timeout = wait;
///         Ok(())
///     }
/// }
///
/// let mut link = Timed(Port { timeout: Duration::from_secs(1) });
/// link.set_wait(Duration::from_millis(20))?;
/// assert_eq!(link.0.timeout, Duration::from_millis(20));
/// # Ok::<(), io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Timed<T>(pub T);

impl<T: Read + Write + ReadTimeout> Link for Timed<T> {
    fn set_wait(&mut self, wait: Duration) -> io::Result<()> {
        self.0.set_read_timeout(wait)
    }

    fn recv(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }
}

/// Opens TCP connections to `address`, for [`Driver::connecting`](super::Driver::connecting). Each address that a name
/// stands for is tried in turn, each for at most `timeout` (at least 1 ms).
pub fn tcp<A: ToSocketAddrs>(address: A, timeout: Duration) -> impl FnMut() -> io::Result<TcpStream> + use<A> {
    let timeout = timeout.max(Duration::from_millis(1));
    move || {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "name stands for no address");
        for candidate in address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&candidate, timeout) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// Opens UDP sockets whose one peer is at `address`, for [`Driver::connecting`](super::Driver::connecting): the first address
/// that a name stands for and that this machine has a way to. Nothing is sent by it, so it says nothing of whether somebody
/// is there.
pub fn udp<A: ToSocketAddrs>(address: A) -> impl FnMut() -> io::Result<UdpSocket> + use<A> {
    move || {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "name stands for no address");
        for candidate in address.to_socket_addrs()? {
            let socket = UdpSocket::bind(any_address(&candidate))?;
            match socket.connect(candidate) {
                Ok(()) => return Ok(socket),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}
