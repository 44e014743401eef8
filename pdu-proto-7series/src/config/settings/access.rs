//! Reading, checking and writing settings, all by the same walk.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use pdu_core::Secret;

use super::bounds::{Bound, is_xml_space};
use super::field::Field;
use super::visit::{Item, Section, Visitor, Walker};
use super::{Account, Settings};
use crate::config::document::Element;
use crate::config::{ConfigError, Document, Path, SettingProblem};
use crate::profile::{ListPlace, Place, Presence, Profile};

pub(super) fn read(document: &Document, profile: &Profile) -> Result<Settings, ConfigError> {
    let mut settings = Settings::default();
    settings.walk(&mut Reading { document, profile })?;
    Ok(settings)
}

pub(super) fn check(settings: &Settings) -> Result<(), ConfigError> {
    settings.clone().walk(&mut Checking::default())
}

/// What differs from what a unit has already: that it has, and may keep.
pub(super) fn check_changed(settings: &Settings, present: &Settings) -> Result<(), ConfigError> {
    let mut collecting = Collecting::default();
    present.clone().walk(&mut collecting)?;
    settings.clone().walk(&mut Checking {
        present: collecting.written,
    })
}

pub(super) fn apply(settings: &Settings, document: &mut Document, profile: &Profile) -> Result<(), ConfigError> {
    check(settings)?;
    let mut edited = document.clone();
    settings.clone().walk(&mut Writing {
        document: &mut edited,
        profile,
    })?;
    check_accounts(settings, &accounts(&edited, profile)?)?;
    *document = edited;
    Ok(())
}

/// Of all settings only the accounts: nothing else needs to be readable.
fn accounts(document: &Document, profile: &Profile) -> Result<Settings, ConfigError> {
    let mut settings = Settings::default();
    let mut reading = Reading { document, profile };
    reading.section("administrator", &mut settings.administrator)?;
    reading.section("control", &mut settings.control)?;
    reading.section("view", &mut settings.view)?;
    Ok(settings)
}

/// The other accounts need the Administrator's. Source: manual, lines 225 to 227.
///
/// Asked only of who changes accounts: what a unit has already is not for others to mend.
fn check_accounts(wanted: &Settings, edited: &Settings) -> Result<(), ConfigError> {
    let untouched = [&wanted.administrator, &wanted.control, &wanted.view]
        .iter()
        .all(|account| **account == Account::default());
    let is_empty = |account: &Account| account.name.as_ref().is_none_or(String::is_empty);
    // A profile that does not place the Administrator's cannot tell.
    let without_administrator = edited.administrator.name.as_ref().is_some_and(String::is_empty);
    if untouched || !without_administrator {
        return Ok(());
    }
    for (section, account) in [("control", &edited.control), ("view", &edited.view)] {
        if !is_empty(account) {
            return Err(ConfigError::Setting {
                key: format!("settings.{section}.name"),
                problem: SettingProblem::Bound(Bound::AdministratorFirst),
            });
        }
    }
    Ok(())
}

/// What a setting is, for whoever reads a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SettingInfo {
    pub(crate) words: &'static [&'static str],
    pub(crate) secret: bool,
}

/// All settings that there are: by `settings.section.field` and `lists.list.fields.field`.
pub(crate) fn places() -> BTreeMap<String, SettingInfo> {
    let mut listing = Listing {
        prefix: String::new(),
        found: BTreeMap::new(),
    };
    // Listing refuses nothing.
    let _ = Settings::default().walk(&mut listing);
    listing.found
}

struct Listing {
    prefix: String,
    found: BTreeMap<String, SettingInfo>,
}

impl Walker for Listing {
    fn section(&mut self, name: &'static str, section: &mut impl Section) -> Result<(), ConfigError> {
        self.prefix = format!("settings.{name}");
        section.visit(self)
    }

    fn list<I: Item>(&mut self, name: &'static str, _: u16, _: &mut Vec<I>) -> Result<(), ConfigError> {
        self.prefix = format!("lists.{name}.fields");
        I::of(1).visit(self)
    }
}

impl Visitor for Listing {
    fn field<T: Field>(
        &mut self,
        name: &'static str,
        _: &mut Option<T>,
        _: impl Fn(&T) -> Result<(), Bound>,
    ) -> Result<(), ConfigError> {
        let info = SettingInfo {
            words: T::WORDS,
            secret: T::SECRET,
        };
        self.found.insert(format!("{}.{name}", self.prefix), info);
        Ok(())
    }
}

