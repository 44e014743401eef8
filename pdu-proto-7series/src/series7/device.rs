//! Commands in the vocabulary of [`pdu_core`], made of the unit's pages.

use std::collections::VecDeque;

use pdu_core::{
    Answer, Command, DeviceError, ErrorKind, Event, EventOf, Instant, LinkEvent, Refused, Session, Ticket, Update,
};

use super::Options;
use super::client::{Client, Reply};
use super::job::{self, Job, Next};
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
    /// In the order in which they came; the first is being carried out.
    commands: VecDeque<Pending>,
    done: VecDeque<(Ticket, Result<Answer, DeviceError>)>,
    next_ticket: u64,
}

#[derive(Debug)]
struct Pending {
    ticket: Ticket,
    is_withdrawn: bool,
    stage: Stage,
}

/// How far a command is.
#[derive(Debug)]
enum Stage {
    /// It waits for those before it.
    Waiting(Command),
    /// Its request is to be sent.
    Ready(Box<Job>),
    /// The client has its request, under that ticket.
    Sent(Box<Job>, Ticket),
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
            commands: VecDeque::with_capacity(CAPACITY),
            done: VecDeque::new(),
            next_ticket: 0,
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
        let is_its_own = |pending: &Pending| matches!(pending.stage, Stage::Sent(_, ticket) if ticket == raw);
        if !self.commands.front().is_some_and(is_its_own) {
            return;
        }
        let Some(Pending {
            ticket,
            is_withdrawn,
            stage: Stage::Sent(job, _),
        }) = self.commands.pop_front()
        else {
            return;
        };
        let next = match result {
            Ok(reply) => job.answered(reply, &mut self.unit, self.client.options()),
            Err(error) => job.failed(error),
        };
        match next {
            Next::Done(result) => self.done.push_back((ticket, result)),
            Next::Ask(job) if is_withdrawn => self.done.push_back((ticket, Err(job.withdrawn()))),
            Next::Ask(job) => self.commands.push_front(Pending {
                ticket,
                is_withdrawn,
                stage: Stage::Ready(job),
            }),
        }
    }

    /// Begins the first command, unless it has begun; says whether there is a request of it to be sent.
    fn begin_next(&mut self) -> bool {
        while let Some(pending) = self.commands.front_mut() {
            match &mut pending.stage {
                Stage::Ready(_) => return true,
                Stage::Sent(..) => return false,
                Stage::Waiting(command) => {
                    let command = core::mem::replace(command, Command::Capabilities);
                    match job::begun(command, &self.unit, self.client.options()) {
                        Next::Ask(job) => pending.stage = Stage::Ready(job),
                        Next::Done(result) => {
                            let ticket = pending.ticket;
                            self.commands.pop_front();
                            self.done.push_back((ticket, result));
                        }
                    }
                }
            }
        }
        false
    }

    /// Gives the client the next request of the first command; whether there was one, and room for it.
    fn send_next(&mut self, now: Instant) -> bool {
        if !self.begin_next() {
            return false;
        }
        let Some(mut pending) = self.commands.pop_front() else {
            return false;
        };
        let Stage::Ready(job) = pending.stage else {
            return false; // never: it was looked for
        };
        match self.client.submit(now, job.request()) {
            Ok(ticket) => {
                pending.stage = Stage::Sent(job, ticket);
                self.commands.push_front(pending);
            }
            Err(refused) if refused.kind == ErrorKind::Busy => {
                pending.stage = Stage::Ready(job);
                self.commands.push_front(pending);
                return false;
            }
            Err(refused) => {
                let kind = refused.kind;
                let error = DeviceError::new(Refused { request: (), kind }).with_effect(job.effect());
                self.done.push_back((pending.ticket, Err(error)));
            }
        }
        true
    }
}

pdu_core::endpoint_over!([S: HttpSession] Device<S>, client, note_link);

impl<S: HttpSession> Session for Device<S> {
    type Request = Command;
    type Reply = Answer;
    type Notice = Update;
    type Error = DeviceError;

    fn submit(&mut self, now: Instant, request: Command) -> Result<Ticket, Refused<Command>> {
        if self.commands.len() + self.done.len() >= CAPACITY {
            let kind = ErrorKind::Busy;
            return Err(Refused { request, kind });
        }
        let ticket = Ticket(self.next_ticket);
        self.next_ticket = self.next_ticket.wrapping_add(1);
        match request {
            Command::Capabilities => {
                let capabilities = self.client.options().capabilities();
                self.done.push_back((ticket, Ok(Answer::Capabilities(capabilities))));
            }
            request => self.commands.push_back(Pending {
                ticket,
                is_withdrawn: false,
                stage: Stage::Waiting(request),
            }),
        }
        self.pump(now);
        Ok(ticket)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        let Some(at) = self.commands.iter().position(|pending| pending.ticket == ticket) else {
            return;
        };
        let Some(mut pending) = self.commands.remove(at) else {
            return;
        };
        match pending.stage {
            Stage::Sent(_, raw) => {
                pending.is_withdrawn = true;
                self.commands.insert(at, pending);
                self.client.cancel(now, raw);
            }
            Stage::Ready(job) => self.done.push_back((ticket, Err(job.withdrawn()))),
            Stage::Waiting(_) => self.done.push_back((ticket, Err(job::never_begun()))),
        }
        self.pump(now);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        if let Some((ticket, result)) = self.done.pop_front() {
            return Some(Event::Done { ticket, result });
        }
        self.unit
            .next_changed()
            .map(|outlet| Event::Notice(Update::Outlet(outlet)))
    }
}
