//! What is heard: the prompt that must come, and what the text before it means.

use pdu_core::LinkState;

use super::super::phase::{Awaiting, Expect, PROMPTS, Phase, Place, Wants};
use super::super::reading::{Wrong, out_of_step, read};
use super::Console;
use crate::TelnetError;
use crate::bps2000::{
    ACCOUNT_PROMPT, Banner, Expected, Found, OwnedBanner, PASSWORD_PROMPT, Parsed, Reply, ScreenError, ScreenKind,
};
use crate::wire::recognise;

impl Console {
    /// Whether a line has ended since there were so many.
    pub(super) fn hear(&mut self, line_ends: u64) {
        if let Phase::Awaiting(awaiting) = &mut self.phase {
            awaiting.is_heard |= awaiting.is_begun && self.terminal.line_ends() != line_ends;
        }
    }

    /// Looks at the line without an end: it is the prompt that was answered or is to be, or one that may be taken once it has
    /// stood for a while, or none.
    pub(super) fn look(&mut self) {
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
    pub(super) fn settle(&mut self) {
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
}
