mod error;
mod pending;
mod secured;

pub use error::SendError;

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::fmt;

use pdu_core::{Effect, ErrorKind, Hub, Instant, LinkDemand, Path, Refused, Rng, Ticket, Transport};

use self::pending::{Pending, Stage};
use self::secured::Engine;
use super::destination::{Confirmation, Security};
use super::receiver::MAX_DATAGRAM;
use super::sealer::Sealer;
use super::{Destination, DestinationId, Notification, SenderOptions};
use crate::scratch::Scratch;
use crate::usm::{Keys, LocalEngine};
use crate::wire::{Body, Common, ErrorStatus, Message, Operation, Tolerance, Version};

/// The largest request id, and the largest message id. Source: RFC 3416, 3; RFC 3412, 6.
const MAX_ID: u64 = (1 << 31) - 1;

/// Sends traps and informs: a [`Hub`] over UDP, alone or [within an agent](Self::is_answer).
///
/// A trap is done when it has left, and nobody knows whether it arrived. An inform is repeated, each time with the same
/// request id and content, until it is answered; a receiver that heard it twice can know that it did.
///
/// For informs of v3 the receiver's engine is authoritative. It is looked for when it is needed: what waits for it is sent
/// once it is found, and fails together if it is not.
///
/// ```
/// use pdu_core::{Hub, Instant};
/// use pdu_proto_snmp::{notification::{Destination, Notification, Sender, SenderOptions}, oid};
///
/// let seed = 0x5EED; // 64 random bits
/// let mut sender = Sender::new(SenderOptions::new(seed));
/// let station = sender.add(Destination::trap_v2c("192.0.2.9:162".parse()?, b"public"))?;
/// let now = Instant::EPOCH; // the caller's clock
/// let cold_start = Notification::new(oid!(1, 3, 6, 1, 6, 3, 1, 1, 5, 1), 0, &[])?;
/// sender.send(now, station, &cold_start)?;
///
/// let (path, datagram) = sender.transmit().unwrap();
/// assert_eq!(path.remote.port(), 162);
/// let len = datagram.len();
/// sender.handle_transmitted(now, &path, len);
/// assert!(sender.poll_event().unwrap().result.is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sender {
    options: SenderOptions,
    now: Instant,
    /// Authoritative for traps of v3.
    engine: Option<LocalEngine>,
    destinations: BTreeMap<DestinationId, Known>,
    pending: BTreeMap<Ticket, Pending>,
    /// Informs by their request ids.
    requests: BTreeMap<i32, Ticket>,
    /// Informs of v3 by the message ids of all attempts.
    messages: BTreeMap<u32, Ticket>,
    ready: VecDeque<Ticket>,
    deadlines: BTreeSet<(Instant, Ticket)>,
    events: VecDeque<Done>,
    last: Last,
    rng: Rng,
    sealer: Sealer,
    /// Messages of v1 and v2c are made here; answers of v3 are deciphered here.
    buffer: Scratch,
}

/// A destination, and what is known of it.
struct Known {
    destination: Destination,
    /// Traps of v3: the keys of its user at the own engine.
    keys: Option<Keys>,
    /// Informs of v3: the receiver's engine, once it was found.
    engine: Option<Engine>,
    /// The one that looks for it.
    prober: Option<Ticket>,
    /// Those that wait for it to be found.
    waiting: VecDeque<Ticket>,
}

/// The numbers given last.
struct Last {
    destination: u32,
    ticket: u64,
}

/// How a notification went.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Done {
    /// Where it went to.
    pub destination: DestinationId,
    /// Which one it was.
    pub ticket: Ticket,
    /// What became of it.
    pub result: Result<Delivery, SendError>,
}

/// What is known about a notification that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// A trap has left. Whether it arrived nobody knows.
    Sent,
    /// An inform was answered.
    Acknowledged,
}

impl Sender {
    /// One without destinations.
    pub fn new(options: SenderOptions) -> Self {
        let mut rng = Rng::from_seed(options.seed);
        let last = Last {
            destination: 0,
            ticket: 0,
        };
        let sealer = Sealer::new(rng.next_u64());
        Self {
            options,
            now: Instant::EPOCH,
            engine: None,
            destinations: BTreeMap::new(),
            pending: BTreeMap::new(),
            requests: BTreeMap::new(),
            messages: BTreeMap::new(),
            ready: VecDeque::new(),
            deadlines: BTreeSet::new(),
            events: VecDeque::new(),
            last,
            rng,
            sealer,
            buffer: Scratch::default(),
        }
    }

