//! The fixed table of requests that both clients keep: from submit to `Done`.

use pdu_core::{Effect, Event, Instant, Ticket};

use super::{Reply, Request, Retry, Statistics};
use crate::ModbusError;
use crate::error::{effect_of_exception, effect_once_sent};
use crate::wire::{ExceptionCode, FunctionCode, RequestBuf, Response, ResponseBuf};

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Free,
    /// Waits for its turn, first come first served by `since`.
    Queued,
    /// In the send buffer; some of it may have left.
    Sending,
    /// Has left; its answer is due.
    Waiting {
        deadline: Instant,
    },
    /// Ended; waits to be told, in the order of `since`.
    Done,
}

/// The small part of an entry, kept apart from the messages so that a scan of the table stays within few cache lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) stage: Stage,
    pub(super) ticket: Ticket,
    /// When it came into its stage, as a count of such changes.
    since: u64,
    pub(super) transaction: u16,
    pub(super) unit: u8,
    pub(super) function: FunctionCode,
    pub(super) attempts: u8,
    /// How often it may be sent in all.
    allowed: u8,
}

#[derive(Clone, Debug)]
enum Message {
    None,
    Request(RequestBuf),
    Response(ResponseBuf),
    Failed(ModbusError),
    Broadcast,
}

#[derive(Debug)]
pub(super) struct Table<const N: usize> {
    entries: [Entry; N],
    messages: [Message; N],
    changes: u64,
    tickets: u64,
    pub(super) statistics: Statistics,
}

impl<const N: usize> Table<N> {
    pub(super) fn new() -> Self {
        let free = Entry {
            stage: Stage::Free,
            ticket: Ticket(0),
            since: 0,
            transaction: 0,
            unit: 0,
            function: FunctionCode(0),
            attempts: 0,
            allowed: 0,
        };
        Self {
            entries: [free; N],
            messages: [const { Message::None }; N],
            changes: 0,
            tickets: 0,
            statistics: Statistics::default(),
        }
    }

    /// A place that is free.
    pub(super) fn vacancy(&self) -> Option<usize> {
        self.position(|entry| entry.stage == Stage::Free)
    }

    /// Takes a request into a free place, to be sent at most 1 + `retries` times.
    pub(super) fn insert(&mut self, index: usize, request: Request, retries: u8) -> Ticket {
        let function = request.body().function();
        let repeatable = match request.retry {
            Retry::ReadsOnly => function.is_read_only(),
            Retry::Never => false,
            Retry::Repeatable => true,
        };
        self.tickets += 1;
        let entry = &mut self.entries[index];
        entry.ticket = Ticket(self.tickets);
        entry.unit = request.unit;
        entry.function = function;
        entry.attempts = 0;
        entry.allowed = if repeatable { retries.saturating_add(1) } else { 1 };
        self.messages[index] = Message::Request(request.body);
        self.set_stage(index, Stage::Queued);
        Ticket(self.tickets)
    }

    pub(super) fn entry(&self, index: usize) -> &Entry {
        &self.entries[index]
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.entries.iter().enumerate()
    }

    pub(super) fn position(&self, is_it: impl FnMut(&Entry) -> bool) -> Option<usize> {
        self.entries.iter().position(is_it)
    }

    /// The entry of that stage that has been in it for longest, among those that `wanted` lets through.
    pub(super) fn oldest(&self, stage: Stage, mut wanted: impl FnMut(&Entry) -> bool) -> Option<usize> {
        let candidates = self
            .entries()
            .filter(|(_, entry)| entry.stage == stage && wanted(entry));
        candidates.min_by_key(|(_, entry)| entry.since).map(|(index, _)| index)
    }

    pub(super) fn live(&self, ticket: Ticket) -> Option<usize> {
        self.position(|entry| entry.ticket == ticket && !matches!(entry.stage, Stage::Free | Stage::Done))
    }

    pub(super) fn count(&self, mut wanted: impl FnMut(Stage) -> bool) -> usize {
        self.entries.iter().filter(|entry| wanted(entry.stage)).count()
    }

