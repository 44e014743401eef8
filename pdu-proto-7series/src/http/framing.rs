//! Where a message of HTTP/1.1 begins and ends (RFC 9112), for client and server.
//!
//! Strict where two readers could see two different messages: both a length and a transfer coding, several lengths, codings
//! other than chunked, line ends within chunks are refused, not repaired.

use ::http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version};

use super::{FramingFault, Limits};

/// Octets of a chunk's extension, which nobody reads.
const EXTENSION: u16 = 256;
/// Octets of all trailers, which nobody reads.
const TRAILERS: u16 = 4096;

/// Collects a head, up to and with its empty line.
pub(crate) struct HeadReader {
    bytes: Vec<u8>,
    /// What every head of this kind begins with.
    prefix: &'static [u8],
    /// Octets of empty lines before the head (RFC 9112, 2.2), so that they are not without end either.
    skipped: usize,
    line_is_empty: bool,
}

impl HeadReader {
    /// For the head of a response.
    pub(crate) const fn response() -> Self {
        Self::begin(b"HTTP/1.")
    }

    /// For the head of a request.
    pub(crate) const fn request() -> Self {
        Self::begin(b"")
    }

    const fn begin(prefix: &'static [u8]) -> Self {
        Self {
            bytes: Vec::new(),
            prefix,
            skipped: 0,
            line_is_empty: true,
        }
    }

