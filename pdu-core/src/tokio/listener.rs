use core::convert::Infallible;
use core::fmt;
use core::future::poll_fn;
use core::hash::{BuildHasherDefault, Hasher};
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::boxed::Box;
use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::vec::Vec;

use ::tokio::io::AsyncWrite;
use ::tokio::net::{TcpListener, TcpStream};

use super::clock::{Clock, Timer};
use super::link::poll_read;
use super::ready::{Ready, Signal};
use super::wire::BUDGET;
use crate::driver::{READ_BUFFER, WRITE_TIMEOUT};
use crate::{ConnectionId, Hub, Instant, LinkDemand, earliest};

/// How long no connection is accepted after the operating system refused one (out of file descriptors, of memory).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a [`Listener`] allows its peers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListenOptions {
    /// Connections at one time. More wait in the operating system's queue until one is closed.
    pub connections: usize,
    /// When all connections are taken and another one waits, the one that has been silent for longest is closed in its favour,
    /// if it has been so for at least this long. `None`: never. So nobody is kept out by those who only hold connections open.
    pub idle: Option<Duration>,
    /// How long a peer may take nothing of the output that waits for it before it is closed. (It may be found out up to as
    /// much later.)
    pub write_timeout: Duration,
}

/// 1024 connections, a minute of silence, 10 s without output taken.
impl Default for ListenOptions {
    fn default() -> Self {
        Self {
            connections: 1024,
            idle: Some(Duration::from_secs(60)),
            write_timeout: WRITE_TIMEOUT,
        }
    }
}

/// Serves all connections that come to `socket` with one hub, in one task; see [`Listener`].
///
/// ```no_run
/// # async fn demo<H: pdu_core::Hub<Peer = pdu_core::ConnectionId>>(device: H) -> std::io::Result<()> {
/// use core::time::Duration;
/// use tokio::net::TcpListener;
///
/// let mut listener = pdu_core::tokio::listen(TcpListener::bind("127.0.0.1:1502").await?, device);
/// tokio::select! {
///     _ = listener.run() => {}
///     _ = tokio::time::sleep(Duration::from_secs(60)) => {} // or Ctrl-C
/// }
/// listener.shutdown(Duration::from_secs(1)).await;
/// # Ok(())
/// # }
/// ```
pub fn listen<H: Hub<Peer = ConnectionId>>(socket: TcpListener, hub: H) -> Listener<H> {
    Listener::new(socket, hub, ListenOptions::default())
}

/// All connections of one [`Hub`], in one task.
///
/// A peer that does not read holds up nobody else, and stops being read from when the hub takes no more of its input. Time
/// and memory go with the connections that have something to do: an idle one costs its socket and a few hundred octets.
pub struct Listener<H> {
    hub: H,
    socket: TcpListener,
    options: ListenOptions,
    connections: HashMap<ConnectionId, Connection, BuildHasherDefault<IdHasher>>,
    ready: Arc<Ready>,
    /// Set while a connection may wait to be accepted.
    door: Arc<Signal>,
    door_waker: Waker,
    /// Connections to look at.
    due: VecDeque<ConnectionId>,
    /// Connections whose peer has closed: to be closed once their output has left.
    half_closed: Vec<ConnectionId>,
    /// Connections with input that the hub did not take.
    held: HashSet<ConnectionId>,
    /// Connections that could not be written to, each with the time to see whether that is still so.
    watched: VecDeque<(Instant, ConnectionId)>,
    /// How many connections cannot be written to now.
    blocked: usize,
    accept_again: Option<Instant>,
    /// A connection that waits for room.
    waiting: Option<TcpStream>,
    /// No input is taken any more, and no connection.
    draining: bool,
    buffer: Box<[u8]>,
    timer: Timer,
    clock: Clock,
}

