//! What the standard forbids is refused, when it comes and before it is sent, and the error says what was expected.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use pdu_proto_modbus::wire::{
    Bits, ConformityLevel, DeviceObject, DeviceObjects, Diagnostic, ExceptionCode, FileRead, FileReads, FileWrite,
    FileWrites, FunctionCode, ObjectId, ReadDeviceIdCode, Registers, Request, RequestBuf, Response, ResponseBuf,
    WireError,
};

/// The message of the error that these bytes cause as a request.
fn refused(bytes: &[u8]) -> String {
    Request::parse(bytes).unwrap_err().to_string()
}

/// The message of the error that these bytes cause as a response.
fn refused_response(bytes: &[u8]) -> String {
    Response::parse(bytes).unwrap_err().to_string()
}

/// Refused, and not a byte written.
fn unsendable(request: &Request<'_>) -> WireError {
    let mut out = [0xEE; 300];
    let error = request.encode(&mut out).unwrap_err();
    assert_eq!(out, [0xEE; 300], "{error}");
    assert_eq!(RequestBuf::new(request), Err(error));
    error
}

fn unsendable_response(response: &Response<'_>) -> WireError {
    let mut out = [0xEE; 300];
    let error = response.encode(&mut out).unwrap_err();
    assert_eq!(out, [0xEE; 300], "{error}");
    assert_eq!(ResponseBuf::new(response), Err(error));
    error
}

#[test]
fn quantities_of_reads_have_bounds() {
    for (function, max) in [(0x01, 2000_u16), (0x02, 2000), (0x03, 125), (0x04, 125)] {
        for quantity in [1, max] {
            let [hi, lo] = quantity.to_be_bytes();
            assert!(Request::parse(&[function, 0, 0, hi, lo]).is_ok());
        }
        for quantity in [0, max + 1, 0xFFFF] {
            let [hi, lo] = quantity.to_be_bytes();
            let error = Request::parse(&[function, 0, 0, hi, lo]).unwrap_err();
            assert_eq!(
                error,
                WireError::Quantity {
                    function: FunctionCode(function),
                    min: 1,
                    max,
                    found: usize::from(quantity)
                }
            );
            assert_eq!(error.exception_code(), Some(ExceptionCode::ILLEGAL_DATA_VALUE));
        }
    }
    assert_eq!(
        refused(&[0x03, 0, 0, 0, 126]),
        "read holding registers (03): quantity 126 is not within 1 to 125"
    );
}

