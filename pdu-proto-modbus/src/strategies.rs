//! Proptest strategies for messages and frames, for this crate's tests and for those of its users.
//!
//! Everything they make is valid; what is not, a test makes of it.
//!
//! ```
//! use proptest::prelude::*;
//! use pdu_proto_modbus::{strategies, wire::Request};
//!
//! proptest!(|(request in strategies::request())| {
//!     prop_assert_eq!(Request::parse(request.as_bytes()), Ok(request.view()));
//! });
//! ```

use proptest::{collection::vec, prelude::*};

use crate::wire::{
    Bits, Diagnostic, FileRead, FileReads, FileWrite, FileWrites, FunctionCode, ObjectId, ReadDeviceIdCode, Registers,
    Request, RequestBuf, ResponseBuf, rtu, tcp,
};

/// Any request of the standard, and unknown functions.
pub fn request() -> impl Strategy<Value = RequestBuf> {
    prop_oneof![
        8 => read(),
        4 => write(),
        1 => serial_line(),
        2 => file(),
        1 => device_identification(),
        1 => other(),
    ]
}

/// Any response of the standard, and unknown functions.
pub fn response() -> impl Strategy<Value = ResponseBuf> {
    exchange().prop_map(|(_, response)| response)
}

/// A request and a legal answer to it; one in eight is an exception.
pub fn exchange() -> impl Strategy<Value = (RequestBuf, ResponseBuf)> {
    let refused = prop::bool::weighted(0.125);
    (request(), vec(any::<u8>(), 252), refused).prop_filter_map("no answer", |(request, noise, refused)| {
        let answer = if refused {
            vec![request.function().with_exception().0, noise.first().copied()?]
        } else {
            answer(&request, &noise)?
        };
        let answer = ResponseBuf::from_bytes(&answer).ok()?;
        Some((request, answer))
    })
}

/// A request or a response in an RTU frame.
pub fn rtu_frame() -> impl Strategy<Value = Vec<u8>> {
    (any::<u8>(), message()).prop_filter_map("too long", |(unit, message)| {
        let mut frame = vec![0; rtu::MAX_FRAME];
        let len = rtu::encode(unit, message.as_slice(), &mut frame).ok()?;
        frame.truncate(len);
        Some(frame)
    })
}

/// A request or a response in a TCP frame.
pub fn tcp_frame() -> impl Strategy<Value = Vec<u8>> {
    (any::<u16>(), any::<u8>(), message()).prop_filter_map("too long", |(transaction, unit, message)| {
        let mut frame = vec![0; tcp::MAX_FRAME];
        let len = tcp::encode(transaction, unit, message.as_slice(), &mut frame).ok()?;
        frame.truncate(len);
        Some(frame)
    })
}

fn message() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        request().prop_map(|request| request.as_bytes().to_vec()),
        response().prop_map(|response| response.as_bytes().to_vec()),
    ]
}

/// An address and up to `max` values from there, not beyond address 65535.
fn range(max: u16) -> impl Strategy<Value = (u16, u16)> {
    (1..=max).prop_flat_map(|quantity| (0..=u16::MAX - (quantity - 1), Just(quantity)))
}

fn keep(request: &Request<'_>) -> Option<RequestBuf> {
    RequestBuf::new(request).ok()
}

fn read() -> impl Strategy<Value = RequestBuf> {
    let bits = (range(2000), any::<bool>()).prop_filter_map("invalid", |((address, quantity), coils)| {
        keep(&if coils {
            Request::ReadCoils { address, quantity }
        } else {
            Request::ReadDiscreteInputs { address, quantity }
        })
    });
    let registers = (range(125), any::<bool>()).prop_filter_map("invalid", |((address, quantity), holding)| {
        keep(&if holding {
            Request::ReadHoldingRegisters { address, quantity }
        } else {
            Request::ReadInputRegisters { address, quantity }
        })
    });
    let queue = any::<u16>().prop_filter_map("invalid", |address| keep(&Request::ReadFifoQueue { address }));
    prop_oneof![2 => bits, 4 => registers, 1 => queue]
}

fn write() -> impl Strategy<Value = RequestBuf> {
    let coil = any::<(u16, bool)>().prop_filter_map("invalid", |(address, value)| {
        keep(&Request::WriteSingleCoil { address, value })
    });
    let register = any::<(u16, u16)>().prop_filter_map("invalid", |(address, value)| {
        keep(&Request::WriteSingleRegister { address, value })
    });
    let coils = (any::<u16>(), vec(any::<bool>(), 1..=1968)).prop_filter_map("invalid", |(address, values)| {
        let values = Bits::new(&values);
        keep(&Request::WriteMultipleCoils { address, values })
    });
    let registers = (any::<u16>(), vec(any::<u16>(), 1..=123)).prop_filter_map("invalid", |(address, values)| {
        let values = Registers::new(&values);
        keep(&Request::WriteMultipleRegisters { address, values })
    });
    let mask = any::<[u16; 3]>().prop_filter_map("invalid", |[address, and_mask, or_mask]| {
        keep(&Request::MaskWriteRegister {
            address,
            and_mask,
            or_mask,
        })
    });
    let both = (range(125), any::<u16>(), vec(any::<u16>(), 1..=121));
    let both = both.prop_filter_map("invalid", |((read_address, read_quantity), write_address, values)| {
        keep(&Request::ReadWriteMultipleRegisters {
            read_address,
            read_quantity,
            write_address,
            values: Registers::new(&values),
        })
    });
    prop_oneof![coil, register, coils, registers, mask, both]
}

