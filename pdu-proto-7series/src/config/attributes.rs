//! The attributes of a tag, one by one, where they stand.

use super::names;

/// One attribute, with offsets into the text that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a [u8],
    /// As written, without its quotes.
    pub(super) value: &'a [u8],
    pub(super) quote: u8,
    /// Of the name.
    pub(super) at: usize,
    /// Of the value, behind its quote.
    pub(super) value_at: usize,
}

/// Over what stands between a tag's name and its end. After an error comes nothing more.
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

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// What stands up to the first octet for which this holds.
    fn take_until(&mut self, ends: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.iter().position(|byte| ends(*byte)).unwrap_or(rest.len());
        self.at = self.at.saturating_add(len);
        rest.get(..len).unwrap_or_default()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at = self.at.saturating_add(1);
        }
        found
    }

    /// Source: XML 1.0, 3.1 \[41\] and 2.3 \[10\].
    fn attribute(&mut self, at: usize) -> Result<Attribute<'a>, Wrong> {
        let name = self.take_until(|byte| byte == b'=' || names::is_space(byte));
        if !names::is_name(name) {
            return Err((at, "an attribute's name expected"));
        }
        self.take_until(|byte| !names::is_space(byte));
        if !self.take(b'=') {
            return Err((self.at, "'=' expected after an attribute's name"));
        }
        self.take_until(|byte| !names::is_space(byte));
        let quote = self.peek().filter(|byte| matches!(byte, b'"' | b'\''));
        let Some(quote) = quote else {
            return Err((self.at, "an attribute's value in quotes expected"));
        };
        self.at = self.at.saturating_add(1);
        let value_at = self.at;
        let value = self.take_until(|byte| byte == quote || byte == b'<');
        if !self.take(quote) {
            return Err((
                self.at,
                "an attribute's value that has an end, and no '<' in it, expected",
            ));
        }
        Ok(Attribute {
            name,
            value,
            quote,
            at,
            value_at,
        })
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, Wrong>;

    fn next(&mut self) -> Option<Self::Item> {
        let before = self.at;
        self.take_until(|byte| !names::is_space(byte));
        let at = self.at;
        self.peek()?;
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
