//! The receiver's half for v3.

use core::mem;

use pdu_core::Path;

use super::receiver::{MAX_DATAGRAM, bump, content_of, inform_in};
use super::recent::{Digest, Key};
use super::{Received, Receiver, Rejection, Source};
use crate::usm::{EngineId, Keys, Outgoing, Report, Salt, User, UsmError};
use crate::wire::v3::{Flags, Message, Scoped, SecurityLevel, Usm};
use crate::wire::{Body, Common, EncodeError, ErrorStatus, Operation, Value, VarBind, VarBinds};

/// The longest message that is received, as it is told: all that a datagram holds.
#[allow(clippy::cast_possible_truncation)] // 65,507
pub(super) const MAX_SIZE: u32 = MAX_DATAGRAM as u32;

impl Receiver {
    /// Takes a message of v3.
    pub(super) fn take_secured(&mut self, path: Path, datagram: &[u8]) -> Result<(), Rejection> {
        let message = Message::parse(datagram, self.options.tolerance)?;
        let header = message.header();
        let usm = message.usm().ok_or(Rejection::SecurityModel(header.security_model))?;
        let Err(reason) = self.take_from_user(path, &message, &usm) else {
            return Ok(());
        };
        let is_told = header.flags.contains(Flags::REPORTABLE) && self.report(path, &message, &usm, &reason).is_some();
        if is_told && asks_for_engine(&usm, &reason) {
            return Ok(());
        }
        Err(reason)
    }

    /// The message is proven to be authentic, then to be of now, and only then deciphered (RFC 3414, 3.2).
    fn take_from_user(&mut self, path: Path, message: &Message<'_>, usm: &Usm<'_>) -> Result<(), Rejection> {
        let keys = self.engines.believe(self.now, message, usm)?.clone();
        let mut scratch = mem::take(&mut self.scratch);
        let deciphered = scratch.octets(message.octets().len());
        let taken = self.take_believed(path, message, usm, &keys, deciphered);
        self.scratch = scratch;
        taken
    }

    fn take_believed(
        &mut self,
        path: Path,
        message: &Message<'_>,
        usm: &Usm<'_>,
        keys: &Keys,
        scratch: &mut [u8],
    ) -> Result<(), Rejection> {
        let scoped = keys.decrypt(message, scratch, self.options.tolerance)?;
        let content = content_of(&scoped.body)?;
        if let Some(inform) = inform_in(&scoped.body) {
            if !self.engines.is_own(usm.engine_id) {
                return Err(Rejection::UnknownEngine);
            }
            self.answer_secured(path, message, keys, &scoped, inform)?;
            if self.came_before(path, inform, Digest::NONE.and(usm.user_name).and(scoped.context_name)) {
                return Ok(());
            }
        } else if self.is_replayed(message, usm) {
            return Err(Rejection::Replayed);
        }
        self.hand_out(Received {
            path,
            at: self.now,
            operation: scoped.body.operation(),
            source: Source::User {
                engine_id: EngineId::new(usm.engine_id)?,
                name: usm.user_name.into(),
                level: keys.level(),
                context_engine_id: scoped.context_engine_id.into(),
                context_name: scoped.context_name.into(),
            },
            content,
            anomalies: message.anomalies().union(scoped.anomalies()),
        });
        Ok(())
    }

    /// Whether an authentic trap came before. If not, it has from now on. Its code stands for all that it says; a trap
    /// without one proves nothing, and may come as often as it likes.
    fn is_replayed(&mut self, message: &Message<'_>, usm: &Usm<'_>) -> bool {
        if usm.authentication_parameters.is_empty() {
            return false;
        }
        let key = Key {
            remote: None,
            id: message.header().message_id.into(),
            digest: Digest::NONE.and(usm.engine_id).and(usm.authentication_parameters),
        };
        let is_known = self.traps.contains(self.now, &key);
        self.traps.insert(self.now, key);
        is_known
    }

