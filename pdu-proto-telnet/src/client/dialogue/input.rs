//! What comes: lines of a reply, of a login, or that nobody asked for.

use alloc::vec::Vec;

use pdu_core::Effect;

use super::{Dialogue, Phase, Step};
use crate::client::Item;
use crate::client::prompts::{Seen, is_refusal, shows_password};
use crate::{ReplyPart, StreamFault, TelnetError};

impl Dialogue {
    pub(in crate::client) fn take(&mut self, octets: &[u8]) -> usize {
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
        let effect = self.final_effect();
        self.give_up(TelnetError::Stream { fault, effect });
    }

    /// What the current command has done, for all that is known when its reply cannot be relied on. If nothing of it has left it is taken
    /// back, so that this stays true.
    pub(super) fn final_effect(&mut self) -> Effect {
        match self.phase {
            Phase::Collecting { .. } => Effect::Unknown,
            Phase::Sending { .. } if !self.terminal.withdraw_line() => Effect::Unknown,
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
            Phase::Idle | Phase::Sending { .. } | Phase::Poisoned { .. } => self.note(line),
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
            Phase::Sending { .. } => Seen::Prompt,
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
            Phase::Sending { entry, .. } => {
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
}
