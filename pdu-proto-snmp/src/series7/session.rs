//! Commands in the vocabulary of [`pdu_core`], made of SNMP requests.

use pdu_core::{
    Answer, Command, DeviceError, Event, EventOf, Instant, Jobs, LinkEvent, NextStep, Refused, Session, Ticket, Update,
};

use super::job::{self, Job};
use super::unit::Unit;
use super::{CAPABILITIES, Layout, Options};
use crate::SnmpError;
use crate::client::{Reply, SnmpSession};

/// Commands that a [`Device`] holds at most.
const CAPACITY: usize = 8;

/// One unit of the 7-series on a raw session of its own: a [`DeviceSession`](pdu_core::DeviceSession), so that a program can
/// hold it beside devices of other protocols.
///
/// Up to 8 commands wait for their end; they are carried out one after the other, in the order in which they came. The
/// [module](super) says which requests each of them takes, and what its answer means.
#[derive(Debug)]
pub struct Device<S> {
    raw: S,
    options: Options,
    unit: Unit,
    jobs: Jobs<Job>,
}

impl<S> Device<S> {
    /// The unit behind a raw session.
    pub fn new(raw: S, options: Options) -> Self {
        Self {
            raw,
            options,
            unit: Unit::default(),
            jobs: Jobs::new(CAPACITY),
        }
    }

    /// The raw session, for what it knows of the link.
    pub const fn raw(&self) -> &S {
        &self.raw
    }

    /// What the unit has, as it last told; empty before the first command that asks. With this, the places of
    /// [traps](super::traps::TrapAlarm::point_in) are known.
    pub const fn layout(&self) -> &Layout {
        self.unit.layout()
    }

    fn advance(&mut self, raw: Ticket, result: Result<Reply, SnmpError>) {
        let (unit, options) = (&mut self.unit, &self.options);
        self.jobs.advance(raw, |job| match result {
            Ok(reply) => job.answered(&reply, unit, options),
            Err(error) => job.failed(error, unit, options),
        });
    }
}

impl<S: SnmpSession> Device<S> {
    fn note_link(&mut self, _: LinkEvent) {
        self.unit.note_link();
    }

    /// Takes what the raw session has ended and gives it what is to be sent, until neither moves. Says whether anything did.
    ///
    /// One event at a time: so what is sent next does not depend on how many answers came in one piece of input.
    fn pump(&mut self, now: Instant) -> bool {
        let mut moved = false;
        loop {
            while self.send_next(now) {
                moved = true;
            }
            match self.raw.poll_event() {
                Some(Event::Done { ticket, result }) => self.advance(ticket, result),
                Some(Event::Notice(never)) => match never {},
                None => return moved,
            }
            moved = true;
        }
    }

    /// Gives the raw session the next request of the first command; whether there was one, and room for it.
    fn send_next(&mut self, now: Instant) -> bool {
        let (unit, options) = (&self.unit, &self.options);
        let begin = |command| job::begun(command, unit, options);
        let submit = |job: &Job| self.raw.submit(now, job.request(options));
        self.jobs.send_next(begin, submit)
    }
}

pdu_core::endpoint_over!([S: SnmpSession] Device<S>, raw, note_link);

impl<S: SnmpSession> Session for Device<S> {
    type Request = Command;
    type Reply = Answer;
    type Notice = Update;
    type Error = DeviceError;

    fn submit(&mut self, now: Instant, request: Command) -> Result<Ticket, Refused<Command>> {
        let ticket = self.jobs.submit(request, |command| match command {
            Command::Capabilities => NextStep::Done(Ok(Answer::Capabilities(CAPABILITIES))),
            command => NextStep::Ask(command),
        })?;
        self.pump(now);
        Ok(ticket)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        if let Some(raw) = self.jobs.cancel(ticket) {
            self.raw.cancel(now, raw);
        }
        self.pump(now);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        let changed = || self.unit.next_changed().map(Update::Outlet).map(Event::Notice);
        self.jobs.poll_event().or_else(changed)
    }
}
