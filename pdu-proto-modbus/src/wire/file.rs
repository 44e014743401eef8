//! The groups of the two file functions. Each list is either bytes from the wire or a table of the caller's.

use core::{fmt, iter};

use super::{
    FunctionCode, Registers, WireError,
    layout::{Writer, byte_count, low_byte, low_word, quantity, wrong_length},
};

/// The only reference type there is. Source: V1.1b3, 6.14.
const REFERENCE_TYPE: u8 = 6;
/// Records of a file are numbered 0 to 9999. Source: V1.1b3, 6.14.
const RECORDS: u32 = 10_000;
/// What fits a protocol data unit behind function code and data length. Source: V1.1b3, 6.14 and 6.15.
const MAX_DATA: usize = 251;

const READ: FunctionCode = FunctionCode::READ_FILE_RECORD;
const WRITE: FunctionCode = FunctionCode::WRITE_FILE_RECORD;

/// A group of registers of a file that is to be read.
///
/// ```text
///   0     1   2    3   4     5   6
/// +-----+-----------+---------------+-------------+
/// |  6  | file      | record        | length      |
/// +-----+-----------+---------------+-------------+
/// ```
///
/// Source: Application Protocol V1.1b3, 6.14.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileRead {
    /// Number of the file: 1 to 65535.
    pub file: u16,
    /// The first record: 0 to 9999.
    pub record: u16,
    /// How many registers: at least 1.
    pub length: u16,
}

impl FileRead {
    const LEN: usize = 7;

    fn from_bytes([_, f0, f1, r0, r1, l0, l1]: [u8; Self::LEN]) -> Self {
        Self {
            file: u16::from_be_bytes([f0, f1]),
            record: u16::from_be_bytes([r0, r1]),
            length: u16::from_be_bytes([l0, l1]),
        }
    }

    fn validate(self, function: FunctionCode) -> Result<(), WireError> {
        let Self { file, record, length } = self;
        if file == 0 || length == 0 || u32::from(record) + u32::from(length) > RECORDS {
            return Err(WireError::FileRange {
                function,
                file,
                record,
                length,
            });
        }
        Ok(())
    }

    fn write_to(self, writer: &mut Writer<'_>) {
        let Self { file, record, length } = self;
        writer.bytes([REFERENCE_TYPE]).word(file).word(record).word(length);
    }
}

/// The groups of a Read File Record request.
#[derive(Clone, Copy)]
pub struct FileReads<'a> {
    // One of the two is empty.
    wire: &'a [[u8; FileRead::LEN]],
    table: &'a [FileRead],
}

impl<'a> FileReads<'a> {
    /// Groups that are to be asked for.
    pub const fn new(groups: &'a [FileRead]) -> Self {
        Self {
            wire: &[],
            table: groups,
        }
    }

    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let (wire, rest) = bytes.as_chunks::<{ FileRead::LEN }>();
        byte_count(READ, bytes.len() - rest.len(), bytes.len())?;
        for [kind, ..] in wire {
            reference_type(READ, *kind)?;
        }
        Ok(Self { wire, table: &[] })
    }

    /// How many groups there are.
    pub const fn len(&self) -> usize {
        self.wire.len() + self.table.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All groups in order.
    pub fn iter(&self) -> impl Iterator<Item = FileRead> + Clone + use<'a> {
        let wire = self.wire.iter().map(|group| FileRead::from_bytes(*group));
        wire.chain(self.table.iter().copied())
    }

    pub(super) const fn byte_len(&self) -> usize {
        self.len().saturating_mul(FileRead::LEN)
    }

    /// Data of the response: a length, a type and the registers for each group.
    pub(super) fn response_len(&self) -> usize {
        let group_len = |group: FileRead| 2 + 2 * usize::from(group.length);
        self.iter().map(group_len).fold(0, usize::saturating_add)
    }

    pub(super) fn validate(&self) -> Result<(), WireError> {
        quantity(READ, self.len(), 1, 35)?;
        self.iter().try_for_each(|group| group.validate(READ))?;
        fits(self.response_len())
    }

    pub(super) fn write_to(&self, writer: &mut Writer<'_>) {
        writer.bytes([low_byte(self.byte_len())]);
        self.iter().for_each(|group| group.write_to(writer));
    }
}

