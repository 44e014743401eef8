//! Messages of v3, with the user-based security model.

use alloc::vec::Vec;
use core::mem;

use pdu_core::{Instant, Path};

use super::desk::{Desk, Way, is_for_agents, is_readable};
use super::operations::{Asked, Failure};
use super::statistics::bump;
use super::{Access, AgentOptions, Statistics, Tree};
use crate::scratch::Scratch;
use crate::usm::{EngineId, Keys, LocalEngine, Outgoing, Report, Salt, Salts, User, UsmError};
use crate::wire::v3::{Flags, Header, MIN_MAX_SIZE, Message, Scoped, SecurityLevel, Usm};
use crate::wire::{Body, Operation, Problem, Value, VarBind, VarBinds, Version, WireError};

/// Heads that may get two octets longer when varbinds are put in: of the message, its encrypted data, the scoped data, its body
/// and the list.
const GROWTH: usize = 10;
/// The most octets that a block cipher adds.
const PADDING: usize = 8;
/// The length of the privacy parameters, whatever the cipher.
const SALT: [u8; 8] = [0; 8];

/// Users, their keys for this engine, and what each may do.
#[derive(Debug)]
pub(super) struct Users {
    engine: LocalEngine,
    salts: Salts,
    rows: Vec<Row>,
    /// Where data is deciphered.
    scratch: Scratch,
}

#[derive(Debug)]
struct Row {
    keys: Keys,
    access: Access,
}

/// What a message says about how it is to be answered.
#[derive(Clone, Copy)]
struct Envelope<'a> {
    header: Header,
    usm: Usm<'a>,
    level: SecurityLevel,
    way: Way,
}

/// Why a message is not taken.
#[derive(Clone, Copy)]
enum Refusal {
    /// What is inside is no request: snmpInASNParseErrs.
    Unreadable,
    /// Something that no agent answers.
    Unexpected,
    /// To be counted, and reported at this level if the sender wants reports.
    Report {
        report: Report,
        level: SecurityLevel,
        request_id: i32,
    },
}

/// Keeps the salts of responses away from those of notifications, which the same keys encrypt if a [sender] of the same seed
/// has the same user: far away, also in the lower half, which is all that DES takes.
///
/// [sender]: super::Agent::with_sender
const APART: u64 = 0x8000_0000_8000_0000;

