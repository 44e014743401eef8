//! The live XML document of the 7-series.

use pdu_core::{Mode, Quality};
use pdu_proto_7series::live::{Document, Item, Keep, Limits, LiveError, LiveFault, Options, Reader, Writer};
use quick_xml::events::Event;

use crate::show;

/// A document as it is; and the same in the middle of one, so that most of what comes is inside a device.
pub fn document(data: &[u8]) {
    whole(data);
    let around = [
        b"<server host='h'><devices><device>".as_slice(),
        b"</device></devices></server>",
    ];
    whole(&around.join(data));
}

fn whole(xml: &[u8]) {
    let lenient = Document::parse(xml, &Options::default());
    let strict = Document::parse(xml, &Options::default().with_mode(Mode::Strict));
    let polled = Document::parse(xml, &Options::default().with_keep(Keep::Nothing));
    let document = match lenient {
        Ok(document) => document,
        Err(error) => {
            refused(&error);
            let strict = strict.expect_err("what lenient mode refuses");
            assert!(strict == error || is_deviation(&strict), "{strict} and {error}");
            assert_eq!(polled.err(), Some(error));
            return;
        }
    };
    assert_eq!(polled.map(Document::into_snapshot), Ok(document.snapshot()));
    match strict {
        Ok(strict) => assert!(strict == document && document.deviations.is_empty()),
        Err(error) => {
            refused(&error);
            let first = document.deviations.first().expect("what strict mode refuses");
            assert_eq!((&error.path, error.position), (&first.path, first.position));
            assert_eq!(error.fault, LiveFault::Deviation(first.kind.clone()));
        }
    }
    for reading in &document.readings {
        assert_eq!(
            reading.value.is_none(),
            reading.quality == Quality::Unavailable,
            "made up: {reading}"
        );
    }
    for unknown in document.unknown() {
        assert!(unknown.path().starts_with("/server"));
    }
    document.deviations.iter().for_each(show);
    known_items_survive(xml);
    same_as_by_quick_xml(xml);
}

/// Strict mode may have found one before it came to what is refused in both.
fn is_deviation(error: &LiveError) -> bool {
    matches!(error.fault, LiveFault::Deviation(_))
}

fn refused(error: &LiveError) {
    show(error);
    assert!(error.path.starts_with('/') && error.position.line > 0 && error.position.column > 0);
}

/// What is known of a document is the same once it is written and read again.
fn known_items_survive(xml: &[u8]) {
    let known = known_items(xml);
    let mut writer = Writer::new();
    for item in &known {
        if writer.write(item).is_err() {
            // Characters that no document may have, which are taken where they stand as they are.
            return;
        }
    }
    let written = writer.finish().expect("a document with a root");
    assert_eq!(known_items(written.as_bytes()), known);
}

fn known_items(xml: &[u8]) -> Vec<Item<'_>> {
    let mut reader = Reader::new(xml, Limits::default()).expect("what was read");
    let mut known = Vec::new();
    while let Some(item) = reader.next().expect("what was read") {
        if !matches!(item, Item::Unknown(_)) {
            known.push(item);
        }
    }
    known
}

/// What is taken here is taken by quick-xml, which finds as many devices, fields and outlets with a number.
fn same_as_by_quick_xml(xml: &[u8]) {
    let text = str::from_utf8(xml).expect("what was read");
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let (mut path, mut found) = (Vec::new(), 0);
    loop {
        match reader.read_event().expect("what is taken here is well formed") {
            Event::Start(tag) => {
                path.push(String::from_utf8_lossy(tag.name().as_ref()).into_owned());
                let attributes: Vec<_> = tag
                    .attributes()
                    .map(|attribute| attribute.expect("well formed"))
                    .collect();
                let has = |name: &str| {
                    attributes
                        .iter()
                        .any(|attribute| attribute.key.as_ref() == name.as_bytes())
                };
                let steps: Vec<&str> = path.iter().map(String::as_str).collect();
                found += usize::from(match steps.as_slice() {
                    ["server"] | ["server", "devices", "device"] => true,
                    ["server", "devices", "device", "field"] => has("key"),
                    ["server", "devices", "device", "outlets", _] => has("num"),
                    _ => false,
                });
            }
            Event::End(_) => {
                path.pop();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(found, known_items(xml).len());
}
