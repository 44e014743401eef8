use core::net::SocketAddr;

use pdu_core::{Effect, ErrorKind};

use crate::{
    usm::{Report, UsmError},
    wire::{EncodeError, ErrorStatus, Oid, OidBuf, Version, WireError},
};

/// How a request of a manager fails.
///
/// The effect tells whether a set took place. All other requests change nothing, and are [`NotApplied`](Effect::NotApplied)
/// whatever happened to their answers.
///
/// No secret is in it: neither a community, nor a key, nor a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnmpError {
    /// The request may not be sent as it is; nothing was.
    #[error("request not allowed: {0}")]
    Encode(#[from] EncodeError),
    /// The agent did not answer in time, as often as it was asked.
    #[error("no answer ({attempts} sent){}{}", Ambiguous(*.silence), Because(.rejected.as_ref()))]
    Timeout {
        /// How often the request was sent.
        attempts: u8,
        /// What else than a loss may keep the agent silent.
        silence: Silence,
        /// Why something that did come was not the answer: the first reason found.
        rejected: Option<Rejected>,
        /// Whether it took effect.
        effect: Effect,
    },
    /// The agent answered that it did not do it.
    #[error("agent answered {status}{}", About(*.index, .name.as_ref()))]
    Agent {
        /// Why not: the standard's statuses and any other.
        status: ErrorStatus,
        /// Which varbind of the request it is about, counted from 1; 0 if about none, or none that there is.
        index: u32,
        /// The name of that varbind.
        name: Option<OidBuf>,
        /// Whether it took effect.
        effect: Effect,
    },
    /// The agent's engine did not take the message. For a report that is not authenticated the effect of a set is unknown,
    /// since anyone who saw the message can have sent it.
    #[error("agent reported: {report}")]
    Report {
        /// Why not.
        report: Report,
        /// Whether it took effect.
        effect: Effect,
    },
    /// A key cannot be made, or an authentic answer cannot be read.
    #[error("user-based security: {error}")]
    Usm {
        /// Why not.
        error: UsmError,
        /// Whether it took effect.
        effect: Effect,
    },
    /// The answer to this very request (its id says so) is malformed.
    #[error("answer: {error}")]
    Wire {
        /// What is wrong, and where.
        error: WireError,
        /// Whether it took effect.
        effect: Effect,
    },
    /// The answer has another number of varbinds than the request, and so cannot be assigned to it.
    #[error("answer has {found} varbinds where {expected} were asked for")]
    Mismatch {
        /// Varbinds of the request.
        expected: usize,
        /// Varbinds of the answer.
        found: usize,
        /// Whether it took effect.
        effect: Effect,
    },
    /// The response is too big for a message even with a single varbind. (A set, which is never split, is refused with
    /// [`ErrorStatus::TOO_BIG`].)
    #[error("too big for a message{}", Named(.name.as_ref()))]
    TooBig {
        /// The name that was asked for alone.
        name: Option<OidBuf>,
    },
    /// A walk met a varbind without a readable name, and cannot go on from there.
    #[error("walk cannot go on after {after}: {error}")]
    VarBind {
        /// The last name that was read.
        after: OidBuf,
        /// What is wrong, and where.
        error: WireError,
    },
    /// A walk was answered with a name that does not come after the one asked for: an earlier one, or the same again.
    #[error("walk goes backwards: {found} after {after}")]
    NotIncreasing {
        /// The name before.
        after: OidBuf,
        /// The name that came.
        found: OidBuf,
    },
    /// A walk that may go backwards came to the same name again, and would never end.
    #[error("walk runs in circles: {name} came again")]
    Loop {
        /// The name.
        name: OidBuf,
    },
    /// A walk was answered with no varbind at all, and so cannot go on.
    #[error("walk got an empty answer after {after}")]
    Empty {
        /// The name that was asked for.
        after: OidBuf,
    },
    /// A walk has more varbinds than it may have.
    #[error("walk has more than {max} varbinds")]
    WalkTooLong {
        /// How many it may have.
        max: u32,
    },
    /// A walk has more octets than a table of a single-target session may have.
    #[error("walk has more than {max} octets")]
    WalkTooLarge {
        /// How many it may have.
        max: usize,
    },
    /// There was no link for the time that the settings allow, or it went away. (Single-target sessions only.)
    #[error("no link")]
    LinkDown {
        /// Whether it took effect.
        effect: Effect,
    },
    /// The caller withdrew the request, or removed its target.
    #[error("cancelled")]
    Cancelled {
        /// Whether it took effect.
        effect: Effect,
    },
}

/// What, beside a lost datagram, keeps an agent from answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Silence {
    /// A wrong address, or a wrong community in v1 and v2c: agents drop those without a word.
    #[default]
    Community,
    /// v3 without privacy: a wrong context.
    Context,
    /// v3 with privacy: a wrong privacy password or a wrong context. Some agents (net-snmp 5.9) report neither.
    Privacy,
}

