use super::{
    Bits, ConformityLevel, DeviceObjects, Diagnostic, Encode, ExceptionCode, FileRecords, FileWrites, FunctionCode,
    ObjectId, ReadDeviceIdCode, Registers, WireError,
    layout::{
        READ_DEVICE_IDENTIFICATION, Writer, byte_count, coil, coil_word, counted, exact, low_byte, low_word, quantity,
        reserve, split, two_words, within_limit, wrong_length,
    },
    request::{diagnostics, three_words, validate_diagnostics, validate_other},
};

/// What a device answers: a protocol data unit in its meaning.
///
/// One variant for each function of the standard, [`Exception`](Self::Exception) for a refusal, and
/// [`Other`](Self::Other) for the rest. A response alone does not tell what was asked:
/// [`Request::check`](super::Request::check) tells whether it may be believed.
///
/// ```text
///   0          1 …                               0                 1
/// +----------+------------------------+        +-----------------+----------------+
/// | function | data                   |   or   | function + 0x80 | exception code |
/// +----------+------------------------+        +-----------------+----------------+
/// ```
///
/// Exhaustive on purpose: the standard is complete, and what it does not define is `Other`.
///
/// Source: Application Protocol V1.1b3, 4.1, 6 and 7.
///
/// ```
/// use pdu_proto_modbus::wire::{Registers, Response};
///
/// let response = Response::parse(&[0x03, 0x02, 0x09, 0x0E])?;
/// let Response::ReadHoldingRegisters { values } = response else { panic!() };
/// assert_eq!(values.get(0), Some(2318));
/// # Ok::<(), pdu_proto_modbus::wire::WireError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response<'a> {
    /// 01: `byte count (1 byte), bits`. Source: V1.1b3, 6.1.
    ReadCoils {
        /// 1 to 2000 coils; from the wire always whole bytes.
        values: Bits<'a>,
    },
    /// 02: `byte count (1 byte), bits`. Source: V1.1b3, 6.2.
    ReadDiscreteInputs {
        /// 1 to 2000 inputs; from the wire always whole bytes.
        values: Bits<'a>,
    },
    /// 03: `byte count (1 byte), registers`. Source: V1.1b3, 6.3.
    ReadHoldingRegisters {
        /// 1 to 125 registers.
        values: Registers<'a>,
    },
    /// 04: `byte count (1 byte), registers`. Source: V1.1b3, 6.4.
    ReadInputRegisters {
        /// 1 to 125 registers.
        values: Registers<'a>,
    },
    /// 05, repeats the request. Source: V1.1b3, 6.5.
    WriteSingleCoil {
        /// The coil.
        address: u16,
        /// On or off.
        value: bool,
    },
    /// 06, repeats the request. Source: V1.1b3, 6.6.
    WriteSingleRegister {
        /// The register.
        address: u16,
        /// Its new value.
        value: u16,
    },
    /// 07: `status (1 byte)`. Source: V1.1b3, 6.7.
    ReadExceptionStatus {
        /// The eight outputs, the first one lowest.
        status: u8,
    },
    /// 08: `sub-function, data`. Source: V1.1b3, 6.8.
    Diagnostics {
        /// What was asked.
        subfunction: Diagnostic,
        /// As many words as the request had.
        data: Registers<'a>,
    },
    /// 11: `status, event count`. Source: V1.1b3, 6.9.
    GetCommEventCounter {
        /// FFFF while an earlier command is still being carried out, else 0000.
        status: u16,
        /// Requests completed so far.
        event_count: u16,
    },
    /// 12: `byte count (1 byte), status, event count, message count, events`. Source: V1.1b3, 6.10.
    GetCommEventLog {
        /// FFFF while an earlier command is still being carried out, else 0000.
        status: u16,
        /// Requests completed so far.
        event_count: u16,
        /// Messages seen so far.
        message_count: u16,
        /// Up to 64 events, the newest first.
        events: &'a [u8],
    },
    /// 15: `address, quantity`. Source: V1.1b3, 6.11.
    WriteMultipleCoils {
        /// First coil.
        address: u16,
        /// How many were written: 1 to 1968.
        quantity: u16,
    },
    /// 16: `address, quantity`. Source: V1.1b3, 6.12.
    WriteMultipleRegisters {
        /// First register.
        address: u16,
        /// How many were written: 1 to 123.
        quantity: u16,
    },
    /// 17: `byte count (1 byte), data`. Source: V1.1b3, 6.13.
    ReportServerId {
        /// Id, run indicator (00 off, FF on) and more: their lengths are the device's own. Up to 251 bytes.
        data: &'a [u8],
    },
    /// 20: `data length (1 byte), groups`. Source: V1.1b3, 6.14.
    ReadFileRecord {
        /// The registers of each group asked for.
        groups: FileRecords<'a>,
    },
    /// 21, repeats the request. Source: V1.1b3, 6.15.
    WriteFileRecord {
        /// What was written.
        groups: FileWrites<'a>,
    },
    /// 22, repeats the request. Source: V1.1b3, 6.16.
    MaskWriteRegister {
        /// The register.
        address: u16,
        /// Bits that stayed.
        and_mask: u16,
        /// Bits that were set, where the and-mask is 0.
        or_mask: u16,
    },
    /// 23: `byte count (1 byte), registers`. Source: V1.1b3, 6.17.
    ReadWriteMultipleRegisters {
        /// The registers read: 1 to 125.
        values: Registers<'a>,
    },
    /// 24: `byte count, queue length, registers`. Source: V1.1b3, 6.18.
    ReadFifoQueue {
        /// The queue, oldest first: up to 31 registers.
        values: Registers<'a>,
    },
    /// 43: `type 14, code, conformity, more follows, next object, number of objects (1 byte each), objects`.
    /// Source: V1.1b3, 6.21.
    ReadDeviceIdentification {
        /// The code of the request.
        code: ReadDeviceIdCode,
        /// What the device can tell.
        conformity: ConformityLevel,
        /// The object to ask for next; `None` if this was all.
        next: Option<ObjectId>,
        /// The objects of this response.
        objects: DeviceObjects<'a>,
    },
    /// The device refused the request.
    Exception {
        /// The function that was asked for, without the exception bit.
        function: FunctionCode,
        /// Why.
        code: ExceptionCode,
    },
    /// Any other function, and the other types of function 43.
    Other {
        /// A function without a variant of its own.
        function: FunctionCode,
        /// What follows the function code: up to 252 bytes.
        data: &'a [u8],
    },
}