    /// Sends traps of v3 as this engine, which is that of the agent. Before the destinations that need it are added.
    #[must_use]
    pub fn with_engine(mut self, engine: LocalEngine) -> Self {
        self.engine = Some(engine);
        self
    }

    /// Adds a destination.
    ///
    /// # Errors
    ///
    /// Traps of v3 without an [engine](Self::with_engine), or a user whose keys cannot be made.
    pub fn add(&mut self, destination: Destination) -> Result<DestinationId, SendError> {
        let keys = match (&destination.security, destination.operation) {
            (Security::User { user, .. }, Confirmation::Trap) => {
                let engine = self.engine.ok_or(SendError::NoEngine)?;
                Some(Keys::localise(user, &engine.id())?)
            }
            _ => None,
        };
        self.last.destination = self.last.destination.wrapping_add(1);
        let id = DestinationId(self.last.destination);
        let known = Known {
            destination,
            keys,
            engine: None,
            prober: None,
            waiting: VecDeque::new(),
        };
        self.destinations.insert(id, known);
        Ok(id)
    }

    /// Forgets a destination. What is on its way there ends as [cancelled](SendError::Cancelled).
    pub fn remove(&mut self, now: Instant, destination: DestinationId) {
        self.catch_up(now);
        self.destinations.remove(&destination);
        let all = self.pending.iter();
        let orphans: Vec<Ticket> = all
            .filter(|(_, pending)| pending.destination == destination)
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in orphans {
            self.cancel(now, ticket);
        }
    }

    /// Forgets which engine a receiver of v3 informs has, so that the next attempt looks for it: for one that was exchanged or
    /// got another id, and now reports [`UnknownEngineIds`](crate::usm::Report::UnknownEngineIds). Of an engine that has proven
    /// itself that is not done on the word of such a report, since anyone can send one.
    pub fn forget_engine(&mut self, destination: DestinationId) {
        if let Some(known) = self.destinations.get_mut(&destination) {
            known.engine = None;
        }
    }

    /// All destinations.
    pub fn destinations(&self) -> impl Iterator<Item = DestinationId> {
        self.destinations.keys().copied()
    }

    /// Sends a notification. The ticket names it in the [`Done`] that will come, exactly once.
    ///
    /// # Errors
    ///
    /// Nothing was sent: no such destination, too many on their way, or a notification that cannot be written for it.
    pub fn send(
        &mut self,
        now: Instant,
        destination: DestinationId,
        notification: &Notification,
    ) -> Result<Ticket, SendError> {
        self.catch_up(now);
        if self.pending.len().saturating_add(self.events.len()) >= self.options.capacity {
            return Err(SendError::Busy);
        }
        let known = self.destinations.get(&destination).ok_or(SendError::Destination)?;
        let is_inform = known.destination.operation == Confirmation::Inform;
        let request_id = next_id(&mut self.rng, &self.requests);
        let mut pending = Pending::new(destination, known.destination.path, request_id);
        match &known.destination.security {
            Security::Community { .. } => pending.datagram = self.write(destination, request_id, notification)?,
            Security::User { .. } if is_inform => pending.varbinds = notification.to_v2()?,
            Security::User { .. } => pending.datagram = self.seal_trap(destination, request_id, notification)?,
        }
        let ticket = self.last.next_ticket();
        if is_inform {
            self.requests.insert(request_id, ticket);
        }
        self.pending.insert(ticket, pending);
        self.prepare(ticket);
        Ok(ticket)
    }

    /// The datagram of a notification in v1 or v2c.
    fn write(
        &mut self,
        destination: DestinationId,
        request_id: i32,
        notification: &Notification,
    ) -> Result<Vec<u8>, SendError> {
        let known = self.destinations.get(&destination).ok_or(SendError::Destination)?;
        let to = &known.destination;
        let Security::Community { version, community } = &to.security else {
            return Err(SendError::Destination);
        };
        let buffer = self.buffer.octets(self.options.longest());
        if *version == Version::V1 {
            let mut trap = notification.to_v1()?;
            if let (None, Some(address)) = (notification.agent_address, to.agent_address) {
                trap.agent_address = address;
            }
            let message = Message::v1(community, Body::TrapV1(trap.as_trap()));
            return Ok(message.encode(buffer)?.to_vec());
        }
        let operation = match to.operation {
            Confirmation::Trap => Operation::TRAP_V2,
            Confirmation::Inform => Operation::INFORM,
        };
        let varbinds = notification.to_v2()?;
        let message = Message::v2c(community, Body::common(operation, request_id, varbinds.varbinds()));
        Ok(message.encode(buffer)?.to_vec())
    }

