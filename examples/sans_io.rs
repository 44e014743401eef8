//! Sans-IO by hand, without a driver: `cargo run --example sans_io` with a simulated unit and no socket at all, or
//! `cargo run --example sans_io -- 192.0.2.7:502`. The program moves the bytes and says what time it is; the session says
//! what to send, how long to wait, and what came of it.

use std::error::Error;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use pdu_core::{Answer, Clock, Command, Endpoint, Event, Line, LinkEvent, Point, Quantity, Session};
use pdu_proto_modbus::bps2000::{Device, simulator::Bps2000};
use pdu_proto_modbus::client::{TcpClient, TcpOptions};
use pdu_proto_modbus::server::TcpServer;

enum Link {
    Tcp(TcpStream),
    /// The other side is an endpoint too.
    Simulated(Box<TcpServer<Bps2000>>),
}

fn main() -> Result<(), Box<dyn Error>> {
    let clock = Clock::start();
    let mut link = match std::env::args().nth(1) {
        Some(address) => Link::Tcp(TcpStream::connect(address)?),
        None => Link::Simulated(Box::new(TcpServer::new(Bps2000::builder().seed(7).build()))),
    };
    let client: TcpClient<1> = TcpClient::new(TcpOptions::device());
    let mut device = Device::new(client, 1);
    device.handle_link(clock.now(), LinkEvent::Up);
    device.submit(clock.now(), Command::Snapshot)?;
    let mut buffer = [0; 512];
    loop {
        // Events first: what is asked because of one leaves in the same write.
        if let Some(Event::Done { result, .. }) = device.poll_event() {
            let Answer::Snapshot(snapshot) = result? else { continue };
            let power = snapshot.reading(Point::inlet(1).on(Line::L1), Quantity::ActivePower);
            let power = power.and_then(|reading| reading.value).ok_or("no power is known")?;
            return Ok(writeln!(io::stdout(), "L1 draws {power} W")?);
        }
        // The time that an answer may take runs from when its request has left.
        let sent = link.send(device.transmit(), clock)?;
        device.handle_transmitted(clock.now(), sent);
        let wait = device.poll_timeout().map(|at| at.saturating_since(clock.now()));
        let received = link.receive(&mut buffer, wait.unwrap_or_default(), clock)?;
        // All is taken: there is one request at a time, so nothing is ever held back.
        device.handle_input(clock.now(), &buffer[..received]);
        device.handle_timeout(clock.now()); // early or twice is harmless
    }
}

impl Link {
    fn send(&mut self, output: &[u8], clock: Clock) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write_all(output).map(|()| output.len()),
            Self::Simulated(server) => Ok(server.handle_input(clock.now(), output)),
        }
    }

    fn receive(&mut self, mut buffer: &mut [u8], wait: Duration, clock: Clock) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => {
                stream.set_read_timeout(Some(wait.max(Duration::from_millis(1))))?;
                match stream.read(buffer) {
                    Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
                    Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(0),
                    other => other,
                }
            }
            Self::Simulated(server) => {
                let len = buffer.write(server.transmit())?;
                server.handle_transmitted(clock.now(), len);
                Ok(len)
            }
        }
    }
}
