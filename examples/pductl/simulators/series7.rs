//! A simulated 7-series unit behind its web pages, over HTTP or HTTPS.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use pdu_core::tokio::listen;
use pdu_proto_7series::series7::simulator::Series7;
use pdu_proto_7series::server::{GuardOptions, HttpHub};
use pdu_proto_7series::tls::Terminator;
use tokio::net::TcpListener;
use tokio::sync::mpsc::channel;

use super::lossy::Lossy;
use super::{Order, Running, Settings, Wiring};
use crate::engine;

pub(super) async fn http(settings: &Settings) -> io::Result<Running> {
    let Front {
        socket,
        address,
        url,
        mut tls,
    } = Front::of(settings).await?;
    let mut listener = listen(socket, Lossy::new(HttpHub::new(unit(settings)?)));
    let (faults, mut wanted) = channel::<Order>(1);
    let task = tokio::spawn(async move {
        loop {
            tokio::select! {
                never = listener.run() => match never {},
                never = run(tls.as_mut()) => match never {},
                Some((faults, done)) = wanted.recv() => {
                    listener.hub_mut().faults.extend(faults);
                    let _ = done.send(());
                }
            }
        }
    });
    Ok(Running {
        name: "7-series unit over HTTP",
        urls: vec![url],
        address: address.to_string(),
        answers_search_at: None,
        faults,
        task,
    })
}

/// Where clients come to.
struct Front {
    /// Where the unit is asked without TLS.
    socket: TcpListener,
    address: SocketAddr,
    url: String,
    /// What stands before that, if it is asked over TLS.
    tls: Option<Terminator>,
}

impl Front {
    async fn of(settings: &Settings) -> io::Result<Self> {
        let front = TcpListener::bind(settings.at.listen()?).await?;
        let address = front.local_addr()?;
        let Some(identity) = settings.identity.clone() else {
            return Ok(Self {
                socket: front,
                address,
                url: format!("series7://{address}"),
                tls: None,
            });
        };
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let fingerprint = identity.fingerprint();
        let tls = Some(Terminator::new(front, identity, socket.local_addr()?));
        let url = format!("series7s://{address}?fingerprint={fingerprint}");
        Ok(Self {
            socket,
            address,
            url,
            tls,
        })
    }
}

async fn run(tls: Option<&mut Terminator>) -> Infallible {
    match tls {
        Some(tls) => tls.run().await,
        None => pending().await,
    }
}

/// The serial number comes from the seed too, so that units of different seeds can be told apart: a configuration file goes back
/// only to its own.
fn unit(settings: &Settings) -> io::Result<Series7> {
    let unit = Series7::builder()
        .seed(settings.seed)
        .serial(&format!("SYNTHETIC-{:04}", settings.seed))
        .outlets(settings.outlets.into())
        .guard(GuardOptions::new("synthetic 7-series", engine::entropy()))
        .wiring(match settings.wiring {
            Wiring::Wye => pdu_proto_7series::wire::Wiring::Wye,
            Wiring::Delta => pdu_proto_7series::wire::Wiring::Delta,
        });
    unit.build().map_err(io::Error::other)
}
