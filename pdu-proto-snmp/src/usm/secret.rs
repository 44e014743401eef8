use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Octets of a key: at most as many as the longest hash gives. Overwritten when dropped, and not shown.
#[derive(Clone)]
pub(super) struct Secret {
    octets: [u8; Self::MAX_OCTETS],
    len: usize,
}

impl Secret {
    pub(super) const MAX_OCTETS: usize = 64;

    pub(super) const fn new() -> Self {
        Self {
            octets: [0; Self::MAX_OCTETS],
            len: 0,
        }
    }

    /// As many of the octets as there is room for.
    pub(super) fn of(octets: &[u8]) -> Self {
        let mut secret = Self::new();
        secret.append(octets);
        secret
    }

    /// Puts behind it as many of the octets as there is room for.
    pub(super) fn append(&mut self, octets: &[u8]) {
        let free = self.octets.get_mut(self.len..).unwrap_or_default();
        for (place, octet) in free.iter_mut().zip(octets) {
            *place = *octet;
            self.len = self.len.saturating_add(1);
        }
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.octets.get_mut(len..).unwrap_or_default().zeroize();
        self.len = self.len.min(len);
    }

    pub(super) fn as_octets(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.octets.zeroize();
    }
}

impl ZeroizeOnDrop for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}
