//! Whom a manager asks, how it proves that it may, and how patient it is.

use alloc::vec::Vec;
use core::{fmt, net::SocketAddr, time::Duration};

use pdu_core::Path;
use zeroize::Zeroizing;

use crate::{
    usm::{EngineId, User},
    wire::{Tolerance, Version},
};

/// An agent, as a [`Manager`](super::Manager) knows it.
///
/// ```
/// use core::time::Duration;
/// use pdu_proto_snmp::client::{Security, Target};
///
/// let unit = Target::v2c("192.0.2.7:161".parse()?, b"public").with_timeout(Duration::from_secs(2));
/// assert_eq!(format!("{:?}", unit.security), "Community { version: Version(1), community: 6 octets }");
/// # Ok::<(), core::net::AddrParseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Target {
    /// Where it is.
    pub path: Path,
    /// Which version it speaks, and what proves that we may ask.
    pub security: Security,
    /// All else.
    pub options: TargetOptions,
}

impl Target {
    /// An agent of v1 at this address: port 161, mostly.
    pub fn v1(address: SocketAddr, community: &[u8]) -> Self {
        Self::new(address, Security::community(Version::V1, community))
    }

    /// An agent of v2c at this address: port 161, mostly.
    pub fn v2c(address: SocketAddr, community: &[u8]) -> Self {
        Self::new(address, Security::community(Version::V2C, community))
    }

    /// An agent of v3 at this address: port 161, mostly. Its engine is found out, and the usual context asked.
    pub fn v3(address: SocketAddr, user: User) -> Self {
        let context = Context::default();
        Self::new(address, Security::User { user, context })
    }

    /// An agent at this address.
    pub fn new(address: SocketAddr, security: Security) -> Self {
        Self {
            path: Path::to(address),
            security,
            options: TargetOptions::default(),
        }
    }

    /// The same, asked by another way: from an address of ours.
    #[must_use]
    pub fn with_path(self, path: Path) -> Self {
        Self { path, ..self }
    }

    /// The same, in another context; of v1 and v2c, which have none, the same.
    #[must_use]
    pub fn with_context(mut self, new: Context) -> Self {
        if let Security::User { context, .. } = &mut self.security {
            *context = new;
        }
        self
    }

    /// The same, with other options.
    #[must_use]
    pub fn with_options(self, options: TargetOptions) -> Self {
        Self { options, ..self }
    }

    /// The same, with another [`TargetOptions::timeout`].
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// The same, with other [`TargetOptions::retries`].
    #[must_use]
    pub fn with_retries(mut self, retries: u8) -> Self {
        self.options.retries = retries;
        self
    }

    /// The same, with other [`TargetOptions::max_repetitions`].
    #[must_use]
    pub fn with_max_repetitions(mut self, max_repetitions: u16) -> Self {
        self.options.max_repetitions = max_repetitions;
        self
    }

    /// The same, with another [`TargetOptions::window`].
    #[must_use]
    pub fn with_window(mut self, window: u16) -> Self {
        self.options.window = window;
        self
    }

    /// The same, with another [`TargetOptions::source`].
    #[must_use]
    pub fn with_source(mut self, source: SourcePolicy) -> Self {
        self.options.source = source;
        self
    }
}

/// Which version an agent speaks, and what proves that we may ask.
///
/// Communities are wiped from memory when they are dropped, and shown by their length only.
#[derive(Clone)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant)] // it is on its way into a manager, which keeps the two apart
pub enum Security {
    /// v1 or v2c: a password in clear.
    Community {
        /// [`Version::V1`] or [`Version::V2C`].
        version: Version,
        /// The password.
        community: Zeroizing<Vec<u8>>,
    },
    /// v3 with the user-based security model.
    User {
        /// Who asks, and with which keys. The level of security is the highest that these give.
        user: User,
        /// Of whom and where.
        context: Context,
    },
}

/// Where in the world of v3 the objects are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Context {
    /// The name of the set of objects; empty is the usual one.
    pub name: Vec<u8>,
    /// The engine whose objects are meant; `None` for the agent's own.
    pub engine: Option<EngineId>,
    /// The agent's own engine, if it is known; `None` to find it out.
    pub authoritative_engine: Option<EngineId>,
}

impl Context {
    /// The set of objects of this name, at the agent's own engine, which is to be found out.
    pub fn named(name: &[u8]) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// The same, of the objects of another engine for which the agent speaks.
    #[must_use]
    pub fn with_engine(self, engine: EngineId) -> Self {
        Self {
            engine: Some(engine),
            ..self
        }
    }

    /// The same, at an agent whose own engine is known.
    #[must_use]
    pub fn with_authoritative_engine(self, engine: EngineId) -> Self {
        Self {
            authoritative_engine: Some(engine),
            ..self
        }
    }
}

impl Security {
    /// v1 or v2c with this community.
    pub fn community(version: Version, community: &[u8]) -> Self {
        let community = Zeroizing::new(community.into());
        Self::Community { version, community }
    }

    /// The version.
    pub const fn version(&self) -> Version {
        match self {
            Self::Community { version, .. } => *version,
            Self::User { .. } => Version::V3,
        }
    }
}

impl fmt::Debug for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Community { version, community } => f
                .debug_struct("Community")
                .field("version", version)
                .field("community", &format_args!("{} octets", community.len()))
                .finish(),
            Self::User { user, context } => f
                .debug_struct("User")
                .field("user", user)
                .field("context", context)
                .finish(),
        }
    }
}

/// How an agent is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetOptions {
    /// How long to wait for the answer to the first attempt; 1 s if not set.
    pub timeout: Duration,
    /// How often to ask again what only reads, when no answer came; 3 if not set, at most 31.
    pub retries: u8,
    /// How many times as long each attempt waits as the one before; 1 if not set, which does not grow.
    pub backoff: u8,
    /// The longest that an attempt waits, however often it was made longer; 10 s if not set.
    pub max_timeout: Duration,
    /// By how many hundredths each wait may be made longer at random, so that a thousand agents that a network lost are
    /// not all asked again at once; 10 if not set, at most 100.
    pub jitter: u8,
    /// How many successors a get-bulk of a walk asks for; 25 if not set, 1 to 1000.
    pub max_repetitions: u16,
    /// How many requests the agent may have at the same time; 1 if not set. All others wait, in the order in which they came.
    pub window: u16,
    /// From where answers are taken.
    pub source: SourcePolicy,
    /// Which deviations from the standard are accepted.
    pub tolerance: Tolerance,
    /// The largest message in octets that is sent to the agent, and asked of it (msgMaxSize of v3); 484 to 65,507, 1,472 if
    /// not set: what an Ethernet frame carries. Larger answers are taken all the same.
    pub max_message_size: u16,
}

impl Default for TargetOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(1),
            retries: 3,
            backoff: 1,
            max_timeout: Duration::from_secs(10),
            jitter: 10,
            max_repetitions: 25,
            window: 1,
            source: SourcePolicy::Exact,
            tolerance: Tolerance::LENIENT,
            max_message_size: 1472,
        }
    }
}

/// From where answers are taken. Some agents answer from another address than the one that was asked (gosnmp#118).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SourcePolicy {
    /// From the address and port that were asked.
    #[default]
    Exact,
    /// From the address that was asked, and any port.
    AnyPort,
    /// From anywhere. In v1 and v2c whoever guesses an id of 31 bits may answer.
    Any,
}

/// Names one target of one manager, and never another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetId {
    pub(super) index: u32,
    pub(super) generation: u32,
}
