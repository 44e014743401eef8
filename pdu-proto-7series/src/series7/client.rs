//! What a unit's pages are asked, and what they answer, one request each.

use core::convert::Infallible;
use std::collections::VecDeque;

use pdu_core::{Endpoint, Event, EventOf, Instant, Line, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport};

use super::Options;
use super::exchange;
use crate::Series7Error;
use crate::client::HttpSession;
use crate::config::{Backup, Plan};
use crate::history::Log;
use crate::http::Call;
use crate::live::Document;
use crate::wire::OutletAction;

/// What a unit is asked, or told: one exchange over HTTP each, by the profile.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Request {
    /// The live document, `data.xml`.
    Live,
    /// One of the eight actions on an outlet.
    Switch {
        /// Which outlet, from 1.
        outlet: u16,
        /// What to do.
        action: OutletAction,
    },
    /// Sets to zero what a circuit has counted: a line of a Wye unit, a pair of lines of a Delta unit.
    ResetCircuitEnergy {
        /// Which circuit.
        circuit: Line,
    },
    /// The configuration file.
    DownloadConfiguration,
    /// Gives the unit the file of a plan, which was made from its own.
    UploadConfiguration(Box<Plan>),
    /// The data log.
    Log,
}

/// What a unit answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reply {
    /// The live document.
    Live(Box<Document>),
    /// The unit took the command, or the file. Whether it happened, the next document shows.
    Accepted,
    /// The configuration file, and whose it is.
    Configuration(Box<Backup>),
    /// The data log.
    Log(Box<Log>),
}

/// A session with a unit's pages: typed requests and replies over any session of HTTP.
///
/// It repeats nothing by itself: what the session below repeats are reads.
///
/// The [`Device`](super::Device) above it speaks the vocabulary of all rack units and confirms what it commands; this one is for
/// what only this family has: whole documents, backups, the log.
#[derive(Debug)]
pub struct Client<S> {
    raw: S,
    options: Options,
    /// What was asked and is not answered, by the ticket that the raw session gave.
    asked: VecDeque<Asked>,
    /// What never left.
    refused: VecDeque<(Ticket, Series7Error)>,
    next_ticket: u64,
}

#[derive(Debug)]
struct Asked {
    ticket: Ticket,
    raw: Ticket,
    call: Call,
}

impl<S> Client<S> {
    /// The unit behind a session of HTTP.
    pub const fn new(raw: S, options: Options) -> Self {
        Self {
            raw,
            options,
            asked: VecDeque::new(),
            refused: VecDeque::new(),
            next_ticket: 0,
        }
    }

    /// The session of HTTP, for what it knows of the link.
    pub const fn raw(&self) -> &S {
        &self.raw
    }

    /// What it was made with.
    pub const fn options(&self) -> &Options {
        &self.options
    }

    const fn ticket(&mut self) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket = self.next_ticket.wrapping_add(1);
        ticket
    }
}

impl<S: HttpSession> Endpoint for Client<S> {
    fn transport(&self) -> Transport {
        self.raw.transport()
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.raw.handle_link(now, event);
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.raw.handle_input(now, bytes)
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.raw.handle_transmitted(now, len);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.raw.handle_timeout(now);
    }

    fn transmit(&self) -> &[u8] {
        self.raw.transmit()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.raw.poll_timeout()
    }

    fn link_demand(&self) -> LinkDemand {
        self.raw.link_demand()
    }
}

/// Requests of this kind that are refused before they leave, and whose end nobody took, at most.
const MAX_REFUSED: usize = 8;

impl<S: HttpSession> Session for Client<S> {
    type Request = Request;
    type Reply = Reply;
    type Notice = Infallible;
    type Error = Series7Error;

    fn submit(&mut self, now: Instant, request: Request) -> Result<Ticket, Refused<Request>> {
        let call = exchange::call(&request);
        match self.options.profile.http().request(&call) {
            Ok(encoded) => match self.raw.submit(now, encoded) {
                Ok(raw) => {
                    let ticket = self.ticket();
                    self.asked.push_back(Asked { ticket, raw, call });
                    Ok(ticket)
                }
                Err(Refused { kind, .. }) => Err(Refused { request, kind }),
            },
            Err(_) if self.refused.len() >= MAX_REFUSED => {
                let kind = pdu_core::ErrorKind::Busy;
                Err(Refused { request, kind })
            }
            Err(error) => {
                let ticket = self.ticket();
                self.refused.push_back((ticket, error.into()));
                Ok(ticket)
            }
        }
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        if let Some(asked) = self.asked.iter().find(|asked| asked.ticket == ticket) {
            self.raw.cancel(now, asked.raw);
        }
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        if let Some((ticket, error)) = self.refused.pop_front() {
            let result = Err(error);
            return Some(Event::Done { ticket, result });
        }
        loop {
            let (raw, result) = match self.raw.poll_event()? {
                Event::Done { ticket, result } => (ticket, result),
                Event::Notice(never) => match never {},
            };
            let Some(at) = self.asked.iter().position(|asked| asked.raw == raw) else {
                continue; // never: the raw session ends what it was asked, and nothing else
            };
            let Asked { ticket, call, .. } = self.asked.remove(at)?;
            let result = match result {
                Ok(response) => exchange::reply(&call, &response, &self.options),
                Err(error) => Err(error.into()),
            };
            return Some(Event::Done { ticket, result });
        }
    }
}