impl<'a> Response<'a> {
    /// Reads a whole protocol data unit: function code and data, nothing before and nothing behind.
    ///
    /// # Errors
    ///
    /// Whatever the standard does not allow: lengths, byte counts, quantities, coil values.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let (&function, data) = bytes.split_first().ok_or(WireError::Empty)?;
        // Registers are what most answers carry: this way inlines into the caller.
        let function = FunctionCode(function);
        if !matches!(
            function,
            FunctionCode::READ_HOLDING_REGISTERS | FunctionCode::READ_INPUT_REGISTERS
        ) {
            return Self::parse_rarer(function, data);
        }
        let values = registers(function, data)?;
        Ok(match function {
            FunctionCode::READ_HOLDING_REGISTERS => Self::ReadHoldingRegisters { values },
            _ => Self::ReadInputRegisters { values },
        })
    }

    fn parse_rarer(function: FunctionCode, data: &'a [u8]) -> Result<Self, WireError> {
        within_limit(data.len() + 1)?;
        let response = Self::parse_data(function, data)?;
        response.validate()?;
        Ok(response)
    }

    fn parse_data(function: FunctionCode, data: &'a [u8]) -> Result<Self, WireError> {
        Ok(match function {
            FunctionCode::READ_COILS => Self::ReadCoils {
                values: Bits::from_whole_bytes(counted(function, data)?),
            },
            FunctionCode::READ_DISCRETE_INPUTS => Self::ReadDiscreteInputs {
                values: Bits::from_whole_bytes(counted(function, data)?),
            },
            FunctionCode::WRITE_SINGLE_COIL => {
                let (address, value) = two_words(function, data)?;
                let value = coil(value)?;
                Self::WriteSingleCoil { address, value }
            }
            FunctionCode::WRITE_SINGLE_REGISTER => {
                let (address, value) = two_words(function, data)?;
                Self::WriteSingleRegister { address, value }
            }
            FunctionCode::READ_EXCEPTION_STATUS => {
                let [status] = exact(function, data)?;
                Self::ReadExceptionStatus { status }
            }
            FunctionCode::DIAGNOSTICS => {
                let (subfunction, data) = diagnostics(function, data)?;
                Self::Diagnostics { subfunction, data }
            }
            FunctionCode::GET_COMM_EVENT_COUNTER => {
                let (status, event_count) = two_words(function, data)?;
                Self::GetCommEventCounter { status, event_count }
            }
            FunctionCode::GET_COMM_EVENT_LOG => Self::parse_event_log(data)?,
            FunctionCode::WRITE_MULTIPLE_COILS => {
                let (address, quantity) = two_words(function, data)?;
                Self::WriteMultipleCoils { address, quantity }
            }
            FunctionCode::WRITE_MULTIPLE_REGISTERS => {
                let (address, quantity) = two_words(function, data)?;
                Self::WriteMultipleRegisters { address, quantity }
            }
            FunctionCode::REPORT_SERVER_ID => Self::ReportServerId {
                data: counted(function, data)?,
            },
            FunctionCode::READ_FILE_RECORD => Self::ReadFileRecord {
                groups: FileRecords::parse(counted(function, data)?)?,
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
            FunctionCode::READ_WRITE_MULTIPLE_REGISTERS => Self::ReadWriteMultipleRegisters {
                values: registers(function, data)?,
            },
            FunctionCode::READ_FIFO_QUEUE => Self::parse_fifo_queue(data)?,
            FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT if data.first() == Some(&READ_DEVICE_IDENTIFICATION) => {
                Self::parse_device_identification(data)?
            }
            function if function.is_exception() => {
                let [code] = exact(function, data)?;
                Self::Exception {
                    function: function.without_exception(),
                    code: ExceptionCode(code),
                }
            }
            function => Self::Other { function, data },
        })
    }

    fn parse_event_log(data: &'a [u8]) -> Result<Self, WireError> {
        let function = FunctionCode::GET_COMM_EVENT_LOG;
        let ([s0, s1, e0, e1, m0, m1], events) = split(function, counted(function, data)?)?;
        Ok(Self::GetCommEventLog {
            status: u16::from_be_bytes([s0, s1]),
            event_count: u16::from_be_bytes([e0, e1]),
            message_count: u16::from_be_bytes([m0, m1]),
            events,
        })
    }

    fn parse_fifo_queue(data: &'a [u8]) -> Result<Self, WireError> {
        let function = FunctionCode::READ_FIFO_QUEUE;
        let ([b0, b1, n0, n1], rest) = split(function, data)?;
        let count = usize::from(u16::from_be_bytes([n0, n1]));
        quantity(function, count, 0, MAX_FIFO)?;
        byte_count(function, 2 + 2 * count, usize::from(u16::from_be_bytes([b0, b1])))?;
        let values = match Registers::from_be_bytes(rest) {
            Some(values) if values.len() == count => values,
            _ => return Err(wrong_length(function, 4 + 2 * count, data.len())),
        };
        Ok(Self::ReadFifoQueue { values })
    }

    fn parse_device_identification(data: &'a [u8]) -> Result<Self, WireError> {
        let function = FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT;
        let ([_, code, conformity, more_follows, next, count], objects) = split(function, data)?;
        Ok(Self::ReadDeviceIdentification {
            code: ReadDeviceIdCode(code),
            conformity: ConformityLevel(conformity),
            next: next_object(more_follows, next)?,
            objects: DeviceObjects::parse(objects, count)?,
        })
    }

    /// The bounds of the standard, the same for what is read and for what is sent.
    fn validate(&self) -> Result<(), WireError> {
        let function = self.function();
        match self {
            Self::ReadCoils { values } | Self::ReadDiscreteInputs { values } => {
                quantity(function, values.len(), 1, 2000)
            }
            Self::ReadHoldingRegisters { values }
            | Self::ReadInputRegisters { values }
            | Self::ReadWriteMultipleRegisters { values } => quantity(function, values.len(), 1, MAX_READ_REGISTERS),
            Self::Diagnostics { subfunction, data } => validate_diagnostics(*subfunction, data),
            Self::GetCommEventLog { events, .. } => quantity(function, events.len(), 0, 64),
            Self::WriteMultipleCoils { quantity: found, .. } => quantity(function, usize::from(*found), 1, 1968),
            Self::WriteMultipleRegisters { quantity: found, .. } => quantity(function, usize::from(*found), 1, 123),
            Self::ReportServerId { data } => within_limit(data.len().saturating_add(2)),
            Self::ReadFileRecord { groups } => groups.validate(),
            Self::WriteFileRecord { groups } => groups.validate(),
            Self::ReadFifoQueue { values } => quantity(function, values.len(), 0, MAX_FIFO),
            Self::ReadDeviceIdentification { code, objects, .. } => {
                code.validate()?;
                within_limit(objects.byte_len().saturating_add(7))
            }
            Self::Exception { function, .. } if function.0 == 0 || function.is_exception() => {
                Err(WireError::Function { found: function.0 })
            }
            Self::Other { function, data } => validate_other(*function, data),
            Self::WriteSingleCoil { .. }
            | Self::WriteSingleRegister { .. }
            | Self::ReadExceptionStatus { .. }
            | Self::GetCommEventCounter { .. }
            | Self::MaskWriteRegister { .. }
            | Self::Exception { .. } => Ok(()),
        }
    }

    /// The function that this answers; of an exception, the one that was asked for.
    #[inline]
    pub const fn function(&self) -> FunctionCode {
        match self {
            Self::ReadCoils { .. } => FunctionCode::READ_COILS,
            Self::ReadDiscreteInputs { .. } => FunctionCode::READ_DISCRETE_INPUTS,
            Self::ReadHoldingRegisters { .. } => FunctionCode::READ_HOLDING_REGISTERS,
            Self::ReadInputRegisters { .. } => FunctionCode::READ_INPUT_REGISTERS,
            Self::WriteSingleCoil { .. } => FunctionCode::WRITE_SINGLE_COIL,
            Self::WriteSingleRegister { .. } => FunctionCode::WRITE_SINGLE_REGISTER,
            Self::ReadExceptionStatus { .. } => FunctionCode::READ_EXCEPTION_STATUS,
            Self::Diagnostics { .. } => FunctionCode::DIAGNOSTICS,
            Self::GetCommEventCounter { .. } => FunctionCode::GET_COMM_EVENT_COUNTER,
            Self::GetCommEventLog { .. } => FunctionCode::GET_COMM_EVENT_LOG,
            Self::WriteMultipleCoils { .. } => FunctionCode::WRITE_MULTIPLE_COILS,
            Self::WriteMultipleRegisters { .. } => FunctionCode::WRITE_MULTIPLE_REGISTERS,
            Self::ReportServerId { .. } => FunctionCode::REPORT_SERVER_ID,
            Self::ReadFileRecord { .. } => FunctionCode::READ_FILE_RECORD,
            Self::WriteFileRecord { .. } => FunctionCode::WRITE_FILE_RECORD,
            Self::MaskWriteRegister { .. } => FunctionCode::MASK_WRITE_REGISTER,
            Self::ReadWriteMultipleRegisters { .. } => FunctionCode::READ_WRITE_MULTIPLE_REGISTERS,
            Self::ReadFifoQueue { .. } => FunctionCode::READ_FIFO_QUEUE,
            Self::ReadDeviceIdentification { .. } => FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT,
            Self::Exception { function, .. } | Self::Other { function, .. } => *function,
        }
    }

    /// Bytes of the protocol data unit.
    #[inline]
    pub fn encoded_len(&self) -> usize {
        match self {
            Self::ReadCoils { values } | Self::ReadDiscreteInputs { values } => 2 + values.byte_len(),
            Self::ReadHoldingRegisters { values }
            | Self::ReadInputRegisters { values }
            | Self::ReadWriteMultipleRegisters { values } => 2 + 2 * values.len(),
            Self::WriteSingleCoil { .. }
            | Self::WriteSingleRegister { .. }
            | Self::GetCommEventCounter { .. }
            | Self::WriteMultipleCoils { .. }
            | Self::WriteMultipleRegisters { .. } => 5,
            Self::ReadExceptionStatus { .. } | Self::Exception { .. } => 2,
            Self::Diagnostics { data, .. } => 3 + 2 * data.len(),
            Self::GetCommEventLog { events, .. } => 8 + events.len(),
            Self::ReportServerId { data } => 2 + data.len(),
            Self::ReadFileRecord { groups } => 2usize.saturating_add(groups.byte_len()),
            Self::WriteFileRecord { groups } => 2usize.saturating_add(groups.byte_len()),
            Self::MaskWriteRegister { .. } => 7,
            Self::ReadFifoQueue { values } => 5 + 2 * values.len(),
            Self::ReadDeviceIdentification { objects, .. } => 7usize.saturating_add(objects.byte_len()),
            Self::Other { data, .. } => 1 + data.len(),
        }
    }

    /// Writes the protocol data unit to the front of `out` and returns its length.
    ///
    /// # Errors
    ///
    /// Nothing was written if `out` is too small, or if the standard forbids what the response holds.
    #[inline]
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, WireError> {
        // Registers are what most answers carry: this way inlines into the caller.
        match *self {
            Self::ReadHoldingRegisters { values } => write_registers(FunctionCode::READ_HOLDING_REGISTERS, values, out),
            Self::ReadInputRegisters { values } => write_registers(FunctionCode::READ_INPUT_REGISTERS, values, out),
            _ => self.encode_rarer(out),
        }
    }

    fn encode_rarer(&self, out: &mut [u8]) -> Result<usize, WireError> {
        self.validate()?;
        let needed = self.encoded_len();
        let mut writer = Writer::new(reserve(out, needed)?);
        self.write_to(&mut writer);
        Ok(needed)
    }

    fn write_to(&self, writer: &mut Writer<'_>) {
        let function = self.function();
        match self {
            Self::Exception { .. } => writer.bytes([function.with_exception().0]),
            _ => writer.bytes([function.0]),
        };
        match *self {
            Self::ReadCoils { values } | Self::ReadDiscreteInputs { values } => {
                writer.bytes([low_byte(values.byte_len())]);
                writer.fill(values.byte_len(), |out| values.write_to(out))
            }
            Self::ReadHoldingRegisters { values }
            | Self::ReadInputRegisters { values }
            | Self::ReadWriteMultipleRegisters { values } => {
                writer.bytes([low_byte(2 * values.len())]);
                writer.fill(2 * values.len(), |out| values.write_to(out))
            }
            Self::WriteSingleCoil { address, value } => writer.word(address).word(coil_word(value)),
            Self::WriteSingleRegister { address, value } => writer.word(address).word(value),
            Self::ReadExceptionStatus { status } => writer.bytes([status]),
            Self::Diagnostics { subfunction, data } => writer
                .word(subfunction.0)
                .fill(2 * data.len(), |out| data.write_to(out)),
            Self::GetCommEventCounter { status, event_count } => writer.word(status).word(event_count),
            Self::GetCommEventLog {
                status,
                event_count,
                message_count,
                events,
            } => writer
                .bytes([low_byte(6 + events.len())])
                .word(status)
                .word(event_count)
                .word(message_count)
                .slice(events),
            Self::WriteMultipleCoils { address, quantity } | Self::WriteMultipleRegisters { address, quantity } => {
                writer.word(address).word(quantity)
            }
            Self::ReportServerId { data } => writer.bytes([low_byte(data.len())]).slice(data),
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
            Self::ReadFifoQueue { values } => {
                writer.word(low_word(2 + 2 * values.len())).word(low_word(values.len()));
                writer.fill(2 * values.len(), |out| values.write_to(out))
            }
            Self::ReadDeviceIdentification {
                code,
                conformity,
                next,
                objects,
            } => {
                let (more_follows, next) = next.map_or((0x00, 0x00), |next| (MORE_FOLLOWS, next.0));
                writer.bytes([READ_DEVICE_IDENTIFICATION, code.0, conformity.0, more_follows, next]);
                writer.bytes([low_byte(objects.len())]);
                objects.write_to(writer);
                writer
            }
            Self::Other { data, .. } => writer.slice(data),
            Self::Exception { code, .. } => writer.bytes([code.0]),
        };
    }
}

