//! A request on its way: what it needs of the console next, and what a screen means to it.

use alloc::boxed::Box;

use pdu_core::{Effect, Instant};

use super::clock::may_read;
use super::request::{Deed, Nth};
use super::walk::Aim;
use crate::TelnetError;
use crate::bps2000::{ClockForm, Entry, LineError, Options, OwnedBanner, Phase, Reply, Request, Screen, ScreenKind};

/// A request, and how far it has come.
#[derive(Debug)]
pub(super) struct Job {
    request: Request,
    stage: Stage,
    /// Something of a line that changes the unit has left: it is never sent again.
    is_said: bool,
    /// When the line that changes the unit was given to the link.
    said_at: Instant,
    /// The energy before it is cleared.
    before: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Its screen is to be shown.
    Look,
    /// Its screen was just shown: the line may be typed.
    Say(Nth),
    /// It was typed. Its screen is to be shown anew.
    Check,
    /// A password was changed, and the connection left: the login will tell.
    Verify,
}

/// What a job needs of the console next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// To be logged in, which is all.
    Login,
    /// Another connection.
    Relogin,
    /// This screen, shown anew.
    Show(Aim),
    /// To stand here, and to type its line.
    Say(Aim),
}

/// What comes of a line that a job types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Response {
    /// This screen.
    Screen(ScreenKind),
    /// Anything up to the prompt; what it says about a setting is not known.
    Anything,
    /// Anything up to the prompt, which is the reply.
    Reply,
    /// The end of the session.
    End,
}

impl Job {
    pub(super) fn new(request: Request) -> Self {
        let mut job = Self {
            request,
            stage: Stage::Look,
            is_said: false,
            said_at: Instant::EPOCH,
            before: 0,
        };
        job.begin_anew();
        job
    }

    /// From the beginning, over another connection. Only before anything was said.
    pub(super) fn begin_anew(&mut self) {
        self.stage = match self.request.deed() {
            Deed::Ask | Deed::LogOut => Stage::Say(Nth::First),
            _ => Stage::Look,
        };
    }

    pub(super) fn need(&self) -> Need {
        let aim = match self.request.deed() {
            Deed::LogIn => return Need::Login,
            Deed::Ask => Aim::On(Entry::Information),
            Deed::Show(aim) | Deed::Set(aim) | Deed::Try(aim) => aim,
            Deed::ChangePassword => Aim::On(Entry::Users),
            Deed::Restart(confirmed) => Aim::RestartMenu(confirmed),
            Deed::LogOut => Aim::Main,
        };
        match self.stage {
            Stage::Verify => Need::Login,
            Stage::Check if self.request.deed() == Deed::ChangePassword => Need::Relogin,
            Stage::Look | Stage::Check => Need::Show(aim),
            Stage::Say(_) => Need::Say(aim),
        }
    }

    /// Writes the line that it types now.
    pub(super) fn encode(&self, options: &Options, out: &mut [u8]) -> Result<usize, LineError> {
        let nth = match self.stage {
            Stage::Say(nth) => nth,
            _ => Nth::First,
        };
        self.request.encode(nth, options.clock_form, out)
    }

    pub(super) const fn is_secret(&self) -> bool {
        self.request.is_secret()
    }

    pub(super) fn response(&self) -> Response {
        match self.request.deed() {
            Deed::Ask => Response::Screen(ScreenKind::Load),
            Deed::Restart(_) | Deed::LogOut => Response::End,
            Deed::Try(_) => Response::Reply,
            _ => Response::Anything,
        }
    }

    /// The first octet of the line that it types has left.
    pub(super) fn note_said(&mut self, now: Instant) {
        if self.request.is_write() && !self.is_said {
            self.is_said = true;
            self.said_at = now;
        }
    }

    /// Whether it may be tried again over another connection.
    pub(super) const fn is_repeatable(&self) -> bool {
        !self.is_said
    }

    /// What it has done to the unit, for all that is known.
    pub(super) const fn effect(&self) -> Effect {
        if self.is_said {
            Effect::Unknown
        } else {
            Effect::NotApplied
        }
    }

    /// The password to log in with, if it is to be another one.
    pub(super) fn new_password(&self) -> Option<&pdu_core::Secret> {
        match (&self.request, self.stage) {
            (Request::ChangePassword { new, .. }, Stage::Verify) => Some(new),
            _ => None,
        }
    }

