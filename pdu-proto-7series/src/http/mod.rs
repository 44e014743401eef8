//! Requests and responses of the unit as types of the `http` crate, and who may ask.
//!
//! How a unit is asked is data: an [`HttpProfile`] makes the request for a [`Call`] and judges the answer, and a simulated unit
//! recognises the call by the same profile. Nothing here opens a connection, so any client serves:
//! [`HttpClient`](crate::client::HttpClient) is one, and for another one the request only needs a host:
//!
//! ```
//! use http::{Request, Response, Uri};
//! use pdu_proto_7series::http::{Call, HttpProfile};
//!
//! # fn send(request: Request<Vec<u8>>) -> Response<Vec<u8>> {
//! #     assert_eq!(request.uri(), "https://pdu.example/data.xml");
//! #     Response::new(b"<server/>".to_vec())
//! # }
//! let profile = HttpProfile::default(); // knows `GET /data.xml` and nothing else
//! let mut request = profile.request(&Call::Live)?;
//!
//! let mut parts = request.uri().clone().into_parts();
//! parts.scheme = Some("https".parse()?);
//! parts.authority = Some("pdu.example".parse()?);
//! *request.uri_mut() = Uri::from_parts(parts)?;
//!
//! let answer = send(request); // by any client that follows no redirects
//! profile.judge(&Call::Live, &answer)?;
//! assert_eq!(answer.body(), b"<server/>");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A redirect is never followed, nor may the client in between do so: an answer from elsewhere is no answer of the unit, and
//! credentials must not go there. [`auth`] has Basic and Digest for clients that lack them.

pub mod auth;
mod error;
pub mod form;
pub(crate) mod framing;
mod limits;
mod profile;

pub(crate) use self::error::excerpt;
pub use self::error::{Asked, FramingFault, HttpError, LoginFault, RequestFault};
pub use self::limits::Limits;
pub use self::profile::{Call, HttpProfile, HttpProfileFault, Operation, Upload, Verb};
