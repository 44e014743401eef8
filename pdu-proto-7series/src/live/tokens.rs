//! Elements and texts: well formed, within the limits, and without a document type.
//!
//! quick-xml, which reads configurations, goes over each tag once to find its end and again for its attributes, and that alone takes
//! as long as all that is wanted here: this goes over each octet once. Tests hold both to the same elements, attributes and texts.

use std::borrow::Cow;

use super::attributes::{Attributes, TagEnd, is_space, name_len};
use super::error::LiveFault;
use super::options::Limits;
use super::text::{content, is_blank, with_line_ends};

/// Something wrong, and at which octet behind the byte order mark.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) offset: usize,
    pub(super) fault: LiveFault,
}

impl Fault {
    pub(super) const fn new(offset: usize, fault: LiveFault) -> Self {
        Self { offset, fault }
    }

    pub(super) const fn malformed(offset: usize, what: &'static str) -> Self {
        Self::new(offset, LiveFault::Malformed { what })
    }
}

/// What a document consists of.
#[derive(Clone, Debug)]
pub(super) enum Token<'a> {
    /// An element begins.
    Start(Tag<'a>),
    /// The innermost element ends.
    End,
    /// Text that is not blank: CDATA and references resolved, comments left out.
    Text(Cow<'a, str>),
}

/// The tag that an element begins with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'a> {
    /// The name of the element.
    pub(super) name: &'a str,
    /// Where the tag begins.
    pub(super) offset: usize,
    /// Its attributes, from the first one on.
    pub(super) attributes: Attributes<'a>,
}

