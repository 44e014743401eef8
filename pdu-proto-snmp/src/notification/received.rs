use alloc::boxed::Box;
use core::fmt;

use pdu_core::{Instant, Path};

use super::{Notification, NotificationError};
use crate::usm::{EngineId, Report, UsmError};
use crate::wire::v3::{SecurityLevel, SecurityModel};
use crate::wire::{Anomalies, Operation, VarBindList, Version, WireError};

/// A notification that was believed, and all that is known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// Where it came from, and to which of our own addresses.
    pub path: Path,
    /// When it came.
    pub at: Instant,
    /// As what it came: [`TRAP_V1`](Operation::TRAP_V1), [`TRAP_V2`](Operation::TRAP_V2) or
    /// [`INFORM`](Operation::INFORM), which was answered.
    pub operation: Operation,
    /// Who sent it.
    pub source: Source,
    /// What it says.
    pub content: Content,
    /// Deviations from the standard that were accepted, but for those in its varbinds.
    pub anomalies: Anomalies,
}

impl Received {
    /// What it says, unless it is [raw](Content::Raw).
    pub const fn notification(&self) -> Option<&Notification> {
        match &self.content {
            Content::Notification(notification) => Some(notification),
            Content::Raw(_) => None,
        }
    }

    /// The version of its message.
    pub const fn version(&self) -> Version {
        match self.source {
            Source::Community { version, .. } => version,
            Source::User { .. } => Version::V3,
        }
    }
}

/// What a notification says.
///
/// Exhaustive on purpose: it says what happened, or it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// What happened, and when.
    Notification(Notification),
    /// All varbinds of a message that does not say what happened: sysUpTime.0 and snmpTrapOID.0 are not its first two, as the
    /// standard wants it (RFC 3416, 4.2.6). Real senders leave them out.
    Raw(VarBindList),
}

/// Who sent a notification, as far as its message tells.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// Somebody who knows a community, which travels in clear.
    Community {
        /// [`Version::V1`] or [`Version::V2C`].
        version: Version,
        /// The community. `Debug` shows its length only.
        community: Box<[u8]>,
    },
    /// A user of v3.
    User {
        /// The engine whose keys and clock counted: that of the sender of a trap, our own for an inform.
        engine_id: EngineId,
        /// The user's name.
        name: Box<[u8]>,
        /// How far the message was protected: as far as the user has keys.
        level: SecurityLevel,
        /// The engine whose objects are meant: that of the sender.
        context_engine_id: Box<[u8]>,
        /// Which of its sets of objects; empty is the usual one.
        context_name: Box<[u8]>,
    },
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Community { version, community } => f
                .debug_struct("Community")
                .field("version", version)
                .field("community", &format_args!("({} octets)", community.len()))
                .finish(),
            Self::User {
                engine_id,
                name,
                level,
                context_engine_id,
                context_name,
            } => f
                .debug_struct("User")
                .field("engine_id", engine_id)
                .field("name", &format_args!("\"{}\"", name.escape_ascii()))
                .field("level", level)
                .field("context_engine_id", context_engine_id)
                .field("context_name", &format_args!("\"{}\"", context_name.escape_ascii()))
                .finish(),
        }
    }
}

/// A datagram that was not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejected {
    /// Where it came from, and to which of our own addresses.
    pub path: Path,
    /// When it came.
    pub at: Instant,
    /// Why it was not.
    pub reason: Rejection,
    /// Octets of the datagram.
    pub len: usize,
}

/// Why a datagram was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// It is no message.
    #[error(transparent)]
    Malformed(#[from] WireError),
    /// It is a message, but none that notifies.
    #[error("{0} is no notification")]
    Operation(Operation),
    /// A community that the receiver does not accept.
    #[error("community not accepted")]
    Community,
    /// It cannot be translated.
    #[error(transparent)]
    Notification(#[from] NotificationError),
    /// A message of v3 whose security model is another one than that of users.
    #[error("security model {} where 3 was expected", .0.0)]
    SecurityModel(SecurityModel),
    /// An inform of v3 for another engine than that of this receiver, or there is none here.
    #[error("inform for another engine")]
    UnknownEngine,
    /// A user who is not believed, at least not from this engine.
    #[error("unknown user")]
    UnknownUser,
    /// A message less protected than the user's keys allow, or more.
    #[error("message at level {found:?} of a user of level {expected:?}")]
    Level {
        /// The level of the user.
        expected: SecurityLevel,
        /// The level of the message.
        found: SecurityLevel,
    },
    /// Not authentic, not in time, or not to be deciphered.
    #[error(transparent)]
    Usm(#[from] UsmError),
    /// A trap of v3 that came before: somebody repeats it, or the network did.
    #[error("trap that came before")]
    Replayed,
    /// More engines than are [kept](super::ReceiverOptions::engines), or too many new ones within a second.
    #[error("too many engines")]
    TooManyEngines,
    /// The answer would be longer than the sender of the inform says it can receive.
    #[error("inform whose answer its sender could not receive")]
    TooBig,
    /// So many answers wait to be sent that there is no room for one more: the sender of the inform will repeat it.
    #[error("no room for the answer")]
    Busy,
}

impl Rejection {
    /// What the sender of a message of v3 is told, if it may be. Source: RFC 3414, 3.2; RFC 3412, 7.2.
    pub(super) const fn report(&self) -> Option<Report> {
        match self {
            Self::SecurityModel(_) => Some(Report::UnknownSecurityModels),
            Self::UnknownEngine | Self::Usm(UsmError::EngineId { .. }) => Some(Report::UnknownEngineIds),
            Self::UnknownUser => Some(Report::UnknownUserNames),
            Self::Level { .. } => Some(Report::UnsupportedSecurityLevels),
            Self::Usm(error) => error.report(),
            Self::Operation(_) => Some(Report::UnknownPduHandlers),
            _ => None,
        }
    }
}

/// What came, counted. Counts stop at their largest value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Datagrams.
    pub datagrams: u64,
    /// Traps that were believed.
    pub traps: u64,
    /// Informs that were believed, and answered.
    pub informs: u64,
    /// Informs that had come before: answered again, not handed out again.
    pub repeated: u64,
    /// Reports of v3 that were sent: to who asked for this engine and its clock, and to who was not believed.
    pub reports: u64,
    /// Notifications that were dropped, as the queue was full: the oldest ones.
    pub dropped: u64,
    /// Datagrams that were not believed.
    pub rejected: u64,
}
