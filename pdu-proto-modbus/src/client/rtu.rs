use core::convert::Infallible;

use pdu_core::{
    Endpoint, ErrorKind, EventOf, Instant, LinkDemand, LinkEvent, LinkState, LinkWait, Refused, Session, Ticket,
    Transport, earliest,
};

use super::options::{LocalEcho, RtuLink, RtuOptions, RtuSettings};
use super::table::{Entry, Table};
use super::{Reply, Request, Statistics};
use crate::wire::rtu::{self, Framing};
use crate::wire::{Field, FunctionCode, Mismatch, Request as WireRequest, Response, WireError};
use crate::{ModbusError, Rejected};

/// A client over Modbus RTU, with up to `N` requests in its table, for one unit or for all that share the line.
///
/// One request is on the line at a time. The queue is fair: units take turns, so that one that does not answer costs the
/// others one timeout a round and no more. (The table is one for all: who submits many requests for a silent unit fills it.) An answer is framed by what was asked, checked whole (unit, function, byte count,
/// echoed fields, CRC), and found behind at most one frame's length of other bytes; the line is never searched for something
/// that happens to fit.
///
/// RTU has no ids. So after a timeout nothing is sent before the line was quiet for [`RtuOptions::quiet`]; a cancelled
/// request keeps the line until its answer came or is overdue.
///
/// Unit 0 is everybody: functions that write are sent, and end with a [`Reply`] without a response; others fail.
///
/// Source: Modbus over Serial Line V1.02, 2.4 and 2.5.
///
/// ```
/// use pdu_core::{Endpoint, Event, Instant, LinkEvent, Session};
/// use pdu_proto_modbus::client::{Request, RtuClient, RtuOptions};
///
/// let mut client: RtuClient<4> = RtuClient::new(RtuOptions::default());
/// let mut now = Instant::EPOCH; // the caller's clock
/// client.handle_link(now, LinkEvent::Up);
/// client.submit(now, Request::read_holding_registers(1, 0, 1)?).unwrap();
///
/// now = client.poll_timeout().unwrap(); // the silence before the first frame
/// client.handle_timeout(now);
/// assert_eq!(client.transmit(), [0x01, 0x03, 0x00, 0x00, 0x00, 0x01, 0x84, 0x0A]); // BPS2000 manual, line 1434
/// client.handle_transmitted(now, 8);
///
/// client.handle_input(now, &[0x01, 0x03, 0x02, 0x09, 0x0E, 0x3F, 0xD0]); // BPS2000 manual, line 1438
/// let Some(Event::Done { result: Ok(reply), .. }) = client.poll_event() else { panic!() };
/// assert_eq!(reply.registers().unwrap().get(0), Some(2318)); // 231.8 V
/// # Ok::<(), pdu_proto_modbus::wire::WireError>(())
/// ```
#[derive(Debug)]
pub struct RtuClient<const N: usize = 32> {
    settings: RtuSettings,
    now: Instant,
    link: LinkWait,
    table: Table<N>,
    phase: Phase,
    /// Nothing is sent before.
    clear_at: Instant,
    /// When a request that waits for the line fails.
    line_busy_at: Option<Instant>,
    last_unit: u8,
    /// The frame on the line; what it asks says what its answer looks like.
    output: Buffer,
    sent: u16,
    echo_left: u16,
    input: Buffer,
    /// When the line has been silent for long enough to end a frame of unknown length.
    silent_at: Option<Instant>,
    /// Bytes dropped since the request left.
    discarded: u16,
    /// Why the first of them were dropped.
    rejected: Option<Rejected>,
}

/// What is going on, on the line. The owner is the request's place in the table, `None` once it was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    Sending {
        owner: Option<usize>,
    },
    Waiting {
        owner: Option<usize>,
        deadline: Instant,
    },
    /// An answer did not come, and may still. `late` is the request that would still take it.
    Poisoned {
        late: Option<usize>,
    },
}

