use core::fmt;
use core::net::{IpAddr, SocketAddr};

/// Names one connection of a stream [`Hub`](crate::Hub), and never another one in the same process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

impl ConnectionId {
    /// An id that no connection of this process had before.
    ///
    /// ```
    /// use pdu_core::ConnectionId;
    ///
    /// assert_ne!(ConnectionId::fresh(), ConnectionId::fresh());
    /// ```
    #[cfg(feature = "std")]
    pub fn fresh() -> Self {
        static NEXT: ids::Ids = ids::Ids::new();
        Self(NEXT.take())
    }

    /// The id of this number, for drivers that count connections themselves. Mixed with [`fresh`](Self::fresh) ids it may
    /// name two connections.
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection {}", self.0)
    }
}

/// Numbers that count up. 64 bits of them do not run out; where the processor has no atomics of that size, a lock does.
#[cfg(feature = "std")]
mod ids {
    #[cfg(target_has_atomic = "64")]
    pub(super) struct Ids(core::sync::atomic::AtomicU64);

    #[cfg(target_has_atomic = "64")]
    impl Ids {
        pub(super) const fn new() -> Self {
            Self(core::sync::atomic::AtomicU64::new(1))
        }

        pub(super) fn take(&self) -> u64 {
            self.0.fetch_add(1, core::sync::atomic::Ordering::Relaxed)
        }
    }

    #[cfg(not(target_has_atomic = "64"))]
    pub(super) struct Ids(std::sync::Mutex<u64>);

    #[cfg(not(target_has_atomic = "64"))]
    impl Ids {
        pub(super) const fn new() -> Self {
            Self(std::sync::Mutex::new(1))
        }

        pub(super) fn take(&self) -> u64 {
            let mut next = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let number = *next;
            *next += 1;
            number
        }
    }
}

/// The two ends of a datagram's way: the peer of a datagram [`Hub`](crate::Hub).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// The own address that the datagram came to, or is to leave from; `None` where the driver cannot tell, which leaves the
    /// choice to the operating system.
    pub local: Option<IpAddr>,
    /// The address of the other side.
    pub remote: SocketAddr,
}

impl Path {
    /// The way to `remote`, from whatever own address the operating system picks.
    pub const fn to(remote: SocketAddr) -> Self {
        Self { local: None, remote }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.local {
            Some(local) => write!(f, "{} (to {local})", self.remote),
            None => self.remote.fmt(f),
        }
    }
}
