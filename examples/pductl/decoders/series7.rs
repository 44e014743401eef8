//! The live XML of a 7-series unit: its fields as they stand there, what each means and how sure that is, and the readings and
//! outlets that `pdu-proto-7series` makes of them.

use pdu_core::{Line, Quantity};
use pdu_proto_7series::Position;
use pdu_proto_7series::live::{Document, FieldItem, Item as Element, Limits, LiveError, Options, OutletItem, Reader};
use pdu_proto_7series::wire::{Key, KeyMatch, Meaning, OutletField, Place};
use serde_json::{Value, json};

use super::{DecodeError, Decoded, Field, Form, Item, Kind, Mode};
use crate::{json, render};

/// A document is one message.
pub(super) fn decode(kind: Kind, bytes: &[u8], mode: Mode) -> Decoded {
    let mut decoded = Decoded::of(kind);
    match read(bytes, mode) {
        Ok(item) => decoded.items.push(item),
        Err(error) => {
            decoded.rest = bytes.to_vec();
            decoded.error = Some(error);
        }
    }
    decoded
}

fn read(bytes: &[u8], mode: Mode) -> Result<Item, DecodeError> {
    let of_live = |error: LiveError| DecodeError {
        offset: offset_of(bytes, error.position),
        message: error.to_string(),
    };
    let document = Document::parse(bytes, &Options::default().with_mode(mode)).map_err(of_live)?;
    if document.devices.is_empty() {
        let message = "no device".into();
        return Err(DecodeError { offset: 0, message });
    }
    let mut elements = Elements::default();
    let mut reader = Reader::new(bytes, Limits::default()).map_err(of_live)?;
    while let Some(element) = reader.next().map_err(of_live)? {
        elements.add(&element);
    }
    let deviations = document.deviations.iter().map(ToString::to_string).collect();
    let fields = fields(document, elements);
    Ok(Item {
        form: Form::Text,
        ..Item::of(0, bytes.len(), fields, deviations)
    })
}

/// The octet at this line and column.
fn offset_of(bytes: &[u8], position: Position) -> usize {
    let before = usize::try_from(position.line).unwrap_or(usize::MAX).saturating_sub(1);
    let lines: usize = bytes
        .split_inclusive(|octet| *octet == b'\n')
        .take(before)
        .map(<[u8]>::len)
        .sum();
    let column = usize::try_from(position.column).unwrap_or(usize::MAX).saturating_sub(1);
    let line = bytes.get(lines..).unwrap_or_default();
    // Octets 0b10xx_xxxx go on with a character that has begun.
    let begins = (0..).zip(line).filter(|(_, octet)| **octet & 0xC0 != 0x80);
    begins
        .map(|(at, _): (usize, _)| at)
        .nth(column)
        .map_or(bytes.len(), |at| lines + at)
}

fn fields(document: Document, elements: Elements) -> Vec<Field> {
    let unknown: Vec<_> = document
        .unknown()
        .map(|one| (one.path(), one.value().to_owned()))
        .collect();
    let unknown_objects: Vec<_> = unknown
        .iter()
        .map(|(path, value)| json!({"path": path, "value": value}))
        .collect();
    let unknown_words = unknown.iter().map(|(path, value)| format!("{path} {value}"));
    let unknown = Field::new("unknown", unknown_objects).with_lines(unknown_words.collect());
    let snapshot = document.into_snapshot();
    let host = snapshot.identities.first().and_then(|identity| identity.name.clone());
    let of = |value: serde_json::Result<Value>| value.unwrap_or_default();
    let readings = Field::new("readings", of(serde_json::to_value(json::readings(&snapshot.readings))));
    let outlets = Field::new("outlets", of(serde_json::to_value(json::outlets(&snapshot.outlets))));
    vec![
        Field::new("message", "live"),
        Field::new("host", host),
        Field::new("devices", elements.devices).with_lines(elements.words),
        readings.with_lines(snapshot.readings.iter().map(render::reading).collect()),
        outlets.with_lines(snapshot.outlets.iter().map(render::outlet).collect()),
        unknown,
    ]
}

/// The elements that are known, as they stand there.
#[derive(Default)]
struct Elements {
    devices: Vec<Value>,
    words: Vec<String>,
}

impl Elements {
    fn add(&mut self, element: &Element<'_>) {
        match element {
            Element::Device(device) => {
                let (id, kind, name) = (&device.id, &device.kind, &device.name);
                self.devices
                    .push(json!({"id": id, "type": kind, "name": name, "fields": [], "outlets": []}));
                let words = [("id", id), ("type", kind), ("name", name)];
                let words = words
                    .iter()
                    .filter_map(|(key, value)| Some(format!(" {key}={}", value.as_ref()?)));
                self.words.push(format!("device{}", words.collect::<String>()));
            }
            Element::Field(field) => self.add_field(field),
            Element::Outlet(outlet) => self.add_outlet(outlet),
            _ => {}
        }
    }

    fn add_field(&mut self, field: &FieldItem<'_>) {
        let value = field.value.as_deref();
        let (meaning, basis) = Key::lookup(&field.key).map(explained).unzip();
        let (line, quantity) = meaning.map_or((None, None), |(line, quantity)| (line, quantity));
        let meaning = [line.map(Line::as_str), quantity.map(Quantity::as_str)];
        let meaning: Vec<_> = meaning
            .into_iter()
            .flatten()
            .map(|word| word.replace('_', " "))
            .collect();
        let basis = basis.unwrap_or("unknown");
        self.push("fields", json!({
            "key": field.key, "value": value, "line": line.map(Line::as_str), "quantity": quantity.map(Quantity::as_str),
            "basis": basis,
        }));
        let words = format!(
            "  {} = {}: {} ({basis})",
            field.key,
            value.unwrap_or_default(),
            meaning.join(" ")
        );
        self.words.push(words.replace(":  (", ": ("));
    }

    fn add_outlet(&mut self, outlet: &OutletItem<'_>) {
        let said = OutletField::ALL.map(|field| (field.as_str(), outlet.attribute(field)));
        let object = said.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
        self.push("outlets", Value::Object(object.collect()));
        let words = said
            .iter()
            .filter_map(|(name, value)| Some(format!(" {name}={}", value.as_ref()?)));
        self.words.push(format!("  outlet{}", words.collect::<String>()));
    }

    /// To the last device.
    fn push(&mut self, list: &str, element: Value) {
        let device = self.devices.last_mut().and_then(|device| device.get_mut(list));
        if let Some(list) = device.and_then(Value::as_array_mut) {
            list.push(element);
        }
    }
}

type Explained = ((Option<Line>, Option<Quantity>), &'static str);

/// On which line and what a key measures, and whether units were seen to have it.
fn explained(found: KeyMatch) -> Explained {
    let basis = found.key.basis.as_str();
    let meaning = match found.key.meaning {
        Meaning::Reading(measure) => match measure.place {
            Place::Inlet(line) => (Some(line), Some(measure.quantity)),
            _ => (None, Some(measure.quantity)),
        },
        _ => (None, None),
    };
    (meaning, basis)
}
