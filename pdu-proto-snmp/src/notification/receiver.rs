use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use pdu_core::{ErrorKind, Hub, Instant, LinkDemand, Path, Refused, Transport};

use super::output::Output;
use super::recent::{Key, Recent, digest};
use super::{Content, Notification, Received, Rejected, Rejection, Source, Statistics};
use crate::wire::{Body, Common, Message, Operation, Tolerance, VarBindList};

/// Answers that wait to be sent.
const MAX_ANSWERS: usize = 256;

/// The longest datagram of UDP over IPv4.
const MAX_DATAGRAM: usize = 65_507;

/// What a [`Receiver`] takes, and how much it keeps.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReceiverOptions {
    /// How many notifications wait to be taken; beyond that the oldest are dropped, and counted. 1,024 by default.
    pub queue: usize,
    /// How many datagrams that were not believed are kept, the newest. 16 by default.
    pub rejected: usize,
    /// Which deviations from the standard are accepted; all of them by default.
    pub tolerance: Tolerance,
    /// For how long an inform is remembered, so that its repetition is answered and not handed out again. 150 seconds by
    /// default.
    pub memory: Duration,
    /// How many informs are remembered, the newest. 1,024 by default.
    pub memories: usize,
}

impl Default for ReceiverOptions {
    fn default() -> Self {
        Self {
            queue: 1024,
            rejected: 16,
            tolerance: Tolerance::LENIENT,
            memory: Duration::from_secs(150),
            memories: 1024,
        }
    }
}

/// Hears traps and informs of all versions, and answers the informs: a [`Hub`] over UDP, usually at port
/// [162](super::PORT).
///
/// It believes nobody until it is told whom: communities and users. A community proves little, as it travels in clear.
///
/// ```
/// use pdu_core::{Hub, Instant, Path};
/// use pdu_proto_snmp::notification::{Receiver, ReceiverOptions};
///
/// let mut receiver = Receiver::new(ReceiverOptions::default()).with_community(b"public");
/// # let datagram: &[u8] = &[];
/// let now = Instant::EPOCH; // the caller's clock
/// let from = Path::to("192.0.2.7:49152".parse()?);
/// receiver.handle_input(now, &from, datagram);
/// while let Some(received) = receiver.poll_event() {
///     println!("{} sent {:?}", received.path, received.content);
/// }
/// # Ok::<(), core::net::AddrParseError>(())
/// ```
pub struct Receiver {
    options: ReceiverOptions,
    now: Instant,
    communities: Communities,
    queue: VecDeque<Received>,
    rejected: VecDeque<Rejected>,
    statistics: Statistics,
    informs: Recent,
    answers: Output,
    buffer: Vec<u8>,
}

/// Which communities are accepted.
enum Communities {
    Any,
    Listed(Vec<Box<[u8]>>),
}

impl Communities {
    fn accept(&self, community: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(listed) => listed.iter().any(|known| **known == *community),
        }
    }
}

impl Receiver {
    /// One that believes nobody yet.
    pub fn new(options: ReceiverOptions) -> Self {
        let informs = Recent::new(options.memory, options.memories);
        Self {
            options,
            now: Instant::EPOCH,
            communities: Communities::Listed(Vec::new()),
            queue: VecDeque::new(),
            rejected: VecDeque::new(),
            statistics: Statistics::default(),
            informs,
            answers: Output::new(MAX_ANSWERS),
            buffer: Vec::new(),
        }
    }

    /// Believes those of v1 and v2c who know this community too.
    #[must_use]
    pub fn with_community(mut self, community: &[u8]) -> Self {
        if let Communities::Listed(listed) = &mut self.communities {
            listed.push(community.into());
        }
        self
    }

    /// Believes everybody who speaks v1 or v2c, whatever the community.
    #[must_use]
    pub fn with_any_community(mut self) -> Self {
        self.communities = Communities::Any;
        self
    }

    /// The next notification, in the order in which they came.
    pub fn poll_event(&mut self) -> Option<Received> {
        self.queue.pop_front()
    }

    /// The next datagram that was not believed. Of those that are not taken, the oldest are dropped.
    pub fn poll_rejected(&mut self) -> Option<Rejected> {
        self.rejected.pop_front()
    }

