//! One connection: requests as they come, answers as they leave.

use core::fmt;

use ::http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HOST, SERVER, TRANSFER_ENCODING};
use ::http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use pdu_core::{Connection as _, Instant, LinkDemand};

use super::{Options, Service};
use crate::http::FramingFault;
use crate::http::framing::{BodyEnd, BodyReader, HeadReader, end_of_request, keeps_alive};

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

pub(super) struct Connection {
    part: Part,
    output: Vec<u8>,
    sent: usize,
    deadline: Option<Instant>,
}

/// Without what came and what leaves, where secrets may stand.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("waiting", &self.output().len())
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

enum Part {
    Head(HeadReader),
    Body(Box<(Request<()>, BodyReader)>),
    /// Nothing more is read: what waits is sent, then the connection is closed.
    Ending,
    /// What waits was not taken in time.
    GivenUp,
}

/// How many octets were read, and the request that they completed.
type Read = (usize, Option<Request<Vec<u8>>>);

/// What came of some input.
pub(super) struct Taken {
    pub(super) len: usize,
    pub(super) served: u64,
    pub(super) rejected: u64,
}

impl Connection {
    pub(super) fn open(now: Instant, options: &Options) -> Self {
        Self {
            part: Part::Head(HeadReader::request()),
            output: Vec::new(),
            sent: 0,
            deadline: Some(now + options.idle_timeout),
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.deadline.take_if(|at| *at <= now).is_some() {
            self.part = if self.output().is_empty() {
                Part::Ending
            } else {
                Part::GivenUp
            };
        }
    }

    pub(super) fn handle_transmitted(&mut self, now: Instant, options: &Options, len: usize) {
        self.sent += len.min(self.output().len());
        if !self.output().is_empty() {
            // Who reads an answer may take as long as that takes; a request's own time goes on.
            if len > 0 && !matches!(self.part, Part::Body(_)) {
                self.deadline = Some(now + options.idle_timeout);
            }
            return;
        }
        self.output = Vec::new(); // an answer may be a whole configuration: not kept for the next one
        self.sent = 0;
        if let Part::Head(head) = &self.part
            && !head.has_begun()
        {
            self.deadline = Some(now + options.idle_timeout);
        }
    }

    /// Takes input up to the end of the first request while no answer waits to be sent: who does not read its answers is
    /// read no further.
    pub(super) fn handle_input<S: Service>(
        &mut self,
        service: &mut S,
        now: Instant,
        options: &Options,
        bytes: &[u8],
    ) -> Taken {
        let mut taken = Taken {
            len: 0,
            served: 0,
            rejected: 0,
        };
        while let Some(rest) = bytes.get(taken.len..).filter(|rest| !rest.is_empty())
            && self.may_read()
        {
            let read = match self.read(now, options, rest) {
                Ok((len, request)) => {
                    taken.len += len;
                    request
                }
                Err(fault) => {
                    taken.len = bytes.len();
                    taken.rejected += 1;
                    self.deadline = Some(now + options.idle_timeout);
                    self.reject(&fault, options);
                    None
                }
            };
            if let Some(request) = read {
                taken.served += 1;
                self.answer(service, now, options, &request);
            }
        }
        if matches!(self.part, Part::Ending | Part::GivenUp) {
            taken.len = bytes.len(); // what comes behind the last request is nobody's
        }
        taken
    }

    /// The body of a request is read although its `100 Continue` still waits.
    fn may_read(&self) -> bool {
        match self.part {
            Part::Head(_) => self.output().is_empty(),
            Part::Body(_) => true,
            Part::Ending | Part::GivenUp => false,
        }
    }

    fn read(&mut self, now: Instant, options: &Options, bytes: &[u8]) -> Result<Read, FramingFault> {
        match &mut self.part {
            Part::Head(head) => {
                let had_begun = head.has_begun();
                let (len, is_whole) = head.feed(bytes, &options.limits)?;
                if !had_begun && head.has_begun() {
                    self.deadline = Some(now + options.request_timeout);
                }
                if !is_whole {
                    return Ok((len, None));
                }
                let head = head.parse_request(&options.limits)?;
                self.after_head(head, options)?;
                Ok((len, self.take_whole(now, options)))
            }
            Part::Body(parts) => {
                let len = parts.1.feed(bytes)?;
                Ok((len, self.take_whole(now, options)))
            }
            Part::Ending | Part::GivenUp => Ok((bytes.len(), None)),
        }
    }

    fn after_head(&mut self, head: Request<()>, options: &Options) -> Result<(), FramingFault> {
        check_host(&head)?;
        let end = end_of_request(&head)?;
        let body = BodyReader::new(end, &options.limits)?;
        if end != BodyEnd::Length(0) && expects_continue(&head) {
            self.output.extend_from_slice(CONTINUE);
        }
        self.part = Part::Body(Box::new((head, body)));
        Ok(())
    }

    fn take_whole(&mut self, now: Instant, options: &Options) -> Option<Request<Vec<u8>>> {
        if !matches!(&self.part, Part::Body(parts) if parts.1.is_whole()) {
            return None;
        }
        self.deadline = Some(now + options.idle_timeout);
        match core::mem::replace(&mut self.part, Part::Head(HeadReader::request())) {
            Part::Body(parts) => {
                let (head, body) = *parts;
                Some(head.map(|()| body.into_bytes()))
            }
            Part::Head(_) | Part::Ending | Part::GivenUp => None,
        }
    }

    fn answer<S: Service>(&mut self, service: &mut S, now: Instant, options: &Options, request: &Request<Vec<u8>>) {
        let response = service.serve(now, request);
        let fate = if keeps_alive(request.version(), request.headers()) {
            Fate::KeepAlive
        } else {
            Fate::Close
        };
        self.push(&response, request.method(), fate, options);
    }

    /// Answers what is no request, and reads no further: where the next one begins is not known.
    fn reject(&mut self, fault: &FramingFault, options: &Options) {
        let mut response = Response::new(format!("{fault}\n").into_bytes());
        *response.status_mut() = status_of(fault);
        self.push(&response, &Method::GET, Fate::Close, options);
    }

    fn push(&mut self, response: &Response<Vec<u8>>, method: &Method, fate: Fate, options: &Options) {
        let status = response.status();
        let reason = status.canonical_reason().unwrap_or_default();
        let mut put = |parts: &[&[u8]]| parts.iter().for_each(|part| self.output.extend_from_slice(part));
        put(&[
            b"HTTP/1.1 ",
            status.as_str().as_bytes(),
            b" ",
            reason.as_bytes(),
            b"\r\n",
        ]);
        if !options.name.is_empty() && !response.headers().contains_key(SERVER) {
            put(&[b"server: ", options.name.as_bytes(), b"\r\n"]);
        }
        for (name, value) in response.headers() {
            if ![CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION].contains(name) {
                put(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"]);
            }
        }
        let has_body = status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED;
        if has_body {
            put(&[
                b"content-length: ",
                response.body().len().to_string().as_bytes(),
                b"\r\n",
            ]);
        }
        put(&[b"connection: ", fate.as_str().as_bytes(), b"\r\n\r\n"]);
        if has_body && *method != Method::HEAD {
            put(&[response.body()]);
        }
        if fate == Fate::Close {
            self.part = Part::Ending;
        }
    }
}

impl pdu_core::Connection for Connection {
    fn output(&self) -> &[u8] {
        self.output.get(self.sent..).unwrap_or_default()
    }

    fn link_demand(&self) -> LinkDemand {
        match self.part {
            Part::Ending => LinkDemand::Close,
            Part::GivenUp => LinkDemand::Reset,
            Part::Head(_) | Part::Body(_) => LinkDemand::Open,
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }
}

/// What becomes of a connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    KeepAlive,
    Close,
}

impl Fate {
    const fn as_str(self) -> &'static str {
        match self {
            Self::KeepAlive => "keep-alive",
            Self::Close => "close",
        }
    }
}

/// Exactly one host in HTTP/1.1, at most one before. Source: RFC 9112, 3.2.
fn check_host(head: &Request<()>) -> Result<(), FramingFault> {
    let hosts = head.headers().get_all(HOST).iter().count();
    let fewest = usize::from(head.version() == Version::HTTP_11);
    if (fewest..=1).contains(&hosts) {
        Ok(())
    } else {
        Err(FramingFault::Host)
    }
}

fn expects_continue(head: &Request<()>) -> bool {
    let expectation = head.headers().get(EXPECT).map(HeaderValue::as_bytes);
    head.version() == Version::HTTP_11 && expectation.is_some_and(|value| value.eq_ignore_ascii_case(b"100-continue"))
}

const fn status_of(fault: &FramingFault) -> StatusCode {
    match fault {
        FramingFault::HeadTooLong { .. } | FramingFault::TooManyHeaders { .. } => {
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
        }
        FramingFault::BodyTooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        FramingFault::Coding => StatusCode::NOT_IMPLEMENTED,
        _ => StatusCode::BAD_REQUEST,
    }
}
