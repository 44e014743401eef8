//! The blocking driver over real sockets.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

mod driver_toy;

use core::time::Duration;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Instant as StdInstant;

use driver_toy::{Toy, ToyError, ToyServer, answer};
use pdu_core::blocking::{Driver, Link, ReadTimeout, Server, Timed, tcp, udp};
use pdu_core::{Backoff, CallError, Effect, Endpoint as _, Error as _, ErrorKind, Event, Session};

const SHORT: Duration = Duration::from_millis(250);

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

#[test]
fn call_keeps_the_events_of_others_for_later() {
    let mut driver = connect(serve(1));
    let slow = driver.submit("slow".into()).unwrap();
    let quick = driver.submit("notice".into()).unwrap();
    assert_eq!(driver.call("slow".into()).unwrap(), "SLOW");
    let mut events = Vec::new();
    while events.len() < 3 {
        events.push(driver.next(None).unwrap().unwrap());
    }
    let done = |ticket, text: &str| Event::Done {
        ticket,
        result: Ok(text.into()),
    };
    assert_eq!(
        events,
        [
            Event::Notice("changed".into()),
            done(quick, "NOTICE"),
            done(slow, "SLOW")
        ]
    );
    let until = driver.now() + Duration::from_millis(5);
    assert_eq!(driver.next(Some(until)).unwrap(), None);
}

#[test]
fn results_that_nobody_takes_are_bounded_and_notices_drop_the_oldest() {
    let mut driver = connect(serve(1));
    let mut accepted = 0;
    for _ in 0..100 {
        accepted += usize::from(driver.submit("notice".into()).is_ok());
        if driver.call("a".into()).is_err() {
            break;
        }
    }
    assert_eq!(accepted, 64, "one more than this has to be taken first");
    let error = driver.call("a".into()).unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Busy, Effect::NotApplied));
    for _ in 0..accepted {
        while !matches!(driver.next(None).unwrap(), Some(Event::Done { .. })) {}
    }
    assert_eq!(driver.call("again".into()).unwrap(), "AGAIN");
}

#[test]
fn time_limit_of_next_is_kept() {
    let mut driver = connect(serve(1));
    driver.submit("silent".into()).unwrap();
    let began = StdInstant::now();
    let until = driver.now() + SHORT;
    assert_eq!(driver.next(Some(until)).unwrap(), None);
    assert!(began.elapsed() >= SHORT);
    assert!(began.elapsed() < SHORT * 8, "{:?}", began.elapsed());
}

#[test]
fn peer_that_sends_half_a_message_and_closes_ends_the_call() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 4]).unwrap();
        stream.write_all(b"1 ha").unwrap();
    });
    let mut driver = connect(address);
    let error = driver.call("a".into()).unwrap_err();
    assert!(
        matches!(error, CallError::Session(ToyError::LinkDown(Effect::Unknown))),
        "{error:?}"
    );
    let error = driver.call("there is no other link".into()).unwrap_err();
    assert!(matches!(error, CallError::Io { .. }), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::LinkDown);
    assert!(!driver.is_connected());
}

#[test]
fn peer_that_never_reads_does_not_hang_the_driver() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let session = Toy::new(4);
    let mut driver = Driver::new(session, TcpStream::connect(listener.local_addr().unwrap()).unwrap())
        .with_write_timeout(Duration::from_millis(300));
    let began = StdInstant::now();
    let error = driver.call("x".repeat(64 << 20)).unwrap_err();
    assert!(
        matches!(error, CallError::Session(ToyError::LinkDown(Effect::NotApplied))),
        "{error:?}"
    );
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(driver.link_error().unwrap().kind(), io::ErrorKind::TimedOut);
}

#[test]
fn answers_are_read_while_output_does_not_move() {
    // The server stops reading while its own answers are not read: both directions are full at once.
    let address = serve(1);
    let mut session = Toy::new(64);
    session.timeout = Duration::from_secs(20);
    let mut driver = Driver::new(session, TcpStream::connect(address).unwrap());
    for _ in 0..40 {
        driver.submit("x".repeat(1 << 18)).unwrap();
    }
    for _ in 0..40 {
        let Some(Event::Done { result, .. }) = driver.next(None).unwrap() else {
            panic!()
        };
        assert_eq!(result.unwrap().len(), 1 << 18);
    }
}

