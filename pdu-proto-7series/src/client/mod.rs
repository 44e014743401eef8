//! HTTP/1.1 over a stream, as a session.
//!
//! [`HttpClient`] is for whoever wants no other HTTP client: one request at a time over TCP, or over TLS with the feature
//! `tls`. Its requests and responses are those of the `http` crate, so that any other client may stand in its place; whatever
//! asks and answers in these terms is an [`HttpSession`].

mod exchange;
mod options;
mod outgoing;
mod session;

use core::convert::Infallible;

use ::http::{Request, Response};
use pdu_core::Session;

pub use self::options::Options;
pub use self::session::HttpClient;
use crate::http::HttpError;

/// A session over HTTP, whichever client it is: what the sessions of a unit stand on.
pub trait HttpSession:
    Session<Request = Request<Vec<u8>>, Reply = Response<Vec<u8>>, Notice = Infallible, Error = HttpError>
{
}

impl<S> HttpSession for S where
    S: Session<Request = Request<Vec<u8>>, Reply = Response<Vec<u8>>, Notice = Infallible, Error = HttpError> + ?Sized
{
}