impl Users {
    pub(super) fn new(engine: LocalEngine, seed: u64) -> Self {
        Self {
            engine,
            salts: Salts::new(seed ^ APART),
            rows: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    pub(super) const fn engine(&self) -> &LocalEngine {
        &self.engine
    }

    pub(super) fn insert(&mut self, user: &User, access: Access) -> Result<(), UsmError> {
        let keys = Keys::localise(user, &self.engine.id())?;
        self.rows.retain(|row| row.keys.user_name() != user.name());
        self.rows.push(Row { keys, access });
        Ok(())
    }

    /// Carries a request out, or counts and reports why not.
    ///
    /// Source: RFC 3412, 7.2; RFC 3414, 3.2.
    pub(super) fn take<T: Tree>(&mut self, desk: &mut Desk<T>, options: &AgentOptions, path: Path, datagram: &[u8]) {
        let message = match Message::parse(datagram, options.tolerance) {
            Ok(message) => message,
            Err(error) => return count_unread(&mut desk.statistics, &error),
        };
        let header = message.header();
        let Some((usm, level)) = message.usm().zip(header.flags.level()) else {
            desk.statistics.refuse(Report::UnknownSecurityModels);
            return;
        };
        let peers_size = usize::try_from(header.max_size).unwrap_or(usize::MAX);
        let size = options.message_size().min(peers_size);
        let way = Way { path, size };
        let envelope = Envelope {
            header,
            usm,
            level,
            way,
        };
        let salt = self.salts.take();
        let mut scratch = mem::take(&mut self.scratch);
        let deciphered = scratch.octets(datagram.len());
        match self.open(desk.now, options, &message, &envelope, deciphered) {
            Ok((row, scoped)) => self.answer(desk, options, &envelope, salt, row, &scoped),
            Err(Refusal::Unreadable) => {
                bump(&mut desk.statistics.parse_errors);
            }
            Err(Refusal::Unexpected) => {
                bump(&mut desk.statistics.unexpected);
            }
            Err(Refusal::Report {
                report,
                level,
                request_id,
            }) => {
                let count = desk.statistics.refuse(report);
                let varbind = [VarBind::new(report.oid(), Value::Counter32(count))];
                let body = Body::common(Operation::REPORT, request_id, &varbind);
                if header.flags.contains(Flags::REPORTABLE) {
                    self.report(desk, options, &envelope, (level, salt), body);
                }
            }
        }
        self.scratch = scratch;
    }

    /// Who sent a message, and what is in it, deciphered.
    fn open<'s>(
        &self,
        now: Instant,
        options: &AgentOptions,
        message: &Message<'s>,
        envelope: &Envelope<'s>,
        scratch: &'s mut [u8],
    ) -> Result<(&Row, Scoped<'s>), Refusal> {
        let row = self
            .authenticate(now, message, envelope)
            .map_err(|(report, level)| Refusal::Report {
                report,
                level,
                request_id: request_id_in_clear(message),
            })?;
        let scoped = row
            .keys
            .decrypt(message, scratch, options.tolerance)
            .map_err(|error| match error.report() {
                Some(report) => Refusal::Report {
                    report,
                    level: SecurityLevel::NoAuthNoPriv,
                    request_id: 0,
                },
                None => Refusal::Unreadable,
            })?;
        self.admit(&scoped, envelope.level)?;
        Ok((row, scoped))
    }

    /// Who sent a message. What is wrong with it otherwise, and how well a report of that is protected.
    ///
    /// Source: RFC 3414, 3.2, 3 to 7.
    fn authenticate(
        &self,
        now: Instant,
        message: &Message<'_>,
        envelope: &Envelope<'_>,
    ) -> Result<&Row, (Report, SecurityLevel)> {
        let usm = &envelope.usm;
        let in_clear = |report| (report, SecurityLevel::NoAuthNoPriv);
        if usm.engine_id != self.engine.id().as_octets() {
            return Err(in_clear(Report::UnknownEngineIds));
        }
        let row = self.row(usm.user_name).ok_or(in_clear(Report::UnknownUserNames))?;
        if envelope.level > row.keys.level() {
            return Err(in_clear(Report::UnsupportedSecurityLevels));
        }
        if envelope.level == SecurityLevel::NoAuthNoPriv {
            return Ok(row);
        }
        row.keys.verify(message).map_err(|_| in_clear(Report::WrongDigests))?;
        self.engine
            .check(now, usm.engine_boots, usm.engine_time)
            .map_err(|_| (Report::NotInTimeWindows, SecurityLevel::AuthNoPriv))?;
        Ok(row)
    }

    /// Whether there is somebody here for what was received. Source: RFC 3412, 7.2, 13; RFC 3413, 3.2.
    fn admit(&self, scoped: &Scoped<'_>, level: SecurityLevel) -> Result<(), Refusal> {
        let operation = scoped.body.operation();
        let report = |report| Refusal::Report {
            report,
            level,
            request_id: scoped.body.request_id().unwrap_or_default(),
        };
        if !operation.is_confirmed() {
            return Err(Refusal::Unexpected);
        }
        if scoped.context_engine_id != self.engine.id().as_octets() || !is_for_agents(operation) {
            return Err(report(Report::UnknownPduHandlers));
        }
        if !is_readable(&scoped.body) {
            return Err(Refusal::Unreadable);
        }
        if !scoped.context_name.is_empty() {
            return Err(report(Report::UnknownContexts));
        }
        Ok(())
    }

    fn answer<T: Tree>(
        &self,
        desk: &mut Desk<T>,
        options: &AgentOptions,
        envelope: &Envelope<'_>,
        salt: Salt,
        row: &Row,
        request: &Scoped<'_>,
    ) {
        let id = self.engine.id();
        let outgoing = self.outgoing(desk.now, options, envelope, &id, salt);
        let (engine_id, name) = (request.context_engine_id, request.context_name);
        let empty = Scoped::new(engine_id, name, Body::response(i32::MAX, VarBinds::EMPTY));
        let asked = Asked {
            version: Version::V3,
            body: request.body,
            access: &row.access,
            room: envelope.room(&outgoing, &empty),
            max_repetitions: options.max_repetitions,
        };
        let is_protected_enough = envelope.level >= row.access.level().unwrap_or(row.keys.level());
        let allowed = if is_protected_enough {
            Ok(())
        } else {
            Err(Failure::AUTHORIZATION)
        };
        desk.answer(envelope.way, &asked, allowed, |body, buffer| {
            let len = Scoped::new(engine_id, name, body).encode(buffer).ok()?.len();
            let sealed = row.keys.seal_at(envelope.level, outgoing, len, buffer);
            sealed.ok().map(|octets| octets.len())
        });
    }

    fn report<T: Tree>(
        &self,
        desk: &mut Desk<T>,
        options: &AgentOptions,
        envelope: &Envelope<'_>,
        (level, salt): (SecurityLevel, Salt),
        body: Body<'_>,
    ) {
        let id = self.engine.id();
        let outgoing = self.outgoing(desk.now, options, envelope, &id, salt);
        let name = envelope.usm.user_name;
        let stranger = User::new(name).map(|user| Keys::unprotected(&user));
        let keys = match level {
            SecurityLevel::NoAuthNoPriv => stranger.as_ref().ok(),
            _ => self.row(name).map(|row| &row.keys),
        };
        let way = envelope.way;
        let is_sent = desk.output.push(way.path, way.size, |buffer| {
            let len = Scoped::new(id.as_octets(), b"", body).encode(buffer).ok()?.len();
            let sealed = keys?.seal_at(level, outgoing, len, buffer);
            sealed.ok().map(|octets| octets.len())
        });
        if is_sent {
            bump(&mut desk.statistics.answered);
        }
    }

    fn outgoing<'e>(
        &self,
        now: Instant,
        options: &AgentOptions,
        envelope: &Envelope<'_>,
        id: &'e EngineId,
        salt: Salt,
    ) -> Outgoing<'e> {
        let (boots, time) = self.engine.stamp(now);
        Outgoing {
            message_id: envelope.header.message_id,
            max_size: u32::try_from(options.message_size()).unwrap_or(MIN_MAX_SIZE),
            flags: Flags::NONE,
            engine_id: id.as_octets(),
            boots,
            time,
            salt,
        }
    }

    fn row(&self, user_name: &[u8]) -> Option<&Row> {
        self.rows.iter().find(|row| row.keys.user_name() == user_name)
    }
}

