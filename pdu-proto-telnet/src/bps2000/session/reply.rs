use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::net::Ipv4Addr;

use pdu_core::{LocalDateTime, Secret};
use zeroize::Zeroize;

use crate::bps2000::{
    AgentState, Banner, Date, EnergyPhases, HttpSettings, Load, Network, SmtpSettings, SnmpService, ThresholdSettings,
    Uptime,
};

/// What a [`Session`](crate::bps2000::Session) answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// What the console said before the login.
    Banner(OwnedBanner),
    /// Load of each phase, in A.
    Load(Load),
    /// The clock.
    Clock(LocalDateTime),
    /// Name of the user.
    Users(String),
    /// Network settings.
    Network(Network),
    /// Settings of the SNMP service.
    Snmp(OwnedSnmpService),
    /// Settings of the web server.
    Http(HttpSettings),
    /// Mail settings.
    Smtp(OwnedSmtpSettings),
    /// All thresholds.
    Thresholds(Box<ThresholdSettings>),
    /// Energy of each phase, as printed.
    Energy(EnergyPhases),
    /// Entry 10 is the menu that it should be, and was left again.
    RestartMenu,
    /// What was set is what was read back.
    Confirmed,
    /// The console heard the line by which the unit restarts.
    Accepted,
    /// What came on an undocumented line.
    Lines(Lines),
    /// The session at the console has ended.
    LoggedOut,
}

/// [`Banner`], for keeping.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct OwnedBanner {
    /// `Last Update Time`: of the firmware.
    pub updated: Option<Date>,
    /// `Version`: of the firmware.
    pub version: Option<String>,
    /// `Date:` and `Time:` of the device.
    pub clock: Option<LocalDateTime>,
    /// `Up time`
    pub uptime: Option<Uptime>,
    /// The first line without a known key.
    pub text: Option<String>,
}

impl From<&Banner<'_>> for OwnedBanner {
    fn from(banner: &Banner<'_>) -> Self {
        Self {
            updated: banner.updated,
            version: banner.version.map(ToString::to_string),
            clock: banner.clock,
            uptime: banner.uptime,
            text: banner.text.map(ToString::to_string),
        }
    }
}

/// [`SnmpService`], for keeping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedSnmpService {
    /// `SNMP agent`
    pub agent: AgentState,
    /// `Write community`
    pub write_community: Secret,
    /// `Read community`
    pub read_community: Secret,
    /// `Trap1 address`
    pub trap1: Ipv4Addr,
}

impl From<&SnmpService<'_>> for OwnedSnmpService {
    fn from(snmp: &SnmpService<'_>) -> Self {
        Self {
            agent: snmp.agent,
            write_community: Secret::new(snmp.write_community.reveal()),
            read_community: Secret::new(snmp.read_community.reveal()),
            trap1: snmp.trap1,
        }
    }
}

/// [`SmtpSettings`], for keeping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedSmtpSettings {
    /// `SMTP Account`; may be empty.
    pub account: String,
    /// `SMTP Password`; may be empty.
    pub password: Secret,
    /// `SMTP Server`; may be empty.
    pub server: String,
    /// `SMTP Port`; 0 is not set.
    pub port: u16,
    /// `Number of cyclical notification`
    pub count: u16,
    /// `Time between cyclical notification`, in a unit on which the manual contradicts itself.
    pub interval: u16,
    /// `SMTP Recipient Email`; may be empty.
    pub recipient: String,
}

impl From<&SmtpSettings<'_>> for OwnedSmtpSettings {
    fn from(smtp: &SmtpSettings<'_>) -> Self {
        Self {
            account: smtp.account.into(),
            password: Secret::new(smtp.password.reveal()),
            server: smtp.server.into(),
            port: smtp.port,
            count: smtp.count,
            interval: smtp.interval,
            recipient: smtp.recipient.into(),
        }
    }
}

/// Lines of a console. `Debug` shows how many only, and they are wiped when dropped: there may be a password in them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Lines(Vec<Vec<u8>>);

impl Lines {
    /// Each without its end.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }
}

impl<'a> FromIterator<&'a [u8]> for Lines {
    fn from_iter<I: IntoIterator<Item = &'a [u8]>>(lines: I) -> Self {
        Self(lines.into_iter().map(<[u8]>::to_vec).collect())
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lines({})", self.0.len())
    }
}
