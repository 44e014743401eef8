//! Notifications as scripts and people read them.

use pdu_core::{Line, PowerState, Quantity};
use pdu_proto_snmp::notification::{Content, Notification, Received, Source};
use pdu_proto_snmp::series7::Base;
use pdu_proto_snmp::series7::traps::{self, TrapAlarm, TrapEvent, TripType};
use pdu_proto_snmp::wire::{Operation, VarBinds, Version};
use serde::Serialize;

use crate::json::digits;
use crate::render;
use crate::terminal::{self, Foreign};
use crate::varbinds::{self, VarBindJson};

/// What `traps --json` prints. What a notification does not have is null.
#[derive(Serialize)]
pub(crate) struct NotificationJson {
    from: String,
    version: &'static str,
    kind: &'static str,
    /// Who sent it, where that was proven.
    user: Option<String>,
    engine_id: Option<String>,
    /// The name of what happened.
    trap: Option<String>,
    /// Hundredths of a second since the sender started.
    uptime: Option<u32>,
    enterprise: Option<String>,
    agent_address: Option<String>,
    varbinds: Vec<VarBindJson>,
    alarm: Option<AlarmJson>,
    deviations: Vec<String>,
}

impl NotificationJson {
    pub(crate) fn new(received: &Received) -> Self {
        let notification = received.notification();
        Self {
            from: received.path.remote.to_string(),
            version: version(received.version()),
            kind: kind(received.operation),
            user: user(&received.source),
            engine_id: engine_id(&received.source),
            trap: notification.map(|it| it.trap.to_string()),
            uptime: notification.map(|it| it.uptime),
            enterprise: notification
                .and_then(|it| it.enterprise.as_ref())
                .map(ToString::to_string),
            agent_address: notification
                .and_then(|it| it.agent_address)
                .map(|address| address.to_string()),
            varbinds: varbinds_of(&received.content)
                .checked()
                .map(|one| VarBindJson::new(&one))
                .collect(),
            alarm: notification.and_then(alarm).map(AlarmJson::new),
            deviations: received.anomalies.iter().map(|anomaly| anomaly.to_string()).collect(),
        }
    }
}

/// What a 7-series unit says by its notification.
#[derive(Serialize)]
struct AlarmJson {
    name: &'static str,
    change: &'static str,
    unit: Option<u16>,
    component: Option<&'static str>,
    number: Option<u16>,
    line: Option<&'static str>,
    quantity: Option<&'static str>,
    value: Option<String>,
    uom: Option<&'static str>,
    quality: &'static str,
    trip_type: Option<String>,
    device: Option<String>,
    outlet_state: Option<&'static str>,
    unit_name: Option<String>,
    trigger: Option<String>,
    instance: Option<u32>,
}

impl AlarmJson {
    fn new(alarm: TrapAlarm) -> Self {
        let (point, quantity) = (alarm.point, alarm.quantity);
        Self {
            name: alarm.trap.name,
            change: change(&alarm),
            unit: point.map(|point| point.unit),
            component: point.map(|point| point.component.as_str()),
            number: point.map(|point| point.number),
            line: point.and_then(|point| point.line).map(Line::as_str),
            quantity: quantity.map(Quantity::as_str),
            value: alarm
                .value
                .zip(quantity)
                .and_then(|(value, quantity)| digits(value, quantity)),
            uom: quantity.map(|quantity| quantity.customary_unit().symbol),
            quality: alarm.quality.as_str(),
            trip_type: alarm.trip_type.map(trip_type),
            device: alarm.device,
            outlet_state: alarm.outlet_state.map(PowerState::as_str),
            unit_name: alarm.unit_name,
            trigger: alarm.trigger,
            instance: alarm.instance,
        }
    }
}

/// A line for what happened, and one for each varbind.
pub(crate) fn in_words(received: &Received) -> String {
    let from = received.path.remote;
    let version = version(received.version());
    let kind = kind(received.operation);
    let user = user(&received.source).map_or_else(String::new, |user| format!(" from \"{user}\""));
    let what = match received.notification() {
        Some(notification) => what_in_words(notification),
        None => "without the name of what happened".into(),
    };
    let head = format!("{from}: v{version} {kind}{user}: {what}");
    let varbinds = varbinds_of(&received.content).checked();
    let lines = varbinds.map(|one| format!("  {}\n", Foreign(&varbinds::in_words(&one))));
    format!("{}\n{}", Foreign(&head), lines.collect::<Vec<_>>().concat())
}

fn version(version: Version) -> &'static str {
    match version {
        Version::V1 => "1",
        Version::V2C => "2c",
        _ => "3",
    }
}

fn kind(operation: Operation) -> &'static str {
    if operation == Operation::INFORM {
        "inform"
    } else {
        "trap"
    }
}

/// Who sent it, where that was proven. A community proves nothing, and is not shown.
fn user(source: &Source) -> Option<String> {
    match source {
        Source::User { name, .. } => Some(String::from_utf8_lossy(name).into_owned()),
        _ => None,
    }
}

fn engine_id(source: &Source) -> Option<String> {
    match source {
        Source::User { context_engine_id, .. } => Some(terminal::digits(context_engine_id)),
        _ => None,
    }
}

fn varbinds_of(content: &Content) -> VarBinds<'_> {
    match content {
        Content::Notification(notification) => notification.varbinds.varbinds(),
        Content::Raw(varbinds) => varbinds.varbinds(),
    }
}

fn what_in_words(notification: &Notification) -> String {
    alarm(notification).map_or_else(|| notification.trap.to_string(), |alarm| alarm_in_words(&alarm))
}

/// What a 7-series unit says, whatever it is sold as.
fn alarm(notification: &Notification) -> Option<TrapAlarm> {
    Base::KNOWN.iter().find_map(|base| traps::decode(notification, base))
}

fn alarm_in_words(alarm: &TrapAlarm) -> String {
    let watched = render::watched(alarm.point, alarm.quantity);
    let value = alarm
        .value
        .zip(alarm.quantity)
        .map(|(value, quantity)| render::measured(value, quantity));
    let named = |name: &str, text: &Option<String>| text.as_ref().map(|text| format!("{name} \"{text}\""));
    let words = [
        (!watched.is_empty()).then_some(watched),
        value,
        alarm.trip_type.map(trip_type),
        named("device", &alarm.device),
        named("unit", &alarm.unit_name),
        named("trigger", &alarm.trigger),
    ];
    let words: Vec<_> = words.into_iter().flatten().collect();
    format!("{} {}: {}", alarm.trap.name, change(alarm), words.join(", "))
}

fn change(alarm: &TrapAlarm) -> &'static str {
    match alarm.trap.event {
        TrapEvent::Tripped(_) => "tripped",
        TrapEvent::Cleared(_) => "cleared",
        _ => "test",
    }
}

fn trip_type(trip_type: TripType) -> String {
    match trip_type {
        TripType::None => "none".into(),
        TripType::Low => "low".into(),
        TripType::High => "high".into(),
        TripType::Unplugged => "unplugged".into(),
        other => other.raw().to_string(),
    }
}
