//! Whole round trips over loopback TCP: 99 registers read, client and server in one thread.
//!
//! The raw echo moves the same bytes with tokio and nothing else: what is left between it and the others is theirs. All
//! contenders share one runtime, and take turns; the program pins it to one core, since on two the wake-ups of idle cores
//! hide everything.

// Contenders run one after the other, each alone in its runtime: nobody else asks for the cell in the meantime.
#![allow(clippy::await_holding_refcell_ref)]

use std::cell::RefCell;
use std::future::{self, Future};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use pdu_core::tokio::{Driver, Handle, StreamLink, listen};
use pdu_core::{Event, Session};
use pdu_proto_modbus::client::{Reply, Request, TcpClient, TcpOptions};
use pdu_proto_modbus::server::{RegisterBank, TcpHub};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, Semaphore};
use tokio_modbus::client::Reader;

use crate::{Case, Contender};

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

async fn our_pair<const DEPTH: usize>() -> OurDriver<DEPTH> {
    let (listener, address) = bind().await;
    let bank = RegisterBank::new().with_holding_registers(0, vec![0x1234; REGISTERS.into()]);
    tokio::spawn(async move { listen(listener, TcpHub::new(bank)).run().await });
    let client = TcpClient::new(TcpOptions {
        depth: DEPTH,
        ..TcpOptions::default()
    });
    Driver::new(client, StreamLink(connect(address).await))
}

fn ours_by_driver<const DEPTH: usize>(runtime: &Rc<Runtime>) -> Contender {
    let driver = runtime.block_on(our_pair::<DEPTH>());
    on(runtime, "ours, driver", driver, |driver, times| async move {
        let driver = &mut *driver.borrow_mut();
        let window = times.min(DEPTH as u64);
        for _ in 0..window {
            driver.submit(question()).map_err(drop).expect("room");
        }
        let mut sum = 0_u64;
        for done in 1..=times {
            let Ok(Event::Done { result: Ok(reply), .. }) = &driver.next().await else {
                panic!("an answer")
            };
            sum = sum.wrapping_add(digest(reply));
            if done + window <= times {
                driver.submit(question()).map_err(drop).expect("room");
            }
        }
        sum
    })
}

/// Tasks that share a handle. They live on from one measurement to the next, so that starting them is not measured.
struct Workers {
    go: Arc<Semaphore>,
    done: Arc<Notify>,
    left: Arc<AtomicI64>,
    busy: Arc<AtomicU64>,
    sum: Arc<AtomicU64>,
}

impl Workers {
    fn start<const DEPTH: usize>(handle: &Handle<TcpClient<DEPTH>>) -> Self {
        let workers = Self {
            go: Arc::new(Semaphore::new(0)),
            done: Arc::default(),
            left: Arc::default(),
            busy: Arc::default(),
            sum: Arc::default(),
        };
        for _ in 0..DEPTH {
            tokio::spawn(workers.work(handle.clone()));
        }
        workers
    }

    fn work<S>(&self, handle: Handle<S>) -> impl Future<Output = ()> + use<S>
    where
        S: Session<Request = Request, Reply = Reply>,
    {
        let Self {
            go,
            done,
            left,
            busy,
            sum,
        } = self;
        let (go, done, left) = (Arc::clone(go), Arc::clone(done), Arc::clone(left));
        let (busy, sum) = (Arc::clone(busy), Arc::clone(sum));
        async move {
            loop {
                go.acquire().await.expect("never closed").forget();
                while left.fetch_sub(1, Relaxed) > 0 {
                    let Ok(reply) = &handle.call(question()).await else {
                        panic!("an answer")
                    };
                    sum.fetch_add(digest(reply), Relaxed);
                }
                if busy.fetch_sub(1, Relaxed) == 1 {
                    done.notify_one();
                }
            }
        }
    }

    async fn run(&self, depth: usize, times: u64) -> u64 {
        self.sum.store(0, Relaxed);
        self.left.store(times.try_into().expect("a count"), Relaxed);
        self.busy.store(depth as u64, Relaxed);
        self.go.add_permits(depth);
        self.done.notified().await;
        self.sum.load(Relaxed)
    }
}

fn ours_by_handle<const DEPTH: usize>(runtime: &Rc<Runtime>) -> Contender {
    let workers = runtime.block_on(async {
        let (handle, runner) = our_pair::<DEPTH>().await.into_handle();
        tokio::spawn(runner);
        Workers::start(&handle)
    });
    on(runtime, "ours, cloned handles", workers, |workers, times| async move {
        workers.borrow().run(DEPTH, times).await
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
