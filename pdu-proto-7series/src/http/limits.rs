/// What a message may be at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of a head; by default 16 KiB.
    pub head: usize,
    /// Headers of a head; by default 64.
    pub headers: usize,
    /// Octets of a body; by default 4 MiB.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 16 * 1024,
            headers: 64,
            body: 4 * 1024 * 1024,
        }
    }
}
