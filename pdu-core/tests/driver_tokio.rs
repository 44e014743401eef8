//! The tokio driver over real sockets.
#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

mod driver_toy;

use core::time::Duration;

use driver_toy::{Toy, ToyError, ToyServer};
use pdu_core::Event;
use pdu_core::tokio::{Driver, Server};
use tokio::net::{TcpListener, TcpStream};

async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (client, server) = tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
    (client.unwrap(), server.unwrap().0)
}

async fn served(session: Toy) -> Driver<Toy, TcpStream> {
    let (client, server) = pair().await;
    tokio::spawn(async move { Server::new(ToyServer::new(), server).run().await });
    Driver::new(session, client)
}

#[tokio::test]
async fn dropped_futures_lose_nothing() {
    let mut driver = served(Toy::new(3)).await;
    let want = ["a", "slow", "c"].map(|text| (driver.submit(text.into()).unwrap(), text.to_uppercase()));
    let mut got = Vec::new();
    for _ in 0..10_000 {
        // Dropped again and again, mid-line.
        if let Ok(event) = tokio::time::timeout(Duration::from_micros(300), driver.next()).await {
            let Event::Done { ticket, result } = event.unwrap() else {
                panic!()
            };
            got.push((ticket, result.unwrap()));
        }
        if got.len() == want.len() {
            break;
        }
    }
    got.sort();
    assert_eq!(got, want);
}

#[tokio::test]
async fn unanswered_request_times_out() {
    let mut driver = served(Toy::new(1).with_timeout(Duration::from_millis(30))).await;
    let live = driver.submit("silent".into()).unwrap();
    let event = driver.next().await.unwrap();
    assert_eq!(
        event,
        Event::Done {
            ticket: live,
            result: Err(ToyError::Timeout)
        }
    );
}
