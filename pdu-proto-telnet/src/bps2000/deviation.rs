//! What lenient mode took though the sheet's grammar does not have it.

use core::fmt;

/// One way in which a text differed from the strict form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deviation {
    /// A word in other letters: `LOAD`.
    Case,
    /// Blanks that should not be there, more than one, or an empty line between two lines of a screen.
    Blanks,
    /// A blank before the point of a menu item: `7 .Set Recipient` (line 983).
    BlankBeforeDot,
    /// A menu over more than one line, as a terminal wraps it (lines 864-865).
    Wrapped,
    /// No `Command format:` line.
    FormatMissing,
    /// A number without its unit.
    UnitMissing,
    /// A `Load` line with fewer than three phases.
    PhasesMissing,
    /// A banner whose lines are in another order.
    BannerOrder,
    /// A banner line that has a known key and no value that can be read, or has come before; it was left out.
    BannerLine,
    /// `slave 1 load` where the manual has `slave1 load`.
    SpacedMember,
}

impl Deviation {
    const ALL: [Self; 10] = [
        Self::Case,
        Self::Blanks,
        Self::BlankBeforeDot,
        Self::Wrapped,
        Self::FormatMissing,
        Self::UnitMissing,
        Self::PhasesMissing,
        Self::BannerOrder,
        Self::BannerLine,
        Self::SpacedMember,
    ];

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of deviations.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Deviations(u16);

impl Deviations {
    /// Whether the text was as strict mode has it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this was among them.
    pub const fn contains(self, deviation: Deviation) -> bool {
        self.0 & deviation.bit() != 0
    }

    /// Each of them once.
    pub fn iter(self) -> impl Iterator<Item = Deviation> {
        Deviation::ALL.into_iter().filter(move |&one| self.contains(one))
    }

    pub(super) const fn insert(&mut self, deviation: Deviation) {
        self.0 |= deviation.bit();
    }

    pub(super) const fn insert_all(&mut self, others: Self) {
        self.0 |= others.0;
    }
}

impl fmt::Debug for Deviations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// A value, and how the text that it was read from differed from the strict form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Exhaustive on purpose: meant to be taken apart.
pub struct Parsed<T> {
    /// What was read.
    pub value: T,
    /// Empty in strict mode.
    pub deviations: Deviations,
}
