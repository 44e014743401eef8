//! What is stored in a unit and stays there.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::words::words;
use crate::{DeviceError, OutletKind, PowerRestorePolicy, Secret};

/// What is stored in a unit and stays there. What a device does not have is `None` or empty.
///
/// To change something, name only that: what is not listed, each field that is `None` and each list that is empty stays as it
/// is. [`Secret`]s are never written by serde nor shown by `Debug`, so that what was read can be kept in a file and set again.
///
/// ```
/// use pdu_core::{Command, OutletSettings, Settings};
///
/// let router = OutletSettings { name: Some("Router".into()), ..OutletSettings::of(3) };
/// let wanted = Settings { outlets: vec![router], ..Settings::default() };
/// let rename = Command::SetSettings(Box::new(wanted));
/// # let _ = rename;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct Settings {
    /// Of its outlets.
    pub outlets: Vec<OutletSettings>,
    /// Of its place in the network.
    pub network: Option<NetworkSettings>,
    /// Who may use it.
    pub users: Vec<UserSettings>,
    /// Of its web pages.
    pub web: Option<WebSettings>,
    /// Of its SNMP agent.
    pub snmp: Option<SnmpSettings>,
    /// Of the mails that it sends.
    pub mail: Option<MailSettings>,
}

impl Settings {
    /// The sections that say something.
    pub fn sections(&self) -> impl Iterator<Item = SettingsSection> {
        let said = [
            (!self.outlets.is_empty(), SettingsSection::Outlets),
            (self.network.is_some(), SettingsSection::Network),
            (!self.users.is_empty(), SettingsSection::Users),
            (self.web.is_some(), SettingsSection::Web),
            (self.snmp.is_some(), SettingsSection::Snmp),
            (self.mail.is_some(), SettingsSection::Mail),
        ];
        said.into_iter()
            .filter_map(|(is_said, section)| is_said.then_some(section))
    }

    /// For a device that has these sections and no others: refuses, as unsupported, settings that say something else. To be
    /// asked before anything is sent.
    pub fn check_sections(&self, known: &[SettingsSection]) -> Result<(), DeviceError> {
        match self.sections().find(|section| !known.contains(section)) {
            Some(section) => Err(DeviceError::unsupported(format!("settings of its {section}"))),
            None => Ok(()),
        }
    }
}

/// Of outlets only.
impl From<Vec<OutletSettings>> for Settings {
    fn from(outlets: Vec<OutletSettings>) -> Self {
        Self {
            outlets,
            ..Self::default()
        }
    }
}

words! {
    /// A part of [`Settings`].
    #[non_exhaustive]
    pub enum SettingsSection as "section of settings" {
        /// [`Settings::outlets`]
        Outlets = "outlets",
        /// [`Settings::network`]
        Network = "network",
        /// [`Settings::users`]
        Users = "users",
        /// [`Settings::web`]
        Web = "web",
        /// [`Settings::snmp`]
        Snmp = "snmp",
        /// [`Settings::mail`]
        Mail = "mail",
    }
}

/// What is stored of one outlet. `None` is what the device does not have or, in a change, what stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct OutletSettings {
    /// Member of the chain.
    #[cfg_attr(feature = "serde", serde(default))]
    pub unit: u16,
    /// Which outlet, from 1.
    pub number: u16,
    /// Its name, without the blanks that a device pads it with.
    #[cfg_attr(feature = "serde", serde(default))]
    pub name: Option<String>,
    /// What stands behind it, or whether it may be switched.
    #[cfg_attr(feature = "serde", serde(default, rename = "type"))]
    pub kind: Option<OutletKind>,
    /// The address of a page about what stands behind it.
    #[cfg_attr(feature = "serde", serde(default))]
    pub url: Option<String>,
    /// Its only delay in seconds, on devices that have but one: what they do with it is for their documentation to say.
    #[cfg_attr(feature = "serde", serde(default))]
    pub delay: Option<u32>,
    /// Seconds that a delayed switching on waits.
    #[cfg_attr(feature = "serde", serde(default))]
    pub on_delay: Option<u32>,
    /// Seconds that a delayed switching off waits.
    #[cfg_attr(feature = "serde", serde(default))]
    pub off_delay: Option<u32>,
    /// Seconds that a delayed cycle waits before it switches off.
    #[cfg_attr(feature = "serde", serde(default))]
    pub cycle_delay: Option<u32>,
    /// Seconds that a cycle stays off.
    #[cfg_attr(feature = "serde", serde(default))]
    pub cycle_duration: Option<u32>,
    /// What it does when the unit gets power again.
    #[cfg_attr(feature = "serde", serde(default))]
    pub restore_policy: Option<PowerRestorePolicy>,
    /// Seconds that it waits for that.
    #[cfg_attr(feature = "serde", serde(default))]
    pub restore_delay: Option<u32>,
}

