//! From what came to what it is: lines of an answer, a screen, or the reason why neither.

use pdu_core::Effect;

use super::phase::Phase;
use super::transcript::{TooLong, Transcript};
use crate::bps2000::{
    Deviations, Expected, Fault, Found, Options, PROMPT, Screen, ScreenError, ScreenKind, ScreenParser,
};
use crate::client::Item;
use crate::{StreamFault, TelnetError};

/// Why a piece of input ends the connection.
pub(super) enum Refusal {
    Stream(StreamFault),
    TooLong(TooLong),
    Unasked(Found),
}

impl Refusal {
    pub(super) fn error(self, effect: Effect) -> TelnetError {
        match self {
            Self::Stream(fault) => TelnetError::Stream { fault, effect },
            Self::TooLong(TooLong { limit, of }) => TelnetError::ReplyTooLong { limit, of, effect },
            Self::Unasked(found) => out_of_step(Expected::Prompt, found, effect),
        }
    }
}

/// Keeps a line that comes as part of an answer. At a prompt, nothing may come.
pub(super) fn take(item: Option<Item<'_>>, text: &mut Transcript, phase: &Phase) -> Result<(), Refusal> {
    let line = match item {
        Some(Item::Line(line)) => line,
        Some(Item::TooLong) => return Err(Refusal::Stream(StreamFault::LineTooLong)),
        _ => return Ok(()),
    };
    match phase {
        Phase::Awaiting(awaiting) if awaiting.is_begun => text.push(line).map_err(Refusal::TooLong),
        _ => Err(Refusal::Unasked(found_in(line))),
    }
}

fn found_in(line: &[u8]) -> Found {
    match (ScreenKind::of_first_line(line), line.first()) {
        (Some(screen), _) => Found::Screen(screen),
        (None, Some(&octet)) => Found::Octet(octet),
        (None, None) => Found::End,
    }
}

/// What is wrong with a screen.
pub(super) enum Wrong {
    /// It is another one, or none.
    Step(Expected, Found),
    /// It is not as it should be.
    Screen { number: usize, fault: Fault },
}

impl Wrong {
    pub(super) fn error(self, screen: ScreenKind, effect: Effect) -> TelnetError {
        match self {
            Self::Step(expected, found) => out_of_step(expected, found, effect),
            Self::Screen { number, fault } => TelnetError::Screen {
                screen,
                number,
                fault,
                effect,
            },
        }
    }
}

/// Reads lines as a screen, up to the prompt.
pub(super) fn read<'a>(
    kind: ScreenKind,
    lines: impl Iterator<Item = &'a [u8]>,
    options: &Options,
    deviations: &mut Deviations,
) -> Result<Screen<'a>, Wrong> {
    let mut parser = ScreenParser::new(kind, options.mode);
    let mut lines = lines;
    let pushed = lines.try_for_each(|line| parser.push(line));
    let parsed = pushed.and_then(|()| parser.finish(PROMPT.as_bytes()));
    match parsed {
        Ok(parsed) => {
            deviations.insert_all(parsed.deviations);
            Ok(parsed.value)
        }
        Err(ScreenError { fault, .. }) if matches!(fault.found, Found::Screen(_) | Found::Login) => {
            Err(Wrong::Step(fault.expected, fault.found))
        }
        Err(ScreenError { number, fault, .. }) => Err(Wrong::Screen { number, fault }),
    }
}

pub(super) const fn out_of_step(expected: Expected, found: Found, effect: Effect) -> TelnetError {
    TelnetError::Desynchronised {
        expected,
        found,
        effect,
    }
}
