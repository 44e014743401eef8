//! What character data means: references resolved, white space as XML has it.

use std::borrow::Cow;

use super::attributes::is_space;
use super::error::LiveFault;
use super::tokens::Fault;

/// How much of a text from a device stands in an error or a path.
const SHOWN: usize = 64;

/// The beginning of a text from a device, for an error or a path.
pub(super) fn shown(text: &str) -> &str {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// Whether XML takes all of it for white space.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

/// The value of an attribute that stands at `offset` (XML 1.0, 3.3.3): each white space is a blank, references are resolved.
pub(super) fn attribute_value(raw: &str, offset: usize) -> Result<Cow<'_, str>, Fault> {
    let is_special = |octet: u8| matches!(octet, b'&' | b'<' | b'\t' | b'\r' | b'\n');
    if !raw.bytes().any(is_special) {
        return Ok(Cow::Borrowed(raw));
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.bytes().position(is_special) {
        let (plain, special) = rest.split_at(at);
        value.push_str(plain);
        let offset = offset + raw.len() - special.len();
        rest = match special.as_bytes().first() {
            Some(b'<') => return Err(Fault::malformed(offset, "\"<\" in the value of an attribute")),
            Some(b'&') => {
                let (name, behind) = split_reference(special.get(1..).unwrap_or_default(), offset)?;
                value.push(referenced(name, offset)?);
                behind
            }
            _ => {
                value.push(' ');
                let behind = special.strip_prefix("\r\n");
                behind.unwrap_or_else(|| special.get(1..).unwrap_or_default())
            }
        };
    }
    value.push_str(rest);
    Ok(Cow::Owned(value))
}

/// Text between tags that stands at `offset`, with its references resolved.
pub(super) fn content(raw: &str, offset: usize) -> Result<Cow<'_, str>, Fault> {
    if !raw.contains('&') {
        return Ok(with_line_ends(raw));
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, behind)) = rest.split_once('&') {
        text.push_str(&with_line_ends(plain));
        let offset = offset + raw.len() - behind.len() - 1;
        let (name, behind) = split_reference(behind, offset)?;
        text.push(referenced(name, offset)?);
        rest = behind;
    }
    text.push_str(&with_line_ends(rest));
    Ok(Cow::Owned(text))
}

/// Text with line ends as XML has them (XML 1.0, 2.11).
pub(super) fn with_line_ends(raw: &str) -> Cow<'_, str> {
    if raw.contains('\r') {
        Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(raw)
    }
}

fn split_reference(behind_ampersand: &str, offset: usize) -> Result<(&str, &str), Fault> {
    behind_ampersand
        .split_once(';')
        .ok_or_else(|| Fault::malformed(offset, "\"&\" without \";\""))
}

/// The character that a reference at `offset` stands for: one of the five entities that XML has by itself, or a number.
fn referenced(name: &str, offset: usize) -> Result<char, Fault> {
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => match name.strip_prefix('#') {
            Some(number) => numbered(number).ok_or_else(|| Fault::malformed(offset, "reference to no character")),
            None => Err(Fault::new(
                offset,
                LiveFault::Entity {
                    name: shown(name).to_owned(),
                },
            )),
        },
    }
}

fn numbered(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    // `from_str_radix` alone would take a sign.
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let character = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    is_xml(character).then_some(character)
}

/// Whether a document may have it (XML 1.0, 2.2).
pub(super) const fn is_xml(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}
