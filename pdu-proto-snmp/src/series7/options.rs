use alloc::string::String;
use alloc::vec::Vec;

use pdu_core::{Contact, ContactKind};

use super::{Base, Precision};

/// What is to be known of a unit beforehand. What no document states is an option here, and by default unknown.
///
/// ```
/// use pdu_core::{Contact, ContactKind};
/// use pdu_proto_snmp::series7::{Base, ContactMeaning, Options};
///
/// let closed_from_50 = ContactMeaning { from: 50, at_or_above: Contact::Closed, below: Contact::Open };
/// let options = Options::default().with_base(Base::TWIN).with_contact(ContactKind::Door, closed_from_50);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Where its objects begin; [`Base::GEIST`] unless told.
    pub base: Base,
    /// Text that its productTitle has in it, if that is known; any title will do unless told.
    pub title: Option<String>,
    /// How it is wired; both tables are asked unless told.
    pub wiring: Wiring,
    /// How many outlets it has; as many as it counts unless told. That the count means outlets is our reading.
    pub outlets: Option<u16>,
    /// What its temperatures count; as it says unless told.
    pub precision: Option<Precision>,
    /// What `ctrlOutletPending` tells.
    pub pending: PendingMeaning,
    /// How many values one request asks for, at least 1; 24 unless told. A target that says that this is too big gets fewer.
    pub batch: u8,
    contacts: Vec<(ContactKind, ContactMeaning)>,
}

/// How a unit is wired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Wiring {
    /// As its tables say.
    #[default]
    Auto,
    /// Lines A, B and C against neutral: only the table of Wye units is asked.
    Wye,
    /// Between lines: only the table of Delta units is asked.
    Delta,
}

/// What the column `ctrlOutletPending` tells when it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum PendingMeaning {
    /// The state that the outlet will have, 0 off or 1 on; if it has it already, nothing is pending. Our reading: the vendor's
    /// text is not public.
    #[default]
    StateToCome,
    /// Nothing: pending actions are not told.
    Untold,
}

/// What the readings from 0 to 100 of a two-state sensor mean; the MIB does not say which end is which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactMeaning {
    /// The number that parts them.
    pub from: i64,
    /// What it is from that number on.
    pub at_or_above: Contact,
    /// What it is below.
    pub below: Contact,
}

impl ContactMeaning {
    /// What a reading means.
    pub const fn state(self, raw: i64) -> Contact {
        if raw >= self.from { self.at_or_above } else { self.below }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            base: Base::default(),
            title: None,
            wiring: Wiring::default(),
            outlets: None,
            precision: None,
            pending: PendingMeaning::default(),
            batch: 24,
            contacts: Vec::new(),
        }
    }
}

impl Options {
    /// The same, where the objects begin elsewhere.
    #[must_use]
    pub fn with_base(self, base: Base) -> Self {
        Self { base, ..self }
    }

    /// The same, of a unit whose productTitle is known to have this text in it. Worth telling below [`Base::TWIN`], where another
    /// maker has units with other objects.
    #[must_use]
    pub fn with_title(self, title: impl Into<String>) -> Self {
        Self {
            title: Some(title.into()),
            ..self
        }
    }

    /// The same, of a unit that is known to be wired so.
    #[must_use]
    pub fn with_wiring(self, wiring: Wiring) -> Self {
        Self { wiring, ..self }
    }

    /// The same, of a unit that is known to have so many outlets, whatever it counts; at most 100.
    #[must_use]
    pub fn with_outlets(self, outlets: u16) -> Self {
        Self {
            outlets: Some(outlets),
            ..self
        }
    }

    /// The same, of a unit whose temperatures are known to count so, whatever it says.
    #[must_use]
    pub fn with_precision(self, precision: Precision) -> Self {
        Self {
            precision: Some(precision),
            ..self
        }
    }

    /// The same, with another reading of what is pending.
    #[must_use]
    pub fn with_pending(self, pending: PendingMeaning) -> Self {
        Self { pending, ..self }
    }

    /// The same, with at most so many values in a request; 0 counts as 1.
    #[must_use]
    pub fn with_batch(self, batch: u8) -> Self {
        Self {
            batch: batch.max(1),
            ..self
        }
    }

    /// The same, of a unit whose contacts of this kind are known to mean this. Without, they are
    /// [`Unknown`](Contact::Unknown), and only their number is told, as an
    /// [`InputLevel`](pdu_core::Quantity::InputLevel).
    #[must_use]
    pub fn with_contact(mut self, kind: ContactKind, meaning: ContactMeaning) -> Self {
        self.contacts.retain(|(known, _)| *known != kind);
        self.contacts.push((kind, meaning));
        self
    }

    /// What the contacts of a kind mean, if that was told.
    pub fn contact(&self, kind: ContactKind) -> Option<ContactMeaning> {
        let of_kind = self.contacts.iter().find(|(known, _)| *known == kind);
        of_kind.map(|(_, meaning)| *meaning)
    }
}
