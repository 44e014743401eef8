use core::fmt;
use std::borrow::Cow;
use std::collections::HashMap;

use pdu_core::Secret;

use super::Shown;
use super::document::{Document, Element};
use super::path::{Path, RelativePath};
use super::secrets::{HIDDEN, Secrets};
use super::settings::is_xml_space;
use crate::profile::Profile;

/// One value that differs between two documents.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Where it stands.
    pub path: Path,
    /// What stood there; nothing if the place is new.
    pub before: Option<ChangedValue>,
    /// What stands there now; nothing if the place is gone.
    pub after: Option<ChangedValue>,
}

/// A value in a list of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
// Exhaustive on purpose: it may be shown or it may not.
pub enum ChangedValue {
    /// May be shown.
    Plain(String),
    /// Must not be.
    Secret(Secret),
}

impl Change {
    /// Whether one of its values must not be shown.
    pub fn is_secret(&self) -> bool {
        let secret = |value: &Option<ChangedValue>| matches!(value, Some(ChangedValue::Secret(_)));
        secret(&self.before) || secret(&self.after)
    }
}

/// What differs in meaning from one document to the other, in the order of the first.
///
/// White space between elements, around text and in tags, the order of attributes and of elements of different names, quotes, how characters
/// are written, comments and processing instructions do not count. Items of lists are matched by the key that the profile has for
/// them, others of one name by their place.
///
/// ```
/// use pdu_proto_7series::config::{Document, Limits, diff};
/// use pdu_proto_7series::profile::Profile;
///
/// let before = Document::parse("<a x='1' y='&#65;'/>", Limits::default())?;
/// let after = Document::parse("<a y=\"A\"\n x=\"2\" ></a>", Limits::default())?;
/// let changes = diff(&before, &after, &Profile::synthetic());
/// assert_eq!(changes.len(), 1);
/// assert_eq!(changes[0].to_string(), r#"/a/@x: "1" -> "2""#);
/// # Ok::<(), pdu_proto_7series::config::ConfigError>(())
/// ```
pub fn diff(before: &Document, after: &Document, profile: &Profile) -> Vec<Change> {
    let mut differ = Differ {
        before: Side::of(before, profile),
        after: Side::of(after, profile),
        keys: keys(profile),
        changes: Vec::new(),
    };
    differ.roots();
    differ.changes
}

struct Side<'a> {
    document: &'a Document,
    secrets: Secrets<'a>,
}

impl<'a> Side<'a> {
    fn of(document: &'a Document, profile: &'a Profile) -> Self {
        Self {
            document,
            secrets: Secrets::of(document, profile),
        }
    }

    /// Of an attribute, or without one the text; nothing if there is none, or no text.
    fn value(&self, element: Option<Element>, attribute: Option<&str>) -> Option<String> {
        let element = element?;
        match attribute {
            Some(_) => self.document.value(element, attribute).map(Into::into),
            None => Some(own_text(self.document, element)).filter(|text| !text.is_empty()),
        }
    }

    fn is_secret(&self, element: Option<Element>, attribute: Option<&str>) -> bool {
        element.is_some_and(|element| self.secrets.has(element, attribute))
    }
}

/// The text of an element itself, wherever between other elements it stands, without the white space around its parts.
fn own_text(document: &Document, element: Element) -> String {
    let parts = document.own_text(element);
    let parts: Vec<_> = parts
        .iter()
        .map(|part| part.trim_matches(is_xml_space))
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}

/// Names of elements from the root, and the key of items that stand there.
type Keys<'a> = HashMap<String, &'a RelativePath>;

fn keys(profile: &Profile) -> Keys<'_> {
    let of_lists = profile
        .lists
        .values()
        .filter_map(|list| list.key.as_ref().map(|key| (list.items.names(), key)));
    let others = profile.keyed.iter().map(|list| (list.items.names(), &list.key));
    of_lists.chain(others).collect()
}

struct Differ<'a> {
    before: Side<'a>,
    after: Side<'a>,
    keys: Keys<'a>,
    changes: Vec<Change>,
}

