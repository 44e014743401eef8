use core::net::Ipv4Addr;

use pdu_core::LocalDateTime;

use super::{ChannelStatus, Outlet, OutletConfig, Record, Text};

/// A line from the unit. Source: lines 20 to 225.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: these are the manual's, and what is none of them is `Unknown`.
pub enum Reply<'a> {
    /// `OK`
    Ok,
    /// `A=…`: who the unit is.
    Address(Address<'a>),
    /// `CHx=…`: state of an outlet, or of the unit.
    Channel(ChannelStatus),
    /// `RTC=…`: the unit's clock, without a zone. Ends a status frame.
    Clock(LocalDateTime),
    /// `Px=…`: a record of the scheduler.
    Record {
        /// x: 1 to 3 digits.
        index: u16,
        /// The record.
        record: Record<'a>,
    },
    /// `Cx=…`: what is stored of an outlet.
    Config {
        /// Of which.
        outlet: Outlet,
        /// What.
        config: OutletConfig<'a>,
    },
    /// A line `KEY=…` of an unknown key, whole: lenient only.
    Unknown(&'a [u8]),
}

/// Who a unit is: `A=SerialNum|MAC|ServerIP1|ServerPort1|ServerIP2|ServerPort2|`.
///
/// Its own IP address is not in the line: over UDP it is the source of the datagram (inferred).
/// Source: lines 21 and 36.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address<'a> {
    /// SerialNum: text without `/`.
    pub serial: Text<'a>,
    /// MAC: the Ethernet address.
    pub mac: [u8; 6],
    /// ServerIP1 and ServerPort1: what they are for is not stated.
    pub server_1: (Ipv4Addr, u16),
    /// ServerIP2 and ServerPort2.
    pub server_2: (Ipv4Addr, u16),
}

#[cfg(feature = "alloc")]
impl Address<'_> {
    /// The same, independent of the line that it was read from.
    pub fn into_owned(self) -> Address<'static> {
        Address {
            serial: self.serial.into_owned(),
            ..self
        }
    }
}
