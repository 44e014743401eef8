//! The attributes of one tag.

use std::borrow::Cow;

use super::error::LiveFault;
use super::text::{attribute_value, is_space};
use super::tokens::Fault;

/// What stands behind the name in a tag, attribute by attribute.
#[derive(Clone, Debug)]
pub(super) struct Attributes<'a> {
    text: &'a str,
    /// Where the text begins in the document.
    offset: usize,
    at: usize,
    /// Whether no value needs a closer look: no reference, no white space but blanks.
    is_plain: bool,
    count: usize,
    limit: usize,
}

/// One attribute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    raw: &'a str,
    /// Where the name begins in the document.
    pub(super) offset: usize,
    value_offset: usize,
    is_plain: bool,
}

impl<'a> Attribute<'a> {
    pub(super) fn value(&self) -> Result<Cow<'a, str>, Fault> {
        if self.is_plain {
            return Ok(Cow::Borrowed(self.raw));
        }
        attribute_value(self.raw, self.value_offset)
    }
}

impl<'a> Attributes<'a> {
    /// The attributes in a text that begins at `offset` in the document.
    pub(super) fn new(text: &'a str, offset: usize, limit: usize) -> Self {
        Self {
            text,
            offset,
            at: 0,
            is_plain: is_plain(text),
            count: 0,
            limit,
        }
    }

    /// The next one. That a name does not occur twice is for the caller to check.
    pub(super) fn next(&mut self) -> Result<Option<Attribute<'a>>, Fault> {
        let start = self.at;
        self.skip_space();
        let name_at = self.at;
        if name_at == self.text.len() {
            return Ok(None);
        }
        if name_at == start {
            return Err(self.malformed("no white space before an attribute"));
        }
        let name = self.name()?;
        self.skip_space();
        self.expect_equals()?;
        self.skip_space();
        let value_at = self.at + 1;
        let raw = self.quoted()?;
        self.count += 1;
        if self.count > self.limit {
            return Err(Fault::new(
                self.offset + name_at,
                LiveFault::TooManyAttributes { limit: self.limit },
            ));
        }
        Ok(Some(Attribute {
            name,
            raw,
            offset: self.offset + name_at,
            value_offset: self.offset + value_at,
            is_plain: self.is_plain,
        }))
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.iter().take_while(|&&octet| is_space(octet)).count();
    }

    fn name(&mut self) -> Result<&'a str, Fault> {
        let len = name_len(self.rest());
        let name = self.text.get(self.at..self.at + len).unwrap_or_default();
        if name.is_empty() {
            return Err(self.malformed("no name of an attribute"));
        }
        self.at += len;
        Ok(name)
    }

    fn expect_equals(&mut self) -> Result<(), Fault> {
        if self.rest().first() != Some(&b'=') {
            return Err(self.malformed("attribute without \"=\""));
        }
        self.at += 1;
        Ok(())
    }

    fn quoted(&mut self) -> Result<&'a str, Fault> {
        let Some((&quote @ (b'"' | b'\''), rest)) = self.rest().split_first() else {
            return Err(self.malformed("value of an attribute without quotes"));
        };
        let len = rest.iter().position(|&octet| octet == quote);
        let len = len.ok_or_else(|| self.malformed("value of an attribute without an end"))?;
        let start = self.at + 1;
        self.at = start + len + 1;
        Ok(self.text.get(start..start + len).unwrap_or_default())
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn malformed(&self, what: &'static str) -> Fault {
        Fault::malformed(self.offset + self.at, what)
    }
}

/// Goes over every octet, however the first ones are, so that the compiler takes many at a time.
fn is_plain(text: &str) -> bool {
    let is_special = |octet| octet < b' ' || octet == b'&' || octet == b'<';
    text.bytes().fold(0, |found, octet| found | u8::from(is_special(octet))) == 0
}

/// How many octets at the front a name can be made of. More than XML 1.0, 2.3 allows outside ASCII: all there is taken.
pub(super) fn name_len(octets: &[u8]) -> usize {
    let is_name = |octet: &&u8| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-' | b'.' | b':' | 0x80..);
    let starts = octets
        .first()
        .is_some_and(|first| !matches!(first, b'0'..=b'9' | b'-' | b'.'));
    if starts {
        octets.iter().take_while(is_name).count()
    } else {
        0
    }
}
