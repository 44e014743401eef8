//! The fixed table of requests that both clients keep: from submit to `Done`.

use pdu_core::{Effect, Event, Instant, LinkDemand, Ticket};

use super::{Reply, Request, Retry, Statistics};
use crate::ModbusError;
use crate::error::{effect_of_exception, effect_once_sent};
use crate::wire::{ExceptionCode, FunctionCode, Response, ResponseBuf};

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Free,
    /// Waits for its turn.
    Queued,
    /// In the send buffer; some of it may have left.
    Sending,
    /// Has left; its answer is due.
    Waiting {
        deadline: Instant,
    },
    /// Ended; waits to be told.
    Done,
}

/// The small part of an entry, kept apart from the messages so that a look at the table stays within few cache lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) stage: Stage,
    pub(super) ticket: Ticket,
    pub(super) transaction: u16,
    pub(super) unit: u8,
    pub(super) function: FunctionCode,
    pub(super) attempts: u8,
    /// How often it may be sent in all.
    allowed: u8,
}

const FREE: Entry = Entry {
    stage: Stage::Free,
    ticket: Ticket(0),
    transaction: 0,
    unit: 0,
    function: FunctionCode(0),
    attempts: 0,
    allowed: 0,
};

/// How a request ended, once it has. Until then its own bytes lie where those of its reply will: so that the place is written
/// and moved out as one piece, without a look at what is in it.
#[derive(Clone, Copy, Debug)]
struct Message(Result<Reply, ModbusError>);

impl Message {
    const NONE: Self = Self(Ok(Reply { unit: 0, body: None }));

    /// Keeps a request, in the room for its reply; most often that is there from the one before.
    #[inline]
    fn set_request(&mut self, to: u8, bytes: &[u8]) {
        match &mut self.0 {
            Ok(Reply { unit, body: Some(_) }) => *unit = to,
            other => {
                let (unit, body) = (to, Some(ResponseBuf::EMPTY));
                *other = Ok(Reply { unit, body });
            }
        }
        self.set_bytes(bytes);
    }

    /// Keeps the bytes of a protocol data unit, copying no more than there are.
    #[inline]
    fn set_bytes(&mut self, bytes: &[u8]) {
        if let Ok(Reply { body: Some(body), .. }) = &mut self.0 {
            body.set_proven(bytes);
        }
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Ok(Reply { body: Some(body), .. }) => body.as_bytes(),
            _ => &[],
        }
    }
}

#[derive(Debug)]
pub(super) struct Table<const N: usize> {
    entries: [Entry; N],
    messages: [Message; N],
    /// The places of each stage, longest in it first. (Those that are sending are in the order of the send buffer.)
    free: Order<N>,
    queued: Order<N>,
    waiting: Order<N>,
    done: Order<N>,
    tickets: u64,
    pub(super) statistics: Statistics,
}

impl<const N: usize> Table<N> {
    pub(super) fn new() -> Self {
        Self {
            entries: [FREE; N],
            messages: [const { Message::NONE }; N],
            free: Order::all(),
            queued: Order::none(),
            waiting: Order::none(),
            done: Order::none(),
            tickets: 0,
            statistics: Statistics::default(),
        }
    }

    /// A place that is free.
    pub(super) fn vacancy(&self) -> Option<usize> {
        self.free.first()
    }

    /// Takes a request into a free place, to be sent at most 1 + `retries` times.
    #[inline]
    pub(super) fn insert(&mut self, index: usize, request: &Request, retries: u8) -> Ticket {
        let function = request.body.function();
        let repeatable = match request.retry {
            Retry::ReadsOnly => function.is_read_only(),
            Retry::Never => false,
            Retry::Repeatable => true,
        };
        self.tickets += 1;
        let entry = &mut self.entries[index];
        entry.stage = Stage::Queued;
        entry.ticket = Ticket(self.tickets);
        entry.unit = request.unit;
        entry.function = function;
        entry.attempts = 0;
        entry.allowed = if repeatable { retries.saturating_add(1) } else { 1 };
        self.messages[index].set_request(request.unit, request.body.as_bytes());
        self.free.remove(index);
        self.queued.push(index);
        Ticket(self.tickets)
    }

