use pdu_core::Decimal;

/// Number of an outlet, 1 to 16. Source: lines 77, 126 and 162.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Outlet(u8);

impl Outlet {
    /// The highest number.
    pub const MAX: u8 = 16;

    /// The outlet of this number, 1 to 16.
    pub const fn new(number: u8) -> Option<Self> {
        if 1 <= number && number <= Self::MAX {
            Some(Self(number))
        } else {
            None
        }
    }

    /// Its number, 1 to 16.
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// Index of a status line: 0, or the number of an outlet.
///
/// Source: lines 43 to 46. That 0 is the unit as a whole is inferred: outlets count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(u8);

impl Channel {
    /// `CH0`: the unit as a whole.
    pub const UNIT: Self = Self(0);
    /// How many there are, 0 to 16.
    pub const COUNT: usize = 17;

    /// The channel of this index, 0 to 16.
    pub const fn new(index: u8) -> Option<Self> {
        if index <= Outlet::MAX { Some(Self(index)) } else { None }
    }

    /// Its index, 0 to 16.
    pub const fn index(self) -> u8 {
        self.0
    }

    /// The outlet that it is about; `None` for the unit.
    pub const fn outlet(self) -> Option<Outlet> {
        Outlet::new(self.0)
    }
}

impl From<Outlet> for Channel {
    fn from(outlet: Outlet) -> Self {
        Self(outlet.0)
    }
}

/// Whether an outlet is switched on: `1` or `0` on the line. Source: lines 54 and 78.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: the line has one bit for it.
pub enum OutletState {
    /// `0`
    Off,
    /// `1`
    On,
}

/// One status line: `CHx=s|vvv|ppp|`.
///
/// Source: lines 43 to 57.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChannelStatus {
    /// Which outlet, or the unit.
    pub channel: Channel,
    /// s: whether it is switched on.
    pub state: OutletState,
    /// vvv: volts, with the digits of the line. 1 to 4 digits (inferred); a fraction is lenient.
    pub voltage: Decimal,
    /// ppp: watts, with the digits of the line. 1 to 5 digits (inferred); a fraction is lenient.
    pub power: Decimal,
}
