//! The configuration XML: a lossless document, whose unit it is, typed settings, differences, restoring.
//!
//! The manual says that the whole configuration of a unit stands in one XML file, which can be downloaded and uploaded again, and
//! only to the unit that it came from (lines 253 to 260). What stands in the file is published nowhere. So this module keeps every
//! byte, and takes from a [`Profile`](crate::profile::Profile) where a setting stands.

// Until settings, differences and plans are here, which use the rest.
#![allow(dead_code, unused_imports, clippy::unnecessary_wraps)]

mod attributes;
mod document;
mod error;
mod limits;
mod names;
mod path;
mod scan;
mod text;

pub use document::Document;
pub(crate) use error::Shown;
pub use error::{ConfigError, Problem};
pub use limits::Limits;
pub use path::{ParsePathError, Path, RelativePath};

pub(crate) mod known_fields {
    //! Which settings a profile may place.

    /// The words of a field of a section; nothing if there is no such field.
    pub(crate) fn section(_section: &str, _field: &str) -> Option<&'static [&'static str]> {
        Some(&[])
    }

    /// The words of a field of a list; nothing if there is no such field.
    pub(crate) fn list(_list: &str, _field: &str) -> Option<&'static [&'static str]> {
        Some(&[])
    }
}
