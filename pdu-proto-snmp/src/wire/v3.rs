//! The envelope of v3, the parameters of its user-based security, and the scoped data inside.
//!
//! No cryptography: what is needed for it is here. The octets over which the authentication code goes are
//! [`Message::octets`]; [`Message::authentication_code`] says where in them the code itself stands. Nothing that a message says is to be
//! believed before its code was found right, so the scoped data is read by a call of its own.
//!
//! ```text
//! +----+-----+---------+---------------------------+------------------------+----------------------------------+
//! | 30 | len | version | 30 header data            | 04 security parameters | scoped data                      |
//! |    |     | 3       |    message id, max size,  |    30 engine id, boots,|    30 context engine id, context |
//! |    |     |         |    flags, security model  |    time, user name,    |       name, body                 |
//! |    |     |         |                           |    authentication and  | or 04 the same, encrypted        |
//! |    |     |         |                           |    privacy parameters  |                                  |
//! +----+-----+---------+---------------------------+------------------------+----------------------------------+
//! ```
//!
//! A message is built from its end: [`Scoped::encode`] into the end of a buffer, there enciphered in place if it is to be,
//! and [`Header::wrap`] puts the rest in front.
//!
//! ```
//! use pdu_proto_snmp::{oid, wire::{Body, Tolerance, VarBind}};
//! use pdu_proto_snmp::wire::v3::{Flags, Header, Message, Scoped, SecurityModel, Usm};
//!
//! let names = [VarBind::ask(oid!(1, 3, 6, 1, 2, 1, 1, 3, 0))];
//! let scoped = Scoped::new(b"\x80engine", b"", Body::get(7, &names));
//! let header = Header { message_id: 7, max_size: 1472, flags: Flags::REPORTABLE, security_model: SecurityModel::USM };
//! let usm = Usm { engine_id: b"\x80engine", user_name: b"reader", ..Usm::default() };
//!
//! let mut buffer = [0; 1472];
//! let len = scoped.encode(&mut buffer).unwrap().len();
//! let (octets, _code) = header.wrap(&usm, len, &mut buffer).unwrap();
//!
//! let message = Message::parse(octets, Tolerance::STRICT)?;
//! assert_eq!((message.header(), message.usm()), (header, Some(usm)));
//! assert_eq!(message.scoped()?, Some(scoped));
//! # Ok::<(), pdu_proto_snmp::wire::WireError>(())
//! ```
//!
//! Source: RFC 3412, 6; RFC 3414, 2.4.

use core::{fmt, ops::Range};

use super::{
    Anomalies, Body, EncodeError, Field, Problem, Tag, Tolerance, Version, WireError,
    ber::{Reader, Rules},
    message::Opened,
    writer::{Writer, length_of, write_to_end},
};

/// The smallest `msgMaxSize`: what every engine must be able to receive. Source: RFC 3412, 6.3.
pub const MIN_MAX_SIZE: u32 = 484;

/// The longest user name. Source: RFC 3414, 2.4.
pub const MAX_USER_NAME: usize = 32;

/// What the numbers of the envelope go up to.
const MAX_NUMBER: u32 = i32::MAX.cast_unsigned();

/// How a message is protected, and whether its receiver may report.
///
/// Source: RFC 3412, 6.4. Bits without a constant here are carried, and mean nothing.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Flags(pub u8);

impl Flags {
    /// None.
    pub const NONE: Self = Self(0);
    /// There is an authentication code.
    pub const AUTHENTICATED: Self = Self(0x01);
    /// The scoped data is encrypted.
    pub const ENCRYPTED: Self = Self(0x02);
    /// The receiver may answer with a report.
    pub const REPORTABLE: Self = Self(0x04);

    /// Whether all of `flags` are set.
    #[inline]
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// These and those.
    #[must_use]
    pub const fn union(self, flags: Self) -> Self {
        Self(self.0 | flags.0)
    }