#[test]
fn a_range_ends_at_address_65535() {
    assert!(Request::parse(&[0x03, 0xFF, 0xFF, 0, 1]).is_ok());
    assert_eq!(
        refused(&[0x03, 0xFF, 0xFF, 0, 2]),
        "read holding registers (03): 2 from address 65535 reach beyond address 65535"
    );
    let write = Request::WriteMultipleRegisters {
        address: 65_534,
        values: Registers::new(&[1, 2, 3]),
    };
    assert_eq!(
        unsendable(&write).exception_code(),
        Some(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    );
    let both = Request::ReadWriteMultipleRegisters {
        read_address: 0xFFFF,
        read_quantity: 2,
        write_address: 0,
        values: Registers::new(&[1]),
    };
    unsendable(&both);
}

#[test]
fn writes_have_bounds() {
    let (bits, words) = ([false; 1969], [0; 124]);
    for count in [0, 1969] {
        let values = Bits::new(&bits[..count]);
        unsendable(&Request::WriteMultipleCoils { address: 0, values });
    }
    for count in [0, 124] {
        let values = Registers::new(&words[..count]);
        unsendable(&Request::WriteMultipleRegisters { address: 0, values });
    }
    for count in [0, 122] {
        unsendable(&Request::ReadWriteMultipleRegisters {
            read_address: 0,
            read_quantity: 1,
            write_address: 0,
            values: Registers::new(&words[..count]),
        });
    }
    let full = Request::WriteMultipleCoils {
        address: 0,
        values: Bits::new(&bits[..1968]),
    };
    assert_eq!(RequestBuf::new(&full).unwrap().as_bytes().len(), 252);
}

#[test]
fn a_byte_count_must_fit_the_quantity() {
    assert_eq!(
        refused(&[0x10, 0, 0, 0, 2, 3, 0, 0, 0]),
        "write multiple registers (16): byte count 3 where 4 was expected"
    );
    assert_eq!(
        refused(&[0x0F, 0, 0, 0, 9, 1, 0]),
        "write multiple coils (15): byte count 1 where 2 was expected"
    );
    assert_eq!(
        refused(&[0x17, 0, 0, 0, 1, 0, 0, 0, 1, 4, 0, 0, 0, 0]),
        "read/write multiple registers (23): byte count 4 where 2 was expected"
    );
}

#[test]
fn a_byte_count_must_fit_the_bytes() {
    assert_eq!(
        refused(&[0x10, 0, 0, 0, 2, 4, 0, 0, 0]),
        "write multiple registers (16): 9 bytes where 10 were expected"
    );
    assert_eq!(
        refused_response(&[0x03, 0xFF, 0x00, 0x01]),
        "read holding registers (03): byte count 255 where 2 was expected"
    );
    assert_eq!(
        refused_response(&[0x03, 0x02, 0x00]),
        "read holding registers (03): byte count 2 where 1 was expected"
    );
    assert_eq!(
        refused_response(&[0x03, 0x03, 0, 0, 0]),
        "read holding registers (03): byte count 3 where 4 was expected"
    );
    assert_eq!(
        refused_response(&[0x18, 0x00, 0x04, 0x00, 0x02, 0, 0, 0, 0]),
        "read fifo queue (24): byte count 4 where 6 was expected"
    );
}

#[test]
fn answers_have_bounds() {
    assert!(refused_response(&[0x03, 0x00]).contains("quantity 0"));
    let words = [0; 126];
    let values = Registers::new(&words);
    unsendable_response(&Response::ReadHoldingRegisters { values });
    unsendable_response(&Response::ReadInputRegisters { values });
    unsendable_response(&Response::ReadWriteMultipleRegisters { values });
    let values = Registers::new(&words[..32]);
    unsendable_response(&Response::ReadFifoQueue { values });
    unsendable_response(&Response::ReportServerId { data: &[0; 252] });
    unsendable_response(&Response::GetCommEventLog {
        status: 0,
        event_count: 0,
        message_count: 0,
        events: &[0; 65],
    });
    let bits = [false; 2001];
    let values = Bits::new(&bits);
    unsendable_response(&Response::ReadCoils { values });
}

#[test]
fn a_coil_is_on_or_off() {
    let error = Request::parse(&[0x05, 0, 0, 0x00, 0x01]).unwrap_err();
    assert_eq!(error.to_string(), "coil value 0x0001 is neither 0x0000 nor 0xff00");
    assert_eq!(error.exception_code(), Some(ExceptionCode::ILLEGAL_DATA_VALUE));
    assert!(Response::parse(&[0x05, 0, 0, 0xFF, 0xFF]).is_err());
}

#[test]
fn files_have_bounds() {
    let group = |file, record, length| [FileRead { file, record, length }];
    for groups in [group(0, 0, 1), group(1, 0, 0), group(1, 9999, 2), group(1, 0xFFFF, 1)] {
        let groups = FileReads::new(&groups);
        let error = unsendable(&Request::ReadFileRecord { groups });
        assert_eq!(error.exception_code(), Some(ExceptionCode::ILLEGAL_DATA_ADDRESS));
    }
    assert!(
        RequestBuf::new(&Request::ReadFileRecord {
            groups: FileReads::new(&group(1, 9999, 1))
        })
        .is_ok()
    );
    // The answer would not fit 253 bytes.
    unsendable(&Request::ReadFileRecord {
        groups: FileReads::new(&group(1, 0, 125)),
    });
    unsendable(&Request::ReadFileRecord {
        groups: FileReads::new(&[]),
    });
    unsendable(&Request::WriteFileRecord {
        groups: FileWrites::new(&[]),
    });
    let values = [0; 123];
    let values = Registers::new(&values);
    let write = [FileWrite {
        file: 1,
        record: 0,
        values,
    }];
    unsendable(&Request::WriteFileRecord {
        groups: FileWrites::new(&write),
    });
    assert_eq!(
        refused(&[0x14, 7, 5, 0, 4, 0, 1, 0, 2]),
        "read file record (20): reference type 5 where 6 was expected"
    );
}

#[test]
fn device_identification_has_bounds() {
    for code in [0, 5] {
        unsendable(&Request::ReadDeviceIdentification {
            code: ReadDeviceIdCode(code),
            object: ObjectId(0),
        });
    }
    assert_eq!(
        refused_response(&[0x2B, 0x0E, 0x01, 0x01, 0x00, 0x00, 0x02, 0x00, 0x01, 0x41]),
        "read device identification: number of objects is 0x02"
    );
    assert_eq!(
        refused_response(&[0x2B, 0x0E, 0x01, 0x01, 0x07, 0x00, 0x00]),
        "read device identification: more follows is 0x07"
    );
    let object = |value| {
        [DeviceObject {
            id: ObjectId(0x80),
            value,
        }]
    };
    let response = |objects| Response::ReadDeviceIdentification {
        code: ReadDeviceIdCode::SPECIFIC,
        conformity: ConformityLevel::EXTENDED,
        next: None,
        objects: DeviceObjects::new(objects),
    };
    let (longest, longer) = (object(&[0; 244]), object(&[0; 245]));
    assert!(ResponseBuf::new(&response(&longest)).is_ok());
    unsendable_response(&response(&longer));
}

#[test]
fn diagnostics_have_the_data_of_their_subfunction() {
    let two = Request::Diagnostics {
        subfunction: Diagnostic::RETURN_BUS_MESSAGE_COUNT,
        data: Registers::new(&[0, 0]),
    };
    assert_eq!(
        unsendable(&two).to_string(),
        "diagnostics sub-function 11: 2 words of data where 1 was expected"
    );
    assert!(Request::parse(&[0x08, 0x00, 0x00, 0xAA]).is_err());
    let words = [0; 126];
    let loopback = |words| Request::Diagnostics {
        subfunction: Diagnostic::RETURN_QUERY_DATA,
        data: Registers::new(words),
    };
    assert!(RequestBuf::new(&loopback(&words[..125])).is_ok());
    unsendable(&loopback(&words));
}

#[test]
fn function_codes_have_their_direction() {
    for function in [0x00, 0x80, 0x83, 0xFF] {
        let error = Request::parse(&[function, 0, 0, 0, 1]).unwrap_err();
        assert_eq!(error, WireError::Function { found: function });
        assert_eq!(error.exception_code(), Some(ExceptionCode::ILLEGAL_FUNCTION));
    }
    assert!(Response::parse(&[0x00, 1]).is_err());
    assert!(Response::parse(&[0x80, 1]).is_err());
    assert_eq!(Request::parse(&[]), Err(WireError::Empty));
    assert_eq!(Response::parse(&[]), Err(WireError::Empty));
    // A function that has a variant may not pass as another.
    let data = &[0; 4];
    let function = FunctionCode::READ_COILS;
    unsendable(&Request::Other { function, data });
    unsendable_response(&Response::Other { function, data });
    let function = FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT;
    unsendable(&Request::Other {
        function,
        data: &[0x0E],
    });
}

#[test]
fn nothing_is_larger_than_253_bytes() {
    let long = [0x41; 254];
    let error = WireError::TooLong { limit: 253, found: 254 };
    assert_eq!(Request::parse(&long), Err(error));
    assert_eq!(Response::parse(&long), Err(error));
    let other = Request::Other {
        function: FunctionCode(0x41),
        data: &long[1..],
    };
    assert_eq!(unsendable(&other), error);
}

#[test]
fn a_small_buffer_is_named_and_left_alone() {
    let request = Request::ReadHoldingRegisters {
        address: 0,
        quantity: 1,
    };
    let mut out = [0xEE; 4];
    let error = WireError::Buffer {
        needed: 5,
        available: 4,
    };
    assert_eq!(request.encode(&mut out), Err(error));
    assert_eq!(out, [0xEE; 4]);
}

#[test]
fn reads_may_be_repeated_and_nothing_else() {
    let repeatable = (0..=0xFF).map(FunctionCode).filter(|function| function.is_read_only());
    let repeatable: Vec<u8> = repeatable.map(|function| function.0).collect();
    assert_eq!(repeatable, [1, 2, 3, 4, 7, 11, 12, 17, 20, 24]);
    let identification = Request::ReadDeviceIdentification {
        code: ReadDeviceIdCode::BASIC,
        object: ObjectId::VENDOR_NAME,
    };
    assert!(identification.is_read_only());
}

#[test]
fn padding_of_coils_is_passed_on_but_not_made() {
    let bytes = [0x0F, 0, 0, 0, 3, 1, 0b1111_1101];
    let request = Request::parse(&bytes).unwrap();
    let Request::WriteMultipleCoils { values, .. } = request else {
        panic!("another request");
    };
    assert_eq!(values, [true, false, true]);
    assert_eq!(RequestBuf::new(&request).unwrap().as_bytes(), bytes);
    assert_eq!(Bits::from_packed(&[0b1111_1101], 3), None);
}

#[test]
fn owned_messages_are_small() {
    assert_eq!(size_of::<RequestBuf>(), 254);
    assert_eq!(size_of::<ResponseBuf>(), 254);
}
