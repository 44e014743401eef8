//! One pass over a document: is it well-formed, and where do its elements stand.
//!
//! quick-xml finds the ends of tags, comments and sections and matches end tags. It takes more than XML allows, so names, attributes,
//! references and characters are checked here.

use core::ops::Range;

use quick_xml::Reader;
use quick_xml::errors::{Error as XmlError, IllFormedError};
use quick_xml::events::{BytesStart, Event};

use super::attributes::Attributes;
use super::error::{ConfigError, Problem};
use super::text::{Charset, referred};
use super::{Limits, names};
use crate::Position;

/// Where an element stands. Three offsets, so that an index is never larger than three times its document: an element takes at
/// least four octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// Of the `<` of its tag.
    pub(super) open: u32,
    /// Of the `</` of its end tag, or of the `/>` that closes an empty one.
    pub(super) close: u32,
    /// Index of the first element after it that is not inside it.
    pub(super) next: u32,
}

pub(super) struct Index {
    /// In the order of their tags; the root is the first.
    pub(super) nodes: Vec<Node>,
    pub(super) charset: Charset,
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What is refused before it is looked at.
pub(super) fn not_utf8(bytes: &[u8], error: &core::str::Utf8Error) -> ConfigError {
    let utf16 = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    let problem = if utf16 {
        Problem::Encoding("UTF-16".into())
    } else {
        Problem::Syntax("octets that are not UTF-8")
    };
    ConfigError::Document {
        at: Position::of(bytes, error.valid_up_to()),
        path: "/".into(),
        problem,
    }
}

pub(super) fn scan(text: &str, limits: &Limits) -> Result<Index, ConfigError> {
    let bytes = text.as_bytes();
    let mut scanner = Scanner {
        bytes,
        limits,
        nodes: Vec::with_capacity(elements_at_most(bytes).min(limits.elements)),
        open: Vec::new(),
        charset: Charset::Utf8,
        names: Vec::new(),
    };
    match scanner.run(text) {
        Ok(()) => Ok(Index {
            nodes: scanner.nodes,
            charset: scanner.charset,
        }),
        Err((offset, problem)) => Err(ConfigError::Document {
            at: Position::of(bytes, offset),
            path: scanner.open_path(),
            problem,
        }),
    }
}

/// As many as there are tags that close nothing. Room for all at once, since a vector that grows takes up to twice as much.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "a branch for each octet keeps the compiler from wide steps"
)]
fn elements_at_most(bytes: &[u8]) -> usize {
    /// As many as a count of one octet can tell, which the compiler makes wide steps of.
    const STEP: usize = 255;
    let count = |(bytes, next): (&[u8], &[u8])| {
        let opens = bytes
            .iter()
            .zip(next)
            .map(|(byte, next)| (*byte == b'<') & (*next != b'/'));
        usize::from(opens.fold(0_u8, |count, opens| count.wrapping_add(u8::from(opens))))
    };
    let next = bytes.get(1..).unwrap_or_default();
    bytes.chunks(STEP).zip(next.chunks(STEP)).map(count).sum()
}

struct Scanner<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    nodes: Vec<Node>,
    /// Indices of the elements that are open.
    open: Vec<u32>,
    charset: Charset,
    /// Names of the attributes of the tag at hand, kept for its room.
    names: Vec<Range<usize>>,
}

/// Where, and what.
type Wrong = (usize, Problem);