/// A frame, or the beginning of one.
#[derive(Debug)]
struct Buffer {
    bytes: [u8; rtu::MAX_FRAME],
    len: u16,
}

impl Buffer {
    const fn new() -> Self {
        Self {
            bytes: [0; rtu::MAX_FRAME],
            len: 0,
        }
    }

    fn len(&self) -> usize {
        self.len.into()
    }

    fn set_len(&mut self, len: usize) {
        self.len = u16::try_from(len.min(rtu::MAX_FRAME)).unwrap_or(0);
    }

    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len()]
    }

    fn is_full(&self) -> bool {
        self.len() == self.bytes.len()
    }

    /// Takes what fits, and gives back the rest.
    fn fill<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let old = self.len();
        let (now, later) = bytes.split_at(bytes.len().min(self.bytes.len() - old));
        self.bytes[old..old + now.len()].copy_from_slice(now);
        self.set_len(old + now.len());
        later
    }

    fn drop_front(&mut self, len: usize) {
        let end = self.len();
        self.bytes.copy_within(len..end, 0);
        self.set_len(end - len);
    }
}

/// What the front of the input is.
enum Front<'b> {
    /// The answer, and the bytes of it.
    Answer(Response<'b>, usize),
    /// Perhaps the beginning of it.
    Open,
    /// Perhaps the beginning of one that only silence ends.
    OpenUntilSilence,
    /// Not its beginning.
    Not(Rejected),
}

impl<const N: usize> RtuClient<N> {
    /// A client without a link.
    pub fn new(options: RtuOptions) -> Self {
        const { assert!(N > 0 && N <= 255, "a client has 1 to 255 places") };
        Self {
            settings: options.into(),
            now: Instant::EPOCH,
            link: LinkWait::down(),
            table: Table::new(),
            phase: Phase::Idle,
            clear_at: Instant::EPOCH,
            line_busy_at: None,
            last_unit: 0,
            output: Buffer::new(),
            sent: 0,
            echo_left: 0,
            input: Buffer::new(),
            silent_at: None,
            discarded: 0,
            rejected: None,
        }
    }

    /// What it has seen that was no answer.
    pub fn statistics(&self) -> Statistics {
        self.table.statistics
    }