impl Envelope<'_> {
    /// Octets that varbinds may take in a response, which without any is `empty`.
    fn room(&self, outgoing: &Outgoing<'_>, empty: &Scoped<'_>) -> usize {
        let header = Header {
            max_size: outgoing.max_size,
            ..self.header
        };
        // The code is as long as that of the request, which was found right.
        let usm = Usm {
            engine_boots: outgoing.boots,
            engine_time: outgoing.time,
            privacy_parameters: &SALT,
            ..self.usm
        };
        let frame = header.wrapped_len(&usm, empty.encoded_len());
        self.way.size.saturating_sub(frame.saturating_add(GROWTH + PADDING))
    }
}

/// A message of which not even the envelope can be read. Source: RFC 3412, 7.2, 2 and 5.
fn count_unread(statistics: &mut Statistics, error: &WireError) {
    match error.problem {
        Problem::PrivacyWithoutAuthentication { .. } => statistics.refuse(Report::InvalidMessages),
        _ => bump(&mut statistics.parse_errors),
    };
}

/// What a report repeats: 0 if it cannot be read.
fn request_id_in_clear(message: &Message<'_>) -> i32 {
    let scoped = message.scoped().ok().flatten();
    scoped.and_then(|scoped| scoped.body.request_id()).unwrap_or_default()
}
