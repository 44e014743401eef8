//! What a TCP client has sent, or is to send: frames in the send buffer, and cancelled requests still with the device.

use pdu_core::Instant;

use crate::wire::{WireError, tcp};

/// Frames on their way out, one after the other in one buffer, so that all of them leave in one write.
#[derive(Debug)]
pub(super) struct Output<const N: usize> {
    bytes: [[u8; tcp::MAX_FRAME]; N],
    start: usize,
    end: usize,
    frames: [OutputFrame; N],
    count: usize,
    /// How much of the first frame has left.
    begun: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct OutputFrame {
    /// Whose it is; `None` once that was cancelled.
    pub(super) owner: Option<u8>,
    pub(super) transaction: u16,
    len: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Withdrawn {
    /// Nothing of it had left, and nothing will.
    Untouched,
    /// It has begun to leave, and will be finished.
    Begun,
}

impl<const N: usize> Output<N> {
    pub(super) fn new() -> Self {
        let none = OutputFrame {
            owner: None,
            transaction: 0,
            len: 0,
        };
        Self {
            bytes: [[0; tcp::MAX_FRAME]; N],
            start: 0,
            end: 0,
            frames: [none; N],
            count: 0,
            begun: 0,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes.as_flattened()[self.start..self.end]
    }

    pub(super) fn frames(&self) -> usize {
        self.count
    }

    pub(super) fn clear(&mut self) {
        (self.start, self.end, self.count, self.begun) = (0, 0, 0, 0);
    }

    /// Adds a frame. There is room: at most N frames are with the device or on their way to it.
    pub(super) fn push(&mut self, index: usize, transaction: u16, unit: u8, request: &[u8]) -> Result<(), WireError> {
        let bytes = self.bytes.as_flattened_mut();
        if bytes.len() - self.end < tcp::MAX_FRAME {
            bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let len = tcp::encode(transaction, unit, request, &mut bytes[self.end..])?;
        if let Some(frame) = self.frames.get_mut(self.count) {
            *frame = OutputFrame {
                owner: u8::try_from(index).ok(),
                transaction,
                len: u16::try_from(len).unwrap_or(0),
            };
            self.count += 1;
            self.end += len;
        }
        Ok(())
    }

    /// Takes `len` bytes that have left off the front, and tells of each frame that has left whole.
    #[inline]
    pub(super) fn sent(&mut self, len: usize, mut whole: impl FnMut(OutputFrame)) {
        let mut left = len.min(self.end - self.start);
        self.start += left;
        let mut gone = 0;
        for frame in &self.frames[..self.count] {
            let missing = usize::from(frame.len) - self.begun;
            if left < missing {
                break;
            }
            left -= missing;
            self.begun = 0;
            gone += 1;
            whole(*frame);
        }
        self.begun += left;
        self.frames.copy_within(gone..self.count, 0);
        self.count -= gone;
        if self.count == 0 {
            self.clear();
        }
    }

    fn remove_frame(&mut self, at: usize) {
        self.frames.copy_within(at + 1..self.count, at);
        self.count -= 1;
        if self.count == 0 {
            self.clear();
        }
    }

    fn find(&self, index: usize) -> Option<usize> {
        self.frames[..self.count]
            .iter()
            .position(|frame| frame.owner.map(usize::from) == Some(index))
    }

    /// Whose frames these are, first the one that leaves first.
    pub(super) fn owners(&self) -> impl Iterator<Item = usize> {
        self.frames[..self.count]
            .iter()
            .filter_map(|frame| frame.owner.map(usize::from))
    }

    pub(super) fn first_owner(&self) -> Option<usize> {
        self.owners().next()
    }

    /// Takes a frame back; one that has begun to leave is finished, and its answer will be dropped.
    pub(super) fn withdraw(&mut self, index: usize) -> Withdrawn {
        let Some(at) = self.find(index) else {
            return Withdrawn::Untouched;
        };
        if at == 0 && self.begun > 0 {
            self.frames[0].owner = None;
            return Withdrawn::Begun;
        }
        let before: usize = self.frames[..at].iter().map(|frame| usize::from(frame.len)).sum();
        let from = self.start + before - self.begun;
        let len = usize::from(self.frames[at].len);
        self.bytes.as_flattened_mut().copy_within(from + len..self.end, from);
        self.end -= len;
        self.remove_frame(at);
        Withdrawn::Untouched
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Orphan {
    pub(super) transaction: u16,
    pub(super) deadline: Instant,
}

/// Cancelled requests that are still with the device, at most as many as the table has places.
#[derive(Debug)]
pub(super) struct Orphans<const N: usize> {
    orphans: [Orphan; N],
    count: usize,
}

impl<const N: usize> Orphans<N> {
    pub(super) const fn new() -> Self {
        Self {
            orphans: [Orphan {
                transaction: 0,
                deadline: Instant::EPOCH,
            }; N],
            count: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn push(&mut self, orphan: Orphan) {
        if let Some(place) = self.orphans.get_mut(self.count) {
            *place = orphan;
            self.count += 1;
        }
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&Orphan) -> bool) {
        let mut kept = 0;
        for at in 0..self.count {
            if keep(&self.orphans[at]) {
                self.orphans[kept] = self.orphans[at];
                kept += 1;
            }
        }
        self.count = kept;
    }

    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.orphans[..self.count].iter().map(|orphan| orphan.deadline).min()
    }
}
