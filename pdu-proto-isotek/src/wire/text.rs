#[cfg(feature = "alloc")]
use alloc::boxed::Box;
use core::fmt;

use super::{Field, WireError};

/// Text of one field: printable ASCII without `|`. So it can neither end its field nor its line, and no name can smuggle a
/// command. May be empty.
///
/// ```
/// use pdu_proto_isotek::wire::Text;
///
/// assert_eq!(Text::new("amp 1/2")?.as_str(), "amp 1/2");
/// assert!(Text::new("amp|1").is_err());
/// assert!(Text::new("amp\nX").is_err());
/// # Ok::<(), pdu_proto_isotek::wire::WireError>(())
/// ```
///
/// Source: lines 185 and 194; what is text-char is inferred from the separators.
#[derive(Clone)]
pub struct Text<'a>(Inner<'a>);

#[derive(Clone)]
enum Inner<'a> {
    Borrowed(&'a str),
    #[cfg(feature = "alloc")]
    Owned(Box<str>),
}

impl<'a> Text<'a> {
    /// The text, if it is one that a field may carry.
    pub fn new(text: &'a str) -> Result<Self, WireError> {
        Self::from_bytes(Field::Text, text.as_bytes())
    }

    /// The text of a field of a line.
    pub(super) fn from_bytes(field: Field, bytes: &'a [u8]) -> Result<Self, WireError> {
        let is_text = |b: &u8| matches!(b, 0x20..=0x7E) && *b != b'|';
        match core::str::from_utf8(bytes) {
            Ok(text) if bytes.iter().all(is_text) => Ok(Self(Inner::Borrowed(text))),
            _ => Err(WireError::Text { field }),
        }
    }

    /// As it stands on the line, with the blanks that pad it.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Inner::Borrowed(text) => text,
            #[cfg(feature = "alloc")]
            Inner::Owned(text) => text,
        }
    }

    /// For display: without trailing blanks.
    pub fn trimmed(&self) -> &str {
        self.as_str().trim_end_matches(' ')
    }

    /// The same text, independent of the line that it was read from.
    #[cfg(feature = "alloc")]
    pub fn into_owned(self) -> Text<'static> {
        Text(Inner::Owned(match self.0 {
            Inner::Borrowed(text) => text.into(),
            Inner::Owned(text) => text,
        }))
    }
}

impl Default for Text<'_> {
    fn default() -> Self {
        Self(Inner::Borrowed(""))
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Text<'_>) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text<'_> {}

impl core::hash::Hash for Text<'_> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.trimmed())
    }
}
