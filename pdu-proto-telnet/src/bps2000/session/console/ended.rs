//! How a session at the console ends: as it was to, by what went wrong, or since nothing is to be done.

use pdu_core::{Effect, LinkState};

use super::super::job::Job;
use super::super::phase::{Awaiting, Expect, PROMPTS, Phase, Place, Wants};
use super::{Console, Pending};
use crate::bps2000::{Reply, Request};
use crate::wire::recognise;
use crate::{Awaited, TelnetError};

impl Console {
    /// The session at the console has ended, as it was to. That the connection went says nothing of a restart: it may have gone before
    /// the line came.
    pub(super) fn end(&mut self) {
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

    pub(super) fn time_out(&mut self) {
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

    /// Leaves the connection, so that the login of the next one tells whether a password was changed.
    pub(super) fn relogin(&mut self) {
        if let Some(mut entry) = self.current.take() {
            entry.job.verify();
            self.queue.push_front(entry);
        }
        self.leave(LinkState::Broken);
    }

    /// Nothing was to be done for a while: logs out, or just closes where nobody is logged in.
    pub(super) fn leave_idle(&mut self) {
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

    /// Account and password are not sent again: neither for this request nor for those that wait.
    pub(super) fn refuse_login(&mut self) {
        if let Some(entry) = self.current.as_ref().filter(|entry| entry.job.new_password().is_some()) {
            let error = entry.job.not_confirmed();
            return self.break_off(|_| error);
        }
        self.fail_all(&TelnetError::LoginRefused);
    }

    pub(super) fn fail_all(&mut self, error: &TelnetError) {
        self.finish(Err(*error));
        for entry in core::mem::take(&mut self.queue) {
            self.ended.extend(entry.ticket.map(|ticket| (ticket, Err(*error))));
        }
        self.break_off(|_| *error);
    }

    pub(super) fn lose(&mut self, error: impl FnOnce(Effect) -> TelnetError) {
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

    /// Something went wrong on the connection: the current request ends with it, or begins anew if it may. During a login that is the
    /// one that it was for. Behind one, a request that still waits has no part in what was withdrawn, or is the session's own.
    pub(super) fn break_off(&mut self, error: impl FnOnce(Effect) -> TelnetError) {
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

    /// The connection is of no more use; what waits goes on over the next one.
    pub(super) fn leave(&mut self, state: LinkState) {
        let is_wanted = self.is_wanted();
        let give_up = self.now + self.options.connect_timeout;
        self.link.enter(state, is_wanted.then_some(give_up));
        self.phase = Phase::Apart;
        self.idle_at = None;
        self.terminal.reset();
        self.text.clear();
    }
}
