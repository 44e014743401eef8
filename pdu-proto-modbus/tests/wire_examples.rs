//! The standard's own examples, byte by byte, both ways.
//!
//! Source: Application Protocol V1.1b3, the example of each section of chapter 6, and chapter 7.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use pdu_proto_modbus::wire::{
    Bits, ConformityLevel, DeviceObject, DeviceObjects, Diagnostic, ExceptionCode, FileRead, FileReads, FileRecords,
    FileWrite, FileWrites, FunctionCode, ObjectId, ReadDeviceIdCode, Registers, Request, RequestBuf, Response,
    ResponseBuf,
};

/// Both directions of one exchange: the bytes mean the message, the message makes the bytes, the answer fits.
fn exchange(request_bytes: &[u8], request: Request<'_>, response_bytes: &[u8], response: Response<'_>) {
    assert_eq!(Request::parse(request_bytes), Ok(request));
    assert_eq!(encoded(|out| request.encode(out)), request_bytes);
    assert_eq!(request.encoded_len(), request_bytes.len());
    assert_eq!(RequestBuf::new(&request).unwrap().as_bytes(), request_bytes);

    assert_eq!(Response::parse(response_bytes), Ok(response));
    assert_eq!(encoded(|out| response.encode(out)), response_bytes);
    assert_eq!(response.encoded_len(), response_bytes.len());
    assert_eq!(ResponseBuf::new(&response).unwrap().as_bytes(), response_bytes);

    assert_eq!(request.check(&response), Ok(()));
    assert_eq!(request.function(), response.function());
}

