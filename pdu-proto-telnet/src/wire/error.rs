/// Why octets could not be built for the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// The caller's buffer is too small. Nothing was written.
    #[error("buffer of {available} octets, {needed} needed")]
    Buffer {
        /// Octets that the whole takes.
        needed: usize,
        /// Octets that the buffer has.
        available: usize,
    },
    /// A line holds CR, LF or NUL: it would be more than one line, or another one. The octet itself is not told, since a line
    /// may be a password.
    #[error("a line cannot hold cr, lf or nul, as at octet {at}")]
    LineEnd {
        /// Where, from 0.
        at: usize,
    },
    /// A line is longer than [`MAX_LINE`](super::MAX_LINE).
    #[error("line of {len} octets, at most {} allowed", super::MAX_LINE)]
    LineTooLong {
        /// Octets of the line, without its end.
        len: usize,
    },
}
