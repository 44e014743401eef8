//! The attributes of one tag.

use std::borrow::Cow;

use super::error::LiveFault;
use super::text::attribute_value;
use super::tokens::Fault;

/// A tag from behind its name on, attribute by attribute up to its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attributes<'a> {
    text: &'a str,
    at: usize,
    count: usize,
    limit: usize,
    end: Option<TagEnd>,
}

/// How an attribute begins as documents mostly have it: ` name="`, of which sixteen octets are looked at together.
pub(super) struct Opening {
    octets: u128,
    /// Which of the sixteen belong to it.
    mask: u128,
    len: usize,
}

impl Opening {
    /// Of the attribute of this name, of at most 13 octets.
    pub(super) const fn of(name: &str) -> Self {
        let (name, mut octets) = (name.as_bytes(), [0; 16]);
        let len = name.len() + 3;
        octets[0] = b' ';
        let (_, behind_blank) = octets.split_at_mut(1);
        behind_blank.split_at_mut(name.len()).0.copy_from_slice(name);
        octets[len - 2] = b'=';
        octets[len - 1] = b'"';
        Self {
            octets: u128::from_le_bytes(octets),
            mask: u128::MAX >> (128 - 8 * len),
            len,
        }
    }
}

/// How a tag ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagEnd {
    /// `>`: the element goes on.
    Open,
    /// `/>`: the element has nothing in it.
    Empty,
}

/// One attribute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    /// Where the name begins in the document.
    pub(super) offset: usize,
    raw: &'a str,
    value_offset: usize,
    /// Whether the value is what stands there: no reference, and no white space but blanks.
    is_plain: bool,
}

impl<'a> Attribute<'a> {
    #[inline]
    pub(super) fn value(&self) -> Result<Cow<'a, str>, Fault> {
        if self.is_plain {
            return Ok(Cow::Borrowed(self.raw));
        }
        attribute_value(self.raw, self.value_offset)
    }
}

impl<'a> Attributes<'a> {
    /// The attributes of a tag of this document, whose name ends at `offset`.
    pub(super) const fn new(text: &'a str, offset: usize, limit: usize) -> Self {
        Self {
            text,
            at: offset,
            count: 0,
            limit,
            end: None,
        }
    }

    /// How the tag ended: `None` as long as it has not been read to its end.
    pub(super) const fn end(&self) -> Option<TagEnd> {
        self.end
    }

    /// What has been read: up to behind the tag, once that has ended.
    pub(super) const fn offset(&self) -> usize {
        self.at
    }

