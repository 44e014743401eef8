use super::nvt::IAC;
use super::{MAX_LINE, WireError};

const LINE_END: [u8; 2] = *b"\r\n";

/// Octets that `data` take on the wire: each IAC takes two.
pub fn encoded_data_len(data: &[u8]) -> usize {
    data.iter().map(|&octet| octet_len(octet)).sum()
}

/// Writes `data` as they are, each IAC doubled, and returns how many octets that made. Source: RFC 854, page 13.
///
/// A CR that ends no line must have NUL behind it (RFC 854, page 11): that is the caller's to add.
///
/// # Errors
///
/// [`WireError::Buffer`]; nothing was written then.
pub fn encode_data(data: &[u8], out: &mut [u8]) -> Result<usize, WireError> {
    let needed = encoded_data_len(data);
    put(data, &[], needed, out)
}

/// Writes a line and its end, CR LF, each IAC in it doubled, and returns how many octets that made. Source: RFC 854, page 11.
///
/// # Errors
///
/// [`WireError::LineEnd`] and [`WireError::LineTooLong`] for what is not one line, [`WireError::Buffer`] for too small a buffer; nothing
/// was written then.
pub fn encode_line(line: &[u8], out: &mut [u8]) -> Result<usize, WireError> {
    check_line(line)?;
    put(line, &LINE_END, encoded_data_len(line) + LINE_END.len(), out)
}

/// Is `line` one line, and short enough to be sent?
pub(crate) fn check_line(line: &[u8]) -> Result<(), WireError> {
    if line.len() > MAX_LINE {
        return Err(WireError::LineTooLong { len: line.len() });
    }
    match line.iter().position(|octet| matches!(octet, b'\r' | b'\n' | 0)) {
        Some(at) => Err(WireError::LineEnd { at }),
        None => Ok(()),
    }
}

fn put(data: &[u8], end: &[u8], needed: usize, out: &mut [u8]) -> Result<usize, WireError> {
    let available = out.len();
    let place = out.get_mut(..needed).ok_or(WireError::Buffer { needed, available })?;
    let doubled = data
        .iter()
        .flat_map(|&octet| core::iter::repeat_n(octet, octet_len(octet)));
    for (to, octet) in place.iter_mut().zip(doubled.chain(end.iter().copied())) {
        *to = octet;
    }
    Ok(needed)
}

fn octet_len(octet: u8) -> usize {
    if octet == IAC { 2 } else { 1 }
}
