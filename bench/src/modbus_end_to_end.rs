//! Whole round trips over loopback TCP: 99 registers read, client and server in one thread.
//!
//! The raw echo moves the same bytes with tokio and nothing else: what is left between it and the others is theirs. What is
//! written by hand does no more than it must, and shows how much of that nobody is spared. All contenders share one
//! runtime, and take turns; the program pins it to one core, since on two the wake-ups of idle cores hide everything.

// Contenders run one after the other, each alone in its runtime: nobody else asks for the cell in the meantime.
#![allow(clippy::await_holding_refcell_ref)]

use std::cell::RefCell;
use std::future::{self, Future};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use pdu_core::Event;
use pdu_core::tokio::{Driver, Handle, StreamLink, listen};
use pdu_proto_modbus::client::{Reply, Request, TcpClient, TcpOptions};
use pdu_proto_modbus::server::{RegisterBank, TcpHub};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, Semaphore};
use tokio_modbus::client::Reader;

use crate::raw_shared::RawShared;
use crate::{Case, Contender, by_hand};

const REGISTERS: u16 = 99;
const REQUEST: usize = 12;
const ANSWER: usize = 9 + 2 * REGISTERS as usize;
/// As large as the drivers' own, so that the raw echo is not slowed by small reads.
const BUFFER: usize = 8 * 1024;

/// The cases: one request at a time, and sixteen.
pub fn cases() -> Vec<Case> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let runtime = Rc::new(runtime);
    vec![case::<1>(&runtime), case::<16>(&runtime)]
}

/// Ours through the driver comes first; the raw echo is what it is measured by.
fn case<const DEPTH: usize>(runtime: &Rc<Runtime>) -> Case {
    let contenders = vec![
        ours_by_driver::<DEPTH>(runtime),
        ours_by_handle::<DEPTH>(runtime),
        raw_echo::<DEPTH>(runtime),
        by_hand::<DEPTH>(runtime),
        our_client_by_hand_server::<DEPTH>(runtime),
        by_hand_client_our_server::<DEPTH>(runtime),
        by_hand_shared::<DEPTH>(runtime),
        raw_shared::<DEPTH>(runtime),
        tokio_modbus(runtime),
    ];
    Case {
        name: format!("round trip, 99 registers, depth {DEPTH}"),
        contenders,
    }
}

/// The contender's name for the raw echo.
pub const RAW: &str = "raw tokio echo of the same sizes";

/// A contender whose round trips run on the runtime, so many in one go.
fn on<W, F, Fut>(runtime: &Rc<Runtime>, name: &'static str, world: W, run: F) -> Contender
where
    W: 'static,
    F: Fn(Rc<RefCell<W>>, u64) -> Fut + 'static,
    Fut: Future<Output = u64>,
{
    let runtime = Rc::clone(runtime);
    let world = Rc::new(RefCell::new(world));
    Contender::batched(name, move |times| runtime.block_on(run(Rc::clone(&world), times)))
}

/// What one of our round trips is worth: something of its first and last register.
fn digest(reply: &Reply) -> u64 {
    let registers = reply.registers().expect("registers");
    u64::from(registers.get(0).expect("the first")) + u64::from(registers.get(98).expect("the last"))
}

fn question() -> Request {
    Request::read_holding_registers(1, 0, REGISTERS).expect("a legal request")
}

async fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).await.expect("a listener");
    stream.set_nodelay(true).expect("an option of every socket");
    stream
}

async fn bind() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

type OurDriver<const N: usize> = Driver<TcpClient<N>, StreamLink<TcpStream>>;

/// A link to our server.
async fn our_link() -> TcpStream {
    let (listener, address) = bind().await;
    let bank = RegisterBank::new().with_holding_registers(0, vec![0x1234; REGISTERS.into()]);
    tokio::spawn(async move { listen(listener, TcpHub::new(bank)).run().await });
    connect(address).await
}

fn our_driver<const DEPTH: usize>(link: TcpStream) -> OurDriver<DEPTH> {
    let client = TcpClient::new(TcpOptions {
        depth: DEPTH,
        ..TcpOptions::default()
    });
    Driver::new(client, StreamLink(link))
}

fn ours_by_driver<const DEPTH: usize>(runtime: &Rc<Runtime>) -> Contender {
    let driver = runtime.block_on(async { our_driver(our_link().await) });
    by_driver::<DEPTH>(runtime, "ours, driver", driver)
}

/// Which end costs how much: ours, against what is written by hand.
fn our_client_by_hand_server<const DEPTH: usize>(runtime: &Rc<Runtime>) -> Contender {
    let driver = runtime.block_on(async { our_driver(by_hand_link().await) });
    by_driver::<DEPTH>(runtime, "our driver, server by hand", driver)
}

