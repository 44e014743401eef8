//! The configuration XML: a lossless document, whose unit it is, typed settings, differences, restoring.
//!
//! The manual says that the whole configuration of a unit stands in one XML file, which can be downloaded and uploaded again, and
//! only to the unit that it came from (lines 253 to 260). What stands in the file is published nowhere. So this module keeps every
//! byte, and takes from a [`Profile`](crate::profile::Profile) where a setting stands.

mod attributes;
mod diff;
mod document;
mod error;
mod identity;
mod limits;
mod names;
mod path;
mod plan;
mod scan;
mod secrets;
mod settings;
mod synthetic;
mod text;

pub use diff::{Change, ChangedValue, diff};
pub use document::Document;
pub(crate) use error::Shown;
pub use error::{ConfigError, Problem, SettingProblem};
pub use identity::{Backup, ForeignUnit, UnitIdentity};
pub use limits::Limits;
pub use path::{ParsePathError, Path, RelativePath};
pub use plan::Plan;
pub use secrets::Redacted;
pub use settings::{
    Account, AlarmRule, Bound, Camera, ClockSettings, ClockSource, Display, DnsServer, LogMode, Logging, Mail,
    MailAuthentication, MailTimes, Network, NtpServer, Outlet, PageLayout, Recipient, Repeat, Services, Settings, Snmp,
    TrapTarget,
};
pub(crate) use settings::{SettingInfo, places};
pub use synthetic::SyntheticUnit;
