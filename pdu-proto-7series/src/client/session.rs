use core::convert::Infallible;
use core::fmt;
use std::collections::VecDeque;

use ::http::{Request, Response, StatusCode};
use pdu_core::{
    Effect, Endpoint, ErrorKind, Event, EventOf, Instant, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport,
    earliest,
};

use super::Options;
use super::exchange::{Ended, Entry, Exchange, Kept, Whole};
use super::outgoing::{check, encode, target};
use crate::http::auth::Authenticator;
use crate::http::{Asked, FramingFault, HttpError, LoginFault};

/// Answers to challenges for one request, at most: one to the challenge, and one more if the nonce was too old.
const MOST_LOGINS: u8 = 2;

/// A client of one unit over HTTP/1.1: a [`Session`].
///
/// One request is on the wire at a time, the others wait. Requests carry their path, or a URI of the host of
/// [`Options::new`]; host, length and credentials are the client's own affair. Whatever status comes is a reply, which
/// the profile judges ([`HttpProfile::judge`](crate::http::HttpProfile::judge)), but for 401: that is answered once, as the
/// server's challenge asks, and then is [`LoginRefused`](HttpError::LoginRefused). Redirects are not followed.
///
/// `GET` and `HEAD` are sent again as [`Options::retries`] says when the answer does not come; all other methods are sent
/// once. (An answer of 401 says that nothing was done, so what follows it is no repetition.) A request that was cancelled or
/// timed out while it was under way takes the connection with it, unless its answer still comes.
///
/// Connections are closed once they are idle for [`Options::keep_alive`], and opened when something is asked, so the driver
/// should be one that can connect (`Driver::connecting`), not one over a single link.
///
/// # Memory
///
/// One request and one answer, within [`Options::limits`], and the table of [`Options::queue`]. What has left, and the bodies
/// of requests, are wiped, since they may carry passwords.
///
/// # Example
///
/// ```
/// use http::Request;
/// use pdu_core::{Endpoint, Event, Instant, LinkEvent, Session};
/// use pdu_proto_7series::client::{HttpClient, Options};
///
/// let entropy = [7; 32]; // of the operating system
/// let mut client = HttpClient::new(Options::new("pdu.example", entropy)?);
/// let now = Instant::EPOCH; // the caller's clock
/// client.handle_link(now, LinkEvent::Up);
///
/// let request = Request::get("/data.xml").body(Vec::new()).unwrap();
/// let ticket = client.submit(now, request).unwrap();
/// let sent = client.transmit().to_vec(); // to be written to a socket
/// assert!(sent.starts_with(b"GET /data.xml HTTP/1.1\r\nhost: pdu.example\r\n"));
/// client.handle_transmitted(now, sent.len());
///
/// client.handle_input(now, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<server/>"); // read from it
/// let Some(Event::Done { ticket: done, result: Ok(reply) }) = client.poll_event() else { panic!() };
/// assert_eq!((done, reply.body().as_slice()), (ticket, &b"<server/>"[..]));
/// # Ok::<(), pdu_proto_7series::http::RequestFault>(())
/// ```
pub struct HttpClient {
    options: Options,
    authenticator: Option<Authenticator>,
    now: Instant,
    link: Link,
    /// When the requests that wait for a link fail.
    give_up: Option<Instant>,
    /// Since when the link has had nothing to do.
    idle_since: Instant,
    queue: VecDeque<Entry>,
    exchange: Option<Box<Exchange>>,
    events: VecDeque<Event<Response<Vec<u8>>, Infallible, HttpError>>,
    last_ticket: u64,
}

/// Without what is under way and what waits, where secrets may stand.
impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked = self.exchange.iter().filter_map(|exchange| exchange.entry.as_ref());
        let asked = asked.chain(&self.queue).map(|entry| &entry.asked);
        f.debug_struct("HttpClient")
            .field("options", &self.options)
            .field("link", &self.link)
            .field("asked", &asked.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Down,
    Up,
    /// Of no more use, and nothing under way.
    Done,
    /// Of no more use, at once.
    Broken,
}

/// Why what was under way had to stop.
enum Interruption {
    Timeout,
    LinkLost,
    Framing(FramingFault),
}

impl HttpClient {
    /// A client without a link.
    pub fn new(options: Options) -> Self {
        let authenticator = options
            .credentials
            .clone()
            .map(|credentials| Authenticator::new(credentials, options.basic, options.entropy));
        Self {
            options,
            authenticator,
            now: Instant::EPOCH,
            link: Link::Down,
            give_up: None,
            idle_since: Instant::EPOCH,
            queue: VecDeque::new(),
            exchange: None,
            events: VecDeque::new(),
            last_ticket: 0,
        }
    }

    /// Its settings.
    pub const fn options(&self) -> &Options {
        &self.options
    }

