//! The blocking driver over real sockets.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

mod driver_toy;

use core::time::Duration;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use driver_toy::{Toy, ToyError, ToyServer};
use pdu_core::CallError;
use pdu_core::blocking::{Driver, Server};

const SHORT: Duration = Duration::from_millis(50);

/// Serves the toy protocol on `count` connections, one after the other.
fn serve(count: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for _ in 0..count {
            let (stream, _) = listener.accept().unwrap();
            Server::new(ToyServer::new(), stream).run(None).ok();
        }
    });
    address
}

fn connect(address: SocketAddr) -> Driver<Toy, TcpStream> {
    let session = Toy::new(4).with_timeout(SHORT * 4);
    Driver::new(session, TcpStream::connect(address).unwrap())
}

#[test]
fn call_brings_its_own_answer() {
    let mut driver = connect(serve(1));
    for text in ["a", "slow", "b"] {
        assert_eq!(driver.call(text.into()).unwrap(), text.to_uppercase());
    }
}

#[test]
fn unanswered_call_times_out_and_the_next_works() {
    let mut driver = connect(serve(1));
    let error = driver.call("silent".into()).unwrap_err();
    assert!(matches!(error, CallError::Session(ToyError::Timeout)), "{error:?}");
    assert_eq!(driver.call("a".into()).unwrap(), "A");
}
