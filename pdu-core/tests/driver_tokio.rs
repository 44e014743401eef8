//! The tokio driver over real sockets.
#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

mod driver_toy;

use core::time::Duration;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use driver_toy::{Toy, ToyError, ToyServer, answer};
use pdu_core::tokio::{Driver, Handle, Server, StreamLink, tcp, udp};
use pdu_core::{Backoff, Effect, Error as _, ErrorKind, Event, EventOf, Session};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::{Instant, sleep, timeout};

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
        if let Ok(event) = timeout(Duration::from_micros(300), driver.next()).await {
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

fn failure(event: EventOf<Toy>) -> ToyError {
    let Event::Done { result, .. } = event else {
        panic!("{event:?}")
    };
    result.unwrap_err()
}

fn reply(event: EventOf<Toy>) -> String {
    let Event::Done { result, .. } = event else {
        panic!("{event:?}")
    };
    result.unwrap()
}

#[tokio::test]
async fn answers_of_a_burst_all_come() {
    let mut driver = served(Toy::new(64)).await;
    let mut answers = 0;
    for n in 0..5000 {
        while driver.session().live() == 64 {
            reply(driver.next().await.unwrap());
            answers += 1;
        }
        driver.submit(format!("n {n}")).unwrap();
    }
    for _ in answers..5000 {
        reply(driver.next().await.unwrap());
    }
}

#[tokio::test]
async fn peer_that_sends_half_a_message_and_closes_ends_the_request() {
    let (client, mut server) = pair().await;
    let mut driver = Driver::new(Toy::new(1), client);
    driver.submit("a".into()).unwrap();
    tokio::spawn(async move {
        server.read_exact(&mut [0; 4]).await.unwrap();
        server.write_all(b"1 ha").await.unwrap();
    });
    assert_eq!(
        failure(driver.next().await.unwrap()),
        ToyError::LinkDown(Effect::Unknown)
    );
    for _ in 0..2 {
        assert_eq!(driver.next().await.unwrap_err().kind(), io::ErrorKind::NotConnected);
    }
}

#[tokio::test]
async fn peer_that_never_reads_does_not_hang_the_driver() {
    let (client, _server) = pair().await;
    let mut driver = Driver::new(Toy::new(1), client).with_write_timeout(Duration::from_millis(100));
    driver.submit("x".repeat(32 << 20)).unwrap();
    let event = timeout(Duration::from_secs(20), driver.next()).await.unwrap().unwrap();
    assert_eq!(failure(event), ToyError::LinkDown(Effect::NotApplied));
    assert_eq!(driver.link_error().unwrap().kind(), io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn answers_are_read_while_output_does_not_move() {
    // The server stops reading while its own answers are not read: both directions are full at once.
    let mut driver = served(Toy::new(64)).await;
    for _ in 0..40 {
        driver.submit("x".repeat(1 << 18)).unwrap();
    }
    for _ in 0..40 {
        assert_eq!(reply(driver.next().await.unwrap()).len(), 1 << 18);
    }
}

#[tokio::test]
async fn server_stops_reading_while_its_answers_wait_and_ends_with_the_peer() {
    let (mut client, server) = pair().await;
    let mut server = Server::new(ToyServer::new(), server);
    let asking = async {
        let lines = "1 ".to_owned() + &"x".repeat(100) + "\n";
        let lines = lines.repeat(20_000);
        let (mut reader, mut writer) = client.split();
        let writing = async {
            writer.write_all(lines.as_bytes()).await.unwrap();
            writer.shutdown().await.unwrap();
        };
        let reading = async {
            sleep(Duration::from_millis(50)).await;
            let mut text = String::new();
            reader.read_to_string(&mut text).await.unwrap();
            text.lines().count()
        };
        tokio::join!(writing, reading).1
    };
    let (ended, answers) = tokio::join!(server.run(), asking);
    ended.unwrap();
    assert_eq!(answers, 20_000);
    assert!(server.endpoint().refusals > 0, "it never came to back-pressure");
}

#[tokio::test]
async fn server_may_be_stopped_and_run_on() {
    let (client, server) = duplex(64); // as a serial line: no address, no connection
    let mut server = Server::new(ToyServer::new(), StreamLink(server));
    let mut driver = Driver::new(Toy::new(1), StreamLink(client));
    for round in 0..50 {
        driver.submit(format!("slow {round}")).unwrap();
        for _ in 0..10_000 {
            tokio::select! {
                biased;
                ended = server.run() => panic!("{ended:?}"),
                event = driver.next() => {
                    assert_eq!(reply(event.unwrap()), format!("SLOW {round}"));
                    break;
                }
                () = sleep(Duration::from_micros(100)) => {}
            }
        }
    }
}

#[tokio::test]
async fn datagrams_come_whole_and_unreachable_peers_are_no_error() {
    let (socket, server) = (
        UdpSocket::bind("127.0.0.1:0").await.unwrap(),
        UdpSocket::bind("127.0.0.1:0").await.unwrap(),
    );
    let address = server.local_addr().unwrap();
    socket.connect(address).await.unwrap();
    drop(server);
    let session = Toy::new(1).datagram().with_timeout(Duration::from_millis(20));
    let mut driver = Driver::new(session, socket);
    for _ in 0..3 {
        driver.submit("nobody".into()).unwrap();
        assert_eq!(failure(driver.next().await.unwrap()), ToyError::Timeout);
    }
    driver.session_mut().timeout = Duration::from_secs(5);
    let server = UdpSocket::bind(address).await.unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        for _ in 0..2 {
            let (len, from) = server.recv_from(&mut buffer).await.unwrap();
            let line = String::from_utf8_lossy(&buffer[..len]).trim_end().to_owned();
            server.send_to(&[b'z'; 513], from).await.unwrap(); // longer than the session takes
            server.send_to(&[], from).await.unwrap(); // empty is not the end
            server.send_to(answer(&line).unwrap().as_bytes(), from).await.unwrap();
        }
    });
    for text in ["a", "b"] {
        driver.submit(text.into()).unwrap();
        assert_eq!(reply(driver.next().await.unwrap()), text.to_uppercase());
    }
}

#[tokio::test]
async fn datagram_link_is_opened_to_a_name() {
    let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = server.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        let (len, from) = server.recv_from(&mut buffer).await.unwrap();
        let line = String::from_utf8_lossy(&buffer[..len]).trim_end().to_owned();
        server.send_to(answer(&line).unwrap().as_bytes(), from).await.unwrap();
    });
    let session = Toy::new(1).datagram().with_timeout(Duration::from_secs(5));
    let mut driver = Driver::connecting(session, udp(("127.0.0.1", port)));
    driver.submit("a".into()).unwrap();
    assert_eq!(reply(driver.next().await.unwrap()), "A");
}

