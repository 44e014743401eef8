//! `Arbitrary` for the owned messages: valid ones, for users' own fuzzing. What is not valid, a fuzzer makes of bytes.

use arbitrary::{Arbitrary, Error, Result, Unstructured};

use super::{
    Bits, ConformityLevel, DeviceObject, DeviceObjects, Diagnostic, ExceptionCode, FileRead, FileReads, FileRecords,
    FileWrite, FileWrites, FunctionCode, ObjectId, ReadDeviceIdCode, Registers, Request, RequestBuf, Response,
    ResponseBuf, WireError,
};

/// Any valid request. Numbers that do not make one (a range beyond address 65535) are an incorrect format.
impl<'a> Arbitrary<'a> for RequestBuf {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (groups, write);
        let address = u.arbitrary()?;
        let request = match u.int_in_range(0..=19)? {
            0 => Request::ReadCoils {
                address,
                quantity: u.int_in_range(1..=2000)?,
            },
            1 => Request::ReadDiscreteInputs {
                address,
                quantity: u.int_in_range(1..=2000)?,
            },
            2 => Request::ReadHoldingRegisters {
                address,
                quantity: u.int_in_range(1..=125)?,
            },
            3 => Request::ReadInputRegisters {
                address,
                quantity: u.int_in_range(1..=125)?,
            },
            4 => Request::WriteSingleCoil {
                address,
                value: u.arbitrary()?,
            },
            5 => Request::WriteSingleRegister {
                address,
                value: u.arbitrary()?,
            },
            6 => Request::ReadExceptionStatus,
            7 => {
                let (subfunction, data) = diagnostics(u)?;
                Request::Diagnostics { subfunction, data }
            }
            8 => Request::GetCommEventCounter,
            9 => Request::GetCommEventLog,
            10 => Request::WriteMultipleCoils {
                address,
                values: bits(u, 246)?,
            },
            11 => Request::WriteMultipleRegisters {
                address,
                values: registers(u, 1, 123)?,
            },
            12 => Request::ReportServerId,
            13 => {
                groups = [file_read(u)?, file_read(u)?];
                Request::ReadFileRecord {
                    groups: FileReads::new(&groups),
                }
            }
            14 => {
                write = [file_write(u)?];
                Request::WriteFileRecord {
                    groups: FileWrites::new(&write),
                }
            }
            15 => Request::MaskWriteRegister {
                address,
                and_mask: u.arbitrary()?,
                or_mask: u.arbitrary()?,
            },
            16 => Request::ReadWriteMultipleRegisters {
                read_address: address,
                read_quantity: u.int_in_range(1..=125)?,
                write_address: u.arbitrary()?,
                values: registers(u, 1, 121)?,
            },
            17 => Request::ReadFifoQueue { address },
            18 => Request::ReadDeviceIdentification {
                code: ReadDeviceIdCode(u.int_in_range(1..=4)?),
                object: ObjectId(u.arbitrary()?),
            },
            _ => Request::Other {
                function: FunctionCode(u.int_in_range(1..=127)?),
                data: bytes(u, 0, 252)?,
            },
        };
        Self::new(&request).map_err(incorrect)
    }
}

