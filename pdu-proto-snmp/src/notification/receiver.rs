use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;

use pdu_core::{ErrorKind, Hub, Instant, LinkDemand, Path, Refused, Transport};
use zeroize::Zeroizing;

use super::engines::Engines;
use super::output::Output;
use super::recent::{Digest, Key, Recent};
use super::sealer::Sealer;
use super::{
    Content, Notification, NotificationError, Received, ReceiverOptions, Rejected, Rejection, Source, Statistics,
};
use crate::scratch::Scratch;
use crate::usm::{EngineId, LocalEngine, Report, User};
use crate::wire::{Body, Common, Message, Operation, VarBindList, Version};

/// Answers that wait to be sent.
const MAX_ANSWERS: usize = 256;

/// The longest datagram of UDP over IPv4.
pub(super) const MAX_DATAGRAM: usize = 65_507;

/// Hears traps and informs of all versions, and answers the informs: a [`Hub`] over UDP, usually at port
/// [162](super::PORT).
///
/// It believes nobody until it is told whom: communities and users. A community proves little, as it travels in clear.
///
/// An inform is answered each time it comes. One that comes again, from the same address with the same request id and the
/// same content, is not handed out again: its sender missed the answer. The answer says that it came, not that anybody took
/// it: one that nobody [takes](Self::poll_event) is dropped as the oldest when the [queue](ReceiverOptions::queue) is full, and
/// [counted](Statistics::dropped). A trap of v3 that comes again is a
/// [replay](Rejection::Replayed). Traps of v1 and v2c have nothing by which to know one that comes again.
///
/// In v3 each trap is of the sender's engine, whose clock is taken from its first message and must go on from there; see
/// [`forget_engine`](Self::forget_engine) for one that was replaced. Informs are of the receiver's own engine: without
/// [one](Self::with_engine) there are none.
///
/// ```
/// use pdu_core::{Hub, Instant, Path};
/// use pdu_proto_snmp::notification::{Receiver, ReceiverOptions};
/// use pdu_proto_snmp::usm::{AuthProtocol, EngineId, LocalEngine, PrivProtocol, User};
///
/// let now = Instant::EPOCH; // the caller's clock
/// let boots = 7; // counted and stored by the caller
/// let seed = 0x5EED; // 64 random bits
/// let user = User::with_passwords(
///     "alarms",
///     Some((AuthProtocol::Sha256, b"maplesyrup")),
///     Some((PrivProtocol::Aes128, b"pancakes")),
/// )?;
/// let mut receiver = Receiver::new(ReceiverOptions::new(seed))
///     .with_community(b"public")
///     .with_engine(LocalEngine::new(EngineId::from_text(8072, "station 1")?, boots, now))
///     .with_user(user);
/// # let datagram: &[u8] = &[];
/// # let from = Path::to("192.0.2.7:49152".parse()?);
/// receiver.handle_input(now, &from, datagram);
/// while let Some(received) = receiver.poll_event() {
///     println!("{} sent {:?}", received.path, received.content);
/// }
/// while let Some(rejected) = receiver.poll_rejected() {
///     println!("{}: {}", rejected.path, rejected.reason);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Receiver {
    pub(super) options: ReceiverOptions,
    pub(super) now: Instant,
    communities: Communities,
    pub(super) engines: Engines,
    pub(super) sealer: Sealer,
    /// How often each report was sent, in the order of [`Report::ALL`].
    pub(super) reports: [u32; Report::ALL.len()],
    queue: VecDeque<Received>,
    rejected: VecDeque<Rejected>,
    pub(super) statistics: Statistics,
    informs: Recent,
    pub(super) traps: Recent,
    pub(super) answers: Output,
    /// Answers of v2c are made here.
    buffer: Scratch,
    /// What came is deciphered here.
    pub(super) scratch: Scratch,
}

/// Which communities are accepted.
enum Communities {
    Any,
    Listed(Vec<Zeroizing<Vec<u8>>>),
}

impl Communities {
    fn accept(&self, community: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(listed) => listed.iter().any(|known| **known == community),
        }
    }
}

impl Receiver {
    /// One that believes nobody yet.
    pub fn new(options: ReceiverOptions) -> Self {
        Self {
            options,
            now: Instant::EPOCH,
            communities: Communities::Listed(Vec::new()),
            engines: Engines::new(options.engines, options.trials_per_second),
            sealer: Sealer::new(options.seed),
            reports: [0; Report::ALL.len()],
            queue: VecDeque::new(),
            rejected: VecDeque::new(),
            statistics: Statistics::default(),
            informs: Recent::new(options.memory, options.memories),
            traps: Recent::new(options.memory, options.memories),
            answers: Output::new(MAX_ANSWERS),
            buffer: Scratch::default(),
            scratch: Scratch::default(),
        }
    }

