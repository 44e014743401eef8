//! A client and a server written by hand for the one job of `modbus_end_to_end`: what is between them and the raw echo is
//! what the job itself costs, whoever does it.
//!
//! They do what a correct program must: ids are told apart; header, unit, function and byte count are checked; frames may be
//! cut anywhere and writes be short; each answer has its deadline, and is copied once into what the caller owns. And nothing
//! else: no retry, cancellation, reconnection, quirk, second connection, or function but 03, and any mishap is the end. The
//! clock is read once for all requests that leave together, and not at all at other times.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep_until};

const BUFFER: usize = 8 * 1024;
const HEADER: usize = 7;
const UNIT: u8 = 1;
const READ_HOLDING_REGISTERS: u8 = 3;
const TIMEOUT: Duration = Duration::from_secs(1);

/// The registers of one answer as they came.
pub struct Reply {
    bytes: [u8; 250],
    len: u8,
}

impl Reply {
    fn copy(data: &[u8]) -> Self {
        let mut bytes = [0; 250];
        bytes[..data.len()].copy_from_slice(data);
        let len = u8::try_from(data.len()).expect("at most 250 bytes");
        Self { bytes, len }
    }

    /// Something of the first and the last register.
    pub fn digest(&self) -> u64 {
        let bytes = &self.bytes[..self.len.into()];
        let first = bytes.first_chunk().expect("the first");
        let last = bytes.last_chunk().expect("the last");
        u64::from(u16::from_be_bytes(*first)) + u64::from(u16::from_be_bytes(*last))
    }
}

#[derive(Clone, Copy)]
struct Slot {
    is_live: bool,
    quantity: u8,
    id: u16,
    deadline: Instant,
}

/// Ids and deadlines of up to `N` requests, and their bytes in both directions.
struct Session<const N: usize> {
    slots: [Slot; N],
    next_id: u16,
    /// When the requests were asked that wait to be sent.
    asked: Option<Instant>,
    output: Vec<u8>,
    input: Box<[u8]>,
    start: usize,
    end: usize,
    timer: Pin<Box<Sleep>>,
    stream: TcpStream,
}

impl<const N: usize> Session<N> {
    fn new(stream: TcpStream) -> Self {
        let now = Instant::now();
        let free = Slot {
            is_live: false,
            quantity: 0,
            id: 0,
            deadline: now,
        };
        Self {
            slots: [free; N],
            next_id: 0,
            asked: None,
            output: Vec::with_capacity(N * 12),
            input: vec![0; BUFFER].into(),
            start: 0,
            end: 0,
            timer: Box::pin(sleep_until(now + TIMEOUT)),
            stream,
        }
    }

    /// The slot of a new request, if one is free.
    fn submit(&mut self, address: u16, quantity: u8) -> Option<usize> {
        let at = self.slots.iter().position(|slot| !slot.is_live)?;
        let now = *self.asked.get_or_insert_with(Instant::now);
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        self.slots[at] = Slot {
            is_live: true,
            quantity,
            id,
            deadline: now + TIMEOUT,
        };
        let ([t0, t1], [a0, a1]) = (id.to_be_bytes(), address.to_be_bytes());
        let frame = [t0, t1, 0, 0, 0, 6, UNIT, READ_HOLDING_REGISTERS, a0, a1, 0, quantity];
        self.output.extend_from_slice(&frame);
        Some(at)
    }

