//! Frames of Modbus TCP.
//!
//! ```text
//!   0           1   2         3   4         5   6      7 …
//! +---------------+-------------+-------------+------+---------------------+
//! | transaction   | protocol 0  | length      | unit | protocol data unit  |
//! +---------------+-------------+-------------+------+---------------------+
//!                                              \__ length counts these __/
//! ```
//!
//! Source: MODBUS Messaging on TCP/IP V1.0b, 3.1.3.

use pdu_core::Status;

use super::{
    Encode, MAX_PROTOCOL_DATA_UNIT, WireError,
    layout::{Writer, encode_between, low_word},
};

/// The largest frame: header and 253 bytes.
pub const MAX_FRAME: usize = Header::LEN + MAX_PROTOCOL_DATA_UNIT;

/// Modbus. Source: MODBUS Messaging on TCP/IP V1.0b, 3.1.3.
const PROTOCOL: u16 = 0;

/// The header in front of each protocol data unit (MBAP), as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Chosen by the client, repeated by the server.
    pub transaction: u16,
    /// 0 is Modbus.
    pub protocol: u16,
    /// Bytes from the unit on: 2 to 254.
    pub length: u16,
    /// The unit behind a gateway, or what the device expects there.
    pub unit: u8,
}

impl Header {
    /// Bytes of the header.
    pub const LEN: usize = 7;

    /// Reads a header as it stands, without a look at what it says.
    #[inline]
    pub const fn from_bytes([t0, t1, p0, p1, l0, l1, unit]: [u8; Self::LEN]) -> Self {
        Self {
            transaction: u16::from_be_bytes([t0, t1]),
            protocol: u16::from_be_bytes([p0, p1]),
            length: u16::from_be_bytes([l0, l1]),
            unit,
        }
    }

    /// The header as it stands on the wire.
    #[inline]
    pub const fn to_bytes(self) -> [u8; Self::LEN] {
        let [t0, t1] = self.transaction.to_be_bytes();
        let [p0, p1] = self.protocol.to_be_bytes();
        let [l0, l1] = self.length.to_be_bytes();
        [t0, t1, p0, p1, l0, l1, self.unit]
    }

    /// Bytes of the whole frame that this header begins.
    ///
    /// # Errors
    ///
    /// A protocol other than 0, or a length outside 2 to 254.
    #[inline]
    pub fn frame_len(&self) -> Result<usize, WireError> {
        check_protocol(self.protocol)?;
        check_length(self.length)
    }
}

/// A frame: who, which transaction, and the protocol data unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Frame<'a> {
    /// Chosen by the client, repeated by the server.
    pub transaction: u16,
    /// The unit behind a gateway, or what the device expects there.
    pub unit: u8,
    /// Function code and data: 1 to 253 bytes.
    pub pdu: &'a [u8],
}

/// Reads the frame at the front of a stream, and says how many bytes it took.
///
/// ```
/// use pdu_core::Status;
/// use pdu_proto_modbus::wire::tcp;
///
/// let stream = [0x00, 0x07, 0x00, 0x00, 0x00, 0x05, 0x01, 0x03, 0x02, 0x09, 0x0E, 0x00];
/// let Status::Complete((frame, consumed)) = tcp::parse(&stream)? else { panic!() };
/// assert_eq!((frame.transaction, frame.unit, frame.pdu), (7, 1, &[0x03, 0x02, 0x09, 0x0E][..]));
/// assert_eq!(consumed, 11);
/// # Ok::<(), pdu_proto_modbus::wire::WireError>(())
/// ```
///
/// # Errors
///
/// A protocol other than 0, or a length outside 2 to 254, as soon as it is seen: the stream is lost then, since the next
/// frame cannot be found.
#[inline]
pub fn parse(bytes: &[u8]) -> Result<Status<(Frame<'_>, usize)>, WireError> {
    let Some((header, _)) = bytes.split_first_chunk() else {
        return parse_short(bytes);
    };
    let header = Header::from_bytes(*header);
    let needed = header.frame_len()?;
    Ok(match bytes.get(Header::LEN..needed) {
        Some(pdu) => Status::Complete((
            Frame {
                transaction: header.transaction,
                unit: header.unit,
                pdu,
            },
            needed,
        )),
        None => Status::Partial { needed },
    })
}

/// Less than a header: what is there may be wrong already.
#[cold]
fn parse_short<T>(bytes: &[u8]) -> Result<Status<T>, WireError> {
    // A field is judged once it is whole, so that a cut stream fails with the same error as a whole one.
    let field = |at| bytes.get(at..)?.first_chunk().copied().map(u16::from_be_bytes);
    if let Some(protocol) = field(2) {
        check_protocol(protocol)?;
    }
    let needed = match field(4) {
        Some(length) => check_length(length)?,
        // The shortest frame there is, while the length is unknown.
        None => Header::LEN + 1,
    };
    Ok(Status::Partial { needed })
}

#[inline]
fn check_protocol(found: u16) -> Result<(), WireError> {
    if found != PROTOCOL {
        return Err(WireError::Protocol { found });
    }
    Ok(())
}

#[inline]
fn check_length(found: u16) -> Result<usize, WireError> {
    if !(2..=254).contains(&found) {
        return Err(WireError::HeaderLength { found });
    }
    Ok(Header::LEN - 1 + usize::from(found))
}

/// Writes a frame to the front of `out` and returns its length.
///
/// ```
/// use pdu_proto_modbus::wire::{Request, tcp};
///
/// let mut out = [0; tcp::MAX_FRAME];
/// let len = tcp::encode(7, 1, &Request::ReadHoldingRegisters { address: 0, quantity: 1 }, &mut out)?;
/// assert_eq!(out[..len], [0x00, 0x07, 0x00, 0x00, 0x00, 0x06, 0x01, 0x03, 0x00, 0x00, 0x00, 0x01]);
/// # Ok::<(), pdu_proto_modbus::wire::WireError>(())
/// ```
///
/// # Errors
///
/// Nothing was written if `out` is too small, or if the standard forbids what the message holds.
#[inline]
pub fn encode<M: Encode + ?Sized>(transaction: u16, unit: u8, message: &M, out: &mut [u8]) -> Result<usize, WireError> {
    let len = encode_between(message, out, Header::LEN, 0)?;
    // Field by field: a header put together first is stored in small pieces and loaded in large ones, which waits.
    Writer::new(out)
        .word(transaction)
        .word(PROTOCOL)
        .word(low_word(len + 1))
        .bytes([unit]);
    Ok(Header::LEN + len)
}