    /// The level of security; `None` for privacy without authentication, which is not allowed.
    #[inline]
    pub const fn level(self) -> Option<SecurityLevel> {
        match (self.contains(Self::AUTHENTICATED), self.contains(Self::ENCRYPTED)) {
            (false, false) => Some(SecurityLevel::NoAuthNoPriv),
            (true, false) => Some(SecurityLevel::AuthNoPriv),
            (true, true) => Some(SecurityLevel::AuthPriv),
            (false, true) => None,
        }
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({:#04x})", self.0)
    }
}

/// How far a message is protected; each more than the one before.
///
/// Exhaustive on purpose: the standard has these three. Source: RFC 3411, 3.4.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "camelCase")
)]
pub enum SecurityLevel {
    /// Not at all.
    NoAuthNoPriv,
    /// Against change and forgery.
    AuthNoPriv,
    /// Also against being read.
    AuthPriv,
}

impl From<SecurityLevel> for Flags {
    fn from(level: SecurityLevel) -> Self {
        match level {
            SecurityLevel::NoAuthNoPriv => Self::NONE,
            SecurityLevel::AuthNoPriv => Self::AUTHENTICATED,
            SecurityLevel::AuthPriv => Self::AUTHENTICATED.union(Self::ENCRYPTED),
        }
    }
}

/// Who defines the security parameters. Source: RFC 3411, 5 (`SnmpSecurityModel`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct SecurityModel(pub u32);

impl SecurityModel {
    /// The user-based security model of RFC 3414.
    pub const USM: Self = Self(3);
    /// The transport security model of RFC 5591.
    pub const TSM: Self = Self(4);
}

/// `msgGlobalData`. Source: RFC 3412, 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// What an answer repeats, also a report: 0 to 2^31-1.
    pub message_id: u32,
    /// The largest message that the sender receives: 484 to 2^31-1 octets.
    pub max_size: u32,
    /// How the message is protected.
    pub flags: Flags,
    /// Who defines the security parameters: 1 to 2^31-1.
    pub security_model: SecurityModel,
}

/// The parameters of the user-based security model. All empty, and numbers 0, in a probe that looks for an engine (RFC
/// 3414, 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Usm<'a> {
    /// The engine whose clock and keys count.
    pub engine_id: &'a [u8],
    /// How often that engine restarted: 0 to 2^31-1.
    pub engine_boots: u32,
    /// Seconds since its last restart: 0 to 2^31-1.
    pub engine_time: u32,
    /// Whose keys: up to 32 octets.
    pub user_name: &'a [u8],
    /// The authentication code; empty without authentication. To be sent, zeros of its length.
    pub authentication_parameters: &'a [u8],
    /// What the cipher starts with; empty without privacy.
    pub privacy_parameters: &'a [u8],
}

/// The scoped data of a message, its own tag and length included.
///
/// Exhaustive on purpose: the standard has these two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Data<'a> {
    /// In clear: what [`Scoped::parse`] reads.
    Plain(&'a [u8]),
    /// Encrypted: the octets that the cipher takes.
    Encrypted(&'a [u8]),
}

/// Which it is, and its length.
impl fmt::Debug for Data<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(octets) => write!(f, "Plain({} octets)", octets.len()),
            Self::Encrypted(octets) => write!(f, "Encrypted({} octets)", octets.len()),
        }
    }
}

/// A message of v3 as it came: its envelope is proven, what is inside is not looked at yet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    octets: &'a [u8],
    header: Header,
    security_parameters: &'a [u8],
    usm: Option<Usm<'a>>,
    /// Where the authentication code ends.
    code_end: usize,
    data: Data<'a>,
    /// What stands before the scoped data.
    scoped: Reader<'a>,
    anomalies: Anomalies,
}