fn serial_line() -> impl Strategy<Value = RequestBuf> {
    let plain = prop::sample::select(vec![
        Request::ReadExceptionStatus,
        Request::GetCommEventCounter,
        Request::GetCommEventLog,
        Request::ReportServerId,
    ]);
    let plain = plain.prop_filter_map("invalid", |request| keep(&request));
    let diagnostics = (0_u16..=0x15, any::<u16>()).prop_filter_map("invalid", |(subfunction, word)| {
        keep(&Request::Diagnostics {
            subfunction: Diagnostic(subfunction),
            data: Registers::new(&[word]),
        })
    });
    let loopback = vec(any::<u16>(), 0..=125).prop_filter_map("invalid", |words| {
        keep(&Request::Diagnostics {
            subfunction: Diagnostic::RETURN_QUERY_DATA,
            data: Registers::new(&words),
        })
    });
    prop_oneof![plain, diagnostics, loopback]
}

fn file() -> impl Strategy<Value = RequestBuf> {
    let reads = vec((1..=u16::MAX, 0_u16..=9900, 1_u16..=30), 1..=4).prop_filter_map("invalid", |groups| {
        let group = |&(file, record, length): &_| FileRead { file, record, length };
        let groups: Vec<_> = groups.iter().map(group).collect();
        keep(&Request::ReadFileRecord {
            groups: FileReads::new(&groups),
        })
    });
    let writes = vec((1..=u16::MAX, 0_u16..=9900, vec(any::<u16>(), 1..=25)), 1..=4);
    let writes = writes.prop_filter_map("invalid", |groups| {
        let group = |(file, record, values)| FileWrite { file, record, values };
        let groups: Vec<_> = groups
            .iter()
            .map(|(file, record, values)| group((*file, *record, Registers::new(values))))
            .collect();
        keep(&Request::WriteFileRecord {
            groups: FileWrites::new(&groups),
        })
    });
    prop_oneof![reads, writes]
}

fn device_identification() -> impl Strategy<Value = RequestBuf> {
    (1_u8..=4, any::<u8>()).prop_filter_map("invalid", |(code, object)| {
        keep(&Request::ReadDeviceIdentification {
            code: ReadDeviceIdCode(code),
            object: ObjectId(object),
        })
    })
}

fn other() -> impl Strategy<Value = RequestBuf> {
    let function = prop_oneof![65_u8..=72, 100_u8..=110, Just(43)];
    (function, vec(any::<u8>(), 0..=252)).prop_filter_map("invalid", |(function, data)| {
        keep(&Request::Other {
            function: FunctionCode(function),
            data: &data,
        })
    })
}

/// The protocol data unit of a legal answer, its free bytes taken from `noise`.
fn answer(request: &RequestBuf, noise: &[u8]) -> Option<Vec<u8>> {
    let function = request.function().0;
    let (&any, _) = noise.split_first()?;
    let few = usize::from(any % 32);
    Some(match request.view() {
        Request::ReadCoils { quantity, .. } | Request::ReadDiscreteInputs { quantity, .. } => {
            counted(function, noise.get(..usize::from(quantity).div_ceil(8))?)
        }
        Request::ReadHoldingRegisters { quantity, .. }
        | Request::ReadInputRegisters { quantity, .. }
        | Request::ReadWriteMultipleRegisters {
            read_quantity: quantity,
            ..
        } => counted(function, noise.get(..2 * usize::from(quantity))?),
        Request::WriteSingleCoil { .. }
        | Request::WriteSingleRegister { .. }
        | Request::Diagnostics { .. }
        | Request::WriteFileRecord { .. }
        | Request::MaskWriteRegister { .. } => request.as_bytes().to_vec(),
        Request::WriteMultipleCoils { .. } | Request::WriteMultipleRegisters { .. } => {
            request.as_bytes().get(..5)?.to_vec()
        }
        Request::ReadExceptionStatus => vec![function, any],
        Request::GetCommEventCounter => [&[function], noise.get(..4)?].concat(),
        Request::GetCommEventLog => counted(function, noise.get(..6 + 2 * few)?),
        Request::ReportServerId => counted(function, noise.get(..few)?),
        Request::ReadFileRecord { groups } => {
            let group = |group: FileRead| {
                let bytes = noise.get(..2 * usize::from(group.length))?;
                Some([&[u8::try_from(bytes.len() + 1).ok()?, 6], bytes].concat())
            };
            let groups: Option<Vec<_>> = groups.iter().map(group).collect();
            counted(function, &groups?.concat())
        }
        Request::ReadFifoQueue { .. } => {
            let count = u8::try_from(few).ok()?;
            [&[function, 0, 2 + 2 * count, 0, count], noise.get(..2 * few)?].concat()
        }
        Request::ReadDeviceIdentification { code, object } => {
            let head = [function, 0x0E, code.0, 0x83, 0, 0, 1, object.0, u8::try_from(few).ok()?];
            [&head, noise.get(..few)?].concat()
        }
        Request::Other { data, .. } => [&[function], data.get(..1).unwrap_or_default(), noise.get(..few)?].concat(),
    })
}

fn counted(function: u8, data: &[u8]) -> Vec<u8> {
    let count = u8::try_from(data.len()).unwrap_or(u8::MAX);
    [&[function, count], data].concat()
}
