//! Writing settings into a document.

use std::borrow::Cow;

use super::placed::{Scope, item_key, numbered, theirs};
use crate::config::document::Element;
use crate::config::settings::bounds::Bound;
use crate::config::settings::field::Field;
use crate::config::settings::visit::{Item, Section, Visitor, Walker};
use crate::config::{ConfigError, Document, SettingProblem};
use crate::profile::Profile;

pub(super) struct Writing<'a> {
    pub(super) document: &'a mut Document,
    pub(super) profile: &'a Profile,
}

impl Walker for Writing<'_> {
    fn section(&mut self, name: &'static str, section: &mut impl Section) -> Result<(), ConfigError> {
        section.visit(&mut WritingFields {
            document: self.document,
            scope: Scope::Section(self.profile, name),
        })
    }

    fn list<I: Item>(&mut self, name: &'static str, _: u16, items: &mut Vec<I>) -> Result<(), ConfigError> {
        if items.is_empty() {
            return Ok(());
        }
        let Some(list) = self.profile.lists.get(name) else {
            return Err(ConfigError::Setting {
                key: format!("lists.{name}"),
                problem: SettingProblem::NotPlaced,
            });
        };
        let there = numbered(self.document, list);
        for item in items {
            let number = item.number();
            let element = sole_item(&there, number).map_err(|problem| ConfigError::Setting {
                key: item_key(name, number),
                problem,
            })?;
            item.visit(&mut WritingFields {
                document: self.document,
                scope: Scope::Item(name, number, list, element),
            })?;
        }
        Ok(())
    }
}

fn sole_item(there: &[(u16, Element)], number: u16) -> Result<Element, SettingProblem> {
    let mut of_number = there.iter().filter(|(found, _)| *found == number);
    match (of_number.next(), of_number.next()) {
        (Some((_, element)), None) => Ok(*element),
        (None, _) => Err(SettingProblem::NoItem { items: there.len() }),
        (Some(_), Some(_)) => Err(SettingProblem::Bound(Bound::Twice { number })),
    }
}

struct WritingFields<'a> {
    document: &'a mut Document,
    scope: Scope<'a>,
}

impl Visitor for WritingFields<'_> {
    fn field<T: Field>(
        &mut self,
        name: &'static str,
        value: &mut Option<T>,
        _: impl Fn(&T) -> Result<(), Bound>,
    ) -> Result<(), ConfigError> {
        let Some(wanted) = value else {
            return Ok(());
        };
        let Some(located) = self.scope.locate(self.document, name)? else {
            return Err(self.scope.wrong(name, SettingProblem::NotPlaced));
        };
        // What cannot be read may be written over.
        let present = self.scope.read(self.document, name, &located).unwrap_or_default();
        if present.as_ref() == Some(wanted) {
            return Ok(());
        }
        let written = wanted.written();
        let text: Cow<'_, str> = theirs(located.words, &written).into();
        self.document
            .set_at(located.element, located.attribute, &located.path, &text)
            .map_err(|error| self.scope.wrong(name, SettingProblem::Place(Box::new(error))))
    }
}
