use alloc::vec::Vec;

use pdu_core::Instant;

use crate::wire::{Bits, ExceptionCode, FunctionCode, Registers, Request, Response};

use super::{Served, Service};

/// A row of coils or registers that begins at some address.
///
/// ```
/// use pdu_proto_modbus::server::Table;
///
/// let mut table = Table::new(100, [7_u16, 8]);
/// assert!(table.set(101, 9));
/// assert_eq!((table.get(101), table.get(102)), (Some(9), None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table<T> {
    first: u16,
    values: Vec<T>,
}

impl<T: Copy> Table<T> {
    /// A table whose first value stands at address `first`. What would stand beyond address 65535 is never reached.
    pub fn new(first: u16, values: impl Into<Vec<T>>) -> Self {
        Self {
            first,
            values: values.into(),
        }
    }

    /// Address of the first value.
    pub const fn first(&self) -> u16 {
        self.first
    }

    /// All values in order.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// All values in order, to change them.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// The value at this address.
    pub fn get(&self, address: u16) -> Option<T> {
        self.range(address, 1)?.first().copied()
    }

    /// Changes the value at this address, and says whether there is one.
    pub fn set(&mut self, address: u16, value: T) -> bool {
        let slot = self.range_mut(address, 1).and_then(|slots| slots.first_mut());
        slot.map(|slot| *slot = value).is_some()
    }

    /// So many values from this address on; `None` if one of them is outside.
    pub fn range(&self, address: u16, count: usize) -> Option<&[T]> {
        let start = usize::from(address.checked_sub(self.first)?);
        self.values.get(start..start.checked_add(count)?)
    }

    /// So many values from this address on, to change them.
    pub fn range_mut(&mut self, address: u16, count: usize) -> Option<&mut [T]> {
        let start = usize::from(address.checked_sub(self.first)?);
        self.values.get_mut(start..start.checked_add(count)?)
    }

    fn read(&self, address: u16, quantity: u16) -> Result<&[T], ExceptionCode> {
        let values = self.range(address, usize::from(quantity));
        values.ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    /// All or nothing.
    fn write(&mut self, address: u16, values: impl ExactSizeIterator<Item = T>) -> Result<(), ExceptionCode> {
        let slots = self.range_mut(address, values.len());
        let slots = slots.ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?;
        slots.iter_mut().zip(values).for_each(|(slot, value)| *slot = value);
        Ok(())
    }
}

/// A [`Service`] of plain tables: coils, discrete inputs, holding registers, input registers.
///
/// It knows the functions for data access: 1 to 6, 15, 16, 22 and 23. Others are refused with exception 01, addresses
/// outside a table with 02; a write that reaches outside writes nothing. It answers as every unit; a
/// [`Chain`](super::Chain) gives it an address.
///
/// ```
/// use pdu_proto_modbus::server::RegisterBank;
///
/// let mut bank = RegisterBank::new()
///     .with_coils(0, [false; 8])
///     .with_holding_registers(100, [2318, 16]);
/// bank.holding_registers.set(101, 17);
/// ```
///
/// Source: Application Protocol V1.1b3, 4.3 and 6.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegisterBank {
    /// Read by function 1, written by 5 and 15.
    pub coils: Table<bool>,
    /// Read by function 2.
    pub discrete_inputs: Table<bool>,
    /// Read by function 3 and 23, written by 6, 16, 22 and 23.
    pub holding_registers: Table<u16>,
    /// Read by function 4.
    pub input_registers: Table<u16>,
}

impl RegisterBank {
    /// A bank with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// With these coils, from address `first` on.
    #[must_use]
    pub fn with_coils(mut self, first: u16, values: impl Into<Vec<bool>>) -> Self {
        self.coils = Table::new(first, values);
        self
    }

    /// With these discrete inputs, from address `first` on.
    #[must_use]
    pub fn with_discrete_inputs(mut self, first: u16, values: impl Into<Vec<bool>>) -> Self {
        self.discrete_inputs = Table::new(first, values);
        self
    }