/// The same element in both documents, as far as both have it.
#[derive(Clone, Copy, Debug)]
struct Pair {
    before: Option<Element>,
    after: Option<Element>,
}

impl<'a> Differ<'a> {
    fn roots(&mut self) {
        let root = Some(Document::ROOT);
        let names = [&self.before, &self.after].map(|side| side.document.name_str(Document::ROOT));
        if names[0] == names[1] {
            let both = Pair {
                before: root,
                after: root,
            };
            self.element(both, &Path::root(names[0]));
            return;
        }
        let (gone, new) = (Path::root(names[0]), Path::root(names[1]));
        let before = Pair {
            before: root,
            after: None,
        };
        let after = Pair {
            before: None,
            after: root,
        };
        self.element(before, &gone);
        self.element(after, &new);
    }

    fn element(&mut self, pair: Pair, path: &Path) {
        let known = self.changes.len();
        for name in self.attribute_names(pair) {
            self.value(pair, Some(name), || path.attribute(name));
        }
        self.value(pair, None, || path.clone());
        for (child, child_path) in self.children(pair, path) {
            self.element(child, &child_path);
        }
        let whole = pair.before.is_none() || pair.after.is_none();
        if whole && self.changes.len() == known {
            // It has nothing in it, but it is there or not.
            let empty = |element: Option<Element>| element.map(|_| ChangedValue::Plain(String::new()));
            self.changes.push(Change {
                path: path.clone(),
                before: empty(pair.before),
                after: empty(pair.after),
            });
        }
    }

    fn attribute_names(&self, pair: Pair) -> Vec<&'a str> {
        let of = |side: &Side<'a>, element: Option<Element>| -> Vec<&'a str> {
            let document = side.document;
            let names = element.map(|element| document.attributes(element).map(|(name, _)| name).collect());
            names.unwrap_or_default()
        };
        let mut names = of(&self.before, pair.before);
        for name in of(&self.after, pair.after) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn value(&mut self, pair: Pair, attribute: Option<&str>, path: impl FnOnce() -> Path) {
        let before = self.before.value(pair.before, attribute);
        let after = self.after.value(pair.after, attribute);
        if before == after {
            return;
        }
        let secret = self.before.is_secret(pair.before, attribute) || self.after.is_secret(pair.after, attribute);
        let kept = |text: String| {
            if secret {
                ChangedValue::Secret(text.into())
            } else {
                ChangedValue::Plain(text)
            }
        };
        // An element that both have has a text in both, be it empty.
        let both = pair.before.is_some() && pair.after.is_some() && attribute.is_none();
        let or_empty = |text: Option<String>| if both { Some(text.unwrap_or_default()) } else { text };
        self.changes.push(Change {
            path: path(),
            before: or_empty(before).map(kept),
            after: or_empty(after).map(kept),
        });
    }

    /// Its children, each with its like.
    fn children(&self, pair: Pair, path: &Path) -> Vec<(Pair, Path)> {
        let mut groups: Vec<(&'a str, Group)> = Vec::new();
        let mut places = HashMap::new();
        let mut sort = |side: &Side<'a>, element: Option<Element>, add: fn(&mut Group, Element)| {
            let document = side.document;
            for child in element.into_iter().flat_map(|element| document.children(element)) {
                let name = document.name_str(child);
                let place = *places.entry(name).or_insert_with(|| {
                    groups.push((name, Group::default()));
                    groups.len().saturating_sub(1)
                });
                if let Some((_, group)) = groups.get_mut(place) {
                    add(group, child);
                }
            }
        };
        sort(&self.before, pair.before, |group, child| group.before.push(child));
        sort(&self.after, pair.after, |group, child| group.after.push(child));
        let paired = |(name, group): (&str, Group)| self.pairs(&group, &path.child(name));
        groups.into_iter().flat_map(paired).collect()
    }