    fn catch_up(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    fn is_full(&self) -> bool {
        let under_way = self.exchange.iter().filter(|exchange| exchange.entry.is_some()).count();
        self.queue.len() + under_way + self.events.len() >= self.options.queue.max(1)
    }

    /// Puts the next request on the wire, and keeps the deadlines of those that wait for one.
    fn advance(&mut self) {
        while self.link == Link::Up
            && self.exchange.is_none()
            && let Some(entry) = self.queue.pop_front()
        {
            if self.is_stale() {
                self.queue.push_front(entry);
                self.link = Link::Done;
            } else {
                self.stage(entry);
            }
        }
        let waits = self.link != Link::Up && !self.queue.is_empty();
        self.give_up = waits.then(|| self.give_up.unwrap_or(self.now + self.options.connect_timeout));
    }

    /// Whether the link was idle for so long that the other side may be about to close it.
    fn is_stale(&self) -> bool {
        self.idle_since + self.options.keep_alive < self.now
    }

    fn stage(&mut self, entry: Entry) {
        let request = &entry.request.0;
        if let Err(fault) = check(request, self.options.host()) {
            return self.finish(entry.ticket, Err(fault.into()));
        }
        let (method, target) = (request.method().as_str(), target(request));
        let authorization = self
            .authenticator
            .as_mut()
            .and_then(|known| known.authorization(method, target));
        let authorization = authorization.as_ref().map(|value| value.as_str());
        let output = encode(request, &self.options, authorization);
        self.exchange = Some(Box::new(Exchange::new(
            entry,
            output,
            self.now + self.options.answer_timeout,
        )));
    }

    fn finish(&mut self, ticket: Ticket, result: Result<Response<Vec<u8>>, HttpError>) {
        self.events.push_back(Event::Done { ticket, result });
    }

    /// Takes input for the exchange that is under way; whether there is one that may still take some.
    fn hear(&mut self, bytes: &[u8]) -> usize {
        let Some(exchange) = self.exchange.as_mut().filter(|exchange| exchange.has_begun()) else {
            // Nobody has asked: whose answer is it? Where a message ends is no longer known.
            self.break_link(Interruption::LinkLost);
            return bytes.len();
        };
        if exchange.is_waiting() {
            let quiet_until = self.now + self.options.reply_timeout;
            exchange.wait(quiet_until, self.now + self.options.answer_timeout);
        }
        match exchange.feed(bytes, &self.options.limits) {
            Ok((taken, None)) => taken,
            Ok((taken, Some(whole))) => {
                self.answered(whole);
                taken
            }
            Err(fault) => {
                self.break_link(Interruption::Framing(fault));
                bytes.len()
            }
        }
    }

    fn answered(&mut self, whole: Whole) {
        let Some(exchange) = self.exchange.take() else { return };
        // An answer to a request that has not left as a whole: the rest would be taken for the next one.
        self.link = match (exchange.has_left(), whole.keeps_alive) {
            (false, _) => Link::Broken,
            (true, true) if !self.options.keep_alive.is_zero() => Link::Up,
            (true, _) => Link::Done,
        };
        self.idle_since = self.now;
        if let Some(entry) = exchange.entry {
            self.reply(entry, whole.response);
        }
    }

    fn reply(&mut self, mut entry: Entry, response: Response<Vec<u8>>) {
        if response.status() != StatusCode::UNAUTHORIZED {
            return self.finish(entry.ticket, Ok(response));
        }
        match self.log_in(&entry, &response) {
            Ok(()) => {
                entry.logins += 1;
                self.queue.push_front(entry);
            }
            Err(fault) => {
                let asked = entry.asked;
                self.finish(entry.ticket, Err(HttpError::LoginRefused { asked, fault }));
            }
        }
    }

    /// Whether a request that was refused may be sent again, with other credentials than before.
    fn log_in(&mut self, entry: &Entry, response: &Response<Vec<u8>>) -> Result<(), LoginFault> {
        let authenticator = self.authenticator.as_mut().ok_or(LoginFault::NoCredentials)?;
        match entry.logins {
            0 => authenticator.challenged(response.headers()),
            1..MOST_LOGINS => authenticator.challenged_again(response.headers()),
            _ => Err(LoginFault::NotTaken),
        }
    }

    /// Ends what is under way, or queues it again if nothing of it has left or it may be repeated.
    fn interrupt(&mut self, why: Interruption) {
        let Some(exchange) = self.exchange.take() else { return };
        let has_begun = exchange.has_begun();
        let Some(mut entry) = exchange.entry else { return };
        if !has_begun && !matches!(why, Interruption::Timeout) {
            return self.queue.push_front(entry);
        }
        let is_final = matches!(why, Interruption::Framing(_));
        if !is_final && entry.asked.is_safe() && entry.failures < self.options.retries {
            entry.failures += 1;
            return self.queue.push_front(entry);
        }
        let effect = if has_begun {
            entry.asked.effect_unanswered()
        } else {
            Effect::NotApplied
        };
        let error = interrupted(entry.asked, effect, entry.failures, why);
        self.finish(entry.ticket, Err(error));
    }

    fn break_link(&mut self, why: Interruption) {
        self.interrupt(why);
        self.link = Link::Broken;
    }

    /// The other side has closed: an answer may end so.
    fn ended(&mut self) {
        let ended = self.exchange.as_mut().map(|exchange| exchange.end());
        match ended {
            Some(Ended::Whole(whole)) => self.answered(whole),
            Some(Ended::Cut) => self.interrupt(Interruption::Framing(FramingFault::Cut)),
            Some(Ended::Unbegun) => self.interrupt(Interruption::LinkLost),
            None => {}
        }
        if self.link == Link::Up {
            self.link = Link::Done;
        }
    }

    fn expire(&mut self) {
        let is_over = |deadline: Option<Instant>| deadline.is_some_and(|at| at <= self.now);
        if is_over(self.exchange.as_ref().and_then(|exchange| exchange.deadline())) {
            return self.break_link(Interruption::Timeout);
        }
        if is_over(self.give_up) {
            self.give_up = None;
            for entry in core::mem::take(&mut self.queue) {
                let error = HttpError::LinkDown {
                    asked: entry.asked,
                    effect: Effect::NotApplied,
                };
                self.finish(entry.ticket, Err(error));
            }
        } else if is_over(self.idle_until()) {
            self.link = Link::Done;
        }
    }

    /// When an idle connection is closed.
    fn idle_until(&self) -> Option<Instant> {
        let is_idle = self.link == Link::Up && self.exchange.is_none();
        is_idle.then(|| self.idle_since + self.options.keep_alive)
    }
}

fn interrupted(asked: Asked, effect: Effect, failures: u8, why: Interruption) -> HttpError {
    match why {
        Interruption::Timeout => HttpError::Timeout {
            asked,
            attempts: failures.saturating_add(1),
            effect,
        },
        Interruption::LinkLost => HttpError::LinkDown { asked, effect },
        Interruption::Framing(fault) => HttpError::Framing { asked, fault, effect },
    }
}

impl Endpoint for HttpClient {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.catch_up(now);
        match event {
            LinkEvent::Up => {
                self.interrupt(Interruption::LinkLost);
                self.link = Link::Up;
                self.idle_since = self.now;
            }
            LinkEvent::Eof => self.ended(),
            _ => {
                self.interrupt(Interruption::LinkLost);
                self.link = Link::Down;
            }
        }
        self.advance();
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.catch_up(now);
        let mut taken = 0;
        while self.link == Link::Up
            && let Some(rest) = bytes.get(taken..).filter(|rest| !rest.is_empty())
        {
            taken += self.hear(rest);
        }
        self.advance();
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.catch_up(now);
        if let Some(exchange) = &mut self.exchange
            && exchange.left(len, self.now + self.options.answer_timeout)
        {
            exchange.wait(
                self.now + self.options.reply_timeout,
                self.now + self.options.answer_timeout,
            );
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.catch_up(now);
        self.expire();
        self.advance();
    }

