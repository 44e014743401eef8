use alloc::vec::Vec;

use pdu_core::{ErrorKind, Hub, Instant, LinkDemand, Path, Refused, Transport};

use super::operations::{Asked, Operations};
use super::output::Output;
use super::statistics::bump;
use super::{Access, AgentOptions, Statistics, Tree};
use crate::wire::{Body, Message, Operation, VarBinds, Version};

/// The head of each list that a message nests grows by so many octets at most when varbinds are put in.
const GROWTH: usize = 9;

/// Answers requests from a [`Tree`]: a [`Hub`] over UDP, usually on port 161.
///
/// Only those are answered whose community or user was [added](Self::with_community). A wrong community gets no answer at all.
///
/// ```
/// use pdu_core::{Hub, Instant, Path};
/// use pdu_proto_snmp::oid;
/// use pdu_proto_snmp::server::{Access, Agent, AgentOptions, MapTree};
/// use pdu_proto_snmp::wire::{Body, Message, Tolerance, Value, VarBind};
///
/// let name = oid!(1, 3, 6, 1, 2, 1, 1, 5, 0);
/// let mut tree = MapTree::new();
/// tree.insert(name, Value::OctetString(b"rack 7"));
/// let mut agent = Agent::new(tree, AgentOptions::default()).with_community(b"public", Access::read_only());
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
/// # Ok::<(), pdu_proto_snmp::wire::EncodeError>(())
/// ```
#[derive(Debug)]
pub struct Agent<T> {
    tree: T,
    options: AgentOptions,
    communities: Vec<Known>,
    operations: Operations,
    output: Output,
    statistics: Statistics,
    now: Instant,
}

/// A community, and what it may do.
struct Known {
    community: Vec<u8>,
    access: Access,
}

impl core::fmt::Debug for Known {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let community = crate::wire::Community(&self.community);
        f.debug_struct("Known")
            .field("community", &community)
            .field("access", &self.access)
            .finish()
    }
}

impl<T: Tree> Agent<T> {
    /// An agent that answers nobody yet.
    pub fn new(tree: T, options: AgentOptions) -> Self {
        Self {
            tree,
            options,
            communities: Vec::new(),
            operations: Operations::default(),
            output: Output::new(options.queue),
            statistics: Statistics::default(),
            now: Instant::EPOCH,
        }
    }

    /// The same, and whoever names this community in v1 or v2c is answered. One that was added before gets this access.
    #[must_use]
    pub fn with_community(mut self, community: &[u8], access: Access) -> Self {
        self.communities.retain(|known| known.community != community);
        self.communities.push(Known {
            community: community.into(),
            access,
        });
        self
    }

    /// What is behind it.
    pub const fn tree(&self) -> &T {
        &self.tree
    }

    /// What is behind it, to be changed.
    pub const fn tree_mut(&mut self) -> &mut T {
        &mut self.tree
    }

    /// What came and went, counted.
    pub const fn statistics(&self) -> Statistics {
        self.statistics
    }

    fn catch_up(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    fn take(&mut self, path: &Path, datagram: &[u8]) {
        bump(&mut self.statistics.received);
        if self.output.is_full() {
            bump(&mut self.statistics.overflowed);
            return;
        }
        match Version::of(datagram) {
            Ok(Version::V1 | Version::V2C) => self.take_community(path, datagram),
            Ok(_) => {
                bump(&mut self.statistics.bad_versions);
            }
            Err(_) => {
                bump(&mut self.statistics.parse_errors);
            }
        }
    }

    /// A message of v1 or v2c.
    fn take_community(&mut self, path: &Path, datagram: &[u8]) {
        let Some(request) = Message::parse(datagram, self.options.tolerance)
            .ok()
            .filter(|request| request.body.varbinds().checked().all(|varbind| varbind.is_ok()))
        else {
            bump(&mut self.statistics.parse_errors);
            return;
        };
        let Some(known) = self
            .communities
            .iter()
            .find(|known| known.community == request.community.0)
        else {
            bump(&mut self.statistics.bad_community_names);
            return;
        };
        let operation = request.body.operation();
        if !is_for_agents(operation) {
            bump(&mut self.statistics.unexpected);
            return;
        }
        if operation == Operation::SET && known.access.write().is_empty() {
            bump(&mut self.statistics.bad_community_uses);
        }
        let message = |body| Message::new(request.version, request.community, body);
        let size = self.options.message_size();
        let frame = message(Body::response(i32::MAX, VarBinds::EMPTY)).encoded_len();
        let asked = Asked {
            now: self.now,
            version: request.version,
            body: request.body,
            access: &known.access,
            room: size.saturating_sub(frame.saturating_add(GROWTH)),
            max_repetitions: self.options.max_repetitions,
        };
        let done = self.operations.run(&mut self.tree, &asked);
        self.statistics
            .note(operation, done.err().map(|failure| failure.status));
        let bodies = self.operations.responses(&asked, done);
        let is_sent = self.output.push(*path, size, |buffer| {
            bodies
                .into_iter()
                .find_map(|body| Some(message(body).encode(buffer).ok()?.len()))
        });
        bump(if is_sent {
            &mut self.statistics.answered
        } else {
            &mut self.statistics.silent_drops
        });
    }
}

/// Operations that an agent carries out.
fn is_for_agents(operation: Operation) -> bool {
    operation.is_confirmed() && operation != Operation::INFORM
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
        self.take(peer, bytes);
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &Path, _len: usize) {
        self.catch_up(now);
        self.output.pop(peer);
    }

    fn handle_blocked(&mut self, now: Instant, peer: &Path) {
        self.catch_up(now);
        self.output.block(peer);
    }

    fn handle_writable(&mut self, now: Instant, peer: &Path) {
        self.catch_up(now);
        self.output.unblock(peer);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.catch_up(now);
        self.tree.handle_timeout(self.now);
    }

    fn transmit(&self) -> Option<(Path, &[u8])> {
        self.output.head()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.tree.poll_timeout()
    }

    fn link_demand(&self) -> Option<(Path, LinkDemand)> {
        None
    }
}
