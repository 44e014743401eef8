use alloc::vec::Vec;

use pdu_core::{Effect, Instant, Path};

use crate::notification::DestinationId;
use crate::usm::Report;
use crate::wire::VarBindList;

/// A notification on its way.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) destination: DestinationId,
    pub(super) path: Path,
    /// The same for each attempt, by which the receiver can know that it is one of several.
    pub(super) request_id: i32,
    /// Those of all attempts in v3: an answer to any of them is one.
    pub(super) message_ids: Vec<u32>,
    /// What an inform of v3 says, whose message is made anew for each attempt; of all others nothing.
    pub(super) varbinds: VarBindList,
    /// What is sent next, or was sent last.
    pub(super) datagram: Vec<u8>,
    /// Whether that is no inform, but what finds the receiver's engine.
    pub(super) is_probe: bool,
    /// How often it was sent: the inform, or before that the probe.
    pub(super) attempts: u8,
    /// Whether it arrived, if it ends without an answer: unknown once any attempt of the notification itself has left.
    pub(super) effect: Effect,
    /// A report that proves nothing, and the message id that it has.
    pub(super) doubt: Option<(Report, u32)>,
    /// Whether the receiver's clock was taken over for its sake: once is enough.
    pub(super) was_corrected: bool,
    /// Whether the receiver's engine was found to be another one for its sake: once is enough.
    pub(super) was_redirected: bool,
    pub(super) stage: Stage,
}

/// What becomes of a notification next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Another one looks for the receiver's engine.
    Waiting,
    /// It is to be sent.
    Ready,
    /// It was sent, and the answer may take until then.
    Sent(Instant),
}

impl Pending {
    pub(super) const fn new(destination: DestinationId, path: Path, request_id: i32) -> Self {
        Self {
            destination,
            path,
            request_id,
            message_ids: Vec::new(),
            varbinds: VarBindList::EMPTY,
            datagram: Vec::new(),
            is_probe: false,
            attempts: 0,
            effect: Effect::NotApplied,
            doubt: None,
            was_corrected: false,
            was_redirected: false,
            stage: Stage::Waiting,
        }
    }
}
