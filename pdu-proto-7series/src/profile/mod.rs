//! Profiles: data that says where in a document a setting stands, and what is asked over HTTP.
//!
//! Nobody has published what the configuration file of a 7-series unit looks like, nor the addresses behind its buttons. So none of it
//! stands in code. A profile is a small TOML file; who has a real unit writes one for it. The one that comes with the crate,
//! [`Profile::synthetic`], is invented, for the simulator and for tests.
//!
//! ```toml
//! format = 1
//! name = "my unit"
//! secrets = ["/config/vendor/@token"]     # more places that are not to be shown
//!
//! [identity]                              # at least one of the three
//! serial = "/config/unit/@serial"
//! mac = "/config/unit/@mac"
//! host = "/config/unit/@host"
//!
//! [settings.network]                      # sections and keys: see config::Settings
//! address = "/config/network/@ip"
//! addressing = { path = "/config/network/@dhcp", words = { dynamic = "1", static = "0" } }
//! gateway = { path = "/config/network/gateway", optional = true }
//!
//! [lists.outlets]
//! items = "/config/outlets/outlet"
//! key = "@num"                            # without it, items count by their place
//! first = 1                               # the key of the first item; 1 unless said
//! optional = true                         # a document may have no items
//! [lists.outlets.fields]
//! label = "@label"
//!
//! [[keyed]]                               # other lists whose items a comparison finds by a key
//! items = "/config/sensors/sensor"
//! key = "@id"
//!
//! [http.outlet]                           # what is asked over HTTP: see http::HttpProfile
//! # …
//!
//! [history]                               # how the data log is written: see history::LogProfile
//! # …
//! ```

mod error;
mod file;
mod read;

use std::collections::BTreeMap;

pub use error::ProfileError;

use crate::config::{ConfigError, Document, Path, RelativePath};
use crate::history::LogProfile;
use crate::http::HttpProfile;

/// The version of the file's form.
const FORMAT: u32 = 1;

/// Where things stand in the documents of one kind of unit, and how it is asked. See the [module](self) for the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) identity: IdentityPlaces,
    pub(crate) secrets: Vec<Path>,
    /// By `section.field`.
    pub(crate) settings: BTreeMap<String, Place<Path>>,
    /// By the list's name.
    pub(crate) lists: BTreeMap<String, ListPlace>,
    pub(crate) keyed: Vec<Keyed>,
    pub(crate) http: HttpProfile,
    pub(crate) history: Option<LogProfile>,
}

/// Where it says which unit a document is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IdentityPlaces {
    pub(crate) serial: Option<Path>,
    pub(crate) mac: Option<Path>,
    pub(crate) host: Option<Path>,
}

/// Where a setting stands, and how its words are written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place<P> {
    pub(crate) path: P,
    /// From our word to the one in the file; a word that is not here is written as it is.
    pub(crate) words: BTreeMap<String, String>,
    pub(crate) presence: Presence,
}

/// Whether each document has the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    Optional,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListPlace {
    pub(crate) items: Path,
    pub(crate) key: Option<RelativePath>,
    /// The key of the first item.
    pub(crate) first: u16,
    pub(crate) presence: Presence,
    pub(crate) fields: BTreeMap<String, Place<RelativePath>>,
}

/// A list whose items are told apart by a key, not by their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keyed {
    pub(crate) items: Path,
    pub(crate) key: RelativePath,
}

impl Profile {
    /// The text of the shipped profile, to start one's own from.
    pub const SYNTHETIC: &'static str = include_str!("synthetic.toml");

    /// Reads a profile file, and checks all that can be checked without a document.
    ///
    /// # Errors
    ///
    /// No TOML, an unknown key, a place that is no path, a word that the setting does not have; nothing to tell units apart by.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        read::profile(text)
    }

    /// The profile that comes with the crate: **invented**, as are all documents that fit it. No real unit uses it.
    ///
    /// # Panics
    ///
    /// Never: a test reads it.
    pub fn synthetic() -> Self {
        #[expect(clippy::expect_used, reason = "its text is fixed, and a test reads it")]
        Self::from_toml(Self::SYNTHETIC).expect("the shipped profile is well-formed")
    }

    /// Whether a document has all the places that are named here, but those that are optional.
    ///
    /// # Errors
    ///
    /// [`PointsNowhere`](ProfileError::PointsNowhere) for the first that it lacks, or has twice, with key and path.
    pub fn check(&self, document: &Document) -> Result<(), ProfileError> {
        let IdentityPlaces { serial, mac, host } = &self.identity;
        for (key, place) in [("serial", serial), ("mac", mac), ("host", host)] {
            if let Some(path) = place {
                points(&format!("identity.{key}"), document.only(path), Presence::Required)?;
            }
        }
        for (key, place) in &self.settings {
            points(&format!("settings.{key}"), document.only(&place.path), place.presence)?;
        }
        self.lists
            .iter()
            .try_for_each(|(name, list)| list.check(&format!("lists.{name}"), document))
    }

    /// What it calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says of itself; empty if nothing.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// What is asked of the unit over HTTP, and how.
    pub fn http(&self) -> &HttpProfile {
        &self.http
    }

    /// How the unit writes its data log, if the profile says so.
    pub fn history(&self) -> Option<&LogProfile> {
        self.history.as_ref()
    }
}

impl ListPlace {
    fn check(&self, key: &str, document: &Document) -> Result<(), ProfileError> {
        let items = document.select(&self.items);
        if items.is_empty() {
            let nothing = ConfigError::NotThere {
                path: self.items.clone(),
            };
            return points::<()>(&format!("{key}.items"), Err(nothing), self.presence);
        }
        for (field, place) in &self.fields {
            let path = self.items.join(&place.path);
            for item in &items {
                let found = document.only_below(*item, &place.path, &path);
                points(&format!("{key}.fields.{field}"), found, place.presence)?;
            }
        }
        Ok(())
    }
}

fn points<T>(key: &str, found: Result<T, ConfigError>, presence: Presence) -> Result<(), ProfileError> {
    match found {
        Ok(_) => Ok(()),
        Err(ConfigError::NotThere { .. }) if presence == Presence::Optional => Ok(()),
        Err(problem) => Err(ProfileError::PointsNowhere {
            key: key.to_owned(),
            problem: Box::new(problem),
        }),
    }
}