fn encoded<E: std::fmt::Debug>(encode: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Vec<u8> {
    let mut out = vec![0xEE; 253];
    let len = encode(&mut out).unwrap();
    assert!(out[len..].iter().all(|&byte| byte == 0xEE), "wrote behind its length");
    out.truncate(len);
    out
}

#[test]
fn read_coils_6_1() {
    exchange(
        &[0x01, 0x00, 0x13, 0x00, 0x13],
        Request::ReadCoils {
            address: 0x13,
            quantity: 19,
        },
        &[0x01, 0x03, 0xCD, 0x6B, 0x05],
        Response::ReadCoils {
            values: Bits::from_packed(&[0xCD, 0x6B, 0x05], 24).unwrap(),
        },
    );
    let Ok(Response::ReadCoils { values }) = Response::parse(&[0x01, 0x03, 0xCD, 0x6B, 0x05]) else {
        panic!("another response");
    };
    let asked = values.first(19).unwrap();
    let on: Vec<usize> = (0..19)
        .filter(|&index| asked.get(index) == Some(true))
        .map(|index| index + 20)
        .collect();
    assert_eq!(on, [20, 22, 23, 26, 27, 28, 29, 31, 33, 34, 36, 38]);
    assert_eq!(asked.get(19), None);
}

#[test]
fn read_discrete_inputs_6_2() {
    exchange(
        &[0x02, 0x00, 0xC4, 0x00, 0x16],
        Request::ReadDiscreteInputs {
            address: 0xC4,
            quantity: 22,
        },
        &[0x02, 0x03, 0xAC, 0xDB, 0x35],
        Response::ReadDiscreteInputs {
            values: Bits::from_packed(&[0xAC, 0xDB, 0x35], 24).unwrap(),
        },
    );
}

#[test]
fn read_holding_registers_6_3() {
    exchange(
        &[0x03, 0x00, 0x6B, 0x00, 0x03],
        Request::ReadHoldingRegisters {
            address: 0x6B,
            quantity: 3,
        },
        &[0x03, 0x06, 0x02, 0x2B, 0x00, 0x00, 0x00, 0x64],
        Response::ReadHoldingRegisters {
            values: Registers::new(&[555, 0, 100]),
        },
    );
}

#[test]
fn read_input_registers_6_4() {
    exchange(
        &[0x04, 0x00, 0x08, 0x00, 0x01],
        Request::ReadInputRegisters {
            address: 8,
            quantity: 1,
        },
        &[0x04, 0x02, 0x00, 0x0A],
        Response::ReadInputRegisters {
            values: Registers::new(&[10]),
        },
    );
}

#[test]
fn write_single_coil_6_5() {
    exchange(
        &[0x05, 0x00, 0xAC, 0xFF, 0x00],
        Request::WriteSingleCoil {
            address: 0xAC,
            value: true,
        },
        &[0x05, 0x00, 0xAC, 0xFF, 0x00],
        Response::WriteSingleCoil {
            address: 0xAC,
            value: true,
        },
    );
}

#[test]
fn write_single_register_6_6() {
    exchange(
        &[0x06, 0x00, 0x01, 0x00, 0x03],
        Request::WriteSingleRegister { address: 1, value: 3 },
        &[0x06, 0x00, 0x01, 0x00, 0x03],
        Response::WriteSingleRegister { address: 1, value: 3 },
    );
}

#[test]
fn read_exception_status_6_7() {
    exchange(
        &[0x07],
        Request::ReadExceptionStatus,
        &[0x07, 0x6D],
        Response::ReadExceptionStatus { status: 0x6D },
    );
}

#[test]
fn diagnostics_6_8() {
    exchange(
        &[0x08, 0x00, 0x00, 0xA5, 0x37],
        Request::Diagnostics {
            subfunction: Diagnostic::RETURN_QUERY_DATA,
            data: Registers::new(&[0xA537]),
        },
        &[0x08, 0x00, 0x00, 0xA5, 0x37],
        Response::Diagnostics {
            subfunction: Diagnostic::RETURN_QUERY_DATA,
            data: Registers::new(&[0xA537]),
        },
    );
}

#[test]
fn get_comm_event_counter_6_9() {
    exchange(
        &[0x0B],
        Request::GetCommEventCounter,
        &[0x0B, 0xFF, 0xFF, 0x01, 0x08],
        Response::GetCommEventCounter {
            status: 0xFFFF,
            event_count: 264,
        },
    );
}

#[test]
fn get_comm_event_log_6_10() {
    exchange(
        &[0x0C],
        Request::GetCommEventLog,
        &[0x0C, 0x08, 0x00, 0x00, 0x01, 0x08, 0x01, 0x21, 0x20, 0x00],
        Response::GetCommEventLog {
            status: 0,
            event_count: 264,
            message_count: 289,
            events: &[0x20, 0x00],
        },
    );
}

#[test]
fn write_multiple_coils_6_11() {
    let values = [true, false, true, true, false, false, true, true, true, false];
    exchange(
        &[0x0F, 0x00, 0x13, 0x00, 0x0A, 0x02, 0xCD, 0x01],
        Request::WriteMultipleCoils {
            address: 0x13,
            values: Bits::new(&values),
        },
        &[0x0F, 0x00, 0x13, 0x00, 0x0A],
        Response::WriteMultipleCoils {
            address: 0x13,
            quantity: 10,
        },
    );
}

#[test]
fn write_multiple_registers_6_12() {
    exchange(
        &[0x10, 0x00, 0x01, 0x00, 0x02, 0x04, 0x00, 0x0A, 0x01, 0x02],
        Request::WriteMultipleRegisters {
            address: 1,
            values: Registers::new(&[0x000A, 0x0102]),
        },
        &[0x10, 0x00, 0x01, 0x00, 0x02],
        Response::WriteMultipleRegisters {
            address: 1,
            quantity: 2,
        },
    );
}

/// The standard leaves the data to the device.
#[test]
fn report_server_id_6_13() {
    exchange(
        &[0x11],
        Request::ReportServerId,
        &[0x11, 0x03, 0x42, 0xFF, 0x01],
        Response::ReportServerId {
            data: &[0x42, 0xFF, 0x01],
        },
    );
}

#[test]
fn read_file_record_6_14() {
    let asked = [
        FileRead {
            file: 4,
            record: 1,
            length: 2,
        },
        FileRead {
            file: 3,
            record: 9,
            length: 2,
        },
    ];
    let answered = [Registers::new(&[0x0DFE, 0x0020]), Registers::new(&[0x33CD, 0x0040])];
    exchange(
        &[
            0x14, 0x0E, 0x06, 0x00, 0x04, 0x00, 0x01, 0x00, 0x02, 0x06, 0x00, 0x03, 0x00, 0x09, 0x00, 0x02,
        ],
        Request::ReadFileRecord {
            groups: FileReads::new(&asked),
        },
        &[
            0x14, 0x0C, 0x05, 0x06, 0x0D, 0xFE, 0x00, 0x20, 0x05, 0x06, 0x33, 0xCD, 0x00, 0x40,
        ],
        Response::ReadFileRecord {
            groups: FileRecords::new(&answered),
        },
    );
}

#[test]
fn write_file_record_6_15() {
    let written = [FileWrite {
        file: 4,
        record: 7,
        values: Registers::new(&[0x06AF, 0x04BE, 0x100D]),
    }];
    let bytes = [
        0x15, 0x0D, 0x06, 0x00, 0x04, 0x00, 0x07, 0x00, 0x03, 0x06, 0xAF, 0x04, 0xBE, 0x10, 0x0D,
    ];
    let groups = FileWrites::new(&written);
    exchange(
        &bytes,
        Request::WriteFileRecord { groups },
        &bytes,
        Response::WriteFileRecord { groups },
    );
}

#[test]
fn mask_write_register_6_16() {
    exchange(
        &[0x16, 0x00, 0x04, 0x00, 0xF2, 0x00, 0x25],
        Request::MaskWriteRegister {
            address: 4,
            and_mask: 0xF2,
            or_mask: 0x25,
        },
        &[0x16, 0x00, 0x04, 0x00, 0xF2, 0x00, 0x25],
        Response::MaskWriteRegister {
            address: 4,
            and_mask: 0xF2,
            or_mask: 0x25,
        },
    );
}

#[test]
fn read_write_multiple_registers_6_17() {
    exchange(
        &[
            0x17, 0x00, 0x03, 0x00, 0x06, 0x00, 0x0E, 0x00, 0x03, 0x06, 0x00, 0xFF, 0x00, 0xFF, 0x00, 0xFF,
        ],
        Request::ReadWriteMultipleRegisters {
            read_address: 3,
            read_quantity: 6,
            write_address: 14,
            values: Registers::new(&[0xFF, 0xFF, 0xFF]),
        },
        &[
            0x17, 0x0C, 0x00, 0xFE, 0x0A, 0xCD, 0x00, 0x01, 0x00, 0x03, 0x00, 0x0D, 0x00, 0xFF,
        ],
        Response::ReadWriteMultipleRegisters {
            values: Registers::new(&[0x00FE, 0x0ACD, 1, 3, 13, 255]),
        },
    );
}

#[test]
fn read_fifo_queue_6_18() {
    exchange(
        &[0x18, 0x04, 0xDE],
        Request::ReadFifoQueue { address: 0x04DE },
        &[0x18, 0x00, 0x06, 0x00, 0x02, 0x01, 0xB8, 0x12, 0x84],
        Response::ReadFifoQueue {
            values: Registers::new(&[440, 4740]),
        },
    );
}

/// The standard's example, with texts whose lengths are as printed.
#[test]
fn read_device_identification_6_21() {
    let objects = [
        DeviceObject {
            id: ObjectId::VENDOR_NAME,
            value: b"Company identification",
        },
        DeviceObject {
            id: ObjectId::MAJOR_MINOR_REVISION,
            value: b"V2.11",
        },
    ];
    let mut bytes = vec![0x2B, 0x0E, 0x01, 0x01, 0x00, 0x00, 0x02, 0x00, 0x16];
    bytes.extend(b"Company identification");
    bytes.extend([0x02, 0x05]);
    bytes.extend(b"V2.11");
    exchange(
        &[0x2B, 0x0E, 0x01, 0x00],
        Request::ReadDeviceIdentification {
            code: ReadDeviceIdCode::BASIC,
            object: ObjectId::VENDOR_NAME,
        },
        &bytes,
        Response::ReadDeviceIdentification {
            code: ReadDeviceIdCode::BASIC,
            conformity: ConformityLevel::BASIC_STREAM,
            next: None,
            objects: DeviceObjects::new(&objects),
        },
    );
}

#[test]
fn exception_7() {
    exchange(
        &[0x01, 0x04, 0xA1, 0x00, 0x01],
        Request::ReadCoils {
            address: 0x04A1,
            quantity: 1,
        },
        &[0x81, 0x02],
        Response::Exception {
            function: FunctionCode::READ_COILS,
            code: ExceptionCode::ILLEGAL_DATA_ADDRESS,
        },
    );
}

#[test]
fn gateway_and_unknown_exceptions_are_kept() {
    for code in [0x00, 0x0A, 0x0B, 0x0C, 0xFF] {
        let expected = Response::Exception {
            function: FunctionCode::READ_HOLDING_REGISTERS,
            code: ExceptionCode(code),
        };
        assert_eq!(Response::parse(&[0x83, code]), Ok(expected));
    }
    assert_eq!(
        ExceptionCode::GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND.to_string(),
        "gateway target device failed to respond (0B)"
    );
    assert_eq!(ExceptionCode(0xC8).to_string(), "exception (C8)");
}

#[test]
fn other_functions_and_tunnels_pass_as_they_are() {
    let vendor = Request::Other {
        function: FunctionCode(0x41),
        data: &[1, 2, 3],
    };
    assert_eq!(Request::parse(&[0x41, 1, 2, 3]), Ok(vendor));
    // Function 43 with type 13 is CANopen. Source: V1.1b3, 6.20.
    let can_open = Response::Other {
        function: FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT,
        data: &[0x0D, 0xFF],
    };
    assert_eq!(Response::parse(&[0x2B, 0x0D, 0xFF]), Ok(can_open));
    assert!(!vendor.is_read_only());
}
