//! What a profile file holds, before anything of it is checked.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::history::LogProfile;
use crate::http::HttpProfile;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) format: u32,
    pub(super) name: String,
    #[serde(default)]
    pub(super) note: String,
    #[serde(default)]
    pub(super) secrets: Vec<String>,
    #[serde(default)]
    pub(super) identity: Identity,
    #[serde(default)]
    pub(super) settings: BTreeMap<String, BTreeMap<String, Place>>,
    #[serde(default)]
    pub(super) lists: BTreeMap<String, List>,
    #[serde(default)]
    pub(super) keyed: Vec<Keyed>,
    // The sections of other modules: each a serde struct of its own that checks itself.
    #[serde(default)]
    pub(super) http: HttpProfile,
    pub(super) history: Option<LogProfile>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Identity {
    pub(super) serial: Option<String>,
    pub(super) mac: Option<String>,
    pub(super) host: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a path, or a table with path, words and optional")]
pub(super) enum Place {
    Path(String),
    Table(PlaceTable),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceTable {
    pub(super) path: String,
    #[serde(default)]
    pub(super) words: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) optional: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    pub(super) items: String,
    pub(super) key: Option<String>,
    #[serde(default = "one")]
    pub(super) first: u16,
    #[serde(default)]
    pub(super) optional: bool,
    pub(super) fields: BTreeMap<String, Place>,
}

fn one() -> u16 {
    1
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keyed {
    pub(super) items: String,
    pub(super) key: String,
}
