use std::borrow::Cow;

use super::attributes::{Attribute, Attributes, Opening};
use super::error::{LiveError, LiveFault};
use super::item::{DeviceItem, FieldItem, Item, OutletItem, ServerItem, UnknownItem, UnknownKind};
use super::options::Limits;
use super::places::Places;
use super::tokens::{Fault, Tag, Token, Tokens};
use super::{DeviationKind, prolog};
use crate::Position;
use crate::wire::OutletField;

/// A document, item by item. It borrows from the document, and holds no more of it than the place where it is.
///
/// ```
/// use pdu_proto_7series::live::{Item, Limits, Reader};
///
/// let xml = b"<server host='rack 7'><devices><device id='1'><field key='Volts-A' value='231'/></device></devices></server>";
/// let mut reader = Reader::new(xml, Limits::default())?;
/// while let Some(item) = reader.next()? {
///     if let Item::Field(field) = item {
///         assert_eq!((&*field.key, field.value.as_deref()), ("Volts-A", Some("231")));
///         assert_eq!(reader.path(), "/server/devices/device/field");
///     }
/// }
/// # Ok::<(), pdu_proto_7series::live::LiveError>(())
/// ```
pub struct Reader<'a> {
    text: &'a str,
    limits: Limits,
    tokens: Tokens<'a>,
    inside: Inside,
    /// How many unknown elements lie around what comes next.
    unknown: usize,
    /// Attributes of the last element that are still to be given as unknown.
    rest: Option<Rest<'a>>,
    /// Where the last item stands.
    offset: usize,
    is_over: bool,
}

/// The innermost known element that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Document,
    Server,
    Devices,
    Device,
    Field,
    Outlets,
    Outlet,
}

impl Inside {
    const fn parent(self) -> Self {
        match self {
            Self::Document | Self::Server => Self::Document,
            Self::Devices => Self::Server,
            Self::Device => Self::Devices,
            Self::Field | Self::Outlets => Self::Device,
            Self::Outlet => Self::Outlets,
        }
    }

    /// The known element that a child of this name is.
    fn child(self, name: &str) -> Option<Self> {
        match (self, name) {
            (Self::Document, "server") => Some(Self::Server),
            (Self::Server, "devices") => Some(Self::Devices),
            (Self::Devices, "device") => Some(Self::Device),
            (Self::Device, "field") => Some(Self::Field),
            (Self::Device, "outlets") => Some(Self::Outlets),
            (Self::Outlets, _) => Some(Self::Outlet),
            _ => None,
        }
    }
}

/// The attributes of a tag but for those that are known.
struct Rest<'a> {
    all: Attributes<'a>,
    next: Attributes<'a>,
    known: Known,
}

/// Which of the attributes that a kind of element has, from 0; `None` of any other.
type Known = fn(&str) -> Option<usize>;

fn of_server(name: &str) -> Option<usize> {
    (name == "host").then_some(0)
}

fn of_device(name: &str) -> Option<usize> {
    match name {
        "id" => Some(0),
        "type" => Some(1),
        "name" => Some(2),
        _ => None,
    }
}

fn of_field(name: &str) -> Option<usize> {
    match name {
        "key" => Some(0),
        "value" => Some(1),
        _ => None,
    }
}

fn of_outlet(name: &str) -> Option<usize> {
    OutletField::lookup(name).map(|field| field as usize)
}

/// How the known attributes of each kind of element are opened, in their order.
static SERVER_OPENINGS: [Opening; 1] = [Opening::of("host")];
static DEVICE_OPENINGS: [Opening; 3] = [Opening::of("id"), Opening::of("type"), Opening::of("name")];
static FIELD_OPENINGS: [Opening; 2] = [Opening::of("key"), Opening::of("value")];
static OUTLET_OPENINGS: [Opening; OutletField::ALL.len()] = {
    let mut openings = [const { Opening::of("") }; OutletField::ALL.len()];
    let mut at = 0;
    while at < openings.len() {
        openings[at] = Opening::of(OutletField::ALL[at].as_str());
        at += 1;
    }
    openings
};