impl OutletSettings {
    /// Nothing of outlet `number` of unit 0: a change that changes nothing yet.
    pub const fn of(number: u16) -> Self {
        Self {
            unit: 0,
            number,
            name: None,
            kind: None,
            url: None,
            delay: None,
            on_delay: None,
            off_delay: None,
            cycle_delay: None,
            cycle_duration: None,
            restore_policy: None,
            restore_delay: None,
        }
    }
}

/// A unit's place in the network.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct NetworkSettings {
    /// How it comes to its address.
    pub addressing: Option<Addressing>,
    /// Its address.
    pub address: Option<IpAddr>,
    /// The mask of its network.
    pub mask: Option<IpAddr>,
    /// Where it sends what is for other networks.
    pub gateway: Option<IpAddr>,
    /// Whom it asks for names, the first first.
    pub dns: Vec<IpAddr>,
}

words! {
    /// How a unit comes to its address.
    // Exhaustive on purpose: it has one, or asks for one.
    pub enum Addressing as "addressing" {
        /// It is told once.
        Static = "static",
        /// It asks for it: DHCP.
        Dynamic = "dynamic",
    }
}

/// Somebody who may use a unit.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct UserSettings {
    /// By what name.
    pub name: String,
    /// What this user may do.
    #[cfg_attr(feature = "serde", serde(default))]
    pub role: Option<UserRole>,
    /// A new password. Never read from a unit.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing))]
    pub password: Option<Secret>,
}

words! {
    /// What a user may do.
    #[non_exhaustive]
    pub enum UserRole as "role" {
        /// Everything.
        Administrator = "administrator",
        /// See, and switch outlets.
        Control = "control",
        /// See.
        View = "view",
    }
}

/// The web pages of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct WebSettings {
    /// Over what they are served.
    pub services: Option<WebServices>,
    /// TCP port of HTTP.
    pub http_port: Option<u16>,
    /// TCP port of HTTPS.
    pub https_port: Option<u16>,
}

words! {
    /// Over what web pages are served.
    #[non_exhaustive]
    pub enum WebServices as "web services" {
        /// Both.
        HttpAndHttps = "http_and_https",
        /// HTTP only.
        Http = "http",
        /// HTTPS only.
        Https = "https",
    }
}

/// The SNMP agent of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct SnmpSettings {
    /// Whether it runs.
    pub agent: Option<ServiceState>,
    /// Who knows it may read.
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    pub read_community: Option<Secret>,
    /// Who knows it may write.
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    pub write_community: Option<Secret>,
    /// Where it sends traps, in the order of the device's settings; 0.0.0.0 is nowhere.
    pub traps: Vec<IpAddr>,
}

words! {
    /// Whether a service of a unit runs.
    // Exhaustive on purpose: a device that cannot tell has `None` in its place.
    pub enum ServiceState as "state of a service" {
        /// It runs.
        Enabled = "enabled",
        /// It does not.
        Disabled = "disabled",
    }
}

/// The mails that a unit sends.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct MailSettings {
    /// In whose name.
    pub account: Option<String>,
    /// That account's password.
    #[cfg_attr(feature = "serde", serde(skip_serializing))]
    pub password: Option<Secret>,
    /// Name or address of the server.
    pub server: Option<String>,
    /// Its TCP port.
    pub port: Option<u16>,
    /// How many notifications follow each other, as the device counts them.
    pub count: Option<u16>,
    /// Time between them, in the device's own unit.
    pub interval: Option<u16>,
    /// To whom, in the order of the device's settings.
    pub recipients: Vec<String>,
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::{Error, ErrorKind};

    #[test]
    fn a_section_beyond_what_a_device_has_is_named() {
        let settings = Settings {
            mail: Some(MailSettings::default()),
            ..Settings::from(alloc::vec![OutletSettings::of(1)])
        };
        let refused = settings.check_sections(&[SettingsSection::Outlets]).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unsupported);
        assert!(refused.to_string().contains("mail"), "{refused}");
        assert!(settings.check_sections(SettingsSection::ALL).is_ok());
        assert!(Settings::default().check_sections(&[]).is_ok());
    }

    #[cfg(feature = "serde")]
    #[test]
    fn secrets_are_read_from_a_file_and_never_written_to_one() {
        let text = r#"{"users":[{"name":"bkt","password":"hush"}],"snmp":{"read_community":"hush"}}"#;
        let settings: Settings = serde_json::from_str(text).unwrap();
        assert_eq!(settings.users[0].password.as_ref().map(Secret::reveal), Some("hush"));
        assert!(!serde_json::to_string(&settings).unwrap().contains("hush"));
        assert!(!alloc::format!("{settings:?}").contains("hush"));
    }
}
