//! Who asks: Basic (RFC 7617) and Digest (RFC 7616), for both sides.
//!
//! Which of them firmware 3 uses is not stated anywhere, so both are here. A client answers challenges with an
//! [`Authenticator`]; a server checks what it gets with a [`Guard`](crate::server::Guard).
//!
//! ```
//! use http::{HeaderMap, header};
//! use pdu_proto_7series::http::auth::{Authenticator, BasicPolicy, Credentials};
//!
//! let credentials = Credentials::new("view", "secret_1")?;
//! let entropy = [7; 32]; // from the operating system, in earnest
//! let mut authenticator = Authenticator::new(credentials, BasicPolicy::Never, entropy);
//! assert!(authenticator.authorization("GET", "/data.xml").is_none()); // nobody has asked yet
//!
//! let mut refused = HeaderMap::new(); // of the answer with status 401
//! let challenge = r#"Digest realm="unit", nonce="17", qop="auth", algorithm=SHA-256"#;
//! refused.insert(header::WWW_AUTHENTICATE, challenge.parse()?);
//! authenticator.challenged(&refused)?;
//! let value = authenticator.authorization("GET", "/data.xml").unwrap();
//! assert!(value.starts_with(r#"Digest username="view", realm="unit", nonce="17", uri="/data.xml""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Not here: `auth-int`, and the server's own proof (`Authentication-Info`), which no unit is known to send. Over plain HTTP
//! both schemes leave everything else readable, and Basic the password; `tls` is the remedy, not Digest.

mod authenticator;
mod basic;
mod challenge;
mod credentials;
mod digest;

pub use self::authenticator::{Authenticator, BasicPolicy};
pub use self::basic::basic;
pub use self::challenge::{Challenge, DigestChallenge, QualityOfProtection, Staleness, challenges};
pub use self::credentials::Credentials;
pub use self::digest::{Algorithm, DigestAnswer, DigestTurn, NameForm};

pub(crate) use self::basic::parse_basic;
pub(crate) use self::digest::{hex, is_equal, quoted};
