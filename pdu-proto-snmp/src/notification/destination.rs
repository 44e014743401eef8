use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;

use pdu_core::Path;
use zeroize::Zeroizing;

use crate::usm::User;
use crate::wire::Version;

/// Names one destination of a [`Sender`](super::Sender), and never another one of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DestinationId(pub(super) u32);

/// Where notifications go, and how: as traps, or as informs, which are repeated until they are answered.
///
/// ```
/// use core::time::Duration;
/// use pdu_proto_snmp::notification::Destination;
///
/// let station = "192.0.2.9:162".parse()?;
/// let informs = Destination::inform_v2c(station, b"public").with_timeout(Duration::from_secs(2)).with_retries(3);
/// let traps = Destination::trap_v1(station, b"public").with_agent_address([192, 0, 2, 7].into());
/// # let _ = (informs, traps);
/// # Ok::<(), core::net::AddrParseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Destination {
    pub(super) path: Path,
    pub(super) operation: Confirmation,
    pub(super) security: Security,
    pub(super) agent_address: Option<Ipv4Addr>,
    pub(super) timeout: Duration,
    pub(super) max_timeout: Duration,
    pub(super) retries: u8,
}

/// Whether an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Confirmation {
    Trap,
    Inform,
}

/// What proves to the receiver who sends.
#[derive(Clone)]
pub(super) enum Security {
    Community {
        version: Version,
        community: Zeroizing<Vec<u8>>,
    },
    User {
        user: User,
        context_name: Box<[u8]>,
    },
}

/// The version; no community.
impl fmt::Debug for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Community { version, .. } => write!(f, "{version}"),
            Self::User { user, .. } => write!(f, "v3, {:?}", user.level()),
        }
    }
}

impl Destination {
    fn new(remote: SocketAddr, operation: Confirmation, security: Security) -> Self {
        Self {
            path: Path::to(remote),
            operation,
            security,
            agent_address: None,
            timeout: Duration::from_secs(1),
            max_timeout: Duration::from_secs(30),
            retries: 5,
        }
    }

    fn with_version(remote: SocketAddr, operation: Confirmation, version: Version, community: &[u8]) -> Self {
        let community = Zeroizing::new(community.into());
        Self::new(remote, operation, Security::Community { version, community })
    }

    /// Traps of v1.
    pub fn trap_v1(remote: SocketAddr, community: &[u8]) -> Self {
        Self::with_version(remote, Confirmation::Trap, Version::V1, community)
    }

    /// Traps of v2c.
    pub fn trap_v2c(remote: SocketAddr, community: &[u8]) -> Self {
        Self::with_version(remote, Confirmation::Trap, Version::V2C, community)
    }

    /// Informs of v2c.
    pub fn inform_v2c(remote: SocketAddr, community: &[u8]) -> Self {
        Self::with_version(remote, Confirmation::Inform, Version::V2C, community)
    }

    /// Traps of v3, as a user at the sender's own [engine](super::Sender::with_engine).
    pub fn trap_v3(remote: SocketAddr, user: User) -> Self {
        Self::with_user(remote, Confirmation::Trap, user)
    }

    /// Informs of v3, as a user at the receiver's engine, which is asked for its id and its clock.
    pub fn inform_v3(remote: SocketAddr, user: User) -> Self {
        Self::with_user(remote, Confirmation::Inform, user)
    }

    fn with_user(remote: SocketAddr, operation: Confirmation, user: User) -> Self {
        let context_name = Box::default();
        Self::new(remote, operation, Security::User { user, context_name })
    }

    /// The same, with a context name in v3; the other versions have none.
    #[must_use]
    pub fn with_context(mut self, name: &[u8]) -> Self {
        if let Security::User { context_name, .. } = &mut self.security {
            *context_name = name.into();
        }
        self
    }

    /// The same, from this own address.
    #[must_use]
    pub const fn with_local(mut self, local: IpAddr) -> Self {
        self.path.local = Some(local);
        self
    }

    /// What traps of v1 say to be the sender's address, where the notification does not say one; 0.0.0.0 by default.
    #[must_use]
    pub const fn with_agent_address(mut self, address: Ipv4Addr) -> Self {
        self.agent_address = Some(address);
        self
    }

    /// How long the answer to the first attempt of an inform may take: one second by default. Each further one may take twice
    /// as long as the one before, up to the [maximum](Self::with_max_timeout).
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long any answer may take: 30 seconds by default.
    #[must_use]
    pub const fn with_max_timeout(mut self, timeout: Duration) -> Self {
        self.max_timeout = timeout;
        self
    }

    /// How often an inform is repeated: five times by default.
    #[must_use]
    pub const fn with_retries(mut self, retries: u8) -> Self {
        self.retries = retries;
        self
    }

    /// For how long to wait after this many attempts.
    pub(super) fn timeout_of(&self, attempts: u8) -> Duration {
        let factor = 1_u32.checked_shl(attempts.saturating_sub(1).into()).unwrap_or(u32::MAX);
        self.timeout.saturating_mul(factor).min(self.max_timeout)
    }
}
