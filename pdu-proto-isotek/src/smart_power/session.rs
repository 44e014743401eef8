//! Level 2: commands in the vocabulary of [`pdu_core`], made of lines.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use pdu_core::{
    Answer, Command, DeviceError, ErrorKind, Event, EventOf, Instant, LinkEvent, Refused, Session, Ticket, Update,
};

use super::job::{self, Done, Job, Line};
use super::unit::Unit;
use crate::IsotekError;
use crate::client::{Client, Notice, Reply, Request, Retry};
use crate::wire::{Dialect, Outlet, StatusFrame};

/// A raw session with a unit: [`Client`], or a box of one.
pub trait TextSession: Session<Request = Request, Reply = Reply, Notice = Notice, Error = IsotekError> {
    /// How its lines are written: what may be sent depends on it.
    fn dialect(&self) -> Dialect;
}

impl TextSession for Client {
    fn dialect(&self) -> Dialect {
        self.options().dialect
    }
}

impl<S: TextSession + ?Sized> TextSession for Box<S> {
    fn dialect(&self) -> Dialect {
        (**self).dialect()
    }
}

impl<S: TextSession + ?Sized> TextSession for &mut S {
    fn dialect(&self) -> Dialect {
        (**self).dialect()
    }
}

/// Commands that a [`Device`] holds at most.
const CAPACITY: usize = 8;

/// One SMART Power unit on a raw session of its own: a [`DeviceSession`](pdu_core::DeviceSession), so that a program can hold
/// it beside devices of other protocols.
///
/// Up to 8 commands wait for their end; they are carried out one after the other, in the order in which they came. The
/// [module](super) says which lines each of them takes, and what its answer means.
///
/// ```
/// use pdu_core::{Command, DeviceSession, Instant, Session};
/// use pdu_proto_isotek::client::{Client, Options};
/// use pdu_proto_isotek::smart_power::Device;
///
/// let mut fleet: Vec<Box<dyn DeviceSession>> = vec![
///     Box::new(Device::new(Client::new(Options::tcp()))),
///     Box::new(Device::new(Client::new(Options::serial()))),
/// ];
/// for device in &mut fleet {
///     let ticket = device.submit(Instant::EPOCH, Command::Snapshot).unwrap();
///     // … a driver moves bytes and time until poll_event gives the Done of this ticket …
/// #   let _ = ticket;
/// }
/// ```
#[derive(Debug)]
pub struct Device<S> {
    raw: S,
    retry: Retry,
    unit: Unit,
    /// In the order in which they came; the first is being carried out.
    commands: VecDeque<Pending>,
    told: VecDeque<Told>,
    next_ticket: u64,
}

#[derive(Debug)]
struct Pending {
    ticket: Ticket,
    is_withdrawn: bool,
    /// Under which ticket the raw session has its line.
    sent: Option<Ticket>,
    job: Job,
}

/// What is to be told, in the order in which it came. Of what an update tells only the place is kept: the newest is told.
#[derive(Debug)]
enum Told {
    Done(Ticket, Result<Answer, DeviceError>),
    Snapshot,
    Outlet(Outlet),
}

impl<S> Device<S> {
    /// The unit behind a raw session.
    pub fn new(raw: S) -> Self {
        Self {
            raw,
            retry: Retry::default(),
            unit: Unit::default(),
            commands: VecDeque::with_capacity(CAPACITY),
            told: VecDeque::new(),
            next_ticket: 0,
        }
    }

    /// The same unit, with other rules for sending a switch command again when no answer came. Without this it is sent once.
    ///
    /// [`Retry::AfterStatus`] reads the status first, and is for whoever knows that nobody else switches in between. No other
    /// command that changes the unit is ever sent twice.
    #[must_use]
    pub fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// The raw session, for what it knows of the link.
    pub const fn raw(&self) -> &S {
        &self.raw
    }

    /// How many commands have no end that was told.
    fn live(&self) -> usize {
        let ended = self.told.iter().filter(|told| matches!(told, Told::Done(..)));
        self.commands.len() + ended.count()
    }

    /// Tells an update once more, as the newest: one that was not taken is replaced.
    fn tell(&mut self, update: Told) {
        self.told.retain(|told| match (told, &update) {
            (Told::Snapshot, Told::Snapshot) => false,
            (Told::Outlet(one), Told::Outlet(other)) => one != other,
            _ => true,
        });
        self.told.push_back(update);
    }

    fn notice(&mut self, notice: Notice) {
        match notice {
            Notice::Status { frame, .. } => {
                self.observe(frame);
                self.tell(Told::Snapshot);
            }
            Notice::Stale if self.unit.note_silence() => self.tell(Told::Snapshot),
            // Of the rest the raw session keeps count; none of it is a state of the unit.
            _ => {}
        }
    }

