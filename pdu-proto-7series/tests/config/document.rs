//! Every byte that is not edited stays, and an edit is what was written.

use std::collections::HashMap;

use pdu_proto_7series::config::{ConfigError, Document, Limits, Path};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::model::{Written, documents};
use super::{document, synthetic};

/// Any text that XML can have.
fn values() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => "[ -~]",
        1 => prop::sample::select(&["\n", "\t", "\r", "\r\n", "]]>", "<!--", "&amp;", "''", "\"", "ä", "\u{1F50C}"][..]).prop_map(str::to_owned),
        1 => any::<char>().prop_filter("not in XML", |c| !matches!(c, '\0'..='\x1F' | '\u{FFFE}' | '\u{FFFF}')).prop_map(String::from),
    ];
    prop::collection::vec(character, 0..8).prop_map(|characters| characters.concat())
}

fn all_values(document: &Document, written: &Written) -> HashMap<String, Option<String>> {
    let value = |path: &String| document.get(&path.parse().unwrap()).map(String::from);
    written
        .places
        .iter()
        .map(|spot| (spot.path.clone(), value(&spot.path)))
        .collect()
}

fn edit(written: &Written, which: prop::sample::Index, value: &str) -> Result<(), TestCaseError> {
    let mut document = document(&written.text);
    let before = all_values(&document, written);
    let spot = &written.places[which.index(written.places.len())];
    let path: Path = spot.path.parse().unwrap();
    match document.set(&path, value) {
        Ok(()) => {}
        Err(ConfigError::Character { character: '\r', .. }) => {
            // In a CDATA section it cannot be written.
            prop_assert_eq!(document.as_str(), &written.text);
            return Ok(());
        }
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    }
    prop_assert_eq!(super::value(&document, &path), Some(value.to_owned()));
    for (other, old) in &before {
        if *other != spot.path {
            prop_assert_eq!(
                &document.get(&other.parse().unwrap()).map(String::from),
                old,
                "{}",
                other
            );
        }
    }
    let text = document.as_str();
    let (head, tail) = (&written.text[..spot.span.start], &written.text[spot.span.end..]);
    prop_assert!(
        text.starts_with(head) && text.ends_with(tail),
        "{:?}\n{:?}",
        written.text,
        text
    );
    // The index moved along: it is the one of the new text.
    prop_assert_eq!(&Document::parse(text, Limits::default()).unwrap(), &document);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_document_is_written_back_byte_for_byte(written in documents()) {
        let document = document(&written.text);
        prop_assert_eq!(document.as_str(), &written.text);
        prop_assert_eq!(document.into_bytes(), written.text.into_bytes());
    }

    #[test]
    fn any_edit_is_found_again_and_changes_nothing_else(
        written in documents(),
        which in any::<prop::sample::Index>(),
        value in values(),
    ) {
        edit(&written, which, &value)?;
    }

    #[test]
    fn any_two_edits_are_both_found(written in documents(), which in any::<[prop::sample::Index; 2]>(), first in "[ -~]{0,20}", second in "[ -~]{0,20}") {
        let mut document = document(&written.text);
        let spots = which.map(|which| &written.places[which.index(written.places.len())].path);
        let paths = spots.map(|path| path.parse::<Path>().unwrap());
        document.set(&paths[0], &first).unwrap();
        document.set(&paths[1], &second).unwrap();
        prop_assert_eq!(super::value(&document, &paths[1]), Some(second));
        if paths[0] != paths[1] {
            prop_assert_eq!(super::value(&document, &paths[0]), Some(first));
        }
        prop_assert_eq!(&Document::parse(document.as_bytes(), Limits::default()).unwrap(), &document);
    }

    #[test]
    fn a_path_reads_as_it_is_shown(steps in prop::collection::vec(("[a-z_][a-z0-9.-]{0,5}", prop::option::of(1_u32..9), prop::option::of("[ -~]{0,5}")), 1..4), attribute in prop::option::of("[a-z]{1,4}")) {
        let mut text = String::new();
        for (name, number, value) in steps {
            text.push_str(&format!("/{name}"));
            text.extend(value.map(|value| format!("[@k='{}']", value.replace('\'', "''"))));
            text.extend(number.map(|number| format!("[{number}]")));
        }
        text.extend(attribute.map(|name| format!("/@{name}")));
        prop_assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
    }
}

fn set(text: &str, path: &str, value: &str) -> String {
    let mut document = document(text);
    document.set(&path.parse().unwrap(), value).unwrap();
    document.as_str().to_owned()
}

#[test]
fn an_attribute_keeps_its_quotes_and_its_tag_its_odd_white_space() {
    assert_eq!(
        set("<a  b = 'x'\n\tc=\"y\" ></a >", "/a/@b", "it's \"<&>\"\n"),
        "<a  b = 'it&apos;s \"&lt;&amp;>\"&#10;'\n\tc=\"y\" ></a >"
    );
}

#[test]
fn a_cdata_section_stays_one() {
    assert_eq!(
        set("<a><![CDATA[x]]></a>", "/a", "<b> & ]]> end"),
        "<a><![CDATA[<b> & ]]]]><![CDATA[> end]]></a>"
    );
}

#[test]
fn text_is_written_where_its_first_part_stands_and_comments_stay() {
    assert_eq!(
        set("<a>x<!-- mine -->y<![CDATA[z]]></a>", "/a", "new"),
        "<a>new<!-- mine --><![CDATA[]]></a>"
    );
}

