use core::convert::Infallible;

use pdu_core::{
    Endpoint, ErrorKind, EventOf, Instant, LinkDemand, LinkEvent, LinkState, LinkWait, Refused, Session, Status,
    Ticket, Transport, earliest,
};

use super::options::{ExceptionLength, TcpOptions, TcpSettings, TransactionId, UnitInReply};
use super::output::{Orphan, Orphans, Output, Withdrawn};
use super::table::{Entry, Stage, Table};
use super::{Reply, Request, Statistics};
use crate::wire::{FunctionCode, Request as WireRequest, Response, WireError, tcp};
use crate::{ModbusError, Rejected};

/// A client over Modbus TCP, with up to `N` requests in its table. The compiler cannot tell how many from
/// [`new`](Self::new) alone: give the variable its type, as `TcpClient<1>`.
///
/// Requests leave in the order in which they came, several in one write; answers may come in any order. An answer is taken
/// by its transaction id, for any attempt of a request that still waits, and for nothing else: ids of requests that ended
/// without their answer are not used again until [`TcpOptions::quarantine`] is over. A wrong protocol id or length loses the
/// stream ([`LinkDemand::Reset`]); it is never searched for the next frame.
///
/// When the link goes away, what had not begun to leave waits for the next one, what may be repeated is asked again there,
/// and the rest fails with the effect that is known.
///
/// Source: Messaging on TCP/IP Implementation Guide V1.0b, 3.1 and 4.2.
///
/// ```
/// use pdu_core::{Endpoint, Event, Instant, LinkEvent, Session};
/// use pdu_proto_modbus::client::{Request, TcpClient, TcpOptions};
///
/// let mut client: TcpClient<4> = TcpClient::new(TcpOptions::default());
/// let now = Instant::EPOCH; // the caller's clock
/// client.handle_link(now, LinkEvent::Up);
/// let ticket = client.submit(now, Request::read_holding_registers(1, 0, 1)?).unwrap();
///
/// let sent = client.transmit().to_vec(); // to be written to a socket
/// assert_eq!(sent, [0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1]);
/// client.handle_transmitted(now, sent.len());
///
/// client.handle_input(now, &[0, 1, 0, 0, 0, 5, 1, 3, 2, 0x09, 0x0E]); // read from it
/// let Some(Event::Done { ticket: done, result: Ok(reply) }) = client.poll_event() else { panic!() };
/// assert_eq!(done, ticket);
/// assert_eq!(reply.registers().unwrap().get(0), Some(2318)); // 231.8 V of a BPS2000
/// # Ok::<(), pdu_proto_modbus::wire::WireError>(())
/// ```
#[derive(Debug)]
pub struct TcpClient<const N: usize = 16> {
    settings: TcpSettings,
    now: Instant,
    link: LinkWait,
    table: Table<N>,
    output: Output<N>,
    /// The beginning of a frame that was cut by the reads.
    input: [u8; tcp::MAX_FRAME],
    input_len: u16,
    next_transaction: u16,
    /// Until which second the ids of each block are not to be used again.
    dead_until: [u32; ID_BLOCKS],
    /// Cancelled requests that are still with the device.
    orphans: Orphans<N>,
    silent: u8,
}

/// Ids are handed out in ascending order, and quarantined in blocks: bounded memory, however many answers stay away.
const ID_BLOCKS: usize = 8;
const ID_BLOCK: u16 = 0x2000;

const fn block_of(id: u16) -> usize {
    (id / ID_BLOCK) as usize
}

fn seconds(at: Instant) -> u32 {
    u32::try_from(at.as_micros() / 1_000_000).unwrap_or(u32::MAX)
}

/// The settings, with a depth that counts: what the table has places for, and 1 where nothing else tells answers apart.
fn settings(options: TcpOptions, places: usize) -> TcpSettings {
    let told_apart =
        options.transaction_id == TransactionId::Echoed && options.exception_length == ExceptionLength::Told;
    let most = if told_apart { places } else { 1 };
    TcpSettings {
        depth: options.depth.clamp(1, most),
        ..options.into()
    }
}

