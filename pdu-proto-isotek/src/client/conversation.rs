//! What is said and heard on one link: commands one by one, status frames in between.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::time::Duration;

use pdu_core::{Instant, LinkDemand, LinkEvent, LinkState, LinkWait, Mode, Ticket, earliest};

use super::events::Events;
use super::exchange::{Answer, Entry, Exchange, Gaps, HeldOk};
use super::frames::{Ended, Expect, Frames, OkOf, Whole};
use super::lines::Piece;
use super::output::Output;
use super::{FrameEnd, Link, Notice, Options, Reply, Request, Statistics};
use crate::wire::{Address, Command, Deviation, Deviations, Outlet, OutletConfig, Parsed, Record, Reply as Line};
use crate::{IsotekError, Rejected};

/// How many commands are in the table, those included whose end was not taken yet.
pub(super) const CAPACITY: usize = 8;
/// How long an unasked frame is waited for before `?` is sent, on a unit that may end the two differently.
const UNASKED: Duration = Duration::from_millis(1500);
/// How long an unclear `OK` may stay so: until three more frames came.
const DECIDED: Duration = Duration::from_secs(4);
/// How long a command waits for a serial line to be quiet.
const BUSY_LINE: Duration = Duration::from_secs(5);
/// How many whole frames in a row, with nothing else between, are as good as quiet.
const FRAMES_LIKE_QUIET: u8 = 2;

/// What is going on.
#[derive(Debug)]
enum Phase {
    Idle,
    /// A status frame is waited for that began after `after`.
    Listening {
        entry: Entry,
        after: u64,
        until: Instant,
    },
    /// The command is in the output.
    Sending(Exchange),
    /// The command has left.
    Waiting {
        exchange: Exchange,
        deadline: Instant,
    },
    /// Serial: an answer did not come, and may still.
    Poisoned {
        clear_at: Instant,
        busy_at: Instant,
        frames: u8,
    },
}

#[derive(Debug)]
pub(super) struct Conversation {
    options: Options,
    now: Instant,
    link: LinkWait,
    frames: Frames,
    tickets: u64,
    queue: VecDeque<Entry>,
    phase: Phase,
    output: Output,
    pub(super) events: Events,
    /// When readings become stale; `None` once they are, and before there was a link.
    stale_at: Option<Instant>,
    is_stale: bool,
    /// When a link without status frames is given up.
    reset_at: Option<Instant>,
    /// Serial: a command has waited for the first status frame.
    has_waited: bool,
    pub(super) statistics: Statistics,
}

