use alloc::{
    collections::{BTreeMap, VecDeque},
    string::{String, ToString},
};

use pdu_core::Instant;

use super::member::Member;
use super::{Bps2000, Values};
use crate::bps2000::{MEMBER_COUNT, OBJECTS};
use crate::server::OwnedValue;

/// What a simulated chain is to be, from [`Bps2000::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    seed: u64,
    slaves: u16,
    values: Values,
    name: Option<String>,
    has_unprinted: bool,
}

impl Builder {
    pub(super) const fn new() -> Self {
        Self {
            seed: 0,
            slaves: MEMBER_COUNT - 1,
            values: Values::Text,
            name: None,
            has_unprinted: true,
        }
    }

    /// What all that moves is derived from: of the master from this seed, of its slaves from the next ones.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many slaves the master has: 0 to 5, more count as 5.
    #[must_use]
    pub const fn slaves(mut self, slaves: u16) -> Self {
        self.slaves = if slaves < MEMBER_COUNT {
            slaves
        } else {
            MEMBER_COUNT - 1
        };
        self
    }

    /// What values look like; text unless told.
    #[must_use]
    pub const fn values(mut self, values: Values) -> Self {
        self.values = values;
        self
    }

    /// The name of the device; `BPS2000v2` unless told.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_string());
        self
    }

    /// Without the 16 objects of the fifth slave that the manual does not print (note B-05).
    #[must_use]
    pub const fn without_unprinted(mut self) -> Self {
        self.has_unprinted = false;
        self
    }

    /// The master and its slaves.
    pub fn build(&self) -> Bps2000 {
        let members = (0..=self.slaves).map(|unit| Member::new(unit, self.seed.wrapping_add(unit.into())));
        let mut chain = Bps2000 {
            name: self.name.clone().unwrap_or_else(|| "BPS2000v2".to_string()),
            values: self.values,
            members: members.collect(),
            overrides: BTreeMap::new(),
            notifications: VecDeque::new(),
            text: String::new(),
            now: Instant::EPOCH,
            started: None,
            seconds: 0,
            due: Instant::EPOCH,
        };
        if !self.has_unprinted {
            for object in OBJECTS.iter().filter(|object| object.manual_line.is_none()) {
                chain.answer_with(object, Some(OwnedValue::NoSuchObject));
            }
        }
        chain.refresh();
        chain
    }
}