fn by_driver<const DEPTH: usize>(runtime: &Rc<Runtime>, name: &'static str, driver: OurDriver<DEPTH>) -> Contender {
    on(runtime, name, driver, |driver, times| async move {
        let driver = &mut *driver.borrow_mut();
        let question = question();
        let window = times.min(DEPTH as u64);
        for _ in 0..window {
            driver.submit(question.clone()).map_err(drop).expect("room");
        }
        let mut sum = 0_u64;
        for done in 1..=times {
            let Ok(Event::Done { result: Ok(reply), .. }) = &driver.next().await else {
                panic!("an answer")
            };
            sum = sum.wrapping_add(digest(reply));
            if done + window <= times {
                driver.submit(question.clone()).map_err(drop).expect("room");
            }
        }
        sum
    })
}

/// What one of many tasks asks with.
trait Ask: Send + 'static {
    /// One round trip, and its digest.
    fn ask(&self) -> impl Future<Output = u64> + Send;
}

impl<const N: usize> Ask for Handle<TcpClient<N>> {
    async fn ask(&self) -> u64 {
        let Ok(reply) = &self.call(question()).await else {
            panic!("an answer")
        };
        digest(reply)
    }
}

impl<const N: usize> Ask for Arc<by_hand::Shared<N>> {
    async fn ask(&self) -> u64 {
        self.call(0, 99).await.expect("an answer").digest()
    }
}

impl<const N: usize> Ask for Arc<RawShared<N>> {
    async fn ask(&self) -> u64 {
        self.call().await.expect("an answer").into()
    }
}

/// Tasks that share a handle. They live on from one measurement to the next, so that starting them is not measured, and
/// each counts for itself while one lasts.
struct Workers {
    tasks: u64,
    board: Arc<Board>,
}

struct Board {
    go: Semaphore,
    /// How often each task asks.
    share: AtomicU64,
    busy: AtomicU64,
    sum: AtomicU64,
    done: Notify,
}

impl Workers {
    fn start<A: Ask>(tasks: usize, asker: impl Fn() -> A) -> Self {
        let board = Arc::new(Board {
            go: Semaphore::new(0),
            share: AtomicU64::default(),
            busy: AtomicU64::default(),
            sum: AtomicU64::default(),
            done: Notify::new(),
        });
        for _ in 0..tasks {
            tokio::spawn(work(Arc::clone(&board), asker()));
        }
        let tasks = tasks as u64;
        Self { tasks, board }
    }

    /// So many round trips, shared out evenly: as many more as it takes.
    async fn run(&self, times: u64) -> u64 {
        let Self { tasks, board } = self;
        board.sum.store(0, Relaxed);
        board.share.store(times.div_ceil(*tasks), Relaxed);
        board.busy.store(*tasks, Relaxed);
        board.go.add_permits(usize::try_from(*tasks).expect("a count"));
        board.done.notified().await;
        board.sum.load(Relaxed)
    }
}

async fn work<A: Ask>(board: Arc<Board>, asker: A) {
    loop {
        board.go.acquire().await.expect("never closed").forget();
        let mut sum = 0_u64;
        for _ in 0..board.share.load(Relaxed) {
            sum = sum.wrapping_add(asker.ask().await);
        }
        board.sum.fetch_add(sum, Relaxed);
        if board.busy.fetch_sub(1, Relaxed) == 1 {
            board.done.notify_one();
        }
    }
}

fn ours_by_handle<const DEPTH: usize>(runtime: &Rc<Runtime>) -> Contender {
    let workers = runtime.block_on(async {
        let (handle, runner) = our_driver::<DEPTH>(our_link().await).into_handle();
        tokio::spawn(runner);
        Workers::start(DEPTH, || handle.clone())
    });
    on(runtime, "ours, cloned handles", workers, |workers, times| async move {
        workers.borrow().run(times).await
    })
}

