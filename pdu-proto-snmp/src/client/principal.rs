//! A user of v3 at one agent: the agent's engine, keys for it, and what may be believed of what comes.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use pdu_core::Instant;

use super::Context;
use crate::{
    error::Rejected,
    usm::{EngineId, Keys, Outgoing, RemoteEngine, Report, Salt, User, UsmError},
    wire::{
        Body, Common, EncodeError, Operation, Tolerance,
        v3::{Data, Flags, Header, Message, Scoped, SecurityLevel, SecurityModel, Usm},
    },
};

#[derive(Debug)]
pub(super) struct Principal {
    user: Arc<User>,
    /// None where it is the usual one of the agent's own engine, which is to be found out.
    context: Option<Box<Context>>,
    known: Option<Known>,
}

/// The agent's engine, and the user's keys for it.
#[derive(Debug)]
struct Known {
    engine: RemoteEngine,
    keys: Keys,
    /// A message of this engine was verified. Until then its id is hearsay, and may be asked for again.
    is_proven: bool,
}

/// What goes around a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope {
    /// The message id; the request id is the same.
    pub(super) id: u32,
    pub(super) max_size: u16,
    pub(super) salt: Salt,
}

/// What a message says that belongs to a live request.
#[derive(Debug)]
pub(super) enum Heard<'a> {
    /// Its answer.
    Answer(Scoped<'a>),
    /// The engine has not taken the request; whether it proved that it was the engine.
    Report(Report, Proof),
    /// The engine's clock was taken over; the request is to be sent again.
    Corrected,
}

/// Whether a report was authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    Authenticated,
    /// Whoever saw the request can have said so.
    None,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deaf {
    /// It need not be from the agent: wait on.
    Rejected(Rejected),
    /// It is from the agent, and cannot be read.
    Unreadable(UsmError),
}

impl From<Rejected> for Deaf {
    fn from(reason: Rejected) -> Self {
        Self::Rejected(reason)
    }
}

impl From<UsmError> for Deaf {
    fn from(reason: UsmError) -> Self {
        Self::Rejected(Rejected::Usm(reason))
    }
}

impl Principal {
    pub(super) fn new(user: Arc<User>, context: Context) -> Result<Self, UsmError> {
        let named = context.authoritative_engine;
        let mut principal = Self {
            user,
            context: (context != Context::default()).then(|| context.into()),
            known: None,
        };
        // Keys that cannot be made for this engine cannot be made for any: better told at once than at the first answer.
        let engine = match named {
            Some(engine) => engine,
            None => EngineId::new(&[0x80, 0, 0, 0, 0])?,
        };
        let keys = Keys::localise_bare(&principal.user, &engine)?;
        if named.is_some() {
            principal.know(Instant::EPOCH, engine, keys);
        }
        Ok(principal)
    }

    fn context_name(&self) -> &[u8] {
        self.context.as_ref().map_or(&[], |context| &context.name)
    }

    fn know(&mut self, now: Instant, engine: EngineId, keys: Keys) {
        self.known = Some(Known {
            // What it says of its clock is not proven, and so not sent back: a request with a time yet to come could be kept
            // by whoever made that time up, and used then.
            engine: RemoteEngine::discovered(now, engine, 0, 0),
            keys,
            is_proven: false,
        });
    }

    pub(super) const fn is_known(&self) -> bool {
        self.known.is_some()
    }

    pub(super) fn level(&self) -> SecurityLevel {
        self.user.level()
    }

    /// Forgets an engine that was found, so that it is looked for again.
    pub(super) fn forget(&mut self) {
        let is_named = |context: &Context| context.authoritative_engine.is_some();
        if !self.context.as_deref().is_some_and(is_named) {
            self.known = None;
        }
    }

    /// The same, of an engine that has not proven that it is the one; of users without keys none can.
    pub(super) fn forget_unproven(&mut self) -> bool {
        let is_proven = self.known.as_ref().is_some_and(|known| known.is_proven);
        if !is_proven || self.level() == SecurityLevel::NoAuthNoPriv {
            self.forget();
        }
        !self.is_known()
    }

    /// Writes a request to the end of `buffer`, and says how long it is; a probe where the engine is not known.
    pub(super) fn seal(
        &self,
        now: Instant,
        body: Body<'_>,
        envelope: Envelope,
        buffer: &mut [u8],
    ) -> Result<usize, EncodeError> {
        let Some(known) = &self.known else {
            return probe(envelope, buffer);
        };
        let engine_id = known.engine.id();
        let context_engine = self.context.as_ref().and_then(|context| context.engine);
        let context_engine = context_engine.unwrap_or(engine_id);
        let data_len = Scoped::new(context_engine.as_octets(), self.context_name(), body)
            .encode(buffer)?
            .len();
        let (boots, time) = match self.level() {
            SecurityLevel::NoAuthNoPriv => (0, 0),
            _ => known.engine.stamp(now),
        };
        let outgoing = Outgoing {
            message_id: envelope.id,
            max_size: envelope.max_size.into(),
            flags: Flags::REPORTABLE,
            engine_id: engine_id.as_octets(),
            boots,
            time,
            salt: envelope.salt,
        };
        match known.keys.seal(outgoing, data_len, buffer) {
            Ok(message) => Ok(message.len()),
            Err(UsmError::Encode(error)) => Err(error),
            // Nothing else can be wrong with keys that were made for this user.
            Err(_) => Err(EncodeError::Flags {
                found: Flags::from(self.level()).0,
            }),
        }
    }