    /// Believes those of v1 and v2c who know this community too.
    #[must_use]
    pub fn with_community(mut self, community: &[u8]) -> Self {
        if let Communities::Listed(listed) = &mut self.communities {
            listed.push(Zeroizing::new(community.into()));
        }
        self
    }

    /// Believes everybody who speaks v1 or v2c, whatever the community.
    #[must_use]
    pub fn with_any_community(mut self) -> Self {
        self.communities = Communities::Any;
        self
    }

    /// Has an engine of its own, which informs of v3 need: they are protected by its keys and its clock.
    #[must_use]
    pub fn with_engine(mut self, engine: LocalEngine) -> Self {
        self.engines.set_own(engine);
        self
    }

    /// Believes this user of v3, at whatever engine, and exactly as far protected as the user has keys.
    ///
    /// With a user of any engine each holder of the passwords can speak for each engine, and engines not heard before may have
    /// to [wait](ReceiverOptions::trials_per_second) while somebody makes up others: name the [engine](Self::with_user_at) where
    /// that matters.
    #[must_use]
    pub fn with_user(mut self, user: User) -> Self {
        self.engines.list(user, None);
        self
    }

    /// Believes this user of v3 at this engine: that of a sender of traps, or the own one for informs. Goes before a user of
    /// the same name at any engine. The keys are made here and now.
    #[must_use]
    pub fn with_user_at(mut self, engine: EngineId, user: User) -> Self {
        self.engines.list(user, Some(engine));
        self
    }

    /// The engines of others from which authentic messages came.
    pub fn engines(&self) -> impl Iterator<Item = EngineId> {
        self.engines.heard()
    }

    /// Forgets the clock of an engine, as that of a device which was reset and counts its boots from the beginning: its next
    /// message is believed whatever its time, and so would be an old one that somebody repeats.
    pub fn forget_engine(&mut self, engine: &EngineId) {
        self.engines.forget(engine);
    }

    /// The next notification, in the order in which they came. Of those that are not taken, the oldest are dropped and counted,
    /// informs too, although they were answered.
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
        match Version::of(datagram)? {
            Version::V3 => self.take_secured(path, datagram),
            _ => self.take_community(path, datagram),
        }
    }

    fn take_community(&mut self, path: Path, datagram: &[u8]) -> Result<(), Rejection> {
        let message = Message::parse(datagram, self.options.tolerance)?;
        let community = message.community;
        if !self.communities.accept(community.0) {
            return Err(Rejection::Community);
        }
        let content = content_of(&message.body)?;
        if let Some(inform) = inform_in(&message.body) {
            self.answer(path, &message, inform)?;
            if self.came_before(path, inform, Digest::NONE.and(community.0)) {
                return Ok(());
            }
        }
        self.hand_out(Received {
            path,
            at: self.now,
            operation: message.body.operation(),
            source: Source::Community {
                version: message.version,
                community: community.0.into(),
            },
            content,
            anomalies: message.anomalies(),
        });
        Ok(())
    }

    fn answer(&mut self, path: Path, message: &Message<'_>, inform: &Common<'_>) -> Result<(), Rejection> {
        let body = Body::response(inform.request_id, inform.varbinds);
        let response = Message::new(message.version, message.community, body)
            .encode(self.buffer.octets(MAX_DATAGRAM))
            .map_err(NotificationError::Encode)?;
        self.answers.push(path, response)
    }

    /// Whether an inform is the repetition of one that was handed out. If not, it is from now on.
    pub(super) fn came_before(&mut self, path: Path, inform: &Common<'_>, source: Digest) -> bool {
        let key = Key {
            remote: Some(path.remote),
            id: inform.request_id.into(),
            digest: source.and(inform.varbinds.as_octets().unwrap_or_default()),
        };
        let is_known = self.informs.contains(self.now, &key);
        if is_known {
            bump(&mut self.statistics.repeated);
        } else {
            self.informs.insert(self.now, key);
        }
        is_known
    }

    pub(super) fn hand_out(&mut self, received: Received) {
        bump(match received.operation {
            Operation::INFORM => &mut self.statistics.informs,
            _ => &mut self.statistics.traps,
        });
        // At least one: an inform was acknowledged.
        if self.queue.len() >= self.options.queue.max(1) {
            bump(&mut self.statistics.dropped);
            self.queue.pop_front();
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
pub(super) fn content_of(body: &Body<'_>) -> Result<Content, Rejection> {
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

/// The inform in a body, if it is one.
pub(super) fn inform_in<'b, 'a>(body: &'b Body<'a>) -> Option<&'b Common<'a>> {
    match body {
        Body::Common(common) if common.operation == Operation::INFORM => Some(common),
        _ => None,
    }
}

pub(super) fn bump(count: &mut u64) {
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

/// Settings and counts; no community, no user.
impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("options", &self.options)
            .field("statistics", &self.statistics)
            .finish_non_exhaustive()
    }
}