/// A document, token by token.
pub(super) struct Tokens<'a> {
    text: &'a str,
    /// What has been read.
    at: usize,
    limits: Limits,
    /// The names of the elements that are open.
    open: Vec<&'a str>,
    elements: usize,
    /// The tag that has begun and is not read to its end.
    tag: Option<Attributes<'a>>,
    /// Where the last token begins.
    offset: usize,
    /// Text that goes on until the next tag, and where it begins.
    held: Option<(usize, Cow<'a, str>)>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str, limits: Limits) -> Self {
        Self {
            text,
            at: 0,
            limits,
            open: Vec::with_capacity(8),
            elements: 0,
            tag: None,
            offset: 0,
            held: None,
        }
    }

    /// Where the last token begins.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// Goes on behind the attributes of the element that began last, as far as they have been read. Whether that is all of the
    /// element: then no [`End`](Token::End) comes of it.
    #[inline]
    pub(super) fn resume(&mut self, attributes: Attributes<'a>) -> bool {
        let is_empty = attributes.end() == Some(TagEnd::Empty);
        if attributes.end().is_some() {
            self.at = attributes.offset();
            self.tag = None;
            if is_empty {
                self.open.pop();
            }
        } else {
            self.tag = Some(attributes);
        }
        is_empty
    }

    /// The next token; `None` at the end of the document.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, Fault> {
        if self.end_tag()? == Some(TagEnd::Empty) {
            self.open.pop();
            self.offset = self.at;
            return Ok(Some(Token::End));
        }
        loop {
            let start = self.at;
            let Some(&octet) = self.rest().first() else {
                return self.end_document().map(|()| None);
            };
            if octet != b'<' {
                self.character_data()?;
                continue;
            }
            let second = self.rest().get(1).copied();
            match second {
                Some(b'!') => self.declaration()?,
                Some(b'?') => self.instruction()?,
                _ => {
                    // The text ends here: it comes first, and this is looked at again.
                    if let Some((offset, text)) = self.held.take()
                        && !is_blank(&text)
                    {
                        self.offset = offset;
                        return Ok(Some(Token::Text(text)));
                    }
                    self.offset = start;
                    return match second {
                        Some(b'/') => self.end_element().map(Some),
                        _ => self.start_element().map(Some),
                    };
                }
            }
        }
    }

    /// Reads the rest of a tag that has begun, and tells how it ends.
    #[inline]
    fn end_tag(&mut self) -> Result<Option<TagEnd>, Fault> {
        let Some(mut attributes) = self.tag.take() else {
            return Ok(None);
        };
        if attributes.end().is_none() {
            attributes.skip()?;
        }
        self.at = attributes.offset();
        Ok(attributes.end())
    }

    #[inline]
    fn start_element(&mut self) -> Result<Token<'a>, Fault> {
        let offset = self.at;
        let name_at = offset + 1;
        let name = self.name(name_at, "tag without a name")?;
        if self.open.is_empty() && self.elements > 0 {
            return Err(Fault::malformed(offset, "a second root element"));
        }
        self.elements += 1;
        let (depth, limits) = (self.open.len(), &self.limits);
        if self.elements > limits.elements {
            let limit = limits.elements;
            return Err(Fault::new(offset, LiveFault::TooManyElements { limit }));
        }
        if depth >= limits.depth {
            let limit = limits.depth;
            return Err(Fault::new(offset, LiveFault::TooDeep { limit }));
        }
        self.open.push(name);
        let attributes = Attributes::new(self.text, name_at + name.len(), limits.attributes);
        self.tag = Some(attributes);
        Ok(Token::Start(Tag {
            name,
            offset,
            attributes,
        }))
    }

    fn end_element(&mut self) -> Result<Token<'a>, Fault> {
        let start = self.at;
        let name_at = start + 2;
        let name = self.name(name_at, "tag without a name")?;
        self.at = name_at + name.len();
        let spaces = self.rest().iter().take_while(|&&octet| is_space(octet)).count();
        self.at += spaces;
        match self.rest().first() {
            Some(b'>') => self.at += 1,
            Some(_) => return Err(Fault::malformed(self.at, "end tag with more than a name")),
            None => return Err(self.truncated()),
        }
        if self.open.pop() != Some(name) {
            return Err(Fault::malformed(start, "end tag of another element"));
        }
        Ok(Token::End)
    }

    fn name(&self, at: usize, or: &'static str) -> Result<&'a str, Fault> {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        match name_len(rest) {
            len if len == rest.len() => Err(self.truncated()),
            0 => Err(Fault::malformed(self.at, or)),
            len => Ok(self.text.get(at..at + len).unwrap_or_default()),
        }
    }

    /// A processing instruction, which says nothing to us; the declaration is one in form.
    fn instruction(&mut self) -> Result<(), Fault> {
        let name = self.name(self.at + 2, "processing instruction without a name")?;
        self.skip_behind("?>", 2 + name.len())
    }

    /// A comment, CDATA, or what is refused, behind `<!`.
    fn declaration(&mut self) -> Result<(), Fault> {
        const CDATA: &str = "<![CDATA[";
        const COMMENT: &str = "<!--";
        const DOCTYPE: &[u8] = b"<!DOCTYPE";
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.starts_with(COMMENT) {
            return self.skip_behind("-->", COMMENT.len());
        }
        if rest.starts_with(CDATA) {
            let start = self.at + CDATA.len();
            self.skip_behind("]]>", CDATA.len())?;
            let raw = self.text.get(start..self.at - "]]>".len()).unwrap_or_default();
            return self.hold(start, with_line_ends(raw));
        }
        let octets = rest.as_bytes();
        // HTML has it in small letters as well.
        if octets
            .get(..DOCTYPE.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(DOCTYPE))
        {
            return Err(Fault::new(self.at, LiveFault::Doctype));
        }
        let is_beginning = |of: &[u8]| of.starts_with(octets);
        if [CDATA.as_bytes(), COMMENT.as_bytes(), DOCTYPE]
            .into_iter()
            .any(is_beginning)
        {
            return Err(self.truncated());
        }
        Err(Fault::malformed(self.at, "unknown markup behind \"<!\""))
    }

    /// Goes on behind the next `end` that stands at least `from` octets from here.
    fn skip_behind(&mut self, end: &str, from: usize) -> Result<(), Fault> {
        let start = self.at + from;
        let len = self.text.get(start..).and_then(|rest| rest.find(end));
        self.at = start + len.ok_or_else(|| self.truncated())? + end.len();
        Ok(())
    }

    /// What stands before the next tag.
    fn character_data(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let rest = self.rest();
        let blanks = rest.iter().take_while(|&&octet| is_space(octet)).count();
        let ends_blank = matches!(rest.get(blanks), Some(b'<') | None);
        if ends_blank && self.held.is_none() {
            self.at += blanks;
            return Ok(());
        }
        let len = rest.iter().position(|&octet| octet == b'<').unwrap_or(rest.len());
        self.at += len;
        let raw = self.text.get(start..self.at).unwrap_or_default();
        if self.open.is_empty() {
            return Err(Fault::malformed(start + blanks, "text outside the root element"));
        }
        let text = content(raw, start).map_err(|fault| self.truncated_if_last(fault))?;
        self.hold(start, text)
    }

    /// A reference that is not closed at the very end of the document may only have been cut off.
    fn truncated_if_last(&self, fault: Fault) -> Fault {
        if self.at == self.text.len() {
            self.truncated()
        } else {
            fault
        }
    }

    fn hold(&mut self, start: usize, text: Cow<'a, str>) -> Result<(), Fault> {
        if self.open.is_empty() {
            return Err(Fault::malformed(start, "text outside the root element"));
        }
        match &mut self.held {
            None => self.held = Some((start, text)),
            Some((_, held)) => held.to_mut().push_str(&text),
        }
        Ok(())
    }

    fn end_document(&self) -> Result<(), Fault> {
        match (self.elements, self.open.len()) {
            (0, _) => Err(Fault::new(self.text.len(), LiveFault::NoElement)),
            (_, 0) => Ok(()),
            _ => Err(self.truncated()),
        }
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[cold]
    fn truncated(&self) -> Fault {
        Fault::new(self.text.len(), LiveFault::Truncated)
    }
}