/// Any valid response. Numbers that do not make one are an incorrect format.
impl<'a> Arbitrary<'a> for ResponseBuf {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (records, write, objects);
        let response = match u.int_in_range(0..=20)? {
            0 => Response::ReadCoils { values: bits(u, 250)? },
            1 => Response::ReadDiscreteInputs { values: bits(u, 250)? },
            2 => Response::ReadHoldingRegisters {
                values: registers(u, 1, 125)?,
            },
            3 => Response::ReadInputRegisters {
                values: registers(u, 1, 125)?,
            },
            4 => Response::WriteSingleCoil {
                address: u.arbitrary()?,
                value: u.arbitrary()?,
            },
            5 => Response::WriteSingleRegister {
                address: u.arbitrary()?,
                value: u.arbitrary()?,
            },
            6 => Response::ReadExceptionStatus { status: u.arbitrary()? },
            7 => {
                let (subfunction, data) = diagnostics(u)?;
                Response::Diagnostics { subfunction, data }
            }
            8 => Response::GetCommEventCounter {
                status: u.arbitrary()?,
                event_count: u.arbitrary()?,
            },
            9 => Response::GetCommEventLog {
                status: u.arbitrary()?,
                event_count: u.arbitrary()?,
                message_count: u.arbitrary()?,
                events: bytes(u, 0, 64)?,
            },
            10 => Response::WriteMultipleCoils {
                address: u.arbitrary()?,
                quantity: u.int_in_range(1..=1968)?,
            },
            11 => Response::WriteMultipleRegisters {
                address: u.arbitrary()?,
                quantity: u.int_in_range(1..=123)?,
            },
            12 => Response::ReportServerId {
                data: bytes(u, 0, 251)?,
            },
            13 => {
                records = [registers(u, 1, 60)?, registers(u, 1, 60)?];
                Response::ReadFileRecord {
                    groups: FileRecords::new(&records),
                }
            }
            14 => {
                write = [file_write(u)?];
                Response::WriteFileRecord {
                    groups: FileWrites::new(&write),
                }
            }
            15 => Response::MaskWriteRegister {
                address: u.arbitrary()?,
                and_mask: u.arbitrary()?,
                or_mask: u.arbitrary()?,
            },
            16 => Response::ReadWriteMultipleRegisters {
                values: registers(u, 1, 125)?,
            },
            17 => Response::ReadFifoQueue {
                values: registers(u, 0, 31)?,
            },
            18 => {
                objects = [device_object(u)?, device_object(u)?];
                Response::ReadDeviceIdentification {
                    code: ReadDeviceIdCode(u.int_in_range(1..=4)?),
                    conformity: ConformityLevel(u.arbitrary()?),
                    next: Option::<u8>::arbitrary(u)?.map(ObjectId),
                    objects: DeviceObjects::new(&objects),
                }
            }
            19 => Response::Exception {
                function: FunctionCode(u.int_in_range(1..=127)?),
                code: ExceptionCode(u.arbitrary()?),
            },
            _ => Response::Other {
                function: FunctionCode(u.int_in_range(1..=127)?),
                data: bytes(u, 0, 252)?,
            },
        };
        Self::new(&response).map_err(incorrect)
    }
}

fn incorrect(_: WireError) -> Error {
    Error::IncorrectFormat
}

fn bytes<'a>(u: &mut Unstructured<'a>, min: usize, max: usize) -> Result<&'a [u8]> {
    let len = u.int_in_range(min..=max)?;
    u.bytes(len)
}

fn registers<'a>(u: &mut Unstructured<'a>, min: usize, max: usize) -> Result<Registers<'a>> {
    let len = u.int_in_range(min..=max)?;
    Registers::from_be_bytes(u.bytes(2 * len)?).ok_or(Error::IncorrectFormat)
}

fn diagnostics<'a>(u: &mut Unstructured<'a>) -> Result<(Diagnostic, Registers<'a>)> {
    let subfunction = Diagnostic(u.int_in_range(0..=0x15)?);
    let (min, max) = if subfunction.takes_one_word() { (1, 1) } else { (0, 125) };
    Ok((subfunction, registers(u, min, max)?))
}

/// Whole bytes of bits.
fn bits<'a>(u: &mut Unstructured<'a>, max: usize) -> Result<Bits<'a>> {
    Ok(Bits::from_whole_bytes(bytes(u, 1, max)?))
}

fn file_read(u: &mut Unstructured<'_>) -> Result<FileRead> {
    Ok(FileRead {
        file: u.int_in_range(1..=u16::MAX)?,
        record: u.int_in_range(0..=9900)?,
        length: u.int_in_range(1..=60)?,
    })
}

fn file_write<'a>(u: &mut Unstructured<'a>) -> Result<FileWrite<'a>> {
    Ok(FileWrite {
        file: u.int_in_range(1..=u16::MAX)?,
        record: u.int_in_range(0..=9800)?,
        values: registers(u, 1, 122)?,
    })
}

fn device_object<'a>(u: &mut Unstructured<'a>) -> Result<DeviceObject<'a>> {
    Ok(DeviceObject {
        id: ObjectId(u.arbitrary()?),
        value: bytes(u, 0, 121)?,
    })
}
