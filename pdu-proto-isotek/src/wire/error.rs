/// A field of a line, by its name in the manual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// Text that is in no line yet.
    Text,
}

/// Why a line is refused, or may not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// A byte that text may not carry.
    #[error("{field:?}: not printable ascii, or a separator")]
    Text {
        /// Where.
        field: Field,
    },
}