    fn catch_up(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// Sends the next request if the line is free.
    fn advance(&mut self) {
        if !self.link.is_up() || !matches!(self.phase, Phase::Idle | Phase::Poisoned { .. }) {
            return;
        }
        let Some(index) = self.next_in_turn() else {
            self.line_busy_at = None;
            return;
        };
        if self.clear_at > self.now {
            self.line_busy_at
                .get_or_insert(self.now + self.settings.busy_line.span());
            return;
        }
        self.send(index);
    }

    /// The oldest request of the next unit in turn.
    fn next_in_turn(&self) -> Option<usize> {
        let distance = |entry: &Entry| entry.unit.wrapping_sub(self.last_unit).wrapping_sub(1);
        // Of several that are equally near, the first is taken, and that is the oldest.
        let nearest = self.table.queued().min_by_key(|(_, entry)| distance(entry));
        nearest.map(|(index, _)| index)
    }

    fn send(&mut self, index: usize) {
        let unit = self.table.entry(index).unit;
        let request = self.table.request(index);
        match rtu::encode(unit, request, &mut self.output.bytes) {
            Ok(len) => self.output.set_len(len),
            Err(error) => return self.table.fail(index, ModbusError::Request(error)),
        }
        self.table.set_sending(index, 0);
        self.phase = Phase::Sending { owner: Some(index) };
        self.last_unit = unit;
        self.line_busy_at = None;
        self.sent = 0;
        self.echo_left = if self.settings.echo == LocalEcho::Removed {
            self.output.len
        } else {
            0
        };
        self.input.len = 0;
        self.silent_at = None;
        self.discarded = 0;
        self.rejected = None;
    }

    /// The frame has left the driver; it may still be in the queue of a UART, for as long as it takes on the line.
    fn frame_left(&mut self, owner: Option<usize>) {
        let on_the_line = self.now + self.settings.time_of(self.output.len());
        if !self.is_answered() {
            if let Some(index) = owner {
                self.table.end_unanswered(index);
            }
            self.phase = Phase::Idle;
            self.clear_at = on_the_line + self.settings.turnaround.span();
            return;
        }
        let deadline = on_the_line + self.settings.timeout.span() + self.settings.time_of(self.answer_len());
        self.phase = Phase::Waiting { owner, deadline };
        if let Some(index) = owner {
            self.table.set_waiting(index, deadline);
        }
    }

    /// Nobody answers a broadcast, nor the order to only listen (function 08, sub-function 04).
    fn is_answered(&self) -> bool {
        self.output.bytes[0] != rtu::BROADCAST && asked(&self.output).is_none_or(|request| request.is_answered())
    }

    /// How long the answer is, or may be.
    fn answer_len(&self) -> usize {
        match asked(&self.output).map(|request| rtu::response_len(&request, &self.output.bytes[..2])) {
            Some(Framing::Length(len)) => len,
            _ => rtu::MAX_FRAME,
        }
    }

    fn take_input(&mut self, bytes: &[u8]) {
        let mut rest = self.without_echo(bytes);
        while !rest.is_empty() {
            if !self.is_listening() {
                return self.take_noise(rest.len());
            }
            if self.input.is_full() {
                self.skip_overlong();
            }
            rest = self.input.fill(rest);
            self.look_at_input();
        }
    }

    /// What stands at the front and waits for silence goes on longer than a frame may: it does not begin there.
    fn skip_overlong(&mut self) {
        let reason = WireError::FrameLength {
            found: rtu::MAX_FRAME + 1,
        };
        self.rejected.get_or_insert(reason.into());
        self.discarded = self.discarded.saturating_add(1);
        self.count_discarded(1);
        self.input.drop_front(1);
    }

    fn is_listening(&self) -> bool {
        matches!(self.phase, Phase::Waiting { .. } | Phase::Poisoned { late: Some(_) })
    }

    /// Bytes that nobody waits for put off the next request.
    fn take_noise(&mut self, len: usize) {
        self.count_discarded(len);
        self.keep_quiet();
    }

    fn count_discarded(&mut self, len: usize) {
        let discarded = &mut self.table.statistics.discarded;
        *discarded = discarded.saturating_add(u32::try_from(len).unwrap_or(u32::MAX));
    }

    fn keep_quiet(&mut self) {
        let span = match self.phase {
            Phase::Poisoned { .. } => self.settings.quiet.span(),
            _ => self.settings.silence(),
        };
        self.clear_at = self.clear_at.max(self.now + span);
    }

    /// Drops the bytes that are our own, come back. One that differs ends the echo: it was another's, or a collision.
    fn without_echo<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let left = usize::from(self.echo_left);
        let own = self
            .output
            .as_slice()
            .iter()
            .skip(self.output.len() - left.min(self.output.len()));
        let echoed = own.zip(bytes).take_while(|(own, heard)| own == heard).count();
        let (_, rest) = bytes.split_at(echoed);
        self.echo_left = if rest.is_empty() {
            u16::try_from(left - echoed).unwrap_or(0)
        } else {
            0
        };
        rest
    }

    /// Slides over the input to the answer, by one byte at a time and over at most one frame's length.
    fn look_at_input(&mut self) {
        let mut start = 0;
        self.silent_at = None;
        let found = loop {
            let front = match asked(&self.output) {
                Some(request) if start < self.input.len() => {
                    front(&request, self.output.bytes[0], &self.input.as_slice()[start..])
                }
                _ => break None,
            };
            match front {
                Front::Answer(response, len) => break Some((response, len)),
                Front::Open => break None,
                Front::OpenUntilSilence => {
                    self.silent_at = Some(self.now + self.settings.frame_gap.span());
                    break None;
                }
                Front::Not(reason) => {
                    self.rejected.get_or_insert(reason);
                    start += 1;
                }
            }
        };
        self.discarded = self.discarded.saturating_add(u16::try_from(start).unwrap_or(u16::MAX));
        if let Some((response, len)) = found {
            let unused = self.input.len() - len;
            let frame = self.input.as_slice().get(start..start + len).unwrap_or_default();
            Self::settle_answer(&mut self.table, self.phase, &response, frame);
            self.input.len = 0;
            self.count_discarded(unused);
            return self.after_answer();
        }
        self.count_discarded(start);
        self.input.drop_front(start);
        if self.is_drowned() {
            self.give_up_attempt();
        } else if matches!(self.phase, Phase::Poisoned { .. }) {
            self.keep_quiet();
        }
    }