#[test]
fn an_empty_element_gets_an_end_tag_only_for_a_value() {
    assert_eq!(set("<a><b k='1' /></a>", "/a/b", ""), "<a><b k='1' /></a>");
    assert_eq!(set("<a><b k='1' /></a>", "/a/b", "x"), "<a><b k='1' >x</b></a>");
}

#[test]
fn values_are_read_as_a_reader_of_xml_takes_them() {
    let document = document("<a b='x\r\n\ty&#10;z'>1\r\n2\r3&#13;&lt;<![CDATA[&lt;\r\n]]></a>");
    assert_eq!(document.get(&"/a/@b".parse().unwrap()).unwrap(), "x  y\nz");
    assert_eq!(document.get(&"/a".parse().unwrap()).unwrap(), "1\n2\n3\r<&lt;\n");
}

#[test]
fn a_file_that_declares_another_encoding_stays_ascii() {
    let file = "<?xml version='1.0' encoding='ISO-8859-1'?><a b=''/>";
    assert_eq!(
        set(file, "/a/@b", "5 °C"),
        "<?xml version='1.0' encoding='ISO-8859-1'?><a b='5 &#176;C'/>"
    );
}

#[test]
fn an_edit_of_what_is_not_one_place_is_refused_and_changes_nothing() {
    let text = "<a><b k='1'/><b k='2'/><c>x<d/></c></a>";
    let mut document = document(text);
    let mut refused = |path: &str| document.set(&path.parse().unwrap(), "x").unwrap_err().to_string();
    assert_eq!(refused("/a/b/@k"), "2 places at /a/b/@k, where one is needed");
    assert_eq!(refused("/a/b[3]/@k"), "nothing at /a/b[3]/@k");
    assert_eq!(refused("/a/b[1]/@l"), "nothing at /a/b[1]/@l");
    assert_eq!(refused("/x"), "nothing at /x");
    assert_eq!(refused("/a/c"), "no value at /a/c: elements stand in it");
    let mut with_control = document.clone();
    let error = with_control.set(&"/a/b[1]/@k".parse().unwrap(), "\u{1}").unwrap_err();
    assert_eq!(error.to_string(), "U+0001 cannot be written at /a/b[1]/@k");
    assert_eq!(document.as_str(), text);
    assert_eq!(with_control, document);
}

#[test]
fn an_edit_that_makes_the_file_too_large_is_refused() {
    let limits = Limits {
        size: 20,
        ..Limits::default()
    };
    let mut document = Document::parse("<a b='1234'/>", limits).unwrap();
    let path = "/a/@b".parse().unwrap();
    document.set(&path, "12345678901").unwrap();
    let error = document.set(&path, "123456789012").unwrap_err();
    assert_eq!(error, ConfigError::TooLarge { size: 21, limit: 20 });
    assert_eq!(document.as_str(), "<a b='12345678901'/>");
}

#[test]
fn items_are_found_by_key_by_child_and_by_number() {
    let document = document(
        "<a><i id='x'><n>1</n><v>one</v></i><i id=\"y'\"><n>2</n><v>two</v></i><i id='x'><n>3</n><v>three</v></i></a>",
    );
    let get = |path: &str| document.get(&path.parse().unwrap()).map(String::from);
    assert_eq!(get("/a/i[@id='y''']/v").unwrap(), "two");
    assert_eq!(get("/a/i[@id=\"y'\"]/v").unwrap(), "two");
    assert_eq!(get("/a/i[n='3']/v").unwrap(), "three");
    assert_eq!(get("/a/i[2]/v").unwrap(), "two");
    assert_eq!(get("/a/i[@id='x'][2]/v").unwrap(), "three");
    assert_eq!(get("/a/i[2][@id='x']/v"), None);
    assert_eq!(document.values(&"/a/i/v".parse().unwrap()), ["one", "two", "three"]);
    assert_eq!(document.count(&"/a/i/@id".parse().unwrap()), 3);
}

#[test]
fn text_that_is_no_path_is_refused_with_the_place() {
    for (text, at, expected) in [
        ("", 1, "'/'"),
        ("a", 1, "'/'"),
        ("/", 2, "an element's name"),
        ("/@a", 4, "an element's name"),
        ("/a//b", 4, "an element's name"),
        ("/a[0]", 4, "a number from 1"),
        ("/a[99999999999]", 4, "a number from 1"),
        ("/a[@k=1]", 7, "a quote"),
        ("/a[@k='1]", 8, "a quote at the end"),
        ("/a[@k='1'", 10, "']'"),
        ("/a/@", 5, "an attribute's name"),
        ("/a/@b/c", 6, "'/', '[' or the end"),
        ("/ä b", 3, "'/', '[' or the end"),
    ] {
        let error = text.parse::<Path>().unwrap_err();
        assert_eq!((error.at, error.expected), (at, expected), "{text}");
    }
}

#[test]
fn the_fixture_is_what_the_synthetic_unit_has() {
    assert_eq!(synthetic().as_str(), include_str!("synthetic.xml"));
}

#[test]
fn a_value_in_very_many_parts_is_written_in_one_pass() {
    const PARTS: usize = 200_000;
    let comments = "<!---->".repeat(PARTS);
    let mut document = document(&format!("<a><b>{}</b><c>d</c></a>", "x<!---->".repeat(PARTS)));
    document.set(&"/a/b".parse().unwrap(), "y").unwrap();
    assert_eq!(document.as_str(), format!("<a><b>y{comments}</b><c>d</c></a>"));
    assert_eq!(document.get(&"/a/c".parse().unwrap()).as_deref(), Some("d"));
}