/// A peer that the test makes: what each attempt to connect meets.
#[derive(Clone, Copy)]
enum Meets {
    Refusal,
    Silence,
    Server,
    Nothing,
}

type Times = Arc<Mutex<Vec<u128>>>;

/// Connects as the script says, its last line again and again, and notes when (milliseconds).
fn scripted(script: &'static [Meets]) -> (Times, impl FnMut() -> Dialed + Send) {
    let times = Times::default();
    let noted = Arc::clone(&times);
    let began = Instant::now();
    let connect = move || {
        let mut noted = noted.lock().unwrap();
        let meets = script[noted.len().min(script.len() - 1)];
        noted.push(began.elapsed().as_millis());
        Box::pin(meet(meets)) as Dialed
    };
    (times, connect)
}

type Dialed = std::pin::Pin<Box<dyn Future<Output = io::Result<StreamLink<DuplexStream>>> + Send>>;

async fn meet(meets: Meets) -> io::Result<StreamLink<DuplexStream>> {
    let (near, far) = duplex(4096);
    match meets {
        Meets::Refusal => return Err(io::ErrorKind::ConnectionRefused.into()),
        Meets::Nothing => std::future::pending().await,
        Meets::Silence => {
            tokio::spawn(async move {
                let _held = far;
                std::future::pending::<()>().await;
            });
        }
        Meets::Server => {
            tokio::spawn(async move { Server::new(ToyServer::new(), StreamLink(far)).run().await });
        }
    }
    Ok(StreamLink(near))
}

fn resetting(timeout: Duration) -> Toy {
    let mut session = Toy::new(1).with_timeout(timeout);
    session.reset_after_timeout = true;
    session
}

const SECOND: Duration = Duration::from_secs(1);