fn of_others(_: &str) -> Option<usize> {
    None
}

impl<'a> Reader<'a> {
    /// Begins to read a document: in UTF-8, and no larger than the limit.
    pub fn new(document: &'a [u8], limits: Limits) -> Result<Self, LiveError> {
        let text = prolog::text(document, &limits).map_err(|Fault { offset, fault }| LiveError {
            position: Position::of(prolog::behind_mark(document), offset),
            path: "/".to_owned(),
            fault,
        })?;
        Ok(Self {
            text,
            limits,
            tokens: Tokens::new(text, limits),
            inside: Inside::Document,
            unknown: 0,
            rest: None,
            offset: 0,
            is_over: false,
        })
    }

    /// The next item; `None` at the end of the document, and after an error.
    #[allow(clippy::should_implement_trait)] // an iterator of results goes on after an error: this does not
    pub fn next(&mut self) -> Result<Option<Item<'a>>, LiveError> {
        if self.is_over {
            return Ok(None);
        }
        let item = self.item().map_err(|fault| self.failed(fault))?;
        self.is_over = item.is_none();
        Ok(item)
    }

    /// Where the last item stands.
    pub fn position(&self) -> Position {
        Position::of(self.text.as_bytes(), self.offset)
    }

    /// The path of the element that the last item is, or that it belongs to: `/server/devices/device[2]` is the second of its
    /// name. Walks the document from its beginning.
    pub fn path(&self) -> String {
        Places::new(self.text, self.limits).path(self.offset)
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn places(&self) -> Places<'a> {
        Places::new(self.text, self.limits)
    }

    /// The error of a document that contradicts at its last item what was seen.
    pub(super) fn refused(&mut self, deviation: DeviationKind) -> LiveError {
        self.failed(Fault::new(self.offset, LiveFault::Deviation(deviation)))
    }

    fn failed(&mut self, Fault { offset, fault }: Fault) -> LiveError {
        self.is_over = true;
        let mut places = self.places();
        LiveError {
            position: places.position(offset),
            path: places.path(offset),
            fault,
        }
    }

    #[inline]
    fn item(&mut self) -> Result<Option<Item<'a>>, Fault> {
        loop {
            if let Some(item) = self.rest_item()? {
                return Ok(Some(item));
            }
            let Some(token) = self.tokens.next()? else {
                return Ok(None);
            };
            self.offset = self.tokens.offset();
            let item = match token {
                Token::Start(tag) => {
                    let child = self.child(&tag)?;
                    self.enter(child);
                    self.element(tag, child)?
                }
                Token::End => {
                    self.leave();
                    None
                }
                Token::Text(value) => Some(Item::Unknown(UnknownItem {
                    kind: UnknownKind::Text,
                    value,
                })),
            };
            if item.is_some() {
                return Ok(item);
            }
        }
    }

    fn child(&self, tag: &Tag<'a>) -> Result<Option<Inside>, Fault> {
        if self.unknown > 0 {
            return Ok(None);
        }
        let child = self.inside.child(tag.name);
        if child.is_none() && self.inside == Inside::Document {
            return Err(Fault::new(tag.offset, LiveFault::OtherRoot));
        }
        Ok(child)
    }

    fn enter(&mut self, known: Option<Inside>) {
        match known {
            Some(known) => self.inside = known,
            None => self.unknown += 1,
        }
    }

    fn leave(&mut self) {
        match self.unknown.checked_sub(1) {
            Some(unknown) => self.unknown = unknown,
            None => self.inside = self.inside.parent(),
        }
    }

    /// What an element is; `None` of those that only hold others together.
    #[inline]
    fn element(&mut self, tag: Tag<'a>, known: Option<Inside>) -> Result<Option<Item<'a>>, Fault> {
        let item = match known {
            Some(Inside::Server) => {
                let [host] = self.known(tag, of_server, &SERVER_OPENINGS)?;
                Item::Server(ServerItem { host })
            }
            Some(Inside::Device) => {
                let [id, kind, name] = self.known(tag, of_device, &DEVICE_OPENINGS)?;
                Item::Device(DeviceItem { id, kind, name })
            }
            Some(Inside::Field) => match self.known(tag, of_field, &FIELD_OPENINGS)? {
                [Some(key), value] => Item::Field(FieldItem { key, value }),
                [None, _] => self.unknown_element(tag),
            },
            Some(Inside::Outlet) => match self.known(tag, of_outlet, &OUTLET_OPENINGS)? {
                [Some(number), name, url, amperes, watts, kilowatt_hours, status] => Item::Outlet(OutletItem {
                    number,
                    name,
                    url,
                    amperes,
                    watts,
                    kilowatt_hours,
                    status,
                }),
                _ => self.unknown_element(tag),
            },
            Some(Inside::Document | Inside::Devices | Inside::Outlets) => {
                self.put_off(tag, of_others);
                return Ok(None);
            }
            None => self.unknown_element(tag),
        };
        Ok(Some(item))
    }

    fn unknown_element(&mut self, tag: Tag<'a>) -> Item<'a> {
        self.put_off(tag, of_others);
        Item::Unknown(UnknownItem {
            kind: UnknownKind::Element(tag.name),
            value: Cow::Borrowed(""),
        })
    }

    /// The values of the attributes that are known. Others are given as unknown afterwards.
    ///
    /// Mostly a document has them in one order and in one way: as far as they are opened like that, they are taken as they are.
    #[inline]
    fn known<const N: usize>(
        &mut self,
        tag: Tag<'a>,
        known: Known,
        openings: &[Opening; N],
    ) -> Result<[Option<Cow<'a, str>>; N], Fault> {
        let mut values = [const { None }; N];
        let mut has_others = false;
        let mut attributes = tag.attributes;
        for (slot, opening) in values.iter_mut().zip(openings) {
            let Some(raw) = attributes.opened_by(opening) else {
                break;
            };
            *slot = Some(Cow::Borrowed(raw));
        }
        while let Some(attribute) = attributes.next()? {
            let Some(slot) = known(attribute.name).and_then(|index| values.get_mut(index)) else {
                has_others = true;
                continue;
            };
            if slot.is_some() {
                return Err(occurs_twice(&attribute));
            }
            *slot = Some(attribute.value()?);
        }
        if self.tokens.resume(attributes) {
            self.leave();
        }
        if has_others {
            self.put_off(tag, known);
        }
        Ok(values)
    }

    fn put_off(&mut self, tag: Tag<'a>, known: Known) {
        self.rest = Some(Rest {
            all: tag.attributes,
            next: tag.attributes,
            known,
        });
    }

    /// The next attribute that was put off.
    fn rest_item(&mut self) -> Result<Option<Item<'a>>, Fault> {
        while let Some(rest) = &mut self.rest {
            let Some(attribute) = rest.next.next()? else {
                self.rest = None;
                break;
            };
            if (rest.known)(attribute.name).is_some() {
                continue;
            }
            let mut before = rest.all;
            while let Some(other) = before.next()? {
                if other.offset >= attribute.offset {
                    break;
                }
                if other.name == attribute.name {
                    return Err(occurs_twice(&attribute));
                }
            }
            self.offset = attribute.offset;
            return Ok(Some(Item::Unknown(UnknownItem {
                kind: UnknownKind::Attribute(attribute.name),
                value: attribute.value()?,
            })));
        }
        Ok(None)
    }
}

impl core::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Reader")
            .field("size", &self.text.len())
            .field("offset", &self.offset)
            .field("inside", &self.inside)
            .finish_non_exhaustive()
    }
}

fn occurs_twice(attribute: &Attribute<'_>) -> Fault {
    Fault::malformed(attribute.offset, "attribute that occurs twice")
}
