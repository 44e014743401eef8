//! Modbus RTU and TCP: what the wire level of `pdu-proto-modbus` reads, laid out as fields.

use pdu_core::Status;
use pdu_proto_modbus::wire::rtu::Framing;
use pdu_proto_modbus::wire::{Bits, ExceptionCode, FunctionCode, Registers, Request, Response, WireError, rtu, tcp};
use serde_json::{Value, json};

use super::{Decoded, Field, Kind, Mode, decode_all};
use crate::terminal::digits;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Request,
    Response,
}

type Message = (Vec<Field>, Vec<String>, usize);

pub(super) fn rtu(kind: Kind, bytes: &[u8], mode: Mode, direction: Direction) -> Decoded {
    decode_all(kind, bytes, |rest| {
        let len = rtu_len(rest, direction)?;
        let bytes = rest.get(..len).ok_or_else(|| cut(rest.len(), len))?;
        let frame = rtu::parse(bytes).map_err(|error| error.to_string())?;
        let crc = bytes.last_chunk().map_or(0, |crc| u16::from_le_bytes(*crc));
        let crc = Field::new("crc", crc).with_words(format!("{crc:04x}, right"));
        message(frame.unit, frame.pdu, [crc], mode, direction).map(|(fields, deviations)| (fields, deviations, len))
    })
}

/// How long the frame at the front is, as its function code tells.
fn rtu_len(bytes: &[u8], direction: Direction) -> Result<usize, String> {
    let framing = match direction {
        Direction::Request => rtu::request_len(bytes),
        Direction::Response => rtu::foreign_response_len(bytes),
    };
    match framing {
        Framing::Length(len) => Ok(len),
        Framing::Silence => Ok(bytes.len()),
        Framing::Partial { needed } => Err(cut(bytes.len(), needed)),
        Framing::Never => Err(match bytes.get(1).copied() {
            Some(function) => format!("no frame begins so: {}", FunctionCode(function)),
            None => cut(bytes.len(), rtu::MIN_FRAME),
        }),
    }
}

pub(super) fn tcp(kind: Kind, bytes: &[u8], mode: Mode, direction: Direction) -> Decoded {
    decode_all(kind, bytes, |rest| -> Result<Message, String> {
        match tcp::parse(rest).map_err(|error| error.to_string())? {
            Status::Partial { needed } => Err(cut(rest.len(), needed)),
            Status::Complete((frame, len)) => {
                let transaction = Field::new("transaction", frame.transaction);
                let (fields, deviations) = message(frame.unit, frame.pdu, [transaction], mode, direction)?;
                Ok((fields, deviations, len))
            }
        }
    })
}

fn cut(found: usize, needed: usize) -> String {
    match found {
        0 => "no bytes".into(),
        _ => format!("cut after {found} bytes, {needed} were expected"),
    }
}

/// The fields of a frame. A message that the standard forbids is a deviation, since its frame is whole.
fn message<const N: usize>(
    unit: u8,
    pdu: &[u8],
    of_the_frame: [Field; N],
    mode: Mode,
    direction: Direction,
) -> Result<(Vec<Field>, Vec<String>), String> {
    let contents = match direction {
        Direction::Request => Request::parse(pdu).map(|request| of_request(&request)),
        Direction::Response => Response::parse(pdu).map(|response| of_response(&response)),
    };
    let (contents, deviation) = match (contents, mode) {
        (Ok(contents), _) => (contents, None),
        (Err(error), Mode::Strict) => return Err(error.to_string()),
        (Err(error), Mode::Lenient) => (unreadable(pdu), Some(error)),
    };
    let mut fields = vec![Field::new("unit", unit)];
    fields.extend(contents.into_fields(pdu));
    fields.extend(of_the_frame);
    Ok((fields, deviation.iter().map(WireError::to_string).collect()))
}

/// What every item names, and what only some functions have.
#[derive(Default)]
struct Contents {
    exception: Option<ExceptionCode>,
    address: Option<u16>,
    quantity: Option<usize>,
    registers: Option<Vec<u16>>,
    more: Vec<Field>,
}

impl Contents {
    fn at(address: u16) -> Self {
        Self {
            address: Some(address),
            ..Self::default()
        }
    }

    fn quantity(self, quantity: impl Into<usize>) -> Self {
        Self {
            quantity: Some(quantity.into()),
            ..self
        }
    }

    fn registers(self, values: impl IntoIterator<Item = u16>) -> Self {
        Self {
            registers: Some(values.into_iter().collect()),
            ..self
        }
    }

    fn and(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.more.push(Field::new(name, value));
        self
    }

    fn into_fields(self, pdu: &[u8]) -> Vec<Field> {
        let function = FunctionCode(pdu.first().copied().unwrap_or_default());
        let address = self.address;
        let registers = Field::new("registers", self.registers.as_deref().map_or(Value::Null, |r| json!(r)));
        let mut fields = vec![
            Field::new("function", function.without_exception().0).with_words(function.to_string()),
            Field::new("exception", self.exception.map(|code| code.0))
                .with_words(self.exception.map_or_else(String::new, |code| code.to_string())),
            Field::new("address", address)
                .with_words(address.map_or_else(String::new, |address| format!("{address} (0x{address:04x})"))),
            Field::new("quantity", self.quantity),
            match self.registers {
                Some(values) => registers.with_words(registers_in_words(&values)),
                None => registers,
            },
        ];
        fields.extend(self.more);
        fields
    }
}

fn registers_in_words(values: &[u16]) -> String {
    let words: Vec<_> = values.iter().map(|value| format!("{value} (0x{value:04x})")).collect();
    words.join(", ")
}

