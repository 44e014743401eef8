use core::fmt;

use super::{Change, ConfigError, Document, Settings, UnitIdentity, diff};
use crate::profile::Profile;

/// What a restore, or a change of settings, would do to a unit, before anything is done.
///
/// Made of the file that the unit has now and the one that it is to have. There is no plan for a file of another unit, nor for one
/// that the profile cannot read or the manual does not allow.
///
/// ```
/// use pdu_proto_7series::config::{Outlet, Plan, Settings, SyntheticUnit};
/// use pdu_proto_7series::profile::Profile;
///
/// let profile = Profile::synthetic();
/// let current = SyntheticUnit::default().document()?;
/// let wanted = Settings {
///     outlets: vec![Outlet { label: Some("Router".into()), ..Outlet::of(3) }],
///     ..Settings::default()
/// };
/// let plan = Plan::edit(&current, &wanted, &profile)?;
/// assert_eq!(
///     plan.to_string(),
///     "/synthetic-series7/outlets/outlet[@num='3']/@label: \"Outlet 3\" -> \"Router\"\n"
/// );
/// # Ok::<(), pdu_proto_7series::config::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    identity: UnitIdentity,
    changes: Vec<Change>,
    document: Document,
}

impl Plan {
    /// To make `current` into `wanted`: a backup, or a file that was edited.
    ///
    /// # Errors
    ///
    /// [`ForeignUnit`](ConfigError::ForeignUnit) if `wanted` is not certainly a file of the same unit; what
    /// [`Settings::read`] finds in either; and what [`Settings::check`] finds in those settings that would change.
    pub fn of(current: &Document, wanted: &Document, profile: &Profile) -> Result<Self, ConfigError> {
        let identity = UnitIdentity::of(current, profile);
        identity.check_same(&UnitIdentity::of(wanted, profile))?;
        let present = Settings::read(current, profile)?;
        Settings::read(wanted, profile)?.check_changed(&present)?;
        Ok(Self {
            identity,
            changes: diff(current, wanted, profile),
            document: wanted.clone(),
        })
    }

    /// To write settings into `current`.
    ///
    /// # Errors
    ///
    /// As [`Settings::apply`] has them.
    pub fn edit(current: &Document, wanted: &Settings, profile: &Profile) -> Result<Self, ConfigError> {
        let mut document = current.clone();
        wanted.apply(&mut document, profile)?;
        Ok(Self {
            identity: UnitIdentity::of(current, profile),
            changes: diff(current, &document, profile),
            document,
        })
    }

    /// The unit that it is for.
    pub fn identity(&self) -> &UnitIdentity {
        &self.identity
    }

    /// What would change; nothing if the unit has it all already.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The file to upload: whole, since a unit takes nothing less.
    pub fn document(&self) -> &Document {
        &self.document
    }
}

/// A line for each change, without secrets.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.iter().try_for_each(|change| writeln!(f, "{change}"))
    }
}
