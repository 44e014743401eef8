use super::{
    Bits, Diagnostic, Encode, FileReads, FileWrites, FunctionCode, ObjectId, ReadDeviceIdCode, Registers, WireError,
    layout::{
        READ_DEVICE_IDENTIFICATION, Writer, byte_count, coil, coil_word, counted, exact, is_other, low_byte, low_word,
        quantity, range, reserve, split, two_words, within_limit, wrong_length,
    },
};

/// What a client asks a device: a protocol data unit in its meaning.
///
/// One variant for each function of the standard, named as the standard names it, and [`Other`](Self::Other) for the
/// rest. Addresses are those of the wire, counted from 0 (register "40001" of many manuals is address 0).
///
/// ```text
///   0          1 …
/// +----------+------------------------+
/// | function | data                   |   at most 253 bytes, numbers big-endian
/// +----------+------------------------+
/// ```
///
/// Exhaustive on purpose: the standard is complete, and what it does not define is `Other`.
///
/// Source: Application Protocol V1.1b3, 4.1 and 6.
///
/// ```
/// use pdu_proto_modbus::wire::Request;
///
/// let request = Request::ReadHoldingRegisters { address: 0, quantity: 1 };
/// let mut bytes = [0; 5];
/// request.encode(&mut bytes)?;
/// assert_eq!(bytes, [0x03, 0x00, 0x00, 0x00, 0x01]);
/// assert_eq!(Request::parse(&bytes)?, request);
/// # Ok::<(), pdu_proto_modbus::wire::WireError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// 01: `address, quantity`. Source: V1.1b3, 6.1.
    ReadCoils {
        /// First coil.
        address: u16,
        /// How many: 1 to 2000.
        quantity: u16,
    },
    /// 02: `address, quantity`. Source: V1.1b3, 6.2.
    ReadDiscreteInputs {
        /// First input.
        address: u16,
        /// How many: 1 to 2000.
        quantity: u16,
    },
    /// 03: `address, quantity`. Source: V1.1b3, 6.3.
    ReadHoldingRegisters {
        /// First register.
        address: u16,
        /// How many: 1 to 125.
        quantity: u16,
    },
    /// 04: `address, quantity`. Source: V1.1b3, 6.4.
    ReadInputRegisters {
        /// First register.
        address: u16,
        /// How many: 1 to 125.
        quantity: u16,
    },
    /// 05: `address, FF00 or 0000`. Source: V1.1b3, 6.5.
    WriteSingleCoil {
        /// The coil.
        address: u16,
        /// On or off.
        value: bool,
    },
    /// 06: `address, value`. Source: V1.1b3, 6.6.
    WriteSingleRegister {
        /// The register.
        address: u16,
        /// Its new value.
        value: u16,
    },
    /// 07, no data. Source: V1.1b3, 6.7.
    ReadExceptionStatus,
    /// 08: `sub-function, data`. Source: V1.1b3, 6.8.
    Diagnostics {
        /// What is asked.
        subfunction: Diagnostic,
        /// Words: any number for [`Diagnostic::RETURN_QUERY_DATA`], one for the others that the standard defines.
        data: Registers<'a>,
    },
    /// 11, no data. Source: V1.1b3, 6.9.
    GetCommEventCounter,
    /// 12, no data. Source: V1.1b3, 6.10.
    GetCommEventLog,
    /// 15: `address, quantity, byte count (1 byte), bits`. Source: V1.1b3, 6.11.
    WriteMultipleCoils {
        /// First coil.
        address: u16,
        /// The new values: 1 to 1968.
        values: Bits<'a>,
    },
    /// 16: `address, quantity, byte count (1 byte), registers`. Source: V1.1b3, 6.12.
    WriteMultipleRegisters {
        /// First register.
        address: u16,
        /// The new values: 1 to 123.
        values: Registers<'a>,
    },
    /// 17, no data. Source: V1.1b3, 6.13.
    ReportServerId,
    /// 20: `byte count (1 byte), groups`. Source: V1.1b3, 6.14.
    ReadFileRecord {
        /// What to read: 1 to 35 groups, whose response must fit 253 bytes.
        groups: FileReads<'a>,
    },
    /// 21: `data length (1 byte), groups`. Source: V1.1b3, 6.15.
    WriteFileRecord {
        /// What to write: at least one group.
        groups: FileWrites<'a>,
    },
    /// 22: `address, and-mask, or-mask`; the new value is `(old & and) | (or & !and)`. Source: V1.1b3, 6.16.
    MaskWriteRegister {
        /// The register.
        address: u16,
        /// Bits that stay.
        and_mask: u16,
        /// Bits that are set, where the and-mask is 0.
        or_mask: u16,
    },
    /// 23: `read address, read quantity, write address, write quantity, byte count (1 byte), registers`; the write comes
    /// first. Source: V1.1b3, 6.17.
    ReadWriteMultipleRegisters {
        /// First register to read.
        read_address: u16,
        /// How many to read: 1 to 125.
        read_quantity: u16,
        /// First register to write.
        write_address: u16,
        /// The new values: 1 to 121.
        values: Registers<'a>,
    },
    /// 24: `address`. Source: V1.1b3, 6.18.
    ReadFifoQueue {
        /// The register that holds the queue's length.
        address: u16,
    },
    /// 43: `type 14, code (1 byte), object (1 byte)`. Source: V1.1b3, 6.21.
    ReadDeviceIdentification {
        /// Which objects.
        code: ReadDeviceIdCode,
        /// The first object of a stream, or the only one.
        object: ObjectId,
    },
    /// Any other function, and the other types of function 43.
    Other {
        /// A function without a variant of its own.
        function: FunctionCode,
        /// What follows the function code: up to 252 bytes.
        data: &'a [u8],
    },
}

