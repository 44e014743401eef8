use core::fmt;
use core::ops::Range;
use std::borrow::Cow;

use super::attributes::{Attribute, Attributes};
use super::path::{Condition, Path, RelativePath, Step};
use super::scan::{self, Node, ends_name, name_at_start};
use super::text::{self, Charset, Stands};
use super::{ConfigError, Limits};

/// A configuration file, byte for byte.
///
/// It is kept as it came, with an index of where its elements begin and end. Looking a value up reads the bytes; an edit replaces
/// those of one value, and every other byte stays: declaration, comments, order, white space, quotes, entities.
///
/// UTF-8, with or without a byte order mark. A file that declares ASCII, ISO-8859-n or Windows-125n is taken if all of it is ASCII,
/// and stays so: other characters are written as references. Document type declarations are refused.
///
/// ```
/// use pdu_proto_7series::config::{Document, Limits};
///
/// let file = "<config ><!-- mine --><outlet num = '1' label='Router'/></config>\n";
/// let mut document = Document::parse(file, Limits::default())?;
/// assert_eq!(document.as_bytes(), file.as_bytes());
///
/// let label = "/config/outlet[@num='1']/@label".parse()?;
/// assert_eq!(document.get(&label).as_deref(), Some("Router"));
/// document.set(&label, "Bob's")?;
/// assert_eq!(
///     document.as_str(),
///     "<config ><!-- mine --><outlet num = '1' label='Bob&apos;s'/></config>\n"
/// );
/// # Ok::<(), pdu_proto_7series::config::ConfigError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    text: String,
    nodes: Vec<Node>,
    charset: Charset,
    limits: Limits,
}

/// An element, by its number in the index.
pub(crate) type Element = usize;

/// A value as it is written.
#[derive(Clone, Debug)]
struct Written {
    /// One piece for an attribute; for text one for each run between comments, sections and instructions.
    pieces: Vec<(Range<usize>, Stands)>,
}

impl Document {
    /// Reads a file, and keeps it: it is copied, unless it is a vector, once it has been read.
    ///
    /// # Errors
    ///
    /// What is no well-formed XML, has a document type declaration or another encoding, or is more than the limits allow, with line,
    /// column, and the elements that were open.
    pub fn parse(file: impl AsRef<[u8]> + Into<Vec<u8>>, limits: Limits) -> Result<Self, ConfigError> {
        let bytes = file.as_ref();
        limits.check_size(bytes.len())?;
        let text = core::str::from_utf8(bytes).map_err(|error| scan::not_utf8(bytes, &error))?;
        // What reading takes is given back before the file is copied.
        let index = scan::scan(text, &limits)?;
        let text = String::from_utf8(file.into());
        Ok(Self {
            text: text.map_err(|error| scan::not_utf8(error.as_bytes(), &error.utf8_error()))?,
            nodes: index.nodes,
            charset: index.charset,
            limits,
        })
    }

