//! Tables on a terminal: columns under headings of several lines, numbers to the right.

use crate::terminal::{Paint, Style};

/// Two blanks before each line, and between two columns.
const GAP: &str = "  ";

#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(crate) fn new(text: &impl ToString, style: Style) -> Self {
        Self {
            text: text.to_string(),
            style,
        }
    }
}

impl<T: ToString> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(&text, Style::Plain)
    }
}

/// Which columns stand to the right; the first never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Columns {
    Text,
    Numbers,
}

#[derive(Debug)]
pub(crate) struct Table {
    columns: Columns,
    headings: usize,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table of words without headings.
    pub(crate) fn of_words() -> Self {
        Self {
            columns: Columns::Text,
            headings: 0,
            rows: Vec::new(),
        }
    }

    /// A table of words, each column under one heading.
    pub(crate) fn of_words_under(headings: &[&str]) -> Self {
        Self {
            columns: Columns::Text,
            headings: 1,
            rows: vec![headings.iter().map(|heading| Cell::new(heading, Style::Dim)).collect()],
        }
    }

    /// A table of numbers whose headings have as many lines as the longest; shorter ones stand at the bottom of theirs.
    pub(crate) fn of_numbers(headings: &[Vec<String>]) -> Self {
        let lines = headings.iter().map(Vec::len).max().unwrap_or_default();
        let cell = |heading: &Vec<String>, line: usize| {
            let at = (line + heading.len()).checked_sub(lines);
            let text = at.and_then(|at| heading.get(at)).cloned().unwrap_or_default();
            Cell::new(&text, Style::Dim)
        };
        let rows = (0..lines).map(|line| headings.iter().map(|heading| cell(heading, line)).collect());
        Self {
            columns: Columns::Numbers,
            headings: lines,
            rows: rows.collect(),
        }
    }

    pub(crate) fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Nothing but headings.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.len() == self.headings
    }

    pub(crate) fn to_text(&self, paint: Paint) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let widths: Vec<_> = (0..columns).map(|column| self.width(column)).collect();
        self.rows.iter().map(|row| self.line(row, &widths, paint)).collect()
    }

    fn line(&self, row: &[Cell], widths: &[usize], paint: Paint) -> String {
        let cells = row.iter().zip(widths).enumerate().map(|(i, (cell, width))| {
            let blanks = " ".repeat(width.saturating_sub(cell.text.chars().count()));
            let text = paint.apply(cell.style, &cell.text);
            match self.columns {
                Columns::Numbers if i > 0 => format!("{GAP}{blanks}{text}"),
                _ => format!("{GAP}{text}{blanks}"),
            }
        });
        let line = cells.collect::<Vec<_>>().concat();
        format!("{}\n", line.trim_end())
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.text.chars().count()).max().unwrap_or_default()
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_under_headings_of_several_lines() {
        let heading = |lines: &[&str]| lines.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut table = Table::of_numbers(&[heading(&["inlet 1"]), heading(&["active", "power", "W"])]);
        table.push(vec!["L1".into(), "510.2".into()]);
        table.push(vec!["total".into(), Cell::new(&"12345.6", Style::Critical)]);
        let expected = [
            "            active",
            "             power",
            "  inlet 1        W",
            "  L1         510.2",
            "  total    12345.6",
            "",
        ];
        assert_eq!(table.to_text(Paint::None), expected.join("\n"));
    }
}