impl Conversation {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            now: Instant::EPOCH,
            link: LinkWait::down(),
            frames: fresh_frames(&options),
            tickets: 0,
            queue: VecDeque::new(),
            phase: Phase::Idle,
            output: Output::new(),
            events: Events::default(),
            stale_at: None,
            is_stale: false,
            reset_at: None,
            has_waited: false,
            statistics: Statistics::default(),
        }
    }

    pub(super) fn catch_up(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    pub(super) const fn options(&self) -> &Options {
        &self.options
    }

    pub(super) const fn frame_end(&self) -> FrameEnd {
        self.frames.frame_end()
    }

    // Commands.

    pub(super) fn is_full(&self) -> bool {
        self.queue.len() + usize::from(self.current().is_some()) + self.events.dones() >= CAPACITY
    }

    pub(super) fn submit(&mut self, request: Request) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        if let Err(error) = request.command().check(&self.options.dialect) {
            self.events.done(ticket, Err(IsotekError::Request(error)));
            return ticket;
        }
        self.queue.push_back(Entry::new(ticket, request, self.options.retries));
        self.link.wanted(self.now + self.options.connect_timeout);
        self.advance();
        ticket
    }

    /// The command that is not in the queue any more, and not told yet.
    fn current(&self) -> Option<&Entry> {
        match &self.phase {
            Phase::Listening { entry, .. } => Some(entry),
            Phase::Sending(exchange) | Phase::Waiting { exchange, .. } => exchange.entry.as_ref(),
            Phase::Idle | Phase::Poisoned { .. } => None,
        }
    }

    pub(super) fn cancel(&mut self, ticket: Ticket) {
        let is_it = |entry: &Entry| entry.ticket == ticket;
        let waiting = self.queue.iter().position(is_it);
        let entry = match waiting {
            Some(place) => self.queue.remove(place),
            None if self.current().is_some_and(is_it) => self.withdraw(),
            None => None,
        };
        if let Some(entry) = entry {
            let effect = entry.effect();
            self.events.done(entry.ticket, Err(IsotekError::Cancelled { effect }));
        }
        self.advance();
    }

    /// Takes the current command from its exchange, which goes on if something of it has left.
    fn withdraw(&mut self) -> Option<Entry> {
        let has_begun = self.output.has_begun();
        match &mut self.phase {
            Phase::Waiting { exchange, .. } => exchange.entry.take(),
            Phase::Sending(exchange) if has_begun => exchange.entry.take(),
            Phase::Sending(exchange) => {
                let mut entry = exchange.entry.take();
                if let Some(entry) = &mut entry {
                    entry.attempts = entry.attempts.saturating_sub(1);
                }
                self.output.clear();
                self.phase = Phase::Idle;
                entry
            }
            Phase::Listening { .. } => match core::mem::replace(&mut self.phase, Phase::Idle) {
                Phase::Listening { entry, .. } => Some(entry),
                _ => None,
            },
            Phase::Idle | Phase::Poisoned { .. } => None,
        }
    }

    fn fail(&mut self, entry: &Entry, error: IsotekError) {
        self.events.done(entry.ticket, Err(error));
    }

    /// Begins the next command, if the link is free.
    pub(super) fn advance(&mut self) {
        while self.link.is_up() && matches!(self.phase, Phase::Idle) {
            let Some(entry) = self.queue.pop_front() else { return };
            self.begin(entry);
        }
    }

    fn begin(&mut self, entry: Entry) {
        if entry.is_in_doubt {
            let until = self.now + self.options.stale_after.max(self.options.timeout);
            return self.listen(entry, until);
        }
        // Unasked frames that end otherwise than the answer to `?` are as good as that, and leave no doubt whose an OK is.
        if matches!(entry.command, Command::ReadStatus) && self.frames.frame_end() != FrameEnd::Ok {
            return self.listen(entry, self.now + UNASKED);
        }
        // Over a serial line it helps to know when frames come before an OK is to be told from theirs.
        if self.waits_for_first_frame() {
            return self.listen(entry, self.now + UNASKED);
        }
        self.send_for(entry);
    }

    fn waits_for_first_frame(&mut self) -> bool {
        let is_serial = matches!(self.options.link, Link::Serial(_));
        is_serial && !self.frames.has_heard_any() && !core::mem::replace(&mut self.has_waited, true)
    }

    fn listen(&mut self, entry: Entry, until: Instant) {
        let after = self.frames.begun();
        self.phase = Phase::Listening { entry, after, until };
    }

    fn send_for(&mut self, mut entry: Entry) {
        entry.attempts = entry.attempts.saturating_add(1);
        if entry.attempts > 1 {
            bump(&mut self.statistics.repeated);
        }
        match self.output.set(&entry.command, self.options.dialect) {
            Ok(()) => self.phase = Phase::Sending(Exchange::new(entry)),
            Err(error) => self.fail(&entry, IsotekError::Request(error)),
        }
    }

    pub(super) fn transmitted(&mut self, len: usize) {
        if !matches!(self.phase, Phase::Sending(_)) || !self.output.left(len) {
            return;
        }
        let Phase::Sending(mut exchange) = core::mem::replace(&mut self.phase, Phase::Idle) else {
            return;
        };
        exchange.after = self.frames.begun();
        if matches!(exchange.answer, Answer::Status) {
            self.frames.asked();
        }
        let deadline = self.now + self.on_wire(self.output.len()) + self.options.timeout;
        self.phase = Phase::Waiting { exchange, deadline };
    }

    /// How long bytes that have left the driver may still be in the queue of a UART.
    fn on_wire(&self, len: usize) -> Duration {
        match self.options.link {
            Link::Serial(line) => line.time_of(len),
            Link::Stream => Duration::ZERO,
        }
    }

    // What comes.

    /// Bytes have come, whatever they are.
    pub(super) fn hear(&mut self) {
        let asked = |exchange: &Exchange| matches!(exchange.answer, Answer::Status);
        let is_asked = matches!(&self.phase, Phase::Waiting { exchange, .. } if asked(exchange));
        self.frames.hear(self.now, is_asked);
        if let Phase::Poisoned { clear_at, .. } = &mut self.phase {
            *clear_at = self.now + self.options.quiet;
        }
    }

    pub(super) fn take(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Line(line) if self.is_echo(line) => self.note_deviations(Deviations::of(&[Deviation::Echo])),
            Piece::Line(line) => self.take_line(line),
            Piece::Prompt => {
                let ended = self.frames.prompt();
                self.take_end(ended.as_ref(), b">");
            }
            Piece::TooLong(head) => {
                self.frames.damaged();
                self.refuse(Rejected::TooLong, head);
            }
        }
        self.settle();
    }

    /// The command itself may come back, once, before its answer.
    fn is_echo(&mut self, line: &[u8]) -> bool {
        let is_lenient = self.options.mode == Mode::Lenient;
        match &mut self.phase {
            Phase::Waiting { exchange, .. } if is_lenient && line == self.output.line() => {
                core::mem::take(&mut exchange.may_echo)
            }
            _ => false,
        }
    }

    fn take_line(&mut self, line: &[u8]) {
        match Line::parse(line, self.options.mode) {
            Ok(Parsed { value, deviations }) => {
                self.note_deviations(deviations);
                self.take_parsed(value, deviations, line);
            }
            Err(error) if line.starts_with(b"RTC") => {
                let ended = self.frames.clock(None, Deviations::NONE);
                self.refuse(error.into(), line);
                self.take_end(ended.as_ref(), line);
            }
            Err(error) => {
                self.frames.damaged();
                self.refuse(error.into(), line);
            }
        }
    }

    fn take_parsed(&mut self, parsed: Line<'_>, deviations: Deviations, line: &[u8]) {
        match parsed {
            Line::Channel(status) => {
                self.decide_lone_ok();
                let ended = self.frames.channel(status, deviations);
                self.take_end(ended.as_ref(), line);
            }
            Line::Clock(clock) => {
                let ended = self.frames.clock(Some(clock), deviations);
                self.take_end(ended.as_ref(), line);
            }
            Line::Ok => self.take_ok(line),
            Line::Unknown(_) => {
                self.frames.damaged();
                bump(&mut self.statistics.unknown);
                self.events.other(Notice::Unknown { line: line.into() });
            }
            answer => self.take_answer(answer, line),
        }
    }

    fn note_deviations(&mut self, deviations: Deviations) {
        self.statistics.deviations = self.statistics.deviations.union(deviations);
    }

    /// A line is refused. It may have been one of the answer.
    fn refuse(&mut self, rejected: Rejected, line: &[u8]) {
        self.note_rejected(rejected, line);
        if line.starts_with(b"CH") || line.starts_with(b"RTC") {
            return;
        }
        if let Phase::Waiting { exchange, .. } = &mut self.phase
            && exchange.answer.has_lines()
        {
            self.spoil_answer(rejected);
        }
    }

    fn note_rejected(&mut self, error: Rejected, line: &[u8]) {
        bump(&mut self.statistics.rejected);
        let line = line.into();
        self.events.other(Notice::Rejected { error, line });
        if let Phase::Poisoned { frames, .. } = &mut self.phase {
            *frames = 0;
        }
        if let Phase::Waiting { exchange, .. } = &mut self.phase
            && let Some(entry) = &mut exchange.entry
        {
            entry.rejected.get_or_insert(error);
        }
    }

    /// The answer is no good; what is left of it is still waited for, so that it is not taken for the next one's.
    fn spoil_answer(&mut self, rejected: Rejected) {
        let Phase::Waiting { exchange, .. } = &mut self.phase else {
            return;
        };
        if let Some(entry) = exchange.entry.take() {
            let error = entry.bad_answer(rejected);
            self.fail(&entry, error);
        }
    }

    fn take_ok(&mut self, line: &[u8]) {
        let (of, ended) = self.frames.ok(self.expect());
        self.take_end(ended.as_ref(), line);
        match of {
            OkOf::Tail => {}
            OkOf::Command => self.acknowledge(line),
            OkOf::Unclear => self.hold_ok(HeldOk::BehindFrame),
            OkOf::Alone => self.hold_ok(HeldOk::Alone(self.now)),
        }
    }

    fn expect(&self) -> Expect {
        match &self.phase {
            Phase::Idle | Phase::Listening { .. } => Expect::Nothing,
            Phase::Sending(_) if !self.output.has_begun() => Expect::Nothing,
            Phase::Waiting { exchange, .. } => match exchange.held {
                None if exchange.awaits_first_line() => Expect::Lines,
                None => Expect::Answer,
                Some(HeldOk::BehindFrame) => Expect::AnswerPerhapsHad,
                // A whole interval later it may be that of another lost frame.
                Some(HeldOk::Alone(at)) if self.now.saturating_since(at) >= self.options.status_interval / 2 => {
                    Expect::Answer
                }
                Some(HeldOk::Alone(_)) => Expect::AnswerPerhapsHadAlone,
            },
            Phase::Sending(_) | Phase::Poisoned { .. } => Expect::Answer,
        }
    }

    /// An `OK` that is no frame's.
    fn acknowledge(&mut self, line: &[u8]) {
        match &self.phase {
            Phase::Waiting { exchange, .. } if exchange.answer.ends_with_ok() => {
                if exchange.held == Some(HeldOk::BehindFrame) {
                    self.frames.frames_end_with_ok();
                }
                self.finish();
            }
            _ => self.note_unasked(line),
        }
    }

    fn hold_ok(&mut self, held: HeldOk) {
        let decided = self.now + DECIDED;
        if let Phase::Waiting { exchange, deadline } = &mut self.phase
            && exchange.answer.ends_with_ok()
        {
            exchange.held = Some(held);
            *deadline = decided.max(*deadline);
        }
    }

    /// A frame begins: that shows whether one was lost, whose an `OK` that stood alone may have been.
    fn decide_lone_ok(&mut self) {
        let Phase::Waiting { exchange, .. } = &mut self.phase else {
            return;
        };
        if matches!(exchange.held, Some(HeldOk::Alone(_))) {
            exchange.held = None;
            if self.frames.is_unbroken() {
                self.finish();
            }
        }
    }

    /// The answer is complete.
    fn finish(&mut self) {
        let Phase::Waiting { mut exchange, .. } = core::mem::replace(&mut self.phase, Phase::Idle) else {
            return;
        };
        let is_lossy = matches!(self.options.link, Link::Serial(_));
        match exchange
            .entry
            .take_if(|entry| is_lossy && exchange.answer.is_empty_list() && !entry.was_empty)
        {
            Some(mut entry) => {
                entry.was_empty = true;
                entry.allowed = entry.allowed.saturating_add(1);
                self.queue.push_front(entry);
            }
            None => {
                if let Some((ticket, reply)) = exchange.finish() {
                    self.events.done(ticket, Ok(reply));
                }
            }
        }
    }

    /// Draws the conclusions of what was just learnt about the ends of frames and of addresses.
    fn settle(&mut self) {
        let Phase::Waiting { exchange, .. } = &mut self.phase else {
            return;
        };
        if matches!(exchange.answer, Answer::AddressTail) && !self.frames.is_behind_address() {
            self.phase = Phase::Idle;
        } else if exchange.held == Some(HeldOk::BehindFrame) && self.frames.frame_end() == FrameEnd::Bare {
            self.finish();
        }
    }

    /// A line of the answer to `A?`, `P?` or `C?`.
    fn take_answer(&mut self, answer: Line<'_>, line: &[u8]) {
        match answer {
            Line::Address(address) => {
                self.frames.address();
                self.take_address(&address, line);
            }
            Line::Record { index, record } => {
                self.frames.other_line();
                self.take_record(index, record, line);
            }
            Line::Config { outlet, config } => {
                self.frames.other_line();
                self.take_config(outlet, config, line);
            }
            Line::Ok | Line::Channel(_) | Line::Clock(_) | Line::Unknown(_) => {}
        }
    }

    fn take_address(&mut self, address: &Address<'_>, line: &[u8]) {
        let Phase::Waiting { exchange, .. } = &mut self.phase else {
            return self.note_unasked(line);
        };
        if !matches!(exchange.answer, Answer::Address) {
            return self.note_unasked(line);
        }
        // Whether an OK follows is not stated. The next command waits until that is clear, or its own could not be told.
        exchange.answer = Answer::AddressTail;
        if let Some(entry) = exchange.entry.take() {
            let reply = Reply::Address(address.clone().into_owned());
            self.events.done(entry.ticket, Ok(reply));
        }
        if self.frames.address_end() == FrameEnd::Bare {
            self.phase = Phase::Idle;
        }
    }

    fn take_record(&mut self, index: u16, record: Record<'_>, line: &[u8]) {
        let gaps = self.gaps();
        let Phase::Waiting { exchange, .. } = &mut self.phase else {
            return self.note_stray(line);
        };
        let Answer::Schedule(records) = &mut exchange.answer else {
            return self.note_stray(line);
        };
        let next = exchange.numbers.next(index, gaps);
        if next.is_ok() && exchange.entry.is_some() {
            records.push((index, record.into_owned()));
        }
        self.go_on(next, line);
    }

    fn take_config(&mut self, outlet: Outlet, config: OutletConfig<'_>, line: &[u8]) {
        let gaps = self.gaps();
        let Phase::Waiting { exchange, .. } = &mut self.phase else {
            return self.note_stray(line);
        };
        let Answer::Configs(configs) = &mut exchange.answer else {
            return self.note_stray(line);
        };
        let next = exchange.numbers.next(outlet.number().into(), gaps);
        if next.is_ok() && exchange.entry.is_some() {
            configs.push((outlet, config.into_owned()));
        }
        self.go_on(next, line);
    }

    /// Over a serial line, a number left out is a line lost.
    const fn gaps(&self) -> Gaps {
        match (self.options.link, self.options.mode) {
            (Link::Stream, Mode::Lenient) => Gaps::Taken,
            _ => Gaps::Refused,
        }
    }

    /// A line of the answer was taken, or not.
    fn go_on(&mut self, taken: Result<(), Rejected>, line: &[u8]) {
        let until = self.now + self.options.timeout;
        let Phase::Waiting { exchange, deadline } = &mut self.phase else {
            return;
        };
        // An answer that goes on had not ended: an OK in between was a frame's.
        if exchange.held.take() == Some(HeldOk::BehindFrame) {
            self.frames.frames_end_with_ok();
        }
        if exchange.entry.is_none() {
            return; // nobody wants it any more, only its end is waited for
        }
        match taken {
            Ok(()) => *deadline = until,
            Err(rejected) => {
                self.note_rejected(rejected, line);
                self.spoil_answer(rejected);
            }
        }
    }

    /// A line of an answer to something else: so is the `OK` behind it.
    fn note_stray(&mut self, line: &[u8]) {
        self.frames.stray_answer();
        self.note_unasked(line);
    }

    fn note_unasked(&mut self, line: &[u8]) {
        bump(&mut self.statistics.unasked);
        self.events.other(Notice::Unasked { line: line.into() });
        if let Phase::Poisoned { frames, .. } = &mut self.phase {
            *frames = 0;
        }
    }

    // Status frames.

    fn take_end(&mut self, ended: Option<&Ended>, line: &[u8]) {
        match ended {
            None => {}
            Some(Ok(whole)) => self.take_frame(whole),
            Some(Err(rejected)) => self.note_rejected(*rejected, line),
        }
    }

    fn take_frame(&mut self, whole: &Whole) {
        bump(&mut self.statistics.frames);
        self.note_deviations(whole.deviations);
        self.is_stale = false;
        self.stale_at = Some(self.now + self.options.stale_after);
        self.reset_at = Some(self.now + self.options.reset_after);
        self.events.status(&whole.frame, whole.deviations);
        match &mut self.phase {
            Phase::Waiting { exchange, .. }
                if matches!(exchange.answer, Answer::Status) && whole.number > exchange.after =>
            {
                let entry = exchange.entry.take();
                self.phase = Phase::Idle;
                if let Some(entry) = entry {
                    self.tell_status(&entry, whole);
                }
            }
            Phase::Listening { after, .. } if whole.number > *after => self.look_at(whole),
            Phase::Poisoned { frames, .. } => {
                *frames += 1;
                if *frames >= FRAMES_LIKE_QUIET {
                    self.phase = Phase::Idle;
                }
            }
            _ => {}
        }
    }

    fn tell_status(&mut self, entry: &Entry, whole: &Whole) {
        let reply = Reply::Status(Box::new(whole.frame));
        self.events.done(entry.ticket, Ok(reply));
    }

    /// The frame that was waited for: an answer to `?`, or what has become of a command that was not answered.
    fn look_at(&mut self, whole: &Whole) {
        let Phase::Listening {
            mut entry,
            after,
            until,
        } = core::mem::replace(&mut self.phase, Phase::Idle)
        else {
            return;
        };
        if !entry.is_in_doubt {
            return match entry.command {
                Command::ReadStatus => self.tell_status(&entry, whole),
                _ => self.send_for(entry),
            };
        }
        let shown = if whole.is_complete {
            entry.is_shown_by(&whole.frame)
        } else {
            None
        };
        match shown {
            Some(true) => self.events.done(entry.ticket, Ok(Reply::Confirmed)),
            Some(false) if entry.may_be_sent() => {
                entry.is_in_doubt = false;
                self.send_for(entry);
            }
            Some(false) => self.fail(&entry, entry.no_reply()),
            None => self.phase = Phase::Listening { entry, after, until },
        }
    }

    // Time and the link.

    pub(super) fn expire(&mut self) {
        self.expire_phase();
        if self.stale_at.is_some_and(|at| at <= self.now) {
            self.stale_at = None;
            self.is_stale = true;
            self.events.stale();
        }
        if self.reset_at.is_some_and(|at| at <= self.now) {
            self.change_link(LinkState::Broken);
        }
        if self.link.take_given_up(self.now) {
            while let Some(entry) = self.queue.pop_front() {
                self.fail(&entry, entry.link_down());
            }
        }
    }

    fn expire_phase(&mut self) {
        match &mut self.phase {
            Phase::Waiting { deadline, .. } if *deadline <= self.now => self.give_up(),
            Phase::Listening { until, .. } if *until <= self.now => self.stop_listening(),
            Phase::Poisoned { clear_at, .. } if *clear_at <= self.now => self.phase = Phase::Idle,
            Phase::Poisoned { busy_at, .. } if *busy_at <= self.now => {
                *busy_at = self.now + BUSY_LINE;
                if let Some(entry) = self.queue.pop_front() {
                    self.fail(&entry, entry.line_busy());
                }
            }
            _ => {}
        }
    }

    /// No answer came in time.
    fn give_up(&mut self) {
        let Phase::Waiting { mut exchange, .. } = core::mem::replace(&mut self.phase, Phase::Idle) else {
            return;
        };
        let is_harmless = match exchange.answer {
            Answer::AddressTail => true,
            Answer::Status => exchange.entry.is_none(), // cancelled: no frame that still comes is taken for an answer
            _ => false,
        };
        if is_harmless {
            return;
        }
        if let Some(mut entry) = exchange.entry.take() {
            if entry.goes_on() {
                self.queue.push_front(entry);
            } else {
                self.fail(&entry, entry.no_reply());
            }
        }
        match self.options.link {
            Link::Stream => self.change_link(LinkState::Broken),
            Link::Serial(_) => {
                self.phase = Phase::Poisoned {
                    clear_at: self.now + self.options.quiet,
                    busy_at: self.now + BUSY_LINE,
                    frames: 0,
                }
            }
        }
    }

    /// No frame came that was waited for.
    fn stop_listening(&mut self) {
        let Phase::Listening { entry, .. } = core::mem::replace(&mut self.phase, Phase::Idle) else {
            return;
        };
        if entry.is_in_doubt {
            self.fail(&entry, entry.no_reply());
        } else {
            self.send_for(entry);
        }
    }

    pub(super) fn handle_link(&mut self, event: LinkEvent) {
        self.change_link(match event {
            LinkEvent::Up => LinkState::Up,
            LinkEvent::Eof => LinkState::Broken,
            _ => LinkState::Down,
        });
    }

    fn change_link(&mut self, state: LinkState) {
        self.interrupt();
        let give_up = self.now + self.options.connect_timeout;
        self.link.enter(state, (!self.queue.is_empty()).then_some(give_up));
        self.reset_at = None;
        if state == LinkState::Up {
            self.frames = fresh_frames(&self.options);
            self.has_waited = false;
            self.reset_at = Some(self.now + self.options.reset_after);
            if !self.is_stale {
                self.stale_at.get_or_insert(self.now + self.options.stale_after);
            }
        }
        self.advance();
    }

    /// The link goes: ends the current command, or puts it back if it may go on over another.
    fn interrupt(&mut self) {
        let entry = match core::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Sending(mut exchange) if !self.output.has_begun() => {
                if let Some(entry) = &mut exchange.entry {
                    entry.attempts = entry.attempts.saturating_sub(1);
                }
                exchange.entry.map(|entry| (entry, true))
            }
            Phase::Sending(exchange) | Phase::Waiting { exchange, .. } => exchange.entry.map(|mut entry| {
                let goes_on = entry.goes_on();
                (entry, goes_on)
            }),
            Phase::Listening { entry, .. } => Some((entry, true)),
            Phase::Idle | Phase::Poisoned { .. } => None,
        };
        match entry {
            Some((entry, true)) => self.queue.push_front(entry),
            Some((entry, false)) => self.fail(&entry, entry.link_down()),
            None => {}
        }
        self.output.clear();
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let phase = match &self.phase {
            Phase::Waiting { deadline, .. } => Some(*deadline),
            Phase::Listening { until, .. } => Some(*until),
            Phase::Poisoned { clear_at, busy_at, .. } => Some(*clear_at.min(busy_at)),
            Phase::Idle | Phase::Sending(_) => None,
        };
        let status = earliest(self.stale_at, self.reset_at);
        earliest(earliest(phase, status), self.link.give_up())
    }

    /// What is still to leave of the command that is on its way out.
    pub(super) fn transmit(&self) -> &[u8] {
        match &self.phase {
            Phase::Sending(_) => self.output.rest(),
            _ => &[],
        }
    }

    pub(super) fn is_up(&self) -> bool {
        self.link.is_up()
    }

    pub(super) fn link_demand(&self) -> LinkDemand {
        // Wanted all the time: the unit tells its status unasked.
        self.link.demand(LinkDemand::Open)
    }
}

fn fresh_frames(options: &Options) -> Frames {
    let lossy = match options.link {
        Link::Stream => None,
        Link::Serial(_) => Some(options.status_interval),
    };
    Frames::new(options.mode, options.frame_end, lossy)
}

fn bump(count: &mut u32) {
    *count = count.saturating_add(1);
}