struct Raw {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// Answers every twelve bytes with an answer's length, in one write for all that came in one read.
async fn raw_server(listener: TcpListener) {
    let (mut stream, _) = listener.accept().await.expect("the client");
    stream.set_nodelay(true).expect("an option of every socket");
    let answers = vec![0x12; BUFFER / REQUEST * ANSWER];
    let mut buffer = vec![0; BUFFER];
    let mut begun = 0;
    loop {
        let len = stream.read(&mut buffer).await.expect("a link");
        if len == 0 {
            return;
        }
        let whole = (begun + len) / REQUEST;
        begun = (begun + len) % REQUEST;
        stream.write_all(&answers[..whole * ANSWER]).await.expect("a link");
    }
}

fn raw_echo<const DEPTH: usize>(runtime: &Rc<Runtime>) -> Contender {
    let raw = runtime.block_on(async {
        let (listener, address) = bind().await;
        tokio::spawn(raw_server(listener));
        Raw {
            stream: connect(address).await,
            buffer: vec![0; BUFFER],
        }
    });
    on(runtime, RAW, raw, |raw, times| async move {
        let Raw { stream, buffer } = &mut *raw.borrow_mut();
        let requests = [0x34; 16 * REQUEST];
        let total = usize::try_from(times).expect("a count");
        let window = total.min(DEPTH);
        stream.write_all(&requests[..window * REQUEST]).await.expect("a link");
        let (mut asked, mut bytes, mut sum) = (window, 0, 0_u64);
        while bytes < total * ANSWER {
            let before = bytes / ANSWER;
            let len = stream.read(buffer).await.expect("a link");
            bytes += len;
            sum = sum.wrapping_add(u64::from(buffer[0]));
            let next = (bytes / ANSWER - before).min(total - asked);
            if next > 0 {
                asked += next;
                stream.write_all(&requests[..next * REQUEST]).await.expect("a link");
            }
        }
        sum
    })
}

/// A link to the server written by hand.
async fn by_hand_link() -> TcpStream {
    let (listener, address) = bind().await;
    tokio::spawn(by_hand::serve(listener, vec![0x1234; REGISTERS.into()]));
    connect(address).await
}

fn by_hand<const DEPTH: usize>(runtime: &Rc<Runtime>) -> Contender {
    let client = runtime.block_on(async { by_hand::Client::new(by_hand_link().await) });
    by_hand_client::<DEPTH>(runtime, "by hand, one task", client)
}

fn by_hand_client_our_server<const DEPTH: usize>(runtime: &Rc<Runtime>) -> Contender {
    let client = runtime.block_on(async { by_hand::Client::new(our_link().await) });
    by_hand_client::<DEPTH>(runtime, "client by hand, our server", client)
}

fn by_hand_client<const DEPTH: usize>(
    runtime: &Rc<Runtime>,
    name: &'static str,
    client: by_hand::Client<DEPTH>,
) -> Contender {
    on(runtime, name, client, |client, times| async move {
        let client = &mut *client.borrow_mut();
        let window = times.min(DEPTH as u64);
        for _ in 0..window {
            client.submit(0, 99).expect("room");
        }
        let mut sum = 0_u64;
        for done in 1..=times {
            let (_, reply) = &client.next().await.expect("an answer");
            sum = sum.wrapping_add(reply.digest());
            if done + window <= times {
                client.submit(0, 99).expect("room");
            }
        }
        sum
    })
}

fn by_hand_shared<const DEPTH: usize>(runtime: &Rc<Runtime>) -> Contender {
    let workers = runtime.block_on(async {
        let shared = by_hand::Shared::<DEPTH>::new(by_hand_link().await);
        tokio::spawn(Arc::clone(&shared).run());
        Workers::start(DEPTH, || Arc::clone(&shared))
    });
    on(
        runtime,
        "by hand, shared by tasks",
        workers,
        |workers, times| async move { workers.borrow().run(times).await },
    )
}

/// The least that tasks cost which share a link, whatever is spoken over it.
fn raw_shared<const DEPTH: usize>(runtime: &Rc<Runtime>) -> Contender {
    let workers = runtime.block_on(async {
        let (listener, address) = bind().await;
        tokio::spawn(raw_server(listener));
        let shared = RawShared::<DEPTH>::new(connect(address).await, &[0x34; REQUEST], ANSWER);
        tokio::spawn(Arc::clone(&shared).run());
        Workers::start(DEPTH, || Arc::clone(&shared))
    });
    on(
        runtime,
        "raw echo, shared by tasks",
        workers,
        |workers, times| async move { workers.borrow().run(times).await },
    )
}

/// A device of tokio-modbus.
#[derive(Clone)]
struct TheirDevice;

impl tokio_modbus::server::Service for TheirDevice {
    type Request = tokio_modbus::Request<'static>;
    type Response = tokio_modbus::Response;
    type Exception = tokio_modbus::ExceptionCode;
    type Future = future::Ready<Result<Self::Response, Self::Exception>>;

    fn call(&self, request: Self::Request) -> Self::Future {
        future::ready(match request {
            tokio_modbus::Request::ReadHoldingRegisters(_, count) => {
                Ok(tokio_modbus::Response::ReadHoldingRegisters(vec![0x1234; count.into()]))
            }
            _ => Err(tokio_modbus::ExceptionCode::IllegalFunction),
        })
    }
}

/// Its client has one request under way at a time, so at any depth it does one after the other.
fn tokio_modbus(runtime: &Rc<Runtime>) -> Contender {
    let context = runtime.block_on(async {
        let (listener, address) = bind().await;
        tokio::spawn(async move {
            let server = tokio_modbus::server::tcp::Server::new(listener);
            let connected = |stream: TcpStream, _| {
                let option = stream.set_nodelay(true).map(|()| Some((TheirDevice, stream)));
                future::ready(option)
            };
            server.serve(&connected, |error| panic!("{error}")).await
        });
        tokio_modbus::client::tcp::attach_slave(connect(address).await, tokio_modbus::Slave(1))
    });
    on(
        runtime,
        "tokio-modbus 0.17, client and server",
        context,
        |context, times| async move {
            let context = &mut *context.borrow_mut();
            let mut sum = 0_u64;
            for _ in 0..times {
                let words = context
                    .read_holding_registers(0, REGISTERS)
                    .await
                    .expect("a link")
                    .expect("registers");
                sum = sum.wrapping_add(u64::from(words[0]) + u64::from(words[98]));
            }
            sum
        },
    )
}
