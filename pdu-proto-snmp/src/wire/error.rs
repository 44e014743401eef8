use core::fmt;

use super::{OidError, Operation, Tag, Version};

/// A part of a message, by its name in the standards.
///
/// Source: RFC 1157, 4; RFC 3412, 6; RFC 3414, 2.4; RFC 3416, 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The message as a whole.
    Message,
    /// `version`, `msgVersion`.
    Version,
    /// `community`.
    Community,
    /// The protocol data unit as a whole, or its tag.
    Operation,
    /// `request-id`.
    RequestId,
    /// `error-status`.
    ErrorStatus,
    /// `error-index`.
    ErrorIndex,
    /// `non-repeaters`.
    NonRepeaters,
    /// `max-repetitions`.
    MaxRepetitions,
    /// `enterprise` of a trap of v1.
    Enterprise,
    /// `agent-addr` of a trap of v1.
    AgentAddress,
    /// `generic-trap`.
    GenericTrap,
    /// `specific-trap`.
    SpecificTrap,
    /// `time-stamp` of a trap of v1.
    TimeStamp,
    /// `variable-bindings` as a whole.
    VarBinds,
    /// One varbind as a whole.
    VarBind,
    /// The name of a varbind.
    Name,
    /// The value of a varbind.
    Value,
    /// `msgGlobalData` as a whole.
    Header,
    /// `msgID`.
    MessageId,
    /// `msgMaxSize`.
    MaxSize,
    /// `msgFlags`.
    Flags,
    /// `msgSecurityModel`.
    SecurityModel,
    /// `msgSecurityParameters` as a whole.
    SecurityParameters,
    /// `msgAuthoritativeEngineID`.
    EngineId,
    /// `msgAuthoritativeEngineBoots`.
    EngineBoots,
    /// `msgAuthoritativeEngineTime`.
    EngineTime,
    /// `msgUserName`.
    UserName,
    /// `msgAuthenticationParameters`.
    AuthenticationParameters,
    /// `msgPrivacyParameters`.
    PrivacyParameters,
    /// `msgData`: scoped data as a whole, in clear or encrypted.
    Data,
    /// `contextEngineID`.
    ContextEngineId,
    /// `contextName`.
    ContextName,
}

impl Field {
    /// The name in words, lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Version => "version",
            Self::Community => "community",
            Self::Operation => "protocol data unit",
            Self::RequestId => "request-id",
            Self::ErrorStatus => "error-status",
            Self::ErrorIndex => "error-index",
            Self::NonRepeaters => "non-repeaters",
            Self::MaxRepetitions => "max-repetitions",
            Self::Enterprise => "enterprise",
            Self::AgentAddress => "agent address",
            Self::GenericTrap => "generic-trap",
            Self::SpecificTrap => "specific-trap",
            Self::TimeStamp => "time-stamp",
            Self::VarBinds => "list of varbinds",
            Self::VarBind => "varbind",
            Self::Name => "name",
            Self::Value => "value",
            Self::Header => "header data",
            Self::MessageId => "message id",
            Self::MaxSize => "maximum message size",
            Self::Flags => "message flags",
            Self::SecurityModel => "security model",
            Self::SecurityParameters => "security parameters",
            Self::EngineId => "engine id",
            Self::EngineBoots => "engine boots",
            Self::EngineTime => "engine time",
            Self::UserName => "user name",
            Self::AuthenticationParameters => "authentication parameters",
            Self::PrivacyParameters => "privacy parameters",
            Self::Data => "scoped data",
            Self::ContextEngineId => "context engine id",
            Self::ContextName => "context name",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why octets are no SNMP message, and where.
///
/// No octet of the message is repeated in it beyond tags, lengths and numbers of the header, so it may be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}{field} at octet {offset}: {problem}", InVarBind(*.varbind))]
#[non_exhaustive]
pub struct WireError {
    /// Which varbind, counted from 1 as `error-index` is; `None` outside of them.
    pub varbind: Option<u32>,
    /// Which part.
    pub field: Field,
    /// Where that part begins, counted from 0 at the first octet of what was parsed.
    pub offset: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

struct InVarBind(Option<u32>);

impl fmt::Display for InVarBind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |index| write!(f, "varbind {index}, "))
    }
}

