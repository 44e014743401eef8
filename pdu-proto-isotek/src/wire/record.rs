use pdu_core::TimeOfDay;

use super::{Outlet, Text};

/// A record of the scheduler:
/// `id|type|name|hh:min|dd|power|operator|channel|status_value|status_slot|setup|`.
///
/// Source: lines 107 to 131 and 142 to 167.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record<'a> {
    /// id: 1 to 5 digits.
    pub id: u32,
    /// type: what decides when it acts.
    pub record_type: RecordType,
    /// name: the manual does not explain it; free text.
    pub name: Text<'a>,
    /// hh:min: the time of day, of a time plan.
    pub time: TimeOfDay,
    /// dd: "day" (line 121). Whether of the week, of the month or a mask is not stated, so it is a number, of 1 to 3 digits.
    pub day: u16,
    /// power: the level in watts, of a power plan; 1 to 5 digits.
    pub power: u32,
    /// operator: on which side of the level, of a power plan.
    pub operator: Operator,
    /// channel: which outlet it acts on.
    pub channel: Outlet,
    /// status_value: "not used" (line 128); kept as it is.
    pub status_value: Text<'a>,
    /// status_slot: "not used" (line 129); kept as it is.
    pub status_slot: Text<'a>,
    /// setup: what it does.
    pub setup: Setup,
}

/// What decides when a [`Record`] acts. Source: line 117.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: other numbers are refused.
pub enum RecordType {
    /// `1`: the clock.
    TimePlan,
    /// `2`: the power of the channel.
    PowerPlan,
}

/// On which side of the level the power of a channel makes a power plan act. Source: line 125; at the level itself is not
/// stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: other numbers are refused.
pub enum Operator {
    /// Nothing, or `0`, of a time plan. An empty field is lenient, and is sent as `0`.
    None,
    /// `1`
    Greater,
    /// `2`
    Less,
}

/// What a [`Record`] does. Source: line 131.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: other numbers are refused.
pub enum Setup {
    /// `1`
    On,
    /// `2`
    Off,
    /// `3`
    Restart,
}

/// What is stored of an outlet: `nnnnnnnn|t|d|`. Source: lines 176 to 188 and 191 to 198.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OutletConfig<'a> {
    /// nnnnnnnn: its name, at most 8 characters (16 are taken leniently).
    pub name: Text<'a>,
    /// t: what stands behind it.
    pub outlet_type: OutletType,
    /// d: "reset sequence delay", in seconds; 1 to 5 digits.
    pub delay: u32,
}

/// What stands behind an outlet. Source: line 187, which does not say what the unit makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: other numbers are refused.
pub enum OutletType {
    /// `1`
    Normal,
    /// `2`
    Router,
    /// `3`
    Locked,
}

#[cfg(feature = "alloc")]
impl Record<'_> {
    /// The same record, independent of the line that it was read from.
    pub fn into_owned(self) -> Record<'static> {
        Record {
            name: self.name.into_owned(),
            status_value: self.status_value.into_owned(),
            status_slot: self.status_slot.into_owned(),
            ..self
        }
    }
}

#[cfg(feature = "alloc")]
impl OutletConfig<'_> {
    /// The same, independent of the line that it was read from.
    pub fn into_owned(self) -> OutletConfig<'static> {
        OutletConfig {
            name: self.name.into_owned(),
            ..self
        }
    }
}
