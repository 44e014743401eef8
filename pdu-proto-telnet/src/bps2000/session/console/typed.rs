//! What is typed: the next line of the login, of the walk or of the request, where the console waits for one.

use core::time::Duration;

use pdu_core::Effect;
use zeroize::Zeroizing;

use super::super::job::{Need, Response};
use super::super::phase::{Awaiting, Expect, Phase, Place};
use super::super::reading::out_of_step;
use super::super::walk::{Stride, back, menu_of, to_stand, towards};
use super::{Console, LEAVING, Pending};
use crate::TelnetError;
use crate::bps2000::{Expected, Found, Line, MAX_LINE, ScreenKind, Secret};
use crate::client::Secrecy;

impl Console {
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
    pub(super) fn take_next(&mut self) -> bool {
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

    pub(super) const fn time_for(&self, expect: Expect) -> Duration {
        match expect {
            Expect::Greeting | Expect::Password | Expect::Menu => self.options.login_timeout,
            _ => self.options.reply_timeout,
        }
    }
}