    /// The file as it is now.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The file as it is now, with its byte order mark if it has one.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The file as it is now.
    pub fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    /// What it may have, given to [`parse`](Self::parse).
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The value at a path: of the first place that fits, in the order of the file; nothing if none does, or if elements stand in it.
    ///
    /// Entities and line ends are resolved, comments left out; white space stays.
    pub fn get(&self, path: &Path) -> Option<Cow<'_, str>> {
        let value = |element| self.value(element, path.attribute_name());
        self.select(path).into_iter().find_map(value)
    }

    /// The values at all places that fit, in the order of the file.
    pub fn values(&self, path: &Path) -> Vec<Cow<'_, str>> {
        let value = |element| self.value(element, path.attribute_name());
        self.select(path).into_iter().filter_map(value).collect()
    }

    /// How many places fit: elements, or elements with that attribute.
    pub fn count(&self, path: &Path) -> usize {
        self.with_attribute(self.select(path), path.attribute_name()).len()
    }

    /// Writes a value, escaped as its place needs it: an attribute keeps its quotes, a CDATA section stays one. Nothing else
    /// changes.
    ///
    /// Text that comments or sections divide is written where its first part stands; the other parts become empty.
    ///
    /// # Errors
    ///
    /// No such place ([`NotThere`](ConfigError::NotThere)), more than one ([`Ambiguous`](ConfigError::Ambiguous)), one that elements
    /// stand in ([`NoValue`](ConfigError::NoValue)), a [`Character`](ConfigError::Character) that cannot stand there; or the file
    /// would become [`TooLarge`](ConfigError::TooLarge). Then nothing is changed.
    pub fn set(&mut self, path: &Path, value: &str) -> Result<(), ConfigError> {
        let element = self.only(path)?;
        self.set_at(element, path.attribute_name(), path, value)
    }

    /// The value of an element that was found; the path is for messages.
    pub(super) fn set_at(
        &mut self,
        element: Element,
        attribute: Option<&str>,
        path: &Path,
        value: &str,
    ) -> Result<(), ConfigError> {
        let written = match attribute {
            Some(name) => self.attribute_written(element, name),
            None => self.text_written(element),
        };
        let Some(written) = written else {
            return Err(ConfigError::NoValue { path: path.clone() });
        };
        self.write(path, element, &written, value)
    }

    fn write(&mut self, path: &Path, element: Element, written: &Written, value: &str) -> Result<(), ConfigError> {
        let refused = |character| ConfigError::Character {
            path: path.clone(),
            character,
        };
        let ([(first, stands), ..], [.., (last, _)]) = (&*written.pieces, &*written.pieces) else {
            let escaped = text::escape(value, Stands::Text, self.charset).map_err(refused)?;
            return self.fill(element, &escaped);
        };
        let escaped = text::escape(value, *stands, self.charset).map_err(refused)?;
        self.check_growth(first.len(), escaped.len())?;
        // What stands between the parts is kept; all at once, since there may be very many.
        let mut whole = escaped;
        for pair in written.pieces.windows(2) {
            if let [(before, _), (after, _)] = pair {
                whole.push_str(self.text.get(before.end..after.start).unwrap_or_default());
            }
        }
        self.splice(first.start..last.end, &whole);
        Ok(())
    }

    /// Text into an element that has none.
    fn fill(&mut self, element: Element, escaped: &str) -> Result<(), ConfigError> {
        let Some(node) = self.nodes.get(element).copied() else {
            return Ok(());
        };
        let close = node.close as usize;
        if self.text.get(close..).is_some_and(|end| end.starts_with("</")) {
            self.check_growth(0, escaped.len())?;
            self.splice(close..close, escaped);
            return Ok(());
        }
        if escaped.is_empty() {
            return Ok(());
        }
        let name = String::from_utf8_lossy(self.name(element)).into_owned();
        let whole = format!(">{escaped}</{name}>");
        self.check_growth("/>".len(), whole.len())?;
        self.splice(close..close.saturating_add(2), &whole);
        if let Some(node) = self.nodes.get_mut(element) {
            node.close = offset(close.saturating_add(1).saturating_add(escaped.len()));
        }
        Ok(())
    }

    fn check_growth(&self, removed: usize, added: usize) -> Result<(), ConfigError> {
        self.limits
            .check_size(self.text.len().saturating_sub(removed).saturating_add(added))
    }

    /// Replaces a part in which no element begins or ends, and moves the index.
    fn splice(&mut self, part: Range<usize>, with: &str) {
        // No more than is needed: a string that grows by itself takes twice as much.
        self.text.reserve_exact(with.len().saturating_sub(part.len()));
        let end = offset(part.end);
        let (removed, added) = (offset(part.len()), offset(with.len()));
        self.text.replace_range(part, with);
        let moved = |at: &mut u32| {
            if *at >= end {
                *at = at.saturating_sub(removed).saturating_add(added);
            }
        };
        for node in &mut self.nodes {
            moved(&mut node.open);
            moved(&mut node.close);
        }
    }
}

/// Finding elements.
impl Document {
    pub(super) const ROOT: Element = 0;