/// The registers of each group in a Read File Record response, in the order of the request.
///
/// ```text
///   0              1     2 …
/// +--------------+-----+------------------+
/// | 1 + 2 × n    |  6  | n registers      |   for each group
/// +--------------+-----+------------------+
/// ```
///
/// Source: Application Protocol V1.1b3, 6.14.
#[derive(Clone, Copy)]
pub struct FileRecords<'a> {
    // One of the two is empty.
    wire: &'a [u8],
    table: &'a [Registers<'a>],
}

impl<'a> FileRecords<'a> {
    /// Groups that are to be answered.
    pub const fn new(groups: &'a [Registers<'a>]) -> Self {
        Self {
            wire: &[],
            table: groups,
        }
    }

    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        walk(bytes, split_record)?;
        Ok(Self {
            wire: bytes,
            table: &[],
        })
    }

    /// The registers of all groups in order.
    pub fn iter(&self) -> impl Iterator<Item = Registers<'a>> + Clone + use<'a> {
        parts(self.wire, split_record).chain(self.table.iter().copied())
    }

    pub(super) fn byte_len(&self) -> usize {
        let group_len = |group: &Registers<'_>| group.len().saturating_mul(2).saturating_add(2);
        self.wire.len() + self.table.iter().map(group_len).fold(0, usize::saturating_add)
    }

    pub(super) fn validate(&self) -> Result<(), WireError> {
        let mut groups = self.iter().peekable();
        quantity(READ, groups.peek().iter().count(), 1, 35)?;
        groups.try_for_each(|group| quantity(READ, group.len(), 1, 124))?;
        fits(self.byte_len())
    }

    pub(super) fn write_to(&self, writer: &mut Writer<'_>) {
        writer.bytes([low_byte(self.byte_len())]);
        for group in self.iter() {
            let len = group.len().saturating_mul(2);
            writer.bytes([low_byte(len.saturating_add(1)), REFERENCE_TYPE]);
            writer.fill(len, |out| group.write_to(out));
        }
    }
}

/// A group of registers of a file that is to be written.
///
/// ```text
///   0     1   2    3   4     5   6         7 …
/// +-----+-----------+---------------+-------------+---------------+
/// |  6  | file      | record        | n           | n registers   |
/// +-----+-----------+---------------+-------------+---------------+
/// ```
///
/// Source: Application Protocol V1.1b3, 6.15.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileWrite<'a> {
    /// Number of the file: 1 to 65535.
    pub file: u16,
    /// The first record: 0 to 9999.
    pub record: u16,
    /// The registers: at least one.
    pub values: Registers<'a>,
}

impl FileWrite<'_> {
    fn byte_len(&self) -> usize {
        self.values.len().saturating_mul(2).saturating_add(FileRead::LEN)
    }

    /// Where it goes.
    fn place(&self) -> FileRead {
        FileRead {
            file: self.file,
            record: self.record,
            length: low_word(self.values.len()),
        }
    }
}

/// The groups of a Write File Record request, and of its response, which repeats them.
#[derive(Clone, Copy)]
pub struct FileWrites<'a> {
    // One of the two is empty.
    wire: &'a [u8],
    table: &'a [FileWrite<'a>],
}

