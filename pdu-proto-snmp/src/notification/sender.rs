use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::fmt;

use pdu_core::{Effect, ErrorKind, Hub, Instant, LinkDemand, Path, Refused, Rng, Ticket, Transport};

use super::destination::{Confirmation, Security};
use super::{Destination, DestinationId, Notification, NotificationError};
use crate::wire::{Body, Common, EncodeError, ErrorStatus, Message, Operation, Tolerance, Version};

/// The longest datagram of UDP over IPv4.
const MAX_DATAGRAM: usize = 65_507;

/// How a [`Sender`] works.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SenderOptions {
    /// How many notifications may be on their way, or done and not [told](Sender::poll_event) yet: 256 by default.
    pub capacity: usize,
    /// The longest datagram that is sent: 1,472 octets by default, which fit one frame of Ethernet. Those of informs may be
    /// answered by as many.
    pub max_message_size: usize,
    /// Where request ids begin: any number that is another one after a restart.
    pub seed: u64,
}

impl Default for SenderOptions {
    fn default() -> Self {
        Self {
            capacity: 256,
            max_message_size: 1472,
            seed: 0,
        }
    }
}

/// Sends traps and informs: a [`Hub`] over UDP, alone or [within an agent](Self::is_answer).
///
/// A trap is done when it has left, and nobody knows whether it arrived. An inform is repeated with the same request id until
/// it is answered; a receiver that heard it twice can know that it did.
///
/// ```
/// use pdu_core::{Hub, Instant};
/// use pdu_proto_snmp::{notification::{Destination, Notification, Sender, SenderOptions}, oid};
///
/// let mut sender = Sender::new(SenderOptions::default());
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
    destinations: BTreeMap<DestinationId, Destination>,
    last_destination: u32,
    pending: BTreeMap<Ticket, Pending>,
    last_ticket: u64,
    last_request_id: i32,
    requests: BTreeMap<i32, Ticket>,
    ready: VecDeque<Ticket>,
    deadlines: BTreeSet<(Instant, Ticket)>,
    events: VecDeque<Done>,
    buffer: Vec<u8>,
}

/// A notification on its way.
struct Pending {
    destination: DestinationId,
    path: Path,
    /// Of an inform; a trap has one too, but nobody repeats it.
    request_id: i32,
    datagram: Vec<u8>,
    /// How often it has left.
    attempts: u8,
    deadline: Option<Instant>,
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

/// How a notification fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// There are as many on their way as the [capacity](SenderOptions::capacity) allows.
    #[error("too many notifications on their way")]
    Busy,
    /// No such destination, or not any more.
    #[error("no such destination")]
    Destination,
    /// It cannot be written in the destination's version, or is too long.
    #[error(transparent)]
    Notification(#[from] NotificationError),
    /// An inform that was not answered, however often it was sent.
    #[error("inform not answered ({attempts} sent)")]
    Timeout {
        /// How often it was sent.
        attempts: u8,
    },
    /// An inform that was answered by an error.
    #[error("inform answered by {status}")]
    Refused {
        /// Which.
        status: ErrorStatus,
    },
    /// The caller withdrew it.
    #[error("cancelled")]
    Cancelled {
        /// Whether it may have arrived.
        effect: Effect,
    },
}

impl From<EncodeError> for SendError {
    fn from(error: EncodeError) -> Self {
        Self::Notification(error.into())
    }
}

impl pdu_core::Error for SendError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Busy => ErrorKind::Busy,
            Self::Destination | Self::Notification(_) => ErrorKind::InvalidArgument,
            Self::Timeout { .. } => ErrorKind::Timeout,
            Self::Refused { .. } => ErrorKind::Refused,
            Self::Cancelled { .. } => ErrorKind::Cancelled,
        }
    }

    /// Whether it arrived.
    fn effect(&self) -> Effect {
        match self {
            Self::Busy | Self::Destination | Self::Notification(_) | Self::Refused { .. } => Effect::NotApplied,
            Self::Timeout { .. } => Effect::Unknown,
            Self::Cancelled { effect } => *effect,
        }
    }
}

impl Sender {
    /// One without destinations.
    pub fn new(options: SenderOptions) -> Self {
        let mut rng = Rng::from_seed(options.seed);
        let last_request_id = i32::try_from(rng.below(1 << 31)).unwrap_or_default();
        Self {
            options,
            now: Instant::EPOCH,
            destinations: BTreeMap::new(),
            last_destination: 0,
            pending: BTreeMap::new(),
            last_ticket: 0,
            last_request_id,
            requests: BTreeMap::new(),
            ready: VecDeque::new(),
            deadlines: BTreeSet::new(),
            events: VecDeque::new(),
            buffer: Vec::new(),
        }
    }

    /// Adds a destination.
    ///
    /// # Errors
    ///
    /// None yet for communities.
    pub fn add(&mut self, destination: Destination) -> Result<DestinationId, SendError> {
        self.last_destination = self.last_destination.wrapping_add(1);
        let id = DestinationId(self.last_destination);
        self.destinations.insert(id, destination);
        Ok(id)
    }

