//! Where calls and the runner meet: the session and a fixed number of seats, under one lock.
//!
//! No waker is woken or dropped in here, since that may run other code, which may want the same lock: they are handed out.

use core::mem;
use core::task::{Poll, Waker};
use std::boxed::Box;
use std::collections::VecDeque;
use std::vec::Vec;

use crate::{CallError, Effect, Error, Event, Instant, Session, Ticket};

type Outcome<S> = Result<<S as Session>::Reply, CallError<<S as Session>::Error>>;

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
    Done(Outcome<S>),
}

pub(super) struct Desk<S: Session> {
    pub(super) session: S,
    places: Box<[Place<S>]>,
    free: Vec<Seat>,
    /// Calls that wait for room, in their order.
    waiting: VecDeque<Seat>,
    /// Tickets whose callers wait, oldest first: their answers tend to come in that order.
    live: VecDeque<(Ticket, Seat)>,
    runner: Option<Waker>,
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
    pub(super) fn new(session: S, calls: usize, notices: usize) -> Self {
        let place = || Place {
            state: State::Free,
            caller: None,
        };
        Self {
            session,
            places: (0..calls).map(|_| place()).collect(),
            free: (0..calls).rev().map(Seat).collect(),
            waiting: VecDeque::with_capacity(calls),
            live: VecDeque::with_capacity(calls),
            runner: None,
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

    // ---- the callers' side

    /// Takes a call in: submits it, or lets it wait. Gives its seat, and the runner to wake.
    #[allow(clippy::type_complexity)] // a pair in a result, used once
    pub(super) fn admit(
        &mut self,
        now: Instant,
        request: S::Request,
        caller: &Waker,
    ) -> Result<(Seat, Option<Waker>), CallError<S::Error>> {
        if self.ended {
            let effect = Effect::NotApplied;
            return Err(CallError::Closed { effect });
        }
        let seat = *self.free.last().ok_or(CallError::Busy)?;
        let state = if self.waiting.is_empty() {
            self.try_submit(now, seat, request)?
        } else {
            State::Waiting(request)
        };
        let live = matches!(state, State::Live(_));
        if !live {
            self.waiting.push_back(seat);
        }
        self.free.pop();
        if let Some(place) = self.places.get_mut(seat.0) {
            place.state = state;
            place.caller = Some(caller.clone());
        }
        // A call that waits is let in when another ends, which the runner sees; only where none is live it must look.
        let runner = if live || self.live.is_empty() {
            self.runner.take()
        } else {
            None
        };
        Ok((seat, runner))
    }

    /// Submits if there is room: the state that the call is in then.
    fn try_submit(&mut self, now: Instant, seat: Seat, request: S::Request) -> Result<State<S>, CallError<S::Error>> {
        match self.session.submit(now, request) {
            Ok(ticket) => {
                self.live.push_back((ticket, seat));
                Ok(State::Live(ticket))
            }
            Err(refused) if refused.kind == crate::ErrorKind::Busy => Ok(State::Waiting(refused.request)),
            Err(refused) => Err(refused.into()),
        }
    }

    /// The result of a call, if it is there; else `caller` is woken when it is. Also a waker to drop.
    pub(super) fn collect(&mut self, seat: Seat, caller: &Waker) -> (Poll<Outcome<S>>, Option<Waker>) {
        let Some(place) = self.places.get_mut(seat.0) else {
            return (Poll::Pending, None);
        };
        match mem::replace(&mut place.state, State::Free) {
            State::Done(outcome) => {
                let old = place.caller.take();
                self.free.push(seat);
                (Poll::Ready(outcome), old)
            }
            other => {
                place.state = other;
                (Poll::Pending, renew(&mut place.caller, caller))
            }
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
                runner = self.runner.take();
            }
            State::Free | State::Done(_) => {}
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

    /// Gives out what the session has to tell, then lets in calls that wait for room.
    pub(super) fn hand_out(&mut self, now: Instant, wakers: &mut Vec<Waker>) {
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Done { ticket, result } => {
                    // A ticket whose caller left is not in the list.
                    let at = self.live.iter().position(|(live, _)| *live == ticket);
                    if let Some((_, seat)) = at.and_then(|at| self.live.remove(at)) {
                        self.finish(seat, result.map_err(CallError::Session), wakers);
                    }
                }
                Event::Notice(notice) => self.keep(notice, wakers),
            }
        }
        while let Some(seat) = self.waiting.front().copied() {
            if !self.let_in(now, seat, wakers) {
                break;
            }
            self.waiting.pop_front();
        }
    }

    /// Submits a call that waited; `false` if there still is no room.
    fn let_in(&mut self, now: Instant, seat: Seat, wakers: &mut Vec<Waker>) -> bool {
        let Some(place) = self.places.get_mut(seat.0) else {
            return true;
        };
        let State::Waiting(request) = mem::replace(&mut place.state, State::Free) else {
            return true;
        };
        let state = match self.try_submit(now, seat, request) {
            Ok(state) => state,
            Err(error) => {
                self.finish(seat, Err(error), wakers);
                return true;
            }
        };
        let room = matches!(state, State::Live(_));
        if let Some(place) = self.places.get_mut(seat.0) {
            place.state = state;
        }
        room
    }

    fn finish(&mut self, seat: Seat, outcome: Outcome<S>, wakers: &mut Vec<Waker>) {
        if let Some(place) = self.places.get_mut(seat.0) {
            place.state = State::Done(outcome);
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

    /// The runner has done what it can: whoever comes next is to wake it. Gives a waker to drop.
    pub(super) fn await_users(&mut self, runner: &Waker) -> Option<Waker> {
        renew(&mut self.runner, runner)
    }

    /// Ends every call: the session's own result where there is one, else that the driver has ended.
    pub(super) fn end(&mut self, now: Instant, wakers: &mut Vec<Waker>) {
        self.ended = true;
        while let Some(seat) = self.waiting.pop_front() {
            let effect = Effect::NotApplied;
            self.finish(seat, Err(CallError::Closed { effect }), wakers);
        }
        self.hand_out(now, wakers);
        while let Some((ticket, seat)) = self.live.pop_front() {
            let effect = self.abandon(now, ticket);
            self.finish(seat, Err(CallError::Closed { effect }), wakers);
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
