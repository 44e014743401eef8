//! A log, row by row.

use core::fmt;

use csv::{ByteRecord, ReaderBuilder};
use pdu_core::Reading;

use super::error::{HistoryError, HistoryErrorKind, beginning};
use super::log::{Cell, LogColumn, Row, readings};
use super::profile::{Header, LogProfile};

/// How much of a log is read. Beyond is an error, never a shorter log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // three bounds, all of them for the caller to set
pub struct Limits {
    /// Octets of the text.
    pub size: usize,
    /// Rows.
    pub rows: usize,
    /// Columns, that of the stamp among them.
    pub columns: usize,
}

/// 16 MiB, 200,000 rows (139 days of minutes), 512 columns.
impl Default for Limits {
    fn default() -> Self {
        Self {
            size: 16 << 20,
            rows: 200_000,
            columns: 512,
        }
    }
}

/// Reads a log row by row: what is kept of it is for the caller to choose. After an error it ends.
///
/// ```
/// use pdu_proto_7series::history::{Limits, LogProfile, Reader};
///
/// let text = b"Time,Amps-A\n34,10.1\n94,-\n";
/// let profile = LogProfile::synthetic();
/// let mut reader = Reader::new(text, &profile, Limits::default())?;
/// let mut shown = Vec::new();
/// while let Some(row) = reader.next() {
///     let row = row?;
///     shown.extend(reader.readings(&row).map(|reading| reading.to_string()));
/// }
/// assert_eq!(shown, ["unit0.inlet1.L1 current 10.1 A", "unit0.inlet1.L1 current unavailable"]);
/// # Ok::<(), pdu_proto_7series::history::HistoryError>(())
/// ```
pub struct Reader<'a> {
    profile: &'a LogProfile,
    limits: Limits,
    records: csv::Reader<&'a [u8]>,
    /// The row at hand.
    record: ByteRecord,
    columns: Vec<LogColumn>,
    /// Which field of a row is its stamp.
    stamp: usize,
    rows: usize,
    has_ended: bool,
}

impl<'a> Reader<'a> {
    /// A reader of this text, whose first line it reads already if that names the columns.
    pub fn new(text: &'a [u8], profile: &'a LogProfile, limits: Limits) -> Result<Self, HistoryError> {
        let size = text.len();
        if size > limits.size {
            let limit = limits.size;
            return Err(error(0, 0, HistoryErrorKind::Size { size, limit }));
        }
        let records = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(profile.delimiter)
            .comment(profile.comment)
            .from_reader(without_mark(text));
        let mut reader = Self {
            profile,
            limits,
            records,
            record: ByteRecord::new(),
            columns: Vec::new(),
            stamp: 0,
            rows: 0,
            has_ended: false,
        };
        match profile.header {
            Header::Present => reader.read_header()?,
            Header::Absent => {
                let known = profile.columns().iter();
                let column = known.map(|column| LogColumn {
                    name: column.name().to_owned(),
                    known: Some(column.clone()),
                });
                reader.columns = column.collect();
            }
        }
        Ok(reader)
    }

    /// The names of the columns but the stamp's, in the order of the log.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The readings of a row; see [`Log::readings`](super::Log::readings).
    pub fn readings<'l>(&'l self, row: &'l Row) -> impl Iterator<Item = Reading> + 'l {
        readings(&self.columns, row)
    }

    pub(super) fn into_columns(self) -> Vec<LogColumn> {
        self.columns
    }

    fn read_header(&mut self) -> Result<(), HistoryError> {
        if !self.read_record()? {
            return Err(self.error(0, HistoryErrorKind::Empty));
        }
        let found = self.record.len();
        if found > self.limits.columns {
            let limit = self.limits.columns;
            return Err(self.error(0, HistoryErrorKind::Columns { found, limit }));
        }
        let mut stamp = None;
        for at in 0..found {
            let name = self.field(at)?.trim().to_owned();
            let is_stamp = name == self.profile.stamp;
            let is_second = self.columns.iter().any(|column| column.name == name);
            if (is_stamp && stamp.is_some()) || is_second {
                let name = beginning(&name);
                return Err(self.error(at + 1, HistoryErrorKind::SecondColumn { name }));
            }
            if is_stamp {
                stamp = Some(at);
            } else {
                let known = self.profile.column(&name).cloned();
                self.columns.push(LogColumn { name, known });
            }
        }
        self.stamp = stamp.ok_or_else(|| {
            let name = self.profile.stamp.clone();
            self.error(0, HistoryErrorKind::NoStampColumn { name })
        })?;
        Ok(())
    }

    /// Whether there was one.
    fn read_record(&mut self) -> Result<bool, HistoryError> {
        // What the library can complain of, uneven rows and what is not UTF-8, it is not asked about; a slice reads without fail.
        let read = self.records.read_byte_record(&mut self.record);
        read.map_err(|_| self.error(0, HistoryErrorKind::Encoding))
    }

    fn read_row(&mut self) -> Result<Option<Row>, HistoryError> {
        if !self.read_record()? {
            return Ok(None);
        }
        if self.rows == self.limits.rows {
            let limit = self.limits.rows;
            return Err(self.error(0, HistoryErrorKind::Rows { limit }));
        }
        self.rows += 1;
        let (found, expected) = (self.record.len(), self.columns.len() + 1);
        if found != expected {
            return Err(self.error(0, HistoryErrorKind::Fields { expected, found }));
        }
        let text = self.field(self.stamp)?;
        let stamp = self.profile.read_stamp(text.trim()).ok_or_else(|| {
            let text = beginning(text);
            self.error(self.stamp + 1, HistoryErrorKind::Stamp { text })
        })?;
        let others = (0..found).filter(|&at| at != self.stamp);
        let cells = others.map(|at| self.field(at).map(cell)).collect::<Result<_, _>>()?;
        Ok(Some(Row { stamp, cells }))
    }

    fn field(&self, at: usize) -> Result<&str, HistoryError> {
        let octets = self.record.get(at).unwrap_or_default();
        core::str::from_utf8(octets).map_err(|_| self.error(at + 1, HistoryErrorKind::Encoding))
    }

    /// An error of the row at hand.
    fn error(&self, column: usize, kind: HistoryErrorKind) -> HistoryError {
        let position = self.record.position().unwrap_or(self.records.position());
        error(position.line(), column, kind)
    }
}

fn error(line: u64, column: usize, kind: HistoryErrorKind) -> HistoryError {
    HistoryError { line, column, kind }
}

/// The text without the mark with which some programs begin what is UTF-8.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text)
}

fn cell(text: &str) -> Cell {
    match text.trim() {
        "" => Cell::Empty,
        trimmed => trimmed
            .parse()
            .map_or_else(|_| Cell::Text(text.to_owned()), Cell::Number),
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Row, HistoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let row = self.read_row().transpose();
        self.has_ended = !matches!(row, Some(Ok(_)));
        row
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.columns.iter().map(|column| &column.name).collect();
        f.debug_struct("Reader")
            .field("columns", &names)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
