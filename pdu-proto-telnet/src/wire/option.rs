use core::fmt;

/// A telnet option, by its number in the IANA registry "Telnet Options". Any octet is one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TelnetOption(
    /// The number.
    pub u8,
);

impl TelnetOption {
    /// Binary transmission. Source: RFC 856.
    pub const BINARY: Self = Self(0);
    /// Echo. Source: RFC 857.
    pub const ECHO: Self = Self(1);
    /// Suppress go-ahead. Source: RFC 858.
    pub const SUPPRESS_GO_AHEAD: Self = Self(3);
    /// Status. Source: RFC 859.
    pub const STATUS: Self = Self(5);
    /// Timing mark. Source: RFC 860.
    pub const TIMING_MARK: Self = Self(6);
    /// Terminal type. Source: RFC 1091.
    pub const TERMINAL_TYPE: Self = Self(24);
    /// Window size. Source: RFC 1073.
    pub const WINDOW_SIZE: Self = Self(31);
    /// Terminal speed. Source: RFC 1079.
    pub const TERMINAL_SPEED: Self = Self(32);
    /// Remote flow control. Source: RFC 1372.
    pub const REMOTE_FLOW_CONTROL: Self = Self(33);
    /// Line mode. Source: RFC 1184.
    pub const LINEMODE: Self = Self(34);
    /// Environment. Source: RFC 1572.
    pub const NEW_ENVIRONMENT: Self = Self(39);

    fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::BINARY => "BINARY",
            Self::ECHO => "ECHO",
            Self::SUPPRESS_GO_AHEAD => "SUPPRESS-GO-AHEAD",
            Self::STATUS => "STATUS",
            Self::TIMING_MARK => "TIMING-MARK",
            Self::TERMINAL_TYPE => "TERMINAL-TYPE",
            Self::WINDOW_SIZE => "NAWS",
            Self::TERMINAL_SPEED => "TERMINAL-SPEED",
            Self::REMOTE_FLOW_CONTROL => "TOGGLE-FLOW-CONTROL",
            Self::LINEMODE => "LINEMODE",
            Self::NEW_ENVIRONMENT => "NEW-ENVIRON",
            _ => return None,
        })
    }
}

impl fmt::Display for TelnetOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "option {}", self.0),
        }
    }
}

impl fmt::Debug for TelnetOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Options from 0 to 63, which are more than a console ever speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct OptionSet(u64);

impl OptionSet {
    /// No option.
    pub const NONE: Self = Self(0);

    /// This set and `option`. An option above 63 does not join: nobody can agree to it.
    #[must_use]
    pub const fn with(self, option: TelnetOption) -> Self {
        Self(self.0 | bit(option))
    }

    /// This set without `option`.
    #[must_use]
    pub const fn without(self, option: TelnetOption) -> Self {
        Self(self.0 & !bit(option))
    }

    /// Is `option` in this set?
    pub const fn has(self, option: TelnetOption) -> bool {
        self.0 & bit(option) != 0
    }

    /// Its options, in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = TelnetOption> {
        (0..64).map(TelnetOption).filter(move |&option| self.has(option))
    }
}

/// The place of an option in a set; 0 where it has none.
const fn bit(option: TelnetOption) -> u64 {
    if option.0 < 64 { 1 << option.0 } else { 0 }
}
