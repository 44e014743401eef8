//! What is stored in a device, as a person reads it. Secrets are not shown, only that there is one.

use pdu_core::{
    MailSettings, NetworkSettings, OutletSettings, Point, Secret, Settings, SettingsSection, SnmpSettings,
    UserSettings, WebSettings,
};

use super::{counted, place};
use crate::table::{Cell, Table};
use crate::terminal::{Foreign, Paint};

/// A row for each outlet, and one for each of the other settings; nothing for what the device does not have.
pub(crate) fn settings(settings: &Settings, paint: Paint) -> String {
    let mut named = Table::of_words();
    let rows = rows(settings);
    for (section, name, value) in &rows {
        named.push(vec![Foreign(section).into(), (*name).into(), Foreign(value).into()]);
    }
    let mut blocks = vec![outlets(&settings.outlets, paint), named.to_text(paint)];
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n")
}

/// What the settings speak of: `2 outlets, network`.
pub(crate) fn sections(settings: &Settings) -> String {
    let words: Vec<_> = settings
        .sections()
        .map(|section| match section {
            SettingsSection::Outlets => counted(settings.outlets.len(), "outlet"),
            SettingsSection::Users => counted(settings.users.len(), "user"),
            section => section.to_string(),
        })
        .collect();
    if words.is_empty() {
        "nothing".into()
    } else {
        words.join(", ")
    }
}

fn outlets(outlets: &[OutletSettings], paint: Paint) -> String {
    type Column = (&'static str, fn(&OutletSettings) -> Option<String>);
    const COLUMNS: [Column; 10] = [
        ("name", |outlet| outlet.name.clone()),
        ("type", |outlet| outlet.kind.map(|kind| kind.to_string())),
        ("delay", |outlet| outlet.delay.map(seconds)),
        ("on delay", |outlet| outlet.on_delay.map(seconds)),
        ("off delay", |outlet| outlet.off_delay.map(seconds)),
        ("cycle delay", |outlet| outlet.cycle_delay.map(seconds)),
        ("cycle duration", |outlet| outlet.cycle_duration.map(seconds)),
        ("after power loss", |outlet| {
            outlet.restore_policy.map(|policy| policy.to_string())
        }),
        ("restore delay", |outlet| outlet.restore_delay.map(seconds)),
        ("url", |outlet| outlet.url.clone()),
    ];
    if outlets.is_empty() {
        return String::new();
    }
    let has = |(_, value): &&Column| outlets.iter().any(|outlet| value(outlet).is_some());
    let columns: Vec<_> = COLUMNS.iter().filter(has).collect();
    let mut headings = vec![""];
    headings.extend(columns.iter().map(|(heading, _)| *heading));
    let mut table = Table::of_words_under(&headings);
    for outlet in outlets {
        let mut row = vec![place(Point::outlet(outlet.number).of_unit(outlet.unit)).into()];
        row.extend(
            columns
                .iter()
                .map(|(_, value)| Cell::from(Foreign(&value(outlet).unwrap_or_default()))),
        );
        table.push(row);
    }
    table.to_text(paint)
}

fn seconds(count: u32) -> String {
    format!("{count} s")
}

/// Section, name and value.
type Row = (String, &'static str, String);

fn rows(settings: &Settings) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |section: &str, named: Vec<(&'static str, Option<String>)>| {
        let named = named.into_iter();
        rows.extend(named.filter_map(|(name, value)| Some((section.to_owned(), name, value?))));
    };
    if let Some(network) = &settings.network {
        add("network", of_network(network));
    }
    for user in &settings.users {
        add(&format!("user {}", user.name), of_user(user));
    }
    if let Some(web) = &settings.web {
        add("web", of_web(web));
    }
    if let Some(snmp) = &settings.snmp {
        add("snmp", of_snmp(snmp));
    }
    if let Some(mail) = &settings.mail {
        add("mail", of_mail(mail));
    }
    rows
}

fn of_network(network: &NetworkSettings) -> Vec<(&'static str, Option<String>)> {
    vec![
        ("addressing", text(network.addressing)),
        ("address", text(network.address)),
        ("mask", text(network.mask)),
        ("gateway", text(network.gateway)),
        ("dns", list(&network.dns)),
    ]
}

/// A user who has no more than a name is somebody all the same.
fn of_user(user: &UserSettings) -> Vec<(&'static str, Option<String>)> {
    vec![
        (
            "role",
            Some(user.role.map_or_else(String::new, |role| role.to_string())),
        ),
        ("password", secret(user.password.as_ref())),
    ]
}

fn of_web(web: &WebSettings) -> Vec<(&'static str, Option<String>)> {
    vec![
        ("services", text(web.services)),
        ("http port", text(web.http_port)),
        ("https port", text(web.https_port)),
    ]
}

fn of_snmp(snmp: &SnmpSettings) -> Vec<(&'static str, Option<String>)> {
    vec![
        ("agent", text(snmp.agent)),
        ("read community", secret(snmp.read_community.as_ref())),
        ("write community", secret(snmp.write_community.as_ref())),
        ("traps to", list(&snmp.traps)),
    ]
}

fn of_mail(mail: &MailSettings) -> Vec<(&'static str, Option<String>)> {
    vec![
        ("account", mail.account.clone()),
        ("password", secret(mail.password.as_ref())),
        ("server", mail.server.clone()),
        ("port", text(mail.port)),
        ("count", text(mail.count)),
        ("interval", text(mail.interval)),
        ("recipients", list(&mail.recipients)),
    ]
}

fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

fn list(values: &[impl ToString]) -> Option<String> {
    let words: Vec<_> = values.iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn secret(secret: Option<&Secret>) -> Option<String> {
    secret.map(|_| "***".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_device_has_is_shown_but_for_secrets() {
        let settings = Settings {
            users: vec![UserSettings {
                name: "bkt\u{1b}".into(),
                ..UserSettings::default()
            }],
            snmp: Some(SnmpSettings {
                read_community: Some("geheim".into()),
                ..SnmpSettings::default()
            }),
            mail: Some(MailSettings {
                port: Some(25),
                recipients: vec!["a@b".into(), "c@d".into()],
                ..MailSettings::default()
            }),
            ..Settings::default()
        };
        let expected = "\
\x20 user bkt\\u{1b}  role
  snmp            read community  ***
  mail            port            25
  mail            recipients      a@b, c@d
";
        assert_eq!(super::settings(&settings, Paint::None), expected);
        assert_eq!(sections(&settings), "1 user, snmp, mail");
        assert_eq!(sections(&Settings::default()), "nothing");
    }
}
