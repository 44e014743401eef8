//! Messages of SNMP v1, v2c and v3: what the wire level of `pdu-proto-snmp` reads, laid out as fields. No keys are known here,
//! so what is encrypted stays so.

use pdu_proto_snmp::wire::v3::{self, Data, Flags, Scoped, SecurityLevel};
use pdu_proto_snmp::wire::{
    Anomalies, Anomaly, Body, Deviation, Field as WireField, Message, Operation, Problem, Tolerance, Version, WireError,
};
use serde_json::Value;

use super::{DecodeError, Decoded, Field, Item, Kind, Mode};
use crate::terminal::{Hex, digits};
use crate::varbinds::{self, Checked, VarBindJson};

/// One datagram, which is one message: what stands behind its end is left over.
pub(super) fn decode(kind: Kind, bytes: &[u8], mode: Mode) -> Decoded {
    let mut decoded = Decoded::of(kind);
    match read(bytes, mode.into()) {
        Ok(read) => {
            let len = bytes.len() - trailing(bytes, read.anomalies);
            decoded.rest = bytes.get(len..).unwrap_or_default().to_vec();
            decoded.error = read.contents.bad.map(of_wire);
            let fields = read.fields.into_iter().chain(read.contents.fields).collect();
            decoded.items.push(Item::of(0, len, fields, read.contents.deviations));
        }
        Err(error) => {
            decoded.rest = bytes.to_vec();
            decoded.error = Some(if bytes.is_empty() { no_bytes() } else { of_wire(error) });
        }
    }
    decoded
}

/// Where it is, is said by the offset.
fn of_wire(error: WireError) -> DecodeError {
    DecodeError {
        offset: error.offset,
        message: varbinds::why(&error),
    }
}

fn no_bytes() -> DecodeError {
    DecodeError {
        offset: 0,
        message: "no bytes".into(),
    }
}

/// A message, taken apart.
struct Read {
    /// Of its envelope.
    fields: Vec<Field>,
    anomalies: Anomalies,
    contents: Contents,
}

fn read(bytes: &[u8], tolerance: Tolerance) -> Result<Read, WireError> {
    if Version::of(bytes)? == Version::V3 {
        return read_v3(bytes, tolerance);
    }
    let message = Message::parse(bytes, tolerance)?;
    let anomalies = message.anomalies();
    let community = String::from_utf8_lossy(message.community.0);
    Ok(Read {
        fields: vec![version(message.version), Field::new("community", community)],
        anomalies,
        contents: Contents::of(&message.body, anomalies),
    })
}

fn read_v3(bytes: &[u8], tolerance: Tolerance) -> Result<Read, WireError> {
    let message = v3::Message::parse(bytes, tolerance)?;
    let mut fields = vec![version(Version::V3), Field::new("community", Value::Null)];
    fields.extend(of_header(&message));
    let anomalies = message.anomalies();
    let scoped = message.scoped()?;
    fields.extend(of_scoped(scoped.as_ref()));
    let contents = scoped.map_or_else(
        || Contents::unknown(anomalies),
        |scoped| Contents::of(&scoped.body, anomalies.union(scoped.anomalies())),
    );
    let encrypted = match message.data() {
        Data::Encrypted(octets) => Field::new("encrypted", digits(octets)).with_words(Hex(octets).to_string()),
        Data::Plain(_) => Field::new("encrypted", Value::Null),
    };
    fields.push(encrypted);
    Ok(Read {
        fields,
        anomalies,
        contents,
    })
}

/// As URLs have it.
fn version(version: Version) -> Field {
    let word = match version {
        Version::V1 => "1",
        Version::V2C => "2c",
        _ => "3",
    };
    Field::new("version", word)
}

fn of_header(message: &v3::Message<'_>) -> Vec<Field> {
    let header = message.header();
    let mut fields = vec![
        Field::new("message_id", header.message_id),
        Field::new("max_size", header.max_size),
        Field::new("flags", header.flags.0).with_words(format!("{:#04x}", header.flags.0)),
        Field::new("level", header.flags.level().map(level)),
        Field::new("reportable", header.flags.contains(Flags::REPORTABLE)),
        Field::new("security_model", header.security_model.0),
    ];
    match message.usm() {
        Some(usm) => fields.extend([
            octets("engine_id", usm.engine_id),
            Field::new("engine_boots", usm.engine_boots),
            Field::new("engine_time", usm.engine_time),
            Field::new("user", String::from_utf8_lossy(usm.user_name)),
            octets("auth_parameters", usm.authentication_parameters),
            octets("priv_parameters", usm.privacy_parameters),
        ]),
        None => fields.push(octets("security_parameters", message.security_parameters())),
    }
    fields
}

fn level(level: SecurityLevel) -> &'static str {
    match level {
        SecurityLevel::NoAuthNoPriv => "noAuthNoPriv",
        SecurityLevel::AuthNoPriv => "authNoPriv",
        SecurityLevel::AuthPriv => "authPriv",
    }
}

