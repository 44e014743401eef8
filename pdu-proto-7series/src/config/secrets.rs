//! Which values of a document are not to be shown.

use core::fmt;
use core::ops::Range;
use std::collections::BTreeSet;

use super::document::{Document, Element};
use super::places;
use crate::profile::Profile;

/// What stands in place of a secret.
pub(super) const HIDDEN: &str = "***";

/// Values that a profile calls secret, and those whose names sound like it.
pub(super) struct Secrets<'a> {
    document: &'a Document,
    /// An element, and an attribute of it; without one its text, and all below it.
    named: BTreeSet<(Element, Option<&'a str>)>,
    /// Found by a walk through the whole document.
    found: BTreeSet<(Element, Option<&'a str>)>,
}

impl<'a> Secrets<'a> {
    pub(super) fn of(document: &'a Document, profile: &'a Profile) -> Self {
        let mut secrets = Self {
            document,
            named: named(document, profile),
            found: BTreeSet::new(),
        };
        secrets.walk(Document::ROOT, Around::Open);
        secrets
    }

    /// Whether the text of an element, or this attribute of it, is a secret.
    pub(super) fn has(&self, element: Element, attribute: Option<&str>) -> bool {
        self.found.contains(&(element, attribute))
    }

    fn walk(&mut self, element: Element, around: Around) {
        let document = self.document;
        let is_told = told_by_attribute(document, element);
        let is_told_inside = told_by_child(document, element);
        let is_named = self.named.contains(&(element, None));
        let sounds = is_told || is_told_inside || is_named || suspicious(document.name_str(element));
        let inside = if sounds { Around::Secret } else { around };
        if inside == Around::Secret || shows_login(document, element, None) {
            self.found.insert((element, None));
        }
        for (name, _) in document.attributes(element) {
            let is_value = !(orders(name) || is_told && gives_name(name));
            let as_value = inside == Around::Secret && is_value || shows_login(document, element, Some(name));
            if as_value || suspicious(name) || self.named.contains(&(element, Some(name))) {
                self.found.insert((element, Some(name)));
            }
        }
        for child in document.children(element) {
            self.walk(child, inside);
        }
    }

    /// Where secrets are written, in the order of the document.
    fn ranges(&self) -> Vec<Range<usize>> {
        let mut ranges: Vec<_> = Vec::new();
        let mut covered = Document::ROOT;
        for (element, attribute) in &self.found {
            match attribute {
                Some(wanted) => {
                    let attributes = self.document.attributes(*element);
                    ranges.extend(attributes.filter(|(name, _)| name == wanted).map(|(_, range)| range));
                }
                // With all below it, once.
                None if *element >= covered => {
                    covered = self.document.behind(*element);
                    ranges.extend(self.document.text_ranges(*element));
                }
                None => {}
            }
        }
        let text = self.document.as_str();
        let is_empty = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default().trim().is_empty();
        ranges.retain(|range| !is_empty(range));
        ranges.extend(self.document.remarks().filter(|range| {
            let remark = text.get(range.clone()).unwrap_or_default();
            let mut words = remark.split(|c: char| !c.is_alphanumeric());
            words.any(|word| suspicious(word) || word.eq_ignore_ascii_case("key"))
        }));
        ranges.sort_by_key(|range| range.start);
        ranges
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Around {
    Open,
    Secret,
}

fn named<'a>(document: &'a Document, profile: &'a Profile) -> BTreeSet<(Element, Option<&'a str>)> {
    let known = places();
    let is_secret = |key: &str| known.get(key).is_some_and(|setting| setting.secret);
    let settings = profile.settings.iter();
    let of_settings = settings
        .filter(|(key, _)| is_secret(&format!("settings.{key}")))
        .map(|(_, place)| &place.path);
    let mut named = BTreeSet::new();
    for path in of_settings.chain(&profile.secrets) {
        let elements = document.select(path).into_iter();
        named.extend(elements.map(|element| (element, path.attribute_name())));
    }
    named
}

/// Attributes that only tell one element from another.
fn orders(attribute: &str) -> bool {
    ["id", "num", "number", "slot", "index", "access", "level", "type"]
        .contains(&attribute.to_ascii_lowercase().as_str())
}

fn gives_name(attribute: &str) -> bool {
    [
        "name",
        "key",
        "id",
        "type",
        "field",
        "setting",
        "option",
        "property",
        "variable",
        "var",
        "param",
        "parameter",
    ]
    .contains(&attribute.to_ascii_lowercase().as_str())
}

/// `<item key="password" value="..."/>`: an attribute gives a name that sounds secret.
fn told_by_attribute(document: &Document, element: Element) -> bool {
    document
        .attributes(element)
        .any(|(name, _)| gives_name(name) && sounds(document, element, Some(name)))
}

/// `<item><name>password</name><value>...</value></item>`: an element in it does.
fn told_by_child(document: &Document, element: Element) -> bool {
    document
        .children(element)
        .any(|child| gives_name(document.name_str(child)) && sounds(document, child, None))
}

fn sounds(document: &Document, element: Element, attribute: Option<&str>) -> bool {
    document
        .value(element, attribute)
        .is_some_and(|value| suspicious(value.trim()))
}

/// `http://user:password@camera/`.
fn shows_login(document: &Document, element: Element, attribute: Option<&str>) -> bool {
    let has_login = |address: &str| {
        let authority = address.split(['/', '?', '#']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(login, _)| login.contains(':'))
    };
    document
        .value(element, attribute)
        .is_some_and(|value| value.split("://").skip(1).any(has_login))
}

/// Whether what has this name is a secret, as far as a name can tell. Rather once too often.
pub(super) fn suspicious(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let parts = [
        "passw",
        "passp",
        "passc",
        "pwd",
        "private",
        "secret",
        "community",
        "credential",
        "token",
    ];
    // `pass1`, `smtp_pass_2`
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '_' | '-' | '.'));
    // A bare `key` names things more often than it locks them.
    let is_key = name.ends_with("key") && name != "key";
    let is_short = ["pw", "psk", "pin"].contains(&name);
    is_key
        || is_short
        || name.ends_with("pass")
        || name.ends_with("_pw")
        || parts.iter().any(|part| name.contains(part))
}

/// A document with stars where secrets stand: for people, not for a unit. Made by [`Document::redacted`].
pub struct Redacted<'a> {
    text: &'a str,
    hidden: Vec<Range<usize>>,
}

impl Document {
    /// The document to show: what the profile calls secret, or has a name that sounds like it (password, community, private key ...), is
    /// stars; so are comments that speak of such.
    pub fn redacted<'a>(&'a self, profile: &Profile) -> Redacted<'a> {
        Redacted {
            text: self.as_str(),
            hidden: Secrets::of(self, profile).ranges(),
        }
    }
}

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown_to = 0;
        for range in &self.hidden {
            f.write_str(self.text.get(shown_to..range.start).unwrap_or_default())?;
            // What lies inside of what is hidden already is passed over.
            if range.start >= shown_to {
                f.write_str(HIDDEN)?;
            }
            shown_to = shown_to.max(range.end);
        }
        f.write_str(self.text.get(shown_to..).unwrap_or_default())
    }
}

impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
