//! Names and values of SNMP as scripts and people read them: in decoded messages and in notifications.

use pdu_proto_snmp::wire::{Opaque, Value as SnmpValue, VarBind};
use serde_json::{Value, json};

use crate::terminal::{Hex, digits};

/// `oid`, `type` and `value`; octets also as `hex`, since not every value is a text.
pub(crate) fn json(varbind: &VarBind<'_>) -> Value {
    let (oid, kind) = (varbind.name.to_string(), kind(varbind.value));
    let value = value(varbind.value);
    match varbind.value {
        SnmpValue::OctetString(octets) | SnmpValue::Opaque(Opaque(octets)) => {
            json!({ "oid": oid, "type": kind, "value": value, "hex": digits(octets) })
        }
        _ => json!({ "oid": oid, "type": kind, "value": value }),
    }
}

/// In one line. Whoever prints it must escape it.
pub(crate) fn in_words(varbind: &VarBind<'_>) -> String {
    let kind = kind(varbind.value);
    let value = match varbind.value {
        SnmpValue::OctetString(octets) => match text(octets) {
            Some(text) => format!(" \"{text}\""),
            None => format!(" {}", Hex(octets)),
        },
        SnmpValue::TimeTicks(count) => format!(" {}", ticks(count)),
        other => match value(other) {
            Value::Null => String::new(),
            Value::String(text) => format!(" {text}"),
            number => format!(" {number}"),
        },
    };
    format!("{} = {kind}{value}", varbind.name)
}

/// `1234 (12.34 s)`.
pub(crate) fn ticks(count: u32) -> String {
    format!("{count} ({}.{:02} s)", count / 100, count % 100)
}

fn kind(value: SnmpValue<'_>) -> String {
    value
        .tag()
        .name()
        .map_or_else(|| value.tag().to_string(), str::to_owned)
}

/// A number, a text, or nothing. Octets that are no text are hexadecimal digits behind `0x`.
fn value(value: SnmpValue<'_>) -> Value {
    match value {
        SnmpValue::Integer(number) => number.into(),
        SnmpValue::Counter32(number) | SnmpValue::Gauge32(number) | SnmpValue::TimeTicks(number) => number.into(),
        SnmpValue::Counter64(number) => number.into(),
        SnmpValue::OctetString(octets) => text(octets).unwrap_or_else(|| prefixed(octets)).into(),
        SnmpValue::Opaque(opaque) => of_opaque(opaque).into(),
        SnmpValue::ObjectIdentifier(oid) => oid.to_string().into(),
        SnmpValue::IpAddress(address) => address.to_string().into(),
        SnmpValue::Null | SnmpValue::NoSuchObject | SnmpValue::NoSuchInstance | SnmpValue::EndOfMibView => Value::Null,
    }
}

/// The digits of a floating-point number, if there is one in it.
fn of_opaque(opaque: Opaque<'_>) -> String {
    let float = opaque.float().map(|number| number.to_string());
    let double = || opaque.double().map(|number| number.to_string());
    float.or_else(double).unwrap_or_else(|| prefixed(opaque.0))
}

fn prefixed(octets: &[u8]) -> String {
    format!("0x{}", digits(octets))
}

/// Octets that a person can read.
fn text(octets: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(octets).ok()?;
    let is_readable = !text.chars().any(|c| c.is_control() && !c.is_whitespace());
    is_readable.then(|| text.to_owned())
}
