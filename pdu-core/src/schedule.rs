//! Records of a scheduler that runs in the unit itself.

use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::words::words;
use crate::{Action, TimeOfDay};

/// One thing that a unit does by itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct ScheduleRecord {
    /// The number by which the device knows it.
    pub id: u32,
    /// What its owner calls it.
    #[cfg_attr(feature = "serde", serde(default))]
    pub name: String,
    /// Which outlet it acts on, from 1.
    pub outlet: u16,
    /// What makes it act.
    pub trigger: Trigger,
    /// What it does.
    pub action: Action,
    /// What else the device keeps with the record, by the names of the device's documentation: fields that this trigger does
    /// not use, and fields that the documentation does not explain. They are written back as they were read; what is missing
    /// in a new record is written as the protocol crate says.
    #[cfg_attr(feature = "serde", serde(default))]
    pub raw: BTreeMap<String, String>,
}

/// What makes a [`ScheduleRecord`] act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
#[non_exhaustive]
pub enum Trigger {
    /// The unit's clock.
    Time {
        /// The time of day.
        at: TimeOfDay,
        /// On which day, as the device counts days: its documentation need not say how.
        day: u16,
    },
    /// The outlet's own active power.
    ActivePower {
        /// Which side of the level.
        comparison: Comparison,
        /// The level, in watts.
        watts: u32,
    },
}

words! {
    /// On which side of a level a value lies.
    pub enum Comparison as "comparison" {
        /// Above it.
        Greater = "greater",
        /// Below it.
        Less = "less",
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;

    #[test]
    fn a_record_travels_as_json_and_a_misspelt_field_does_not() {
        let json = r#"{"id":1,"name":"amp","outlet":3,"trigger":{"time":{"at":"07:30","day":127}},"action":"on","raw":{"power":"0"}}"#;
        let record: ScheduleRecord = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), json);
        assert!(serde_json::from_str::<ScheduleRecord>(&json.replace("raw", "row")).is_err());
    }
}