    /// An answer has come that nobody waits for.
    pub(super) fn count_late(&mut self) {
        self.statistics.late = self.statistics.late.saturating_add(1);
    }

    fn set_stage(&mut self, index: usize, stage: Stage) {
        self.changes += 1;
        self.entries[index].since = self.changes;
        self.entries[index].stage = stage;
    }

    /// The request, to be put into the send buffer.
    pub(super) fn request(&self, index: usize) -> Option<&RequestBuf> {
        match &self.messages[index] {
            Message::Request(request) => Some(request),
            _ => None,
        }
    }

    pub(super) fn set_sending(&mut self, index: usize, transaction: u16) {
        let entry = &mut self.entries[index];
        entry.transaction = transaction;
        entry.attempts = entry.attempts.saturating_add(1);
        if entry.attempts > 1 {
            self.statistics.repeated = self.statistics.repeated.saturating_add(1);
        }
        self.set_stage(index, Stage::Sending);
    }

    pub(super) fn set_waiting(&mut self, index: usize, deadline: Instant) {
        self.set_stage(index, Stage::Waiting { deadline });
    }

    /// Takes a frame of which nothing has left back out of the send buffer's account.
    pub(super) fn unsend(&mut self, index: usize) {
        let entry = &mut self.entries[index];
        entry.attempts = entry.attempts.saturating_sub(1);
        self.set_stage(index, Stage::Queued);
    }

    /// Queues a request again whose answer did not come, if it may be sent once more.
    pub(super) fn retry(&mut self, index: usize) -> bool {
        let entry = &self.entries[index];
        let may = entry.attempts < entry.allowed;
        if may {
            self.set_stage(index, Stage::Queued);
        }
        may
    }

    /// What the request has done, for all that is known when no answer can be relied on.
    pub(super) fn effect(&self, index: usize) -> Effect {
        let entry = &self.entries[index];
        if entry.attempts == 0 {
            Effect::NotApplied
        } else {
            effect_once_sent(entry.function)
        }
    }

    pub(super) fn fail(&mut self, index: usize, error: ModbusError) {
        self.messages[index] = Message::Failed(error);
        self.set_stage(index, Stage::Done);
    }

    /// Ends a request with the answer that was found to be its own; an exception is a failure.
    pub(super) fn answer(&mut self, index: usize, response: &Response<'_>) {
        let Entry { unit, function, .. } = self.entries[index];
        if let Response::Exception { code, .. } = *response {
            return self.fail(index, exception(unit, function, code));
        }
        match ResponseBuf::new(response) {
            Ok(body) => {
                self.messages[index] = Message::Response(body);
                self.set_stage(index, Stage::Done);
            }
            Err(error) => {
                let effect = self.effect(index);
                self.fail(
                    index,
                    ModbusError::Answer {
                        unit,
                        function,
                        rejected: error.into(),
                        effect,
                    },
                );
            }
        }
    }

    pub(super) fn broadcast_sent(&mut self, index: usize) {
        self.messages[index] = Message::Broadcast;
        self.set_stage(index, Stage::Done);
    }

    /// The next `Done`, in the order in which requests ended.
    pub(super) fn next_done<Notice>(&mut self) -> Option<Event<Reply, Notice, ModbusError>> {
        let index = self.oldest(Stage::Done, |_| true)?;
        let Entry { ticket, unit, .. } = self.entries[index];
        self.entries[index].stage = Stage::Free;
        let result = match core::mem::replace(&mut self.messages[index], Message::None) {
            Message::Response(body) => Ok(Reply { unit, body: Some(body) }),
            Message::Broadcast => Ok(Reply { unit, body: None }),
            Message::Failed(error) => Err(error),
            // A Done entry holds one of the three above; a ticket must not be lost even if that were to change.
            Message::Request(_) | Message::None => Err(ModbusError::Cancelled {
                effect: Effect::Unknown,
            }),
        };
        Some(Event::Done { ticket, result })
    }
}

fn exception(unit: u8, function: FunctionCode, code: ExceptionCode) -> ModbusError {
    ModbusError::Exception {
        unit,
        function,
        code,
        effect: effect_of_exception(function, code),
    }
}
