use std::borrow::Cow;

use crate::wire::OutletField;

/// One thing of a document, in the order in which they come. Text is borrowed, unless an entity had to be resolved in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Item<'a> {
    /// The root begins.
    Server(ServerItem<'a>),
    /// A device begins: what follows is its own, until the next one.
    Device(DeviceItem<'a>),
    /// A value of the device.
    Field(FieldItem<'a>),
    /// An outlet of the device.
    Outlet(OutletItem<'a>),
    /// Something that is not known.
    Unknown(UnknownItem<'a>),
}

/// The root element.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct ServerItem<'a> {
    /// `host`: the unit's label.
    pub host: Option<Cow<'a, str>>,
}

/// An element `device`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct DeviceItem<'a> {
    /// `id`.
    pub id: Option<Cow<'a, str>>,
    /// `type`.
    pub kind: Option<Cow<'a, str>>,
    /// `name`: its label.
    pub name: Option<Cow<'a, str>>,
}

/// An element `field`. One without a key is given as unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct FieldItem<'a> {
    /// `key`: see [`KEYS`](crate::wire::KEYS).
    pub key: Cow<'a, str>,
    /// `value`, as it stands there.
    pub value: Option<Cow<'a, str>>,
}

/// A child of `outlets`, with its attributes as they stand there: see [`OutletField`]. One without a number is given as unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct OutletItem<'a> {
    /// `num`.
    pub number: Cow<'a, str>,
    /// `name`.
    pub name: Option<Cow<'a, str>>,
    /// `url`.
    pub url: Option<Cow<'a, str>>,
    /// `amps`.
    pub amperes: Option<Cow<'a, str>>,
    /// `watts`.
    pub watts: Option<Cow<'a, str>>,
    /// `kwatthrs`.
    pub kilowatt_hours: Option<Cow<'a, str>>,
    /// `status`.
    pub status: Option<Cow<'a, str>>,
}

impl OutletItem<'_> {
    /// The value of an attribute.
    pub fn attribute(&self, field: OutletField) -> Option<&str> {
        let value = match field {
            OutletField::Number => return Some(&self.number),
            OutletField::Name => &self.name,
            OutletField::Url => &self.url,
            OutletField::Amperes => &self.amperes,
            OutletField::Watts => &self.watts,
            OutletField::KilowattHours => &self.kilowatt_hours,
            OutletField::Status => &self.status,
        };
        value.as_deref()
    }
}

/// An element, an attribute or a text that is not known; [`Reader::path`](super::Reader::path) tells where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnknownItem<'a> {
    /// What it is.
    pub kind: UnknownKind<'a>,
    /// The text, or the value of the attribute; empty of an element, whose attributes and texts follow as items of their own.
    pub value: Cow<'a, str>,
}

/// What kind of thing is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: nothing else of XML carries data.
pub enum UnknownKind<'a> {
    /// An element of this name, without its attributes.
    Element(&'a str),
    /// An attribute of this name, of the element before it: one that is known, or one that is not.
    Attribute(&'a str),
    /// Text that is not blank, in any element.
    Text,
}
