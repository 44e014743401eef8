//! What comes before the root: size, byte order mark, declared encoding.

use super::attributes::Attributes;
use super::error::LiveFault;
use super::options::Limits;
use super::text::shown;
use super::tokens::Fault;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Encodings of which the octets below 128 are those of UTF-8: taken as long as no others occur.
const LIKE_ASCII: [&str; 4] = ["US-ASCII", "ASCII", "ISO-8859-1", "WINDOWS-1252"];

/// The text of a document, without a byte order mark: within the size, and UTF-8.
pub(super) fn text<'a>(document: &'a [u8], limits: &Limits) -> Result<&'a str, Fault> {
    if document.len() > limits.size {
        let limit = limits.size;
        return Err(Fault::new(0, LiveFault::TooLarge { limit }));
    }
    let octets = behind_mark(document);
    if let Some(label) = without_ascii(octets) {
        return Err(encoding(label));
    }
    if let Some(label) = declared_encoding(octets) {
        let is = |known: &str| label.eq_ignore_ascii_case(known);
        let is_taken = is("UTF-8") || (LIKE_ASCII.into_iter().any(is) && octets.is_ascii());
        if !is_taken {
            return Err(encoding(&label));
        }
    }
    str::from_utf8(octets).map_err(|error| Fault::new(error.valid_up_to(), LiveFault::NotUtf8))
}

/// What positions count from.
pub(super) fn behind_mark(document: &[u8]) -> &[u8] {
    document.strip_prefix(BYTE_ORDER_MARK).unwrap_or(document)
}

fn encoding(label: &str) -> Fault {
    let label = shown(label).to_owned();
    Fault::new(0, LiveFault::Encoding { label })
}

/// The encoding of a document whose first character is no octet of ASCII (XML 1.0, appendix F).
fn without_ascii(octets: &[u8]) -> Option<&'static str> {
    match octets {
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => Some("UTF-16LE"),
        [0xFE, 0xFF, ..] | [0, b'<', ..] => Some("UTF-16BE"),
        [0, 0, ..] => Some("UTF-32"),
        _ => None,
    }
}

/// What the declaration says; `None` if there is none, or if it does not say.
fn declared_encoding(octets: &[u8]) -> Option<String> {
    let declaration = octets.strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|pair| pair == b"?>")?;
    let declaration = String::from_utf8_lossy(declaration.get(..end)?);
    let mut attributes = Attributes::new(&declaration, 0, 8);
    while let Ok(Some(attribute)) = attributes.next() {
        if attribute.name == "encoding" {
            return attribute.value().ok().map(std::borrow::Cow::into_owned);
        }
    }
    None
}