impl<'a> Request<'a> {
    /// Reads a whole protocol data unit: function code and data, nothing before and nothing behind.
    ///
    /// # Errors
    ///
    /// Whatever the standard does not allow: lengths, byte counts, quantities, address ranges, coil values.
    /// [`WireError::exception_code`] says what a server answers.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        // Reads of registers are what most requests are: this way inlines into the caller.
        if let &[function @ (3 | 4), a0, a1, q0, q1] = bytes {
            let (address, quantity) = (u16::from_be_bytes([a0, a1]), u16::from_be_bytes([q0, q1]));
            range(FunctionCode(function), address, quantity.into(), MAX_READ_REGISTERS)?;
            return Ok(match FunctionCode(function) {
                FunctionCode::READ_HOLDING_REGISTERS => Self::ReadHoldingRegisters { address, quantity },
                _ => Self::ReadInputRegisters { address, quantity },
            });
        }
        Self::parse_rarer(bytes)
    }

    fn parse_rarer(bytes: &'a [u8]) -> Result<Self, WireError> {
        let (&function, data) = bytes.split_first().ok_or(WireError::Empty)?;
        within_limit(bytes.len())?;
        let request = Self::parse_data(FunctionCode(function), data)?;
        request.validate()?;
        Ok(request)
    }

    fn parse_data(function: FunctionCode, data: &'a [u8]) -> Result<Self, WireError> {
        Ok(match function {
            FunctionCode::READ_COILS => {
                let (address, quantity) = two_words(function, data)?;
                Self::ReadCoils { address, quantity }
            }
            FunctionCode::READ_DISCRETE_INPUTS => {
                let (address, quantity) = two_words(function, data)?;
                Self::ReadDiscreteInputs { address, quantity }
            }
            FunctionCode::READ_HOLDING_REGISTERS => {
                let (address, quantity) = two_words(function, data)?;
                Self::ReadHoldingRegisters { address, quantity }
            }
            FunctionCode::READ_INPUT_REGISTERS => {
                let (address, quantity) = two_words(function, data)?;
                Self::ReadInputRegisters { address, quantity }
            }
            FunctionCode::WRITE_SINGLE_COIL => {
                let (address, value) = two_words(function, data)?;
                let value = coil(value)?;
                Self::WriteSingleCoil { address, value }
            }
            FunctionCode::WRITE_SINGLE_REGISTER => {
                let (address, value) = two_words(function, data)?;
                Self::WriteSingleRegister { address, value }
            }
            FunctionCode::READ_EXCEPTION_STATUS => without_data(function, data, Self::ReadExceptionStatus)?,
            FunctionCode::DIAGNOSTICS => {
                let (subfunction, data) = diagnostics(function, data)?;
                Self::Diagnostics { subfunction, data }
            }
            FunctionCode::GET_COMM_EVENT_COUNTER => without_data(function, data, Self::GetCommEventCounter)?,
            FunctionCode::GET_COMM_EVENT_LOG => without_data(function, data, Self::GetCommEventLog)?,
            FunctionCode::WRITE_MULTIPLE_COILS => Self::parse_write_multiple_coils(data)?,
            FunctionCode::WRITE_MULTIPLE_REGISTERS => Self::parse_write_multiple_registers(data)?,
            FunctionCode::REPORT_SERVER_ID => without_data(function, data, Self::ReportServerId)?,
            FunctionCode::READ_FILE_RECORD => Self::ReadFileRecord {
                groups: FileReads::parse(counted(function, data)?)?,
            },
            FunctionCode::WRITE_FILE_RECORD => Self::WriteFileRecord {
                groups: FileWrites::parse(counted(function, data)?)?,
            },
            FunctionCode::MASK_WRITE_REGISTER => {
                let (address, and_mask, or_mask) = three_words(function, data)?;
                Self::MaskWriteRegister {
                    address,
                    and_mask,
                    or_mask,
                }
            }
            FunctionCode::READ_WRITE_MULTIPLE_REGISTERS => Self::parse_read_write(data)?,
            FunctionCode::READ_FIFO_QUEUE => Self::ReadFifoQueue {
                address: u16::from_be_bytes(exact(function, data)?),
            },
            FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT if data.first() == Some(&READ_DEVICE_IDENTIFICATION) => {
                let [_, code, object] = exact(function, data)?;
                Self::ReadDeviceIdentification {
                    code: ReadDeviceIdCode(code),
                    object: ObjectId(object),
                }
            }
            function => Self::Other { function, data },
        })
    }

    fn parse_write_multiple_coils(data: &'a [u8]) -> Result<Self, WireError> {
        let function = FunctionCode::WRITE_MULTIPLE_COILS;
        let ([a0, a1, q0, q1, count], rest) = split(function, data)?;
        let bits = usize::from(u16::from_be_bytes([q0, q1]));
        quantity(function, bits, 1, MAX_WRITE_COILS)?;
        let values = written(function, 5, bits.div_ceil(8), usize::from(count), rest)?;
        Ok(Self::WriteMultipleCoils {
            address: u16::from_be_bytes([a0, a1]),
            values: Bits::from_wire(values, bits).ok_or(WireError::Empty)?,
        })
    }

    fn parse_write_multiple_registers(data: &'a [u8]) -> Result<Self, WireError> {
        let function = FunctionCode::WRITE_MULTIPLE_REGISTERS;
        let ([a0, a1, q0, q1, count], rest) = split(function, data)?;
        Ok(Self::WriteMultipleRegisters {
            address: u16::from_be_bytes([a0, a1]),
            values: written_registers(function, 5, [q0, q1, count], MAX_WRITE_REGISTERS, rest)?,
        })
    }

    fn parse_read_write(data: &'a [u8]) -> Result<Self, WireError> {
        let function = FunctionCode::READ_WRITE_MULTIPLE_REGISTERS;
        let ([r0, r1, n0, n1, w0, w1, q0, q1, count], rest) = split(function, data)?;
        Ok(Self::ReadWriteMultipleRegisters {
            read_address: u16::from_be_bytes([r0, r1]),
            read_quantity: u16::from_be_bytes([n0, n1]),
            write_address: u16::from_be_bytes([w0, w1]),
            values: written_registers(function, 9, [q0, q1, count], MAX_READ_WRITE_REGISTERS, rest)?,
        })
    }

    /// The bounds of the standard, the same for what is read and for what is sent.
    fn validate(&self) -> Result<(), WireError> {
        let function = self.function();
        match self {
            Self::ReadCoils { address, quantity } | Self::ReadDiscreteInputs { address, quantity } => {
                range(function, *address, usize::from(*quantity), MAX_READ_BITS)
            }
            Self::ReadHoldingRegisters { address, quantity } | Self::ReadInputRegisters { address, quantity } => {
                range(function, *address, usize::from(*quantity), MAX_READ_REGISTERS)
            }
            Self::Diagnostics { subfunction, data } => validate_diagnostics(*subfunction, data),
            Self::WriteMultipleCoils { address, values } => range(function, *address, values.len(), MAX_WRITE_COILS),
            Self::WriteMultipleRegisters { address, values } => {
                range(function, *address, values.len(), MAX_WRITE_REGISTERS)
            }
            Self::ReadFileRecord { groups } => groups.validate(),
            Self::WriteFileRecord { groups } => groups.validate(),
            Self::ReadWriteMultipleRegisters {
                read_address,
                read_quantity,
                write_address,
                values,
            } => {
                range(function, *read_address, usize::from(*read_quantity), MAX_READ_REGISTERS)?;
                range(function, *write_address, values.len(), MAX_READ_WRITE_REGISTERS)
            }
            Self::ReadDeviceIdentification { code, .. } => code.validate(),
            Self::Other { function, data } => validate_other(*function, data),
            Self::WriteSingleCoil { .. }
            | Self::WriteSingleRegister { .. }
            | Self::ReadExceptionStatus
            | Self::GetCommEventCounter
            | Self::GetCommEventLog
            | Self::ReportServerId
            | Self::MaskWriteRegister { .. }
            | Self::ReadFifoQueue { .. } => Ok(()),
        }
    }

    /// The function code.
    #[inline]
    pub const fn function(&self) -> FunctionCode {
        match self {
            Self::ReadCoils { .. } => FunctionCode::READ_COILS,
            Self::ReadDiscreteInputs { .. } => FunctionCode::READ_DISCRETE_INPUTS,
            Self::ReadHoldingRegisters { .. } => FunctionCode::READ_HOLDING_REGISTERS,
            Self::ReadInputRegisters { .. } => FunctionCode::READ_INPUT_REGISTERS,
            Self::WriteSingleCoil { .. } => FunctionCode::WRITE_SINGLE_COIL,
            Self::WriteSingleRegister { .. } => FunctionCode::WRITE_SINGLE_REGISTER,
            Self::ReadExceptionStatus => FunctionCode::READ_EXCEPTION_STATUS,
            Self::Diagnostics { .. } => FunctionCode::DIAGNOSTICS,
            Self::GetCommEventCounter => FunctionCode::GET_COMM_EVENT_COUNTER,
            Self::GetCommEventLog => FunctionCode::GET_COMM_EVENT_LOG,
            Self::WriteMultipleCoils { .. } => FunctionCode::WRITE_MULTIPLE_COILS,
            Self::WriteMultipleRegisters { .. } => FunctionCode::WRITE_MULTIPLE_REGISTERS,
            Self::ReportServerId => FunctionCode::REPORT_SERVER_ID,
            Self::ReadFileRecord { .. } => FunctionCode::READ_FILE_RECORD,
            Self::WriteFileRecord { .. } => FunctionCode::WRITE_FILE_RECORD,
            Self::MaskWriteRegister { .. } => FunctionCode::MASK_WRITE_REGISTER,
            Self::ReadWriteMultipleRegisters { .. } => FunctionCode::READ_WRITE_MULTIPLE_REGISTERS,
            Self::ReadFifoQueue { .. } => FunctionCode::READ_FIFO_QUEUE,
            Self::ReadDeviceIdentification { .. } => FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT,
            Self::Other { function, .. } => *function,
        }
    }

    /// Whether the request leaves the device as it is, so that it may be sent again unasked.
    ///
    /// Reading device identification is; diagnostics, read/write and unknown functions are not.
    pub const fn is_read_only(&self) -> bool {
        self.function().is_read_only() || matches!(self, Self::ReadDeviceIdentification { .. })
    }

    /// Whether a device that carries the request out answers it: all but one do.
    ///
    /// Source: Application Protocol V1.1b3, 6.8.1: Force Listen Only Mode has no response.
    pub const fn is_answered(&self) -> bool {
        !matches!(
            self,
            Self::Diagnostics {
                subfunction: Diagnostic::FORCE_LISTEN_ONLY_MODE,
                ..
            }
        )
    }

    /// Bytes of the protocol data unit.
    #[inline]
    pub fn encoded_len(&self) -> usize {
        match self {
            Self::ReadCoils { .. }
            | Self::ReadDiscreteInputs { .. }
            | Self::ReadHoldingRegisters { .. }
            | Self::ReadInputRegisters { .. }
            | Self::WriteSingleCoil { .. }
            | Self::WriteSingleRegister { .. } => 5,
            Self::ReadExceptionStatus | Self::GetCommEventCounter | Self::GetCommEventLog | Self::ReportServerId => 1,
            Self::Diagnostics { data, .. } => 3 + 2 * data.len(),
            Self::WriteMultipleCoils { values, .. } => 6 + values.byte_len(),
            Self::WriteMultipleRegisters { values, .. } => 6 + 2 * values.len(),
            Self::ReadFileRecord { groups } => 2 + groups.byte_len(),
            Self::WriteFileRecord { groups } => 2usize.saturating_add(groups.byte_len()),
            Self::MaskWriteRegister { .. } => 7,
            Self::ReadWriteMultipleRegisters { values, .. } => 10 + 2 * values.len(),
            Self::ReadFifoQueue { .. } => 3,
            Self::ReadDeviceIdentification { .. } => 4,
            Self::Other { data, .. } => 1 + data.len(),
        }
    }

    /// Writes the protocol data unit to the front of `out` and returns its length.
    ///
    /// # Errors
    ///
    /// Nothing was written if `out` is too small, or if the standard forbids what the request holds.
    #[inline]
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, WireError> {
        // What is sent most inlines into the caller.
        match *self {
            Self::ReadHoldingRegisters { address, quantity } | Self::ReadInputRegisters { address, quantity } => {
                range(self.function(), address, usize::from(quantity), MAX_READ_REGISTERS)?;
                let mut writer = Writer::new(reserve(out, 5)?);
                writer.bytes([self.function().0]).word(address).word(quantity);
                Ok(5)
            }
            Self::WriteMultipleRegisters { address, values } => {
                range(self.function(), address, values.len(), MAX_WRITE_REGISTERS)?;
                let needed = self.encoded_len();
                let mut writer = Writer::new(reserve(out, needed)?);
                write_registers(writer.bytes([self.function().0]).word(address), values);
                Ok(needed)
            }
            _ => self.encode_rarer(out),
        }
    }

    fn encode_rarer(&self, out: &mut [u8]) -> Result<usize, WireError> {
        self.validate()?;
        let needed = self.encoded_len();
        let mut writer = Writer::new(reserve(out, needed)?);
        writer.bytes([self.function().0]);
        self.write_data(&mut writer);
        Ok(needed)
    }

    fn write_data(&self, writer: &mut Writer<'_>) {
        match *self {
            Self::ReadCoils { address, quantity }
            | Self::ReadDiscreteInputs { address, quantity }
            | Self::ReadHoldingRegisters { address, quantity }
            | Self::ReadInputRegisters { address, quantity } => writer.word(address).word(quantity),
            Self::WriteSingleCoil { address, value } => writer.word(address).word(coil_word(value)),
            Self::WriteSingleRegister { address, value } => writer.word(address).word(value),
            Self::ReadExceptionStatus | Self::GetCommEventCounter | Self::GetCommEventLog | Self::ReportServerId => {
                writer
            }
            Self::Diagnostics { subfunction, data } => writer
                .word(subfunction.0)
                .fill(2 * data.len(), |out| data.write_to(out)),
            Self::WriteMultipleCoils { address, values } => writer
                .word(address)
                .word(low_word(values.len()))
                .bytes([low_byte(values.byte_len())])
                .fill(values.byte_len(), |out| values.write_to(out)),
            Self::WriteMultipleRegisters { address, values } => write_registers(writer.word(address), values),
            Self::ReadFileRecord { groups } => {
                groups.write_to(writer);
                writer
            }
            Self::WriteFileRecord { groups } => {
                groups.write_to(writer);
                writer
            }
            Self::MaskWriteRegister {
                address,
                and_mask,
                or_mask,
            } => writer.word(address).word(and_mask).word(or_mask),
            Self::ReadWriteMultipleRegisters {
                read_address,
                read_quantity,
                write_address,
                values,
            } => write_registers(
                writer.word(read_address).word(read_quantity).word(write_address),
                values,
            ),
            Self::ReadFifoQueue { address } => writer.word(address),
            Self::ReadDeviceIdentification { code, object } => {
                writer.bytes([READ_DEVICE_IDENTIFICATION, code.0, object.0])
            }
            Self::Other { data, .. } => writer.slice(data),
        };
    }
}