    /// Whether something of the head is here.
    pub(crate) const fn has_begun(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// Takes octets, and says how many, and whether the head is whole.
    pub(crate) fn feed(&mut self, bytes: &[u8], limits: &Limits) -> Result<(usize, bool), FramingFault> {
        for (at, &octet) in bytes.iter().enumerate() {
            if self.bytes.len() + self.skipped >= limits.head {
                return Err(FramingFault::HeadTooLong { limit: limits.head });
            }
            if self.push(octet)? {
                return Ok((at + 1, true));
            }
        }
        Ok((bytes.len(), false))
    }

    /// Whether this octet ends the head.
    fn push(&mut self, octet: u8) -> Result<bool, FramingFault> {
        if self.bytes.is_empty() && matches!(octet, b'\r' | b'\n') {
            self.skipped += 1;
            return Ok(false);
        }
        if !self.may_begin_with(octet) {
            return Err(FramingFault::NotHttp);
        }
        self.bytes.push(octet);
        match octet {
            b'\n' if self.line_is_empty => return Ok(true),
            b'\n' => self.line_is_empty = true,
            b'\r' => {}
            _ => self.line_is_empty = false,
        }
        Ok(false)
    }

    /// Whether a head may have this octet next: told at once, so that who speaks something else (TLS, a login prompt) need not
    /// wait for an answer to half a head.
    fn may_begin_with(&self, octet: u8) -> bool {
        match self.prefix.get(self.bytes.len()) {
            Some(&wanted) => wanted == octet,
            // A method, of those that anybody uses.
            None if self.bytes.is_empty() => octet.is_ascii_uppercase(),
            None => true,
        }
    }

    /// The head as that of a response.
    pub(crate) fn parse_response(&self, limits: &Limits) -> Result<Response<()>, FramingFault> {
        let mut headers = vec![httparse::EMPTY_HEADER; limits.headers];
        let mut head = httparse::Response::new(&mut headers);
        complete(head.parse(&self.bytes), limits)?;
        let mut response = Response::new(());
        *response.version_mut() = version(head.version);
        *response.status_mut() = head
            .code
            .and_then(|code| StatusCode::from_u16(code).ok())
            .ok_or(FramingFault::Head("status"))?;
        *response.headers_mut() = header_map(head.headers)?;
        Ok(response)
    }

    /// The head as that of a request.
    pub(crate) fn parse_request(&self, limits: &Limits) -> Result<Request<()>, FramingFault> {
        let mut headers = vec![httparse::EMPTY_HEADER; limits.headers];
        let mut head = httparse::Request::new(&mut headers);
        complete(head.parse(&self.bytes), limits)?;
        let mut request = Request::new(());
        *request.version_mut() = version(head.version);
        *request.method_mut() = head
            .method
            .and_then(|method| Method::from_bytes(method.as_bytes()).ok())
            .ok_or(FramingFault::Head("method"))?;
        *request.uri_mut() = head
            .path
            .and_then(|path| path.parse::<Uri>().ok())
            .ok_or(FramingFault::Target)?;
        *request.headers_mut() = header_map(head.headers)?;
        Ok(request)
    }
}

fn complete(parsed: Result<httparse::Status<usize>, httparse::Error>, limits: &Limits) -> Result<(), FramingFault> {
    match parsed {
        Ok(httparse::Status::Complete(_)) => Ok(()),
        Ok(httparse::Status::Partial) => Err(FramingFault::Head("end")),
        Err(httparse::Error::TooManyHeaders) => Err(FramingFault::TooManyHeaders { limit: limits.headers }),
        Err(httparse::Error::HeaderName) => Err(FramingFault::Head("header name")),
        Err(httparse::Error::HeaderValue) => Err(FramingFault::Head("header value")),
        Err(httparse::Error::NewLine) => Err(FramingFault::Head("line end")),
        Err(httparse::Error::Status) => Err(FramingFault::Head("status")),
        Err(httparse::Error::Token) => Err(FramingFault::Head("token")),
        Err(httparse::Error::Version) => Err(FramingFault::NotHttp),
    }
}

const fn version(minor: Option<u8>) -> Version {
    match minor {
        Some(0) => Version::HTTP_10,
        _ => Version::HTTP_11,
    }
}

fn header_map(headers: &[httparse::Header<'_>]) -> Result<HeaderMap, FramingFault> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for header in headers {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| FramingFault::Head("header name"))?;
        let value = HeaderValue::from_bytes(header.value).map_err(|_| FramingFault::Head("header value"))?;
        map.append(name, value);
    }
    Ok(map)
}

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyEnd {
    /// By its length.
    Length(u64),
    /// By its last chunk.
    Chunked,
    /// By the end of the connection.
    Close,
}

/// How the body of the response to a request of this method ends. Source: RFC 9112, 6.3.
pub(crate) fn end_of_response(method: &Method, head: &Response<()>) -> Result<BodyEnd, FramingFault> {
    let status = head.status();
    let told = told_end(head.version(), head.headers())?;
    let is_bare = *method == Method::HEAD
        || status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    Ok(if is_bare {
        BodyEnd::Length(0)
    } else {
        told.unwrap_or(BodyEnd::Close)
    })
}

/// How the body of a request ends. Source: RFC 9112, 6.3.
pub(crate) fn end_of_request(head: &Request<()>) -> Result<BodyEnd, FramingFault> {
    Ok(told_end(head.version(), head.headers())?.unwrap_or(BodyEnd::Length(0)))
}

fn told_end(version: Version, headers: &HeaderMap) -> Result<Option<BodyEnd>, FramingFault> {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (lengths.next(), lengths.next(), codings.next(), codings.next()) {
        (None, _, None, _) => Ok(None),
        (Some(_), _, Some(_), _) => Err(FramingFault::LengthAndCoding),
        (Some(_), Some(_), ..) => Err(FramingFault::SeveralLengths),
        (Some(length), None, ..) => parse_length(length.as_bytes()).map(|length| Some(BodyEnd::Length(length))),
        (None, _, Some(coding), None)
            if version == Version::HTTP_11 && coding.as_bytes().eq_ignore_ascii_case(b"chunked") =>
        {
            Ok(Some(BodyEnd::Chunked))
        }
        (None, _, Some(_), _) => Err(FramingFault::Coding),
    }
}

/// Digits and nothing else: no sign, no list, no blank.
fn parse_length(text: &[u8]) -> Result<u64, FramingFault> {
    if text.contains(&b',') {
        return Err(FramingFault::SeveralLengths);
    }
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let number = core::str::from_utf8(text).ok().filter(|_| is_number);
    number.and_then(|text| text.parse().ok()).ok_or(FramingFault::Length)
}

/// Whether the connection stays open after a message with this head. Source: RFC 9112, 9.3.
pub(crate) fn keeps_alive(version: Version, headers: &HeaderMap) -> bool {
    let says = |wanted: &str| {
        headers
            .get_all(CONNECTION)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|option| option.trim().eq_ignore_ascii_case(wanted))
    };
    !says("close") && (version == Version::HTTP_11 || says("keep-alive"))
}

/// Collects a body.
pub(crate) struct BodyReader {
    bytes: Vec<u8>,
    limit: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// So many octets of a body of known length are still to come.
    Rest(u64),
    UntilClose,
    Chunk(Chunk),
    Whole,
}