impl<'a> Message<'a> {
    /// Reads the envelope of a whole datagram.
    ///
    /// # Errors
    ///
    /// Another version, lengths that lie, wrong tags, numbers out of bounds, privacy without authentication, flags that say
    /// otherwise than the data, parameters that are not those of the user-based security model where it is named, a user
    /// name of more than 32 octets, and deviations that are not accepted.
    pub fn parse(octets: &'a [u8], tolerance: Tolerance) -> Result<Self, WireError> {
        let mut anomalies = Anomalies::NONE;
        let opened = Opened::new(octets, tolerance, &mut anomalies)?;
        let mut reader = opened.reader;
        if opened.version != Version::V3 {
            return Err(opened.other_version());
        }
        let header = Header::read(&mut reader, &mut anomalies)?;
        let security = reader.enter(Field::SecurityParameters, Tag::OCTET_STRING)?;
        let (usm, code_end) = match header.security_model {
            SecurityModel::USM => {
                let (usm, code_end) = Usm::read(security, &mut anomalies)?;
                (Some(usm), code_end)
            }
            _ => (None, 0),
        };
        let scoped = reader;
        let data = if header.flags.contains(Flags::ENCRYPTED) {
            Data::Encrypted(reader.item(Field::Data, Tag::OCTET_STRING)?)
        } else {
            reader.item(Field::Data, Tag::SEQUENCE)?;
            Data::Plain(scoped.rest())
        };
        reader.finish(Field::Message)?;
        Ok(Self {
            octets: octets.get(..reader.offset()).unwrap_or(octets),
            header,
            security_parameters: security.rest(),
            usm,
            code_end,
            data,
            scoped,
            anomalies,
        })
    }

    /// The octets over which the authentication code goes: the datagram without what may trail the message.
    #[inline]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Id, sizes, flags.
    #[inline]
    pub const fn header(&self) -> Header {
        self.header
    }

    /// The security parameters as they came, whatever the security model has in them.
    #[inline]
    pub const fn security_parameters(&self) -> &'a [u8] {
        self.security_parameters
    }

    /// The parameters of the user-based security model; `None` if the message names another.
    #[inline]
    pub const fn usm(&self) -> Option<Usm<'a>> {
        self.usm
    }

    /// Where in [`octets`](Self::octets) the authentication code stands: it is computed with zeros there. Empty if there is
    /// none, or another security model.
    #[inline]
    pub const fn authentication_code(&self) -> Range<usize> {
        let len = match self.usm {
            Some(usm) => usm.authentication_parameters.len(),
            None => 0,
        };
        self.code_end.saturating_sub(len)..self.code_end
    }

    /// The scoped data, unread.
    #[inline]
    pub const fn data(&self) -> Data<'a> {
        self.data
    }

    /// The scoped data of a message in clear; `None` if it is encrypted.
    ///
    /// # Errors
    ///
    /// As [`Scoped::parse`], with offsets from the start of the message.
    pub fn scoped(&self) -> Result<Option<Scoped<'a>>, WireError> {
        match self.data {
            Data::Plain(_) => Scoped::read(self.scoped).map(Some),
            Data::Encrypted(_) => Ok(None),
        }
    }

    /// Deviations from the standard that were accepted in the envelope.
    #[inline]
    pub const fn anomalies(&self) -> Anomalies {
        self.anomalies
    }
}

/// The envelope; of the octets inside, their number.
impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("header", &self.header)
            .field("usm", &self.usm)
            .field("data", &self.data)
            .field("anomalies", &self.anomalies)
            .finish_non_exhaustive()
    }
}

impl Header {
    fn read(reader: &mut Reader<'_>, found: &mut Anomalies) -> Result<Self, WireError> {
        let mut inner = reader.enter(Field::Header, Tag::SEQUENCE)?;
        let message_id = inner.bounded(Field::MessageId, 0, found)?;
        let max_size = inner.bounded(Field::MaxSize, MIN_MAX_SIZE.cast_signed(), found)?;
        let flags = read_flags(&mut inner)?;
        let security_model = SecurityModel(inner.bounded(Field::SecurityModel, 1, found)?);
        inner.finish(Field::Header)?;
        Ok(Self {
            message_id,
            max_size,
            flags,
            security_model,
        })
    }