    /// Withdraws a notification. Its [`Done`] comes all the same. A ticket that is not live is ignored.
    pub fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.catch_up(now);
        if let Some(pending) = self.pending.get(&ticket) {
            let effect = pending.effect;
            self.finish(ticket, Err(SendError::Cancelled { effect }));
        }
    }

    /// The next notification whose way has ended.
    pub fn poll_event(&mut self) -> Option<Done> {
        self.events.pop_front()
    }

    /// Whether this datagram answers an inform of this sender, for an agent that shares its socket with it: such a one is to
    /// be passed on to [`handle_input`](Hub::handle_input).
    pub fn is_answer(&self, peer: &Path, datagram: &[u8]) -> bool {
        match Version::of(datagram) {
            Ok(Version::V3) => self.answered_secured(peer, datagram).is_some(),
            Ok(_) => self.answered(peer, datagram).is_some(),
            Err(_) => false,
        }
    }

    /// The inform of v2c that a datagram answers, and how.
    fn answered(&self, peer: &Path, datagram: &[u8]) -> Option<(Ticket, ErrorStatus)> {
        let message = Message::parse(datagram, Tolerance::LENIENT).ok()?;
        let response = response_in(&message.body)?;
        let ticket = *self.requests.get(&response.request_id)?;
        let pending = self.pending.get(&ticket)?;
        let known = self.destinations.get(&pending.destination)?;
        let Security::Community { version, community } = &known.destination.security else {
            return None;
        };
        let is_its = pending.path.remote == peer.remote
            && pending.effect == Effect::Unknown
            && message.version == *version
            && message.community.0 == community.as_slice();
        is_its.then_some((ticket, response.error_status))
    }

    /// An inform was answered.
    fn acknowledge(&mut self, ticket: Ticket, status: ErrorStatus) {
        let result = match status {
            ErrorStatus::NO_ERROR => Ok(Delivery::Acknowledged),
            status => Err(SendError::Refused { status }),
        };
        self.finish(ticket, result);
    }

    /// Makes ready what is to be sent next.
    fn prepare(&mut self, ticket: Ticket) {
        let is_secured = self
            .pending
            .get(&ticket)
            .is_some_and(|pending| !pending.varbinds.is_empty());
        if is_secured {
            self.prepare_secured(ticket);
        } else {
            self.enqueue(ticket);
        }
    }

    fn enqueue(&mut self, ticket: Ticket) {
        let Some(pending) = self.pending.get_mut(&ticket) else {
            return;
        };
        if let Stage::Sent(deadline) = pending.stage {
            self.deadlines.remove(&(deadline, ticket));
        }
        if pending.stage != Stage::Ready {
            pending.stage = Stage::Ready;
            self.ready.push_back(ticket);
        }
    }

    /// What is at the head of the queue has left.
    fn left(&mut self, ticket: Ticket) {
        let Some(pending) = self.pending.get_mut(&ticket) else {
            return;
        };
        pending.attempts = pending.attempts.saturating_add(1);
        if !pending.is_probe {
            pending.effect = Effect::Unknown;
        }
        let Some(Known { destination, .. }) = self.destinations.get(&pending.destination) else {
            return;
        };
        if destination.operation == Confirmation::Trap {
            return self.finish(ticket, Ok(Delivery::Sent));
        }
        let deadline = self.now + destination.timeout_of(pending.attempts);
        pending.stage = Stage::Sent(deadline);
        self.deadlines.insert((deadline, ticket));
    }

    /// The time for an answer is over.
    fn expire(&mut self, ticket: Ticket) {
        let Some(pending) = self.pending.get(&ticket) else {
            return;
        };
        let known = self.destinations.get(&pending.destination);
        if pending.attempts <= known.map_or(0, |known| known.destination.retries) {
            return self.prepare(ticket);
        }
        let (attempts, effect) = (pending.attempts, pending.effect);
        let reported = pending.doubt.map(|(report, _)| SendError::Report { report, effect });
        let timeout = reported.unwrap_or(SendError::Timeout { attempts, effect });
        for waiting in self.those_who_wait_for(ticket) {
            let effect = Effect::NotApplied;
            self.finish(waiting, Err(SendError::Timeout { attempts, effect }));
        }
        self.finish(ticket, Err(timeout));
    }

    fn finish(&mut self, ticket: Ticket, result: Result<Delivery, SendError>) {
        let waiting = self.those_who_wait_for(ticket);
        let Some(pending) = self.pending.remove(&ticket) else {
            return;
        };
        self.requests.remove(&pending.request_id);
        for id in &pending.message_ids {
            self.messages.remove(id);
        }
        match pending.stage {
            Stage::Ready => self.ready.retain(|other| *other != ticket),
            Stage::Sent(deadline) => drop(self.deadlines.remove(&(deadline, ticket))),
            Stage::Waiting => {}
        }
        if let Some(known) = self.destinations.get_mut(&pending.destination) {
            known.waiting.retain(|other| *other != ticket);
        }
        self.events.push_back(Done {
            destination: pending.destination,
            ticket,
            result,
        });
        for next in waiting {
            self.prepare(next);
        }
    }

    fn catch_up(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }
}