/// Why everything that was under way had to stop.
#[derive(Clone, Copy)]
enum Interruption {
    LinkLost,
    FramingLost(WireError),
}

impl<const N: usize> TcpClient<N> {
    /// A client without a link.
    pub fn new(options: TcpOptions) -> Self {
        const { assert!(N > 0 && N <= 255, "a client has 1 to 255 places") };
        Self {
            settings: settings(options, N),
            now: Instant::EPOCH,
            link: LinkWait::down(),
            table: Table::new(),
            output: Output::new(),
            input: [0; tcp::MAX_FRAME],
            input_len: 0,
            next_transaction: 1,
            dead_until: [0; ID_BLOCKS],
            orphans: Orphans::new(),
            silent: 0,
        }
    }

    /// What it has seen that was no answer.
    pub fn statistics(&self) -> Statistics {
        self.table.statistics
    }

    /// Requests that the device has, or will have once the send buffer has left.
    fn with_device(&self) -> usize {
        self.table.waiting_count() + self.output.frames() + self.orphans.len()
    }

    fn catch_up(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// Moves requests into the send buffer as far as the depth allows.
    #[inline]
    fn advance(&mut self) {
        while let Some(index) = self.table.next_queued()
            && self.link.is_up()
            && self.with_device() < self.settings.depth
        {
            self.stage(index);
        }
    }

    fn stage(&mut self, index: usize) {
        // A repeated request keeps its id: the answer to any of its attempts is its answer.
        let &Entry {
            unit,
            attempts,
            transaction,
            ..
        } = self.table.entry(index);
        let id = if attempts == 0 {
            self.new_transaction()
        } else {
            Some(transaction)
        };
        let Some(transaction) = id else {
            return self.break_link(Interruption::LinkLost); // as many lost answers as there are ids: a dead link
        };
        let request = self.table.request(index);
        match self.output.push(index, transaction, unit, request) {
            Ok(()) => self.table.set_sending(index, transaction),
            Err(error) => self.table.fail(index, ModbusError::Request(error)),
        }
    }

    /// The next id that nobody uses and no late answer can carry.
    ///
    /// Ids ascend within a block, so only its first one needs a look: the block is entered if none of its ids lives, and
    /// none may still be answered.
    fn new_transaction(&mut self) -> Option<u16> {
        let mut id = self.next_transaction;
        if id.is_multiple_of(ID_BLOCK) {
            let blocks = (0..ID_BLOCKS).scan(id, |first, _| {
                Some(core::mem::replace(first, first.wrapping_add(ID_BLOCK)))
            });
            id = blocks.into_iter().find(|&first| self.may_enter(block_of(first)))?;
        }
        self.next_transaction = id.wrapping_add(1);
        Some(id)
    }

    fn may_enter(&self, block: usize) -> bool {
        let sent = self.table.all_live().filter(|entry| entry.attempts > 0);
        self.dead_until[block] <= seconds(self.now)
            && !sent.into_iter().any(|entry| block_of(entry.transaction) == block)
    }

    /// Keeps an id from being used again while an answer to it may still come.
    fn bury(&mut self, id: u16) {
        self.dead_until[block_of(id)] = seconds(self.now + self.settings.quarantine.span()).saturating_add(1);
    }

    /// Takes one whole frame.
    fn accept(&mut self, frame: &tcp::Frame<'_>) {
        self.silent = 0;
        let Some(index) = self.addressee(frame.transaction) else {
            return self.drop_late(frame.transaction);
        };
        let &Entry {
            stage, unit, attempts, ..
        } = self.table.entry(index);
        if attempts > 1 {
            self.bury(self.table.entry(index).transaction); // an answer to another attempt may still come
        }
        if stage == Stage::Sending {
            self.output.withdraw(index);
        }
        if frame.unit == unit && is_registers_asked_for(self.table.request(index), frame.pdu) {
            return self.table.take_answer(index, frame.pdu);
        }
        self.take_other(index, frame);
    }

    /// Takes the answer to a request, whatever it is.
    fn take_other(&mut self, index: usize, frame: &tcp::Frame<'_>) {
        let entry = *self.table.entry(index);
        match self.examine(index, &entry, frame) {
            Ok(response) => self.table.answer(index, &response, frame.pdu),
            Err(rejected) => {
                let effect = self.table.effect(index);
                let Entry { unit, function, .. } = entry;
                self.table.fail(
                    index,
                    ModbusError::Answer {
                        unit,
                        function,
                        rejected,
                        effect,
                    },
                );
            }
        }
    }

    /// The request that a frame answers: one that waits, or is to be sent once more.
    fn addressee(&self, transaction: u16) -> Option<usize> {
        let by_id = self.settings.transaction_id == TransactionId::Echoed;
        let fits = |entry: &Entry| !by_id || entry.transaction == transaction;
        let waiting = self
            .table
            .waiting()
            .find(|(_, entry)| fits(entry))
            .map(|(index, _)| index);
        waiting.or_else(|| self.addressee_of_a_repeat(fits))
    }

    fn addressee_of_a_repeat(&self, fits: impl Fn(&Entry) -> bool) -> Option<usize> {
        let queued = self
            .table
            .queued()
            .find(|(_, entry)| entry.attempts > 0 && fits(entry))
            .map(|(index, _)| index);
        queued.or_else(|| {
            let was_sent = |&index: &usize| self.table.entry(index).attempts > 1 && fits(self.table.entry(index));
            self.output.owners().find(was_sent)
        })
    }

    fn drop_late(&mut self, transaction: u16) {
        self.table.count_late();
        self.orphans.retain(|orphan| orphan.transaction != transaction);
    }

    fn examine<'f>(&self, index: usize, entry: &Entry, frame: &tcp::Frame<'f>) -> Result<Response<'f>, Rejected> {
        let unit_fits = match self.settings.unit_in_reply {
            UnitInReply::Exact => frame.unit == entry.unit,
            UnitInReply::Gateway => frame.unit == entry.unit || matches!(frame.unit, 0 | 1 | 255),
            UnitInReply::Any => true,
        };
        if !unit_fits {
            return Err(Rejected::Unit {
                expected: entry.unit,
                found: frame.unit,
            });
        }
        let response = Response::parse(frame.pdu)?;
        WireRequest::parse(self.table.request(index))?.check(&response)?;
        Ok(response)
    }

    /// Ends or queues again all that was under way, and waits for another link.
    fn interrupt(&mut self, why: Interruption) {
        while let Some(index) = self.output.first_owner() {
            if self.output.withdraw(index) == Withdrawn::Untouched {
                self.table.unsend(index);
            } else {
                self.end_attempt(index, why);
            }
        }
        while let Some((index, _)) = self.table.next_deadline() {
            self.end_attempt(index, why);
        }
        self.forget_link();
    }

    fn end_attempt(&mut self, index: usize, why: Interruption) {
        if !self.table.retry(index) {
            let error = self.interrupted(index, why);
            self.table.fail(index, error);
        }
    }

    fn interrupted(&self, index: usize, why: Interruption) -> ModbusError {
        let effect = self.table.effect(index);
        match why {
            Interruption::LinkLost => ModbusError::LinkDown {
                unit: self.table.entry(index).unit,
                effect,
            },
            Interruption::FramingLost(reason) => ModbusError::Framing { reason, effect },
        }
    }

    /// Nothing of the link that was can come or go any more.
    fn forget_link(&mut self) {
        self.output.clear();
        self.input_len = 0;
        self.dead_until = [0; ID_BLOCKS];
        self.orphans.clear();
        self.silent = 0;
    }

    /// When requests that wait now fail for want of a link.
    fn give_up_at(&self) -> Option<Instant> {
        self.table
            .next_queued()
            .map(|_| self.now + self.settings.connect_timeout.span())
    }

    fn break_link(&mut self, why: Interruption) {
        self.interrupt(why);
        self.link.enter(LinkState::Broken, self.give_up_at());
    }

    fn expire_waiting(&mut self) {
        while let Some((index, deadline)) = self.table.next_deadline()
            && deadline <= self.now
        {
            self.silent = self.silent.saturating_add(1);
            self.bury(self.table.entry(index).transaction);
            if !self.table.retry(index) {
                self.table.fail(index, self.timeout(index));
            }
            if self.settings.transaction_id == TransactionId::NotEchoed {
                return self.break_link(Interruption::LinkLost);
            }
        }
        if self.settings.silent_timeouts != 0 && self.silent >= self.settings.silent_timeouts {
            self.break_link(Interruption::LinkLost);
        }
    }

    fn timeout(&self, index: usize) -> ModbusError {
        let Entry {
            unit,
            function,
            attempts,
            transaction,
            ..
        } = *self.table.entry(index);
        let (rejected, effect) = (self.cut(transaction), self.table.effect(index));
        ModbusError::Timeout {
            unit,
            function,
            attempts,
            rejected,
            effect,
        }
    }

    /// What came so far, if it is the beginning of the answer of this id and no more.
    fn cut(&self, transaction: u16) -> Option<Rejected> {
        let begun = &self.input[..self.input_len.into()];
        match self.split(begun) {
            Ok(Status::Partial { needed }) if begun.starts_with(&transaction.to_be_bytes()) => Some(Rejected::Cut {
                needed,
                found: begun.len(),
            }),
            _ => None,
        }
    }

    fn expire_queued(&mut self) {
        if !self.link.take_given_up(self.now) {
            return;
        }
        while let Some(index) = self.table.next_queued() {
            let error = self.interrupted(index, Interruption::LinkLost);
            self.table.fail(index, error);
        }
    }

    /// Finds the first frame in `bytes`, with the quirks that are set.
    #[inline]
    fn split<'b>(&self, bytes: &'b [u8]) -> Result<Status<(tcp::Frame<'b>, usize)>, WireError> {
        if self.settings.exception_length == ExceptionLength::Untold {
            return split_untold(bytes);
        }
        tcp::parse(bytes)
    }

    /// Adds to the frame that was cut, and takes it once it is whole. Gives back what is left of `bytes`.
    fn complete_cut<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], WireError> {
        if self.input_len == 0 {
            return Ok(bytes);
        }
        let mut rest = bytes;
        let mut buffer = self.input;
        let mut len = usize::from(self.input_len);
        while len > 0 {
            match self.split(&buffer[..len])? {
                Status::Complete((frame, _)) => {
                    self.accept(&frame);
                    len = 0;
                }
                Status::Partial { .. } if rest.is_empty() => break,
                Status::Partial { needed } => {
                    let more = needed.saturating_sub(len).clamp(1, rest.len()).min(buffer.len() - len);
                    let (now, later) = rest.split_at(more);
                    buffer[len..len + more].copy_from_slice(now);
                    len += more;
                    rest = later;
                }
            }
        }
        self.input = buffer;
        self.input_len = u16::try_from(len).unwrap_or(0);
        Ok(rest)
    }

    fn take_frames(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        let mut rest = self.complete_cut(bytes)?;
        while !rest.is_empty() {
            match self.split(rest)? {
                Status::Complete((frame, len)) => {
                    self.accept(&frame);
                    rest = rest.get(len..).unwrap_or_default();
                }
                Status::Partial { .. } => {
                    let kept = rest.len().min(self.input.len());
                    self.input[..kept].copy_from_slice(&rest[..kept]);
                    self.input_len = u16::try_from(kept).unwrap_or(0);
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// The first frame in `bytes`, where the header of an exception may tell any length.
#[cold]
fn split_untold(bytes: &[u8]) -> Result<Status<(tcp::Frame<'_>, usize)>, WireError> {
    let status = tcp::parse(bytes)?;
    let Some((header, pdu)) = exception_frame(bytes) else {
        return Ok(status);
    };
    let told = header.frame_len()?;
    let frame = tcp::Frame {
        transaction: header.transaction,
        unit: header.unit,
        pdu,
    };
    Ok(Status::Complete((frame, told.clamp(9, bytes.len()))))
}

/// The parts of a frame that holds an exception, whatever length it tells.
fn exception_frame(bytes: &[u8]) -> Option<(tcp::Header, &[u8])> {
    let (header, body) = bytes.split_first_chunk::<{ tcp::Header::LEN }>()?;
    let pdu = body.get(..2)?;
    FunctionCode(pdu[0])
        .is_exception()
        .then(|| (tcp::Header::from_bytes(*header), pdu))
}

/// Whether an answer is all that a read of registers asked for. What most answers are is told by three bytes; all others go
/// the long way, which also says what does not fit.
fn is_registers_asked_for(request: &[u8], answer: &[u8]) -> bool {
    let (&[function @ (3 | 4), _, _, 0, quantity], &[answered, count, ref data @ ..]) = (request, answer) else {
        return false;
    };
    answered == function && usize::from(count) == 2 * usize::from(quantity) && data.len() == usize::from(count)
}

impl<const N: usize> Endpoint for TcpClient<N> {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.catch_up(now);
        self.interrupt(Interruption::LinkLost);
        let state = match event {
            LinkEvent::Up => LinkState::Up,
            // Nobody will answer any more, so the half that is left is of no use.
            LinkEvent::Eof => LinkState::Broken,
            _ => LinkState::Down,
        };
        self.link.enter(state, self.give_up_at());
        self.advance();
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.catch_up(now);
        if !self.link.is_up() {
            return bytes.len(); // what is left of a link that was given up
        }
        if let Err(reason) = self.take_frames(bytes) {
            self.break_link(Interruption::FramingLost(reason));
        }
        self.advance();
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.catch_up(now);
        let deadline = self.now + self.settings.timeout.span();
        let (table, orphans) = (&mut self.table, &mut self.orphans);
        self.output.sent(len, |sent| match sent.owner {
            Some(index) => table.set_waiting(usize::from(index), deadline),
            None => orphans.push(Orphan {
                transaction: sent.transaction,
                deadline,
            }),
        });
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.catch_up(now);
        self.expire_waiting();
        let now = self.now;
        self.orphans.retain(|orphan| orphan.deadline > now);
        self.expire_queued();
        self.advance();
    }

    fn transmit(&self) -> &[u8] {
        self.output.bytes()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let waiting = self.table.next_deadline().map(|(_, deadline)| deadline);
        earliest(earliest(waiting, self.orphans.next_deadline()), self.link.give_up())
    }

    fn link_demand(&self) -> LinkDemand {
        self.link.demand(self.table.demand())
    }
}

impl<const N: usize> Session for TcpClient<N> {
    type Request = Request;
    type Reply = Reply;
    type Notice = Infallible;
    type Error = ModbusError;

    fn submit(&mut self, now: Instant, request: Request) -> Result<Ticket, Refused<Request>> {
        self.catch_up(now);
        let Some(index) = self.table.vacancy() else {
            return Err(Refused {
                request,
                kind: ErrorKind::Busy,
            });
        };
        let ticket = self.table.insert(index, &request, self.settings.retries);
        if !self.link.is_up() {
            self.link.wanted(self.now + self.settings.connect_timeout.span());
        }
        self.advance();
        Ok(ticket)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.catch_up(now);
        let Some(index) = self.table.live(ticket) else { return };
        let entry = *self.table.entry(index);
        match entry.stage {
            Stage::Sending if self.output.withdraw(index) == Withdrawn::Untouched => self.table.unsend(index),
            Stage::Waiting { deadline } => self.orphans.push(Orphan {
                transaction: entry.transaction,
                deadline,
            }),
            _ => {}
        }
        let effect = self.table.effect(index);
        let with_device = self.table.entry(index).attempts > 0;
        self.table.fail(index, ModbusError::Cancelled { effect });
        if with_device {
            self.bury(entry.transaction);
            if self.settings.transaction_id == TransactionId::NotEchoed {
                self.break_link(Interruption::LinkLost);
            }
        }
        self.advance();
    }

    #[inline]
    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        self.table.next_done()
    }
}
