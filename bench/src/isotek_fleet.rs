//! Many IsoTek units, each on a TCP connection of its own that brings a status every second, followed by one thread.

use std::io;
use std::time::Duration;

use pdu_core::Event;
use pdu_core::tokio::{Driver, listen};
use pdu_proto_isotek::client::{Client, Notice, Options};
use pdu_proto_isotek::server::TextHub;
use pdu_proto_isotek::smart_power::simulator::SmartPower;
use tokio::net::{TcpListener, TcpStream};

/// What holds one connection on our side, beside the socket.
pub type Follower = Driver<Client, TcpStream>;

/// Starts a simulated unit of 16 outlets, in a task, and says at which port of the loopback address.
pub async fn start_unit(seed: u64) -> io::Result<u16> {
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let port = socket.local_addr()?.port();
    let mut listener = listen(socket, TextHub::new(SmartPower::new(seed)));
    tokio::spawn(async move { match listener.run().await {} });
    Ok(port)
}

/// What the followers have seen, all together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Whole statuses of 17 channels and a clock.
    pub statuses: u64,
    /// Anything else.
    pub others: u64,
}

impl Seen {
    /// Takes the next event of a follower; an error ends it.
    pub fn count(&mut self, event: &pdu_core::EventOf<Client>) {
        match event {
            Event::Notice(Notice::Status { frame, replaced: 0, .. })
                if frame.channels().count() == 17 && frame.clock.is_some() =>
            {
                self.statuses += 1;
            }
            _ => self.others += 1,
        }
    }
}

/// Follows the unit at the other end.
pub fn follower(stream: TcpStream) -> Follower {
    Driver::new(Client::new(Options::tcp()), stream)
}

/// How long this thread has been running on a core. Linux only.
pub fn time_on_core() -> io::Result<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = text.split(' ').next().and_then(|number| number.parse().ok());
    nanoseconds
        .map(Duration::from_nanos)
        .ok_or_else(|| io::Error::other("schedstat without a number"))
}