impl Encode for Request<'_> {
    #[inline]
    fn encoded_len(&self) -> usize {
        self.encoded_len()
    }

    #[inline]
    fn encode(&self, out: &mut [u8]) -> Result<usize, WireError> {
        self.encode(out)
    }
}

// Source of the bounds: Application Protocol V1.1b3, 6.1 to 6.4, 6.11, 6.12, 6.17.
const MAX_READ_BITS: u16 = 2000;
const MAX_READ_REGISTERS: u16 = 125;
const MAX_WRITE_COILS: u16 = 1968;
const MAX_WRITE_REGISTERS: u16 = 123;
const MAX_READ_WRITE_REGISTERS: u16 = 121;

fn without_data<'a>(function: FunctionCode, data: &[u8], request: Request<'a>) -> Result<Request<'a>, WireError> {
    let [] = exact(function, data)?;
    Ok(request)
}

pub(super) fn three_words(function: FunctionCode, data: &[u8]) -> Result<(u16, u16, u16), WireError> {
    let [a0, a1, b0, b1, c0, c1] = exact(function, data)?;
    Ok((
        u16::from_be_bytes([a0, a1]),
        u16::from_be_bytes([b0, b1]),
        u16::from_be_bytes([c0, c1]),
    ))
}

/// Sub-function and words of data, in both directions.
pub(super) fn diagnostics(function: FunctionCode, data: &[u8]) -> Result<(Diagnostic, Registers<'_>), WireError> {
    let (subfunction, rest) = split(function, data)?;
    let words = Registers::from_be_bytes(rest).ok_or_else(|| wrong_length(function, data.len() + 1, data.len()))?;
    Ok((Diagnostic(u16::from_be_bytes(subfunction)), words))
}

