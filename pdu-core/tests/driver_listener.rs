//! One hub, many connections, over real sockets.
#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use pdu_core::tokio::{ListenOptions, Listener, UdpDriver, listen};
use pdu_core::{ConnectionId, ErrorKind, Hub, Instant, LinkDemand, Path, Refused, Transport, earliest};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinHandle;

const LONG: usize = 256 * 1024;

#[derive(Default)]
struct Client {
    input: Vec<u8>,
    output: Vec<u8>,
    queued: bool,
    blocked: bool,
    later: Option<Instant>,
    demand: Option<LinkDemand>,
}

/// A device with one counter that all clients share. Lines: `add` answers the sum, `long` a very long line, `later` answers
/// after 20 ms, `bye` answers and closes, `reset` closes at once.
#[derive(Default)]
struct Counter {
    clients: BTreeMap<ConnectionId, Client>,
    queue: VecDeque<ConnectionId>,
    sum: u32,
    max_clients: usize,
    opened: usize,
    inputs: usize,
    blocks: usize,
    writables: usize,
    refusals: usize,
}

impl Counter {
    fn new() -> Self {
        Self {
            max_clients: usize::MAX,
            ..Self::default()
        }
    }

    fn answer(&mut self, peer: ConnectionId, text: &str) {
        let client = self.clients.get_mut(&peer).unwrap();
        client.output.extend_from_slice(text.as_bytes());
        client.output.push(b'\n');
        if !client.queued && !client.blocked {
            client.queued = true;
            self.queue.push_back(peer);
        }
    }

    fn line(&mut self, now: Instant, peer: ConnectionId, line: &str) {
        match line {
            "add" => {
                self.sum += 1;
                self.answer(peer, &self.sum.to_string());
            }
            "long" => self.answer(peer, &"x".repeat(LONG)),
            "later" => self.clients.get_mut(&peer).unwrap().later = Some(now + Duration::from_millis(20)),
            "bye" => {
                self.answer(peer, &"y".repeat(LONG));
                self.clients.get_mut(&peer).unwrap().demand = Some(LinkDemand::Close);
            }
            _ => self.clients.get_mut(&peer).unwrap().demand = Some(LinkDemand::Reset),
        }
    }
}

impl Hub for Counter {
    type Peer = ConnectionId;

    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_open(&mut self, _now: Instant, peer: &ConnectionId) -> Result<(), Refused<()>> {
        if self.clients.len() == self.max_clients {
            return Err(Refused {
                request: (),
                kind: ErrorKind::Busy,
            });
        }
        self.opened += 1;
        assert!(
            self.clients.insert(*peer, Client::default()).is_none(),
            "an id was used twice"
        );
        Ok(())
    }

    fn handle_close(&mut self, _now: Instant, peer: &ConnectionId) {
        self.clients.remove(peer).unwrap();
        self.queue.retain(|queued| queued != peer);
    }

