use alloc::format;
use alloc::string::String;
use core::net::Ipv4Addr;

use pdu_core::{LocalDateTime, Secret};

use super::walk::{Aim, entry_of};
use crate::TelnetError;
use crate::bps2000::{
    ClockForm, Confirmed, Entry, Levels, Line, LineError, MAX_LINE, Member, Options, PasswordChange, Phase, ScreenKind,
    Undocumented,
};

/// What a [`Session`](crate::bps2000::Session) is asked.
///
/// What sets something looks at its screen, types one line (the clock in [two lines](ClockForm::TwoLines) two), once, and reads the
/// screen anew: [`Confirmed`](crate::bps2000::Reply::Confirmed) is what was read back. The manual shows no acknowledgement of anything.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// What the console said before the login. Answered without a line where the session is logged in already.
    Banner,
    /// Load of each phase of a unit (entry 1).
    Load(Member),
    /// The clock (entry 2).
    Clock,
    /// Sets the clock.
    SetClock(LocalDateTime),
    /// Name of the user (entry 3).
    Users,
    /// Changes the password: 1 to 15 letters and digits each. Confirmed by logging in with the new one, which the session then
    /// goes on with.
    ChangePassword {
        /// The one in force.
        old: Secret,
        /// The one to come.
        new: Secret,
    },
    /// Network settings (entry 4).
    Network,
    /// Sets the unit's own IPv4 address. That the keyword means this setting of the four is likely, not stated; and a unit that has
    /// moved cannot be asked over the connection to its old address: expect an error with an unknown effect.
    SetAddress(Ipv4Addr),
    /// Settings of the SNMP service, with its communities (entry 5).
    Snmp,
    /// Sets the address that traps go to. That the keyword means this setting of the four is all that its value lets one assume.
    SetTrap(Ipv4Addr),
    /// Settings of the web server (entry 6).
    Http,
    /// Sets the port of the web server, 1 to 65535.
    SetPort(u16),
    /// Mail settings (entry 7).
    Smtp,
    /// Sets the mail account: 1 to 30 visible characters but `&` and `:`.
    SetAccount(String),
    /// All thresholds (entry 8).
    Thresholds,
    /// Sets the four thresholds of a phase's current: 0 to 999.9 A in steps of 0.1. Of L2 and L3 [undocumented](Undocumented).
    SetCurrent(Phase, Levels),
    /// Energy of each phase (entry 9).
    Energy,
    /// Sets the energy of a phase to zero, which is confirmed if it reads as less than before. Of L2 and L3
    /// [undocumented](Undocumented).
    ClearEnergy(Phase, Confirmed),
    /// Opens entry 10, sees that it is the menu that it should be, and leaves it.
    RestartMenu(Confirmed),
    /// Restarts the unit. [`Accepted`](crate::bps2000::Reply::Accepted) if the console ended the line, by its echo or an answer, and
    /// did not go on. One that echoes nothing and falls silent leaves an error with an unknown effect.
    Restart(Confirmed),
    /// Restarts the unit with its factory settings; otherwise as [`Restart`](Self::Restart).
    FactoryDefault(Confirmed),
    /// Types a line that the manual does not show, and returns what came up to the prompt. Only where [`Undocumented::Allowed`].
    /// If that is no screen that is known, the session does not know where it stands, and opens another.
    Undocumented {
        /// On which screen; neither the main menu nor that of entry 10.
        on: ScreenKind,
        /// 1 to 80 printable characters that begin with a letter and name no clearing, restart or reset.
        line: Secret,
    },
    /// Ends the session at the console and closes the connection (entry 11). The next request opens another.
    Logout,
}

/// Which of its lines a request types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nth {
    First,
    /// The time, where the clock is set in two lines.
    Second,
}

/// What kind of thing a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Needs a login and nothing else.
    LogIn,
    /// Shows a screen.
    Show(Aim),
    /// Asks for a load.
    Ask,
    /// Sets something on a screen, which is then shown anew.
    Set(Aim),
    ChangePassword,
    Restart(Confirmed),
    /// An undocumented line.
    Try(Aim),
    LogOut,
}

impl Request {
    /// Whether it changes the unit.
    pub fn is_write(&self) -> bool {
        matches!(
            self.deed(),
            Deed::Set(_) | Deed::ChangePassword | Deed::Restart(_) | Deed::Try(_)
        )
    }

