//! What can be decoded: one file for each protocol, and what their results have in common.

mod isotek;
mod modbus;
mod series7;
mod snmp;
mod telnet;

use clap::ValueEnum;
use clap::builder::PossibleValue;
pub(crate) use pdu_core::Mode;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use self::modbus::Direction;
use crate::terminal::{Foreign, digits};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Modbus requests in frames of a serial line, each with its unit and CRC
    #[value(name = "modbus-rtu-request")]
    RtuRequest,
    /// Modbus responses in such frames
    #[value(name = "modbus-rtu-response")]
    RtuResponse,
    /// Modbus requests behind the header of TCP
    #[value(name = "modbus-tcp-request")]
    TcpRequest,
    /// Modbus responses behind that header
    #[value(name = "modbus-tcp-response")]
    TcpResponse,
    /// Lines of the IsoTek text protocol, commands and replies
    #[value(name = "isotek")]
    Isotek,
    /// A message of SNMP v1, v2c or v3; what is encrypted is shown as it is, a community as text
    #[value(name = "snmp")]
    Snmp,
    /// The page data.xml of a 7-series unit
    #[value(name = "series7-xml")]
    Series7Xml,
    /// What a telnet console sends, with the screens of a BPS2000; passwords and communities are not shown
    #[value(name = "telnet")]
    Telnet,
}

pub(crate) fn decode(kind: Kind, bytes: &[u8], mode: Mode) -> Decoded {
    match kind {
        Kind::RtuRequest => modbus::rtu(kind, bytes, mode, Direction::Request),
        Kind::RtuResponse => modbus::rtu(kind, bytes, mode, Direction::Response),
        Kind::TcpRequest => modbus::tcp(kind, bytes, mode, Direction::Request),
        Kind::TcpResponse => modbus::tcp(kind, bytes, mode, Direction::Response),
        Kind::Isotek => isotek::decode(kind, bytes, mode),
        Kind::Snmp => snmp::decode(kind, bytes, mode),
        Kind::Series7Xml => series7::decode(kind, bytes, mode),
        Kind::Telnet => telnet::decode(kind, bytes, mode),
    }
}

/// What the bytes are.
#[derive(Debug)]
pub(crate) struct Decoded {
    kind: Kind,
    pub(crate) items: Vec<Item>,
    /// What was not consumed.
    pub(crate) rest: Vec<u8>,
    pub(crate) error: Option<DecodeError>,
}

impl Decoded {
    /// Nothing yet.
    fn of(kind: Kind) -> Self {
        Self {
            kind,
            items: Vec::new(),
            rest: Vec::new(),
            error: None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct DecodeError {
    /// Where the message begins that has the error, or its part if that is known.
    pub(crate) offset: usize,
    pub(crate) message: String,
}

/// One message: where it stands, and its fields in their order.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) offset: usize,
    pub(crate) len: usize,
    pub(crate) fields: Vec<Field>,
    pub(crate) deviations: Vec<String>,
    pub(crate) form: Form,
}

/// What a person wants to see of the bytes beside their fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Themselves.
    Octets,
    /// Nothing: they are text, and there may be a password in it.
    Text,
}

impl Item {
    fn of(offset: usize, end: usize, fields: Vec<Field>, deviations: Vec<String>) -> Self {
        Self {
            offset,
            len: end.saturating_sub(offset),
            fields,
            deviations,
            form: Form::Octets,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) value: Value,
    /// What a person would rather read, in lines.
    words: Option<Vec<String>>,
}

impl Field {
    pub(crate) fn new(name: &'static str, value: impl Into<Value>) -> Self {
        Self {
            name,
            value: value.into(),
            words: None,
        }
    }

    /// With what a person would rather read.
    pub(crate) fn with_words(self, words: String) -> Self {
        Self {
            words: Some(vec![words]),
            ..self
        }
    }

    /// With several lines of it.
    pub(crate) fn with_lines(self, lines: Vec<String>) -> Self {
        Self {
            words: Some(lines),
            ..self
        }
    }