#[test]
fn server_stops_reading_while_its_answers_wait() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (stream, _) = listener.accept().unwrap();
    let writer = client.try_clone().unwrap();
    let sender = thread::spawn(move || {
        let mut writer = writer;
        for n in 0..20_000 {
            writeln!(writer, "{n} {n:0100}").unwrap();
        }
        writer.shutdown(std::net::Shutdown::Write).unwrap();
    });
    let reader = thread::spawn(move || {
        thread::sleep(SHORT);
        let mut text = String::new();
        client.read_to_string(&mut text).unwrap();
        text.lines().count()
    });
    let mut server = Server::new(ToyServer::new(), stream);
    server.run(None).unwrap();
    assert!(server.endpoint().refusals > 0, "it never came to back-pressure");
    sender.join().unwrap();
    assert_eq!(reader.join().unwrap(), 20_000);
}

#[test]
fn server_runs_until_a_given_time_and_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut server = Server::new(ToyServer::new(), listener.accept().unwrap().0);
    let until = server.now() + Duration::from_millis(10);
    server.run(Some(until)).unwrap();
    client.write_all(b"1 a\n").unwrap();
    let until = server.now() + SHORT;
    server.run(Some(until)).unwrap();
    let mut answer = [0; 4];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"1 A\n");
}

#[test]
fn datagrams_come_whole_and_unreachable_peers_are_no_error() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    socket.connect(address).unwrap();
    drop(server);
    let session = Toy::new(1).datagram().with_timeout(SHORT);
    let mut driver = Driver::new(session, socket);
    for _ in 0..3 {
        let error = driver.call("nobody".into()).unwrap_err();
        assert!(matches!(error, CallError::Session(ToyError::Timeout)), "{error:?}");
    }
    driver.session_mut().timeout = Duration::from_secs(5);
    let server = UdpSocket::bind(address).unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 512];
        for _ in 0..2 {
            let (len, from) = server.recv_from(&mut buffer).unwrap();
            let line = String::from_utf8_lossy(&buffer[..len]).trim_end().to_owned();
            server.send_to(&[b'z'; 513], from).unwrap(); // longer than the session takes
            server.send_to(&[], from).unwrap(); // empty is not the end
            server.send_to(answer(&line).unwrap().as_bytes(), from).unwrap();
        }
    });
    assert_eq!(driver.call("a".into()).unwrap(), "A");
    assert_eq!(driver.call("b".into()).unwrap(), "B");
}

#[test]
fn datagram_link_is_opened_to_a_name() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut buffer = [0; 512];
        let (len, from) = server.recv_from(&mut buffer).unwrap();
        let line = String::from_utf8_lossy(&buffer[..len]).trim_end().to_owned();
        server.send_to(answer(&line).unwrap().as_bytes(), from).unwrap();
    });
    let session = Toy::new(1).datagram().with_timeout(Duration::from_secs(5));
    let mut driver = Driver::connecting(session, udp(("127.0.0.1", port)));
    assert_eq!(driver.call("a".into()).unwrap(), "A");
}

#[test]
fn reset_link_is_opened_again() {
    let mut session = Toy::new(1).with_timeout(SHORT);
    session.reset_after_timeout = true;
    let mut driver = Driver::connecting(session, tcp(serve(2), Duration::from_secs(5)));
    assert!(!driver.is_connected());
    assert_eq!(driver.call("a".into()).unwrap(), "A");
    driver.call("silent".into()).unwrap_err();
    assert_eq!(driver.call("b".into()).unwrap(), "B");
    assert_eq!(driver.session().links, 2);
}

#[test]
fn link_is_open_only_while_it_is_wanted() {
    let mut session = Toy::new(1);
    session.lazy = true;
    let mut driver = Driver::connecting(session, tcp(serve(3), Duration::from_secs(5)));
    for links in 1..=3 {
        let until = driver.now() + Duration::from_millis(10);
        assert_eq!(driver.next(Some(until)).unwrap(), None);
        assert!(!driver.is_connected());
        assert_eq!(driver.call("a".into()).unwrap(), "A");
        assert_eq!(driver.session().links, links);
    }
    driver.next(None).unwrap_err(); // nothing would ever come
}

#[test]
fn refused_connections_end_calls_and_back_off() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let attempts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&attempts);
    let mut dial = tcp(address, Duration::from_secs(5));
    let connect = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        dial()
    };
    let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
    let mut driver = Driver::connecting(Toy::new(1), connect).with_backoff(backoff);
    let error = driver.call("a".into()).unwrap_err();
    assert!(
        matches!(error, CallError::Session(ToyError::LinkDown(Effect::NotApplied))),
        "{error:?}"
    );
    assert_eq!(driver.link_error().unwrap().kind(), io::ErrorKind::ConnectionRefused);
    let until = driver.now() + Duration::from_millis(500);
    driver.next(Some(until)).unwrap();
    let attempts = attempts.load(Ordering::Relaxed);
    assert!((3..=5).contains(&attempts), "{attempts} attempts"); // at 0, 50..100, 150..300, 350..700 ms
}

