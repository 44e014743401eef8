use core::time::Duration;

use crate::http::Limits;

/// What a hub allows its clients.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Connections at one time; by default 16.
    pub connections: usize,
    /// What a request may be at most. By default a body of 4 MiB.
    pub limits: Limits,
    /// How long a request may take from its first octet to its last; by default 30 s.
    pub request_timeout: Duration,
    /// How long a connection may stay without a request; by default 30 s.
    pub idle_timeout: Duration,
    /// What stands in the `Server` header; empty for none, as by default.
    pub name: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 16,
            limits: Limits::default(),
            request_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(30),
            name: String::new(),
        }
    }
}
