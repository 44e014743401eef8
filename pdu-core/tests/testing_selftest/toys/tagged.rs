//! `Tagged`: each line has an id, `7 get 12` is answered by `7 ok 1012`. Lines of a stream, or one a datagram.

use std::collections::VecDeque;
use std::time::Duration;

use pdu_core::{
    Effect, Endpoint, ErrorKind, Event, Instant, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport,
};

use super::{Ask, Bug, Junk, LineBuffer, TABLE, ToyError};

pub(crate) const REPLY_TIMEOUT: Duration = Duration::from_millis(500);
/// Unread events at which a stream is read no further.
const MAX_EVENTS: usize = 2;

#[derive(Clone, Debug)]
struct Slot {
    ticket: Ticket,
    ask: Ask,
    attempts: u32,
    /// The end of the wait for a reply; `None` until the request has left.
    until: Option<Instant>,
}

#[derive(Clone, Debug)]
struct Frame {
    ticket: Ticket,
    bytes: Vec<u8>,
    sent: usize,
}

pub(crate) struct Tagged {
    bug: Bug,
    transport: Transport,
    now: Instant,
    up: bool,
    eof: bool,
    tickets: u64,
    slots: Vec<Slot>,
    frames: VecDeque<Frame>,
    events: VecDeque<Event<u32, Junk, ToyError>>,
    line: LineBuffer,
}

impl Tagged {
    pub(crate) fn new(transport: Transport, bug: Bug) -> Self {
        Self {
            bug,
            transport,
            now: Instant::EPOCH,
            up: false,
            eof: false,
            tickets: 0,
            slots: Vec::new(),
            frames: VecDeque::new(),
            events: VecDeque::new(),
            line: LineBuffer::default(),
        }
    }

    fn see(&mut self, now: Instant) {
        self.now = if self.bug == Bug::BelievesAnyClock {
            now
        } else {
            self.now.max(now)
        };
    }

    fn tell(&mut self, event: Event<u32, Junk, ToyError>) {
        if self.bug == Bug::KeepsOnlyTheNewestEvent {
            self.events.clear();
        }
        self.events.push_back(event);
    }

    /// Ends a request; what has not begun to leave of it is withdrawn.
    fn finish(&mut self, place: usize, result: Result<u32, ToyError>) {
        let slot = self.slots.remove(place);
        let keep_begun = self.bug != Bug::WithdrawsBegunFrames;
        self.frames
            .retain(|frame| frame.ticket != slot.ticket || (frame.sent > 0 && keep_begun));
        if self.bug == Bug::DoneTwice && result.is_err() {
            self.tell(Event::Done {
                ticket: slot.ticket,
                result,
            });
        }
        self.tell(Event::Done {
            ticket: slot.ticket,
            result,
        });
    }

    fn fail(&mut self, place: usize, kind: ErrorKind) {
        let slot = &self.slots[place];
        let effect = match self.bug {
            Bug::LiesAboutEffects => Effect::NotApplied,
            _ if self.has_left(slot) => slot.ask.effect_if_lost(),
            _ => Effect::NotApplied,
        };
        self.finish(place, Err(ToyError { kind, effect }));
    }

    /// Whether anything of this request, or of an earlier attempt at it, has left.
    fn has_left(&self, slot: &Slot) -> bool {
        let begun = self
            .frames
            .iter()
            .any(|frame| frame.ticket == slot.ticket && frame.sent > 0);
        begun || slot.attempts > 1 || !self.frames.iter().any(|frame| frame.ticket == slot.ticket)
    }

    fn queue(&mut self, ticket: Ticket, ask: Ask) {
        let bytes = format!("{} {ask}\n", ticket.0).into_bytes();
        self.frames.push_back(Frame { ticket, bytes, sent: 0 });
    }

    fn reply(&mut self, line: &[u8]) {
        if self.bug == Bug::PanicsOnStrangeInput {
            assert!(line.is_ascii(), "strange");
        }
        let Some((id, value)) = parse(line) else {
            // One notice stands for all that were not taken.
            if !self.events.contains(&Event::Notice(Junk)) {
                self.tell(Event::Notice(Junk));
            }
            return;
        };
        let fits = |slot: &Slot| slot.ticket.0 == id || self.bug == Bug::TakesAnyReply;
        if let Some(place) = self.slots.iter().position(|slot| fits(slot) && self.has_left(slot)) {
            self.finish(place, Ok(value));
        }
    }