/// Spreads ids, which are counted up by us and so need no defence against a peer that chooses them.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(byte.into());
        }
    }

    fn write_u64(&mut self, id: u64) {
        // An odd number near 2^64 divided by the golden ratio: neighbours end far apart, in the high bits too.
        self.0 = (self.0 ^ id).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

struct Connection {
    stream: TcpStream,
    signal: Arc<Signal>,
    waker: Waker,
    /// Input that the hub did not take.
    rest: Vec<u8>,
    /// When it was heard last.
    heard_at: Instant,
    /// Since when it could not be written to.
    blocked: Option<Instant>,
    watched: bool,
    eof: bool,
}

impl<H: Hub<Peer = ConnectionId>> Listener<H> {
    /// Serves `socket` with `hub`.
    pub fn new(socket: TcpListener, hub: H, options: ListenOptions) -> Self {
        let ready = Arc::default();
        let door = Signal::new(ConnectionId::fresh(), &ready);
        door.set();
        Self {
            hub,
            socket,
            options,
            connections: HashMap::default(),
            ready,
            door_waker: Waker::from(Arc::clone(&door)),
            door,
            due: VecDeque::new(),
            half_closed: Vec::new(),
            held: HashSet::new(),
            watched: VecDeque::new(),
            blocked: 0,
            accept_again: None,
            waiting: None,
            draining: false,
            buffer: std::vec![0; READ_BUFFER].into_boxed_slice(),
            timer: Timer::new(),
            clock: Clock::start(),
        }
    }

    /// Serves until it is dropped. Cancel safe: drop it, act on the hub, and run again.
    pub async fn run(&mut self) -> Infallible {
        poll_fn(|cx| self.poll_run(cx)).await
    }

    /// The same, for those who poll by hand.
    pub fn poll_run(&mut self, cx: &mut Context<'_>) -> Poll<Infallible> {
        self.ready.take(&mut self.due, cx.waker());
        let mut now = self.clock.now();
        for _ in 0..BUDGET {
            if self.turn(now) {
                continue;
            }
            if self.timer.poll(&self.clock, now, self.deadline(), cx).is_pending() {
                return Poll::Pending;
            }
            now = self.clock.now();
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Ends in good order: takes no more input, sends what waits to be sent, for at most `grace`, and closes all connections.
    pub async fn shutdown(&mut self, grace: Duration) {
        self.draining = true;
        let drained = poll_fn(|cx| {
            let _ = self.poll_run(cx);
            if self.blocked == 0 && self.hub.transmit().is_none() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        // Whoever did not read by then goes without.
        let _ = ::tokio::time::timeout(grace, drained).await;
        let now = self.clock.now();
        let open: Vec<ConnectionId> = self.connections.keys().copied().collect();
        for id in open {
            self.close(now, id);
        }
        self.draining = false;
    }

    /// One round; whether another has something to do at once. Everything that can be read is read first, so that answers
    /// to one burst leave in few writes.
    fn turn(&mut self, now: Instant) -> bool {
        let mut again = self.accept(now);
        let open = self.connections.len();
        self.serve_due(now);
        again |= self.keep_time(now);
        self.flush(now);
        again |= self.close_half_closed(now);
        again |= self.obey(now);
        // Where one was closed, another may be accepted.
        again || !self.due.is_empty() || self.hub.transmit().is_some() || self.connections.len() != open
    }

    fn accept(&mut self, now: Instant) -> bool {
        if self.draining || self.accept_again.is_some_and(|at| at > now) {
            return false;
        }
        self.accept_again = None;
        if self.waiting.is_none() && !self.poll_accept(now) {
            return false;
        }
        if self.waiting.is_some() && !self.has_room(now) {
            return false;
        }
        if let Some(stream) = self.waiting.take() {
            self.open(now, stream);
        }
        true
    }

    /// Takes a connection from the operating system's queue, to wait for room; whether there may be more.
    fn poll_accept(&mut self, now: Instant) -> bool {
        if !self.door.is_set() {
            return false;
        }
        self.door.clear();
        match self.socket.poll_accept(&mut Context::from_waker(&self.door_waker)) {
            Poll::Pending => return false,
            Poll::Ready(Ok((stream, _))) => self.waiting = Some(stream),
            Poll::Ready(Err(error)) if is_of_one_connection(&error) => {}
            Poll::Ready(Err(_)) => self.accept_again = Some(now + ACCEPT_PAUSE),
        }
        self.door.set();
        true
    }

    /// Whether one more connection may be opened, if need be in place of the one that has been silent for longest.
    fn has_room(&mut self, now: Instant) -> bool {
        if self.connections.len() < self.options.connections {
            return true;
        }
        let silent = self
            .connections
            .iter()
            .min_by_key(|(_, connection)| connection.heard_at);
        let (Some((&id, connection)), Some(idle)) = (silent, self.options.idle) else {
            return false;
        };
        let due = connection.heard_at + idle;
        if due > now {
            self.accept_again = Some(due);
            return false;
        }
        self.close(now, id);
        true
    }

    fn open(&mut self, now: Instant, stream: TcpStream) {
        let id = ConnectionId::fresh();
        // It fails only on a socket that is closed already, which reading will tell.
        let _ = stream.set_nodelay(true);
        if self.hub.handle_open(now, &id).is_err() {
            return;
        }
        let signal = Signal::new(id, &self.ready);
        let connection = Connection {
            stream,
            waker: Waker::from(Arc::clone(&signal)),
            signal,
            rest: Vec::new(),
            heard_at: now,
            blocked: None,
            watched: false,
            eof: false,
        };
        self.connections.insert(id, connection);
        self.due.push_back(id);
    }

    fn serve_due(&mut self, now: Instant) {
        for _ in 0..self.due.len() {
            let Some(id) = self.due.pop_front() else { break };
            if let Some(connection) = self.connections.get(&id) {
                connection.signal.clear();
                if connection.blocked.is_some() {
                    self.unblock(now, id);
                }
                self.read(now, id);
            }
        }
    }

    /// Tells the hub if this connection, which was blocked, can be written to again.
    fn unblock(&mut self, now: Instant, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        match connection
            .stream
            .poll_write_ready(&mut Context::from_waker(&connection.waker))
        {
            Poll::Pending => {}
            Poll::Ready(Ok(())) => {
                connection.blocked = None;
                self.blocked -= 1;
                if connection.eof {
                    self.half_closed.push(id);
                }
                self.hub.handle_writable(now, &id);
            }
            Poll::Ready(Err(_)) => self.close(now, id),
        }
    }

    /// Reads once, if the hub took everything that was read before.
    fn read(&mut self, now: Instant, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if self.draining || connection.eof || !connection.rest.is_empty() {
            return;
        }
        let cx = &mut Context::from_waker(&connection.waker);
        match poll_read(&mut connection.stream, cx, &mut self.buffer) {
            Poll::Pending => {}
            Poll::Ready(Ok(0)) => {
                connection.eof = true;
                if connection.blocked.is_none() {
                    self.half_closed.push(id);
                }
            }
            Poll::Ready(Ok(len)) => {
                connection.heard_at = now;
                let input = self.buffer.get(..len).unwrap_or_default();
                let taken = self.hub.handle_input(now, &id, input).min(len);
                if taken < len {
                    connection
                        .rest
                        .extend_from_slice(input.get(taken..).unwrap_or_default());
                    self.held.insert(id);
                } else if connection.stream.poll_read_ready(cx).is_ready() {
                    // There may be more, but the others come first.
                    self.due.push_back(id);
                }
            }
            Poll::Ready(Err(_)) => self.close(now, id),
        }
    }

    /// Offers the hub again what it did not take of this connection's input.
    fn offer(&mut self, now: Instant, id: ConnectionId) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else {
            return false;
        };
        if connection.rest.is_empty() {
            return false;
        }
        let taken = self
            .hub
            .handle_input(now, &id, &connection.rest)
            .min(connection.rest.len());
        connection.rest.drain(..taken);
        if connection.rest.is_empty() {
            self.held.remove(&id);
            self.due.push_back(id);
        }
        taken > 0
    }

    fn keep_time(&mut self, now: Instant) -> bool {
        let due = self.hub.poll_timeout().is_some_and(|at| at <= now);
        if due {
            self.hub.handle_timeout(now);
            // Time may have made room.
            for id in self.held.clone() {
                self.offer(now, id);
            }
        }
        due | self.close_stalled(now)
    }

    fn close_stalled(&mut self, now: Instant) -> bool {
        let mut progress = false;
        while self.watched.front().is_some_and(|(at, _)| *at <= now) {
            let Some((_, id)) = self.watched.pop_front() else { break };
            let Some(connection) = self.connections.get_mut(&id) else {
                continue;
            };
            connection.watched = false;
            let Some(since) = connection.blocked else { continue };
            let deadline = since + self.options.write_timeout;
            if deadline <= now {
                self.close(now, id);
                progress = true;
            } else {
                connection.watched = true;
                self.watched.push_back((deadline, id));
            }
        }
        progress
    }

    fn flush(&mut self, now: Instant) {
        for _ in 0..BUDGET {
            let Some((id, output)) = self.hub.transmit() else { break };
            let offered = output.len();
            let Some(connection) = self.connections.get_mut(&id) else {
                // Nobody is there to take it.
                self.hub.handle_transmitted(now, &id, offered);
                continue;
            };
            let cx = &mut Context::from_waker(&connection.waker);
            match Pin::new(&mut connection.stream).poll_write(cx, output) {
                Poll::Ready(Ok(sent)) if sent > 0 => {
                    let held = !connection.rest.is_empty();
                    self.hub.handle_transmitted(now, &id, sent.min(offered));
                    if held {
                        self.offer(now, id);
                    }
                }
                Poll::Ready(_) => self.close(now, id),
                Poll::Pending => self.block(now, id),
            }
        }
    }

    fn block(&mut self, now: Instant, id: ConnectionId) {
        self.hub.handle_blocked(now, &id);
        if let Some(connection) = self.connections.get_mut(&id) {
            if connection.blocked.replace(now).is_none() {
                self.blocked += 1;
            }
            if !connection.watched {
                connection.watched = true;
                self.watched.push_back((now + self.options.write_timeout, id));
            }
        }
    }

    /// Closes those whose peer has closed and whose output has left.
    fn close_half_closed(&mut self, now: Instant) -> bool {
        if self.half_closed.is_empty() || self.hub.transmit().is_some() {
            return false;
        }
        for id in core::mem::take(&mut self.half_closed) {
            // A blocked one comes back when it can be written to.
            if self
                .connections
                .get(&id)
                .is_some_and(|connection| connection.blocked.is_none())
            {
                self.close(now, id);
            }
        }
        true
    }

    /// Closes what the hub wants closed.
    fn obey(&mut self, now: Instant) -> bool {
        let mut progress = false;
        for _ in 0..BUDGET {
            let Some((id, demand)) = self.hub.link_demand() else {
                break;
            };
            let blocked = self
                .connections
                .get(&id)
                .is_some_and(|connection| connection.blocked.is_some());
            match demand {
                LinkDemand::Reset => {}
                LinkDemand::Close if !blocked && self.hub.transmit().is_none() => {}
                _ => break,
            }
            self.close(now, id);
            progress = true;
        }
        progress
    }

    fn close(&mut self, now: Instant, id: ConnectionId) {
        if let Some(connection) = self.connections.remove(&id) {
            self.blocked -= usize::from(connection.blocked.is_some());
            self.accept_again = None; // there is room now
        }
        self.held.remove(&id);
        self.hub.handle_close(now, &id);
    }

    fn deadline(&self) -> Option<Instant> {
        let watched = self.watched.front().map(|(at, _)| *at);
        earliest(self.hub.poll_timeout(), earliest(watched, self.accept_again))
    }

    /// The hub.
    pub fn hub(&self) -> &H {
        &self.hub
    }

    /// The hub, to act on it between two runs.
    pub fn hub_mut(&mut self) -> &mut H {
        &mut self.hub
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Where it listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The time of this driver's clock.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
}

/// Whether an error of `accept` only tells that one peer went away before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

impl<H: fmt::Debug> fmt::Debug for Listener<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Listener");
        out.field("hub", &self.hub)
            .field("connections", &self.connections.len());
        out.finish_non_exhaustive()
    }
}
