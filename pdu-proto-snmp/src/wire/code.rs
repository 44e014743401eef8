//! The numbers of the protocol, open: one without a constant here is carried as it is.

use core::fmt;

/// The first octet of an encoded item: what kind it is.
///
/// Source: RFC 2578, 2 and RFC 3416, 3; the universal ones from X.690, 8.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Tag(pub u8);

impl Tag {
    /// A signed number; in SNMP of 32 bits.
    pub const INTEGER: Self = Self(0x02);
    /// Octets.
    pub const OCTET_STRING: Self = Self(0x04);
    /// Nothing; in requests the place of a value.
    pub const NULL: Self = Self(0x05);
    /// A name in the tree of objects.
    pub const OBJECT_IDENTIFIER: Self = Self(0x06);
    /// Other items in a row.
    pub const SEQUENCE: Self = Self(0x30);
    /// An IPv4 address: four octets.
    pub const IP_ADDRESS: Self = Self(0x40);
    /// A counter of 32 bits.
    pub const COUNTER32: Self = Self(0x41);
    /// A gauge or any unsigned number of 32 bits (also called Unsigned32).
    pub const GAUGE32: Self = Self(0x42);
    /// Hundredths of a second.
    pub const TIME_TICKS: Self = Self(0x43);
    /// Octets that hold an encoding of their own.
    pub const OPAQUE: Self = Self(0x44);
    /// A counter of 64 bits; not in v1.
    pub const COUNTER64: Self = Self(0x46);
    /// In place of a value: the agent has no such object. Not in v1.
    pub const NO_SUCH_OBJECT: Self = Self(0x80);
    /// In place of a value: the object has no such instance. Not in v1.
    pub const NO_SUCH_INSTANCE: Self = Self(0x81);
    /// In place of a value: nothing comes after the name asked for. Not in v1.
    pub const END_OF_MIB_VIEW: Self = Self(0x82);

    /// The standard's name; `None` for a tag that it does not use here.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::INTEGER => "INTEGER",
            Self::OCTET_STRING => "OCTET STRING",
            Self::NULL => "NULL",
            Self::OBJECT_IDENTIFIER => "OBJECT IDENTIFIER",
            Self::SEQUENCE => "SEQUENCE",
            Self::IP_ADDRESS => "IpAddress",
            Self::COUNTER32 => "Counter32",
            Self::GAUGE32 => "Gauge32",
            Self::TIME_TICKS => "TimeTicks",
            Self::OPAQUE => "Opaque",
            Self::COUNTER64 => "Counter64",
            Self::NO_SUCH_OBJECT => "noSuchObject",
            Self::NO_SUCH_INSTANCE => "noSuchInstance",
            Self::END_OF_MIB_VIEW => "endOfMibView",
            Self(tag) => return Operation(tag).name(),
        })
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:#04x})", self.name().unwrap_or("tag"), self.0)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({:#04x})", self.0)
    }
}

/// What a message does: the tag of its protocol data unit.
///
/// ```
/// use pdu_proto_snmp::wire::Operation;
///
/// assert_eq!(Operation::GET_BULK.to_string(), "get-bulk (0xa5)");
/// ```
///
/// Source: RFC 1157, 4.1 and RFC 3416, 3.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Operation(pub u8);

impl Operation {
    /// Ask for the values of the names given.
    pub const GET: Self = Self(0xA0);
    /// Ask for the names after those given, and their values.
    pub const GET_NEXT: Self = Self(0xA1);
    /// The answer to any request, and to an inform.
    pub const RESPONSE: Self = Self(0xA2);
    /// Change values.
    pub const SET: Self = Self(0xA3);
    /// A notification of v1.
    pub const TRAP_V1: Self = Self(0xA4);
    /// Ask for many names in a row. Not in v1.
    pub const GET_BULK: Self = Self(0xA5);
    /// A notification that wants a response. Not in v1.
    pub const INFORM: Self = Self(0xA6);
    /// A notification of v2c and v3.
    pub const TRAP_V2: Self = Self(0xA7);
    /// What one engine tells another about its message; v3 only in practice.
    pub const REPORT: Self = Self(0xA8);

    /// The name in the words of the standards, lower case; `None` for an operation that they do not define.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::GET => "get",
            Self::GET_NEXT => "get-next",
            Self::RESPONSE => "response",
            Self::SET => "set",
            Self::TRAP_V1 => "trap (v1)",
            Self::GET_BULK => "get-bulk",
            Self::INFORM => "inform",
            Self::TRAP_V2 => "trap (v2)",
            Self::REPORT => "report",
            _ => return None,
        })
    }

    /// Whether a receiver answers it, or reports why not. Source: RFC 3411, 2.8 (confirmed class).
    pub const fn is_confirmed(self) -> bool {
        matches!(
            self,
            Self::GET | Self::GET_NEXT | Self::SET | Self::GET_BULK | Self::INFORM
        )
    }

    /// Whether the version has this operation.
    pub const fn is_in(self, version: Version) -> bool {
        match version {
            Version::V1 => matches!(
                self,
                Self::GET | Self::GET_NEXT | Self::RESPONSE | Self::SET | Self::TRAP_V1
            ),
            _ => self.name().is_some() && !matches!(self, Self::TRAP_V1),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:#04x})", self.name().unwrap_or("operation"), self.0)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operation({:#04x})", self.0)
    }
}

/// The version in front of every message.
///
/// Source: RFC 1157, 4 (0), RFC 1901, 3 (1), RFC 3412, 6 (3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Version(pub i32);

