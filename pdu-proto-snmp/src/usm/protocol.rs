use core::{fmt, str::FromStr};

use super::UsmError;

/// How messages are authenticated: an HMAC over the message with this hash.
///
/// Exhaustive on purpose: the standards have these six. Source: RFC 3414, 6 and 7; RFC 7860, 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
pub enum AuthProtocol {
    /// `usmHMACMD5AuthProtocol`. Broken; needs the feature `legacy-crypto`.
    Md5,
    /// `usmHMACSHAAuthProtocol`.
    Sha1,
    /// `usmHMAC128SHA224AuthProtocol`.
    Sha224,
    /// `usmHMAC192SHA256AuthProtocol`.
    Sha256,
    /// `usmHMAC256SHA384AuthProtocol`.
    Sha384,
    /// `usmHMAC384SHA512AuthProtocol`.
    Sha512,
}

impl AuthProtocol {
    /// All of them, the weakest first.
    pub const ALL: [Self; 6] = [
        Self::Md5,
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
    ];

    /// The name, as `sha256`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Octets of a key: what the hash gives.
    pub const fn key_len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Octets of the code in a message, to which the HMAC is cut.
    pub const fn code_len(self) -> usize {
        match self {
            Self::Md5 | Self::Sha1 => 12,
            Self::Sha224 => 16,
            Self::Sha256 => 24,
            Self::Sha384 => 32,
            Self::Sha512 => 48,
        }
    }
}

/// How scoped data is encrypted.
///
/// AES with 192 and 256 bits wants longer keys than most hashes give, and there are two ways to make them longer, neither of
/// them a standard: so there is no plain AES-256 here. Blumenthal's is what net-snmp means by AES-256, Reeder's is what Cisco
/// and pysnmp mean.
///
/// Exhaustive on purpose: the field has these seven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
pub enum PrivProtocol {
    /// DES in CBC mode. Broken; needs the feature `legacy-crypto`. Source: RFC 3414, 8.
    Des,
    /// Triple DES in CBC mode, with Reeder's way to make keys longer. Needs the feature `legacy-crypto`. Source:
    /// draft-reeder-snmpv3-usm-3desede-00.
    #[cfg_attr(feature = "serde", serde(rename = "3des"))]
    TripleDes,
    /// AES with 128 bits in CFB mode. Source: RFC 3826.
    Aes128,
    /// AES with 192 bits, keys made longer in Blumenthal's way. Source: draft-blumenthal-aes-usm-04, 3.1.2.1.
    Aes192Blumenthal,
    /// AES with 192 bits, keys made longer in Reeder's way. Source: draft-reeder-snmpv3-usm-3desede-00, 2.1.
    Aes192Reeder,
    /// AES with 256 bits, keys made longer in Blumenthal's way.
    Aes256Blumenthal,
    /// AES with 256 bits, keys made longer in Reeder's way.
    Aes256Reeder,
}

impl PrivProtocol {
    /// All of them, the weakest first.
    pub const ALL: [Self; 7] = [
        Self::Des,
        Self::TripleDes,
        Self::Aes128,
        Self::Aes192Blumenthal,
        Self::Aes192Reeder,
        Self::Aes256Blumenthal,
        Self::Aes256Reeder,
    ];

    /// The name, as `aes256-blumenthal`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Des => "des",
            Self::TripleDes => "3des",
            Self::Aes128 => "aes128",
            Self::Aes192Blumenthal => "aes192-blumenthal",
            Self::Aes192Reeder => "aes192-reeder",
            Self::Aes256Blumenthal => "aes256-blumenthal",
            Self::Aes256Reeder => "aes256-reeder",
        }
    }

    /// Octets of a localised key; of DES and triple DES, with the eight octets that their initial vectors are made of.
    pub const fn key_len(self) -> usize {
        match self {
            Self::Des | Self::Aes128 => 16,
            Self::Aes192Blumenthal | Self::Aes192Reeder => 24,
            Self::TripleDes | Self::Aes256Blumenthal | Self::Aes256Reeder => 32,
        }
    }
}

impl fmt::Display for AuthProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for PrivProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads what [`as_str`](Self::as_str) gives, whatever its case.
impl FromStr for AuthProtocol {
    type Err = UsmError;

    fn from_str(name: &str) -> Result<Self, UsmError> {
        let mut all = Self::ALL.into_iter();
        all.find(|protocol| name.eq_ignore_ascii_case(protocol.as_str()))
            .ok_or(UsmError::UnknownProtocol)
    }
}

/// Reads what [`as_str`](Self::as_str) gives, whatever its case.
impl FromStr for PrivProtocol {
    type Err = UsmError;

    fn from_str(name: &str) -> Result<Self, UsmError> {
        let mut all = Self::ALL.into_iter();
        all.find(|protocol| name.eq_ignore_ascii_case(protocol.as_str()))
            .ok_or(UsmError::UnknownProtocol)
    }
}
