use nom::Parser;
use pdu_core::Decimal;

use super::scan::{Bytes, Refusal, Scan, Separator, bit, decimal};
use super::writer::{Writer, check_number};
use super::{Field, WireError};

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
    Off = 0,
    /// `1`
    On = 1,
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
    /// vvv: volts, with the digits of the line. 1 to 4 digits (inferred); a fraction is lenient. Of an outlet that is off it may be 0
    /// or that of the mains: it does not tell the state.
    pub voltage: Decimal,
    /// ppp: watts, with the digits of the line. 1 to 5 digits (inferred); a fraction is lenient.
    pub power: Decimal,
}

impl ChannelStatus {
    pub(super) fn check(&self) -> Result<(), WireError> {
        check_number(Field::Voltage, whole(Field::Voltage, self.voltage)?, 0, 9999)?;
        check_number(Field::Power, whole(Field::Power, self.power)?, 0, 99_999)
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        let number = |value: Decimal| value.scaled(0).and_then(|value| u32::try_from(value).ok());
        writer.key(b"CH", self.channel.index().into());
        writer.field(self.state as u32);
        // What `check` refuses is not written; it is only counted.
        writer.field(number(self.voltage).unwrap_or(0));
        writer.field(number(self.power).unwrap_or(0));
    }
}

fn whole(field: Field, value: Decimal) -> Result<i64, WireError> {
    value.scaled(0).ok_or(WireError::Fraction { field })
}

/// `s|vvv|ppp|`, leniently with any separator of the misprints.
pub(super) fn channel_status<'l>(
    scan: &Scan<'l>,
    channel: Channel,
) -> impl Parser<Bytes<'l>, Output = ChannelStatus, Error = Refusal> {
    (
        scan.field(Field::Status, bit(), Separator::Loose),
        scan.field(Field::Voltage, decimal(4), Separator::Loose),
        scan.field(Field::Power, decimal(5), Separator::LooseLast),
    )
        .map(move |(state, voltage, power)| ChannelStatus {
            channel,
            state,
            voltage,
            power,
        })
}
