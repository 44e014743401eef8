//! What is said and heard on one link: the login, the walk from screen to screen, one line at a time.
//!
//! A line is typed only at a prompt behind a screen that was read whole, and that is the one that had to come. Whatever else
//! comes, or does not come, ends the connection: nothing more is sent on it, and the next request logs in anew.

use alloc::collections::VecDeque;
use core::time::Duration;

use pdu_core::{Effect, Instant, LinkDemand, LinkEvent, Ticket, earliest};
use zeroize::Zeroizing;

use super::job::{Job, Need, Response};
use super::link::{Link, LinkState};
use super::phase::{Awaiting, Expect, PROMPTS, Phase, Place, Wants};
use super::reading::{Refusal, Wrong, out_of_step, read, take};
use super::transcript::Transcript;
use super::walk::{Stride, back, menu_of, to_stand, towards};
use crate::bps2000::{
    ACCOUNT_PROMPT, Banner, Deviations, Expected, Found, Line, MAX_LINE, Options, OwnedBanner, PASSWORD_PROMPT, Parsed,
    Reply, Request, ScreenError, ScreenKind, Secret,
};
use crate::client::{Framing, Secrecy, Terminal};
use crate::wire::{Policy, recognise};
use crate::{Awaited, TelnetError};

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
    link: Link,
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
            link: Link::down(),
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

    // Requests.

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

    // What is typed.

    /// Goes on from where it stands, as long as there is something to do and nothing to wait for.
    pub(super) fn advance(&mut self) {
        while let Phase::At(place) = self.phase {
            if !self.take_next() {
                return self.rest(place);
            }
            self.idle_at = None;
            match place {
                Place::Account => self.type_account(),
                Place::Password => self.type_password(),
                Place::Screen(screen) => self.go_on(screen),
            }
        }
    }

    /// Whether there is a request to go on with.
    fn take_next(&mut self) -> bool {
        if self.current.as_ref().is_some_and(Pending::is_unwanted) {
            self.current = None;
        }
        if self.current.is_none() {
            self.current = self.queue.pop_front();
            if let Some(entry) = &mut self.current {
                entry.attempts = entry.attempts.saturating_add(1);
            }
        }
        self.current.is_some()
    }

    /// Nothing to do: leaves the menu that restarts, and waits for something else.
    fn rest(&mut self, place: Place) {
        match place {
            Place::Screen(ScreenKind::Restart) => self.stride(back(ScreenKind::Restart), place),
            _ if self.idle_at.is_none() => {
                self.idle_at = self.options.idle_logout.map(|span| self.now + span);
            }
            _ => {}
        }
    }

    fn go_on(&mut self, screen: ScreenKind) {
        let Some(entry) = &mut self.current else { return };
        let place = Place::Screen(screen);
        let stride = match entry.job.need() {
            Need::Login => {
                let reply = entry.job.logged_in(&self.banner);
                if let Some(password) = entry.job.new_password() {
                    self.options.password = password.clone();
                }
                return self.finish(Ok(reply));
            }
            Need::Relogin => return self.relogin(),
            Need::Show(aim) => towards(screen, aim),
            Need::Say(aim) => match to_stand(screen, aim) {
                Some(stride) => Some(stride),
                None => return self.say(screen),
            },
        };
        match stride {
            Some(stride) => self.stride(stride, place),
            // Never: nothing wants the main menu shown.
            None => self.finish(Err(out_of_step(
                Expected::Prompt,
                Found::Incomplete,
                Effect::NotApplied,
            ))),
        }
    }

    fn stride(&mut self, stride: Stride, from: Place) {
        self.type_line(&stride.line, Secrecy::Open, Expect::Screen(stride.to), from);
    }

    /// Types the line of the current request, on this screen.
    fn say(&mut self, screen: ScreenKind) {
        let Some(entry) = &self.current else { return };
        let mut line = Zeroizing::new([0; MAX_LINE]);
        let len = match entry.job.encode(&self.options, &mut line[..]) {
            Ok(len) => len,
            Err(error) => return self.finish(Err(error.into())),
        };
        let expect = match entry.job.response() {
            Response::Screen(kind) => Expect::Screen(kind),
            Response::Anything => Expect::Anything(menu_of(screen)),
            Response::Reply => Expect::Reply(menu_of(screen)),
            Response::End => Expect::End,
        };
        let secrecy = if entry.job.is_secret() {
            Secrecy::Secret
        } else {
            Secrecy::Open
        };
        self.send(
            line.get(..len).unwrap_or_default(),
            secrecy,
            expect,
            Place::Screen(screen),
        );
    }

    fn type_account(&mut self) {
        let account = self.options.account.clone();
        self.type_line(
            &Line::Account(&account),
            Secrecy::Open,
            Expect::Password,
            Place::Account,
        );
    }

    fn type_password(&mut self) {
        let password = self.password();
        let line = Line::Password(Secret::new(password.reveal()));
        self.type_line(&line, Secrecy::Secret, Expect::Menu, Place::Password);
    }

    fn password(&self) -> pdu_core::Secret {
        let new = self.current.as_ref().and_then(|entry| entry.job.new_password());
        new.unwrap_or(&self.options.password).clone()
    }

    fn type_line(&mut self, line: &Line<'_>, secrecy: Secrecy, expect: Expect, from: Place) {
        let mut text = Zeroizing::new([0; MAX_LINE]);
        match line.encode(&mut text[..]) {
            Ok(len) => self.send(text.get(..len).unwrap_or_default(), secrecy, expect, from),
            // Account or password may not be sent as they are; of the other lines none is refused.
            Err(error) => self.fail_all(&TelnetError::Line(error)),
        }
    }

    fn send(&mut self, line: &[u8], secrecy: Secrecy, expect: Expect, from: Place) {
        let ahead = self.terminal.transmit().len();
        // No room: the peer has not read what it was answered.
        if let Err(error) = self.terminal.send_line(line, secrecy) {
            return self.break_off(|_| error.into());
        }
        self.text.clear();
        self.phase = Phase::Awaiting(Awaiting {
            expect,
            from: Some(from),
            ahead,
            is_begun: false,
            is_sent: false,
            is_heard: false,
            deadline: self.now + self.time_for(expect).saturating_mul(LEAVING),
            settled_at: None,
        });
    }

    const fn time_for(&self, expect: Expect) -> Duration {
        match expect {
            Expect::Greeting | Expect::Password | Expect::Menu => self.options.login_timeout,
            _ => self.options.reply_timeout,
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

    // What comes.

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

    /// Whether a line has ended since there were so many.
    fn hear(&mut self, line_ends: u64) {
        if let Phase::Awaiting(awaiting) = &mut self.phase {
            awaiting.is_heard |= awaiting.is_begun && self.terminal.line_ends() != line_ends;
        }
    }

    /// Looks at the line without an end: it is the prompt that was answered or is to be, or one that may be taken once it has
    /// stood for a while, or none.
    fn look(&mut self) {
        let wants = recognise(&PROMPTS, self.terminal.unfinished());
        let settled_at = self.now + self.options.settle;
        match &mut self.phase {
            Phase::Awaiting(awaiting) if awaiting.is_begun => {
                awaiting.settled_at = wants.filter(|_| awaiting.is_sent).map(|_| settled_at);
            }
            Phase::At(place) | Phase::Awaiting(Awaiting { from: Some(place), .. }) if wants != Some(place.wants()) => {
                let found = self
                    .terminal
                    .unfinished()
                    .first()
                    .map_or(Found::End, |&octet| Found::Octet(octet));
                self.break_off(|effect| out_of_step(Expected::Prompt, found, effect));
            }
            _ => {}
        }
    }

    /// A prompt has stood for long enough.
    fn settle(&mut self) {
        let (Phase::Awaiting(awaiting), Some(wants)) = (&self.phase, recognise(&PROMPTS, self.terminal.unfinished()))
        else {
            return;
        };
        match (awaiting.expect, wants) {
            (Expect::Greeting, Wants::Account) => self.take_banner(),
            (Expect::Greeting, _) => {
                self.break_off(|effect| out_of_step(Expected::Text(ACCOUNT_PROMPT), Found::Prompt, effect));
            }
            (Expect::Password, Wants::Password) => self.stand(Place::Password),
            (Expect::Password | Expect::Menu, Wants::Account | Wants::Password) => self.refuse_login(),
            (Expect::Password, Wants::Command) => {
                self.break_off(|effect| out_of_step(Expected::Text(PASSWORD_PROMPT), Found::Prompt, effect));
            }
            (Expect::Menu, Wants::Command) => self.take_screen(ScreenKind::Main),
            (Expect::End, Wants::Account) => self.end(),
            // It goes on, or shows the menu a last time: time will tell.
            (Expect::End, _) => self.unsettle(),
            (_, Wants::Account | Wants::Password) => self.break_off(|effect| TelnetError::LoggedOut { effect }),
            (Expect::Screen(kind), Wants::Command) => self.take_screen(kind),
            (Expect::Anything(kind), Wants::Command) => self.take_answer(kind),
            (Expect::Reply(kind), Wants::Command) => self.take_reply(kind),
        }
    }

    fn unsettle(&mut self) {
        if let Phase::Awaiting(awaiting) = &mut self.phase {
            awaiting.settled_at = None;
        }
    }

    fn stand(&mut self, place: Place) {
        self.text.clear();
        self.phase = Phase::At(place);
    }

    fn take_banner(&mut self) {
        match Banner::parse(self.text.lines(), self.options.mode) {
            Ok(Parsed { value, deviations }) => {
                self.banner = OwnedBanner::from(&value);
                self.deviations.insert_all(deviations);
                self.stand(Place::Account);
            }
            Err(ScreenError { fault, .. }) => {
                self.break_off(|effect| out_of_step(fault.expected, fault.found, effect));
            }
        }
    }

    /// Account and password are not sent again: neither for this request nor for those that wait.
    fn refuse_login(&mut self) {
        if let Some(entry) = self.current.as_ref().filter(|entry| entry.job.new_password().is_some()) {
            let error = entry.job.not_confirmed();
            return self.break_off(|_| error);
        }
        self.fail_all(&TelnetError::LoginRefused);
    }

    fn fail_all(&mut self, error: &TelnetError) {
        self.finish(Err(*error));
        for entry in core::mem::take(&mut self.queue) {
            self.ended.extend(entry.ticket.map(|ticket| (ticket, Err(*error))));
        }
        self.break_off(|_| *error);
    }

    /// The screen that had to come.
    fn take_screen(&mut self, kind: ScreenKind) {
        let ended = match read(kind, self.text.lines(), &self.options, &mut self.deviations) {
            Ok(screen) => match self.current.as_mut().filter(|entry| entry.waits_for(kind)) {
                Some(entry) => entry.job.shown(self.now, &screen),
                None => None,
            },
            Err(wrong) => return self.break_off(|effect| wrong.error(kind, effect)),
        };
        if let Some(result) = ended {
            self.finish(result);
        }
        self.stand(Place::Screen(kind));
    }

    /// What was said to a setting. What it means is not known; but if it shows a screen, that is where the console stands, and
    /// if it shows none, it stands where it did, as behind `master load` (lines 762 to 765) `[INF]`.
    fn take_answer(&mut self, kind: ScreenKind) {
        match self.find_screen(kind) {
            Ok(stands) => {
                if let Some(entry) = &mut self.current {
                    entry.job.answered(self.options.clock_form);
                }
                self.stand(Place::Screen(stands.unwrap_or(kind)));
            }
            Err(wrong) => self.break_off(|effect| wrong.error(kind, effect)),
        }
    }

    /// What was said to an undocumented line. If it shows no screen, nobody knows where the console stands.
    fn take_reply(&mut self, kind: ScreenKind) {
        let lines = self.text.lines().collect();
        let stands = self.find_screen(kind);
        self.finish(Ok(Reply::Lines(lines)));
        match stands {
            Ok(Some(stands)) => self.stand(Place::Screen(stands)),
            _ => self.leave(LinkState::Broken),
        }
    }

    /// The screen in what came, if there is one: that on which the line was typed, or the main menu.
    fn find_screen(&mut self, kind: ScreenKind) -> Result<Option<ScreenKind>, Wrong> {
        let is_first = |line: &[u8]| ScreenKind::of_first_line(line);
        let found = (self.text.lines().enumerate()).find_map(|(at, line)| Some((at, is_first(line)?)));
        let Some((at, found)) = found else { return Ok(None) };
        if ![kind, ScreenKind::Main].contains(&found) {
            return Err(Wrong::Step(Expected::Screen(kind), Found::Screen(found)));
        }
        read(found, self.text.lines().skip(at), &self.options, &mut self.deviations).map(|_| Some(found))
    }

    // The end of a session.

    /// The session at the console has ended, as it was to. That the connection went says nothing of a restart: it may have gone before
    /// the line came.
    fn end(&mut self) {
        let Phase::Awaiting(awaiting) = &self.phase else { return };
        let is_heard = awaiting.is_heard;
        let result = match self.current.as_ref().map(|pending| &pending.job) {
            Some(job) if job.effect() == Effect::Unknown && !is_heard => {
                let effect = Effect::Unknown;
                Err(TelnetError::LinkDown { effect })
            }
            Some(job) => Ok(job.ended()),
            None => Ok(Reply::LoggedOut),
        };
        self.finish(result);
        self.leave(LinkState::Closing);
    }

    /// The connection is of no more use; what waits goes on over the next one.
    fn leave(&mut self, state: LinkState) {
        let is_wanted = self.is_wanted();
        let give_up = self.now + self.options.connect_timeout;
        self.link.enter(state, is_wanted.then_some(give_up));
        self.phase = Phase::Apart;
        self.idle_at = None;
        self.terminal.reset();
        self.text.clear();
    }

    /// Something went wrong on the connection: the current request ends with it, or begins anew if it may. During a login that is the
    /// one that it was for. Behind one, a request that still waits has no part in what was withdrawn, or is the session's own.
    fn break_off(&mut self, error: impl FnOnce(Effect) -> TelnetError) {
        if self.current.is_none() && self.is_logging_in() {
            self.take_next();
        }
        if let Some(entry) = self.current.take()
            && let Some(ticket) = entry.ticket
        {
            let error = error(entry.job.effect());
            if self.may_try_again(&entry, &error) {
                self.put_back(entry);
            } else {
                self.ended.push_back((ticket, Err(error)));
            }
        }
        self.leave(LinkState::Broken);
    }

    fn is_logging_in(&self) -> bool {
        match &self.phase {
            Phase::Apart => false,
            Phase::At(place) => !matches!(place, Place::Screen(_)),
            Phase::Awaiting(awaiting) => {
                matches!(awaiting.expect, Expect::Greeting | Expect::Password | Expect::Menu)
            }
        }
    }

    /// Over another connection: what was lost or late may be there, what was wrong will be wrong again.
    fn may_try_again(&self, entry: &Pending, error: &TelnetError) -> bool {
        let is_lost = matches!(
            error,
            TelnetError::Timeout { .. } | TelnetError::LinkDown { .. } | TelnetError::Closed { .. }
        );
        is_lost && entry.job.is_repeatable() && entry.attempts < self.options.attempts
    }

    fn put_back(&mut self, mut entry: Pending) {
        entry.job.begin_anew();
        self.queue.push_front(entry);
    }

    /// Leaves the connection, so that the login of the next one tells whether a password was changed.
    fn relogin(&mut self) {
        if let Some(mut entry) = self.current.take() {
            entry.job.verify();
            self.queue.push_front(entry);
        }
        self.leave(LinkState::Broken);
    }

    /// Nothing was to be done for a while: logs out, or just closes where nobody is logged in.
    fn leave_idle(&mut self) {
        self.idle_at = None;
        match self.phase {
            Phase::At(Place::Screen(_)) => {
                self.current = Some(Pending {
                    ticket: None,
                    is_own: true,
                    attempts: 0,
                    job: Job::new(Request::Logout),
                });
            }
            _ => self.leave(LinkState::Closing),
        }
    }

    // Time and the link.

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

    fn time_out(&mut self) {
        let Phase::Awaiting(awaiting) = &self.phase else { return };
        let awaited = match awaiting.expect {
            _ if !awaiting.is_sent => Awaited::Transmission,
            Expect::End => return self.end_silently(),
            Expect::Greeting => Awaited::AccountPrompt,
            Expect::Password => Awaited::PasswordPrompt,
            _ => Awaited::Prompt,
        };
        self.break_off(|effect| TelnetError::Timeout { awaited, effect });
    }

    /// The connection still stands, and nothing more came: a unit that restarts may just be silent.
    fn end_silently(&mut self) {
        let (Phase::Awaiting(awaiting), Some(entry)) = (&self.phase, &self.current) else {
            return self.leave(LinkState::Broken);
        };
        let is_menu = recognise(&PROMPTS, self.terminal.unfinished()) == Some(Wants::Command);
        let effect = entry.job.effect();
        let result = match effect {
            Effect::NotApplied => Ok(entry.job.ended()),
            _ if is_menu => Err(entry.job.not_confirmed()),
            _ if awaiting.is_heard => Ok(entry.job.ended()),
            _ => Err(TelnetError::Timeout {
                awaited: Awaited::Close,
                effect,
            }),
        };
        self.finish(result);
        self.leave(LinkState::Broken);
    }

    pub(super) fn handle_link(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Up => self.open(),
            LinkEvent::Eof => {
                self.lose(|effect| TelnetError::Closed { effect });
                if !self.link.is_down() {
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

    fn lose(&mut self, error: impl FnOnce(Effect) -> TelnetError) {
        match &self.phase {
            Phase::Apart => {}
            Phase::Awaiting(Awaiting {
                expect: Expect::End,
                is_begun: true,
                ..
            }) => self.end(),
            _ => self.break_off(error),
        }
    }

    fn is_wanted(&self) -> bool {
        !self.queue.is_empty()
    }

    pub(super) fn link_demand(&self) -> LinkDemand {
        self.link.demand(self.is_wanted())
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
