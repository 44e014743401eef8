//! Which characters XML lets stand where. Source: XML 1.0, 2.2 and 2.3.

/// How long the name is with which the text begins; 0 if with none.
pub(super) fn len_of_name(text: &str) -> usize {
    if !text.starts_with(starts_name) {
        return 0;
    }
    text.find(|c| !is_in_name(c)).unwrap_or(text.len())
}

/// Whether all of it is one name. Source: XML 1.0, 2.3 \[5\].
pub(super) fn is_name(text: &[u8]) -> bool {
    // Nearly every name is ASCII, and every tag has some.
    if text.iter().all(|byte| is_plain(*byte)) {
        return text
            .first()
            .is_some_and(|first| !first.is_ascii_digit() && !matches!(first, b'-' | b'.'));
    }
    core::str::from_utf8(text).is_ok_and(|text| !text.is_empty() && len_of_name(text) == text.len())
}

/// ASCII that may stand in a name.
pub(super) const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':')
}

/// Whether it may stand in a document at all. Source: XML 1.0, 2.2 \[2\].
pub(super) fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{1_0000}'..)
}

/// Source: XML 1.0, 2.3 \[3\].
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Source: XML 1.0, 2.3 \[4\].
fn starts_name(c: char) -> bool {
    matches!(c,
        'a'..='z' | 'A'..='Z' | '_' | ':'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}' | '\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{1_0000}'..='\u{E_FFFF}')
}

/// Source: XML 1.0, 2.3 \[4a\].
fn is_in_name(c: char) -> bool {
    starts_name(c) || matches!(c, '0'..='9' | '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}' | '\u{2040}')
}