    /// Puts an envelope in front of the scoped data that stands in the last `data_len` octets of `buffer`: encoded, or
    /// encrypted where the flags say so.
    ///
    /// Gives the message, and where in it the authentication code is to be put; as `usm` has it until then, which should be
    /// zeros of the code's length.
    ///
    /// # Errors
    ///
    /// Numbers or lengths out of bounds, privacy without authentication, or too small a buffer. What it holds in front of
    /// the scoped data then is of no use.
    pub fn wrap<'b>(
        &self,
        usm: &Usm<'_>,
        data_len: usize,
        buffer: &'b mut [u8],
    ) -> Result<(&'b mut [u8], Range<usize>), EncodeError> {
        let available = buffer.len();
        let short = |needed| EncodeError::Buffer { needed, available };
        let start = available.checked_sub(data_len).ok_or(short(data_len))?;
        let (front, _) = buffer.split_at_mut_checked(start).ok_or(short(data_len))?;
        let mut writer = Writer::in_front_of(front, data_len);
        let code_end = self.write(usm, &mut writer);
        let needed = writer.len();
        if let Some(reason) = writer.refused() {
            return Err(reason);
        }
        let message = available
            .checked_sub(needed)
            .and_then(|start| buffer.get_mut(start..))
            .ok_or(short(needed))?;
        let end = needed.saturating_sub(code_end);
        let code = end.saturating_sub(usm.authentication_parameters.len())..end;
        Ok((message, code))
    }

    /// Octets that [`wrap`](Self::wrap) makes out of scoped data of this length.
    pub fn wrapped_len(&self, usm: &Usm<'_>, data_len: usize) -> usize {
        let mut writer = Writer::in_front_of(&mut [], data_len);
        self.write(usm, &mut writer);
        writer.len()
    }

    /// Says how far before the message's end the authentication code ends.
    fn write(&self, usm: &Usm<'_>, writer: &mut Writer<'_>) -> usize {
        self.check(writer);
        if self.flags.contains(Flags::ENCRYPTED) {
            writer.head(Tag::OCTET_STRING, 0);
        }
        let code_end = usm.write(writer);
        let mark = writer.len();
        writer.integer(self.security_model.0.cast_signed());
        writer.octets(Tag::OCTET_STRING, &[self.flags.0]);
        writer.integer(self.max_size.cast_signed());
        writer.integer(self.message_id.cast_signed());
        writer.head(Tag::SEQUENCE, mark);
        writer.integer(Version::V3.0);
        writer.head(Tag::SEQUENCE, 0);
        code_end
    }

    fn check(&self, writer: &mut Writer<'_>) {
        within(writer, Field::MessageId, 0, self.message_id);
        within(writer, Field::MaxSize, MIN_MAX_SIZE, self.max_size);
        within(writer, Field::SecurityModel, 1, self.security_model.0);
        if self.flags.level().is_none() {
            writer.refuse(EncodeError::Flags { found: self.flags.0 });
        }
    }
}

/// One octet, in which privacy goes with authentication.
fn read_flags(reader: &mut Reader<'_>) -> Result<Flags, WireError> {
    let start = *reader;
    let content = reader.octets(Field::Flags)?;
    let &[found] = content else {
        let (expected, found) = (1, content.len());
        return Err(start.error(Field::Flags, Problem::Length { expected, found }));
    };
    if Flags(found).level().is_none() {
        return Err(start.error(Field::Flags, Problem::PrivacyWithoutAuthentication { found }));
    }
    Ok(Flags(found))
}

impl<'a> Usm<'a> {
    /// Also says where the authentication code ends.
    fn read(mut outer: Reader<'a>, found: &mut Anomalies) -> Result<(Self, usize), WireError> {
        let mut reader = outer.enter(Field::SecurityParameters, Tag::SEQUENCE)?;
        outer.finish(Field::SecurityParameters)?;
        let engine_id = reader.octets(Field::EngineId)?;
        let engine_boots = reader.bounded(Field::EngineBoots, 0, found)?;
        let engine_time = reader.bounded(Field::EngineTime, 0, found)?;
        let user_name = read_user_name(&mut reader)?;
        let authentication_parameters = reader.octets(Field::AuthenticationParameters)?;
        let code_end = reader.offset();
        let privacy_parameters = reader.octets(Field::PrivacyParameters)?;
        reader.finish(Field::SecurityParameters)?;
        let usm = Self {
            engine_id,
            engine_boots,
            engine_time,
            user_name,
            authentication_parameters,
            privacy_parameters,
        };
        Ok((usm, code_end))
    }