impl Last {
    fn next_ticket(&mut self) -> Ticket {
        self.ticket = self.ticket.wrapping_add(1);
        Ticket(self.ticket)
    }
}

/// An id from 1 to 2^31-1 that nothing on its way has. They are drawn: whoever sees one, as another receiver does, must not know
/// the next.
fn next_id<Id: TryFrom<u64> + Ord>(rng: &mut Rng, live: &BTreeMap<Id, Ticket>) -> Id {
    loop {
        if let Ok(id) = Id::try_from(rng.within(1..=MAX_ID))
            && !live.contains_key(&id)
        {
            return id;
        }
    }
}

/// The response in a body, if it is one.
fn response_in<'b, 'a>(body: &'b Body<'a>) -> Option<&'b Common<'a>> {
    match body {
        Body::Common(common) if common.operation == Operation::RESPONSE => Some(common),
        _ => None,
    }
}

impl Hub for Sender {
    type Peer = Path;

    fn transport(&self) -> Transport {
        Transport::Datagram { max_len: MAX_DATAGRAM }
    }

    /// [`Unsupported`](ErrorKind::Unsupported): datagrams have no connections.
    fn handle_open(&mut self, _now: Instant, _peer: &Path) -> Result<(), Refused<()>> {
        Err(Refused {
            request: (),
            kind: ErrorKind::Unsupported,
        })
    }

    fn handle_close(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_input(&mut self, now: Instant, peer: &Path, bytes: &[u8]) -> usize {
        self.catch_up(now);
        match Version::of(bytes) {
            Ok(Version::V3) => self.take_secured(peer, bytes),
            _ => {
                if let Some((ticket, status)) = self.answered(peer, bytes) {
                    self.acknowledge(ticket, status);
                }
            }
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &Path, _len: usize) {
        self.catch_up(now);
        if let Some(ticket) = self.ready.front().copied()
            && self.pending.get(&ticket).is_some_and(|pending| pending.path == *peer)
        {
            self.ready.pop_front();
            self.left(ticket);
        }
    }

    /// One path that is blocked means that all are: the socket is the same.
    fn handle_blocked(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_writable(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_timeout(&mut self, now: Instant) {
        self.catch_up(now);
        while let Some((deadline, ticket)) = self.deadlines.first().copied()
            && deadline <= self.now
        {
            self.deadlines.pop_first();
            self.expire(ticket);
        }
    }

    fn transmit(&self) -> Option<(Path, &[u8])> {
        let pending = self.pending.get(self.ready.front()?)?;
        Some((pending.path, &pending.datagram))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    fn link_demand(&self) -> Option<(Path, LinkDemand)> {
        None
    }
}

/// Settings and how many are on their way; no community.
impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let destinations = self.destinations.values().map(|known| &known.destination);
        f.debug_struct("Sender")
            .field("options", &self.options)
            .field("destinations", &destinations.collect::<Vec<_>>())
            .field("pending", &self.pending.len())
            .finish_non_exhaustive()
    }
}
