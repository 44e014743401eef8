use pdu_core::Mode;

use crate::wire::Wiring;

/// How large a document may be. What is larger is refused with a typed error before anything is reserved for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of the whole document: 1 MiB unless told.
    pub size: usize,
    /// How many elements may lie in each other: 32 unless told; what is known needs 5.
    pub depth: usize,
    /// Attributes of one element: 64 unless told; what is known needs 7.
    pub attributes: usize,
    /// Elements of the whole document: 16,384 unless told; 48 outlets need about a hundred.
    pub elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            size: 1 << 20,
            depth: 32,
            attributes: 64,
            elements: 1 << 14,
        }
    }
}

/// What a document keeps besides readings and outlets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Keep {
    /// All that it has: unknown elements, attributes and texts, fields that are no readings, and the addresses of outlets.
    #[default]
    Everything,
    /// Nothing of that: readings, outlets with their names and states, and whose they are. For whoever only polls.
    Nothing,
}

/// How a document is read.
///
/// ```
/// use pdu_core::Mode;
/// use pdu_proto_7series::live::{Keep, Options, Wiring};
///
/// let options = Options::default().with_wiring(Wiring::Delta).with_keep(Keep::Nothing);
/// assert_eq!(options.mode, Mode::Lenient);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Options {
    /// How large it may be.
    pub limits: Limits,
    /// What is done with what contradicts the documents that were seen: lenient mode lists it as a
    /// [`Deviation`](super::Deviation), strict mode refuses it. What is only unknown is taken in both.
    pub mode: Mode,
    /// How the unit is wired: as its keys say unless told.
    pub wiring: Wiring,
    /// What is kept besides readings and outlets: everything unless told.
    pub keep: Keep,
}

impl Options {
    /// The same with these limits.
    #[must_use]
    pub const fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same in this mode.
    #[must_use]
    pub const fn with_mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// The same for a unit that is wired so.
    #[must_use]
    pub const fn with_wiring(self, wiring: Wiring) -> Self {
        Self { wiring, ..self }
    }

    /// The same, keeping this.
    #[must_use]
    pub const fn with_keep(self, keep: Keep) -> Self {
        Self { keep, ..self }
    }
}
