/// How lines are written where the manual leaves it open. The default is what the manual, read with its misprints, makes the
/// likeliest; none of it is confirmed by a capture of a real unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Dialect {
    /// What ends a line that is sent. Lines that come may end in any way.
    pub line_end: LineEnd,
    /// What stands after the year in `T=` (and, on the device side, in `RTC=`).
    pub year_separator: YearSeparator,
    /// How outlet names are written that are shorter than 8 characters.
    pub name_padding: NamePadding,
    /// The longest name of a scheduler record that is sent. The manual does not say; 8 is that of outlets.
    pub record_name_limit: RecordNameLimit,
}

/// The longest name of a scheduler record that is sent, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecordNameLimit(pub u8);

impl Default for RecordNameLimit {
    fn default() -> Self {
        Self(8)
    }
}

/// What ends a line. Source: line 8, "\n or RETURN".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
// Exhaustive on purpose: there is no other.
pub enum LineEnd {
    /// Line feed.
    #[default]
    Lf,
    /// Carriage return.
    Cr,
    /// Carriage return and line feed.
    CrLf,
}

impl LineEnd {
    /// Its octets.
    pub const fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::Cr => b"\r",
            Self::CrLf => b"\r\n",
        }
    }
}

/// What stands between year and month. Source: lines 48 and 85 print `/`, probably by misreading; all other fields have `|`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
// Exhaustive on purpose: the manual shows no other.
pub enum YearSeparator {
    /// `|`, as between all other fields.
    #[default]
    Bar,
    /// `/`, as printed.
    Slash,
}

/// How outlet names of less than 8 characters are written. Source: lines 185 and 194 say "8 characters".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
// Exhaustive on purpose: padded or not.
pub enum NamePadding {
    /// As they are.
    #[default]
    None,
    /// With blanks, up to 8 characters.
    Blanks,
}
