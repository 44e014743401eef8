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
/// Equal is what is equal on the line, padding included; [`trimmed`](Self::trimmed) is without.
///
/// Source: lines 185 and 194; which characters it may have is inferred from the separators.
#[derive(Clone)]
pub struct Text<'a>(Inner<'a>);

#[derive(Clone)]
enum Inner<'a> {
    Borrowed(&'a str),
    /// What is left of a field after control bytes in its middle were dropped: no part of the line.
    Inline {
        bytes: [u8; INLINE],
        len: u8,
    },
    #[cfg(feature = "alloc")]
    Owned(Box<str>),
}

/// The longest name that is read.
const INLINE: usize = 16;

impl<'a> Text<'a> {
    /// The text, if it is one that a field may carry.
    pub fn new(text: &'a str) -> Result<Self, WireError> {
        Self::from_bytes(Field::Text, text.as_bytes())
    }

    /// The text of a field of a line.
    pub(super) fn from_bytes(field: Field, bytes: &'a [u8]) -> Result<Self, WireError> {
        let is_text = |byte: &u8| matches!(byte, 0x20..=0x7E) && *byte != b'|';
        if let Some(offset) = bytes.iter().position(|byte| !is_text(byte)) {
            let found = bytes.get(offset).copied().unwrap_or_default();
            return Err(WireError::Text { field, offset, found });
        }
        Ok(Self(Inner::Borrowed(core::str::from_utf8(bytes).unwrap_or_default())))
    }

    /// The same text without the line, if it is short enough to be kept in here.
    pub(super) fn detached(&self, field: Field) -> Result<Text<'static>, WireError> {
        let text = self.as_str().as_bytes();
        let mut bytes = [0; INLINE];
        let (Some(place), Ok(len)) = (bytes.get_mut(..text.len()), u8::try_from(text.len())) else {
            return Err(WireError::ControlByte { field });
        };
        place.copy_from_slice(text);
        Ok(Text(Inner::Inline { bytes, len }))
    }

    /// As it stands on the line, with the blanks that pad it.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Inner::Borrowed(text) => text,
            Inner::Inline { bytes, len } => {
                let text = bytes.get(..usize::from(*len)).unwrap_or_default();
                core::str::from_utf8(text).unwrap_or_default()
            }
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
        Text(match self.0 {
            Inner::Borrowed(text) => Inner::Owned(text.into()),
            Inner::Inline { bytes, len } => Inner::Inline { bytes, len },
            Inner::Owned(text) => Inner::Owned(text),
        })
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
