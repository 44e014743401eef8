//! Where knowledge of a device comes from.

use crate::words::words;

words! {
    /// How sure it is what a device's table, key or value means; later is less sure. A table that holds an inference marks it with
    /// this, and its documentation says from what it was concluded.
    // Exhaustive on purpose: these four are what a reader has to tell apart.
    pub enum Basis as "basis" {
        /// The manual or the maker's own MIB says it, in one voice.
        Stated = "stated",
        /// The manual contradicts or misprints itself, and only one reading fits all of it.
        Resolved = "resolved",
        /// Programs by others that read real units depend on it.
        Seen = "seen",
        /// Nothing states it: it was concluded, and no public capture of a device confirms it.
        Inferred = "inferred",
    }
}

/// A misprint, a contradiction or a gap of a manual, and what a crate makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Note {
    /// Its name, stable over versions of the crate that has it: a letter and a number.
    pub id: &'static str,
    /// How sure the reading is.
    pub basis: Basis,
    /// What the manual prints.
    pub printed: &'static str,
    /// How the crate reads it.
    pub reading: &'static str,
    /// Why.
    pub reason: &'static str,
}

impl Note {
    /// A note, its parts in the order of their declaration.
    pub const fn new(
        id: &'static str,
        basis: Basis,
        printed: &'static str,
        reading: &'static str,
        reason: &'static str,
    ) -> Self {
        Self {
            id,
            basis,
            printed,
            reading,
            reason,
        }
    }
}
