use pdu_core::ErrorKind;

use super::Report;
use crate::wire::{
    EncodeError, WireError,
    v3::{SecurityLevel, SecurityModel},
};

/// Why a key cannot be made, or a message not be believed, read or sent.
///
/// No octet of a key, of a password or of what was deciphered is in it, so it may be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum UsmError {
    /// A protocol that this build leaves out: MD5, DES and triple DES without the feature `legacy-crypto`.
    #[error("{protocol} is only there with the feature legacy-crypto")]
    Unsupported {
        /// Its name.
        protocol: &'static str,
    },
    /// A name that no protocol has.
    #[error("no authentication or privacy protocol of this name")]
    UnknownProtocol,
    /// A password of fewer than eight octets, from which no key may be made (RFC 3414, 11.2).
    #[error("password of {found} octets where at least 8 are needed")]
    PasswordTooShort {
        /// Octets of the password.
        found: usize,
    },
    /// A key of another length than the authentication protocol's hash gives.
    #[error("key of {found} octets where {expected} are needed")]
    KeyLength {
        /// The length that is needed.
        expected: usize,
        /// The length given.
        found: usize,
    },
    /// A user name of more than 32 octets.
    #[error("user name of {found} octets where at most 32 are allowed")]
    UserName {
        /// Octets of the name.
        found: usize,
    },
    /// An engine id of fewer than 5 or more than 32 octets.
    #[error("engine id of {found} octets where 5 to 32 are allowed")]
    EngineId {
        /// Octets of the engine id.
        found: usize,
    },
    /// A user with a key for privacy and none for authentication.
    #[error("privacy without authentication")]
    PrivacyWithoutAuthentication,
    /// A message of another security model.
    #[error("security model {} where 3 was expected", found.0)]
    SecurityModel {
        /// The model found.
        found: SecurityModel,
    },
    /// A message at a level for which the user has no keys.
    #[error("message at level {found:?} for a user of level {available:?}")]
    SecurityLevel {
        /// What the user has keys for.
        available: SecurityLevel,
        /// The level of the message.
        found: SecurityLevel,
    },
    /// A message without an authentication code, of a user whose messages have one.
    #[error("message without an authentication code")]
    NotAuthenticated,
    /// The authentication code is not the one that the key gives: another key, or a changed message.
    #[error("wrong authentication code")]
    WrongDigest,
    /// A message from before, or from another run of the engine.
    #[error(
        "message of engine boots {boots}, time {time}, outside the time window of boots {local_boots}, time {local_time}"
    )]
    NotInTimeWindow {
        /// The boots of the message.
        boots: u32,
        /// The time of the message, in seconds.
        time: u32,
        /// The boots known here.
        local_boots: u32,
        /// The time known here, in seconds.
        local_time: u32,
    },
    /// Privacy parameters that are not of eight octets.
    #[error("privacy parameters of {found} octets where 8 are needed")]
    PrivacyParameters {
        /// How many there are.
        found: usize,
    },
    /// Encrypted data that is no whole number of the cipher's blocks.
    #[error("encrypted data of {found} octets, which is no multiple of 8")]
    CipherLength {
        /// Octets of the data.
        found: usize,
    },
    /// The caller's buffer is too small for what is to be deciphered.
    #[error("buffer of {available} octets for {needed} to be deciphered")]
    Scratch {
        /// Octets that are needed.
        needed: usize,
        /// Octets that are there.
        available: usize,
    },
    /// What was deciphered is no scoped data: another privacy key, or a broken sender. Offsets count from its start.
    #[error("deciphered data, with another privacy key perhaps: {0}")]
    Deciphered(WireError),
    /// The scoped data, in clear, is none.
    #[error(transparent)]
    Scoped(WireError),
    /// The message cannot be built.
    #[error(transparent)]
    Encode(EncodeError),
}

impl UsmError {
    /// What kind of error it is.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Unsupported { .. } => ErrorKind::Unsupported,
            Self::UnknownProtocol
            | Self::PasswordTooShort { .. }
            | Self::KeyLength { .. }
            | Self::UserName { .. }
            | Self::EngineId { .. }
            | Self::PrivacyWithoutAuthentication
            | Self::Scratch { .. }
            | Self::Encode(_) => ErrorKind::InvalidArgument,
            Self::SecurityModel { .. }
            | Self::SecurityLevel { .. }
            | Self::NotAuthenticated
            | Self::WrongDigest
            | Self::NotInTimeWindow { .. }
            | Self::Deciphered(_) => ErrorKind::Denied,
            Self::PrivacyParameters { .. } | Self::CipherLength { .. } | Self::Scoped(_) => ErrorKind::Malformed,
        }
    }

    /// Which counter an engine that found it in a message increments and reports; `None` for what no peer causes.
    ///
    /// Source: RFC 3414, 3.2; RFC 3412, 7.2.
    pub const fn report(&self) -> Option<Report> {
        match self {
            Self::SecurityModel { .. } => Some(Report::UnknownSecurityModels),
            Self::SecurityLevel { .. } => Some(Report::UnsupportedSecurityLevels),
            Self::NotAuthenticated | Self::WrongDigest => Some(Report::WrongDigests),
            Self::NotInTimeWindow { .. } => Some(Report::NotInTimeWindows),
            Self::PrivacyParameters { .. } | Self::CipherLength { .. } | Self::Deciphered(_) => {
                Some(Report::DecryptionErrors)
            }
            _ => None,
        }
    }
}

impl From<EncodeError> for UsmError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}
