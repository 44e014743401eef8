use alloc::collections::{BTreeMap, btree_map::Entry};
use alloc::vec::Vec;
use core::time::Duration;

use pdu_core::Instant;

use super::Rejection;
use crate::usm::{EngineId, Keys, LocalEngine, RemoteEngine, User, UsmError};
use crate::wire::v3::{Message, SecurityLevel, Usm};

/// The users that a receiver believes, and the engines that they were heard from.
///
/// An engine is kept once a message of it was found authentic, and only then: what a stranger makes up takes no place. Those
/// kept are a bounded number, and none is given up for another: with it would go what is known of its clock, and with that
/// the proof that an old message is old.
#[derive(Debug)]
pub(super) struct Engines {
    users: Vec<Listed>,
    /// The engine in here: authoritative for informs.
    own: Option<LocalEngine>,
    heard: BTreeMap<EngineId, Heard>,
    capacity: usize,
    trials: Trials,
}

/// A user, and from where.
#[derive(Debug)]
struct Listed {
    user: User,
    /// `None`: from any engine.
    engine: Option<EngineId>,
    /// The keys of a user who has none.
    unprotected: Keys,
    /// Those for the only engine, made once: what strangers say in the name of both costs no more than what they say otherwise.
    there: Option<Result<Keys, UsmError>>,
}

/// An engine that was heard, or the own one.
#[derive(Debug)]
struct Heard {
    clock: Clock,
    /// By the place of their user in the list.
    keys: BTreeMap<usize, Keys>,
}

#[derive(Debug)]
enum Clock {
    Own(LocalEngine),
    Other(RemoteEngine),
}

impl Clock {
    fn check(&mut self, now: Instant, boots: u32, time: u32) -> Result<(), UsmError> {
        match self {
            Self::Own(engine) => engine.check(now, boots, time),
            Self::Other(engine) => engine.check(now, boots, time),
        }
    }
}

impl Engines {
    pub(super) const fn new(capacity: usize, trials_per_second: u32) -> Self {
        Self {
            users: Vec::new(),
            own: None,
            heard: BTreeMap::new(),
            capacity,
            trials: Trials::new(trials_per_second),
        }
    }

    pub(super) fn list(&mut self, user: User, engine: Option<EngineId>) {
        let unprotected = Keys::unprotected(&user);
        let there = engine.map(|engine| Keys::localise(&user, &engine));
        self.users.push(Listed {
            user,
            engine,
            unprotected,
            there,
        });
    }

    pub(super) fn set_own(&mut self, engine: LocalEngine) {
        self.own = Some(engine);
        let (clock, keys) = (Clock::Own(engine), BTreeMap::new());
        self.heard.insert(engine.id(), Heard { clock, keys });
    }

    pub(super) const fn own(&self) -> Option<&LocalEngine> {
        self.own.as_ref()
    }

    pub(super) fn is_own(&self, engine_id: &[u8]) -> bool {
        self.own.is_some_and(|own| own.id().as_octets() == engine_id)
    }

    /// Engines of others.
    pub(super) fn heard(&self) -> impl Iterator<Item = EngineId> {
        self.heard.keys().copied().filter(|id| !self.is_own(id.as_octets()))
    }

    pub(super) fn forget(&mut self, engine: &EngineId) {
        if !self.is_own(engine.as_octets()) {
            self.heard.remove(engine);
        }
    }

    /// The keys of the user who sent a message, once the message is found authentic and in time.
    ///
    /// The first message of an engine sets its clock: a receiver of traps cannot ask it (RFC 3414, 3.2, 7 b).
    pub(super) fn believe(&mut self, now: Instant, message: &Message<'_>, usm: &Usm<'_>) -> Result<&Keys, Rejection> {
        let engine_id = EngineId::new(usm.engine_id)?;
        let place = self.place_of(&engine_id, usm.user_name)?;
        if self.expect_level(place, message)? == SecurityLevel::NoAuthNoPriv {
            return self.unprotected(place, message);
        }
        if let Some(keys) = self.keys(&engine_id, place) {
            keys.verify(message)?;
        } else {
            let keys = self.localise(now, &engine_id, place)?;
            let verified = keys.verify(message);
            // Those for the own engine cost a stranger one message, and not us a key for each of his.
            if verified.is_ok() || self.is_own(engine_id.as_octets()) {
                self.keep(engine_id, place, keys)?;
            }
            verified?;
        }
        let heard = self.heard.get_mut(&engine_id).ok_or(Rejection::UnknownEngine)?;
        heard.clock.check(now, usm.engine_boots, usm.engine_time)?;
        heard.keys.get(&place).ok_or(Rejection::UnknownUser)
    }

