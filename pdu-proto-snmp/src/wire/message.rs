use core::fmt;

use super::{
    Anomalies, Body, Deviation, EncodeError, Field, Operation, Problem, Tag, Tolerance, Version, WireError,
    ber::{Reader, Rules, split},
    writer::{Writer, length_of, write_to_end},
};

/// A message of v1 or v2c.
///
/// ```text
/// +----+-----+---------+-----------+------+
/// | 30 | len | version | community | body |
/// +----+-----+---------+-----------+------+
/// ```
///
/// ```
/// use pdu_proto_snmp::{oid, wire::{Body, Message, Tolerance, VarBind}};
///
/// let names = [VarBind::ask(oid!(1, 3, 6, 1, 2, 1, 1, 3, 0))];
/// let request = Message::v2c(b"public", Body::get(7, &names));
///
/// let mut buffer = [0; 1472];
/// let octets = request.encode(&mut buffer)?; // at the end of the buffer
/// assert_eq!(Message::parse(octets, Tolerance::STRICT).unwrap(), request);
/// # Ok::<(), pdu_proto_snmp::wire::EncodeError>(())
/// ```
///
/// Source: RFC 1157, 4; RFC 1901, 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// [`Version::V1`] or [`Version::V2C`].
    pub version: Version,
    /// What proves, in clear, that the sender may ask.
    pub community: Community<'a>,
    /// What it does.
    pub body: Body<'a>,
    anomalies: Anomalies,
}

/// A community: a password in clear. `Debug` shows its length only.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Community<'a>(pub &'a [u8]);

impl fmt::Debug for Community<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Community({} octets)", self.0.len())
    }
}

impl<'a> From<&'a [u8]> for Community<'a> {
    fn from(octets: &'a [u8]) -> Self {
        Self(octets)
    }
}

impl Version {
    /// The version of a message of any version, to know which type reads it. Nothing else of it is looked at.
    ///
    /// ```
    /// use pdu_proto_snmp::wire::Version;
    ///
    /// assert_eq!(Version::of(&[0x30, 0x03, 0x02, 0x01, 0x03]), Ok(Version::V3));
    /// ```
    ///
    /// # Errors
    ///
    /// No message: no sequence, or no number at its start.
    pub fn of(octets: &[u8]) -> Result<Self, WireError> {
        Ok(Opened::new(octets, Tolerance::LENIENT, &mut Anomalies::default())?.version)
    }
}

impl<'a> Message<'a> {
    /// A message to be sent.
    #[inline]
    pub const fn new(version: Version, community: Community<'a>, body: Body<'a>) -> Self {
        Self {
            version,
            community,
            body,
            anomalies: Anomalies::NONE,
        }
    }

    /// A message of v1.
    #[inline]
    pub const fn v1(community: &'a [u8], body: Body<'a>) -> Self {
        Self::new(Version::V1, Community(community), body)
    }

    /// A message of v2c.
    #[inline]
    pub const fn v2c(community: &'a [u8], body: Body<'a>) -> Self {
        Self::new(Version::V2C, Community(community), body)
    }

    /// Reads a whole datagram. The varbinds are read later, one by one.
    ///
    /// # Errors
    ///
    /// Another version, lengths that lie, wrong tags, numbers out of bounds, and deviations that are not accepted.
    #[inline]
    pub fn parse(octets: &'a [u8], tolerance: Tolerance) -> Result<Self, WireError> {
        match Self::plain(octets, tolerance) {
            Some(message) => Ok(message),
            None => Self::parse_any(octets, tolerance),
        }
    }

    /// What most messages are: of the common shape and as the standard has it. `None` for all others, and for some that are
    /// rare.
    #[inline]
    fn plain(octets: &'a [u8], tolerance: Tolerance) -> Option<Self> {
        let (Tag::SEQUENCE, message, []) = split(octets)? else {
            return None;
        };
        let [0x02, 1, version @ (0 | 1), ref rest @ ..] = *message else {
            return None;
        };
        let (Tag::OCTET_STRING, community, rest) = split(rest)? else {
            return None;
        };
        let (operation, body, []) = split(rest)? else {
            return None;
        };
        let version = Version(version.into());
        let rules = Rules { tolerance, version };
        let body = Body::plain(Operation(operation.0), Reader::new(body, octets.len(), rules))?;
        Some(Self::new(version, Community(community), body))
    }

