//! The way to the prompt, and what stands there when it was reached.

use pdu_core::{Effect, Instant};

use super::{Dialogue, Phase, Step};
use crate::TelnetError;
use crate::client::prompts::{Questions, Seen, seen};
use crate::client::{Opening, Secrecy};

impl Dialogue {
    /// What the device waits for, as far as it has shown.
    pub(super) fn seen(&self) -> Option<Seen> {
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
    pub(super) fn settle_at(&self) -> Option<Instant> {
        let is_awaited = match &self.phase {
            Phase::Seeking { step: Step::Look, .. } if self.options.opening == Opening::EmptyLine => true,
            Phase::Seeking { .. } | Phase::Collecting { .. } => self.seen().is_some(),
            Phase::Idle | Phase::Sending { .. } | Phase::Poisoned { .. } => false,
        };
        // While a line has not left, what stands there is what it answers.
        let is_open = is_awaited && self.link.is_up() && !self.terminal.has_line();
        is_open.then(|| self.heard + self.options.settle)
    }

    /// Acts upon what stands there, once it has stood for long enough.
    pub(super) fn settle(&mut self) {
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

    pub(super) fn asks_password_only(&self) -> bool {
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
    pub(super) fn refuse_login(&mut self) {
        self.fail_queue(TelnetError::LoginRefused);
        self.break_off();
    }
}
