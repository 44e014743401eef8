//! Reads of many exact instances, in parts that fit a message.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::Base;
use super::item::{Found, Item, Values};
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
        self.values.take_all(reply, &self.base);
        self.rest.drain(..self.batch.min(self.rest.len()));
        self.started()
    }

    /// In v1 one name that there is not fails the whole request, and in any version one value that the agent fails to find out,
    /// which is there all the same. The answer says which: the others are asked for again.
    pub(super) fn failed(mut self, error: SnmpError) -> Fetched {
        let SnmpError::Agent {
            status: status @ (ErrorStatus::NO_SUCH_NAME | ErrorStatus::GEN_ERR),
            index,
            ..
        } = &error
        else {
            return Fetched::Failed(error);
        };
        let index = usize::try_from(*index).ok().and_then(|index| index.checked_sub(1));
        let asked = self.batch.min(self.rest.len());
        let Some(item) = index
            .filter(|index| *index < asked)
            .and_then(|index| self.rest.remove(index))
        else {
            return Fetched::Failed(error);
        };
        if *status == ErrorStatus::GEN_ERR {
            self.values.insert(item, Found::Unreadable);
        }
        self.started()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Value, VarBind, VarBindList, Version};
    use pdu_core::Effect;

    fn items() -> [Item; 3] {
        [Item::Scalar(1), Item::Scalar(2), Item::Scalar(3)]
    }

    fn request_for(items: &[Item]) -> OwnedRequest {
        let names: Vec<_> = items.iter().map(|item| item.name(&Base::GEIST)).collect();
        OwnedRequest::get(names.iter().map(OidBuf::as_oid))
    }

    fn refusal(status: ErrorStatus, index: u32) -> SnmpError {
        SnmpError::Agent {
            status,
            index,
            name: None,
            effect: Effect::NotApplied,
        }
    }

    #[test]
    fn name_that_fails_a_request_is_left_out_of_the_next() {
        for status in [ErrorStatus::NO_SUCH_NAME, ErrorStatus::GEN_ERR] {
            let Fetched::More(fetch) = Fetch::new(Base::GEIST, 24, items()).failed(refusal(status, 2)) else {
                panic!("more")
            };
            assert_eq!(fetch.request(), request_for(&[Item::Scalar(1), Item::Scalar(3)]));
        }
    }

    #[test]
    fn error_about_none_of_the_names_ends_it() {
        for (status, index) in [
            (ErrorStatus::GEN_ERR, 0),
            (ErrorStatus::NO_SUCH_NAME, 3),
            (ErrorStatus::NO_ACCESS, 1),
        ] {
            let ended = Fetch::new(Base::GEIST, 2, items()).failed(refusal(status, index));
            assert!(matches!(ended, Fetched::Failed(_)), "{status} {index}");
        }
    }

    #[test]
    fn values_come_in_parts_and_missing_ones_are_missing() {
        let fetch = Fetch::new(Base::GEIST, 2, items());
        assert_eq!(fetch.request(), request_for(&[Item::Scalar(1), Item::Scalar(2)]));
        let [title, version] = [1, 2].map(|scalar| Item::Scalar(scalar).name(&Base::GEIST));
        let answer = [
            VarBind::new(title.as_oid(), Value::OctetString(b"7W")),
            VarBind::new(version.as_oid(), Value::NoSuchInstance),
        ];
        let reply = Reply::from(VarBindList::new(Version::V2C, &answer).unwrap());
        let Fetched::More(fetch) = fetch.answered(&reply) else {
            panic!("more")
        };
        assert_eq!(fetch.request(), request_for(&[Item::Scalar(3)]));
        let Fetched::All(values) = fetch.answered(&Reply::default()) else {
            panic!("all")
        };
        assert_eq!(values.text(Item::Scalar(1)).as_deref(), Some("7W"));
        assert_eq!(values.text(Item::Scalar(2)), None);
    }

    #[test]
    fn value_that_cannot_be_read_is_told_apart_from_one_that_is_not_there() {
        let fetch = Fetch::new(Base::GEIST, 24, items());
        let Fetched::More(fetch) = fetch.failed(refusal(ErrorStatus::GEN_ERR, 1)) else {
            panic!("more")
        };
        let Fetched::More(fetch) = fetch.failed(refusal(ErrorStatus::NO_SUCH_NAME, 1)) else {
            panic!("more")
        };
        let name = Item::Scalar(3).name(&Base::GEIST);
        let address = Value::IpAddress([192, 0, 2, 7].into());
        let answer = [VarBind::new(name.as_oid(), address)];
        let reply = Reply::from(VarBindList::new(Version::V2C, &answer).unwrap());
        let Fetched::All(values) = fetch.answered(&reply) else {
            panic!("all")
        };
        let found = items().map(|item| values.get(item).cloned());
        assert_eq!(found, [Some(Found::Unreadable), None, Some(Found::Unreadable)]);
    }
}
