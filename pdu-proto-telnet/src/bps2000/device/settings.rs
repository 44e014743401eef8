//! Entries 3 to 7, in the vocabulary of [`pdu_core`].

use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use pdu_core::{
    DeviceError, MailSettings, NetworkSettings, ServiceState, Settings, SettingsSection, SnmpSettings, UserSettings,
    WebSettings,
};

use super::readout::Readout;
use crate::bps2000::{AgentState, Options, Request};

/// What shows all of them.
pub(super) const READ: [Request; 5] = [
    Request::Network,
    Request::Snmp,
    Request::Http,
    Request::Smtp,
    Request::Users,
];

const SECTIONS: [SettingsSection; 5] = [
    SettingsSection::Network,
    SettingsSection::Users,
    SettingsSection::Web,
    SettingsSection::Snmp,
    SettingsSection::Mail,
];

/// What the screens show.
pub(super) fn settings(readout: &Readout) -> Settings {
    Settings {
        network: readout.network.map(|network| NetworkSettings {
            addressing: None,
            address: Some(network.address.into()),
            mask: Some(network.mask.into()),
            gateway: Some(network.gateway.into()),
            dns: [network.dns.into()].into(),
        }),
        users: readout.user.iter().map(|name| user(name)).collect(),
        web: readout.http.map(|http| WebSettings {
            services: None,
            http_port: Some(http.port),
            https_port: None,
        }),
        snmp: readout.snmp.as_ref().map(|snmp| SnmpSettings {
            agent: Some(match snmp.agent {
                AgentState::Enabled => ServiceState::Enabled,
                AgentState::Disabled => ServiceState::Disabled,
            }),
            read_community: Some(snmp.read_community.clone()),
            write_community: Some(snmp.write_community.clone()),
            traps: [snmp.trap1.into()].into(),
        }),
        mail: readout.smtp.as_ref().map(|smtp| MailSettings {
            account: Some(smtp.account.clone()),
            password: Some(smtp.password.clone()),
            server: Some(smtp.server.clone()),
            port: Some(smtp.port),
            count: Some(smtp.count),
            interval: Some(smtp.interval),
            recipients: [smtp.recipient.clone()]
                .into_iter()
                .filter(|to| !to.is_empty())
                .collect(),
        }),
        ..Settings::default()
    }
}

fn user(name: &str) -> UserSettings {
    UserSettings {
        name: name.to_string(),
        ..UserSettings::default()
    }
}

/// Which screens show what is to be changed. What none of them shows is refused before anything is sent.
pub(super) fn to_read(wanted: &Settings) -> Result<Vec<Request>, DeviceError> {
    wanted.check_sections(&SECTIONS)?;
    refuse_unshown(wanted)?;
    let screens = [
        wanted.network.is_some(),
        wanted.snmp.is_some(),
        wanted.web.is_some(),
        wanted.mail.is_some(),
        !wanted.users.is_empty(),
    ];
    let wanted = READ.into_iter().zip(screens);
    Ok(wanted
        .filter_map(|(screen, is_wanted)| is_wanted.then_some(screen))
        .collect())
}

fn refuse_unshown(wanted: &Settings) -> Result<(), DeviceError> {
    if let Some(web) = &wanted.web {
        keep(web.services.as_ref(), None, "web services")?;
        keep(web.https_port.as_ref(), None, "HTTPS port")?;
    }
    if let Some(network) = &wanted.network {
        keep(network.addressing.as_ref(), None, "addressing")?;
    }
    let mut roles = wanted.users.iter().map(|user| user.role.as_ref());
    roles.try_for_each(|role| keep(role, None, "role of the user"))
}

/// What makes the settings as they are wanted, in an order in which the one that may end the session comes last. All of it is
/// looked at before anything is changed.
pub(super) fn changes(wanted: &Settings, readout: &Readout, options: &Options) -> Result<Vec<Request>, DeviceError> {
    let present = settings(readout);
    let mut changes = Vec::new();
    if let (Some(wanted), Some(present)) = (&wanted.web, &present.web) {
        changes.extend(web(wanted, present));
    }
    if let (Some(wanted), Some(present)) = (&wanted.snmp, &present.snmp) {
        changes.extend(snmp(wanted, present)?);
    }
    if let (Some(wanted), Some(present)) = (&wanted.mail, &present.mail) {
        changes.extend(mail(wanted, present)?);
    }
    changes.extend(users(&wanted.users, &present.users, options)?);
    if let (Some(wanted), Some(present)) = (&wanted.network, &present.network) {
        changes.extend(network(wanted, present)?);
    }
    Ok(changes)
}

