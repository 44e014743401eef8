//! Simulated BPS2000 units over Modbus TCP, RTU on a serial line, and RTU frames over TCP.

use std::io;

use pdu_core::tokio::{Server, StreamLink, listen};
use pdu_proto_modbus::bps2000::simulator::{self, Bps2000, Probe};
use pdu_proto_modbus::server::{Chain, RtuServer, RtuServerOptions, TcpHub};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::{Fault, Order, Phases, Running, Sensors, Settings};
use crate::serial::Port;

pub(super) async fn tcp(settings: &Settings) -> io::Result<Running> {
    let socket = TcpListener::bind(settings.at.listen()?).await?;
    let address = socket.local_addr()?.to_string();
    let mut listener = listen(socket, TcpHub::new(unit(settings, 0)));
    let (faults, mut wanted) = faults();
    let task = tokio::spawn(async move {
        loop {
            tokio::select! {
                never = listener.run() => match never {},
                Some((faults, done)) = wanted.recv() => {
                    inject(listener.hub_mut().service_mut(), &faults);
                    let _ = done.send(());
                }
            }
        }
    });
    Ok(Running {
        name: "BPS2000v2 over Modbus TCP",
        urls: vec![format!("modbus-tcp://{address}")],
        address,
        answers_search_at: None,
        faults,
        task,
    })
}

pub(super) async fn rtu_over_tcp(settings: &Settings) -> io::Result<Running> {
    let socket = TcpListener::bind(settings.at.listen()?).await?;
    let address = socket.local_addr()?.to_string();
    let mut server = RtuServer::new(units(settings)?, RtuServerOptions::over_tcp());
    let (faults, mut wanted) = faults();
    let task = tokio::spawn(async move {
        loop {
            let (stream, _) = socket.accept().await?;
            // How a client's connection ends is its own matter: the next one is served all the same.
            let _ = serve(Server::new(&mut server, stream), &mut wanted).await;
        }
    });
    Ok(Running {
        name: "BPS2000v2 over RTU frames in TCP",
        urls: urls(&format!("modbus-rtu-tcp://{address}"), settings),
        address,
        answers_search_at: None,
        faults,
        task,
    })
}

pub(super) fn serial(settings: &Settings) -> io::Result<Running> {
    let line = settings.port().map(Port::line).unwrap_or_default();
    let server = RtuServer::new(units(settings)?, RtuServerOptions::serial(line));
    let (stream, other_end, address) = settings.at.serial()?;
    let (faults, mut wanted) = faults();
    let task = tokio::spawn(async move {
        let _other_end = other_end;
        serve(Server::new(server, StreamLink(stream)), &mut wanted).await
    });
    Ok(Running {
        name: "BPS2000v2 on a serial line",
        urls: urls(&format!("modbus-rtu://{address}"), settings),
        address,
        answers_search_at: None,
        faults,
        task,
    })
}

async fn serve<E, L>(mut server: Server<E, L>, wanted: &mut Receiver<Order>) -> io::Result<()>
where
    E: Units + pdu_core::Endpoint,
    L: pdu_core::tokio::Link,
{
    loop {
        tokio::select! {
            ended = server.run() => return ended,
            Some((faults, done)) = wanted.recv() => {
                server.endpoint_mut().inject(&faults);
                let _ = done.send(());
            }
        }
    }
}

fn unit(settings: &Settings, index: u8) -> Bps2000 {
    let phases = match settings.phases {
        Phases::One => simulator::Phases::One,
        Phases::Three => simulator::Phases::Three,
    };
    let builder = Bps2000::builder()
        .seed(settings.seed.wrapping_add(index.into()))
        .phases(phases);
    let builder = match settings.sensors {
        Sensors::All => builder,
        Sensors::Port => builder.without_sensor_box(),
        Sensors::None => builder.without_sensor_box().without_probe(Probe::Port),
    };
    builder.build()
}

fn units(settings: &Settings) -> io::Result<Chain<Bps2000>> {
    let mut chain = Chain::new();
    for index in 0..settings.units {
        chain.add(index + 1, unit(settings, index)).map_err(io::Error::other)?;
    }
    Ok(chain)
}

fn urls(base: &str, settings: &Settings) -> Vec<String> {
    let line = settings.port().map_or_else(String::new, Port::query);
    (1..=settings.units)
        .map(|unit| format!("{base}?unit={unit}{line}"))
        .collect()
}

fn faults() -> (Sender<Order>, Receiver<Order>) {
    channel(1)
}

/// Where faults go in.
trait Units {
    fn inject(&mut self, faults: &[Fault]);
}

impl Units for RtuServer<Chain<Bps2000>> {
    fn inject(&mut self, faults: &[Fault]) {
        if let Some(unit) = self.service_mut().unit_mut(1) {
            inject(unit, faults);
        }
    }
}

impl<T: Units> Units for &mut T {
    fn inject(&mut self, faults: &[Fault]) {
        (**self).inject(faults);
    }
}

fn inject(unit: &mut Bps2000, faults: &[Fault]) {
    for fault in faults {
        unit.inject(match fault {
            Fault::None => simulator::Fault::Delay(std::time::Duration::ZERO),
            Fault::LoseAnswer => simulator::Fault::LoseAnswer,
        });
    }
}
