use pdu_core::LocalDateTime;

use super::{Outlet, OutletConfig, OutletState, Record};

/// A line to the unit. Source: lines 31 to 225, chapter 3.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: these are the twelve of the manual.
pub enum Command<'a> {
    /// `A?`: who the unit is and which servers it reports to. The only one that is answered over UDP (line 23).
    ReadAddress,
    /// `?`: a status frame.
    ReadStatus,
    /// `Sx=s`: switches an outlet.
    SwitchOutlet {
        /// Which.
        outlet: Outlet,
        /// To what.
        state: OutletState,
    },
    /// `T=yyyy|mm|dd|hh|min|ss|`: sets the clock, in years from 2000 on.
    SetClock(LocalDateTime),
    /// `P?`: all records of the scheduler.
    ReadSchedule,
    /// `P=nn`: says how many records will follow.
    SetRecordCount(u16),
    /// `PW=…`: one record.
    WriteRecord(Record<'a>),
    /// `C?`: what is stored of the outlets.
    ReadConfigs,
    /// `Cx=…`: stores it.
    SetConfig {
        /// Of which outlet.
        outlet: Outlet,
        /// What.
        config: OutletConfig<'a>,
    },
    /// `X`: restarts the controller.
    Restart,
    /// `G`: switches all outlets off.
    AllOff,
    /// `H`: switches all outlets on.
    AllOn,
}
