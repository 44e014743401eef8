//! What a screen, a banner and a typed line say, as fields.

use pdu_core::{Decimal, Line as Phase, LocalDateTime};
use pdu_proto_telnet::bps2000::{
    AgentState, Banner, Entry, Levels, Line, Screen, ScreenKind, Secret, SmtpSettings, SnmpService, ThresholdSettings,
};
use pdu_proto_telnet::wire::{Negotiation, TelnetOption, Verb};
use serde_json::{Value, json};

use crate::decoders::Field;

pub(super) fn message(name: &'static str) -> Field {
    Field::new("message", name)
}

/// Something that is there and is not to be shown.
pub(super) fn secret(name: &'static str) -> Field {
    Field::new(name, "***")
}

fn of_secret(name: &'static str, value: Secret<'_>) -> Field {
    if value.reveal().is_empty() {
        Field::new(name, "")
    } else {
        secret(name)
    }
}

pub(super) fn of_negotiation(said: Negotiation) -> Vec<Field> {
    let verb = match said.verb {
        Verb::Will => "WILL",
        Verb::Wont => "WONT",
        Verb::Do => "DO",
        Verb::Dont => "DONT",
    };
    let mut fields = of_option("negotiation", said.option);
    fields.insert(1, Field::new("verb", verb));
    fields
}

pub(super) fn of_option(name: &'static str, option: TelnetOption) -> Vec<Field> {
    vec![
        message(name),
        Field::new("option", option.to_string()),
        Field::new("code", option.0),
    ]
}

/// A screen's name: that of its entry.
pub(super) const fn name(kind: ScreenKind) -> &'static str {
    match kind {
        ScreenKind::Main => "main",
        ScreenKind::Information => "information",
        ScreenKind::Load => "load",
        ScreenKind::Clock => "clock",
        ScreenKind::Users => "users",
        ScreenKind::Network => "network",
        ScreenKind::Snmp => "snmp",
        ScreenKind::Http => "http",
        ScreenKind::Smtp => "smtp",
        ScreenKind::Thresholds => "thresholds",
        ScreenKind::Energy => "energy",
        ScreenKind::Restart => "restart",
    }
}

pub(super) fn of_screen(screen: &Screen<'_>) -> Vec<Field> {
    let mut fields = vec![message("screen"), Field::new("screen", name(screen.kind()))];
    fields.extend(match screen {
        Screen::Main | Screen::Information | Screen::Restart => Vec::new(),
        Screen::Load(load) => vec![of_load(load.phases)],
        Screen::Clock(clock) => vec![of_clock(*clock)],
        Screen::Users(users) => vec![Field::new("user", users.name)],
        Screen::Network(network) => vec![
            Field::new("address", network.address.to_string()),
            Field::new("mask", network.mask.to_string()),
            Field::new("gateway", network.gateway.to_string()),
            Field::new("dns", network.dns.to_string()),
        ],
        Screen::Snmp(snmp) => of_snmp(snmp),
        Screen::Http(http) => vec![Field::new("port", http.port)],
        Screen::Smtp(smtp) => of_smtp(smtp),
        Screen::Thresholds(thresholds) => vec![of_thresholds(thresholds)],
        Screen::Energy(energy) => vec![of_energy(energy.raw)],
    });
    fields
}

fn of_clock(clock: LocalDateTime) -> Field {
    Field::new("clock", clock.to_string())
}

const LINES: [Phase; 3] = [Phase::L1, Phase::L2, Phase::L3];

fn of_load(phases: [Option<Decimal>; 3]) -> Field {
    let texts = phases.map(|load| load.map(|load| load.to_string()));
    let words = texts.iter().zip(LINES);
    let words = words.filter_map(|(load, line)| Some(format!("{line} {} A", load.as_ref()?)));
    Field::new("load", json!(texts)).with_lines(words.collect())
}

/// The screen names no unit.
fn of_energy(raw: [u64; 3]) -> Field {
    let texts = raw.map(|count| count.to_string());
    let words = texts.iter().zip(LINES).map(|(count, line)| format!("{line} {count}"));
    Field::new("energy", json!(texts)).with_lines(words.collect())
}

fn of_snmp(snmp: &SnmpService<'_>) -> Vec<Field> {
    let agent = match snmp.agent {
        AgentState::Enabled => "enabled",
        AgentState::Disabled => "disabled",
    };
    vec![
        Field::new("agent", agent),
        of_secret("write_community", snmp.write_community),
        of_secret("read_community", snmp.read_community),
        Field::new("trap1", snmp.trap1.to_string()),
    ]
}

