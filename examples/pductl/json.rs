//! The JSON that scripts rely on: names, order and nulls are a contract.

use std::path::Path;

use pdu_core::{
    Alarm, Component, ContactStatus, Identity, Line, LocalDateTime, OutletStatus, Point, Quantity, Reading, Snapshot,
    ThresholdSetting, Value,
};
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use crate::devices::{Failure, Found};

/// One device of `read --json`.
#[derive(Serialize)]
pub(crate) struct Device<'a> {
    url: &'a str,
    identities: Vec<IdentityJson<'a>>,
    readings: Vec<ReadingJson>,
    outlets: Vec<OutletJson<'a>>,
    contacts: Vec<ContactJson>,
    alarms: Vec<AlarmJson>,
    thresholds: Vec<ThresholdJson>,
    clock: Option<String>,
    /// What stands on standard error too.
    error: Option<String>,
}

impl<'a> Device<'a> {
    pub(crate) fn new(url: &'a str, result: Result<&'a Snapshot, &Failure>) -> Self {
        let snapshot = result.ok();
        Self {
            url,
            identities: list(snapshot.map(|s| &s.identities), IdentityJson::new),
            readings: readings(snapshot.map_or(&[][..], |s| &s.readings)),
            outlets: list(snapshot.map(|s| &s.outlets), OutletJson::new),
            contacts: list(snapshot.map(|s| &s.contacts), |contact| ContactJson::new(*contact)),
            alarms: list(snapshot.map(|s| &s.alarms), AlarmJson::new),
            thresholds: thresholds(snapshot.map_or(&[][..], |s| &s.thresholds)),
            clock: snapshot.and_then(|s| s.clock).map(|clock| clock.to_string()),
            error: result.err().map(Failure::to_string),
        }
    }
}

/// What `energy list --json` prints too.
pub(crate) fn readings(readings: &[Reading]) -> Vec<ReadingJson> {
    readings.iter().map(ReadingJson::new).collect()
}

/// What `threshold list --json` prints too.
pub(crate) fn thresholds(thresholds: &[ThresholdSetting]) -> Vec<ThresholdJson> {
    thresholds.iter().map(ThresholdJson::new).collect()
}

/// What `outlet list --json` prints.
pub(crate) fn outlets(outlets: &[OutletStatus]) -> Vec<OutletJson<'_>> {
    outlets.iter().map(OutletJson::new).collect()
}

/// What `discover --json` prints.
pub(crate) fn found(units: &[Found]) -> Vec<FoundJson<'_>> {
    units.iter().map(FoundJson::new).collect()
}

/// What `clock get --json` prints.
#[derive(Serialize)]
pub(crate) struct Clock {
    pub(crate) clock: LocalDateTime,
}

/// What a file says; why not, if it does not.
pub(crate) fn from_file<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let failure = |why: &dyn std::fmt::Display| Failure::not_applied(format!("{}: {why}", path.display()));
    let text = std::fs::read(path).map_err(|error| failure(&error))?;
    serde_json::from_slice(&text).map_err(|error| failure(&without_value(&error)))
}

/// Why text was not taken, without the value that was not: a password that is written as a number is one all the same.
fn without_value(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rsplit_once(", expected ") {
        Some((what, expected)) if what.starts_with("invalid ") => format!("expected {expected}"),
        _ => message,
    }
}

/// On many lines, for files that people edit.
pub(crate) fn pretty(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text + "\n"
}

/// On one line.
pub(crate) fn line(value: &impl Serialize) -> String {
    // Cannot fail: there are only structs, and text as keys.
    let text = serde_json::to_string(value).unwrap_or_default();
    text + "\n"
}

/// The digits of the device, in the unit in which people read the quantity.
pub(crate) fn digits(value: Value, quantity: Quantity) -> Option<String> {
    value.in_unit(quantity.customary_unit()).map(|value| value.to_string())
}

fn list<'a, T, J>(items: Option<&'a Vec<T>>, json: impl Fn(&'a T) -> J) -> Vec<J> {
    items.into_iter().flatten().map(json).collect()
}

fn as_text<T: ToString, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

