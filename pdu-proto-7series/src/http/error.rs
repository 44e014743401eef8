use core::fmt;

use ::http::{Method, Request, StatusCode};
use pdu_core::{Effect, ErrorKind};

/// How a request over HTTP fails.
///
/// The effect tells whether a request that changes the unit was carried out; `GET` and `HEAD` are
/// [`NotApplied`](Effect::NotApplied) whatever happened to their answer (RFC 9110, 9.2.1). Text of the peer stands in messages
/// escaped; a password, and what is made of one, in none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The request may not be sent as it is; nothing was.
    #[error("request not allowed: {0}")]
    Request(#[from] RequestFault),
    /// The profile does not say how to ask this.
    #[error("profile has no {operation}")]
    NotInProfile {
        /// The key of the operation in the profile.
        operation: &'static str,
    },
    /// What came is no answer that HTTP/1.1 allows, or more than the limits allow.
    #[error("answer to {asked}: {fault}")]
    Framing {
        /// What was asked.
        asked: Asked,
        /// What is wrong.
        fault: FramingFault,
        /// Whether it took effect.
        effect: Effect,
    },
    /// No whole answer came in time, as often as the request was sent.
    #[error("no answer to {asked} in time ({attempts} sent)")]
    Timeout {
        /// What was asked.
        asked: Asked,
        /// How often it was sent.
        attempts: u8,
        /// Whether it took effect.
        effect: Effect,
    },
    /// There was no link for the time that the settings allow, or it went away before the answer.
    #[error("no link for {asked}")]
    LinkDown {
        /// What was asked.
        asked: Asked,
        /// Whether it took effect.
        effect: Effect,
    },
    /// The caller withdrew the request.
    #[error("cancelled")]
    Cancelled {
        /// Whether it took effect.
        effect: Effect,
    },
    /// The server wants credentials that it does not get. What was asked was not carried out.
    #[error("login refused at {asked}: {fault}")]
    LoginRefused {
        /// What was asked.
        asked: Asked,
        /// Why.
        fault: LoginFault,
    },
    /// The server sends its clients elsewhere. A redirect is never followed, and no credentials go there.
    #[error("{asked} redirected to \"{}\", which is not followed ({status})", .to.escape_debug())]
    Redirected {
        /// What was asked.
        asked: Asked,
        /// The status.
        status: StatusCode,
        /// Where to, as the server wrote it: at most 200 characters, to be escaped before it is shown.
        to: String,
        /// Whether it took effect.
        effect: Effect,
    },
    /// The server answers with a status that does not stand for success.
    #[error("{asked} answered with status {status}")]
    Status {
        /// What was asked.
        asked: Asked,
        /// The status.
        status: StatusCode,
        /// Whether it took effect.
        effect: Effect,
    },
    /// The answer is of another type, or in another coding, than what was asked for.
    #[error("{asked} answered with \"{}\"", .found.escape_debug())]
    Content {
        /// What was asked.
        asked: Asked,
        /// The content type or coding, as the server wrote it: at most 200 characters, to be escaped before it is shown.
        found: String,
        /// Whether it took effect.
        effect: Effect,
    },
}

impl pdu_core::Error for HttpError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Request(_) => ErrorKind::InvalidArgument,
            Self::NotInProfile { .. } => ErrorKind::Unsupported,
            Self::Framing { .. } => ErrorKind::Malformed,
            Self::Timeout { .. } => ErrorKind::Timeout,
            Self::LinkDown { .. } => ErrorKind::LinkDown,
            Self::Cancelled { .. } => ErrorKind::Cancelled,
            Self::LoginRefused { .. } => ErrorKind::Denied,
            Self::Status { status, .. } if *status == StatusCode::FORBIDDEN => ErrorKind::Denied,
            Self::Redirected { .. } | Self::Status { .. } => ErrorKind::Refused,
            Self::Content { .. } => ErrorKind::Mismatch,
        }
    }

    fn effect(&self) -> Effect {
        match *self {
            Self::Request(_) | Self::NotInProfile { .. } | Self::LoginRefused { .. } => Effect::NotApplied,
            Self::Framing { effect, .. }
            | Self::Timeout { effect, .. }
            | Self::LinkDown { effect, .. }
            | Self::Cancelled { effect }
            | Self::Redirected { effect, .. }
            | Self::Status { effect, .. }
            | Self::Content { effect, .. } => effect,
        }
    }
}

