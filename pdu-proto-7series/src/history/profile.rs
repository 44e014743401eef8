//! How a unit writes its log: a section of the profile.

use core::str::FromStr;

use pdu_core::{Component, Line, Point, Quantity, Statistic};
use serde::Deserialize;

use super::format::{Stamp, StampFormat, StampFormatError};
use crate::profile::Profile;

/// How a log is written, and what its columns are. The section `history` of a profile:
///
/// ```
/// use pdu_proto_7series::history::LogProfile;
///
/// let text = r##"
///     delimiter = ";"              # one ASCII character; "," unless said otherwise
///     comment = "#"                # lines that begin so are passed over; none unless said
///     header = "present"           # or "absent": then columns stand in the order below, the stamp first
///     stamp = "Time"               # the column of the stamp
///     wall = "%Y-%m-%d %H:%M:%S"   # how a time of day is written, and …
///     since_boot = "%s"            # … how seconds since boot; see StampFormat. One of the two may be missing
///
///     [[columns]]
///     name = "KWatt-hrs-A"         # as in the first line of the log
///     quantity = "active_energy"   # in the words of pdu-core, as all that follow
///     exponent = 3                 # counts thousands of the quantity's unit, so kWh; 0 unless said
///     component = "inlet"          # inlet unless said
///     number = 1                   # 1 unless said
///     line = "L1"                  # none unless said
///     statistic = "now"            # now unless said; a log can also hold the high or low of each minute
/// "##;
/// let profile: LogProfile = toml::from_str(text)?;
/// assert_eq!(profile.columns()[0].name(), "KWatt-hrs-A");
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Section")]
pub struct LogProfile {
    pub(super) delimiter: u8,
    pub(super) comment: Option<u8>,
    pub(super) header: Header,
    pub(super) stamp: String,
    pub(super) wall: Option<StampFormat>,
    pub(super) since_boot: Option<StampFormat>,
    pub(super) columns: Vec<Column>,
}

/// Whether the first line names the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
// Exhaustive on purpose: it does or it does not.
pub enum Header {
    /// It does.
    #[default]
    Present,
    /// It is a row like all others.
    Absent,
}

/// A column of the log, and which reading stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    name: String,
    pub(super) point: Point,
    pub(super) quantity: Quantity,
    pub(super) statistic: Statistic,
    pub(super) exponent: i8,
}

impl Column {
    /// Its name in the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is measured.
    pub const fn point(&self) -> Point {
        self.point
    }

    /// What is measured.
    pub const fn quantity(&self) -> Quantity {
        self.quantity
    }

    /// Which value over the minute it is.
    pub const fn statistic(&self) -> Statistic {
        self.statistic
    }

    /// The power of ten by which its unit is larger than [`Quantity::unit`].
    pub const fn exponent(&self) -> i8 {
        self.exponent
    }
}

impl LogProfile {
    /// The log of the simulated unit, as [`Profile::synthetic`] has it: invented, since the format of real ones is published nowhere.
    ///
    /// # Panics
    ///
    /// Never: a test reads the shipped profile.
    pub fn synthetic() -> Self {
        let profile = Profile::synthetic().history;
        #[expect(
            clippy::expect_used,
            reason = "the text of the profile is fixed, and a test reads it"
        )]
        profile.expect("the shipped profile has a section history")
    }

    /// The columns that it knows.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub(super) fn read_stamp(&self, text: &str) -> Option<Stamp> {
        let formats = [&self.wall, &self.since_boot];
        formats.into_iter().flatten().find_map(|format| format.read(text))
    }

    pub(super) fn write_stamp(&self, stamp: Stamp) -> Option<String> {
        let formats = [&self.wall, &self.since_boot];
        formats.into_iter().flatten().find_map(|format| format.write(stamp))
    }
}

/// A section that describes no log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogProfileError {
    /// No ASCII character, or one that means something else in such tables.
    #[error(
        "{key} {value:?}: one ASCII character expected that is no quote, digit, letter or line end, and another than the others"
    )]
    Character {
        /// Which setting.
        key: &'static str,
        /// What it says.
        value: String,
    },
    /// A format of stamps that is none.
    #[error("{key} {value:?}: {error}")]
    Format {
        /// Which setting.
        key: &'static str,
        /// What it says.
        value: String,
        /// Why it is none.
        error: StampFormatError,
    },
    /// A format of one kind of stamp where the other is expected.
    #[error("{key} {value:?}: a format of the other kind of stamp")]
    OtherKind {
        /// Which setting.
        key: &'static str,
        /// What it says.
        value: String,
    },
    /// Neither `wall` nor `since_boot`.
    #[error("no format of stamps: wall, since_boot or both")]
    NoFormat,
    /// A word that the vocabulary does not have.
    #[error("column {column:?}: {error}")]
    Word {
        /// Name of the column.
        column: String,
        /// Which word, and which are known.
        error: pdu_core::UnknownWord,
    },
    /// The number of a component, which begins at 1.
    #[error("column {column:?}: number 0, where they count from 1")]
    Number {
        /// Name of the column.
        column: String,
    },
    /// Two columns of one name, or one with that of the stamp.
    #[error("a second column {column:?}")]
    SecondColumn {
        /// Name of the column.
        column: String,
    },
}