/// Where in a chunked body the next octet stands. Source: RFC 9112, 7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunk {
    Size { size: u64, digits: u8 },
    Extension { size: u64, len: u16 },
    SizeLf { size: u64 },
    Data { rest: u64 },
    DataCr,
    DataLf,
    Trailer { in_line: bool, len: u16 },
    TrailerLf { in_line: bool, len: u16 },
}

impl BodyReader {
    pub(crate) fn new(end: BodyEnd, limits: &Limits) -> Result<Self, FramingFault> {
        let limit = limits.body;
        let mut bytes = Vec::new();
        let state = match end {
            BodyEnd::Length(0) => State::Whole,
            BodyEnd::Length(length) => {
                let expected = usize::try_from(length).ok().filter(|&expected| expected <= limit);
                // Bounded by the limit; more than a first piece is only reserved once it comes.
                bytes.reserve_exact(expected.ok_or(FramingFault::BodyTooLong { limit })?.min(64 * 1024));
                State::Rest(length)
            }
            BodyEnd::Chunked => State::Chunk(Chunk::Size { size: 0, digits: 0 }),
            BodyEnd::Close => State::UntilClose,
        };
        Ok(Self { bytes, limit, state })
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.state == State::Whole
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The connection has ended: whether that is how this body ends.
    pub(crate) fn end(&mut self) -> Result<(), FramingFault> {
        match self.state {
            State::UntilClose | State::Whole => {
                self.state = State::Whole;
                Ok(())
            }
            State::Rest(_) | State::Chunk(_) => Err(FramingFault::Cut),
        }
    }

    /// Takes octets, and says how many: less than all once the body is whole.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<usize, FramingFault> {
        let mut taken = 0;
        while !self.is_whole()
            && let Some(rest) = bytes.get(taken..).filter(|rest| !rest.is_empty())
        {
            taken += self.take(rest)?;
        }
        Ok(taken)
    }

    /// Takes at least one octet.
    fn take(&mut self, bytes: &[u8]) -> Result<usize, FramingFault> {
        match self.state {
            State::Whole => Ok(0),
            State::UntilClose => self.keep(bytes),
            State::Rest(rest) => {
                let taken = self.keep(at_most(bytes, rest))?;
                self.state = match rest.saturating_sub(taken as u64) {
                    0 => State::Whole,
                    rest => State::Rest(rest),
                };
                Ok(taken)
            }
            State::Chunk(Chunk::Data { rest }) => {
                let taken = self.keep(at_most(bytes, rest))?;
                self.state = State::Chunk(match rest.saturating_sub(taken as u64) {
                    0 => Chunk::DataCr,
                    rest => Chunk::Data { rest },
                });
                Ok(taken)
            }
            State::Chunk(chunk) => {
                let octet = bytes.first().copied().unwrap_or_default();
                self.state = chunk.after(octet)?.map_or(State::Whole, State::Chunk);
                self.refuse_too_long()?;
                Ok(1)
            }
        }
    }

