use core::fmt;

/// A value, and what in its line was not as the manual has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Parsed<T> {
    /// The value.
    pub value: T,
    /// What was taken leniently; none in strict mode.
    pub deviations: Deviations,
}

impl<T> Parsed<T> {
    /// A value of a line that was as it should be.
    pub(super) const fn strict(value: T) -> Self {
        Self {
            value,
            deviations: Deviations::NONE,
        }
    }

    /// Another value, of the same deviations.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed {
            value: f(self.value),
            deviations: self.deviations,
        }
    }
}

/// One way in which a line, or a status frame, may differ from the strict form and still be taken in lenient mode.
///
/// None of them is stated by the manual: they are its misprints, and what a unit may well do where it is silent. That no `OK`
/// stands behind a frame, or no `>` behind `OK`, is none: neither is required in any mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Deviation {
    /// Blanks or tabs around `=`, around a separator, or at the ends of the line.
    Blanks,
    /// The last field has no `|` behind it.
    FinalSeparator,
    /// Another separator than `|`: `/`, `|/` or `]|`, as misprinted in lines 21, 36, 48, 85 and 146.
    Separator,
    /// `OK` in small letters.
    Case,
    /// A letter in the number of a channel, outlet or record: `O` or `o` for 0, `l` or `I` for 1, as in lines 43 and 176.
    IndexLetter,
    /// Volts or watts with a fraction.
    Fraction,
    /// An outlet name of 9 to 16 characters.
    LongName,
    /// An empty operator of a time plan.
    EmptyField,
    /// Control bytes in the line, which were dropped.
    ControlBytes,
    /// A line `KEY=…` that the manual does not have.
    UnknownKey,
    /// A status frame without `CH0`.
    NoUnit,
    /// A status frame of less than 16 outlets.
    FewOutlets,
    /// A status frame without `RTC`.
    NoClock,
    /// The command came back as the first line; a session can tell, a single line cannot.
    Echo,
}

impl Deviation {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Blanks,
        Self::FinalSeparator,
        Self::Separator,
        Self::Case,
        Self::IndexLetter,
        Self::Fraction,
        Self::LongName,
        Self::EmptyField,
        Self::ControlBytes,
        Self::UnknownKey,
        Self::NoUnit,
        Self::FewOutlets,
        Self::NoClock,
        Self::Echo,
    ];
}

/// For people: what is not as it should be.
impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Blanks => "blanks around a separator",
            Self::FinalSeparator => "no separator behind the last field",
            Self::Separator => "another separator than '|'",
            Self::Case => "OK in small letters",
            Self::IndexLetter => "a letter for a digit",
            Self::Fraction => "a fraction of a volt or watt",
            Self::LongName => "a name of more than 8 characters",
            Self::EmptyField => "an empty field",
            Self::ControlBytes => "control bytes",
            Self::UnknownKey => "an unknown key",
            Self::NoUnit => "no CH0",
            Self::FewOutlets => "less than 16 outlets",
            Self::NoClock => "no RTC",
            Self::Echo => "an echo of the command",
        })
    }
}

/// A set of [`Deviation`]s.
///
/// ```
/// use pdu_proto_isotek::wire::{Deviation, Deviations};
///
/// let mut deviations = Deviations::of(&[Deviation::Blanks]);
/// deviations.insert(Deviation::Separator);
/// assert!(deviations.has(Deviation::Separator) && !deviations.has(Deviation::Case));
/// assert_eq!(deviations.iter().count(), 2);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Deviations(u32);

impl Deviations {
    /// None.
    pub const NONE: Self = Self(0);

    /// These, and no others.
    pub const fn of(deviations: &[Deviation]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < deviations.len() {
            bits |= 1 << deviations[i] as u32;
            i += 1;
        }
        Self(bits)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this is one of them.
    pub const fn has(self, deviation: Deviation) -> bool {
        self.0 & (1 << deviation as u32) != 0
    }

    /// Adds one.
    pub const fn insert(&mut self, deviation: Deviation) {
        self.0 |= 1 << deviation as u32;
    }

    /// Those of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = Deviation> {
        Deviation::ALL.into_iter().filter(move |&one| self.has(one))
    }
}

impl fmt::Debug for Deviations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
