//! Discovery over real sockets on loopback addresses: several units, several interfaces.
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use pdu_core::Path;
use pdu_core::tokio::UdpDriver;
use pdu_proto_isotek::discovery::Discovery;

/// A unit at an address, which answers so many questions.
fn unit(at: &str, serial: &str, questions: usize) -> (SocketAddr, thread::JoinHandle<()>) {
    let socket = UdpSocket::bind((at, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let address = socket.local_addr().unwrap();
    let answer = format!("A={serial}|00:11:22:33:44:55|192.0.2.1|80|192.0.2.2|80|\r\n");
    let serving = thread::spawn(move || {
        let mut datagram = [0; 64];
        for _ in 0..questions {
            let (len, from) = socket.recv_from(&mut datagram).unwrap();
            assert_eq!(&datagram[..len], b"A?");
            socket.send_to(answer.as_bytes(), from).unwrap();
        }
    });
    (address, serving)
}

async fn bind(at: &str) -> tokio::net::UdpSocket {
    tokio::net::UdpSocket::bind((at, 0)).await.unwrap()
}

/// Drives until so many units are known, or time is up.
async fn find(driver: &mut UdpDriver<Discovery>, units: usize) {
    let enough = poll_fn(|cx| {
        let _ = driver.poll_run(cx);
        if driver.hub().units().count() >= units {
            return Poll::Ready(());
        }
        Poll::Pending
    });
    tokio::time::timeout(Duration::from_secs(20), enough).await.unwrap();
}

#[tokio::test]
async fn units_are_found_through_the_interface_that_each_was_asked_by() {
    let (a, serving_a) = unit("127.0.0.1", "SN-A", 1);
    let (b, serving_b) = unit("127.0.0.1", "SN-B", 1);
    let discovery = Discovery::new();
    let mut driver = UdpDriver::new(bind("127.0.0.2").await, discovery).with_socket(bind("127.0.0.3").await);
    let (two, three): (IpAddr, IpAddr) = ("127.0.0.2".parse().unwrap(), "127.0.0.3".parse().unwrap());
    let now = driver.now();
    for (local, remote) in [(two, a), (three, b)] {
        let local = Some(local);
        driver.hub_mut().ask(now, Path { local, remote }).unwrap();
    }
    find(&mut driver, 2).await;
    let locals: Vec<_> = driver
        .hub()
        .units()
        .map(|unit| (unit.address.serial.as_str().to_owned(), unit.path.local.unwrap()))
        .collect();
    assert_eq!(locals, [("SN-A".to_owned(), two), ("SN-B".to_owned(), three)]);
    assert_eq!((driver.unsent(), driver.sockets().count()), (0, 2));
    serving_a.join().unwrap();
    serving_b.join().unwrap();
}

#[tokio::test]
async fn a_question_for_an_interface_that_is_not_there_is_counted_and_stops_nobody() {
    let (a, serving) = unit("127.0.0.1", "SN-A", 2);
    let mut driver = UdpDriver::new(bind("127.0.0.2").await, Discovery::new()).with_socket(bind("127.0.0.3").await);
    let now = driver.now();
    let local = Some("127.0.0.9".parse().unwrap());
    driver.hub_mut().ask(now, Path { local, remote: a }).unwrap();
    driver.hub_mut().ask(now, Path::to(a)).unwrap();
    driver.hub_mut().ask(now, Path::to(a)).unwrap();
    find(&mut driver, 1).await;
    serving.join().unwrap();
    assert_eq!(driver.unsent(), 1);
}

#[tokio::test]
async fn over_one_socket_paths_have_no_local_address() {
    let (a, serving) = unit("127.0.0.1", "SN-A", 1);
    let mut driver = UdpDriver::new(bind("127.0.0.1").await, Discovery::new());
    let now = driver.now();
    driver.hub_mut().ask(now, Path::to(a)).unwrap();
    find(&mut driver, 1).await;
    assert_eq!(driver.hub().units().next().unwrap().path, Path::to(a));
    serving.join().unwrap();
}
