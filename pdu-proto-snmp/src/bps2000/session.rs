//! Level 2: commands in the vocabulary of [`pdu_core`], made of SNMP gets.

use alloc::vec::Vec;

use pdu_core::{
    Answer, Capabilities, Capability, Command, DeviceError, Effect, Event, EventOf, Instant, Job, Jobs, NextStep,
    Refused, Session, Ticket, Update,
};

use super::objects::{MEMBER_COUNT, Meaning, Object};
use super::readout::{Deviation, Profile, Readout};
use super::value::Problem;
use crate::SnmpError;
use crate::client::{OwnedRequest, Reply, SnmpSession};
use crate::wire::ErrorStatus;

/// What a BPS2000 can do over SNMP.
pub const CAPABILITIES: Capabilities = Capabilities::of(&[Capability::Snapshot]);

/// Commands that a [`Device`] holds at most.
const CAPACITY: usize = 8;

/// One BPS2000 and its slaves, over a raw SNMP session of their master: a [`DeviceSession`](pdu_core::DeviceSession), so that a
/// program can hold it beside devices of other protocols.
///
/// A snapshot is one get for each member of the chain, of its 37 objects: six exchanges that fit one Ethernet frame each, and
/// fewer objects at a time where the agent says that it is too big. A slave none of whose objects the agent has is absent.
/// Where the agent refuses one name and with it the whole request, as v1 does, the name is left out and the rest asked
/// again: so one bad object costs none of the others.
///
/// The identity is one get of seven objects. All else has no object, and is unsupported. Nothing comes unasked.
///
/// ```
/// use pdu_core::{Command, DeviceSession, Instant, Session};
/// use pdu_proto_snmp::bps2000::{Device, Profile};
/// use pdu_proto_snmp::client::{Client, Target};
///
/// let target = Target::v2c("192.0.2.7:161".parse().unwrap(), b"public");
/// let client = Client::new(target, 7)?;
/// let mut fleet: Vec<Box<dyn DeviceSession>> = vec![Box::new(Device::new(client, Profile::default()))];
/// for device in &mut fleet {
///     let ticket = device.submit(Instant::EPOCH, Command::Snapshot).unwrap();
///     // … a driver moves datagrams and time until poll_event gives the Done of this ticket …
/// #   let _ = ticket;
/// }
/// # Ok::<(), pdu_proto_snmp::SnmpError>(())
/// ```
#[derive(Debug)]
pub struct Device<S> {
    raw: S,
    profile: Profile,
    /// Each waits as what it is for, so that what needs no request ends at once.
    jobs: Jobs<Survey, Aim>,
    deviations: Vec<Deviation>,
}

/// A command under way: what is known so far, and what is asked next.
#[derive(Debug)]
struct Survey {
    aim: Aim,
    readout: Readout,
    /// The objects of the next request, or of the one that was sent. None are left at the end.
    asked: Vec<&'static Object>,
    /// The member of the chain whose objects these are.
    unit: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    Snapshot,
    Identity,
}

impl<S> Device<S> {
    /// The unit behind a raw session, with up to 8 commands waiting for their end.
    pub fn new(raw: S, profile: impl Into<Profile>) -> Self {
        Self {
            raw,
            profile: profile.into(),
            jobs: Jobs::new(CAPACITY),
            deviations: Vec::new(),
        }
    }

    /// The raw session, for what it knows of the link.
    pub const fn raw(&self) -> &S {
        &self.raw
    }

    /// What was not of the grammar in the values of the last snapshot: at most one deviation for each object.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }
}

impl<S: SnmpSession> Device<S> {
    /// Takes what the raw session has ended and gives it what is to be sent, until neither moves. Says whether anything did.
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

    /// Gives the raw session the next request of the first command, unless it has one; whether it did.
    fn send_next(&mut self, now: Instant) -> bool {
        let begin = |aim| NextStep::Ask(Survey::new(aim, self.profile));
        let submit = |survey: &Survey| self.raw.submit(now, survey.request());
        self.jobs.send_next(begin, submit)
    }

    fn advance(&mut self, raw: Ticket, result: Result<Reply, SnmpError>) {
        self.jobs.advance(raw, |mut survey| {
            if let Err(error) = survey.answered(result) {
                return NextStep::failed(error);
            }
            if !survey.asked.is_empty() {
                return NextStep::Ask(survey);
            }
            if survey.aim == Aim::Snapshot {
                self.deviations = survey.readout.deviations().collect();
            }
            NextStep::Done(survey.finished())
        });
    }
}