    /// Answers an inform as it came: with its varbinds, at its level. Source: RFC 3416, 4.2.7.
    fn answer_secured(
        &mut self,
        path: Path,
        message: &Message<'_>,
        keys: &Keys,
        asked: &Scoped<'_>,
        inform: &Common<'_>,
    ) -> Result<(), Rejection> {
        let answer = |body| Scoped::new(asked.context_engine_id, asked.context_name, body);
        let full = answer(Body::response(inform.request_id, inform.varbinds));
        match self.push_sealed(path, message, keys, keys.level(), &full) {
            Err(Rejection::TooBig) => {}
            pushed => return pushed,
        }
        let too_big = answer(Body::Common(Common {
            operation: Operation::RESPONSE,
            error_status: ErrorStatus::TOO_BIG,
            varbinds: VarBinds::EMPTY,
            ..*inform
        }));
        self.push_sealed(path, message, keys, keys.level(), &too_big)?;
        Err(Rejection::TooBig)
    }

    /// Tells the sender of a message why it was not believed; `None` if there is nothing to tell, or no room.
    fn report(&mut self, path: Path, message: &Message<'_>, usm: &Usm<'_>, reason: &Rejection) -> Option<()> {
        let own = self.engines.own()?.id();
        let report = if self.engines.is_own(usm.engine_id) {
            reason.report()?
        } else {
            // Whoever may be reported to asks for an answer, which is for the own engine to give.
            Report::UnknownEngineIds
        };
        let varbinds = [VarBind::new(report.oid(), Value::Counter32(self.count_report(report)))];
        // What is encrypted has no request id that could be repeated.
        let request_id = message
            .scoped()
            .ok()
            .flatten()
            .and_then(|asked| asked.body.request_id());
        let body = Body::common(Operation::REPORT, request_id.unwrap_or(0), &varbinds);
        let scoped = Scoped::new(own.as_octets(), b"", body);
        // A clock may only be taken over if it is authentic (RFC 3414, 3.2, 7 a).
        let (keys, level) = match report {
            Report::NotInTimeWindows => (self.engines.keys_of(usm)?.clone(), SecurityLevel::AuthNoPriv),
            _ => (
                Keys::unprotected(&User::new(usm.user_name).ok()?),
                SecurityLevel::NoAuthNoPriv,
            ),
        };
        self.push_sealed(path, message, &keys, level, &scoped).ok()?;
        bump(&mut self.statistics.reports);
        Some(())
    }

    fn count_report(&mut self, report: Report) -> u32 {
        let mut counts = Report::ALL.into_iter().zip(&mut self.reports);
        let Some((_, count)) = counts.find(|(counted, _)| *counted == report) else {
            return 0;
        };
        *count = count.wrapping_add(1);
        *count
    }

    /// Queues an answer of the own engine to `message`, if the sender of that can receive it.
    fn push_sealed(
        &mut self,
        path: Path,
        message: &Message<'_>,
        keys: &Keys,
        level: SecurityLevel,
        scoped: &Scoped<'_>,
    ) -> Result<(), Rejection> {
        let own = self.engines.own().ok_or(Rejection::UnknownEngine)?;
        let engine_id = own.id();
        let (boots, time) = own.stamp(self.now);
        let outgoing = Outgoing {
            message_id: message.header().message_id,
            max_size: MAX_SIZE,
            flags: Flags::NONE,
            engine_id: engine_id.as_octets(),
            boots,
            time,
            salt: Salt(0),
        };
        let max = usize::try_from(message.header().max_size).unwrap_or(MAX_DATAGRAM);
        let sealed = self.sealer.seal(keys, level, outgoing, scoped, max.min(MAX_DATAGRAM));
        match sealed {
            Ok(octets) => self.answers.push(path, octets),
            Err(UsmError::Encode(EncodeError::Buffer { .. })) => Err(Rejection::TooBig),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether a message is one of the two by which a sender of informs finds out about this engine and its clock: it names no
/// engine, or no time (RFC 3414, 4). To be answered, and not to be counted as rejected.
fn asks_for_engine(usm: &Usm<'_>, reason: &Rejection) -> bool {
    let asks_for_time = usm.engine_boots == 0 && usm.engine_time == 0;
    usm.engine_id.is_empty() || asks_for_time && matches!(reason, Rejection::Usm(UsmError::NotInTimeWindow { .. }))
}
