//! Level 0: bytes to borrowed views and back. No state, no clock, no allocation.
//!
//! A *protocol data unit* is a function code and its data, the same on every medium: [`Request`] and [`Response`] read
//! and build it. The [`rtu`] and [`tcp`] modules put it into the frame of a serial line or of a TCP connection. What
//! must outlive the buffer it was read from goes into a [`RequestBuf`] or a [`ResponseBuf`]; numbers that span several
//! registers are read with [`value`].
//!
//! Everything that parses is proven once, whole: no accessor of a parsed view can fail for want of bytes, and what was
//! parsed encodes to the same bytes again. The other way round, an encoder refuses what the standard forbids before it
//! writes a byte.
//!
//! Source: MODBUS Application Protocol V1.1b3, MODBUS over Serial Line V1.02, MODBUS Messaging on TCP/IP V1.0b.

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod bits;
mod buf;
mod check;
mod code;
mod crc;
mod device_id;
mod error;
mod file;
mod layout;
mod registers;
mod request;
mod response;
pub mod rtu;
pub mod tcp;
pub mod value;

pub use bits::{Bits, BitsIter};
pub use buf::{RequestBuf, ResponseBuf};
pub use check::{Field, Mismatch};
pub use code::{Diagnostic, ExceptionCode, FunctionCode};
pub use crc::crc16;
pub use device_id::{ConformityLevel, DeviceObject, DeviceObjects, ObjectId, ReadDeviceIdCode};
pub use error::WireError;
pub use file::{FileRead, FileReads, FileRecords, FileWrite, FileWrites};
pub use layout::{Encode, MAX_PROTOCOL_DATA_UNIT};
pub use registers::{Registers, RegistersIter};
pub use request::Request;
pub use response::Response;