    pub(super) fn entry(&self, index: usize) -> &Entry {
        &self.entries[index]
    }

    /// The request that waits longest for its turn.
    pub(super) fn next_queued(&self) -> Option<usize> {
        self.queued.first()
    }

    /// Those that wait for their turn, longest first.
    pub(super) fn queued(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.queued.iter().map(|index| (index, &self.entries[index]))
    }

    /// Those whose answer is due, first sent first.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.waiting.iter().map(|index| (index, &self.entries[index]))
    }

    pub(super) fn waiting_count(&self) -> usize {
        self.waiting.len()
    }

    /// The request whose answer is due first. Time does not run backwards, so that is the one sent first.
    pub(super) fn next_deadline(&self) -> Option<(usize, Instant)> {
        let index = self.waiting.first()?;
        match self.entries[index].stage {
            Stage::Waiting { deadline } => Some((index, deadline)),
            _ => None,
        }
    }

    /// What is asked of a link that is not broken: to be there while any request has not ended.
    pub(super) fn demand(&self) -> LinkDemand {
        if self.free.len() + self.done.len() < N {
            LinkDemand::Open
        } else {
            LinkDemand::Idle
        }
    }

    pub(super) fn live(&self, ticket: Ticket) -> Option<usize> {
        let is_it = |entry: &Entry| entry.ticket == ticket && !matches!(entry.stage, Stage::Free | Stage::Done);
        self.entries.iter().position(is_it)
    }

    /// The live requests, in no order.
    pub(super) fn all_live(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(|entry| !matches!(entry.stage, Stage::Free | Stage::Done))
    }

    fn order(&mut self, stage: Stage) -> Option<&mut Order<N>> {
        match stage {
            Stage::Free => Some(&mut self.free),
            Stage::Queued => Some(&mut self.queued),
            Stage::Sending => None,
            Stage::Waiting { .. } => Some(&mut self.waiting),
            Stage::Done => Some(&mut self.done),
        }
    }

    /// Takes a place out of the order of its stage, wherever it stands.
    fn leave(&mut self, index: usize) {
        if let Some(order) = self.order(self.entries[index].stage) {
            order.remove(index);
        }
    }

    fn queue_again(&mut self, index: usize) {
        self.leave(index);
        self.entries[index].stage = Stage::Queued;
        self.queued.push(index);
    }

    #[inline]
    fn end(&mut self, index: usize) {
        match self.entries[index].stage {
            Stage::Waiting { .. } => self.waiting.remove(index),
            _ => self.leave(index),
        }
        self.entries[index].stage = Stage::Done;
        self.done.push(index);
    }

    /// The bytes of a request that has not ended.
    pub(super) fn request(&self, index: usize) -> &[u8] {
        self.messages[index].as_bytes()
    }

    pub(super) fn set_sending(&mut self, index: usize, transaction: u16) {
        let entry = &mut self.entries[index];
        entry.stage = Stage::Sending;
        entry.transaction = transaction;
        entry.attempts = entry.attempts.saturating_add(1);
        if entry.attempts > 1 {
            self.statistics.repeated = self.statistics.repeated.saturating_add(1);
        }
        self.queued.remove(index);
    }

    pub(super) fn set_waiting(&mut self, index: usize, deadline: Instant) {
        self.entries[index].stage = Stage::Waiting { deadline };
        self.waiting.push(index);
    }

    /// Takes a frame of which nothing has left back out of the send buffer's account.
    pub(super) fn unsend(&mut self, index: usize) {
        let entry = &mut self.entries[index];
        entry.attempts = entry.attempts.saturating_sub(1);
        self.queue_again(index);
    }

    /// Queues a request again whose answer did not come, if it may be sent once more.
    pub(super) fn retry(&mut self, index: usize) -> bool {
        let entry = &self.entries[index];
        let may = entry.attempts < entry.allowed;
        if may {
            self.queue_again(index);
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
        self.messages[index] = Message(Err(error));
        self.end(index);
    }

    /// Ends a request with the answer that was found to be its own, as parsed and as it came; an exception is a failure.
    pub(super) fn answer(&mut self, index: usize, response: &Response<'_>, bytes: &[u8]) {
        if let Response::Exception { code, .. } = *response {
            let Entry { unit, function, .. } = self.entries[index];
            return self.fail(index, exception(unit, function, code));
        }
        self.take_answer(index, bytes);
    }

    /// Ends a request with the bytes of its answer.
    pub(super) fn take_answer(&mut self, index: usize, bytes: &[u8]) {
        self.messages[index].set_bytes(bytes);
        self.end(index);
    }

    /// Ends a request that nobody answers, once it has left.
    pub(super) fn end_unanswered(&mut self, index: usize) {
        let unit = self.entries[index].unit;
        self.messages[index] = Message(Ok(Reply { unit, body: None }));
        self.end(index);
    }

    /// An answer has come that nobody waits for.
    pub(super) fn count_late(&mut self) {
        self.statistics.late = self.statistics.late.saturating_add(1);
    }

    /// The next `Done`, in the order in which requests ended.
    #[inline]
    pub(super) fn next_done<Notice>(&mut self) -> Option<Event<Reply, Notice, ModbusError>> {
        let index = self.done.first()?;
        self.done.remove(index);
        self.free.push(index);
        self.entries[index].stage = Stage::Free;
        let ticket = self.entries[index].ticket;
        let Message(result) = self.messages[index];
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

/// Places of the table, first come first served. Whoever is at the front is taken out fast, others by moving the rest up.
#[derive(Debug)]
struct Order<const N: usize> {
    /// A ring of places, `len` of them from `start`.
    places: [u8; N],
    start: u8,
    len: u8,
}

impl<const N: usize> Order<N> {
    const fn none() -> Self {
        Self {
            places: [0; N],
            start: 0,
            len: 0,
        }
    }

    fn all() -> Self {
        let mut all = Self::none();
        (0..N).for_each(|index| all.push(index));
        all
    }

    fn len(&self) -> usize {
        self.len.into()
    }

    /// Where the `nth` place stands in the ring.
    #[inline]
    fn slot(&self, nth: usize) -> usize {
        let slot = usize::from(self.start) + nth;
        if slot < N { slot } else { slot - N }
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).map(|nth| self.places[self.slot(nth)].into())
    }

    #[inline]
    fn first(&self) -> Option<usize> {
        (self.len > 0).then(|| self.places[usize::from(self.start)].into())
    }

    /// Puts a place at the end. There is room: a place is in one order at a time, and in that once.
    #[inline]
    fn push(&mut self, index: usize) {
        let slot = self.slot(self.len());
        self.places[slot] = u8::try_from(index).unwrap_or(0);
        self.len += 1;
    }

    #[inline]
    fn remove(&mut self, index: usize) {
        if self.first() == Some(index) {
            self.start = u8::try_from(self.slot(1)).unwrap_or(0);
            self.len -= 1;
        } else {
            self.remove_from_the_middle(index);
        }
    }

    fn remove_from_the_middle(&mut self, index: usize) {
        let Some(at) = self.iter().position(|place| place == index) else {
            return;
        };
        for nth in at + 1..self.len() {
            self.places[self.slot(nth - 1)] = self.places[self.slot(nth)];
        }
        self.len -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::Order;

    #[test]
    fn places_leave_in_the_order_in_which_they_came_whoever_leaves_from_the_middle() {
        let mut order: Order<5> = Order::all();
        for round in 0..7 {
            assert_eq!(order.len(), 5, "round {round}");
            let first = order.first().unwrap();
            let middle = order.iter().nth(2).unwrap();
            let rest: Vec<usize> = order
                .iter()
                .filter(|&place| place != first && place != middle)
                .collect();
            order.remove(middle);
            order.remove(first);
            assert_eq!(order.iter().collect::<Vec<_>>(), rest);
            order.push(first);
            order.push(middle);
        }
        (0..5).for_each(|place| order.remove(place));
        assert_eq!((order.first(), order.len()), (None, 0));
    }
}
