/// What lenient mode takes though the documents that were seen do not have it, and strict mode refuses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Deviation {
    /// A value that should be a number is none. Its reading has no value: never zero.
    #[error("{key:?} of {place} is no number: {value:?}")]
    NotANumber {
        /// The device or the outlet.
        place: String,
        /// The key of the field, or the attribute of the outlet.
        key: String,
        /// What is there instead, cut if it is long.
        value: String,
    },
    /// A device has a key twice. Both readings are given, and both are suspect, since nobody can tell which one holds.
    #[error("{key:?} of {place} occurs twice")]
    DuplicateKey {
        /// The device.
        place: String,
        /// The key of the field.
        key: String,
    },
    /// Two outlets of a device have the same number. Both are given, with their state unknown and their readings suspect.
    #[error("outlet {number} of {place} occurs twice")]
    DuplicateOutlet {
        /// The device.
        place: String,
        /// The number.
        number: u16,
    },
    /// An element among the outlets has no number, or none from 1 to 65535: it is kept like what is unknown.
    #[error("outlet of {place} without a number: {value:?}")]
    OutletNumber {
        /// The device.
        place: String,
        /// What is there instead, cut if it is long; empty if there is nothing.
        value: String,
    },
    /// The status of an outlet is neither `On` nor `Off`: its state is unknown, which is never off.
    #[error("status of outlet {number} of {place} is {value:?}")]
    Status {
        /// The device.
        place: String,
        /// The outlet.
        number: u16,
        /// What is there instead, cut if it is long.
        value: String,
    },
}