    /// The keys of a message whose code was found right.
    pub(super) fn keys_of(&self, usm: &Usm<'_>) -> Option<&Keys> {
        let engine_id = EngineId::new(usm.engine_id).ok()?;
        let place = self.place_of(&engine_id, usm.user_name).ok()?;
        self.keys(&engine_id, place)
    }

    /// Where in the list the user of this engine is, or else the one of any engine.
    fn place_of(&self, engine_id: &EngineId, name: &[u8]) -> Result<usize, Rejection> {
        let place_for = |engine: Option<&EngineId>| {
            let mut users = self.users.iter();
            users.position(|listed| listed.engine.as_ref() == engine && listed.user.name() == name)
        };
        place_for(Some(engine_id))
            .or_else(|| place_for(None))
            .ok_or(Rejection::UnknownUser)
    }

    /// A user who has keys must use them: otherwise anybody could speak in that name.
    fn expect_level(&self, place: usize, message: &Message<'_>) -> Result<SecurityLevel, Rejection> {
        let found = message.header().flags.level().unwrap_or(SecurityLevel::NoAuthNoPriv);
        let expected = self.users.get(place).map(|listed| listed.user.level());
        match expected {
            Some(expected) if expected == found => Ok(found),
            Some(expected) => Err(Rejection::Level { expected, found }),
            None => Err(Rejection::UnknownUser),
        }
    }

    /// What anybody can send is neither authentic nor in time, and nothing of it is kept.
    fn unprotected(&self, place: usize, message: &Message<'_>) -> Result<&Keys, Rejection> {
        let listed = self.users.get(place).ok_or(Rejection::UnknownUser)?;
        listed.unprotected.verify(message)?;
        Ok(&listed.unprotected)
    }

    fn keys(&self, engine_id: &EngineId, place: usize) -> Option<&Keys> {
        self.heard.get(engine_id)?.keys.get(&place)
    }

    /// Makes the keys of a user for an engine. Anybody can make up engines, so this is done for a bounded number a second.
    fn localise(&mut self, now: Instant, engine_id: &EngineId, place: usize) -> Result<Keys, Rejection> {
        let listed = self.users.get(place).ok_or(Rejection::UnknownUser)?;
        if let Some(keys) = &listed.there {
            return Ok(keys.clone()?);
        }
        if !self.is_own(engine_id.as_octets()) && !self.trials.take(now) {
            return Err(Rejection::TooManyEngines);
        }
        Ok(Keys::localise(&listed.user, engine_id)?)
    }

    fn keep(&mut self, engine_id: EngineId, place: usize, keys: Keys) -> Result<(), Rejection> {
        let others = self.heard.len().saturating_sub(usize::from(self.own.is_some()));
        let heard = match self.heard.entry(engine_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(_) if others >= self.capacity => return Err(Rejection::TooManyEngines),
            Entry::Vacant(place) => place.insert(Heard {
                clock: Clock::Other(RemoteEngine::new(engine_id)),
                keys: BTreeMap::new(),
            }),
        };
        heard.keys.insert(place, keys);
        Ok(())
    }
}

/// A bounded number of trials in each second.
#[derive(Debug)]
struct Trials {
    per_second: u32,
    left: u32,
    since: Instant,
}

impl Trials {
    const fn new(per_second: u32) -> Self {
        Self {
            per_second,
            left: per_second,
            since: Instant::EPOCH,
        }
    }

    fn take(&mut self, now: Instant) -> bool {
        if now.saturating_since(self.since) >= Duration::from_secs(1) {
            self.since = now;
            self.left = self.per_second;
        }
        let left = self.left.checked_sub(1);
        self.left = left.unwrap_or_default();
        left.is_some()
    }
}