    /// What came, counted.
    pub const fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn take(&mut self, path: Path, datagram: &[u8]) -> Result<(), Rejection> {
        self.take_community(path, datagram)
    }

    fn take_community(&mut self, path: Path, datagram: &[u8]) -> Result<(), Rejection> {
        let message = Message::parse(datagram, self.options.tolerance)?;
        if !self.communities.accept(message.community.0) {
            return Err(Rejection::Community);
        }
        let content = content_of(&message.body)?;
        if let Body::Common(inform) = &message.body
            && inform.operation == Operation::INFORM
        {
            self.answer(path, &message, inform)?;
            let content = digest(&[message.community.0, inform.varbinds.as_octets().unwrap_or_default()]);
            if self.came_before(path, inform.request_id, content) {
                return Ok(());
            }
        }
        self.hand_out(Received {
            path,
            at: self.now,
            operation: message.body.operation(),
            source: Source::Community {
                version: message.version,
                community: message.community.0.into(),
            },
            content,
            anomalies: message.anomalies(),
        });
        Ok(())
    }

    fn answer(&mut self, path: Path, message: &Message<'_>, inform: &Common<'_>) -> Result<(), Rejection> {
        let response = Message::new(
            message.version,
            message.community,
            Body::response(inform.request_id, inform.varbinds),
        );
        self.buffer.resize(MAX_DATAGRAM, 0);
        let octets = response
            .encode(&mut self.buffer)
            .map_err(super::NotificationError::Encode)?;
        if self.answers.push(path, octets) {
            Ok(())
        } else {
            Err(Rejection::Busy)
        }
    }

    /// Whether an inform is the repetition of one that was handed out. If not, it is from now on.
    fn came_before(&mut self, path: Path, request_id: i32, digest: u64) -> bool {
        let (remote, id) = (Some(path.remote), request_id.into());
        let key = Key { remote, id, digest };
        let is_known = self.informs.contains(self.now, &key);
        if is_known {
            bump(&mut self.statistics.repeated);
        } else {
            self.informs.insert(self.now, key);
        }
        is_known
    }

    fn hand_out(&mut self, received: Received) {
        bump(match received.operation {
            Operation::INFORM => &mut self.statistics.informs,
            _ => &mut self.statistics.traps,
        });
        if self.queue.len() >= self.options.queue && self.queue.pop_front().is_some() {
            bump(&mut self.statistics.dropped);
        }
        self.queue.push_back(received);
    }

    fn reject(&mut self, path: Path, len: usize, reason: Rejection) {
        bump(&mut self.statistics.rejected);
        if self.rejected.len() >= self.options.rejected && self.rejected.pop_front().is_none() {
            return;
        }
        let at = self.now;
        self.rejected.push_back(Rejected { path, at, reason, len });
    }

    fn catch_up(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }
}

/// What the body of a notification says; an error if it is another body.
fn content_of(body: &Body<'_>) -> Result<Content, Rejection> {
    match body {
        Body::TrapV1(trap) => Ok(Content::Notification(Notification::from_v1(trap)?)),
        Body::Common(common) if matches!(common.operation, Operation::TRAP_V2 | Operation::INFORM) => {
            let notification = Notification::from_v2(common.varbinds);
            Ok(notification.map_or_else(
                || Content::Raw(VarBindList::copied(common.varbinds)),
                Content::Notification,
            ))
        }
        other => Err(Rejection::Operation(other.operation())),
    }
}

fn bump(count: &mut u64) {
    *count = count.saturating_add(1);
}

impl Hub for Receiver {
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
        bump(&mut self.statistics.datagrams);
        if let Err(reason) = self.take(*peer, bytes) {
            self.reject(*peer, bytes.len(), reason);
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &Path, _len: usize) {
        self.catch_up(now);
        self.answers.sent(peer);
    }

    /// One path that is blocked means that all are: the socket is the same.
    fn handle_blocked(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_writable(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_timeout(&mut self, now: Instant) {
        self.catch_up(now);
    }

    fn transmit(&self) -> Option<(Path, &[u8])> {
        self.answers.head()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn link_demand(&self) -> Option<(Path, LinkDemand)> {
        None
    }
}

/// Settings and counts; no community.
impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("options", &self.options)
            .field("statistics", &self.statistics)
            .finish_non_exhaustive()
    }
}