/// What is said, as it is written, by the keys of messages. Some of it is secret, so all of it is treated so.
#[derive(Default)]
struct Collecting {
    prefix: String,
    written: BTreeMap<String, Secret>,
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

fn item_key(list: &str, number: u16) -> String {
    format!("lists.{list}[{number}]")
}

#[derive(Default)]
struct Checking {
    /// What is not asked.
    present: BTreeMap<String, Secret>,
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

struct Reading<'a> {
    document: &'a Document,
    profile: &'a Profile,
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

/// The items of a list with their numbers: their key if it is a number, counted from the first as 1, else their place.
fn numbered(document: &Document, list: &ListPlace) -> Vec<(u16, Element)> {
    let number = |(index, element): (usize, Element)| {
        let key = list.key.as_ref().and_then(|key| document.below(element, key));
        let place = u16::try_from(index.saturating_add(1)).unwrap_or(u16::MAX);
        let of_key = |key: &str| key.trim().parse::<u16>().ok()?.checked_sub(list.first)?.checked_add(1);
        (key.and_then(|key| of_key(&key)).unwrap_or(place), element)
    };
    document
        .select(&list.items)
        .into_iter()
        .enumerate()
        .map(number)
        .collect()
}

/// Where fields are looked for.
#[derive(Clone, Copy)]
enum Scope<'a> {
    /// In the whole document.
    Section(&'a Profile, &'static str),
    /// In one item of a list.
    Item(&'static str, u16, &'a ListPlace, Element),
}

/// A value that a profile places and a document has.
struct Located<'a> {
    element: Element,
    attribute: Option<&'a str>,
    words: &'a BTreeMap<String, String>,
    path: Path,
}

impl<'a> Scope<'a> {
    fn key(&self, field: &str) -> String {
        match self {
            Self::Section(_, name) => format!("settings.{name}.{field}"),
            Self::Item(name, number, ..) => format!("{}.{field}", item_key(name, *number)),
        }
    }

    /// Nothing where the profile has no place, or an optional one that the document lacks.
    fn locate(&self, document: &Document, field: &str) -> Result<Option<Located<'a>>, ConfigError> {
        match *self {
            Self::Section(profile, name) => {
                let Some(place) = profile.settings.get(&format!("{name}.{field}")) else {
                    return Ok(None);
                };
                let found = document.only(&place.path);
                self.located(found, place, place.path.clone(), place.path.attribute_name(), field)
            }
            Self::Item(_, _, list, element) => {
                let Some(place) = list.fields.get(field) else {
                    return Ok(None);
                };
                let path = list.items.join(&place.path);
                let found = document.only_below(element, &place.path, &path);
                self.located(found, place, path, place.path.attribute_name(), field)
            }
        }
    }

    fn located<P>(
        &self,
        found: Result<Element, ConfigError>,
        place: &'a Place<P>,
        path: Path,
        attribute: Option<&'a str>,
        field: &str,
    ) -> Result<Option<Located<'a>>, ConfigError> {
        match found {
            Ok(element) => Ok(Some(Located {
                element,
                attribute,
                words: &place.words,
                path,
            })),
            Err(ConfigError::NotThere { .. }) if place.presence == Presence::Optional => Ok(None),
            Err(error) => Err(self.wrong(field, SettingProblem::Place(Box::new(error)))),
        }
    }

    fn wrong(&self, field: &str, problem: SettingProblem) -> ConfigError {
        ConfigError::Setting {
            key: self.key(field),
            problem,
        }
    }

    fn read<T: Field>(&self, document: &Document, field: &str, at: &Located<'_>) -> Result<Option<T>, ConfigError> {
        let Some(written) = document.value(at.element, at.attribute) else {
            let no_value = ConfigError::NoValue { path: at.path.clone() };
            return Err(self.wrong(field, SettingProblem::Place(Box::new(no_value))));
        };
        let written = trimmed(&written, at.attribute);
        let value = T::read(ours(at.words, written));
        // Empty is none of a number, an address or a word.
        if value.is_none() && !written.is_empty() {
            return Err(self.wrong(
                field,
                SettingProblem::Value {
                    path: at.path.clone(),
                    found: written.to_owned(),
                    expected: T::EXPECTED,
                },
            ));
        }
        Ok(value)
    }
}

/// White space around text is how a file is laid out, that in an attribute is part of it.
pub(crate) fn trimmed<'a>(written: &'a str, attribute: Option<&str>) -> &'a str {
    match attribute {
        Some(_) => written,
        None => written.trim_matches(is_xml_space),
    }
}

/// Our word for one in a file.
fn ours<'a>(words: &'a BTreeMap<String, String>, written: &'a str) -> &'a str {
    let mut renamed = words.iter().filter(|(_, theirs)| *theirs == written);
    match renamed.next() {
        Some((ours, _)) => ours,
        // A word of ours that the file has another one for means nothing there.
        None if words.contains_key(written) => "?",
        None => written,
    }
}

fn theirs<'a>(words: &'a BTreeMap<String, String>, ours: &'a str) -> &'a str {
    words.get(ours).map_or(ours, String::as_str)
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

struct Writing<'a> {
    document: &'a mut Document,
    profile: &'a Profile,
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