    /// With these holding registers, from address `first` on.
    #[must_use]
    pub fn with_holding_registers(mut self, first: u16, values: impl Into<Vec<u16>>) -> Self {
        self.holding_registers = Table::new(first, values);
        self
    }

    /// With these input registers, from address `first` on.
    #[must_use]
    pub fn with_input_registers(mut self, first: u16, values: impl Into<Vec<u16>>) -> Self {
        self.input_registers = Table::new(first, values);
        self
    }

    #[inline] // so that the response is built where the caller wants it
    fn execute(&mut self, request: Request<'_>) -> Result<Response<'_>, ExceptionCode> {
        Ok(match request {
            Request::ReadCoils { address, quantity } => Response::ReadCoils {
                values: Bits::new(self.coils.read(address, quantity)?),
            },
            Request::ReadDiscreteInputs { address, quantity } => Response::ReadDiscreteInputs {
                values: Bits::new(self.discrete_inputs.read(address, quantity)?),
            },
            Request::ReadHoldingRegisters { address, quantity } => Response::ReadHoldingRegisters {
                values: Registers::new(self.holding_registers.read(address, quantity)?),
            },
            Request::ReadInputRegisters { address, quantity } => Response::ReadInputRegisters {
                values: Registers::new(self.input_registers.read(address, quantity)?),
            },
            Request::WriteSingleCoil { address, value } => {
                self.coils.write(address, [value].into_iter())?;
                Response::WriteSingleCoil { address, value }
            }
            Request::WriteSingleRegister { address, value } => {
                self.holding_registers.write(address, [value].into_iter())?;
                Response::WriteSingleRegister { address, value }
            }
            Request::WriteMultipleCoils { address, values } => {
                self.coils.write(address, values.iter())?;
                let quantity = quantity(values.len());
                Response::WriteMultipleCoils { address, quantity }
            }
            Request::WriteMultipleRegisters { address, values } => {
                self.holding_registers.write(address, values.iter())?;
                let quantity = quantity(values.len());
                Response::WriteMultipleRegisters { address, quantity }
            }
            Request::MaskWriteRegister {
                address,
                and_mask,
                or_mask,
            } => {
                let old = self.holding_registers.get(address);
                let old = old.ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?;
                self.holding_registers
                    .set(address, (old & and_mask) | (or_mask & !and_mask));
                Response::MaskWriteRegister {
                    address,
                    and_mask,
                    or_mask,
                }
            }
            Request::ReadWriteMultipleRegisters {
                read_address,
                read_quantity,
                write_address,
                values,
            } => {
                // Both ranges are checked before the write, which comes first (V1.1b3, 6.17).
                self.holding_registers.read(read_address, read_quantity)?;
                self.holding_registers.write(write_address, values.iter())?;
                Response::ReadWriteMultipleRegisters {
                    values: Registers::new(self.holding_registers.read(read_address, read_quantity)?),
                }
            }
            _ => return Err(ExceptionCode::ILLEGAL_FUNCTION),
        })
    }
}

/// A quantity of a parsed request, which is at most 1968.
fn quantity(len: usize) -> u16 {
    u16::try_from(len).unwrap_or(u16::MAX)
}

impl Service for RegisterBank {
    #[inline]
    fn serve<'a>(&'a mut self, _now: Instant, _unit: u8, request: Request<'a>) -> Served<'a> {
        self.execute(request).into()
    }

    fn has_function(&self, _unit: u8, function: FunctionCode) -> bool {
        matches!(
            function,
            FunctionCode::READ_COILS
                | FunctionCode::READ_DISCRETE_INPUTS
                | FunctionCode::READ_HOLDING_REGISTERS
                | FunctionCode::READ_INPUT_REGISTERS
                | FunctionCode::WRITE_SINGLE_COIL
                | FunctionCode::WRITE_SINGLE_REGISTER
                | FunctionCode::WRITE_MULTIPLE_COILS
                | FunctionCode::WRITE_MULTIPLE_REGISTERS
                | FunctionCode::MASK_WRITE_REGISTER
                | FunctionCode::READ_WRITE_MULTIPLE_REGISTERS
        )
    }
}