fn web(wanted: &WebSettings, present: &WebSettings) -> Option<Request> {
    changed(wanted.http_port.as_ref(), present.http_port.as_ref()).map(|port| Request::SetPort(*port))
}

fn snmp(wanted: &SnmpSettings, present: &SnmpSettings) -> Result<Option<Request>, DeviceError> {
    keep(wanted.agent.as_ref(), present.agent.as_ref(), "SNMP agent")?;
    keep(
        wanted.read_community.as_ref(),
        present.read_community.as_ref(),
        "read community",
    )?;
    keep(
        wanted.write_community.as_ref(),
        present.write_community.as_ref(),
        "write community",
    )?;
    match wanted.traps.as_slice() {
        [] => Ok(None),
        [trap] if present.traps.first() == Some(trap) => Ok(None),
        [IpAddr::V4(trap)] => Ok(Some(Request::SetTrap(*trap))),
        _ => Err(unknown("more than one IPv4 trap address")),
    }
}

fn mail(wanted: &MailSettings, present: &MailSettings) -> Result<Option<Request>, DeviceError> {
    keep(wanted.password.as_ref(), present.password.as_ref(), "SMTP password")?;
    keep(wanted.server.as_ref(), present.server.as_ref(), "SMTP server")?;
    keep(wanted.port.as_ref(), present.port.as_ref(), "SMTP port")?;
    keep(wanted.count.as_ref(), present.count.as_ref(), "number of notifications")?;
    keep(
        wanted.interval.as_ref(),
        present.interval.as_ref(),
        "time between notifications",
    )?;
    if !wanted.recipients.is_empty() && wanted.recipients != present.recipients {
        return Err(unknown("SMTP recipient"));
    }
    let account = changed(wanted.account.as_ref(), present.account.as_ref());
    Ok(account.map(|account| Request::SetAccount(account.clone())))
}

fn network(wanted: &NetworkSettings, present: &NetworkSettings) -> Result<Option<Request>, DeviceError> {
    keep(wanted.mask.as_ref(), present.mask.as_ref(), "subnet mask")?;
    keep(wanted.gateway.as_ref(), present.gateway.as_ref(), "gateway")?;
    if !wanted.dns.is_empty() && wanted.dns != present.dns {
        return Err(unknown("DNS"));
    }
    match changed(wanted.address.as_ref(), present.address.as_ref()) {
        None => Ok(None),
        Some(IpAddr::V4(address)) => Ok(Some(Request::SetAddress(*address))),
        Some(IpAddr::V6(_)) => Err(DeviceError::unsupported(
            "the bps2000's console shows IPv4 addresses only",
        )),
    }
}

/// The one user that the console has is the one that is logged in; its password is known to the session.
fn users(wanted: &[UserSettings], present: &[UserSettings], options: &Options) -> Result<Option<Request>, DeviceError> {
    let user = match wanted {
        [] => return Ok(None),
        [user] if present.iter().any(|known| known.name == user.name) => user,
        _ => {
            return Err(DeviceError::unsupported(
                "the bps2000's console has one user, whose name it cannot change",
            ));
        }
    };
    let new = changed(user.password.as_ref(), Some(&options.password));
    Ok(new.map(|new| Request::ChangePassword {
        old: options.password.clone(),
        new: new.clone(),
    }))
}

/// What is wanted, if it is not so already.
fn changed<'a, T: PartialEq>(wanted: Option<&'a T>, present: Option<&T>) -> Option<&'a T> {
    wanted.filter(|wanted| present != Some(*wanted))
}

/// Refuses to change what no keyword is known for.
fn keep<T: PartialEq>(wanted: Option<&T>, present: Option<&T>, what: &str) -> Result<(), DeviceError> {
    match changed(wanted, present) {
        None => Ok(()),
        Some(_) => Err(unknown(what)),
    }
}

fn unknown(what: &str) -> DeviceError {
    DeviceError::unsupported(alloc::format!(
        "{what}: the manual shows no keyword that sets it over the console"
    ))
}
