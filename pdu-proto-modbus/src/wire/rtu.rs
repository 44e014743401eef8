//! Frames of Modbus RTU, on a serial line.
//!
//! ```text
//!   0      1 …                        n-2   n-1
//! +------+--------------------------+-----+-----+
//! | unit | protocol data unit       | CRC lo hi |   4 to 256 bytes
//! +------+--------------------------+-----+-----+
//! ```
//!
//! A frame says nowhere how long it is. It is framed by what is expected: [`response_len`] for a client that knows its
//! request, [`request_len`] for a server, and [`foreign_response_len`] for what other units answer on a shared line.
//! It is never found by looking for a CRC that fits: behind a good frame any number of 00 bytes fits as well, and one
//! frame in 256 fits already without its last byte.
//!
//! Source: MODBUS over Serial Line V1.02, 2.5.1.

use super::{
    Diagnostic, Encode, FunctionCode, Request, WireError, crc16,
    layout::{READ_DEVICE_IDENTIFICATION, Writer, encode_between},
};

/// The largest frame. Source: MODBUS over Serial Line V1.02, 2.5.1.
pub const MAX_FRAME: usize = 256;

/// The smallest frame: unit, function, CRC.
pub const MIN_FRAME: usize = 4;

/// The unit that every device listens to and none answers. Source: MODBUS over Serial Line V1.02, 2.2.
pub const BROADCAST: u8 = 0;

const CRC_LEN: usize = 2;

/// A frame: which unit, and the protocol data unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Frame<'a> {
    /// 1 to 247, or 0 for all.
    pub unit: u8,
    /// Function code and data: 1 to 253 bytes.
    pub pdu: &'a [u8],
}

/// Reads a whole frame: nothing before, nothing behind, the CRC right.
///
/// ```
/// use pdu_proto_modbus::wire::rtu;
///
/// // From the BPS2000's manual: register 0 is 231.8 V.
/// let frame = rtu::parse(&[0x01, 0x03, 0x02, 0x09, 0x0E, 0x3F, 0xD0])?;
/// assert_eq!((frame.unit, frame.pdu), (1, &[0x03, 0x02, 0x09, 0x0E][..]));
/// # Ok::<(), pdu_proto_modbus::wire::WireError>(())
/// ```
///
/// # Errors
///
/// A length outside 4 to 256 bytes, or another CRC.
#[inline]
pub fn parse(frame: &[u8]) -> Result<Frame<'_>, WireError> {
    let wrong_length = WireError::FrameLength { found: frame.len() };
    if frame.len() > MAX_FRAME {
        return Err(wrong_length);
    }
    let (body, crc) = frame.split_last_chunk().ok_or(wrong_length)?;
    let [unit, pdu @ ..] = body else {
        return Err(wrong_length);
    };
    if pdu.is_empty() {
        return Err(wrong_length);
    }
    let (expected, found) = (crc16(body), u16::from_le_bytes(*crc));
    if expected != found {
        return Err(WireError::Crc { expected, found });
    }
    Ok(Frame { unit: *unit, pdu })
}

/// Writes a frame to the front of `out` and returns its length.
///
/// ```
/// use pdu_proto_modbus::wire::{Request, rtu};
///
/// let mut out = [0; rtu::MAX_FRAME];
/// let len = rtu::encode(1, &Request::ReadHoldingRegisters { address: 0, quantity: 1 }, &mut out)?;
/// assert_eq!(out[..len], [0x01, 0x03, 0x00, 0x00, 0x00, 0x01, 0x84, 0x0A]);
/// # Ok::<(), pdu_proto_modbus::wire::WireError>(())
/// ```
///
/// # Errors
///
/// Nothing was written if `out` is too small, or if the standard forbids what the message holds.
#[inline]
pub fn encode<M: Encode + ?Sized>(unit: u8, message: &M, out: &mut [u8]) -> Result<usize, WireError> {
    let len = 1 + encode_between(message, out, 1, CRC_LEN)?;
    if let Some((body, tail)) = out.split_at_mut_checked(len) {
        Writer::new(body).bytes([unit]);
        Writer::new(tail).bytes(crc16(body).to_le_bytes());
    }
    Ok(len + CRC_LEN)
}

/// How far a frame reaches that begins with the bytes at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Framing {
    /// The frame has this many bytes, unit and CRC included: at most [`MAX_FRAME`]. They need not all be there yet.
    Length(usize),
    /// Its length is not known before there are `needed` bytes in all.
    Partial {
        /// The total at which another try tells more.
        needed: usize,
    },
    /// Only the silence behind it ends it: the function's length is unknown.
    Silence,
    /// No such frame begins with these bytes.
    Never,
}