/// Why a datagram that came was not taken for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// It came from another address; [`SourcePolicy`](crate::client::SourcePolicy) may allow that.
    #[error("from {found}, not from the address that was asked")]
    Source {
        /// From where.
        found: SocketAddr,
    },
    /// It is malformed.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// It is of another version than the request.
    #[error("of {found}, where {expected} was asked")]
    Version {
        /// The version of the request.
        expected: Version,
        /// The version that came.
        found: Version,
    },
    /// It is authentic, and its ids are not those of one request.
    #[error("with the message id of this request, and another's request id")]
    RequestId,
    /// It is authentic, and a request itself: one of ours that was sent back.
    #[error("a request that was sent back")]
    Request,
    /// It is protected less than the request was, which is no answer (RFC 3412, 7.2, 13).
    #[error("protected less than the request")]
    SecurityLevel,
    /// Its authentication code, its time or its level is wrong.
    #[error(transparent)]
    Usm(UsmError),
    /// Another engine, user or context than was asked (RFC 3412, 7.2, 13).
    #[error("of another engine, user or context than was asked")]
    Principal,
}

struct Because<'a>(Option<&'a Rejected>);

impl core::fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Some(rejected) => write!(f, "; a datagram was not taken: {rejected}"),
            None => Ok(()),
        }
    }
}

struct Ambiguous(Silence);

impl core::fmt::Display for Ambiguous {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self.0 {
            Silence::Community => ", which a wrong community looks like too",
            Silence::Context => ", which an unknown context looks like too",
            Silence::Privacy => ", which a wrong privacy password or an unknown context looks like too",
        })
    }
}

struct Named<'a>(Option<&'a OidBuf>);

impl core::fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Some(name) => write!(f, " ({name})"),
            None => Ok(()),
        }
    }
}

struct About<'a>(u32, Option<&'a OidBuf>);

impl core::fmt::Display for About<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if self.0 > 0 {
            write!(f, " to varbind {}", self.0)?;
        }
        Named(self.1).fmt(f)
    }
}

impl SnmpError {
    /// The name that the error is about, if it is about one.
    pub fn name(&self) -> Option<Oid<'_>> {
        match self {
            Self::Agent { name, .. } | Self::TooBig { name } => name.as_ref(),
            Self::NotIncreasing { found, .. } => Some(found),
            Self::Loop { name } => Some(name),
            Self::Empty { after } | Self::VarBind { after, .. } => Some(after),
            _ => None,
        }
        .map(OidBuf::as_oid)
    }
}

impl From<UsmError> for SnmpError {
    /// Of a key that cannot be made: nothing was sent.
    fn from(error: UsmError) -> Self {
        let effect = Effect::NotApplied;
        Self::Usm { error, effect }
    }
}

impl pdu_core::Error for SnmpError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Encode(_) => ErrorKind::InvalidArgument,
            Self::Timeout { .. } => ErrorKind::Timeout,
            Self::Agent { status, .. } => kind_of(*status),
            Self::Report { report, .. } => kind_of_report(*report),
            Self::Usm { error, .. } => error.kind(),
            Self::Wire { .. } | Self::VarBind { .. } | Self::Empty { .. } => ErrorKind::Malformed,
            Self::Mismatch { .. } | Self::NotIncreasing { .. } | Self::Loop { .. } => ErrorKind::Mismatch,
            Self::TooBig { .. } | Self::WalkTooLong { .. } | Self::WalkTooLarge { .. } => ErrorKind::Refused,
            Self::LinkDown { .. } => ErrorKind::LinkDown,
            Self::Cancelled { .. } => ErrorKind::Cancelled,
        }
    }

    fn effect(&self) -> Effect {
        match *self {
            Self::Timeout { effect, .. }
            | Self::Agent { effect, .. }
            | Self::Report { effect, .. }
            | Self::Usm { effect, .. }
            | Self::Wire { effect, .. }
            | Self::Mismatch { effect, .. }
            | Self::LinkDown { effect }
            | Self::Cancelled { effect } => effect,
            _ => Effect::NotApplied,
        }
    }
}

/// What an agent's refusal amounts to.
const fn kind_of(status: ErrorStatus) -> ErrorKind {
    match status {
        ErrorStatus::NO_ACCESS
        | ErrorStatus::AUTHORIZATION_ERROR
        | ErrorStatus::READ_ONLY
        | ErrorStatus::NOT_WRITABLE => ErrorKind::Denied,
        ErrorStatus::NO_SUCH_NAME | ErrorStatus::NO_CREATION => ErrorKind::Unsupported,
        _ => ErrorKind::Refused,
    }
}

/// What an engine's report amounts to.
const fn kind_of_report(report: Report) -> ErrorKind {
    match report {
        Report::UnknownUserNames
        | Report::WrongDigests
        | Report::DecryptionErrors
        | Report::UnsupportedSecurityLevels => ErrorKind::Denied,
        Report::UnknownSecurityModels | Report::UnknownPduHandlers => ErrorKind::Unsupported,
        _ => ErrorKind::Refused,
    }
}

/// What a set did that the agent answered with an error: all but three say that nothing was changed (RFC 3416, 4.2.5).
pub(crate) const fn effect_of_refused_set(status: ErrorStatus) -> Effect {
    match status {
        // A status that the standard does not have says nothing.
        ErrorStatus::GEN_ERR | ErrorStatus::COMMIT_FAILED | ErrorStatus::UNDO_FAILED | ErrorStatus(..=0 | 19..) => {
            Effect::Unknown
        }
        _ => Effect::NotApplied,
    }
}
