use core::{fmt, net::Ipv4Addr};

use super::{
    Anomalies, Deviation, EncodeError, Field, Oid, Problem, Tag, Version,
    ber::{Number, Rules, oid, signed, split, unsigned32, unsigned64},
    writer::Writer,
};

/// The value of a varbind, or what stands in its place.
///
/// Exhaustive on purpose: these are all types of SMIv2 on the wire. Another tag is an error of its varbind.
///
/// Source: RFC 2578, 7.1 and RFC 3416, 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value<'a> {
    /// INTEGER, Integer32: 02.
    Integer(i32),
    /// OCTET STRING, also BITS and all texts: 04.
    OctetString(&'a [u8]),
    /// Nothing: the place of a value in requests: 05.
    Null,
    /// OBJECT IDENTIFIER, its arcs unchecked: 06.
    ObjectIdentifier(Oid<'a>),
    /// IpAddress: 40.
    IpAddress(Ipv4Addr),
    /// Counter32: 41.
    Counter32(u32),
    /// Gauge32, Unsigned32: 42.
    Gauge32(u32),
    /// TimeTicks, in hundredths of a second: 43.
    TimeTicks(u32),
    /// Opaque: 44.
    Opaque(Opaque<'a>),
    /// Counter64: 46; not in v1.
    Counter64(u64),
    /// The agent has no such object: 80; not in v1.
    NoSuchObject,
    /// The object has no such instance: 81; not in v1.
    NoSuchInstance,
    /// No name comes after the one asked for: 82; not in v1.
    EndOfMibView,
}

impl<'a> Value<'a> {
    /// The tag that it has on the wire.
    pub const fn tag(&self) -> Tag {
        match self {
            Self::Integer(_) => Tag::INTEGER,
            Self::OctetString(_) => Tag::OCTET_STRING,
            Self::Null => Tag::NULL,
            Self::ObjectIdentifier(_) => Tag::OBJECT_IDENTIFIER,
            Self::IpAddress(_) => Tag::IP_ADDRESS,
            Self::Counter32(_) => Tag::COUNTER32,
            Self::Gauge32(_) => Tag::GAUGE32,
            Self::TimeTicks(_) => Tag::TIME_TICKS,
            Self::Opaque(_) => Tag::OPAQUE,
            Self::Counter64(_) => Tag::COUNTER64,
            Self::NoSuchObject => Tag::NO_SUCH_OBJECT,
            Self::NoSuchInstance => Tag::NO_SUCH_INSTANCE,
            Self::EndOfMibView => Tag::END_OF_MIB_VIEW,
        }
    }

    /// Whether it says why there is no value: noSuchObject, noSuchInstance, endOfMibView.
    pub const fn is_exception(&self) -> bool {
        matches!(self, Self::NoSuchObject | Self::NoSuchInstance | Self::EndOfMibView)
    }

    /// Whether v1 has no such type.
    const fn is_of_v2(&self) -> bool {
        self.is_exception() || matches!(self, Self::Counter64(_))
    }

    /// A value that is as the standard has it; `None` for all others, and for some that are rare. `end` are the last octets of
    /// the varbind, which the content ends.
    #[allow(clippy::inline_always)] // so that only what the caller looks at is computed
    #[inline(always)]
    pub(super) fn plain(tag: Tag, content: &'a [u8], end: [u8; 8], version: Version) -> Option<Self> {
        let number = || Number::last(content.len(), end);
        let unsigned32 = || u32::try_from(number()?.unsigned()?).ok();
        Some(match tag {
            Tag::INTEGER => Self::Integer(number()?.signed()?),
            Tag::OCTET_STRING => Self::OctetString(content),
            Tag::COUNTER32 => Self::Counter32(unsigned32()?),
            Tag::GAUGE32 => Self::Gauge32(unsigned32()?),
            Tag::TIME_TICKS => Self::TimeTicks(unsigned32()?),
            Tag::COUNTER64 if version != Version::V1 => Self::Counter64(number()?.unsigned()?),
            Tag::OBJECT_IDENTIFIER if !content.is_empty() => Self::ObjectIdentifier(Oid::from_octets(content)),
            _ => return None,
        })
    }

    /// Any value: with the deviations that are accepted, or why it is none.
    pub(super) fn decode(tag: Tag, content: &'a [u8], rules: Rules, found: &mut Anomalies) -> Result<Self, Problem> {
        const FIELD: Field = Field::Value;
        let value = match tag {
            Tag::INTEGER => Self::Integer(signed(content, FIELD, rules, found)?),
            Tag::OCTET_STRING => Self::OctetString(content),
            Tag::NULL => empty(Self::Null, content)?,
            Tag::OBJECT_IDENTIFIER => Self::ObjectIdentifier(oid(content, FIELD, rules, found)?),
            Tag::IP_ADDRESS => Self::IpAddress(address(content)?),
            Tag::COUNTER32 => Self::Counter32(unsigned32(content, FIELD, rules, found)?),
            Tag::GAUGE32 => Self::Gauge32(unsigned32(content, FIELD, rules, found)?),
            Tag::TIME_TICKS => Self::TimeTicks(unsigned32(content, FIELD, rules, found)?),
            Tag::OPAQUE => Self::Opaque(Opaque(content)),
            Tag::COUNTER64 => Self::Counter64(unsigned64(content, FIELD, rules, found)?),
            Tag::NO_SUCH_OBJECT => empty(Self::NoSuchObject, content)?,
            Tag::NO_SUCH_INSTANCE => empty(Self::NoSuchInstance, content)?,
            Tag::END_OF_MIB_VIEW => empty(Self::EndOfMibView, content)?,
            found => return Err(Problem::Type { found }),
        };
        if rules.version == Version::V1 && value.is_of_v2() {
            let (version, tag) = (Version::V1, value.tag());
            let problem = Problem::NotOfVersion { version, found: tag };
            rules.accept(Deviation::OtherVersion, FIELD, found, problem)?;
        }
        Ok(value)
    }

    #[inline]
    pub(super) fn write(&self, version: Version, writer: &mut Writer<'_>) {
        if version == Version::V1 && self.is_of_v2() {
            writer.refuse(EncodeError::ValueOfV2 { found: self.tag() });
        }
        match *self {
            Self::Integer(value) => writer.integer(value),
            Self::OctetString(octets) | Self::Opaque(Opaque(octets)) => writer.octets(self.tag(), octets),
            Self::ObjectIdentifier(oid) => writer.oid(oid),
            Self::IpAddress(address) => {
                let [a, b, c, d] = address.octets();
                writer.array([self.tag().0, 4, a, b, c, d]);
            }
            Self::Counter32(value) | Self::Gauge32(value) | Self::TimeTicks(value) => {
                writer.unsigned32(self.tag(), value);
            }
            Self::Counter64(value) => writer.unsigned64(self.tag(), value),
            Self::Null | Self::NoSuchObject | Self::NoSuchInstance | Self::EndOfMibView => {
                writer.array([self.tag().0, 0]);
            }
        }
    }
}

/// For people: numbers in digits, octets as text between quotes with everything escaped that is no printable ASCII, names in
/// dotted digits, and what stands in the place of a value by its name. Nothing that a device sent is shown raw.
///
/// ```
/// use pdu_proto_snmp::wire::Value;
///
/// assert_eq!(Value::Gauge32(231).to_string(), "231");
/// assert_eq!(Value::OctetString(b"rack 4\x1b").to_string(), r#""rack 4\x1b""#);
/// assert_eq!(Value::NoSuchObject.to_string(), "noSuchObject");
/// ```
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => number.fmt(f),
            Self::Counter32(number) | Self::Gauge32(number) | Self::TimeTicks(number) => number.fmt(f),
            Self::Counter64(number) => number.fmt(f),
            Self::OctetString(octets) | Self::Opaque(Opaque(octets)) => write!(f, "\"{}\"", octets.escape_ascii()),
            Self::ObjectIdentifier(oid) => oid.fmt(f),
            Self::IpAddress(address) => address.fmt(f),
            Self::Null | Self::NoSuchObject | Self::NoSuchInstance | Self::EndOfMibView => {
                f.write_str(self.tag().name().unwrap_or_default())
            }
        }
    }
}