/// How long the response to `request` is that begins with `bytes` (the unit first).
///
/// An exception has 5 bytes. The normal answer has the length that the request asks for; where the length stands in the
/// data (12, 17, 20, 21, 23, 24, 43) it is read from there, and bounded. A function or byte count that does not answer
/// the request is [`Framing::Never`]: ask [`foreign_response_len`] whether it is an answer to something else. The unit
/// is not looked at.
#[inline]
pub fn response_len(request: &Request<'_>, bytes: &[u8]) -> Framing {
    let [_, function, data @ ..] = bytes else {
        return Framing::Partial { needed: MIN_FRAME };
    };
    let (expected, function) = (request.function(), FunctionCode(*function));
    if function.without_exception() != expected {
        return Framing::Never;
    }
    if function.is_exception() {
        return EXCEPTION;
    }
    match request {
        Request::ReadCoils { quantity, .. } | Request::ReadDiscreteInputs { quantity, .. } => {
            exactly_counted(data, usize::from(*quantity).div_ceil(8))
        }
        Request::ReadHoldingRegisters { quantity, .. }
        | Request::ReadInputRegisters { quantity, .. }
        | Request::ReadWriteMultipleRegisters {
            read_quantity: quantity,
            ..
        } => exactly_counted(data, 2 * usize::from(*quantity)),
        Request::ReadFileRecord { groups } => exactly_counted(data, groups.response_len()),
        // What answers a sub-function that the standard does not have is of any length.
        Request::Diagnostics { subfunction, .. } if !subfunction.is_standard() => Framing::Silence,
        // The other answers of fixed length are as long as their request.
        Request::Diagnostics { .. } | Request::WriteFileRecord { .. } => {
            fixed(request.encoded_len().saturating_add(1 + CRC_LEN))
        }
        _ => response_by_function(function, data),
    }
}

/// How long the request is that begins with `bytes` (the unit first), as far as its function code tells.
///
/// Diagnostics are only known for the sub-functions of the standard with one word of data.
#[inline]
pub fn request_len(bytes: &[u8]) -> Framing {
    let [_, function, data @ ..] = bytes else {
        return Framing::Partial { needed: MIN_FRAME };
    };
    match FunctionCode(*function) {
        FunctionCode::READ_COILS
        | FunctionCode::READ_DISCRETE_INPUTS
        | FunctionCode::READ_HOLDING_REGISTERS
        | FunctionCode::READ_INPUT_REGISTERS
        | FunctionCode::WRITE_SINGLE_COIL
        | FunctionCode::WRITE_SINGLE_REGISTER => fixed(8),
        FunctionCode::READ_EXCEPTION_STATUS
        | FunctionCode::GET_COMM_EVENT_COUNTER
        | FunctionCode::GET_COMM_EVENT_LOG
        | FunctionCode::REPORT_SERVER_ID => fixed(4),
        FunctionCode::DIAGNOSTICS => diagnostics(data),
        FunctionCode::WRITE_MULTIPLE_COILS | FunctionCode::WRITE_MULTIPLE_REGISTERS => counted(data, 4, 1..=246),
        FunctionCode::READ_FILE_RECORD => counted(data, 0, 7..=245),
        FunctionCode::WRITE_FILE_RECORD => counted(data, 0, 9..=251),
        FunctionCode::MASK_WRITE_REGISTER => fixed(10),
        FunctionCode::READ_WRITE_MULTIPLE_REGISTERS => counted(data, 8, 2..=242),
        FunctionCode::READ_FIFO_QUEUE => fixed(6),
        FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT => match data {
            [] => Framing::Partial { needed: 5 },
            [READ_DEVICE_IDENTIFICATION, ..] => fixed(7),
            _ => Framing::Silence,
        },
        FunctionCode(0x00 | 0x80..) => Framing::Never,
        _ => Framing::Silence,
    }
}

/// How long the response is that begins with `bytes` (the unit first), as far as its function code tells: what a server
/// skips when another unit answers.
#[inline]
pub fn foreign_response_len(bytes: &[u8]) -> Framing {
    match bytes {
        [_, function, data @ ..] => response_by_function(FunctionCode(*function), data),
        _ => Framing::Partial { needed: MIN_FRAME },
    }
}

