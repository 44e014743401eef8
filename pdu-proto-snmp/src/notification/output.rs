use alloc::boxed::Box;
use alloc::collections::VecDeque;

use pdu_core::Path;

use super::Rejection;

/// Datagrams that wait to be sent, a bounded number of them.
///
/// A path that is blocked holds up all others: they share the socket.
#[derive(Debug)]
pub(super) struct Output {
    queue: VecDeque<(Path, Box<[u8]>)>,
    capacity: usize,
}

impl Output {
    pub(super) const fn new(capacity: usize) -> Self {
        let queue = VecDeque::new();
        Self { queue, capacity }
    }

    /// Queues one, if there is room.
    pub(super) fn push(&mut self, path: Path, datagram: &[u8]) -> Result<(), Rejection> {
        if self.queue.len() >= self.capacity {
            return Err(Rejection::Busy);
        }
        self.queue.push_back((path, datagram.into()));
        Ok(())
    }

    pub(super) fn head(&self) -> Option<(Path, &[u8])> {
        self.queue.front().map(|(path, datagram)| (*path, &**datagram))
    }

    /// The head has left, if it was for this path.
    pub(super) fn sent(&mut self, path: &Path) {
        if self.queue.front().is_some_and(|(head, _)| head == path) {
            self.queue.pop_front();
        }
    }
}
