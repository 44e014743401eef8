//! Forms as a browser sends them, both ways.

use super::RequestFault;

/// Fields of one form, at most.
const MOST_FIELDS: usize = 64;
/// What stands between the parts of a multipart body, but for what the body itself forces upon it.
const BOUNDARY: &str = "----pdu7series";

/// Fields as `application/x-www-form-urlencoded`, in their order.
///
/// ```
/// use pdu_proto_7series::http::form;
///
/// let text = form::encode([("outlet", "3"), ("label", "Amp left & right")]);
/// assert_eq!(text, "outlet=3&label=Amp+left+%26+right");
/// assert_eq!(form::decode(text.as_bytes()).unwrap()[1].1, "Amp left & right");
/// ```
///
/// Source: WHATWG URL, 5.
pub fn encode<'f>(fields: impl IntoIterator<Item = (&'f str, &'f str)>) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        push_encoded(&mut text, name);
        text.push('=');
        push_encoded(&mut text, value);
    }
    text
}

fn push_encoded(text: &mut String, value: &str) {
    for octet in value.bytes() {
        match octet {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'*' | b'-' | b'.' | b'_' => text.push(octet.into()),
            b' ' => text.push('+'),
            octet => {
                let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0').to_ascii_uppercase();
                text.extend(['%', digit(octet >> 4), digit(octet & 0xF)]);
            }
        }
    }
}

/// The fields of a form, in their order; `None` if it is malformed, not UTF-8, or has more than 64 fields.
pub fn decode(text: &[u8]) -> Option<Vec<(String, String)>> {
    let mut fields = Vec::new();
    for field in text.split(|&octet| octet == b'&').filter(|field| !field.is_empty()) {
        if fields.len() == MOST_FIELDS {
            return None;
        }
        let mut halves = field.splitn(2, |&octet| octet == b'=');
        let name = decode_text(halves.next().unwrap_or_default())?;
        let value = decode_text(halves.next().unwrap_or_default())?;
        fields.push((name, value));
    }
    Some(fields)
}

fn decode_text(text: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = text
        .iter()
        .map(|&octet| if octet == b'+' { b' ' } else { octet })
        .collect();
    String::from_utf8(percent_decode(&spaced)?).ok()
}

/// `None` if a percent sign is not followed by two hexadecimal digits.
pub(crate) fn percent_decode(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |octet: Option<u8>| octet.and_then(|octet| char::from(octet).to_digit(16));
    let mut decoded = Vec::with_capacity(text.len());
    let mut octets = text.iter().copied();
    while let Some(octet) = octets.next() {
        decoded.push(match octet {
            b'%' => {
                let (high, low) = (digit(octets.next())?, digit(octets.next())?);
                u8::try_from(high << 4 | low).ok()?
            }
            octet => octet,
        });
    }
    Some(decoded)
}

/// One file as `multipart/form-data`: the content type, and the body.
///
/// Source: RFC 7578.
pub fn encode_file(
    field: &str,
    file_name: &str,
    content_type: &str,
    file: &[u8],
) -> Result<(String, Vec<u8>), RequestFault> {
    if [field, file_name, content_type]
        .iter()
        .any(|text| text.contains(['"', '\r', '\n', '\\']))
    {
        return Err(RequestFault::Value("file"));
    }
    let boundary = boundary_for(file).ok_or(RequestFault::Value("file"))?;
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{file_name}\"\r\nContent-Type: {content_type}\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    Ok((format!("multipart/form-data; boundary={boundary}"), body))
}

/// A boundary that does not occur in the file: one `x` longer than the longest run of them behind the stem. `None` if none is
/// short enough: of 70 characters at most (RFC 2046, 5.1.1).
fn boundary_for(file: &[u8]) -> Option<String> {
    let stem = BOUNDARY.as_bytes();
    let runs = file
        .windows(stem.len())
        .enumerate()
        .filter(|(_, window)| *window == stem)
        .map(|(at, _)| {
            let behind = file.get(at + stem.len()..).unwrap_or_default();
            behind.iter().take_while(|&&octet| octet == b'x').count() + 1
        });
    let run = runs.max().unwrap_or_default();
    (stem.len() + run <= 70).then(|| format!("{BOUNDARY}{}", "x".repeat(run)))
}

/// The content of the part of this name; `None` if there is none, or the body is malformed.
///
/// Source: RFC 2046, 5.1.1, and RFC 7578.
pub fn decode_file<'b>(content_type: &str, body: &'b [u8], field: &str) -> Option<&'b [u8]> {
    let delimiter = format!("\r\n--{}", boundary_of(content_type)?);
    let mut rest = body.strip_prefix(delimiter.get(2..)?.as_bytes())?;
    for _ in 0..MOST_FIELDS {
        rest = rest.strip_prefix(b"\r\n")?; // `--` behind the last part ends it here
        let (part, behind) = split_at(rest, delimiter.as_bytes())?;
        let (head, content) = split_at(part, b"\r\n\r\n")?;
        if is_named(head, field) {
            return Some(content);
        }
        rest = behind;
    }
    None
}

fn boundary_of(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("boundary")
            .then(|| value.trim().trim_matches('"'))
    })?;
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

fn is_named(head: &[u8], field: &str) -> bool {
    let wanted = format!("name=\"{field}\"");
    String::from_utf8_lossy(head)
        .split("\r\n")
        .filter(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))
        .flat_map(|line| line.split(';'))
        .any(|parameter| parameter.trim() == wanted)
}

/// What stands before and behind the first occurrence.
fn split_at<'b>(bytes: &'b [u8], what: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let at = bytes.windows(what.len()).position(|window| window == what)?;
    Some((bytes.get(..at)?, bytes.get(at + what.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_comes_back_whatever_stands_in_it() {
        for file in [
            &b"<a/>"[..],
            b"",
            b"\r\n------pdu7series--\r\n",
            b"\r\n------pdu7seriesxxx\r\n",
            &[0, 255, 13, 10, 13, 10, 45, 45],
        ] {
            let (content_type, body) = encode_file("file", "config.xml", "text/xml", file).unwrap();
            assert_eq!(
                decode_file(&content_type, &body, "file"),
                Some(file),
                "{}",
                file.escape_ascii()
            );
            assert_eq!(decode_file(&content_type, &body, "other"), None);
        }
    }

    #[test]
    fn file_that_leaves_no_boundary_is_refused() {
        let longest = format!("{BOUNDARY}{}", "x".repeat(70 - BOUNDARY.len()));
        assert_eq!(
            encode_file("file", "c", "d", longest.as_bytes()),
            Err(RequestFault::Value("file"))
        );
        assert!(encode_file("file", "c", "d", longest.replacen("xx", "x", 1).as_bytes()).is_ok());
    }

    #[test]
    fn names_that_would_end_their_quotes_are_refused() {
        assert_eq!(
            encode_file("a\"; name=\"b", "c", "d", b""),
            Err(RequestFault::Value("file"))
        );
    }

    #[test]
    fn malformed_forms_are_none() {
        for text in [&b"a=%"[..], b"a=%4", b"a=%zz", b"%ff=1"] {
            assert_eq!(decode(text), None, "{}", text.escape_ascii());
        }
        assert_eq!(decode("a=1&".repeat(65).as_bytes()), None);
        assert_eq!(
            decode(b"a&&=b").unwrap(),
            [("a".into(), String::new()), (String::new(), "b".into())]
        );
    }
}