    fn handle_input(&mut self, now: Instant, peer: &ConnectionId, bytes: &[u8]) -> usize {
        self.inputs += 1;
        for (taken, byte) in bytes.iter().enumerate() {
            let client = self.clients.get_mut(peer).unwrap();
            if client.output.len() > LONG {
                self.refusals += 1;
                return taken;
            }
            if *byte != b'\n' {
                client.input.push(*byte);
                continue;
            }
            let line = String::from_utf8(std::mem::take(&mut client.input)).unwrap();
            self.line(now, *peer, &line);
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, _now: Instant, peer: &ConnectionId, len: usize) {
        let client = self.clients.get_mut(peer).unwrap();
        client.output.drain(..len);
        assert_eq!(self.queue.pop_front().as_ref(), Some(peer));
        client.queued = !client.output.is_empty();
        if client.queued {
            self.queue.push_back(*peer);
        }
    }

    fn handle_blocked(&mut self, _now: Instant, peer: &ConnectionId) {
        self.blocks += 1;
        self.queue.retain(|queued| queued != peer);
        let client = self.clients.get_mut(peer).unwrap();
        (client.blocked, client.queued) = (true, false);
    }

    fn handle_writable(&mut self, _now: Instant, peer: &ConnectionId) {
        self.writables += 1;
        let client = self.clients.get_mut(peer).unwrap();
        client.blocked = false;
        client.queued = !client.output.is_empty();
        if client.queued {
            self.queue.push_back(*peer);
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        let due = |client: &Client| client.later.is_some_and(|at| at <= now);
        let peers: Vec<_> = self
            .clients
            .iter()
            .filter(|(_, client)| due(client))
            .map(|(id, _)| *id)
            .collect();
        for peer in peers {
            self.clients.get_mut(&peer).unwrap().later = None;
            self.answer(peer, "at last");
        }
    }

    fn transmit(&self) -> Option<(ConnectionId, &[u8])> {
        let peer = self.queue.front()?;
        Some((*peer, &self.clients[peer].output))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.clients
            .values()
            .fold(None, |first, client| earliest(first, client.later))
    }

    fn link_demand(&self) -> Option<(ConnectionId, LinkDemand)> {
        // At once, whether or not there is output yet: to send that first is the driver's part.
        self.clients.iter().find_map(|(id, client)| Some((*id, client.demand?)))
    }
}

async fn bound(hub: Counter, options: ListenOptions) -> (Listener<Counter>, SocketAddr) {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    (Listener::new(socket, hub, options), address)
}

async fn running() -> (SocketAddr, JoinHandle<()>) {
    let (mut listener, address) = bound(Counter::new(), ListenOptions::default()).await;
    let task = tokio::spawn(async move { match listener.run().await {} });
    (address, task)
}

async fn ask(stream: &mut BufReader<TcpStream>, line: &str) -> String {
    stream.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_line(&mut answer).await.unwrap();
    answer.trim_end().into()
}

async fn connect(address: SocketAddr) -> BufReader<TcpStream> {
    BufReader::new(TcpStream::connect(address).await.unwrap())
}

/// Runs the listener until `client` is done with it.
async fn beside<T>(listener: &mut Listener<Counter>, client: impl Future<Output = T>) -> T {
    tokio::select! {
        _ = listener.run() => unreachable!(),
        done = tokio::time::timeout(Duration::from_secs(20), client) => done.unwrap(),
    }
}

#[tokio::test]
async fn what_one_client_does_the_others_see() {
    let (address, _task) = running().await;
    let (mut a, mut b) = (connect(address).await, connect(address).await);
    assert_eq!(ask(&mut a, "add").await, "1");
    assert_eq!(ask(&mut b, "add").await, "2");
    assert_eq!(ask(&mut a, "later").await, "at last");
}

#[tokio::test]
async fn one_of_two_hundred_that_never_reads_holds_up_nobody() {
    let (mut listener, address) = bound(Counter::new(), ListenOptions::default()).await;
    beside(&mut listener, async {
        let mut deaf = TcpStream::connect(address).await.unwrap();
        deaf.write_all(&b"long\n".repeat(100)).await.unwrap();
        let mut clients = Vec::new();
        for _ in 0..199 {
            clients.push(connect(address).await);
        }
        for round in 0..5 {
            for (n, client) in clients.iter_mut().enumerate() {
                assert_eq!(ask(client, "add").await, (round * 199 + n + 1).to_string());
            }
        }
    })
    .await;
    assert_eq!(listener.connections(), 200);
    let hub = listener.hub();
    assert!(hub.blocks > 0, "the deaf one must have been noticed");
    assert!(
        hub.refusals > 0 && hub.refusals < 100,
        "{} refusals: input must stop, not be retried",
        hub.refusals
    );
}

#[tokio::test]
async fn slow_reader_gets_everything_in_the_end() {
    let (mut listener, address) = bound(Counter::new(), ListenOptions::default()).await;
    beside(&mut listener, async {
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(&b"long\n".repeat(100)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let mut left = 100 * (LONG + 1);
        let mut buffer = vec![0; 1 << 16];
        while left > 0 {
            left -= slow.read(&mut buffer).await.unwrap();
        }
        slow.write_all(b"add\n").await.unwrap();
        slow.read_exact(&mut buffer[..2]).await.unwrap();
        assert_eq!(&buffer[..2], b"1\n");
    })
    .await;
    assert!(listener.hub().writables > 0);
}

#[tokio::test]
async fn peer_whose_input_is_refused_is_not_read_from() {
    let (mut listener, address) = bound(Counter::new(), ListenOptions::default()).await;
    beside(&mut listener, async {
        let mut deaf = TcpStream::connect(address).await.unwrap();
        let lines = b"long\n".repeat(8 << 20);
        let writing = tokio::time::timeout(Duration::from_millis(500), deaf.write_all(&lines)).await;
        assert!(writing.is_err(), "40 MiB of input went somewhere");
    })
    .await;
}

#[tokio::test]
async fn peer_that_takes_nothing_is_closed_in_the_end() {
    let mut options = ListenOptions::default();
    options.write_timeout = Duration::from_millis(50);
    let (mut listener, address) = bound(Counter::new(), options).await;
    let mut deaf = TcpStream::connect(address).await.unwrap();
    deaf.write_all(&b"long\n".repeat(100)).await.unwrap();
    beside(&mut listener, tokio::time::sleep(Duration::from_millis(200))).await;
    assert_eq!((listener.connections(), listener.hub().opened), (0, 1));
}

#[tokio::test]
async fn idle_connections_cost_no_calls() {
    let (mut listener, address) = bound(Counter::new(), ListenOptions::default()).await;
    let mut idle = Vec::new();
    beside(&mut listener, async {
        for _ in 0..100 {
            idle.push(connect(address).await);
        }
        assert_eq!(ask(&mut idle[99], "add").await, "1");
    })
    .await;
    let before = listener.hub().inputs;
    beside(&mut listener, async {
        for n in 2..=50 {
            assert_eq!(ask(&mut idle[0], "add").await, n.to_string());
        }
    })
    .await;
    assert_eq!(listener.hub().inputs - before, 49);
}

#[tokio::test]
async fn connections_over_the_limit_wait_until_one_closes() {
    let mut options = ListenOptions::default();
    options.connections = 1;
    let (mut listener, address) = bound(Counter::new(), options).await;
    beside(&mut listener, async {
        let mut first = connect(address).await;
        assert_eq!(ask(&mut first, "add").await, "1");
        let mut second = connect(address).await;
        let early = tokio::time::timeout(Duration::from_millis(50), ask(&mut second, "add")).await;
        assert!(early.is_err());
        drop(first);
        let mut answer = String::new();
        second.read_line(&mut answer).await.unwrap();
        assert_eq!(answer, "2\n");
    })
    .await;
}

#[tokio::test]
async fn connection_that_the_hub_refuses_is_closed() {
    let hub = Counter {
        max_clients: 1,
        ..Counter::new()
    };
    let (mut listener, address) = bound(hub, ListenOptions::default()).await;
    beside(&mut listener, async {
        let mut first = connect(address).await;
        assert_eq!(ask(&mut first, "add").await, "1");
        let mut second = TcpStream::connect(address).await.unwrap();
        assert_eq!(second.read(&mut [0; 8]).await.unwrap_or(0), 0);
        assert_eq!(ask(&mut first, "add").await, "2");
    })
    .await;
}

#[tokio::test]
async fn demanded_close_comes_after_the_output_and_reset_at_once() {
    let (address, _task) = running().await;
    let mut stream = connect(address).await;
    assert_eq!(ask(&mut stream, "bye").await.len(), LONG);
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    let mut stream = connect(address).await;
    assert_eq!(ask(&mut stream, "reset").await, "");
}

#[tokio::test]
async fn client_that_closes_its_side_still_gets_its_answer() {
    let (address, _task) = running().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"long\nlong\nad").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer.len(), 2 * (LONG + 1), "the half line gets no answer");
}

#[tokio::test]
async fn shutdown_sends_what_waits_and_closes_all() {
    let (mut listener, address) = bound(Counter::new(), ListenOptions::default()).await;
    let mut reader = TcpStream::connect(address).await.unwrap();
    reader.write_all(b"long\nlong\n").await.unwrap();
    beside(&mut listener, tokio::time::sleep(Duration::from_millis(300))).await;
    let reading = tokio::spawn(async move {
        let mut answer = Vec::new();
        reader.read_to_end(&mut answer).await.unwrap();
        answer.len()
    });
    listener.shutdown(Duration::from_secs(10)).await;
    assert_eq!(reading.await.unwrap(), 2 * (LONG + 1));
    assert_eq!(listener.connections(), 0);
    assert!(listener.hub().clients.is_empty());
}

#[tokio::test]
async fn shutdown_does_not_wait_longer_than_its_grace() {
    let (mut listener, address) = bound(Counter::new(), ListenOptions::default()).await;
    let mut deaf = TcpStream::connect(address).await.unwrap();
    deaf.write_all(&b"long\n".repeat(100)).await.unwrap();
    beside(&mut listener, tokio::time::sleep(Duration::from_millis(300))).await;
    let began = std::time::Instant::now();
    listener.shutdown(Duration::from_millis(50)).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(listener.connections(), 0);
}

#[tokio::test]
async fn listener_of_a_function_serves_too() {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut listener = listen(socket, Counter::new());
    let address = listener.local_addr().unwrap();
    beside(&mut listener, async {
        assert_eq!(ask(&mut connect(address).await, "add").await, "1");
    })
    .await;
}

/// Answers each datagram with its octets turned round, `later` after 20 ms.
#[derive(Default)]
struct Mirror {
    output: VecDeque<(Path, Vec<u8>)>,
    later: Option<(Instant, Path)>,
}

impl Hub for Mirror {
    type Peer = Path;