fn of_smtp(smtp: &SmtpSettings<'_>) -> Vec<Field> {
    vec![
        Field::new("account", smtp.account),
        of_secret("password", smtp.password),
        Field::new("server", smtp.server),
        Field::new("port", smtp.port),
        Field::new("count", smtp.count),
        Field::new("interval", smtp.interval),
        Field::new("recipient", smtp.recipient),
    ]
}

fn of_thresholds(thresholds: &ThresholdSettings) -> Field {
    let phases = |quantity, levels: [Levels; 3], uom| {
        let rows = LINES.into_iter().zip(levels);
        rows.map(move |(line, levels)| (Some(line.as_str()), quantity, levels, uom))
    };
    let rows: Vec<_> = phases("current", thresholds.current, "A")
        .chain(phases("voltage", thresholds.voltage, "V"))
        .chain([
            (None, "temperature", thresholds.temperature, "Cel"),
            (None, "relative_humidity", thresholds.humidity, "%"),
        ])
        .collect();
    let object = |(line, quantity, levels, uom): &(Option<&str>, &str, Levels, &str)| {
        json!({
            "line": line, "quantity": quantity,
            "upper_critical": levels.high_alarm.to_string(), "upper_warning": levels.high_warning.to_string(),
            "lower_warning": levels.low_warning.to_string(), "lower_critical": levels.low_alarm.to_string(),
            "uom": uom,
        })
    };
    let words = |(line, quantity, levels, uom): &(Option<&str>, &str, Levels, &str)| {
        let line = line.map_or_else(String::new, |line| format!("{line} "));
        let [a, b, c, d] = levels.in_order();
        let quantity = quantity.replace('_', " ");
        format!("{line}{quantity}: high alarm {a}, high warning {b}, low warning {c}, low alarm {d} {uom}")
    };
    let objects: Vec<Value> = rows.iter().map(object).collect();
    Field::new("thresholds", objects).with_lines(rows.iter().map(words).collect())
}

pub(super) fn of_banner(banner: &Banner<'_>) -> Vec<Field> {
    let uptime = banner.uptime.map(|up| {
        let (days, hours, minutes) = (up.days, up.hours, up.minutes);
        format!("P{days}DT{hours}H{minutes}M")
    });
    vec![
        message("banner"),
        Field::new("updated", banner.updated.map(|date| date.to_string())),
        Field::new("version", banner.version),
        Field::new("clock", banner.clock.map(|clock| clock.to_string())),
        Field::new("uptime", uptime),
        Field::new("text", banner.text),
    ]
}

/// What a typed line means. Its text is shown only where no secret can be in it.
pub(super) fn of_typed(line: &Line<'_>, text: &[u8]) -> Vec<Field> {
    let (command, fields) = match line {
        Line::Entry(entry) => ("entry", vec![of_entry(*entry)]),
        Line::OpenRestart(_) => ("entry", vec![of_entry(Entry::Restart)]),
        Line::Back(_) => ("back", Vec::new()),
        Line::Load(member) => ("load", vec![Field::new("member", member.number())]),
        Line::SetClock(at) => ("set_clock", vec![of_clock(*at)]),
        Line::ChangePassword(_) => return vec![secret("line"), Field::new("command", "change_password")],
        Line::SetAddress(address) => ("set_address", vec![Field::new("address", address.to_string())]),
        Line::SetPort(port) => ("set_port", vec![Field::new("port", *port)]),
        Line::SetAccount(account) => ("set_account", vec![Field::new("account", *account)]),
        Line::SetCurrent(phase, levels) => {
            let levels = levels.in_order().map(|level| level.to_string());
            let words = format!("{} A", levels.join(", "));
            let levels = Field::new("levels", json!(levels)).with_words(words);
            ("set_current", vec![Field::new("phase", phase.number()), levels])
        }
        Line::ClearEnergy(phase, _) => ("clear_energy", vec![Field::new("phase", phase.number())]),
        Line::Restart(_) => ("restart", Vec::new()),
        Line::FactoryDefault(_) => ("factory_default", Vec::new()),
        _ => return vec![secret("line"), Field::new("command", "undocumented")],
    };
    let mut all = vec![
        Field::new("line", String::from_utf8_lossy(text)),
        Field::new("command", command),
    ];
    all.extend(fields);
    all
}

fn of_entry(entry: Entry) -> Field {
    Field::new("entry", entry.screen().map_or("logout", name))
}
