//! Where calls and the runner meet: the session, its line and a fixed number of seats, under one lock.
//!
//! A call that finds nothing else going on sends for itself instead of waking the runner to do it: one change of tasks less
//! in each round trip. In a burst the runner sends, so that all of it leaves in one write. All reading is the runner's.
//!
//! No waker is woken or dropped in here, since that may run other code, which may want the same lock: they are handed out.

use core::mem;
use core::task::{Context, Poll, Waker};
use std::boxed::Box;
use std::collections::VecDeque;
use std::io;
use std::vec::Vec;

use super::clock::Clock;
use super::wire::{BUDGET, Line, Turn};
use crate::{CallError, Effect, Error, ErrorKind, Event, EventOf, Instant, LinkEvent, Session, Ticket};

pub(super) type Outcome<S> = Result<<S as Session>::Reply, CallError<<S as Session>::Error>>;

/// One call's place at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat(usize);

struct Place<S: Session> {
    state: State<S>,
    caller: Option<Waker>,
}

pub(super) enum State<S: Session> {
    Free,
    /// The session has no room yet.
    Waiting(S::Request),
    Live(Ticket),
    /// The session's own result, as it came: a whole reply is not moved more often than need be.
    Done(Result<S::Reply, S::Error>),
    Failed(CallError<S::Error>),
}

pub(super) struct Desk<S: Session> {
    pub(super) session: S,
    line: Box<dyn Line<S>>,
    places: Box<[Place<S>]>,
    free: Vec<Seat>,
    /// Calls that wait for room, in their order.
    waiting: VecDeque<Seat>,
    /// Tickets whose callers wait, oldest first: their answers tend to come in that order.
    live: VecDeque<(Ticket, Seat)>,
    /// Wakes the runner; there while it sleeps.
    runner: Option<Waker>,
    /// When the runner was woken, until it runs: what the calls of one burst go by, so that one of them reads the clock.
    woken: Option<Instant>,
    /// What the session told when a call sent for itself: for the runner to give out.
    early: Option<EventOf<S>>,
    /// How many calls ended when the runner last ran.
    burst: usize,
    notices: VecDeque<S::Notice>,
    notice_limit: usize,
    pub(super) missed: u64,
    pub(super) listener: Option<Waker>,
    pub(super) listened: bool,
    /// Handles and listeners.
    pub(super) users: usize,
    ended: bool,
}