    /// More has been dropped than one frame's length: what comes now is no late answer but noise.
    fn is_drowned(&self) -> bool {
        usize::from(self.discarded) > rtu::MAX_FRAME
    }

    fn settle_answer(table: &mut Table<N>, phase: Phase, response: &Response<'_>, frame: &[u8]) {
        // The frame without unit and CRC.
        let body = frame.get(1..frame.len().saturating_sub(2)).unwrap_or_default();
        match phase {
            Phase::Waiting { owner: Some(index), .. } | Phase::Poisoned { late: Some(index) } => {
                table.answer(index, response, body);
            }
            _ => table.count_late(),
        }
    }

    /// The line is ours again; unless the request was sent twice, for then another answer may come.
    fn after_answer(&mut self) {
        let owner = match self.phase {
            Phase::Waiting { owner, .. } => owner,
            Phase::Poisoned { late } => late,
            Phase::Idle | Phase::Sending { .. } => None,
        };
        let sent_once = owner.is_none_or(|index| self.table.entry(index).attempts <= 1);
        self.phase = if sent_once {
            Phase::Idle
        } else {
            Phase::Poisoned { late: None }
        };
        self.clear_at = self.now;
        self.keep_quiet();
    }

    /// The attempt has failed: its answer is overdue, or drowned in noise.
    fn give_up_attempt(&mut self) {
        self.rejected = self.rejected.or_else(|| self.cut());
        let owner = match self.phase {
            Phase::Waiting { owner, .. } => owner,
            Phase::Poisoned { .. } | Phase::Idle | Phase::Sending { .. } => None,
        };
        let late = owner.filter(|&index| self.table.retry(index));
        if let (Some(index), None) = (owner, late) {
            self.table.fail(index, self.timeout(index));
        }
        self.phase = Phase::Poisoned {
            late: late.filter(|_| !self.is_drowned()),
        };
        self.count_discarded(self.input.len());
        self.input.len = 0;
        self.clear_at = self.now;
        self.keep_quiet();
        if self.settings.link == RtuLink::Stream {
            self.break_link();
        }
    }

    /// What came so far, if it is the beginning of the answer and no more.
    fn cut(&self) -> Option<Rejected> {
        let found = self.input.len();
        let needed = match rtu::response_len(&asked(&self.output)?, self.input.as_slice()) {
            Framing::Length(needed) | Framing::Partial { needed } => needed,
            Framing::Silence | Framing::Never => return None,
        };
        (0 < found && found < needed).then_some(Rejected::Cut { needed, found })
    }

    fn timeout(&self, index: usize) -> ModbusError {
        let Entry {
            unit,
            function,
            attempts,
            ..
        } = *self.table.entry(index);
        ModbusError::Timeout {
            unit,
            function,
            attempts,
            rejected: self.rejected,
            effect: self.table.effect(index),
        }
    }

    /// A frame of unknown length ends where the line falls silent.
    fn end_silent_frame(&mut self) {
        self.silent_at = None;
        let Some(request) = asked(&self.output) else { return };
        match examine(&request, self.output.bytes[0], self.input.as_slice()) {
            Ok(response) => {
                let frame = self.input.as_slice();
                Self::settle_answer(&mut self.table, self.phase, &response, frame);
                self.input.len = 0;
                self.after_answer();
            }
            Err(reason) => {
                self.rejected.get_or_insert(reason);
                self.discarded = self.discarded.saturating_add(self.input.len);
                self.count_discarded(self.input.len());
                self.input.len = 0;
            }
        }
    }

