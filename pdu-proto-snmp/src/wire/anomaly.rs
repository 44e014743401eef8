//! What real agents do against the standard: each named, each a switch, and each told where it was accepted.

use core::fmt;

use pdu_core::Mode;

use super::Field;

/// A way in which real agents and managers break the standard, though what they mean is clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deviation {
    /// Octets behind the end of the message.
    TrailingOctets,
    /// A number in more octets than it needs, as request-id `02 05 FF FB 6A 65 17` (against X.690, 8.3.2).
    NonMinimalInteger,
    /// An unsigned number whose first bit is set, as a Counter32 of 2^31 in four octets. It is read as unsigned.
    UnsignedSignBit,
    /// An object identifier without an octet. It is read as 0.0, as net-snmp does.
    EmptyObjectIdentifier,
    /// An operation or a value of v2 in a message of v1, or a trap of v1 in one of v2c.
    OtherVersion,
}

impl Deviation {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::TrailingOctets,
        Self::NonMinimalInteger,
        Self::UnsignedSignBit,
        Self::EmptyObjectIdentifier,
        Self::OtherVersion,
    ];

    const fn bit(self) -> u8 {
        match self {
            Self::TrailingOctets => 1,
            Self::NonMinimalInteger => 1 << 1,
            Self::UnsignedSignBit => 1 << 2,
            Self::EmptyObjectIdentifier => 1 << 3,
            Self::OtherVersion => 1 << 4,
        }
    }

    /// What it is, lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TrailingOctets => "octets behind the end",
            Self::NonMinimalInteger => "number in more octets than it needs",
            Self::UnsignedSignBit => "unsigned number whose first bit is a sign",
            Self::EmptyObjectIdentifier => "object identifier of no octets",
            Self::OtherVersion => "not of this version",
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which deviations a decoder accepts. All others are errors.
///
/// ```
/// use pdu_proto_snmp::wire::{Deviation, Tolerance};
///
/// let wary = Tolerance::LENIENT.refusing(Deviation::TrailingOctets);
/// assert!(!wary.accepts(Deviation::TrailingOctets) && wary.accepts(Deviation::NonMinimalInteger));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tolerance(u8);

impl Tolerance {
    /// None of them.
    pub const STRICT: Self = Self(0);
    /// All of them: the default, as agents are what they are.
    pub const LENIENT: Self = Self(0xFF);

    /// This, and one more accepted.
    #[must_use]
    pub const fn accepting(self, deviation: Deviation) -> Self {
        Self(self.0 | deviation.bit())
    }

    /// This, and one more refused.
    #[must_use]
    pub const fn refusing(self, deviation: Deviation) -> Self {
        Self(self.0 & !deviation.bit())
    }

    /// Whether it is accepted.
    #[inline]
    pub const fn accepts(self, deviation: Deviation) -> bool {
        self.0 & deviation.bit() != 0
    }
}

impl Default for Tolerance {
    fn default() -> Self {
        Self::LENIENT
    }
}

impl From<Mode> for Tolerance {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Strict => Self::STRICT,
            Mode::Lenient => Self::LENIENT,
        }
    }
}

/// The deviations that are accepted.
impl fmt::Debug for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tolerance")?;
        let accepted = Deviation::ALL.into_iter().filter(|&one| self.accepts(one));
        f.debug_set().entries(accepted).finish()
    }
}

/// A deviation that was accepted, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Anomaly {
    /// What was accepted.
    pub deviation: Deviation,
    /// The part of the message, or of the varbind, in which it stands.
    pub field: Field,
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.deviation)
    }
}

const fn anomaly(deviation: Deviation, field: Field) -> Anomaly {
    Anomaly { deviation, field }
}

/// Every deviation where it can stand: one bit each.
const PLACES: [Anomaly; 23] = [
    anomaly(Deviation::TrailingOctets, Field::Message),
    anomaly(Deviation::NonMinimalInteger, Field::Version),
    anomaly(Deviation::NonMinimalInteger, Field::RequestId),
    anomaly(Deviation::NonMinimalInteger, Field::ErrorStatus),
    anomaly(Deviation::NonMinimalInteger, Field::ErrorIndex),
    anomaly(Deviation::NonMinimalInteger, Field::NonRepeaters),
    anomaly(Deviation::NonMinimalInteger, Field::MaxRepetitions),
    anomaly(Deviation::NonMinimalInteger, Field::GenericTrap),
    anomaly(Deviation::NonMinimalInteger, Field::SpecificTrap),
    anomaly(Deviation::NonMinimalInteger, Field::TimeStamp),
    anomaly(Deviation::NonMinimalInteger, Field::MessageId),
    anomaly(Deviation::NonMinimalInteger, Field::MaxSize),
    anomaly(Deviation::NonMinimalInteger, Field::SecurityModel),
    anomaly(Deviation::NonMinimalInteger, Field::EngineBoots),
    anomaly(Deviation::NonMinimalInteger, Field::EngineTime),
    anomaly(Deviation::NonMinimalInteger, Field::Value),
    anomaly(Deviation::UnsignedSignBit, Field::TimeStamp),
    anomaly(Deviation::UnsignedSignBit, Field::Value),
    anomaly(Deviation::EmptyObjectIdentifier, Field::Enterprise),
    anomaly(Deviation::EmptyObjectIdentifier, Field::Name),
    anomaly(Deviation::EmptyObjectIdentifier, Field::Value),
    anomaly(Deviation::OtherVersion, Field::Operation),
    anomaly(Deviation::OtherVersion, Field::Value),
];

/// The deviations that were accepted in a message or a varbind: usually none.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Anomalies(u32);

impl Anomalies {
    /// None.
    pub const NONE: Self = Self(0);

    /// Whether everything was as the standard has it.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this one was found.
    pub fn contains(self, anomaly: Anomaly) -> bool {
        self.iter().any(|found| found == anomaly)
    }

    /// Each that was found.
    pub fn iter(self) -> AnomaliesIter {
        AnomaliesIter { rest: self.0 }
    }

    /// Those of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[cold]
    pub(super) fn note(&mut self, deviation: Deviation, field: Field) {
        let place = PLACES.iter().position(|place| *place == anomaly(deviation, field));
        debug_assert!(place.is_some(), "{deviation:?} cannot stand in {field:?}");
        self.0 |= place.map_or(0, |index| 1 << index);
    }
}

impl IntoIterator for Anomalies {
    type Item = Anomaly;
    type IntoIter = AnomaliesIter;

    fn into_iter(self) -> AnomaliesIter {
        self.iter()
    }
}

/// Those that were found: `{Anomaly { .. }}`.
impl fmt::Debug for Anomalies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(*self).finish()
    }
}

/// What was found, from [`Anomalies::iter`].
#[derive(Clone, Debug)]
pub struct AnomaliesIter {
    rest: u32,
}

impl Iterator for AnomaliesIter {
    type Item = Anomaly;

    fn next(&mut self) -> Option<Anomaly> {
        let index = usize::try_from(self.rest.trailing_zeros()).ok()?;
        let found = PLACES.get(index)?;
        self.rest &= self.rest.wrapping_sub(1);
        Some(*found)
    }
}
