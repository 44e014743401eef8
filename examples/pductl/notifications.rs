//! Notifications as scripts and people read them.

use pdu_core::{Line, PowerState, Quantity};
use pdu_proto_snmp::notification::{Content, Notification, Received, Source};
use pdu_proto_snmp::series7::Base;
use pdu_proto_snmp::series7::traps::{self, TrapAlarm, TrapEvent, TripType};
use pdu_proto_snmp::wire::{Operation, VarBinds, Version};
use serde_json::{Value, json};

use crate::json::digits;
use crate::terminal::Foreign;
use crate::{render, varbinds};

/// One object. What a notification does not have is null.
pub(crate) fn json(received: &Received) -> Value {
    let notification = received.notification();
    let of = |text: Option<String>| text.map_or(Value::Null, Value::from);
    json!({
        "from": received.path.remote.to_string(),
        "version": version(received.version()),
        "kind": kind(received.operation),
        "user": of(user(&received.source)),
        "trap": of(notification.map(|it| it.trap.to_string())),
        "uptime": notification.map(|it| it.uptime),
        "enterprise": of(notification.and_then(|it| Some(it.enterprise.as_ref()?.to_string()))),
        "agent_address": of(notification.and_then(|it| Some(it.agent_address?.to_string()))),
        "varbinds": list(varbinds_of(&received.content)),
        "alarm": notification.and_then(alarm).map(|alarm| alarm_json(&alarm)),
    })
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
    let varbinds = varbinds_of(&received.content).checked().map(|one| match one {
        Ok(varbind) => varbinds::in_words(&varbind),
        Err(bad) => format!("cannot be read: {bad}"),
    });
    let lines = varbinds.map(|line| format!("  {}\n", Foreign(&line)));
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

fn varbinds_of(content: &Content) -> VarBinds<'_> {
    match content {
        Content::Notification(notification) => notification.varbinds.varbinds(),
        Content::Raw(varbinds) => varbinds.varbinds(),
    }
}

fn list(varbinds: VarBinds<'_>) -> Vec<Value> {
    let objects = varbinds.checked().map(|one| match one {
        Ok(varbind) => varbinds::json(&varbind),
        Err(bad) => json!({ "oid": null, "type": null, "value": null, "error": bad.to_string() }),
    });
    objects.collect()
}

fn what_in_words(notification: &Notification) -> String {
    alarm(notification).map_or_else(|| notification.trap.to_string(), |alarm| alarm_in_words(&alarm))
}

/// What a 7-series unit says, whatever it is sold as.
fn alarm(notification: &Notification) -> Option<TrapAlarm> {
    Base::KNOWN.iter().find_map(|base| traps::decode(notification, base))
}

fn alarm_json(alarm: &TrapAlarm) -> Value {
    let point = alarm.point;
    json!({
        "name": alarm.trap.name,
        "change": change(alarm),
        "unit": point.map(|point| point.unit),
        "component": point.map(|point| point.component.as_str()),
        "number": point.map(|point| point.number),
        "line": point.and_then(|point| point.line).map(Line::as_str),
        "quantity": alarm.quantity.map(Quantity::as_str),
        "value": alarm.value.zip(alarm.quantity).and_then(|(value, quantity)| digits(value, quantity)),
        "uom": alarm.quantity.map(|quantity| quantity.customary_unit().symbol),
        "quality": alarm.quality.as_str(),
        "trip_type": alarm.trip_type.map(trip_type),
        "device": alarm.device,
        "outlet_state": alarm.outlet_state.map(PowerState::as_str),
        "unit_name": alarm.unit_name,
        "trigger": alarm.trigger,
        "instance": alarm.instance,
    })
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
