//! One command, and what becomes of it.

use alloc::vec::Vec;

use pdu_core::{Effect, Instant, Ticket};

use super::{Reply, Request, Retry};
use crate::wire::{ChannelStatus, Command, Outlet, OutletConfig, OutletState, Record, StatusFrame};
use crate::{IsotekError, Rejected};

/// A command in the table, from submit to `Done`.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) ticket: Ticket,
    pub(super) command: Command<'static>,
    /// How often it has begun to leave.
    pub(super) attempts: u8,
    /// How often it may.
    pub(super) allowed: u8,
    /// A status is looked at when no answer came.
    looks_at_status: bool,
    /// That has happened: the next status decides.
    pub(super) is_in_doubt: bool,
    /// The list that it reads has come without a line.
    pub(super) was_empty: bool,
    /// Why what came since it was sent was no answer.
    pub(super) rejected: Option<Rejected>,
}

impl Entry {
    /// A command that may be sent 1 + `retries` times, if at all more than once.
    pub(super) fn new(ticket: Ticket, request: Request, retries: u8) -> Self {
        let Request { command, retry } = request;
        let looks_at_status = retry == Retry::AfterStatus && is_switch(&command);
        let may_repeat = looks_at_status || retry != Retry::Never && command.is_read_only();
        Self {
            ticket,
            attempts: 0,
            allowed: if may_repeat { retries.saturating_add(1) } else { 1 },
            looks_at_status,
            is_in_doubt: false,
            was_empty: false,
            rejected: None,
            command,
        }
    }

    /// Whether there is something to be done yet, now that no answer came.
    pub(super) fn goes_on(&mut self) -> bool {
        self.is_in_doubt = self.looks_at_status;
        self.is_in_doubt || self.may_be_sent()
    }

    pub(super) const fn may_be_sent(&self) -> bool {
        self.attempts < self.allowed
    }

    /// Whether a status shows what was asked for; `None` if it does not tell.
    pub(super) fn is_shown_by(&self, frame: &StatusFrame) -> Option<bool> {
        let has = |state| move |status: &ChannelStatus| status.state == state;
        match &self.command {
            Command::SwitchOutlet { outlet, state } => frame.channel((*outlet).into()).map(has(*state)),
            Command::AllOff => all_outlets(frame, has(OutletState::Off)),
            Command::AllOn => all_outlets(frame, has(OutletState::On)),
            _ => None,
        }
    }

    /// What it has done, for all that is known when no answer can be relied on.
    pub(super) fn effect(&self) -> Effect {
        if self.attempts == 0 || self.command.is_read_only() {
            Effect::NotApplied
        } else {
            Effect::Unknown
        }
    }

    pub(super) fn no_reply(&self) -> IsotekError {
        IsotekError::NoReply {
            command: head(&self.command),
            attempts: self.attempts,
            rejected: self.rejected,
            effect: self.effect(),
        }
    }

    pub(super) fn link_down(&self) -> IsotekError {
        IsotekError::LinkDown {
            command: head(&self.command),
            effect: self.effect(),
        }
    }

    /// The line was never quiet. What was sent before, and was then not answered, is what counts.
    pub(super) fn line_busy(&self) -> IsotekError {
        if self.attempts > 0 {
            return self.no_reply();
        }
        IsotekError::LineBusy {
            command: head(&self.command),
        }
    }

    pub(super) fn bad_answer(&self, rejected: Rejected) -> IsotekError {
        IsotekError::Answer {
            command: head(&self.command),
            rejected,
            effect: self.effect(),
        }
    }
}

fn all_outlets(frame: &StatusFrame, is_so: impl Fn(&ChannelStatus) -> bool) -> Option<bool> {
    let mut outlets = frame.channels().filter(|status| status.channel.outlet().is_some());
    let first = is_so(outlets.next()?);
    Some(first && outlets.all(is_so))
}

/// Whether a status shows what it does.
const fn is_switch(command: &Command<'_>) -> bool {
    matches!(command, Command::SwitchOutlet { .. } | Command::AllOff | Command::AllOn)
}

