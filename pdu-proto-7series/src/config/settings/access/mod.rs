//! Reading, checking and writing settings, all by the same walk.

mod checking;
mod listing;
mod placed;
mod reading;
mod writing;

use self::checking::{Checking, Collecting};
pub(crate) use self::listing::{SettingInfo, places};
pub(crate) use self::placed::trimmed;
use self::reading::Reading;
use self::writing::Writing;
use super::bounds::Bound;
use super::visit::Walker;
use super::{Account, Settings};
use crate::config::{ConfigError, Document, SettingProblem};
use crate::profile::Profile;

pub(super) fn read(document: &Document, profile: &Profile) -> Result<Settings, ConfigError> {
    let mut settings = Settings::default();
    settings.walk(&mut Reading { document, profile })?;
    Ok(settings)
}

pub(super) fn check(settings: &Settings) -> Result<(), ConfigError> {
    settings.clone().walk(&mut Checking::default())
}

/// What differs from what a unit has already: that it has, and may keep.
pub(super) fn check_changed(settings: &Settings, present: &Settings) -> Result<(), ConfigError> {
    let mut collecting = Collecting::default();
    present.clone().walk(&mut collecting)?;
    settings.clone().walk(&mut Checking {
        present: collecting.written,
    })
}

pub(super) fn apply(settings: &Settings, document: &mut Document, profile: &Profile) -> Result<(), ConfigError> {
    check(settings)?;
    let mut edited = document.clone();
    settings.clone().walk(&mut Writing {
        document: &mut edited,
        profile,
    })?;
    check_accounts(settings, &accounts(&edited, profile)?)?;
    *document = edited;
    Ok(())
}

/// Of all settings only the accounts: nothing else needs to be readable.
fn accounts(document: &Document, profile: &Profile) -> Result<Settings, ConfigError> {
    let mut settings = Settings::default();
    let mut reading = Reading { document, profile };
    reading.section("administrator", &mut settings.administrator)?;
    reading.section("control", &mut settings.control)?;
    reading.section("view", &mut settings.view)?;
    Ok(settings)
}

/// The other accounts need the Administrator's. Source: manual, lines 225 to 227.
///
/// Asked only of who changes accounts: what a unit has already is not for others to mend.
fn check_accounts(wanted: &Settings, edited: &Settings) -> Result<(), ConfigError> {
    let untouched = [&wanted.administrator, &wanted.control, &wanted.view]
        .iter()
        .all(|account| **account == Account::default());
    let is_empty = |account: &Account| account.name.as_ref().is_none_or(String::is_empty);
    // A profile that does not place the Administrator's cannot tell.
    let without_administrator = edited.administrator.name.as_ref().is_some_and(String::is_empty);
    if untouched || !without_administrator {
        return Ok(());
    }
    for (section, account) in [("control", &edited.control), ("view", &edited.view)] {
        if !is_empty(account) {
            return Err(ConfigError::Setting {
                key: format!("settings.{section}.name"),
                problem: SettingProblem::Bound(Bound::AdministratorFirst),
            });
        }
    }
    Ok(())
}