    pub(super) fn deed(&self) -> Deed {
        match *self {
            Self::Banner => Deed::LogIn,
            Self::Load(_) => Deed::Ask,
            Self::Clock => Deed::Show(Aim::On(Entry::Clock)),
            Self::SetClock(_) => Deed::Set(Aim::On(Entry::Clock)),
            Self::Users => Deed::Show(Aim::On(Entry::Users)),
            Self::ChangePassword { .. } => Deed::ChangePassword,
            Self::Network => Deed::Show(Aim::On(Entry::Network)),
            Self::SetAddress(_) => Deed::Set(Aim::On(Entry::Network)),
            Self::Snmp => Deed::Show(Aim::On(Entry::Snmp)),
            Self::SetTrap(_) => Deed::Set(Aim::On(Entry::Snmp)),
            Self::Http => Deed::Show(Aim::On(Entry::Http)),
            Self::SetPort(_) => Deed::Set(Aim::On(Entry::Http)),
            Self::Smtp => Deed::Show(Aim::On(Entry::Smtp)),
            Self::SetAccount(_) => Deed::Set(Aim::On(Entry::Smtp)),
            Self::Thresholds => Deed::Show(Aim::On(Entry::Thresholds)),
            Self::SetCurrent(..) => Deed::Set(Aim::On(Entry::Thresholds)),
            Self::Energy => Deed::Show(Aim::On(Entry::Energy)),
            Self::ClearEnergy(..) => Deed::Set(Aim::On(Entry::Energy)),
            Self::RestartMenu(confirmed) => Deed::Show(Aim::RestartMenu(confirmed)),
            Self::Restart(confirmed) | Self::FactoryDefault(confirmed) => Deed::Restart(confirmed),
            // Never the main menu: a request for one is refused.
            Self::Undocumented { on, .. } => Deed::Try(entry_of(on).map_or(Aim::Main, Aim::On)),
            Self::Logout => Deed::LogOut,
        }
    }

    /// Refuses what may not be asked, before anything is sent.
    pub(in crate::bps2000) fn check(&self, options: &Options) -> Result<(), TelnetError> {
        if let Some(what) = self.needs_permission()
            && options.undocumented == Undocumented::Refused
        {
            return Err(TelnetError::Undocumented { what });
        }
        if let Self::Undocumented { on, .. } = self
            && entry_of(*on).is_none_or(|entry| entry == Entry::Restart)
        {
            let what = "a line of the caller's own on the main menu or that of entry 10";
            return Err(TelnetError::Undocumented { what });
        }
        let mut scratch = zeroize::Zeroizing::new([0; MAX_LINE]);
        Line::Account(&options.account).encode(&mut scratch[..])?;
        Line::Password(crate::bps2000::Secret::new(options.password.reveal())).encode(&mut scratch[..])?;
        for nth in [Nth::First, Nth::Second] {
            self.encode(nth, options.clock_form, &mut scratch[..])?;
        }
        Ok(())
    }

    /// What of it the manual does not show.
    fn needs_permission(&self) -> Option<&'static str> {
        match self {
            Self::Undocumented { .. } => Some("a line of the caller's own"),
            Self::SetCurrent(Phase::Two, _) => Some("`current two:`"),
            Self::SetCurrent(Phase::Three, _) => Some("`current three:`"),
            Self::ClearEnergy(Phase::Two, _) => Some("`clearp2`"),
            Self::ClearEnergy(Phase::Three, _) => Some("`clearp3`"),
            _ => None,
        }
    }

    /// Writes the line that it types on its screen, if it types one.
    pub(super) fn encode(&self, nth: Nth, form: ClockForm, out: &mut [u8]) -> Result<usize, LineError> {
        let line = match self {
            Self::Load(member) => Line::Load(*member),
            Self::SetClock(at) if form == ClockForm::TwoLines => {
                let text = clock_line(*at, nth);
                return Line::Undocumented(crate::bps2000::Secret::new(&text)).encode(out);
            }
            Self::SetClock(at) => Line::SetClock(*at),
            Self::ChangePassword { old, new } => Line::ChangePassword(PasswordChange::new(old.reveal(), new.reveal())),
            Self::SetAddress(address) | Self::SetTrap(address) => Line::SetAddress(*address),
            Self::SetPort(port) => Line::SetPort(*port),
            Self::SetAccount(account) => Line::SetAccount(account),
            Self::SetCurrent(phase, levels) => Line::SetCurrent(*phase, *levels),
            Self::ClearEnergy(phase, confirmed) => Line::ClearEnergy(*phase, *confirmed),
            Self::Restart(confirmed) => Line::Restart(*confirmed),
            Self::FactoryDefault(confirmed) => Line::FactoryDefault(*confirmed),
            Self::Undocumented { line, .. } => Line::Undocumented(crate::bps2000::Secret::new(line.reveal())),
            Self::Logout => Line::Entry(Entry::Logout),
            _ => return Ok(0),
        };
        line.encode(out)
    }

    /// Whether what it types may be a password.
    pub(super) const fn is_secret(&self) -> bool {
        matches!(self, Self::ChangePassword { .. } | Self::Undocumented { .. })
    }

    /// What it sets, in the words of an error.
    pub(super) const fn what(&self) -> &'static str {
        match self {
            Self::SetClock(_) => "the clock",
            Self::ChangePassword { .. } => "the password",
            Self::SetAddress(_) => "the address",
            Self::SetTrap(_) => "the trap address",
            Self::SetPort(_) => "the HTTP port",
            Self::SetAccount(_) => "the SMTP account",
            Self::SetCurrent(..) => "a threshold of current",
            Self::ClearEnergy(..) => "the energy",
            Self::Restart(_) | Self::FactoryDefault(_) => "a restart",
            _ => "a value",
        }
    }
}

/// The two commands that the manual's one may be (note B-38).
fn clock_line(at: LocalDateTime, nth: Nth) -> String {
    match nth {
        Nth::First => format!("date {:04}-{:02}-{:02}", at.year(), at.month(), at.day()),
        Nth::Second => format!("time {:02}:{:02}:{:02}", at.hour(), at.minute(), at.second()),
    }
}
