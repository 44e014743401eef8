//! `Plain`: no ids, one request at a time on a shared wire, `get 12*crc` is answered by `ok 1012*crc`. After a timeout or a
//! cancel the line is poisoned until it was quiet.

use std::collections::VecDeque;
use std::time::Duration;

use pdu_core::{
    Effect, Endpoint, ErrorKind, Event, Instant, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport,
};

use super::{Ask, Bug, Junk, LineBuffer, TABLE, ToyError, seal, unseal};

pub(crate) const REPLY_TIMEOUT: Duration = Duration::from_millis(300);
/// How long the line must be quiet after a reply went missing.
pub(crate) const QUIET: Duration = Duration::from_millis(700);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The head of the queue may be sent, or is being sent.
    Free,
    /// The head of the queue has left.
    Waiting { until: Instant },
    /// A reply may still come that nobody waits for.
    Poisoned { until: Instant },
}

pub(crate) struct Plain {
    bug: Bug,
    now: Instant,
    up: bool,
    tickets: u64,
    queue: VecDeque<(Ticket, Ask)>,
    phase: Phase,
    frame: Vec<u8>,
    sent: usize,
    /// The frame's request was cancelled while it was leaving.
    orphan: bool,
    attempts: u32,
    events: VecDeque<Event<u32, Junk, ToyError>>,
    line: LineBuffer,
}

impl Plain {
    pub(crate) fn new(bug: Bug) -> Self {
        Self {
            bug,
            now: Instant::EPOCH,
            up: false,
            tickets: 0,
            queue: VecDeque::new(),
            phase: Phase::Free,
            frame: Vec::new(),
            sent: 0,
            orphan: false,
            attempts: 0,
            events: VecDeque::new(),
            line: LineBuffer::default(),
        }
    }

    fn see(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// Shows the head of the queue if the line is free and nothing else is leaving.
    fn prepare(&mut self) {
        let free = self.phase == Phase::Free && self.frame.is_empty();
        if let (true, Some((_, ask))) = (free, self.queue.front()) {
            self.frame = format!("{}\n", seal(&ask.to_string())).into_bytes();
            self.attempts += 1;
        }
    }

    fn drop_frame(&mut self) {
        self.frame.clear();
        self.sent = 0;
        self.orphan = false;
    }

    fn poison(&mut self) {
        self.line.clear();
        let quiet = if self.bug == Bug::TakesAnyReply {
            Duration::ZERO
        } else {
            QUIET
        };
        self.phase = Phase::Poisoned {
            until: self.now + quiet,
        };
    }

    fn finish_head(&mut self, result: Result<u32, ToyError>) {
        self.attempts = 0;
        if let Some((ticket, _)) = self.queue.pop_front() {
            self.events.push_back(Event::Done { ticket, result });
        }
    }

    fn fail_head(&mut self, kind: ErrorKind) {
        let effect = self
            .queue
            .front()
            .map_or(Effect::NotApplied, |(_, ask)| ask.effect_if_lost());
        self.finish_head(Err(ToyError { kind, effect }));
    }

    fn line(&mut self, line: &[u8]) {
        let value = unseal(line).and_then(|text| text.strip_prefix("ok ")?.parse().ok());
        match (self.phase, value) {
            (Phase::Waiting { .. }, Some(value)) => {
                self.phase = Phase::Free;
                self.finish_head(Ok(value));
            }
            // One notice stands for all that were not taken.
            (_, None) if !self.events.contains(&Event::Notice(Junk)) => self.events.push_back(Event::Notice(Junk)),
            _ => {}
        }
    }

    fn missed(&mut self) {
        self.poison();
        let again = self.queue.front().is_some_and(|(_, ask)| !ask.is_write()) && self.attempts < 2;
        if !again {
            self.fail_head(ErrorKind::Timeout);
        }
    }

    fn cancel_head(&mut self) {
        let waiting = matches!(self.phase, Phase::Waiting { .. });
        if waiting || self.attempts > 1 || self.sent > 0 {
            self.fail_head(ErrorKind::Cancelled);
        } else {
            let (kind, effect) = (ErrorKind::Cancelled, Effect::NotApplied);
            self.finish_head(Err(ToyError { kind, effect }));
        }
        if waiting {
            self.poison();
        } else if self.sent > 0 {
            self.orphan = true;
        } else {
            self.drop_frame();
        }
    }
}

impl Endpoint for Plain {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.see(now);
        self.up = event == LinkEvent::Up;
        let head_is_out = self.sent > 0 && !self.orphan || matches!(self.phase, Phase::Waiting { .. });
        if !self.up && head_is_out {
            self.fail_head(ErrorKind::LinkDown);
        }
        if !self.up {
            self.poison();
            self.drop_frame();
        }
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.see(now);
        if let Phase::Poisoned { .. } = self.phase {
            self.poison();
            return bytes.len();
        }
        for byte in bytes {
            if let Some(line) = self.line.push(*byte) {
                self.line(&line);
            }
        }
        self.prepare();
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.see(now);
        self.sent += len;
        if self.sent < self.frame.len() {
            return;
        }
        if self.orphan {
            self.poison();
        } else {
            // What came before the request had left cannot be its reply.
            self.line.clear();
            self.phase = Phase::Waiting {
                until: self.now + REPLY_TIMEOUT,
            };
        }
        self.drop_frame();
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.see(now);
        match self.phase {
            Phase::Waiting { until } if until <= self.now => self.missed(),
            Phase::Poisoned { until } if until <= self.now => self.phase = Phase::Free,
            _ => {}
        }
        self.prepare();
    }

    fn transmit(&self) -> &[u8] {
        if self.up { &self.frame[self.sent..] } else { &[] }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Free => None,
            Phase::Waiting { until } | Phase::Poisoned { until } => Some(until),
        }
    }

    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Open
    }
}

impl Session for Plain {
    type Request = Ask;
    type Reply = u32;
    type Notice = Junk;
    type Error = ToyError;

    fn submit(&mut self, now: Instant, request: Ask) -> Result<Ticket, Refused<Ask>> {
        self.see(now);
        if self.queue.len() >= TABLE {
            let kind = ErrorKind::Busy;
            return Err(Refused { request, kind });
        }
        self.tickets += 1;
        self.queue.push_back((Ticket(self.tickets), request));
        self.prepare();
        Ok(Ticket(self.tickets))
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.see(now);
        match self.queue.iter().position(|(queued, _)| *queued == ticket) {
            Some(0) if !self.orphan => self.cancel_head(),
            Some(place) => {
                self.queue.remove(place);
                let (kind, effect) = (ErrorKind::Cancelled, Effect::NotApplied);
                self.events.push_back(Event::Done {
                    ticket,
                    result: Err(ToyError { kind, effect }),
                });
            }
            None => {}
        }
        self.prepare();
    }

    fn poll_event(&mut self) -> Option<Event<u32, Junk, ToyError>> {
        self.events.pop_front()
    }
}
