//! One request as it leaves.

use ::http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use ::http::{HeaderName, Method, Request};
use zeroize::Zeroizing;

use super::Options;
use crate::http::RequestFault;

/// What only the client may say: it decides where a message ends, and who asks.
const OWN: [HeaderName; 9] = [
    HOST,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    CONNECTION,
    AUTHORIZATION,
    EXPECT,
    TE,
    TRAILER,
    UPGRADE,
];

/// Whether a request may be sent to this host.
pub(super) fn check(request: &Request<Vec<u8>>, host: &str) -> Result<(), RequestFault> {
    if *request.method() == Method::CONNECT {
        return Err(RequestFault::Method(Method::CONNECT));
    }
    let foreign = |found: &str| RequestFault::Host {
        expected: host.to_owned(),
        found: without_login(found).chars().take(200).collect(),
    };
    match request.uri().authority() {
        Some(authority) if !authority.as_str().eq_ignore_ascii_case(host) => return Err(foreign(authority.as_str())),
        None if request.uri().path_and_query().is_none() => return Err(foreign("")),
        _ => {}
    }
    match OWN.iter().find(|name| request.headers().contains_key(*name)) {
        Some(name) => Err(RequestFault::Header(name.as_str().to_owned())),
        None => Ok(()),
    }
}

/// `user:password@host` is the host to everybody who reads an error.
pub(super) fn without_login(authority: &str) -> &str {
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// The request target.
pub(super) fn target(request: &Request<Vec<u8>>) -> &str {
    request
        .uri()
        .path_and_query()
        .map_or("/", |target| match target.as_str() {
            "" => "/",
            target => target,
        })
}

/// The request as it goes over the wire.
pub(super) fn encode(request: &Request<Vec<u8>>, options: &Options, authorization: Option<&str>) -> Zeroizing<Vec<u8>> {
    let body = request.body();
    // Room for all of it, so that no piece of a secret stays behind in a buffer that was outgrown.
    let headers: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let room =
        256 + target(request).len() + options.host().len() + headers + authorization.map_or(0, str::len) + body.len();
    let mut out = Zeroizing::new(Vec::with_capacity(room));
    let mut put = |parts: &[&[u8]]| parts.iter().for_each(|part| out.extend_from_slice(part));
    put(&[
        request.method().as_str().as_bytes(),
        b" ",
        target(request).as_bytes(),
        b" HTTP/1.1\r\n",
    ]);
    put(&[b"host: ", options.host().as_bytes(), b"\r\n"]);
    for (name, value) in request.headers() {
        put(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"]);
    }
    if !request.headers().contains_key(ACCEPT_ENCODING) {
        put(&[b"accept-encoding: identity\r\n"]);
    }
    if let Some(authorization) = authorization {
        put(&[b"authorization: ", authorization.as_bytes(), b"\r\n"]);
    }
    if options.keep_alive.is_zero() {
        put(&[b"connection: close\r\n"]);
    }
    if !body.is_empty() || !request.method().is_safe() {
        put(&[b"content-length: ", body.len().to_string().as_bytes(), b"\r\n"]);
    }
    put(&[b"\r\n", body]);
    out
}
