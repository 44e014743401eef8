use core::fmt;
use core::time::Duration;

use ::http::uri::Authority;

use super::outgoing::without_login;
use crate::http::auth::{BasicPolicy, Credentials};
use crate::http::{Limits, RequestFault};

/// The settings of an [`HttpClient`](super::HttpClient).
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    host: Authority,
    /// Who asks; by default nobody.
    pub credentials: Option<Credentials>,
    /// When the password may be sent as it is.
    pub basic: BasicPolicy,
    /// How long nothing may come once a request has left, and between two pieces of its answer; by default 10 s.
    pub reply_timeout: Duration,
    /// How long an answer may take from the first octet to the last, and how long the unit may take no more of a request; by
    /// default 60 s.
    pub answer_timeout: Duration,
    /// How long a request waits for a link; by default 5 s.
    pub connect_timeout: Duration,
    /// How long a connection is kept for the next request; zero: for none. By default 2 s: a request that leaves while the
    /// unit closes an idle connection is lost, and one that changes the unit is never repeated.
    pub keep_alive: Duration,
    /// How often a `GET` or `HEAD` is sent again when its answer does not come, or the link goes away; by default once. No
    /// other method ever is.
    pub retries: u8,
    /// Requests in the table, those included whose end was not taken yet; by default 8, at least 1.
    pub queue: usize,
    /// What an answer may be at most.
    pub limits: Limits,
    /// What the client's numbers of Digest are made of: octets that nobody can guess.
    pub entropy: [u8; 32],
}

impl Options {
    /// For the unit of this name: a host, with its port where that is not the scheme's own.
    ///
    /// It stands in each request, and requests for another host are refused. Where to connect to is the driver's affair. The
    /// entropy is 32 octets that nobody can guess, others for each client: the operating system has them. Digest is made of them.
    pub fn new(host: &str, entropy: [u8; 32]) -> Result<Self, RequestFault> {
        let authority = host.parse::<Authority>().ok().filter(|_| !host.contains('@'));
        Ok(Self {
            host: authority.ok_or_else(|| RequestFault::HostName(without_login(host).chars().take(200).collect()))?,
            credentials: None,
            basic: BasicPolicy::default(),
            reply_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(5),
            keep_alive: Duration::from_secs(2),
            retries: 1,
            queue: 8,
            limits: Limits::default(),
            entropy,
        })
    }

    /// The same for this user.
    #[must_use]
    pub fn with_credentials(self, credentials: Credentials) -> Self {
        Self {
            credentials: Some(credentials),
            ..self
        }
    }

    /// The host that stands in each request.
    pub fn host(&self) -> &str {
        self.host.as_str()
    }
}

/// Without the entropy.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("host", &self.host)
            .field("credentials", &self.credentials)
            .field("basic", &self.basic)
            .field("reply_timeout", &self.reply_timeout)
            .field("answer_timeout", &self.answer_timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("keep_alive", &self.keep_alive)
            .field("retries", &self.retries)
            .field("queue", &self.queue)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