impl Version {
    /// SNMPv1.
    pub const V1: Self = Self(0);
    /// SNMPv2c: v2 with communities.
    pub const V2C: Self = Self(1);
    /// SNMPv3.
    pub const V3: Self = Self(3);
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V1 => f.write_str("v1"),
            Self::V2C => f.write_str("v2c"),
            Self::V3 => f.write_str("v3"),
            Self(number) => write!(f, "version number {number}"),
        }
    }
}

/// How a request went, in a response.
///
/// ```
/// use pdu_proto_snmp::wire::ErrorStatus;
///
/// assert_eq!(ErrorStatus::TOO_BIG.to_string(), "tooBig (1)");
/// assert_eq!(ErrorStatus(77).to_string(), "error status (77)");
/// ```
///
/// Source: RFC 3416, 3; those up to genErr are all that v1 has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct ErrorStatus(pub i32);

impl ErrorStatus {
    /// All went well.
    pub const NO_ERROR: Self = Self(0);
    /// The response would not fit a message.
    pub const TOO_BIG: Self = Self(1);
    /// v1: there is no such name.
    pub const NO_SUCH_NAME: Self = Self(2);
    /// v1: the value does not fit.
    pub const BAD_VALUE: Self = Self(3);
    /// v1: the object may not be changed.
    pub const READ_ONLY: Self = Self(4);
    /// Any other failure.
    pub const GEN_ERR: Self = Self(5);
    /// The object may not be accessed.
    pub const NO_ACCESS: Self = Self(6);
    /// The value is of another type.
    pub const WRONG_TYPE: Self = Self(7);
    /// The value has a length that the object cannot have.
    pub const WRONG_LENGTH: Self = Self(8);
    /// The value is encoded wrongly.
    pub const WRONG_ENCODING: Self = Self(9);
    /// The object can never have this value.
    pub const WRONG_VALUE: Self = Self(10);
    /// There is no such instance, and none can be made.
    pub const NO_CREATION: Self = Self(11);
    /// The object cannot have this value now.
    pub const INCONSISTENT_VALUE: Self = Self(12);
    /// Something that is needed is used up.
    pub const RESOURCE_UNAVAILABLE: Self = Self(13);
    /// The change failed after all were found good.
    pub const COMMIT_FAILED: Self = Self(14);
    /// A change failed, and what was changed already could not be taken back.
    pub const UNDO_FAILED: Self = Self(15);
    /// The community or user may not do this.
    pub const AUTHORIZATION_ERROR: Self = Self(16);
    /// The object can never be changed.
    pub const NOT_WRITABLE: Self = Self(17);
    /// The instance cannot be made now.
    pub const INCONSISTENT_NAME: Self = Self(18);

    /// The standard's name; `None` for a number that it does not define.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NO_ERROR => "noError",
            Self::TOO_BIG => "tooBig",
            Self::NO_SUCH_NAME => "noSuchName",
            Self::BAD_VALUE => "badValue",
            Self::READ_ONLY => "readOnly",
            Self::GEN_ERR => "genErr",
            Self::NO_ACCESS => "noAccess",
            Self::WRONG_TYPE => "wrongType",
            Self::WRONG_LENGTH => "wrongLength",
            Self::WRONG_ENCODING => "wrongEncoding",
            Self::WRONG_VALUE => "wrongValue",
            Self::NO_CREATION => "noCreation",
            Self::INCONSISTENT_VALUE => "inconsistentValue",
            Self::RESOURCE_UNAVAILABLE => "resourceUnavailable",
            Self::COMMIT_FAILED => "commitFailed",
            Self::UNDO_FAILED => "undoFailed",
            Self::AUTHORIZATION_ERROR => "authorizationError",
            Self::NOT_WRITABLE => "notWritable",
            Self::INCONSISTENT_NAME => "inconsistentName",
            _ => return None,
        })
    }
}

impl fmt::Display for ErrorStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name().unwrap_or("error status"), self.0)
    }
}

/// What a trap of v1 is about.
///
/// Source: RFC 1157, 4.1.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct GenericTrap(pub i32);

impl GenericTrap {
    /// The agent restarted, and its configuration may have changed.
    pub const COLD_START: Self = Self(0);
    /// The agent restarted with nothing changed.
    pub const WARM_START: Self = Self(1);
    /// A link of the agent went down.
    pub const LINK_DOWN: Self = Self(2);
    /// A link of the agent came up.
    pub const LINK_UP: Self = Self(3);
    /// Somebody sent a wrong community.
    pub const AUTHENTICATION_FAILURE: Self = Self(4);
    /// An EGP neighbour was lost.
    pub const EGP_NEIGHBOR_LOSS: Self = Self(5);
    /// See the specific trap, within the enterprise.
    pub const ENTERPRISE_SPECIFIC: Self = Self(6);

    /// The standard's name; `None` for a number that it does not define.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::COLD_START => "coldStart",
            Self::WARM_START => "warmStart",
            Self::LINK_DOWN => "linkDown",
            Self::LINK_UP => "linkUp",
            Self::AUTHENTICATION_FAILURE => "authenticationFailure",
            Self::EGP_NEIGHBOR_LOSS => "egpNeighborLoss",
            Self::ENTERPRISE_SPECIFIC => "enterpriseSpecific",
            _ => return None,
        })
    }
}

impl fmt::Display for GenericTrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name().unwrap_or("generic trap"), self.0)
    }
}
