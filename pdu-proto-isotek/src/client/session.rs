use pdu_core::{Endpoint, ErrorKind, EventOf, Instant, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport};

use super::conversation::Conversation;
use super::lines::Lines;
use super::{FrameEnd, Notice, Options, Reply, Request, Statistics};
use crate::IsotekError;

/// A client of one unit, over a serial line or TCP: a [`Session`].
///
/// One command is with the unit at a time; up to 8 are in the table, those included whose end was not taken yet. The status
/// that the unit sends every second comes as a [`Notice`], also between the lines of an answer, so the link is wanted all the
/// time. A command ends
///
/// - `?` with any whole status frame that began after it left. (Where unasked frames end otherwise than the manual shows of the
///   answer to `?`, or that is not known yet, it is only sent if no frame comes for 1.5 s.)
/// - `A?` with its line, `P?` and `C?` with the `OK` behind their lines, all others with `OK`;
/// - without an answer in [`Options::timeout`] as [`NoReply`](IsotekError::NoReply), which is no refusal: the protocol has none.
///   Reads are asked again, `S`, `G` and `H` where [`Retry::AfterStatus`](super::Retry::AfterStatus) says so, after the next
///   status was looked at, and the others never. Then a TCP connection is given up, and a serial line is left alone until it
///   was quiet.
///
/// # Whose an `OK` is
///
/// Status frames may end with `OK` too, and nothing in those two letters tells one from the acknowledgement of a command. The
/// client takes an `OK` for a command's only where it cannot be a frame's. It learns on each connection whether frames end
/// with `OK` ([`frame_end`](Self::frame_end)); until it knows, an `OK` directly behind a frame is held, and decided by what
/// follows within the next two frames. So the first command of a connection may take two seconds to be acknowledged on a unit
/// whose frames are bare; where that is known, [`Options::frame_end`] saves them. The price of doubt is always `NoReply` with
/// an unknown effect, not a command that is said to be accepted and was not.
///
/// This rests on the unit ending all unasked frames alike, answering in order, and writing a frame and its `OK` in one go.
/// Over a serial line, where bytes may be lost, it rests on the rhythm of the frames too
/// ([`Options::status_interval`]): of a frame lost whole but for its `OK`, on a line that delivers late as well, that `OK` may
/// still be mistaken. And two things no client can see: that the last lines of an answer were lost before its `OK`, and that a
/// command lost its beginning and became another. Read back what matters.
///
/// # Memory
///
/// Below 3 KiB, with a receive buffer of one line; commands in the table, replies (at most 99 lines) and notices (at most one
/// status and 8 others) are on the heap until they are taken. Nothing is allocated for a status line.
///
/// # Example
///
/// ```
/// use pdu_core::{Endpoint, Event, Instant, LinkEvent, Session};
/// use pdu_proto_isotek::client::{Client, Options, Reply};
/// use pdu_proto_isotek::wire::{Command, Outlet, OutletState};
///
/// let mut client = Client::new(Options::tcp());
/// let now = Instant::EPOCH; // the caller's clock
/// client.handle_link(now, LinkEvent::Up);
///
/// let outlet = Outlet::new(3).unwrap();
/// let command = Command::SwitchOutlet { outlet, state: OutletState::On };
/// let ticket = client.submit(now, command.into()).unwrap();
/// assert_eq!(client.transmit(), b"S3=1\n");
/// client.handle_transmitted(now, 5);
///
/// client.handle_input(now, b"OK\r\n>");
/// let result = Ok(Reply::Accepted);
/// assert_eq!(client.poll_event(), Some(Event::Done { ticket, result }));
/// ```
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