impl Scanner<'_> {
    fn run(&mut self, text: &str) -> Result<(), Wrong> {
        self.check_characters(text)?;
        let skipped = if self.bytes.starts_with(BOM) { BOM.len() } else { 0 };
        let mut reader = Reader::from_reader(self.bytes.get(skipped..).unwrap_or_default());
        let config = reader.config_mut();
        config.check_comments = true;
        config.check_end_names = true;
        loop {
            let position = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).saturating_add(skipped);
            let start = position(reader.buffer_position());
            let event = reader
                .read_event()
                .map_err(|error| (position(reader.error_position()), problem_of(error)))?;
            let end = position(reader.buffer_position());
            if event == Event::Eof {
                return self.finish(end);
            }
            self.take(&event, start, end, start == skipped)?;
        }
    }

    /// Characters that may stand nowhere, whatever stands around them.
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "a branch for each octet keeps the compiler from wide steps"
    )]
    fn check_characters(&self, text: &str) -> Result<(), Wrong> {
        let control = |byte: &u8| (*byte < b' ') & (*byte != b'\t') & (*byte != b'\n') & (*byte != b'\r');
        if text.is_ascii() && !self.bytes.iter().fold(false, |found, byte| found | control(byte)) {
            return Ok(());
        }
        match text.char_indices().find(|(_, c)| !names::is_allowed(*c)) {
            Some((offset, _)) => Err((offset, Problem::Syntax("a character that XML does not allow"))),
            None => Ok(()),
        }
    }

    fn take(&mut self, event: &Event<'_>, start: usize, end: usize, first: bool) -> Result<(), Wrong> {
        match event {
            Event::Start(tag) => {
                let node = self.element(tag, start)?;
                self.open.push(node);
                if self.open.len() > self.limits.depth() {
                    return Err((start, limit("levels", self.limits.depth())));
                }
                Ok(())
            }
            Event::Empty(tag) => {
                self.element(tag, start)?;
                self.close(end.saturating_sub(2), self.nodes.len().saturating_sub(1));
                Ok(())
            }
            Event::End(_) => {
                if let Some(node) = self.open.pop() {
                    self.close(start, node as usize);
                }
                Ok(())
            }
            Event::Text(text) => self.text(text, start),
            Event::CData(_) => self.inside(start, "a CDATA section outside of the root element"),
            Event::GeneralRef(name) => self.reference(name, start),
            Event::Decl(tag) => self.declaration(tag, start, first),
            Event::PI(instruction) => check_target(instruction.target(), start),
            Event::DocType(_) => Err((start, Problem::Doctype)),
            Event::Comment(_) | Event::Eof => Ok(()),
        }
    }

    /// Adds it, not yet closed.
    fn element(&mut self, tag: &BytesStart<'_>, start: usize) -> Result<u32, Wrong> {
        if self.open.is_empty() && !self.nodes.is_empty() {
            return Err((start, Problem::Syntax("a second root element")));
        }
        if self.nodes.len() >= self.limits.elements {
            return Err((start, limit("elements", self.limits.elements)));
        }
        let name_at = start.saturating_add(1);
        if !names::is_name(tag.name().as_ref()) {
            return Err((name_at, Problem::Syntax("an element's name expected")));
        }
        let attributes_at = name_at.saturating_add(tag.name().as_ref().len());
        self.attributes(tag.attributes_raw(), attributes_at)?;
        let index = narrow(self.nodes.len());
        self.nodes.push(Node {
            open: narrow(start),
            close: 0,
            next: 0,
        });
        Ok(index)
    }

    fn attributes(&mut self, raw: &[u8], at: usize) -> Result<(), Wrong> {
        self.names.clear();
        // A bit for each of the names so far: where it is not set, the name is a new one.
        let mut seen = 0_u128;
        let mut attributes = Attributes::new(raw);
        for attribute in attributes.by_ref() {
            let attribute =
                attribute.map_err(|(offset, problem)| (at.saturating_add(offset), Problem::Syntax(problem)))?;
            let here = at.saturating_add(attribute.at);
            if !attribute.has_plain_name && !names::is_name(attribute.name) {
                return Err((here, Problem::Syntax("an attribute's name expected")));
            }
            if self.names.len() >= self.limits.attributes {
                return Err((here, limit("attributes in one element", self.limits.attributes)));
            }
            let bit = bit_of(attribute.name);
            let same = |name: &Range<usize>| raw.get(name.clone()) == Some(attribute.name);
            if seen & bit != 0 && self.names.iter().any(same) {
                let name = String::from_utf8_lossy(attribute.name).into_owned();
                return Err((here, Problem::DuplicateAttribute(name)));
            }
            seen |= bit;
            self.names
                .push(attribute.at..attribute.at.saturating_add(attribute.name.len()));
            if attribute.has_reference {
                check_references(attribute.value, at.saturating_add(attribute.value_at))?;
            }
        }
        match attributes.rest() {
            [] => Ok(()),
            rest => {
                let offset = raw.len().saturating_sub(rest.len());
                Err((
                    at.saturating_add(offset),
                    Problem::Syntax("an attribute's name expected"),
                ))
            }
        }
    }

    fn close(&mut self, at: usize, node: usize) {
        let next = narrow(self.nodes.len());
        if let Some(node) = self.nodes.get_mut(node) {
            node.close = narrow(at);
            node.next = next;
        }
    }

    fn text(&self, text: &[u8], start: usize) -> Result<(), Wrong> {
        if self.open.is_empty() {
            return match text.iter().position(|byte| !names::is_space(*byte)) {
                Some(at) => Err((
                    start.saturating_add(at),
                    Problem::Syntax("text outside of the root element"),
                )),
                None => Ok(()),
            };
        }
        let ends_section = |at: &usize| text.get(..*at).is_some_and(|before| before.ends_with(b"]]"));
        let brackets = text.iter().enumerate().filter(|(_, byte)| **byte == b'>');
        match brackets.map(|(at, _)| at).find(ends_section) {
            Some(at) => Err((
                start.saturating_add(at).saturating_sub(2),
                Problem::Syntax("]]> in text"),
            )),
            None => Ok(()),
        }
    }

    fn inside(&self, start: usize, otherwise: &'static str) -> Result<(), Wrong> {
        if self.open.is_empty() {
            return Err((start, Problem::Syntax(otherwise)));
        }
        Ok(())
    }

    fn reference(&self, name: &[u8], start: usize) -> Result<(), Wrong> {
        self.inside(start, "a reference outside of the root element")?;
        check_reference(name, start)
    }

    /// Source: XML 1.0, 2.8 and 4.3.3.
    fn declaration(&mut self, tag: &[u8], start: usize, first: bool) -> Result<(), Wrong> {
        if !first {
            return Err((
                start,
                Problem::Syntax("an XML declaration that is not at the beginning"),
            ));
        }
        let attributes = tag.get(b"xml".len()..).unwrap_or_default();
        let attributes_at = start.saturating_add(b"<?xml".len());
        self.attributes(attributes, attributes_at)?;
        let mut wanted: &[&[u8]] = &[b"version", b"encoding", b"standalone"];
        for attribute in Attributes::new(attributes).flatten() {
            let Some(at) = wanted.iter().position(|name| *name == attribute.name) else {
                return Err((start, Problem::Syntax("an XML declaration of another form")));
            };
            let expected_first = wanted.len() == 3 && at != 0;
            if expected_first {
                return Err((start, Problem::Syntax("an XML declaration without a version")));
            }
            wanted = wanted.get(at.saturating_add(1)..).unwrap_or_default();
            if attribute.name == b"encoding" {
                self.charset = self.charset_of(attribute.value, start)?;
            }
        }
        if wanted.len() == 3 {
            return Err((start, Problem::Syntax("an XML declaration without a version")));
        }
        Ok(())
    }

    /// The document is UTF-8, that much is known. One that declares an encoding with ASCII in it and keeps to that is the same in both.
    fn charset_of(&self, encoding: &[u8], start: usize) -> Result<Charset, Wrong> {
        let is = |name: &str| encoding.eq_ignore_ascii_case(name.as_bytes());
        if is("utf-8") || is("utf8") {
            return Ok(Charset::Utf8);
        }
        let has_ascii = is("us-ascii")
            || is("ascii")
            || starts_with(encoding, b"iso-8859-")
            || starts_with(encoding, b"windows-125");
        if has_ascii && self.bytes.is_ascii() {
            return Ok(Charset::Ascii);
        }
        let name = String::from_utf8_lossy(encoding).into_owned();
        Err((start, Problem::Encoding(name)))
    }

    fn finish(&self, end: usize) -> Result<(), Wrong> {
        if !self.open.is_empty() {
            return Err((end, Problem::Syntax("the document ends inside of an element")));
        }
        if self.nodes.is_empty() {
            return Err((end, Problem::Syntax("no root element")));
        }
        Ok(())
    }

    /// The names of the elements that are open, for a message.
    fn open_path(&self) -> String {
        /// A message with more says no more.
        const SHOWN: usize = 8;
        let mut path = String::new();
        for index in self.open.iter().take(SHOWN) {
            let open = self.nodes.get(*index as usize).map_or(0, |node| node.open as usize);
            let tag = self.bytes.get(open.saturating_add(1)..).unwrap_or_default();
            path.push('/');
            path.push_str(&String::from_utf8_lossy(name_at_start(tag)));
        }
        if self.open.len() > SHOWN {
            path.push_str("/...");
        }
        if path.is_empty() { "/".into() } else { path }
    }
}

