//! The sender's half for v3.

use alloc::vec::Vec;
use core::mem;

use pdu_core::{Instant, Path, Ticket};

use super::{Known, SendError, Sender, next_id, response_in};
use crate::notification::destination::Security;
use crate::notification::sealer::Sealer;
use crate::notification::secured::MAX_SIZE;
use crate::notification::{DestinationId, Notification};
use crate::usm::{EngineId, Keys, Outgoing, RemoteEngine, Report, Salt, User, UsmError};
use crate::wire::v3::{Flags, Message, Scoped, SecurityLevel, Usm};
use crate::wire::{Body, ErrorStatus, Operation, Tolerance, VarBinds};

/// The engine of a receiver, authoritative for what it is informed of.
#[derive(Debug)]
pub(super) struct Engine {
    clock: RemoteEngine,
    keys: Keys,
    /// A message of this engine was verified. Until then its id is hearsay, and a report may name another one; of users without
    /// keys it stays so.
    is_proven: bool,
}

impl Engine {
    /// One that reported, without proof, that this is its id.
    fn discovered(now: Instant, user: &User, usm: &Usm<'_>) -> Result<Self, UsmError> {
        let id = EngineId::new(usm.engine_id)?;
        Ok(Self {
            // What it says of its clock is not proven, and so not sent back: an inform with a time yet to come could be kept by
            // whoever made that time up, and delivered then.
            clock: RemoteEngine::discovered(now, id, 0, 0),
            keys: Keys::localise(user, &id)?,
            is_proven: false,
        })
    }

    /// How a response ended, once it is found authentic, of now, and this one's (RFC 3412, 7.2, 13).
    fn read(
        &mut self,
        now: Instant,
        request_id: i32,
        message: &Message<'_>,
        scratch: &mut [u8],
    ) -> Option<ErrorStatus> {
        let usm = message.usm()?;
        let is_its = usm.engine_id == self.clock.id().as_octets() && usm.user_name == self.keys.user_name();
        if !is_its || message.header().flags.level() != Some(self.keys.level()) {
            return None;
        }
        self.keys.verify(message).ok()?;
        if self.keys.level() != SecurityLevel::NoAuthNoPriv {
            self.clock.check(now, usm.engine_boots, usm.engine_time).ok()?;
            self.is_proven = true;
        }
        let scoped = self.keys.decrypt(message, scratch, Tolerance::LENIENT).ok()?;
        let response = response_in(&scoped.body)?;
        (response.request_id == request_id).then_some(response.error_status)
    }

    /// Takes over the clock of a report that proves to be this engine's.
    fn correct(&mut self, now: Instant, message: &Message<'_>, usm: &Usm<'_>) -> Result<(), UsmError> {
        if usm.engine_id != self.clock.id().as_octets() {
            return Err(UsmError::WrongDigest);
        }
        self.keys.verify(message)?;
        self.clock.adopt(now, usm.engine_boots, usm.engine_time)?;
        self.is_proven = self.keys.level() != SecurityLevel::NoAuthNoPriv;
        Ok(())
    }
}

/// What stands around a message as this engine, of this clock.
fn outgoing(message_id: u32, engine_id: &EngineId, (boots, time): (u32, u32), flags: Flags) -> Outgoing<'_> {
    Outgoing {
        message_id,
        max_size: MAX_SIZE,
        flags,
        engine_id: engine_id.as_octets(),
        boots,
        time,
        salt: Salt(0),
    }
}

impl Sender {
    /// The datagram of a trap.
    pub(super) fn seal_trap(
        &mut self,
        destination: DestinationId,
        request_id: i32,
        notification: &Notification,
    ) -> Result<Vec<u8>, SendError> {
        let known = self.destinations.get(&destination).ok_or(SendError::Destination)?;
        let (Security::User { context_name, .. }, Some(keys)) = (&known.destination.security, &known.keys) else {
            return Err(SendError::Destination);
        };
        let own = self.engine.ok_or(SendError::NoEngine)?;
        let id = own.id();
        let varbinds = notification.to_v2()?;
        let body = Body::common(Operation::TRAP_V2, request_id, varbinds.varbinds());
        let scoped = Scoped::new(id.as_octets(), context_name, body);
        let outgoing = outgoing(
            next_id(&mut self.rng, &self.messages),
            &id,
            own.stamp(self.now),
            Flags::NONE,
        );
        let max = self.options.longest();
        Ok(self.sealer.seal(keys, keys.level(), outgoing, &scoped, max)?.to_vec())
    }