    /// At least one line.
    pub(crate) fn in_words(&self) -> Vec<String> {
        let line = match (&self.words, &self.value) {
            (Some(lines), _) if !lines.is_empty() => {
                return lines.iter().map(|line| Foreign(line).to_string()).collect();
            }
            (_, Value::String(text)) => Foreign(text).to_string(),
            (_, Value::Array(values)) => {
                let words: Vec<_> = values.iter().map(Value::to_string).collect();
                words.join(" ")
            }
            (_, value) => value.to_string(),
        };
        vec![line]
    }
}

/// Takes messages off the front of the bytes until there are none left, or none that can be read.
pub(crate) fn decode_all(
    kind: Kind,
    bytes: &[u8],
    mut first: impl FnMut(&[u8]) -> Result<(Vec<Field>, Vec<String>, usize), String>,
) -> Decoded {
    let mut decoded = Decoded::of(kind);
    let mut offset = 0;
    while let Some(rest) = bytes.get(offset..).filter(|rest| offset == 0 || !rest.is_empty()) {
        match first(rest) {
            Ok((fields, deviations, len)) if len > 0 => {
                decoded.items.push(Item::of(offset, offset + len, fields, deviations));
                offset += len;
            }
            failed => {
                let message = failed.err().unwrap_or_else(|| "no bytes".into());
                decoded.error = Some(DecodeError { offset, message });
                decoded.rest = rest.to_vec();
                break;
            }
        }
    }
    decoded
}

impl Serialize for Decoded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = self.kind.to_possible_value();
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("kind", &kind.as_ref().map(PossibleValue::get_name))?;
        map.serialize_entry("items", &self.items)?;
        map.serialize_entry("rest", &digits(&self.rest))?;
        map.serialize_entry("error", &self.error)?;
        map.end()
    }
}

