use super::Fingerprint;

/// Why there is no TLS connection, or can be none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// What should be certificates, or a key, in PEM is none.
    #[error("no {what} in the PEM text")]
    Pem {
        /// What was looked for.
        what: &'static str,
    },
    /// A certificate or a key that cannot be used.
    #[error("certificate or key cannot be used: {0}")]
    Unusable(String),
    /// A name that no server can have.
    #[error("\"{}\" names no server", .0.escape_debug())]
    Name(String),
    /// The server has another certificate than the one that is trusted. Either the unit has made itself a new one, or
    /// somebody stands in between.
    #[error("certificate is {found}, and {expected} is trusted")]
    Fingerprint {
        /// What is trusted.
        expected: Fingerprint,
        /// What the server has.
        found: Fingerprint,
    },
    /// The handshake failed otherwise.
    #[error("handshake: {0}")]
    Handshake(String),
    /// The handshake did not end in time.
    #[error("handshake took too long")]
    Timeout,
}