    /// Says how far before the message's end the authentication code ends.
    fn write(&self, writer: &mut Writer<'_>) -> usize {
        within(writer, Field::EngineBoots, 0, self.engine_boots);
        within(writer, Field::EngineTime, 0, self.engine_time);
        if self.user_name.len() > MAX_USER_NAME {
            writer.refuse(EncodeError::Length {
                field: Field::UserName,
                max: MAX_USER_NAME,
                found: self.user_name.len(),
            });
        }
        let mark = writer.len();
        writer.octets(Tag::OCTET_STRING, self.privacy_parameters);
        let code_end = writer.len();
        writer.octets(Tag::OCTET_STRING, self.authentication_parameters);
        writer.octets(Tag::OCTET_STRING, self.user_name);
        writer.integer(self.engine_time.cast_signed());
        writer.integer(self.engine_boots.cast_signed());
        writer.octets(Tag::OCTET_STRING, self.engine_id);
        writer.head(Tag::SEQUENCE, mark);
        writer.head(Tag::OCTET_STRING, mark);
        code_end
    }
}

fn read_user_name<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], WireError> {
    let start = *reader;
    let name = reader.octets(Field::UserName)?;
    if name.len() > MAX_USER_NAME {
        let (expected, found) = (MAX_USER_NAME, name.len());
        return Err(start.error(Field::UserName, Problem::Length { expected, found }));
    }
    Ok(name)
}

fn within(writer: &mut Writer<'_>, field: Field, min: u32, found: u32) {
    let max = MAX_NUMBER;
    if !(min..=max).contains(&found) {
        writer.refuse(EncodeError::Range { field, min, max, found });
    }
}

/// What is asked or answered, and in which context. Source: RFC 3412, 6.8 (`ScopedPDU`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scoped<'a> {
    /// The engine whose objects are meant.
    pub context_engine_id: &'a [u8],
    /// Which of its sets of objects; empty is the usual one.
    pub context_name: &'a [u8],
    /// What is done.
    pub body: Body<'a>,
    anomalies: Anomalies,
}

impl<'a> Scoped<'a> {
    /// Scoped data to be sent.
    pub const fn new(context_engine_id: &'a [u8], context_name: &'a [u8], body: Body<'a>) -> Self {
        Self {
            context_engine_id,
            context_name,
            body,
            anomalies: Anomalies::NONE,
        }
    }

    /// Reads scoped data once it is deciphered. What a block cipher has padded it with is ignored (RFC 3414, 8.1.1.2).
    /// Offsets in errors count from its start.
    ///
    /// # Errors
    ///
    /// Lengths that lie, wrong tags, an operation of v1, and deviations that are not accepted.
    pub fn parse(octets: &'a [u8], tolerance: Tolerance) -> Result<Self, WireError> {
        let rules = Rules {
            tolerance,
            version: Version::V3,
        };
        Self::read(Reader::new(octets, octets.len(), rules))
    }

    /// Reads the item in front, and does not look behind it.
    fn read(mut outer: Reader<'a>) -> Result<Self, WireError> {
        let mut anomalies = Anomalies::NONE;
        let mut reader = outer.enter(Field::Data, Tag::SEQUENCE)?;
        let context_engine_id = reader.octets(Field::ContextEngineId)?;
        let context_name = reader.octets(Field::ContextName)?;
        let body = Body::read(&mut reader, &mut anomalies)?;
        reader.finish(Field::Data)?;
        Ok(Self {
            context_engine_id,
            context_name,
            body,
            anomalies,
        })
    }

    /// Deviations from the standard that were accepted, but for those in varbinds; none for data to be sent.
    pub const fn anomalies(&self) -> Anomalies {
        self.anomalies
    }

    /// Octets that it takes.
    pub fn encoded_len(&self) -> usize {
        length_of(|writer| self.write(writer))
    }

    /// Writes it to the **end** of `buffer`, and gives the octets written: to be enciphered there if it is to be, and then
    /// [wrapped](Header::wrap).
    ///
    /// # Errors
    ///
    /// An operation that v3 does not have, or too small a buffer.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        write_to_end(buffer, |writer| self.write(writer))
    }

    fn write(&self, writer: &mut Writer<'_>) {
        let mark = writer.len();
        self.body.write(Version::V3, writer);
        writer.octets(Tag::OCTET_STRING, self.context_name);
        writer.octets(Tag::OCTET_STRING, self.context_engine_id);
        writer.head(Tag::SEQUENCE, mark);
    }
}