impl Serialize for DecodeError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("offset", &self.offset)?;
        map.serialize_entry("message", &self.message)?;
        map.end()
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for field in &self.fields {
            map.serialize_entry(field.name, &field.value)?;
        }
        map.serialize_entry("offset", &self.offset)?;
        map.serialize_entry("length", &self.len)?;
        map.serialize_entry("deviations", &self.deviations)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use pdu_core::Rng;

    use super::*;

    const KINDS: [Kind; 4] = [Kind::RtuRequest, Kind::RtuResponse, Kind::TcpRequest, Kind::TcpResponse];

    /// What was read, and what was not, is all that was given: for any bytes, without a panic.
    #[test]
    fn any_bytes_are_accounted_for() {
        let mut rng = Rng::from_seed(1);
        for _ in 0..20_000 {
            let len = rng.next_u64() % 40;
            // Small numbers are likely function codes and lengths.
            let byte = |rng: &mut Rng| rng.next_u64().to_le_bytes()[0] >> (rng.next_u64() % 8);
            let bytes: Vec<u8> = (0..len).map(|_| byte(&mut rng)).collect();
            for kind in KINDS {
                for mode in [Mode::Strict, Mode::Lenient] {
                    check(&decode(kind, &bytes, mode), &bytes);
                }
            }
        }
    }

    /// Of text too, where all that no item has is line ends and blanks between them.
    #[test]
    fn any_text_is_accounted_for() {
        const OCTETS: &[u8] = b"CHSPTRWAOKX01=?|/:. >\r\n\x1b\x80";
        let mut rng = Rng::from_seed(2);
        let mut octet = || {
            usize::try_from(rng.next_u64() % OCTETS.len() as u64)
                .map(|at| OCTETS[at])
                .unwrap()
        };
        for round in 0..5_000 {
            let len = if round % 100 == 0 { 600 } else { round % 40 };
            let bytes: Vec<u8> = (0..len).map(|_| octet()).collect();
            for mode in [Mode::Strict, Mode::Lenient] {
                check_text(&decode(Kind::Isotek, &bytes, mode), &bytes);
            }
        }
    }

    /// Of SNMP too: either a message and what stands behind it, or nothing.
    #[test]
    fn any_datagram_is_accounted_for() {
        const MESSAGE: &[u8] = b"0-\x02\x01\x01\x04\x06public\xa2 \x02\x01\x07\x02\x01\x00\x02\x01\x00\
            0\x150\x08\x06\x04+\x06\x01\x01\x02\x000\t\x06\x04+\x06\x01\x02\x02\x01*";
        let mut rng = Rng::from_seed(3);
        for _ in 0..20_000 {
            let [at, octet, more, ..] = rng.next_u64().to_le_bytes();
            let mut bytes = MESSAGE.to_vec();
            bytes[usize::from(at) % MESSAGE.len()] = octet;
            bytes.resize(MESSAGE.len() - 4 + usize::from(more) % 8, 0);
            for mode in [Mode::Strict, Mode::Lenient] {
                let decoded = decode(Kind::Snmp, &bytes, mode);
                let read: usize = decoded.items.iter().map(|item| item.len).sum();
                assert_eq!(read + decoded.rest.len(), bytes.len(), "{bytes:02x?}");
                assert!(decoded.error.is_some() || read > 0);
                check_words(&decoded);
            }
        }
    }

    /// And of telnet: what no item covers are line ends and blanks, and items may lie in each other.
    #[test]
    fn any_connection_is_accounted_for() {
        const WORDS: [&[u8]; 16] = [
            b"\xff",
            b"\xfb\x01",
            b"\xfa",
            b"\xf0",
            b"\r",
            b"\n",
            b"\0",
            b" ",
            b"2",
            b"***",
            b"Command:",
            b"Load Phase1:0.25A",
            b"Telnet Account:",
            b"Password:",
            b"Please enter the command:",
            b"Restart",
        ];
        let mut rng = Rng::from_seed(4);
        for round in 0..5_000 {
            let mut bytes = if round % 500 == 0 { vec![b'x'; 600] } else { Vec::new() };
            for _ in 0..rng.next_u64() % 30 {
                let word = usize::try_from(rng.next_u64() % 16).unwrap();
                bytes.extend(WORDS[word]);
            }
            for mode in [Mode::Strict, Mode::Lenient] {
                check_connection(&decode(Kind::Telnet, &bytes, mode), &bytes);
            }
        }
    }

    fn check_connection(decoded: &Decoded, bytes: &[u8]) {
        let mut is_covered = vec![false; bytes.len()];
        for item in &decoded.items {
            is_covered[item.offset..item.offset + item.len].fill(true);
        }
        is_covered[bytes.len() - decoded.rest.len()..].fill(true);
        let uncovered = bytes.iter().zip(is_covered).filter(|(_, is_covered)| !is_covered);
        for (octet, _) in uncovered {
            assert!(
                matches!(octet, b'\r' | b'\n' | 0 | b' '),
                "{}: {decoded:?}",
                bytes.escape_ascii()
            );
        }
        assert!(bytes.ends_with(&decoded.rest));
        assert!(decoded.error.is_some() || !decoded.items.is_empty());
        check_words(decoded);
    }

    fn check_text(decoded: &Decoded, bytes: &[u8]) {
        let mut end = 0;
        for item in &decoded.items {
            assert!(
                bytes[end..item.offset].iter().all(u8::is_ascii_whitespace),
                "{bytes:02x?}"
            );
            end = item.offset + item.len;
        }
        let between = bytes[end..].strip_suffix(&decoded.rest[..]).unwrap();
        assert!(between.iter().all(u8::is_ascii_whitespace), "{bytes:02x?}");
        assert!(decoded.error.is_some() || !decoded.items.is_empty());
        check_words(decoded);
    }

    fn check(decoded: &Decoded, bytes: &[u8]) {
        let read: usize = decoded.items.iter().map(|item| item.len).sum();
        assert_eq!(read + decoded.rest.len(), bytes.len(), "{bytes:02x?}");
        assert_eq!(decoded.error.is_some(), !decoded.rest.is_empty() || bytes.is_empty());
        check_words(decoded);
    }

    fn check_words(decoded: &Decoded) {
        let fields = decoded.items.iter().flat_map(|item| &item.fields);
        assert!(
            fields
                .flat_map(Field::in_words)
                .all(|words| !words.contains(char::is_control))
        );
    }
}