    /// The next one; `None` at the end of the tag. That no name occurs twice is for the caller to check.
    #[allow(clippy::inline_always)] // as a call, it hands what it finds over in memory: a tenth of the time of a document
    #[inline(always)]
    pub(super) fn next(&mut self) -> Result<Option<Attribute<'a>>, Fault> {
        let octets = self.text.as_bytes();
        let offset = behind_space(octets, self.at);
        match octets.get(offset) {
            Some(b'>') => return Ok(self.end_at(TagEnd::Open, offset + 1)),
            Some(b'/') if octets.get(offset + 1) == Some(&b'>') => return Ok(self.end_at(TagEnd::Empty, offset + 2)),
            Some(_) if offset == self.at => return Err(self.malformed(offset, "no white space before an attribute")),
            _ => {}
        }
        let name_end = offset + name_len(octets.get(offset..).unwrap_or_default());
        if name_end == offset {
            return Err(self.malformed(offset, "no name of an attribute"));
        }
        let equals = behind_space(octets, name_end);
        if octets.get(equals) != Some(&b'=') {
            return Err(self.malformed(equals, "attribute without \"=\""));
        }
        let opening = behind_space(octets, equals + 1);
        let Some(&quote @ (b'"' | b'\'')) = octets.get(opening) else {
            return Err(self.malformed(opening, "value of an attribute without quotes"));
        };
        let value_offset = opening + 1;
        let Some((len, is_plain)) = quoted(octets.get(value_offset..).unwrap_or_default(), quote) else {
            return Err(self.truncated());
        };
        let value_end = value_offset + len;
        self.at = value_end + 1;
        self.count += 1;
        if self.count > self.limit {
            let limit = self.limit;
            return Err(Fault::new(offset, LiveFault::TooManyAttributes { limit }));
        }
        Ok(Some(Attribute {
            name: self.text.get(offset..name_end).unwrap_or_default(),
            offset,
            raw: self.text.get(value_offset..value_end).unwrap_or_default(),
            value_offset,
            is_plain,
        }))
    }

    /// The value of the next attribute, if it is opened exactly so, and means itself; what is written otherwise is for
    /// [`next`](Self::next).
    #[allow(clippy::inline_always)] // as a call, it takes a tenth of the time of a document
    #[inline(always)]
    pub(super) fn opened_by(&mut self, opening: &Opening) -> Option<&'a str> {
        let octets = self.text.as_bytes();
        let sixteen = octets.get(self.at..)?.first_chunk()?;
        if u128::from_le_bytes(*sixteen) & opening.mask != opening.octets || self.count >= self.limit {
            return None;
        }
        let start = self.at + opening.len;
        let (len, is_plain) = quoted(octets.get(start..)?, b'"')?;
        if !is_plain {
            return None;
        }
        self.at = start + len + 1;
        self.count += 1;
        self.text.get(start..start + len)
    }

    /// Reads up to the end of the tag.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        while self.next()?.is_some() {}
        Ok(())
    }

    fn end_at(&mut self, end: TagEnd, behind: usize) -> Option<Attribute<'a>> {
        self.at = behind;
        self.end = Some(end);
        None
    }

    /// At the very end of the document, nothing is wrong but that it goes on no further.
    #[cold]
    fn malformed(&self, at: usize, what: &'static str) -> Fault {
        let is_last_slash = self.text.as_bytes().get(at..) == Some(b"/");
        if at < self.text.len() && !is_last_slash {
            Fault::malformed(at, what)
        } else {
            self.truncated()
        }
    }

    #[cold]
    fn truncated(&self) -> Fault {
        Fault::new(self.text.len(), LiveFault::Truncated)
    }
}

#[inline]
fn behind_space(octets: &[u8], mut at: usize) -> usize {
    while octets.get(at).is_some_and(|&octet| is_space(octet)) {
        at += 1;
    }
    at
}

/// How long a value is that ends with this quote, and whether it means itself; `None` if it does not end.
#[inline]
fn quoted(octets: &[u8], quote: u8) -> Option<(usize, bool)> {
    let (mut len, mut classes) = (0, 0);
    // Four at a time: one look at the end of the document is half of what an octet costs.
    while let Some(four) = octets.get(len..).and_then(<[u8]>::first_chunk::<4>) {
        for &octet in four {
            if octet == quote {
                return Some((len, classes & SPECIAL == 0));
            }
            classes |= class(octet);
            len += 1;
        }
    }
    for &octet in octets.get(len..)? {
        if octet == quote {
            return Some((len, classes & SPECIAL == 0));
        }
        classes |= class(octet);
        len += 1;
    }
    None
}

/// May stand in a name.
const NAME: u8 = 1;
/// White space.
const SPACE: u8 = 2;
/// In the value of an attribute, something that does not mean itself.
const SPECIAL: u8 = 4;

const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut octet = 0;
    while octet < classes.len() {
        #[allow(clippy::cast_possible_truncation)] // below 256
        let byte = octet as u8;
        // More than XML 1.0, 2.3 allows outside ASCII: all there is.
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | 0x80..) {
            classes[octet] |= NAME;
        }
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            classes[octet] |= SPACE;
        }
        if matches!(byte, b'&' | b'<' | b'\t' | b'\r' | b'\n') {
            classes[octet] |= SPECIAL;
        }
        octet += 1;
    }
    classes
}

#[inline]
const fn class(octet: u8) -> u8 {
    CLASSES[octet as usize]
}

/// White space of XML (XML 1.0, 2.3).
#[inline]
pub(super) const fn is_space(octet: u8) -> bool {
    class(octet) & SPACE != 0
}

/// How many octets at the front are a name (XML 1.0, 2.3): 0 where none begins.
#[inline]
pub(super) fn name_len(octets: &[u8]) -> usize {
    let starts = octets
        .first()
        .is_some_and(|first| !matches!(first, b'0'..=b'9' | b'-' | b'.'));
    if !starts {
        return 0;
    }
    let ends = octets.iter().position(|&octet| class(octet) & NAME == 0);
    ends.unwrap_or(octets.len())
}
