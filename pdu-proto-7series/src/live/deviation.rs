use crate::Position;

/// Something in a document that contradicts the documents that were seen, and where. Lenient mode takes it and lists it, strict
/// mode refuses it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{position}, in {path:?}: {kind}")]
#[non_exhaustive]
pub struct Deviation {
    /// Where.
    pub position: Position,
    /// The element: `/server/devices/device[2]/field[17]`. Long names are cut.
    pub path: String,
    /// What it is.
    pub kind: DeviationKind,
}

/// What contradicts the documents that were seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DeviationKind {
    /// A value that should be a number is none; of an energy, one below zero. Its reading has no value: never zero.
    #[error("{name:?} is no number: {value:?}")]
    NotANumber {
        /// The key of the field, or the attribute of the outlet.
        name: String,
        /// What is there instead, cut if it is long; empty if there is nothing.
        value: String,
    },
    /// A device has a key twice. Both readings are given, and both are suspect, since nobody can tell which one holds.
    #[error("key {key:?} occurs twice")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// Two outlets have the same number. Both are given, with their states unknown and their readings suspect.
    #[error("outlet {number} occurs twice")]
    DuplicateOutlet {
        /// The number.
        number: u16,
    },
    /// An element among the outlets has no number from 1 to 65535. It is kept like what is unknown.
    #[error("outlet without a number: {value:?}")]
    OutletNumber {
        /// What is there instead, cut if it is long; empty if there is nothing.
        value: String,
    },
    /// The status of an outlet is neither `On` nor `Off`: its state is unknown, which is never off.
    #[error("status of outlet {number} is {value:?}")]
    Status {
        /// The outlet.
        number: u16,
        /// What is there instead, cut if it is long.
        value: String,
    },
}