impl Encode for Response<'_> {
    #[inline]
    fn encoded_len(&self) -> usize {
        self.encoded_len()
    }

    #[inline]
    fn encode(&self, out: &mut [u8]) -> Result<usize, WireError> {
        self.encode(out)
    }
}

/// What one response can carry. Source: Application Protocol V1.1b3, 6.3.
const MAX_READ_REGISTERS: u16 = 125;
/// The longest queue. Source: Application Protocol V1.1b3, 6.18.
const MAX_FIFO: u16 = 31;
/// The other value is 00. Source: Application Protocol V1.1b3, 6.21.
const MORE_FOLLOWS: u8 = 0xFF;

/// A byte count and the registers it announces: 1 to 125.
#[inline]
fn registers(function: FunctionCode, data: &[u8]) -> Result<Registers<'_>, WireError> {
    let bytes = counted(function, data)?;
    let values = Registers::from_be_bytes(bytes).ok_or(WireError::ByteCount {
        function,
        expected: bytes.len().saturating_add(1),
        found: bytes.len(),
    })?;
    quantity(function, values.len(), 1, MAX_READ_REGISTERS)?;
    Ok(values)
}

/// The way back of [`registers`].
#[inline]
fn write_registers(function: FunctionCode, values: Registers<'_>, out: &mut [u8]) -> Result<usize, WireError> {
    quantity(function, values.len(), 1, MAX_READ_REGISTERS)?;
    let bytes = 2 * values.len();
    let mut writer = Writer::new(reserve(out, 2 + bytes)?);
    writer.bytes([function.0, low_byte(bytes)]);
    writer.fill(bytes, |out| values.write_to(out));
    Ok(2 + bytes)
}

fn next_object(more_follows: u8, next: u8) -> Result<Option<ObjectId>, WireError> {
    match (more_follows, next) {
        (MORE_FOLLOWS, next) => Ok(Some(ObjectId(next))),
        (0x00, 0x00) => Ok(None),
        (0x00, found) => Err(WireError::DeviceIdentification {
            field: "next object id without more follows",
            found,
        }),
        (found, _) => Err(WireError::DeviceIdentification {
            field: "more follows",
            found,
        }),
    }
}
