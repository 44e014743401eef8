//! The client over real sockets: a driver that blocks, a handle of tokio, a reconnect.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod client_support;

use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use client_support::talk::{off, on};
use client_support::{DISPATCHER, Habits, PRINTED, TERSE, Unit};
use pdu_core::tokio::{Driver, tcp};
use pdu_core::{Event, blocking};
use pdu_proto_isotek::client::{Client, Notice, Options, Reply};
use pdu_proto_isotek::wire::Command;

/// A unit that serves so many connections, one after the other.
fn serve(habits: Habits, connections: usize) -> (SocketAddr, thread::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let mut done = 0;
        for _ in 0..connections {
            let (stream, _) = listener.accept().unwrap();
            let mut server = blocking::Server::new(Unit::new(habits), stream);
            let _ = server.run(None);
            done += server.endpoint().done.len();
        }
        done
    });
    (address, serving)
}

#[test]
fn a_driver_that_blocks_reads_switches_and_follows() {
    for habits in [PRINTED, DISPATCHER, TERSE] {
        let (address, serving) = serve(habits, 1);
        let stream = std::net::TcpStream::connect(address).unwrap();
        let mut driver = blocking::Driver::new(Client::new(Options::tcp()), stream);
        assert!(matches!(driver.call(Command::ReadStatus.into()), Ok(Reply::Status(_))));
        assert!(matches!(driver.call(Command::ReadConfigs.into()), Ok(Reply::Configs(c)) if c.len() == 16));
        assert_eq!(driver.call(off(3).into()).unwrap(), Reply::Accepted);
        assert_eq!(driver.call(on(3).into()).unwrap(), Reply::Accepted);
        let status = (0..100).find_map(|_| match driver.next(None).unwrap() {
            Some(Event::Notice(Notice::Status { frame, .. })) => Some(frame),
            _ => None,
        });
        assert_eq!(status.unwrap().channels().count(), 17);
        drop(driver);
        assert_eq!(serving.join().unwrap(), 2, "{habits:?}");
    }
}

#[tokio::test]
async fn a_handle_of_tokio_is_answered_while_frames_come() {
    let (address, serving) = serve(DISPATCHER, 1);
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (handle, runner) = Driver::new(Client::new(Options::tcp()), stream).into_handle();
    let running = tokio::spawn(runner);
    let (first, second) = tokio::join!(handle.call(off(3).into()), handle.call(Command::ReadSchedule.into()));
    assert_eq!(first.unwrap(), Reply::Accepted);
    assert!(matches!(second.unwrap(), Reply::Schedule(records) if records.len() == 3));
    running.abort();
    let _ = running.await;
    drop(handle);
    assert_eq!(serving.join().unwrap(), 1);
}

#[tokio::test]
async fn a_connection_that_answers_nothing_is_given_up_and_the_next_one_serves_the_read() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let silent = listener.accept().unwrap();
        let (stream, _) = listener.accept().unwrap();
        drop(silent);
        let _ = blocking::Server::new(Unit::new(PRINTED), stream).run(None);
    });
    let options = Options {
        timeout: Duration::from_millis(300),
        ..Options::tcp()
    };
    let link = tcp(address.to_string(), Duration::from_secs(3));
    let mut driver = Driver::connecting(Client::new(options), link);
    driver.submit(Command::ReadConfigs.into()).unwrap();
    let reply = loop {
        if let Event::Done { result, .. } = driver.next().await.unwrap() {
            break result;
        }
    };
    assert!(matches!(reply, Ok(Reply::Configs(configs)) if configs.len() == 16));
    drop(driver);
    serving.join().unwrap();
}
