//! What a session knows of its unit.

use alloc::collections::{BTreeMap, VecDeque};

use pdu_core::{DeviceError, OutletStatus, PowerState};

use super::layout::OUTLET_TABLE;
use super::{Layout, settings};

#[derive(Debug, Default)]
pub(super) struct Unit {
    /// It has answered with its title over this link.
    is_known: bool,
    layout: Layout,
    outlets: BTreeMap<u16, OutletStatus>,
    /// Outlets that have changed, and of which that is still to be told.
    changed: VecDeque<u16>,
}

impl Unit {
    pub(super) const fn is_known(&self) -> bool {
        self.is_known
    }

    pub(super) const fn note_known(&mut self) {
        self.is_known = true;
    }

    /// Behind another link there may be another unit.
    pub(super) const fn note_link(&mut self) {
        self.is_known = false;
    }

    pub(super) const fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(super) fn learn_layout(&mut self, layout: Layout) {
        self.layout = layout;
    }

    /// Whether the unit may have this outlet, as far as it has told.
    pub(super) fn check_outlet(&self, outlet: u16) -> Result<(), DeviceError> {
        if self.layout.rows(OUTLET_TABLE).is_empty() {
            return Ok(());
        }
        settings::check_known(outlet, &self.layout)
    }

    pub(super) fn observe(&mut self, outlets: &[OutletStatus]) {
        for outlet in outlets {
            let before = self.outlets.insert(outlet.number, outlet.clone());
            let has_changed = before.is_some_and(|before| {
                before.state != PowerState::Unknown && (before.state, before.pending) != (outlet.state, outlet.pending)
            });
            if has_changed {
                self.changed.retain(|number| *number != outlet.number);
                self.changed.push_back(outlet.number);
            }
        }
    }

    /// The next outlet that has changed, as it was last seen.
    pub(super) fn next_changed(&mut self) -> Option<OutletStatus> {
        let number = self.changed.pop_front()?;
        self.outlets.get(&number).cloned()
    }
}