/// A command by its head in the manual.
const fn head(command: &Command<'_>) -> &'static str {
    match command {
        Command::ReadAddress => "A?",
        Command::ReadStatus => "?",
        Command::SwitchOutlet { .. } => "Sx=s",
        Command::SetClock(_) => "T=",
        Command::ReadSchedule => "P?",
        Command::SetRecordCount(_) => "P=nn",
        Command::WriteRecord(_) => "PW=",
        Command::ReadConfigs => "C?",
        Command::SetConfig { .. } => "Cx=",
        Command::Restart => "X",
        Command::AllOff => "G",
        Command::AllOn => "H",
    }
}

/// What is with the unit, or on its way to it.
#[derive(Debug)]
pub(super) struct Exchange {
    /// Whose it is; `None` once that was told.
    pub(super) entry: Option<Entry>,
    pub(super) answer: Answer,
    /// How many frames had begun when it left.
    pub(super) after: u64,
    /// It may still come back as a line.
    pub(super) may_echo: bool,
    /// An `OK` came that was its end, or that of a status frame.
    pub(super) held: Option<HeldOk>,
    pub(super) numbers: Numbers,
}

/// An `OK` that is a command's or a frame's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeldOk {
    /// It stood directly behind a frame.
    BehindFrame,
    /// It stood alone, at a time when a frame was due that may have been lost.
    Alone(Instant),
}

/// The numbers of the lines of an answer. They rise, which bounds it: `Px` has three digits, `Cx` ends at 16.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    last: u16,
}

impl Numbers {
    /// Takes the number of the next line. Numbers count from 1.
    pub(super) fn next(&mut self, number: u16, gaps: Gaps) -> Result<(), Rejected> {
        let expected = self.last.saturating_add(1);
        if number < expected || number > expected && gaps == Gaps::Refused {
            return Err(Rejected::Sequence {
                expected,
                found: number,
            });
        }
        self.last = number;
        Ok(())
    }
}

/// What the answer is, as far as it came.
#[derive(Debug)]
pub(super) enum Answer {
    /// `OK`
    Ok,
    /// Any status frame.
    Status,
    /// The line `A=`.
    Address,
    /// The line `A=` came; an `OK` may yet.
    AddressTail,
    Schedule(Vec<(u16, Record<'static>)>),
    Configs(Vec<(Outlet, OutletConfig<'static>)>),
}

impl Answer {
    const fn to(command: &Command<'_>) -> Self {
        match command {
            Command::ReadAddress => Self::Address,
            Command::ReadStatus => Self::Status,
            Command::ReadSchedule => Self::Schedule(Vec::new()),
            Command::ReadConfigs => Self::Configs(Vec::new()),
            _ => Self::Ok,
        }
    }

    /// Whether it ends with `OK`.
    pub(super) const fn ends_with_ok(&self) -> bool {
        matches!(self, Self::Ok | Self::Schedule(_) | Self::Configs(_))
    }

    /// Whether it consists of lines that a refused one may have been one of.
    pub(super) const fn has_lines(&self) -> bool {
        matches!(self, Self::Schedule(_) | Self::Configs(_))
    }

    /// Whether it is a list without a line.
    pub(super) const fn is_empty_list(&self) -> bool {
        match self {
            Self::Schedule(records) => records.is_empty(),
            Self::Configs(configs) => configs.is_empty(),
            _ => false,
        }
    }

    /// The reply, at its `OK`.
    fn into_reply(self) -> Reply {
        match self {
            Self::Schedule(records) => Reply::Schedule(records),
            Self::Configs(configs) => Reply::Configs(configs),
            _ => Reply::Accepted,
        }
    }
}

impl Exchange {
    pub(super) fn new(entry: Entry) -> Self {
        Self {
            answer: Answer::to(&entry.command),
            entry: Some(entry),
            after: 0,
            may_echo: true,
            held: None,
            numbers: Numbers::default(),
        }
    }

    /// Whether it consists of lines, of which none came yet.
    pub(super) const fn awaits_first_line(&self) -> bool {
        self.answer.has_lines() && self.numbers.last == 0
    }

    /// Its end, for whoever asked.
    pub(super) fn finish(self) -> Option<(Ticket, Reply)> {
        let ticket = self.entry?.ticket;
        Some((ticket, self.answer.into_reply()))
    }
}

/// Whether numbers of lines may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gaps {
    Taken,
    Refused,
}
