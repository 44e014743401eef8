//! Read Device Identification: function 43, type 14.

use core::{fmt, iter};

use super::{
    FunctionCode, WireError,
    layout::{Writer, low_byte, wrong_length},
};

const FUNCTION: FunctionCode = FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT;

macro_rules! open_number {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:#04x})"), self.0)
            }
        }
    };
}

/// Which identification objects are asked for. Source: Application Protocol V1.1b3, 6.21.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct ReadDeviceIdCode(pub u8);

open_number!(ReadDeviceIdCode);

impl ReadDeviceIdCode {
    /// The mandatory objects, as a stream: vendor, product code, revision.
    pub const BASIC: Self = Self(1);
    /// The basic and the regular objects, as a stream.
    pub const REGULAR: Self = Self(2);
    /// All objects, as a stream.
    pub const EXTENDED: Self = Self(3);
    /// One object.
    pub const SPECIFIC: Self = Self(4);

    pub(super) const fn validate(self) -> Result<(), WireError> {
        match self.0 {
            1..=4 => Ok(()),
            found => Err(WireError::DeviceIdentification {
                field: "read device id code",
                found,
            }),
        }
    }
}

/// The number of an identification object. Source: Application Protocol V1.1b3, 6.21.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct ObjectId(pub u8);

open_number!(ObjectId);

impl ObjectId {
    /// Vendor name (basic).
    pub const VENDOR_NAME: Self = Self(0x00);
    /// Product code (basic).
    pub const PRODUCT_CODE: Self = Self(0x01);
    /// Major and minor revision (basic).
    pub const MAJOR_MINOR_REVISION: Self = Self(0x02);
    /// Vendor's address on the web (regular).
    pub const VENDOR_URL: Self = Self(0x03);
    /// Product name (regular).
    pub const PRODUCT_NAME: Self = Self(0x04);
    /// Model name (regular).
    pub const MODEL_NAME: Self = Self(0x05);
    /// Name that the user gave to the application (regular).
    pub const USER_APPLICATION_NAME: Self = Self(0x06);
}

/// How much identification a device has, and whether single objects can be asked for.
///
/// Source: Application Protocol V1.1b3, 6.21.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct ConformityLevel(pub u8);

open_number!(ConformityLevel);

impl ConformityLevel {
    /// Basic identification, as a stream only.
    pub const BASIC_STREAM: Self = Self(0x01);
    /// Regular identification, as a stream only.
    pub const REGULAR_STREAM: Self = Self(0x02);
    /// Extended identification, as a stream only.
    pub const EXTENDED_STREAM: Self = Self(0x03);
    /// Basic identification, as a stream and object by object.
    pub const BASIC: Self = Self(0x81);
    /// Regular identification, as a stream and object by object.
    pub const REGULAR: Self = Self(0x82);
    /// Extended identification, as a stream and object by object.
    pub const EXTENDED: Self = Self(0x83);
}

/// One identification object.
///
/// ```text
///   0    1        2 …
/// +----+--------+---------------+
/// | id | length | value         |
/// +----+--------+---------------+
/// ```
///
/// Source: Application Protocol V1.1b3, 6.21.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceObject<'a> {
    /// Which object.
    pub id: ObjectId,
    /// Its value: text (ASCII) for the objects that the standard names.
    pub value: &'a [u8],
}

/// The objects of a Read Device Identification response: from the wire, or a table of the caller's.
#[derive(Clone, Copy)]
pub struct DeviceObjects<'a> {
    // One of the two is empty.
    wire: &'a [u8],
    table: &'a [DeviceObject<'a>],
}

impl<'a> DeviceObjects<'a> {
    /// Objects that are to be answered.
    pub const fn new(objects: &'a [DeviceObject<'a>]) -> Self {
        Self {
            wire: &[],
            table: objects,
        }
    }

    /// A list of `count` objects that fill `bytes`.
    pub(super) fn parse(bytes: &'a [u8], count: u8) -> Result<Self, WireError> {
        let objects = Self {
            wire: bytes,
            table: &[],
        };
        let whole: usize = objects.iter().map(|object| object.value.len() + 2).sum();
        if whole != bytes.len() {
            return Err(wrong_length(FUNCTION, whole, bytes.len()));
        }
        if objects.len() != usize::from(count) {
            return Err(WireError::DeviceIdentification {
                field: "number of objects",
                found: count,
            });
        }
        Ok(objects)
    }

    /// All objects in order.
    pub fn iter(&self) -> impl Iterator<Item = DeviceObject<'a>> + Clone + use<'a> {
        let mut list = self.wire;
        let wire = iter::from_fn(move || {
            let (object, rest) = split_object(list)?;
            list = rest;
            Some(object)
        });
        wire.chain(self.table.iter().copied())
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.wire.is_empty() && self.table.is_empty()
    }

    pub(super) fn byte_len(&self) -> usize {
        let table = self.table.iter().map(|object| object.value.len().saturating_add(2));
        self.wire.len() + table.fold(0, usize::saturating_add)
    }

    pub(super) fn write_to(&self, writer: &mut Writer<'_>) {
        for object in self.iter() {
            writer
                .bytes([object.id.0, low_byte(object.value.len())])
                .slice(object.value);
        }
    }
}

fn split_object(list: &[u8]) -> Option<(DeviceObject<'_>, &[u8])> {
    let [id, length, data @ ..] = list else {
        return None;
    };
    let (value, rest) = data.split_at_checked(usize::from(*length))?;
    Some((
        DeviceObject {
            id: ObjectId(*id),
            value,
        },
        rest,
    ))
}

impl PartialEq for DeviceObjects<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for DeviceObjects<'_> {}

impl fmt::Debug for DeviceObjects<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
