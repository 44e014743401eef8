//! HTTPS for the tokio drivers: TLS 1.2 and 1.3 by rustls, and never without knowing who is at the other end.
//!
//! A unit makes its own certificate (manual, lines 262 to 266), which no public authority vouches for. So a client is told
//! what to trust: an authority of one's own, or the very certificate, by its [`Fingerprint`]. There is no third way, and none
//! that trusts everybody. Who does not know the fingerprint yet gets it from the error of a first attempt
//! ([`TlsError::Fingerprint`]), and compares it with what the unit itself shows, not with what came over the same wire.
//!
//! ```no_run
//! # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
//! use core::time::Duration;
//! use http::Request;
//! use pdu_core::tokio::Driver;
//! use pdu_proto_7series::client::{HttpClient, Options};
//! use pdu_proto_7series::tls::{Connector, Trust};
//!
//! let pinned = "AB:CD:...:EF".parse()?; // of the unit's certificate: 32 octets
//! let connector = Connector::new(&Trust::Fingerprint(pinned), "pdu.example")?;
//! let entropy = [7; 32]; // of the operating system
//! let client = HttpClient::new(Options::new("pdu.example", entropy)?);
//! let mut driver = Driver::connecting(client, connector.dial("pdu.example:443", Duration::from_secs(5)));
//! driver.submit(Request::get("/data.xml").body(Vec::new())?)?;
//! let answer = driver.next().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Firmware that speaks nothing newer than TLS 1.1, and certificates of version 1 or with RSA keys below 2048 bits, are refused:
//! rustls knows none of them. Such a unit is only to be had over plain HTTP, in a network of its own.

mod client;
mod error;
mod fingerprint;
mod server;

pub use self::client::{Connector, TlsLink, Trust};
pub use self::error::TlsError;
pub use self::fingerprint::{Fingerprint, NoFingerprint};
pub use self::server::{Identity, Terminator};
