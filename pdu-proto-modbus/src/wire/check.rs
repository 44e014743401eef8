use core::fmt;

use super::{Diagnostic, FileReads, FileRecords, FunctionCode, ReadDeviceIdCode, Registers, Request, Response};

/// A well-formed response that is no answer to the request.
///
/// ```
/// use pdu_proto_modbus::wire::{Request, Response, Registers};
///
/// let request = Request::ReadHoldingRegisters { address: 0, quantity: 99 };
/// let short = Response::ReadHoldingRegisters { values: Registers::new(&[1, 2]) };
/// assert_eq!(
///     request.check(&short).unwrap_err().to_string(),
///     "response to read holding registers (03): byte count 4 where 198 was expected",
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Mismatch {
    /// The function that was asked for.
    pub function: FunctionCode,
    /// What does not fit.
    pub field: Field,
    /// What the request lets expect.
    pub expected: u16,
    /// What the response says.
    pub found: u16,
}

/// The field of a response that does not fit its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The function code, without the exception bit.
    Function,
    /// The bytes of the data for the quantity asked.
    ByteCount,
    /// The address of a write.
    Address,
    /// The value of a write.
    Value,
    /// The quantity of a write.
    Quantity,
    /// The and-mask.
    AndMask,
    /// The or-mask.
    OrMask,
    /// The sub-function of diagnostics.
    Subfunction,
    /// A word of diagnostics data that should be repeated.
    DiagnosticData,
    /// How many groups of a file there are.
    FileGroups,
    /// The number of a file.
    FileNumber,
    /// The first record of a file group.
    FileRecord,
    /// The read device id code.
    ReadDeviceIdCode,
    /// How many identification objects there are.
    ObjectCount,
    /// The identification object that was asked for.
    ObjectId,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Function => "function",
            Self::ByteCount => "byte count",
            Self::Address => "address",
            Self::Value => "value",
            Self::Quantity => "quantity",
            Self::AndMask => "and-mask",
            Self::OrMask => "or-mask",
            Self::Subfunction => "sub-function",
            Self::DiagnosticData => "diagnostics data",
            Self::FileGroups => "number of file groups",
            Self::FileNumber => "file number",
            Self::FileRecord => "file record",
            Self::ReadDeviceIdCode => "read device id code",
            Self::ObjectCount => "number of objects",
            Self::ObjectId => "object id",
        })
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            function,
            field,
            expected,
            found,
        } = self;
        write!(
            f,
            "response to {function}: {field} {found} where {expected} was expected"
        )
    }
}

impl core::error::Error for Mismatch {}

