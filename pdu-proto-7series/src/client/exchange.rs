//! One request that is on its way, and its answer as it comes.

use ::http::{Method, Request, Response, StatusCode};
use pdu_core::{Instant, Ticket, earliest};
use zeroize::{Zeroize as _, Zeroizing};

use crate::http::framing::{BodyReader, HeadReader, end_of_response, keeps_alive};
use crate::http::{Asked, FramingFault, Limits};

/// Interim answers before a final one, at most.
const MOST_INTERIM: u8 = 8;

/// A request in the table.
pub(super) struct Entry {
    pub(super) ticket: Ticket,
    pub(super) request: Kept,
    pub(super) asked: Asked,
    /// How often it was sent without an answer.
    pub(super) failures: u8,
    /// How many challenges were answered for it.
    pub(super) logins: u8,
}

/// A request whose body is wiped once it is no longer needed: a configuration has passwords in it.
pub(super) struct Kept(pub(super) Request<Vec<u8>>);

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.body_mut().zeroize();
    }
}

/// What is on the wire.
pub(super) struct Exchange {
    /// `None` once it was cancelled: its frame is finished and its answer dropped.
    pub(super) entry: Option<Entry>,
    output: Zeroizing<Vec<u8>>,
    sent: usize,
    answer: Answer,
    /// When it counts as lost if nothing more of it leaves.
    leaves_until: Option<Instant>,
    /// When it counts as lost if nothing more comes.
    quiet_until: Option<Instant>,
    /// When it counts as lost whatever comes.
    whole_until: Option<Instant>,
}

impl Exchange {
    pub(super) fn new(entry: Entry, output: Zeroizing<Vec<u8>>, leaves_until: Instant) -> Self {
        let method = entry.asked.method.clone();
        Self {
            entry: Some(entry),
            output,
            sent: 0,
            answer: Answer::new(method),
            leaves_until: Some(leaves_until),
            quiet_until: None,
            whole_until: None,
        }
    }

    pub(super) fn rest(&self) -> &[u8] {
        self.output.get(self.sent..).unwrap_or_default()
    }

    pub(super) const fn has_begun(&self) -> bool {
        self.sent > 0
    }

    pub(super) fn has_left(&self) -> bool {
        self.has_begun() && self.rest().is_empty()
    }

    /// So many octets have left, and until then more must. True if those were the last.
    pub(super) fn left(&mut self, len: usize, until: Instant) -> bool {
        let rest = self.rest().len();
        self.sent += len.min(rest);
        let is_last = rest > 0 && len >= rest;
        if len > 0 {
            self.leaves_until = (!self.rest().is_empty()).then_some(until);
        }
        if is_last {
            self.output.as_mut_slice().zeroize();
        }
        is_last
    }

    pub(super) fn wait(&mut self, quiet_until: Instant, whole_until: Instant) {
        self.quiet_until = Some(quiet_until);
        self.whole_until.get_or_insert(whole_until);
    }

    pub(super) const fn is_waiting(&self) -> bool {
        self.quiet_until.is_some()
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        earliest(self.leaves_until, earliest(self.quiet_until, self.whole_until))
    }

    pub(super) fn feed(&mut self, bytes: &[u8], limits: &Limits) -> Result<(usize, Option<Whole>), FramingFault> {
        self.answer.feed(bytes, limits)
    }

    pub(super) fn end(&mut self) -> Ended {
        self.answer.end()
    }
}

/// A whole answer.
pub(super) struct Whole {
    pub(super) response: Response<Vec<u8>>,
    /// Whether the connection may be used again.
    pub(super) keeps_alive: bool,
}

/// What the end of a connection means to an answer.
pub(super) enum Ended {
    /// That is how it ends.
    Whole(Whole),
    /// Nothing of it had come.
    Unbegun,
    /// It is cut off.
    Cut,
}

/// An answer as it comes.
struct Answer {
    method: Method,
    interim: u8,
    has_begun: bool,
    part: Part,
}

enum Part {
    Head(HeadReader),
    Body { head: Response<()>, body: BodyReader },
}

impl Answer {
    const fn new(method: Method) -> Self {
        Self {
            method,
            interim: 0,
            has_begun: false,
            part: Part::Head(HeadReader::response()),
        }
    }

    fn feed(&mut self, bytes: &[u8], limits: &Limits) -> Result<(usize, Option<Whole>), FramingFault> {
        self.has_begun |= !bytes.is_empty();
        let mut taken = 0;
        loop {
            let rest = bytes.get(taken..).unwrap_or_default();
            match &mut self.part {
                Part::Head(head) => {
                    let (len, is_whole) = head.feed(rest, limits)?;
                    taken += len;
                    if !is_whole {
                        return Ok((taken, None));
                    }
                    let head = head.parse_response(limits)?;
                    self.after_head(head, limits)?;
                }
                Part::Body { body, .. } => {
                    taken += body.feed(rest)?;
                    let whole = if body.is_whole() { self.take_whole() } else { None };
                    return Ok((taken, whole));
                }
            }
        }
    }

    fn after_head(&mut self, head: Response<()>, limits: &Limits) -> Result<(), FramingFault> {
        let status = head.status();
        self.part = if status.is_informational() {
            self.interim += 1;
            if status == StatusCode::SWITCHING_PROTOCOLS || self.interim > MOST_INTERIM {
                return Err(FramingFault::Interim);
            }
            Part::Head(HeadReader::response())
        } else {
            let body = BodyReader::new(end_of_response(&self.method, &head)?, limits)?;
            Part::Body { head, body }
        };
        Ok(())
    }

    fn take_whole(&mut self) -> Option<Whole> {
        let part = core::mem::replace(&mut self.part, Part::Head(HeadReader::response()));
        let Part::Body { head, body } = part else { return None };
        Some(Whole {
            keeps_alive: keeps_alive(head.version(), head.headers()),
            response: head.map(|()| body.into_bytes()),
        })
    }

    fn end(&mut self) -> Ended {
        if !self.has_begun {
            return Ended::Unbegun;
        }
        let ends_here = match &mut self.part {
            Part::Head(_) => false,
            Part::Body { body, .. } => body.end().is_ok(),
        };
        match self.take_whole().filter(|_| ends_here) {
            Some(whole) => Ended::Whole(Whole {
                keeps_alive: false,
                ..whole
            }),
            None => Ended::Cut,
        }
    }
}