    /// Sends what there is.
    fn send(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        self.asked = None;
        while !self.output.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, &self.output)? {
                Poll::Pending => break,
                Poll::Ready(sent) if sent == self.output.len() => self.output.clear(),
                Poll::Ready(sent) => drop(self.output.drain(..sent)),
            }
        }
        Ok(())
    }

    /// Receives something, or waits for it until the next deadline.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.start > 0 {
            self.input.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let mut space = ReadBuf::new(&mut self.input[self.end..]);
        if Pin::new(&mut self.stream).poll_read(cx, &mut space)?.is_pending() {
            return self.poll_deadline(cx).map(Err);
        }
        let len = space.filled().len();
        self.end += len;
        Poll::Ready(if len > 0 {
            Ok(())
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        })
    }

    /// The timer is only set anew once it is over: it may wake early, and then looks for the next deadline.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            ready!(self.timer.as_mut().poll(cx));
            let now = Instant::now();
            let live = self.slots.iter().filter(|slot| slot.is_live);
            let first = live.map(|slot| slot.deadline).min().unwrap_or(now + TIMEOUT);
            if first <= now {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            self.timer.as_mut().reset(first);
        }
    }

    /// The next answer that is whole: its slot, which is free then, and its registers.
    fn next(&mut self) -> io::Result<Option<(usize, &[u8])>> {
        let input = &self.input[self.start..self.end];
        let Some(&[t0, t1, p0, p1, l0, l1, unit]) = input.first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let len = usize::from(u16::from_be_bytes([l0, l1]));
        if [p0, p1] != [0, 0] || !(2..=254).contains(&len) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let Some(pdu) = input.get(HEADER..HEADER - 1 + len) else {
            return Ok(None);
        };
        self.start += HEADER - 1 + len;
        let id = u16::from_be_bytes([t0, t1]);
        let Some(at) = self.slots.iter().position(|slot| slot.is_live && slot.id == id) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let slot = &mut self.slots[at];
        slot.is_live = false;
        match pdu {
            [READ_HOLDING_REGISTERS, count, data @ ..]
                if unit == UNIT && *count == 2 * slot.quantity && data.len() == usize::from(*count) =>
            {
                Ok(Some((at, data)))
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

/// A client for one owner.
pub struct Client<const N: usize>(Session<N>);

impl<const N: usize> Client<N> {
    /// A client over this stream.
    pub fn new(stream: TcpStream) -> Self {
        Self(Session::new(stream))
    }

    /// Asks for registers, if fewer than `N` requests are under way; the answer comes from [`next`](Self::next).
    pub fn submit(&mut self, address: u16, quantity: u8) -> Option<usize> {
        self.0.submit(address, quantity)
    }

    /// The next answer, and which request's it is.
    pub async fn next(&mut self) -> io::Result<(usize, Reply)> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(usize, Reply)>> {
        loop {
            if let Some((at, data)) = self.0.next()? {
                return Poll::Ready(Ok((at, Reply::copy(data))));
            }
            self.0.send(cx)?;
            ready!(self.0.poll_receive(cx))?;
        }
    }
}

/// A client for many tasks: all of it under one lock, with a place for each call.
pub struct Shared<const N: usize> {
    desk: Mutex<Desk<N>>,
}

struct Desk<const N: usize> {
    session: Session<N>,
    places: [Place; N],
    live: usize,
    /// How many calls ended when the runner last ran.
    burst: usize,
    /// Wakes the runner; there while it sleeps.
    runner: Option<Waker>,
}

#[derive(Default)]
struct Place {
    caller: Option<Waker>,
    reply: Option<Reply>,
}

impl<const N: usize> Shared<N> {
    /// A client over this stream, of which [`run`](Self::run) is to be spawned.
    pub fn new(stream: TcpStream) -> Arc<Self> {
        let desk = Mutex::new(Desk {
            session: Session::new(stream),
            places: std::array::from_fn(|_| Place::default()),
            live: 0,
            burst: 0,
            runner: None,
        });
        Arc::new(Self { desk })
    }

    /// Asks for registers; `None` if `N` calls are under way.
    pub async fn call(&self, address: u16, quantity: u8) -> Option<Reply> {
        let mut place = None;
        poll_fn(|cx| match place {
            None => {
                let Some((at, runner)) = self.lock().ask(cx.waker(), address, quantity) else {
                    return Poll::Ready(None);
                };
                place = Some(at);
                runner.into_iter().for_each(Waker::wake);
                Poll::Pending
            }
            Some(at) => {
                let Place { caller, reply } = &mut self.lock().places[at];
                if let Some(reply) = reply.take() {
                    return Poll::Ready(Some(reply));
                }
                *caller = Some(cx.waker().clone());
                Poll::Pending
            }
        })
        .await
    }

    /// Moves the bytes for all calls.
    pub async fn run(self: Arc<Self>) -> io::Result<()> {
        let mut wakers = Vec::with_capacity(N);
        poll_fn(|cx| {
            let poll = self.lock().poll_run(cx, &mut wakers);
            wakers.drain(..).for_each(Waker::wake);
            poll
        })
        .await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Desk<N>> {
        self.desk.lock().expect("nobody panics")
    }
}

impl<const N: usize> Desk<N> {
    /// Takes a place, and says whom to wake. A call that is alone sends for itself, as ours do.
    fn ask(&mut self, caller: &Waker, address: u16, quantity: u8) -> Option<(usize, Option<Waker>)> {
        let at = self.session.submit(address, quantity)?;
        self.places[at].caller = Some(caller.clone());
        self.live += 1;
        if self.live == 1
            && self.burst <= 1
            && let Some(runner) = &self.runner
        {
            let sent = self.session.send(&mut Context::from_waker(runner));
            if sent.is_ok() && self.session.output.is_empty() {
                return Some((at, None));
            }
        }
        Some((at, self.runner.take()))
    }

    fn poll_run(&mut self, cx: &mut Context<'_>, wakers: &mut Vec<Waker>) -> Poll<io::Result<()>> {
        self.burst = 0;
        loop {
            self.session.send(cx)?;
            if self.session.poll_receive(cx)?.is_pending() {
                self.runner = Some(cx.waker().clone());
                return Poll::Pending;
            }
            while let Some((at, data)) = self.session.next()? {
                let place = &mut self.places[at];
                place.reply = Some(Reply::copy(data));
                wakers.extend(place.caller.take());
                self.live -= 1;
                self.burst += 1;
            }
        }
    }
}

/// Answers reads out of one table: all that came in one read, with one write.
pub async fn serve(listener: TcpListener, table: Vec<u16>) -> io::Result<()> {
    let (mut stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    let mut input = vec![0; BUFFER];
    let mut output = Vec::with_capacity(BUFFER);
    let mut end = 0;
    loop {
        match stream.read(&mut input[end..]).await? {
            0 => return Ok(()),
            len => end += len,
        }
        let mut rest = &input[..end];
        while let Some((frame, later)) = rest.split_first_chunk() {
            answer(&table, frame, &mut output).ok_or(io::ErrorKind::InvalidData)?;
            rest = later;
        }
        let begun = rest.len();
        input.copy_within(end - begun..end, 0);
        end = begun;
        stream.write_all(&output).await?;
        output.clear();
    }
}

#[inline]
fn answer(table: &[u16], frame: &[u8; 12], output: &mut Vec<u8>) -> Option<()> {
    let &[
        t0,
        t1,
        0,
        0,
        0,
        6,
        unit,
        READ_HOLDING_REGISTERS,
        a0,
        a1,
        0,
        quantity @ 1..=125,
    ] = frame
    else {
        return None;
    };
    let address = usize::from(u16::from_be_bytes([a0, a1]));
    let values = table.get(address..address + usize::from(quantity))?;
    let count = 2 * quantity;
    output.extend_from_slice(&[t0, t1, 0, 0, 0, count + 3, unit, READ_HOLDING_REGISTERS, count]);
    let at = output.len();
    output.resize(at + usize::from(count), 0);
    let (pairs, _) = output[at..].as_chunks_mut();
    pairs
        .iter_mut()
        .zip(values)
        .for_each(|(pair, value)| *pair = value.to_be_bytes());
    Some(())
}