    /// Any message: with the deviations that are accepted, or why it is none.
    #[inline(never)]
    fn parse_any(octets: &'a [u8], tolerance: Tolerance) -> Result<Self, WireError> {
        let mut anomalies = Anomalies::NONE;
        let opened = Opened::new(octets, tolerance, &mut anomalies)?;
        let (mut reader, version) = (opened.reader, opened.version);
        if version != Version::V1 && version != Version::V2C {
            return Err(opened.other_version());
        }
        let community = Community(reader.octets(Field::Community)?);
        let body = Body::read(&mut reader, &mut anomalies)?;
        reader.finish(Field::Message)?;
        Ok(Self {
            version,
            community,
            body,
            anomalies,
        })
    }

    /// Deviations from the standard that were accepted, but for those in varbinds; none for a message to be sent.
    #[inline]
    pub const fn anomalies(&self) -> Anomalies {
        self.anomalies
    }

    /// Octets that the message takes.
    pub fn encoded_len(&self) -> usize {
        length_of(|writer| self.write(writer))
    }

    /// Writes the message to the **end** of `buffer`, and gives the octets written.
    ///
    /// # Errors
    ///
    /// A version that has no communities, an operation or a value that the version does not have, or too small a buffer.
    /// What the buffer holds then is of no use.
    #[inline]
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        write_to_end(buffer, |writer| self.write(writer))
    }

    #[inline]
    fn write(&self, writer: &mut Writer<'_>) {
        let version = self.version;
        if version != Version::V1 && version != Version::V2C {
            writer.refuse(EncodeError::Version { found: version });
        }
        self.body.write(version, writer);
        writer.octets(Tag::OCTET_STRING, self.community.0);
        writer.integer(version.0);
        writer.head(Tag::SEQUENCE, 0);
    }
}

/// The version and the request id of a message of v1 or v2c that may be broken behind them.
#[cfg(feature = "alloc")]
#[cold]
pub(crate) fn request_id(octets: &[u8]) -> Option<(Version, i32)> {
    let found = &mut Anomalies::default();
    let mut opened = Opened::new(octets, Tolerance::LENIENT, found).ok()?;
    opened.reader.octets(Field::Community).ok()?;
    let (_, content) = opened.reader.any(Field::Operation).ok()?;
    let mut body = Reader::new(content, 0, opened.reader.rules());
    let id = body.integer(Field::RequestId, found).ok()?;
    Some((opened.version, id))
}

/// A message of which only the version was read.
pub(super) struct Opened<'a> {
    pub(super) version: Version,
    /// What follows the version, up to the message's end.
    pub(super) reader: Reader<'a>,
    start: Reader<'a>,
}

impl<'a> Opened<'a> {
    #[inline]
    pub(super) fn new(octets: &'a [u8], tolerance: Tolerance, found: &mut Anomalies) -> Result<Self, WireError> {
        let rules = Rules {
            tolerance,
            version: Version::V3,
        };
        let mut outer = Reader::new(octets, octets.len(), rules);
        let mut reader = outer.enter(Field::Message, Tag::SEQUENCE)?;
        if !outer.rest().is_empty() {
            trailing(&outer, found)?;
        }
        let start = reader;
        let version = Version(reader.integer(Field::Version, found)?);
        Ok(Self {
            version,
            reader: reader.with(Rules { tolerance, version }),
            start,
        })
    }

    /// The version is of another type of message.
    #[cold]
    pub(super) fn other_version(&self) -> WireError {
        self.start
            .error(Field::Version, Problem::Version { found: self.version })
    }
}

#[cold]
fn trailing(behind: &Reader<'_>, found: &mut Anomalies) -> Result<(), WireError> {
    let count = behind.rest().len();
    let problem = Problem::Trailing { count };
    behind
        .rules()
        .accept(Deviation::TrailingOctets, Field::Message, found, problem)
        .map_err(|problem| behind.error(Field::Message, problem))
}

#[cfg(all(test, feature = "proptest"))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::strategies;

    proptest! {
        #[test]
        fn quick_way_reads_what_the_other_reads(octets in strategies::message(), at in any::<prop::sample::Index>(), octet in any::<u8>()) {
            let mut damaged = octets.clone();
            let at = at.index(octets.len());
            damaged[at] = octet;
            for octets in [octets, damaged] {
                for tolerance in [Tolerance::STRICT, Tolerance::LENIENT] {
                    if let Some(message) = Message::plain(&octets, tolerance) {
                        prop_assert_eq!(Message::parse_any(&octets, tolerance), Ok(message));
                    }
                }
            }
        }
    }
}
