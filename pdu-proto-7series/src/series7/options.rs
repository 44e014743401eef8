//! What only the caller knows of a unit.

use std::sync::Arc;

use pdu_core::{Capabilities, Capability};

use crate::profile::Profile;
use crate::{config, history, live};

/// How a unit is asked, and how much of its answers is read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// What is asked over HTTP, and where the settings stand in its files.
    pub profile: Arc<Profile>,
    /// How the live document is read.
    pub live: live::Options,
    /// How large a configuration file may be.
    pub config: config::Limits,
    /// How large the data log may be.
    pub log: history::Limits,
}

impl Options {
    /// For units of this profile; everything else as it is unless told.
    pub fn new(profile: impl Into<Arc<Profile>>) -> Self {
        Self {
            profile: profile.into(),
            live: live::Options::default(),
            config: config::Limits::default(),
            log: history::Limits::default(),
        }
    }

    /// The same, reading live documents so.
    #[must_use]
    pub fn with_live(self, live: live::Options) -> Self {
        Self { live, ..self }
    }

    /// What a unit of this profile can do: it can always be read, and the profile says what else. A unit without switched outlets
    /// refuses what is about outlets when it is asked.
    pub fn capabilities(&self) -> Capabilities {
        let http = self.profile.http();
        let (can_read, can_write) = (http.config_download.is_some(), http.config_upload.is_some());
        let has_rules = self.profile.lists.contains_key("alarms");
        let resets = http.outlet.is_some() || http.circuit_energy_reset.is_some();
        let known = [
            (Capability::Snapshot, true),
            (Capability::Switch, http.outlet.is_some()),
            (Capability::ResetEnergy, resets),
            (Capability::Settings, can_read),
            (Capability::SetSettings, can_read && can_write),
            (Capability::AlarmRules, can_read && has_rules),
            (Capability::SetAlarmRules, can_read && can_write && has_rules),
        ];
        let has: Vec<Capability> = known
            .into_iter()
            .filter_map(|(capability, has)| has.then_some(capability))
            .collect();
        Capabilities::of(&has)
    }
}
