//! The configuration file of a 7-series unit, of 1 MiB: read, one value changed, and written; beside what quick-xml takes to read
//! it.
//!
//! quick-xml gives the events of a text and matches end tags. Ours does that too, checks all else that makes a text well-formed, keeps
//! where each element stands, finds a value by its path, and writes the file.

use std::hint::black_box;

use pdu_proto_7series::config::{Document, Limits, Path, SyntheticUnit};
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::{Case, Contender};

/// What the yardstick is called.
pub const QUICK_XML: &str = "quick-xml 0.38, events alone";

const SIZE: usize = 1 << 20;

/// A file of 1 MiB and somewhat more: a unit with far more outlets than any has, since that is what its size comes from.
pub fn file() -> Vec<u8> {
    let mut outlets = 0;
    loop {
        outlets += 500;
        let unit = SyntheticUnit {
            outlets,
            ..SyntheticUnit::default()
        };
        let document = unit.document().expect("a synthetic unit has a document");
        if document.as_bytes().len() >= SIZE {
            return document.into_bytes();
        }
    }
}

/// The outlet in the middle of the file.
pub fn place() -> Path {
    let path = "/synthetic-series7/outlets/outlet[@num='3500']/@label";
    path.parse().expect("a path")
}

/// Reads, changes and writes.
pub fn edit(file: &[u8], path: &Path) -> Vec<u8> {
    let mut document = Document::parse(file, Limits::default()).expect("well-formed");
    document.set(path, "Router & Switch").expect("the place is there");
    document.into_bytes()
}

/// The cases; ours first.
pub fn cases() -> Vec<Case> {
    let file: &'static [u8] = file().leak();
    let path = place();
    let again = path.clone();
    let whole = Contender::new("ours: parse, one edit, write", move || {
        edit(black_box(file), &path).len() as u64
    });
    let parse = Contender::new("ours: parse", move || {
        let document = Document::parse(black_box(file), Limits::default()).expect("well-formed");
        document.as_bytes().len() as u64
    });
    let document = Document::parse(file, Limits::default()).expect("well-formed");
    let find = Contender::new("ours: one value by its path", move || {
        document.get(black_box(&again)).map_or(0, |value| value.len()) as u64
    });
    vec![Case {
        name: format!("configuration file of {} octets", file.len()),
        contenders: vec![
            whole,
            Contender::new(QUICK_XML, || events(black_box(file))),
            Contender::new("quick-xml 0.38, and its attributes", || attributes(black_box(file))),
            parse,
            find,
        ],
    }]
}

fn reader(file: &[u8]) -> Reader<&[u8]> {
    Reader::from_reader(file)
}

/// The length of everything in it, so that nothing is left out.
fn events(file: &[u8]) -> u64 {
    let mut reader = reader(file);
    let mut sum = 0;
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Eof => return sum,
            event => sum += event.len() as u64,
        }
    }
}

fn attributes(file: &[u8]) -> u64 {
    let mut reader = reader(file);
    let mut sum = 0;
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Eof => return sum,
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("well-formed");
                    sum += (attribute.key.as_ref().len() + attribute.value.len()) as u64;
                }
            }
            event => sum += event.len() as u64,
        }
    }
}