    pub(super) fn name(&self, element: Element) -> &[u8] {
        let Some(node) = self.nodes.get(element) else {
            return b"";
        };
        let tag = self.as_bytes().get((node.open as usize).saturating_add(1)..);
        name_at_start(tag.unwrap_or_default())
    }

    fn is_named(&self, element: Element, name: &str) -> bool {
        let open = self.nodes.get(element).map_or(0, |node| node.open as usize);
        let tag = self.as_bytes().get(open.saturating_add(1)..).unwrap_or_default();
        let behind = tag.strip_prefix(name.as_bytes()).and_then(<[u8]>::first);
        behind.is_some_and(|byte| ends_name(*byte))
    }

    pub(super) fn name_str(&self, element: Element) -> &str {
        core::str::from_utf8(self.name(element)).unwrap_or_default()
    }

    pub(super) fn children(&self, element: Element) -> impl Iterator<Item = Element> + '_ {
        let end = self.nodes.get(element).map_or(0, |node| node.next as usize);
        let mut child = element.saturating_add(1);
        core::iter::from_fn(move || {
            let here = child;
            if here >= end {
                return None;
            }
            child = self.nodes.get(here)?.next as usize;
            Some(here)
        })
    }

    /// The first element that is neither this one nor in it.
    pub(super) fn behind(&self, element: Element) -> Element {
        self.nodes.get(element).map_or(element, |node| node.next as usize)
    }

    pub(super) fn has_children(&self, element: Element) -> bool {
        self.children(element).next().is_some()
    }

    /// The elements that a path leads to, in the order of the file; whether they have the attribute is not asked.
    pub(crate) fn select(&self, path: &Path) -> Vec<Element> {
        let Some((first, rest)) = path.steps().elements.split_first() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        if self.fitting([Self::ROOT].into_iter(), first).next().is_some() {
            self.walk(Self::ROOT, rest, &mut found);
        }
        found
    }

    fn walk(&self, element: Element, steps: &[Step], found: &mut Vec<Element>) {
        let Some((step, rest)) = steps.split_first() else {
            found.push(element);
            return;
        };
        for child in self.fitting(self.children(element), step) {
            self.walk(child, rest, found);
        }
    }

    /// Those of the siblings that a step names.
    fn fitting<'a>(
        &'a self,
        siblings: impl Iterator<Item = Element> + 'a,
        step: &'a Step,
    ) -> Box<dyn Iterator<Item = Element> + 'a> {
        let named = siblings.filter(|element| self.is_named(*element, &step.name));
        let all: Box<dyn Iterator<Item = Element> + 'a> = Box::new(named);
        step.conditions.iter().fold(all, |left, condition| match condition {
            Condition::Nth(number) => Box::new(left.skip((*number as usize).saturating_sub(1)).take(1)),
            Condition::Attribute { name, value } => Box::new(
                left.filter(move |element| self.value(*element, Some(name)).is_some_and(|found| found == *value)),
            ),
            Condition::Child { name, value } => Box::new(left.filter(move |element| {
                let named = |child: &Element| self.is_named(*child, name);
                let has_value = |child| self.value(child, None).is_some_and(|found| found == *value);
                self.children(*element).filter(named).any(has_value)
            })),
        })
    }

    /// Those that have the attribute that the path names, if it names one.
    fn with_attribute(&self, mut found: Vec<Element>, attribute: Option<&str>) -> Vec<Element> {
        if let Some(name) = attribute {
            found.retain(|element| self.attribute_written(*element, name).is_some());
        }
        found
    }

    /// The one place that a path leads to.
    pub(crate) fn only(&self, path: &Path) -> Result<Element, ConfigError> {
        sole(&self.with_attribute(self.select(path), path.attribute_name()), path)
    }

    /// The one place below an element; the whole path is for messages.
    pub(crate) fn only_below(
        &self,
        element: Element,
        below: &RelativePath,
        path: &Path,
    ) -> Result<Element, ConfigError> {
        let mut found = Vec::new();
        self.walk(element, &below.steps().elements, &mut found);
        sole(&self.with_attribute(found, below.attribute_name()), path)
    }

    /// The value at a place below an element: of the first that fits.
    pub(super) fn below(&self, element: Element, path: &RelativePath) -> Option<Cow<'_, str>> {
        self.select_below(element, path)
            .into_iter()
            .find_map(|element| self.value(element, path.attribute_name()))
    }

    /// The elements that a path leads to from another one.
    pub(super) fn select_below(&self, element: Element, path: &RelativePath) -> Vec<Element> {
        let mut found = Vec::new();
        self.walk(element, &path.steps().elements, &mut found);
        found
    }
}

