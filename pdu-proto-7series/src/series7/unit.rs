//! What a session knows of its unit.

use std::collections::{BTreeMap, BTreeSet};

use pdu_core::{DeviceError, OutletStatus, PowerState, Snapshot};

#[derive(Debug, Default)]
pub(super) struct Unit {
    /// It has shown its live document over this link.
    is_known: bool,
    outlets: BTreeMap<u16, OutletStatus>,
    /// Outlets that have changed, and of which that is still to be told.
    changed: BTreeSet<u16>,
}

impl Unit {
    pub(super) const fn is_known(&self) -> bool {
        self.is_known
    }

    /// Behind another link there may be another unit.
    pub(super) const fn note_link(&mut self) {
        self.is_known = false;
    }

    /// Its outlets, as they were last seen.
    pub(super) fn outlets(&self) -> impl Iterator<Item = u16> {
        self.outlets.keys().copied()
    }

    pub(super) fn check_outlet(&self, number: u16) -> Result<(), DeviceError> {
        if self.outlets.contains_key(&number) {
            return Ok(());
        }
        let count = self.outlets.len();
        Err(DeviceError::invalid(format!(
            "outlet {number} of a unit that shows {count}"
        )))
    }

    pub(super) fn observe(&mut self, snapshot: &Snapshot) {
        self.is_known = true;
        let shown: BTreeSet<u16> = snapshot.outlets.iter().map(|outlet| outlet.number).collect();
        self.outlets.retain(|number, _| shown.contains(number));
        for outlet in &snapshot.outlets {
            let before = self.outlets.insert(outlet.number, outlet.clone());
            let has_changed = before.is_some_and(|before| {
                before.state != PowerState::Unknown && (before.state, before.pending) != (outlet.state, outlet.pending)
            });
            if has_changed {
                self.changed.insert(outlet.number);
            }
        }
    }

    /// The next outlet that has changed, in the order of their numbers, as it was last seen.
    pub(super) fn next_changed(&mut self) -> Option<OutletStatus> {
        loop {
            let number = self.changed.pop_first()?;
            if let Some(outlet) = self.outlets.get(&number) {
                return Some(outlet.clone());
            }
        }
    }
}