/// The section as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    delimiter: Option<String>,
    comment: Option<String>,
    #[serde(default)]
    header: Header,
    stamp: String,
    wall: Option<String>,
    since_boot: Option<String>,
    #[serde(default)]
    columns: Vec<ColumnSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnSection {
    name: String,
    quantity: String,
    component: Option<String>,
    number: Option<u16>,
    line: Option<String>,
    statistic: Option<String>,
    #[serde(default)]
    exponent: i8,
}

impl TryFrom<Section> for LogProfile {
    type Error = LogProfileError;

    fn try_from(section: Section) -> Result<Self, LogProfileError> {
        let delimiter = character("delimiter", section.delimiter.as_deref())?.unwrap_or(b',');
        let comment = character("comment", section.comment.as_deref())?;
        if comment == Some(delimiter) {
            return Err(LogProfileError::Character {
                key: "comment",
                value: section.comment.unwrap_or_default(),
            });
        }
        let wall = stamp_format("wall", section.wall)?;
        let since_boot = stamp_format("since_boot", section.since_boot)?;
        if wall.is_none() && since_boot.is_none() {
            return Err(LogProfileError::NoFormat);
        }
        let mut columns: Vec<Column> = Vec::with_capacity(section.columns.len());
        for column in section.columns {
            let column = Column::try_from(column)?;
            if column.name == section.stamp || columns.iter().any(|before| before.name == column.name) {
                return Err(LogProfileError::SecondColumn { column: column.name });
            }
            columns.push(column);
        }
        Ok(Self {
            delimiter,
            comment,
            header: section.header,
            stamp: section.stamp,
            wall,
            since_boot,
            columns,
        })
    }
}

fn character(key: &'static str, text: Option<&str>) -> Result<Option<u8>, LogProfileError> {
    match text.map(str::as_bytes) {
        None => Ok(None),
        Some(&[octet]) if octet == b'\t' || octet == b' ' || (octet.is_ascii_punctuation() && octet != b'"') => {
            Ok(Some(octet))
        }
        Some(_) => Err(LogProfileError::Character {
            key,
            value: text.unwrap_or_default().to_string(),
        }),
    }
}

fn stamp_format(key: &'static str, text: Option<String>) -> Result<Option<StampFormat>, LogProfileError> {
    let Some(value) = text else { return Ok(None) };
    match value.parse::<StampFormat>() {
        Ok(format) if format.is_since_boot() == (key == "since_boot") => Ok(Some(format)),
        Ok(_) => Err(LogProfileError::OtherKind { key, value }),
        Err(error) => Err(LogProfileError::Format { key, value, error }),
    }
}

impl TryFrom<ColumnSection> for Column {
    type Error = LogProfileError;

    fn try_from(section: ColumnSection) -> Result<Self, LogProfileError> {
        let ColumnSection {
            name,
            quantity,
            component,
            number,
            line,
            statistic,
            exponent,
        } = section;
        if number == Some(0) {
            return Err(LogProfileError::Number { column: name });
        }
        let component = word(&name, component.as_deref())?.unwrap_or(Component::Inlet);
        let point = Point::new(component, number.unwrap_or(1));
        Ok(Self {
            point: Point {
                line: word::<Line>(&name, line.as_deref())?,
                ..point
            },
            quantity: word(&name, Some(quantity.as_str()))?.unwrap_or(Quantity::InputLevel),
            statistic: word(&name, statistic.as_deref())?.unwrap_or(Statistic::Now),
            exponent,
            name,
        })
    }
}

fn word<T: FromStr<Err = pdu_core::UnknownWord>>(
    column: &str,
    text: Option<&str>,
) -> Result<Option<T>, LogProfileError> {
    let parsed = text.map(str::parse).transpose();
    parsed.map_err(|error| LogProfileError::Word {
        column: column.to_owned(),
        error,
    })
}