/// Whether the name in a tag has ended here.
pub(super) fn ends_name(byte: u8) -> bool {
    names::is_space(byte) || matches!(byte, b'/' | b'>')
}

/// The name with which a tag begins, after its `<`.
pub(super) fn name_at_start(tag: &[u8]) -> &[u8] {
    let len = tag.iter().position(|byte| ends_name(*byte));
    tag.get(..len.unwrap_or(tag.len())).unwrap_or_default()
}

/// One of 128, by what is cheap to know of a name.
fn bit_of(name: &[u8]) -> u128 {
    let ends = [name.first(), name.last()].map(|byte| u32::from(byte.copied().unwrap_or_default()));
    let number = ends[0].wrapping_mul(7) ^ ends[1].wrapping_mul(5) ^ narrow(name.len()).wrapping_mul(11);
    1 << (number % 128)
}

fn check_references(value: &[u8], at: usize) -> Result<(), Wrong> {
    let mut rest = value;
    while let Some(start) = rest.iter().position(|byte| *byte == b'&') {
        let here = at
            .saturating_add(value.len().saturating_sub(rest.len()))
            .saturating_add(start);
        rest = rest.get(start.saturating_add(1)..).unwrap_or_default();
        let Some(len) = rest.iter().position(|byte| *byte == b';') else {
            return Err((here, Problem::Syntax("'&' that begins no reference")));
        };
        check_reference(rest.get(..len).unwrap_or_default(), here)?;
        rest = rest.get(len.saturating_add(1)..).unwrap_or_default();
    }
    Ok(())
}