#[derive(Serialize)]
struct IdentityJson<'a> {
    unit: u16,
    vendor: Option<&'a str>,
    model: Option<&'a str>,
    name: Option<&'a str>,
    serial: Option<&'a str>,
    mac: Option<&'a str>,
    firmware: Option<&'a str>,
    source: &'static str,
}

impl<'a> IdentityJson<'a> {
    fn new(identity: &'a Identity) -> Self {
        Self {
            unit: identity.unit,
            vendor: identity.vendor.as_deref(),
            model: identity.model.as_deref(),
            name: identity.name.as_deref(),
            serial: identity.serial.as_deref(),
            mac: identity.mac.as_deref(),
            firmware: identity.firmware.as_deref(),
            source: identity.source.as_str(),
        }
    }
}

/// A place and what is measured there, as the first fields of several objects.
#[derive(Serialize)]
struct Place {
    unit: u16,
    #[serde(serialize_with = "as_text")]
    component: Component,
    number: u16,
    line: Option<&'static str>,
    #[serde(serialize_with = "as_text")]
    quantity: Quantity,
}

impl Place {
    fn new(point: Point, quantity: Quantity) -> Self {
        Self {
            unit: point.unit,
            component: point.component,
            number: point.number,
            line: point.line.map(Line::as_str),
            quantity,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct ReadingJson {
    #[serde(flatten)]
    place: Place,
    statistic: &'static str,
    value: Option<String>,
    uom: &'static str,
    quality: &'static str,
}

impl ReadingJson {
    fn new(reading: &Reading) -> Self {
        Self {
            place: Place::new(reading.point, reading.quantity),
            statistic: reading.statistic.as_str(),
            value: reading.value.and_then(|value| digits(value, reading.quantity)),
            uom: reading.quantity.customary_unit().symbol,
            quality: reading.quality.as_str(),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct OutletJson<'a> {
    unit: u16,
    number: u16,
    name: Option<&'a str>,
    state: &'static str,
    pending: Option<&'static str>,
}

impl<'a> OutletJson<'a> {
    fn new(outlet: &'a OutletStatus) -> Self {
        Self {
            unit: outlet.unit,
            number: outlet.number,
            name: outlet.name.as_deref(),
            state: outlet.state.as_str(),
            pending: outlet.pending.map(pdu_core::Action::as_str),
        }
    }
}

#[derive(Serialize)]
struct ContactJson {
    unit: u16,
    #[serde(serialize_with = "as_text")]
    component: Component,
    number: u16,
    kind: &'static str,
    state: &'static str,
}

impl ContactJson {
    fn new(contact: ContactStatus) -> Self {
        Self {
            unit: contact.point.unit,
            component: contact.point.component,
            number: contact.point.number,
            kind: contact.kind.as_str(),
            state: contact.state.as_str(),
        }
    }
}

#[derive(Serialize)]
struct AlarmJson {
    #[serde(flatten)]
    place: Place,
    level: Option<&'static str>,
    severity: &'static str,
}

impl AlarmJson {
    fn new(alarm: &Alarm) -> Self {
        Self {
            place: Place::new(alarm.point, alarm.quantity),
            level: alarm.level.map(pdu_core::Threshold::as_str),
            severity: alarm.severity.as_str(),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct ThresholdJson {
    #[serde(flatten)]
    place: Place,
    level: &'static str,
    value: Option<String>,
    uom: &'static str,
}

impl ThresholdJson {
    fn new(setting: &ThresholdSetting) -> Self {
        Self {
            place: Place::new(setting.point, setting.quantity),
            level: setting.level.as_str(),
            value: digits(Value::Gauge(setting.value), setting.quantity),
            uom: setting.quantity.customary_unit().symbol,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct FoundJson<'a> {
    url: &'a str,
    address: String,
    serial: &'a str,
    mac: &'a str,
    servers: &'a [String],
}

impl<'a> FoundJson<'a> {
    fn new(unit: &'a Found) -> Self {
        Self {
            url: &unit.url,
            address: unit.address.to_string(),
            serial: &unit.serial,
            mac: &unit.mac,
            servers: &unit.servers,
        }
    }
}