fn assert_within(times: &[u128], want: &[std::ops::RangeInclusive<u128>]) {
    assert_eq!(times.len(), want.len(), "{times:?}");
    for (time, want) in times.iter().zip(want) {
        assert!(want.contains(time), "{times:?}: {time} is not within {want:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn refused_connections_back_off() {
    let (times, connect) = scripted(&[
        Meets::Refusal,
        Meets::Refusal,
        Meets::Refusal,
        Meets::Refusal,
        Meets::Server,
    ]);
    let backoff = Backoff::new(SECOND, 3 * SECOND);
    let mut driver = Driver::connecting(Toy::new(1), connect).with_backoff(backoff);
    driver.submit("a".into()).unwrap();
    assert_eq!(
        failure(driver.next().await.unwrap()),
        ToyError::LinkDown(Effect::NotApplied)
    );
    assert!(timeout(20 * SECOND, driver.next()).await.is_err());
    assert!(driver.is_connected());
    assert_within(
        &times.lock().unwrap(),
        &[0..=0, 500..=1002, 1500..=3004, 3000..=6006, 4500..=9008],
    );
    driver.submit("a".into()).unwrap();
    assert_eq!(reply(driver.next().await.unwrap()), "A");
}

#[tokio::test(start_paused = true)]
async fn link_that_worked_is_opened_again_at_once_and_one_that_never_did_backs_off() {
    let (times, connect) = scripted(&[Meets::Server, Meets::Silence, Meets::Server]);
    let backoff = Backoff::new(SECOND, 60 * SECOND);
    let mut driver = Driver::connecting(resetting(10 * SECOND), connect).with_backoff(backoff);
    driver.submit("a".into()).unwrap();
    assert_eq!(reply(driver.next().await.unwrap()), "A");
    driver.submit("silent".into()).unwrap();
    assert_eq!(failure(driver.next().await.unwrap()), ToyError::Timeout);
    driver.submit("b".into()).unwrap();
    assert_eq!(
        failure(driver.next().await.unwrap()),
        ToyError::Timeout,
        "the second link is silent"
    );
    driver.submit("c".into()).unwrap();
    assert_eq!(reply(driver.next().await.unwrap()), "C");
    assert_within(&times.lock().unwrap(), &[0..=0, 10_000..=10_010, 20_500..=21_020]);
    assert_eq!(driver.session().links, 3);
}

#[tokio::test(start_paused = true)]
async fn time_goes_on_while_a_host_does_not_answer() {
    let (_, connect) = scripted(&[Meets::Nothing]);
    let mut driver = Driver::connecting(Toy::new(1).with_timeout(SECOND), connect);
    driver.submit("a".into()).unwrap();
    let began = Instant::now();
    assert_eq!(failure(driver.next().await.unwrap()), ToyError::Timeout);
    assert!(began.elapsed() <= 5 * SECOND, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn link_is_open_only_while_it_is_wanted() {
    let (times, connect) = scripted(&[Meets::Server]);
    let mut session = Toy::new(1);
    session.lazy = true;
    let mut driver = Driver::connecting(session, connect);
    for links in 1..=3 {
        assert!(timeout(SECOND, driver.next()).await.is_err());
        assert!(!driver.is_connected());
        driver.submit("a".into()).unwrap();
        assert_eq!(reply(driver.next().await.unwrap()), "A");
        assert_eq!(times.lock().unwrap().len(), links);
    }
}

#[tokio::test(start_paused = true)]
async fn calls_through_a_handle_outlive_lost_links() {
    let (times, connect) = scripted(&[Meets::Refusal, Meets::Server]);
    let driver = Driver::connecting(resetting(SECOND), connect);
    let (handle, runner) = driver.into_handle();
    tokio::spawn(runner);
    assert_eq!(handle.call("a".into()).await.unwrap_err().kind(), ErrorKind::LinkDown);
    assert_eq!(handle.call("b".into()).await.unwrap(), "B");
    assert_eq!(
        handle.call("silent".into()).await.unwrap_err().kind(),
        ErrorKind::Timeout
    );
    assert_eq!(handle.call("c".into()).await.unwrap(), "C");
    assert_eq!(times.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn connection_to_a_name_tries_its_addresses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        Server::new(ToyServer::new(), stream).run().await
    });
    let mut driver = Driver::connecting(Toy::new(1), tcp(("localhost", port), 5 * SECOND));
    driver.submit("a".into()).unwrap();
    assert_eq!(reply(driver.next().await.unwrap()), "A");
}

#[tokio::test(start_paused = true)]
async fn waiting_costs_few_polls() {
    let (client, _server) = duplex(64);
    let mut driver = Driver::new(Toy::new(1).with_timeout(60 * SECOND), StreamLink(client));
    driver.submit("silent".into()).unwrap();
    let polls = AtomicUsize::new(0);
    let mut next = pin!(driver.next());
    let event = poll_fn(|cx| {
        polls.fetch_add(1, Ordering::Relaxed);
        next.as_mut().poll(cx)
    });
    assert_eq!(failure(event.await.unwrap()), ToyError::Timeout);
    let polls = polls.load(Ordering::Relaxed);
    assert!(polls <= 4, "{polls} polls for one timeout");
}

#[tokio::test]
async fn mixed_fleet_of_boxed_sessions_is_driven() {
    type Any = Box<dyn Session<Request = String, Reply = String, Notice = String, Error = ToyError> + Send>;
    let fleet: Vec<Any> = vec![Box::new(Toy::new(1)), Box::new(Toy::new(4))];
    let mut handles: Vec<Handle<Any>> = Vec::new();
    for session in fleet {
        let (client, server) = pair().await;
        tokio::spawn(async move { Server::new(ToyServer::new(), server).run().await });
        let (handle, runner) = Driver::new(session, client).into_handle();
        tokio::spawn(runner);
        handles.push(handle);
    }
    for (n, handle) in handles.iter().enumerate() {
        assert_eq!(handle.call(format!("unit {n}")).await.unwrap(), format!("UNIT {n}"));
    }
}