    /// A chunk that is too long is refused when it is announced.
    fn refuse_too_long(&self) -> Result<(), FramingFault> {
        let announced = match self.state {
            State::Chunk(Chunk::Data { rest }) => rest,
            _ => 0,
        };
        let limit = self.limit;
        if announced > limit.saturating_sub(self.bytes.len()) as u64 {
            return Err(FramingFault::BodyTooLong { limit });
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<usize, FramingFault> {
        let limit = self.limit;
        if bytes.len() > limit.saturating_sub(self.bytes.len()) {
            return Err(FramingFault::BodyTooLong { limit });
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}

fn at_most(bytes: &[u8], len: u64) -> &[u8] {
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    bytes.get(..len).unwrap_or(bytes)
}

impl Chunk {
    /// Where the octet behind this one stands; `None` behind the last one of the body.
    fn after(self, octet: u8) -> Result<Option<Self>, FramingFault> {
        let next = match (self, octet) {
            (Self::Size { size, digits }, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                let digit = char::from(octet).to_digit(16).unwrap_or_default();
                // 15 digits: any size that is no mistake, and no overflow.
                let digits = digits.checked_add(1).filter(|&digits| digits <= 15);
                Self::Size {
                    size: size << 4 | u64::from(digit),
                    digits: digits.ok_or(FramingFault::Chunk)?,
                }
            }
            (Self::Size { size, digits: 1.. }, b';' | b' ' | b'\t') => Self::Extension { size, len: 0 },
            (Self::Size { size, digits: 1.. } | Self::Extension { size, .. }, b'\r') => Self::SizeLf { size },
            (Self::Extension { size, len }, octet) if len < EXTENSION && octet != b'\n' => {
                Self::Extension { size, len: len + 1 }
            }
            (Self::SizeLf { size: 0 }, b'\n') => Self::Trailer { in_line: false, len: 0 },
            (Self::SizeLf { size }, b'\n') => Self::Data { rest: size },
            (Self::DataCr, b'\r') => Self::DataLf,
            (Self::DataLf, b'\n') => Self::Size { size: 0, digits: 0 },
            (Self::Trailer { in_line, len }, b'\r') => Self::TrailerLf { in_line, len: len + 2 },
            (Self::Trailer { len, .. }, octet) if len < TRAILERS && octet != b'\n' => Self::Trailer {
                in_line: true,
                len: len + 1,
            },
            (Self::TrailerLf { in_line: true, len }, b'\n') => Self::Trailer { in_line: false, len },
            (Self::TrailerLf { in_line: false, .. }, b'\n') => return Ok(None),
            _ => return Err(FramingFault::Chunk),
        };
        Ok(Some(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunked(bytes: &[u8]) -> Result<(Vec<u8>, usize, bool), FramingFault> {
        let mut body = BodyReader::new(BodyEnd::Chunked, &Limits::default())?;
        let taken = body.feed(bytes)?;
        let whole = body.is_whole();
        Ok((body.into_bytes(), taken, whole))
    }

    #[test]
    fn chunks_are_joined_and_extensions_and_trailers_dropped() {
        let wire = b"4\r\nWiki\r\n6;name=\"x\"\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\nExpires: never\r\n\r\nGET";
        let (body, taken, whole) = chunked(wire).unwrap();
        assert_eq!(body, b"Wikipedia in \r\n\r\nchunks.");
        assert!(whole);
        assert_eq!(taken, wire.len() - 3);
    }

    #[test]
    fn chunks_that_two_readers_could_read_differently_are_refused() {
        for wire in [
            &b"4\nWiki\r\n"[..],
            b"+4\r\nWiki\r\n",
            b"0x4\r\nWiki\r\n",
            b"\r\nWiki\r\n",
            b"4\r\nWikip\r\n",
            b"4;x\nWiki\r\n",
            b"4\r\nWiki\n",
            b"0\r\n\n",
            b"0\r\nTrailer: x\n\r\n",
            b"1234567890abcdef1\r\n",
            b"-1\r\n",
        ] {
            assert_eq!(chunked(wire), Err(FramingFault::Chunk), "{}", wire.escape_ascii());
        }
    }

    #[test]
    fn chunk_beyond_the_limit_is_refused_when_it_is_announced() {
        let limits = Limits {
            body: 10,
            ..Limits::default()
        };
        let mut body = BodyReader::new(BodyEnd::Chunked, &limits).unwrap();
        assert_eq!(body.feed(b"9\r\n123456789\r\n"), Ok(14));
        assert_eq!(body.feed(b"2\r\n"), Err(FramingFault::BodyTooLong { limit: 10 }));
    }

    #[test]
    fn lengths_are_digits_and_nothing_else() {
        assert_eq!(parse_length(b"0042"), Ok(42));
        for text in [
            &b""[..],
            b"+1",
            b"-1",
            b"1 ",
            b"0x1",
            b"1_0",
            b"99999999999999999999999",
        ] {
            assert_eq!(parse_length(text), Err(FramingFault::Length), "{}", text.escape_ascii());
        }
        assert_eq!(parse_length(b"5, 5"), Err(FramingFault::SeveralLengths));
    }

    #[test]
    fn head_ends_at_its_empty_line_and_nowhere_else() {
        let mut head = HeadReader::response();
        let wire = b"\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nbody";
        assert_eq!(head.feed(wire, &Limits::default()), Ok((wire.len() - 4, true)));
        let parsed = head.parse_response(&Limits::default()).unwrap();
        assert_eq!(parsed.headers()["a"], "b");
    }
}