impl<'a> FileWrites<'a> {
    /// Groups that are to be written.
    pub const fn new(groups: &'a [FileWrite<'a>]) -> Self {
        Self {
            wire: &[],
            table: groups,
        }
    }

    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        walk(bytes, split_write)?;
        Ok(Self {
            wire: bytes,
            table: &[],
        })
    }

    /// All groups in order.
    pub fn iter(&self) -> impl Iterator<Item = FileWrite<'a>> + Clone + use<'a> {
        parts(self.wire, split_write).chain(self.table.iter().copied())
    }

    pub(super) fn byte_len(&self) -> usize {
        self.wire.len()
            + self
                .table
                .iter()
                .map(FileWrite::byte_len)
                .fold(0, usize::saturating_add)
    }

    pub(super) fn validate(&self) -> Result<(), WireError> {
        let mut groups = self.iter().peekable();
        quantity(WRITE, groups.peek().iter().count(), 1, 27)?;
        groups.try_for_each(|group| group.place().validate(WRITE))?;
        fits(self.byte_len())
    }

    pub(super) fn write_to(&self, writer: &mut Writer<'_>) {
        writer.bytes([low_byte(self.byte_len())]);
        for group in self.iter() {
            group.place().write_to(writer);
            writer.fill(group.values.len().saturating_mul(2), |out| group.values.write_to(out));
        }
    }
}

fn reference_type(function: FunctionCode, found: u8) -> Result<(), WireError> {
    if found != REFERENCE_TYPE {
        return Err(WireError::ReferenceType { function, found });
    }
    Ok(())
}

fn fits(found: usize) -> Result<(), WireError> {
    if found > MAX_DATA {
        return Err(WireError::TooLong { limit: MAX_DATA, found });
    }
    Ok(())
}

/// One part from the front of a list, and the list behind it.
type Split<'a, T> = fn(&'a [u8]) -> Result<(T, &'a [u8]), WireError>;

/// Proves that a list consists of whole parts.
fn walk<'a, T>(mut list: &'a [u8], split: Split<'a, T>) -> Result<(), WireError> {
    while !list.is_empty() {
        (_, list) = split(list)?;
    }
    Ok(())
}

/// The parts of a list that [`walk`] has proven.
fn parts<'a, T>(mut list: &'a [u8], split: Split<'a, T>) -> impl Iterator<Item = T> + Clone + use<'a, T> {
    iter::from_fn(move || {
        let (part, rest) = split(list).ok()?;
        list = rest;
        Some(part)
    })
}

fn split_record(list: &[u8]) -> Result<(Registers<'_>, &[u8]), WireError> {
    let [count, kind, data @ ..] = list else {
        return Err(wrong_length(READ, 2, list.len()));
    };
    reference_type(READ, *kind)?;
    let bytes = usize::from(*count).saturating_sub(1);
    split_registers(READ, data, bytes)
}

fn split_write(list: &[u8]) -> Result<(FileWrite<'_>, &[u8]), WireError> {
    let Some((head, data)) = list.split_first_chunk() else {
        return Err(wrong_length(WRITE, FileRead::LEN, list.len()));
    };
    reference_type(WRITE, head[0])?;
    let FileRead { file, record, length } = FileRead::from_bytes(*head);
    let (values, rest) = split_registers(WRITE, data, usize::from(length).saturating_mul(2))?;
    Ok((FileWrite { file, record, values }, rest))
}

fn split_registers(function: FunctionCode, data: &[u8], bytes: usize) -> Result<(Registers<'_>, &[u8]), WireError> {
    let (front, rest) = data
        .split_at_checked(bytes)
        .ok_or_else(|| wrong_length(function, bytes, data.len()))?;
    let values = Registers::from_be_bytes(front).ok_or(WireError::ByteCount {
        function,
        expected: bytes.saturating_add(1),
        found: bytes,
    })?;
    Ok((values, rest))
}

macro_rules! list_by_value {
    ($list:ident) => {
        impl PartialEq for $list<'_> {
            fn eq(&self, other: &Self) -> bool {
                self.iter().eq(other.iter())
            }
        }

        impl Eq for $list<'_> {}

        impl fmt::Debug for $list<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.iter()).finish()
            }
        }
    };
}

list_by_value!(FileReads);
list_by_value!(FileRecords);
list_by_value!(FileWrites);