pub(super) fn validate_diagnostics(subfunction: Diagnostic, data: &Registers<'_>) -> Result<(), WireError> {
    let found = data.len();
    if subfunction.takes_one_word() && found != 1 {
        return Err(WireError::DiagnosticData { subfunction, found });
    }
    within_limit(found.saturating_mul(2).saturating_add(3))
}

pub(super) fn validate_other(function: FunctionCode, data: &[u8]) -> Result<(), WireError> {
    if !is_other(function, data) {
        return Err(WireError::Function { found: function.0 });
    }
    within_limit(data.len().saturating_add(1))
}

/// The bytes of a multiple write: the byte count must fit the quantity, and the bytes the byte count.
fn written(
    function: FunctionCode,
    head: usize,
    expected: usize,
    count: usize,
    rest: &[u8],
) -> Result<&[u8], WireError> {
    byte_count(function, expected, count)?;
    if rest.len() != count {
        return Err(wrong_length(function, head + count, head + rest.len()));
    }
    Ok(rest)
}

fn written_registers(
    function: FunctionCode,
    head: usize,
    [q0, q1, count]: [u8; 3],
    max: u16,
    rest: &[u8],
) -> Result<Registers<'_>, WireError> {
    let registers = usize::from(u16::from_be_bytes([q0, q1]));
    quantity(function, registers, 1, max)?;
    let bytes = written(function, head, 2 * registers, usize::from(count), rest)?;
    Registers::from_be_bytes(bytes).ok_or(WireError::Empty)
}

#[inline]
fn write_registers<'w, 'a>(writer: &'w mut Writer<'a>, values: Registers<'_>) -> &'w mut Writer<'a> {
    let bytes = 2 * values.len();
    writer
        .word(low_word(values.len()))
        .bytes([low_byte(bytes)])
        .fill(bytes, |out| values.write_to(out))
}
