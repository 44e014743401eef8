/// What a parser says of the front of a byte stream: enough, or not yet.
///
/// A partial message is no error: the same call on more bytes may complete it. Bytes that can never become a message are
/// the `Err` of the surrounding `Result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status<T> {
    /// The message is there.
    Complete(T),
    /// The bytes are a proper prefix of a message; at least `needed` bytes in all are wanted before another try can
    /// tell more.
    Partial {
        /// Smallest total length, counted from the first byte offered, at which another try is worth while.
        needed: usize,
    },
}

impl<T> Status<T> {
    /// The same answer about another value: what `Option::map` is for options.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Status<U> {
        match self {
            Self::Complete(value) => Status::Complete(f(value)),
            Self::Partial { needed } => Status::Partial { needed },
        }
    }

    /// The message if it is complete.
    pub fn complete(self) -> Option<T> {
        match self {
            Self::Complete(value) => Some(value),
            Self::Partial { .. } => None,
        }
    }
}
