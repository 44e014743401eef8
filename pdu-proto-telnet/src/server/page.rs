use core::fmt;

use alloc::boxed::Box;
use alloc::vec;

/// What an [`Application`](super::Application) shows at one go. Octets of 255 may be in it: they are told apart from telnet's commands on
/// the wire.
pub struct Page {
    bytes: Box<[u8]>,
    len: usize,
    left_out: usize,
}

impl Page {
    /// Octets of the longest page. What is more is left out.
    pub const MAX: usize = 4096;

    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0; Self::MAX].into_boxed_slice(),
            len: 0,
            left_out: 0,
        }
    }

    pub(crate) fn clear(&mut self) {
        (self.len, self.left_out) = (0, 0);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Adds text as it is.
    pub fn text(&mut self, text: &str) {
        self.octets(text.as_bytes());
    }

    /// Adds a line and its end, CR LF.
    pub fn line(&mut self, line: &str) {
        self.text(line);
        self.text("\r\n");
    }

    /// Adds octets as they are.
    pub fn octets(&mut self, octets: &[u8]) {
        let room = self.bytes.get_mut(self.len..).unwrap_or_default();
        let len = octets.len().min(room.len());
        room.iter_mut().zip(octets).for_each(|(slot, octet)| *slot = *octet);
        self.len += len;
        self.left_out += octets.len() - len;
    }

    /// Lets something write itself into the room that is left, and say how many octets that were, as encoders do. Gives its
    /// error.
    pub fn encode<E>(&mut self, encode: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Result<(), E> {
        let room = self.bytes.get_mut(self.len..).unwrap_or_default();
        let most = room.len();
        self.len += encode(room)?.min(most);
        Ok(())
    }

    /// Octets that did not fit.
    pub const fn left_out(&self) -> usize {
        self.left_out
    }
}

/// Shows no text: a page may have communities and passwords.
impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("len", &self.len)
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}
