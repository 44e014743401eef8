//! Settings in the vocabulary of pdu-core, and back.

use std::net::IpAddr;

use pdu_core::{
    DeviceError, MailSettings, NetworkSettings, OutletSettings, SnmpSettings, UserRole, UserSettings, WebSettings,
};

use super::{Account, DnsServer, Mail, Network, Outlet, Recipient, Services, Settings, Snmp, TrapTarget};

impl Settings {
    /// What of it the vocabulary of pdu-core can say. Passwords of accounts are not told; accounts without a name are none.
    ///
    /// Traps to names, not addresses, are left out there.
    pub fn to_vocabulary(&self) -> pdu_core::Settings {
        let network = NetworkSettings {
            addressing: self.network.addressing,
            address: self.network.address,
            mask: self.network.mask,
            gateway: self.network.gateway,
            dns: addresses(self.dns_servers.iter().map(|server| server.address.clone())),
        };
        let web = WebSettings {
            services: self.services.web,
            http_port: self.services.http_port,
            https_port: self.services.https_port,
        };
        let snmp = SnmpSettings {
            agent: None,
            read_community: self.snmp.read_community.clone(),
            write_community: self.snmp.write_community.clone(),
            traps: addresses(self.trap_targets.iter().map(|target| target.address.clone())),
        };
        let recipients = self.recipients.iter().filter_map(|recipient| recipient.address.clone());
        let mail = MailSettings {
            account: self.mail.user.clone(),
            password: self.mail.password.clone(),
            server: self.mail.server.clone(),
            port: self.mail.port,
            count: None,
            interval: None,
            recipients: recipients.filter(|address| !address.is_empty()).collect(),
        };
        pdu_core::Settings {
            outlets: self.outlets.iter().map(outlet_to).collect(),
            network: said(network),
            users: self.users(),
            web: said(web),
            snmp: said(snmp),
            mail: said(mail),
        }
    }

    fn users(&self) -> Vec<UserSettings> {
        let accounts = [
            (UserRole::Administrator, &self.administrator),
            (UserRole::Control, &self.control),
            (UserRole::View, &self.view),
        ];
        let user = |(role, account): (UserRole, &Account)| {
            let name = account.name.clone().filter(|name| !name.is_empty())?;
            Some(UserSettings {
                name,
                role: Some(role),
                password: None,
            })
        };
        accounts.into_iter().filter_map(user).collect()
    }

    /// What the vocabulary of pdu-core says, in that of this family: items of its lists are the first ones here.
    ///
    /// # Errors
    ///
    /// What a 7-series unit does not have, and users without a role: there are three accounts, one for each role.
    pub fn from_vocabulary(settings: &pdu_core::Settings) -> Result<Self, DeviceError> {
        let mut found = Self {
            outlets: settings.outlets.iter().map(outlet_from).collect::<Result<_, _>>()?,
            ..Self::default()
        };
        if let Some(network) = &settings.network {
            found.take_network(network);
        }
        if let Some(web) = &settings.web {
            found.services = Services {
                web: web.services,
                http_port: web.http_port,
                https_port: web.https_port,
                telnet: None,
            };
        }
        if let Some(snmp) = &settings.snmp {
            found.take_snmp(snmp)?;
        }
        if let Some(mail) = &settings.mail {
            found.take_mail(mail)?;
        }
        for user in &settings.users {
            found.take_user(user)?;
        }
        Ok(found)
    }

    fn take_network(&mut self, network: &NetworkSettings) {
        self.network = Network {
            addressing: network.addressing,
            address: network.address,
            mask: network.mask,
            gateway: network.gateway,
        };
        let server = |(number, address): (u16, &IpAddr)| DnsServer {
            number,
            address: Some(address.to_string()),
        };
        self.dns_servers = (1..).zip(&network.dns).map(server).collect();
    }

    fn take_snmp(&mut self, snmp: &SnmpSettings) -> Result<(), DeviceError> {
        if snmp.agent.is_some() {
            return Err(DeviceError::unsupported(
                "the SNMP agent as a whole: the unit has a switch for each version",
            ));
        }
        self.snmp = Snmp {
            read_community: snmp.read_community.clone(),
            write_community: snmp.write_community.clone(),
            ..Snmp::default()
        };
        let target = |(number, address): (u16, &IpAddr)| TrapTarget {
            number,
            address: Some(address.to_string()),
        };
        self.trap_targets = (1..).zip(&snmp.traps).map(target).collect();
        Ok(())
    }

    fn take_mail(&mut self, mail: &MailSettings) -> Result<(), DeviceError> {
        if mail.count.is_some() || mail.interval.is_some() {
            return Err(DeviceError::unsupported(
                "how often a mail is repeated: each alarm of the unit has its own",
            ));
        }
        self.mail = Mail {
            user: mail.account.clone(),
            password: mail.password.clone(),
            server: mail.server.clone(),
            port: mail.port,
            ..Mail::default()
        };
        let recipient = |(number, address): (u16, &String)| Recipient {
            number,
            address: Some(address.clone()),
            times: None,
        };
        self.recipients = (1..).zip(&mail.recipients).map(recipient).collect();
        Ok(())
    }

    fn take_user(&mut self, user: &UserSettings) -> Result<(), DeviceError> {
        let account = match user.role {
            Some(UserRole::Administrator) => &mut self.administrator,
            Some(UserRole::Control) => &mut self.control,
            Some(UserRole::View) => &mut self.view,
            _ => {
                return Err(DeviceError::invalid(
                    "a user without a role: administrator, control or view",
                ));
            }
        };
        if account.name.is_some() {
            return Err(DeviceError::invalid(
                "two users of one role: the unit has an account for each",
            ));
        }
        *account = Account {
            name: Some(user.name.clone()),
            password: user.password.clone(),
        };
        Ok(())
    }
}

/// Nothing, if nothing is said in it.
fn said<T: Default + PartialEq>(section: T) -> Option<T> {
    (section != T::default()).then_some(section)
}

fn addresses(written: impl Iterator<Item = Option<String>>) -> Vec<IpAddr> {
    written.filter_map(|address| address?.parse().ok()).collect()
}

fn outlet_to(outlet: &Outlet) -> OutletSettings {
    OutletSettings {
        name: outlet.label.clone(),
        url: outlet.url.clone(),
        on_delay: outlet.on_delay,
        off_delay: outlet.off_delay,
        cycle_delay: outlet.reboot_delay,
        cycle_duration: outlet.reboot_duration,
        restore_policy: outlet.power_on_action,
        restore_delay: outlet.power_on_delay,
        ..OutletSettings::of(outlet.number)
    }
}

fn outlet_from(outlet: &OutletSettings) -> Result<Outlet, DeviceError> {
    if outlet.unit != 0 || outlet.kind.is_some() || outlet.delay.is_some() {
        return Err(DeviceError::unsupported(format!(
            "outlet {}: the unit is no chain, and stores no type, and no delay without a name",
            outlet.number
        )));
    }
    Ok(Outlet {
        number: outlet.number,
        label: outlet.name.clone(),
        url: outlet.url.clone(),
        on_delay: outlet.on_delay,
        off_delay: outlet.off_delay,
        reboot_delay: outlet.cycle_delay,
        reboot_duration: outlet.cycle_duration,
        power_on_action: outlet.restore_policy,
        power_on_delay: outlet.restore_delay,
    })
}
