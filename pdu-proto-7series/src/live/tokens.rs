//! Elements and texts, by quick-xml: well formed, within the limits, and without a document type.

use std::borrow::Cow;

use quick_xml::errors::SyntaxError;
use quick_xml::events::Event;

use super::attributes::{Attributes, name_len};
use super::error::LiveFault;
use super::options::Limits;
use super::text::{is_blank, referenced, with_line_ends};

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
    /// An element that has nothing in it.
    Empty(Tag<'a>),
    /// The innermost element ends.
    End,
    /// Text that is not blank: CDATA and all references resolved, comments left out.
    Text(Cow<'a, str>),
}

/// The tag that an element begins with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'a> {
    /// The name of the element.
    pub(super) name: &'a str,
    /// What stands behind the name.
    attributes: &'a str,
    /// Where the tag begins.
    pub(super) offset: usize,
}

impl<'a> Tag<'a> {
    pub(super) fn attributes(&self, limits: &Limits) -> Attributes<'a> {
        let offset = self.offset + 1 + self.name.len();
        Attributes::new(self.attributes, offset, limits.attributes)
    }

    /// Where the tag of an element that has nothing in it ends.
    pub(super) const fn end_if_empty(&self) -> usize {
        self.offset + "<".len() + self.name.len() + self.attributes.len() + "/>".len()
    }
}

/// A document, token by token.
pub(super) struct Tokens<'a> {
    text: &'a str,
    xml: quick_xml::Reader<&'a [u8]>,
    limits: Limits,
    depth: usize,
    elements: usize,
    /// Where the last token begins.
    offset: usize,
    /// Text that goes on until the next tag, and where it begins.
    held: Option<(usize, Cow<'a, str>)>,
    /// What came when there was text to be given first.
    queued: Option<Queued<'a>>,
}

enum Queued<'a> {
    Token(usize, Token<'a>),
    EndOfDocument,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str, limits: Limits) -> Self {
        Self {
            text,
            xml: quick_xml::Reader::from_str(text),
            limits,
            depth: 0,
            elements: 0,
            offset: 0,
            held: None,
            queued: None,
        }
    }

    /// Where the last token begins.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, Fault> {
        loop {
            let queued = match self.queued.take() {
                Some(queued) => queued,
                None => match self.read()? {
                    Some(queued) => queued,
                    None => continue,
                },
            };
            if let Some((offset, text)) = self.held.take()
                && !is_blank(&text)
            {
                self.queued = Some(queued);
                self.offset = offset;
                return Ok(Some(Token::Text(text)));
            }
            return match queued {
                Queued::Token(offset, token) => {
                    self.offset = offset;
                    Ok(Some(token))
                }
                Queued::EndOfDocument => Ok(None),
            };
        }
    }

    /// One event of quick-xml; `None` if it is no token, or text that may go on.
    fn read(&mut self) -> Result<Option<Queued<'a>>, Fault> {
        let start = self.position();
        let event = self.xml.read_event().map_err(|error| self.fault(start, &error))?;
        let token = match event {
            Event::Start(tag) => {
                let tag = self.tag(start, tag.len(), 1)?;
                self.depth += 1;
                Token::Start(tag)
            }
            Event::Empty(tag) => Token::Empty(self.tag(start, tag.len(), 2)?),
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Token::End
            }
            Event::Text(text) => {
                let raw = self.text.get(start..start + text.len()).unwrap_or_default();
                return self.hold(start, with_line_ends(raw)).map(|()| None);
            }
            Event::CData(data) => {
                let start = start + "<![CDATA[".len();
                let raw = self.text.get(start..start + data.len()).unwrap_or_default();
                return self.hold(start, with_line_ends(raw)).map(|()| None);
            }
            Event::GeneralRef(name) => {
                let name = self.text.get(start + 1..start + 1 + name.len()).unwrap_or_default();
                let character = referenced(name, start)?;
                return self.hold(start, Cow::Owned(character.to_string())).map(|()| None);
            }
            Event::DocType(_) => return Err(Fault::new(start, LiveFault::Doctype)),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => return Ok(None),
            Event::Eof => return self.end().map(Some),
        };
        Ok(Some(Queued::Token(start, token)))
    }

    /// A tag of which quick-xml gave `len` octets, before `behind` octets that end it.
    fn tag(&mut self, start: usize, len: usize, behind: usize) -> Result<Tag<'a>, Fault> {
        let end = self.position().saturating_sub(behind);
        let content = self.text.get(end.saturating_sub(len)..end).unwrap_or_default();
        let (name, attributes) = content
            .split_at_checked(name_len(content.as_bytes()))
            .unwrap_or_default();
        if name.is_empty() {
            return Err(Fault::malformed(start, "tag without a name"));
        }
        if self.depth == 0 && self.elements > 0 {
            return Err(Fault::malformed(start, "a second root element"));
        }
        self.elements += 1;
        if self.elements > self.limits.elements {
            let limit = self.limits.elements;
            return Err(Fault::new(start, LiveFault::TooManyElements { limit }));
        }
        if self.depth >= self.limits.depth {
            let limit = self.limits.depth;
            return Err(Fault::new(start, LiveFault::TooDeep { limit }));
        }
        Ok(Tag {
            name,
            attributes,
            offset: start,
        })
    }

    fn hold(&mut self, start: usize, text: Cow<'a, str>) -> Result<(), Fault> {
        if self.depth == 0 && !is_blank(&text) {
            let blanks = text.len() - text.trim_start().len();
            return Err(Fault::malformed(start + blanks, "text outside the root element"));
        }
        match &mut self.held {
            None => self.held = Some((start, text)),
            Some((_, held)) => held.to_mut().push_str(&text),
        }
        Ok(())
    }

    fn end(&self) -> Result<Queued<'a>, Fault> {
        let fault = match (self.elements, self.depth) {
            (0, _) => LiveFault::NoElement,
            (_, 0) => return Ok(Queued::EndOfDocument),
            _ => LiveFault::Truncated,
        };
        Err(Fault::new(self.text.len(), fault))
    }

    fn position(&self) -> usize {
        usize::try_from(self.xml.buffer_position()).unwrap_or(usize::MAX)
    }

    /// What an error of quick-xml means, at a token that begins at `start`.
    fn fault(&self, start: usize, error: &quick_xml::Error) -> Fault {
        use quick_xml::errors::IllFormedError as IllFormed;
        let what = match error {
            quick_xml::Error::Syntax(SyntaxError::InvalidBangMarkup) => "unknown markup behind \"<!\"",
            quick_xml::Error::Syntax(SyntaxError::UnclosedDoctype) => return Fault::new(start, LiveFault::Doctype),
            // All others of the syntax are something that has begun and does not end.
            quick_xml::Error::Syntax(_) => return Fault::new(self.text.len(), LiveFault::Truncated),
            quick_xml::Error::IllFormed(IllFormed::UnmatchedEndTag(_) | IllFormed::MismatchedEndTag { .. }) => {
                "end tag of another element"
            }
            quick_xml::Error::IllFormed(IllFormed::UnclosedReference) => "\"&\" without \";\"",
            quick_xml::Error::IllFormed(IllFormed::MissingDoctypeName) => {
                return Fault::new(start, LiveFault::Doctype);
            }
            _ => "not XML",
        };
        Fault::malformed(start, what)
    }
}
