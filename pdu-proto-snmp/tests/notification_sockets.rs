//! Notifications over real sockets on loopback.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod notification_support;

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use notification_support::{private, receiver, sender, tripped};
use pdu_core::tokio::UdpDriver;
use pdu_proto_snmp::notification::{Delivery, Destination, Receiver, Sender};
use tokio::net::UdpSocket;

async fn bind() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").await.unwrap()
}

/// Drives both until `enough`, or time is up.
async fn drive(
    from: &mut UdpDriver<Sender>,
    to: &mut UdpDriver<Receiver>,
    mut enough: impl FnMut(&mut Sender, &mut Receiver) -> bool,
) {
    let both = poll_fn(|cx| {
        let _ = from.poll_run(cx);
        let _ = to.poll_run(cx);
        if enough(from.hub_mut(), to.hub_mut()) {
            return Poll::Ready(());
        }
        Poll::Pending
    });
    tokio::time::timeout(Duration::from_secs(20), both).await.unwrap();
}

#[tokio::test]
async fn traps_and_informs_of_each_version_arrive() {
    let receiver = receiver().with_community(b"public").with_user(private("u"));
    let mut to = UdpDriver::new(bind().await, receiver);
    let station = to.socket().local_addr().unwrap();
    let mut from = UdpDriver::new(bind().await, sender());
    let destinations = [
        Destination::trap_v1(station, b"public"),
        Destination::trap_v2c(station, b"public"),
        Destination::inform_v2c(station, b"public"),
        Destination::trap_v3(station, private("u")),
        Destination::inform_v3(station, private("u")),
    ];
    let now = from.now();
    let count = destinations.len();
    for destination in destinations {
        let sender = from.hub_mut();
        let id = sender.add(destination).unwrap();
        sender.send(now, id, &tripped(1)).unwrap();
    }
    let (mut done, mut heard) = (Vec::new(), 0);
    drive(&mut from, &mut to, |sender, receiver| {
        done.extend(std::iter::from_fn(|| sender.poll_event()).map(|done| done.result.unwrap()));
        heard += std::iter::from_fn(|| receiver.poll_event()).count();
        (done.len(), heard) == (count, count)
    })
    .await;
    let acknowledged = done.iter().filter(|delivery| **delivery == Delivery::Acknowledged);
    assert_eq!(acknowledged.count(), 2);
    assert_eq!(to.hub().statistics().rejected, 0);
}

#[tokio::test]
async fn inform_waits_for_a_receiver_that_comes_later() {
    let place = bind().await.local_addr().unwrap();
    let mut from = UdpDriver::new(bind().await, sender());
    let now = from.now();
    let destination = Destination::inform_v3(place, private("u")).with_timeout(Duration::from_millis(50));
    let id = from.hub_mut().add(destination).unwrap();
    from.hub_mut().send(now, id, &tripped(1)).unwrap();
    // Its first attempts find nobody.
    let _ = tokio::time::timeout(Duration::from_millis(200), from.run()).await;
    let mut to = UdpDriver::new(
        UdpSocket::bind(place).await.unwrap(),
        receiver().with_user(private("u")),
    );
    let mut result = None;
    drive(&mut from, &mut to, |sender, _| {
        result = sender.poll_event().map(|done| done.result);
        result.is_some()
    })
    .await;
    assert_eq!(result, Some(Ok(Delivery::Acknowledged)));
    assert_eq!(to.hub().statistics().informs, 1);
}
