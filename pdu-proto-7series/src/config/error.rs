use core::fmt;

use pdu_core::{Effect, ErrorKind};

use super::{Bound, ForeignUnit, ParsePathError, Path};
use crate::Position;

/// Why a configuration document, or a change of one, is refused. Nothing was changed.
///
/// No message shows a value that is a secret, and text out of documents only escaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not well-formed XML, or XML that is refused on purpose.
    #[error("{at}, in {}: {problem}", Shown(.path))]
    Document {
        /// Where.
        at: Position,
        /// The elements that are open there, as `/config/outlets`.
        path: String,
        /// What is wrong.
        problem: Problem,
    },
    /// A document of so many octets, where so many are allowed.
    #[error("document of {size} octets, where at most {limit} are taken")]
    TooLarge {
        /// Octets it has, or would have after the edit.
        size: usize,
        /// Octets allowed.
        limit: usize,
    },
    /// Text that is no path.
    #[error("{0}")]
    Path(#[from] ParsePathError),
    /// Nothing stands at this path.
    #[error("nothing at {}", Shown(&.path.to_string()))]
    NotThere {
        /// The path.
        path: Path,
    },
    /// Several elements stand at this path, where one is needed.
    #[error("{count} places at {}, where one is needed", Shown(&.path.to_string()))]
    Ambiguous {
        /// The path.
        path: Path,
        /// How many.
        count: usize,
    },
    /// An element that has elements in it has no value of its own.
    #[error("no value at {}: elements stand in it", Shown(&.path.to_string()))]
    NoValue {
        /// The path.
        path: Path,
    },
    /// A character that cannot be written at this place, in this document.
    #[error("U+{:04X} cannot be written at {}", u32::from(*.character), Shown(&.path.to_string()))]
    Character {
        /// The path.
        path: Path,
        /// The character.
        character: char,
    },
    /// A file that does not say which unit it is of, at any of the places that the profile names.
    #[error("the file does not say which unit it is of")]
    Unidentified,
    /// A file of another unit than the one that was meant.
    #[error("{0}")]
    ForeignUnit(#[from] ForeignUnit),
    /// A setting that cannot be read, or must not be written so.
    #[error("{key}: {problem}")]
    Setting {
        /// Its key, as in a profile; items of lists with their number.
        key: String,
        /// What is wrong.
        problem: SettingProblem,
    },
}

/// What is wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingProblem {
    /// The profile does not say where it stands, or says that it may be missing, and it is.
    #[error("the profile has no place for it")]
    NotPlaced,
    /// The document has no item of this number.
    #[error("no such item: the document has {items}")]
    NoItem {
        /// How many items it has.
        items: usize,
    },
    /// The profile's place does not fit the document.
    #[error("{0}")]
    Place(Box<ConfigError>),
    /// What stands there is none. No secret is ever refused so.
    #[error("{found:?} at {}, where {expected} was expected", Shown(&.path.to_string()))]
    Value {
        /// Where.
        path: Path,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
    /// The manual, or reason, does not allow it.
    #[error("{0}")]
    Bound(Bound),
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Not XML, in these words.
    #[error("{0}")]
    Syntax(&'static str),
    /// A tag that closes another element than the one that is open.
    #[error("end tag {}, where {} is open", Shown(.found), Shown(.expected))]
    EndTag {
        /// The element that is open; empty if none is.
        expected: String,
        /// The name in the tag.
        found: String,
    },
    /// An attribute that stands twice in one tag.
    #[error("attribute {} stands twice", Shown(.0))]
    DuplicateAttribute(String),
    /// A reference to an entity that XML does not predefine, or to a character that it does not allow.
    #[error("unknown reference {}", Shown(.0))]
    Reference(String),
    /// A document type declaration: refused, since it can define entities.
    #[error("document type declarations are not taken")]
    Doctype,
    /// An encoding that is not taken: UTF-8 is, and what declares another one but keeps to ASCII.
    #[error("encoding {} is not taken, UTF-8 is", Shown(.0))]
    Encoding(String),
    /// More than the limits allow.
    #[error("more than {limit} {of}")]
    Limit {
        /// Of what: `levels`, `elements`, `attributes in one element`.
        of: &'static str,
        /// How many are allowed.
        limit: usize,
    },
}

/// Text out of a document, escaped and of bounded length.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

/// Characters of a document's text in a message: enough to find it by.
const MAX_SHOWN: usize = 120;

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        for c in characters.by_ref().take(MAX_SHOWN) {
            // Quotes are part of paths.
            if matches!(c, '\'' | '"') {
                write!(f, "{c}")?;
            } else {
                write!(f, "{}", c.escape_debug())?;
            }
        }
        if characters.next().is_some() {
            f.write_str("...")?;
        }
        Ok(())
    }
}

impl pdu_core::Error for ConfigError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Document { .. } | Self::TooLarge { .. } => ErrorKind::Malformed,
            Self::Path(_) | Self::Character { .. } => ErrorKind::InvalidArgument,
            Self::Setting { problem, .. } => match problem {
                SettingProblem::NotPlaced => ErrorKind::Unsupported,
                SettingProblem::NoItem { .. } | SettingProblem::Bound(_) => ErrorKind::InvalidArgument,
                SettingProblem::Place(error) => error.kind(),
                SettingProblem::Value { .. } => ErrorKind::Malformed,
            },
            Self::NotThere { .. }
            | Self::Ambiguous { .. }
            | Self::NoValue { .. }
            | Self::Unidentified
            | Self::ForeignUnit(_) => ErrorKind::Mismatch,
        }
    }

    /// A document is checked before anything is sent.
    fn effect(&self) -> Effect {
        Effect::NotApplied
    }
}