impl<S: Session> Desk<S> {
    pub(super) fn new(session: S, line: Box<dyn Line<S>>, calls: usize, notices: usize) -> Self {
        let place = || Place {
            state: State::Free,
            caller: None,
        };
        Self {
            session,
            line,
            places: (0..calls).map(|_| place()).collect(),
            free: (0..calls).rev().map(Seat).collect(),
            waiting: VecDeque::with_capacity(calls),
            live: VecDeque::with_capacity(calls),
            runner: None,
            woken: None,
            early: None,
            burst: 0,
            notices: VecDeque::new(),
            notice_limit: notices,
            missed: 0,
            listener: None,
            listened: false,
            users: 1,
            ended: false,
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// A copy: the error itself is for whoever the runner ends.
    pub(super) fn link_error(&self) -> Option<io::Error> {
        let error = self.line.error()?;
        Some(io::Error::new(error.kind(), error.to_string()))
    }

    // ---- the callers' side

    /// Takes a call in: submits it, or lets it wait. Gives its seat, and the runner to wake.
    #[allow(clippy::type_complexity)] // a pair in a result, used once
    #[inline] // it moves a whole request
    pub(super) fn admit(
        &mut self,
        clock: Clock,
        request: S::Request,
        caller: &Waker,
    ) -> Result<(Seat, Option<Waker>), CallError<S::Error>> {
        if self.ended {
            let effect = Effect::NotApplied;
            return Err(CallError::Closed { effect });
        }
        let seat = *self.free.last().ok_or(CallError::Busy)?;
        let now = self.woken.unwrap_or_else(|| clock.now());
        let live = if self.waiting.is_empty() {
            self.try_submit(now, seat, request)?
        } else {
            self.set(seat, State::Waiting(request));
            false
        };
        self.free.pop();
        if let Some(place) = self.places.get_mut(seat.0) {
            place.caller = Some(caller.clone());
        }
        if !live {
            self.waiting.push_back(seat);
        }
        // A call that waits is let in when another ends, which the runner sees; only where none is live it must look.
        let wanted = if live {
            self.send_or_wake(now)
        } else {
            self.live.is_empty()
        };
        Ok((seat, if wanted { self.wake_runner(now) } else { None }))
    }

    /// Sends what was just submitted, if that is all there is to do; else the runner is to be woken.
    fn send_or_wake(&mut self, now: Instant) -> bool {
        match &self.runner {
            Some(runner) if self.live.len() == 1 && self.burst <= 1 => {
                let cx = &mut Context::from_waker(runner);
                let wanted = !self.line.is_up() || self.line.send_aside(&mut self.session, now, cx);
                if self.early.is_none()
                    && let Some(event) = self.session.poll_event()
                {
                    self.early = Some(event);
                }
                wanted || self.early.is_some()
            }
            _ => true,
        }
    }

    fn wake_runner(&mut self, now: Instant) -> Option<Waker> {
        let runner = self.runner.take()?;
        self.woken = Some(now);
        Some(runner)
    }

    /// Submits if there is room, else lets the call wait; whether it is live.
    #[inline] // it moves a whole request
    fn try_submit(&mut self, now: Instant, seat: Seat, request: S::Request) -> Result<bool, CallError<S::Error>> {
        match self.session.submit(now, request) {
            Ok(ticket) => {
                self.set(seat, State::Live(ticket));
                self.live.push_back((ticket, seat));
                Ok(true)
            }
            Err(refused) if refused.kind == ErrorKind::Busy => {
                self.set(seat, State::Waiting(refused.request));
                Ok(false)
            }
            Err(refused) => Err(refused.into()),
        }
    }

    #[inline]
    fn set(&mut self, seat: Seat, state: State<S>) {
        if let Some(place) = self.places.get_mut(seat.0) {
            place.state = state;
        }
    }

    /// The result of a call, if it is there, and its seat is free then; else `caller` is woken when it is. Whatever is left
    /// in `old` is to be dropped after the lock.
    #[inline] // it moves a whole reply
    pub(super) fn collect(&mut self, seat: Seat, caller: &Waker, old: &mut Option<Waker>) -> Poll<Outcome<S>> {
        let Some(place) = self.places.get_mut(seat.0) else {
            return Poll::Pending;
        };
        if !matches!(place.state, State::Done(_) | State::Failed(_)) {
            *old = renew(&mut place.caller, caller);
            return Poll::Pending;
        }
        self.free.push(seat);
        match mem::replace(&mut place.state, State::Free) {
            State::Done(result) => Poll::Ready(result.map_err(CallError::Session)),
            State::Failed(error) => Poll::Ready(Err(error)),
            _ => Poll::Pending,
        }
    }

    /// Takes a call out, whatever its state. Gives the runner to wake if it has something to do, and what to drop.
    pub(super) fn withdraw(&mut self, now: Instant, seat: Seat) -> (Option<Waker>, (State<S>, Option<Waker>)) {
        let Some(place) = self.places.get_mut(seat.0) else {
            return (None, (State::Free, None));
        };
        let caller = place.caller.take();
        let state = mem::replace(&mut place.state, State::Free);
        self.free.push(seat);
        let mut runner = None;
        match &state {
            State::Waiting(_) => self.waiting.retain(|other| *other != seat),
            State::Live(ticket) => {
                self.live.retain(|(_, other)| *other != seat);
                self.session.cancel(now, *ticket);
                runner = self.wake_runner(now);
            }
            State::Free | State::Done(_) | State::Failed(_) => {}
        }
        (runner, (state, caller))
    }

    /// The oldest notice, if there is one; else `listener` is woken when there is. Also a waker to drop.
    pub(super) fn notice(&mut self, listener: &Waker) -> (Poll<Option<S::Notice>>, Option<Waker>) {
        if let Some(notice) = self.notices.pop_front() {
            return (Poll::Ready(Some(notice)), None);
        }
        if self.ended {
            return (Poll::Ready(None), None);
        }
        (Poll::Pending, renew(&mut self.listener, listener))
    }

    /// One user less; gives the runner to wake if it was the last.
    pub(super) fn leave(&mut self) -> Option<Waker> {
        self.users = self.users.saturating_sub(1);
        if self.users == 0 { self.runner.take() } else { None }
    }

    // ---- the runner's side

    /// Drives the session as far as it goes now. Wakers to wake go to `wakers`.
    pub(super) fn drive(&mut self, cx: &mut Context<'_>, wakers: &mut Vec<Waker>) -> Poll<io::Result<()>> {
        self.woken = None;
        self.burst = 0;
        let now = self.line.begin();
        for _ in 0..BUDGET {
            let turn = self.line.poll_turn(&mut self.session, cx);
            self.hand_out(wakers);
            let sending = self.line.is_up() && !self.session.transmit().is_empty();
            match turn {
                Turn::Ended => return Poll::Ready(self.line.take_error().map_or(Ok(()), Err)),
                _ if self.users == 0 && !sending => return Poll::Ready(Ok(())),
                Turn::Idle if !self.let_in_waiting(now, wakers) => {
                    wakers.extend(renew(&mut self.runner, cx.waker()));
                    return Poll::Pending;
                }
                _ => {}
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Gives out what the session has to tell.
    fn hand_out(&mut self, wakers: &mut Vec<Waker>) {
        if let Some(event) = self.early.take() {
            self.give(event, wakers);
        }
        while let Some(event) = self.session.poll_event() {
            self.give(event, wakers);
        }
    }

    #[inline] // it moves a whole reply
    fn give(&mut self, event: EventOf<S>, wakers: &mut Vec<Waker>) {
        match event {
            Event::Done { ticket, result } => {
                self.burst += 1;
                // A ticket whose caller left is not in the list.
                let at = self.live.iter().position(|(live, _)| *live == ticket);
                let live = match at {
                    Some(0) => self.live.pop_front(), // as most are
                    Some(at) => self.live.remove(at),
                    None => None,
                };
                if let Some((_, seat)) = live
                    && let Some(place) = self.places.get_mut(seat.0)
                {
                    place.state = State::Done(result);
                    wakers.extend(place.caller.take());
                }
            }
            Event::Notice(notice) => self.keep(notice, wakers),
        }
    }

    /// Lets in the calls that wait, as far as there is room; whether there was any.
    fn let_in_waiting(&mut self, now: Instant, wakers: &mut Vec<Waker>) -> bool {
        let mut any = false;
        while let Some(seat) = self.waiting.front().copied() {
            if !self.let_in(now, seat, wakers) {
                break;
            }
            self.waiting.pop_front();
            any = true;
        }
        any
    }

    /// Submits a call that waited; `false` if there still is no room.
    fn let_in(&mut self, now: Instant, seat: Seat, wakers: &mut Vec<Waker>) -> bool {
        let Some(place) = self.places.get_mut(seat.0) else {
            return true;
        };
        let State::Waiting(request) = mem::replace(&mut place.state, State::Free) else {
            return true;
        };
        self.try_submit(now, seat, request).unwrap_or_else(|error| {
            self.fail(seat, error, wakers);
            true
        })
    }

    fn fail(&mut self, seat: Seat, error: CallError<S::Error>, wakers: &mut Vec<Waker>) {
        if let Some(place) = self.places.get_mut(seat.0) {
            place.state = State::Failed(error);
            wakers.extend(place.caller.take());
        }
    }

    fn keep(&mut self, notice: S::Notice, wakers: &mut Vec<Waker>) {
        if self.notices.len() >= self.notice_limit {
            self.notices.pop_front();
            self.missed = self.missed.saturating_add(1);
        }
        self.notices.push_back(notice);
        wakers.extend(self.listener.take());
    }

    /// Ends every call: the session's own result where there is one, else that the driver has ended.
    pub(super) fn end(&mut self, wakers: &mut Vec<Waker>) {
        if mem::replace(&mut self.ended, true) {
            return;
        }
        let now = self.line.begin();
        if self.line.is_up() {
            self.session.handle_link(now, LinkEvent::Lost);
        }
        self.line.shut();
        while let Some(seat) = self.waiting.pop_front() {
            let effect = Effect::NotApplied;
            self.fail(seat, CallError::Closed { effect }, wakers);
        }
        self.hand_out(wakers);
        while let Some((ticket, seat)) = self.live.pop_front() {
            let effect = self.abandon(now, ticket);
            self.fail(seat, CallError::Closed { effect }, wakers);
        }
        wakers.extend(self.listener.take());
        wakers.extend(self.runner.take());
    }

    /// Withdraws a ticket; what the session says of its effect.
    fn abandon(&mut self, now: Instant, mine: Ticket) -> Effect {
        self.session.cancel(now, mine);
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Done { ticket, result } if ticket == mine => {
                    return result.map_or_else(|error| error.effect(), |_| Effect::Applied);
                }
                _ => {}
            }
        }
        Effect::Unknown
    }
}

/// Puts `new` in if the old one wakes another task; gives the old one to drop.
fn renew(waker: &mut Option<Waker>, new: &Waker) -> Option<Waker> {
    match waker {
        Some(old) if old.will_wake(new) => None,
        _ => waker.replace(new.clone()),
    }
}