    /// Ends or queues again what is on the line, and waits for another link.
    fn interrupt(&mut self) {
        match self.phase {
            Phase::Sending { owner: Some(index) } if self.sent == 0 => self.table.unsend(index),
            Phase::Sending { owner: Some(index) } | Phase::Waiting { owner: Some(index), .. }
                if !self.table.retry(index) =>
            {
                self.table.fail(index, self.link_down(index));
            }
            _ => {}
        }
        self.phase = Phase::Idle;
        self.output.len = 0;
        self.sent = 0;
        self.echo_left = 0;
        self.input.len = 0;
        self.silent_at = None;
        self.line_busy_at = None;
    }

    fn link_down(&self, index: usize) -> ModbusError {
        ModbusError::LinkDown {
            unit: self.table.entry(index).unit,
            effect: self.table.effect(index),
        }
    }

    fn give_up_at(&self) -> Option<Instant> {
        self.next_in_turn()
            .map(|_| self.now + self.settings.connect_timeout.span())
    }

    fn break_link(&mut self) {
        self.interrupt();
        self.link.enter(LinkState::Broken, self.give_up_at());
    }

    fn expire(&mut self) {
        if matches!(self.phase, Phase::Waiting { deadline, .. } if deadline <= self.now) {
            self.give_up_attempt();
        }
        // A line that has become quiet in the meantime is sent on, however late that is noticed.
        let is_busy = self.clear_at > self.now;
        if is_busy && self.line_busy_at.is_some_and(|at| at <= self.now) {
            self.line_busy_at = None;
            if let Some(index) = self.next_in_turn() {
                let unit = self.table.entry(index).unit;
                self.last_unit = unit;
                self.forget_late(index);
                self.table.fail(index, self.line_busy(index));
            }
        }
        if self.link.take_given_up(self.now) {
            while let Some(index) = self.next_in_turn() {
                self.table.fail(index, self.link_down(index));
            }
        }
    }

    /// A request that was sent before, and then found the line too busy to be repeated, is one that was not answered.
    fn line_busy(&self, index: usize) -> ModbusError {
        let Entry { unit, attempts, .. } = *self.table.entry(index);
        if attempts == 0 {
            ModbusError::LineBusy { unit }
        } else {
            self.timeout(index)
        }
    }

    fn forget_late(&mut self, index: usize) {
        if self.phase == (Phase::Poisoned { late: Some(index) }) {
            self.phase = Phase::Poisoned { late: None };
        }
    }
}

/// The request on the line; its bytes were proven when they were put there.
fn asked(output: &Buffer) -> Option<WireRequest<'_>> {
    let body = output.as_slice().get(1..output.len().checked_sub(2)?)?;
    WireRequest::parse(body).ok()
}

/// What the bytes begin with, by what was asked.
fn front<'b>(request: &WireRequest<'_>, unit: u8, bytes: &'b [u8]) -> Front<'b> {
    let found = bytes.first().copied().unwrap_or_default();
    if found != unit {
        return Front::Not(Rejected::Unit { expected: unit, found });
    }
    match rtu::response_len(request, bytes) {
        Framing::Partial { .. } => Front::Open,
        Framing::Silence => Front::OpenUntilSilence,
        Framing::Never => Front::Not(misfit(request, bytes)),
        Framing::Length(len) => match bytes.get(..len).map(|frame| examine(request, unit, frame)) {
            None => Front::Open,
            Some(Ok(response)) => Front::Answer(response, len),
            Some(Err(reason)) => Front::Not(reason),
        },
    }
}

fn examine<'b>(request: &WireRequest<'_>, unit: u8, bytes: &'b [u8]) -> Result<Response<'b>, Rejected> {
    let frame = rtu::parse(bytes)?;
    if frame.unit != unit {
        return Err(Rejected::Unit {
            expected: unit,
            found: frame.unit,
        });
    }
    let response = Response::parse(frame.pdu)?;
    request.check(&response)?;
    Ok(response)
}