impl Request<'_> {
    /// Whether the response is a legal answer to this request: its function, the byte count for the quantity asked,
    /// and every field that a response repeats.
    ///
    /// An exception to the same function is a legal answer, whatever its code.
    ///
    /// # Errors
    ///
    /// The first field that does not fit, with what was expected and found.
    #[inline]
    pub fn check(&self, response: &Response<'_>) -> Result<(), Mismatch> {
        // Registers are what most answers carry: this way inlines into the caller.
        match (self, response) {
            (Request::ReadHoldingRegisters { quantity, .. }, Response::ReadHoldingRegisters { values })
            | (Request::ReadInputRegisters { quantity, .. }, Response::ReadInputRegisters { values })
            | (
                Request::ReadWriteMultipleRegisters {
                    read_quantity: quantity,
                    ..
                },
                Response::ReadWriteMultipleRegisters { values },
            ) => Check::of(self).registers(*quantity, values),
            _ => self.check_rarer(*response),
        }
    }

    fn check_rarer(&self, response: Response<'_>) -> Result<(), Mismatch> {
        let check = Check::of(self);
        check.equal(Field::Function, self.function().0, response.function().0)?;
        match (*self, response) {
            (Request::ReadCoils { quantity, .. }, Response::ReadCoils { values })
            | (Request::ReadDiscreteInputs { quantity, .. }, Response::ReadDiscreteInputs { values }) => {
                check.count(Field::ByteCount, usize::from(quantity).div_ceil(8), values.byte_len())
            }
            (Request::WriteSingleCoil { address, value }, Response::WriteSingleCoil { address: a, value: v }) => {
                check.equal(Field::Address, address, a)?;
                check.equal(Field::Value, u16::from(value), u16::from(v))
            }
            (
                Request::WriteSingleRegister { address, value },
                Response::WriteSingleRegister { address: a, value: v },
            ) => {
                check.equal(Field::Address, address, a)?;
                check.equal(Field::Value, value, v)
            }
            (
                Request::Diagnostics { subfunction, data },
                Response::Diagnostics {
                    subfunction: s,
                    data: d,
                },
            ) => check.diagnostics((subfunction, data), (s, d)),
            (
                Request::WriteMultipleCoils { address, values },
                Response::WriteMultipleCoils { address: a, quantity },
            ) => {
                check.equal(Field::Address, address, a)?;
                check.count(Field::Quantity, values.len(), usize::from(quantity))
            }
            (
                Request::WriteMultipleRegisters { address, values },
                Response::WriteMultipleRegisters { address: a, quantity },
            ) => {
                check.equal(Field::Address, address, a)?;
                check.count(Field::Quantity, values.len(), usize::from(quantity))
            }
            (Request::ReadFileRecord { groups }, Response::ReadFileRecord { groups: g }) => {
                check.file_reads(&groups, &g)
            }
            (Request::WriteFileRecord { groups }, Response::WriteFileRecord { groups: g }) => {
                check.count(Field::FileGroups, groups.iter().count(), g.iter().count())?;
                for (expected, found) in groups.iter().zip(g.iter()) {
                    check.equal(Field::FileNumber, expected.file, found.file)?;
                    check.equal(Field::FileRecord, expected.record, found.record)?;
                    check.count(Field::ByteCount, 2 * expected.values.len(), 2 * found.values.len())?;
                    check.words(Field::Value, &expected.values, &found.values)?;
                }
                Ok(())
            }
            (
                Request::MaskWriteRegister {
                    address,
                    and_mask,
                    or_mask,
                },
                Response::MaskWriteRegister {
                    address: a,
                    and_mask: and,
                    or_mask: or,
                },
            ) => {
                check.equal(Field::Address, address, a)?;
                check.equal(Field::AndMask, and_mask, and)?;
                check.equal(Field::OrMask, or_mask, or)
            }
            (
                Request::ReadDeviceIdentification { code, object },
                Response::ReadDeviceIdentification {
                    code: found, objects, ..
                },
            ) => {
                check.equal(Field::ReadDeviceIdCode, code.0, found.0)?;
                // A stream may start elsewhere: an unknown first object makes it start at 0.
                if code != ReadDeviceIdCode::SPECIFIC {
                    return Ok(());
                }
                check.count(Field::ObjectCount, 1, objects.len())?;
                objects
                    .iter()
                    .try_for_each(|found| check.equal(Field::ObjectId, object.0, found.id.0))
            }
            // Exceptions, and functions whose answer repeats nothing.
            _ => Ok(()),
        }
    }
}

#[derive(Clone, Copy)]
struct Check {
    function: FunctionCode,
}

impl Check {
    #[inline]
    fn of(request: &Request<'_>) -> Self {
        Self {
            function: request.function(),
        }
    }

    #[inline]
    fn equal(self, field: Field, expected: impl Into<u16>, found: impl Into<u16>) -> Result<(), Mismatch> {
        let (expected, found) = (expected.into(), found.into());
        if expected == found {
            return Ok(());
        }
        Err(Mismatch {
            function: self.function,
            field,
            expected,
            found,
        })
    }

    #[inline]
    fn count(self, field: Field, expected: usize, found: usize) -> Result<(), Mismatch> {
        let word = |count| u16::try_from(count).unwrap_or(u16::MAX);
        self.equal(field, word(expected), word(found))
    }

    #[inline]
    fn registers(self, quantity: u16, values: &Registers<'_>) -> Result<(), Mismatch> {
        if usize::from(quantity) == values.len() {
            return Ok(());
        }
        self.count(Field::ByteCount, 2 * usize::from(quantity), 2 * values.len())
    }

    fn words(self, field: Field, expected: &Registers<'_>, found: &Registers<'_>) -> Result<(), Mismatch> {
        expected
            .iter()
            .zip(found)
            .try_for_each(|(expected, found)| self.equal(field, expected, found))
    }

    /// Source: Application Protocol V1.1b3, 6.8.1: some sub-functions repeat their data, the others return as much.
    fn diagnostics(
        self,
        (subfunction, data): (Diagnostic, Registers<'_>),
        found: (Diagnostic, Registers<'_>),
    ) -> Result<(), Mismatch> {
        self.equal(Field::Subfunction, subfunction.0, found.0.0)?;
        if subfunction.echoes_data() {
            self.count(Field::ByteCount, 2 * data.len(), 2 * found.1.len())?;
            self.words(Field::DiagnosticData, &data, &found.1)?;
        }
        Ok(())
    }

    fn file_reads(self, groups: &FileReads<'_>, found: &FileRecords<'_>) -> Result<(), Mismatch> {
        self.count(Field::FileGroups, groups.len(), found.iter().count())?;
        groups
            .iter()
            .zip(found.iter())
            .try_for_each(|(group, found)| self.registers(group.length, &found))
    }
}
