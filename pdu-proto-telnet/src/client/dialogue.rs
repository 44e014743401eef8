//! What is said and heard on one link: to the prompt, one command, and back to the prompt.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use pdu_core::{Effect, Error as _, Instant, LinkDemand, LinkEvent, Ticket, earliest};

use super::events::Events;
use super::link::{LinkState, LinkWait};
use super::prompts::{Questions, Seen, is_refusal, seen, shows_password};
use super::{Command, ConsoleOptions, Item, Link, Opening, Response, Secrecy, Terminal};
use crate::wire::check_line;
use crate::{Awaited, ReplyPart, StreamFault, TelnetError};

/// How many commands are in the table, those included whose end was not taken yet.
const CAPACITY: usize = 8;
/// How long commands wait for a serial line to be quiet.
const BUSY_LINE: Duration = Duration::from_secs(5);

/// What is going on.
#[derive(Debug)]
enum Phase {
    /// Nothing is wanted, or there is no link.
    Idle,
    /// The way to the prompt.
    Seeking { step: Step, deadline: Instant },
    /// The command is in the output, and the prompt stands.
    Sending(Entry),
    /// The command has left.
    Collecting { exchange: Exchange, deadline: Instant },
    /// Serial: a reply did not come, and may still.
    Poisoned {
        clear_at: Instant,
        busy_at: Option<Instant>,
    },
}

/// How far a login is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Nothing was sent yet.
    Look,
    /// An empty line was.
    Knocked,
    Account,
    Password,
}

/// A command that has not left.
#[derive(Debug)]
struct Entry {
    ticket: Ticket,
    command: Command,
}

/// A command that has left, and what came of its reply.
#[derive(Debug)]
struct Exchange {
    /// Whose it is; `None` once it was cancelled.
    ticket: Option<Ticket>,
    lines: Vec<Vec<u8>>,
    octets: usize,
}

#[derive(Debug)]
pub(super) struct Dialogue {
    options: ConsoleOptions,
    now: Instant,
    link: LinkWait,
    terminal: Terminal,
    phase: Phase,
    /// A prompt was reached on this link, so that a question for the account means: logged out.
    is_logged_in: bool,
    /// When the last octet came, or the link.
    heard: Instant,
    tickets: u64,
    queue: VecDeque<Entry>,
    pub(super) events: Events,
}

impl Dialogue {
    pub(super) fn new(options: ConsoleOptions) -> Self {
        Self {
            terminal: Terminal::new(options.framing())
                .with_line_end(options.line_end)
                .with_echoing(options.echoing),
            options,
            now: Instant::EPOCH,
            link: LinkWait::down(),
            phase: Phase::Idle,
            is_logged_in: false,
            heard: Instant::EPOCH,
            tickets: 0,
            queue: VecDeque::new(),
            events: Events::default(),
        }
    }

    pub(super) const fn options(&self) -> &ConsoleOptions {
        &self.options
    }

    /// Time has come to `now`: whatever was due before happens first, whichever call brings the news.
    pub(super) fn catch_up(&mut self, now: Instant) {
        self.now = self.now.max(now);
        self.expire();
    }

    // Commands.

    pub(super) fn is_full(&self) -> bool {
        self.queue.len() + usize::from(self.current().is_some()) + self.events.dones() >= CAPACITY
    }

    /// The ticket that is not in the queue any more, and not told yet.
    fn current(&self) -> Option<Ticket> {
        match &self.phase {
            Phase::Sending(entry) => Some(entry.ticket),
            Phase::Collecting { exchange, .. } => exchange.ticket,
            Phase::Idle | Phase::Seeking { .. } | Phase::Poisoned { .. } => None,
        }
    }

