//! Requests out of a script, most of them well formed: so scripts reach what stands behind the parser.

use pdu_core::testing::Script;
use pdu_proto_modbus::client;
use pdu_proto_modbus::wire::{
    Bits, Diagnostic, FileRead, FileReads, FileWrite, FileWrites, FunctionCode, ObjectId, ReadDeviceIdCode, Registers,
    Request, RequestBuf,
};

/// A request of a client; `None` for what the standard forbids.
pub fn client_request(script: &mut Script<'_>) -> Option<client::Request> {
    let [unit, retry] = [script.next_u8(), script.next_u8()];
    let retry = match retry % 4 {
        0 => client::Retry::Repeatable,
        1 => client::Retry::Never,
        _ => client::Retry::ReadsOnly,
    };
    let request = client::Request::new(unit_of(unit), &request(script)?.view()).ok()?;
    Some(request.with_retry(retry))
}

/// Few units, so that requests meet: 0 to 3, and 255 as gateways have it.
pub fn unit_of(byte: u8) -> u8 {
    match byte % 8 {
        unit @ 0..=3 => unit,
        4 => 255,
        _ => 1,
    }
}

/// A request of any function.
pub fn request(script: &mut Script<'_>) -> Option<RequestBuf> {
    let kind = script.next_u8();
    let address = u16::from(script.next_u8());
    let quantity = u16::from(script.next_u8() % 130);
    let registers: Vec<u16> = (0..quantity).map(|index| index ^ u16::from(kind)).collect();
    let bits: Vec<bool> = (0..quantity).map(|index| index % 3 == 0).collect();
    let request = match kind % 24 {
        1 => Request::ReadCoils { address, quantity },
        2 => Request::ReadDiscreteInputs { address, quantity },
        4 => Request::ReadInputRegisters { address, quantity },
        5 => Request::WriteSingleCoil {
            address,
            value: quantity % 2 == 1,
        },
        6 => Request::WriteSingleRegister {
            address,
            value: script.next_u16(),
        },
        7 => Request::ReadExceptionStatus,
        8 => Request::Diagnostics {
            subfunction: Diagnostic(address),
            data: Registers::new(registers.get(..1)?),
        },
        9 => Request::Diagnostics {
            subfunction: Diagnostic::RETURN_QUERY_DATA,
            data: Registers::new(&registers),
        },
        10 => Request::GetCommEventCounter,
        11 => Request::GetCommEventLog,
        12 => Request::WriteMultipleCoils {
            address,
            values: Bits::new(&bits),
        },
        13 => Request::WriteMultipleRegisters {
            address,
            values: Registers::new(&registers),
        },
        14 => Request::ReportServerId,
        15 => return file_reads(quantity),
        16 => return file_writes(&registers),
        17 => Request::MaskWriteRegister {
            address,
            and_mask: script.next_u16(),
            or_mask: script.next_u16(),
        },
        18 => Request::ReadWriteMultipleRegisters {
            read_address: address,
            read_quantity: quantity,
            write_address: script.next_u16(),
            values: Registers::new(&registers),
        },
        19 => Request::ReadFifoQueue { address },
        20 => Request::ReadDeviceIdentification {
            code: ReadDeviceIdCode(script.next_u8() % 6),
            object: ObjectId(script.next_u8()),
        },
        21 => Request::Other {
            function: FunctionCode(script.next_u8()),
            data: script.take(usize::from(quantity)),
        },
        _ => Request::ReadHoldingRegisters { address, quantity },
    };
    RequestBuf::new(&request).ok()
}

fn file_reads(count: u16) -> Option<RequestBuf> {
    let group = |index| FileRead {
        file: index + 1,
        record: index,
        length: 1 + index % 4,
    };
    let groups: Vec<FileRead> = (0..count % 40).map(group).collect();
    let groups = FileReads::new(&groups);
    RequestBuf::new(&Request::ReadFileRecord { groups }).ok()
}

fn file_writes(registers: &[u16]) -> Option<RequestBuf> {
    let write = |values| FileWrite {
        file: 4,
        record: 7,
        values: Registers::new(values),
    };
    let groups: Vec<FileWrite<'_>> = registers.chunks(5).map(write).collect();
    let groups = FileWrites::new(&groups);
    RequestBuf::new(&Request::WriteFileRecord { groups }).ok()
}
