//! A toy for the driver tests: lines of `id text`, answered by `id TEXT`; a line of `! text` is a notice.
//!
//! `tell` is done as soon as it has left. The server answers it and `silent` not at all, and `slow` after 30 ms of its own time.
#![allow(clippy::struct_excessive_bools)] // test settings
#![allow(dead_code, unreachable_pub)] // each test file uses a part of it, as a module of its own

use core::fmt;
use core::time::Duration;
use std::collections::VecDeque;

use pdu_core::{
    Effect, Endpoint, Error, ErrorKind, Event, EventOf, Instant, LinkDemand, LinkEvent, Refused, Session, Ticket,
    Transport, earliest,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToyError {
    Timeout,
    LinkDown(Effect),
    Cancelled(Effect),
}

impl fmt::Display for ToyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.kind(), self.effect())
    }
}

impl core::error::Error for ToyError {}

impl Error for ToyError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Timeout => ErrorKind::Timeout,
            Self::LinkDown(_) => ErrorKind::LinkDown,
            Self::Cancelled(_) => ErrorKind::Cancelled,
        }
    }

    fn effect(&self) -> Effect {
        match self {
            Self::Timeout => Effect::Unknown,
            Self::LinkDown(effect) | Self::Cancelled(effect) => *effect,
        }
    }
}

struct Live {
    id: u64,
    /// Wants no answer: it is done when it has left.
    told: bool,
    /// Where the request ends in the output, counted from the link's beginning.
    end: u64,
    deadline: Option<Instant>,
    /// When it is given up although nothing left yet.
    give_up: Instant,
}

/// The asking side.
pub struct Toy {
    pub depth: usize,
    pub timeout: Duration,
    /// Resets the link after a timeout, as a protocol without ids must.
    pub reset_after_timeout: bool,
    /// Wants no link while nothing is live.
    pub lazy: bool,
    pub cancelled: usize,
    pub late: usize,
    pub links: usize,
    datagram: bool,
    up: bool,
    reset: bool,
    next_id: u64,
    output: Vec<u8>,
    sent_before: u64,
    input: Vec<u8>,
    live: Vec<Live>,
    events: VecDeque<EventOf<Self>>,
}

impl Toy {
    pub fn new(depth: usize) -> Self {
        Self {
            depth,
            timeout: Duration::from_secs(5),
            reset_after_timeout: false,
            lazy: false,
            cancelled: 0,
            late: 0,
            links: 0,
            datagram: false,
            up: false,
            reset: false,
            next_id: 1,
            output: Vec::new(),
            sent_before: 0,
            input: Vec::new(),
            live: Vec::new(),
            events: VecDeque::new(),
        }
    }

    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    pub fn datagram(mut self) -> Self {
        self.datagram = true;
        self.depth = 1;
        self
    }

    pub fn live(&self) -> usize {
        self.live.len()
    }

    fn done(&mut self, id: u64, result: Result<String, ToyError>) {
        self.live.retain(|live| live.id != id);
        let ticket = Ticket(id);
        self.events.push_back(Event::Done { ticket, result });
    }

    fn line(&mut self, line: &str) {
        let Some((id, text)) = line.split_once(' ') else { return };
        if id == "!" {
            self.events.push_back(Event::Notice(text.into()));
            return;
        }
        match id.parse() {
            Ok(id) if self.live.iter().any(|live| live.id == id) => self.done(id, Ok(text.into())),
            _ => self.late += 1,
        }
    }
}

impl Endpoint for Toy {
    fn transport(&self) -> Transport {
        if self.datagram {
            Transport::Datagram { max_len: 512 }
        } else {
            Transport::Stream
        }
    }

    fn handle_link(&mut self, _now: Instant, event: LinkEvent) {
        match event {
            LinkEvent::Up => {
                assert!(!self.up, "two links at once");
                self.up = true;
                self.links += 1;
                return;
            }
            LinkEvent::Lost => self.up = false,
            _ => {}
        }
        let sent = self.sent_before;
        for live in std::mem::take(&mut self.live) {
            let effect = if live.end <= sent {
                Effect::Unknown
            } else {
                Effect::NotApplied
            };
            self.done(live.id, Err(ToyError::LinkDown(effect)));
        }
        self.output.clear();
        self.input.clear();
        self.sent_before = 0;
        self.reset = self.up; // after Eof this link is of no use
    }

