//! The agents that a manager knows, as it keeps them.

use alloc::{boxed::Box, collections::VecDeque, sync::Arc, vec::Vec};
use core::{net::SocketAddr, time::Duration};

use pdu_core::Path;
use zeroize::Zeroizing;

use super::{
    Security, SourcePolicy, Target, TargetId, TargetOptions, deadlines::index, links::List, principal::Principal,
    slot::reserve_some,
};
use crate::{
    SnmpError,
    error::Silence,
    usm::User,
    wire::{Tolerance, Version, v3::SecurityLevel},
};

/// All agents, by their ids.
#[derive(Debug, Default)]
pub(super) struct Peers {
    all: Vec<Entry>,
    free: Vec<u32>,
    users: Users,
}

/// Users that were added last: a thousand agents mostly have the same, which is then kept once.
#[derive(Debug, Default)]
struct Users {
    recent: VecDeque<Arc<User>>,
}

impl Users {
    /// How many are compared with.
    const RECENT: usize = 8;

    fn share(&mut self, user: User) -> Arc<User> {
        if let Some(known) = self.recent.iter().find(|known| known.is_same(&user)) {
            return Arc::clone(known);
        }
        if self.recent.len() == Self::RECENT {
            self.recent.pop_front();
        }
        let user = Arc::new(user);
        self.recent.push_back(Arc::clone(&user));
        user
    }
}

#[derive(Debug)]
struct Entry {
    generation: u32,
    peer: Option<Peer>,
}

/// One agent.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) path: Path,
    pub(super) access: Access,
    pub(super) options: Options,
    /// Requests that wait for a place in its window.
    pub(super) waiting: List,
    /// Requests in its window.
    pub(super) live: u16,
    pub(super) bulk: Bulk,
    /// The driver says that nothing can be sent to it now.
    pub(super) is_blocked: bool,
}

/// What proves that we may ask.
#[derive(Debug)]
pub(super) enum Access {
    Community(Version, Zeroizing<Vec<u8>>),
    /// In a place of its own, since keys are ten times as large as all the rest.
    User(Box<Principal>),
}

/// What is known of an agent's get-bulk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bulk {
    Unknown,
    Works,
    /// It answers get-next, and not this.
    Fails,
}

/// The options, in little space.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    timeout: Micros,
    max_timeout: Micros,
    pub(super) max_repetitions: u16,
    window: u16,
    pub(super) max_message_size: u16,
    pub(super) retries: u8,
    backoff: u8,
    jitter: u8,
    source: SourcePolicy,
    pub(super) tolerance: Tolerance,
}

/// A span in 32 bits; a longer one counts as 71 minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Micros(u32);

impl From<Duration> for Micros {
    fn from(span: Duration) -> Self {
        Self(u32::try_from(span.as_micros()).unwrap_or(u32::MAX))
    }
}

impl From<TargetOptions> for Options {
    fn from(options: TargetOptions) -> Self {
        Self {
            timeout: options.timeout.into(),
            max_timeout: options.max_timeout.max(options.timeout).into(),
            max_repetitions: options.max_repetitions.clamp(1, 1000),
            window: options.window.max(1),
            max_message_size: options.max_message_size.clamp(484, 65_507),
            retries: options.retries.min(31),
            backoff: options.backoff.max(1),
            jitter: options.jitter.min(100),
            source: options.source,
            tolerance: options.tolerance,
        }
    }
}

impl Options {
    /// How long to wait for the answer to an attempt, the first of which is 0. `entropy` is any 64 random bits.
    pub(super) fn wait(&self, attempt: u8, entropy: u64) -> Duration {
        let factor = u32::from(self.backoff).saturating_pow(attempt.into());
        let wait = self.timeout.0.saturating_mul(factor).min(self.max_timeout.0);
        let extra = u64::from(wait) * u64::from(self.jitter) / 100;
        let share = (u128::from(extra) * u128::from(entropy)) >> 64;
        Duration::from_micros(u64::from(wait).saturating_add(u64::try_from(share).unwrap_or(0)))
    }
}

impl Peer {
    fn new(target: Target, users: &mut Users) -> Result<Self, SnmpError> {
        let access = match target.security {
            Security::Community { version, community } => Access::Community(version, community),
            Security::User { user, context } => Access::User(Principal::new(users.share(user), context)?.into()),
        };
        Ok(Self {
            path: target.path,
            access,
            options: target.options.into(),
            waiting: List::EMPTY,
            live: 0,
            bulk: Bulk::Unknown,
            is_blocked: false,
        })
    }

    pub(super) const fn version(&self) -> Version {
        match &self.access {
            Access::Community(version, _) => *version,
            Access::User(_) => Version::V3,
        }
    }

    /// Whether one more request may be with the agent. One alone looks for its engine.
    pub(super) fn has_room(&self) -> bool {
        let window = match &self.access {
            Access::User(principal) if !principal.is_known() => 1,
            _ => self.options.window,
        };
        self.live < window
    }

    /// Whether answers are taken from there.
    pub(super) fn admits(&self, from: &Path) -> bool {
        let ours = match (self.path.local, from.local) {
            (Some(asked), Some(found)) => asked.to_canonical() == found.to_canonical(),
            _ => true,
        };
        ours && match self.options.source {
            SourcePolicy::Exact => {
                is_same_host(self.path.remote, from.remote) && self.path.remote.port() == from.remote.port()
            }
            SourcePolicy::AnyPort => is_same_host(self.path.remote, from.remote),
            SourcePolicy::Any => true,
        }
    }

    /// What may keep the agent silent.
    pub(super) fn silence(&self) -> Silence {
        match &self.access {
            Access::Community(..) => Silence::Community,
            Access::User(principal) if principal.level() == SecurityLevel::AuthPriv => Silence::Privacy,
            Access::User(_) => Silence::Context,
        }
    }
}

/// A socket for both IPv6 and IPv4 shows addresses of the latter as the former.
fn is_same_host(asked: SocketAddr, found: SocketAddr) -> bool {
    asked.ip() == found.ip() || asked.ip().to_canonical() == found.ip().to_canonical()
}

impl Peers {
    pub(super) fn insert(&mut self, target: Target) -> Result<TargetId, SnmpError> {
        let peer = Peer::new(target, &mut self.users)?;
        let place = self.free.pop().unwrap_or_else(|| {
            reserve_some(&mut self.all);
            self.all.push(Entry {
                generation: 0,
                peer: None,
            });
            u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX)
        });
        let entry = &mut self.all[index(place)];
        entry.generation = entry.generation.wrapping_add(1);
        entry.peer = Some(peer);
        Ok(TargetId {
            index: place,
            generation: entry.generation,
        })
    }

    /// The place of an agent that is known.
    pub(super) fn place(&self, id: TargetId) -> Option<u32> {
        let entry = self.all.get(index(id.index))?;
        (entry.generation == id.generation && entry.peer.is_some()).then_some(id.index)
    }

    pub(super) fn at(&mut self, place: u32) -> Option<&mut Peer> {
        self.all.get_mut(index(place))?.peer.as_mut()
    }

    pub(super) fn all(&mut self) -> impl Iterator<Item = &mut Peer> {
        self.all.iter_mut().filter_map(|entry| entry.peer.as_mut())
    }

    /// Forgets an agent.
    pub(super) fn remove(&mut self, place: u32) {
        self.all[index(place)].peer = None;
        self.free.push(place);
    }

    pub(super) fn len(&self) -> usize {
        self.all.len() - self.free.len()
    }
}
