//! Reading settings out of a document.

use super::placed::{Scope, numbered};
use crate::config::settings::bounds::Bound;
use crate::config::settings::field::Field;
use crate::config::settings::visit::{Item, Section, Visitor, Walker};
use crate::config::{ConfigError, Document};
use crate::profile::Profile;

pub(super) struct Reading<'a> {
    pub(super) document: &'a Document,
    pub(super) profile: &'a Profile,
}

impl Walker for Reading<'_> {
    fn section(&mut self, name: &'static str, section: &mut impl Section) -> Result<(), ConfigError> {
        section.visit(&mut ReadingFields {
            document: self.document,
            scope: Scope::Section(self.profile, name),
        })
    }

    fn list<I: Item>(&mut self, name: &'static str, max: u16, items: &mut Vec<I>) -> Result<(), ConfigError> {
        let Some(list) = self.profile.lists.get(name) else {
            return Ok(());
        };
        for (number, element) in numbered(self.document, list).into_iter().take(max.into()) {
            let mut item = I::of(number);
            item.visit(&mut ReadingFields {
                document: self.document,
                scope: Scope::Item(name, number, list, element),
            })?;
            items.push(item);
        }
        Ok(())
    }
}

struct ReadingFields<'a> {
    document: &'a Document,
    scope: Scope<'a>,
}

impl Visitor for ReadingFields<'_> {
    fn field<T: Field>(
        &mut self,
        name: &'static str,
        value: &mut Option<T>,
        _: impl Fn(&T) -> Result<(), Bound>,
    ) -> Result<(), ConfigError> {
        if let Some(located) = self.scope.locate(self.document, name)? {
            *value = self.scope.read(self.document, name, &located)?;
        }
        Ok(())
    }
}
