//! A log in memory.

use pdu_core::{Decimal, Quality, Reading, Value};

use super::error::HistoryError;
use super::format::Stamp;
use super::profile::{Column, LogProfile};
use super::reader::{Limits, Reader};

/// A log: rows, and what their columns are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    columns: Vec<LogColumn>,
    rows: Vec<Row>,
}

/// A column as a log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogColumn {
    pub(super) name: String,
    /// What the profile knows of it.
    pub(super) known: Option<Column>,
}

/// One row: when, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it was measured.
    pub stamp: Stamp,
    /// What was measured, in the order of [`Log::columns`].
    pub cells: Vec<Cell>,
}

/// What stands in one field of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
// Exhaustive on purpose: a field holds nothing, a number, or something else.
pub enum Cell {
    /// Nothing: absent is never zero.
    Empty,
    /// A number, digit for digit, in the unit of the column.
    Number(Decimal),
    /// Anything else, as it stands there.
    Text(String),
}

impl Log {
    /// Reads a whole log.
    ///
    /// # Errors
    ///
    /// A [`HistoryError`] that names line and column; whoever wants the rows before it takes a [`Reader`].
    pub fn parse(text: &[u8], profile: &LogProfile, limits: Limits) -> Result<Self, HistoryError> {
        let mut reader = Reader::new(text, profile, limits)?;
        let rows = reader.by_ref().collect::<Result<_, _>>()?;
        Ok(Self {
            columns: reader.into_columns(),
            rows,
        })
    }

    /// The rows, in the order of the log.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The names of the columns but the stamp's, in the order of the log.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// What stands in the column of this name.
    pub fn cell<'l>(&self, row: &'l Row, column: &str) -> Option<&'l Cell> {
        let at = self.columns.iter().position(|known| known.name == column)?;
        row.cells.get(at)
    }

    /// The readings of a row: one for each column that the profile knows. A field that is empty or no number is a reading without a
    /// value.
    pub fn readings<'l>(&'l self, row: &'l Row) -> impl Iterator<Item = Reading> + 'l {
        readings(&self.columns, row)
    }
}

pub(super) fn readings<'l>(columns: &'l [LogColumn], row: &'l Row) -> impl Iterator<Item = Reading> + 'l {
    let known = columns.iter().zip(&row.cells);
    known.filter_map(|(column, cell)| Some(reading(column.known.as_ref()?, cell)))
}

fn reading(column: &Column, cell: &Cell) -> Reading {
    let value = match cell {
        Cell::Number(number) => number.shifted(column.exponent).map(Value::Gauge),
        Cell::Empty | Cell::Text(_) => None,
    };
    Reading {
        point: column.point,
        quantity: column.quantity,
        statistic: column.statistic,
        value,
        quality: if value.is_some() {
            Quality::Good
        } else {
            Quality::Unavailable
        },
    }
}
