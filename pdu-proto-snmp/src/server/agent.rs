use alloc::vec::Vec;
use core::fmt;

use pdu_core::{ErrorKind, Hub, Instant, LinkDemand, Path, Refused, Transport, earliest};

use super::community::Communities;
use super::desk::Desk;
use super::statistics::bump;
use super::users::Users;
use super::{Access, AgentOptions, Statistics, Tree};
use crate::notification::{DestinationId, Notification, Sender};
use crate::usm::{LocalEngine, User, UsmError};
use crate::wire::Version;

/// Answers requests from a [`Tree`]: a [`Hub`] over UDP, usually on port 161.
///
/// Only those are answered whose community or user was [added](Self::with_community). A wrong community gets no answer at all.
///
/// ```
/// use pdu_core::{Hub, Instant, Path};
/// use pdu_proto_snmp::oid;
/// use pdu_proto_snmp::server::{Access, Agent, AgentOptions, MapTree};
/// use pdu_proto_snmp::usm::{AuthProtocol, EngineId, LocalEngine, User};
/// use pdu_proto_snmp::wire::{Body, Message, Tolerance, Value, VarBind};
///
/// let name = oid!(1, 3, 6, 1, 2, 1, 1, 5, 0);
/// let mut tree = MapTree::new();
/// tree.insert(name, Value::OctetString(b"rack 7"));
///
///
/// // Different for each agent in the network; how often it started is stored by whoever starts it.
/// let engine = LocalEngine::new(EngineId::from_text(99_999, "rack 7")?, 1, Instant::EPOCH);
/// let user = User::with_passwords("reader", Some((AuthProtocol::Sha256, b"maplesyrup")), None)?;
/// let mut agent = Agent::new(engine, tree, AgentOptions::default())
///     .with_community(b"public", Access::read_only())
///     .with_user(&user, Access::read_write())?;
///
/// let manager = Path::to("192.0.2.7:40000".parse().unwrap());
/// let mut buffer = [0; 1472];
/// let request = Message::v2c(b"public", Body::get(1, &[VarBind::ask(name)])).encode(&mut buffer)?;
/// agent.handle_input(Instant::EPOCH, &manager, request);
///
/// let (to, response) = agent.transmit().unwrap();
/// let response = Message::parse(response, Tolerance::STRICT).unwrap();
/// assert_eq!(to, manager);
/// assert_eq!(response.body.varbinds().iter().next(), Some(Ok(VarBind::new(name, Value::OctetString(b"rack 7")))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Agent<T> {
    desk: Desk<T>,
    options: AgentOptions,
    communities: Communities,
    users: Users,
    sender: Option<Sender>,
    shown: Shown,
}

/// Whose output [`transmit`](Hub::transmit) shows first: what was shown stays until it has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Responses,
    Notifications,
}

/// Settings, counts and the tree; no community, and none of the messages that wait.
impl<T: fmt::Debug> fmt::Debug for Agent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent")
            .field("options", &self.options)
            .field("users", &self.users)
            .field("sender", &self.sender)
            .field("statistics", &self.desk.statistics)
            .field("tree", &self.desk.tree)
            .finish_non_exhaustive()
    }
}

impl<T: Tree> Agent<T> {
    /// An agent that answers nobody yet. The engine is of no meaning to v1 and v2c.
    pub fn new(engine: LocalEngine, tree: T, options: AgentOptions) -> Self {
        Self {
            desk: Desk::new(tree, &options),
            options,
            communities: Communities::default(),
            users: Users::new(engine, options.seed),
            sender: None,
            shown: Shown::Responses,
        }
    }

    /// The same, and whoever names this community in v1 or v2c is answered. One that was added before gets this access.
    #[must_use]
    pub fn with_community(mut self, community: &[u8], access: Access) -> Self {
        self.communities.insert(community, access);
        self
    }

    /// The same, and this user's messages of v3 are answered. One that was added before is replaced.
    ///
    /// # Errors
    ///
    /// Keys that cannot be made for this engine; see [`Keys::localise`](crate::usm::Keys::localise).
    pub fn with_user(mut self, user: &User, access: Access) -> Result<Self, UsmError> {
        self.users.insert(user, access)?;
        Ok(self)
    }

    /// The same, and what the tree [has to tell](Tree::poll_notification) leaves by the agent's socket, to each destination of
    /// this sender; answers to its informs come back by it. What becomes of each is [counted](Statistics::undelivered) only.
    ///
    /// Without a sender the tree is not asked.
    #[must_use]
    pub fn with_sender(mut self, sender: Sender) -> Self {
        self.sender = Some(sender);
        self
    }

    /// What is behind it.
    pub const fn tree(&self) -> &T {
        &self.desk.tree
    }

