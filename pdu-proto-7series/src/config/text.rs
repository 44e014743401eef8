//! From characters to how they are written in a document, and back.

use std::borrow::Cow;
use std::fmt::Write;

use super::names;

/// Where a value stands, which decides how it must be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// In an attribute, between these quotes.
    Attribute(u8),
    Text,
    Cdata,
}

/// Which characters the document's encoding has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    /// Declared as one that has ASCII in common with UTF-8: all others are written as references.
    Ascii,
}

/// The value as it is written at its place; or the character that cannot be written there.
pub(super) fn escape(value: &str, stands: Stands, charset: Charset) -> Result<String, char> {
    if let Some(c) = value.chars().find(|c| !names::is_allowed(*c)) {
        return Err(c);
    }
    if stands == Stands::Cdata {
        return escape_cdata(value, charset);
    }
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        let named = match (c, stands) {
            ('&', _) => "&amp;",
            ('<', _) => "&lt;",
            // Only `]]>` has to be kept out of text; it is always escaped, as everybody does.
            ('>', Stands::Text) => "&gt;",
            ('"', Stands::Attribute(b'"')) => "&quot;",
            ('\'', Stands::Attribute(b'\'')) => "&apos;",
            _ => "",
        };
        if !named.is_empty() {
            out.push_str(named);
        } else if needs_reference(c, stands, charset) {
            // To a String nothing fails.
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Ok(out)
}

/// Line ends and white space that a reader would change. Source: XML 1.0, 2.11 and 3.3.3.
fn needs_reference(c: char, stands: Stands, charset: Charset) -> bool {
    match c {
        '\r' => true,
        '\t' | '\n' => stands != Stands::Text,
        _ => !c.is_ascii() && charset == Charset::Ascii,
    }
}

/// Nothing can be escaped in a CDATA section; only its end can be divided between two.
fn escape_cdata(value: &str, charset: Charset) -> Result<String, char> {
    match value
        .chars()
        .find(|c| *c == '\r' || (!c.is_ascii() && charset == Charset::Ascii))
    {
        Some(c) => Err(c),
        None => Ok(value.replace("]]>", "]]]]><![CDATA[>")),
    }
}

/// What stands written, as a reader takes it: references resolved, line ends as one line feed, and in an attribute each white
/// space as a blank. Source: XML 1.0, 2.11 and 3.3.3.
///
/// The document was checked: what is no reference stays as it is.
pub(super) fn unescape(written: &str, stands: Stands) -> Cow<'_, str> {
    let in_attribute = matches!(stands, Stands::Attribute(_));
    let special = |c: char| match c {
        '&' => stands != Stands::Cdata,
        '\r' => true,
        '\t' | '\n' => in_attribute,
        _ => false,
    };
    let Some(first) = written.find(special) else {
        return Cow::Borrowed(written);
    };
    let (plain, mut rest) = written.split_at(first);
    let mut out = String::with_capacity(written.len());
    out.push_str(plain);
    while let Some(c) = rest.chars().next() {
        let used = if special(c) {
            resolve(rest, in_attribute, &mut out)
        } else {
            let len = rest.find(special).unwrap_or(rest.len());
            out.push_str(rest.get(..len).unwrap_or_default());
            len
        };
        rest = rest.get(used..).unwrap_or_default();
    }
    Cow::Owned(out)
}

/// Takes what is special at the beginning, and tells how long it was.
fn resolve(rest: &str, in_attribute: bool, out: &mut String) -> usize {
    if rest.starts_with('&') {
        let (reference, used) = match rest.find(';') {
            Some(end) => (rest.get(1..end).unwrap_or_default(), end.saturating_add(1)),
            None => ("", 1),
        };
        return if let Some(c) = referred(reference) {
            out.push(c);
            used
        } else {
            out.push('&');
            1
        };
    }
    out.push(if in_attribute { ' ' } else { '\n' });
    if rest.starts_with("\r\n") { 2 } else { 1 }
}

/// The character that a reference names, without its `&` and `;`; nothing for an entity that is not predefined.
/// Source: XML 1.0, 4.1 and 4.6.
pub(super) fn referred(reference: &str) -> Option<char> {
    let code = match reference {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => reference.strip_prefix('#')?,
    };
    let (digits, radix) = match code.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (code, 10),
    };
    // `from_str_radix` would take a sign.
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    let c = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    names::is_allowed(c).then_some(c)
}
