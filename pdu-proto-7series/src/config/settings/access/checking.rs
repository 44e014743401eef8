//! Whether the manual allows what is said.

use std::collections::{BTreeMap, BTreeSet};

use pdu_core::Secret;

use super::placed::item_key;
use crate::config::settings::bounds::Bound;
use crate::config::settings::field::Field;
use crate::config::settings::visit::{Item, Section, Visitor, Walker};
use crate::config::{ConfigError, SettingProblem};

/// What is said, as it is written, by the keys of messages. Some of it is secret, so all of it is treated so.
#[derive(Default)]
pub(super) struct Collecting {
    prefix: String,
    pub(super) written: BTreeMap<String, Secret>,
}

impl Walker for Collecting {
    fn section(&mut self, name: &'static str, section: &mut impl Section) -> Result<(), ConfigError> {
        self.prefix = format!("settings.{name}");
        section.visit(self)
    }

    fn list<I: Item>(&mut self, name: &'static str, _: u16, items: &mut Vec<I>) -> Result<(), ConfigError> {
        for item in items {
            self.prefix = item_key(name, item.number());
            item.visit(self)?;
        }
        Ok(())
    }
}

impl Visitor for Collecting {
    fn field<T: Field>(
        &mut self,
        name: &'static str,
        value: &mut Option<T>,
        _: impl Fn(&T) -> Result<(), Bound>,
    ) -> Result<(), ConfigError> {
        if let Some(value) = value {
            let key = format!("{}.{name}", self.prefix);
            self.written.insert(key, Secret::new(value.written()));
        }
        Ok(())
    }
}

#[derive(Default)]
pub(super) struct Checking {
    /// What is not asked.
    pub(super) present: BTreeMap<String, Secret>,
}

impl Walker for Checking {
    fn section(&mut self, name: &'static str, section: &mut impl Section) -> Result<(), ConfigError> {
        section.visit(&mut CheckingFields {
            prefix: format!("settings.{name}"),
            present: &self.present,
        })
    }

    fn list<I: Item>(&mut self, name: &'static str, max: u16, items: &mut Vec<I>) -> Result<(), ConfigError> {
        let mut numbers = BTreeSet::new();
        for item in items {
            let number = item.number();
            let key = item_key(name, number);
            let refused = |bound| ConfigError::Setting {
                key: key.clone(),
                problem: SettingProblem::Bound(bound),
            };
            if !(1..=max).contains(&number) {
                return Err(refused(Bound::Item { number, max }));
            }
            if !numbers.insert(number) {
                return Err(refused(Bound::Twice { number }));
            }
            item.visit(&mut CheckingFields {
                prefix: key,
                present: &self.present,
            })?;
        }
        Ok(())
    }
}

struct CheckingFields<'a> {
    prefix: String,
    present: &'a BTreeMap<String, Secret>,
}

impl Visitor for CheckingFields<'_> {
    fn field<T: Field>(
        &mut self,
        name: &'static str,
        value: &mut Option<T>,
        check: impl Fn(&T) -> Result<(), Bound>,
    ) -> Result<(), ConfigError> {
        let Some(value) = value else {
            return Ok(());
        };
        let key = format!("{}.{name}", self.prefix);
        if self.present.get(&key) == Some(&Secret::new(value.written())) {
            return Ok(());
        }
        check(value).map_err(|bound| ConfigError::Setting {
            key,
            problem: SettingProblem::Bound(bound),
        })
    }
}
