//! Reads of many exact instances, in parts that fit a message.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::Base;
use super::item::{Item, Values};
use crate::SnmpError;
use crate::client::{OwnedRequest, Reply};
use crate::wire::{ErrorStatus, OidBuf};

/// What is still to be read, and what is found so far.
#[derive(Debug)]
pub(super) struct Fetch {
    base: Base,
    batch: usize,
    rest: VecDeque<Item>,
    values: Values,
}

/// How a part of it went.
pub(super) enum Fetched {
    /// There is more to be read.
    More(Fetch),
    /// Everything that there is.
    All(Values),
    Failed(SnmpError),
}

impl Fetch {
    pub(super) fn new(base: Base, batch: u8, items: impl IntoIterator<Item = Item>) -> Self {
        Self {
            base,
            batch: usize::from(batch).max(1),
            rest: items.into_iter().collect(),
            values: Values::default(),
        }
    }

    /// What is already known counts as found.
    pub(super) fn with_values(self, values: Values) -> Self {
        Self { values, ..self }
    }

    /// What was found, if there is nothing to ask.
    pub(super) fn started(self) -> Fetched {
        if self.rest.is_empty() {
            return Fetched::All(self.values);
        }
        Fetched::More(self)
    }

    pub(super) fn request(&self) -> OwnedRequest {
        let part = self.rest.iter().take(self.batch);
        let names: Vec<OidBuf> = part.map(|item| item.name(&self.base)).collect();
        OwnedRequest::get(names.iter().map(OidBuf::as_oid))
    }

    pub(super) fn answered(mut self, reply: &Reply) -> Fetched {
        for varbind in reply.iter().flatten() {
            self.values.take(&varbind, &self.base);
        }
        self.rest.drain(..self.batch.min(self.rest.len()));
        self.started()
    }

    /// In v1 one name that there is not fails the whole request, which says which: the others are asked for again.
    pub(super) fn failed(mut self, error: SnmpError) -> Fetched {
        let missing = match &error {
            SnmpError::Agent {
                status: ErrorStatus::NO_SUCH_NAME,
                index,
                ..
            } => usize::try_from(*index).ok().and_then(|index| index.checked_sub(1)),
            _ => None,
        };
        match missing {
            Some(index) if index < self.batch.min(self.rest.len()) => {
                self.rest.remove(index);
                self.started()
            }
            _ => Fetched::Failed(error),
        }
    }
}
