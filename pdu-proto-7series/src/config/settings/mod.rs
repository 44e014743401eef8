//! Typed settings over a profile.

mod access;
mod bounds;
mod field;
mod sections;
mod visit;
mod vocabulary;
mod words;

pub(super) use access::trimmed;
pub(crate) use access::{SettingInfo, places};
pub use bounds::Bound;
pub(super) use bounds::is_xml_space;
pub use sections::{
    Account, AlarmRule, Camera, ClockSettings, Display, DnsServer, Logging, Mail, Network, NtpServer, Outlet,
    Recipient, Services, Snmp, TrapTarget,
};
pub use words::{ClockSource, LogMode, MailAuthentication, MailTimes, PageLayout, Repeat};

use super::{ConfigError, Document};
use crate::profile::Profile;

/// What can be set in a unit, as far as the manual tells and a profile says where it stands.
///
/// Read from a document, each field is what stands there; `None` is what the profile has no place for, or the document no value.
/// Applied to a document, each field that is said is written, and all others stay as they are. Items of lists are told apart by
/// their number: a list need not be whole, and no items are added to a document or taken away.
///
/// In a profile a field is named by its section and itself (`settings.network.address`, `settings.administrator.password`), one of a list
/// by its list (`lists.outlets.fields.label`): the names are those of the fields here.
///
/// ```
/// use pdu_proto_7series::config::{Outlet, Settings};
///
/// let wanted = Settings {
///     outlets: vec![Outlet { label: Some("Router".into()), off_delay: Some(5), ..Outlet::of(3) }],
///     ..Settings::default()
/// };
/// wanted.check()?;
/// # Ok::<(), pdu_proto_7series::config::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The unit's own address.
    pub network: Network,
    /// Servers that resolve names.
    pub dns_servers: Vec<DnsServer>,
    /// What the unit offers.
    pub services: Services,
    /// Mail of alarms and reports.
    pub mail: Mail,
    /// Who gets mail: up to 5.
    pub recipients: Vec<Recipient>,
    /// The SNMP agent.
    pub snmp: Snmp,
    /// Where traps go: up to 2.
    pub trap_targets: Vec<TrapTarget>,
    /// Display, Alarms and Configuration pages.
    pub administrator: Account,
    /// Control Actions and Control Settings pages.
    pub control: Account,
    /// Sensors, PDA, WAP and XML pages.
    pub view: Account,
    /// When readings are alarms.
    pub alarms: Vec<AlarmRule>,
    /// What is stored of the outlets.
    pub outlets: Vec<Outlet>,
    /// The clock.
    pub clock: ClockSettings,
    /// Who knows the time: up to 2.
    pub ntp_servers: Vec<NtpServer>,
    /// Cameras: up to 4.
    pub cameras: Vec<Camera>,
    /// What the unit shows of itself.
    pub display: Display,
    /// The data log.
    pub logging: Logging,
}

impl Settings {
    /// Reads what a document says at the places that a profile names.
    ///
    /// The manual's bounds are not asked here: what a unit has, it has.
    ///
    /// # Errors
    ///
    /// A place that the document lacks, or has twice; a value that is not of its kind. The error names the key in the profile and the path
    /// in the document.
    pub fn read(document: &Document, profile: &Profile) -> Result<Self, ConfigError> {
        access::read(document, profile)
    }

    /// Whether the manual, and reason, allow it.
    ///
    /// # Errors
    ///
    /// The first value that is out of its bounds, with its key.
    pub fn check(&self) -> Result<(), ConfigError> {
        access::check(self)
    }

    /// Whether it may be written into a unit that has `present`: what is the same there is not asked.
    pub(super) fn check_changed(&self, present: &Self) -> Result<(), ConfigError> {
        access::check_changed(self, present)
    }

    /// Writes what is said here into a document: all of it, or nothing. A value that the document has already is not written again, so
    /// its bytes stay.
    ///
    /// # Errors
    ///
    /// A value out of bounds; a field or item for which the profile or the document has no place; accounts without the Administrator's.
    /// The document is then as it was.
    pub fn apply(&self, document: &mut Document, profile: &Profile) -> Result<(), ConfigError> {
        access::apply(self, document, profile)
    }
}
