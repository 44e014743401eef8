//! The configuration file: kept byte for byte, read, changed and compared by a profile.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do
#![allow(clippy::format_push_string)] // documents are made bit by bit, and short

mod diff;
mod document;
mod model;
mod plan;
mod profile;
mod refused;
mod secrets;
mod settings;

use pdu_proto_7series::config::{Document, Limits, Path, SyntheticUnit};

fn document(text: &str) -> Document {
    Document::parse(text, Limits::default()).unwrap()
}

fn synthetic() -> Document {
    SyntheticUnit::default().document().unwrap()
}

fn value(document: &Document, path: &Path) -> Option<String> {
    document.get(path).map(String::from)
}
