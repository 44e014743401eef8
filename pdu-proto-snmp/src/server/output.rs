use alloc::collections::VecDeque;
use alloc::vec::Vec;

use pdu_core::Path;

/// Responses that wait to be sent, in buffers that are used again.
#[derive(Debug)]
pub(super) struct Output {
    waiting: VecDeque<Datagram>,
    spare: Vec<Vec<u8>>,
    capacity: usize,
}

#[derive(Debug)]
struct Datagram {
    path: Path,
    /// The message is at its end.
    buffer: Vec<u8>,
    len: usize,
    is_blocked: bool,
}

impl Output {
    /// Room for so many responses, one at least.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            spare: Vec::new(),
            capacity: capacity.max(1),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= self.capacity
    }

    /// Queues what `encode` writes to the end of a buffer of `size` octets, of which it gives the length. `false` if it gave none.
    pub(super) fn push(&mut self, path: Path, size: usize, encode: impl FnOnce(&mut [u8]) -> Option<usize>) -> bool {
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.resize(size, 0);
        let Some(len) = encode(&mut buffer) else {
            self.spare.push(buffer);
            return false;
        };
        self.waiting.push_back(Datagram {
            path,
            buffer,
            len,
            is_blocked: false,
        });
        true
    }

    /// The first that may leave.
    pub(super) fn head(&self) -> Option<(Path, &[u8])> {
        let datagram = self.waiting.iter().find(|datagram| !datagram.is_blocked)?;
        let start = datagram.buffer.len().checked_sub(datagram.len)?;
        Some((datagram.path, datagram.buffer.get(start..)?))
    }

    /// The first to this peer that may leave has left.
    pub(super) fn pop(&mut self, path: &Path) {
        let place = self
            .waiting
            .iter()
            .position(|datagram| !datagram.is_blocked && datagram.path == *path);
        let sent = place.and_then(|place| self.waiting.remove(place));
        self.spare.extend(sent.map(|datagram| datagram.buffer));
    }

    /// Holds back what is for this peer.
    pub(super) fn block(&mut self, path: &Path) {
        self.of(path).for_each(|datagram| datagram.is_blocked = true);
    }

    /// Lets it leave again.
    pub(super) fn unblock(&mut self, path: &Path) {
        self.of(path).for_each(|datagram| datagram.is_blocked = false);
    }

    fn of(&mut self, path: &Path) -> impl Iterator<Item = &mut Datagram> {
        self.waiting.iter_mut().filter(move |datagram| datagram.path == *path)
    }
}
