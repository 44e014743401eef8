//! What is said and heard on one link: the login, the walk from screen to screen, one line at a time.
//!
//! A line is typed only at a prompt behind a screen that was read whole, and that is the one that had to come. Whatever else
//! comes, or does not come, ends the connection: nothing more is sent on it, and the next request logs in anew.

mod ended;
mod heard;
mod typed;

use alloc::collections::VecDeque;

use pdu_core::{Instant, LinkDemand, LinkEvent, LinkState, LinkWait, Ticket, earliest};

use super::job::{Job, Need, Response};
use super::phase::{Awaiting, Expect, Phase, Place};
use super::reading::{Refusal, take};
use super::transcript::Transcript;
use crate::TelnetError;
use crate::bps2000::{Deviations, Options, OwnedBanner, Reply, Request, ScreenKind};
use crate::client::{Framing, Terminal};
use crate::wire::Policy;

/// How many requests are in the table, those included whose end was not taken yet.
pub(super) const CAPACITY: usize = 8;
/// A line may take so many times as long to leave as its answer to come: then the peer does not read.
const LEAVING: u32 = 4;

/// A request and whom to tell of its end: nobody, if it was withdrawn or is the session's own.
#[derive(Debug)]
struct Pending {
    ticket: Option<Ticket>,
    is_own: bool,
    attempts: u8,
    job: Job,
}

pub(super) struct Console {
    options: Options,
    now: Instant,
    link: LinkWait,
    terminal: Terminal,
    text: Transcript,
    phase: Phase,
    tickets: u64,
    queue: VecDeque<Pending>,
    current: Option<Pending>,
    pub(super) ended: VecDeque<(Ticket, Result<Reply, TelnetError>)>,
    banner: OwnedBanner,
    deviations: Deviations,
    /// When a session with nothing to do ends.
    idle_at: Option<Instant>,
}