/// Reading values.
impl Document {
    /// Of an attribute, or without a name the text.
    pub(super) fn value(&self, element: Element, attribute: Option<&str>) -> Option<Cow<'_, str>> {
        if let Some(name) = attribute {
            let (start, behind_name) = self.behind_name(element);
            let attribute = find_attribute(behind_name, name)?;
            let at = start.saturating_add(attribute.value_at);
            let written = self.text.get(at..at.saturating_add(attribute.value.len()))?;
            return Some(text::unescape(written, Stands::Attribute(attribute.quote)));
        }
        let written = self.text_written(element)?;
        let read = |(range, stands): &(Range<usize>, Stands)| {
            text::unescape(self.text.get(range.clone()).unwrap_or_default(), *stands)
        };
        match written.pieces.as_slice() {
            [] => Some(Cow::Borrowed("")),
            [piece] => Some(read(piece)),
            pieces => Some(Cow::Owned(pieces.iter().map(read).collect())),
        }
    }

    /// Names and places of the values of its attributes.
    pub(super) fn attributes(&self, element: Element) -> impl Iterator<Item = (&str, Range<usize>)> {
        let (start, raw) = self.behind_name(element);
        Attributes::new(raw).map_while(Result::ok).map(move |attribute| {
            let at = start.saturating_add(attribute.value_at);
            let name = core::str::from_utf8(attribute.name).unwrap_or_default();
            (name, at..at.saturating_add(attribute.value.len()))
        })
    }

    /// Where text stands in an element, and in all elements below it.
    pub(super) fn text_ranges(&self, element: Element) -> Vec<Range<usize>> {
        self.runs(element).map(|(range, _)| range).collect()
    }

    /// The text of an element itself: one part before each of its children, and one behind the last.
    pub(super) fn own_text(&self, element: Element) -> Vec<String> {
        let mut parts = vec![String::new()];
        let mut children = self.children(element).map(|child| self.range(child)).peekable();
        for (range, stands) in self.runs(element) {
            while children.next_if(|child| child.end <= range.start).is_some() {
                parts.push(String::new());
            }
            let is_own = children.peek().is_none_or(|child| range.end <= child.start);
            if let Some(part) = parts.last_mut().filter(|_| is_own) {
                part.push_str(&text::unescape(self.text.get(range).unwrap_or_default(), stands));
            }
        }
        parts
    }

    /// Comments and processing instructions, wherever they stand: what is in them.
    pub(super) fn remarks(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut runs = Runs {
            text: &self.text,
            at: 0,
        };
        core::iter::from_fn(move || {
            loop {
                match runs.piece()? {
                    Piece::Remark(range) => return Some(range),
                    Piece::Run(..) | Piece::Tag => {}
                }
            }
        })
    }

    /// From its tag to behind its end tag.
    fn range(&self, element: Element) -> Range<usize> {
        let Some(node) = self.nodes.get(element) else {
            return 0..0;
        };
        let close = node.close as usize;
        let end = self.text.get(close..).and_then(|end| end.find('>')).unwrap_or(0);
        node.open as usize..close.saturating_add(end).saturating_add(1)
    }

    fn runs(&self, element: Element) -> Runs<'_> {
        let close = self.nodes.get(element).map_or(0, |node| node.close as usize);
        let (start, rest) = self.behind_name(element);
        let inner = start.saturating_add(tag_len(rest)).saturating_add(1);
        Runs {
            text: self.text.get(..close).unwrap_or_default(),
            at: inner,
        }
    }

    fn attribute_written(&self, element: Element, name: &str) -> Option<Written> {
        let (start, raw) = self.behind_name(element);
        let attribute = find_attribute(raw, name)?;
        let at = start.saturating_add(attribute.value_at);
        let range = at..at.saturating_add(attribute.value.len());
        Some(Written {
            pieces: vec![(range, Stands::Attribute(attribute.quote))],
        })
    }

    /// The offset behind the tag's name, and all that stands from there on.
    fn behind_name(&self, element: Element) -> (usize, &[u8]) {
        let Some(node) = self.nodes.get(element) else {
            return (0, b"");
        };
        let start = (node.open as usize)
            .saturating_add(1)
            .saturating_add(self.name(element).len());
        (start, self.as_bytes().get(start..).unwrap_or_default())
    }

    fn text_written(&self, element: Element) -> Option<Written> {
        if self.has_children(element) {
            return None;
        }
        let pieces = self.runs(element).collect();
        Some(Written { pieces })
    }
}

