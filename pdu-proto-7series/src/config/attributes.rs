//! The attributes of a tag, one by one, where they stand.

use super::names;

/// One attribute, with offsets into the text that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a [u8],
    /// Whether it is certainly a name; of another that is to be asked.
    pub(super) has_plain_name: bool,
    /// As written, without its quotes.
    pub(super) value: &'a [u8],
    pub(super) quote: u8,
    /// Of the name.
    pub(super) at: usize,
    /// Of the value, behind its quote.
    pub(super) value_at: usize,
    /// Whether a `&` stands in the value.
    pub(super) has_reference: bool,
}

/// Over what stands between a tag's name and its end; more may follow behind that. After an error comes nothing more.
///
/// Whether names are names is for the scanner to ask, once.
#[derive(Clone, Debug)]
pub(super) struct Attributes<'a> {
    text: &'a [u8],
    at: usize,
}

/// Where, and what.
type Wrong = (usize, &'static str);

impl<'a> Attributes<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// What stands behind the last attribute that was given, once nothing more comes.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// What stands up to the first octet of one of these kinds.
    #[inline]
    fn take_until(&mut self, kinds: u8) -> &'a [u8] {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.iter().position(|byte| KINDS[usize::from(*byte)] & kinds != 0);
        let len = len.unwrap_or(rest.len());
        self.at = self.at.saturating_add(len);
        rest.get(..len).unwrap_or_default()
    }

    #[inline]
    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(names::is_space) {
            self.at = self.at.saturating_add(1);
        }
    }

    /// Source: XML 1.0, 3.1 \[41\] and 2.3 \[10\].
    #[inline]
    fn attribute(&mut self, at: usize) -> Result<Attribute<'a>, Wrong> {
        let starts_plain = self.peek().is_some_and(|byte| byte.is_ascii_alphabetic());
        self.take_until(NOT_PLAIN);
        let has_plain_name = starts_plain && self.peek() == Some(b'=');
        if !has_plain_name {
            self.take_until(ENDS_NAME);
        }
        let name = self.text.get(at..self.at).unwrap_or_default();
        if name.is_empty() {
            return Err((at, "an attribute's name expected"));
        }
        self.skip_spaces();
        if self.peek() != Some(b'=') {
            return Err((self.at, "'=' expected after an attribute's name"));
        }
        self.at = self.at.saturating_add(1);
        self.skip_spaces();
        let quote = self.peek().filter(|byte| matches!(byte, b'"' | b'\''));
        let Some(quote) = quote else {
            return Err((self.at, "an attribute's value in quotes expected"));
        };
        self.at = self.at.saturating_add(1);
        let value_at = self.at;
        let mut has_reference = false;
        loop {
            self.take_until(IN_VALUE);
            match self.peek() {
                Some(found) if found == quote => break,
                None | Some(b'<') => {
                    return Err((
                        self.at,
                        "an attribute's value that has an end, and no '<' in it, expected",
                    ));
                }
                Some(found) => has_reference |= found == b'&',
            }
            self.at = self.at.saturating_add(1);
        }
        let value = self.text.get(value_at..self.at).unwrap_or_default();
        self.at = self.at.saturating_add(1);
        Ok(Attribute {
            name,
            has_plain_name,
            value,
            quote,
            at,
            value_at,
            has_reference,
        })
    }
}

/// Ends a name.
const ENDS_NAME: u8 = 1;
/// May end a value, or means something in it.
const IN_VALUE: u8 = 2;

/// None of ASCII's letters and digits, nor `_`, `-`, `.` and `:`.
const NOT_PLAIN: u8 = 4;

/// The kinds of each octet: a look at one place costs less than to compare with each.
static KINDS: [u8; 256] = kinds();

const fn kinds() -> [u8; 256] {
    let mut kinds = [NOT_PLAIN; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        if names::is_plain(byte) {
            kinds[byte as usize] = 0;
        }
        byte += 1;
    }
    kinds[b'=' as usize] |= ENDS_NAME;
    kinds[b' ' as usize] |= ENDS_NAME;
    kinds[b'\t' as usize] |= ENDS_NAME;
    kinds[b'\n' as usize] |= ENDS_NAME;
    kinds[b'\r' as usize] |= ENDS_NAME;
    kinds[b'"' as usize] |= IN_VALUE;
    kinds[b'\'' as usize] |= IN_VALUE;
    kinds[b'<' as usize] |= IN_VALUE;
    kinds[b'&' as usize] |= IN_VALUE;
    kinds
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, Wrong>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let before = self.at;
        self.skip_spaces();
        let at = self.at;
        if matches!(self.peek()?, b'>' | b'/' | b'?') {
            return None;
        }
        let found = if at == before {
            Err((at, "white space expected before an attribute"))
        } else {
            self.attribute(at)
        };
        if found.is_err() {
            self.at = self.text.len();
        }
        Some(found)
    }
}
