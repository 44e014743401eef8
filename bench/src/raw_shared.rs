//! The raw echo, shared by tasks: what it costs that each request is another task's, before a word of Modbus is spoken.
//!
//! Requests of so many bytes go out, and as many answers come back in their order; whose one is is told by counting. Nothing is
//! checked, nothing kept of an answer but one byte, and nothing has a deadline. A call that is alone sends for itself; else one
//! runner sends for all that ask while it sleeps, and wakes each whose answer has come.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

const BUFFER: usize = 8 * 1024;

/// A raw client for up to `N` tasks at a time.
pub struct RawShared<const N: usize> {
    desk: Mutex<Desk<N>>,
    answer: usize,
}

struct Desk<const N: usize> {
    stream: TcpStream,
    request: &'static [u8],
    output: Vec<u8>,
    input: Box<[u8]>,
    /// Bytes of the answer that has begun.
    begun: usize,
    places: [Place; N],
    free: Vec<usize>,
    /// Who waits, first come first served.
    waiting: VecDeque<usize>,
    /// How many calls ended when the runner last ran.
    burst: usize,
    /// Wakes the runner; there while it sleeps.
    runner: Option<Waker>,
}

#[derive(Default)]
struct Place {
    caller: Option<Waker>,
    answer: Option<u8>,
}

impl<const N: usize> RawShared<N> {
    /// A client over this stream, of which [`run`](Self::run) is to be spawned: each request is these bytes, each answer so many.
    pub fn new(stream: TcpStream, request: &'static [u8], answer: usize) -> Arc<Self> {
        let desk = Desk {
            stream,
            request,
            output: Vec::with_capacity(N * request.len()),
            input: vec![0; BUFFER].into(),
            begun: 0,
            places: std::array::from_fn(|_| Place::default()),
            free: (0..N).collect(),
            waiting: VecDeque::with_capacity(N),
            burst: 0,
            runner: None,
        };
        let desk = Mutex::new(desk);
        Arc::new(Self { desk, answer })
    }

    /// One round trip: a byte of the answer; `None` if `N` calls are under way.
    pub async fn call(&self) -> Option<u8> {
        let mut place = None;
        poll_fn(|cx| match place {
            None => {
                let Some((at, runner)) = self.lock().ask(cx.waker()) else {
                    return Poll::Ready(None);
                };
                place = Some(at);
                runner.into_iter().for_each(Waker::wake);
                Poll::Pending
            }
            Some(at) => self.lock().collect(at, cx.waker()).map(Some),
        })
        .await
    }

    /// Moves the bytes for all calls.
    pub async fn run(self: Arc<Self>) -> io::Result<()> {
        let mut wakers = Vec::with_capacity(N);
        poll_fn(|cx| {
            let poll = self.lock().poll_run(cx, self.answer, &mut wakers);
            wakers.drain(..).for_each(Waker::wake);
            poll
        })
        .await
    }

    fn lock(&self) -> MutexGuard<'_, Desk<N>> {
        self.desk.lock().expect("nobody panics")
    }
}

impl<const N: usize> Desk<N> {
    /// Takes a place, and says whom to wake.
    fn ask(&mut self, caller: &Waker) -> Option<(usize, Option<Waker>)> {
        let at = self.free.pop()?;
        self.places[at].caller = Some(caller.clone());
        self.waiting.push_back(at);
        self.output.extend_from_slice(self.request);
        if self.waiting.len() == 1
            && self.burst <= 1
            && let Some(runner) = &self.runner
        {
            let runner = runner.clone();
            let sent = self.send(&mut Context::from_waker(&runner));
            if sent.is_ok() && self.output.is_empty() {
                return Some((at, None));
            }
        }
        Some((at, self.runner.take()))
    }

    fn collect(&mut self, at: usize, caller: &Waker) -> Poll<u8> {
        let place = &mut self.places[at];
        let Some(answer) = place.answer.take() else {
            place.caller = Some(caller.clone());
            return Poll::Pending;
        };
        self.free.push(at);
        Poll::Ready(answer)
    }

    fn send(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        while !self.output.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, &self.output)? {
                Poll::Pending => break,
                Poll::Ready(sent) => drop(self.output.drain(..sent)),
            }
        }
        Ok(())
    }

    fn poll_run(&mut self, cx: &mut Context<'_>, answer: usize, wakers: &mut Vec<Waker>) -> Poll<io::Result<()>> {
        self.burst = 0;
        loop {
            self.send(cx)?;
            let mut space = ReadBuf::new(&mut self.input);
            if Pin::new(&mut self.stream).poll_read(cx, &mut space)?.is_pending() {
                self.runner = Some(cx.waker().clone());
                return Poll::Pending;
            }
            let filled = space.filled();
            let Some(&first) = filled.first() else {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            };
            self.begun += filled.len();
            while self.begun >= answer
                && let Some(at) = self.waiting.pop_front()
            {
                self.begun -= answer;
                let place = &mut self.places[at];
                place.answer = Some(first);
                wakers.extend(place.caller.take());
                self.burst += 1;
            }
        }
    }
}