fn find_attribute<'a>(behind_name: &'a [u8], name: &str) -> Option<Attribute<'a>> {
    Attributes::new(behind_name)
        .map_while(Result::ok)
        .find(|attribute| attribute.name == name.as_bytes())
}

fn sole(found: &[Element], path: &Path) -> Result<Element, ConfigError> {
    match found {
        [] => Err(ConfigError::NotThere { path: path.clone() }),
        [element] => Ok(*element),
        several => Err(ConfigError::Ambiguous {
            path: path.clone(),
            count: several.len(),
        }),
    }
}

/// The length of what stands up to the `>` or `/>` that ends a tag, outside of quotes.
fn tag_len(rest: &[u8]) -> usize {
    let mut quote = None;
    for (at, byte) in rest.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => {
                let empty = at.checked_sub(1).and_then(|before| rest.get(before)) == Some(&b'/');
                return if empty { at.saturating_sub(1) } else { at };
            }
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    rest.len()
}

/// The runs of text and the contents of CDATA sections, up to the end of `text`.
struct Runs<'a> {
    text: &'a str,
    at: usize,
}

enum Piece {
    Run(Range<usize>, Stands),
    /// What is in a comment or a processing instruction.
    Remark(Range<usize>),
    Tag,
}

impl Runs<'_> {
    fn piece(&mut self) -> Option<Piece> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        if !rest.starts_with('<') {
            let len = rest.find('<').unwrap_or(rest.len());
            return Some(Piece::Run(self.take(0, len, 0), Stands::Text));
        }
        let between = |opened: &str, closed: &str| -> Option<(usize, usize, usize)> {
            let inner = rest.strip_prefix(opened)?;
            Some((opened.len(), inner.find(closed).unwrap_or(inner.len()), closed.len()))
        };
        if let Some((opened, len, closed)) = between("<![CDATA[", "]]>") {
            return Some(Piece::Run(self.take(opened, len, closed), Stands::Cdata));
        }
        if let Some((opened, len, closed)) = between("<!--", "-->").or_else(|| between("<?", "?>")) {
            return Some(Piece::Remark(self.take(opened, len, closed)));
        }
        let tag = rest.as_bytes().get(1..).unwrap_or_default();
        let end = tag.get(tag_len(tag)..).unwrap_or_default();
        let closed = if end.starts_with(b"/") { "/>".len() } else { ">".len() };
        self.take(1, tag_len(tag), closed);
        Some(Piece::Tag)
    }

    /// Goes on behind what has this length between what opens and closes it, and tells where that stands.
    fn take(&mut self, opened: usize, len: usize, closed: usize) -> Range<usize> {
        let from = self.at.saturating_add(opened);
        let to = from.saturating_add(len);
        self.at = to.saturating_add(closed);
        from..to
    }
}

impl Iterator for Runs<'_> {
    type Item = (Range<usize>, Stands);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Piece::Run(range, stands) = self.piece()? {
                return Some((range, stands));
            }
        }
    }
}

/// Offsets fit: the size was checked.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Only its size: the file may hold secrets.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("octets", &self.text.len())
            .field("elements", &self.nodes.len())
            .finish_non_exhaustive()
    }
}
