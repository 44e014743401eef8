//! Names and values of SNMP as scripts and people read them: in decoded messages and in notifications.

use pdu_proto_snmp::wire::{BadVarBind, Opaque, Value as SnmpValue, VarBind, WireError};
use serde::Serialize;
use serde_json::Value;

use crate::terminal::{Hex, digits};

/// One in its place, or why it cannot be read.
pub(crate) type Checked<'a> = Result<VarBind<'a>, BadVarBind<'a>>;

#[derive(Serialize)]
pub(crate) struct VarBindJson {
    oid: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    value: Value,
    /// Octets, since not every value is a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    /// Of one that cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl VarBindJson {
    pub(crate) fn new(checked: &Checked<'_>) -> Self {
        match checked {
            Ok(varbind) => Self {
                oid: Some(varbind.name.to_string()),
                kind: Some(kind(varbind.value)),
                value: value(varbind.value),
                hex: octets(varbind.value).map(digits),
                error: None,
            },
            Err(bad) => Self {
                oid: bad.name.map(|name| name.to_string()),
                kind: None,
                value: Value::Null,
                hex: None,
                error: Some(why(&bad.error)),
            },
        }
    }
}

/// In one line. Whoever prints it must escape it.
pub(crate) fn in_words(checked: &Checked<'_>) -> String {
    match checked {
        Ok(varbind) => format!(
            "{} = {}{}",
            varbind.name,
            kind(varbind.value),
            value_in_words(varbind.value)
        ),
        Err(bad) => {
            let name = bad.name.map_or_else(|| "no name".into(), |name| name.to_string());
            format!("{name} = cannot be read: {}", why(&bad.error))
        }
    }
}

/// What is wrong with a message, without the place where.
pub(crate) fn why(error: &WireError) -> String {
    let varbind = error
        .varbind
        .map_or_else(String::new, |number| format!("varbind {number}, "));
    format!("{varbind}{}: {}", error.field, error.problem)
}

fn value_in_words(value: SnmpValue<'_>) -> String {
    match value {
        SnmpValue::OctetString(octets) => match text(octets) {
            Some(text) => format!(" \"{text}\""),
            None => format!(" {}", Hex(octets)),
        },
        SnmpValue::TimeTicks(count) => format!(" {}", ticks(count)),
        other => match self::value(other) {
            Value::Null => String::new(),
            Value::String(text) => format!(" {text}"),
            number => format!(" {number}"),
        },
    }
}

fn octets(value: SnmpValue<'_>) -> Option<&[u8]> {
    match value {
        SnmpValue::OctetString(octets) | SnmpValue::Opaque(Opaque(octets)) => Some(octets),
        _ => None,
    }
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
