//! Commands in the vocabulary of [`pdu_core`], made of the unit's pages.

use pdu_core::{
    Answer, Command, DeviceError, Event, EventOf, Instant, Jobs, LinkEvent, NextStep, Refused, Session, Ticket, Update,
};

use super::Options;
use super::client::{Client, Reply};
use super::job::{self, Job};
use super::unit::Unit;
use crate::Series7Error;
use crate::client::HttpSession;

/// Commands that a [`Device`] holds at most.
const CAPACITY: usize = 8;

/// One unit of the 7-series over HTTP: a [`DeviceSession`](pdu_core::DeviceSession), so that a program can hold it beside devices
/// of other protocols.
///
/// Up to 8 commands wait for their end; they are carried out one after the other, in the order in which they came. The
/// [module](super) says which requests each of them takes, and what its answer means.
#[derive(Debug)]
pub struct Device<S> {
    client: Client<S>,
    unit: Unit,
    jobs: Jobs<Job>,
}

impl<S: HttpSession> Device<S> {
    /// The unit behind a session of HTTP.
    pub fn new(raw: S, options: Options) -> Self {
        Self::over(Client::new(raw, options))
    }

    /// The unit behind a client.
    pub fn over(client: Client<S>) -> Self {
        Self {
            client,
            unit: Unit::default(),
            jobs: Jobs::new(CAPACITY),
        }
    }

    /// The client, for what it knows of the link.
    pub const fn client(&self) -> &Client<S> {
        &self.client
    }

    fn note_link(&mut self, _: LinkEvent) {
        self.unit.note_link();
    }

    /// Takes what the client has ended and gives it what is to be asked, until neither moves. Says whether anything did.
    ///
    /// One event at a time: so what is sent next does not depend on how many answers came in one piece of input.
    fn pump(&mut self, now: Instant) -> bool {
        let mut moved = false;
        loop {
            while self.send_next(now) {
                moved = true;
            }
            match self.client.poll_event() {
                Some(Event::Done { ticket, result }) => self.advance(ticket, result),
                Some(Event::Notice(never)) => match never {},
                None => return moved,
            }
            moved = true;
        }
    }

    fn advance(&mut self, raw: Ticket, result: Result<Reply, Series7Error>) {
        let (unit, options) = (&mut self.unit, self.client.options());
        self.jobs.advance(raw, |job| match result {
            Ok(reply) => job.answered(reply, unit, options),
            Err(error) => job.failed(error),
        });
    }

    /// Gives the client the next request of the first command; whether there was one, and room for it.
    fn send_next(&mut self, now: Instant) -> bool {
        let begin = |command| job::begun(command, &self.unit);
        let submit = |job: &Job| self.client.submit(now, job.request());
        self.jobs.send_next(begin, submit)
    }
}

pdu_core::endpoint_over!([S: HttpSession] Device<S>, client, note_link);

impl<S: HttpSession> Session for Device<S> {
    type Request = Command;
    type Reply = Answer;
    type Notice = Update;
    type Error = DeviceError;

    fn submit(&mut self, now: Instant, request: Command) -> Result<Ticket, Refused<Command>> {
        let ticket = self.jobs.submit(request, |command| match command {
            Command::Capabilities => NextStep::Done(Ok(Answer::Capabilities(self.client.options().capabilities()))),
            command => NextStep::Ask(command),
        })?;
        self.pump(now);
        Ok(ticket)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        if let Some(raw) = self.jobs.cancel(ticket) {
            self.client.cancel(now, raw);
        }
        self.pump(now);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        let changed = || self.unit.next_changed().map(Update::Outlet).map(Event::Notice);
        self.jobs.poll_event().or_else(changed)
    }
}
