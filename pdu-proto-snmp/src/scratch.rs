use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

/// Where messages are made, or deciphered, one after the other.
///
/// It is wiped when it is dropped, and before it gives way to a larger one: a vector that grows leaves behind what it held.
#[derive(Default)]
pub(crate) struct Scratch(Zeroizing<Vec<u8>>);

impl Scratch {
    /// So many octets, whatever they hold.
    pub(crate) fn octets(&mut self, len: usize) -> &mut [u8] {
        if self.0.len() < len {
            self.0 = Zeroizing::new(vec![0; len]);
        }
        self.0.get_mut(..len).unwrap_or_default()
    }
}

/// How long it is; nothing of what it holds.
impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scratch({} octets)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn what_was_held_is_neither_shown_nor_taken_along_when_it_grows() {
        let mut scratch = Scratch::default();
        scratch.octets(4).copy_from_slice(&[77; 4]);
        assert_eq!(format!("{scratch:?}"), "Scratch(4 octets)");
        assert_eq!(scratch.octets(2), [77; 2]);
        assert_eq!(scratch.octets(5), [0; 5]);
    }
}