    fn observe(&mut self, status: Box<StatusFrame>) {
        for outlet in self.unit.observe(status) {
            self.tell(Told::Outlet(outlet));
        }
    }

    /// What a reply teaches of the unit, whichever command it answers.
    fn learn(&mut self, reply: &Reply) {
        match reply {
            Reply::Status(status) => self.observe(status.clone()),
            Reply::Address(address) => self.unit.learn_address(address),
            Reply::Configs(configs) => self.unit.learn_configs(configs),
            _ => {}
        }
    }

    fn advance(&mut self, now: Instant, raw: Ticket, result: Result<Reply, IsotekError>) {
        if self.commands.front().and_then(|pending| pending.sent) != Some(raw) {
            return;
        }
        let Some(Pending {
            ticket,
            is_withdrawn,
            job,
            ..
        }) = self.commands.pop_front()
        else {
            return;
        };
        let next = match result {
            Ok(reply) => {
                self.learn(&reply);
                job.answered(now, reply, &self.unit)
            }
            Err(error) => job.failed(error, &mut self.unit),
        };
        match next {
            Done(result) => self.told.push_back(Told::Done(ticket, result)),
            Line(job) if is_withdrawn => self.told.push_back(Told::Done(ticket, Err(job.withdrawn()))),
            Line(job) => self.commands.push_front(Pending {
                ticket,
                is_withdrawn,
                sent: None,
                job,
            }),
        }
    }
}

impl<S: TextSession> Device<S> {
    fn note_link(&mut self, _: LinkEvent) {
        self.unit.note_link();
        if let Some(pending) = self.commands.front_mut() {
            pending.job.note_link();
        }
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
                Some(Event::Done { ticket, result }) => self.advance(now, ticket, result),
                Some(Event::Notice(notice)) => self.notice(notice),
                None => return moved,
            }
            moved = true;
        }
    }

    /// Gives the raw session the next line of the first command; whether there was one, and room for it.
    fn send_next(&mut self, now: Instant) -> bool {
        let Some(pending) = self.commands.front_mut().filter(|pending| pending.sent.is_none()) else {
            return false;
        };
        match self.raw.submit(now, pending.job.request()) {
            Ok(ticket) => {
                pending.sent = Some(ticket);
                pending.job.note_sent(now);
            }
            Err(refused) if refused.kind == ErrorKind::Busy => return false,
            Err(refused) => {
                let kind = refused.kind;
                let error = DeviceError::new(Refused { request: (), kind }).with_effect(pending.job.effect());
                let ticket = pending.ticket;
                self.commands.pop_front();
                self.told.push_back(Told::Done(ticket, Err(error)));
            }
        }
        true
    }
}

pdu_core::endpoint_over!([S: TextSession] Device<S>, raw, note_link);

impl<S: TextSession> Session for Device<S> {
    type Request = Command;
    type Reply = Answer;
    type Notice = Update;
    type Error = DeviceError;

    fn submit(&mut self, now: Instant, request: Command) -> Result<Ticket, Refused<Command>> {
        if self.live() >= CAPACITY {
            let kind = ErrorKind::Busy;
            return Err(Refused { request, kind });
        }
        let ticket = Ticket(self.next_ticket);
        self.next_ticket = self.next_ticket.wrapping_add(1);
        match job::begun(request, self.raw.dialect(), self.retry) {
            Done(result) => self.told.push_back(Told::Done(ticket, result)),
            Line(job) => self.commands.push_back(Pending {
                ticket,
                is_withdrawn: false,
                sent: None,
                job,
            }),
        }
        self.pump(now);
        Ok(ticket)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        let Some(at) = self.commands.iter().position(|pending| pending.ticket == ticket) else {
            return;
        };
        let sent = self.commands.get_mut(at).and_then(|pending| {
            pending.is_withdrawn = true;
            pending.sent
        });
        if let Some(raw) = sent {
            self.raw.cancel(now, raw);
        } else if let Some(pending) = self.commands.remove(at) {
            self.told.push_back(Told::Done(ticket, Err(pending.job.withdrawn())));
        }
        self.pump(now);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        Some(match self.told.pop_front()? {
            Told::Done(ticket, result) => Event::Done { ticket, result },
            Told::Snapshot => Event::Notice(Update::Snapshot(Box::new(self.unit.snapshot()))),
            Told::Outlet(outlet) => Event::Notice(Update::Outlet(self.unit.last_known(outlet))),
        })
    }
}