    /// The connection was left, so that the login of the next one tells.
    pub(super) fn verify(&mut self) {
        self.stage = Stage::Verify;
    }

    pub(super) const fn not_confirmed(&self) -> TelnetError {
        TelnetError::NotConfirmed {
            what: self.request.what(),
        }
    }

    /// The session is logged in, and that is what it needed.
    pub(super) fn logged_in(&self, banner: &OwnedBanner) -> Reply {
        match self.stage {
            Stage::Verify => Reply::Confirmed,
            _ => Reply::Banner(banner.clone()),
        }
    }

    /// The session at the console has ended, as it was to.
    pub(super) fn ended(&self) -> Reply {
        match self.request.deed() {
            Deed::LogOut => Reply::LoggedOut,
            _ => Reply::Accepted,
        }
    }

    /// What it set was answered, one way or another.
    pub(super) fn answered(&mut self, form: ClockForm) {
        let is_two = matches!(self.request, Request::SetClock(_)) && form == ClockForm::TwoLines;
        self.stage = match self.stage {
            Stage::Say(Nth::First) if is_two => Stage::Say(Nth::Second),
            _ => Stage::Check,
        };
    }

    /// A screen that it needed is shown. `None`: there is more to do.
    pub(super) fn shown(&mut self, now: Instant, screen: &Screen<'_>) -> Option<Result<Reply, TelnetError>> {
        match (self.request.deed(), self.stage) {
            (Deed::Show(_) | Deed::Ask, _) => Some(Ok(reply(screen))),
            (_, Stage::Look) => {
                self.before = self.energy(screen).unwrap_or_default();
                self.stage = Stage::Say(Nth::First);
                None
            }
            (_, Stage::Check) if self.is_shown_by(now, screen) => Some(Ok(Reply::Confirmed)),
            (_, Stage::Check) => Some(Err(self.not_confirmed())),
            (_, Stage::Say(_) | Stage::Verify) => None,
        }
    }

    /// Whether the screen shows what was set.
    fn is_shown_by(&self, now: Instant, screen: &Screen<'_>) -> bool {
        match (&self.request, screen) {
            (Request::SetClock(wanted), Screen::Clock(found)) => {
                may_read(*wanted, *found, now.saturating_since(self.said_at))
            }
            (Request::SetAddress(wanted), Screen::Network(found)) => *wanted == found.address,
            (Request::SetTrap(wanted), Screen::Snmp(found)) => *wanted == found.trap1,
            (Request::SetPort(wanted), Screen::Http(found)) => *wanted == found.port,
            (Request::SetAccount(wanted), Screen::Smtp(found)) => wanted == found.account,
            (Request::SetCurrent(phase, wanted), Screen::Thresholds(found)) => {
                of_phase(&found.current, *phase) == Some(wanted)
            }
            // It may count again already.
            (Request::ClearEnergy(..), _) => self
                .energy(screen)
                .is_some_and(|energy| energy == 0 || energy < self.before),
            _ => false,
        }
    }

    /// The energy that it clears.
    fn energy(&self, screen: &Screen<'_>) -> Option<u64> {
        match (&self.request, screen) {
            (Request::ClearEnergy(phase, _), Screen::Energy(found)) => of_phase(&found.raw, *phase).copied(),
            _ => None,
        }
    }
}

fn of_phase<T>(phases: &[T; 3], phase: Phase) -> Option<&T> {
    phases.get(usize::from(phase.number()).checked_sub(1)?)
}

/// What a screen says, for keeping.
fn reply(screen: &Screen<'_>) -> Reply {
    match screen {
        // Never asked for: nothing shows them for their own sake.
        Screen::Main | Screen::Information => Reply::Confirmed,
        Screen::Load(load) => Reply::Load(*load),
        Screen::Clock(clock) => Reply::Clock(*clock),
        Screen::Users(users) => Reply::Users(users.name.into()),
        Screen::Network(network) => Reply::Network(*network),
        Screen::Snmp(snmp) => Reply::Snmp(snmp.into()),
        Screen::Http(http) => Reply::Http(*http),
        Screen::Smtp(smtp) => Reply::Smtp(smtp.into()),
        Screen::Thresholds(thresholds) => Reply::Thresholds(Box::new(*thresholds)),
        Screen::Energy(energy) => Reply::Energy(*energy),
        Screen::Restart => Reply::RestartMenu,
    }
}