    fn expire(&mut self, place: usize) {
        let slot = &mut self.slots[place];
        let again = self.transport != Transport::Stream && slot.attempts < 3;
        if again && (!slot.ask.is_write() || self.bug == Bug::RepeatsWrites) {
            slot.attempts += 1;
            slot.until = None;
            let (ticket, ask) = (slot.ticket, slot.ask);
            self.queue(ticket, ask);
        } else {
            self.fail(place, ErrorKind::Timeout);
        }
    }

    fn due(&self) -> Option<usize> {
        let early = self.bug == Bug::TakesEveryCallForTheDeadline;
        self.slots
            .iter()
            .position(|slot| slot.until.is_some_and(|until| until <= self.now || early))
    }
}

fn parse(line: &[u8]) -> Option<(u64, u32)> {
    let (id, rest) = std::str::from_utf8(line).ok()?.split_once(" ok ")?;
    Some((id.parse().ok()?, rest.parse().ok()?))
}

impl Endpoint for Tagged {
    fn transport(&self) -> Transport {
        self.transport
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.see(now);
        self.up = event == LinkEvent::Up;
        self.eof = event == LinkEvent::Eof;
        self.line.clear();
        if self.up {
            return;
        }
        while let Some(place) = self.slots.iter().position(|slot| self.has_left(slot)) {
            if self.bug == Bug::LosesDoneOnLinkLoss {
                self.slots.remove(place);
            } else {
                self.fail(place, ErrorKind::LinkDown);
            }
        }
        self.frames.retain(|frame| frame.sent == 0);
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.see(now);
        if self.transport != Transport::Stream {
            // A datagram without its end was truncated.
            self.reply(bytes.strip_suffix(b"\n").unwrap_or_default());
            return bytes.len();
        }
        for (place, byte) in bytes.iter().enumerate() {
            if self.events.len() >= MAX_EVENTS {
                return place;
            }
            if let Some(line) = self.line.push(*byte) {
                self.reply(&line);
            }
        }
        match self.bug {
            Bug::LosesPartialLines => self.line.clear(),
            Bug::TakesMoreThanOffered => return bytes.len() + 1,
            _ => {}
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.see(now);
        let Some(frame) = self.frames.front_mut() else { return };
        frame.sent += len;
        if frame.sent < frame.bytes.len() {
            return;
        }
        let ticket = frame.ticket;
        self.frames.pop_front();
        let timeout = if self.bug == Bug::TimerTooShort {
            REPLY_TIMEOUT / 2
        } else {
            REPLY_TIMEOUT
        };
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.ticket == ticket) {
            slot.until = Some(slot.until.unwrap_or(self.now + timeout));
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.see(now);
        if self.bug == Bug::DeadlineInThePast {
            return;
        }
        while let Some(place) = self.due() {
            self.expire(place);
        }
    }

    fn transmit(&self) -> &[u8] {
        match self.frames.front() {
            Some(frame) if self.up => &frame.bytes[frame.sent..],
            _ => &[],
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.slots.iter().filter_map(|slot| slot.until).min()
    }

    fn link_demand(&self) -> LinkDemand {
        if self.eof { LinkDemand::Reset } else { LinkDemand::Open }
    }
}

impl Session for Tagged {
    type Request = Ask;
    type Reply = u32;
    type Notice = Junk;
    type Error = ToyError;

    fn submit(&mut self, now: Instant, request: Ask) -> Result<Ticket, Refused<Ask>> {
        self.see(now);
        if self.slots.len() >= TABLE && self.bug != Bug::NoLimitOfRequests {
            let kind = ErrorKind::Busy;
            let request = if self.bug == Bug::GivesAnotherRequestBack {
                Ask::Get(0)
            } else {
                request
            };
            return Err(Refused { request, kind });
        }
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let until = (self.bug == Bug::TimerFromSubmit).then_some(self.now + REPLY_TIMEOUT);
        let attempts = 1;
        self.slots.push(Slot {
            ticket,
            ask: request,
            attempts,
            until,
        });
        self.queue(ticket, request);
        Ok(ticket)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.see(now);
        let Some(place) = self.slots.iter().position(|slot| slot.ticket == ticket) else {
            return;
        };
        match self.bug {
            Bug::IgnoresCancel => {}
            Bug::LosesDoneOnCancel => {
                self.slots.remove(place);
            }
            _ => self.fail(place, ErrorKind::Cancelled),
        }
    }

    fn poll_event(&mut self) -> Option<Event<u32, Junk, ToyError>> {
        self.events.pop_front()
    }
}
