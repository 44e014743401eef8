//! Writing a log.

use core::fmt;

use csv::{Terminator, WriterBuilder};
use pdu_core::Decimal;

use super::format::Stamp;
use super::profile::{Header, LogProfile};

/// Writes a log as a profile says, with the stamp first: for simulated units and tests.
///
/// ```
/// use core::time::Duration;
/// use pdu_core::Decimal;
/// use pdu_proto_7series::history::{LogProfile, Stamp, Writer};
///
/// let profile = LogProfile::synthetic();
/// let mut writer = Writer::new(&profile, &["Amps-A"]);
/// writer.row(Stamp::SinceBoot(Duration::from_secs(34)), [Some(Decimal::new(101, -1))]);
/// assert_eq!(writer.finish(), b"Time,Amps-A\n34,10.1\n");
/// ```
pub struct Writer<'p> {
    profile: &'p LogProfile,
    columns: usize,
    text: csv::Writer<Vec<u8>>,
}

impl<'p> Writer<'p> {
    /// A log of these columns; their names are its first line, if the profile has one.
    pub fn new(profile: &'p LogProfile, columns: &[&str]) -> Self {
        Self::commented(profile, columns, "")
    }

    /// The same with a line of comment above all, if the profile has such lines.
    pub fn commented(profile: &'p LogProfile, columns: &[&str], comment: &str) -> Self {
        let mut beginning = Vec::new();
        if let Some(sign) = profile.comment.filter(|_| !comment.is_empty()) {
            beginning.push(sign);
            beginning.push(b' ');
            // A line end within would begin a line that is no comment.
            beginning.extend(
                comment
                    .bytes()
                    .map(|octet| if octet.is_ascii_control() { b' ' } else { octet }),
            );
            beginning.push(b'\n');
        }
        let mut writer = Self {
            profile,
            columns: columns.len(),
            text: WriterBuilder::new()
                .delimiter(profile.delimiter)
                .comment(profile.comment)
                .terminator(Terminator::Any(b'\n'))
                .from_writer(beginning),
        };
        if profile.header == Header::Present {
            writer.record(core::iter::once(profile.stamp.as_str()).chain(columns.iter().copied()));
        }
        writer
    }

    /// Adds a row. Values that are missing are written as empty fields, and those that are too many are dropped. `false`, and
    /// nothing written, if the profile has no format for this kind of stamp.
    pub fn row(&mut self, stamp: Stamp, values: impl IntoIterator<Item = Option<Decimal>>) -> bool {
        let Some(stamp) = self.profile.write_stamp(stamp) else {
            return false;
        };
        let text = |value: Option<Decimal>| value.map_or_else(String::new, |value| value.to_string());
        let values = values.into_iter().chain(core::iter::repeat(None)).take(self.columns);
        self.record(core::iter::once(stamp).chain(values.map(text)));
        true
    }

    /// The text.
    pub fn finish(self) -> Vec<u8> {
        // Into memory all goes.
        self.text.into_inner().unwrap_or_default()
    }

    fn record<T: AsRef<[u8]>>(&mut self, fields: impl IntoIterator<Item = T>) {
        // Rows have as many fields as the first by construction, and memory takes all: nothing is left that could fail.
        let _ = self.text.write_record(fields);
    }
}

impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}
