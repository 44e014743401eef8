//! Devices for the other end of a session.

use core::time::Duration;

use pdu_core::Instant;
use pdu_proto_modbus::server::{RegisterBank, Served, Service};
use pdu_proto_modbus::wire::{
    ConformityLevel, DeviceObject, DeviceObjects, ExceptionCode, FunctionCode, ObjectId, Registers, Request, Response,
};

/// A device that knows every function but the reading of files, and is sometimes slow. Never silent.
pub struct Versatile {
    bank: RegisterBank,
}

/// Reads from here on are answered late.
const SLOW_FROM: u16 = 200;
const SERVER_ID: &[u8] = &[0x42, 0xFF, 0x07];
const OBJECTS: &[DeviceObject<'static>] = &[
    DeviceObject {
        id: ObjectId::VENDOR_NAME,
        value: b"BKT",
    },
    DeviceObject {
        id: ObjectId::PRODUCT_CODE,
        value: b"BPS2000v2",
    },
];

impl Versatile {
    /// 300 values in each table; registers hold their own address.
    pub fn new() -> Self {
        let registers: Vec<u16> = (0..300).collect();
        let bits: Vec<bool> = (0..300).map(|index| index % 3 == 0).collect();
        let bank = RegisterBank::new()
            .with_coils(0, bits.clone())
            .with_discrete_inputs(0, bits)
            .with_holding_registers(0, registers.clone())
            .with_input_registers(0, registers);
        Self { bank }
    }
}

impl Default for Versatile {
    fn default() -> Self {
        Self::new()
    }
}

impl Service for Versatile {
    fn serve<'a>(&'a mut self, now: Instant, unit: u8, request: Request<'a>) -> Served<'a> {
        Served::response(match request {
            Request::ReadExceptionStatus => Response::ReadExceptionStatus { status: 0x6D },
            Request::Diagnostics { subfunction, data } => Response::Diagnostics { subfunction, data },
            Request::GetCommEventCounter => Response::GetCommEventCounter {
                status: 0,
                event_count: 264,
            },
            Request::GetCommEventLog => Response::GetCommEventLog {
                status: 0,
                event_count: 264,
                message_count: 289,
                events: &[0x20, 0x00],
            },
            Request::ReportServerId => Response::ReportServerId { data: SERVER_ID },
            Request::WriteFileRecord { groups } => Response::WriteFileRecord { groups },
            Request::ReadFifoQueue { .. } => Response::ReadFifoQueue {
                values: Registers::new(&[440, 4740]),
            },
            Request::ReadDeviceIdentification { code, .. } => Response::ReadDeviceIdentification {
                code,
                conformity: ConformityLevel::BASIC,
                next: None,
                objects: DeviceObjects::new(OBJECTS),
            },
            Request::Other {
                function: FunctionCode(0x2B),
                ..
            } => {
                return Served::exception(ExceptionCode::ILLEGAL_FUNCTION);
            }
            Request::Other { function, data } => Response::Other { function, data },
            Request::ReadHoldingRegisters {
                address: SLOW_FROM.., ..
            } => {
                return self.bank.serve(now, unit, request).after(Duration::from_millis(30));
            }
            _ => return self.bank.serve(now, unit, request),
        })
    }
}

/// Three BPS2000, as units 1 to 3: 99 registers, of which the thresholds may be written.
pub struct Units {
    registers: [[u16; 99]; 3],
}

impl Units {
    /// Units with these registers, told apart by their first one.
    pub fn new(registers: [u16; 99]) -> Self {
        let mut registers = [registers; 3];
        for (unit, registers) in (1..).zip(&mut registers) {
            registers[0] = unit;
        }
        Self { registers }
    }
}

impl Service for Units {
    fn serve<'a>(&'a mut self, _now: Instant, unit: u8, request: Request<'a>) -> Served<'a> {
        let place = usize::from(unit).checked_sub(1);
        let Some(registers) = place.and_then(|place| self.registers.get_mut(place)) else {
            return Served::silence();
        };
        match request {
            Request::ReadHoldingRegisters { address, quantity } => {
                let range = usize::from(address)..usize::from(address) + usize::from(quantity);
                match registers.get(range) {
                    Some(values) => Served::response(Response::ReadHoldingRegisters {
                        values: Registers::new(values),
                    }),
                    None => Served::exception(ExceptionCode::ILLEGAL_DATA_ADDRESS),
                }
            }
            Request::WriteSingleRegister {
                address: address @ 63..=86,
                value,
            } => {
                registers[usize::from(address)] = value;
                Served::response(Response::WriteSingleRegister { address, value })
            }
            _ => Served::exception(ExceptionCode::ILLEGAL_FUNCTION),
        }
    }

    fn has_unit(&self, unit: u8) -> bool {
        (1..=3).contains(&unit)
    }
}
