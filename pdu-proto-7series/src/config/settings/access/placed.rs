//! Where a profile says that settings stand, and how they are written there.

use std::collections::BTreeMap;

use crate::config::document::Element;
use crate::config::settings::bounds::is_xml_space;
use crate::config::settings::field::Field;
use crate::config::{ConfigError, Document, Path, SettingProblem};
use crate::profile::{ListPlace, Place, Presence, Profile};

/// Where fields are looked for.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    /// In the whole document.
    Section(&'a Profile, &'static str),
    /// In one item of a list.
    Item(&'static str, u16, &'a ListPlace, Element),
}

/// A value that a profile places and a document has.
pub(super) struct Located<'a> {
    pub(super) element: Element,
    pub(super) attribute: Option<&'a str>,
    pub(super) words: &'a BTreeMap<String, String>,
    pub(super) path: Path,
}

impl<'a> Scope<'a> {
    fn key(&self, field: &str) -> String {
        match self {
            Self::Section(_, name) => format!("settings.{name}.{field}"),
            Self::Item(name, number, ..) => format!("{}.{field}", item_key(name, *number)),
        }
    }

    /// Nothing where the profile has no place, or an optional one that the document lacks.
    pub(super) fn locate(&self, document: &Document, field: &str) -> Result<Option<Located<'a>>, ConfigError> {
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

    pub(super) fn located<P>(
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

    pub(super) fn wrong(&self, field: &str, problem: SettingProblem) -> ConfigError {
        ConfigError::Setting {
            key: self.key(field),
            problem,
        }
    }

    pub(super) fn read<T: Field>(
        &self,
        document: &Document,
        field: &str,
        at: &Located<'_>,
    ) -> Result<Option<T>, ConfigError> {
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

/// The items of a list with their numbers: their key if it is a number, counted from the first as 1, else their place.
pub(super) fn numbered(document: &Document, list: &ListPlace) -> Vec<(u16, Element)> {
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

pub(super) fn item_key(list: &str, number: u16) -> String {
    format!("lists.{list}[{number}]")
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

pub(super) fn theirs<'a>(words: &'a BTreeMap<String, String>, ours: &'a str) -> &'a str {
    words.get(ours).map_or(ours, String::as_str)
}
