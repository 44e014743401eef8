use pdu_core::{Effect, ErrorKind};

use crate::Position;
use crate::config::{ConfigError, ParsePathError};

/// Why a profile is refused, or does not fit a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// No TOML, or not of the profile's form.
    #[error("{at}: {problem}")]
    Toml {
        /// Where.
        at: Position,
        /// What is wrong.
        problem: String,
    },
    /// A file for another version of this library.
    #[error("format {found}, where {} is read", super::FORMAT)]
    Format {
        /// The format that it names.
        found: u32,
    },
    /// A key that stands for nothing.
    #[error("{key}: there is no such setting")]
    UnknownKey {
        /// The key, as `settings.network.colour`.
        key: String,
    },
    /// A place that is no path.
    #[error("{key}: {text:?}: {problem}")]
    Path {
        /// The key of the place.
        key: String,
        /// What should be a path.
        text: String,
        /// What is wrong with it.
        problem: ParsePathError,
    },
    /// A word that the setting does not have, a setting without words that is given some, or two words written alike.
    #[error("{key}: word {word:?} does not belong there; known are: {}", known.join(", "))]
    Word {
        /// The key of the place.
        key: String,
        /// The word.
        word: String,
        /// The words that the setting has.
        known: &'static [&'static str],
    },
    /// Something that a part of the profile must have, or must not.
    #[error("{key}: {problem}")]
    Invalid {
        /// The key.
        key: String,
        /// What is wrong.
        problem: String,
    },
    /// A place at which a document has nothing.
    #[error("{key}: {problem}")]
    PointsNowhere {
        /// The key of the place.
        key: String,
        /// What is there instead, with the path.
        problem: Box<ConfigError>,
    },
}

impl pdu_core::Error for ProfileError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::PointsNowhere { .. } => ErrorKind::Mismatch,
            _ => ErrorKind::InvalidArgument,
        }
    }

    /// A profile is read before anything is sent.
    fn effect(&self) -> Effect {
        Effect::NotApplied
    }
}
