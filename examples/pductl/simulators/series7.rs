//! A simulated 7-series unit behind its web pages.

use std::io;

use pdu_core::tokio::listen;
use pdu_proto_7series::series7::simulator::Series7;
use pdu_proto_7series::server::HttpHub;
use tokio::net::TcpListener;
use tokio::sync::mpsc::channel;

use super::lossy::Lossy;
use super::{Order, Running, Settings, Wiring};

pub(super) async fn http(settings: &Settings) -> io::Result<Running> {
    let socket = TcpListener::bind(settings.at.listen()?).await?;
    let address = socket.local_addr()?.to_string();
    let mut listener = listen(socket, Lossy::new(HttpHub::new(unit(settings)?)));
    let (faults, mut wanted) = channel::<Order>(1);
    let task = tokio::spawn(async move {
        loop {
            tokio::select! {
                never = listener.run() => match never {},
                Some((faults, done)) = wanted.recv() => {
                    listener.hub_mut().faults.extend(faults);
                    let _ = done.send(());
                }
            }
        }
    });
    Ok(Running {
        name: "7-series unit over HTTP",
        urls: vec![format!("series7://{address}")],
        address,
        answers_search_at: None,
        faults,
        task,
    })
}

/// The serial number comes from the seed too, so that units of different seeds can be told apart: a configuration file goes back
/// only to its own.
fn unit(settings: &Settings) -> io::Result<Series7> {
    let unit = Series7::builder()
        .seed(settings.seed)
        .serial(&format!("SYNTHETIC-{:04}", settings.seed))
        .outlets(settings.outlets.into())
        .wiring(match settings.wiring {
            Wiring::Wye => pdu_proto_7series::wire::Wiring::Wye,
            Wiring::Delta => pdu_proto_7series::wire::Wiring::Delta,
        });
    unit.build().map_err(io::Error::other)
}
