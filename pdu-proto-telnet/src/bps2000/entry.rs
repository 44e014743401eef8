//! The eleven entries of the main menu, and the screens behind them.

use super::PROMPT;
use super::text::begins;

/// An entry of the main menu. Source: lines 669-679.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
// Exhaustive on purpose: the menu has these.
pub enum Entry {
    /// `1.Show information`
    Information,
    /// `2.Set time and date`
    Clock,
    /// `3.Users`
    Users,
    /// `4.Network Settings`
    Network,
    /// `5.SNMP service`
    Snmp,
    /// `6.HTTP Settings`
    Http,
    /// `7.SMTP Settings`
    Smtp,
    /// `8.Threshold Settings`
    Thresholds,
    /// `9.Clear energy Phase`: shows the energies; the name is the device's.
    Energy,
    /// `10.Restart`
    Restart,
    /// `11.Logout`
    Logout,
}

impl Entry {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 11] = [
        Self::Information,
        Self::Clock,
        Self::Users,
        Self::Network,
        Self::Snmp,
        Self::Http,
        Self::Smtp,
        Self::Thresholds,
        Self::Energy,
        Self::Restart,
        Self::Logout,
    ];

    /// Its number in the menu, 1 to 11, which is also what is typed.
    pub const fn number(self) -> u8 {
        match self {
            Self::Information => 1,
            Self::Clock => 2,
            Self::Users => 3,
            Self::Network => 4,
            Self::Snmp => 5,
            Self::Http => 6,
            Self::Smtp => 7,
            Self::Thresholds => 8,
            Self::Energy => 9,
            Self::Restart => 10,
            Self::Logout => 11,
        }
    }

    /// The entry with this number, if the menu has it.
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|entry| u64::from(entry.number()) == number)
    }

    /// Its line in the main menu: `1.Show information`.
    pub const fn menu_line(self) -> &'static str {
        match self {
            Self::Information => "1.Show information",
            Self::Clock => "2.Set time and date",
            Self::Users => "3.Users",
            Self::Network => "4.Network Settings",
            Self::Snmp => "5.SNMP service",
            Self::Http => "6.HTTP Settings",
            Self::Smtp => "7.SMTP Settings",
            Self::Thresholds => "8.Threshold Settings",
            Self::Energy => "9.Clear energy Phase",
            Self::Restart => "10.Restart",
            Self::Logout => "11.Logout",
        }
    }

    /// The screen that it opens; `None` for [`Logout`](Self::Logout), which ends the session.
    pub const fn screen(self) -> Option<ScreenKind> {
        Some(match self {
            Self::Information => ScreenKind::Information,
            Self::Clock => ScreenKind::Clock,
            Self::Users => ScreenKind::Users,
            Self::Network => ScreenKind::Network,
            Self::Snmp => ScreenKind::Snmp,
            Self::Http => ScreenKind::Http,
            Self::Smtp => ScreenKind::Smtp,
            Self::Thresholds => ScreenKind::Thresholds,
            Self::Energy => ScreenKind::Energy,
            Self::Restart => ScreenKind::Restart,
            Self::Logout => return None,
        })
    }
}

/// Which screen: the main menu, one behind each of its entries, and the answer to `master load`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
// Exhaustive on purpose: the console has these.
pub enum ScreenKind {
    /// The main menu (lines 668-681).
    Main,
    /// The menu of entry 1, without a value (lines 760-761).
    Information,
    /// The answer to `master load` or `slave1 load`; the menu of entry 1 stays in force (lines 763-765).
    Load,
    /// Entry 2 (lines 794-798).
    Clock,
    /// Entry 3 (lines 825-830).
    Users,
    /// Entry 4 (lines 859-869).
    Network,
    /// Entry 5 (lines 903-911).
    Snmp,
    /// Entry 6 (lines 941-946).
    Http,
    /// Entry 7 (lines 975-987).
    Smtp,
    /// Entry 8 (lines 1020-1031).
    Thresholds,
    /// Entry 9 (lines 1059-1065).
    Energy,
    /// Entry 10 (lines 1097-1102).
    Restart,
}