    pub(super) fn submit(&mut self, command: Command) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        if let Err(error) = check_line(command.line()) {
            self.events.done(ticket, Err(error.into()));
            return ticket;
        }
        self.queue.push_back(Entry { ticket, command });
        self.link.wanted(self.now + self.options.connect_timeout);
        self.advance();
        ticket
    }

    pub(super) fn cancel(&mut self, ticket: Ticket) {
        let waiting = self.queue.iter().position(|entry| entry.ticket == ticket);
        let effect = match waiting {
            Some(place) => {
                self.queue.remove(place);
                Some(Effect::NotApplied)
            }
            None if self.current() == Some(ticket) => Some(self.withdraw()),
            None => None,
        };
        if let Some(effect) = effect {
            self.events.done(ticket, Err(TelnetError::Cancelled { effect }));
        }
        self.rest();
        self.advance();
    }

    /// Takes the current command back; if something of it has left it goes on, for nobody.
    fn withdraw(&mut self) -> Effect {
        match core::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Sending(_) if self.terminal.withdraw_line() => return Effect::NotApplied,
            // Its last octets are still to leave, and its reply to come.
            Phase::Sending(_) => self.collect(None),
            Phase::Collecting { mut exchange, deadline } => {
                exchange.ticket = None;
                self.phase = Phase::Collecting { exchange, deadline };
            }
            phase => self.phase = phase,
        }
        Effect::Unknown
    }

    /// Nobody waits for the prompt any more, and nothing was said on the way to it.
    fn rest(&mut self) {
        let is_looking = matches!(self.phase, Phase::Seeking { step: Step::Look, .. });
        if self.queue.is_empty() && is_looking {
            self.phase = Phase::Idle;
        }
        if self.queue.is_empty() {
            self.link.unwanted();
        }
    }

    /// Begins what the head of the queue needs, if the link is free.
    fn advance(&mut self) {
        if !self.link.is_up() || self.queue.is_empty() {
            return;
        }
        match &mut self.phase {
            Phase::Idle => {
                self.phase = Phase::Seeking {
                    step: Step::Look,
                    deadline: self.now + self.options.login_timeout,
                };
                self.settle();
            }
            Phase::Poisoned { busy_at, .. } => {
                busy_at.get_or_insert(self.now + BUSY_LINE);
            }
            Phase::Seeking { .. } | Phase::Sending(_) | Phase::Collecting { .. } => {}
        }
    }

    // To the prompt and back.

    /// What the device waits for, as far as it has shown.
    fn seen(&self) -> Option<Seen> {
        let is_login = !self.is_logged_in && !matches!(self.phase, Phase::Collecting { .. });
        let questions = if is_login {
            Questions::LoginFirst
        } else {
            Questions::PromptFirst
        };
        let seen = seen(&self.options, questions, self.terminal.unfinished());
        // A question for the password that nobody has led to is not answered: whose password it asks for is not known.
        let is_first = matches!(
            self.phase,
            Phase::Seeking {
                step: Step::Look | Step::Knocked,
                ..
            }
        );
        seen.filter(|seen| *seen != Seen::Password || !is_first || self.asks_password_only())
    }

    /// When what stands there counts, if it is something to act upon.
    fn settle_at(&self) -> Option<Instant> {
        let is_awaited = match &self.phase {
            Phase::Seeking { step: Step::Look, .. } if self.options.opening == Opening::EmptyLine => true,
            Phase::Seeking { .. } | Phase::Collecting { .. } => self.seen().is_some(),
            Phase::Idle | Phase::Sending(_) | Phase::Poisoned { .. } => false,
        };
        // While a line has not left, what stands there is what it answers.
        let is_open = is_awaited && self.link.is_up() && !self.terminal.has_line();
        is_open.then(|| self.heard + self.options.settle)
    }

    /// Acts upon what stands there, once it has stood for long enough.
    fn settle(&mut self) {
        if self.settle_at().is_none_or(|at| at > self.now) {
            return;
        }
        match (&self.phase, self.seen()) {
            (Phase::Seeking { step, .. }, seen) => self.answer(*step, seen),
            (Phase::Collecting { .. }, Some(Seen::Prompt)) => self.finish(),
            (Phase::Collecting { .. }, Some(Seen::Account | Seen::Password)) => {
                let effect = Effect::Unknown;
                self.give_up(TelnetError::LoggedOut { effect });
            }
            _ => {}
        }
    }

    /// One step of the way to the prompt.
    fn answer(&mut self, step: Step, seen: Option<Seen>) {
        match (step, seen) {
            (_, Some(Seen::Prompt)) => {
                self.is_logged_in = true;
                self.phase = Phase::Idle;
                self.send_head();
            }
            (Step::Look | Step::Knocked, Some(Seen::Account)) => self.log_in(Step::Account),
            (Step::Look | Step::Knocked | Step::Account, Some(Seen::Password)) => self.log_in(Step::Password),
            // The account again, or the password.
            (Step::Account | Step::Password, Some(_)) => self.refuse_login(),
            (Step::Look, None) if self.options.opening == Opening::EmptyLine => {
                self.say(Step::Knocked, &[], Secrecy::Open);
            }
            (_, None) => {}
        }
    }

    fn asks_password_only(&self) -> bool {
        let login = self.options.login.as_ref();
        login.is_some_and(|login| login.account_prompt.trim_ascii_end().is_empty())
    }

    fn log_in(&mut self, step: Step) {
        let Some(login) = self.options.login.clone() else {
            return;
        };
        self.is_logged_in = false;
        match step {
            Step::Password => self.say(step, login.password.reveal().as_bytes(), Secrecy::Secret),
            _ => self.say(step, &login.account, Secrecy::Open),
        }
    }

    /// Sends a line of the login.
    fn say(&mut self, next: Step, line: &[u8], secrecy: Secrecy) {
        if let Err(error) = self.terminal.send_line(line, secrecy) {
            return self.give_up(error.into());
        }
        if let Phase::Seeking { step, .. } = &mut self.phase {
            *step = next;
        }
    }

    /// They are not tried again: every command that waits would be one more attempt on the same account.
    fn refuse_login(&mut self) {
        self.fail_queue(TelnetError::LoginRefused);
        self.break_off();
    }

    /// The prompt stands: the next command may go.
    fn send_head(&mut self) {
        let Some(entry) = self.queue.pop_front() else { return };
        match self.terminal.send_line(entry.command.line(), entry.command.secrecy()) {
            Ok(()) => self.phase = Phase::Sending(entry),
            Err(error) => self.events.done(entry.ticket, Err(error.into())),
        }
    }

    fn collect(&mut self, ticket: Option<Ticket>) {
        self.phase = Phase::Collecting {
            exchange: Exchange {
                ticket,
                lines: Vec::new(),
                octets: 0,
            },
            deadline: self.now + self.options.reply_timeout,
        };
    }

    /// The reply is complete.
    fn finish(&mut self) {
        let prompt = self.terminal.unfinished().trim_ascii_end().to_vec();
        if let Phase::Collecting { exchange, .. } = core::mem::replace(&mut self.phase, Phase::Idle) {
            self.is_logged_in = true;
            if let Some(ticket) = exchange.ticket {
                let lines = exchange.lines;
                self.events.done(ticket, Ok(Response { lines, prompt }));
            }
        }
        self.advance();
    }

    /// What is under way fails so, and the link is of no more use.
    fn give_up(&mut self, error: TelnetError) {
        let ticket = match &mut self.phase {
            Phase::Collecting { exchange, .. } => exchange.ticket.take(),
            Phase::Sending(entry) => Some(entry.ticket),
            Phase::Seeking { .. } => self.queue.pop_front().map(|entry| entry.ticket),
            Phase::Idle | Phase::Poisoned { .. } => None,
        };
        if let Some(ticket) = ticket {
            self.events.done(ticket, Err(error));
        }
        self.break_off();
    }

    fn fail_queue(&mut self, error: TelnetError) {
        for entry in self.queue.drain(..) {
            self.events.done(entry.ticket, Err(error));
        }
        self.link.unwanted();
    }

    /// Nothing more is sent here: over TCP on this connection, over a serial line before it was quiet. (There a line that has begun to
    /// leave is finished, or it would be the beginning of the next one.)
    fn break_off(&mut self) {
        self.is_logged_in = false;
        if matches!(self.options.link, Link::Serial(_)) {
            self.terminal.withdraw_line();
            self.phase = Phase::Poisoned {
                clear_at: self.now + self.options.quiet,
                busy_at: None,
            };
            return self.advance();
        }
        self.terminal.reset();
        self.phase = Phase::Idle;
        self.leave_link(LinkState::Broken);
    }

    fn leave_link(&mut self, state: LinkState) {
        let give_up = (!self.queue.is_empty()).then(|| self.now + self.options.connect_timeout);
        self.link.enter(state, give_up);
    }

    // What comes.

    pub(super) fn take(&mut self, octets: &[u8]) -> usize {
        if !self.link.is_up() || octets.is_empty() {
            return octets.len();
        }
        self.hear();
        let mut used = 0;
        while let Some(rest @ [_, ..]) = octets.get(used..) {
            match self.terminal.next(rest) {
                Ok((None, 0)) => break,
                Ok((item, len)) => {
                    used += len;
                    match item {
                        Some(Item::Line(line)) => {
                            let line = line.to_vec();
                            self.take_line(line);
                        }
                        Some(Item::TooLong) => self.break_on(StreamFault::LineTooLong),
                        _ => {}
                    }
                }
                Err(fault) => self.break_on(fault),
            }
            if !self.link.is_up() {
                return octets.len();
            }
        }
        self.reconsider();
        self.settle();
        used
    }

    fn hear(&mut self) {
        self.heard = self.now;
        if let Phase::Poisoned { clear_at, .. } = &mut self.phase {
            *clear_at = self.now + self.options.quiet;
        }
    }

    fn break_on(&mut self, fault: StreamFault) {
        let effect = self.effect();
        self.give_up(TelnetError::Stream { fault, effect });
    }

    /// What the current command has done, for all that is known when its reply cannot be relied on.
    fn effect(&mut self) -> Effect {
        match self.phase {
            Phase::Collecting { .. } => Effect::Unknown,
            Phase::Sending(_) if !self.terminal.withdraw_line() => Effect::Unknown,
            _ => Effect::NotApplied,
        }
    }

    fn take_line(&mut self, line: Vec<u8>) {
        match &mut self.phase {
            Phase::Collecting { exchange, deadline } if exchange.ticket.is_some() => {
                exchange.octets = exchange.octets.saturating_add(line.len());
                exchange.lines.push(line);
                // It goes on: so often at most as a reply may have lines.
                *deadline = self.now + self.options.reply_timeout;
                self.check_reply();
            }
            // Nobody wants it.
            Phase::Collecting { .. } => {}
            Phase::Seeking { .. } => self.take_on_the_way(line),
            Phase::Idle | Phase::Sending(_) | Phase::Poisoned { .. } => self.note(line),
        }
    }

    /// A line on the way to the prompt.
    fn take_on_the_way(&mut self, line: Vec<u8>) {
        let step = match self.phase {
            Phase::Seeking { step, .. } => step,
            _ => Step::Look,
        };
        match &self.options.login {
            Some(login) if step == Step::Password && is_refusal(login, &line) => self.refuse_login(),
            Some(login) if shows_password(login, &line) => {}
            _ => self.note(line),
        }
    }

    /// Tells a line that is part of no reply. An empty one tells nobody anything, nor does a prompt that was passed over.
    fn note(&mut self, line: Vec<u8>) {
        let text = line.trim_ascii_end();
        let is_prompt = |prompt: &Vec<u8>| prompt.trim_ascii_end() == text;
        if !text.is_empty() && !self.options.prompts.iter().any(is_prompt) {
            self.events.notice(line);
        }
    }

    fn check_reply(&mut self) {
        let Phase::Collecting { exchange, .. } = &self.phase else {
            return;
        };
        let (max_lines, max_octets) = (self.options.max_lines, self.options.max_octets);
        let (limit, of) = match () {
            () if exchange.lines.len() > max_lines => (max_lines, ReplyPart::Lines),
            () if exchange.octets > max_octets => (max_octets, ReplyPart::Octets),
            () => return,
        };
        let effect = Effect::Unknown;
        self.give_up(TelnetError::ReplyTooLong { limit, of, effect });
    }

    /// What stood there when a line was put into the output stands no more, and nothing of the line has left: it is taken back.
    fn reconsider(&mut self) {
        if !self.terminal.has_line() {
            return;
        }
        let answered = match &self.phase {
            Phase::Sending(_) => Seen::Prompt,
            Phase::Seeking {
                step: Step::Account, ..
            } => Seen::Account,
            Phase::Seeking {
                step: Step::Password, ..
            } => Seen::Password,
            _ => return,
        };
        if self.seen() == Some(answered) || !self.terminal.withdraw_line() {
            return;
        }
        match core::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Sending(entry) => {
                self.queue.push_front(entry);
                self.advance();
            }
            Phase::Seeking { step, deadline } => {
                let step = self.step_before(step);
                self.phase = Phase::Seeking { step, deadline };
            }
            phase => self.phase = phase,
        }
    }

    fn step_before(&self, step: Step) -> Step {
        match step {
            Step::Password if !self.asks_password_only() => Step::Account,
            _ => Step::Look,
        }
    }

    // What leaves.

    pub(super) fn transmit(&self) -> &[u8] {
        if self.link.is_up() {
            self.terminal.transmit()
        } else {
            &[]
        }
    }

    pub(super) fn transmitted(&mut self, len: usize) {
        if !self.terminal.transmitted(len) {
            return;
        }
        let on_wire = |len: usize| match self.options.link {
            Link::Serial(line) => line.time_of(len),
            Link::Telnet | Link::Stream => Duration::ZERO,
        };
        match core::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Sending(entry) => {
                let on_wire = on_wire(entry.command.line().len() + 2);
                self.collect(Some(entry.ticket));
                self.extend(on_wire);
            }
            // Withdrawn while it was leaving: the wait begins now.
            Phase::Collecting { exchange, .. } => self.collect(exchange.ticket),
            phase => self.phase = phase,
        }
    }

    fn extend(&mut self, span: Duration) {
        if let Phase::Collecting { deadline, .. } = &mut self.phase {
            *deadline += span;
        }
    }

    // Time and the link.

    fn expire(&mut self) {
        if self.link.take_given_up(self.now) {
            let effect = Effect::NotApplied;
            self.fail_queue(TelnetError::LinkDown { effect });
        }
        // What stood for long enough before the deadline was in time.
        let deadline = self.deadline();
        if earliest(deadline, self.settle_at()) == deadline {
            self.expire_phase();
        }
        self.settle();
    }

    fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Seeking { deadline, .. } | Phase::Collecting { deadline, .. } => Some(deadline),
            Phase::Poisoned { clear_at, busy_at } => earliest(Some(clear_at), busy_at),
            Phase::Idle | Phase::Sending(_) => None,
        }
    }

    fn expire_phase(&mut self) {
        if self.deadline().is_none_or(|at| at > self.now) {
            return;
        }
        match self.phase {
            Phase::Seeking { step, .. } => {
                let awaited = match step {
                    Step::Look | Step::Knocked if self.options.login.is_some() => Awaited::AccountPrompt,
                    Step::Account => Awaited::PasswordPrompt,
                    Step::Look | Step::Knocked | Step::Password => Awaited::Prompt,
                };
                let effect = Effect::NotApplied;
                self.give_up(TelnetError::Timeout { awaited, effect });
            }
            Phase::Collecting { .. } => self.give_up(TelnetError::Timeout {
                awaited: Awaited::Prompt,
                effect: Effect::Unknown,
            }),
            Phase::Poisoned { clear_at, .. } if clear_at <= self.now => {
                self.phase = Phase::Idle;
                self.advance();
            }
            Phase::Poisoned { clear_at, .. } => {
                self.fail_queue(TelnetError::LineBusy);
                let busy_at = None;
                self.phase = Phase::Poisoned { clear_at, busy_at };
            }
            Phase::Idle | Phase::Sending(_) => {}
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let phase = earliest(self.deadline(), self.settle_at());
        earliest(self.link.give_up(), phase)
    }

    pub(super) fn handle_link(&mut self, event: LinkEvent) {
        let effect = self.effect();
        let error = match event {
            LinkEvent::Eof => TelnetError::Closed { effect },
            _ => TelnetError::LinkDown { effect },
        };
        self.drop_current(error);
        self.terminal.reset();
        self.phase = Phase::Idle;
        self.is_logged_in = false;
        self.heard = self.now;
        match event {
            LinkEvent::Up => {
                self.leave_link(LinkState::Up);
                self.advance();
            }
            LinkEvent::Eof => self.leave_link(LinkState::Broken),
            _ => self.leave_link(LinkState::Down),
        }
    }

    /// The link is gone. What has not begun to leave may wait for the next one, unless it has cost a login.
    fn drop_current(&mut self, error: TelnetError) {
        match core::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Sending(entry) if error.effect() == Effect::NotApplied => self.queue.push_front(entry),
            Phase::Sending(entry) => self.events.done(entry.ticket, Err(error)),
            Phase::Collecting { exchange, .. } => {
                if let Some(ticket) = exchange.ticket {
                    self.events.done(ticket, Err(error));
                }
            }
            Phase::Seeking {
                step: Step::Account | Step::Password,
                ..
            } => {
                if let Some(entry) = self.queue.pop_front() {
                    self.events.done(entry.ticket, Err(error));
                }
            }
            Phase::Seeking { .. } | Phase::Idle | Phase::Poisoned { .. } => {}
        }
    }

    pub(super) fn link_demand(&self) -> LinkDemand {
        if self.link.is_broken() {
            return LinkDemand::Reset;
        }
        let is_busy = matches!(self.phase, Phase::Sending(_) | Phase::Collecting { .. });
        if is_busy || !self.queue.is_empty() {
            LinkDemand::Open
        } else {
            LinkDemand::Idle
        }
    }
}