    /// What is behind it, to be changed.
    pub const fn tree_mut(&mut self) -> &mut T {
        &mut self.desk.tree
    }

    /// Its engine.
    pub const fn engine(&self) -> &LocalEngine {
        self.users.engine()
    }

    /// Who tells what the tree has to tell.
    pub const fn sender(&self) -> Option<&Sender> {
        self.sender.as_ref()
    }

    /// Who tells what the tree has to tell, to be given other destinations, or something to send by itself.
    pub const fn sender_mut(&mut self) -> Option<&mut Sender> {
        self.sender.as_mut()
    }

    /// What came and went, counted.
    pub const fn statistics(&self) -> Statistics {
        self.desk.statistics
    }

    fn catch_up(&mut self, now: Instant) {
        self.desk.now = self.desk.now.max(now);
    }

    fn take(&mut self, path: Path, datagram: &[u8]) {
        let (desk, options) = (&mut self.desk, &self.options);
        bump(&mut desk.statistics.received);
        if desk.output.is_full() {
            bump(&mut desk.statistics.overflowed);
            return;
        }
        match Version::of(datagram) {
            Ok(Version::V1 | Version::V2C) => self.communities.take(desk, options, path, datagram),
            Ok(Version::V3) => self.users.take(desk, options, path, datagram),
            Ok(_) => {
                bump(&mut desk.statistics.bad_versions);
            }
            Err(_) => {
                bump(&mut desk.statistics.parse_errors);
            }
        }
    }

    /// Hands what the tree has to tell to the sender, and settles whose output is shown.
    fn settle(&mut self) {
        let desk = &mut self.desk;
        if let Some(sender) = &mut self.sender {
            while let Some(notification) = desk.tree.poll_notification() {
                tell(sender, &mut desk.statistics, desk.now, &notification);
            }
            while let Some(done) = sender.poll_event() {
                if done.result.is_err() {
                    bump(&mut desk.statistics.undelivered);
                }
            }
        }
        self.shown = self.to_show();
    }

    /// Whose output is shown: also of what was given to the sender since anything was settled.
    fn to_show(&self) -> Shown {
        let notifies = self.sender.as_ref().is_some_and(|sender| sender.transmit().is_some());
        match self.shown {
            Shown::Responses if self.desk.output.head().is_none() && notifies => Shown::Notifications,
            Shown::Notifications if !notifies => Shown::Responses,
            shown => shown,
        }
    }
}

/// Sends to each destination.
fn tell(sender: &mut Sender, statistics: &mut Statistics, now: Instant, notification: &Notification) {
    let destinations: Vec<DestinationId> = sender.destinations().collect();
    for destination in destinations {
        bump(&mut statistics.notified);
        if sender.send(now, destination, notification).is_err() {
            bump(&mut statistics.undelivered);
        }
    }
}

impl<T: Tree> Hub for Agent<T> {
    type Peer = Path;

    fn transport(&self) -> Transport {
        Transport::Datagram {
            max_len: self.options.message_size(),
        }
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
        self.shown = self.to_show();
        match &mut self.sender {
            Some(sender) if sender.is_answer(peer, bytes) => {
                sender.handle_input(now, peer, bytes);
            }
            _ => self.take(*peer, bytes),
        }
        self.settle();
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &Path, len: usize) {
        self.catch_up(now);
        match (self.to_show(), &mut self.sender) {
            (Shown::Notifications, Some(sender)) => sender.handle_transmitted(now, peer, len),
            _ => self.desk.output.pop(peer),
        }
        // Responses go first.
        self.shown = Shown::Responses;
        self.settle();
    }

    fn handle_blocked(&mut self, now: Instant, peer: &Path) {
        self.catch_up(now);
        self.desk.output.block(peer);
        if let Some(sender) = &mut self.sender {
            sender.handle_blocked(now, peer);
        }
        self.settle();
    }

    fn handle_writable(&mut self, now: Instant, peer: &Path) {
        self.catch_up(now);
        self.desk.output.unblock(peer);
        if let Some(sender) = &mut self.sender {
            sender.handle_writable(now, peer);
        }
        self.settle();
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.catch_up(now);
        self.desk.tree.handle_timeout(self.desk.now);
        if let Some(sender) = &mut self.sender {
            sender.handle_timeout(now);
        }
        self.settle();
    }

    fn transmit(&self) -> Option<(Path, &[u8])> {
        match self.to_show() {
            Shown::Responses => self.desk.output.head(),
            Shown::Notifications => self.sender.as_ref().and_then(Hub::transmit),
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let sender = self.sender.as_ref().and_then(Hub::poll_timeout);
        earliest(self.desk.tree.poll_timeout(), sender)
    }

    fn link_demand(&self) -> Option<(Path, LinkDemand)> {
        None
    }
}
