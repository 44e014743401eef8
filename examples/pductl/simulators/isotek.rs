//! A simulated SMART Power: over TCP, with answers to a search over UDP at the same port number, or on a serial line.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use pdu_core::tokio::{Server, StreamLink, UdpDriver, listen};
use pdu_proto_isotek::server::{Responder, Service as _, TextHub, TextServer};
use pdu_proto_isotek::smart_power::simulator::{self, SmartPower};
use pdu_proto_isotek::wire::Dialect;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc::channel;

use super::{Fault, Order, Running, Settings};

pub(super) async fn network(settings: &Settings) -> io::Result<Running> {
    let (tcp, udp) = same_port(settings.at.listen()?).await?;
    let address = tcp.local_addr()?;
    let unit = unit(settings);
    let responder = Responder::new(&unit.address(), &Dialect::default()).map_err(io::Error::other)?;
    let mut responder = UdpDriver::new(udp, responder);
    let mut listener = listen(tcp, TextHub::new(unit));
    let (faults, mut wanted) = channel::<Order>(1);
    let task = tokio::spawn(async move {
        loop {
            tokio::select! {
                never = listener.run() => match never {},
                never = responder.run() => match never {},
                Some((faults, done)) = wanted.recv() => {
                    inject(listener.hub_mut().service_mut(), &faults);
                    let _ = done.send(());
                }
            }
        }
    });
    Ok(Running {
        name: "IsoTek SMART Power over TCP, found over UDP",
        address: address.to_string(),
        urls: vec![format!("isotek://{address}")],
        answers_search_at: Some(address),
        faults,
        task,
    })
}

/// Sockets of both kinds at one port number. Where the system chooses it, it does so for TCP, and again where UDP has that one
/// in use.
async fn same_port(address: SocketAddr) -> io::Result<(TcpListener, UdpSocket)> {
    let mut choices = if address.port() == 0 { 16 } else { 1 };
    loop {
        let tcp = TcpListener::bind(address).await?;
        choices -= 1;
        match UdpSocket::bind(tcp.local_addr()?).await {
            Ok(udp) => return Ok((tcp, udp)),
            Err(error) if choices == 0 => return Err(error),
            Err(_) => {}
        }
    }
}

pub(super) fn serial(settings: &Settings) -> io::Result<Running> {
    let (stream, other_end, address) = settings.at.serial()?;
    let mut server = Server::new(TextServer::new(unit(settings)), StreamLink(stream));
    let (faults, mut wanted) = channel::<Order>(1);
    let task = tokio::spawn(async move {
        let _other_end = other_end;
        loop {
            tokio::select! {
                ended = server.run() => return ended,
                Some((faults, done)) = wanted.recv() => {
                    inject(server.endpoint_mut().service_mut(), &faults);
                    let _ = done.send(());
                }
            }
        }
    });
    Ok(Running {
        name: "IsoTek SMART Power on a serial line",
        urls: vec![format!("isotek-serial://{address}")],
        address,
        answers_search_at: None,
        faults,
        task,
    })
}

/// Serial number and address come from the seed too, so that units of different seeds can be told apart.
fn unit(settings: &Settings) -> SmartPower {
    let seed = settings.seed;
    let [.., a, b, c, d] = seed.to_be_bytes();
    SmartPower::builder()
        .seed(seed)
        .outlets(settings.outlets)
        .serial(&format!("SIM{seed:04}"))
        .mac([0x02, 0, a, b, c, d])
        .build()
}

fn inject(unit: &mut SmartPower, faults: &[Fault]) {
    for fault in faults {
        unit.inject(match fault {
            Fault::None => simulator::Fault::Delay(Duration::ZERO),
            Fault::LoseAnswer => simulator::Fault::LoseAnswer,
        });
    }
}
