use core::fmt;

use super::settings::trimmed;
use super::{ConfigError, Document, Path, Shown};
use crate::profile::Profile;

/// Which unit a configuration file is of, as far as a profile says where that stands.
///
/// A file may only go back to the unit that it came from (manual, lines 253 to 260).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct UnitIdentity {
    /// The serial number.
    pub serial: Option<String>,
    /// The MAC address, as the file has it.
    pub mac: Option<String>,
    /// The host name or address.
    pub host: Option<String>,
}

/// Two files that are not known to be of one unit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Described(.expected, .found))]
#[non_exhaustive]
pub struct ForeignUnit {
    /// The unit that was meant.
    pub expected: Box<UnitIdentity>,
    /// The unit that the file is of.
    pub found: Box<UnitIdentity>,
}

/// A configuration file, and whose it is: what is kept when one is downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backup {
    /// Whose it is.
    pub identity: UnitIdentity,
    /// The file.
    pub document: Document,
}

impl Backup {
    /// Of a file that was just downloaded.
    ///
    /// # Errors
    ///
    /// The file does not say whose it is at any of the places that the profile names: [`ConfigError::Unidentified`].
    pub fn of(document: Document, profile: &Profile) -> Result<Self, ConfigError> {
        let identity = UnitIdentity::of(&document, profile);
        if identity == UnitIdentity::default() {
            return Err(ConfigError::Unidentified);
        }
        Ok(Self { identity, document })
    }
}

impl UnitIdentity {
    /// What a file says. Places that it does not have, has several times, or leaves empty, say nothing.
    pub fn of(document: &Document, profile: &Profile) -> Self {
        let said = |place: &Option<Path>| {
            let path = place.as_ref()?;
            let attribute = path.attribute_name();
            let value = document.value(document.only(path).ok()?, attribute)?;
            let value = trimmed(&value, attribute).trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let places = &profile.identity;
        Self {
            serial: said(&places.serial),
            mac: said(&places.mac),
            host: said(&places.host),
        }
    }

    /// Whether a file of `found` may go to the unit `self`.
    ///
    /// Serial number and MAC address are those of the device: each that either of them says, both must say alike. The host can be
    /// set, and may differ; it decides only where neither says anything else. MAC addresses are compared by their digits.
    ///
    /// # Errors
    ///
    /// They differ, or one says what the other leaves open, or nothing is said at all.
    pub fn check_same(&self, found: &Self) -> Result<(), ForeignUnit> {
        let mac = |unit: &Self| unit.mac.as_deref().map(digits).filter(|digits| !digits.is_empty());
        let own = |unit: &Self| (unit.serial.clone(), mac(unit));
        let nothing = (None, None);
        let (expected_own, found_own) = (own(self), own(found));
        let same = if expected_own == nothing && found_own == nothing {
            self.host.is_some() && self.host == found.host
        } else {
            expected_own == found_own
        };
        if same {
            return Ok(());
        }
        Err(ForeignUnit {
            expected: Box::new(self.clone()),
            found: Box::new(found.clone()),
        })
    }
}

/// `00:19:85:e0:1b:2c`, `00-19-85-E0-1B-2C` and `001985e01b2c` are one address.
fn digits(mac: &str) -> String {
    mac.chars()
        .filter(|c| !matches!(c, ':' | '-' | '.' | ' '))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

impl fmt::Display for UnitIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = [("serial", &self.serial), ("MAC", &self.mac), ("host", &self.host)];
        let mut separator = "";
        for (name, value) in said {
            if let Some(value) = value {
                write!(f, "{separator}{name} {}", Shown(value))?;
                separator = ", ";
            }
        }
        if separator.is_empty() {
            f.write_str("a unit that does not say which")?;
        }
        Ok(())
    }
}

struct Described<'a>(&'a UnitIdentity, &'a UnitIdentity);

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(expected, found) = self;
        write!(f, "file of another unit: {found}, where {expected} was expected")
    }
}