    /// Takes the answer to a probe: a report of the engine, whichever counter it names (unknownUserNames is seen).
    ///
    /// Nothing in it is proven, nor can be: it is taken from the address that was asked, with the id that was sent, and is
    /// believed for good only once a message was verified with the keys for it.
    pub(super) fn discover(&mut self, now: Instant, message: &Message<'_>) -> Result<(), Deaf> {
        let usm = usm_of(message)?;
        let scoped = message.scoped().map_err(Rejected::Wire)?;
        let is_report = scoped.is_some_and(|scoped| scoped.body.operation() == Operation::REPORT);
        if !is_report {
            return Err(Rejected::SecurityLevel.into());
        }
        if self.is_known() {
            // Another request has found it meanwhile, and may have proven it.
            return Ok(());
        }
        let engine = EngineId::new(usm.engine_id)?;
        let keys = Keys::localise_bare(&self.user, &engine).map_err(Deaf::Unreadable)?;
        self.know(now, engine, keys);
        Ok(())
    }

    /// Takes what came with the message id of a live request: the code first, then the time, then what is inside.
    ///
    /// Source: RFC 3414, 3.2; RFC 3412, 7.2.
    pub(super) fn open<'s>(
        &mut self,
        now: Instant,
        message: &Message<'s>,
        scratch: &'s mut Vec<u8>,
        tolerance: Tolerance,
    ) -> Result<Heard<'s>, Deaf> {
        let level = self.level();
        let Some(known) = &mut self.known else {
            return Err(Rejected::Principal.into());
        };
        let usm = usm_of(message)?;
        let is_authenticated = message.header().flags.contains(Flags::AUTHENTICATED);
        if !is_authenticated && level > SecurityLevel::NoAuthNoPriv {
            return hearsay(message);
        }
        known.keys.verify(message)?;
        if usm.engine_id != known.engine.id().as_octets() {
            // Only an agent without a proven id can be another one now.
            return hearsay(message);
        }
        if usm.user_name != known.keys.user_name() {
            return Err(Rejected::Principal.into());
        }
        let clock = known.engine;
        if is_authenticated && let Some(heard) = known.keep_time(now, message, &usm)? {
            return Ok(heard);
        }
        scratch.resize(message.octets().len(), 0);
        let scoped = known
            .keys
            .decrypt(message, scratch, tolerance)
            .map_err(Deaf::Unreadable)?;
        if !matches!(scoped.body.operation(), Operation::RESPONSE | Operation::REPORT) {
            // A request of ours that somebody sent back: its code is right, and proves nothing of the engine.
            known.engine = clock;
            return Err(Rejected::Request.into());
        }
        known.is_proven = true;
        if let Some(report) = report_in(&scoped.body) {
            let proof = if is_authenticated {
                Proof::Authenticated
            } else {
                Proof::None
            };
            return Ok(Heard::Report(report, proof));
        }
        let context_engine = self.context.as_ref().and_then(|context| context.engine);
        let context_engine = context_engine.unwrap_or(known.engine.id());
        if scoped.context_engine_id != context_engine.as_octets() || scoped.context_name != self.context_name() {
            return Err(Rejected::Principal.into());
        }
        if message.header().flags.level() != Some(level) {
            return Err(Rejected::SecurityLevel.into());
        }
        Ok(Heard::Answer(scoped))
    }
}

impl Known {
    /// Judges the time of an authenticated message. A report that says that ours was wrong corrects it.
    fn keep_time<'s>(&mut self, now: Instant, message: &Message<'s>, usm: &Usm<'_>) -> Result<Option<Heard<'s>>, Deaf> {
        let (boots, time) = (usm.engine_boots, usm.engine_time);
        if is_time_report(message) {
            self.engine.adopt(now, boots, time)?;
            self.is_proven = true;
            return Ok(Some(Heard::Corrected));
        }
        self.engine.check(now, boots, time)?;
        Ok(None)
    }
}

/// An empty engine id, no user, no varbind, reportable. Source: RFC 3414, 4.
fn probe(envelope: Envelope, buffer: &mut [u8]) -> Result<usize, EncodeError> {
    let body = Body::get(envelope.id.cast_signed(), &[]);
    let data_len = Scoped::new(&[], &[], body).encode(buffer)?.len();
    let header = Header {
        message_id: envelope.id,
        max_size: envelope.max_size.into(),
        flags: Flags::REPORTABLE,
        security_model: SecurityModel::USM,
    };
    let (message, _) = header.wrap(&Usm::default(), data_len, buffer)?;
    Ok(message.len())
}

fn usm_of<'a>(message: &Message<'a>) -> Result<Usm<'a>, Deaf> {
    let found = message.header().security_model;
    message.usm().ok_or_else(|| UsmError::SecurityModel { found }.into())
}

/// What comes without a code where there should be one: a report, which proves nothing, or nothing at all.
fn hearsay<'s>(message: &Message<'s>) -> Result<Heard<'s>, Deaf> {
    let scoped = message.scoped().map_err(Rejected::Wire)?;
    let report = scoped.and_then(|scoped| report_in(&scoped.body));
    match report {
        Some(report) => Ok(Heard::Report(report, Proof::None)),
        None => Err(Rejected::SecurityLevel.into()),
    }
}

fn is_time_report(message: &Message<'_>) -> bool {
    let Data::Plain(_) = message.data() else { return false };
    let Ok(Some(scoped)) = message.scoped() else {
        return false;
    };
    report_in(&scoped.body) == Some(Report::NotInTimeWindows)
}

/// The counter that a report names; none of another message, or of a counter that no standard has.
fn report_in(body: &Body<'_>) -> Option<Report> {
    let Body::Common(Common {
        operation: Operation::REPORT,
        varbinds,
        ..
    }) = body
    else {
        return None;
    };
    Report::of(varbinds.iter().next()?.ok()?.name)
}