fn response_by_function(function: FunctionCode, data: &[u8]) -> Framing {
    match function {
        FunctionCode::READ_COILS
        | FunctionCode::READ_DISCRETE_INPUTS
        | FunctionCode::READ_HOLDING_REGISTERS
        | FunctionCode::READ_INPUT_REGISTERS
        | FunctionCode::READ_WRITE_MULTIPLE_REGISTERS => counted(data, 0, 1..=250),
        FunctionCode::WRITE_SINGLE_COIL
        | FunctionCode::WRITE_SINGLE_REGISTER
        | FunctionCode::GET_COMM_EVENT_COUNTER
        | FunctionCode::WRITE_MULTIPLE_COILS
        | FunctionCode::WRITE_MULTIPLE_REGISTERS => fixed(8),
        FunctionCode::READ_EXCEPTION_STATUS => fixed(5),
        FunctionCode::DIAGNOSTICS => diagnostics(data),
        FunctionCode::GET_COMM_EVENT_LOG => counted(data, 0, 6..=70),
        FunctionCode::REPORT_SERVER_ID => counted(data, 0, 0..=251),
        FunctionCode::READ_FILE_RECORD => counted(data, 0, 4..=251),
        FunctionCode::WRITE_FILE_RECORD => counted(data, 0, 9..=251),
        FunctionCode::MASK_WRITE_REGISTER => fixed(10),
        FunctionCode::READ_FIFO_QUEUE => fifo_queue(data),
        FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT => encapsulated(data),
        FunctionCode(0x00 | 0x80) => Framing::Never,
        FunctionCode(0x81..) => EXCEPTION,
        _ => Framing::Silence,
    }
}

/// Unit, function with the high bit, code, CRC.
const EXCEPTION: Framing = Framing::Length(5);

fn fixed(len: usize) -> Framing {
    if len > MAX_FRAME {
        return Framing::Never;
    }
    Framing::Length(len)
}

/// A frame whose byte count stands behind `head` bytes of data, and is within bounds.
fn counted(data: &[u8], head: usize, bounds: core::ops::RangeInclusive<u8>) -> Framing {
    match data.get(head) {
        None => Framing::Partial { needed: head + 3 },
        Some(count) if bounds.contains(count) => fixed(head + 3 + usize::from(*count) + CRC_LEN),
        Some(_) => Framing::Never,
    }
}

/// A frame whose byte count is known beforehand.
fn exactly_counted(data: &[u8], expected: usize) -> Framing {
    match data.first() {
        Some(count) if usize::from(*count) != expected => Framing::Never,
        _ => fixed(expected.saturating_add(3 + CRC_LEN)),
    }
}

/// Source: Application Protocol V1.1b3, 6.8.1.
fn diagnostics(data: &[u8]) -> Framing {
    match data {
        [hi, lo, ..] if Diagnostic(u16::from_be_bytes([*hi, *lo])).takes_one_word() => fixed(8),
        [_, _, ..] => Framing::Silence,
        _ => Framing::Partial { needed: 4 },
    }
}

/// Source: Application Protocol V1.1b3, 6.18: a byte count of two bytes, for at most 31 registers and their number.
fn fifo_queue(data: &[u8]) -> Framing {
    match data {
        [hi, lo, ..] => match u16::from_be_bytes([*hi, *lo]) {
            count @ 2..=64 if count % 2 == 0 => fixed(4 + usize::from(count) + CRC_LEN),
            _ => Framing::Never,
        },
        _ => Framing::Partial { needed: 4 },
    }
}

/// Source: Application Protocol V1.1b3, 6.21: each object carries its length.
fn encapsulated(data: &[u8]) -> Framing {
    match data.first() {
        None => return Framing::Partial { needed: 5 },
        Some(&READ_DEVICE_IDENTIFICATION) => {}
        Some(_) => return Framing::Silence,
    }
    let Some(count) = data.get(5) else {
        return Framing::Partial { needed: 8 };
    };
    let mut len = 8;
    for left in (0..usize::from(*count)).rev() {
        // Each object has an id and a length, and this one's length stands behind its id; data begins at the third byte.
        let value = data.get(len - 1).copied();
        len += 2 + usize::from(value.unwrap_or(0));
        let least = len + 2 * left;
        if least + CRC_LEN > MAX_FRAME {
            return Framing::Never;
        }
        if value.is_none() {
            return Framing::Partial { needed: least };
        }
    }
    fixed(len + CRC_LEN)
}