    fn transmit(&self) -> &[u8] {
        self.exchange.as_ref().map_or(&[], |exchange| exchange.rest())
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let exchange = self.exchange.as_ref().and_then(|exchange| exchange.deadline());
        earliest(exchange, earliest(self.give_up, self.idle_until()))
    }

    fn link_demand(&self) -> LinkDemand {
        let is_idle = self.queue.is_empty() && self.exchange.is_none();
        match self.link {
            Link::Broken => LinkDemand::Reset,
            Link::Done => LinkDemand::Close,
            Link::Down | Link::Up if is_idle => LinkDemand::Idle,
            Link::Down | Link::Up => LinkDemand::Open,
        }
    }
}

impl Session for HttpClient {
    type Request = Request<Vec<u8>>;
    type Reply = Response<Vec<u8>>;
    type Notice = Infallible;
    type Error = HttpError;

    fn submit(&mut self, now: Instant, request: Request<Vec<u8>>) -> Result<Ticket, Refused<Request<Vec<u8>>>> {
        self.catch_up(now);
        if self.is_full() {
            return Err(Refused {
                request,
                kind: ErrorKind::Busy,
            });
        }
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
        self.queue.push_back(Entry {
            ticket,
            asked: Asked::of(&request),
            request: Kept(request),
            failures: 0,
            logins: 0,
        });
        self.advance();
        Ok(ticket)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.catch_up(now);
        if let Some(place) = self.queue.iter().position(|entry| entry.ticket == ticket) {
            self.queue.remove(place);
            let effect = Effect::NotApplied;
            self.finish(ticket, Err(HttpError::Cancelled { effect }));
        } else if let Some(exchange) = &mut self.exchange
            && let Some(entry) = exchange.entry.take_if(|entry| entry.ticket == ticket)
        {
            let effect = if exchange.has_begun() {
                entry.asked.effect_unanswered()
            } else {
                self.exchange = None;
                Effect::NotApplied
            };
            self.finish(ticket, Err(HttpError::Cancelled { effect }));
        }
        self.advance();
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        self.events.pop_front()
    }
}