/// A request by its method and path, without the query: what an error may show of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: String,
}

impl Asked {
    /// What this request asks.
    pub fn of<B>(request: &Request<B>) -> Self {
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
        }
    }

    /// Whether the method only reads, as RFC 9110, 9.2.1, has it.
    pub fn is_safe(&self) -> bool {
        self.method.is_safe()
    }

    /// The effect once something of it has left and nothing reliable came back.
    pub(crate) fn effect_unanswered(&self) -> Effect {
        if self.is_safe() {
            Effect::NotApplied
        } else {
            Effect::Unknown
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Why a request may not be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestFault {
    /// It is for another host than the one that the client speaks to: neither it nor any credentials go there.
    #[error("meant for \"{}\", and this client speaks to \"{}\"", .found.escape_debug(), .expected.escape_debug())]
    Host {
        /// The host of the client.
        expected: String,
        /// The host, or scheme, of the request.
        found: String,
    },
    /// The name of a host, with or without a port, that none can have.
    #[error("\"{}\" names no host", .0.escape_debug())]
    HostName(String),
    /// A method that makes a tunnel or is none of a request to a server (`CONNECT`).
    #[error("method {0}")]
    Method(Method),
    /// A header that the client itself sets: host, length, connection, credentials.
    #[error("header {0} is the client's own")]
    Header(String),
    /// A user name or password with control characters, or a user name that the scheme cannot carry.
    #[error("user name or password with characters that the scheme cannot carry")]
    Credentials,
    /// A value with characters that may not stand where the profile puts it.
    #[error("value of {{{0}}} may not stand there")]
    Value(&'static str),
}

/// What is wrong with a message that came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FramingFault {
    /// It does not begin as HTTP/1.x does.
    #[error("does not begin as HTTP/1 does")]
    NotHttp,
    /// Its head is malformed.
    #[error("head malformed: {0}")]
    Head(&'static str),
    /// Its head is longer than the limit.
    #[error("head of more than {limit} octets")]
    HeadTooLong {
        /// The limit, in octets.
        limit: usize,
    },
    /// It has more headers than the limit.
    #[error("more than {limit} headers")]
    TooManyHeaders {
        /// The limit.
        limit: usize,
    },
    /// Both a length and a transfer coding: whoever stands between may see another end than we do. Source: RFC 9112, 6.3.
    #[error("both a length and a transfer coding")]
    LengthAndCoding,
    /// Several lengths. Source: RFC 9110, 8.6, allows to refuse equal ones too.
    #[error("more than one length")]
    SeveralLengths,
    /// A length that is no number.
    #[error("length is no number")]
    Length,
    /// A transfer coding that is not `chunked` and nothing else, or one in HTTP/1.0.
    #[error("transfer coding other than chunked")]
    Coding,
    /// A chunk that does not begin or end as it must.
    #[error("chunk malformed")]
    Chunk,
    /// The body is longer than the limit.
    #[error("body of more than {limit} octets")]
    BodyTooLong {
        /// The limit, in octets.
        limit: usize,
    },
    /// The connection ended before the message did.
    #[error("cut off before its end")]
    Cut,
    /// More interim answers (1xx) than anybody needs, or one that changes the protocol.
    #[error("interim answers without end, or another protocol")]
    Interim,
    /// A request without a host, or with several. Source: RFC 9112, 3.2.
    #[error("not exactly one host")]
    Host,
    /// A request target that is none.
    #[error("request target malformed")]
    Target,
}

/// Why a login came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum LoginFault {
    /// The server wants credentials, and there are none.
    #[error("credentials wanted, none given")]
    NoCredentials,
    /// The server has seen the credentials, and does not take them.
    #[error("credentials not taken")]
    NotTaken,
    /// The server names no scheme that this client knows and may use: Basic may be ruled out by
    /// [`BasicPolicy`](super::auth::BasicPolicy).
    #[error("no scheme that is known and allowed")]
    Scheme,
    /// A server that once asked for Digest now asks for Basic, which would show it, or who stands between, the password.
    #[error("asked for Basic after Digest")]
    Downgrade,
    /// The challenge is malformed.
    #[error("challenge malformed")]
    Challenge,
}

/// The beginning of a text of the peer, for an error.
pub(crate) fn excerpt(value: &[u8]) -> String {
    String::from_utf8_lossy(value).chars().take(200).collect()
}