impl Aim {
    fn of(command: &Command) -> NextStep<Self> {
        let unsupported = |why: &str| NextStep::Done(Err(DeviceError::unsupported(why)));
        match command {
            Command::Capabilities => NextStep::Done(Ok(Answer::Capabilities(CAPABILITIES))),
            Command::Identity => NextStep::Ask(Self::Identity),
            Command::Snapshot => NextStep::Ask(Self::Snapshot),
            Command::Switch { .. } => unsupported("the bps2000 only measures: it switches no outlet"),
            Command::Thresholds | Command::SetThreshold(_) => {
                unsupported("no object has thresholds: the bps2000's registers, its web page and its console do")
            }
            Command::ResetEnergy(_) => {
                unsupported("no object resets energy: the bps2000's web page and its console do")
            }
            Command::Clock | Command::SetClock(_) => {
                unsupported("no object has the clock: the bps2000's web page and its console have")
            }
            Command::Restart(_) => unsupported("no object restarts: the bps2000's web page and its console do"),
            _ => unsupported("the bps2000 has no object for this command"),
        }
    }
}

impl Job for Survey {
    fn never_begun() -> DeviceError {
        let effect = Effect::NotApplied;
        DeviceError::new(SnmpError::Cancelled { effect })
    }

    /// It only reads.
    fn effect(&self) -> Effect {
        Effect::NotApplied
    }

    fn withdrawn(self) -> DeviceError {
        Self::never_begun()
    }
}

impl Survey {
    fn new(aim: Aim, profile: Profile) -> Self {
        let asked = match aim {
            Aim::Snapshot => Object::of_unit(0).collect(),
            Aim::Identity => Object::named("deviceName")
                .into_iter()
                .chain((0..MEMBER_COUNT).filter_map(head))
                .collect(),
        };
        Self {
            aim,
            readout: Readout::new(profile),
            asked,
            unit: 0,
        }
    }

    fn request(&self) -> OwnedRequest {
        OwnedRequest::get(self.asked.iter().map(|object| object.oid))
    }

    fn answered(&mut self, result: Result<Reply, SnmpError>) -> Result<(), SnmpError> {
        match result {
            Ok(reply) => {
                self.readout.take_answers(&self.asked, reply.varbinds());
                self.asked.clear();
            }
            Err(error) => self.leave_out(error)?,
        }
        if self.asked.is_empty() {
            self.ask_next_member();
        }
        Ok(())
    }

    /// Leaves out the one name that the agent refused all others for; gives the error back if it is about another thing. Each
    /// time there is one name less, so this comes to an end.
    fn leave_out(&mut self, error: SnmpError) -> Result<(), SnmpError> {
        let status = match &error {
            SnmpError::Agent { status, .. } => *status,
            SnmpError::TooBig { .. } => ErrorStatus::TOO_BIG,
            _ => return Err(error),
        };
        let refused = error
            .name()
            .and_then(|name| self.asked.iter().position(|object| object.oid == name));
        let Some(place) = refused else { return Err(error) };
        let object = self.asked.remove(place);
        match status {
            // Where the first object is missing the member is, so that v1 needs no 37 exchanges to find that out.
            ErrorStatus::NO_SUCH_NAME if self.aim == Aim::Snapshot && head(self.unit) == Some(object) => {
                self.asked.clear();
            }
            ErrorStatus::NO_SUCH_NAME => {}
            ErrorStatus::GEN_ERR | ErrorStatus::NO_ACCESS | ErrorStatus::TOO_BIG => {
                self.readout.note(object.oid, Problem::Refused(status));
            }
            _ => return Err(error),
        }
        Ok(())
    }

    fn ask_next_member(&mut self) {
        if self.aim == Aim::Snapshot && self.unit < MEMBER_COUNT && self.readout.is_present(0) {
            self.unit += 1;
            self.asked.extend(Object::of_unit(self.unit));
        }
    }

    fn finished(&self) -> Result<Answer, DeviceError> {
        match self.aim {
            Aim::Snapshot => self
                .readout
                .check()
                .map(|()| Answer::Snapshot(self.readout.to_snapshot().into())),
            Aim::Identity => self
                .readout
                .check_presence()
                .map(|()| Answer::Identity(self.readout.identities())),
        }
        .map_err(DeviceError::new)
    }
}

/// The object that stands for a member of the chain: its first, the current of L1.
fn head(unit: u16) -> Option<&'static Object> {
    Object::of_unit(unit).find(|object| object.meaning != Meaning::Name)
}

pdu_core::endpoint_over!([S: SnmpSession] Device<S>, raw);

impl<S: SnmpSession> Session for Device<S> {
    type Request = Command;
    type Reply = Answer;
    type Notice = Update;
    type Error = DeviceError;

    fn submit(&mut self, now: Instant, request: Command) -> Result<Ticket, Refused<Command>> {
        let ticket = self.jobs.submit(request, |command| Aim::of(&command))?;
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
        self.jobs.poll_event()
    }
}