fn of_request(request: &Request<'_>) -> Contents {
    match *request {
        Request::ReadCoils { address, quantity }
        | Request::ReadDiscreteInputs { address, quantity }
        | Request::ReadHoldingRegisters { address, quantity }
        | Request::ReadInputRegisters { address, quantity } => Contents::at(address).quantity(quantity),
        Request::WriteSingleCoil { address, value } => Contents::at(address).and("coils", vec![value]),
        Request::WriteSingleRegister { address, value } => Contents::at(address).registers([value]),
        Request::WriteMultipleCoils { address, values } => {
            Contents::at(address).quantity(values.len()).and("coils", bits(values))
        }
        Request::WriteMultipleRegisters { address, values } => {
            Contents::at(address).quantity(values.len()).registers(values.iter())
        }
        Request::MaskWriteRegister {
            address,
            and_mask,
            or_mask,
        } => Contents::at(address).and("and_mask", and_mask).and("or_mask", or_mask),
        Request::ReadWriteMultipleRegisters {
            read_address,
            read_quantity,
            write_address,
            values,
        } => Contents::at(read_address)
            .quantity(read_quantity)
            .registers(values.iter())
            .and("write_address", write_address),
        Request::ReadFifoQueue { address } => Contents::at(address),
        Request::Diagnostics { subfunction, data } => Contents::default()
            .registers(data.iter())
            .and("subfunction", subfunction.0),
        Request::ReadFileRecord { groups } => {
            let groups: Vec<_> = groups
                .iter()
                .map(|g| file_group(g.file, g.record, g.length.into()))
                .collect();
            Contents::default().and("groups", groups)
        }
        Request::WriteFileRecord { groups } => {
            let groups: Vec<_> = groups
                .iter()
                .map(|g| written_group(g.file, g.record, g.values))
                .collect();
            Contents::default().and("groups", groups)
        }
        Request::ReadDeviceIdentification { code, object } => {
            Contents::default().and("code", code.0).and("object", object.0)
        }
        Request::ReadExceptionStatus
        | Request::GetCommEventCounter
        | Request::GetCommEventLog
        | Request::ReportServerId => Contents::default(),
        Request::Other { data, .. } => Contents::default().and("data", digits(data)),
    }
}

fn of_response(response: &Response<'_>) -> Contents {
    match *response {
        Response::ReadHoldingRegisters { values }
        | Response::ReadInputRegisters { values }
        | Response::ReadWriteMultipleRegisters { values }
        | Response::ReadFifoQueue { values } => Contents::default().registers(values.iter()),
        Response::ReadCoils { values } | Response::ReadDiscreteInputs { values } => {
            Contents::default().and("coils", bits(values))
        }
        Response::WriteSingleCoil { address, value } => Contents::at(address).and("coils", vec![value]),
        Response::WriteSingleRegister { address, value } => Contents::at(address).registers([value]),
        Response::WriteMultipleCoils { address, quantity } | Response::WriteMultipleRegisters { address, quantity } => {
            Contents::at(address).quantity(quantity)
        }
        Response::MaskWriteRegister {
            address,
            and_mask,
            or_mask,
        } => Contents::at(address).and("and_mask", and_mask).and("or_mask", or_mask),
        Response::ReadExceptionStatus { status } => Contents::default().and("status", status),
        Response::Diagnostics { subfunction, data } => Contents::default()
            .registers(data.iter())
            .and("subfunction", subfunction.0),
        Response::GetCommEventCounter { status, event_count } => Contents::default()
            .and("status", status)
            .and("event_count", event_count),
        Response::GetCommEventLog {
            status,
            event_count,
            message_count,
            events,
        } => Contents::default()
            .and("status", status)
            .and("event_count", event_count)
            .and("message_count", message_count)
            .and("events", digits(events)),
        Response::ReportServerId { data } | Response::Other { data, .. } => {
            Contents::default().and("data", digits(data))
        }
        Response::ReadFileRecord { groups } => {
            let groups: Vec<Value> = groups
                .iter()
                .map(|values| json!({ "registers": list(values) }))
                .collect();
            Contents::default().and("groups", groups)
        }
        Response::WriteFileRecord { groups } => {
            let groups: Vec<_> = groups
                .iter()
                .map(|g| written_group(g.file, g.record, g.values))
                .collect();
            Contents::default().and("groups", groups)
        }
        Response::ReadDeviceIdentification {
            code,
            conformity,
            next,
            objects,
        } => {
            let objects: Vec<Value> = objects
                .iter()
                .map(|object| json!({ "id": object.id.0, "value": String::from_utf8_lossy(object.value) }))
                .collect();
            Contents::default()
                .and("code", code.0)
                .and("conformity", conformity.0)
                .and("next", next.map(|object| object.0))
                .and("objects", objects)
        }
        Response::Exception { code, .. } => Contents {
            exception: Some(code),
            ..Contents::default()
        },
    }
}

/// A message that is none: its function is known, the rest is bytes.
fn unreadable(pdu: &[u8]) -> Contents {
    Contents::default().and("data", digits(pdu.get(1..).unwrap_or_default()))
}

fn file_group(file: u16, record: u16, length: usize) -> Value {
    json!({ "file": file, "record": record, "length": length })
}

fn written_group(file: u16, record: u16, values: Registers<'_>) -> Value {
    json!({ "file": file, "record": record, "registers": list(values) })
}

fn list(values: Registers<'_>) -> Vec<u16> {
    values.iter().collect()
}

fn bits(values: Bits<'_>) -> Vec<bool> {
    values.iter().collect()
}
