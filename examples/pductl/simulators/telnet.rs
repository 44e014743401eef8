//! A simulated BPS2000 behind its console: several clients at once, all at one unit.

use std::io;

use pdu_core::tokio::listen;
use pdu_proto_telnet::bps2000::simulator::{self, Bps2000};
use pdu_proto_telnet::server::Terminals;
use tokio::net::TcpListener;
use tokio::sync::mpsc::channel;

use super::{Fault, Order, Running, Settings};

pub(super) async fn bps2000(settings: &Settings) -> io::Result<Running> {
    let socket = TcpListener::bind(settings.at.listen()?).await?;
    let address = socket.local_addr()?.to_string();
    let mut listener = listen(socket, Terminals::new(unit(settings)));
    let (faults, mut wanted) = channel::<Order>(1);
    let task = tokio::spawn(async move {
        loop {
            tokio::select! {
                never = listener.run() => match never {},
                Some((faults, done)) = wanted.recv() => {
                    inject(listener.hub_mut().application_mut(), &faults);
                    let _ = done.send(());
                }
            }
        }
    });
    Ok(Running {
        name: "BPS2000v2 console over telnet",
        urls: vec![format!("telnet://{address}")],
        address,
        answers_search_at: None,
        faults,
        task,
    })
}

fn unit(settings: &Settings) -> Bps2000 {
    Bps2000::builder()
        .seed(settings.seed)
        .slaves(settings.slaves)
        .login(&settings.login.user, settings.login.password.reveal())
        .build()
}

/// How many lines a request takes is the session's business: only the next ones behind a login can be meant.
fn inject(unit: &mut Bps2000, faults: &[Fault]) {
    let lost = faults.iter().filter(|fault| **fault == Fault::LoseAnswer);
    lost.for_each(|_| unit.inject(simulator::Fault::Mute));
}
