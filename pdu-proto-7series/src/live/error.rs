use crate::Position;

/// Why a document was not read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{position}, in {path:?}: {fault}")]
#[non_exhaustive]
pub struct LiveError {
    /// Where.
    pub position: Position,
    /// The elements that were open there: `/server/devices/device[2]` is the second of its name. Long names are cut.
    pub path: String,
    /// What is wrong.
    pub fault: LiveFault,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LiveFault {
    /// It is not well-formed XML.
    #[error("not well-formed: {what}")]
    Malformed {
        /// What is not.
        what: &'static str,
    },
    /// It has no element at all: it is empty, or no XML.
    #[error("no element")]
    NoElement,
    /// It ends before its root element does.
    #[error("the document ends before its root element does")]
    Truncated,
    /// Its root element is not `server`: another page.
    #[error("the root element is not \"server\"")]
    OtherRoot,
    /// It has a document type, in which entities may be defined: never read.
    #[error("a document type is refused")]
    Doctype,
    /// An entity that XML does not have by itself; none is ever looked up.
    #[error("unknown entity {name:?}")]
    Entity {
        /// Its name, cut if it is long.
        name: String,
    },
    /// It says that it is in an encoding that is not read.
    #[error("encoding {label:?} is not read, only UTF-8")]
    Encoding {
        /// The encoding, cut if its name is long.
        label: String,
    },
    /// It is not UTF-8 here.
    #[error("not UTF-8")]
    NotUtf8,
    /// It is larger than [`Limits::size`](super::Limits::size).
    #[error("larger than {limit} octets")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// Elements lie in each other deeper than [`Limits::depth`](super::Limits::depth).
    #[error("deeper than {limit} elements")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// There are more elements than [`Limits::elements`](super::Limits::elements).
    #[error("more than {limit} elements")]
    TooManyElements {
        /// The limit.
        limit: usize,
    },
    /// An element has more attributes than [`Limits::attributes`](super::Limits::attributes).
    #[error("more than {limit} attributes")]
    TooManyAttributes {
        /// The limit.
        limit: usize,
    },
    /// It contradicts the documents that were seen: strict mode only.
    #[error(transparent)]
    Deviation(#[from] super::DeviationKind),
}