fn check_reference(name: &[u8], at: usize) -> Result<(), Wrong> {
    let known = core::str::from_utf8(name).is_ok_and(|name| referred(name).is_some());
    if known {
        return Ok(());
    }
    Err((at, Problem::Reference(format!("&{};", String::from_utf8_lossy(name)))))
}

/// Source: XML 1.0, 2.6.
fn check_target(target: &[u8], start: usize) -> Result<(), Wrong> {
    if !names::is_name(target) || target.eq_ignore_ascii_case(b"xml") {
        return Err((start, Problem::Syntax("a processing instruction's name expected")));
    }
    Ok(())
}

fn starts_with(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn limit(of: &'static str, limit: usize) -> Problem {
    Problem::Limit { of, limit }
}

/// Offsets fit: the size was checked.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

fn problem_of(error: XmlError) -> Problem {
    match error {
        XmlError::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            Problem::EndTag { expected, found }
        }
        XmlError::IllFormed(IllFormedError::UnmatchedEndTag(found)) => Problem::EndTag {
            expected: String::new(),
            found,
        },
        XmlError::IllFormed(IllFormedError::DoubleHyphenInComment) => Problem::Syntax("-- in a comment"),
        XmlError::IllFormed(IllFormedError::UnclosedReference) => Problem::Syntax("'&' that begins no reference"),
        XmlError::IllFormed(IllFormedError::MissingDoctypeName) => Problem::Doctype,
        XmlError::Syntax(_) => Problem::Syntax("the document ends inside of a tag, a comment or a section"),
        _ => Problem::Syntax("not well-formed XML"),
    }
}