    /// Forgets a destination. What is on its way there ends as [cancelled](SendError::Cancelled).
    pub fn remove(&mut self, now: Instant, destination: DestinationId) {
        self.catch_up(now);
        self.destinations.remove(&destination);
        let orphans: Vec<_> = self
            .pending
            .iter()
            .filter(|(_, pending)| pending.destination == destination)
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in orphans {
            self.cancel(now, ticket);
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
        let request_id = self.next_request_id();
        let to = self.destinations.get(&destination).ok_or(SendError::Destination)?;
        let datagram = encode(
            to,
            request_id,
            notification,
            self.options.max_message_size,
            &mut self.buffer,
        )?;
        let pending = Pending {
            destination,
            path: to.path,
            request_id,
            datagram,
            attempts: 0,
            deadline: None,
        };
        if to.operation == Confirmation::Inform {
            self.requests
                .insert(request_id, Ticket(self.last_ticket.wrapping_add(1)));
        }
        self.last_ticket = self.last_ticket.wrapping_add(1);
        let ticket = Ticket(self.last_ticket);
        self.pending.insert(ticket, pending);
        self.ready.push_back(ticket);
        Ok(ticket)
    }

    /// Withdraws a notification. Its [`Done`] comes all the same. A ticket that is not live is ignored.
    pub fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.catch_up(now);
        let Some(pending) = self.pending.get(&ticket) else {
            return;
        };
        let effect = if pending.attempts == 0 {
            Effect::NotApplied
        } else {
            Effect::Unknown
        };
        self.finish(ticket, Err(SendError::Cancelled { effect }));
    }

    /// The next notification whose way has ended.
    pub fn poll_event(&mut self) -> Option<Done> {
        self.events.pop_front()
    }

    /// Whether this datagram answers an inform of this sender, for an agent that shares its socket with it: such a one is to
    /// be passed on to [`handle_input`](Hub::handle_input).
    pub fn is_answer(&self, peer: &Path, datagram: &[u8]) -> bool {
        self.answered(peer, datagram).is_some()
    }

    /// The inform that a datagram answers, and how.
    fn answered(&self, peer: &Path, datagram: &[u8]) -> Option<(Ticket, ErrorStatus)> {
        let message = Message::parse(datagram, Tolerance::LENIENT).ok()?;
        let Body::Common(Common {
            operation: Operation::RESPONSE,
            request_id,
            error_status,
            ..
        }) = message.body
        else {
            return None;
        };
        let ticket = *self.requests.get(&request_id)?;
        let pending = self.pending.get(&ticket)?;
        let to = self.destinations.get(&pending.destination)?;
        let Security::Community { version, community } = &to.security;
        let is_its = pending.path.remote == peer.remote
            && pending.attempts > 0
            && message.version == *version
            && message.community.0 == &**community;
        is_its.then_some((ticket, error_status))
    }

    fn finish(&mut self, ticket: Ticket, result: Result<Delivery, SendError>) {
        let Some(pending) = self.pending.remove(&ticket) else {
            return;
        };
        self.requests.remove(&pending.request_id);
        self.ready.retain(|waiting| *waiting != ticket);
        if let Some(deadline) = pending.deadline {
            self.deadlines.remove(&(deadline, ticket));
        }
        let destination = pending.destination;
        self.events.push_back(Done {
            destination,
            ticket,
            result,
        });
    }

    /// The time for an answer is over.
    fn expire(&mut self, ticket: Ticket) {
        let Some(pending) = self.pending.get_mut(&ticket) else {
            return;
        };
        pending.deadline = None;
        let attempts = pending.attempts;
        let retries = self.destinations.get(&pending.destination).map_or(0, |to| to.retries);
        if attempts > retries {
            return self.finish(ticket, Err(SendError::Timeout { attempts }));
        }
        self.ready.push_back(ticket);
    }

    /// An attempt of it has left.
    fn left(&mut self, ticket: Ticket) {
        let Some(pending) = self.pending.get_mut(&ticket) else {
            return;
        };
        pending.attempts = pending.attempts.saturating_add(1);
        let Some(to) = self.destinations.get(&pending.destination) else {
            return;
        };
        if to.operation == Confirmation::Trap {
            return self.finish(ticket, Ok(Delivery::Sent));
        }
        let deadline = self.now + to.timeout_of(pending.attempts);
        pending.deadline = Some(deadline);
        self.deadlines.insert((deadline, ticket));
    }

    /// Numbers from 1 to 2^31-1, one after the other.
    fn next_request_id(&mut self) -> i32 {
        self.last_request_id = self.last_request_id.checked_add(1).unwrap_or(1);
        self.last_request_id
    }

    fn catch_up(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }
}

/// The datagram of a notification.
fn encode(
    to: &Destination,
    request_id: i32,
    notification: &Notification,
    max_len: usize,
    buffer: &mut Vec<u8>,
) -> Result<Vec<u8>, SendError> {
    buffer.resize(max_len.min(MAX_DATAGRAM), 0);
    let Security::Community { version, community } = &to.security;
    let octets = if *version == Version::V1 {
        let mut trap = notification.to_v1()?;
        if let (None, Some(address)) = (notification.agent_address, to.agent_address) {
            trap.agent_address = address;
        }
        Message::v1(community, Body::TrapV1(trap.as_trap()))
            .encode(buffer)?
            .to_vec()
    } else {
        let operation = match to.operation {
            Confirmation::Trap => Operation::TRAP_V2,
            Confirmation::Inform => Operation::INFORM,
        };
        let varbinds = notification.to_v2()?;
        Message::v2c(community, Body::common(operation, request_id, varbinds.varbinds()))
            .encode(buffer)?
            .to_vec()
    };
    Ok(octets)
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
        if let Some((ticket, status)) = self.answered(peer, bytes) {
            self.finish(
                ticket,
                match status {
                    ErrorStatus::NO_ERROR => Ok(Delivery::Acknowledged),
                    status => Err(SendError::Refused { status }),
                },
            );
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &Path, _len: usize) {
        self.catch_up(now);
        let head = self.ready.front().copied();
        if let Some(ticket) = head
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
        f.debug_struct("Sender")
            .field("options", &self.options)
            .field("destinations", &self.destinations)
            .field("pending", &self.pending.len())
            .finish_non_exhaustive()
    }
}