#[test]
fn time_goes_on_while_a_host_does_not_answer() {
    let (release, held) = mpsc::channel::<()>();
    let connect = move || -> io::Result<TcpStream> {
        held.recv().ok();
        Err(io::ErrorKind::TimedOut.into())
    };
    let session = Toy::new(1).with_timeout(Duration::from_millis(20));
    let mut driver = Driver::connecting(session, connect);
    let began = StdInstant::now();
    let error = driver.call("a".into()).unwrap_err();
    assert!(matches!(error, CallError::Session(ToyError::Timeout)), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(5));
    drop(release);
}

#[test]
fn connect_function_that_panics_is_an_error() {
    let connect = || -> io::Result<TcpStream> { panic!("on purpose") };
    let mut driver = Driver::connecting(Toy::new(1), connect);
    let error = driver.call("a".into()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LinkDown);
}

/// A serial port of the test: what is written comes back turned into answers, octet by octet, with interruptions.
#[derive(Default)]
struct Port {
    line: String,
    answers: VecDeque<u8>,
    waits: Vec<Duration>,
    reads: usize,
    writes: usize,
}

impl Read for Port {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads += 1;
        if self.reads.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let Some(octet) = self.answers.pop_front() else {
            thread::sleep(*self.waits.last().unwrap());
            return Err(io::ErrorKind::TimedOut.into());
        };
        buffer[0] = octet;
        Ok(1)
    }
}

impl Write for Port {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes += 1;
        match self.writes % 3 {
            0 => return Err(io::ErrorKind::Interrupted.into()),
            1 => return Err(io::ErrorKind::WouldBlock.into()),
            _ => {}
        }
        match bytes[0] {
            b'\n' => self
                .answers
                .extend(answer(&std::mem::take(&mut self.line)).unwrap_or_default().bytes()),
            octet => self.line.push(char::from(octet)),
        }
        Ok(1)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl ReadTimeout for Port {
    fn set_read_timeout(&mut self, wait: Duration) -> io::Result<()> {
        assert!(!wait.is_zero(), "a wait of zero is an error to many");
        self.waits.push(wait);
        Ok(())
    }
}

#[test]
fn any_port_with_timeouts_is_a_link() {
    let session = Toy::new(1).with_timeout(SHORT);
    let mut driver = Driver::new(session, Timed(Port::default()));
    assert_eq!(driver.call("serial".into()).unwrap(), "SERIAL");
    let error = driver.call("silent".into()).unwrap_err();
    assert!(matches!(error, CallError::Session(ToyError::Timeout)), "{error:?}");
    assert_eq!(driver.call("again".into()).unwrap(), "AGAIN");
}

/// Counts how often the driver asks for input.
struct Counted(TcpStream, Arc<AtomicUsize>);

impl Link for Counted {
    fn prepare(&mut self) -> io::Result<()> {
        self.0.prepare()
    }

    fn set_wait(&mut self, wait: Duration) -> io::Result<()> {
        self.0.set_wait(wait)
    }

    fn recv(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.recv(buffer)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes)
    }
}

#[test]
fn waiting_is_no_busy_loop() {
    let reads = Arc::new(AtomicUsize::new(0));
    let link = Counted(TcpStream::connect(serve(1)).unwrap(), Arc::clone(&reads));
    let mut driver = Driver::new(Toy::new(1).with_timeout(Duration::from_millis(500)), link);
    driver.call("silent".into()).unwrap_err();
    let reads = reads.load(Ordering::Relaxed);
    assert!(reads < 30, "{reads} reads in half a second");
}

#[test]
fn mixed_fleet_of_boxed_sessions_is_driven() {
    type Any = Box<dyn Session<Request = String, Reply = String, Notice = String, Error = ToyError> + Send>;
    let fleet: Vec<Any> = vec![Box::new(Toy::new(1)), Box::new(Toy::new(4))];
    for (n, session) in fleet.into_iter().enumerate() {
        let stream = TcpStream::connect(serve(1)).unwrap();
        let mut driver = Driver::new(session, stream);
        assert_eq!(driver.call(format!("unit {n}")).unwrap(), format!("UNIT {n}"));
        assert!(driver.session().transmit().is_empty());
    }
}
