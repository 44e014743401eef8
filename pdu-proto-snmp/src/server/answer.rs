use alloc::vec::Vec;

use crate::wire::{Tolerance, VarBind, VarBinds, Version, append};

/// The varbinds of a response, as they are found.
#[derive(Debug, Default)]
pub(super) struct Answer {
    octets: Vec<u8>,
}

impl Answer {
    pub(super) fn clear(&mut self) {
        self.octets.clear();
    }

    /// Adds one, unless all would take more than `room` octets then.
    pub(super) fn push(&mut self, varbind: VarBind<'_>, room: usize) -> bool {
        let before = self.octets.len();
        append(&mut self.octets, varbind);
        let fits = self.octets.len() <= room;
        if !fits {
            self.octets.truncate(before);
        }
        fits
    }

    pub(super) fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    pub(super) fn varbinds(&self) -> VarBinds<'_> {
        VarBinds::from_octets(&self.octets, Version::V2C, Tolerance::STRICT)
    }
}
