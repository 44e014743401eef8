//! Who asks: Basic (RFC 7617) and Digest (RFC 7616), for both sides.
//!
//! Which of them firmware 3 uses is not stated anywhere, so both are here. A client answers challenges with an
//! [`Authenticator`]; a server checks what it gets with a [`Guard`](crate::server::Guard).

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