fn of_scoped(scoped: Option<&Scoped<'_>>) -> [Field; 2] {
    match scoped {
        Some(scoped) => [
            octets("context_engine_id", scoped.context_engine_id),
            Field::new("context_name", String::from_utf8_lossy(scoped.context_name)),
        ],
        None => ["context_engine_id", "context_name"].map(|name| Field::new(name, Value::Null)),
    }
}

fn octets(name: &'static str, octets: &[u8]) -> Field {
    Field::new(name, digits(octets)).with_words(Hex(octets).to_string())
}

/// What a message asks or answers.
struct Contents {
    fields: Vec<Field>,
    deviations: Vec<String>,
    /// Why the first of the varbinds that cannot be read cannot.
    bad: Option<WireError>,
}

impl Contents {
    fn of(body: &Body<'_>, anomalies: Anomalies) -> Self {
        let varbinds: Vec<_> = body.varbinds().checked().collect();
        let mut fields = vec![Field::new("pdu", operation(body.operation()))];
        fields.extend(of_body(body));
        fields.push(list(&varbinds));
        Self {
            fields,
            deviations: deviations(anomalies, &varbinds),
            bad: varbinds.iter().find_map(|one| Some(one.err()?.error)),
        }
    }

    /// Only who has the key knows more.
    fn unknown(anomalies: Anomalies) -> Self {
        let names = ["pdu", "request_id", "error_status", "error_index", "varbinds"];
        Self {
            fields: names.map(|name| Field::new(name, Value::Null)).into(),
            deviations: deviations(anomalies, &[]),
            bad: None,
        }
    }
}

fn of_body(body: &Body<'_>) -> Vec<Field> {
    let request_id = Field::new("request_id", body.request_id());
    let status = |number: Option<i32>, words: String| Field::new("error_status", number).with_words(words);
    let index = |number: Option<i32>| Field::new("error_index", number);
    match body {
        Body::Common(common) => vec![
            request_id,
            status(Some(common.error_status.0), common.error_status.to_string()),
            index(Some(common.error_index)),
        ],
        Body::Bulk(bulk) => vec![
            request_id,
            status(None, String::new()),
            index(None),
            Field::new("non_repeaters", bulk.non_repeaters),
            Field::new("max_repetitions", bulk.max_repetitions),
        ],
        Body::TrapV1(trap) => vec![
            request_id,
            status(None, String::new()),
            index(None),
            Field::new("enterprise", trap.enterprise.to_string()),
            Field::new("agent_address", trap.agent_address.to_string()),
            Field::new("generic_trap", trap.generic_trap.0).with_words(trap.generic_trap.to_string()),
            Field::new("specific_trap", trap.specific_trap),
            Field::new("time_stamp", trap.time_stamp).with_words(varbinds::ticks(trap.time_stamp)),
        ],
    }
}

/// A name for scripts, in one word.
fn operation(operation: Operation) -> Value {
    let word = match operation {
        Operation::TRAP_V1 => "trap_v1".into(),
        Operation::TRAP_V2 => "trap_v2".into(),
        other => other
            .name()
            .map_or_else(|| other.to_string(), |name| name.replace('-', "_")),
    };
    word.into()
}

/// One that cannot be read stands in its place, with the reason.
fn list(varbinds: &[Checked<'_>]) -> Field {
    let objects: Vec<_> = varbinds.iter().map(VarBindJson::new).collect();
    let lines = varbinds.iter().map(varbinds::in_words).collect();
    // Cannot fail: there is only text, and what is JSON already.
    Field::new("varbinds", serde_json::to_value(objects).unwrap_or_default()).with_lines(lines)
}

fn deviations(anomalies: Anomalies, varbinds: &[Checked<'_>]) -> Vec<String> {
    let of_message = anomalies.iter().map(|anomaly| anomaly.to_string());
    let of_varbinds = varbinds.iter().zip(1..).flat_map(|(one, number): (_, u32)| {
        let anomalies = one.map_or(Anomalies::NONE, |varbind| varbind.anomalies());
        anomalies
            .iter()
            .map(move |anomaly| format!("varbind {number}, {anomaly}"))
    });
    of_message.chain(of_varbinds).collect()
}

/// How many octets stand behind the message, where that was accepted.
fn trailing(bytes: &[u8], anomalies: Anomalies) -> usize {
    let behind = Anomaly {
        deviation: Deviation::TrailingOctets,
        field: WireField::Message,
    };
    if !anomalies.contains(behind) {
        return 0;
    }
    // Where it is not accepted, the reason has the number.
    let wary = Tolerance::LENIENT.refusing(Deviation::TrailingOctets);
    match Message::parse(bytes, wary).err().map(|error| error.problem) {
        Some(Problem::Trailing { count }) => count,
        _ => 0,
    }
}