pub(super) fn address(content: &[u8]) -> Result<Ipv4Addr, Problem> {
    let octets: [u8; 4] = content.try_into().map_err(|_| wrong_length(4, content))?;
    Ok(Ipv4Addr::from(octets))
}

fn empty<'a>(value: Value<'a>, content: &[u8]) -> Result<Value<'a>, Problem> {
    if content.is_empty() {
        return Ok(value);
    }
    Err(wrong_length(0, content))
}

#[cold]
fn wrong_length(expected: usize, content: &[u8]) -> Problem {
    let found = content.len();
    Problem::Length { expected, found }
}

/// Octets that hold an encoding of their own, which SNMP only carries.
///
/// net-snmp and others put floating-point numbers into it: tag 9F, a second octet for the type, a length, and the number
/// as IEEE 754 has it. They are decoded only when asked for.
///
/// ```
/// use pdu_proto_snmp::wire::Opaque;
///
/// let volts = Opaque(&[0x9F, 0x78, 0x04, 0x43, 0x67, 0xCC, 0xCD]);
/// assert_eq!((volts.float(), volts.double()), (Some(231.8), None));
/// ```
///
/// Source: RFC 2578, 7.1.9; the types of numbers are those of draft-perkins-opaque-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Opaque<'a>(pub &'a [u8]);

impl Opaque<'_> {
    /// The tag of an inner item of another class than SNMP's own.
    const EXTENSION: Tag = Tag(0x9F);

    /// The float inside (tag 9F 78, four octets), whatever it is: also infinities and NaN. `None` for anything else.
    pub fn float(&self) -> Option<f32> {
        self.extended(0x78).map(f32::from_be_bytes)
    }

    /// The double inside (tag 9F 79, eight octets), whatever it is: also infinities and NaN. `None` for anything else.
    pub fn double(&self) -> Option<f64> {
        self.extended(0x79).map(f64::from_be_bytes)
    }

    /// An Opaque that holds a float, as its octets.
    pub fn from_float(value: f32) -> [u8; 7] {
        Self::extension(0x78, value.to_be_bytes())
    }

    /// An Opaque that holds a double, as its octets.
    pub fn from_double(value: f64) -> [u8; 11] {
        Self::extension(0x79, value.to_be_bytes())
    }

    /// `N` is `LEN` and three more: two octets of tag, one of length.
    fn extension<const LEN: usize, const N: usize>(second: u8, number: [u8; LEN]) -> [u8; N] {
        let [.., len] = LEN.to_be_bytes();
        let mut octets = [Self::EXTENSION.0, second, len].into_iter().chain(number);
        [(); N].map(|()| octets.next().unwrap_or_default())
    }

    /// The content of an inner item whose tag takes two octets, 9F and this one.
    fn extended<const N: usize>(&self, second: u8) -> Option<[u8; N]> {
        let inner = self.0.strip_prefix(&[Self::EXTENSION.0])?;
        let (tag, content, rest) = split(inner)?;
        (tag.0 == second && rest.is_empty())
            .then(|| content.try_into().ok())
            .flatten()
    }
}