    /// The inform of v3 that a datagram answers, as far as its ids say.
    pub(super) fn answered_secured<'a>(&self, peer: &Path, datagram: &'a [u8]) -> Option<(Ticket, Message<'a>)> {
        let message = Message::parse(datagram, Tolerance::LENIENT).ok()?;
        let ticket = *self.messages.get(&message.header().message_id)?;
        let pending = self.pending.get(&ticket)?;
        // What may be reported to is a request.
        let is_answer = !message.header().flags.contains(Flags::REPORTABLE);
        (is_answer && pending.path.remote == peer.remote).then_some((ticket, message))
    }

    pub(super) fn take_secured(&mut self, peer: &Path, datagram: &[u8]) {
        let Some((ticket, message)) = self.answered_secured(peer, datagram) else {
            return;
        };
        match (report_in(&message), message.usm()) {
            (Some(report), Some(usm)) => self.take_report(ticket, report, &message, &usm),
            _ => self.take_response(ticket, &message),
        }
    }

    fn take_response(&mut self, ticket: Ticket, message: &Message<'_>) {
        let Some(pending) = self.pending.get(&ticket) else {
            return;
        };
        let known = self.destinations.get_mut(&pending.destination);
        let Some(engine) = known.and_then(|known| known.engine.as_mut()) else {
            return;
        };
        let scratch = self.buffer.octets(message.octets().len());
        if let Some(status) = engine.read(self.now, pending.request_id, message, scratch) {
            self.acknowledge(ticket, status);
        }
    }

    /// A report says why an inform was not believed: which is how an engine is found, and how its clock is.
    fn take_report(&mut self, ticket: Ticket, report: Report, message: &Message<'_>, usm: &Usm<'_>) {
        let Some(pending) = self.pending.get_mut(&ticket) else {
            return;
        };
        let Some(known) = self.destinations.get_mut(&pending.destination) else {
            return;
        };
        let Security::User { user, .. } = &known.destination.security else {
            return;
        };
        match (&mut known.engine, report) {
            (Some(engine), Report::NotInTimeWindows) => {
                if engine.correct(self.now, message, usm).is_err() {
                    return; // somebody else's, or an old one: the time for the answer goes on
                }
                if !mem::replace(&mut pending.was_corrected, true) {
                    // It was answered, if not taken: no attempt that was lost.
                    pending.attempts = pending.attempts.saturating_sub(1);
                    return self.prepare(ticket);
                }
                if pending.message_ids.last() != Some(&message.header().message_id) {
                    return; // about an attempt with the clock from before
                }
                let effect = pending.effect;
                return self.finish(ticket, Err(SendError::Report { report, effect }));
            }
            (Some(engine), Report::UnknownEngineIds) if !engine.is_proven => {
                let is_another = usm.engine_id != engine.clock.id().as_octets();
                if is_another && !mem::replace(&mut pending.was_redirected, true) {
                    pending.doubt = Some((report, message.header().message_id));
                    let found = Engine::discovered(self.now, user, usm);
                    return self.found(ticket, found);
                }
            }
            // Whatever the report says, it says which engine reports.
            (None, _) if pending.is_probe => {
                let found = Engine::discovered(self.now, user, usm);
                return self.found(ticket, found);
            }
            _ => {}
        }
        // It proves nothing, so one alone ends nothing: the time for the answer goes on, and the next attempt is made.
        let id = message.header().message_id;
        let is_again = pending.doubt.is_some_and(|(_, seen)| seen != id);
        pending.doubt = Some((report, id));
        if is_again {
            let effect = pending.effect;
            self.finish(ticket, Err(SendError::Report { report, effect }));
        }
    }

    /// The engine of a receiver was found, on behalf of this one.
    fn found(&mut self, ticket: Ticket, found: Result<Engine, UsmError>) {
        let engine = match found {
            Ok(engine) => engine,
            Err(error) => return self.finish(ticket, Err(error.into())),
        };
        let waiting = self.those_who_wait_for(ticket);
        let Some(pending) = self.pending.get_mut(&ticket) else {
            return;
        };
        pending.attempts = 0;
        if let Some(known) = self.destinations.get_mut(&pending.destination) {
            known.engine = Some(engine);
            known.prober = None;
        }
        self.prepare(ticket);
        for next in waiting {
            self.prepare(next);
        }
    }

    /// Those that wait for an engine which this one looks for. From now on nobody looks for it.
    pub(super) fn those_who_wait_for(&mut self, ticket: Ticket) -> Vec<Ticket> {
        let pending = self.pending.get(&ticket);
        let known = pending.and_then(|pending| self.destinations.get_mut(&pending.destination));
        match known {
            Some(known) if known.prober == Some(ticket) => {
                known.prober = None;
                known.waiting.drain(..).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Makes ready the next attempt of an inform, or the probe for the engine that it needs, or lets it wait for another's.
    pub(super) fn prepare_secured(&mut self, ticket: Ticket) {
        let Some(pending) = self.pending.get_mut(&ticket) else {
            return;
        };
        let Some(known) = self.destinations.get_mut(&pending.destination) else {
            return;
        };
        if known.engine.is_none() && known.prober.is_some_and(|prober| prober != ticket) {
            known.waiting.push_back(ticket);
            return;
        }
        let message_id = next_id(&mut self.rng, &self.messages);
        let max = self.options.longest();
        pending.is_probe = known.engine.is_none();
        let sealed = if pending.is_probe {
            known.prober = Some(ticket);
            seal_probe(&mut self.sealer, message_id, max)
        } else {
            let own = self.engine.map(|engine| engine.id());
            let body = Body::common(Operation::INFORM, pending.request_id, pending.varbinds.varbinds());
            seal_inform(&mut self.sealer, known, own, self.now, message_id, body, max)
        };
        match sealed {
            Ok(datagram) => {
                pending.datagram = datagram;
                pending.message_ids.push(message_id);
                self.messages.insert(message_id, ticket);
                self.enqueue(ticket);
            }
            Err(error) => self.finish(ticket, Err(error)),
        }
    }
}

/// The counter that a report in clear carries, if the message is one.
fn report_in(message: &Message<'_>) -> Option<Report> {
    let scoped = message.scoped().ok()??;
    let is_report = scoped.body.operation() == Operation::REPORT;
    let counter = scoped.body.varbinds().iter().next()?.ok()?;
    is_report.then(|| Report::of(counter.name))?
}

/// Nothing but the wish for a report. Source: RFC 3414, 4.
fn seal_probe(sealer: &mut Sealer, message_id: u32, max: usize) -> Result<Vec<u8>, SendError> {
    let nobody = Keys::unprotected(&User::new(b"")?);
    let scoped = Scoped::new(b"", b"", Body::get(0, VarBinds::EMPTY));
    let outgoing = Outgoing {
        message_id,
        max_size: MAX_SIZE,
        flags: Flags::REPORTABLE,
        engine_id: b"",
        boots: 0,
        time: 0,
        salt: Salt(0),
    };
    Ok(sealer
        .seal(&nobody, SecurityLevel::NoAuthNoPriv, outgoing, &scoped, max)?
        .to_vec())
}

fn seal_inform(
    sealer: &mut Sealer,
    known: &Known,
    own: Option<EngineId>,
    now: Instant,
    message_id: u32,
    body: Body<'_>,
    max: usize,
) -> Result<Vec<u8>, SendError> {
    let (Some(engine), Security::User { context_name, .. }) = (&known.engine, &known.destination.security) else {
        return Err(SendError::NoEngine);
    };
    let id = engine.clock.id();
    // The objects are those of the sender; one without an engine has only the receiver's to name.
    let context_engine = own.unwrap_or(id);
    let scoped = Scoped::new(context_engine.as_octets(), context_name, body);
    let keys = &engine.keys;
    let stamp = match keys.level() {
        SecurityLevel::NoAuthNoPriv => (0, 0),
        _ => engine.clock.stamp(now),
    };
    let outgoing = outgoing(message_id, &id, stamp, Flags::REPORTABLE);
    Ok(sealer.seal(keys, keys.level(), outgoing, &scoped, max)?.to_vec())
}
