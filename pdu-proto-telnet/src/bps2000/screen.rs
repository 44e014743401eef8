//! The values of the screens.

use core::net::Ipv4Addr;

use pdu_core::{Decimal, LocalDateTime, Threshold};

use super::{ScreenKind, Secret};

/// A screen and its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Exhaustive on purpose: the console has these.
#[allow(clippy::large_enum_variant)] // without alloc there is no box, and a session holds one of them
pub enum Screen<'a> {
    /// The main menu.
    Main,
    /// The menu of entry 1, `Show information`.
    Information,
    /// The answer to `master load` or `slave1 load`.
    Load(Load),
    /// Entry 2: the device's clock.
    Clock(LocalDateTime),
    /// Entry 3.
    Users(Users<'a>),
    /// Entry 4.
    Network(Network),
    /// Entry 5.
    Snmp(SnmpService<'a>),
    /// Entry 6.
    Http(HttpSettings),
    /// Entry 7.
    Smtp(SmtpSettings<'a>),
    /// Entry 8.
    Thresholds(ThresholdSettings),
    /// Entry 9.
    Energy(EnergyPhases),
    /// Entry 10: from here `1` restarts the unit.
    Restart,
}

impl Screen<'_> {
    /// Which screen it is.
    pub const fn kind(&self) -> ScreenKind {
        match self {
            Self::Main => ScreenKind::Main,
            Self::Information => ScreenKind::Information,
            Self::Load(_) => ScreenKind::Load,
            Self::Clock(_) => ScreenKind::Clock,
            Self::Users(_) => ScreenKind::Users,
            Self::Network(_) => ScreenKind::Network,
            Self::Snmp(_) => ScreenKind::Snmp,
            Self::Http(_) => ScreenKind::Http,
            Self::Smtp(_) => ScreenKind::Smtp,
            Self::Thresholds(_) => ScreenKind::Thresholds,
            Self::Energy(_) => ScreenKind::Energy,
            Self::Restart => ScreenKind::Restart,
        }
    }
}

/// Load of each phase, in A with the device's digits: two behind the point (line 763).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Load {
    /// L1, L2, L3. The console prints all three, and 0.00 for what a unit of one phase does not have `[INF]`; lenient mode
    /// takes a line that ends after the first or the second.
    pub phases: [Option<Decimal>; 3],
}

/// The user of the console. Source: line 825.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Users<'a> {
    /// Its name, of at most 512 octets.
    pub name: &'a str,
}

/// Network settings. Source: lines 859-863.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// `IPv4 Address`
    pub address: Ipv4Addr,
    /// `IPv4 Subnet Mask`
    pub mask: Ipv4Addr,
    /// `Gateway`
    pub gateway: Ipv4Addr,
    /// `DNS`
    pub dns: Ipv4Addr,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::UNSPECIFIED,
            mask: Ipv4Addr::UNSPECIFIED,
            gateway: Ipv4Addr::UNSPECIFIED,
            dns: Ipv4Addr::UNSPECIFIED,
        }
    }
}

/// Whether the SNMP agent runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
// Exhaustive on purpose: on or off.
pub enum AgentState {
    /// `Enable`
    Enabled,
    /// `Disable`: the word of the web page (line 642); the console's picture has the other only. `[INF]`
    #[default]
    Disabled,
}

/// The SNMP service; the console knows v1 only (line 876). Source: lines 903-907.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnmpService<'a> {
    /// `SNMP agent`
    pub agent: AgentState,
    /// `Write community`
    pub write_community: Secret<'a>,
    /// `Read community`
    pub read_community: Secret<'a>,
    /// `Trap1 address`; the web page has a second one, the console has not.
    pub trap1: Ipv4Addr,
}

impl Default for SnmpService<'_> {
    fn default() -> Self {
        Self {
            agent: AgentState::default(),
            write_community: Secret::default(),
            read_community: Secret::default(),
            trap1: Ipv4Addr::UNSPECIFIED,
        }
    }
}

/// HTTP settings. Source: lines 941-942.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct HttpSettings {
    /// `HTTP port`
    pub port: u16,
}

/// Mail settings. Source: lines 975-982.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SmtpSettings<'a> {
    /// `SMTP Account`; may be empty.
    pub account: &'a str,
    /// `SMTP Password`; may be empty.
    pub password: Secret<'a>,
    /// `SMTP Server`; may be empty.
    pub server: &'a str,
    /// `SMTP Port`; 0 is not set `[INF]`.
    pub port: u16,
    /// `Number of cyclical notification`; the web page takes 0 to 10.
    pub count: u16,
    /// `Time between cyclical notification`; the web page takes 1 to 60. The manual contradicts itself about the unit.
    pub interval: u16,
    /// `SMTP Recipient Email`; may be empty.
    pub recipient: &'a str,
}

/// Four levels with the device's digits, in the order of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Levels {
    /// `High Alarm`
    pub high_alarm: Decimal,
    /// `High Warning`
    pub high_warning: Decimal,
    /// `Low Warning`
    pub low_warning: Decimal,
    /// `Low Alarm`
    pub low_alarm: Decimal,
}

impl Default for Levels {
    fn default() -> Self {
        Self {
            high_alarm: Decimal::ZERO,
            high_warning: Decimal::ZERO,
            low_warning: Decimal::ZERO,
            low_alarm: Decimal::ZERO,
        }
    }
}

impl Levels {
    /// The level in the words of `pdu-core`.
    pub const fn level(&self, threshold: Threshold) -> Decimal {
        match threshold {
            Threshold::UpperCritical => self.high_alarm,
            Threshold::UpperWarning => self.high_warning,
            Threshold::LowerWarning => self.low_warning,
            Threshold::LowerCritical => self.low_alarm,
        }
    }

    /// In the order of the screen, which is also that of `current one:` `[INF]`.
    pub const fn in_order(&self) -> [Decimal; 4] {
        [self.high_alarm, self.high_warning, self.low_warning, self.low_alarm]
    }
}

/// All thresholds. Source: lines 1020-1028.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ThresholdSettings {
    /// Of the current of L1, L2, L3, in A.
    pub current: [Levels; 3],
    /// Of the voltage of L1, L2, L3, in V.
    pub voltage: [Levels; 3],
    /// In °C.
    pub temperature: Levels,
    /// In %.
    pub humidity: Levels,
}

/// Energy of each phase, as printed. The screen names no unit and no scale, so neither does this. Source: lines 1059-1062.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct EnergyPhases {
    /// L1, L2, L3.
    pub raw: [u64; 3],
}