    fn handle_input(&mut self, _now: Instant, bytes: &[u8]) -> usize {
        assert!(self.up, "input without a link");
        self.input.extend_from_slice(bytes);
        while let Some(end) = self.input.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.input.drain(..=end).collect();
            self.line(String::from_utf8_lossy(&line).trim_end());
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.output.drain(..len);
        self.sent_before += len as u64;
        let (sent, timeout) = (self.sent_before, self.timeout);
        for live in self.live.iter_mut().filter(|live| live.end <= sent) {
            live.deadline.get_or_insert(now + timeout);
        }
        let has_left = |live: &&Live| live.told && live.deadline.is_some();
        while let Some(id) = self.live.iter().find(has_left).map(|live| live.id) {
            self.done(id, Ok("told".into()));
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        let due = |live: &Live| live.deadline.unwrap_or(live.give_up) <= now;
        while let Some(at) = self.live.iter().position(due) {
            self.reset |= self.reset_after_timeout && self.live[at].deadline.is_some();
            self.done(self.live[at].id, Err(ToyError::Timeout));
        }
    }

    fn transmit(&self) -> &[u8] {
        if self.up { &self.output } else { &[] }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.live.iter().fold(None, |first, live| {
            earliest(first, Some(live.deadline.unwrap_or(live.give_up)))
        })
    }

    fn link_demand(&self) -> LinkDemand {
        match () {
            () if self.reset => LinkDemand::Reset,
            () if !self.lazy || !self.live.is_empty() => LinkDemand::Open,
            () if self.up => LinkDemand::Close,
            () => LinkDemand::Idle,
        }
    }
}

impl Session for Toy {
    type Request = String;
    type Reply = String;
    type Notice = String;
    type Error = ToyError;

    fn submit(&mut self, now: Instant, request: String) -> Result<Ticket, Refused<String>> {
        if self.live.len() == self.depth {
            let kind = ErrorKind::Busy;
            return Err(Refused { request, kind });
        }
        let id = self.next_id;
        self.next_id += 1;
        self.output.extend_from_slice(format!("{id} {request}\n").as_bytes());
        self.live.push(Live {
            id,
            told: request == "tell",
            end: self.sent_before + self.output.len() as u64,
            deadline: None,
            give_up: now + self.timeout * 4,
        });
        Ok(Ticket(id))
    }

    fn cancel(&mut self, _now: Instant, ticket: Ticket) {
        if self.live.iter().any(|live| live.id == ticket.0) {
            self.cancelled += 1;
            self.done(ticket.0, Err(ToyError::Cancelled(Effect::Unknown)));
        }
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        self.events.pop_front()
    }
}

/// What a server answers to one line, or nothing.
pub fn answer(line: &str) -> Option<String> {
    let (id, text) = line.split_once(' ')?;
    match text {
        "silent" | "tell" => None,
        "notice" => Some(format!("! changed\n{id} NOTICE\n")),
        _ => Some(format!("{id} {}\n", text.to_uppercase())),
    }
}

/// The answering side over one link. Takes no input while more than `room` octets of output wait.
pub struct ToyServer {
    pub room: usize,
    pub refusals: usize,
    input: Vec<u8>,
    output: Vec<u8>,
    later: VecDeque<(Instant, String)>,
    eof: bool,
    up: bool,
}

impl ToyServer {
    pub fn new() -> Self {
        Self {
            room: 4096,
            refusals: 0,
            input: Vec::new(),
            output: Vec::new(),
            later: VecDeque::new(),
            eof: false,
            up: false,
        }
    }
}

impl Endpoint for ToyServer {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, _now: Instant, event: LinkEvent) {
        self.up = event != LinkEvent::Lost;
        self.eof = event == LinkEvent::Eof;
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        for (taken, byte) in bytes.iter().enumerate() {
            if self.output.len() > self.room {
                self.refusals += 1;
                return taken;
            }
            if *byte != b'\n' {
                self.input.push(*byte);
                continue;
            }
            let line = String::from_utf8(std::mem::take(&mut self.input)).unwrap();
            let reply = answer(&line).unwrap_or_default();
            if line.ends_with(" slow") {
                self.later.push_back((now + Duration::from_millis(30), reply));
            } else {
                self.output.extend_from_slice(reply.as_bytes());
            }
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, _now: Instant, len: usize) {
        self.output.drain(..len);
    }

    fn handle_timeout(&mut self, now: Instant) {
        while self.later.front().is_some_and(|(at, _)| *at <= now) {
            let (_, reply) = self.later.pop_front().unwrap();
            self.output.extend_from_slice(reply.as_bytes());
        }
    }

    fn transmit(&self) -> &[u8] {
        &self.output
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.later.front().map(|(at, _)| *at)
    }

    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Idle
    }
}