impl ScreenKind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Main,
        Self::Information,
        Self::Load,
        Self::Clock,
        Self::Users,
        Self::Network,
        Self::Snmp,
        Self::Http,
        Self::Smtp,
        Self::Thresholds,
        Self::Energy,
        Self::Restart,
    ];

    /// The number before `Back` in its menu; `None` on the main menu, from which only a logout leads.
    pub const fn back(self) -> Option<u8> {
        Some(match self {
            Self::Main => return None,
            Self::Information | Self::Load => 10,
            Self::Clock | Self::Users | Self::Http | Self::Energy => 2,
            Self::Network | Self::Snmp | Self::Thresholds => 5,
            Self::Smtp => 8,
            Self::Restart => 3,
        })
    }

    /// The screen that a line, as the first of one, belongs to. This is how a console out of step is noticed.
    pub fn of_first_line(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii();
        Self::ALL.into_iter().find(|kind| {
            let (head, whole) = kind.head();
            begins(line, head) && (!whole || line.len() == head.len())
        })
    }

    /// What its first line begins with, and whether that is the whole line.
    const fn head(self) -> (&'static str, bool) {
        match self {
            Self::Main => ("Command:", true),
            Self::Information => ("Command:1.Load", false),
            Self::Load => ("Load ", false),
            Self::Clock => ("System clock:", false),
            Self::Users => ("Users:", false),
            Self::Network => ("Network", true),
            Self::Snmp => ("SNMP service", true),
            Self::Http => ("HTTP Settings", true),
            Self::Smtp => ("SMTP Settings", true),
            Self::Thresholds => ("Threshold Settings", true),
            Self::Energy => ("Clear energy Phase", true),
            Self::Restart => ("Restart", true),
        }
    }

    /// Its first line, where that is a title and nothing else.
    pub(super) const fn title(self) -> &'static str {
        self.head().0
    }

    /// How many lines come before its menu.
    pub(super) const fn rows(self) -> u8 {
        match self {
            Self::Information => 0,
            Self::Load | Self::Clock | Self::Users => 1,
            Self::Http => 2,
            Self::Energy | Self::Restart => 4,
            Self::Network | Self::Snmp => 5,
            Self::Smtp => 8,
            Self::Thresholds => 9,
            Self::Main => 12,
        }
    }

    /// Its menu as the device sends it `[INF]`: on one line, where two of the pictures wrap (lines 864-865, line 983).
    pub(super) const fn menu(self) -> Option<&'static str> {
        Some(match self {
            Self::Main | Self::Load | Self::Restart => return None,
            Self::Information => {
                "Command:1.Load 2.Voltage 3.ActivePower 4.ApparentPower 5.ReactivePower 6.Frequency 7.PF 8.Total Energy \
                 9.Sensor 10.Back"
            }
            Self::Clock => "Command:1.Set Date/Time 2.Back",
            Self::Users => "Command:1.Change password 2.Back",
            Self::Network => "Command:1.Set IPv4 Address 2.Set IPv4 Subnet Mask 3.Set Gateway 4.Set DNS 5.Back",
            Self::Snmp => "Command:1.Set agent 2.Set Write community 3.Set Read community 4.Set Trap1 address 5.Back",
            Self::Http => "Command:1.Set port 2.Back",
            Self::Smtp => {
                "Command:1.Set Account 2.Set Password 3.Set Server 4.Set Port 5.Set Number 6.Set time between \
                 7.Set Recipient 8.Back"
            }
            Self::Thresholds => "Command:1.Set Current 2.Set Voltage 3.Set Temperature 4.Set Humidity 5.Back",
            Self::Energy => "Command:1.Clear energy 2.Back",
        })
    }

    /// What stands behind `Command format:`, with the blank before it where the picture has one.
    pub(super) const fn format(self) -> Option<&'static str> {
        Some(match self {
            Self::Main | Self::Load => return None,
            Self::Information => "master load or slave1 load",
            Self::Clock => "date yyyy-mm-dd,time hh:mm:ss",
            Self::Users => " old:xxxxxx&new:xxxxxx&confirm:xxxxxx&",
            Self::Network | Self::Snmp => " address:xxx.xxx.xxx.xxx",
            Self::Http => " port:xx",
            Self::Smtp => " account:xxxxx@xx.com",
            Self::Thresholds => " current one:xx&xx&xx&xx",
            Self::Energy => " clearp1",
            Self::Restart => " 1or2",
        })
    }

    /// Whether an empty line stands between it and its prompt. Some of the pictures have a second one, of one blank, which the
    /// same screen lacks in others (lines 680, 714-715): it is taken for the text extraction's `[INF]`.
    pub(super) const fn has_gap(self) -> bool {
        !matches!(
            self,
            Self::Information | Self::Thresholds | Self::Energy | Self::Restart
        )
    }
}

/// Whether a partial line is the prompt: [`PROMPT`] and blanks.
pub(super) fn is_prompt(line: &[u8]) -> bool {
    line.trim_ascii_end() == PROMPT.as_bytes()
}
