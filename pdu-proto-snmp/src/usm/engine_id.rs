use core::fmt;

use super::UsmError;

/// The name of an engine, unique in its network: 5 to 32 octets.
///
/// ```
/// use pdu_proto_snmp::usm::EngineId;
///
/// let id = EngineId::new(&[0x80, 0x00, 0x1F, 0x88, 0x04, 0x72, 0x31])?;
/// assert_eq!(id.to_string(), "80001f88047231");
/// assert_eq!(id, EngineId::from_text(8072, "r1")?);
/// # Ok::<(), pdu_proto_snmp::usm::UsmError>(())
/// ```
///
/// Source: RFC 3411, 5 (`SnmpEngineID`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EngineId {
    /// Zeros behind the end, so that what is derived compares rightly: shorter ones that begin alike come first.
    octets: [u8; Self::MAX_OCTETS],
    len: u8,
}

impl EngineId {
    /// The fewest octets.
    pub const MIN_OCTETS: usize = 5;
    /// The most octets.
    pub const MAX_OCTETS: usize = 32;

    /// An engine id of these octets.
    ///
    /// # Errors
    ///
    /// Fewer than 5 or more than 32.
    pub fn new(octets: &[u8]) -> Result<Self, UsmError> {
        let found = octets.len();
        let refused = UsmError::EngineId { found };
        if found < Self::MIN_OCTETS {
            return Err(refused);
        }
        let mut id = Self {
            octets: [0; Self::MAX_OCTETS],
            len: u8::try_from(found).map_err(|_| refused)?,
        };
        id.octets.get_mut(..found).ok_or(refused)?.copy_from_slice(octets);
        Ok(id)
    }

    /// An engine id of an enterprise's number and a text of 1 to 27 octets, which makes it unique there (format 4).
    ///
    /// # Errors
    ///
    /// No text, or one that is too long.
    pub fn from_text(enterprise: u32, text: &str) -> Result<Self, UsmError> {
        let mut octets = [0; Self::MAX_OCTETS];
        let len = Self::MIN_OCTETS.saturating_add(text.len());
        let refused = UsmError::EngineId { found: len };
        if text.is_empty() {
            return Err(refused);
        }
        if let Some((head, rest)) = octets.split_first_chunk_mut() {
            let [a, b, c, d] = (enterprise | 1 << 31).to_be_bytes();
            *head = [a, b, c, d, 4];
            rest.get_mut(..text.len())
                .ok_or(refused)?
                .copy_from_slice(text.as_bytes());
        }
        Self::new(octets.get(..len).ok_or(refused)?)
    }

    /// Its octets.
    #[inline]
    pub fn as_octets(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or(&self.octets)
    }
}

impl AsRef<[u8]> for EngineId {
    fn as_ref(&self) -> &[u8] {
        self.as_octets()
    }
}

impl TryFrom<&[u8]> for EngineId {
    type Error = UsmError;

    fn try_from(octets: &[u8]) -> Result<Self, UsmError> {
        Self::new(octets)
    }
}

/// Two hexadecimal digits for each octet.
impl fmt::Display for EngineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_octets().iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for EngineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EngineId({self})")
    }
}
