//! What a document has that nobody knows, each with its path.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::item::UnknownKind;
use super::places::{Places, push_step};

/// An element, an attribute or a text of a document that is not known.
#[derive(Clone, Copy, Debug)]
pub struct Unknown<'d> {
    all: &'d Unknowns,
    entry: &'d Entry,
}

/// Paths are kept as a tree, so that they take no more room than the document, however deep it is.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Unknowns {
    elements: Vec<Element>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Element {
    parent: Option<usize>,
    name: String,
    number: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// Where it stands, until that is known as an element.
    offset: usize,
    element: usize,
    kind: Kind,
    value: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Element,
    Attribute(String),
    Text,
}

impl<'d> Unknown<'d> {
    /// Where it stands: `/server/alarms`, `/server/alarms/alarm[2]/@state`, `/server/alarms/alarm[2]/text()`. A number tells
    /// which of its name an element is in its parent; the first one has none.
    pub fn path(&self) -> String {
        let mut steps = Vec::new();
        let mut next = Some(self.entry.element);
        while let Some(element) = next.and_then(|index| self.all.elements.get(index)) {
            steps.push(element);
            next = element.parent;
        }
        let mut path = String::new();
        for element in steps.iter().rev() {
            push_step(&mut path, &element.name, element.number);
        }
        match &self.entry.kind {
            Kind::Element => {}
            Kind::Attribute(name) => {
                path.push_str("/@");
                path.push_str(name);
            }
            Kind::Text => path.push_str("/text()"),
        }
        path
    }

    /// What kind of thing it is.
    pub fn kind(&self) -> UnknownKind<'d> {
        match &self.entry.kind {
            Kind::Element => {
                let element = self.all.elements.get(self.entry.element);
                UnknownKind::Element(element.map_or("", |element| &element.name))
            }
            Kind::Attribute(name) => UnknownKind::Attribute(name),
            Kind::Text => UnknownKind::Text,
        }
    }

    /// The text, or the value of the attribute; empty of an element.
    pub fn value(&self) -> &'d str {
        &self.entry.value
    }
}

impl Unknowns {
    /// Adds what stands at `offset`, behind all that was added before.
    pub(super) fn push(&mut self, offset: usize, kind: UnknownKind<'_>, value: Cow<'_, str>) {
        let kind = match kind {
            UnknownKind::Element(_) => Kind::Element,
            UnknownKind::Attribute(name) => Kind::Attribute(name.to_owned()),
            UnknownKind::Text => Kind::Text,
        };
        self.entries.push(Entry {
            offset,
            element: 0,
            kind,
            value: value.into_owned(),
        });
    }

    /// Finds out which elements they are or belong to.
    pub(super) fn locate(&mut self, mut places: Places<'_>) {
        let mut known = BTreeMap::new();
        for entry in &mut self.entries {
            let mut parent = None;
            for open in places.open_at(entry.offset) {
                let index = known.entry(open.ordinal).or_insert_with(|| {
                    self.elements.push(Element {
                        parent,
                        name: open.name.to_owned(),
                        number: open.number,
                    });
                    self.elements.len() - 1
                });
                parent = Some(*index);
            }
            entry.element = parent.unwrap_or_default();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Unknown<'_>> {
        self.entries.iter().map(|entry| Unknown { all: self, entry })
    }
}
