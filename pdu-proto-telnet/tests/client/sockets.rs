//! The console over real sockets: a driver that blocks, a handle of tokio, a reconnect.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use pdu_core::tokio::{Driver, tcp};
use pdu_core::{Event, blocking};
use pdu_proto_telnet::client::{Console, ConsoleOptions};

use super::device::{BARE, Device, Habits, TELNET};

/// A device that serves so many connections, one after the other, and says what was carried out.
fn serve(habits: Habits, connections: usize) -> (SocketAddr, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let mut done = Vec::new();
        for _ in 0..connections {
            let (stream, _) = listener.accept().unwrap();
            let mut server = blocking::Server::new(Device::new(habits), stream);
            let _ = server.run(None);
            assert!(server.endpoint().astray().is_empty());
            done.extend(server.endpoint().done.iter().cloned());
        }
        done
    });
    (address, serving)
}

fn text(lines: &[Vec<u8>]) -> String {
    lines.join(&b'|').escape_ascii().to_string()
}

#[test]
fn a_driver_that_blocks_logs_in_and_asks() {
    for habits in [TELNET, BARE] {
        let (address, serving) = serve(habits, 1);
        let stream = TcpStream::connect(address).unwrap();
        let mut driver = blocking::Driver::new(Console::new(habits.options()), stream);
        for line in ["get 1", "set 2", "get 3"] {
            let response = driver.call(line.into()).unwrap();
            assert_eq!(text(&response.lines), format!("of {line}||a > b: done|end of {line}"));
        }
        drop(driver);
        assert_eq!(serving.join().unwrap(), ["set 2"], "{habits:?}");
    }
}

#[tokio::test]
async fn a_handle_of_tokio_takes_several_at_once() {
    let (address, serving) = serve(TELNET, 1);
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (handle, runner) = Driver::new(Console::new(TELNET.options()), stream).into_handle();
    let running = tokio::spawn(runner);
    let (first, second) = tokio::join!(handle.call("set 1".into()), handle.call("get 2".into()));
    assert_eq!(text(&first.unwrap().lines), "of set 1||a > b: done|end of set 1");
    assert_eq!(text(&second.unwrap().lines), "of get 2||a > b: done|end of get 2");
    running.abort();
    let _ = running.await;
    drop(handle);
    assert_eq!(serving.join().unwrap(), ["set 1"]);
}

#[tokio::test]
async fn a_connection_that_answers_nothing_is_given_up_and_the_next_one_serves() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let silent = listener.accept().unwrap();
        let (stream, _) = listener.accept().unwrap();
        drop(silent);
        let _ = blocking::Server::new(Device::new(TELNET), stream).run(None);
    });
    let options = ConsoleOptions {
        login_timeout: Duration::from_millis(300),
        ..TELNET.options()
    };
    let link = tcp(address.to_string(), Duration::from_secs(3));
    let mut driver = Driver::connecting(Console::new(options), link);
    driver.submit("get 1".into()).unwrap();
    driver.submit("get 2".into()).unwrap();
    let mut results = Vec::new();
    while results.len() < 2 {
        if let Event::Done { result, .. } = driver.next().await.unwrap() {
            results.push(result.map(|response| text(&response.lines)));
        }
    }
    assert!(results[0].is_err());
    assert_eq!(results[1].as_deref(), Ok("of get 2||a > b: done|end of get 2"));
    drop(driver);
    serving.join().unwrap();
}