impl Console {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            now: Instant::EPOCH,
            link: LinkWait::down(),
            terminal: Terminal::new(Framing::Telnet(Policy::CLIENT)),
            text: Transcript::new(),
            phase: Phase::Apart,
            tickets: 0,
            queue: VecDeque::with_capacity(CAPACITY),
            current: None,
            ended: VecDeque::with_capacity(CAPACITY),
            banner: OwnedBanner::default(),
            deviations: Deviations::default(),
            idle_at: None,
        }
    }

    pub(super) const fn options(&self) -> &Options {
        &self.options
    }

    pub(super) const fn deviations(&self) -> Deviations {
        self.deviations
    }

    /// Behind which screen it stands, if it does.
    pub(super) const fn stands(&self) -> Option<ScreenKind> {
        match self.phase {
            Phase::At(Place::Screen(screen)) => Some(screen),
            _ => None,
        }
    }

    pub(super) fn is_full(&self) -> bool {
        let current = self.current.iter().filter(|entry| entry.ticket.is_some());
        self.queue.len() + current.count() + self.ended.len() >= CAPACITY
    }

    pub(super) fn submit(&mut self, request: Request) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        if let Err(error) = request.check(&self.options) {
            self.ended.push_back((ticket, Err(error)));
            return ticket;
        }
        self.queue.push_back(Pending {
            ticket: Some(ticket),
            is_own: false,
            attempts: 0,
            job: Job::new(request),
        });
        if !self.link.is_up() {
            self.link.wanted(self.now + self.options.connect_timeout);
        }
        self.advance();
        ticket
    }

    pub(super) fn cancel(&mut self, ticket: Ticket) {
        let is_it = |entry: &Pending| entry.ticket == Some(ticket);
        let effect = if let Some(place) = self.queue.iter().position(is_it) {
            self.queue.remove(place).map(|entry| entry.job.effect())
        } else if let Some(entry) = self.current.as_mut().filter(|entry| is_it(entry)) {
            entry.ticket = None;
            Some(entry.job.effect())
        } else {
            None
        };
        if let Some(effect) = effect {
            self.ended.push_back((ticket, Err(TelnetError::Cancelled { effect })));
            self.withdraw_line();
            if !self.is_wanted() {
                self.link.unwanted();
            }
            self.advance();
        }
    }

    /// Takes back the line of a request that nobody wants any more, if nothing of it has left.
    fn withdraw_line(&mut self) {
        if let Phase::Awaiting(awaiting) = &self.phase
            && let Some(place) = awaiting.from
            && self.current.as_ref().is_some_and(Pending::is_unwanted)
            && !awaiting.is_begun
            && self.terminal.withdraw_line()
        {
            self.phase = Phase::At(place);
        }
    }

    fn finish(&mut self, result: Result<Reply, TelnetError>) {
        if let Some(Pending {
            ticket: Some(ticket), ..
        }) = self.current.take()
        {
            self.ended.push_back((ticket, result));
        }
    }

    pub(super) fn transmit(&self) -> &[u8] {
        self.terminal.transmit()
    }

    pub(super) fn transmitted(&mut self, len: usize) {
        let is_last = self.terminal.transmitted(len);
        let now = self.now;
        let Phase::Awaiting(awaiting) = &mut self.phase else {
            return;
        };
        if !awaiting.is_begun && len > awaiting.ahead {
            awaiting.is_begun = true;
            let is_own_line = matches!(awaiting.expect, Expect::Anything(_) | Expect::Reply(_) | Expect::End);
            if let Some(entry) = self.current.as_mut().filter(|_| is_own_line) {
                entry.job.note_said(now);
            }
        }
        awaiting.ahead = awaiting.ahead.saturating_sub(len);
        if is_last {
            let expect = awaiting.expect;
            awaiting.is_sent = true;
            self.wait(expect);
            self.look();
        }
    }

    /// The time for what must come begins.
    fn wait(&mut self, expect: Expect) {
        let until = self.now + self.time_for(expect);
        if let Phase::Awaiting(awaiting) = &mut self.phase {
            awaiting.deadline = until;
        }
    }

    pub(super) fn input(&mut self, bytes: &[u8]) -> usize {
        if !self.link.is_up() {
            return bytes.len();
        }
        let mut used = 0;
        let line_ends = self.terminal.line_ends();
        while let Some(rest @ [_, ..]) = bytes.get(used..) {
            let taken = match self.terminal.next(rest) {
                Ok((None, 0)) => break,
                Ok((item, len)) => {
                    used += len;
                    take(item, &mut self.text, &self.phase)
                }
                Err(fault) => Err(Refusal::Stream(fault)),
            };
            if let Err(refusal) = taken {
                self.break_off(|effect| refusal.error(effect));
                return bytes.len();
            }
        }
        if used > 0 {
            self.hear(line_ends);
            self.look();
        }
        used
    }

    pub(super) fn catch_up(&mut self, now: Instant) {
        self.now = self.now.max(now);
        self.expire();
    }

    fn expire(&mut self) {
        if let Phase::Awaiting(awaiting) = &self.phase {
            if awaiting.settled_at.is_some_and(|at| at <= self.now) {
                self.settle();
            } else if awaiting.deadline <= self.now {
                self.time_out();
            }
        }
        if self.idle_at.is_some_and(|at| at <= self.now) {
            self.leave_idle();
        }
        if self.link.take_given_up(self.now) {
            for entry in core::mem::take(&mut self.queue) {
                let effect = entry.job.effect();
                let error = TelnetError::LinkDown { effect };
                self.ended.extend(entry.ticket.map(|ticket| (ticket, Err(error))));
            }
        }
        self.advance();
    }

    pub(super) fn handle_link(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Up => self.open(),
            LinkEvent::Eof => {
                self.lose(|effect| TelnetError::Closed { effect });
                if self.link.state() != LinkState::Down {
                    self.leave(LinkState::Broken);
                }
            }
            _ => {
                self.lose(|effect| TelnetError::LinkDown { effect });
                self.leave(LinkState::Down);
            }
        }
    }

    fn open(&mut self) {
        // Whatever was under way on a link of which no end was told.
        self.lose(|effect| TelnetError::LinkDown { effect });
        self.leave(LinkState::Down);
        self.link.enter(LinkState::Up, None);
        self.phase = Phase::Awaiting(Awaiting {
            expect: Expect::Greeting,
            from: None,
            ahead: 0,
            is_begun: true,
            is_sent: true,
            is_heard: false,
            deadline: self.now + self.options.login_timeout,
            settled_at: None,
        });
    }

    fn is_wanted(&self) -> bool {
        !self.queue.is_empty()
    }

    pub(super) fn link_demand(&self) -> LinkDemand {
        self.link.demand(if self.link.is_up() || self.is_wanted() {
            LinkDemand::Open
        } else {
            LinkDemand::Idle
        })
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let phase = match &self.phase {
            Phase::Awaiting(awaiting) => earliest(Some(awaiting.deadline), awaiting.settled_at),
            Phase::Apart | Phase::At(_) => None,
        };
        earliest(earliest(phase, self.idle_at), self.link.give_up())
    }
}

impl Pending {
    /// Withdrawn by the caller.
    const fn is_unwanted(&self) -> bool {
        self.ticket.is_none() && !self.is_own
    }

    /// Whether this screen is the one that it needs, and not one on the way.
    fn waits_for(&self, kind: ScreenKind) -> bool {
        let is_needed = match self.job.need() {
            Need::Show(aim) => aim.screen() == Some(kind),
            Need::Say(_) => self.job.response() == Response::Screen(kind),
            Need::Login | Need::Relogin => false,
        };
        is_needed && !self.is_unwanted()
    }
}
