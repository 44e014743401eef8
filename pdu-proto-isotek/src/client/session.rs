use pdu_core::{Endpoint, ErrorKind, EventOf, Instant, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport};

use super::conversation::Conversation;
use super::lines::Lines;
use super::{FrameEnd, Notice, Options, Reply, Request, Statistics};
use crate::IsotekError;

/// A client of one unit.
#[derive(Debug)]
pub struct Client {
    lines: Lines,
    conversation: Conversation,
}

impl Client {
    /// A client without a link.
    pub fn new(options: Options) -> Self {
        Self {
            lines: Lines::new(),
            conversation: Conversation::new(options),
        }
    }

    /// Its settings.
    pub const fn options(&self) -> &Options {
        self.conversation.options()
    }

    /// What it has seen.
    pub fn statistics(&self) -> Statistics {
        Statistics {
            notices_dropped: self.conversation.events.dropped,
            ..self.conversation.statistics
        }
    }

    /// Whether `OK` ends the status frames that come unasked, as far as is known on this connection.
    pub fn frame_end(&self) -> FrameEnd {
        self.conversation.frame_end()
    }
}

impl Endpoint for Client {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.conversation.catch_up(now);
        self.lines.reset();
        self.conversation.handle_link(event);
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        let conversation = &mut self.conversation;
        conversation.catch_up(now);
        if conversation.is_up() && !bytes.is_empty() {
            conversation.hear();
            self.lines.feed(bytes, |piece| conversation.take(piece));
            conversation.advance();
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.conversation.catch_up(now);
        self.conversation.transmitted(len);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.conversation.catch_up(now);
        self.conversation.expire();
        self.conversation.advance();
    }

    fn transmit(&self) -> &[u8] {
        self.conversation.transmit()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.conversation.poll_timeout()
    }

    fn link_demand(&self) -> LinkDemand {
        self.conversation.link_demand()
    }
}

impl Session for Client {
    type Request = Request;
    type Reply = Reply;
    type Notice = Notice;
    type Error = IsotekError;

    fn submit(&mut self, now: Instant, request: Request) -> Result<Ticket, Refused<Request>> {
        self.conversation.catch_up(now);
        if self.conversation.is_full() {
            return Err(Refused {
                request,
                kind: ErrorKind::Busy,
            });
        }
        Ok(self.conversation.submit(request))
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.conversation.catch_up(now);
        self.conversation.cancel(ticket);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        self.conversation.events.next()
    }
}