    fn pairs(&self, group: &Group, path: &Path) -> Vec<(Pair, Path)> {
        match self.keys.get(&path.names()) {
            Some(key) => self.pairs_by_key(group, path, key),
            None => group.pairs(|number, several| {
                if several {
                    path.clone().nth(number)
                } else {
                    path.clone()
                }
            }),
        }
    }

    fn pairs_by_key(&self, group: &Group, path: &Path, key: &RelativePath) -> Vec<(Pair, Path)> {
        let mut order = Vec::new();
        let mut by_key: HashMap<Option<String>, Group> = HashMap::new();
        let mut sort = |side: &Side<'a>, elements: &[Element], add: fn(&mut Group, Element)| {
            for element in elements {
                let value = side.document.below(*element, key).map(Cow::into_owned);
                let group = by_key.entry(value).or_insert_with_key(|value| {
                    order.push(value.clone());
                    Group::default()
                });
                add(group, *element);
            }
        };
        sort(&self.before, &group.before, |group, child| group.before.push(child));
        sort(&self.after, &group.after, |group, child| group.after.push(child));
        let paired = |value: Option<String>| {
            let alike = by_key.remove(&value).unwrap_or_default();
            // A key that is a secret is in no path.
            let value = value.filter(|_| !self.is_secret_key(&alike, key));
            let of_key = value.and_then(|value| path.clone().keyed(key, &value));
            match of_key {
                Some(of_key) => alike.pairs(|number, several| {
                    if several {
                        of_key.clone().nth(number)
                    } else {
                        of_key.clone()
                    }
                }),
                None => group.with_places(&alike, path),
            }
        };
        order.into_iter().flat_map(paired).collect()
    }
}

impl Differ<'_> {
    fn is_secret_key(&self, group: &Group, key: &RelativePath) -> bool {
        let in_side = |side: &Side<'_>, elements: &[Element]| {
            let mut places = elements
                .iter()
                .flat_map(|element| side.document.select_below(*element, key));
            places.any(|place| side.secrets.has(place, key.attribute_name()))
        };
        in_side(&self.before, &group.before) || in_side(&self.after, &group.after)
    }
}

/// Siblings that are told apart by their place only.
#[derive(Clone, Debug, Default)]
struct Group {
    before: Vec<Element>,
    after: Vec<Element>,
}

impl Group {
    /// `path`: of the one of this number, from 1, and whether there are several.
    fn pairs(&self, path: impl Fn(usize, bool) -> Path) -> Vec<(Pair, Path)> {
        let most = self.before.len().max(self.after.len());
        let pair = |index: usize| {
            let pair = Pair {
                before: self.before.get(index).copied(),
                after: self.after.get(index).copied(),
            };
            (pair, path(index.saturating_add(1), most > 1))
        };
        (0..most).map(pair).collect()
    }

    /// Some of them, which have no key, by their place among all: in the second document if they are there.
    fn with_places(&self, some: &Self, path: &Path) -> Vec<(Pair, Path)> {
        // They stand in the order of the document.
        let place = |all: &[Element], element: Option<Element>| all.binary_search(&element?).ok();
        let mut pairs = some.pairs(|_, _| path.clone());
        for (pair, path) in &mut pairs {
            let place = place(&self.after, pair.after).or_else(|| place(&self.before, pair.before));
            *path = path.clone().nth(place.unwrap_or_default().saturating_add(1));
        }
        pairs
    }
}

/// `/config/outlet[@num='3']/@label: "Router" -> "Switch"`; stars for secrets, `none` for a place that is not there.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", Shown(&self.path.to_string()))?;
        let show = |value: &Option<ChangedValue>, f: &mut fmt::Formatter<'_>| match value {
            Some(value) => write!(f, "{value}"),
            None => f.write_str("none"),
        };
        show(&self.before, f)?;
        f.write_str(" -> ")?;
        show(&self.after, f)
    }
}

impl fmt::Display for ChangedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => write!(f, "{text:?}"),
            Self::Secret(_) => f.write_str(HIDDEN),
        }
    }
}
