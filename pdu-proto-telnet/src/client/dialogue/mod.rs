//! What is said and heard on one link: to the prompt, one command, and back to the prompt.

mod input;
mod prompt;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use pdu_core::{Effect, Error as _, Instant, LinkDemand, LinkEvent, LinkState, LinkWait, Ticket, earliest};

use super::events::Events;
use super::{Command, ConsoleOptions, Link, Response, Terminal};
use crate::wire::check_line;
use crate::{Awaited, TelnetError};

/// How many commands are in the table, those included whose end was not taken yet.
const CAPACITY: usize = 8;
/// A command may take so many times as long to leave as its reply to begin: then the peer does not read.
const LEAVING: u32 = 4;
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
    Sending { entry: Entry, deadline: Instant },
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
    /// A link was lost on the way to its prompt. The next one that is costs it, or a device that closes at once would be called
    /// for ever.
    has_lost_link: bool,
}

/// A command that has left, and what came of its reply.
struct Exchange {
    /// Whose it is; `None` once it was cancelled.
    ticket: Option<Ticket>,
    lines: Vec<Vec<u8>>,
    octets: usize,
}

/// Shows no text: a configuration that a device lists may hold passwords.
impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("ticket", &self.ticket)
            .field("lines", &self.lines.len())
            .field("octets", &self.octets)
            .finish()
    }
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
            Phase::Sending { entry, .. } => Some(entry.ticket),
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
        self.queue.push_back(Entry {
            ticket,
            command,
            has_lost_link: false,
        });
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
            Phase::Sending { .. } if self.terminal.withdraw_line() => return Effect::NotApplied,
            // Its last octets are still to leave, and its reply to come.
            Phase::Sending { .. } => self.collect(None),
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
            Phase::Seeking { .. } | Phase::Sending { .. } | Phase::Collecting { .. } => {}
        }
    }

    // One exchange.

    /// The prompt stands: the next command may go.
    fn send_head(&mut self) {
        let Some(entry) = self.queue.pop_front() else { return };
        match self.terminal.send_line(entry.command.line(), entry.command.secrecy()) {
            Ok(()) => {
                let deadline = self.now + self.options.reply_timeout.saturating_mul(LEAVING);
                self.phase = Phase::Sending { entry, deadline };
            }
            Err(error) => {
                self.events.done(entry.ticket, Err(error.into()));
                self.advance();
            }
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
            Phase::Sending { entry, .. } => Some(entry.ticket),
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
            let busy_at = match self.phase {
                Phase::Poisoned { busy_at, .. } => busy_at,
                _ => None,
            };
            let clear_at = self.now + self.options.quiet;
            self.phase = Phase::Poisoned { clear_at, busy_at };
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
            Phase::Sending { entry, .. } => {
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
            Phase::Seeking { deadline, .. } | Phase::Sending { deadline, .. } | Phase::Collecting { deadline, .. } => {
                Some(deadline)
            }
            Phase::Poisoned { clear_at, busy_at } => earliest(Some(clear_at), busy_at),
            Phase::Idle => None,
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
            Phase::Sending { .. } => {
                let effect = self.final_effect();
                let awaited = Awaited::Transmission;
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
            Phase::Idle => {}
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let phase = earliest(self.deadline(), self.settle_at());
        earliest(self.link.give_up(), phase)
    }

    pub(super) fn handle_link(&mut self, event: LinkEvent) {
        let effect = self.final_effect();
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

    /// The link is gone. What has not begun to leave may wait for the next one, unless it has cost a login, or a link before.
    fn drop_current(&mut self, error: TelnetError) {
        match core::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Sending { entry, .. } if error.effect() == Effect::NotApplied => {
                self.queue.push_front(entry);
                self.charge_head(error);
            }
            Phase::Sending { entry, .. } => self.events.done(entry.ticket, Err(error)),
            Phase::Collecting { exchange, .. } => {
                if let Some(ticket) = exchange.ticket {
                    self.events.done(ticket, Err(error));
                }
            }
            Phase::Seeking { step, .. } => {
                if let (Step::Account | Step::Password, Some(entry)) = (step, self.queue.front_mut()) {
                    entry.has_lost_link = true;
                }
                self.charge_head(error);
            }
            Phase::Idle | Phase::Poisoned { .. } => {}
        }
    }

    /// Counts a lost link for the head of the queue; the second ends it.
    fn charge_head(&mut self, error: TelnetError) {
        match self.queue.front_mut() {
            Some(entry) if !entry.has_lost_link => entry.has_lost_link = true,
            _ => {
                if let Some(entry) = self.queue.pop_front() {
                    self.events.done(entry.ticket, Err(error));
                }
            }
        }
    }

    pub(super) fn link_demand(&self) -> LinkDemand {
        let is_busy = matches!(self.phase, Phase::Sending { .. } | Phase::Collecting { .. });
        self.link.demand(if is_busy || !self.queue.is_empty() {
            LinkDemand::Open
        } else {
            LinkDemand::Idle
        })
    }
}
