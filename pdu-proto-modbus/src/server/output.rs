//! Answers that wait to leave: a buffer of fixed size.

use alloc::boxed::Box;
use alloc::vec;

use pdu_core::Instant;

use crate::wire::{ExceptionCode, WireError, tcp};

use super::{Outcome, Served, exception};

/// Frames in the order in which they are to leave; the last one may be held back.
#[derive(Clone, Debug)]
pub(super) struct Output {
    bytes: Box<[u8]>,
    /// Where that which has not left yet begins.
    sent: usize,
    /// Where the newest frame begins.
    newest: usize,
    end: usize,
    /// Until when the newest frame is held back.
    held: Option<Instant>,
}

impl Output {
    /// Room for so many frames of the largest size, at least one.
    pub(super) fn with_room_for(frames: usize) -> Self {
        Self {
            bytes: vec![0; frames.max(1).saturating_mul(tcp::MAX_FRAME)].into_boxed_slice(),
            sent: 0,
            newest: 0,
            end: 0,
            held: None,
        }
    }

    /// What may leave now.
    #[inline]
    pub(super) fn ready(&self) -> &[u8] {
        let end = if self.held.is_some() { self.newest } else { self.end };
        self.bytes.get(self.sent..end).unwrap_or_default()
    }

    #[inline]
    pub(super) const fn held_until(&self) -> Option<Instant> {
        self.held
    }

    pub(super) fn clear(&mut self) {
        (self.sent, self.newest, self.end, self.held) = (0, 0, 0, None);
    }

    /// So many of the ready bytes have left.
    #[inline]
    pub(super) fn advance(&mut self, len: usize) {
        self.sent += len.min(self.ready().len());
        if self.sent == self.end {
            self.clear();
        }
    }

    /// Whether one more frame of any size fits, after what has left is dropped if need be.
    #[inline]
    pub(super) fn make_room(&mut self) -> bool {
        self.has_room() || {
            self.drop_sent();
            self.has_room()
        }
    }

    #[inline]
    fn has_room(&self) -> bool {
        self.bytes.len() - self.end >= tcp::MAX_FRAME
    }

    #[cold]
    fn drop_sent(&mut self) {
        self.bytes.copy_within(self.sent..self.end, 0);
        self.end -= self.sent;
        // A newest frame that has begun to leave is no longer one to be held or taken back.
        self.newest = self.newest.checked_sub(self.sent).unwrap_or(self.end);
        self.sent = 0;
    }

    /// Adds the answer to `pdu`, if there is one to be given. `encode` puts a response, or else the bytes of an
    /// exception, into a frame. Whoever calls has [made room](Self::make_room).
    #[inline]
    pub(super) fn push<F: Framer>(&mut self, framer: &F, pdu: &[u8], served: &Served<'_>, now: Instant) {
        let out = self.bytes.get_mut(self.end..).unwrap_or_default();
        let encoded = match &served.outcome {
            Outcome::Response(response) => framer
                .frame(response, out)
                .or_else(|_| framer.frame(&exception(pdu, ExceptionCode::SERVER_DEVICE_FAILURE)[..], out)),
            Outcome::Exception(code) => framer.frame(&exception(pdu, *code)[..], out),
            Outcome::Silence => return,
        };
        // An exception fits wherever there is room for a frame.
        let Ok(len) = encoded else { return };
        self.newest = self.end;
        self.end += len;
        if !served.delay.is_zero() {
            self.hold(now + served.delay);
        }
    }

    /// Holds the newest frame back, of which nothing has left: it was only just added, or is held back already.
    pub(super) fn hold(&mut self, until: Instant) {
        self.held = self.held.max(Some(until));
    }

    /// Lets the newest frame go when its time has come.
    #[inline]
    pub(super) fn release(&mut self, now: Instant) {
        if self.held.is_some_and(|until| until <= now) {
            self.held = None;
        }
    }

    /// Takes the newest frame back, unless something of it has left.
    pub(super) fn withdraw(&mut self) {
        if self.sent <= self.newest {
            self.end = self.newest;
            self.held = None;
        }
    }
}

/// Puts a protocol data unit into the frame of a medium.
pub(super) trait Framer {
    fn frame<M: crate::wire::Encode + ?Sized>(&self, message: &M, out: &mut [u8]) -> Result<usize, WireError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain;

    impl Framer for Plain {
        fn frame<M: crate::wire::Encode + ?Sized>(&self, message: &M, out: &mut [u8]) -> Result<usize, WireError> {
            message.encode(out)
        }
    }

    fn push(output: &mut Output, function: u8) {
        let served = Served::exception(ExceptionCode::ILLEGAL_FUNCTION);
        output.push(&Plain, &[function], &served, Instant::EPOCH);
    }

    #[test]
    fn the_newest_frame_can_be_taken_back_until_it_begins_to_leave() {
        let mut output = Output::with_room_for(1);
        push(&mut output, 1);
        push(&mut output, 2);
        output.advance(1);
        output.withdraw();
        assert_eq!(output.ready(), [1]);

        push(&mut output, 3);
        output.advance(2);
        output.withdraw();
        assert_eq!(output.ready(), [1], "of the third frame, which has begun");
    }

    #[test]
    fn dropping_what_has_left_changes_nothing_else() {
        let mut output = Output::with_room_for(1);
        push(&mut output, 1);
        push(&mut output, 2);
        output.advance(1);
        output.drop_sent();
        assert_eq!(output.ready(), [1, 0x82, 1]);
        output.withdraw();
        assert_eq!(output.ready(), [1]);

        output.drop_sent();
        push(&mut output, 3);
        output.advance(2);
        output.drop_sent();
        output.withdraw();
        assert_eq!(output.ready(), [1], "of the third frame, which has begun");
    }
}