/// Why bytes that begin with the right unit cannot be the answer.
fn misfit(request: &WireRequest<'_>, bytes: &[u8]) -> Rejected {
    let function = request.function();
    let found = FunctionCode(bytes.get(1).copied().unwrap_or_default());
    if found.without_exception() != function {
        let (expected, found) = (function.0.into(), found.0.into());
        return Mismatch {
            function,
            field: Field::Function,
            expected,
            found,
        }
        .into();
    }
    let expected = match rtu::response_len(request, bytes.get(..2).unwrap_or_default()) {
        Framing::Length(len) => u16::try_from(len.saturating_sub(5)).unwrap_or(u16::MAX),
        _ => 0,
    };
    let found = bytes.get(2).copied().unwrap_or_default().into();
    Mismatch {
        function,
        field: Field::ByteCount,
        expected,
        found,
    }
    .into()
}

impl<const N: usize> Endpoint for RtuClient<N> {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.catch_up(now);
        self.interrupt();
        let state = match event {
            LinkEvent::Up => LinkState::Up,
            LinkEvent::Eof => LinkState::Broken,
            _ => LinkState::Down,
        };
        self.link.enter(state, self.give_up_at());
        self.clear_at = self.now + self.settings.silence();
        self.advance();
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.catch_up(now);
        if self.link.is_up() {
            self.take_input(bytes);
            self.advance();
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.catch_up(now);
        let Phase::Sending { owner } = self.phase else { return };
        let sent = usize::from(self.sent).saturating_add(len);
        self.sent = self.output.len.min(u16::try_from(sent).unwrap_or(u16::MAX));
        if self.sent == self.output.len {
            self.frame_left(owner);
            self.advance();
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.catch_up(now);
        if self.silent_at.is_some_and(|at| at <= self.now) {
            self.end_silent_frame();
        }
        self.expire();
        self.advance();
    }

    fn transmit(&self) -> &[u8] {
        match self.phase {
            Phase::Sending { .. } => &self.output.as_slice()[self.sent.into()..],
            _ => &[],
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let line = match self.phase {
            Phase::Waiting { deadline, .. } => earliest(Some(deadline), self.silent_at),
            Phase::Idle | Phase::Poisoned { .. } if self.line_busy_at.is_some() => {
                earliest(Some(self.clear_at), self.line_busy_at)
            }
            _ => None,
        };
        earliest(line, self.link.give_up())
    }

    fn link_demand(&self) -> LinkDemand {
        self.link.demand(self.table.demand())
    }
}

impl<const N: usize> Session for RtuClient<N> {
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
        let Entry { unit, function, .. } = *self.table.entry(index);
        if unit == rtu::BROADCAST && !may_be_broadcast(function) {
            self.table.fail(index, ModbusError::Broadcast { function });
            return Ok(ticket);
        }
        self.link.wanted(self.now + self.settings.connect_timeout.span());
        self.advance();
        Ok(ticket)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.catch_up(now);
        let Some(index) = self.table.live(ticket) else { return };
        match &mut self.phase {
            Phase::Sending { owner } if *owner == Some(index) && self.sent == 0 => {
                self.table.unsend(index);
                self.phase = Phase::Idle;
            }
            Phase::Sending { owner } | Phase::Waiting { owner, .. } if *owner == Some(index) => *owner = None,
            _ => self.forget_late(index),
        }
        let effect = self.table.effect(index);
        self.table.fail(index, ModbusError::Cancelled { effect });
        self.advance();
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        self.table.next_done()
    }
}

/// Whether a function makes sense without an answer: those that write.
///
/// Source: Modbus over Serial Line V1.02, 2.1: broadcast requests are necessarily writing commands.
fn may_be_broadcast(function: FunctionCode) -> bool {
    !function.is_read_only() && function != FunctionCode::READ_WRITE_MULTIPLE_REGISTERS
}
