use core::fmt;

use crate::{oid, wire::Oid};

/// A counter by which an engine says why it did not take a message; a report carries one of them and its value.
///
/// Source: RFC 3414, 5 (`usmStats`); RFC 3412, 5 (`snmpMPDStats`); RFC 3413, 4.1.2 (`snmpUnavailableContexts` and its kin).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Report {
    /// `usmStatsUnsupportedSecLevels`: the user has no keys for the message's level, or the engine not its protocols.
    UnsupportedSecurityLevels,
    /// `usmStatsNotInTimeWindows`: boots or time of the message are not the engine's.
    NotInTimeWindows,
    /// `usmStatsUnknownUserNames`.
    UnknownUserNames,
    /// `usmStatsUnknownEngineIDs`: also the answer to a probe.
    UnknownEngineIds,
    /// `usmStatsWrongDigests`: the authentication code is wrong.
    WrongDigests,
    /// `usmStatsDecryptionErrors`.
    DecryptionErrors,
    /// `snmpUnknownSecurityModels`.
    UnknownSecurityModels,
    /// `snmpInvalidMsgs`.
    InvalidMessages,
    /// `snmpUnknownPDUHandlers`: no one there takes such an operation for such a context engine.
    UnknownPduHandlers,
    /// `snmpUnavailableContexts`.
    UnavailableContexts,
    /// `snmpUnknownContexts`.
    UnknownContexts,
}

impl Report {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::UnsupportedSecurityLevels,
        Self::NotInTimeWindows,
        Self::UnknownUserNames,
        Self::UnknownEngineIds,
        Self::WrongDigests,
        Self::DecryptionErrors,
        Self::UnknownSecurityModels,
        Self::InvalidMessages,
        Self::UnknownPduHandlers,
        Self::UnavailableContexts,
        Self::UnknownContexts,
    ];

    /// The name of the counter's instance, as the varbind of a report has it.
    pub const fn oid(self) -> Oid<'static> {
        match self {
            Self::UnsupportedSecurityLevels => oid!(1, 3, 6, 1, 6, 3, 15, 1, 1, 1, 0),
            Self::NotInTimeWindows => oid!(1, 3, 6, 1, 6, 3, 15, 1, 1, 2, 0),
            Self::UnknownUserNames => oid!(1, 3, 6, 1, 6, 3, 15, 1, 1, 3, 0),
            Self::UnknownEngineIds => oid!(1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0),
            Self::WrongDigests => oid!(1, 3, 6, 1, 6, 3, 15, 1, 1, 5, 0),
            Self::DecryptionErrors => oid!(1, 3, 6, 1, 6, 3, 15, 1, 1, 6, 0),
            Self::UnknownSecurityModels => oid!(1, 3, 6, 1, 6, 3, 11, 2, 1, 1, 0),
            Self::InvalidMessages => oid!(1, 3, 6, 1, 6, 3, 11, 2, 1, 2, 0),
            Self::UnknownPduHandlers => oid!(1, 3, 6, 1, 6, 3, 11, 2, 1, 3, 0),
            Self::UnavailableContexts => oid!(1, 3, 6, 1, 6, 3, 12, 1, 4, 0),
            Self::UnknownContexts => oid!(1, 3, 6, 1, 6, 3, 12, 1, 5, 0),
        }
    }

    /// The counter whose instance this is, or which this is itself: some agents leave the last 0 out.
    pub fn of(name: Oid<'_>) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|report| {
            let instance = report.oid().as_octets();
            let object = instance.split_last().map(|(_, object)| object);
            name.as_octets() == instance || Some(name.as_octets()) == object
        })
    }

    /// What it says, in words, lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnsupportedSecurityLevels => "unsupported security level",
            Self::NotInTimeWindows => "not in time window",
            Self::UnknownUserNames => "unknown user name",
            Self::UnknownEngineIds => "unknown engine id",
            Self::WrongDigests => "wrong digest",
            Self::DecryptionErrors => "decryption error",
            Self::UnknownSecurityModels => "unknown security model",
            Self::InvalidMessages => "invalid message",
            Self::UnknownPduHandlers => "unknown protocol data unit handler",
            Self::UnavailableContexts => "unavailable context",
            Self::UnknownContexts => "unknown context",
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
