//! Hears notifications: traps of all versions, and informs, which it acknowledges.
//!
//! ```sh
//! cargo run --example snmp_traps                      # two from a sender inside this program, then it ends
//! cargo run --example snmp_traps -- 0.0.0.0:1162      # all that come, until Ctrl-C
//! ```

use std::error::Error;
use std::future::poll_fn;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::task::Poll;

use pdu_core::tokio::UdpDriver;
use pdu_proto_snmp::notification::{
    Content, Destination, Notification, Received, Receiver, ReceiverOptions, Sender, SenderOptions,
};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::wire::{Value, VarBind};
use tokio::net::UdpSocket;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1);
    let mut left = if address.is_some() { u64::MAX } else { 2 };
    let socket = UdpSocket::bind(address.as_deref().unwrap_or("127.0.0.1:0")).await?;
    if address.is_none() {
        send_two(socket.local_addr()?).await?;
    }
    // Nobody is believed before it is said whom to believe. Users of v3: with_user.
    let receiver = Receiver::new(ReceiverOptions::new(RandomState::new().hash_one(""))).with_community(b"public");
    let mut driver = UdpDriver::new(socket, receiver);
    while left > 0 {
        show(&next(&mut driver).await)?;
        left -= 1;
    }
    Ok(())
}

/// The next notification. An inform is answered by then.
async fn next(driver: &mut UdpDriver<Receiver>) -> Received {
    poll_fn(|cx| {
        let _ = driver.poll_run(cx);
        driver.hub_mut().poll_event().map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

fn show(received: &Received) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "{}: {} ", received.path.remote, received.operation)?;
    let varbinds = match &received.content {
        Content::Notification(notification) => {
            writeln!(
                out,
                "{} after {} hundredths of a second",
                notification.trap, notification.uptime
            )?;
            &notification.varbinds
        }
        // Some agents leave out what happened.
        Content::Raw(varbinds) => {
            writeln!(out, "without a name")?;
            varbinds
        }
    };
    for varbind in varbinds {
        match varbind {
            Ok(varbind) => writeln!(out, "  {} = {}", varbind.name, varbind.value)?,
            Err(bad) => writeln!(out, "  {bad}")?,
        }
    }
    Ok(())
}

/// A trap, and an inform that is sent again until somebody acknowledges it.
async fn send_two(station: SocketAddr) -> Result<(), Box<dyn Error>> {
    let mut sender = Sender::new(SenderOptions::new(RandomState::new().hash_one("")));
    let trap = sender.add(Destination::trap_v2c(station, b"public"))?;
    let inform = sender.add(Destination::inform_v2c(station, b"public"))?;
    let mut driver = UdpDriver::new(UdpSocket::bind("127.0.0.1:0").await?, sender);
    let now = driver.now();
    let cold_start = Notification::new(oid!(1, 3, 6, 1, 6, 3, 1, 1, 5, 1), 0, &[])?;
    driver.hub_mut().send(now, trap, &cold_start)?;
    let interface = [VarBind::new(oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 1, 3), Value::Integer(3))];
    let link_down = Notification::new(oid!(1, 3, 6, 1, 6, 3, 1, 1, 5, 3), 1234, &interface)?;
    driver.hub_mut().send(now, inform, &link_down)?;
    tokio::spawn(async move { driver.run().await });
    Ok(())
}