/// What is wrong with a part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It ends before its length says, or before there is a length.
    #[error("{found} octets where {expected} were expected")]
    Truncated {
        /// Octets that are needed from its start on.
        expected: usize,
        /// Octets that are there.
        found: usize,
    },
    /// It is of another kind.
    #[error("{found} where {expected} was expected")]
    Tag {
        /// The kind that belongs here.
        expected: Tag,
        /// The kind found.
        found: Tag,
    },
    /// A value of a kind that SNMP does not have.
    #[error("{found} is no type of a value")]
    Type {
        /// The kind found.
        found: Tag,
    },
    /// The indefinite form of a length, which SNMP forbids (RFC 3417, 8).
    #[error("length of indefinite form")]
    IndefiniteLength,
    /// A length in more octets than this crate reads (4), or of a form that is reserved.
    #[error("length in {found} octets where at most 4 were expected")]
    LengthOctets {
        /// Octets of the length.
        found: usize,
    },
    /// A content of another length than its kind has.
    #[error("length {found} where {expected} was expected")]
    Length {
        /// The length that belongs here, or the largest.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// Something stands behind its last part.
    #[error("{count} octets too many")]
    Trailing {
        /// How many octets.
        count: usize,
    },
    /// A number without an octet (X.690, 8.3.1 wants at least one). Never read as 0.
    #[error("number of no octets")]
    EmptyInteger,
    /// A number that does not fit its type.
    #[error("number of {octets} octets that does not fit {bits} bits")]
    IntegerSize {
        /// Octets of its encoding.
        octets: usize,
        /// What the type holds, with the sign if it has one.
        bits: u8,
    },
    /// A number outside the bounds of its field.
    #[error("{found} is not within {min} to {max}")]
    Range {
        /// The smallest that is allowed.
        min: i32,
        /// The largest that is allowed.
        max: i32,
        /// The number found.
        found: i32,
    },
    /// A number in more octets than it needs, where that is not tolerated.
    #[error("number in more octets than it needs")]
    NonMinimalInteger,
    /// An unsigned number without the zero octet that keeps it from being negative, where that is not tolerated.
    #[error("unsigned number whose first bit is a sign")]
    UnsignedSignBit,
    /// A name that cannot be.
    #[error("object identifier: {0}")]
    Oid(OidError),
    /// A version that this type of message does not have.
    #[error("{found} was not expected here")]
    Version {
        /// The version found.
        found: Version,
    },
    /// An operation or a value that the message's version does not have.
    #[error("{found} is not of {version}")]
    NotOfVersion {
        /// The version of the message.
        version: Version,
        /// The kind found.
        found: Tag,
    },
    /// Flags that ask for privacy without authentication (RFC 3412, 7.2, 5 d).
    #[error("flags {found:#04x} ask for privacy without authentication")]
    PrivacyWithoutAuthentication {
        /// The flags found.
        found: u8,
    },
}

/// Why a message may not be built: a mistake of the caller, never of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The buffer is too small. What it holds now is of no use.
    #[error("buffer of {available} octets where {needed} are needed")]
    Buffer {
        /// Octets the message takes.
        needed: usize,
        /// Octets the buffer has.
        available: usize,
    },
    /// A version that this type of message does not have.
    #[error("{found} is no version of such a message")]
    Version {
        /// The version given.
        found: Version,
    },
    /// An operation that the version does not have, or one whose body has another shape.
    #[error("{operation} cannot be sent so in {version}")]
    Operation {
        /// The version of the message.
        version: Version,
        /// The operation given.
        operation: Operation,
    },
    /// A value that v1 does not have.
    #[error("{found} is not of v1")]
    ValueOfV2 {
        /// The kind of the value.
        found: Tag,
    },
    /// A number of the header outside its bounds.
    #[error("{field} {found} is not within {min} to {max}")]
    Range {
        /// Which number.
        field: Field,
        /// The smallest that is allowed.
        min: u32,
        /// The largest that is allowed.
        max: u32,
        /// The number given.
        found: u32,
    },
    /// Something longer than its field.
    #[error("{field} of {found} octets where at most {max} are allowed")]
    Length {
        /// Which field.
        field: Field,
        /// The largest length that is allowed.
        max: usize,
        /// The length given.
        found: usize,
    },
    /// Flags that ask for privacy without authentication, or that do not fit the data.
    #[error("flags {found:#04x} do not fit the message")]
    Flags {
        /// The flags given.
        found: u8,
    },
}