    fn transport(&self) -> Transport {
        Transport::Datagram { max_len: 16 }
    }

    fn handle_open(&mut self, _now: Instant, _peer: &Path) -> Result<(), Refused<()>> {
        unreachable!("datagrams have no connections")
    }

    fn handle_close(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_input(&mut self, now: Instant, peer: &Path, bytes: &[u8]) -> usize {
        if bytes == b"later" {
            self.later = Some((now + Duration::from_millis(20), *peer));
        } else {
            self.output.push_back((*peer, bytes.iter().rev().copied().collect()));
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, _now: Instant, _peer: &Path, _len: usize) {
        self.output.pop_front();
    }

    fn handle_blocked(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_writable(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_timeout(&mut self, now: Instant) {
        if let Some((_, peer)) = self.later.take_if(|(at, _)| *at <= now) {
            self.output.push_back((peer, b"retal".to_vec()));
        }
    }

    fn transmit(&self) -> Option<(Path, &[u8])> {
        self.output.front().map(|(path, datagram)| (*path, datagram.as_slice()))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.later.map(|(at, _)| at)
    }

    fn link_demand(&self) -> Option<(Path, LinkDemand)> {
        None
    }
}

#[tokio::test]
async fn datagrams_of_many_peers_are_served_by_one_hub() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let mut driver = UdpDriver::new(socket, Mirror::default());
    tokio::spawn(async move { match driver.run().await {} });
    // One that is gone before its answer comes must not disturb the others.
    let gone = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    gone.send_to(b"gone", address).await.unwrap();
    drop(gone);
    for n in 0..20 {
        let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        peer.connect(address).await.unwrap();
        peer.send(b"far too long for this hub").await.unwrap();
        peer.send(format!("{n:02}").as_bytes()).await.unwrap();
        peer.send(b"later").await.unwrap();
        let mut buffer = [0; 16];
        let len = peer.recv(&mut buffer).await.unwrap();
        let want: String = format!("{n:02}").chars().rev().collect();
        assert_eq!(&buffer[..len], want.as_bytes());
        let len = peer.recv(&mut buffer).await.unwrap();
        assert_eq!(&buffer[..len], b"retal");
    }
}

#[tokio::test]
async fn whoever_only_holds_a_connection_open_makes_room_for_another() {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let mut options = ListenOptions::default();
    options.connections = 2;
    options.idle = Some(Duration::from_secs(1));
    let mut listener = Listener::new(socket, Counter::new(), options);
    let server = tokio::spawn(async move { listener.run().await });

    let mut idle = TcpStream::connect(address).await.unwrap();
    let mut busy = BufReader::new(TcpStream::connect(address).await.unwrap());
    let mut answer = String::new();
    let mut third = BufReader::new(TcpStream::connect(address).await.unwrap());
    third.write_all(b"add\n").await.unwrap();
    for _ in 0..25 {
        busy.write_all(b"add\n").await.unwrap();
        busy.read_line(&mut answer).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap_or(0), 0, "the silent one is closed");
    answer.clear();
    third.read_line(&mut answer).await.unwrap();
    assert!(
        answer.trim_end().parse::<u32>().is_ok(),
        "the one that waited is served: {answer:?}"
    );
    busy.write_all(b"add\n").await.unwrap();
    answer.clear();
    busy.read_line(&mut answer).await.unwrap();
    assert!(!answer.is_empty(), "the one that talked stays");
    server.abort();
}
