use super::{Diagnostic, ExceptionCode, FunctionCode};

/// Why bytes are no Modbus message, or a message may not be built.
///
/// Each variant carries what was expected and what was found. Lengths are bytes; the length of a protocol data unit
/// counts its function code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// There is no function code: the protocol data unit has no bytes.
    #[error("empty protocol data unit")]
    Empty,
    /// A code that the direction cannot carry: 0, in a request one with the exception bit, or one that has a variant of
    /// its own but was given as `Other`.
    #[error("function code {found:#04x} is not allowed here")]
    Function {
        /// The code found.
        found: u8,
    },
    /// The protocol data unit is shorter or longer than its function says.
    #[error("{function}: {found} bytes where {expected} were expected")]
    Length {
        /// The function.
        function: FunctionCode,
        /// Length that the fields seen so far ask for.
        expected: usize,
        /// Length found.
        found: usize,
    },
    /// A message larger than the standard allows.
    #[error("{found} bytes where at most {limit} are allowed")]
    TooLong {
        /// The largest length allowed.
        limit: usize,
        /// Length found.
        found: usize,
    },
    /// A quantity of coils, registers, events or records outside the function's bounds.
    #[error("{function}: quantity {found} is not within {min} to {max}")]
    Quantity {
        /// The function.
        function: FunctionCode,
        /// The smallest quantity allowed.
        min: u16,
        /// The largest quantity allowed.
        max: u16,
        /// The quantity found.
        found: usize,
    },
    /// Address and quantity together reach beyond address 65535.
    #[error("{function}: {quantity} from address {address} reach beyond address 65535")]
    AddressRange {
        /// The function.
        function: FunctionCode,
        /// The first address.
        address: u16,
        /// How many from there.
        quantity: u16,
    },
    /// A byte count that does not fit the quantity beside it, or the bytes that follow.
    #[error("{function}: byte count {found} where {expected} was expected")]
    ByteCount {
        /// The function.
        function: FunctionCode,
        /// The byte count that fits.
        expected: usize,
        /// The byte count found.
        found: usize,
    },
    /// A coil value other than 0000 (off) and FF00 (on).
    #[error("coil value {found:#06x} is neither 0x0000 nor 0xff00")]
    CoilValue {
        /// The value found.
        found: u16,
    },
    /// Diagnostics with another amount of data than the sub-function has.
    #[error("{subfunction}: {found} words of data where 1 was expected")]
    DiagnosticData {
        /// The sub-function.
        subfunction: Diagnostic,
        /// Words found.
        found: usize,
    },
    /// A file group whose reference type is not 6.
    #[error("{function}: reference type {found} where 6 was expected")]
    ReferenceType {
        /// The function.
        function: FunctionCode,
        /// The reference type found.
        found: u8,
    },
    /// A file number of 0, or records beyond 9999.
    #[error(
        "{function}: file {file}, {length} registers from record {record} are not within file 1 to 65535, record 0 to 9999"
    )]
    FileRange {
        /// The function.
        function: FunctionCode,
        /// The file number.
        file: u16,
        /// The first record.
        record: u16,
        /// How many registers from there.
        length: u16,
    },
    /// A field of Read Device Identification that the standard does not allow.
    #[error("read device identification: {field} is {found:#04x}")]
    DeviceIdentification {
        /// The field's name in the standard.
        field: &'static str,
        /// The value found.
        found: u8,
    },
    /// The frame's CRC is not that of its bytes.
    #[error("crc {found:04x} where {expected:04x} was expected")]
    Crc {
        /// The CRC of the bytes, as a number (sent low byte first).
        expected: u16,
        /// The CRC that the frame carries.
        found: u16,
    },
    /// An RTU frame outside 4 to 256 bytes.
    #[error("rtu frame of {found} bytes, 4 to 256 were expected")]
    FrameLength {
        /// Length found.
        found: usize,
    },
    /// A protocol identifier other than 0, which is Modbus.
    #[error("protocol identifier {found:#06x} where 0 was expected")]
    Protocol {
        /// The identifier found.
        found: u16,
    },
    /// A length field of the TCP header outside 2 to 254.
    #[error("length {found} in the tcp header, 2 to 254 were expected")]
    HeaderLength {
        /// The length found.
        found: u16,
    },
    /// The caller's buffer is too small. Nothing was written.
    #[error("buffer of {available} bytes where {needed} are needed")]
    Buffer {
        /// Bytes the message takes.
        needed: usize,
        /// Bytes the buffer has.
        available: usize,
    },
}

impl WireError {
    /// What a server answers to a request that fails so; `None` where it stays silent, as to a broken frame.
    ///
    /// Source: the state diagrams of Application Protocol V1.1b3, 6: a quantity or byte count is an illegal data value,
    /// an address range an illegal data address.
    pub const fn exception_code(&self) -> Option<ExceptionCode> {
        match self {
            Self::Function { .. } => Some(ExceptionCode::ILLEGAL_FUNCTION),
            Self::AddressRange { .. } | Self::FileRange { .. } | Self::ReferenceType { .. } => {
                Some(ExceptionCode::ILLEGAL_DATA_ADDRESS)
            }
            Self::Length { .. }
            | Self::TooLong { .. }
            | Self::Quantity { .. }
            | Self::ByteCount { .. }
            | Self::CoilValue { .. }
            | Self::DiagnosticData { .. }
            | Self::DeviceIdentification { .. } => Some(ExceptionCode::ILLEGAL_DATA_VALUE),
            Self::Empty
            | Self::Crc { .. }
            | Self::FrameLength { .. }
            | Self::Protocol { .. }
            | Self::HeaderLength { .. }
            | Self::Buffer { .. } => None,
        }
    }
}
