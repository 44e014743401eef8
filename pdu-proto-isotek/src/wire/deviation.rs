use core::fmt;

/// A value, and what in its line was not as the manual has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Parsed<T> {
    /// The value.
    pub value: T,
    /// What was taken leniently; none in strict mode.
    pub deviations: Deviations,
}

/// One way in which a line may differ from the strict form and still be taken in lenient mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Deviation {
    /// Blanks around `=` or a separator.
    Blanks,
}

/// A set of [`Deviation`]s.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Deviations(u32);

impl Deviations {
    /// None.
    pub const NONE: Self = Self(0);

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Debug for Deviations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
