use alloc::string::String;
use core::time::Duration;

use pdu_core::{Mode, Secret};

/// Settings of a [`Session`](crate::bps2000::Session). Start from [`new`](Self::new).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The account of the console, which is one of its own. The manual says that `admin` is the factory's (line 654); a picture
    /// has another (line 666).
    pub account: String,
    /// Its password.
    pub password: Secret,
    /// Whether screens that differ from the strict form are taken.
    pub mode: Mode,
    /// How long requests wait for a link before they fail, counted from when the first of them began to.
    pub connect_timeout: Duration,
    /// How long the console may take to ask for the account, from the link on, and to answer the lines of the login.
    pub login_timeout: Duration,
    /// How long a screen may take, from the moment when the line has left.
    pub reply_timeout: Duration,
    /// A prompt has no line end: it is one when nothing came behind it for so long. Zero takes it at once.
    pub settle: Duration,
    /// How often a request is tried, each time on another connection, when one is lost or does not answer in time. A line that
    /// changes the unit is never sent twice: what comes after one is tried once.
    pub attempts: u8,
    /// With nothing to do for so long, the session logs out and closes the connection; the next request opens another.
    pub idle_logout: Option<Duration>,
    /// Whether keywords that the manual does not show may be sent.
    pub undocumented: Undocumented,
    /// How the clock is set.
    pub clock_form: ClockForm,
    /// How many slaves the unit has, 0 to 5, which it does not tell: a [`Device`](crate::bps2000::Device) reads their loads too.
    pub slaves: u8,
    /// What the energies of the console count: for a [`Device`](crate::bps2000::Device).
    pub energy_unit: EnergyUnit,
}

/// What the energies of the console count. They are printed without a unit: `Phase1 energy:1150` (line 1060).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
// Exhaustive on purpose: it is known or it is not.
pub enum EnergyUnit {
    /// Nobody has looked. They are taken for watt-hours, the unit of the device's registers, and are
    /// [`Suspect`](pdu_core::Quality::Suspect) (note B-34).
    #[default]
    Unknown,
    /// Watt-hours: chosen by whoever has compared them with the web page.
    WattHours,
}

/// Whether keywords that the manual does not show may be sent (note B-39). The device's answer to a wrong one is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
// Exhaustive on purpose: they may or they may not.
pub enum Undocumented {
    /// A request that needs one is refused before anything is sent.
    #[default]
    Refused,
    /// They may. Of some the manual lets one guess: `current two:` and `clearp2` follow those that it has.
    Allowed,
}

/// How the clock is set (note B-38): the comma in the manual's `date yyyy-mm-dd,time hh:mm:ss` may be prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
// Exhaustive on purpose: there are these two ways to read the line.
pub enum ClockForm {
    /// One line, as printed (line 796).
    #[default]
    OneLine,
    /// `date yyyy-mm-dd`, then `time hh:mm:ss`: two lines that the manual does not show so, chosen by whoever found that their unit
    /// wants them.
    TwoLines,
}

impl Options {
    /// For this account, with times for a local network: 10 s for a connection, 10 s for the login, 5 s for a screen, 30 ms for a
    /// prompt, two attempts, a logout after 30 s, and no slaves.
    pub fn new(account: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            account: account.into(),
            password: password.into(),
            mode: Mode::Lenient,
            connect_timeout: Duration::from_secs(10),
            login_timeout: Duration::from_secs(10),
            reply_timeout: Duration::from_secs(5),
            settle: Duration::from_millis(30),
            attempts: 2,
            idle_logout: Some(Duration::from_secs(30)),
            undocumented: Undocumented::Refused,
            clock_form: ClockForm::OneLine,
            slaves: 0,
            energy_unit: EnergyUnit::Unknown,
        }
    }
}
